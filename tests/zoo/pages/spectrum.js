// Spectrum Web Components, "Switch / Include a label": <sp-switch>Label</sp-switch> inside sp-theme. In the
// shadow root a native checkbox with role=switch over the track, and a label that holds the slot.
import "@spectrum-web-components/switch/sp-switch.js";
import "@spectrum-web-components/theme/sp-theme.js";
import "@spectrum-web-components/theme/src/themes.js";
import { draw } from "./common/elements.js";

const theme = document.createElement("sp-theme");
for (const [name, value] of [["system", "spectrum"], ["color", "light"], ["scale", "medium"]]) theme.setAttribute(name, value);
theme.style.cssText = "display: flex; flex-direction: column";
document.getElementById("app").replaceChildren(theme);

draw({
  root: theme,
  selector: "sp-switch, input",
  events: ["change"],
  states: ["checked"],
  markup: (s) =>
    s.kind === "switch"
      ? `<sp-switch ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>${s.label}</sp-switch>`
      : `<label><input type="checkbox" ${s.on ? "checked" : ""}> ${s.label}</label>`,
});
