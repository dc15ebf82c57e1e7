// A fix is killed with SIGKILL at a random instant, N times. After each, a check runs, and the ledger then has to agree
// with the site's server.
//
//   N=120 WORKERS=2 SEED=1 WIRES=cdp node tests/record/killed.mjs
//
// WIRES: several of tests/zoo/wires.mjs, separated by commas: cdp (the default) gets N kills in WORKERS workers, each other
// one a quarter of N in one worker. A wire whose programs are missing is skipped, or with NO_SKIP a failure.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wires } from "../zoo/wires.mjs";
import { json, lines, offswitch } from "./run.mjs";
import { startSite } from "./site.mjs";

const N = Number(process.env.N ?? 120);
const WORKERS = Number(process.env.WORKERS ?? 2);
const WIRES = (process.env.WIRES || "cdp").split(",");
let seed = Number(process.env.SEED ?? Date.now() % 100000);
console.log(`killed: ${N} kills in ${WORKERS} workers over ${WIRES}, SEED=${seed}`);

const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};

const counts = { before: 0, pressed: 0, saved: 0, finished: 0 };
const faults = [];
const children = new Set();
process.once("exit", () => children.forEach((child) => child.kill("SIGKILL")));

function start(program, args, options) {
  const child = spawn(program, args, options);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

async function oneKill(worker, i) {
  const { site, scenario } = worker;
  let { options } = worker;
  const wrong = (text) => faults.push(`kill ${i} over ${worker.wire}: ${text}`);
  site.settings.train.on = true;
  site.account = `Person ${i}`; // a setting that is turned back repeatedly is no longer pressed
  const from = site.saves.length;
  // Most kills happen around the press, which is in the middle of a run.
  const at = Math.round((random() < 0.3 ? random() : 0.3 + 0.5 * random()) * worker.whole);
  const fix = await offswitch(["fix", scenario, "-y", "--hold", "0", "--json", ...options], { kill: at });
  await new Promise((done) => setTimeout(done, 300)); // a save may be in progress
  const saved = site.saves.length - from;
  const truth = site.settings.train.on ? "on" : "off";
  // A browser that still has the killed run's session refuses other clients, or reserves a browser for it.
  if (fix.signal && worker.wire !== "cdp") await restart(worker);
  ({ options } = worker);
  const check = await json(["check", scenario, "--json", ...options]);
  const setting = check.value.settings[0];
  if ((setting.after ?? setting.before) !== truth) wrong(`the check says ${setting.before}/${setting.after} (${setting.reason}), but it is ${truth}`);
  if (saved > 1) wrong(`${saved} saves`);
  if (site.saves.length - from !== saved) wrong("the check pressed the control");

  const records = lines((await offswitch(["ledger", "export", ...worker.state])).out).filter((l) => l.kind === "link" && l.record);
  const [killed, last] = records.slice(-2);
  const verify = await json(["ledger", "verify", "--json", ...worker.state]);
  if (verify.value.chain.faults.length) wrong(`the chain: ${JSON.stringify(verify.value.chain.faults)}`);
  const status = await json(["status", "--json", ...worker.state]);
  const unfinished = status.value.groups.flatMap((g) => g.unfinished);
  if (unfinished.length) wrong(`unfinished: ${JSON.stringify(unfinished)}`);
  if (fix.signal !== "SIGKILL") {
    counts.finished++;
    return;
  }
  // A run that is killed before its record began leaves none: the last two are then of checks, or of the previous fix.
  const own = killed && killed.record.run.command === "fix" && killed.record.run.ended === "broken-off" ? killed.record : null;
  const intents = own ? own.intents : [];
  if (saved && !intents.length && !(killed.record.run.command === "fix")) wrong("it was pressed without a record before the press");
  if (saved) counts.saved++;
  else if (intents.length) counts.pressed++;
  else counts.before++;
  for (const intent of intents) {
    const outcome = [...own.outcomes, ...last.record.outcomes].find((o) => o.intent === intent.n);
    if (!outcome) wrong("an intent without an outcome");
    else if (outcome.sent === "no" && saved) wrong("the ledger says that nothing was pressed, but it was");
    else if (outcome.sent === "unknown" && outcome.state !== truth) wrong(`the outcome says ${outcome.state}, but it is ${truth}`);
  }
}

// Restart the worker's browser or driver.
async function restart(worker) {
  await worker.peer?.end();
  const dir = join(worker.dir, `peer-${worker.peers++}`);
  mkdirSync(dir);
  worker.peer = await wires[worker.wire].open(start, dir);
  worker.options = [...worker.peer.args(dir), "--origin", worker.site.origin, "--timeout", "600", ...worker.state];
}

async function startWorker(wire) {
  const site = await startSite({ train: { label: "Use my data for training", on: true } });
  const dir = mkdtempSync(join(tmpdir(), "offswitch-killed-"));
  const worker = { wire, site, dir, peers: 0, state: ["--state", join(dir, "state")], scenario: site.scenario() };
  await restart(worker);
  for (let i = 0; i < (wire === "cdp" ? 3 : 2); i++) { // the first ones are slower
    site.settings.train.on = true;
    site.account = `Nobody ${i}`;
    const whole = await json(["fix", worker.scenario, "-y", "--hold", "0", "--json", ...worker.options]);
    if (whole.value.settings[0].verdict !== "fixed") throw new Error(`the run without a kill: ${whole.out}\n${whole.err}`);
    worker.whole = whole.ms;
  }
  console.log(`  a run over ${wire} takes ${worker.whole} ms`);
  return worker;
}

async function runWorker(wire, next) {
  const worker = await startWorker(wire);
  try {
    for (let i = next(); i !== null; i = next()) await oneKill(worker, i);
  } finally {
    await worker.peer.end();
    worker.site.close();
    rmSync(worker.dir, { recursive: true, force: true });
  }
}

for (const wire of WIRES) {
  const missing = Object.entries(wires[wire]?.needs ?? { [wire]: null }).filter(([, there]) => !there).map(([name]) => name);
  if (missing.length) {
    console.log(`  ${wire} is skipped: no ${missing.join(", ")}`);
    if (process.env.NO_SKIP) faults.push(`${wire} is not tested: no ${missing.join(", ")}`);
    continue;
  }
  const n = wire === "cdp" ? N : Math.ceil(N / 4);
  let made = 0;
  const next = () => (made < n ? made++ : null);
  await Promise.all(Array.from({ length: wire === "cdp" ? WORKERS : 1 }, () => runWorker(wire, next)));
}
console.log(`  killed before a press ${counts.before}, with an intent and no save ${counts.pressed}, after the save ${counts.saved}; not killed in time ${counts.finished}`);
for (const fault of faults) console.log(`  FAULT ${fault}`);
console.log(faults.length ? `killed: ${faults.length} faults` : "killed: no fault");
process.exit(faults.length ? 1 : 0);
