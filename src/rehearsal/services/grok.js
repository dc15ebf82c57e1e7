/* Placeholder values before the answer; the stored field is the inverse of the switch. */
async function main() {
  document.body.append(el("main", {}, el("h1", {}, "What do you want to know?")));
  if (has("signed-out")) {
    document.body.append(el("a", { href: "/sign-in?redirect=%2F" }, "Sign in"));
    return;
  }
  if (new URLSearchParams(location.search).get("_s") !== "data") return;
  const row = (label, on, change) => {
    const id = label.replace(/\W/g, "");
    const button = switchButton(on, { "aria-labelledby": id, disabled: has("locked") }, change);
    return [el("div", { class: "row" }, el("span", { id }, label), button), button];
  };
  const [training, lever] = row("Improve the Model", true, (on, back) => send("POST", "/rest/user-settings", { excludeFromTraining: !on }).catch(back));
  dialog("Settings",
    has("row-missing") ? null : training,
    row("Personalize Grok with your conversation history", true, () => touch("Personalize Grok"))[0],
    row("Allow chat link sharing", true, () => touch("Allow chat link sharing"))[0],
    danger("Delete All Conversations"), danger("Delete Account"));
  lever.show(!(await json("/rest/user-settings")).excludeFromTraining);
}

main();
