// The replica behind a proxy that makes a variant of it: the pages get the recipe and page.js, the stylesheet and the
// classes get new names, the state may come late. Saves and the truth are the replica's own.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "./recipe.mjs";

const script = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "page.js"), "utf8");
// Errors in page.js are reported to the runner: a variant that was not made proves nothing.
const guarded = `try {
${script}
} catch (error) {
  new Image().src = "/__mutation/error?text=" + encodeURIComponent(error.stack);
}`;
const api = "/mysettings-api/settingsApiSettings/";

const running = new Set();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

async function replica(offswitch, recipe) {
  const args = ["rehearse", "--serve", "0", "--generation", recipe.generation, "--lang", recipe.lang];
  const faults = [recipe.fault, recipe.way, recipe.random && "random-delays"].filter(Boolean);
  if (faults.length) args.push("--fault", faults.join(","), "--seed", String(recipe.salt), "--delay-max", String(recipe.delayMax));
  const child = spawn(offswitch, args, { stdio: ["ignore", "pipe", "ignore"] });
  running.add(child);
  const ended = new Promise((done) => child.once("exit", done)).then(() => running.delete(child));
  const origin = await new Promise((done, fail) => {
    child.stdout.once("data", (line) => done(String(line).trim()));
    child.once("exit", (code) => fail(new Error(`the replica ended (${code})`)));
    child.once("error", fail);
  });
  return { origin, close: () => (child.kill("SIGTERM"), ended) };
}

// Classes that the scenario or the page's script knows keep their names.
const kept = /^(global-nav|artdeco-toasts?|boot-complete|settings-iframe|inner$|dialog|shade|buttons|setting$|card$)/;

function renamer(recipe) {
  const names = new Map();
  const rng = random(recipe.salt);
  return (name) => {
    if (kept.test(name)) return name;
    if (!names.has(name)) names.set(name, `_${rng.int(0x100000, 0xffffff).toString(16)}`);
    return names.get(name);
  };
}

function body(stream) {
  return new Promise((done, fail) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part)).on("end", () => done(Buffer.concat(parts))).on("error", fail);
  });
}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Gives {origin, presses, errors, truth(), close()}; errors are those of page.js.
export async function serve(offswitch, recipe) {
  const site = await replica(offswitch, recipe);
  const presses = [];
  const errors = [];
  const rename = renamer(recipe);
  let loads = 0;

  function changed(path, type, text) {
    if (recipe.classes && type.startsWith("text/css")) return text.replace(/\.([A-Za-z_][\w-]*)(?=[^{}]*\{)/g, (_, name) => `.${rename(name)}`);
    if (!type.startsWith("text/html") || !text.includes('id="boot-config"')) return text;
    const given = JSON.stringify({ ...recipe, load: loads }).replaceAll("<", "\\u003c");
    if (text.includes(`"key":"${recipe.key}"`)) loads++;
    if (recipe.classes)
      text = text.replace(/ class="([^"]*)"/g, (_, list) => ` class="${list.split(/\s+/).map((c) => (c ? rename(c) : c)).join(" ")}"`);
    const at = text.indexOf('<script src="/static/faults.js">');
    return `${text.slice(0, at)}<script type="application/json" id="mutation">${given}</script>\n<script>${guarded}</script>\n${text.slice(at)}`;
  }

  async function answer(request, response) {
    const url = new URL(request.url, "http://variant");
    if (url.pathname === "/__mutation/error") {
      errors.push(url.searchParams.get("text"));
      response.writeHead(204).end();
      return;
    }
    if (url.pathname === "/__mutation/press") {
      presses.push(Object.fromEntries(url.searchParams));
      response.writeHead(204).end();
      return;
    }
    const sent = await body(request);
    const decoy = url.pathname.startsWith(`${api}decoy`) && request.method === "GET";
    if (request.method === "GET" && url.pathname === `${api}${recipe.key}` && recipe.stateLate) await pause(recipe.stateLate);
    if (decoy) {
      await pause(400);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ key: url.pathname.slice(api.length), value: url.pathname.endsWith("_on") }));
      return;
    }
    const to = new URL(site.origin);
    const onward = ask({ host: to.hostname, port: to.port, path: request.url, method: request.method, headers: request.headers });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    onward.end(sent);
    const given = await new Promise((done, fail) => onward.once("response", done).once("error", fail));
    let data = await body(given);
    const type = given.headers["content-type"] ?? "";
    if (given.statusCode === 200 && /^text\/(html|css)/.test(type)) data = Buffer.from(changed(url.pathname, type, data.toString()));
    const headers = { ...given.headers, "content-length": String(data.length) };
    delete headers["transfer-encoding"];
    delete headers.connection;
    response.writeHead(given.statusCode, headers);
    response.end(data);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const truth = async () => (await fetch(`${site.origin}/__truth`)).json();
  await fetch(`${site.origin}/__truth`, { method: "PUT", body: JSON.stringify({ "data-for-ai-improvement": recipe.start }) });
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    presses,
    errors,
    truth,
    async close() {
      server.close();
      server.closeAllConnections();
      await site.close();
    },
  };
}
