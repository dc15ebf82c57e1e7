// How slow this machine is now, for computing and for work of the kernel, each measured as processor time of a fixed
// piece of work: 1 on the machine of limits.tsv, 2 on one that needs twice as long. A virtual machine may compute as fast
// as ever and need ten times as long for a new page of memory. A limit of processor time is only valid for one speed.

import { execFileSync } from "node:child_process";

const REFERENCE = { compute: 0.09, kernel: 0.045 }; // seconds, November 2026, on idle machines with two cores

function compute() {
  const record = { id: 1, method: "Runtime.callFunctionOn", params: { text: "Use my data for training ".repeat(8), list: [...Array(40).keys()] } };
  const text = JSON.stringify(Array(200).fill(record));
  const begin = process.cpuUsage();
  for (let i = 0; i < 100; i++) JSON.stringify(JSON.parse(text));
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1e6;
}

export const slowness = (measure) => ({
  compute: Math.max(1, compute() / REFERENCE.compute),
  kernel: Math.max(1, Number(execFileSync(measure, ["-k"])) / REFERENCE.kernel),
});

// The processor time of a run as the machine of limits.tsv would have needed it, from how slow this machine was before
// and after the run.
export function asOnReference({ cpu, system }, before, after) {
  const slower = (kind) => Math.max(before[kind], after[kind]);
  return (cpu - system) / slower("compute") + system / slower("kernel");
}
