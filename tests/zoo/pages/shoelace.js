// Shoelace, "Switch": <sl-switch>Label</sl-switch>. In the shadow root a label around a hidden native checkbox
// with role=switch; the name comes through the slot.
import "@shoelace-style/shoelace/dist/components/checkbox/checkbox.js";
import "@shoelace-style/shoelace/dist/components/switch/switch.js";
import "@shoelace-style/shoelace/dist/themes/light.css";
import { draw } from "./common/elements.js";

draw({
  selector: "sl-switch, sl-checkbox",
  events: ["sl-change"],
  states: ["checked"],
  markup: (s) => `<sl-${s.kind} ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>${s.label}</sl-${s.kind}>`,
});
