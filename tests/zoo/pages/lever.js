// No library. The words for the states are around the lever and make the name ("OffOn"), the text is elsewhere in the
// row: above for every second setting, beside for the others. The row handles a press on the lever, not the input.
import { draw } from "./common/elements.js";

const style = document.createElement("style");
style.textContent = `.row { display: flex; justify-content: space-between; } .stack { margin: 12px 0; } .switch input { opacity: 0; width: 0; height: 0; }
.lever { display: inline-block; width: 36px; height: 14px; border-radius: 14px; background: #888; margin: 0 8px; }
input:checked + .lever { background: green; }`;
document.head.append(style);

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<div class="${s.id.length % 2 ? "row" : "stack"}"><div class="text">${s.label}</div>
    <div class="switch"><label>Off<input type="checkbox" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}><span class="lever"></span>On</label></div></div>`,
});
