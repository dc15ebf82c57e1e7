// jQuery UI, "Checkboxradio": a <label for> that is drawn as a button with an icon, and a visually hidden native checkbox. The page is built by
// plug-ins on a jQuery in the global scope.
import "./common/jquery-global.js";
import "jquery-ui/dist/jquery-ui.js";
import "jquery-ui/dist/themes/base/jquery-ui.css";
import { draw } from "./common/elements.js";

draw({
  selector: "input",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<div><label for="${s.id}">${s.label}</label>
    <input type="checkbox" id="${s.id}" ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}></div>`,
}).then(() => window.jQuery("#app input").checkboxradio());
