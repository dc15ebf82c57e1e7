// Vant (mobile), "Switch / Inside a Cell": a van-cell with a title, and a van-switch in its slot at the right. A <div
// role="switch"> without any name: the title is beside it, and nothing associates the two.
import { Cell, CellGroup, Checkbox, Switch } from "vant";
import "vant/lib/index.css";
import { draw } from "./common/vue.js";

draw({
  components: { VanCell: Cell, VanCellGroup: CellGroup, VanCheckbox: Checkbox, VanSwitch: Switch },
  template: `<van-cell-group><template v-for="s in list" :key="s.id">
    <van-cell v-if="s.kind === 'switch'" center :title="s.label"><template #right-icon>
      <van-switch :model-value="s.on" :disabled="s.disabled" @update:model-value="(on) => change(s, on)" />
    </template></van-cell>
    <van-checkbox v-else :model-value="s.on" @update:model-value="(on) => change(s, on)">{{ s.label }}</van-checkbox>
  </template></van-cell-group>`,
});
