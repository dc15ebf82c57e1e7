// Base UI, "Switch": a <label> around the text and a Switch.Root. A <span role="switch"> that takes the presses, with a hidden native checkbox for
// the form behind it.
import { Checkbox } from "@base-ui/react/checkbox";
import { Switch } from "@base-ui/react/switch";
import "./common/base-ui.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) =>
  list.map((s) => (
    <label key={s.id} className="row">
      {s.label}
      {s.kind === "switch" ? (
        <Switch.Root className="switch" checked={s.on} disabled={s.disabled} onCheckedChange={(on) => change(s.id, on)}>
          <Switch.Thumb className="thumb" />
        </Switch.Root>
      ) : (
        <Checkbox.Root className="box" checked={s.on} onCheckedChange={(on) => change(s.id, on)}>
          <Checkbox.Indicator>✓</Checkbox.Indicator>
        </Checkbox.Root>
      )}
    </label>
  )),
);
