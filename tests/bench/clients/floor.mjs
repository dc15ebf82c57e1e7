// The floor: one bare loop over the DevTools socket. For each setting Page.navigate, the load event, one
// Runtime.evaluate. In the job "bare" it reads what is there at that moment, so it misses what the page draws later. In
// the job "check" it waits inside the page until the control is there, which costs no further message; "fix" presses by
// script, waits for "Saved" in the page, reloads and reads once more.

import { readFileSync } from "node:fs";
import WebSocket from "ws";

const { job, browserURL, origin, settings } = JSON.parse(readFileSync(process.argv[2], "utf8"));

const { webSocketDebuggerUrl } = await (await fetch(`${browserURL}/json/version`)).json();
const socket = new WebSocket(webSocketDebuggerUrl, { perMessageDeflate: false });
await new Promise((done, fail) => socket.on("open", done).on("error", fail));

const answers = new Map();
let loaded = () => {};
let last = 0;
socket.on("message", (data) => {
  const { id, method, result, error } = JSON.parse(data);
  if (method === "Page.loadEventFired") loaded();
  if (!id) return;
  const { done, fail } = answers.get(id);
  answers.delete(id);
  if (error) fail(new Error(error.message));
  else done(result);
});
function call(method, params, sessionId) {
  const id = ++last;
  socket.send(JSON.stringify({ id, method, params, sessionId }));
  return new Promise((done, fail) => answers.set(id, { done, fail }));
}

const { targetId } = await call("Target.createTarget", { url: "about:blank" });
const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
await call("Page.enable", {}, sessionId);

async function load(method, params) {
  const load = new Promise((done) => (loaded = done));
  await call(method, params, sessionId);
  await load;
}
async function evaluate(expression) {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true }, sessionId);
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  return result.value;
}
const word = (value) => (value === null ? null : value ? "on" : "off");
const bare = (key) => evaluate(`document.getElementById("${key}")?.checked ?? null`).then(word);
const once = (what) => `new Promise((done) => {
  const look = () => { const value = ${what}; if (value === null) return false; done(value); return true; };
  if (!look()) new MutationObserver((_, observer) => look() && observer.disconnect()).observe(document, { childList: true, subtree: true });
})`;
const read = (key) => evaluate(once(`document.getElementById("${key}")?.checked ?? null`)).then(word);

const states = {};
for (const { key, page: path, wanted } of settings) {
  await load("Page.navigate", { url: origin + path });
  states[key] = await (job === "bare" ? bare(key) : read(key));
  if (job !== "fix" || states[key] === wanted) continue;
  await evaluate(`document.getElementById("${key}").click(), ${once(`document.querySelector('[role="status"]').textContent === "Saved" || null`)}`);
  await load("Page.reload", {});
  states[key] = await read(key);
}
await call("Target.closeTarget", { targetId });
socket.close();
console.log(JSON.stringify(states));
