// Run the program and keep its output. OFFSWITCH names the program.

import { spawn } from "node:child_process";

const program = process.env.OFFSWITCH ?? "build/offswitch";

// options: {kill: milliseconds until SIGKILL, env, stdin}. Gives {status, signal, out, err, ms}.
export function offswitch(args, options = {}) {
  return new Promise((done) => {
    const began = Date.now();
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...options.env } });
    let out = "", err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    const timer = options.kill === undefined ? null : setTimeout(() => child.kill("SIGKILL"), options.kill);
    child.once("close", (status, signal) => {
      clearTimeout(timer);
      done({ status, signal, out, err, ms: Date.now() - began });
    });
  });
}

export async function json(args, options) {
  const run = await offswitch(args, options);
  try {
    return { ...run, value: JSON.parse(run.out) };
  } catch {
    throw new Error(`${args.join(" ")}: no JSON (exit ${run.status})\n${run.out}\n${run.err}`);
  }
}

export const lines = (text) => text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
