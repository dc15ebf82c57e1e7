// Radix Primitives, "Switch" (as shadcn/ui uses it): a <label for> and a Switch.Root with that id, in a form.
// A <button role="switch" aria-checked data-state>; in a form the library adds a hidden checkbox beside it.
import * as Switch from "@radix-ui/react-switch";
import "./common/radix.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) => (
  <form>
    {list.map((s) => (
      <p className="row" key={s.id}>
        {s.kind === "switch" ? (
          <Switch.Root id={s.id} disabled={s.disabled} checked={s.on} onCheckedChange={(on) => change(s.id, on)}>
            <Switch.Thumb />
          </Switch.Root>
        ) : (
          <input type="checkbox" id={s.id} checked={s.on} onChange={(event) => change(s.id, event.target.checked)} />
        )}
        <label htmlFor={s.id}>{s.label}</label>
      </p>
    ))}
  </form>
));
