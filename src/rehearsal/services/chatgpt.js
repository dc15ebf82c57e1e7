/* The settings are a dialog over the app; a row of it opens a second dialog with the switch. */
const rowName = "Improve the model for everyone";

async function main() {
  const app = el("main", {}, el("h1", {}, "What is on your mind?"), el("div", { contenteditable: "true", "aria-label": "Message" }));
  document.body.append(app);
  if (has("signed-out")) {
    app.append(el("button", { type: "button", "data-testid": "login-button" }, "Log in"));
    return openSettings(localStorage.getItem("training") !== "off", (on) => localStorage.setItem("training", on ? "on" : "off"));
  }
  app.append(el("button", { type: "button", "data-testid": "accounts-profile-button", "aria-label": "Open profile menu", onpointerdown: openMenu }, "A. Person"));
  if (isSettings()) openSettings(...(await state()));
  addEventListener("hashchange", async () => isSettings() && openSettings(...(await state())));
}

const isSettings = () => location.pathname === "/settings/data-controls" || location.hash === "#settings/DataControls";

async function state() {
  const user = await json("/backend-api/settings/user");
  return [user.settings.training_allowed, (on, back) =>
    json(`/backend-api/settings/account_user_setting?feature=training_allowed&value=${on}`, { method: "PATCH" }).then(() => toast("Saved"), back)];
}

function openMenu() {
  const menu = el("div", { role: "menu", class: "menu" },
    el("div", { role: "menuitem", tabindex: "-1", "data-testid": "settings-menu-item", onclick: async () => { menu.remove(); openSettings(...(await state())); } }, "Settings"),
    el("div", { role: "menuitem", tabindex: "-1", onclick: () => touch("Log out") }, "Log out"));
  document.body.append(menu);
}

function openSettings(on, change) {
  if (has("row-missing")) return dialog("Settings", el("p", {}, "Your workspace manages this."));
  const word = el("span", {}, on ? "On" : "Off");
  const row = el("button", { type: "button", class: "row", "data-testid": "improve-model-open-modal-button", onclick: () => inner(on, (value, back) => {
    on = value;
    word.textContent = on ? "On" : "Off";
    change(value, () => { on = !value; word.textContent = on ? "On" : "Off"; back(); });
  }) }, el("span", {}, rowName), " ", word);
  dialog("Settings",
    el("div", { role: "tablist" }, el("button", { role: "tab", type: "button", "data-testid": "data-controls-tab", "aria-selected": "true" }, "Data controls")),
    row,
    el("div", { class: "row" }, el("span", {}, "Archive all chats"), danger("Archive all")),
    el("div", { class: "row" }, el("span", {}, "Delete all chats"), danger("Delete all")));
}

function inner(on, change) {
  const box = dialog(rowName,
    el("div", { class: "row" }, el("span", { id: "improve" }, rowName), switchButton(on, { "data-testid": "improve-model-toggle", "aria-labelledby": "improve", disabled: has("locked") }, change)),
    el("div", { class: "row" }, el("span", { id: "audio" }, "Include your audio recordings"), switchButton(false, { "aria-labelledby": "audio" }, () => touch("audio recordings"))),
    el("button", { type: "button", onclick: () => box.close() }, "Done"));
}

main();
