// No library. A custom element that exposes nothing: a closed shadow root, and its role and state in ElementInternals
// only (HTML, "Accessibility-related: ElementInternals"). For scripts and style sheets it has a property and a custom
// state.
import { draw } from "./common/elements.js";

class OwnSwitch extends HTMLElement {
  static formAssociated = true;
  #internals = this.attachInternals();
  #on = false;
  constructor() {
    super();
    const root = this.attachShadow({ mode: "closed" });
    root.innerHTML = `<style>:host { display: flex; justify-content: space-between; cursor: pointer; }
      span { width: 40px; height: 20px; border-radius: 10px; background: #888; }
      :host(:state(checked)) span { background: green; }</style><slot></slot><span></span>`;
    this.addEventListener("click", () => this.#flip());
    this.addEventListener("keyup", (event) => event.key === " " && this.#flip());
  }
  connectedCallback() {
    this.tabIndex = 0;
    this.#internals.role = this.hasAttribute("box") ? "checkbox" : "switch";
    this.checked = this.hasAttribute("checked");
  }
  #flip() {
    if (this.matches(":disabled")) return;
    this.checked = !this.checked;
    this.dispatchEvent(new Event("change"));
  }
  get checked() {
    return this.#on;
  }
  set checked(on) {
    this.#on = on;
    this.#internals.states[on ? "add" : "delete"]("checked");
    this.#internals.ariaChecked = String(on);
    this.#internals.setFormValue(on ? "on" : null);
  }
}
customElements.define("own-switch", OwnSwitch);

draw({
  selector: "own-switch",
  events: ["change"],
  states: ["checked"],
  markup: (s) => `<own-switch ${s.kind === "switch" ? "" : "box"} ${s.on ? "checked" : ""} ${s.disabled ? "disabled" : ""}>${s.label}</own-switch>`,
});
