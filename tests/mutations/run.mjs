// Thousands of variants of the replica's settings page, each made from a seed, and offswitch run on each of them. These
// must hold for each, whatever the page looks like:
//
//   no false off     as-wanted and fixed are reported only if the server had the setting off at the last read of the run,
//                    which comes no sooner than the hold after the save; and not-offered never, because the site has it
//   no wrong touch   nothing is saved but this setting, nothing is pressed that is not its control, its label or what
//                    hides it, no page is opened except its own
//   one click        the control is pressed at most once, and saved at most once; by `check`, never
//   no traces        no tab is left
//
// How many variants were read and flipped is reported, not asserted: "unknown" is always allowed.
//
// Every delay is random; see recipe.mjs.
//
//   node run.mjs                 N variants (default 2000) of SEED (default 1), J at a time (default 4)
//   node run.mjs SEED:INDEX...   these variants again
//   node run.mjs --with a,b      N variants with these mutations and no others
//   node run.mjs --serve SEED:INDEX   serve that variant, until the process is ended
//   node run.mjs --list          the mutations there are
//
//   OFFSWITCH   the program (build/offswitch at the top);  CHROMIUM  the browser;  MUTATIONS_TELL=1  a line for each variant

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, launchPort } from "../probe/chromium.mjs";
import { inverted, makeRecipe, mutators } from "./recipe.mjs";
import { serve } from "./site.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const offswitch = resolve(process.env.OFFSWITCH || join(here, "../../build/offswitch"));
const id = "data-for-ai-improvement";
const holdMs = 6000; // the default of --hold
const settlesMs = 25000; // until no delayed effect of the site is due any more
const seconds = 150; // the deadline of a run
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const args = process.argv.slice(2);
if (args[0] === "--list") {
  console.log(Object.keys(mutators).join("\n"));
  process.exit(0);
}
const forced = args[0] === "--with" ? args[1].split(",") : [];
const ids = args.filter((a) => /^\d+:\d+$/.test(a)).map((a) => a.split(":").map(Number));
const seed = Number(process.env.SEED || 1);
const count = Number(process.env.N || 2000);
const recipes = ids.length ? ids.map(([s, i]) => makeRecipe(s, i, forced)) : Array.from({ length: count }, (_, i) => makeRecipe(seed, i, forced));

if (args[0] === "--serve") {
  const variant = await serve(offswitch, recipes[0]);
  console.log(`${variant.origin}/mypreferences/d/settings/data-for-ai-improvement\n${JSON.stringify(recipes[0], null, 1)}`);
  await new Promise(() => {});
}
if (!findChromium()) {
  console.log("[  SKIPPED ] mutations: no Chromium on PATH");
  process.exit(0);
}
if (!existsSync(offswitch)) {
  console.error(`${offswitch} is missing: build the program first`);
  process.exit(1);
}

const temp = mkdtempSync(join(tmpdir(), "offswitch-mutations-"));
const running = new Set();
process.on("exit", () => {
  running.forEach((child) => child.kill("SIGKILL"));
  rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const browser = await launchPort();

// The least scenario, without and with wordings of the opposite meaning.
const { labels } = JSON.parse(readFileSync(join(here, "../../scenarios/linkedin.json"), "utf8")).settings.find((s) => s.id === id);
const least = [false, true].map((knowsInverted) => {
  const file = join(temp, `least-${knowsInverted}.json`);
  writeFileSync(file, JSON.stringify({
    format: 1, id: "least", version: "1", title: "Least", origin: "https://www.example.com",
    settings: [{
      id, title: "Training on my data", group: "ai", wanted: "off", page: "/mypreferences/d/settings/data-for-ai-improvement", labels,
      ...(knowsInverted ? { inverted: { en: inverted } } : {}),
    }],
  }));
  return file;
});

function offswitchOn(recipe, origin) {
  const given = [
    recipe.command, recipe.scenario === "least" ? least[Number(recipe.knowsInverted)] : "linkedin", "--origin", origin, "--connect", `cdp://127.0.0.1:${browser.port}`, "--only", id, "--acknowledge-terms",
    "--json", "--state", join(temp, recipe.id.replace(":", "-")), "--timeout", String(seconds), ...(recipe.command === "fix" ? ["--yes"] : []),
    ...(process.env.TRACE ? ["--trace", process.env.TRACE] : []),
  ];
  return new Promise((done) => {
    let out = "";
    let said = "";
    const child = spawn(offswitch, given, { stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const late = setTimeout(() => child.kill("SIGKILL"), (seconds + 15) * 1000);
    child.stdout.on("data", (text) => (out += text));
    child.stderr.on("data", (text) => (said = (said + text).slice(-2000)));
    child.on("close", (code, signal) => {
      clearTimeout(late);
      running.delete(child);
      let setting = null;
      try {
        setting = JSON.parse(out).settings.find((s) => s.id === id);
      } catch {
        // a run without a report is reported as such
      }
      done({ code: code ?? signal, setting, said });
    });
  });
}

// A tab that is being closed may still be listed for a moment.
async function tabs(origin) {
  let left = [];
  for (let i = 0; i < 20; i++) {
    const list = await (await fetch(`http://127.0.0.1:${browser.port}/json/list`)).json();
    left = list.filter((t) => t.url.startsWith(origin)).map((t) => t.url);
    if (!left.length) break;
    await pause(100);
  }
  return left;
}

// The setting's own pages: its page, the frame inside it, and the indexes that may lead to it.
const mayOpen = /^(\/mypreferences\/d\/(frame\/)?settings\/data-for-ai-improvement|\/psettings\/data-for-ai-improvement|\/mypreferences\/d\/categories\/(privacy|account|ads|notifications|profile-visibility|sign-in-and-security))$/;

// The state at the server when the program last read it, or should have: no sooner than the hold after the last save.
function provedState(recipe, truth) {
  const own = (list) => list.filter((one) => one.id === id);
  if (!truth.writes.length) return truth.settings[id];
  const until = Math.max(...truth.writes.map((w) => w.answered_ms + holdMs), ...own(truth.reads).map((r) => r.at_ms));
  return own(truth.changes).filter((c) => c.at_ms <= until).at(-1)?.state ?? recipe.start;
}

function breaches(recipe, verdict, last, presses, left) {
  const list = [];
  const state = provedState(recipe, last);
  if ((verdict === "as-wanted" || verdict === "fixed") && state !== "off") list.push(`FALSE OFF: ${verdict}, but the server has ${state}`);
  if ((verdict === "differs" || verdict === "not-kept") && state !== "on") list.push(`FALSE ON: ${verdict}, but the server has ${state}`);
  if (verdict === "not-offered") list.push("FALSE ABSENCE: not-offered, but the site has it");
  if (verdict === "locked" && !recipe.mutations.includes("disabled")) list.push("FALSE LOCK: locked, but it is not");
  for (const write of last.writes) if (write.id === id && write.value) list.push("WRONG TOUCH: turned it on");
  for (const touch of last.wrong_touches) list.push(`WRONG TOUCH: ${touch.what}`);
  for (const write of last.writes) if (write.id !== id) list.push(`WRONG TOUCH: wrote ${write.key}=${write.value}`);
  for (const page of last.pages) if (!mayOpen.test(page.path)) list.push(`WRONG TOUCH: opened ${page.path}`);
  for (const press of presses) if (press.what === "other") list.push(`WRONG TOUCH: pressed ${press.at} (${press.type})`);
  const writes = last.writes.filter((w) => w.id === id).length;
  const mine = presses.filter((p) => p.what === "mine").length;
  const most = recipe.command === "check" ? 0 : 1;
  if (writes > most) list.push(`CLICKS: saved ${writes} times`);
  if (mine > most) list.push(`CLICKS: pressed ${mine} times`);
  for (const url of left) list.push(`TRACES: a tab is left at ${url}`);
  return list;
}

async function judge(recipe) {
  const variant = await serve(offswitch, recipe);
  const started = performance.now();
  const { code, setting, said } = await offswitchOn(recipe, variant.origin);
  const seconds = (performance.now() - started) / 1000;
  const left = await tabs(variant.origin);
  let truth = await variant.truth();
  for (const until = performance.now() + settlesMs; truth.pending && performance.now() < until; truth = await variant.truth()) await pause(250);
  await variant.close();
  const verdict = setting?.verdict ?? "none";
  const failures = breaches(recipe, verdict, truth, variant.presses, left);
  for (const text of variant.errors) failures.push(`THE TEST ITSELF: ${text}`);
  if (!setting) failures.push(`NO REPORT: exit ${code}: ${said.trim().split("\n").slice(-2).join(" / ")}`);
  return { recipe, verdict, reason: setting?.reason ?? null, detail: setting?.detail ?? "", seconds, failures };
}

console.log(ids.length ? `variants ${args.join(" ")}` : `${recipes.length} variants of seed ${seed}`);
const results = [];
let next = 0;
let failed = 0;
async function worker() {
  while (next < recipes.length) {
    const recipe = recipes[next++];
    let result;
    try {
      result = await judge(recipe);
    } catch (error) {
      result = { recipe, verdict: "none", reason: null, detail: "", seconds: 0, failures: [`THE TEST ITSELF: ${error.message}`] };
    }
    results.push(result);
    const told = `${recipe.id} ${recipe.generation}/${recipe.lang} ${recipe.scenario} ${recipe.command} ${recipe.start}: ${recipe.mutations.join(" ")}`;
    if (process.env.MUTATIONS_TELL || result.failures.length)
      console.log(`${result.failures.length ? "[  FAILED  ]" : "[       OK ]"} ${told}: ${result.verdict}${result.reason ? ` (${result.reason})` : ""} ${result.seconds.toFixed(1)} s${process.env.MUTATIONS_TELL ? ` ${result.detail}` : ""}`);
    if (!result.failures.length) continue;
    failed++;
    for (const text of result.failures) console.log(`    ${text}`);
    console.log(`    again: node tests/mutations/run.mjs ${forced.length ? `--with ${forced.join(",")} ` : ""}${recipe.id}`);
  }
}
await Promise.all(Array.from({ length: Math.min(Number(process.env.J || 4), recipes.length) }, worker));
await browser.close();

// ---- the summary ----

const solved = ({ verdict }) => verdict === "fixed" || verdict === "as-wanted" || verdict === "differs";
const share = (list) => `${String(Math.round((100 * list.filter(solved).length) / Math.max(list.length, 1))).padStart(3)}%`;
const tally = (words) => Object.entries(words.reduce((sum, w) => ({ ...sum, [w]: (sum[w] ?? 0) + 1 }), {})).sort((a, b) => b[1] - a[1]).map(([w, n]) => `${w} ${n}`).join(", ");
if (results.length > 1) {
  console.log("\nmutation         variants  solved  verdicts");
  for (const name of Object.keys(mutators)) {
    const list = results.filter((r) => r.recipe.mutations.includes(name));
    if (list.length) console.log(`${name.padEnd(16)} ${String(list.length).padStart(8)}   ${share(list)}   ${tally(list.map((r) => r.reason ?? r.verdict))}`);
  }
}
const mean = results.reduce((sum, r) => sum + r.seconds, 0) / Math.max(results.length, 1);
console.log(`${failed ? "[  FAILED  ]" : "[       OK ]"} mutations: ${results.length - failed} passed, ${failed} failed; ${share(results).trim()} solved; ${mean.toFixed(1)} s each`);
process.exit(failed || !results.length ? 1 : 0);
