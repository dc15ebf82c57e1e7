// Carbon Web Components, "Toggle": <cds-toggle id="…" label-text="…" toggled>. In the shadow root a
// visually hidden <button role="switch" aria-checked> and a label that also holds the drawn track and the word On or Off.
import "@carbon/web-components/es/components/checkbox/index.js";
import "@carbon/web-components/es/components/toggle/index.js";
import { draw } from "./common/elements.js";

draw({
  selector: "cds-toggle, cds-checkbox",
  events: ["cds-toggle-changed", "cds-checkbox-changed"],
  states: ["toggled", "checked"],
  markup: (s) =>
    s.kind === "switch"
      ? `<cds-toggle id="${s.id}" label-text="${s.label}" ${s.on ? "toggled" : ""} ${s.disabled ? "disabled" : ""}></cds-toggle>`
      : `<cds-checkbox ${s.on ? "checked" : ""}>${s.label}</cds-checkbox>`,
});
