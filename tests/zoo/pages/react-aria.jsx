// React Aria Components, "Switch": <Switch><div className="indicator" />Label</Switch>. A label around a
// visually hidden native checkbox with role=switch; the drawn indicator is a plain div.
import { Checkbox, Switch } from "react-aria-components";
import "./common/react-aria.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) =>
  list.map((s) => {
    const Control = s.kind === "switch" ? Switch : Checkbox;
    return (
      <Control key={s.id} isDisabled={s.disabled} isSelected={s.on} onChange={(on) => change(s.id, on)}>
        <div className="indicator" />
        {s.label}
      </Control>
    );
  }),
);
