// No library. WAI-ARIA Authoring Practices, "Switch Example": a <div role="switch" tabindex="0"> with aria-checked,
// named by its contents; its own words On/Off are hidden from the accessibility tree, and a style sheet shows the right
// one. The checkbox is built in the same way ("Checkbox Example (Two State)").
import { draw } from "./common/elements.js";

const style = document.createElement("style");
style.textContent = `[role] { display: flex; justify-content: space-between; cursor: pointer; padding: 4px; }
[aria-disabled=true] { opacity: .5; cursor: not-allowed; }
.switch { box-sizing: border-box; width: 44px; height: 24px; border-radius: 12px; background: #888; padding: 4px; margin: 0 8px 0 auto; }
.switch span { display: block; width: 16px; height: 16px; border-radius: 8px; background: white; }
[aria-checked=true] > .switch { background: green } [aria-checked=true] > .switch span { margin-left: 20px }
.box::before { content: "☐ " } [aria-checked=true] > .box::before { content: "☑ " }
[aria-checked=true] > .off, [aria-checked=false] > .on { display: none }`;
document.head.append(style);

class Toggle {
  constructor(element) {
    this.element = element;
    element.addEventListener("click", () => this.flip());
    element.addEventListener("keydown", (event) => {
      if (event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      this.flip();
    });
  }
  flip() {
    if (this.element.getAttribute("aria-disabled") === "true") return;
    this.element.on = !this.element.on;
    this.element.dispatchEvent(new Event("flip"));
  }
}

draw({
  selector: "[role]",
  events: ["flip"],
  states: ["on"],
  markup: (s) =>
    s.kind === "switch"
      ? `<div role="switch" aria-checked="${s.on}" tabindex="0" ${s.disabled ? 'aria-disabled="true"' : ""}>
          <span class="label">${s.label}</span><span class="switch"><span></span></span>
          <span class="on" aria-hidden="true">On</span><span class="off" aria-hidden="true">Off</span></div>`
      : `<div role="checkbox" aria-checked="${s.on}" tabindex="0">${s.label}<span class="box" aria-hidden="true"></span></div>`,
}).then(() => {
  for (const element of document.querySelectorAll("#app > [role]")) {
    Object.defineProperty(element, "on", {
      get: () => element.getAttribute("aria-checked") === "true",
      set: (on) => element.setAttribute("aria-checked", String(on)),
    });
    new Toggle(element);
  }
});
