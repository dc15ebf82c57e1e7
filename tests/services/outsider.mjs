// Two services again, drawn from public knowledge only: with other elements than the replica's, other neighbours, and
// pages on which one fact of the scenario is wrong. The server records every press at something that is not the
// setting's own.
import { createServer } from "node:http";

// ---- a server with a record of its own ----

const shell = `
const el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  node.append(...children);
  return node;
};
const tell = (what) => fetch("/touched", { method: "POST", body: what });
const forbidden = (text, attributes = {}) => el("button", { type: "button", onclick: () => tell(text), ...attributes }, text);
const later = (ms) => new Promise((done) => setTimeout(done, ms));
const cover = (title, ...children) => {
  const box = el("section", { role: "dialog", "aria-modal": "true", "aria-label": title, class: "over" }, el("h2", {}, title), ...children);
  document.body.append(box);
  return box;
};`;
const style = "body{font:16px sans-serif;margin:0}.over{position:fixed;inset:8% 20%;background:#fff;border:1px solid;padding:1em;overflow:auto}.list{position:absolute;left:45%;top:30%;background:#fff;border:1px solid}.list>*{display:block;padding:.5em}";

function startSite(site, trap) {
  const record = { settings: { [site.id]: "on" }, saves: 0, wrong_touches: [] };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://x");
    const read = (done) => { let body = ""; request.on("data", (piece) => (body += piece)).on("end", () => done(body)); };
    const say = (value) => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
    const save = (word) => { record.saves++; record.settings[site.id] = word; };
    if (pathname === "/touched") return read((what) => { record.wrong_touches.push({ what }); response.writeHead(204).end(); });
    if (site.api?.({ pathname, searchParams, method: request.method, read, say, save, on: record.settings[site.id] === "on" })) return;
    if (request.method !== "GET") return read(() => { record.wrong_touches.push({ what: `${request.method} ${request.url}` }); response.writeHead(404).end(); });
    const found = site.pages.includes(pathname);
    response.writeHead(found ? 200 : 404, { "content-type": "text/html; charset=utf-8" });
    response.end(found ? `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${site.title}</title><style>${style}</style></head><body><script>const on = ${record.settings[site.id] === "on"}, trap = ${JSON.stringify(trap)};${shell}(${site.script})();</script></body></html>` : "<!doctype html><title>Not found</title><p>Not found</p>");
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({
    origin: `http://127.0.0.1:${server.address().port}`,
    truth: () => structuredClone(record),
    end: () => { server.closeAllConnections(); server.close(); },
  })));
}

// ---- ChatGPT: the fragment alone opens the settings; elements are lists and labels; both dialogs are children of the
// body ----

const chatgpt = {
  name: "chatgpt",
  id: "improve-model",
  title: "ChatGPT",
  pages: ["/"],
  api({ pathname, searchParams, method, say, save, on }) {
    if (pathname === "/backend-api/settings/user") say({ object: "user", settings: { voice_training_allowed: false, training_allowed: on } });
    else if (pathname === "/backend-api/settings/account_user_setting" && method === "PATCH" && searchParams.get("feature") === "training_allowed") {
      save(searchParams.get("value") === "true" ? "on" : "off");
      say({ training_allowed: searchParams.get("value") === "true" });
    } else return false;
    return true;
  },
  async script() {
    const key = (name) => (trap === "no keys" ? {} : { "data-testid": name });
    document.body.append(el("nav", {}, el("a", { href: "/" }, "New chat"), forbidden("Delete chat"), el("div", { role: "button", tabindex: "0", "data-testid": "accounts-profile-button", "aria-haspopup": "menu" }, "P. Person")),
      el("main", {}, el("div", { contenteditable: "true", role: "textbox", "aria-label": "Chat with ChatGPT" })));
    if (trap === "tour") setTimeout(() => document.body.append(el("div", { role: "dialog", style: "position:fixed;right:0;bottom:0;background:#fff" }, "Ask anything", forbidden("Try it"))), 900);
    if (!location.hash.includes("settings")) return;
    await later(400);
    let allowed = null; // the row appears before its state
    const word = el("span", {}, "");
    const row = el("button", { ...key("improve-model-open-modal-button"), type: "button" }, "Improve the model for everyone", word);
    const wipe = forbidden("Delete all", trap === "key on another" ? { "data-testid": "improve-model-open-modal-button" } : {});
    if (trap === "key on another") row.removeAttribute("data-testid");
    const list = el("ul", {}, el("li", {}, trap === "managed" ? "Your workspace manages training" : row), el("li", {}, "Shared links ", forbidden("Manage")), el("li", {}, "Archive all chats ", forbidden("Archive all")),
      el("li", {}, "Delete all chats ", wipe), el("li", {}, "Export data ", forbidden("Export")), el("li", {}, "Delete account ", forbidden("Delete")));
    cover("Settings", el("div", { role: "tablist" }, forbidden("General", { role: "tab" }), el("button", { role: "tab", "aria-selected": "true" }, "Data controls"), forbidden("Security", { role: "tab" })), list);
    row.onclick = () => {
      const state = (value) => { knob.setAttribute("aria-checked", String(value)); word.textContent = value ? "On" : "Off"; };
      const knob = el("button", { ...key("improve-model-toggle"), type: "button", role: "switch", id: "knob", "aria-checked": String(allowed ?? false), onclick: async () => {
        allowed = !allowed;
        state(allowed);
        await fetch(`/backend-api/settings/account_user_setting?feature=training_allowed&value=${allowed}`, { method: "PATCH" });
      } });
      const other = (text) => el("p", {}, el("label", {}, text, el("input", { type: "checkbox", role: "switch", onclick: () => tell(text) })));
      cover("Model improvement", el("p", {}, el("label", { for: "knob" }, "Improve the model for everyone"), knob), other("Include your audio recordings"), other("Include your video recordings"),
        el("a", { href: "#settings/DataControls", onclick: () => tell("Learn more") }, "Learn more"), forbidden("Delete recordings"));
    };
    await later(1200);
    allowed = (await (await fetch("/backend-api/settings/user")).json()).settings.training_allowed;
    word.textContent = allowed ? "On" : "Off";
    document.getElementById("knob")?.setAttribute("aria-checked", String(allowed)); // it was drawn as off in the meantime
  },
};

// ---- Gemini: a div as a button, a list whose first item deletes, and one more dialog ----

const gemini = {
  name: "gemini",
  id: "keep-activity",
  title: "Your Gemini Apps Activity",
  pages: ["/product/gemini"],
  api({ pathname, method, read, say, save }) {
    if (pathname !== "/_/MyActivityUi/data/batchexecute" || method !== "POST") return false;
    read((body) => { save(body === "rpc=1" ? "on" : "off"); say([["wrb.fr", null]]); });
    return true;
  },
  script() {
    let state = on;
    const chip = el("div", { role: "button", tabindex: "0", "aria-haspopup": "menu" });
    const draw = () => { chip.textContent = state ? "On" : "Off"; chip.setAttribute("aria-label", `Turn ${state ? "off" : "on"} your Keep Activity setting`); };
    const choose = async (value) => {
      const send = async () => {
        state = value;
        await fetch("/_/MyActivityUi/data/batchexecute", { method: "POST", body: `rpc=${value ? 1 : 0}` });
        draw();
        const told = cover(`Keep activity is ${value ? "on" : "off"}`, el("p", {}, "You can also delete activity that was kept before."), forbidden("Delete activity"), el("button", { type: "button", onclick: () => told.remove() }, "Got it"));
      };
      if (trap !== "asks first" && trap !== "asks to delete") return send();
      const title = trap === "asks first" ? "Pause?" : "Turn off and delete activity?";
      const asked = cover(title, forbidden("Cancel"), el("button", { type: "button", onclick: () => { asked.remove(); trap === "asks first" ? send() : tell(title); } }, "Turn off"));
    };
    const wipe = (attributes, ...lines) => el("li", { role: "menuitem", tabindex: "-1", onclick: () => tell(lines.join(" ")), ...attributes }, ...lines.map((line) => el("div", {}, line)));
    chip.addEventListener("mousedown", async () => {
      if (document.querySelector(".list")) return;
      await later(250);
      const off = el("li", { role: "menuitem", tabindex: "-1", onclick: (event) => { event.currentTarget.parentElement.remove(); choose(!state); } }, el("div", {}, state ? "Turn off" : "Turn on"), el("div", {}, "1 step"));
      const items = !state ? [off] : {
        "delete alone": [wipe({}, "Turn off and delete activity", "2 steps")],
        "name hides it": [wipe({ "aria-label": "Turn off" }, "Turn off and delete activity", "2 steps")],
        "hint says it": [wipe({ "aria-label": "Turn off" }, "Turn off", "and erase what was kept")],
      }[trap] ?? [wipe({}, "Turn off and delete activity", "2 steps"), off];
      document.body.append(el("ul", { role: "menu", class: "list" }, ...items));
    });
    draw();
    const row = (title, ...children) => el("article", {}, el("h2", {}, title), ...children);
    document.body.append(el("main", {}, el("h1", {}, "Gemini Apps Activity"), row("Keep activity", el("p", {}, "When this setting is on, chats are kept."), chip, el("p", {}, "since 3 March")),
      row("Auto-delete (off)", forbidden("Choose an auto-delete option")), row("Activity", forbidden("Delete", { "aria-haspopup": "menu" }), forbidden("Delete all time"), forbidden("Search your activity")),
      row("Other settings", el("div", { role: "checkbox", tabindex: "0", "aria-checked": "false", "aria-label": "Improve Google services with your audio and Gemini Live videos & screenshares", onclick: () => tell("audio") }))));
  },
};

// The site, what is wrong with it, and the one right answer.
const table = [
  [chatgpt, "", "fixed"],
  [chatgpt, "tour", "fixed"],
  [chatgpt, "no keys", "unknown:not-found"],
  [chatgpt, "key on another", "unknown:not-found"],
  [chatgpt, "managed", "unknown:not-found"],
  [gemini, "", "fixed"],
  [gemini, "asks first", "fixed"],
  [gemini, "asks to delete", "not-kept"],
  [gemini, "delete alone", "unknown:not-found"],
  [gemini, "name hides it", "unknown"],
  [gemini, "hint says it", "unknown"],
];

export async function outsider({ wire, only, judge, tell, fresh, command }) {
  for (const [from, trap, expected] of table) {
    if (only && !only.includes(from.name)) continue;
    const site = await startSite({ ...from, script: from.script.toString().replace(/^(async )?script\(\)/, "$1function ()") }, trap);
    const run = command(site.origin, fresh("state"));
    const before = site.truth();
    const checked = await run("check", from.name);
    const between = site.truth();
    const fixed = await run("fix", from.name, "--yes", "--hold", "1");
    const wrong = judge(fixed, expected, between, site.truth());
    wrong.push(...judge(checked, from === gemini || expected === "fixed" ? "differs" : expected, before, between).map((text) => `check: ${text}`));
    if (expected === "fixed") wrong.push(...judge(await run("check", from.name), "as-wanted", site.truth(), site.truth()).map((text) => `afterwards: ${text}`));
    site.end();
    tell(`${wire} ${from.name} with an independent page${trap && `: ${trap}`}`, wrong);
  }
}
