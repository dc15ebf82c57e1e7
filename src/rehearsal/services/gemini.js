/* A chip that opens a menu; the second item deletes everything; an information dialog comes after the choice. */
const on = replica.state["keep-activity"] === "on";
const card = el("section", {}, el("h2", { id: "keep" }, "Keep activity"));

function choose(word) {
  const body = new URLSearchParams({ "f.req": JSON.stringify(["keep-activity", word]) });
  return fetch("/_/data/batchexecute", { method: "POST", body }).then(() => {
    const info = dialog("Keep activity is " + word, el("p", {}, "Chats are still held for 72 hours."), el("button", { type: "button", onclick: () => { info.close(); location.reload(); } }, "Got it"));
  });
}

const item = (text, hint, press) => el("div", { role: "menuitem", tabindex: "-1", "aria-label": text, onclick: () => { menu.remove(); press(); } }, el("span", {}, text), el("span", {}, hint));
let menu = null;
const chip = el("button", { type: "button", "aria-haspopup": "menu", disabled: has("locked"), "aria-label": `Turn ${on ? "off" : "on"} your Keep Activity setting`, onclick: () => {
  menu = on
    ? el("div", { role: "menu", class: "menu" }, item("Turn off", "1 step", () => choose("off")), item("Turn off and delete activity", "2 steps", () => touch("Turn off and delete activity")))
    : el("div", { role: "menu", class: "menu" }, item("Turn on", "1 step", () => choose("on")));
  card.append(menu);
} }, on ? "On" : "Off");
card.append(chip, el("p", {}, (on ? "On" : "Off") + " since 3 March"));
card.append(el("div", { class: "row" }, el("span", { id: "audio" }, "Improve Google services with your audio and Gemini Live videos & screenshares"),
  el("span", { role: "checkbox", tabindex: "0", "aria-checked": "false", "aria-labelledby": "audio", onclick: () => touch("audio") }, "☐")));
document.body.append(el("main", {}, el("h1", {}, "Your Gemini Apps Activity"), has("row-missing") ? null : card, danger("Delete")));
