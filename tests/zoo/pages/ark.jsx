// Ark UI, "Switch": a <label> as the root, with the text, the drawn track and a visually hidden native checkbox in it; data-state has the state
// on each part.
import { Checkbox } from "@ark-ui/react/checkbox";
import { Switch } from "@ark-ui/react/switch";
import "./common/ark.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) =>
  list.map((s) => {
    const Part = s.kind === "switch" ? Switch : Checkbox;
    return (
      <Part.Root key={s.id} checked={s.on} disabled={s.disabled} onCheckedChange={({ checked }) => change(s.id, checked)}>
        <Part.Label>{s.label}</Part.Label>
        <Part.Control>{s.kind === "switch" ? <Switch.Thumb /> : null}</Part.Control>
        <Part.HiddenInput />
      </Part.Root>
    );
  }),
);
