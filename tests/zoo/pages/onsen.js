// Onsen UI (mobile), "Switch": a list item with the text in one of its slots and an <ons-switch> in another, in a page that scrolls inside itself.
// The switch holds a native checkbox that is not drawn. Items before them put the settings below the fold.
import "onsenui";
import "onsenui/esm/elements/ons-page";
import "onsenui/esm/elements/ons-list";
import "onsenui/esm/elements/ons-list-item";
import "onsenui/esm/elements/ons-switch";
import "onsenui/esm/elements/ons-checkbox";
import "onsenui/css/onsenui-core.css";
import "onsenui/css/onsen-css-components.css";
import { draw } from "./common/elements.js";

const main = document.querySelector("main");
document.body.innerHTML = `<ons-page><div class="content"></div></ons-page>`;
const content = document.querySelector("ons-page .content") ?? document.querySelector("ons-page");
content.append(main);
const list = document.createElement("ons-list");
document.getElementById("app").replaceChildren(list);
draw({
  root: list,
  selector: "ons-switch, ons-checkbox",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `${s.id === "train" ? "<ons-list-item><div class='center'>Another item</div></ons-list-item>".repeat(30) : ""}
    <ons-list-item><div class="center">${s.label}</div><div class="right">
    <ons-${s.kind} ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}></ons-${s.kind}></div></ons-list-item>`,
});
