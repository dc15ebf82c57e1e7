// No library. Switches that act on pointerdown, as draggable ones do, and suppress the click. A row with a text, and a
// <button aria-pressed> tied to it by aria-labelledby; the checkbox is an item of a menu that is always open.
import { draw } from "./common/elements.js";

const style = document.createElement("style");
style.textContent = `.row { display: flex; justify-content: space-between; }
button { width: 48px; height: 24px; border-radius: 12px; background: #888; touch-action: none; }
button[aria-pressed=true] { background: green; } [role=menuitemcheckbox] { padding: 8px; cursor: pointer; }
[aria-checked=true]::before { content: "✓ "; }`;
document.head.append(style);

draw({
  selector: "button, [role=menuitemcheckbox]",
  events: ["flip"],
  states: ["on"],
  markup: (s) =>
    s.kind === "switch"
      ? `<div class="row"><span id="${s.id}-text">${s.label}</span>
          <button type="button" aria-pressed="${s.on}" aria-labelledby="${s.id}-text" ${s.disabled ? "disabled" : ""}></button></div>`
      : `<div role="menu" aria-label="More"><div role="menuitemcheckbox" tabindex="0" aria-checked="${s.on}">${s.label}</div></div>`,
}).then(() => {
  for (const element of document.querySelectorAll("#app button, #app [role=menuitemcheckbox]")) {
    const attribute = element.localName === "button" ? "aria-pressed" : "aria-checked";
    const flip = () => {
      element.setAttribute(attribute, String(!element.on));
      element.dispatchEvent(new Event("flip"));
    };
    Object.defineProperty(element, "on", { get: () => element.getAttribute(attribute) === "true", set: (on) => element.setAttribute(attribute, String(on)) });
    element.addEventListener("pointerdown", (event) => event.button === 0 && !element.disabled && flip());
    element.addEventListener("keydown", (event) => event.key === " " && !element.disabled && flip());
    element.addEventListener("click", (event) => event.preventDefault());
  }
});
