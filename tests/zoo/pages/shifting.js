// No library. Everything moves down when the pointer comes for the first time, as when a bar opens under it: the target
// has moved when it is pressed. Buttons without a text of their own, in a list that scrolls.
import { draw } from "./common/elements.js";

const style = document.createElement("style");
style.textContent = `#app { height: 300px; overflow: auto; } .row { display: flex; justify-content: space-between; margin: 30px 0; }
[role] { width: 40px; height: 24px; border-radius: 12px; background: #888; border: 0; padding: 0; } [aria-checked=true] { background: green; }`;
document.head.append(style);

addEventListener("pointermove", () => document.body.insertAdjacentHTML("afterbegin", `<p style="height: 90px; margin: 0; background: #ffd">News</p>`), { once: true });

draw({
  selector: "[role]",
  events: ["flip"],
  states: ["on"],
  markup: (s) => `<div class="row"><span id="${s.id}-text">${s.label}</span>
    <${s.id === "digest" ? "span tabindex=0" : "button"} role="${s.kind}" aria-checked="${s.on}" aria-labelledby="${s.id}-text" ${s.disabled ? "disabled" : ""}></${s.id === "digest" ? "span" : "button"}></div>`,
}).then(() => {
  for (const element of document.querySelectorAll("#app [role]")) {
    Object.defineProperty(element, "on", {
      get: () => element.getAttribute("aria-checked") === "true",
      set: (on) => element.setAttribute("aria-checked", String(on)),
    });
    element.addEventListener("click", () => {
      element.on = !element.on;
      element.dispatchEvent(new Event("flip"));
    });
  }
});
