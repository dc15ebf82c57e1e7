/* A menu button in a form with a hidden field; the choice submits the form. Two more of its kind are beside it. */
function dropdown(field, label, words, now) {
  const input = el("input", { type: "hidden", name: field, value: now });
  const id = "label-" + field;
  const form = el("form", { action: "/settings/copilot", method: "post" }, el("input", { type: "hidden", name: "_method", value: "put" }), el("input", { type: "hidden", name: "authenticity_token", value: "t" }), input);
  const shown = el("span", {}, words[now]);
  const button = el("button", { type: "button", "aria-haspopup": "true", "aria-expanded": "false", "aria-labelledby": `${id} value-${field}`, disabled: has("locked"), onclick: () => {
    if (form.querySelector("[role=menu]")) return;
    button.setAttribute("aria-expanded", "true");
    form.append(el("div", { role: "menu", class: "menu" }, ...Object.entries(words).map(([value, word]) =>
      el("div", { role: "menuitemradio", tabindex: "-1", "aria-checked": String(value === input.value), onclick: () => { input.value = value; form.submit(); } }, word))));
  } }, shown);
  shown.id = "value-" + field;
  form.prepend(button);
  return el("div", { class: "row" }, el("div", {}, el("strong", { id }, label)), form);
}

document.head.append(el("meta", { name: "user-login", content: has("signed-out") ? "" : "person" }));
document.body.append(el("main", {}, el("h1", {}, "GitHub Copilot"),
  dropdown("show_copilot", "Show Copilot", { enabled: "Enabled", disabled: "Disabled" }, "enabled"),
  dropdown("public_code_suggestions", "Suggestions matching public code", { allow: "Allowed", block: "Blocked" }, "allow"),
  has("row-missing") ? null : dropdown("telemetry", "Allow GitHub to use my data for AI model training", { enabled: "Enabled", disabled: "Disabled" }, replica.state["copilot-training"]),
  el("p", {}, "A change can take up to 30 minutes to take effect.")));
