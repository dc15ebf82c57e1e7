// The site that every client of the bench works on: one page for each setting, on 127.0.0.1. It keeps the truth.
//
//   node site.mjs [PORT]      prints its origin; ends when its standard input ends
//
//   POST /__site {"count": 8, "kinds": ["served"], "start": "on" | "off" | "mixed", "saves": "own" | "one"}
//                             starts again with that many settings
//   GET /__truth              {"states": {KEY: "on"}, "writes": {KEY: 1}, "refused": 0, "loads": 9}
//
// The kinds of page, in turn:
//   served    the server draws the checkbox, checked or not
//   fetched   the page asks for the state and draws the checkbox when it has it, 20 to 100 ms later
//   late      the same, with a spinner meanwhile, and 300 ms later
// A page never shows a state that it does not have yet. A change is saved at once: by PUT to an address of the
// setting's own ("own"), or by POST to one address for all of them ("one"). "Saved" is shown when the server has
// answered; if a save fails, the checkbox goes back.

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const lateMs = 300;
const saveMs = 15; // how long a server takes for a save

// ---- the settings, for the site and for the runner ----

export function settingsOf({ count, kinds }) {
  return Array.from({ length: count }, (_, n) => ({
    id: `use-${n}`,
    key: `allowUse${n}`,
    kind: kinds[n % kinds.length],
    page: `/settings/${n}`,
    label: `Use my posts for purpose ${n}`,
  }));
}

const delayOf = (n, kind) => (kind === "late" ? lateMs : 20 + ((n * 37) % 81));

export function scenarioOf(site, origin, knowsState) {
  const save = (key) => (site.saves === "own" ? { method: "PUT", path: `/api/settings/${key}` } : { method: "POST", path: "/api/settings" });
  return {
    format: 1, id: "bench", version: "1", title: "Bench", origin, key_attributes: ["id"],
    canary: { selectors: ["nav .me"] },
    settings: settingsOf(site).map(({ id, key, kind, page, label }) => ({
      id, title: label, wanted: "off", page, key, labels: { en: [label] }, save: save(key),
      ...(knowsState && kind !== "served" ? { state: { path: `/api/settings/${key}`, field: "value" } } : {}),
    })),
  };
}

// ---- the pages ----

const style = `
body { font: 16px/1.5 sans-serif; margin: 0 } nav { background: #eee; padding: 8px 24px } main { margin: 24px; max-width: 640px }
.row { display: flex; gap: 16px; align-items: center; padding: 12px 0 } input { width: 36px; height: 20px }
.spinner { width: 24px; height: 24px; border: 3px solid #999; border-top-color: transparent; border-radius: 50%; animation: turn 1s linear infinite }
@keyframes turn { to { transform: rotate(360deg) } }`;

const script = `
const config = JSON.parse(document.getElementById("config").textContent);
const main = document.querySelector("main");
function draw(value) {
  const row = document.createElement("div");
  row.className = "row";
  row.innerHTML = '<input type="checkbox"><label></label>';
  const [box, label] = row.children;
  box.id = label.htmlFor = config.key;
  label.textContent = config.label;
  box.checked = value;
  main.append(row);
  return box;
}
function listen(box) {
  const status = document.querySelector('[role="status"]');
  box.addEventListener("change", async () => {
    const value = box.checked;
    status.textContent = "";
    try {
      const answer = await fetch(config.save.path, {
        method: config.save.method, headers: { "content-type": "application/json" }, body: JSON.stringify({ key: config.key, value }),
      });
      if (!answer.ok) throw new Error(answer.status);
      status.textContent = "Saved";
    } catch {
      box.checked = !value;
      status.textContent = "Not saved";
    }
  });
}
async function start() {
  if (config.kind === "served") return listen(document.getElementById(config.key));
  const spinner = document.createElement("div");
  spinner.className = "spinner";
  if (config.kind === "late") main.append(spinner);
  const { value } = await (await fetch("/api/settings/" + config.key)).json();
  spinner.remove();
  listen(draw(value));
}
start();`;

const box = ({ key, label }, on) => `<div class="row"><input type="checkbox" id="${key}"${on ? " checked" : ""}><label for="${key}">${label}</label></div>`;

function pageOf(setting, save, on) {
  const config = { key: setting.key, label: setting.label, kind: setting.kind, save };
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Settings</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/app.css">
<script type="application/json" id="config">${JSON.stringify(config)}</script><script type="module" src="/app.js"></script></head>
<body><nav><a href="/settings/0">Settings</a> <span class="me">Signed in as A. P.</span></nav>
<main><h1>How your posts are used</h1>${setting.kind === "served" ? box(setting, on) : ""}</main><p role="status"></p></body></html>`;
}

// ---- the server ----

const later = (ms) => new Promise((done) => setTimeout(done, ms));

function bodyOf(request) {
  return new Promise((done, fail) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => done(text)).on("error", fail);
  });
}

function send(response, status, type, text, cached) {
  response.writeHead(status, { "content-type": type, "cache-control": cached ? "max-age=3600" : "no-store", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
const json = (response, value, status = 200) => send(response, status, "application/json", JSON.stringify(value));

let site; // {count, kinds, start, saves}
let settings; // path -> setting
let keys; // key -> number
let truth;

function begin(given) {
  site = { count: 8, kinds: ["served", "fetched", "late"], start: "on", saves: "own", ...given };
  const list = settingsOf(site);
  settings = new Map(list.map((setting, n) => [setting.page, { ...setting, n }]));
  keys = new Map(list.map(({ key }, n) => [key, n]));
  const first = (n) => (site.start === "mixed" ? (Math.floor(n / site.kinds.length) % 2 ? "off" : "on") : site.start);
  truth = { states: Object.fromEntries(list.map(({ key }, n) => [key, first(n)])), writes: {}, refused: 0, loads: 0 };
}

async function save(request, response, key) {
  const given = JSON.parse(await bodyOf(request));
  const allowed = site.saves === "own" ? request.method === "PUT" && given.key === key : request.method === "POST" && key === undefined;
  if (!allowed || !keys.has(given.key) || typeof given.value !== "boolean") {
    truth.refused++;
    return json(response, { error: "not a save of this site" }, 400);
  }
  await later(saveMs);
  truth.states[given.key] = given.value ? "on" : "off";
  truth.writes[given.key] = (truth.writes[given.key] ?? 0) + 1;
  return json(response, { key: given.key, value: given.value });
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, "http://site");
  if (pathname === "/__truth") return json(response, truth);
  if (pathname === "/__site") {
    begin(JSON.parse(await bodyOf(request)));
    return json(response, site);
  }
  if (pathname === "/app.css") return send(response, 200, "text/css", style, true);
  if (pathname === "/app.js") return send(response, 200, "text/javascript", script, true);
  const setting = settings.get(pathname);
  if (setting) {
    truth.loads++;
    const form = site.saves === "own" ? { method: "PUT", path: `/api/settings/${setting.key}` } : { method: "POST", path: "/api/settings" };
    return send(response, 200, "text/html; charset=utf-8", pageOf(setting, form, truth.states[setting.key] === "on"));
  }
  const key = /^\/api\/settings\/(\w+)$/.exec(pathname)?.[1];
  if (pathname === "/api/settings" || (key && request.method !== "GET")) return save(request, response, key);
  if (!keys.has(key)) return send(response, 404, "text/plain", "there is no such page");
  const n = keys.get(key);
  await later(delayOf(n, site.kinds[n % site.kinds.length]));
  return json(response, { key, value: truth.states[key] === "on" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  begin({});
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60000;
  server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
  const end = () => process.exit(0);
  process.on("SIGTERM", end);
  process.stdin.on("end", end).on("error", end).resume();
}
