// The job with Playwright, as its guides write it: connectOverCDP, getByRole, uncheck, waitForResponse.

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { job, browserURL, origin, settings } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const browser = await chromium.connectOverCDP(browserURL);
const page = await browser.contexts()[0].newPage();
const read = async (box) => ((await box.isChecked()) ? "on" : "off");

const states = {};
for (const { key, page: path, label, wanted, savePath } of settings) {
  const box = page.getByRole("checkbox", { name: label, exact: true });
  await page.goto(origin + path);
  states[key] = await read(box);
  if (job !== "fix" || states[key] === wanted) continue;
  const saved = page.waitForResponse((response) => response.url() === origin + savePath && response.request().method() !== "GET" && response.ok());
  await box.setChecked(wanted === "on");
  await saved;
  await page.reload();
  states[key] = await read(box);
}
await page.close();
await browser.close(); // only disconnects from a browser that it did not launch
console.log(JSON.stringify(states));
