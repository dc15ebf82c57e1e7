// The zoo's server: built pages, and the truth about each page's settings.
//
//   node server.mjs PORT        PORT 0 takes a free one; the address is the first line on standard output
//
//   GET  /LIB/                      the page of a library
//   GET  /LIB/api/settings          the states that the page loads before it draws anything
//   PUT  /LIB/api/settings/ID       {"on": true|false}, sent by the page when its switch changes
//   GET  /__truth                   {"LIB": {"state": {"ID": true|false}, "writes": [{"id","on","status"}], "visits": ["PATH"]}}
//   POST /__reset                   everything as at the start
//
// "visits" are requests for anything that a link on a page leads to: flipping a switch makes none. The server ends when
// standard input closes, when its parent is gone, or on SIGTERM.

import { createServer } from "node:http";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { linkText, settings } from "./settings.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const site = join(resolve(process.env.ZOO_BUILD || join(here, "../../build/zoo")), "site");
const port = Number(process.argv[2]);
if (!/^\d+$/.test(process.argv[2] ?? "") || port > 65535) {
  console.error("usage: node server.mjs PORT");
  process.exit(64);
}

const libraries = readdirSync(site, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const types = { ".js": "text/javascript", ".css": "text/css" };

// A page loads what it needs from here only. 'unsafe-eval' is Vue's template compiler.
const policy = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data:; font-src 'self' data:; connect-src 'self' data:";

let truth;
function reset() {
  truth = {};
  for (const library of libraries)
    truth[library] = { state: Object.fromEntries(settings.map((s) => [s.id, s.on])), writes: [], visits: [] };
}
reset();

const page = (library, hasStyle) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Data privacy | Settings</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shell.css">
${hasStyle ? '<link rel="stylesheet" href="main.css">' : ""}
<script type="module" src="main.js"></script>
</head>
<body>
<header class="site-header">
  <a href="home">Examplia</a>
  <nav aria-label="Main"><a href="network">My network</a> <a href="messages">Messages</a> <a href="notifications">Notifications (3)</a></nav>
  <div class="site-me"><button type="button" aria-haspopup="menu" aria-expanded="false"><span aria-hidden="true">AE</span> Alex Example</button> <a href="sign-out">Sign out</a></div>
</header>
<main class="site-main">
  <h1>Data privacy</h1>
  <p>How we use your data. Read more: <a href="help">${linkText}</a></p>
  <div id="app">Loading…</div>
</main>
</body>
</html>
`;

const shell = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
.site-header { display: flex; gap: 24px; align-items: center; padding: 8px 24px; border-bottom: 1px solid #ccc; }
.site-header nav { flex: 1; }
.site-main { max-width: 720px; margin: 0 auto; padding: 16px 24px; }
#app { display: flex; flex-direction: column; gap: 12px; }
`;

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

function send(response, status, type, body) {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store", "content-security-policy": policy });
  response.end(body);
}
const json = (response, status, value) => send(response, status, "application/json", JSON.stringify(value));

async function body(request, limit = 4096) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > limit) throw new Error("too long");
  }
  return JSON.parse(text);
}

async function write(request, response, library, id) {
  const { state, writes } = truth[library];
  const setting = settings.find((s) => s.id === id);
  let on;
  try {
    ({ on } = await body(request));
  } catch {
    on = undefined;
  }
  const status = !setting ? 404 : typeof on !== "boolean" ? 400 : setting.disabled ? 403 : 200;
  writes.push({ id, on: on ?? null, status });
  if (status === 200) state[id] = on;
  json(response, status, status === 200 ? { id, on } : { error: status });
}

async function answer(request, response) {
  const path = new URL(request.url, "http://localhost").pathname;
  const { method } = request;
  if (path === "/__truth" && method === "GET") return json(response, 200, truth);
  if (path === "/__reset" && method === "POST") return reset(), json(response, 200, truth);
  if (path === "/shell.css" && method === "GET") return send(response, 200, "text/css", shell);

  const [, library, rest] = path.match(/^\/([a-z0-9-]+)\/(.*)$/) ?? [];
  if (!library || !Object.hasOwn(truth, library)) return json(response, 404, { error: 404 });
  if (method === "GET" && rest === "") {
    const hasStyle = read(join(site, library, "main.css")) !== null;
    return send(response, 200, "text/html; charset=utf-8", page(library, hasStyle));
  }
  if (method === "GET" && rest === "api/settings") return json(response, 200, truth[library].state);
  if (method === "PUT" && rest.startsWith("api/settings/"))
    return write(request, response, library, rest.slice("api/settings/".length));
  if (method === "GET" && /^[a-z.-]+$/i.test(rest) && types[extname(rest)]) {
    const content = read(join(site, library, rest));
    if (content) return send(response, 200, types[extname(rest)], content);
  }
  truth[library].visits.push(rest);
  return send(response, 200, "text/html; charset=utf-8", "<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>");
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    json(response, 500, { error: 500 });
  });
});
server.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));

const end = () => process.exit(0);
process.on("SIGTERM", end);
process.stdin.on("end", end).on("close", end).on("error", end).resume();
const parent = process.ppid;
setInterval(() => process.ppid !== parent && end(), 1000).unref();
