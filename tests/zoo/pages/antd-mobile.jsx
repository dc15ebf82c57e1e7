// Ant Design Mobile, "Switch": a List.Item with the switch as its extra. A <div role="switch"> with a label of its own for the
// track ("Switch"), while the item's text is beside it, without an association.
import { Checkbox, List, Switch } from "antd-mobile";
import { draw } from "./common/react.jsx";

draw(({ list, change }) => (
  <List>
    {list.map((s) =>
      s.kind === "switch" ? (
        <List.Item key={s.id} extra={<Switch checked={s.on} disabled={s.disabled} onChange={(on) => change(s.id, on)} />}>{s.label}</List.Item>
      ) : (
        <List.Item key={s.id}><Checkbox checked={s.on} onChange={(on) => change(s.id, on)}>{s.label}</Checkbox></List.Item>
      ),
    )}
  </List>
));
