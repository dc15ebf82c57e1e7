// The HTML report in a real browser: axe-core over it at two widths, light, dark and printed; nothing fetched, no script,
// nothing wider than the window, and the pictures of the control that was pressed. PICTURES names a directory for pictures of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserArgs, launchPipe, launchPort } from "../probe/chromium.mjs";
import { packageFile } from "./packages.mjs";
import { offswitch } from "./run.mjs";
import { startSite } from "./site.mjs";

// A report of several runs: turned, turned back, unknown, kept, and one more account.
async function makePages(dir) {
  const site = await startSite({
    train: { label: "Use my data for training <b>models</b>", on: true },
    share: { label: "Share with partners", on: true },
    ads: { label: "Ads by my age", on: true },
  });
  const browser = await launchPort();
  const state = ["--state", join(dir, "state")];
  const options = ["--connect", `cdp://127.0.0.1:${browser.port}`, "--origin", site.origin, ...state];
  // a browser of the program's own always takes pictures
  const own = ["--connect", "launch", "--headless", "--profile", join(dir, "profile"), ...browserArgs.map((arg) => `--browser-arg=${arg}`), "--origin", site.origin, ...state];
  const run = (command, ...more) => offswitch([command, scenario, ...options, ...more]);
  let scenario = site.scenario();
  try {
    await offswitch(["keep", "ads", scenario, "--because", "I do not mind", ...state]);
    await run("check");
    await offswitch(["fix", scenario, "-y", "--hold", "0", "--only", "train", ...own]);
    site.settings.train.on = true;
    await run("check");
    site.settings.share.label = "Something else";
    await run("check");
    site.account = "Bo Berg";
    await run("check", "--label", "Bo's own");
    const pages = [["all", ["--all"]], ["one", []]];
    for (const [name, args] of pages) await offswitch(["report", "--html", join(dir, `${name}.html`), ...args, ...state]);
    await offswitch(["report", "--html", join(dir, "none.html"), "--state", join(dir, "empty")]);
    const file = join(dir, "people.json");
    writeFileSync(file, (await offswitch(["report", "--json", "--all", ...state])).out);
    await offswitch(["report", "--merge", "--html", join(dir, "people.html"), file]);
    await offswitch(["guide", "--all", "--lang", "de", "--html", join(dir, "guide.html")]);
  } finally {
    await browser.close();
    site.close();
  }
  return ["all", "one", "none", "people", "guide"];
}

const views = [];
for (const width of [360, 1440]) for (const look of ["light", "dark", "print"]) views.push({ width, look });

async function look(tab, view, dir, name) {
  await tab.call("Emulation.setDeviceMetricsOverride", { width: view.width, height: 900, deviceScaleFactor: 1, mobile: view.width < 500 });
  await tab.call("Emulation.setEmulatedMedia", {
    media: view.look === "print" ? "print" : "screen",
    features: [{ name: "prefers-color-scheme", value: view.look === "dark" ? "dark" : "light" }],
  });
  await tab.go(`file://${join(dir, `${name}.html`)}`);
}

const value = async (tab, expression) => {
  const { result, exceptionDetails } = await tab.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
  return result.value;
};

const dir = mkdtempSync(join(tmpdir(), "offswitch-page-"));
const axe = readFileSync(packageFile("axe-core/axe.min.js"), "utf8");
const faults = [];
let checked = 0;
const names = await makePages(dir);
const browser = await launchPipe();
try {
  for (const name of names)
    for (const view of views) {
      const where = `${name}, ${view.width} pixels, ${view.look}`;
      const tab = await browser.open();
      await look(tab, view, dir, name);
      if (process.env.PICTURES) {
        const { data } = await tab.call("Page.captureScreenshot", { captureBeyondViewport: true });
        writeFileSync(join(process.env.PICTURES, `${name}-${view.width}-${view.look}.png`), Buffer.from(data, "base64"));
      }
      const facts = await value(tab, `({wide: document.documentElement.scrollWidth, scripts: document.scripts.length,
        fetched: performance.getEntriesByType("resource").filter((r) => !r.name.startsWith("data:")).length,
        pictures: [...document.images].map((i) => (i.complete && i.naturalWidth > 30 && i.width <= innerWidth && i.alt ? "ok" : i.outerHTML.slice(0, 200))), text: document.body.innerText})`);
      if (facts.wide > view.width) faults.push(`${where}: it is ${facts.wide} pixels wide`);
      if (facts.scripts) faults.push(`${where}: it has a script`);
      if (facts.fetched) faults.push(`${where}: it fetches something`);
      if (facts.pictures.length !== (name === "all" ? 2 : 0) || facts.pictures.some((p) => p !== "ok")) faults.push(`${where}: its pictures are ${JSON.stringify(facts.pictures)}`);
      if (!facts.text.includes("offswitch")) faults.push(`${where}: it is empty`);
      await value(tab, `${axe}; 1`);
      const found = await value(tab, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
        .then((r) => ({passes: r.passes.length, violations: r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.slice(0, 2).map((n) => n.html).join(" "))}))`);
      checked += found.passes;
      for (const violation of found.violations) faults.push(`${where}: ${violation}`);
      await tab.close();
    }
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
for (const fault of faults) console.log(`  FAULT ${fault}`);
console.log(faults.length ? `page: ${faults.length} faults` : `page: ${names.length} pages in ${views.length} views, ${checked} rules passed`);
process.exit(faults.length ? 1 : 0);
