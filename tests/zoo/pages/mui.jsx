// MUI, "Switch / Label": a Switch as the control of a FormControlLabel. A label wraps a transparent native
// checkbox that lies over the thumb; the track is drawn beside it.
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormGroup from "@mui/material/FormGroup";
import Switch from "@mui/material/Switch";
import { draw } from "./common/react.jsx";

draw(({ list, change }) => (
  <FormGroup>
    {list.map((s) => {
      const Control = s.kind === "switch" ? Switch : Checkbox;
      return (
        <FormControlLabel
          key={s.id}
          disabled={s.disabled}
          label={s.label}
          control={<Control checked={s.on} onChange={(event) => change(s.id, event.target.checked)} />}
        />
      );
    })}
  </FormGroup>
));
