// React Aria Components, "Switch": a SwitchField with a SwitchButton, whose contents are the drawn indicator and
// the label, and a description. A label around a visually hidden native checkbox with role=switch, described
// by the text below it.
import { CheckboxButton, CheckboxField, SwitchButton, SwitchField, Text } from "react-aria-components";
import "./common/react-aria.css";
import { draw } from "./common/react.jsx";

draw(({ list, change }) =>
  list.map((s) => {
    const [Field, Button] = s.kind === "switch" ? [SwitchField, SwitchButton] : [CheckboxField, CheckboxButton];
    return (
      <Field key={s.id} isDisabled={s.disabled} isSelected={s.on} onChange={(on) => change(s.id, on)}>
        <Button>
          <div className="indicator" />
          {s.label}
        </Button>
        <Text slot="description">{s.disabled ? "Your organisation decides this." : "You can change this at any time."}</Text>
      </Field>
    );
  }),
);
