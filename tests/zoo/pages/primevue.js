// PrimeVue, "ToggleSwitch / Accessibility / Screen Reader": a <label for> and a ToggleSwitch with that inputId.
// A transparent native checkbox with role=switch over the whole drawn track.
import Aura from "@primeuix/themes/aura";
import Checkbox from "primevue/checkbox";
import PrimeVue from "primevue/config";
import ToggleSwitch from "primevue/toggleswitch";
import { draw } from "./common/vue.js";

draw({
  components: { Checkbox, ToggleSwitch },
  plugins: [[PrimeVue, { theme: { preset: Aura } }]],
  template: `<div v-for="s in list" :key="s.id" style="display: flex; align-items: center; gap: 12px">
    <ToggleSwitch v-if="s.kind === 'switch'" :inputId="s.id" :disabled="s.disabled" :modelValue="s.on"
      @update:modelValue="(on) => change(s, on)" />
    <Checkbox v-else :inputId="s.id" binary :modelValue="s.on" @update:modelValue="(on) => change(s, on)" />
    <label :for="s.id">{{ s.label }}</label>
  </div>`,
});
