// Fomantic UI (and Semantic UI), "Checkbox": a <div class="ui checkbox"> with a native checkbox that is not drawn, and beside it a <label> that
// is tied to it by no attribute. A press on the label is taken by the plug-in, on a jQuery in the global scope.
import "./common/jquery-global.js";
import "fomantic-ui-css/components/checkbox.js";
import "fomantic-ui-css/components/checkbox.css";
import { draw } from "./common/elements.js";

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<div class="field"><div class="ui ${s.kind === "switch" ? "toggle" : ""} checkbox">
    <input type="checkbox" tabindex="0" class="hidden" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}><label>${s.label}</label></div></div>`,
}).then(() => window.jQuery(".ui.checkbox").checkbox());
