// Materialize, "Switches": a <label> that says "Off", an undrawn native checkbox, its lever, and "On". So the checkbox
// is named "Off On", whatever its state, and its purpose is beside it.
import "materialize-css/dist/css/materialize.css";
import { draw } from "./common/elements.js";

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) => {
    const input = `<input type="checkbox" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>`;
    return s.kind === "switch"
      ? `<div style="display: flex; justify-content: space-between"><span>${s.label}</span>
          <div class="switch"><label>Off ${input}<span class="lever"></span> On</label></div></div>`
      : `<p><label>${input}<span>${s.label}</span></label></p>`;
  },
});
