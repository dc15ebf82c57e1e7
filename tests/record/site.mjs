// A site with a few switches, whose server keeps the truth: what is on, and every save that arrived.

import { createServer } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

function page(site, name) {
  const s = site.settings[name];
  return `<!doctype html><html lang="en"><head><title>${escape(s.label)}</title></head><body>
<header><a class="me" href="/me" data-login="${escape(site.account)}">${escape(site.account)}</a></header>
<main><div><label><input type="checkbox" role="switch" id="${name}" ${s.on ? "checked" : ""}> ${escape(s.label)}</label></div>
${s.embedded === false ? "" : `<script type="application/json">{"login":${JSON.stringify(site.account)},"${name}":${s.on}}</script>`}</main>
<script>
document.getElementById("${name}").addEventListener("change", (e) =>
  fetch("/api/${name}", { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ value: e.target.checked }) }));
</script></body></html>`;
}

// settings: {name: {label, on}}. Gives {origin, settings, saves, account, scenario(changes), close()}; all of it may
// be changed at any time. scenario() writes the file that describes the site and gives its path.
export async function startSite(settings) {
  const dir = mkdtempSync(join(tmpdir(), "offswitch-site-"));
  const site = { settings, saves: [], account: "Anna Petrova", dir };
  const server = createServer((request, response) => {
    const name = request.url.replace(/^\/(api|settings)\//, "").replace(/[?#].*/, "");
    const setting = site.settings[name];
    if (request.url.startsWith("/api/") && setting && request.method === "PUT") {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        setting.on = JSON.parse(body).value;
        site.saves.push({ name, on: setting.on, at: Date.now() });
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value: setting.on }));
      });
    } else if (request.url.startsWith("/settings/") && setting) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(site, name));
    } else {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>no</title><p>no such page");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  site.origin = `http://127.0.0.1:${server.address().port}`;
  site.scenario = (changes = {}) => {
    const path = join(dir, "example.json");
    const list = Object.entries(site.settings).map(([id, s]) => ({
      id, title: s.title ?? s.label, wanted: "off", page: `/settings/${id}`, key: id, labels: { en: s.labels ?? [s.label] },
    }));
    const scenario = {
      format: 1, id: "example", version: "1", title: "Example", origin: "https://www.example.com", settings: list,
      canary: { selectors: [".me"] }, account: { selector: ".me" },
      manual: [{ id: "object", title: "Object in writing", page: "/object", due: "2020-01-01", every_days: 365 }], ...changes,
    };
    writeFileSync(path, JSON.stringify(scenario));
    return path;
  };
  site.close = () => {
    server.closeAllConnections();
    server.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return site;
}
