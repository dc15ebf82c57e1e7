// Bootstrap, "Checks and radios / Switches": a native checkbox with role=switch in .form-check.form-switch,
// and a <label for> beside it. The track is the checkbox's own background.
import "bootstrap/dist/css/bootstrap.css";
import { draw } from "./common/elements.js";

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<div class="form-check ${s.kind === "switch" ? "form-switch" : ""}">
    <input class="form-check-input" type="checkbox" ${s.kind === "switch" ? 'role="switch" switch' : ""}
      id="check-${s.id}" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>
    <label class="form-check-label" for="check-${s.id}">${s.label}</label>
  </div>`,
});
