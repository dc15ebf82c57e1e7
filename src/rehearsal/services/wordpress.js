/* One page a site; a box that another box forces; a Save button that is disabled until something differs. */
async function main() {
  const view = el("main", {});
  document.body.append(view);
  if (location.pathname === "/sites") {
    view.append(el("h1", {}, "Sites"), ...["garden.example", "kitchen.example"].map((site) => el("p", {}, el("a", { href: "/sites/" + site }, site))));
    return;
  }
  const site = location.pathname.split("/")[2];
  const path = `/rest/v1.4/sites/${site}/settings`;
  const { settings } = await json(path);
  const box = (label, on, change) => {
    const id = "inspector-checkbox-control-" + view.querySelectorAll("input").length;
    const input = el("input", { type: "checkbox", id, class: "components-checkbox-control__input", onchange: change });
    input.checked = on;
    view.append(el("p", {}, input, el("label", { for: id }, label)));
    return input;
  };
  const save = el("button", { type: "submit", disabled: true, onclick: async () => {
    save.disabled = true;
    try {
      await send("POST", path, { wpcom_data_sharing_opt_out: share.checked, blog_public: search.checked ? 0 : 1 });
      toast("Settings saved.");
    } catch {
      save.disabled = false;
      toast("Failed to save settings.");
    }
  } }, "Save");
  const dirty = () => { save.disabled = false; };
  view.append(el("h1", {}, "Site visibility"));
  const search = box("Discourage search engines from indexing this site", has("forced"), () => { touch("Discourage search engines"); dirty(); });
  const share = box("Prevent third-party sharing for this site", settings.wpcom_data_sharing_opt_out || has("forced"), dirty);
  share.disabled = has("forced") || has("locked");
  if (has("row-missing")) share.closest("p").remove();
  view.append(save, danger("Delete site"));
}

main();
