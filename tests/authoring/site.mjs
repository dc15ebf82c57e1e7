// Settings pages whose server records every request that could change something.

import { createServer } from "node:http";

/* This request does not leave the browser. DevTools reports it as cached. */
const picture = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";

const whole = (title, body) => `<!doctype html><html lang="en"><head><title>${title}</title></head><body>
<header><img alt="" src="${picture}"><a class="me" href="/me">Anna Petrova</a></header><main><h1>${title}</h1>
${body}
<section><button id="delete" type="button">Delete my account</button></section></main>
<script>
const tell = (name, value) => fetch("/api/" + name, { method: "PUT", body: JSON.stringify({ value }) });
document.getElementById("delete").onclick = () => tell("delete", true);
</script></body></html>`;

const save = (selector, name, value) => `<script>
document.querySelectorAll(${JSON.stringify(selector)}).forEach((one) => one.addEventListener("change", () => tell("${name}", ${value})));
</script>`;

/** A labelled check box, with one beside it that deletes. */
export const box = (on) => whole("Privacy", `<form>
<div><label><input type="checkbox" id="train" name="train" ${on ? "checked" : ""}> Use my posts for training</label></div>
<div><label><input type="checkbox" id="wipe" name="wipe"> Delete my posts after a year</label></div></form>
<script type="application/json">{"train": ${on}}</script>
${save("#train", "train", "event.target.checked")}${save("#wipe", "delete", "true")}`);

/** A switch that is saved by a button. Its id is one that a framework counts. */
const toggle = (on) => whole("Data", `<div class="row"><span id=":r1:">Improve the model for everyone</span>
<button type="button" role="switch" aria-checked="${on}" aria-labelledby=":r1:" id=":r2:"></button></div>
<button id="save" type="button" disabled>Save changes</button>
<script>
const control = document.querySelector("[role=switch]");
control.onclick = () => {
  control.setAttribute("aria-checked", String(control.getAttribute("aria-checked") !== "true"));
  document.getElementById("save").disabled = false;
};
document.getElementById("save").onclick = () => tell("improve", control.getAttribute("aria-checked") === "true");
</script>`);

const choices = [["everyone", "Everyone"], ["partners", "Partners only"], ["nobody", "Nobody"]];

/** A radio group. */
export const group = (chosen) => whole("Sharing", `<fieldset role="radiogroup" aria-labelledby="who"><legend id="who">Who may train on my pictures</legend>
${choices.map(([value, label]) => `<label><input type="radio" name="share" value="${value}" ${value === chosen ? "checked" : ""}> ${label}</label>`).join("\n")}
</fieldset>${save("[name=share]", "share", "event.target.value")}`);

/** A list. The first option is no choice. */
const list = (chosen) => whole("Pictures", `<label>Who may train on my pictures <select name="share"><option value="" disabled>Choose one</option>
${choices.map(([value, label]) => `<option value="${value}" ${value === chosen ? "selected" : ""}>${label}</option>`).join("\n")}
</select></label>${save("select", "share", "event.target.value")}`);

/** Radio buttons that act as a switch. */
const onOff = (on) => whole("Pair", `<fieldset><legend>Train on my voice</legend>
<label><input type="radio" name="voice" value="1" ${on ? "checked" : ""}> On</label>
<label><input type="radio" name="voice" value="0" ${on ? "" : "checked"}> Off</label></fieldset>${save("[name=voice]", "voice", "event.target.value")}`);

/** Two switches with the same name, which nothing distinguishes. */
const twins = () => whole("Twins", `<ul>${[0, 1].map(() => `<li><label><input type="checkbox" checked> Allow training</label></li>`).join("")}</ul>`);

/** Two check boxes, drawn without a mark. Each asks for its state; the second one's answer is late. */
const pair = () => whole("Both", `<div><label><input type="checkbox" id="train"> Use my posts for training</label></div>
<div><label><input type="checkbox" id="improve"> Improve the model for everyone</label></div>
<script>
for (const box of document.querySelectorAll("input")) {
  fetch("/state/" + box.id).then((answer) => answer.json()).then(({ value }) => (box.checked = value));
  box.addEventListener("change", () => tell(box.id, box.checked));
}
</script>`);

/** A check box, drawn from the data that a script brings; the browser may keep the script. */
const scripted = () => whole("Kept", `<div><label><input type="checkbox" id="improve"> Improve the model for everyone</label></div>
<script src="/kept.js"></script><script>
document.getElementById("improve").checked = window.improve;
document.getElementById("improve").onchange = (event) => tell("improve", event.target.checked);
</script>`);

/** Gives {origin, state, writes, reads, close()}: what the pages show, every request that is not a read, and the
 * addresses of all requests. */
export async function startSite() {
  const site = { state: { train: true, improve: true, share: "everyone", voice: true }, writes: [], reads: [] };
  const pages = {
    "/settings/privacy": () => box(site.state.train),
    "/settings/data": () => toggle(site.state.improve),
    "/settings/sharing": () => group(site.state.share),
    "/settings/list": () => list(site.state.share),
    "/settings/voice": () => onOff(site.state.voice),
    "/settings/twins": twins,
    "/settings/both": pair,
    "/settings/kept": scripted,
    "/settings/keeps": () => `${pair()}<script src="/kept.js"></script><script>fetch("/settings/gone")</script>`,
    "/settings/gone": () => box(true),
    "/empty": () => whole("Nothing", "<p>There is no switch here.</p>"),
  };
  const server = createServer((request, response) => {
    site.reads.push(request.url);
    if (request.url === "/settings/gone" && site.reads.filter((one) => one === request.url).length === 1) {
      response.writeHead(404, { "content-type": "text/html", "cache-control": "max-age=600" }).end("<!doctype html><title>no</title>");
      return; // the next request finds the page
    }
    if (request.url === "/kept.js") {
      response.writeHead(200, { "content-type": "text/javascript", "cache-control": "max-age=600" }).end(`window.improve = ${site.state.improve};`);
      site.state.improve = !site.state.improve; // from now on a cached copy is old
      return;
    }
    const name = request.url.replace("/api/", "");
    if (request.method === "PUT" && name in site.state) {
      let body = "";
      request.on("data", (piece) => (body += piece)).on("end", () => {
        site.state[name] = JSON.parse(body).value;
        site.writes.push(`${name} ${site.state[name]}`);
        response.writeHead(200, { "content-type": "application/json" }).end(body);
      });
      return;
    }
    if (site.edge && request.url === "/state/train" && request.headers["cache-control"] !== "no-cache") { // a cache between the browser and the site
      response.writeHead(200, { "content-type": "application/json", age: "60" }).end(JSON.stringify({ id: "train", value: !site.state.train }));
      return;
    }
    const asked = request.url.replace("/state/", "");
    if (request.method === "GET" && asked in site.state) {
      const answer = () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: asked, value: site.state[asked] }));
      setTimeout(answer, asked === "improve" ? 2500 : 50);
      return;
    }
    const page = pages[request.url.replace(/[?#].*/, "")];
    if (request.method !== "GET" && request.method !== "HEAD") site.writes.push(`${request.method} ${request.url}`);
    response.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8" }).end(page ? page() : "<!doctype html><title>no</title>");
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  site.origin = `http://127.0.0.1:${server.address().port}`;
  site.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return site;
}
