// What is printed on a terminal: its width is kept, and a dumb one gets no escapes.

import { spawnSync } from "node:child_process";
import { environment, expect, program } from "./tool.mjs";

/** Runs the program on a terminal with that many columns; null if script(1) is missing. */
function onTerminal(columns, args, env = {}) {
  const line = `stty cols ${columns} rows 24; exec ${[program, ...args].join(" ")}`;
  const run = spawnSync("script", ["-qec", line, "/dev/null"], {
    env: { ...environment, TERM: "xterm", SHELL: "/bin/sh", ...env }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"],
  });
  return run.error ? null : run.stdout.replaceAll("\r\n", "\n");
}

const escapes = /\x1b\[[0-9;]*[A-Za-z]/g;

/** A line that is too long is one word, such as a link. */
export function testWidth() {
  const commands = [["help"], ["fix", "--help"], ["guide", "--all"], ["doctor"], ["status"], ["config", "show"], ["scenario", "show"],
    ["check", "--acknowledge-terms", "--connect", "cdp://127.0.0.1:1"], ["keep", "ads-by-age", "--jsn"], ["rehearse", "--year"], ["watch", "--explain"], ["guide", "others"]];
  for (const columns of [60, 80, 200])
    for (const args of commands) {
      const lines = (onTerminal(columns, args) ?? "").split("\n").map((line) => line.replace(/.*\r\x1b\[K/, "").replace(escapes, "")); // without the progress, which was erased
      for (const line of lines) {
        const words = line.trim().split(/\s+/);
        const longest = Math.max(...words.map((word) => [...word].length));
        expect([...line].length <= columns || words.length === 1 || longest > columns - 6, `${args.join(" ")} at ${columns}`, line);
      }
    }
}

/** The links of LinkedIn are whole on 80 columns. */
export function testLinks() {
  const text = onTerminal(80, ["guide"]);
  if (text !== null)
    expect(/^ +https:\/\/\S+\/data-for-ai-improvement$/m.test(text), "a link on a line of its own", text.slice(0, 400));
}

export function testNoEscapes() {
  for (const env of [{ TERM: "dumb" }, { NO_COLOR: "1" }])
    for (const args of [["status"], ["doctor"], ["guide"], ["check", "--acknowledge-terms", "--connect", "cdp://127.0.0.1:1"]]) {
      const text = onTerminal(80, args, env);
      expect(!text?.includes("\x1b"), `${args.join(" ")} with ${JSON.stringify(env)}`, text);
    }
}
