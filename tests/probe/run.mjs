// What the probe reads, compared with what each fixture expects and with the browser's own accessibility tree, on the
// fixtures in pages/, on the replica's pages in every generation, and on the zoo's pages if they were built.
//
//   node run.mjs [NAME...]      all pages, or those whose name contains one of these
//
//   OFFSWITCH   the program                 (build/offswitch at the top)
//   PROBE       the probe in one piece      (gen/probe.js beside the program)
//   ZOO_BUILD   where the zoo's pages are   (zoo beside the program)
//   CHROMIUM    the browser                 (the first one of the family on PATH)
//   PROBE_TELL=1  print every control that was read
//
// A fixture states its expectations on a control's element; an element without any must not be listed:
//   data-expect-state     on, off, unknown, or another word of a choice; makes the element an expected control
//   data-expect-name      the accessible name as the probe reports it; "" for none
//   data-expect-role      the role (default: not looked at)
//   data-expect-disabled  present or not
//   data-expect-folded    present or not
//   data-expect-label     the visible label found by layout (default: not looked at)
//   data-expect-row       one line that the row has to hold (default: not looked at)
//   data-differs          "name: reason; state: reason": where the probe and the browser may and do differ
// A fixture may also list settings as a scenario does, in <script type="application/json" id="settings">, each with
// what the probe has to find: "expect": {"rung", "count", "wording", "state"}, or null for nothing; "press" is what
// would be pressed (control, label, track), at a whole pixel.
// It may also send its own questions to the probe, in order, in <script type="application/json" id="questions">: each
// {"ask": name, "args": {…}, "expect": {…}}. Before it is asked, {"run": script} runs in the page, {"press": "aim"}
// gives the input that the last aim asks for ("move": the pointer only goes there), and {"wait": ms} passes. "@x" and
// "@y" in "args" are the last aim's. The expectation is compared with the answer part by part; {"from": n, "to": n} is
// a range.
// <html data-world="page"> puts the probe into the page's own world.
// If the browser has no accessibility node for a control (display: none beside a visible label), there is nothing to
// compare with. {{elsewhere}} in a fixture is an address of another origin.

import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { findChromium, launchPipe } from "./chromium.mjs";
import { accessibility, allElements, enter } from "./probe.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const offswitch = resolve(process.env.OFFSWITCH || join(here, "../../build/offswitch"));
const probe = resolve(process.env.PROBE || join(dirname(offswitch), "gen/probe.js"));
const zooBuild = resolve(process.env.ZOO_BUILD || join(dirname(offswitch), "zoo"));
const chosen = process.argv.slice(2);

if (!findChromium()) {
  console.log("[  SKIPPED ] probe: no Chromium on PATH");
  process.exit(0);
}
for (const file of [offswitch, probe])
  if (!existsSync(file)) {
    console.error(`${file} is missing: build the program first`);
    process.exit(1);
  }
const source = readFileSync(probe, "utf8");
const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();

// ---- what a control is to the browser ----

const checkable = new Set(["checkbox", "switch", "radio", "menuitemcheckbox", "menuitemradio"]);
const speaks = (node) => checkable.has(node.role) || node.pressed !== undefined;
const stateOf = ({ checked, pressed }) => ({ true: "on", false: "off" })[String(checked ?? pressed)] ?? null;

// A name that only repeats the states or the kind of the control is a name for the browser, but not for the probe.
const isNamedByState = (control) => control.name === "" && /^(word|pressed|aria|box)$/.test(control.kind);

// The differences between one control and the browser's nodes for it: [[field, text]]; null if there is no node.
function compare(control, tree) {
  const nodes = control.ids.map((id) => tree.get(id)).filter(Boolean);
  const differences = [];
  const differ = (field, ours, theirs) => differences.push([field, `${field} is ${JSON.stringify(ours)}, the browser says ${JSON.stringify(theirs)}`]);
  if (control.kind === "radio") {
    const [group, ...members] = control.ids.map((id) => tree.get(id));
    const buttons = members.filter((node) => node && speaks(node));
    if (buttons.length === 0) return null;
    const theirs = members.map((node) => (node ? stateOf(node) === "on" : null));
    if (members.every(Boolean) && String(control.chosen) !== String(theirs)) differ("state", control.chosen, theirs);
    if (group && !speaks(group) && group.role !== "generic" && squeeze(group.name) !== control.name) differ("name", control.name, squeeze(group.name));
    if (buttons.some((node) => node.disabled) !== control.disabled) differ("disabled", control.disabled, buttons.some((node) => node.disabled));
    return differences;
  }
  if (control.kind === "select" || control.kind === "word") {
    const node = nodes.find((n) => (control.kind === "select" ? /^(combobox|listbox)$/ : /^button$/).test(n.role));
    if (!node) return null;
    if (control.kind === "select" && squeeze(node.name) !== control.name) differ("name", control.name, squeeze(node.name));
    if (node.disabled !== control.disabled) differ("disabled", control.disabled, node.disabled);
    return differences;
  }
  const voices = nodes.filter(speaks);
  if (voices.length === 0) return null;
  const states = [...new Set(voices.map(stateOf))];
  const state = states.length === 1 ? states[0] : null;
  const name = squeeze(voices.map((n) => n.name).find(Boolean));
  if (!voices.some((n) => n.role === control.role)) differ("role", control.role, voices[0].role);
  if (state !== control.state) differ("state", control.state, state);
  if (name !== control.name && !isNamedByState(control)) differ("name", control.name, name);
  if (voices.some((n) => n.disabled) !== control.disabled) differ("disabled", control.disabled, voices.some((n) => n.disabled));
  return differences;
}

// "name: reason; state: reason" as {name: reason, ...}
const reasons = (text) =>
  Object.fromEntries((text ?? "").split(";").map((part) => part.split(":")).filter(([field]) => field.trim())
    .map(([field, ...reason]) => [field.trim(), squeeze(reason.join(":"))]));

const place = (element) => `<${element.tag}${element.attributes.id ? ` id=${element.attributes.id}` : ""}>`;

// The expectations of a fixture for one control; returns the failures in words.
function expectations(control, wanted) {
  const failures = [];
  const expect = (what, got, want) => {
    if (got !== want) failures.push(`${what} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`);
  };
  const a = wanted.attributes;
  expect("state", control.state ?? "unknown", a["data-expect-state"]);
  if ("data-expect-name" in a) expect("name", control.name, a["data-expect-name"]);
  if ("data-expect-role" in a) expect("role", control.role, a["data-expect-role"]);
  if ("data-expect-label" in a) expect("visible label", control.label, a["data-expect-label"]);
  if ("data-expect-row" in a && !control.row.includes(a["data-expect-row"]))
    failures.push(`the row has ${JSON.stringify(control.row)}, not ${JSON.stringify(a["data-expect-row"])}`);
  expect("disabled", control.disabled, "data-expect-disabled" in a);
  expect("folded", control.folded, "data-expect-folded" in a);
  return failures;
}

async function settingsOf(tab) {
  const expression = "document.getElementById('settings')?.textContent ?? '[]'";
  const list = JSON.parse((await tab.call("Runtime.evaluate", { expression, returnByValue: true })).result.value);
  return list.map((setting) => ({ key: null, page: null, key_attributes: ["aria-labelledby", "id", "name"], labels: {}, rows: {}, inverted: {}, ...setting }));
}

const isInPage = async (tab) => (await tab.call("Runtime.evaluate", { expression: "document.documentElement.dataset.world === 'page'", returnByValue: true })).result.value;

// The differences between an answer and the expectation, in words: only the expected parts are compared.
function unlike(where, got, want) {
  if (want && typeof want === "object" && ("from" in want || "to" in want))
    return typeof got === "number" && got >= (want.from ?? -Infinity) && got <= (want.to ?? Infinity) ? [] : [`${where} is ${JSON.stringify(got)}, not within ${JSON.stringify(want)}`];
  if (want && got && typeof want === "object" && typeof got === "object")
    return [...(Array.isArray(want) && want.length !== got.length ? [`${where} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`] : []),
      ...Object.keys(want).flatMap((key) => unlike(`${where}.${key}`, got[key], want[key]))];
  return got === want ? [] : [`${where} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`];
}

// What a person would do for an aim, as the browser's own trusted input.
async function input(tab, { via, x, y }, how) {
  if (via === "keyboard") {
    const key = { key: " ", code: "Space", windowsVirtualKeyCode: 32 };
    await tab.call("Input.dispatchKeyEvent", { type: "keyDown", text: " ", ...key });
    await tab.call("Input.dispatchKeyEvent", { type: "keyUp", ...key });
    return;
  }
  const mouse = (type) => tab.call("Input.dispatchMouseEvent", { type, x, y, button: type === "mouseMoved" ? "none" : "left", clickCount: type === "mouseMoved" ? 0 : 1 });
  if (how !== "press") await mouse("mouseMoved");
  if (how === "move") return;
  await mouse("mousePressed");
  await mouse("mouseReleased");
}

async function answersOf(tab, ask) {
  const expression = "document.getElementById('questions')?.textContent ?? '[]'";
  const failures = [];
  const list = JSON.parse((await tab.call("Runtime.evaluate", { expression, returnByValue: true })).result.value);
  let aim = {};
  for (const [i, { run, press, wait, ask: name, args, expect }] of list.entries()) {
    if (run) {
      const { exceptionDetails: thrown } = await tab.call("Runtime.evaluate", { expression: run, userGesture: false });
      if (thrown) failures.push(`question ${i + 1}: ${thrown.exception?.description ?? thrown.text}`);
    }
    if (press) await input(tab, aim, press);
    if (wait) await pause(wait);
    if (!name) continue;
    const given = Object.fromEntries(Object.entries(args ?? {}).map(([key, value]) => [key, /^@/.test(value) ? aim[value.slice(1)] : value]));
    const answer = await ask(name, given);
    if (name === "aim") aim = answer;
    failures.push(...unlike(`question ${i + 1}: ${name}`, answer, expect));
  }
  return failures;
}

// What was found for a setting compared with the expectation; returns the failures in words.
function found({ id, expect }, match) {
  if (!expect !== !match) return [`setting ${id}: ${match ? `found by ${match.rung}` : "not found"}`];
  return Object.entries(expect ?? {}).flatMap(([what, want]) => unlike(`setting ${id}: ${what}`, match[what], want));
}

// One page that the tab shows: its failures, the number of controls, and the number that the browser could report on.
async function judge(tab, isFixture) {
  const settings = isFixture ? await settingsOf(tab) : [];
  const { controls, matches, ask } = await enter(tab, source, settings, isFixture && (await isInPage(tab)));
  const elements = await allElements(tab);
  const byId = new Map(elements.map((e) => [e.id, e]));
  const tree = await accessibility(tab);
  const failures = settings.flatMap((setting) => found(setting, matches[setting.id]));
  const seen = new Set();
  let compared = 0;
  for (const control of controls) {
    const own = control.ids.map((id) => byId.get(id)).filter(Boolean);
    const where = `${own[0] ? place(own[0]) : "an element"} "${control.name || control.label}"`;
    if (process.env.PROBE_TELL) console.log(`    ${where} ${JSON.stringify({ ...control, ids: undefined, row: undefined })}`);
    const wanted = own.find((e) => "data-expect-state" in e.attributes);
    control.ids.forEach((id) => seen.add(id));
    if (isFixture && !wanted) failures.push(`${where}: listed, but not expected`);
    if (wanted) failures.push(...expectations(control, wanted).map((text) => `${where}: ${text}`));
    const differences = compare(control, tree);
    if (differences) compared++;
    const declared = Object.assign({}, ...own.map((e) => reasons(e.attributes["data-differs"])));
    for (const [field, text] of differences ?? []) {
      if (!declared[field]) failures.push(`${where}: ${text}`);
      delete declared[field];
    }
    for (const field of Object.keys(declared)) failures.push(`${where}: the fixture declares that ${field} differs, but it does not`);
  }
  for (const element of elements)
    if ("data-expect-state" in element.attributes && !seen.has(element.id)) failures.push(`${place(element)} "${element.attributes["data-expect-name"] ?? ""}": not listed`);
  for (const node of tree.values()) {
    const declared = reasons(byId.get(node.id)?.attributes["data-differs"]);
    if (speaks(node) && !seen.has(node.id) && !declared.listed) failures.push(`${node.role} "${node.name}": the browser has it, but it is not listed`);
  }
  if (isFixture) failures.push(...(await answersOf(tab, ask)));
  return { failures, count: controls.length, compared };
}

// ---- the pages ----

function listen(handler) {
  return new Promise((done) => {
    const server = createServer(handler);
    server.listen(0, "127.0.0.1", () => done(server));
  });
}

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGTERM")));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

// A server of the project whose first output line is its address.
function serve(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, ...env } });
  running.add(child);
  const ended = new Promise((done) => child.once("exit", done)).then(() => running.delete(child));
  return new Promise((done, fail) => {
    child.stdout.once("data", (line) => done({ origin: String(line).trim(), close: () => (child.kill("SIGTERM"), ended) }));
    child.once("exit", (code) => fail(new Error(`${command} ended (${code})`)));
  });
}

// Until a condition written in JavaScript holds in the page.
async function until(tab, expression) {
  for (let i = 0; i < 100; i++) {
    const { result } = await tab.call("Runtime.evaluate", { expression, returnByValue: true });
    if (result.value) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`the page did not come to ${expression}`);
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const isChosen = (name) => chosen.length === 0 || chosen.some((part) => name.includes(part));

const browser = await launchPipe();
const totals = { pages: 0, failed: 0, controls: 0, compared: 0 };

async function test(name, url, isFixture, ready) {
  if (!isChosen(name)) return;
  totals.pages++;
  const tab = await browser.open();
  let failures;
  let count = 0;
  let compared = 0;
  try {
    await tab.go(url);
    if (ready) await ready(tab);
    ({ failures, count, compared } = await judge(tab, isFixture));
  } catch (error) {
    failures = [error.message];
  }
  await tab.close();
  totals.controls += count;
  totals.compared += compared;
  if (failures.length) totals.failed++;
  console.log(`${failures.length ? "[  FAILED  ]" : "[       OK ]"} ${name} (${count} controls, ${compared} compared)`);
  for (const text of failures) console.log(`    ${text}`);
}

const fixtures = join(here, "pages");
const server = await listen((request, response) => {
  const name = request.url.split("?")[0].slice(1);
  const exists = /^[a-z-]+\.html$/.test(name) && existsSync(join(fixtures, name));
  const elsewhere = `http://localhost:${server.address().port}`;
  response.writeHead(exists ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
  response.end(exists ? readFileSync(join(fixtures, name), "utf8").replaceAll("{{elsewhere}}", elsewhere) : "");
});
const origin = `http://127.0.0.1:${server.address().port}`;
// A fixture whose name begins with "inner" is for the frames of another one.
for (const file of readdirSync(fixtures).sort())
  if (file.endsWith(".html") && !file.startsWith("inner")) await test(`fixture ${file.slice(0, -5)}`, `${origin}/${file}`, true);

// The plain form of texts, by the table that src/base/plain.c is tested with as well.
if (isChosen("texts")) {
  const plain = new Function(`${readFileSync(join(here, "../../src/page/probe/1-text.js"), "utf8")}; return plain;`)();
  const failures = JSON.parse(readFileSync(join(here, "texts.json"), "utf8")).filter(([text, want]) => plain(text) !== want)
    .map(([text, want]) => `${JSON.stringify(text)} became ${JSON.stringify(plain(text))}, not ${JSON.stringify(want)}`);
  totals.pages++;
  if (failures.length) totals.failed++;
  console.log(`${failures.length ? "[  FAILED  ]" : "[       OK ]"} texts`);
  for (const text of failures) console.log(`    ${text}`);
}

const settled = "document.readyState === 'complete' && (!window.rehearsalFaults || document.body.matches('.boot-complete, .inner') || location.pathname.startsWith('/psettings/'))";
const reads = []; // of pages that are only read: several at a time, each in a tab of its own
const replicas = [];
for (const generation of ["current", "artdeco", "button", "iframe", "radio", "psettings", "aria"]) {
  const pages = ["settings/data-for-ai-improvement", "settings/linkedin-promotions", "settings/ai-writing-tools", "member-cookies"];
  if (!pages.some((path) => isChosen(`replica ${generation} ${path}`))) continue;
  const replica = await serve(offswitch, ["rehearse", "--serve", "0", "--generation", generation]);
  replicas.push(replica);
  for (const path of pages)
    reads.push(() => test(`replica ${generation} ${path}`, `${replica.origin}/mypreferences/d/${path}`, false, async (tab) => {
      await until(tab, settled);
      await pause(700); // the state, which comes late
    }));
}

if (existsSync(join(zooBuild, "site"))) {
  const zoo = await serve(process.execPath, [join(here, "../zoo/server.mjs"), "0"], { ZOO_BUILD: zooBuild });
  replicas.push(zoo);
  const libraries = readdirSync(join(zooBuild, "site"), { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name).sort();
  for (const library of libraries)
    reads.push(() => test(`zoo ${library}`, `${zoo.origin}/${library}/`, false, async (tab) => {
      await until(tab, "!document.getElementById('app').textContent.startsWith('Loading')");
      await pause(700);
    }));
} else if (chosen.length === 0) {
  console.log("[  SKIPPED ] zoo: not built (make zoo)");
}
const readOn = async () => {
  for (let read; (read = reads.shift()); ) await read();
};
await Promise.all(Array.from({ length: 4 }, readOn));
await Promise.all(replicas.map((replica) => replica.close()));

server.close();
server.closeAllConnections();
await browser.close();
console.log(`${totals.pages - totals.failed} pages passed, ${totals.failed} failed; ${totals.controls} controls, ${totals.compared} of them compared with the browser's answer`);
process.exit(totals.failed || totals.pages === 0 ? 1 : 0);
