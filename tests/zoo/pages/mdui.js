// MDUI, "Switch": an <mdui-list-item> with a headline, and an <mdui-switch slot="end-icon">. In the shadow root a label
// around a hidden native checkbox, without any name: the headline is beside it.
import "mdui/components/checkbox.js";
import "mdui/components/list-item.js";
import "mdui/components/list.js";
import "mdui/components/switch.js";
import "mdui/mdui.css";
import { draw } from "./common/elements.js";

draw({
  selector: "mdui-switch, mdui-checkbox",
  events: ["change"],
  states: ["checked"],
  markup: (s) =>
    s.kind === "switch"
      ? `<mdui-list-item nonclickable>${s.label}<mdui-switch slot="end-icon" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}></mdui-switch></mdui-list-item>`
      : `<mdui-checkbox ${s.on ? "checked" : ""}>${s.label}</mdui-checkbox>`,
});
