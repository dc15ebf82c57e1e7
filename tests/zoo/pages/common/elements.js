// Pages made of elements: draws one piece of markup a setting, and saves what an element's event says.
import { load, save } from "./api.js";

// markup(setting) gives the HTML; controls are the elements that match `selector`, in the settings' order;
// `events` are the names under which they tell a change, `states` the properties that may hold their state
// (of an element the first that it has).
export async function draw({ markup, selector, events, states, root = document.getElementById("app") }) {
  const list = await load();
  root.innerHTML = list.map(markup).join("\n");
  const controls = [...root.querySelectorAll(selector)];
  list.forEach((setting, i) => {
    const control = controls[i];
    let now = setting.on;
    const changed = () => {
      const state = states.find((name) => name in control);
      if (control[state] === now) return; /* elements also tell of what they were given */
      now = control[state];
      save(setting.id, now).catch(() => (control[state] = now = !now));
    };
    for (const event of events) control.addEventListener(event, changed);
  });
}
