// The ledger with a real browser: accounts, plans that became stale in five ways, undo, waivers, a setting that comes
// back, two runs at once, a full and a read-only disk, reports that match their schema and their formats, two origins,
// an account on the replica, pictures.
//
//   node tests/record/live.mjs [PART...]

import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launchPort } from "../probe/chromium.mjs";
import { json, lines, offswitch } from "./run.mjs";
import { validator } from "./packages.mjs";
import { startSite } from "./site.mjs";
import { wires } from "../zoo/wires.mjs";

const site = await startSite({
  train: { label: "Use my data for training", on: true },
  share: { label: "Share with partners", on: false },
});
const browser = await launchPort();
const dir = mkdtempSync(join(tmpdir(), "offswitch-live-"));
const faultsOf = validator(JSON.parse((await offswitch(["report", "--schema"])).out));
let failed = 0, said = 0;

const ok = (yes, what) => {
  said++;
  if (yes) return;
  failed++;
  console.log(`  FAULT ${what}`);
};
const same = (is, want, what) => ok(JSON.stringify(is) === JSON.stringify(want), `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(want)}`);
const fits = (report, what) => {
  const faults = faultsOf(report);
  ok(!faults.length, `${what} does not match the schema: ${faults.slice(0, 3).join("; ")}`);
};
let scenario = site.scenario();
let states = 0;
const newState = () => ["--state", join(dir, `state-${states++}`)];
const options = (state) => ["--connect", `cdp://127.0.0.1:${browser.port}`, "--origin", site.origin, "--json", ...state];
const check = (state, ...more) => json(["check", scenario, ...options(state), ...more]);
const fix = (state, ...more) => json(["fix", scenario, "--hold", "0", ...options(state), ...more]);
const verdicts = (run) => run.value.settings.map((s) => s.verdict);
const reset = () => {
  site.settings.train = { label: "Use my data for training", on: true };
  site.settings.share = { label: "Share with partners", on: false };
  site.account = "Anna Petrova";
  scenario = site.scenario();
};

async function accounts() {
  const state = newState();
  const first = await check(state);
  same(first.value.account?.hint, "A. P.", "the hint");
  ok(!first.out.includes("Petrova"), "the report has the account's name");
  fits(first.value, "a check");
  site.account = "Bo Berg";
  const second = await check(state);
  ok(second.err.includes("account B. B.") && second.err.includes("A. P."), "another account is not reported");
  const none = await check(newState(), "--no-account");
  same(none.value.account, null, "--no-account");
  const labelled = await check(newState(), "--label", "Cy", "--no-account");
  same(labelled.value.label, "Cy", "--label");
  const diff = await offswitch(["diff", ...state]);
  same(diff.status, 1, "diff across accounts");
  scenario = site.scenario({ account: { key: "login" } });
  same((await check(newState())).value.account?.hint, "B. B.", "an account by a key");
  scenario = site.scenario({ account: { selector: ".me", attribute: "data-login" } });
  same((await check(newState())).value.account?.hint, "B. B.", "an account by an attribute");
}

async function plans() {
  const file = join(dir, "plan.json");
  const stale = [
    ["the scenario", () => (scenario = site.scenario({ version: "2" }))],
    ["the account", () => (site.account = "Bo Berg")],
    ["the wording", () => ((site.settings.train.labels = ["Use my data for training", "Use my posts for training"]), (scenario = site.scenario()), (site.settings.train.label = "Use my posts for training"))],
    ["the state", () => (site.settings.train.on = false)],
    ["another state", () => (site.settings.share.on = true)],
    ["the date", () => {
      const plan = JSON.parse(readFileSync(file, "utf8"));
      plan.made = new Date(Date.now() - 25 * 3600e3).toISOString().replace(/\.\d+Z/, "Z");
      writeFileSync(file, JSON.stringify(plan));
    }],
  ];
  for (const [what, change] of stale) {
    reset();
    const state = newState();
    if (what === "the wording") { // the scenario knows both wordings from the start
      site.settings.train.labels = ["Use my data for training", "Use my posts for training"];
      scenario = site.scenario();
      await check(state, "--out", file);
      site.settings.train.label = "Use my posts for training";
    } else {
      await check(state, "--out", file);
      change();
    }
    const saves = site.saves.length;
    const run = await fix(state, "--plan", file, "-y");
    same(run.status, 4, `a plan after a change of ${what}`);
    same(site.saves.length, saves, `a press after a change of ${what}`);
    fits(run.value, `a refused plan (${what})`);
  }
  reset();
  const state = newState();
  await check(state, "--out", file);
  const run = await fix(state, "--plan", file, "-y");
  same([run.status, verdicts(run), site.settings.train.on], [0, ["fixed", "as-wanted"], false], "a valid plan");
  const missing = await offswitch(["fix", "--plan", join(dir, "nothing.json"), ...options(state)]);
  same(missing.status, 1, "a missing plan file");
}

async function undo() {
  reset();
  const state = newState();
  await fix(state, "-y");
  same(site.settings.train.on, false, "the fix before an undo");
  const refused = await json(["undo", "--hold", "0", ...options(state)]);
  same([refused.status, site.settings.train.on], [4, false], "an undo without a yes");
  const run = await json(["undo", "--hold", "0", "-y", ...options(state)]);
  same([run.status, run.value.command, run.value.settings.map((s) => s.id), site.settings.train.on], [0, "undo", ["train"], true], "an undo");
  fits(run.value, "an undo");
  const again = await json(["undo", "--hold", "0", "-y", ...options(state)]);
  same([again.status, verdicts(again)], [0, ["as-wanted"]], "an undo twice");
  site.account = "Bo Berg";
  site.settings.train.on = false;
  const other = await json(["undo", "--hold", "0", "-y", ...options(state)]);
  same([other.status, site.settings.train.on], [4, false], "an undo on another account");
}

async function choices() {
  reset();
  const state = newState();
  same((await offswitch(["keep", "train", scenario, "--because", "my employer", ...state])).status, 0, "keep");
  const run = await fix(state, "-y");
  same([run.status, verdicts(run)[0], site.settings.train.on], [0, "skipped", true], "a setting that is kept");
  ok(run.value.settings[0].detail.includes("my employer"), "the reason of a waiver");
  fits(run.value, "a run with a waiver");
  await offswitch(["keep", "train", scenario, "--because", "until then", "--until", "2020-01-01", ...state]);
  const lapsed = await check(state);
  same(verdicts(lapsed)[0], "differs", "a waiver that has lapsed");
  ok(lapsed.err.includes("has lapsed"), "the lapse is not reported");
  same(lapsed.value.manual[0].overdue, true, "a step that is due");
  await offswitch(["done", "object", scenario, ...state]);
  const done = await check(state);
  same([done.value.manual[0].overdue, typeof done.value.manual[0].done], [false, "string"], "a step that is done");
}

async function returning() {
  reset();
  const state = newState();
  for (let i = 0; i < 3; i++) {
    site.settings.train.on = true;
    same((await fix(state, "-y")).status, 0, `fix ${i}`);
  }
  site.settings.train.on = true;
  const saves = site.saves.length;
  const run = await fix(state, "-y");
  same([run.status, verdicts(run)[0], site.saves.length], [2, "differs", saves], "the fourth fix");
  ok(/turned back 3 times/.test(run.value.settings[0].detail), "why it is not pressed");
  const history = await json(["history", "train", "--json", ...state]);
  same(history.value.moves.filter((m) => m.why === "unexplained").length, 3, "unexplained moves");
}

async function twoAtOnce() {
  reset();
  const state = newState();
  const runs = await Promise.all([check(state), check(state), check(state)]);
  same(runs.map((r) => r.status), [2, 2, 2], "runs at once");
  const chain = await json(["ledger", "verify", "--json", ...state]);
  same([chain.value.chain.runs, chain.value.chain.faults], [3, []], "their records");
}

function mountSmall(name, options) {
  const path = join(dir, name);
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    return null;
  }
}

async function disks() {
  reset();
  const full = mountSmall("full", "size=1m");
  if (!full) return console.log("  (disks: not tested, only root can mount a file system)");
  const state = ["--state", join(full, "state")];
  await check(state);
  const saves = site.saves.length;
  let size = 1 << 20;
  while (size >= 512)
    try {
      writeFileSync(join(full, `filler-${size}-${Math.random()}`), Buffer.alloc(size));
    } catch {
      size >>= 1;
    }
  const run = await fix(state, "-y");
  same([run.status, site.settings.train.on, site.saves.length], [1, true, saves], "a fix on a full disk");
  ok(/disk is full|cannot be written|No space/.test(run.err), `the error of a full disk: ${run.err}`);
  execFileSync("umount", [full]);

  const readonly = mountSmall("readonly", "size=4m");
  const held = ["--state", join(readonly, "state")];
  await check(held);
  execFileSync("mount", ["-o", "remount,ro", readonly]);
  const refused = await fix(held, "-y");
  same([refused.status, site.settings.train.on], [1, true], "a fix on a read-only disk");
  same((await json(["status", "--json", ...held])).value.groups.length, 1, "status on a read-only disk");
  execFileSync("umount", [readonly]);
}

// The faults of a report in a format of other programs, as texts.
const formats = {
  // RFC 4180: as many cells in each line
  csv(text) {
    const rows = text.split("\r\n").slice(0, -1).map((line) => line.match(/("(?:[^"]|"")*"|[^,"]*)(,|$)/g).length - (line.endsWith(",") ? 0 : 1));
    return [...new Set(rows)].length === 1 && text.endsWith("\r\n") ? [] : [`cells in a line: ${rows}`];
  },
  // well-formed, and every suite counts its own cases
  junit(text) {
    const faults = [];
    try {
      execFileSync("xmllint", ["--noout", "-"], { input: text, stdio: ["pipe", "ignore", "pipe"] });
    } catch (error) {
      if (error.code !== "ENOENT") faults.push(String(error.stderr));
      else if (process.env.NO_SKIP) faults.push("xmllint is not installed");
    }
    if (!/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites>[^]*<\/testsuites>\n$/.test(text)) faults.push("it has no testsuites");
    for (const [suite] of text.matchAll(/<testsuite [^]*?<\/testsuite>/g))
      for (const [attribute, tag] of [["tests", "testcase"], ["failures", "failure"], ["errors", "error"], ["skipped", "skipped"]]) {
        const said = Number(new RegExp(` ${attribute}="(\\d+)"`).exec(suite)?.[1] ?? NaN);
        const found = (suite.match(new RegExp(`<${tag}[ />]`, "g")) ?? []).length;
        if (said !== found) faults.push(`${attribute} is ${said}, but there are ${found}`);
      }
    return faults;
  },
  // SARIF 2.1.0, 3.13 to 3.27: required members and references
  sarif(text) {
    const log = JSON.parse(text);
    const faults = log.version === "2.1.0" && Array.isArray(log.runs) ? [] : ["its version or its runs"];
    for (const { tool, results, invocations } of log.runs) {
      const rules = tool?.driver?.rules ?? [];
      if (!tool?.driver?.name) faults.push("a run without a tool");
      if (new Set(rules.map((r) => r.id)).size !== rules.length) faults.push("two rules with one id");
      if (invocations?.some((i) => typeof i.executionSuccessful !== "boolean")) faults.push("an invocation without executionSuccessful");
      for (const { ruleId, ruleIndex, level, message, locations } of results) {
        if (!message?.text || !["none", "note", "warning", "error"].includes(level)) faults.push(`the result of ${ruleId}`);
        if (rules[ruleIndex]?.id !== ruleId) faults.push(`the rule of ${ruleId}`);
        for (const { physicalLocation } of locations) if (!URL.canParse(physicalLocation?.artifactLocation?.uri)) faults.push(`the location of ${ruleId}`);
      }
    }
    return faults;
  },
  // OpenMetrics 1.0: each family in one piece behind its TYPE, no series twice, EOF at the end
  openmetrics(text) {
    const faults = text.endsWith("# EOF\n") ? [] : ["it does not end with # EOF"];
    const series = new Set(), families = new Set();
    let family = "";
    for (const line of text.split("\n").slice(0, -2)) {
      const meta = /^# (TYPE|UNIT|HELP) ([a-z_]+) .+$/.exec(line);
      const sample = /^([a-z_]+)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? -?\d+(\.\d+)?$/.exec(line);
      if (!meta && !sample) faults.push(`the line ${line}`);
      const name = (meta ?? sample)?.[meta ? 2 : 1];
      if (meta && name !== family && families.has(name)) faults.push(`${name} is in two pieces`);
      if (meta) families.add((family = name));
      if (sample && name !== family) faults.push(`${name} is in the family ${family}`);
      if (sample && series.has(name + sample[2])) faults.push(`${line} occurs twice`);
      if (sample) series.add(name + sample[2]);
    }
    return faults;
  },
};

async function reports() {
  reset();
  const state = newState();
  fits((await json(["report", "--json", ...state, "--all"])).value, "a report of no runs");
  await fix(state, "-y");
  site.settings.train.label = "Something else entirely";
  site.settings.train.embedded = false;
  const unknown = await check(state, "--only", "train");
  same(verdicts(unknown)[0], "unknown", "an unknown wording");
  fits((await json(["report", "--json", ...state])).value, "a report with an unknown");
  fits((await json(["report", "--json", "--all", ...state])).value, "a report of two runs");
  const page = join(dir, "report.html");
  same((await offswitch(["report", "--all", "--html", page, ...state])).status, 0, "an HTML report");
  ok(existsSync(page) && readFileSync(page, "utf8").includes("Anna") === false, "the page names the account");
  for (const [format, faultsIn] of Object.entries(formats)) {
    const report = await offswitch(["report", `--${format}`, "--all", ...state]);
    same([report.status, faultsIn(report.out)], [0, []], `the format ${format}`);
    const none = await offswitch(["report", `--${format}`, "--all", ...newState()]);
    same([none.status, faultsIn(none.out)], [0, []], `the format ${format} without a run`);
  }
  const one = join(dir, "anna.json");
  writeFileSync(one, (await offswitch(["report", "--json", "--all", ...state])).out);
  const merged = await json(["report", "--merge", "--json", one]);
  same(merged.value.people.map((p) => p.state), ["unknown"], "an overview");
  const exported = lines((await offswitch(["ledger", "export", ...state])).out);
  same(exported.filter((l) => l.kind === "link").length, 2, "an export");
  same((await offswitch(["ledger", "forget", "--all", ...state])).status, 4, "forgetting without a yes");
  same((await offswitch(["ledger", "forget", "--all", "-y", ...state])).status, 0, "forgetting");
  const chain = await json(["ledger", "verify", "--json", ...state]);
  same([chain.value.chain.runs, chain.value.chain.removed, chain.value.chain.faults], [0, 2, []], "the chain after forgetting");
}

// The built-in replica names no account: a copy of the scenario says where one could be.
async function replicaAccount() {
  const state = newState();
  const replica = spawn(process.env.OFFSWITCH ?? "build/offswitch", ["rehearse", "--serve", "0"], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const origin = await new Promise((done) => replica.stdout.once("data", (text) => done(String(text).trim())));
    const copy = JSON.parse(readFileSync(join(process.env.OFFSWITCH_SCENARIOS ?? "scenarios", "linkedin.json"), "utf8"));
    const file = join(dir, "linkedin.json");
    const look = async (account, ...more) => {
      writeFileSync(file, JSON.stringify({ ...copy, account }));
      same((await offswitch(["scenario", "lint", file])).status, 0, "the lint of an account");
      return json(["check", file, "--only", "data-for-ai-improvement", ...options(state), "--origin", origin, ...more]);
    };
    const first = await look({ selector: ".global-nav__primary-link" }); // "Home"
    same([first.value.account?.hint, first.value.settings[0].verdict], ["H...e", "differs"], "an account on the replica");
    const second = await look({ selector: ".global-nav__primary-link[href='/jobs/']" }); // "Jobs"
    ok(second.err.includes("This is the account J...s. The last run in this browser was on H...e"), `another account on the replica: ${second.err}`);
    same((await offswitch(["diff", ...state])).status, 1, "diff across accounts of the replica");
    same((await look({ selector: ".nobody" })).value.account, null, "an account that the page does not show");
    same((await look({ selector: ".global-nav__primary-link" }, "--no-account", "--label", "Cy")).value.account, null, "--no-account on the replica");
    const status = await json(["status", "--json", ...state]);
    same(status.value.groups.map((g) => g.account ?? g.label ?? "profile").sort(), ["Cy", "H...e", "J...s", "profile"], "one group per account and label");
  } finally {
    replica.kill();
  }
}

// Pictures over the wires that the arguments after "pictures" name, or in a browser of the program's own.
async function pictures() {
  const over = process.argv.includes("pictures") ? process.argv.slice(process.argv.indexOf("pictures") + 1) : [];
  for (const wire of over.length ? over : ["launch"]) {
    const missing = Object.entries(wires[wire].needs).filter(([, there]) => !there).map(([name]) => name);
    if (missing.length) {
      ok(!process.env.NO_SKIP, `pictures over ${wire}: no ${missing}`);
      continue;
    }
    const place = join(dir, wire);
    mkdirSync(place);
    const peer = await wires[wire].open((program, args, how) => spawn(program, args, how), place);
    try {
      reset();
      const state = newState();
      const said = [...peer.args(place), "--origin", site.origin, "--json", "--hold", "0", "-y", ...state];
      const began = Date.now();
      const run = await json(["fix", scenario, ...said]);
      console.log(`    ${wire}: ${Date.now() - began} ms`);
      same(verdicts(run), ["fixed", "as-wanted"], `a fix over ${wire}`);
      const report = await json(["report", "--json", ...state]);
      fits(report.value, "a report with pictures");
      const moments = (r) => r.value.settings.map((s) => (s.pictures ?? []).map((p) => p.moment));
      same(moments(report), [["before", "after"], []], `pictures over ${wire}`);
      const shown = lines((await offswitch(["ledger", "export", ...state])).out).filter((l) => l.kind === "picture").map((l) => Buffer.from(l.picture.png, "base64"));
      for (const png of shown) {
        const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
        ok(width >= 10 && width <= 400 && height >= 10 && height <= 60, `a picture over ${wire} is ${width} by ${height}`);
        if (process.env.PICTURES) writeFileSync(join(process.env.PICTURES, `${wire}-${shown.indexOf(png)}.png`), png);
      }
      const chain = await json(["ledger", "verify", "--json", ...state]);
      same(chain.value.chain.faults, [], `the chain with pictures over ${wire}`);
      site.settings.train.on = true;
      const none = await json(["fix", scenario, ...said, "--no-pictures"]);
      same([verdicts(none)[0], moments(await json(["report", "--json", ...state]))], ["fixed", [[], []]], `--no-pictures over ${wire}`);
    } finally {
      await peer.end();
    }
  }
}

// A ledger that shows whose reports are newest and which of two sites they are from.
async function otherOrigins() {
  reset();
  const state = newState();
  const other = await startSite({ train: { label: "Use my data for training", on: true }, share: { label: "Share with partners", on: false } });
  try {
    await fix(state, "-y");
    const there = await json(["fix", other.scenario(), "--hold", "0", "-y", ...options(state), "--origin", other.origin]);
    same(verdicts(there)[0], "fixed", "a fix at another origin");
    const status = await json(["status", "--json", ...state]);
    same(status.value.groups.map((g) => g.origin), [other.origin, site.origin], "the groups of two origins");
    same((await offswitch(["diff", ...state])).status, 1, "diff across origins");
    const wrong = await json(["undo", there.value.run, "--hold", "0", "-y", ...options(state), "--origin", site.origin]);
    same([wrong.status, site.settings.train.on, other.settings.train.on], [4, false, false], "an undo at another origin than the run's");
    const right = await json(["undo", there.value.run, "--hold", "0", "-y", "--json", "--connect", `cdp://127.0.0.1:${browser.port}`, ...state]);
    same([right.status, site.settings.train.on, other.settings.train.on], [0, false, true], "an undo at the run's own origin");
  } finally {
    other.close();
  }
}

try {
  const parts = [accounts, plans, undo, choices, returning, twoAtOnce, disks, reports, otherOrigins, replicaAccount, pictures];
  for (const part of parts.filter((p) => process.argv.length < 3 || process.argv.includes(p.name))) {
    const before = failed;
    reset();
    await part();
    console.log(`  ${failed === before ? "ok" : "FAILED"} ${part.name}`);
  }
} finally {
  await browser.close();
  site.close();
  for (const name of ["full", "readonly"])
    try {
      execFileSync("umount", [join(dir, name)], { stdio: "ignore" });
    } catch {
      // it is not mounted
    }
  rmSync(dir, { recursive: true, force: true });
}
console.log(failed ? `ledger: ${failed} of ${said} failed` : `ledger: all ${said} passed`);
process.exit(failed ? 1 : 0);
