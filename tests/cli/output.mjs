// What is printed: one JSON object also for a run that could not be done, errors of writing, similar names, the guide's
// page.

import { readFileSync, openSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, home, json, offswitch, writeConfig } from "./tool.mjs";

/** A browser that prints what a real one prints when it does not start. */
function writeBrowser(name, script) {
  const path = join(home, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

export function testErrorObject() {
  writeConfig(null);
  const rows = [
    [["chek", "--json"], 64, "usage"],
    [["status", "--json", "--zz"], 64, "usage"],
    [["doctor", "a", "b", "--json"], 64, "usage"],
    [["guide", "nope", "--json"], 1, "scenario"],
    [["scenario", "show", "nope", "--json"], 1, "scenario"],
    [["config", "--json"], 64, "usage"],
    [["report", "zz", "--json"], 64, "usage"],
    [["check", "nope", "--json"], 1, "scenario"],
    [["check", "--json", "--connect", "cdp://127.0.0.1:1", "--acknowledge-terms"], 1, "connect"],
    [["check", "--json", "--state", join(home, "new")], 4, "refused"],
    [["rehearse", "--json", "--fault", "x"], 64, "usage"],
  ];
  for (const [args, exit, code] of rows) {
    const run = offswitch(args);
    const object = json(run.out);
    expect(run.status === exit && object?.exit === exit && object.error?.code === code && object.error.text, args.join(" "), run);
  }
  const run = json(offswitch(rows[8][0]).out);
  expect(run.settings.length > 0 && run.settings.every((s) => s.verdict === "unknown" && s.reason === "no-browser" && s.url.startsWith("https://")),
    "every setting has a reason and a link", run);
}

export function testFullDisk() {
  const full = openSync("/dev/full", "w");
  for (const args of [["help"], ["status"], ["guide", "--json"], ["check", "nope", "--json"], ["config", "show"]]) {
    const run = offswitch(args, { stdio: ["ignore", full, "pipe"] });
    expect(run.status === 1 && run.err.includes("could not be written"), `${args.join(" ")} > /dev/full`, run);
  }
}

export function testNearNames() {
  const rows = [
    [["check", "--jsn"], "did you mean '--json'?"],
    [["check", "--format"], null],
    [["login", "--format"], null],
    [["login", "--forgte"], null],
    [["fix", "--yse"], null],
    [["watch", "--fixx"], null],
    [["check", "--nope"], null],
    [["chekc"], "did you mean 'check'?"],
    [["destroy"], null],
    [["scenario", "lits"], "did you mean 'list'?"],
    [["scenario", "destroy"], null],
    [["schedule", "instal"], "did you mean 'install'?"],
    [["schedule", "remve"], null],
    [["ledger", "verfy"], "did you mean 'verify'?"],
    [["ledger", "forgte"], null],
  ];
  for (const [args, near] of rows) {
    const { status, err } = offswitch(args);
    expect(status === 64 && (near ? err.includes(near) : !err.includes("did you mean")), args.join(" "), err);
  }
}

/** One sentence, and the exact command to run again; the browser's own words only with --verbose. */
export function testFailedStart() {
  const check = ["check", "--connect", "launch", "--acknowledge-terms", "--timeout", "20"];
  const rows = [
    ["root", "echo '[1:1:ERROR] Running as root without --no-sandbox is not supported.' >&2; exit 1",
      "as root", "run: offswitch check --browser-arg=--no-sandbox --connect launch --acknowledge-terms"],
    ["display", "echo 'Missing X server or $DISPLAY' >&2; exit 1", "no display", "run: offswitch check --headless --connect launch"],
    ["crash", "kill -SEGV $$", "ended at once", "run: offswitch check --headless --browser-arg=--no-sandbox"],
    ["profile", "echo 'Failed to create SingletonLock: File exists' >&2; exit 21", "uses that profile", "run: offswitch check --profile=DIR"],
  ];
  for (const [name, script, sentence, again] of rows) {
    const env = { OFFSWITCH_BROWSER: writeBrowser(name, script) };
    const { status, err } = offswitch(check, { env });
    expect(status === 1 && err.includes(sentence) && err.includes(again) && !/ERROR|\$DISPLAY|SingletonLock/.test(err), name, err);
    if (name === "root") expect(offswitch([...check, "-v"], { env }).err.includes("is not supported"), "the browser's own words with -v");
  }
}

export function testGuidePage() {
  const file = join(home, "guide.html");
  const run = offswitch(["guide", "--all", "--html", file], { env: { LC_ALL: "de_DE.UTF-8" } });
  const page = readFileSync(file, "utf8");
  expect(run.status === 0 && run.out === "" && page.endsWith("</html>\n"), "the page is complete", run);
  expect(page.includes('<q lang="de">Ihre Daten') && !page.includes("Use my data for training"), "the site's words in the person's language");
  expect(page.includes('href="https://www.linkedin.com/mypreferences/d/settings/data-for-ai-improvement"'), "links to click");
  expect(!/<script|<link|src=|@import|url\(http/.test(page), "nothing is fetched, no script");
  const lang = offswitch(["guide", "--lang", "en", "--html", file]);
  expect(lang.status === 0 && readFileSync(file, "utf8").includes("Use my data for training"), "--lang", lang);
  const before = statSync(file).ino;
  const lost = offswitch(["guide", "--html", join(home, "nowhere/guide.html")]);
  expect(lost.status === 1 && lost.err.includes("cannot be written") && statSync(file).ino === before, "a page that cannot be written", lost);
}

/** For an address with a gap the guide says what to fill in; for a complete one it says nothing. */
export function testGuideInstance() {
  const gap = "name of the publication in place of {instance}";
  const open = offswitch(["guide", "substack"]);
  expect(open.status === 0 && open.out.replace(/\s+/g, " ").includes(gap), "the guide explains the placeholder", open);
  const filled = offswitch(["guide", "substack", "--instance", "mossy"]);
  expect(filled.out.includes("https://mossy.substack.com/") && !filled.out.includes("{instance}"), "a name replaces the placeholder", filled);
  const file = join(home, "guide-instance.html");
  offswitch(["guide", "substack", "--html", file]);
  expect(readFileSync(file, "utf8").includes(gap), "the page explains the placeholder");
}

/** Columns are set by the longest text: none runs into the next. */
export function testScenarioTable() {
  const { out } = offswitch(["scenario", "list"]);
  const [head, ...rows] = out.trimEnd().split("\n");
  for (const column of ["TITLE", "VERSION", "SETTINGS", "FILE"]) {
    const at = head.indexOf(column);
    for (const row of rows) expect(at > 0 && row[at - 1] === " " && row[at] !== " ", `scenario list: the column ${column}`, row);
  }
}

/** An incomplete command lists all the words that may follow. */
export function testWordsOfCommands() {
  const words = ["list", "show", "lint", "import", "probe", "new", "test", "enable", "disable"];
  for (const args of [["scenario"], ["scenario", "destroy"]]) {
    const run = offswitch(args);
    expect(run.status === 64 && words.every((word) => new RegExp(`\\b${word}\\b`).test(run.err)), args.join(" "), run);
  }
  const more = offswitch(["help", "check", "--foo"]);
  expect(more.status === 64 && more.err.includes("'--foo'") && more.out === "", "a word after 'help check'", more);
}

/** With --json there is one object on standard output, or the error that says why there is none. */
export function testOneObject() {
  const state = ["--state", join(home, "objects")];
  const rows = [
    [["rehearse", "--list-faults"], 0, "faults"],
    [["rehearse", "github", "--list-faults"], 0, "faults"],
    [["ledger", "verify", ...state], 0, "chain"],
    [["ledger", "forget", "--before", "2020-01-01", ...state], 0, "removed"],
    [["ledger", "forget", "--all", "--yes", ...state], 0, "removed"],
    [["ledger", "export", ...state], 64, "error"],
    [["schedule", "install", "--print", ...state], 64, "error"],
    [["schedule", "remove", ...state], 64, "error"],
    [["schedule", "status", ...state], 3, "installed"],
    [["status", ...state], 0, "groups"],
    [["history", ...state], 0, "runs"],
    [["policy", "list", ...state], 0, "revisions"],
    [["scenario", "list"], 0, "scenarios"],
    [["scenario", "lint"], 0, "files"],
    [["scenario", "enable", "x"], 0, null],
    [["help", "check"], 64, "error"],
    [["rehearse", "--year"], 64, "error"],
    [["rehearse", "github", "--year"], 64, "error"],
  ];
  for (const [args, exit, key] of rows) {
    const run = offswitch([...args, "--json"]);
    const object = json(run.out);
    expect(run.status === exit && object && !Array.isArray(object) && (!key || key in object), `${args.join(" ")} --json`, run);
  }
}

/** A year that could not be played does not exit with 0. */
export function testYear() {
  const run = offswitch(["rehearse", "--year"]);
  const times = run.err.split("offswitch: ").length - 1;
  expect(run.status === 1 && times === 1 && !run.out.includes("notifications."), "rehearse --year without a browser", run);
}

/** A sentence that names the mistake, and the status that the contract has for it. */
export function testSentences() {
  const state = ["--state", join(home, "sentences")];
  const rows = [
    [["check", "--timeout", "0"], 64, "a number of seconds from 1 to 86400"],
    [["check", "--tabs", "9"], 64, "a number from 1 to 8"],
    [["rehearse", "--seed", "x"], 64, '--seed wants a number'],
    [["rehearse", "--delay-max", "1s"], 64, '--delay-max wants a number'],
    [["ledger", "forget", "--before", "today", ...state], 64, "not 'today'"],
    [["schedule", "install", "--fix", "nope", "--print", ...state], 64, 'no setting "nope"'],
    [["status", "nope", ...state], 1, 'no scenario "nope"'],
    [["status", "github", ...state], 0, ""],
    [["doctor", "nope", ...state], 1, 'no scenario "nope"'],
    [["scenario", "show", "x", "y"], 64, "'y' is one word too many"],
    [["check", "--state", join(home, "never")], 4, "nothing was opened"],
    [["scenario", "new", "http://127.0.0.1:1/"], 4, "nothing was opened"],
    [["status", "--state="], 64, "'--state' needs a path"],
    [["login", "--forget", "--state", ""], 64, "'--state' needs a path"],
    [["guide", "--html", ""], 64, "'--html' needs a path"],
    [["scenario", "list", "x"], 64, "'x' is one word too many"],
    [["scenario", "import", "/etc/passwd"], 1, "/etc/passwd: not JSON"],
    [["policy", "show", ...state], 1, "no document was read yet"],
    [["policy", "diff", ...state], 1, "no document was read yet"],
    [["report", "--merge", "/nowhere.json", ...state], 1, "a report cannot be read: /nowhere.json: No such file"],
  ];
  for (const [args, exit, sentence] of rows) {
    const run = offswitch(args);
    expect(run.status === exit && run.err.includes(sentence), args.join(" "), run);
  }
  const offline = ["--acknowledge-terms", ...state];
  offswitch(["check", "--connect", "cdp://127.0.0.1:1", ...offline]);
  offswitch(["check", "--connect", "cdp://127.0.0.1:2", ...offline]);
  const page = join(home, "tried.html");
  offswitch(["report", "--html", page, ...state]);
  const text = readFileSync(page, "utf8");
  expect(text.includes("Tried on") && !text.includes("Read on"), "a report does not say 'read' if nothing was read");
  const diff = offswitch(["diff", ...state]);
  expect(diff.status === 1 && diff.err.includes("offswitch diff RUN RUN"), "diff of two runs that have nothing in common", diff);
}

/** A check that never ran is not compared with. */
export function testExplain() {
  const { status, out } = offswitch(["watch", "--explain", "--state", join(home, "explain")]);
  expect(status === 0 && /^yes +the settings were never checked$/m.test(out) && !out.includes("the scenario is the one"), "watch --explain", out);
  expect(out.startsWith("A check is due now.") && out.includes("The check after it is due "), "the check after the due one", out);
}

/** The help of an option describes its own command only. */
export function testOptionsOfOneCommand() {
  const rows = [
    ["fix", /--no-pictures.*report/s, false],
    ["report", /--no-pictures +show no pictures/, true],
    ["watch", /'schedule install'/, false],
    ["scenario", /--lang TAG +import: the language of the recording; default en/, true],
    ["rehearse", /recording/, false],
    ["ledger", /--json +verify, forget: /, true],
  ];
  for (const [command, pattern, expected] of rows) {
    const { out } = offswitch([command, "--help"]);
    expect(pattern.test(out) === expected, `${command} --help and ${pattern}`, out);
  }
}

export function testCompletionOfScenarios() {
  const words = offswitch(["completion", "words", "--", "check", "--scenario", ""]).out.split("\n");
  expect(words.includes("all") && words.includes("linkedin") && words.includes("github"), "check --scenario TAB", words);
}
