// Ant Design, "Form / Other Form Controls": a Switch in a Form.Item with a label and valuePropName="checked".
// It becomes a <label for> in one column and a <button role="switch" aria-checked> in another.
import { Checkbox, Form, Switch } from "antd";
import { draw } from "./common/react.jsx";

draw(({ list, change }) => (
  <Form
    layout="vertical"
    initialValues={Object.fromEntries(list.map((s) => [s.id, s.on]))}
    onValuesChange={(values) => Object.entries(values).forEach(([id, on]) => change(id, on))}
  >
    {list.map((s) =>
      s.kind === "switch" ? (
        <Form.Item key={s.id} name={s.id} label={s.label} valuePropName="checked">
          <Switch disabled={s.disabled} checkedChildren="On" unCheckedChildren="Off" />
        </Form.Item>
      ) : (
        <Form.Item key={s.id} name={s.id} valuePropName="checked">
          <Checkbox>{s.label}</Checkbox>
        </Form.Item>
      ),
    )}
  </Form>
));
