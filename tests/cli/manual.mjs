// The manual: its sections, and its examples run.

import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { environment, expect, home, json, offswitch, program, top, writeConfig } from "./tool.mjs";

const manual = () => offswitch(["help", "manual"]).out;

/** The examples of the manual, as a person would type them. */
const examples = () => manual().split(".SH EXAMPLES\n.nf\n")[1].split(".fi")[0].trim().split("\n").map((line) => line.replaceAll("\\-", "-").replaceAll("\\e", "\\"));

/** What is added so that nothing is installed or opened, and the exit statuses that are right in an empty home. */
const rows = {
  check: ["", [4]],
  fix: ["", [4]],
  undo: ["", [0, 1, 64]],
  done: ["", [0]],
  keep: ["", [0]],
  history: ["", [0, 64]],
  doctor: ["", [0, 1, 3]],
  login: ["", [1]],
  schedule: [" --print", [0]],
  notify: ["", [3]],
  rehearse: [" --list-faults", [0]],
  ledger: ["", [0, 4]],
  policy: ["", [0, 1, 64]],
  diff: ["", [1]],
};

export function testExamples() {
  writeConfig("[anna]\ntabs = 2\n");
  mkdirSync(join(home, "bin"), { recursive: true });
  mkdirSync(join(home, ".local/share/bash-completion/completions"), { recursive: true });
  symlinkSync(resolve(program), join(home, "bin/offswitch"));
  const seen = examples();
  expect(seen.length >= 20, "every command has an example", seen);
  for (const line of seen) {
    const [more, statuses] = rows[line.split(" ")[1]] ?? ["", [0]];
    const env = { ...environment, XDG_STATE_HOME: join(home, "examples"), PATH: `${join(home, "bin")}:${environment.PATH}` };
    const run = spawnSync("sh", ["-c", line + more], { env, cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    expect(statuses.includes(run.status) && !/no option|no command|Usage/.test(run.stderr), line, `exit ${run.status}`, run.stderr);
    if (line.includes("--json")) expect(json(run.stdout), `${line} prints JSON`, run.stdout);
  }
  writeConfig(null);
}

/** Each option and each command is in the manual, and the help of a command has only that command's options. */
export function testHelp() {
  const text = manual().replaceAll("\\-", "-");
  const commands = [...offswitch(["help"]).out.matchAll(/^  ([a-z]+) +\S/gm)].map((m) => m[1]).filter((name) => name !== "help");
  expect(commands.length >= 20, "the commands of the help", commands);
  for (const name of commands) {
    const help = offswitch([name, "--help"]).out;
    expect(text.includes(`.B ${name} `) && help.includes("\nExample:\n  offswitch "), `${name} is in the manual, with an example`, help);
    const own = new Set([...offswitch(["completion", "words", "--", name, "--"]).out.matchAll(/^--(\S+)$/gm)].map((m) => m[1]));
    for (const [, option] of help.matchAll(/^ +(?:-\w, )? *--([a-z-]+)/gm)) expect(own.has(option), `${name} --help lists --${option}, which is not its own`);
    for (const option of own) expect(text.includes(`--${option}`), `--${option} is in the manual`);
  }
}

/** A section of the hand-written part of the manual. */
const section = (name) => readFileSync(join(top, "src/man/offswitch.1.in"), "utf8").split(`.SH ${name}\n`)[1].split("\n.SH ")[0];

/** The variables that the program reads, with their names in the call or in a table beside it. */
function variables() {
  const names = new Set();
  for (const file of readdirSync(join(top, "src"), { recursive: true }).filter((name) => name.endsWith(".c"))) {
    const text = readFileSync(join(top, "src", file), "utf8");
    for (const [, name] of text.matchAll(/\b(?:getenv|if_set)\("([A-Za-z_]+)"\)/g)) names.add(name);
    if (/getenv\(names\[/.test(text)) for (const [, table] of text.matchAll(/\bnames\[\w*\] = \{([^}]*)\}/g)) for (const [, name] of table.matchAll(/"([A-Z_]+)"/g)) names.add(name);
  }
  return names;
}

/** What scripts rely on: exit statuses, variables and files. */
export function testSections() {
  const statuses = [...section("EXIT STATUS").matchAll(/^\.TP\n(\d+)$/gm)].map((m) => m[1]);
  expect(statuses.join() === "0,1,2,3,4,5,64", "EXIT STATUS has each of the statuses", statuses);
  const names = variables(), told = section("ENVIRONMENT");
  for (const name of ["OFFSWITCH_BROWSER", "XDG_CONFIG_HOME", "HOME", "LC_ALL", "NO_COLOR", "TMPDIR"]) expect(names.has(name), `the sources read ${name}`);
  for (const name of names) expect(new RegExp(`\\b${name}\\b`).test(told), `ENVIRONMENT has ${name}`);
  const files = section("FILES").replaceAll("\\-", "-");
  for (const name of ["offswitch/config", "offswitch/enabled", "offswitch/notify.json", "HOME/offswitch/scenarios", "ledger.db", "wordings.json"])
    expect(files.split(`.I `).slice(1).filter((entry) => entry.split("\n")[0].endsWith(name)).length === 1, `FILES has ${name} once`);
}
