// Runs offswitch over the zoo: for every page one `check`, which must report that the target is on and change nothing,
// and one `fix`, which must turn off only the target.
//
//   node build.mjs              installs the packages and builds the pages, into ZOO_BUILD
//   node run.mjs [LIB...]       all pages, or the ones named
//
//   OFFSWITCH   the program             (build/offswitch at the top)
//   ZOO_BUILD   where the pages are     (build/zoo at the top)
//   WIRE        what is at the other end: a name of wires.mjs, several with commas, or all (launch)
//   SAMPLE      only every Nth page, different ones on each wire, and those that a wire has failed on once
//   BROWSER_ARGS  more arguments for a Chromium, separated by blanks
//   J            how many pages in parallel (4); each has a peer of its own
//   ZOO_KEEP=1  keep the temporary directory: scenarios, reports, traces, profiles
//
// Each page shows the switches of one design system, labelled in the way that its own documentation gives (see the
// comment at the top of each file in pages/); settings.mjs lists the switches, server.mjs keeps their states. The
// scenario is the minimal one that the contract allows: origin, page, one label.
//
// The columns:
//   found          the target was distinguished from everything else on the page
//   read           `check` reported differs, on, exit 2, and nothing was written
//   flipped        `fix` reported fixed, off, exit 0
//   persisted      the server has the target off, by exactly one write
//   wrong touches  writes during `check`, writes to another switch, writes that the server refused, followed links
//   seconds        check + fix, each with a session of its own
// A run that leaves a session or a window behind, or whose report names another wire, has failed too. The verdicts
// are the same on every wire, so the exit status is 0 only if every page passes on each.

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { settings, target } from "./settings.mjs";
import { wires } from "./wires.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const offswitch = resolve(process.env.OFFSWITCH || join(here, "../../build/offswitch"));
const site = join(resolve(process.env.ZOO_BUILD || join(here, "../../build/zoo")), "site");
const seconds = 75; // a run's own deadline, as by default for one setting; a run that exceeds it is killed later

for (const [file, hint] of [[offswitch, "build the program first"], [site, "run build.mjs first"]])
  if (!existsSync(file)) {
    console.error(`${file} is missing: ${hint}`);
    process.exit(1);
  }

const temp = mkdtempSync(join(tmpdir(), "offswitch-zoo-"));
const children = new Set(); // servers and the programs that are running
function start(program, args, options) {
  const child = spawn(program, args, options);
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  if (!process.env.ZOO_KEEP) rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// A server for each of the pages that run in parallel, so that each truth is one page's only.
async function serve() {
  const server = start(process.execPath, [join(here, "server.mjs"), "0"], { stdio: ["pipe", "pipe", "inherit"] });
  const origin = await new Promise((done, fail) => {
    server.stdout.once("data", (line) => done(String(line).trim()));
    server.once("exit", (code) => fail(new Error(`the server ended (${code})`)));
  });
  return {
    origin,
    truth: async () => (await fetch(`${origin}/__truth`)).json(),
    reset: () => fetch(`${origin}/__reset`, { method: "POST" }),
  };
}

const servers = await Promise.all(Array.from({ length: Number(process.env.J ?? 4) }, serve));
const libraries = Object.keys(await servers[0].truth()).sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !libraries.includes(name));
if (unknown.length) {
  console.error(`no such page: ${unknown.join(", ")}; there are ${libraries.join(", ")}`);
  process.exit(64);
}

const names = (process.env.WIRE || "launch").split(",").flatMap((name) => (name === "all" ? Object.keys(wires) : [name]));
const strange = names.filter((name) => !Object.hasOwn(wires, name));
if (strange.length) {
  console.error(`no such wire: ${strange.join(", ")}; there are ${Object.keys(wires).join(", ")}`);
  process.exit(64);
}

const READ_BACK = 45; // seconds beyond its timeout in which the program reads back what it has pressed

// Runs one command; returns its exit status, its report (null if it printed none), the end of its output, and, in
// words, what is wrong with the report or was left.
async function run(command, scenario, dir, worker) {
  const own = join(dir, command);
  mkdirSync(own);
  const args = [
    command, scenario, ...worker.peer.args(own), "--state", join(own, "state"), ...(command === "fix" ? ["--yes"] : []),
    ...(process.env.ZOO_KEEP ? ["--trace", join(own, "trace.jsonl")] : []),
    "--acknowledge-terms", "--json", "--timeout", String(seconds),
  ];
  const done = await new Promise((done) => {
    let out = "";
    let said = "";
    const running = start(offswitch, args, { stdio: ["ignore", "pipe", "pipe"] });
    const late = setTimeout(() => running.kill("SIGKILL"), (seconds + READ_BACK + 5) * 1000);
    running.stdout.on("data", (text) => (out += text));
    running.stderr.on("data", (text) => (said = (said + text).slice(-2000)));
    running.on("error", (error) => (said += error.message));
    running.on("close", (code, signal) => {
      clearTimeout(late);
      writeFileSync(join(own, "report.json"), out);
      writeFileSync(join(own, "said"), said);
      let report = null;
      try {
        report = JSON.parse(out);
      } catch {
        // reported below: a run without a report has failed
      }
      const setting = report?.settings?.find((s) => s.id === target) ?? null;
      done({ code: code ?? signal, setting, said, browser: report?.browser });
    });
  });
  const { protocol, wire } = wires[worker.wire].says;
  const amiss = [];
  if (done.setting && (done.browser?.protocol !== protocol || done.browser?.wire !== wire))
    amiss.push(`${command}: the report says ${done.browser?.protocol} over ${done.browser?.wire}, but it was ${protocol} over ${wire}`);
  amiss.push(...(await worker.peer.left()).map((what) => `${command}: ${what}`));
  return { ...done, amiss };
}

function tell({ code, setting, said }) {
  if (!setting) return `exit ${code}, no report: ${said.trim().split("\n").slice(-3).join(" / ") || "no output"}`;
  const { verdict, reason, before, after, detail } = setting;
  return `exit ${code}, ${verdict}${reason ? ` (${reason})` : ""}, ${before} to ${after}: ${detail ?? ""}`;
}

async function visit(library, worker) {
  const { origin, truth, reset } = worker;
  const dir = join(temp, worker.wire, library);
  mkdirSync(dir, { recursive: true });
  const scenario = join(dir, "scenario.json");
  const { label } = settings.find((s) => s.id === target);
  writeFileSync(scenario, JSON.stringify({
    format: 1, id: `zoo-${library}`, version: "1", title: `Zoo: ${library}`, origin,
    settings: [{ id: target, title: label, group: "ai", wanted: "off", page: `/${library}/`, labels: { en: [label] } }],
  }, null, 2));

  await reset();
  const started = performance.now();
  const check = await run("check", scenario, dir, worker);
  const looked = (await truth())[library];
  const fix = await run("fix", scenario, dir, worker);
  const took = (performance.now() - started) / 1000;
  const all = await truth();
  const { state, writes, visits } = all[library];

  const wrong = [
    ...looked.writes.map((w) => `check wrote ${w.id}=${w.on}`),
    ...writes.slice(looked.writes.length).filter((w) => w.id !== target || w.status !== 200)
      .map((w) => `fix wrote ${w.id}=${w.on} (${w.status})`),
    ...visits.map((path) => `went to ${path}`),
    ...settings.filter((s) => s.id !== target && state[s.id] !== s.on).map((s) => `${s.id} is now ${state[s.id]}`),
    ...libraries.filter((name) => name !== library && all[name].writes.length + all[name].visits.length > 0)
      .map((name) => `touched the page of ${name}`),
  ];
  const ours = writes.filter((w) => w.id === target);
  const row = {
    library,
    found: !!check.setting && !check.setting.reason && check.setting.verdict !== "not-offered",
    read: check.code === 2 && check.setting?.verdict === "differs" && check.setting.before === "on" && looked.writes.length === 0,
    flipped: fix.code === 0 && fix.setting?.verdict === "fixed" && fix.setting.after === "off",
    persisted: state[target] === false && ours.length === 1,
    wrong: wrong.length,
    seconds: took,
  };
  const amiss = [...check.amiss, ...fix.amiss];
  row.passed = row.found && row.read && row.flipped && row.persisted && row.wrong === 0 && amiss.length === 0;
  const why = row.passed ? [] : [`check: ${tell(check)}`, `fix: ${tell(fix)}`,
    `server: target ${state[target] ? "on" : "off"} after ${ours.length} write(s)`, ...wrong, ...amiss];
  return { row, why };
}

const every = Number(process.env.SAMPLE ?? 1);
// Each wire's sample begins at another page, so that several wires together cover most of the pages.
const chosen = (wire) =>
  wanted.length ? [...wanted] : libraries.filter((name, i) => wires[wire].once.includes(name) || (i + Object.keys(wires).indexOf(wire)) % every === 0);

const jobs = new Map(); // wire -> the pages that are still to be tested over it
for (const wire of names) {
  const missing = Object.entries(wires[wire].needs).filter(([, path]) => !path).map(([name]) => name);
  if (!missing.length) jobs.set(wire, chosen(wire));
  else if (!process.env.NO_SKIP) console.log(`[  SKIPPED ] zoo over ${wire}: no ${missing.join(", ")}`);
  else {
    console.error(`zoo over ${wire}: no ${missing.join(", ")}, and NO_SKIP is set`);
    process.exit(1);
  }
}
const workers = servers.map((server, number) => ({ ...server, number, wire: null, peer: null, opened: 0 }));

// The next page for a worker: over its own wire if there is one, else over the wire with the most left for each worker.
function next(worker) {
  const share = (wire) => jobs.get(wire).length / (1 + workers.filter((other) => other !== worker && other.wire === wire).length);
  const open = [...jobs.keys()].filter((wire) => jobs.get(wire).length);
  const wire = open.includes(worker.wire) ? worker.wire : open.sort((a, b) => share(b) - share(a))[0];
  return wire ? { wire, library: jobs.get(wire).shift() } : null;
}

const columns = [["wire", 14], ["library", 15], ["found", 6], ["read", 6], ["flipped", 8], ["persisted", 10], ["wrong touches", 14], ["seconds", 7]];
const line = (cells) => console.log(cells.map((cell, i) => String(cell).padEnd(columns[i][1])).join(" | ").trimEnd());
const word = (yes) => (yes ? "yes" : "NO");
let failed = 0;
let passed = 0;

async function work(worker) {
  for (let job; (job = next(worker)); ) {
    if (worker.peer && (worker.wire !== job.wire || worker.peer.dead())) worker.peer = (await worker.peer.end(), null);
    worker.wire = job.wire;
    if (!worker.peer) {
      const dir = join(temp, worker.wire, `peer-${worker.number}-${worker.opened++}`);
      mkdirSync(dir, { recursive: true });
      worker.peer = await wires[worker.wire].open(start, dir);
    }
    const { row, why } = await visit(job.library, worker);
    line([job.wire, job.library, word(row.found), word(row.read), word(row.flipped), word(row.persisted), row.wrong, row.seconds.toFixed(1)]);
    for (const text of why) console.log(`    ${text}`);
    if (row.passed) passed++;
    else failed++;
  }
  await worker.peer?.end();
  worker.wire = null;
}

line(columns.map(([name]) => name));
await Promise.all(workers.map(work));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
