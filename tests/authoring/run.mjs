// Writing a scenario, from the first look at a page to a check with it, with a real browser: probe, new (on a terminal),
// import, lint, test, enable, disable, check --scenario all.
//
//     OFFSWITCH=build/offswitch node tests/authoring/run.mjs [NAME]

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { box, group, startSite } from "./site.mjs";
import { faultsOf, home, json, launch, launchArgs, offswitch, onTerminal, own, put, read, startDriver } from "./tool.mjs";

let site;

const probe = (page, ...more) => json(["scenario", "probe", site.origin + page, ...launch, ...more]);
const check = (scenario) => json(["check", scenario, ...launch]);
const around = (settings) => ({ format: 1, id: "probed", version: "1", title: "Probed", origin: site.origin, settings });

/** Answers of a person to `scenario new`. */
const answers = (which, name, ...rest) => [["Which one?", `${which}\n`], ["A name for the scenario:", `${name}\n`], ["The site's title:", "Example\n"], ...rest];
const wanted = (word) => ["What should", `${word}\n`];

// ---- recordings ------------------------------------------------------------------------------

/** What the Recorder panel exports. */
const recording = (...steps) => ({
  title: "Recording 1",
  steps: [{ type: "setViewport", width: 1200, height: 800, deviceScaleFactor: 1, isMobile: false, hasTouch: false, isLandscape: false }, ...steps],
});
const navigate = (page) => ({ type: "navigate", url: site.origin + page, assertedEvents: [{ type: "navigation", url: site.origin + page, title: "" }] });
const click = (...selectors) => ({ type: "click", target: "main", selectors: selectors.map((one) => [one]), offsetX: 9, offsetY: 9 });

/** What Selenium IDE saves. */
const project = (...commands) => ({
  id: "1", version: "2.0", name: "p", url: site.origin, suites: [], urls: [], plugins: [],
  tests: [{ id: "2", name: "t", commands: commands.map(([command, target, targets = []], i) => ({ id: `c${i}`, comment: "", command, target, targets, value: "" })) }],
});

const boxSteps = () => [navigate("/settings/privacy"),
  click("aria/Use my posts for training[role=\"checkbox\"]", "#train", "xpath///*[@id=\"train\"]", "pierce/#train")];

// ---- expectations of saved pages -------------------------------------------------------------

const saved = () => ({
  format: 1, id: "saved", version: "1", title: "Saved", origin: "https://www.example.com",
  settings: [
    { id: "train", title: "Training", wanted: "off", page: "/settings/privacy", key: "train", labels: { en: ["Use my posts for training"] } },
    { id: "share", title: "Sharing", wanted: "nobody", page: "/settings/sharing", labels: { en: ["Who may train on my pictures"] },
      choices: { everyone: { en: ["Everyone"] }, partners: { en: ["Partners only"] }, nobody: { en: ["Nobody"] } } },
  ],
});

/** Writes saved.json with pages and expectations beside it. Gives its path. */
function savePages(expectations) {
  const tests = join(home, "saved.tests");
  rmSync(tests, { recursive: true, force: true });
  mkdirSync(tests);
  const files = { "on.html": box(true), "off.html": box(false), "everyone.html": group("everyone"), "nobody.html": group("nobody") };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tests, name), text.replace(/<script>.*?<\/script>/gs, ""));
  if (expectations !== null) writeFileSync(join(tests, "expect.json"), typeof expectations === "string" ? expectations : JSON.stringify(expectations));
  return put("saved.json", saved());
}

const expecting = (file, expect) => ({ page: "share" in expect ? "/settings/sharing" : "/settings/privacy", file, expect });

// ---- the tests -------------------------------------------------------------------------------

const tests = {
  async "probe: a check box by its key, and its neighbour"() {
    const { status, value, err } = await probe("/settings/privacy");
    assert.equal(status, 0, err);
    assert.deepEqual([value.url, value.title, value.language, value.scenario], [`${site.origin}/settings/privacy`, "Privacy", "en", null]);
    assert.deepEqual(value.controls.map((c) => [c.name, c.role, c.state, c.located]), [
      ["Use my posts for training", "checkbox", "on", "key"],
      ["Delete my posts after a year", "checkbox", "off", "key"],
    ]);
  },

  async "probe: a switch by its label"() {
    site.state.improve = false;
    const { value } = await probe("/settings/data");
    assert.deepEqual(value.controls.map((c) => [c.name, c.role, c.state, c.located]), [["Improve the model for everyone", "switch", "off", "label"]]);
    assert.equal(value.controls[0].setting.key, undefined, "an id with the counter of a framework is no key");
  },

  async "probe: a choice of several lists its options"() {
    for (const [page, role] of [["/settings/sharing", "radiogroup"], ["/settings/list", "combobox"]]) {
      const [one, ...others] = (await probe(page)).value.controls;
      assert.deepEqual([others.length, one.name, one.role, one.state, one.choices], [0, "Who may train on my pictures", role, "Everyone", ["Everyone", "Partners only", "Nobody"]]);
      assert.deepEqual(one.setting.choices, { everyone: { en: ["Everyone"] }, "partners-only": { en: ["Partners only"] }, nobody: { en: ["Nobody"] } });
      assert.equal(one.setting.wanted, "everyone", "the state that it shows now, so that a copy presses nothing");
    }
    const [voice] = (await probe("/settings/voice")).value.controls;
    assert.deepEqual([voice.name, voice.state, voice.choices, voice.setting.choices, voice.setting.wanted], ["Train on my voice", "on", undefined, undefined, "off"]);
  },

  async "probe: each proposed setting passes the lint"() {
    for (const page of ["/settings/privacy", "/settings/data", "/settings/sharing", "/settings/list", "/settings/voice"]) {
      const { value } = await probe(page);
      assert.ok(value.controls.length, page);
      assert.deepEqual(await faultsOf(around(value.controls.map((c) => c.setting))), [], page);
    }
  },

  async "probe: twins are listed without a scenario"() {
    const { value } = await probe("/settings/twins");
    assert.deepEqual(value.controls.map((c) => [c.name, c.state, c.located, c.setting]), Array(2).fill(["Allow training", "on", null, undefined]));
    const { out } = await offswitch(["scenario", "probe", `${site.origin}/settings/twins`, ...launch]);
    assert.match(out, /found by +nothing that distinguishes it from the others/);
  },

  async "probe: the text output"() {
    const page = await offswitch(["scenario", "probe", `${site.origin}/settings/privacy`, ...launch]);
    assert.match(page.out, /2 controls\n\nUse my posts for training\n +state +on\n +role +checkbox\n +found by +key\n +scenario +\{/);
    assert.match(page.err, /Nothing was pressed/);
    const copied = [...page.out.matchAll(/^ +scenario +(\{.*\})$/gm)].map(([, text]) => JSON.parse(text));
    assert.deepEqual(copied.map((setting) => setting.key), ["train", "wipe"], "each is complete, so it can be copied into a file");
    assert.deepEqual(await faultsOf(around(copied)), []);
    const empty = await offswitch(["scenario", "probe", `${site.origin}/empty`, ...launch]);
    assert.equal(empty.status, 0);
    assert.match(empty.out, /There is no switch/);
  },

  async "probe: pages that cannot be read"() {
    assert.equal((await offswitch(["scenario", "probe"])).status, 64);
    assert.equal((await offswitch(["scenario", "probe", "ftp://127.0.0.1/"])).status, 64);
    assert.equal((await offswitch(["scenario", "probe", "http://www.example.com/"])).status, 64, "plain http is allowed for loopback only");
    const { status, value } = await probe("/nowhere");
    assert.deepEqual([status, value.exit, value.error.code], [1, 1, "peer"]);
    assert.match(value.error.hint, /404/);
  },

  async "new: a check box, then a check with it"() {
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/privacy`, ...launch], answers(1, "box", wanted("")));
    assert.deepEqual([run.status, run.unasked], [0, []], run.out);
    assert.match(run.out, /1 +Use my posts for training \(checkbox, on\)/);
    assert.ok(run.out.includes(own("box.json")), run.out);
    assert.equal((await offswitch(["scenario", "lint", "box"])).status, 0);
    const written = read(own("box.json"));
    assert.deepEqual([written.id, written.title, written.origin, written.settings[0].wanted], ["box", "Example", site.origin, "off"]);
    const on = await check("box");
    assert.deepEqual([on.status, on.value.settings[0].verdict, on.value.settings[0].before], [2, "differs", "on"]);
    site.state.train = false;
    const off = await check("box");
    assert.deepEqual([off.status, off.value.settings[0].verdict, off.value.settings[0].before], [0, "as-wanted", "off"]);
  },

  async "new: a switch whose wanted state is on"() {
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/data`, ...launch], answers(1, "switch", wanted("on")));
    assert.equal(run.status, 0, run.out);
    assert.equal((await offswitch(["scenario", "lint", "switch"])).status, 0);
    const on = await check("switch");
    assert.deepEqual([on.status, on.value.settings[0].before, on.value.settings[0].verdict], [0, "on", "as-wanted"]);
    site.state.improve = false;
    const off = await check("switch");
    assert.deepEqual([off.status, off.value.settings[0].before, off.value.settings[0].verdict], [2, "off", "differs"]);
  },

  async "new: the name that it proposes"() {
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/privacy`, ...launch], answers(1, "", wanted("off")));
    assert.equal(run.status, 0, run.out);
    assert.match(run.out, /A name for the scenario: \[127-0-0-1\]/);
    assert.equal((await offswitch(["scenario", "lint", "127-0-0-1"])).status, 0);
    assert.doesNotMatch(readFileSync(own("127-0-0-1.json"), "utf8"), /signed in/, "the user did not say so");
    rmSync(own("127-0-0-1.json"));
  },

  async "new: a choice of several"() {
    for (const [page, id] of [["/settings/sharing", "group"], ["/settings/list", "list"]]) {
      site.state.share = "everyone";
      const run = await onTerminal(["scenario", "new", site.origin + page, ...launch], answers(1, id, wanted("nobody")));
      assert.deepEqual([run.status, run.unasked], [0, []], run.out);
      assert.match(run.out, /What should it be: everyone, partners-only or nobody\?/);
      assert.equal((await offswitch(["scenario", "lint", id])).status, 0);
      const other = await check(id);
      assert.deepEqual([other.status, other.value.settings[0].before, other.value.settings[0].verdict], [2, "everyone", "differs"]);
      if (id === "list") continue;
      site.state.share = "nobody";
      const same = await check(id);
      assert.deepEqual([same.status, same.value.settings[0].before, same.value.settings[0].verdict], [0, "nobody", "as-wanted"]);
    }
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/sharing`, ...launch], answers(1, "never", wanted("off")));
    assert.equal(run.status, 4, run.out);
    assert.ok(!existsSync(own("never.json")));
  },

  async "new: refusals write nothing"() {
    const url = `${site.origin}/settings/privacy`;
    const none = await json(["scenario", "new", url, ...launch]);
    assert.deepEqual([none.status, none.value.error.code], [4, "refused"], "no terminal");
    assert.equal((await offswitch(["scenario", "new"])).status, 64);
    const refusals = [
      ["not one of them", 4, [["Which one?", "7\n"]]],
      ["the end of the input", 4, [["Which one?", "\x04"]]],
      ["no state", 4, answers(1, "never", wanted("maybe"))],
      ["no name", 64, [["Which one?", "1\n"], ["A name for the scenario:", "../never\n"]]],
    ];
    for (const [what, status, typed] of refusals) {
      const run = await onTerminal(["scenario", "new", url, ...launch], typed);
      assert.deepEqual([run.status, run.unasked], [status, []], `${what}: ${run.out}`);
      assert.match(run.out, /nothing\s+was\s+written/, what);
    }
    assert.ok(!existsSync(own("never.json")));
    const empty = await onTerminal(["scenario", "new", `${site.origin}/settings/twins`, ...launch], []);
    assert.equal(empty.status, 4, "no control on the page that is distinct from the others");
  },

  async "new: an existing file is not changed"() {
    mkdirSync(dirname(own("mine.json")), { recursive: true });
    writeFileSync(own("mine.json"), "mine\n");
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/privacy`, ...launch], answers(1, "mine", wanted("off")));
    assert.equal(run.status, 64, run.out);
    assert.match(run.out, /is\s+there\s+already;\s+nothing\s+was\s+written/);
    assert.equal(readFileSync(own("mine.json"), "utf8"), "mine\n");
    rmSync(own("mine.json"));
  },

  async "new: the name of an installed scenario is taken"() {
    const run = await onTerminal(["scenario", "new", `${site.origin}/settings/privacy`, ...launch], answers(1, "linkedin", wanted("off")));
    assert.equal(run.status, 64, run.out);
    assert.match(run.out, /linkedin\.json\s+is\s+there\s+already;\s+nothing\s+was\s+written/);
    assert.deepEqual(run.unasked, ["The site's title:", "What should"], "the error comes before further questions");
    assert.ok(!existsSync(own("linkedin.json")));
  },

  async "import: a recording, then a check with it"() {
    const file = join(home, "imported.json");
    const run = await offswitch(["scenario", "import", put("box.recording", recording(...boxSteps())), "--output", file]);
    assert.equal(run.status, 0, run.err);
    assert.equal(run.out, "");
    for (const missing of ["\"canary\"", "\"wanted\" is \"off\"", "names no language", "\"terms\""]) assert.ok(run.err.includes(missing), missing);
    assert.equal((await offswitch(["scenario", "lint", file])).status, 0);
    const { status, value } = await check(file);
    assert.deepEqual([status, value.settings[0].before, value.settings[0].located], [2, "on", "key"]);
  },

  async "import: a Save button, another language, from standard input"() {
    const steps = recording(navigate("/settings/data"), click("aria/Improve the model for everyone[role=\"switch\"]", "div.row > button"), click("aria/Save changes", "#save"));
    const { status, value } = await json(["scenario", "import", "-", "--lang", "de"], { stdin: JSON.stringify(steps) });
    assert.equal(status, 0);
    assert.deepEqual(value.scenario.settings[0].save, { button: { de: ["Save changes"] } });
    assert.ok(value.missing.some((text) => text.includes("\"Save changes\" is taken for the button that saves")));
    assert.deepEqual(await faultsOf(value.scenario), []);
    const run = await check(put("save.json", value.scenario));
    assert.deepEqual([run.status, run.value.settings[0].before], [2, "on"]);
  },

  async "import: a radio button is one of several"() {
    const radio = (...selectors) => JSON.stringify(recording(navigate("/settings/sharing"), click("aria/Nobody[role=\"radio\"]", ...selectors)));
    const { status, value } = await json(["scenario", "import", "-"], { stdin: radio("[name='share']") });
    assert.equal(status, 0);
    const [setting] = value.scenario.settings;
    assert.deepEqual([setting.key, setting.wanted, setting.choices, setting.labels], ["share", "nobody", { nobody: { en: ["Nobody"] } }, undefined]);
    assert.ok(value.missing.some((text) => text.includes("\"Nobody\", is known; add the others")), value.missing.join("\n"));
    assert.deepEqual(await faultsOf(value.scenario), []);
    site.state.share = "nobody";
    const run = await check(put("radio.json", value.scenario));
    assert.deepEqual(run.value.settings.map((s) => [s.before, s.verdict]), [["nobody", "as-wanted"]]);
    const nameless = await json(["scenario", "import", "-"], { stdin: radio("label:nth-of-type(3) > input") });
    assert.deepEqual([nameless.status, nameless.value.error.code], [1, "scenario"], "the name of an option does not name the setting");
    assert.match(nameless.value.error.hint, /scenario new/);
  },

  /* The name of an option in the place of the setting's: what was recorded may not be reported as another state, and is
     never pressed. */
  async "import: a radio button without a recorded role"() {
    const shapes = [["/settings/sharing", "aria/Nobody", "[name='share']"], ["/settings/sharing", "aria/Nobody", "label:nth-of-type(3)"],
      ["/settings/sharing", "text/Nobody", "fieldset > label:nth-of-type(3) > input"], ["/settings/voice", "aria/On", "[name='voice']"],
      ["/settings/voice", "aria/Off", "[name='voice']"], ["/settings/voice", "aria/On", "label:nth-of-type(1)"], ["/settings/voice", "aria/Off", "label:nth-of-type(2)"]];
    Object.assign(site.state, { share: "everyone", voice: true });
    site.writes = [];
    for (const [page, ...selectors] of shapes) {
      const { status, value } = await json(["scenario", "import", "-"], { stdin: JSON.stringify(recording(navigate(page), click(...selectors))) });
      if (status) continue; // reported as unknown
      assert.deepEqual(await faultsOf(value.scenario), []);
      const run = await json(["fix", put("bare.json", value.scenario), "--yes", "--hold", "0", ...launch]);
      assert.deepEqual([run.status, run.value.settings.map((s) => s.verdict)], [3, ["unknown"]], `${page} ${selectors}: ${run.value.settings[0].detail}`);
    }
    assert.deepEqual(site.writes, []);
    const typed = recording(navigate("/settings/sharing"), click("aria/Nobody", "input[type='radio'][name='share']"));
    const { value } = await json(["scenario", "import", "-"], { stdin: JSON.stringify(typed) });
    assert.deepEqual([value.scenario.settings[0].wanted, value.scenario.settings[0].labels], ["nobody", undefined], "the selector itself says that it is a radio button");
  },

  async "import: a project of Selenium IDE"() {
    const steps = project(["open", "/settings/privacy"], ["setWindowSize", "1200x800"], ["uncheck", "id=train", [["id=train", "id"], ["css=#train", "css:finder"]]]);
    const { status, value } = await json(["scenario", "import", put("box.side", steps)]);
    assert.equal(status, 0);
    assert.deepEqual([value.scenario.origin, value.scenario.settings[0].key], [site.origin, "train"]);
    assert.ok(value.missing.some((text) => text.startsWith("\"labels\"")));
    assert.deepEqual(await faultsOf(value.scenario), []);
    site.state.train = false;
    const run = await check(put("side.json", value.scenario));
    assert.deepEqual(run.value.settings.map((s) => s.before), ["off"]);
  },

  async "import: files that are no recording"() {
    assert.equal((await offswitch(["scenario", "import"])).status, 64);
    assert.equal((await offswitch(["scenario", "import", join(home, "nowhere.json")])).status, 1);
    for (const [text, why] of [["{\"title\": ", /not JSON/], ["[]", /no recording of a known format/], [JSON.stringify(recording(navigate("/"))), /nothing is clicked/]]) {
      const { status, value, err } = await json(["scenario", "import", put("bad.recording", text)]);
      assert.deepEqual([status, value.exit, value.error.code], [1, 1, "scenario"], text);
      assert.match(value.error.text, why);
      assert.match(err, why);
      assert.doesNotMatch(err, /lint/, "a recording is no scenario");
    }
  },

  async "import: into the user's directory, which does not exist yet; a failure does not change the file"() {
    rmSync(dirname(own("x")), { recursive: true, force: true });
    const good = put("good.recording", recording(...boxSteps())), bad = put("bad.recording", "{");
    const into = (from) => offswitch(["scenario", "import", from, "--output", own("mine.json")]);
    assert.equal((await into(bad)).status, 1);
    assert.ok(!existsSync(own("mine.json")), "an empty file is left");
    const run = await into(good);
    assert.equal(run.status, 0, run.err);
    const text = readFileSync(own("mine.json"), "utf8");
    writeFileSync(own("mine.json"), `${text}${" ".repeat(1000)}`);
    assert.equal((await into(bad)).status, 1);
    assert.ok(readFileSync(own("mine.json"), "utf8").startsWith(text), "the scenario is lost");
    assert.equal((await into(good)).status, 0);
    assert.equal(readFileSync(own("mine.json"), "utf8"), text, "the end of the longer file is left");
    assert.equal((await offswitch(["scenario", "lint", "mine"])).status, 0);
    rmSync(own("mine.json"));
  },

  async "lint: standard input"() {
    assert.deepEqual(await faultsOf(saved()), []);
    const clean = await offswitch(["scenario", "lint", "-"], { stdin: JSON.stringify(saved()) });
    assert.deepEqual([clean.status, clean.out], [0, "standard input: clean\n"]);
    const faulty = await offswitch(["scenario", "lint", "-"], { stdin: JSON.stringify({ ...saved(), origin: "example" }) });
    assert.equal(faulty.status, 1);
    assert.match(faulty.err, /^standard input:1:\d+: origin: /);
    assert.equal((await offswitch(["scenario", "lint", "-"], { stdin: "{" })).status, 1);
  },

  async "test: pages that match the expectations"() {
    const file = savePages([
      expecting("on.html", { train: "on" }), expecting("off.html", { train: "off" }),
      expecting("everyone.html", { share: "everyone" }), expecting("nobody.html", { share: "nobody" }),
    ]);
    const run = await json(["scenario", "test", file, ...launchArgs]);
    assert.equal(run.status, 0, run.out);
    assert.equal(run.value.failed, 0);
    assert.deepEqual(run.value.results.map((r) => [r.file, r.id, r.got]),
      [["on.html", "train", "on"], ["off.html", "train", "off"], ["everyone.html", "share", "everyone"], ["nobody.html", "share", "nobody"]]);
  },

  async "test: a page that does not match"() {
    const file = savePages([expecting("on.html", { train: "off" }), expecting("off.html", { train: "off" })]);
    const run = await offswitch(["scenario", "test", file, ...launchArgs]);
    assert.equal(run.status, 1);
    assert.match(run.out, /FAILED +on\.html: train is on, expected off/);
    assert.match(run.out, /ok +off\.html: train is off/);
  },

  async "test: incomplete expectations"() {
    assert.equal((await offswitch(["scenario", "test"])).status, 64);
    const rows = [[null, /expect\.json/], ["[", /JSON/], [[], /no list of expectations/], [[{ page: "/x", file: "on.html" }], /entry 1 is not whole/], [[expecting("on.html", { trian: "on" })], /trian/]];
    for (const [expectations, why] of rows) {
      const run = await offswitch(["scenario", "test", savePages(expectations), ...launchArgs]);
      assert.ok(run.status === 1 || run.status === 64, JSON.stringify(expectations));
      assert.match(run.err, why);
    }
    const missing = await offswitch(["scenario", "test", savePages([expecting("nowhere.html", { train: "on" })]), ...launchArgs]);
    assert.equal(missing.status, 1);
    assert.match(missing.out + missing.err, /nowhere\.html/);
  },

  async "fix: the written scenario presses only its setting"() {
    const steps = recording(navigate("/settings/data"), click("aria/Improve the model for everyone[role=\"switch\"]", "div.row > button"), click("aria/Save changes", "#save"));
    const [choice] = (await probe("/settings/sharing")).value.controls;
    const rows = [
      ["improve false", (await json(["scenario", "import", "-"], { stdin: JSON.stringify(steps) })).value.scenario],
      ["share nobody", around([{ ...choice.setting, wanted: "nobody" }])],
    ];
    for (const [write, scenario] of rows) {
      const { status, value, err } = await json(["fix", put("fix.json", scenario), "--yes", "--hold", "0", "--no-pictures", ...launch]);
      assert.deepEqual([status, value.settings.map((s) => s.verdict)], [0, ["fixed"]], err + JSON.stringify(value.settings));
      assert.deepEqual(site.writes, [write]);
      site.writes = [];
    }
    site.state.share = "everyone";
    const copied = await json(["fix", put("fix.json", around([choice.setting])), "--yes", "--hold", "0", ...launch]);
    assert.deepEqual(copied.value.settings.map((s) => s.verdict), ["as-wanted"], "the state that probe proposes is the one that the page shows");
  },

  async "two settings of one page, each with a request for its state"() {
    const setting = (id, label, more) => ({ id, title: id, wanted: "off", page: "/settings/both", labels: { en: [label] }, ...more(id) });
    const kinds = {
      "by label": () => ({}),
      "by key": (id) => ({ key: id, save: { method: "PUT", path: `/api/${id}` } }),
      "with its request": (id) => ({ key: id, state: { path: `/state/${id}`, field: "value" }, save: { method: "PUT", path: `/api/${id}` } }),
    };
    const driver = await startDriver(); // which loads no page a second time
    for (const [name, more] of Object.entries(kinds)) {
      const settings = [setting("train", "Use my posts for training", more), setting("improve", "Improve the model for everyone", more)];
      for (const improve of [true, false]) {
        Object.assign(site.state, { train: true, improve });
        const { value } = await json(["check", put("both.json", { ...around(settings), key_attributes: ["id"] }), ...driver.connect]);
        assert.deepEqual(value.settings.map((s) => [s.id, s.before, s.verdict]),
          [["train", "on", "differs"], improve ? ["improve", "on", "differs"] : ["improve", "off", "as-wanted"]], `${name}, improve is ${improve}`);
      }
    }
    driver.end();
  },

  async "a state in a script that the browser keeps in its cache"() {
    const settings = [
      { id: "train", title: "Training", wanted: "off", page: "/settings/keeps", key: "train", labels: { en: ["Use my posts for training"] }, state: { path: "/state/train", field: "value" } },
      { id: "improve", title: "Improve", wanted: "off", page: "/settings/kept", key: "improve", labels: { en: ["Improve the model for everyone"] }, save: { method: "PUT", path: "/api/improve" } },
    ];
    for (const kept of [false, true]) { // the value in the cached script; the site changes it after the first request
      site.state.improve = kept;
      site.reads = [];
      const profile = ["--profile", join(home, `profile-${kept}`)];
      const { value } = await json(["check", put("kept.json", { ...around(settings), key_attributes: ["id"] }), "--all", "--tabs", "1", ...launch, ...profile]);
      assert.deepEqual(value.settings.map((s) => [s.id, s.before, s.verdict]), [["train", "on", "differs"], kept ? ["improve", "off", "as-wanted"] : ["improve", "on", "differs"]]);
      const loads = (address) => site.reads.filter((one) => one === address).length;
      assert.deepEqual([loads("/settings/kept"), loads("/kept.js")], [2, 2], "the script was first taken from the cache, then from the site");
    }
  },

  async "a state from a cache between the browser and the site"() {
    const setting = { id: "train", title: "Training", wanted: "off", page: "/settings/both", key: "train", labels: { en: ["Use my posts for training"] }, state: { path: "/state/train", field: "value" } };
    site.edge = true;
    for (const train of [true, false]) {
      site.state.train = train;
      const { value } = await json(["check", put("edge.json", { ...around([setting]), key_attributes: ["id"] }), ...launch]);
      assert.deepEqual(value.settings.map((s) => [s.before, s.verdict]), [train ? ["on", "differs"] : ["off", "as-wanted"]]);
    }
  },

  async "a page whose 404 is in the browser's cache"() {
    const label = "Use my posts for training";
    const settings = [
      { id: "first", title: "First", wanted: "off", page: "/settings/keeps", key: "train", labels: { en: [label] }, state: { path: "/state/train", field: "value" } },
      { id: "gone", title: "Gone", wanted: "off", page: "/settings/gone", key: "train", labels: { en: [label] }, save: { method: "PUT", path: "/api/train" } },
    ];
    const { value } = await json(["check", put("gone.json", { ...around(settings), key_attributes: ["id"] }), "--all", "--tabs", "1", ...launch]);
    assert.deepEqual(value.settings.map((s) => [s.id, s.before, s.verdict]), [["first", "on", "differs"], ["gone", "on", "differs"]]);
    assert.equal(site.reads.filter((one) => one === "/settings/gone").length, 2, "the first request fills the cache, the second bypasses it");
  },

  async "an unknown sub-command"() {
    const none = await offswitch(["scenario"]);
    assert.equal(none.status, 64);
    for (const one of ["list", "show", "lint", "probe", "new", "import", "test", "enable", "disable"]) assert.match(none.err, new RegExp(`\\b${one}\\b`), one);
    const near = await offswitch(["scenario", "prob"]);
    assert.equal(near.status, 64);
    assert.match(near.err, /did you mean 'probe'/);
  },

  async "enable, check --scenario all, disable"() {
    mkdirSync(dirname(own("one.json")), { recursive: true });
    const one = (id, setting) => writeFileSync(own(`${id}.json`), JSON.stringify({ ...around([setting]), id }));
    one("one", { id: "train", title: "Training", wanted: "off", page: "/settings/privacy", labels: { en: ["Use my posts for training"] } });
    one("two", { id: "improve", title: "Improve", wanted: "off", page: "/settings/data", labels: { en: ["Improve the model for everyone"] } });
    site.state.improve = false;
    const none = await json(["check", "--scenario", "all"]);
    assert.deepEqual([none.status, none.value.runs, none.value.error.code], [64, [], "usage"]);
    assert.equal((await offswitch(["scenario", "enable"])).status, 64);
    assert.equal((await offswitch(["scenario", "enable", "nowhere"])).status, 1);
    assert.deepEqual((await json(["scenario", "enable", "one", "two"])).value, { enabled: ["one", "two"] });
    assert.deepEqual((await json(["scenario", "enable", "two"])).value, { enabled: ["one", "two"] }, "a second enable adds nothing");
    const { status, value } = await json(["check", "--scenario", "all", ...launch]);
    assert.deepEqual([status, value.exit, value.format, value.command, value.error], [2, 2, 1, "check", null]);
    assert.deepEqual(value.runs.map((run) => [run.scenario.id, run.exit, run.settings.map((s) => [s.id, s.before, s.verdict])]),
      [["one", 2, [["train", "on", "differs"]]], ["two", 0, [["improve", "off", "as-wanted"]]]]);
    assert.equal((await offswitch(["check", "--scenario", "all", "--only", "train"])).status, 64, "--only is for one scenario");
    assert.deepEqual((await json(["scenario", "disable", "two"])).value, { enabled: ["one"] });
    assert.deepEqual((await json(["check", "--scenario", "all", ...launch])).value.runs.map((run) => run.scenario.id), ["one"]);
    assert.deepEqual((await json(["scenario", "disable", "one"])).value, { enabled: [] });
    await offswitch(["scenario", "enable", "linkedin"]); // the person has to accept its terms first
    const refused = await json(["check", "--scenario", "all", ...launch]);
    assert.deepEqual([refused.status, refused.value.exit, refused.value.runs.map((run) => [run.scenario.id, run.exit, run.error.code])], [4, 4, [["linkedin", 4, "refused"]]]);
    await offswitch(["scenario", "disable", "linkedin"]);
  },
};

let passed = 0, failed = 0;
for (const [name, test] of Object.entries(tests)) {
  if (process.argv[2] && !name.includes(process.argv[2])) continue;
  const began = Date.now();
  site = await startSite();
  try {
    await test();
    assert.deepEqual(site.writes, [], "something was pressed");
    console.log(`  ok     ${name} ${((Date.now() - began) / 1000).toFixed(1)} s`);
    passed++;
  } catch (error) {
    console.log(`  FAILED ${name}\n${error.stack}`);
    failed++;
  }
  site.close();
}
console.log(`authoring: ${passed} passed, ${failed} failed`);
process.exitCode = failed || !passed ? 1 : 0;
