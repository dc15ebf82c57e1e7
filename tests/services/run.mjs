// The scenarios of the other services against their replicas: what each run has to report, that the replica's own
// record agrees, and that nothing else is touched.
//
//   ONLY=NAME,NAME   these services
//   FAULTS=0         without faults
//   WIRE=bidi,webkit over these wires of tests/zoo/wires.mjs (all: each); cdp unless given
//   PART=NAME        these parts: rehearse, services, instances, outsider
//
// A wire whose programs are missing is skipped, or with NO_SKIP a failure.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "../record/run.mjs";
import { wires } from "../zoo/wires.mjs";
import { instances } from "./instances.mjs";
import { outsider } from "./outsider.mjs";

const program = process.env.OFFSWITCH;
const only = process.env.ONLY?.split(",");
const withFaults = process.env.FAULTS !== "0";
const parts = process.env.PART?.split(",") ?? ["rehearse", "services", "instances", "outsider"];
const chosen = process.env.WIRE === "all" ? Object.keys(wires) : (process.env.WIRE || "cdp").split(",");
const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"].map((arg) => `--browser-arg=${arg}`);

const all = ["chatgpt", "x", "github", "wordpress", "claude", "grok", "gemini", "grammarly", "mistral", "perplexity", "pinterest", "quora", "substack", "tumblr"];

// service, fault, the verdict of every setting (with its reason)
const faithful = ["chatgpt", "x", "github", "wordpress", "claude", "grok", "gemini"];
const table = [
  ...all.map((name) => [name, "", "fixed"]),
  ...faithful.map((name) => [name, "signed-out", "unknown:signed-out"]),
  ...faithful.map((name) => [name, "row-missing", "unknown:not-found"]),
  ...faithful.map((name) => [name, "locked", "unknown|locked"]),
  ...faithful.map((name) => [name, "tour", "fixed"]),
  ...faithful.map((name) => [name, "toast-dialog", "fixed"]),
  ...faithful.map((name) => [name, "save-error", "not-kept"]),
  ...faithful.map((name) => [name, "save-undone", "not-kept"]),
  ...["chatgpt", "x", "wordpress", "claude", "grok"].map((name) => [name, "late", "fixed"]),
  ...["chatgpt", "x", "wordpress", "claude", "grok"].map((name) => [name, "state-error", "unknown"]),
  ...["chatgpt", "claude", "grok"].map((name) => [name, "bot-wall", "unknown:blocked"]),
  ["claude", "notice", "unknown:covered"],
  ["wordpress", "forced", "as-wanted"],
];

/* What a wire cannot report there, and why. After the press the site has the new state, and nothing confirms it. */
const untold = {
  webkit: { github: "a script draws its form, and the driver reports nothing that contains the value of the field" },
};

// ---- what is running ----

const scratch = mkdtempSync(join(tmpdir(), "offswitch-service-"));
const children = new Set();
let made = 0;
const fresh = (what) => {
  const dir = join(scratch, `${what}${made++}`);
  mkdirSync(dir);
  return dir;
};
function start(name, args, options) {
  const child = spawn(name, args, options);
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}
process.once("exit", () => {
  children.forEach((child) => child.kill("SIGKILL"));
  rmSync(scratch, { recursive: true, force: true });
});

// The replica alone: its origin, its truth, a function that sets states, and one that ends it.
async function serve(name, fault) {
  const child = start(program, ["rehearse", name, "--serve", "0", ...(fault ? ["--fault", fault] : [])], { stdio: ["ignore", "pipe", "inherit"] });
  const origin = await new Promise((done, fail) => {
    let said = "";
    child.stdout.on("data", (text) => (said += text).includes("\n") && done(said.trim()));
    child.once("exit", (code) => fail(new Error(`the replica of ${name} ended (${code})`)));
  });
  return {
    origin,
    truth: async () => (await fetch(`${origin}/__truth`)).json(),
    put: (states) => fetch(`${origin}/__truth`, { method: "PUT", body: JSON.stringify(states) }),
    end: () => child.kill("SIGTERM"),
  };
}

// One command on a replica, over the wire.
function commandOf(peer, origin, state) {
  const own = ["--origin", origin, "--state", state, "--acknowledge-terms", "--json"];
  return (...args) => json([...args, ...own, ...peer.args(fresh("run"))]);
}

// ---- judging ----

const isExpected = (setting, expected) => expected.split("|").some((one) => [setting.verdict, `${setting.verdict}:${setting.reason}`].includes(one));

// The errors of a run, in words: compared with what is expected of each setting, and with the replica's record.
export function judge({ value: report }, expected, before, after) {
  const wrong = [];
  if (!report.settings.length) wrong.push(`no setting was reported (${report.error?.text})`);
  for (const s of report.settings) {
    const should = typeof expected === "string" ? expected : expected[s.id];
    if (!should || !isExpected(s, should)) wrong.push(`${s.id} is ${s.verdict}:${s.reason}, expected ${should} (${s.detail})`);
    const truth = after.settings[s.id];
    if (["fixed", "as-wanted"].includes(s.verdict) && truth !== undefined && truth !== s.wanted) wrong.push(`FALSE ${s.verdict} of ${s.id}: it is ${truth}`);
    if (s.verdict !== "fixed" && truth !== before.settings[s.id]) wrong.push(`${s.id} was ${before.settings[s.id]}, but is ${truth}`);
  }
  for (const id of Object.keys(after.settings))
    if (!report.settings.some((s) => s.id === id) && after.settings[id] !== before.settings[id]) wrong.push(`${id} was not selected, but is ${after.settings[id]}`);
  for (const touch of after.wrong_touches) wrong.push(`WRONG TOUCH: ${touch.what}`);
  if (after.saves - before.saves > report.settings.length) wrong.push(`${after.saves - before.saves} saves for ${report.settings.length} settings`);
  return wrong;
}

let failed = 0;
let passed = 0;
function tell(what, wrong) {
  console.log(`  ${wrong.length ? "FAILED" : "ok    "} ${what}`);
  for (const text of wrong) console.log(`         ${text}`);
  if (wrong.length) failed++;
  else passed++;
}

// ---- the parts ----

// As a person sees it: the program's own browser, and its own judgement.
async function rehearse() {
  for (const name of all) {
    if (only && !only.includes(name)) continue;
    const { value, err } = await json(["rehearse", name, "--json", "--state", fresh("state"), ...quiet]);
    const wrong = value.settings.filter((s) => !isExpected(s, "fixed")).map((s) => `${s.id} is ${s.verdict}:${s.reason} (${s.detail})`);
    if (!value.settings.length) wrong.push("no setting was reported");
    if (!/ 0 wrong touches/.test(err)) wrong.push(`touched: ${err.slice(err.indexOf("wrong touch"))}`);
    if (/says otherwise/.test(err)) wrong.push("the report contradicts the replica");
    tell(`rehearse ${name}`, wrong);
  }
}

async function services(peer, wire) {
  for (const [name, fault, expected] of table) {
    if ((only && !only.includes(name)) || (fault && !withFaults)) continue;
    const site = await serve(name, fault);
    const run = commandOf(peer, site.origin, fresh("state"));
    const before = await site.truth();
    /* if no index lists them, the person names them */
    const named = name === "substack" ? ["--instance", "mossy-letters", "--instance", "second-letter"] : [];
    const checked = fault ? null : await run("check", name, ...named);
    const between = await site.truth();
    const fixed = await run("fix", name, "--yes", ...named, ...(fault === "save-undone" ? [] : ["--hold", "1"]));
    const after = await site.truth();
    const should = untold[wire]?.[name] && expected === "fixed" ? "unknown:not-ready" : expected;
    const base = should === expected ? between : { ...between, settings: after.settings };
    const wrong = judge(fixed, should, base, after);
    /* for an unknown name the error proposes the most similar one */
    if (name === "x" && fault === "row-missing" && !/nearest names there are "Allow X to personalize/.test(fixed.value.settings[0].detail)) wrong.push(`no candidates: ${fixed.value.settings[0].detail}`);
    if (checked) wrong.push(...judge(checked, "differs", before, between).map((text) => `check: ${text}`));
    site.end();
    tell(`${wire} ${name} ${fault}`, [...wrong, ...(await peer.left())]);
  }
}

try {
  if (parts.includes("rehearse")) await rehearse();
  for (const wire of chosen) {
    const missing = Object.entries(wires[wire].needs).find(([, found]) => !found)?.[0];
    if (missing) {
      console.log(`  ${process.env.NO_SKIP ? "FAILED" : "skip  "} ${wire}: ${missing} is not installed`);
      failed += process.env.NO_SKIP ? 1 : 0;
      continue;
    }
    const peer = await wires[wire].open(start, fresh("peer"));
    if (parts.includes("services")) await services(peer, wire);
    const tools = { wire, only, serve, judge, tell, fresh, command: (origin, state) => commandOf(peer, origin, state) };
    if (parts.includes("instances")) await instances(tools);
    if (parts.includes("outsider")) await outsider(tools);
    await peer.end();
  }
} catch (error) {
  tell("the run itself", [error.stack]);
}
console.log(`services: ${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
