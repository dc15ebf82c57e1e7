// What every page does with its server: load the states, save one change.
import { settings } from "../../settings.mjs";

export async function load() {
  const response = await fetch("api/settings");
  if (!response.ok) throw new Error(`loading: ${response.status}`);
  const state = await response.json();
  return settings.map((s) => ({ ...s, on: state[s.id] }));
}

export async function save(id, on) {
  const response = await fetch(`api/settings/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ on }),
  });
  if (!response.ok) throw new Error(`saving ${id}: ${response.status}`);
}
