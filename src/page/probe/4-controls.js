/* Everything on the page that can be on or off, whatever element it is made of. */

const switchRoles = new Set(["switch", "checkbox", "menuitemcheckbox"]);

function isPressable(el) {
  return roleOf(el) === "button" || (el.hasAttribute("tabindex") && el.tabIndex >= 0) || el.hasAttribute("onclick") ||
    (el.hasAttribute("data-control-name") && styleOf(el).cursor === "pointer") || styleOf(el).cursor === "pointer";
}

/* Opens a menu, a list or a dialog: pressing it turns nothing on or off. */
const opens = (el) => /^(true|menu|listbox|dialog|tree|grid)$/.test(el.getAttribute("aria-haspopup") || "");

/* A button that shows one of several choices and opens a menu of them. Looked for only if a setting is of
 * that kind. */
function isMenuButton(el) {
  if (!site.menus || !/^(button|combobox)$/.test(roleOf(el)) || el.localName === "select" || isInput(el, "submit", "reset")) return false;
  if (/^(true|menu|listbox)$/.test(el.getAttribute("aria-haspopup") || "") || roleOf(el) === "combobox") return true;
  return site.settings.some((s) => s.control === "menu" && ((s.key && keyOf(s, el)) || s.known.has(plain(accessibleName(el)))));
}

/* A part of a larger button that has more text. The part shows a state but has no state. */
function isPartOfButton(el) {
  const around = !takesPresses(el) && composedAncestors(el).find((e) => takesPresses(e) && !/^(label|html|body)$/.test(e.localName));
  return !!around && squeeze(around.textContent) !== squeeze(el.textContent);
}

/* A leaf that can be pressed and whose whole text is a word for a state. */
function isWordButton(el) {
  if (/^(a|label|option|input|select|html|body)$/.test(el.localName) || el.childElementCount > 3) return false;
  const text = el.textContent;
  if (!text || text.length > 40 || !stateOfWord(text)) return false;
  if (!isPressable(el) || opens(el) || isPartOfButton(el)) return false;
  const label = el.closest("label"); /* it shows the state of the label's control */
  if (label && label.control && !label.control.matches("button:not([role]):not([aria-pressed])")) return false;
  const parent = composedParent(el); /* the outermost of several with the same text */
  return !(parent && parent.textContent === text && !/^(html|body)$/.test(parent.localName) && isWordButton(parent));
}

function kindOf(el) {
  const role = roleOf(el);
  if (isInput(el, "checkbox")) return "box";
  if (isInput(el, "radio") || role === "radio" || role === "menuitemradio") return "radio";
  if (el.localName === "select") return el.multiple ? null : "select";
  if (isMenuButton(el)) return "menu";
  if (switchRoles.has(role)) return el.hasAttribute("aria-checked") || !toldKind(el) ? "aria" : "told";
  if (el.hasAttribute("aria-pressed") && el.getAttribute("aria-pressed") !== "undefined") return "pressed";
  if (el.hasAttribute("aria-checked") && role !== "option" && role !== "treeitem") return "aria";
  if (toldKind(el)) return "told";
  return isWordButton(el) ? "word" : null;
}

/* What a custom element exposes through ElementInternals (HTML, 4.13.7), as the browser reports it. For any
 * other element with the role and no state yet the browser reports "false", which is not off. */
function toldKind(el) {
  const node = toldNodes.get(el);
  return !!node && (el.localName.includes("-") || el.hasAttribute("is")) && switchRoles.has(node.role);
}

/* Hidden from assistive technology: a copy for forms, or a decoration. */
const isAway = (el) => [el, ...composedAncestors(el)].some((e) => e.getAttribute("aria-hidden") === "true");

/* Radios with the same name are a group within their form, or their tree (HTML, 4.10.5.1.16). */
const namedGroups = new WeakMap();
function namedGroup(owner, name) {
  if (!namedGroups.has(owner)) namedGroups.set(owner, new Map());
  const groups = namedGroups.get(owner);
  if (!groups.has(name)) groups.set(name, { name });
  return groups.get(name);
}

function radioGroup(el) {
  const around = composedAncestors(el).find((e) => roleOf(e) === "radiogroup");
  if (around) return around;
  if (isInput(el, "radio") && el.name) return namedGroup(el.form || el.getRootNode(), el.name);
  return composedAncestors(el).find((e) => e.localName === "fieldset" || roleOf(e) === "group" || roleOf(e) === "menu") || null;
}

function stateOfOne(kind, el) {
  if (kind === "box") return stateOfBox(el);
  if (kind === "select") return stateOfSelect(el);
  if (kind === "aria") return stateOfAttribute(el, "aria-checked");
  if (kind === "told") return agree(ariaState(toldNodes.get(el).checked), stateOfCustom(el));
  if (kind === "pressed") return stateOfAttribute(el, "aria-pressed");
  return stateOfWord(el.textContent);
}

/* A control: its outermost element, every element that is part of it, and its state. Nested elements (a host
 * with a role around an input) are one control. */
const controlsOf = remembered((root) => {
  const found = [];
  const groups = new Map();
  walk(root, (el) => {
    if (/^(script|style|template|head)$/.test(el.localName)) return false;
    const kind = kindOf(el);
    if (!kind || isAway(el)) return true;
    if (kind === "radio") {
      const group = radioGroup(el) || el;
      if (groups.has(group)) {
        groups.get(group).members.push(el);
        return true;
      }
      const control = { kind, el: isElement(group) ? group : el, members: [el] };
      groups.set(group, control);
      found.push(control);
      return true;
    }
    const outer = found.length && found[found.length - 1];
    if (outer && outer.kind !== "radio" && composedContains(outer.el, el)) {
      if (kind === "word") return true; /* a text inside a control that has its own state */
      outer.members.push(el);
      outer.kinds.push(kind);
      return true;
    }
    found.push({ kind, el, members: [el], kinds: [kind] });
    return true;
  });
  const joined = joinSegments(found);
  for (const control of joined) describe(control);
  return joined.filter((control) => control.rendered || control.folded);
});
const collectControls = () => controlsOf(document.documentElement);

/* Two buttons side by side, or alone in one group, with the texts On and Off are one choice, and neither has
 * its own state. An attribute says which one is chosen; if only the looks do, the state is unknown. */
function joinSegments(found) {
  const list = [...found];
  const letters = (el) => el.textContent.replace(/\s/g, "");
  const word = (control) => (/^(word|pressed)$/.test(control.kind) ? stateOfWord(control.el.textContent) : null);
  for (let i = 0; i + 1 < list.length; i++) {
    const words = [word(list[i]), word(list[i + 1])];
    if (!words[0] || !words[1] || words[0] === words[1]) continue;
    const [a, b] = [list[i].el, list[i + 1].el];
    const around = composedAncestors(a).find((e) => composedContains(e, b));
    if (!around) continue;
    const [first, second] = [boxOf(a), boxOf(b)];
    const level = Math.abs(middle(first).y - middle(second).y) < Math.min(first.h, second.h) / 2;
    const near = Math.abs(middle(first).x - middle(second).x) < first.w + second.w;
    const isGroup = /^(group|radiogroup|toolbar|tablist)$/.test(roleOf(around)) || around.localName === "fieldset";
    const alone = letters(around) === letters(a) + letters(b);
    const bare = [a, b].every((e) => !chosenBy.some((attribute) => e.hasAttribute(attribute)));
    if (!(level && near) && !(alone && (isGroup || bare))) continue;
    list.splice(i, 2, { kind: "radio", el: isGroup ? around : a, members: [a, b] });
  }
  return list;
}

/* How many controls an element contains, including itself. */
const countsIn = new WeakMap();

function holdsOthers(around, control, controls) {
  if (!countsIn.has(controls)) {
    const counts = new Map();
    for (const { el } of controls) for (const e of [el, ...composedAncestors(el)]) counts.set(e, (counts.get(e) || 0) + 1);
    countsIn.set(controls, counts);
  }
  return (countsIn.get(controls).get(around) || 0) > (composedContains(around, control.el) ? 1 : 0);
}

const nameOf = (el) => accessibleName(el) || (toldKind(el) ? squeeze(toldNodes.get(el).name) : "");

/* Not rendered because a <details> ancestor is closed. */
const foldedIn = (el) => composedAncestors(el).find((e) => e.localName === "details" && !e.open) || null;

function describe(control) {
  const { kind, el, members } = control;
  if (kind === "radio") {
    control.state = stateOfRadios(members);
    control.words = members.map(radioWord);
    control.texts = members.map(radioTexts);
    control.name = members.includes(el) ? radioGroupName(members) : accessibleName(el);
  } else if (kind === "menu") {
    control.state = null; /* only a setting can interpret what it shows */
    const name = accessibleName(el);
    control.name = plain(name) === plain(el.textContent) ? "" : name;
  } else {
    control.state = members.map((m, i) => stateOfOne(control.kinds[i], m)).reduce(agree);
    if (members.some((m, i) => stateOfOne(control.kinds[i], m) !== control.state && stateOfOne(control.kinds[i], m))) control.state = null;
    control.name = members.map(nameOf).find(Boolean) || "";
  }
  if (control.name && kind !== "radio" && namesNothing(control.name)) control.name = "";
  control.disabled = members.some((m) => isDisabled(m) || (toldKind(m) && toldNodes.get(m).disabled));
  control.busy = isBusy(el);
  control.folded = foldedIn(el);
  control.rendered = members.some((m) => isRendered(m) || labelsOf(m).some(isRendered)) && (!!control.folded || isShown(control));
}

/* A hidden input is represented by its label or the track around it; a copy that is out of view has
 * neither. */
function isShown(control) {
  const around = composedAncestors(control.el).slice(0, 3).filter((e) => boxOf(e).w <= 300 && boxOf(e).h <= 150);
  const shown = [...control.members, ...control.members.flatMap(labelsOf), ...control.members.map(untiedLabel), ...around];
  return shown.some((e) => e && isRendered(e) && isInSight(e));
}

/* Some libraries put a label beside its box and connect them only by script. It counts if nothing else in the
 * parent can be on or off. */
function untiedLabel(el) {
  const parent = el.parentElement;
  if (!parent || el.localName !== "input") return null;
  const label = [...parent.children].find((e) => e.localName === "label" && !e.htmlFor && !e.querySelector("*:is(button, input, select, textarea)"));
  return label && parent.querySelectorAll("button, input, select, textarea").length === 1 ? label : null;
}

/* Radios without a group element: their name is that of the fieldset or row around them. */
function radioGroupName(members) {
  const around = composedAncestors(members[0]).find((e) => members.every((m) => composedContains(e, m)));
  return around && (around.localName === "fieldset" || roleOf(around) === "group") ? accessibleName(around) : "";
}
