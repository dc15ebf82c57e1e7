// The person's own browser: a real headful Chromium under Xvfb with a person's tabs in it, and
// offswitch attached to it. The browser's question "Allow remote debugging?" is answered with keys,
// as a person would. The person's tabs observe themselves: each keeps a connection open to a small
// server here and reports whenever it is shown, hidden, focused, blurred, resized or left.
//
// Every test is a process of its own, with a display, a person, a replica and browsers of its own,
// so that several run in parallel: most of the time they wait, as a person does.
//
//   node attach.mjs [NAME...]      OFFSWITCH names the program, BROWSER and FIREFOX the browsers,
//                                  J how many tests run at once
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "../support/replay.mjs";

const OFFSWITCH = path.resolve(process.env.OFFSWITCH || "build/offswitch");
const TEST_WITHIN = 150000;
const AT_ONCE = Number(process.env.J) || 3;
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "offswitch-attach-"));
const children = new Set();
const later = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(what, ms, look) {
  for (const end = Date.now() + ms; ; await later(100)) {
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error("timed out waiting for " + what);
  }
}

function assert(truth, ...words) {
  if (!truth) throw new Error(words.map((w) => (typeof w === "string" ? w : JSON.stringify(w))).join(" "));
}

const which = (...names) => names.find((n) => n && !spawnSync("sh", ["-c", 'command -v "$0"', n]).status);

function start(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  child.out = child.err = "";
  child.stdout.on("data", (d) => (child.out += d));
  child.stderr.on("data", (d) => (child.err += d));
  child.ended = new Promise((done) => child.on("exit", (code, signal) => { children.delete(child); child.code = code; child.over = true; done(code ?? signal); }));
  children.add(child);
  return child;
}

async function stop(child, signal = "SIGTERM") {
  if (!child || child.over) return;
  child.kill(signal);
  const quick = await Promise.race([child.ended, later(8000).then(() => "late")]);
  if (quick === "late") {
    child.kill("SIGKILL");
    await child.ended;
  }
}

// ---- the screen ----

const screen = { dir: path.join(scratch, "screen") };

async function startScreen() {
  fs.mkdirSync(screen.dir);
  screen.xvfb = start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-fbdir", screen.dir, "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "pipe", "pipe"] });
  let number = "";
  screen.xvfb.stdio[3].on("data", (d) => (number += d));
  await until("a display", 10000, () => number.endsWith("\n"));
  screen.display = ":" + number.trim();
}

const keys = (...names) => spawnSync("xdotool", ["key", "--delay", "80", ...names], { env: { ...process.env, DISPLAY: screen.display } });

// The title bar names the active tab.
function titles() {
  const got = spawnSync("xdotool", ["search", "--onlyvisible", "--name", "Chromium|Firefox", "getwindowname", "%@"], { env: { ...process.env, DISPLAY: screen.display } });
  return String(got.stdout).trim().split("\n").filter(Boolean);
}

// A pixel of the frame buffer (X window dump, 32 bits each): a browser that shows its question darkens the page.
function pixel(x, y) {
  const dump = fs.readFileSync(path.join(screen.dir, "Xvfb_screen0"));
  const at = dump.readUInt32BE(0) + dump.readUInt32BE(76) * 12 + y * dump.readUInt32BE(48) + x * 4;
  return [dump[at + 2], dump[at + 1], dump[at]];
}

const asks = () => pixel(640, 700).every((c) => c > 40 && c < 160);
const dialogUp = () => until("the browser's question", 15000, asks);
const dialogGone = () => until("the question to close", 5000, () => !asks());

async function answer(...names) {
  await dialogUp();
  await later(1200); // the browser ignores an answer that comes that quickly
  keys(...names);
  await dialogGone();
}
const allow = () => answer("Tab", "Return");
const cancel = () => answer("Return");

// ---- the person's tabs ----

const person = { open: new Map(), seen: [] };
const watcher = (name) => `<!DOCTYPE html><title>${name}</title><body style="background:#fff"><h1>${name}</h1><script>
  const tell = (what) => navigator.sendBeacon("/seen?tab=${name}&what=" + what);
  new EventSource("/alive?tab=${name}");
  document.addEventListener("visibilitychange", () => tell(document.visibilityState));
  for (const kind of ["focus", "blur", "resize", "pagehide"]) addEventListener(kind, () => tell(kind));
</script>`;

async function startPerson() {
  person.server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const tab = url.searchParams.get("tab");
    if (url.pathname === "/alive") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(": here\n\n");
      person.open.set(tab, (person.open.get(tab) || 0) + 1);
      request.on("close", () => person.open.set(tab, person.open.get(tab) - 1));
    } else if (url.pathname === "/seen") {
      person.seen.push(tab + ":" + url.searchParams.get("what"));
      response.end();
    } else if (url.pathname === "/favicon.ico") {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { "Content-Type": "text/html" }).end(watcher(url.pathname.slice(1)));
    }
  });
  await new Promise((done) => person.server.listen(0, "127.0.0.1", done));
  person.origin = "http://127.0.0.1:" + person.server.address().port;
}

const tabsOpen = () => [...person.open].filter(([, n]) => n > 0).map(([name, n]) => name + "*" + n).sort().join(" ");

// ---- browsers ----

const chromium = which(process.env.BROWSER, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
const firefox = which(process.env.FIREFOX, "firefox-esr", "firefox");
const NAMES = ["letters", "news", "bank"];

let homes = 0;
function newHome() {
  const home = path.join(scratch, "home" + homes++);
  fs.mkdirSync(path.join(home, ".config"), { recursive: true });
  return home;
}

const environment = (home) => {
  const env = { ...process.env, HOME: home, DISPLAY: screen.display, XDG_STATE_HOME: path.join(home, "state") };
  for (const name of ["XDG_CONFIG_HOME", "CHROME_USER_DATA_DIR", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "http_proxy"]) delete env[name];
  return env;
};

async function startChromium(home, { approval = false, args = [], dir = "chromium", names = NAMES } = {}) {
  const data = path.join(home, ".config", dir);
  fs.mkdirSync(data, { recursive: true });
  const state = path.join(data, "Local State");
  if (approval && !fs.existsSync(state)) fs.writeFileSync(state, JSON.stringify({ devtools: { remote_debugging: { "user-enabled": true } } }));
  const browser = start(chromium, ["--no-sandbox", "--test-type", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--hide-crash-restore-bubble",
    "--window-position=0,0", "--window-size=1200,880", "--disable-background-networking", "--disable-component-update", "--password-store=basic",
    "--user-data-dir=" + data, ...args, ...names.map((n) => person.origin + "/" + n)], { env: environment(home) });
  browser.data = data;
  await until("the person's tabs", 30000, () => names.every((n) => person.open.get(n) > 0) && (titles().some((t) => t.startsWith(names[0]))));
  await later(1500);
  return browser;
}

const portOf = (browser) => Number(fs.readFileSync(path.join(browser.data, "DevToolsActivePort"), "utf8").split("\n")[0]);
const pagesAt = async (port) =>
  (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).filter((t) => t.type === "page").map((t) => t.id + " " + t.url).sort().join("\n");

const chromedriver = which("chromedriver");
function driverArgs(home, port, debugging) {
  const file = path.join(home, "capabilities.json");
  fs.writeFileSync(file, JSON.stringify({ "goog:chromeOptions": { debuggerAddress: `127.0.0.1:${debugging}` } }));
  return ["--connect", `webdriver://127.0.0.1:${port}`, "--capabilities", file];
}
async function startDriver(home, debugging) {
  const child = start(chromedriver, ["--port=0"], { env: environment(home) });
  const port = await until("the driver", 15000, () => child.out.match(/successfully on port (\d+)/)?.[1]);
  return { child, args: driverArgs(home, port, debugging) };
}

async function stopBrowser(browser) {
  await stop(browser);
  await until("the person's tabs to close", 10000, () => tabsOpen() === "");
  person.seen = [];
}

// ---- offswitch ----

function offswitch(home, ...args) {
  const [command, ...rest] = args;
  const known = command === "doctor" || command === "login" && rest.includes("--forget") ? [] : ["--origin", replica.origin];
  return start(OFFSWITCH, [command, ...known, ...rest], { env: environment(home) });
}

const replica = {};
async function startReplica(...faults) {
  await stop(replica.child);
  replica.child = start(OFFSWITCH, ["rehearse", "--serve", "0", ...(faults.length ? ["--fault", faults.join(",")] : [])]);
  await until("the replica", 10000, () => replica.child.out.includes("\n"));
  replica.origin = replica.child.out.trim();
}

const doctor = async (home) => {
  const child = offswitch(home, "doctor", "--json");
  const status = await child.ended;
  return { status, ...JSON.parse(child.out) };
};
const stateOf = (report, dir = "/.config/chromium") => report.browsers.find((b) => b.dir.endsWith(dir))?.state;

// Everything of the person's is as before. The browser's own question takes the focus while it is
// shown, and its bar "Chrome is being controlled…" makes the page smaller. Both are accepted in a
// run that had to ask, until `before` is taken again after the answer.
function assertUntouched(before, asked = false) {
  assert(tabsOpen() === before.tabs, "tabs were", before.tabs, "and are", tabsOpen());
  assert(titles().join() === before.titles, "windows were", before.titles, "and are", titles());
  const saw = person.seen.slice(before.seen).filter((s) => !asked || !/:(focus|blur|resize)$/.test(s));
  assert(saw.length === 0, "the person's tabs saw", saw);
}
const snapshot = () => ({ tabs: tabsOpen(), titles: titles().join(), seen: person.seen.length });

function assertRun(child, status, ...words) {
  for (const w of words) assert(child.err.includes(w) || child.out.includes(w), "no", w, "in", child.err, child.out);
  assert(child.code === status, "exit", String(child.code), "instead of", String(status), child.err, child.out);
}

// A trace leaves out the site's answers, so a replay proves no state with them: the scenario names no key.
const LEAST = {
  format: 1, id: "example", version: "2026-11-21", title: "Example", origin: "https://www.example.com",
  settings: [{ id: "train", title: "Training", wanted: "off", page: "/mypreferences/d/settings/data-for-ai-improvement",
               labels: { en: ["Use my data for training content creation AI models"] } }],
};

// The trace of a run replaces the browser, and the result is the same, even without the site.
async function replays(command, status, ...faults) {
  await startReplica(...faults);
  const origin = replica.origin;
  const home = newHome();
  const trace = path.join(home, "trace");
  const least = path.join(home, "least.json");
  fs.writeFileSync(least, JSON.stringify(LEAST));
  const what = faults.includes("signed-out") ? [command] : [command, least];
  const run = start(OFFSWITCH, [...what, "--connect", "launch", "--headless", "--browser-arg=--no-sandbox", "--origin", origin, "--trace", trace, "--tabs", "1", "--json"], { env: environment(home) });
  await run.ended;
  assertRun(run, status);
  await stop(replica.child);
  const played = await serve(trace);
  const again = start(OFFSWITCH, [...what, "--connect", played.address, "--origin", origin, "--tabs", "1", "--json"], { env: environment(home) });
  await again.ended;
  played.close();
  assertRun(again, status);
  const told = (text) => JSON.stringify(JSON.parse(text).settings.map((setting) => ({ ...setting, timing: null })));
  assert(told(again.out) === told(run.out), "it said", told(run.out), "and says", told(again.out), played.replay.strange);
  const saved = JSON.parse(again.out).browser;
  assert(saved.wire === "websocket" && saved.version === JSON.parse(run.out).browser.version, saved);
}

const tests = {
  async approval_allowed() {
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const found = await doctor(home);
    assert(stateOf(found) === "approval-needed" && found.status === 0, found);
    await later(1000);
    assert(!asks(), "doctor made the browser ask");
    const before = snapshot();
    const run = offswitch(home, "check", "--json", "--timeout", "60");
    await dialogUp();
    assert(run.err.includes("Press Allow"), "no message came before the question:", run.err);
    await later(7000); // a person needs time to read it
    keys("Tab", "Return");
    await dialogGone();
    await later(500);
    assertUntouched(before, true);
    before.seen = person.seen.length;
    await run.ended;
    assertRun(run, 2);
    const report = JSON.parse(run.out);
    assert(report.browser.wire === "websocket" && report.settings.every((s) => s.verdict === "differs"), report);
    assertUntouched(before);
    assert(!asks(), "the browser asks again");
    await stopBrowser(browser);
  },

  // The tab is in the background, and a click in it arrives.
  async approval_fix() {
    await startReplica();
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const before = snapshot();
    const run = offswitch(home, "fix", "--yes", "--json", "--timeout", "90");
    await allow();
    await later(500);
    before.seen = person.seen.length;
    await run.ended;
    assertRun(run, 0);
    const report = JSON.parse(run.out);
    assert(report.settings.every((s) => s.verdict === "fixed" && s.proofs.includes("reload")), report.settings);
    assertUntouched(before);
    await stopBrowser(browser);
  },

  async approval_cancelled() {
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const before = snapshot();
    const run = offswitch(home, "check", "--timeout", "60");
    await cancel();
    await run.ended;
    assertRun(run, 4, "was answered with Cancel");
    await later(2500);
    assert(!asks(), "the browser asked a second time");
    assertUntouched(before, true);
    await stopBrowser(browser);
  },

  async approval_unanswered() {
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const before = snapshot();
    const began = Date.now();
    const run = offswitch(home, "check", "--timeout", "9");
    await run.ended;
    assertRun(run, 1, "was not answered", "press Cancel");
    assert(Date.now() - began > 8500, "it waited only", String(Date.now() - began));
    await cancel();
    await later(1500);
    assert(!asks(), "the browser asked a second time");
    assertUntouched(before, true);
    await stopBrowser(browser);
  },

  async approval_browser_ends() {
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const run = offswitch(home, "check", "--timeout", "60");
    await dialogUp();
    await stopBrowser(browser);
    await run.ended;
    assertRun(run, 1, "ended while it asked");
    // its file remains after it
    const found = await doctor(home);
    assert(stateOf(found) === "stale-file" && found.status === 3, found);
    const [port, socket] = fs.readFileSync(path.join(browser.data, "DevToolsActivePort"), "utf8").split("\n");
    const late = offswitch(home, "check", "--connect", `ws://127.0.0.1:${port}${socket}`);
    await late.ended;
    assertRun(late, 1, "nothing listens");
  },

  // The named socket works like the detected one.
  async approval_by_address() {
    const home = newHome();
    const browser = await startChromium(home, { approval: true });
    const address = (await doctor(home)).browsers[0].address;
    const run = offswitch(home, "check", "--connect", address, "--timeout", "60");
    await allow();
    await run.ended;
    assertRun(run, 2, "Press Allow");
    // and so does its port without a path
    const port = offswitch(home, "check", "--connect", "cdp://" + address.split("/")[2], "--timeout", "60");
    await allow();
    await port.ended;
    assertRun(port, 2, "Press Allow");
    await stopBrowser(browser);
  },

  // Without a display a launched browser has no window, and the report says so; login needs one.
  async no_display() {
    const home = newHome();
    const env = { ...environment(home), DISPLAY: "" };
    const run = start(OFFSWITCH, ["check", "--origin", replica.origin, "--browser-arg=--no-sandbox"], { env });
    await run.ended;
    assertRun(run, 2, "No running browser can be joined", "without a window");
    const login = start(OFFSWITCH, ["login", "--origin", replica.origin, "--browser-arg=--no-sandbox"], { env });
    await login.ended;
    assertRun(login, 1, "there is no display");
  },

  async classic_port() {
    const home = newHome();
    const browser = await startChromium(home, { args: ["--remote-debugging-port=0"] });
    const found = await doctor(home);
    assert(stateOf(found) === "ready" && found.status === 0, found);
    const port = portOf(browser);
    const before = snapshot();
    const targets = await pagesAt(port);
    const run = offswitch(home, "check", "--json");
    await run.ended;
    assertRun(run, 2);
    assert(!run.err.includes("Allow"), run.err);
    assertUntouched(before);
    assert((await pagesAt(port)) === targets, "targets were", targets, "and are", await pagesAt(port));
    await stopBrowser(browser);
  },

  // A port that was chosen by hand is in no file.
  async classic_port_by_hand() {
    const home = newHome();
    const free = createServer();
    await new Promise((done) => free.listen(0, "127.0.0.1", done));
    const port = free.address().port;
    await new Promise((done) => free.close(done));
    const browser = await startChromium(home, { args: ["--remote-debugging-port=" + port] });
    const found = await doctor(home);
    assert(stateOf(found) === "ready" && found.browsers[0].address === "cdp://127.0.0.1:" + port, found);
    await stopBrowser(browser);
  },

  // A chromedriver attached to the running browser: everything is done at the browser's own port.
  async driver_attached() {
    if (!chromedriver) return "chromedriver is not installed";
    await startReplica();
    const home = newHome();
    const browser = await startChromium(home, { args: ["--remote-debugging-port=0"] });
    const port = portOf(browser);
    const before = snapshot();
    const targets = await pagesAt(port);
    const driver = await startDriver(home, port);
    const run = offswitch(home, "fix", "--yes", "--json", "--timeout", "90", ...driver.args);
    await run.ended;
    assertRun(run, 0);
    const report = JSON.parse(run.out);
    assert(report.browser.protocol === "cdp" && report.browser.wire === "websocket", report.browser);
    assert(report.settings.every((s) => s.verdict === "fixed") && report.settings[0].proofs.includes("save-acknowledged"), report.settings);
    assertUntouched(before);
    assert((await pagesAt(port)) === targets, "pages were", targets, "and are", await pagesAt(port));
    await stop(driver.child);
    await stopBrowser(browser);
  },

  // The address that a driver reports is on its own machine: on ours, another browser may use it.
  async driver_of_another_browser() {
    const home = newHome();
    const browser = await startChromium(home, { args: ["--remote-debugging-port=0"] });
    const port = portOf(browser);
    const before = snapshot();
    const targets = await pagesAt(port);
    const asked = [];
    const driver = createServer((request, response) => {
      asked.push(request.method + " " + request.url);
      const answers = {
        "POST /session": { sessionId: "abc", capabilities: { browserName: "chrome", "goog:chromeOptions": { debuggerAddress: `127.0.0.1:${port}` } } },
        "GET /session/abc/window/handles": ["0".repeat(32)],
        "DELETE /session/abc": null,
      };
      const value = answers[request.method + " " + request.url];
      response.writeHead(value === undefined ? 404 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ value: value === undefined ? { error: "unknown command", message: "no" } : value }));
    });
    await new Promise((done) => driver.listen(0, "127.0.0.1", done));
    const run = offswitch(home, "check", ...driverArgs(home, driver.address().port, port));
    await run.ended;
    assertRun(run, 3, "cannot be joined (it has none of the driver's windows)");
    assert(asked.includes("POST /session/abc/window/new") && asked.at(-1) === "DELETE /session/abc", asked);
    assertUntouched(before);
    assert((await pagesAt(port)) === targets, "pages were", targets, "and are", await pagesAt(port));
    driver.close();
    await stopBrowser(browser);
  },

  async without_debugging() {
    const home = newHome();
    let found = await doctor(home);
    assert(found.status === 3 && found.browsers.length === 1, found);
    const browser = await startChromium(home);
    found = await doctor(home);
    assert(stateOf(found) === "running-without-debugging" && found.status === 3, found);
    assert(found.browsers[0].next.includes("chrome://inspect/#remote-debugging"), found);
    await stopBrowser(browser);
    found = await doctor(home);
    assert(stateOf(found) === "not-running", found);
  },

  // A run that is killed leaves its tab; the next run closes that tab and no other.
  async killed_run() {
    await startReplica("slow-page");
    const home = newHome();
    const browser = await startChromium(home, { args: ["--remote-debugging-port=0"] });
    const port = Number(fs.readFileSync(path.join(browser.data, "DevToolsActivePort"), "utf8").split("\n")[0]);
    const list = async () => (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).filter((t) => t.type === "page").map((t) => t.url).sort();
    const before = await list();
    const state = path.join(home, "state", "offswitch");
    // once when the tab exists, and once on the site
    for (const moment of ["about:blank", replica.origin]) {
      const run = offswitch(home, "check", "--tabs", "1");
      await until("our tab", 15000, async () => (await list()).some((u) => u.startsWith(moment) || (moment === "about:blank" && u.startsWith(replica.origin))));
      run.kill("SIGKILL");
      await run.ended;
      assert(fs.readdirSync(state).filter((f) => f.startsWith("tab-")).length === 1, "no note in", fs.readdirSync(state));
      assert((await list()).length === before.length + 1, "no tab was left", await list());
      const next = offswitch(home, "check");
      await next.ended;
      assertRun(next, 2, "A tab that an earlier run left open was closed");
      assert((await list()).join() === before.join(), "tabs are", await list());
      assert(fs.readdirSync(state).filter((f) => f.startsWith("tab-")).length === 0, "a note is left");
    }
    // a tab that the person has used since is theirs
    const run = offswitch(home, "check");
    const ours = await until("our tab", 15000, async () => (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()).find((t) => t.url.startsWith(replica.origin)));
    run.kill("SIGKILL");
    await run.ended;
    await start("node", ["-e", go, ours.webSocketDebuggerUrl, person.origin + "/taken"]).ended;
    await until("the tab to leave the site", 5000, async () => (await list()).includes(person.origin + "/taken"));
    const next = offswitch(home, "check");
    await next.ended;
    assertRun(next, 2);
    assert((await list()).includes(person.origin + "/taken"), "the tab was closed");
    await stopBrowser(browser);
  },

  trace_replays_check: () => replays("check", 2),
  trace_replays_signed_out: () => replays("check", 3, "signed-out"),

  async two_browsers() {
    const home = newHome();
    const first = await startChromium(home, { args: ["--remote-debugging-port=0"], names: ["letters"] });
    const second = await startChromium(home, { args: ["--remote-debugging-port=0"], names: ["news"], dir: "google-chrome" });
    const state = path.join(home, "state", "offswitch");
    for (const dir of [first.data, second.data, first.data]) {
      fs.mkdirSync(state, { recursive: true });
      fs.writeFileSync(path.join(state, "last-browser"), dir + "\n");
      const run = offswitch(home, "check");
      await run.ended;
      assertRun(run, 2, "Using " + (dir === first.data ? "Chromium" : "Google Chrome"), ", of several");
      assert(fs.readFileSync(path.join(state, "last-browser"), "utf8") === dir + "\n");
    }
    await stop(first);
    await stopBrowser(second);
  },

  // In the foreground only if the person wants it.
  async show() {
    const home = newHome();
    const browser = await startChromium(home, { args: ["--remote-debugging-port=0"] });
    const before = snapshot();
    const run = offswitch(home, "check", "--show");
    await until("a window of its own", 20000, () => titles().length === 2);
    await run.ended;
    assertRun(run, 2);
    await until("the window to close", 5000, () => titles().join() === before.titles);
    assert(tabsOpen() === before.tabs, tabsOpen());
    await stopBrowser(browser);
  },

  // The person's settings are as if offswitch had never run.
  async preferences() {
    const flat = (value, at = "", into = {}) => {
      if (value && typeof value === "object") for (const k of Object.keys(value)) flat(value[k], at + "/" + k, into);
      else into[at] = JSON.stringify(value);
      return into;
    };
    // times, counters and random numbers, which differ between any two runs
    const restless = /time|date|stamp|_count|count\/|session|counter|random|seed|last_|engagement|visits|\d{16,}|_id$|hash|metrics|exit_type|window_placement|expiration|signature|mac|browsing_topics|interest|segmentation|safety_hub|guid|schedule|num_personal|https_upgrade_navigations|total_passwords/i;
    const kept = {};
    for (const joined of [false, true]) {
      const home = newHome();
      const browser = await startChromium(home, { approval: true });
      if (joined) {
        const run = offswitch(home, "fix", "--yes", "--timeout", "90");
        await allow();
        await run.ended;
        assertRun(run, 0);
      } else {
        await later(6000);
      }
      await stopBrowser(browser);
      const prefs = flat(JSON.parse(fs.readFileSync(path.join(browser.data, "Default", "Preferences"), "utf8")));
      kept[joined] = Object.fromEntries(Object.entries(prefs).filter(([k]) => !restless.test(k)).map(([k, v]) => [k.replaceAll(home, "~"), v.replaceAll(home, "~")]));
    }
    const names = new Set([...Object.keys(kept[false]), ...Object.keys(kept[true])]);
    const differing = [...names].filter((k) => kept[false][k] !== kept[true][k]);
    assert(differing.length === 0, differing.map((k) => `${k}: ${kept[false][k]} and ${kept[true][k]}`).join("\n"));
    assert(names.size > 50, "only", String(names.size), "were compared");
  },

  // A person signs in once, in a window; the profile keeps the session, and no other user can read it.
  async login() {
    await startReplica("signed-out");
    const home = newHome();
    const profile = path.join(home, "state", "offswitch", "profile");
    const args = ["--browser-arg=--no-sandbox", "--browser-arg=--test-type", "--browser-arg=--disable-gpu", "--browser-arg=--window-position=0,0"];
    const run = offswitch(home, "login", ...args, "--timeout", "60");
    await until("the sign-in page", 30000, () => titles().some((t) => t.startsWith("Sign in")));
    const busy = offswitch(home, "check", "--connect", "launch", ...args);
    await busy.ended;
    assertRun(busy, 1, "in use by another browser");
    assert(stateOf(await doctor(home), "/profile") === "profile-in-use");
    await later(1500);
    keys("Tab", "p", "Tab", "p", "Return");
    await run.ended;
    assertRun(run, 0, "You are signed in to LinkedIn");
    assert((fs.statSync(profile).mode & 0o777) === 0o700, "mode", (fs.statSync(profile).mode & 0o777).toString(8));
    // a replica's sign-in says nothing about the real site
    const found = await doctor(home);
    assert(found.status === 3 && stateOf(found, "/profile") === "not-signed-in", found);
    assert(!fs.existsSync(path.join(home, "state", "offswitch", "signed-in-linkedin")));
    const check = offswitch(home, "check", "--connect", "launch", "--headless", ...args);
    await check.ended;
    assertRun(check, 2);
    // a window without an answer, and one that is closed
    await startReplica("signed-out");
    const slow = offswitch(home, "login", ...args, "--timeout", "6");
    await slow.ended;
    assertRun(slow, 3, "in time");
    const closed = offswitch(home, "login", ...args, "--timeout", "60");
    await until("the sign-in page", 30000, () => titles().some((t) => t.startsWith("Sign in")));
    await later(1000);
    keys("ctrl+w");
    await closed.ended;
    assertRun(closed, 3, "was closed before");
    const asked = offswitch(home, "login", "--forget");
    await asked.ended;
    assertRun(asked, 4, "--yes");
    assert(fs.existsSync(profile));
    const forget = offswitch(home, "login", "--forget", "--yes");
    await forget.ended;
    assertRun(forget, 0, "Removed");
    assert(!fs.existsSync(profile) && fs.existsSync(path.dirname(profile)));
  },

  async firefox() {
    if (!firefox) return "no Firefox";
    const home = newHome();
    const profiles = path.join(home, ".mozilla", "firefox");
    const profile = path.join(profiles, "q1w2e3.person");
    fs.mkdirSync(profile, { recursive: true });
    fs.writeFileSync(path.join(profiles, "profiles.ini"), "[Profile0]\nName=person\nIsRelative=1\nPath=q1w2e3.person\nDefault=1\n");
    fs.writeFileSync(path.join(profile, "user.js"), ['"remote.prefs.recommended", false', '"browser.shell.checkDefaultBrowser", false', '"datareporting.policy.dataSubmissionEnabled", false',
      '"browser.aboutwelcome.enabled", false', '"toolkit.telemetry.reportingpolicy.firstRun", false', '"browser.tabs.warnOnClose", false'].map((p) => `user_pref(${p});\n`).join(""));
    const browser = start(firefox, ["--remote-debugging-port", "0", "--no-remote", "--profile", profile, ...NAMES.map((n) => person.origin + "/" + n)], { env: environment(home) });
    await until("Firefox to listen", 60000, () => fs.existsSync(path.join(profile, "WebDriverBiDiServer.json")));
    await until("the person's tabs", 60000, () => NAMES.every((n) => person.open.get(n) > 0));
    await later(3000);
    const found = await doctor(home);
    assert(stateOf(found, "/q1w2e3.person") === "ready" && found.status === 0, found);
    const before = snapshot();
    const run = offswitch(home, "check", "--json", "--timeout", "90");
    await run.ended;
    assertRun(run, 2);
    assert(JSON.parse(run.out).browser.protocol === "bidi", run.out);
    assertUntouched(before);
    await stopBrowser(browser);
    assert(["stale-file", "not-running"].includes(stateOf(await doctor(home), "/q1w2e3.person")));
  },
};

// One command over a page's own socket, for the person's part in killed_run. The minimum of RFC 6455.
const go = `
const http = require("http"), crypto = require("crypto");
const [socket, to] = process.argv.slice(1), url = new URL(socket.replace("ws:", "http:"));
const request = http.request({ host: url.hostname, port: url.port, path: url.pathname,
  headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": crypto.randomBytes(16).toString("base64") } });
request.on("upgrade", (_, s) => {
  const text = Buffer.from(JSON.stringify({ id: 1, method: "Page.navigate", params: { url: to } }));
  const mask = crypto.randomBytes(4);
  const head = Buffer.from([0x81, 0x80 | 126, text.length >> 8, text.length & 255]);
  s.write(Buffer.concat([head, mask, Buffer.from(text.map((b, i) => b ^ mask[i % 4]))]));
  s.once("data", () => process.exit(0));
});
request.end();`;

const LONG = ["killed_run", "preferences", "approval_fix", "login", "approval_by_address", "two_browsers"];

async function main() {
  const names = process.argv.slice(2).filter((n) => n !== "--alone");
  const alone = process.argv[2] === "--alone";
  const unknown = names.filter((n) => !tests[n]);
  if (unknown.length) throw new Error("there is no test " + unknown.join(", "));
  const missing = [["Xvfb", which("Xvfb")], ["xdotool", which("xdotool")], ["Chromium", chromium]].filter(([, there]) => !there).map(([name]) => name);
  if (missing.length) {
    console.log("skipped: there is no " + missing.join(", "));
    return 0;
  }
  return alone ? runOne(names[0]) : runAll(names.length ? names : Object.keys(tests));
}

async function runOne(name) {
  const began = Date.now();
  const took = () => `(${((Date.now() - began) / 1000).toFixed(1)} s)`;
  try {
    await startScreen();
    await startPerson();
    await startReplica();
    const skipped = await Promise.race([tests[name](), later(TEST_WITHIN).then(() => { throw new Error("the test took too long"); })]);
    console.log(skipped ? `[  SKIPPED ] ${name}: ${skipped}` : `[       OK ] ${name} ${took()}`);
    return 0;
  } catch (error) {
    console.log(`[  FAILED  ] ${name} ${took()}: ${error.message}`);
    if (process.env.SHOTS) fs.copyFileSync(path.join(screen.dir, "Xvfb_screen0"), path.join(process.env.SHOTS, name + ".xwd"));
    return 1;
  }
}

// The long ones start first, so that none runs alone at the end.
async function runAll(names) {
  const queue = [...LONG.filter((n) => names.includes(n)), ...names.filter((n) => !LONG.includes(n))];
  let failed = 0;
  const late = [];
  const work = async () => {
    for (let name; (name = queue.shift()); ) {
      const child = start(process.execPath, [fileURLToPath(import.meta.url), "--alone", name]);
      if (await child.ended) {
        /* a replay keeps the recorded times, which a loaded machine may miss: retry once, alone */
        if (name.startsWith("trace_replays") && !late.includes(name)) late.push(name);
        else failed++;
      }
      process.stdout.write(child.out || `[  FAILED  ] ${name}: it ended without output: ${child.err}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const name of late) {
    console.log(`[  AGAIN   ] ${name}`);
    queue.push(name);
    await work();
  }
  return failed ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    for (const child of children) child.kill(child.spawnargs.includes("--alone") ? "SIGTERM" : "SIGKILL");
    fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
    process.exit(1);
  });

let status = 1;
try {
  status = await main();
} finally {
  for (const child of [...children].reverse()) await stop(child);
  person.server?.closeAllConnections();
  person.server?.close();
  fs.rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
}
process.exit(status);
