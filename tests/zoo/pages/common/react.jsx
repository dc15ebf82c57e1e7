// Pages made with React: the settings as state, and one function that changes and saves one.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { load, save } from "./api.js";

function Page({ view: View }) {
  const [list, setList] = useState(null);
  useEffect(() => void load().then(setList), []);
  if (!list) return "Loading…";
  const put = (id, on) => setList((all) => all.map((s) => (s.id === id ? { ...s, on } : s)));
  const change = (id, on) => {
    put(id, on);
    save(id, on).catch(() => put(id, !on));
  };
  return <View list={list} change={change} />;
}

export function draw(view) {
  createRoot(document.getElementById("app")).render(<Page view={view} />);
}
