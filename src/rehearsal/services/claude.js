/* The panel arrives well after the document is complete; its toast is a dialog. */
async function main() {
  document.body.append(el("main", {}, el("div", { contenteditable: "true", "aria-label": "Write your prompt" })));
  const wants = location.pathname.startsWith("/settings/data-privacy-controls") || location.hash === "#settings/data-privacy-controls";
  if (!wants) return;
  await new Promise((resolve) => setTimeout(resolve, 600));
  const { settings } = await json("/api/account");
  const row = (label, on, change) => {
    const id = "r" + Math.random().toString(36).slice(2, 6);
    return el("div", { class: "row", "data-settings-row": true }, el("div", {}, el("div", { id }, label), el("div", {}, "More about this")), switchButton(on, { "aria-labelledby": id, disabled: has("locked") }, change));
  };
  dialog("Settings", el("div", { "data-perf-screen": "data-privacy-controls" },
    row("Location metadata", true, () => touch("Location metadata")),
    has("row-missing") ? null : row("Help improve our AI models", settings.grove_enabled, (on, back) => send("PATCH", "/api/account/settings", { grove_enabled: on }).then(() => toast("Saved"), back)),
    el("div", { class: "row", "data-settings-row": true }, el("span", {}, "Export data"), danger("Export data")),
    el("div", { class: "row", "data-settings-row": true }, el("span", {}, "Delete account"), danger("Delete account"))));
  maybeNotice("Help improve our AI models");
}

main();
