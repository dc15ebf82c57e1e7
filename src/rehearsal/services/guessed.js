/* A page for services without a description of their pages: the labels of the scenario, each beside a switch. */
async function main() {
  const view = el("main", {}, el("h1", {}, "Privacy"));
  document.body.append(view);
  if (replica.links.length) view.append(...replica.links.map((link) => el("p", {}, el("a", { href: link }, link.split("/").pop()))));
  const { settings } = await json("/api/settings" + (replica.instance ? "?of=" + replica.instance : ""));
  if (!has("row-missing"))
    for (const { id, label } of replica.rows) {
      const name = "label-" + id;
      view.append(el("div", { class: "row" }, el("span", { id: name }, label), switchButton(settings[id] === "on", { "aria-labelledby": name, disabled: has("locked") },
        (on, back) => send("POST", "/api/settings", { id, of: replica.instance, value: on ? "on" : "off" }).catch(back))));
    }
  view.append(el("div", { class: "row" }, el("span", { id: "ads" }, "Show me tailored ads"), switchButton(true, { "aria-labelledby": "ads" }, () => touch("Show me tailored ads"))),
    danger("Delete account"));
}

main();
