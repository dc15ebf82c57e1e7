/* Where the probe has to share the page's own world, the page can make its elements lie to scripts. What can be
 * told of that is told; the state itself is read through the prototype's own getter. */

/* In a global object of our own the page's changes are not seen. A driver without worlds hands over an object in
 * the page's own world in place of one, and says so. */
const hasOwnGlobal = globalThis !== globalThis.window && !globalThis.sharesWorld;

const isNative = (f) => typeof f === "function" && (hasOwnGlobal || (/\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(f)) && /\b\w+\(\)/.test(Function.prototype.toString.call(f)) && !/^bound /.test(f.name)));

/* What the probe believes: [interface, property]. */
const believed = [
  ["HTMLInputElement", "checked"], ["HTMLInputElement", "indeterminate"], ["HTMLInputElement", "type"], ["HTMLSelectElement", "selectedOptions"],
  ["Element", "getAttribute"], ["Element", "hasAttribute"], ["Element", "matches"], ["Element", "getBoundingClientRect"], ["Element", "getClientRects"], ["Element", "shadowRoot"],
  ["Node", "textContent"], ["Node", "parentNode"], ["Node", "childNodes"], ["CharacterData", "data"], ["Document", "elementFromPoint"], ["Document", "getElementById"],
];

function isBelievable(view, [name, property]) {
  const of = view[name] && Object.getOwnPropertyDescriptor(view[name].prototype, property);
  return !!of && isNative(of.get || of.value);
}

/* Has the page changed what scripts are told in this document? */
const isTampered = remembered((doc) => {
  const view = doc.defaultView;
  if (!view || hasOwnGlobal) return false;
  return !isNative(view.getComputedStyle) || !isNative(Function.prototype.toString) || !believed.every((what) => isBelievable(view, what));
});

/* The state as the browser has it. A property of the element's own may say something else: libraries keep track of
 * a state in that way, and a page may lie in that way. */
function checkedOf(el) {
  const view = el.ownerDocument.defaultView;
  const of = view && Object.getOwnPropertyDescriptor(view.HTMLInputElement.prototype, "checked");
  return of && of.get ? of.get.call(el) : el.checked;
}

/* Style sheets are a second witness, by another way. */
function isStyledChecked(el) {
  const view = el.ownerDocument.defaultView;
  return view ? view.Element.prototype.matches.call(el, ":checked") : el.matches(":checked");
}

const isShadowed = (el) => isInput(el, "checkbox", "radio") && (checkedOf(el) !== el.checked || checkedOf(el) !== isStyledChecked(el));

const isControlTampered = (control) => [control.el, ...control.members].some((el) => isTampered(el.ownerDocument) || isShadowed(el)) || isTampered(document);
