// Framework7 (mobile), "Toggle": a list item with a title, and a <label class="toggle"> around a native checkbox that
// is not drawn at all. The label has no text: the title is beside it, without an association.
import Framework7 from "framework7";
import Toggle from "framework7/components/toggle";
import "framework7/css/bundle";
import { draw } from "./common/elements.js";

Framework7.use([Toggle]);
const item = (s, control) => `<li><div class="item-content"><div class="item-inner"><div class="item-title">${s.label}</div>
  <div class="item-after">${control}</div></div></div></li>`;
const box = (s) => `<input type="checkbox" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>`;
const main = document.querySelector("main");
document.body.innerHTML = `<div id="root"><div class="view view-main view-init"><div class="page"><div class="page-content"></div></div></div></div>`;
document.querySelector(".page-content").append(main);
const list = document.createElement("ul");
const around = document.createElement("div");
around.className = "list";
around.append(list);
document.getElementById("app").replaceChildren(around);
draw({
  root: list,
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) =>
    s.kind === "switch"
      ? item(s, `<label class="toggle toggle-init">${box(s)}<span class="toggle-icon"></span></label>`)
      : `<li><label class="item-checkbox item-content">${box(s)}<i class="icon icon-checkbox"></i><div class="item-inner"><div class="item-title">${s.label}</div></div></label></li>`,
}).then(() => new Framework7({ el: "#root", theme: "ios" }));
