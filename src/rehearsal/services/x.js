/* Native check boxes, invisible over drawn ones; their ids count up; the state comes by a query, and without an
 * answer the page shows no box. */
const labels = {
  training: "Allow your public data as well as your interactions, inputs, and results with Grok and xAI to be used for training and fine-tuning",
  personal: "Allow X to personalize your experience with Grok",
  memory: "Allow Grok to remember your conversation history",
};
let counted = 0;

function box(label, on, change) {
  const help = `CHECKBOX_${++counted}_LABEL`;
  const input = el("input", { type: "checkbox", "aria-describedby": help, disabled: has("locked"), onchange: () => change(input.checked, () => { input.checked = !input.checked; }) });
  input.checked = on;
  return el("label", { class: "row" }, el("span", {}, label), el("span", { class: "box" }, input), el("span", { id: help, hidden: true }, "Learn more"));
}

async function main() {
  const column = el("main", { "data-testid": "primaryColumn" }, el("h1", {}, "Grok & Third-Party Collaborators"), el("p", { role: "progressbar" }, "Loading"));
  document.body.append(el("button", { type: "button", "data-testid": "SideNav_AccountSwitcher_Button" }, "@person"), column);
  if (location.pathname !== "/settings/grok_settings") {
    column.lastChild.replaceWith(el("a", { href: "/settings/grok_settings" }, "Grok & Third-party Collaborators"));
    return;
  }
  let on;
  try {
    on = (await json("/i/api/graphql/aB3dE/GrokSettingsScreenQuery")).data.user_preferences.allow_xai_data_sharing;
  } catch {
    column.lastChild.replaceWith(el("p", { role: "alert" }, "Something went wrong. Try reloading."));
    return;
  }
  column.lastChild.replaceWith(el("h2", {}, "Data Sharing"));
  column.append(
    has("row-missing") ? "" : box(labels.training, on, (value, back) => send("POST", "/i/api/graphql/KEf9x/XaiDataSharingSettingsMutation", { variables: { allowXaiDataSharing: value } }).catch(back)),
    box(labels.personal, true, () => touch(labels.personal)),
    box(labels.memory, true, () => touch(labels.memory)),
    danger("Delete conversation history"));
}

main();
