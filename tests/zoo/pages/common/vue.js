// Pages made with Vue: the settings as reactive state; a template calls change(setting, on).
import { createApp, ref } from "vue";
import { load, save } from "./api.js";

export function draw({ template, components, plugins = [] }) {
  const app = createApp({
    template: `<span v-if="!list">Loading…</span><template v-else>${template}</template>`,
    components,
    setup() {
      const list = ref(null);
      load().then((all) => (list.value = all));
      const change = (setting, on) => {
        setting.on = on;
        save(setting.id, on).catch(() => (setting.on = !on));
      };
      return { list, change };
    },
  });
  for (const plugin of plugins) app.use(...plugin);
  app.mount("#app");
}
