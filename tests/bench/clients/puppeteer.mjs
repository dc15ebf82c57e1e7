// The job with Puppeteer, as its guides write it: connect, goto, locators, waitForResponse.

import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const { job, browserURL, origin, settings } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const browser = await puppeteer.connect({ browserURL });
const page = await browser.newPage();
const read = async (box) => ((await page.$eval(box, (element) => element.checked)) ? "on" : "off");

const states = {};
for (const { key, page: path, wanted, savePath } of settings) {
  const box = `#${key}`;
  await page.goto(origin + path);
  await page.waitForSelector(box);
  states[key] = await read(box);
  if (job !== "fix" || states[key] === wanted) continue;
  const saved = page.waitForResponse((response) => response.url() === origin + savePath && response.request().method() !== "GET" && response.ok());
  await page.locator(box).click();
  await saved;
  await page.reload();
  await page.waitForSelector(box);
  states[key] = await read(box);
}
await page.close();
await browser.disconnect();
console.log(JSON.stringify(states));
