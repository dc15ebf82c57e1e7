/* If the probe has to share the page's own world, the page can make its elements lie to scripts. What can be
 * detected of that is reported; the state itself is read through the prototype's own getter. */

/* In our own global object the page's changes are not visible. A driver without worlds provides an object in
 * the page's own world instead, and sets `sharesWorld`. */
const hasOwnGlobal = globalThis !== globalThis.window && !globalThis.sharesWorld;

const isNative = (f) => typeof f === "function" && (hasOwnGlobal || (/\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(f)) && /\b\w+\(\)/.test(Function.prototype.toString.call(f)) && !/^bound /.test(f.name)));

/* What the probe relies on: [interface, property]. */
const believed = [
  ["HTMLInputElement", "checked"], ["HTMLInputElement", "indeterminate"], ["HTMLInputElement", "type"], ["HTMLSelectElement", "selectedOptions"],
  ["Element", "getAttribute"], ["Element", "hasAttribute"], ["Element", "matches"], ["Element", "getBoundingClientRect"], ["Element", "getClientRects"], ["Element", "shadowRoot"],
  ["Node", "textContent"], ["Node", "parentNode"], ["Node", "childNodes"], ["CharacterData", "data"], ["Document", "elementFromPoint"], ["Document", "getElementById"],
];

function isBelievable(view, [name, property]) {
  const of = view[name] && Object.getOwnPropertyDescriptor(view[name].prototype, property);
  return !!of && isNative(of.get || of.value);
}

/* Has the page changed what scripts read in this document? */
const isTampered = remembered((doc) => {
  const view = doc.defaultView;
  if (!view || hasOwnGlobal) return false;
  return !isNative(view.getComputedStyle) || !isNative(Function.prototype.toString) || !believed.every((what) => isBelievable(view, what));
});

/* The state as the browser has it. The element may have an own property with another value: libraries track a
 * state in that way, and a page can lie in that way. */
function checkedOf(el) {
  const view = el.ownerDocument.defaultView;
  const of = view && Object.getOwnPropertyDescriptor(view.HTMLInputElement.prototype, "checked");
  return of && of.get ? of.get.call(el) : el.checked;
}

/* Style matching (:checked) is a second, independent source. */
function isStyledChecked(el) {
  const view = el.ownerDocument.defaultView;
  return view ? view.Element.prototype.matches.call(el, ":checked") : el.matches(":checked");
}

const isShadowed = (el) => isInput(el, "checkbox", "radio") && (checkedOf(el) !== el.checked || checkedOf(el) !== isStyledChecked(el));

const isControlTampered = (control) => [control.el, ...control.members].some((el) => isTampered(el.ownerDocument) || isShadowed(el)) || isTampered(document);
