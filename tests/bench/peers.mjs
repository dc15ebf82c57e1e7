// The browsers and the driver of the bench, open before the first run. Each is on a free port of 127.0.0.1.
//
//   const peers = await openPeers(start, dir, needs)
//   peers.ports {browser, driver, firefox}, peers.has {driver: true}, peers.versions, await peers.close()

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { findChromium, launchPort } from "../probe/chromium.mjs";
import { wires } from "../zoo/wires.mjs";

const there = (name) => spawnSync("sh", ["-c", 'command -v "$0"', name]).status === 0;
const version = (...command) => spawnSync(command[0], command.slice(1), { encoding: "utf8" }).stdout?.trim().replace(/ built on.*| \(.*/g, "") ?? null;
const later = (ms) => new Promise((done) => setTimeout(done, ms));

const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

async function openDriver(start) {
  const port = await freePort();
  start("chromedriver", [`--port=${port}`], { stdio: "ignore" });
  for (let i = 0; i < 300; i++, await later(100))
    try {
      if ((await (await fetch(`http://127.0.0.1:${port}/status`)).json()).value.ready) return port;
    } catch {
      // not yet
    }
  throw new Error("chromedriver does not answer");
}

export async function openPeers(start, dir, needs) {
  if (!findChromium()) throw new Error("there is no Chromium");
  const browser = await launchPort();
  const ports = { browser: browser.port };
  const versions = { chromium: version(findChromium(), "--version") };
  if (needs.has("driver") && there("chromedriver")) ports.driver = await openDriver(start);
  const firefox = needs.has("firefox") && wires.bidi.needs.firefox;
  let peer = null;
  if (firefox) {
    const own = join(dir, "firefox");
    mkdirSync(own);
    peer = await wires.bidi.open(start, own);
    ports.firefox = Number(/:(\d+)/.exec(peer.args(own).join(" "))[1]);
    versions.firefox = version(firefox, "--version");
  }
  return {
    ports, versions,
    has: { driver: !!ports.driver, firefox: !!ports.firefox },
    async close() {
      await browser.close();
      await peer?.end();
    },
  };
}
