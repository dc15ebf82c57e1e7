// Material Web, "Switch / Accessibility": a label around <md-switch aria-label="…">, because the element takes
// no name from the label. It moves the aria-label to the native checkbox with role=switch in its shadow root.
import "@material/web/checkbox/checkbox.js";
import "@material/web/switch/switch.js";
import { draw } from "./common/elements.js";

draw({
  selector: "md-switch, md-checkbox",
  events: ["change"],
  states: ["selected", "checked"],
  markup: (s) => `<label style="display: flex; justify-content: space-between">${s.label}
    ${
      s.kind === "switch"
        ? `<md-switch aria-label="${s.label}" ${s.on ? "selected" : ""} ${s.disabled ? "disabled" : ""}></md-switch>`
        : `<md-checkbox aria-label="${s.label}" touch-target="wrapper" ${s.on ? "checked" : ""}></md-checkbox>`
    }</label>`,
});
