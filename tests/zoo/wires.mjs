// The peers of offswitch for the zoo: a browser, or a driver, for each wire that it supports. Everything is started
// here on a free port of 127.0.0.1, and is killed by its own id.
//
//   const wire = await wires[name].open(start, dir)
//
//   start(program, args, options)   spawns a child that does not outlive the runner
//   dir                             scratch: profiles, capabilities, output of the peers
//   wire.args(dir)                  the program's arguments; dir is the run's own
//   wire.left()                     what a run has left behind, in words; [] for nothing
//   wire.dead()                     why the peer can no longer be used, or null
//   wire.end()
//
// `says` is the wire's name in the report, `needs` the programs that it needs, `once` the pages that differed over it
// once, and are in every sample.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";

const starts = 60000; // milliseconds that a peer may take until it listens
const lets = 10000; // and to release what a run had, and to end

const later = (ms) => new Promise((done) => setTimeout(done, ms));
const which = (...names) => names.find((name) => name && !spawnSync("sh", ["-c", 'command -v "$0"', name]).status);
const chromium = which(process.env.OFFSWITCH_BROWSER, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome");
const firefox = which(process.env.OFFSWITCH_FIREFOX, "firefox-esr", "firefox");

const quiet = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--no-first-run", ...(process.env.BROWSER_ARGS ?? "").split(/\s+/).filter(Boolean),
];

// A fresh Firefox sends many network requests; a test wants none of them.
const preferences = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.aboutwelcome.enabled": false,
  "browser.region.network.url": "",
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.search.update": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.getAddons.cache.enabled": false,
  "extensions.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,#dummy/v1",
  "toolkit.telemetry.server": "",
};

function miniBrowser() {
  for (const base of ["/usr/lib", "/usr/libexec"])
    for (const first of existsSync(base) ? readdirSync(base) : [])
      for (const place of [join(base, first), ...(/^webkit/.test(first) ? [] : entries(join(base, first)))])
        if (/\/webkit2gtk-4[^/]*$/.test(place) && existsSync(join(place, "MiniBrowser"))) return join(place, "MiniBrowser");
  return null;
}
function entries(dir) {
  try {
    return readdirSync(dir, { withFileTypes: true }).filter((e) => e.isDirectory() && /^webkit2gtk-4/.test(e.name)).map((e) => join(dir, e.name));
  } catch {
    return [];
  }
}

// ---- requests and waits ----

async function until(what, ms, child, look) {
  for (const end = Date.now() + ms; ; await later(100)) {
    if (child && over(child)) throw new Error(`${what}: it ended (${child.exitCode ?? child.signalCode})`);
    const value = await look();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms / 1000} seconds`);
  }
}

const over = (child) => child.exitCode !== null || child.signalCode !== null;

async function stop(child) {
  if (over(child)) return;
  child.kill("SIGTERM");
  await until("ending", lets, null, () => over(child)).catch(() => child.kill("SIGKILL"));
}

function readOr(file, otherwise) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return otherwise;
  }
}

async function get(url) {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(5000) })).json();
  } catch {
    return null;
  }
}

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// Repeat the query until nothing is left: a peer may take a moment to release it.
async function left(look) {
  let what = await look();
  for (const end = Date.now() + lets; what.length && Date.now() < end; what = await look()) await later(100);
  return what;
}

// One exchange after the other over a WebSocket (RFC 6455): [[method, params], …] to their results.
function talk(port, path, questions) {
  return new Promise((done, fail) => {
    const results = [];
    const headers = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": randomBytes(16).toString("base64") };
    const asking = request({ host: "127.0.0.1", port, path, headers, timeout: 10000 });
    asking.on("error", fail).on("timeout", () => asking.destroy(new Error("no answer"))).on("response", (r) => fail(new Error(`HTTP ${r.statusCode}`)));
    asking.on("upgrade", (_, socket, head) => {
      let buffer = head;
      const say = () => {
        const mask = randomBytes(4);
        const [method, params] = questions[results.length];
        const body = Buffer.from(JSON.stringify({ id: results.length + 1, method, params }));
        const length = body.length < 126 ? [0x80 | body.length] : [0x80 | 126, body.length >> 8, body.length & 255];
        socket.write(Buffer.concat([Buffer.from([0x81, ...length]), mask, Buffer.from(body.map((byte, i) => byte ^ mask[i & 3]))]));
      };
      const take = (data) => {
        buffer = Buffer.concat([buffer, data]);
        for (;;) {
          const start = { 126: 4, 127: 10 }[buffer[1]] ?? 2;
          if (buffer.length < start) return;
          const length = start === 2 ? buffer[1] : start === 4 ? buffer.readUInt16BE(2) : Number(buffer.readBigUInt64BE(2));
          if (buffer.length < start + length) return;
          const [opcode, body] = [buffer[0] & 15, buffer.subarray(start, start + length)];
          buffer = buffer.subarray(start + length);
          if (opcode !== 1) continue;
          const answer = JSON.parse(body.toString());
          if (answer.id !== results.length + 1) continue;
          results.push(answer.result ?? { error: answer.error ?? answer });
          if (results.length < questions.length) say();
          else done(results), socket.end();
        }
      };
      socket.on("error", fail).on("close", () => fail(new Error("it hung up"))).on("data", take);
      say();
    });
    asking.end();
  });
}

// ---- the peers ----

const told = (dir, name) => {
  const fd = openSync(join(dir, `${name}.log`), "a");
  return { stdio: ["ignore", fd, fd], fd };
};
function startLogged(start, dir, name, program, args, env = {}) {
  const { stdio, fd } = told(dir, name);
  const child = start(program, args, { stdio, env: { ...process.env, ...env } });
  closeSync(fd);
  return child;
}

// A Chromium that a person uses: it listens, and has one page of its own.
async function startChromium(start, dir) {
  const profile = join(dir, "chromium");
  mkdirSync(profile);
  const child = startLogged(start, dir, "chromium", chromium, ["--headless=new", ...quiet, "--no-default-browser-check", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"]);
  const port = await until("chromium", starts, child, () => Number(readOr(join(profile, "DevToolsActivePort"), "").split("\n")[0]));
  const pages = async () => (await get(`http://127.0.0.1:${port}/json/list`))?.filter((t) => t.type === "page").map((t) => t.url) ?? ["no answer"];
  await until("chromium", starts, child, async () => String(await pages()) === "about:blank");
  const stray = async () => {
    const now = await pages();
    return String(now) === "about:blank" ? [] : [`the browser has ${now.join(", ")}`];
  };
  return { child, port, stray };
}

async function startFirefox(start, dir) {
  const profile = join(dir, "firefox");
  mkdirSync(profile);
  writeFileSync(join(profile, "user.js"), Object.entries(preferences).map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`).join(""));
  const child = startLogged(start, dir, "firefox", firefox, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"], { HOME: profile });
  const port = await until("firefox", starts, child, () => Number(JSON.parse(readOr(join(profile, "WebDriverBiDiServer.json"), "{}") || "{}").ws_port));
  return { child, port };
}

async function startDriver(start, dir, program, env) {
  const port = await freePort();
  const child = startLogged(start, dir, program, which(program), [`--port=${port}`], env);
  await until(program, starts, child, async () => (await get(`http://127.0.0.1:${port}/status`))?.value?.ready);
  return { child, port };
}

async function startScreen(start, dir) {
  const child = start("Xvfb", ["-displayfd", "1", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  await until("Xvfb", starts, child, () => said.includes("\n"));
  return { child, display: `:${said.trim()}` };
}

// A driver's address and the requested capabilities.
function driven(port, dir, capabilities) {
  const file = join(dir, "capabilities.json");
  writeFileSync(file, JSON.stringify(capabilities));
  return () => ["--connect", `webdriver://127.0.0.1:${port}`, "--capabilities", file];
}
const chrome = { browserName: "chrome", "goog:chromeOptions": { ...(process.env.OFFSWITCH_BROWSER ? { binary: process.env.OFFSWITCH_BROWSER } : {}), args: ["--headless=new", "--disable-dev-shm-usage", "--window-size=1280,900", ...quiet] } };

const peer = (children, args, look) => ({
  args,
  left: () => left(look),
  dead: () => (children.some(over) ? "the browser or driver has ended" : null),
  end: async () => {
    for (const child of children) await stop(child);
  },
});

const sessions = async (port) => {
  const list = (await get(`http://127.0.0.1:${port}/sessions`))?.value;
  return !list ? ["the driver does not answer"] : list.map(() => "a session is left on the driver");
};

async function openOwn(start, dir, extra) {
  const { child, port } = await startDriver(start, dir, "chromedriver");
  return peer([child], driven(port, dir, { ...chrome, ...extra }), () => sessions(port));
}

export const wires = {
  launch: {
    says: { protocol: "cdp", wire: "pipe" },
    once: [],
    needs: { chromium },
    open: async () => peer([], (dir) => ["--connect", "launch", "--headless", ...quiet.map((arg) => `--browser-arg=${arg}`), "--profile", join(dir, "profile")], () => []),
  },
  cdp: {
    says: { protocol: "cdp", wire: "websocket" },
    once: ["internals"],
    needs: { chromium },
    async open(start, dir) {
      const { child, port, stray } = await startChromium(start, dir);
      return peer([child], () => ["--connect", `cdp://127.0.0.1:${port}`], stray);
    },
  },
  bidi: {
    says: { protocol: "bidi", wire: "websocket" },
    once: ["fluent", "internals"],
    needs: { firefox },
    async open(start, dir) {
      const { child, port } = await startFirefox(start, dir);
      // One session at a time: a new session is accepted only when the last one has ended.
      const stray = async () => {
        try {
          const [begun, tree] = await talk(port, "/session", [["session.new", { capabilities: {} }], ["browsingContext.getTree", { maxDepth: 0 }], ["session.end", {}]]);
          if (begun.error) return [`the browser accepts no session: ${JSON.stringify(begun.error)}`];
          const tabs = tree.contexts.map((c) => c.url);
          return tabs.length === 1 ? [] : [`the browser has ${tabs.join(", ")}`];
        } catch (error) {
          return [`the browser does not answer: ${error.message}`];
        }
      };
      return peer([child], () => ["--connect", `bidi://127.0.0.1:${port}`], stray);
    },
  },
  chromedriver: {
    says: { protocol: "webdriver", wire: "http" },
    once: ["internals", "react-aria"],
    needs: { chromium, chromedriver: which("chromedriver") },
    open: (start, dir) => openOwn(start, dir, {}),
  },
  attached: {
    says: { protocol: "cdp", wire: "websocket" },
    once: ["react-aria"],
    needs: { chromium, chromedriver: which("chromedriver") },
    async open(start, dir) {
      const browser = await startChromium(start, dir);
      const { child, port } = await startDriver(start, dir, "chromedriver");
      const args = driven(port, dir, { "goog:chromeOptions": { debuggerAddress: `127.0.0.1:${browser.port}` } });
      return peer([child, browser.child], args, async () => [...(await sessions(port)), ...(await browser.stray())]);
    },
  },
  "webdriver-bidi": {
    says: { protocol: "bidi", wire: "websocket" },
    once: ["fluent"],
    needs: { chromium, chromedriver: which("chromedriver") },
    open: (start, dir) => openOwn(start, dir, { webSocketUrl: true }),
  },
  webkit: {
    says: { protocol: "webdriver", wire: "http" },
    once: ["internals", "vaadin"],
    needs: { WebKitWebDriver: which("WebKitWebDriver"), MiniBrowser: miniBrowser(), Xvfb: which("Xvfb") },
    async open(start, dir) {
      const screen = await startScreen(start, dir);
      const { child, port } = await startDriver(start, dir, "WebKitWebDriver", { DISPLAY: screen.display });
      const args = driven(port, dir, { "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] } });
      const look = async () => ((await get(`http://127.0.0.1:${port}/status`))?.value?.ready ? [] : ["the driver still has a session, or does not answer"]);
      return peer([child, screen.child], args, look);
    },
  },
};
