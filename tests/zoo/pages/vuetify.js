// Vuetify, "Switches": <v-switch label="…">. A native checkbox, transparent and laid over the thumb, with an
// aria-label, and a <label for> beside it. Its role is checkbox: the library gives it no other.
import { createVuetify } from "vuetify";
import { VApp } from "vuetify/components/VApp";
import { VCheckbox } from "vuetify/components/VCheckbox";
import { VSwitch } from "vuetify/components/VSwitch";
import { aliases, mdi } from "vuetify/iconsets/mdi-svg";
import "vuetify/styles";
import { draw } from "./common/vue.js";

draw({
  components: { VApp, VCheckbox, VSwitch },
  plugins: [[createVuetify({ icons: { defaultSet: "mdi", aliases, sets: { mdi } } })]],
  template: `<v-app><template v-for="s in list" :key="s.id">
    <v-switch v-if="s.kind === 'switch'" color="primary" hide-details :label="s.label" :disabled="s.disabled"
      :model-value="s.on" @update:model-value="(on) => change(s, on)" />
    <v-checkbox v-else hide-details :label="s.label" :model-value="s.on" @update:model-value="(on) => change(s, on)" />
  </template></v-app>`,
});
