// Fluent UI Web Components, "Field": a fluent-field with a <label slot="label" for> and a <fluent-switch slot="input"
// id>. The element itself is the switch: role and checked state are set through ElementInternals, so that no attribute
// in the document has them.
import "@fluentui/web-components/checkbox/define.js";
import "@fluentui/web-components/field/define.js";
import "@fluentui/web-components/switch/define.js";
import { setTheme } from "@fluentui/web-components";
import { webLightTheme } from "@fluentui/tokens";
import { draw } from "./common/elements.js";

setTheme(webLightTheme);
draw({
  selector: "fluent-switch, fluent-checkbox",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<fluent-field label-position="after">
    <label slot="label" for="${s.id}">${s.label}</label>
    <fluent-${s.kind} slot="input" id="${s.id}" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}></fluent-${s.kind}>
  </fluent-field>`,
});
