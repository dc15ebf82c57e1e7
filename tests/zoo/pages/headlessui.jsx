// Headless UI, "Switch / Adding a label": a Field with a Label and a Switch. A <button role="switch"> with no
// text of its own, tied to the label by aria-labelledby.
import { Checkbox, Field, Label, Switch } from "@headlessui/react";
import "./common/headlessui.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) =>
  list.map((s) => (
    <Field key={s.id} className="field" disabled={s.disabled}>
      <Label>{s.label}</Label>
      {s.kind === "switch" ? (
        <Switch checked={s.on} onChange={(on) => change(s.id, on)}>
          <span aria-hidden="true" />
        </Switch>
      ) : (
        <Checkbox checked={s.on} onChange={(on) => change(s.id, on)} />
      )}
    </Field>
  )),
);
