// Quasar, "Toggle / Label": <q-toggle label="…">. A <div role="switch" tabindex="0"> named by aria-label, with a copy for forms
// inside, and the track and the text as its children.
import { QCheckbox, QToggle, Quasar } from "quasar";
import "quasar/dist/quasar.css";
import { draw } from "./common/vue.js";

draw({
  components: { QCheckbox, QToggle },
  plugins: [[Quasar, {}]],
  template: `<div v-for="s in list" :key="s.id">
    <q-toggle v-if="s.kind === 'switch'" :label="s.label" :disable="s.disabled" :model-value="s.on" @update:model-value="(on) => change(s, on)" />
    <q-checkbox v-else :label="s.label" :model-value="s.on" @update:model-value="(on) => change(s, on)" />
  </div>`,
});
