// The program in a home of its own, with and without a terminal.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserArgs } from "../probe/chromium.mjs";

const top = join(dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.OFFSWITCH ?? join(top, "build/offswitch");

export const home = mkdtempSync(join(tmpdir(), "offswitch-authoring-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));

/** A scenario of the person's own. */
export const own = (name) => join(home, "config/offswitch/scenarios", name);

const env = {
  PATH: process.env.PATH,
  HOME: home,
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_STATE_HOME: join(home, "state"),
  OFFSWITCH_SCENARIOS: process.env.OFFSWITCH_SCENARIOS ?? join(top, "scenarios"),
  LC_ALL: "C.UTF-8",
  ...(process.env.OFFSWITCH_BROWSER && { OFFSWITCH_BROWSER: process.env.OFFSWITCH_BROWSER }),
};

/** Starts a browser without a window, on a profile in that home. */
export const launch = ["--connect", "launch", "--headless", "--timeout", "60",
  ...browserArgs.filter((arg) => !arg.startsWith("--headless")).map((arg) => `--browser-arg=${arg}`)];
/** For a command that always starts a browser of its own. */
export const launchArgs = launch.filter((arg) => arg.startsWith("--browser-arg="));

/** A driver, and how the program reaches it: {connect, end()}. */
export async function startDriver() {
  const child = spawn("chromedriver", ["--port=0"], { env, stdio: ["ignore", "pipe", "ignore"] });
  process.on("exit", () => child.kill());
  const port = await new Promise((done, fail) => {
    let out = "";
    child.on("error", fail);
    child.stdout.setEncoding("utf8").on("data", (piece) => {
      const said = /started successfully on port (\d+)/.exec((out += piece));
      if (said) done(said[1]);
    });
  });
  const capabilities = put("capabilities.json", { "goog:chromeOptions": { args: browserArgs } });
  return { connect: ["--connect", `webdriver://127.0.0.1:${port}`, "--capabilities", capabilities, "--timeout", "60"], end: () => child.kill() };
}

/** A file in that home. Gives its path. */
export function put(name, content) {
  const path = join(home, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

export const read = (path) => JSON.parse(readFileSync(path, "utf8"));

const quote = (word) => `'${word.replace(/'/g, "'\\''")}'`;

function start(command, args, stdin) {
  const child = spawn(command, args, { env, stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  const run = { out: "", err: "", child };
  child.stdout.setEncoding("utf8").on("data", (piece) => (run.out += piece));
  child.stderr.setEncoding("utf8").on("data", (piece) => (run.err += piece));
  child.stdin?.on("error", () => {}); // it ended before it had read everything
  if (stdin) child.stdin.end(stdin);
  run.ended = new Promise((done) => child.once("close", (status) => done(Object.assign(run, { status }))));
  return run;
}

/** Runs it to its end without a terminal. Gives {status, out, err}. */
export const offswitch = (args, { stdin } = {}) => start(program, args, stdin).ended;

export async function json(args, options) {
  const run = await offswitch([...args, "--json"], options);
  try {
    return { ...run, value: JSON.parse(run.out) };
  } catch {
    throw new Error(`${args.join(" ")}: no JSON (exit ${run.status})\n${run.out}\n${run.err}`);
  }
}

/** The faults of a scenario that is given as an object: it comes from standard input. */
export async function faultsOf(scenario) {
  const run = await json(["scenario", "lint", "-"], { stdin: JSON.stringify(scenario) });
  return run.value.files[0].faults;
}

/**
 * Runs it on a terminal. `answers`: [the end of a question, what is typed]; each is typed once its question is there. What
 * is typed before that is thrown away by the program. Gives {status, out}, with all that was shown.
 */
export async function onTerminal(args, answers) {
  const line = [program, ...args].map(quote).join(" ");
  const run = start("script", ["-qec", line, "/dev/null"], "");
  const left = [...answers];
  let from = 0;
  const look = () => {
    const at = left.length ? run.out.indexOf(left[0][0], from) : -1;
    if (at < 0) return;
    from = at + left[0][0].length;
    run.child.stdin.write(left.shift()[1]);
  };
  run.child.stdout.on("data", look);
  const timer = setTimeout(() => run.child.kill("SIGKILL"), 90000); // a question without an answer
  const { status, out } = await run.ended;
  clearTimeout(timer);
  return { status, out: out.replace(/\r/g, ""), unasked: left.map(([question]) => question) };
}
