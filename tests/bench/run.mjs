// The bench: the same job on the same site (site.mjs) in the same browser, done by each client (clients.mjs) in turn.
//
//   node run.mjs            the whole table: text, JSON and SVG into BENCH_BUILD
//   node run.mjs --short    offswitch alone, compared with limits.tsv: processor time, memory and messages, never wall time
//
//   OFFSWITCH     the program                     (build/offswitch at the top)
//   BENCH_BUILD   measure, packages, results      (build/bench at the top)
//   RUNS          runs of each, reported as medians (5; above 100 settings 3 at most)
//   N             numbers of settings             (1,8,64,256)
//   JOBS          check, fix                      (both)
//   CLIENTS       names of clients.mjs, separated by semicolons (all; those without their peer are left out)
//   COUNT=0       no run to count messages
//   KINDS, SAVES  kinds of page and of saves      (served,fetched,late; own)
//
// The browsers are open before the first run and shared by all. `wall` is from the client's start to its exit, `cpu`
// and `peak` are of the client's process alone. Messages and bytes are counted in a separate run, through relay.mjs.
// Each run's result is compared with the site's own state; one wrong state, or one lost or doubled save, fails the
// bench.

import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { clients } from "./clients.mjs";
import { openPeers } from "./peers.mjs";
import { openRelay } from "./relay.mjs";
import { median, report } from "./report.mjs";
import { scenarioOf, settingsOf } from "./site.mjs";
import { asOnReference, slowness } from "./yardstick.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const offswitch = resolve(process.env.OFFSWITCH || join(here, "../../build/offswitch"));
const build = resolve(process.env.BENCH_BUILD || join(here, "../../build/bench"));
const short = process.argv.includes("--short");
const list = (name, otherwise, separator = ",") => (process.env[name] || otherwise).split(separator).map((word) => word.trim());
const runs = short ? 1 : Number(process.env.RUNS || 5);
const limits = readFileSync(join(here, "limits.tsv"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t"));
const limited = (job, n, client) => limits.some(([j, m, name]) => j === job && Number(m) === n && name === client);
const numbers = short ? [...new Set(limits.map(([, n]) => Number(n)))] : list("N", "1,8,64,256").map(Number);
const jobs = list("JOBS", "check,fix");
const kinds = list("KINDS", "served,fetched,late");
const saves = process.env.SAVES || "own";
const names = short ? [...new Set(limits.map(([, , name]) => name))] : list("CLIENTS", Object.keys(clients).join(";"), ";");
for (const name of names)
  if (!clients[name]) {
    console.error(`no such client: ${name}; there are ${Object.keys(clients).join("; ")}`);
    process.exit(64);
  }

const temp = mkdtempSync(join(tmpdir(), "offswitch-bench-"));
const children = new Set();
function start(program, args, options) {
  const child = spawn(program, args, options);
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// ---- what the packages and the program can do ----

function install() {
  const stamp = join(build, "installed");
  const lock = readFileSync(join(here, "package-lock.json"), "utf8");
  mkdirSync(build, { recursive: true });
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    rmSync(stamp, { force: true });
    for (const file of ["package.json", "package-lock.json", ".npmrc"]) cpSync(join(here, file), join(build, file));
    if (spawnSync("npm", ["ci", "--loglevel=error"], { cwd: build, stdio: ["ignore", 2, 2] }).status !== 0) throw new Error("npm ci failed");
    writeFileSync(stamp, lock);
  }
  rmSync(join(build, "clients"), { recursive: true, force: true });
  cpSync(join(here, "clients"), join(build, "clients"), { recursive: true });
}

const knowsHold = spawnSync(offswitch, ["help", "fix"], { encoding: "utf8" }).stdout?.includes("--hold");
function knowsState() {
  const file = join(temp, "state.json");
  writeFileSync(file, JSON.stringify(scenarioOf({ count: 2, kinds: ["served", "fetched"], saves: "own" }, "http://127.0.0.1:1", true)));
  return spawnSync(offswitch, ["scenario", "lint", file]).status === 0;
}

// ---- one run ----

const ask = async (path, body) => (await fetch(site.origin + path, body ? { method: "POST", body: JSON.stringify(body) } : {})).json();

let serial = 0;
async function once(name, job, n, at) {
  const client = clients[name];
  const dir = join(temp, `run-${++serial}`);
  mkdirSync(dir);
  const setup = { count: n, kinds, saves, start: job === "fix" ? "on" : "mixed" };
  await ask("/__site", setup);
  const before = (await ask("/__truth")).states;
  const seconds = Math.round(45 + 1.5 * n);
  const settings = settingsOf(setup);
  const place = {
    ...at, job, offswitch, seconds, origin: site.origin, knowsHold, clients: join(build, "clients"), scenario: join(dir, "scenario.json"),
    task: join(dir, "task.json"), state: join(dir, "state"), profile: join(dir, "profile"), capabilities: join(dir, "capabilities.json"),
  };
  const scenario = scenarioOf(setup, site.origin, statesKnown);
  writeFileSync(place.scenario, JSON.stringify(scenario));
  writeFileSync(place.capabilities, JSON.stringify({ "goog:chromeOptions": { debuggerAddress: new URL(at.browserURL).host } }));
  writeFileSync(place.task, JSON.stringify({
    job: client.job ?? job, browserURL: at.browserURL, driverURL: at.driverURL, origin: site.origin,
    settings: settings.map((s, i) => ({ ...s, wanted: "off", savePath: scenario.settings[i].save.path })),
  }));

  const cost = join(dir, "cost.json");
  const child = start(join(build, "measure"), [...(client.launches ? ["-c"] : []), cost, ...client.command(place)], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let said = "";
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (said = (said + text).slice(-2000)));
  const late = [setTimeout(() => child.kill("SIGTERM"), (seconds + 5) * 1000), setTimeout(() => child.kill("SIGKILL"), (seconds + 20) * 1000)];
  await new Promise((done) => child.on("close", done));
  late.forEach(clearTimeout);

  const truth = await ask("/__truth");
  const measured = existsSync(cost) ? JSON.parse(readFileSync(cost, "utf8")) : { wall: seconds, cpu: 0, system: 0, rss_kb: 0, exit: null };
  const wrong = judge(client, job, settings, before, truth, out, said);
  if (process.env.BENCH_KEEP) {
    mkdirSync(process.env.BENCH_KEEP, { recursive: true });
    writeFileSync(join(process.env.BENCH_KEEP, `${job}-${n}-${name.replace(/\W+/g, "-")}.json`), out);
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  return { ...measured, wrong, loads: truth.loads };
}

// What is wrong with the outcome of a run, in words.
function judge(client, job, settings, before, truth, out, said) {
  let states;
  try {
    states = client.states(out, settings);
  } catch {
    return [`no result: ${said.trim().split("\n").slice(-3).join(" / ")}`];
  }
  const wrong = [];
  for (const setting of settings.filter(client.knows ?? (() => true))) {
    const { key, kind } = setting;
    const right = job === "fix" ? "off" : before[key];
    if (states[key] !== right) wrong.push(`${key} (${kind}) is ${right}, but the client says ${states[key]}`);
    if (truth.states[key] !== right) wrong.push(`${key} (${kind}) should be ${right} but is ${truth.states[key]}`);
    const writes = truth.writes[key] ?? 0;
    if (writes !== (before[key] === right ? 0 : 1)) wrong.push(`${key} (${kind}) was saved ${writes} times`);
  }
  if (truth.refused) wrong.push(`${truth.refused} saves were refused`);
  return wrong;
}

// ---- the table ----

if (!short) install();
const server = start(process.execPath, [join(here, "site.mjs")], { stdio: ["pipe", "pipe", "inherit"] });
const site = {
  origin: await new Promise((done, fail) => {
    server.stdout.once("data", (line) => done(String(line).trim()));
    server.once("exit", (code) => fail(new Error(`the site ended (${code})`)));
  }),
};
const statesKnown = knowsState();
const peers = await openPeers(start, temp, new Set(names.map((name) => clients[name].needs)));
const able = names.filter((name) => !clients[name].needs || peers.has[clients[name].needs]);
for (const name of names) if (!able.includes(name)) console.error(`left out: ${name}: there is no ${clients[name].needs}`);

const relays = {};
for (const [name, port] of Object.entries(peers.ports)) relays[name] = await openRelay(port, name === "firefox");
const address = (ports) => Object.fromEntries([["browserURL", "browser"], ["driverURL", "driver"], ["firefoxURL", "firefox"]].map(([key, name]) => [key, `http://127.0.0.1:${ports[name]}`]));
const direct = address(peers.ports);
const relayed = address(Object.fromEntries(Object.entries(relays).map(([name, relay]) => [name, relay.port])));

const rows = [];
let failed = 0;
async function tried(row, at) {
  const result = await once(row.client, row.job, row.n, at);
  if (result.wrong.length) {
    failed++;
    row.wrong = Math.max(row.wrong, result.wrong.length);
    console.error(`WRONG: ${row.client}, ${row.job} of ${row.n}, exit ${result.exit}: ${result.wrong.length} times, first ${result.wrong[0]}`);
  }
  return result;
}

const started = new Date();
for (const name of able) await once(name, "check", 1, direct); // read the files from the disk once, before the runs
for (const n of numbers)
  for (const job of jobs) {
    const those = able.filter((name) => clients[name].jobs.includes(job) && n <= clients[name].most && (!short || limited(job, n, name)));
    const group = those.map((client) => ({ job, n, client, runs: [], wrong: 0, messages: null, bytes: null }));
    let slow = short && slowness(join(build, "measure"));
    for (let round = 0; round < (n > 100 ? Math.min(runs, 3) : runs); round++)
      for (let i = 0; i < group.length; i++) {
        const row = group[(i + round) % group.length];
        const run = await tried(row, direct);
        row.runs.push(run);
        if (!short) continue;
        const now = slowness(join(build, "measure"));
        run.reference_cpu = asOnReference(run, slow, now);
        slow = now;
      }
    for (const row of group) {
      if (!clients[row.client].launches && process.env.COUNT !== "0") {
        // A client of a driver talks only to the driver, which talks to the browser as usual.
        const at = clients[row.client].needs === "driver" ? { ...relayed, browserURL: direct.browserURL } : relayed;
        for (const relay of Object.values(relays)) relay.take();
        await tried(row, at);
        Object.assign(row, relays[clients[row.client].needs ?? "browser"].take());
      }
      for (const what of ["wall", "cpu", "rss_kb", ...(short ? ["reference_cpu"] : [])]) row[what] = median(row.runs.map((run) => run[what]));
      console.error(`${job} ${n} ${row.client}: ${row.wall.toFixed(2)} s, cpu ${row.cpu.toFixed(3)} s, ${(row.rss_kb / 1024).toFixed(1)} MB, ${row.messages ?? "-"} messages`);
    }
    rows.push(...group);
  }
for (const relay of Object.values(relays)) relay.close();
await peers.close();

const about = {
  date: started.toISOString().slice(0, 10), machine: `${cpus().length} cores, ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB`, node: process.version,
  browsers: peers.versions, offswitch: spawnSync(offswitch, ["--version"], { encoding: "utf8" }).stdout.trim(),
  packages: JSON.parse(readFileSync(join(here, "package.json"), "utf8")).dependencies, runs, kinds, saves, state: statesKnown, load: loadavg()[0],
};
failed += report({ about, rows }, build, short ? limits : null);
process.exit(failed ? 1 : 0);
