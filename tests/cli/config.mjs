// The config file: the source of a value, what the file may not contain, and the mistakes in it.

import { configPath, expect, home, json, offswitch, writeConfig } from "./tool.mjs";

const offline = ["check", "--connect", "cdp://127.0.0.1:1", "--acknowledge-terms"];

/** The row of an option in `config show`. */
function shown(name, ...args) {
  const run = offswitch(["config", "show", "--json", ...args]);
  return json(run.out)?.options.find((one) => one.name === name) ?? run;
}

export function testSources() {
  writeConfig(`# mine
tabs = 2      # two at once
headless = yes
group = ads
label = "me # and you"

[anna]
state = ~/anna
tabs = 3
headless = no

[ben]
only = ads-by-age
label = Ben
`);
  const rows = [
    ["hold", [], "6", "default", null],
    ["tabs", [], "2", "file", 2],
    ["headless", [], "yes", "file", 3],
    ["label", [], "me # and you", "file", 5],
    ["tabs", ["--as", "anna"], "3", "section", 9],
    ["headless", ["--as", "anna"], "no", "section", 10],
    ["state", ["--as", "anna"], `${home}/anna`, "section", 8],
    ["group", ["--as", "anna"], "ads", "file", 4],
    ["label", ["--as", "anna"], "anna", "as", null],
    ["label", ["--as", "ben"], "Ben", "section", 14],
    ["tabs", ["--as", "anna", "--tabs", "4"], "4", "command-line", null],
    // of options that exclude each other the nearer one holds, alone
    ["group", ["--as", "ben"], "ai", "scenario", null],
    ["group", ["--all"], "ai", "scenario", null],
    ["only", ["--as", "ben", "--all"], null, "default", null],
  ];
  for (const [name, args, value, from, line] of rows) {
    const one = shown(name, ...args);
    expect(one.value === value && one.from === from && one.line === line, `${name} ${args.join(" ")}`, one);
  }
  const text = offswitch(["config", "show", "--as", "anna"]).out;
  expect(/tabs +3 \(line 9, in \[anna\]\)/.test(text), "config show says the line and the section", text);
  expect(text.includes("notify.json"), "config show says where secrets belong", text);
}

/** The result of the file for a command. */
export function testUse() {
  writeConfig("group = ads\nhold = 2\nquiet = yes\n[ben]\nonly = ads-by-age\n");
  const settings = (args) => json(offswitch([...offline, "--json", ...args]).out)?.settings.map((s) => s.id) ?? [];
  const ads = settings([]);
  expect(ads.includes("ads-by-age") && ads.length > 1, "a value of the file applies, and options that check does not have are ignored", ads);
  expect(settings(["--as", "ben"]).join() === "ads-by-age", "a section outranks the file");
  expect(settings(["--as", "ben", "--all"]).length > ads.length, "the command line outranks a section");
  writeConfig("state = /nowhere/at/all\nconnect = cdp://127.0.0.1:1\nlabel = x\n");
  const year = offswitch(["rehearse", "--list-faults"]);
  expect(year.status === 0, "a rehearsal reads the file", year);
  writeConfig("all = yes\n");
  const forget = offswitch(["ledger", "forget", "-y"]);
  expect(forget.status === 64 && !forget.out.includes("emoved"), "'all' in the file does not let forget remove runs", forget);
}

export function testMistakes() {
  const rows = [
    ["tbas = 2", "no option 'tbas'", "did you mean 'tabs'?"],
    ["yes = yes", "'yes' cannot be set here", ""],
    ["wording = Train", "'wording' cannot be set here", ""],
    ["forget = yes", "'forget' cannot be set here", ""],
    ["acknowledge-terms = yes", "'acknowledge-terms' cannot be set here", ""],
    ["fix = ads-by-age", "'fix' cannot be set here", ""],
    ["plan = /x", "'plan' cannot be set here", "command line"],
    ["yse = yes", "no option 'yse'", "config show"],
    ["tabs = 20", "from 1 to 8, not '20'", "help config"],
    ["tabs =", "'tabs' has no value", ""],
    ["headless = maybe", "yes or no, not 'maybe'", ""],
    ["headless", "a line is 'OPTION = VALUE'", ""],
    ["[x", "a section is written [NAME]", ""],
    ["[]", "a section is written [NAME]", ""],
    ["state = here", "begins with / or ~/", ""],
    ["password = x", "no option 'password'", ""],
  ];
  for (const [line, part, next] of rows) {
    writeConfig(`tabs = 2\n\n# a comment\n[me]\n${line}\n`);
    const { status, err } = offswitch(["status"]);
    expect(status === 64 && err.includes(`${configPath}:5: `) && err.includes(part) && err.includes(next), line, err);
    expect(!/did you mean '(yes|forget|fix|wording)/.test(err), `${line} proposes nothing that confirms or removes`, err);
  }
  const whole = [
    ["tabs = 2\ntabs = 3\n", 64, ":2: 'tabs' is set twice, first in line 1"],
    ["[a]\n[b]\n[a]\n", 64, ":3: [a] is there twice"],
    ["tabs = 2\n\0", 1, "is not text"],
    ["connect = foo\n", 64, "config show"],
  ];
  for (const [text, exit, part] of whole) {
    writeConfig(text);
    const { status, err } = offswitch(text.startsWith("connect") ? ["check"] : ["status"]);
    expect(status === exit && err.includes(part), JSON.stringify(text), err);
  }
  const report = json(offswitch(["check", "--json"], {}).out);
  expect(report?.error?.code === "usage" && report.exit === 64, "a mistake in the file, as JSON", report);
  writeConfig("tabs = 2\n", 0o666);
  const open = offswitch(["status"], {});
  expect(open.status === 1 && open.err.includes("others can write"), "a file that others can write is refused", open);
  expect(offswitch(["check", "--help"]).status === 0, "help needs no config file");
}

export function testPeople() {
  writeConfig("[anna]\ntabs = 1\n");
  const wrong = offswitch(["check", "--as", "anan"]);
  expect(wrong.status === 64 && wrong.err.includes("did you mean 'anna'?"), "a similar name", wrong);
  writeConfig(null);
  const none = offswitch(["check", "--as", "anna"]);
  expect(none.status === 64 && none.err.includes("no config file") && none.err.includes("[anna]"), "no file", none);
  expect(offswitch(["config", "show"]).out.includes("(not there)"), "config show without a file");
}
