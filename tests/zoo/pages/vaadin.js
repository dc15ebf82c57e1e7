// Vaadin, "Checkbox": <vaadin-checkbox label="…">. The native checkbox and its label are in the light DOM, in slots of
// the shadow root, and the host itself is not a control.
import "@vaadin/checkbox/vaadin-checkbox.js";
import { draw } from "./common/elements.js";

draw({
  selector: "vaadin-checkbox",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<vaadin-checkbox label="${s.label}" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}></vaadin-checkbox>`,
});
