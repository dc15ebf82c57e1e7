// react-switch: a <label> around the text and the switch. Its handle acts directly on mousedown, mousemove and mouseup, so that it can be dragged;
// a visually hidden native checkbox with role=switch lies behind.
import * as reactSwitch from "react-switch";
import { draw } from "./common/react.jsx";

const Switch = reactSwitch.default.default ?? reactSwitch.default; // for either kind of module

draw(({ list, change }) =>
  list.map((s) => (
    <label key={s.id} style={{ display: "flex", justifyContent: "space-between" }}>
      <span>{s.label}</span>
      {s.kind === "switch" ? (
        <Switch checked={s.on} disabled={s.disabled} onChange={(on) => change(s.id, on)} />
      ) : (
        <input type="checkbox" checked={s.on} onChange={(event) => change(s.id, event.target.checked)} />
      )}
    </label>
  )),
);
