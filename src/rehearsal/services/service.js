/* What the pages of the replicated services share: elements, dialogs, and a record of every press at something that
   must not be pressed. `replica` comes from the server: { faults: [name, …], state: {…}, instance }. */

const has = (fault) => replica.faults.includes(fault);

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/* The server records what was touched; a press at such a button is one too many. */
const touch = (what) => fetch("/__touch?what=" + encodeURIComponent(what), { method: "POST" });
const danger = (text, attributes = {}) => el("button", { type: "button", class: "danger", onclick: () => touch(text), ...attributes }, text);

function dialog(name, ...children) {
  const box = el("div", { role: "dialog", "aria-modal": "true", "aria-label": name, tabindex: "-1", class: "dialog" }, el("h2", {}, name), ...children);
  const back = el("div", { class: "back" }, box);
  document.body.append(back);
  box.focus();
  return { box, close: () => back.remove() };
}

/* Some sites announce a save in a box that has the role dialog. */
function toast(text) {
  const box = el("div", { role: has("toast-dialog") ? "dialog" : "status", class: "toast" }, text);
  document.body.append(box);
  setTimeout(() => box.remove(), 1500);
}

/* role=switch, as Radix makes it: state in aria-checked and data-state. */
function switchButton(on, attributes, change) {
  const set = (value) => {
    node.setAttribute("aria-checked", String(value));
    node.setAttribute("data-state", value ? "checked" : "unchecked");
  };
  const node = el("button", { type: "button", role: "switch", class: "switch", ...attributes, onclick: () => {
    const next = node.getAttribute("aria-checked") !== "true";
    set(next);
    change(next, () => set(!next));
  } }, el("span", { class: "thumb" }));
  set(on);
  node.show = set;
  return node;
}

async function json(path, options = {}) {
  const answer = await fetch(path, { headers: { "content-type": "application/json" }, ...options });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const send = (method, path, body) => json(path, { method, body: JSON.stringify(body) });

/* A tour that comes late and lies over the page, as a dialog that asks nothing. */
function maybeTour() {
  if (!has("tour")) return;
  setTimeout(() => {
    const box = el("div", { role: "dialog", "aria-label": "What is new", class: "tour" }, el("p", {}, "Ask anything"), el("button", { type: "button", onclick: () => box.remove() }, "Next"));
    document.body.append(box);
  }, 400);
}

maybeTour();

/* New terms, to be accepted, with the same choice in them, set by another party. */
function maybeNotice(label) {
  if (!has("notice")) return;
  dialog("Updates to our terms", el("div", { class: "row" }, el("span", { id: "notice" }, label), switchButton(false, { "aria-labelledby": "notice" }, () => touch("the switch of a notice"))), danger("Accept"));
}
