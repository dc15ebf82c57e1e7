// Element Plus, "Form / Basic form": an el-switch in an el-form-item with a label. A visually hidden native
// checkbox with role=switch, a <label for> in another column, and the track as a span that takes the click.
import { ElCheckbox, ElForm, ElFormItem, ElSwitch } from "element-plus";
import "element-plus/dist/index.css";
import { draw } from "./common/vue.js";

draw({
  components: { ElCheckbox, ElForm, ElFormItem, ElSwitch },
  template: `<el-form label-width="auto" label-position="left">
    <template v-for="s in list" :key="s.id">
      <el-form-item v-if="s.kind === 'switch'" :label="s.label">
        <el-switch :model-value="s.on" :disabled="s.disabled" @change="(on) => change(s, on)" />
      </el-form-item>
      <el-form-item v-else>
        <el-checkbox :model-value="s.on" :label="s.label" @change="(on) => change(s, on)" />
      </el-form-item>
    </template>
  </el-form>`,
});
