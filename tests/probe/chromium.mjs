// A separate browser for the tests in Node, without packages: over --remote-debugging-pipe, or with a port that others
// can connect to. It uses an empty profile; close() removes both.

import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

export const browserArgs = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--no-default-browser-check",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
];

// The first browser of the family on PATH, or $CHROMIUM; null if there is none.
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of names)
    for (const dir of (process.env.PATH ?? "").split(delimiter)) {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return join(dir, name);
      } catch {
        // not here
      }
    }
  return null;
}

function start(args, stdio) {
  const profile = mkdtempSync(join(tmpdir(), "offswitch-chromium-"));
  const child = spawn(findChromium(), [...browserArgs, `--user-data-dir=${profile}`, ...args, "about:blank"], { stdio, detached: true });
  const gone = new Promise((done) => child.once("exit", done));
  // The browser leads its own process group, so that its helpers end with it.
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // it is already gone
    }
  };
  const remove = () => rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  const last = () => {
    kill();
    remove();
  };
  process.once("exit", last);
  const close = async () => {
    kill();
    await gone;
    process.removeListener("exit", last);
    remove();
  };
  return { child, profile, gone, close };
}

// Gives {call(method, params, session), open(url), close()}; open gives a tab with its own call.
export async function launchPipe() {
  const { child, gone, close } = start(["--remote-debugging-pipe"], ["ignore", "ignore", "ignore", "pipe", "pipe"]);
  const [, , , to, from] = child.stdio;
  const waiting = new Map();
  const listeners = new Set();
  let next = 1;
  let rest = Buffer.alloc(0);
  from.on("data", (data) => {
    rest = Buffer.concat([rest, data]);
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = JSON.parse(rest.subarray(0, end).toString());
      rest = rest.subarray(end + 1);
      const slot = waiting.get(message.id);
      waiting.delete(message.id);
      if (slot && message.error) slot.fail(new Error(`${slot.method}: ${message.error.message}`));
      else if (slot) slot.done(message.result);
      else for (const listener of listeners) listener(message);
    }
  });
  to.on("error", () => {});
  const call = (method, params = {}, session = undefined) =>
    new Promise((done, fail) => {
      const id = next++;
      waiting.set(id, { done, fail, method });
      to.write(`${JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) })}\0`);
    });
  gone.then(() => {
    for (const { fail, method } of waiting.values()) fail(new Error(`${method}: the browser ended`));
  });
  const open = async () => {
    const { targetId } = await call("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
    const ask = (method, params) => call(method, params, sessionId);
    await ask("Page.enable");
    return {
      frame: targetId,
      call: ask,
      // Loads an address and waits for the load event.
      async go(url) {
        const loaded = new Promise((done) => {
          const listener = (m) => {
            if (m.sessionId !== sessionId || m.method !== "Page.loadEventFired") return;
            listeners.delete(listener);
            done();
          };
          listeners.add(listener);
        });
        const { errorText } = await ask("Page.navigate", { url });
        if (errorText) throw new Error(`${url}: ${errorText}`);
        await loaded;
      },
      close: () => call("Target.closeTarget", { targetId }),
    };
  };
  return { call, open, close };
}

// A browser that listens on a free port: {port, close()}.
export async function launchPort() {
  const { profile, gone, close } = start(["--remote-debugging-port=0"], "ignore");
  let ended = false;
  gone.then(() => (ended = true));
  for (let i = 0; i < 300 && !ended; i++) {
    try {
      const port = Number(readFileSync(join(profile, "DevToolsActivePort"), "utf8").split("\n")[0]);
      if (port) return { port, close };
    } catch {
      // not yet
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  await close();
  throw new Error("the browser did not start");
}
