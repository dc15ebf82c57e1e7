// No library. WAI-ARIA Authoring Practices, "Switch Example Using HTML Checkbox Input": a label around a
// checkbox with role=switch and the words On/Off hidden from the accessibility tree.
import { draw } from "./common/elements.js";

const style = document.createElement("style");
style.textContent = `#app label { display: flex; justify-content: space-between; }
.state > .on { display: none } input:checked ~ .state > .on { display: inline } input:checked ~ .state > .off { display: none }`;
document.head.append(style);

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) =>
    s.kind === "switch"
      ? `<label><span class="label">${s.label}</span>
          <span><input type="checkbox" role="switch" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>
          <span class="state"><span class="on" aria-hidden="true">On</span><span class="off" aria-hidden="true">Off</span></span></span></label>`
      : `<label><span class="label">${s.label}</span> <input type="checkbox" ${s.on ? "checked" : ""}></label>`,
});
