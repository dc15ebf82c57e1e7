// The job with Selenium, as its guides write it: a driver, explicit waits, the status that the page shows. The driver
// attaches to the browser that is already open.

import { readFileSync } from "node:fs";
import { Builder, By, until } from "selenium-webdriver";
import { Options } from "selenium-webdriver/chrome.js";

const { job, browserURL, driverURL, origin, settings } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const options = new Options().debuggerAddress(new URL(browserURL).host);
const driver = await new Builder().usingServer(driverURL).forBrowser("chrome").setChromeOptions(options).build();
await driver.switchTo().newWindow("tab");
const read = async (box) => ((await box.isSelected()) ? "on" : "off");

const states = {};
for (const { key, page: path, wanted } of settings) {
  const find = () => driver.wait(until.elementLocated(By.id(key)), 10000);
  await driver.get(origin + path);
  let box = await find();
  states[key] = await read(box);
  if (job !== "fix" || states[key] === wanted) continue;
  await box.click();
  await driver.wait(until.elementTextIs(driver.findElement(By.css('[role="status"]')), "Saved"), 10000);
  await driver.navigate().refresh();
  box = await find();
  states[key] = await read(box);
}
await driver.close();
await driver.quit();
console.log(JSON.stringify(states));
