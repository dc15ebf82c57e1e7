// What the tests of the command line share: the program in a home of its own, and a list of what failed.

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const top = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const program = process.env.OFFSWITCH ?? join(top, "build/offswitch");
export const scenarios = process.env.OFFSWITCH_SCENARIOS ?? join(top, "scenarios");

export const home = mkdtempSync(join(tmpdir(), "offswitch-cli-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

export const configPath = join(home, "config/offswitch/config");

export const environment = {
  PATH: process.env.PATH,
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_STATE_HOME: join(home, "state"),
  OFFSWITCH_SCENARIOS: scenarios,
  OFFSWITCH_BROWSER: "/bin/false", // nothing real is opened
  LC_ALL: "C",
};

export function writeConfig(text, mode = 0o600) {
  rmSync(configPath, { force: true });
  mkdirSync(dirname(configPath), { recursive: true });
  if (text === null) return;
  writeFileSync(configPath, text);
  chmodSync(configPath, mode);
}

/** Runs the program to its end, without a terminal. */
export function offswitch(args, { env = {}, ...more } = {}) {
  const run = spawnSync(program, args, { env: { ...environment, ...env }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], ...more });
  return { status: run.status, out: run.stdout ?? "", err: run.stderr ?? "" };
}

export function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

let passed = 0, failed = 0;

export function expect(holds, what, ...seen) {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  console.log(`FAIL ${what}`);
  for (const one of seen) console.log(`     ${typeof one === "string" ? one : JSON.stringify(one)}`);
}

export function end() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed || !passed ? 1 : 0;
}
