/* Accessible Name and Description Computation 1.2, section 4.3.2 (https://www.w3.org/TR/accname-1.2/).
 * The letters are those of the steps there. */

const nameFromContents = new Set(
  ("button cell checkbox columnheader gridcell heading link menuitem menuitemcheckbox menuitemradio option radio " +
    "row rowheader switch tab tooltip treeitem").split(" "));

const implicitRoles = {
  a: (el) => (el.hasAttribute("href") ? "link" : ""),
  button: () => "button",
  summary: () => "button",
  select: (el) => (el.multiple || el.size > 1 ? "listbox" : "combobox"),
  option: () => "option",
  fieldset: () => "group",
  dialog: () => "dialog",
  h1: () => "heading", h2: () => "heading", h3: () => "heading",
  h4: () => "heading", h5: () => "heading", h6: () => "heading",
  td: () => "cell", th: () => "columnheader", tr: () => "row",
  textarea: () => "textbox",
  input: (el) =>
    ({ checkbox: el.hasAttribute("switch") ? "switch" : "checkbox", radio: "radio", button: "button", submit: "button",
       reset: "button", image: "button", range: "slider", number: "spinbutton" })[el.type] || "textbox",
};

const knownRoles = new Set(
  ("alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox " +
    "complementary contentinfo definition deletion dialog directory document emphasis feed figure form generic grid gridcell " +
    "group heading img image insertion link list listbox listitem log main mark marquee math menu menubar menuitem " +
    "menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation progressbar radio radiogroup " +
    "region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript " +
    "superscript switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem").split(" "));

/* The first token of the role attribute that is a role (WAI-ARIA 1.2, 5.3 and 8.1), else the element's own
 * role (HTML-AAM; for a custom element, the role that it exposes). */
const roleOf = remembered((el) => {
  const role = el.getAttribute("role");
  const given = role && role.toLowerCase().split(/\s+/).find((token) => knownRoles.has(token) && !/^(none|presentation)$/.test(token));
  if (given) return given;
  const own = implicitRoles[el.localName];
  const told = toldNodes.get(el);
  return own ? own(el) : (told && told.role) || "";
});

const byId = (el, id) => {
  const root = el.getRootNode();
  return root.getElementById ? root.getElementById(id) : null;
};

const referenced = (el, attribute) =>
  (el.getAttribute(attribute) || "").split(/\s+/).filter(Boolean).map((id) => byId(el, id)).filter(Boolean);

/* Labels of form controls, and of custom elements that a label references (HTML, 4.10.4). */
const labelsOf = remembered((el) => {
  if (el.labels && el.labels.length) return [...el.labels];
  const root = el.getRootNode();
  const found = [];
  if (el.id && root.querySelectorAll)
    for (const label of root.querySelectorAll("label[for]")) if (label.htmlFor === el.id) found.push(label);
  const around = el.closest && el.closest("label");
  if (around && !around.htmlFor && !found.includes(around) && labelIsFor(around, el)) found.push(around);
  return found;
});

const labelable = (el) =>
  (/^(button|meter|output|progress|select|textarea)$/.test(el.localName) || (el.localName === "input" && el.type !== "hidden") ||
    el.localName.includes("-"));

/* A wrapping label belongs to the first labelable element in it. */
function labelIsFor(label, el) {
  for (const inner of label.querySelectorAll("*")) if (labelable(inner)) return inner === el;
  return false;
}

function isHidden(el) {
  if (el.getAttribute("aria-hidden") === "true") return true;
  const style = styleOf(el);
  return style.display === "none" || style.visibility !== "visible";
}

function pseudoText(el, which) {
  const style = pseudoStyleOf(el, which);
  const content = style.content;
  if (!content || content === "none" || content === "normal" || style.display === "none") return "";
  if (style.visibility !== "visible" && styleOf(el).visibility === "visible") return "";
  const alternative = content.match(/\/\s*"((?:[^"\\]|\\.)*)"\s*$/);
  const text = alternative ? alternative[1] : [...content.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]).join("");
  return inline.test(style.display) ? text : " " + text + " ";
}

function valueOfEmbedded(el, role) {
  if (role === "textbox") return el.value !== undefined ? el.value : el.textContent;
  if (role === "combobox" || role === "listbox") {
    if (el.localName === "select") return [...el.selectedOptions].map((o) => o.textContent).join(" ");
    return "";
  }
  if (role === "slider" || role === "spinbutton" || role === "progressbar")
    return el.getAttribute("aria-valuetext") || el.getAttribute("aria-valuenow") || el.value || "";
  return null;
}

function contentsName(el, ctx) {
  let text = pseudoText(el, "::before");
  for (const child of composedChildren(el)) {
    if (isText(child)) text += child.data; /* 2G */
    if (!isElement(child)) continue;
    const part = nameStep(child, { ...ctx, top: false, direct: false });
    text += /^(inline|contents|ruby|none)$/.test(styleOf(child).display) && child.localName !== "br" ? part : " " + part + " ";
  }
  return text + pseudoText(el, "::after");
}

/* 2E: the name from the host language. */
function nativeName(el, ctx) {
  const down = (other) => nameStep(other, { ...ctx, top: false, direct: false, through: true });
  if (isInput(el, "button", "submit", "reset")) return el.value || { submit: "Submit", reset: "Reset" }[el.type] || "";
  if (isInput(el, "image") || /^(img|area)$/.test(el.localName)) return el.getAttribute("alt") || "";
  if (ctx.top || ctx.direct || !ctx.through) {
    const labels = labelable(el) ? labelsOf(el).filter((label) => !ctx.visited.has(label)) : [];
    const text = labels.map(down).map(squeeze).filter(Boolean).join(" ");
    if (text) return text;
  }
  const caption = { fieldset: "legend", table: "caption", figure: "figcaption" }[el.localName];
  const child = caption && [...el.children].find((c) => c.localName === caption);
  if (child) return down(child);
  if (el.localName === "svg") {
    const title = [...el.children].find((c) => c.localName === "title");
    return title ? title.textContent : "";
  }
  return "";
}

function nameStep(el, ctx) {
  if (ctx.visited.has(el)) return "";
  if (!ctx.referenced && !ctx.top && isHidden(el)) return ""; /* 2A; a hidden input may have a visible label */
  if (/^(script|style|template)$/.test(el.localName)) return "";
  const next = { ...ctx, visited: new Set(ctx.visited).add(el), referenced: ctx.referenced && !ctx.top };
  if (!ctx.inLabelledby) { /* 2B */
    const parts = referenced(el, "aria-labelledby").map((other) =>
      nameStep(other, { visited: new Set(), referenced: isHidden(other), inLabelledby: true, through: true, direct: true, top: false }));
    const text = squeeze(parts.map(squeeze).join(" "));
    if (text) return text;
  }
  const role = roleOf(el);
  if (!ctx.top && ctx.through) { /* 2C: a control inside a label contributes its value */
    const value = valueOfEmbedded(el, role);
    if (value !== null) return value;
  }
  const given = squeeze(el.getAttribute("aria-label")); /* 2D */
  if (given) return given;
  const own = squeeze(nativeName(el, next)); /* 2E */
  if (own) return own;
  if (!ctx.top || nameFromContents.has(role)) { /* 2F */
    const text = contentsName(el, { ...next, referenced: ctx.referenced });
    if (squeeze(text)) return text;
  }
  return el.getAttribute("title") || (ctx.top ? el.getAttribute("placeholder") : "") || ""; /* 2I */
}

const accessibleName = remembered((el) =>
  squeeze(nameStep(el, { visited: new Set(), referenced: false, inLabelledby: false, through: false, top: true })));

/* The elements whose text makes the name, to get its separate lines. */
function nameSources(el) {
  const sources = referenced(el, "aria-labelledby");
  if (sources.length) return sources;
  if (squeeze(el.getAttribute("aria-label"))) return [];
  const labels = labelable(el) ? labelsOf(el) : [];
  if (labels.length) return labels;
  return nameFromContents.has(roleOf(el)) ? [el] : [];
}
