// How slow this machine is now, measured as processor time of a fixed piece of work: 1 on the machine of limits.tsv, 2
// on one that needs twice as long. A limit of processor time is only valid for one speed and load.

const REFERENCE = 0.09; // seconds, November 2026, on the idle machine that the limits are from

export function slowness() {
  const record = { id: 1, method: "Runtime.callFunctionOn", params: { text: "Use my data for training ".repeat(8), list: [...Array(40).keys()] } };
  const text = JSON.stringify(Array(200).fill(record));
  const begin = process.cpuUsage();
  for (let i = 0; i < 100; i++) JSON.stringify(JSON.parse(text));
  const { user, system } = process.cpuUsage(begin);
  return Math.max(1, (user + system) / 1e6 / REFERENCE);
}
