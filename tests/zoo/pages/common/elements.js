// Pages made of elements: draws one piece of markup for each setting, and saves what an element's event reports.
import { load, save } from "./api.js";

// markup(setting) gives the HTML; controls are the elements that match `selector`, in the settings' order; `events` are
// the names of their change events, `states` the properties that may hold their state (the first that an element has).
export async function draw({ markup, selector, events, states, root = document.getElementById("app") }) {
  const list = await load();
  root.innerHTML = list.map(markup).join("\n");
  const controls = [...root.querySelectorAll(selector)];
  list.forEach((setting, i) => {
    const control = controls[i];
    let now = setting.on;
    const changed = () => {
      const state = states.find((name) => name in control);
      if (control[state] === now) return; /* elements also fire events for the initial state */
      now = control[state];
      save(setting.id, now).catch(() => (control[state] = now = !now));
    };
    for (const event of events) control.addEventListener(event, changed);
  });
}
