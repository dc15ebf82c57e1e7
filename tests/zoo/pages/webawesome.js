// Web Awesome, "Switch": <wa-switch>Label</wa-switch>, which belongs to its form by ElementInternals. In the shadow root a label around a hidden
// native checkbox with role=switch.
import "@awesome.me/webawesome/dist/components/checkbox/checkbox.js";
import "@awesome.me/webawesome/dist/components/switch/switch.js";
import "@awesome.me/webawesome/dist/styles/webawesome.css";
import { draw } from "./common/elements.js";

draw({
  selector: "wa-switch, wa-checkbox",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<wa-${s.kind} ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>${s.label}</wa-${s.kind}>`,
});
