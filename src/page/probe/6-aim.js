/* The point where a press reaches this control and nothing else. Nothing here presses. */

function deepestAt(x, y) {
  let own = { x, y }; /* the point in the current document */
  let el = document.elementFromPoint(x, y);
  for (let depth = 0; el && depth < 32; depth++) {
    const shadow = shadowOf(el);
    const inShadow = shadow && shadow.elementFromPoint ? shadow.elementFromPoint(own.x, own.y) : null;
    if (inShadow && inShadow !== el) {
      el = inShadow;
      continue;
    }
    const inner = frameDocument(el);
    if (!inner) break;
    const at = frameView(inner);
    own = { x: (x - at.x) / at.scale, y: (y - at.y) / at.scale };
    const next = inner.elementFromPoint(own.x, own.y);
    if (!next) break;
    el = next;
  }
  return el;
}

const takesPresses = (el) =>
  /^(a|button|input|select|textarea|summary|option)$/.test(el.localName) || /^(button|link|tab|menuitem|switch|checkbox|radio)$/.test(roleOf(el)) ||
  el.hasAttribute("onclick");

/* Does a press on the element at that point reach `el`? `through` are the elements that pass presses on to
 * it. */
function reaches(hit, el, through) {
  if (!hit) return false;
  for (let e = hit; e; e = composedParent(e)) {
    if (e === el) return true;
    if (through.includes(e)) return true;
    if (e.localName === "label") return labelsOf(el).includes(e);
    if (takesPresses(e)) return false;
  }
  return false;
}

function describeElement(el) {
  if (!el) return "nothing";
  const shown = [el, ...composedAncestors(el)].find((e) => /^(dialog|alertdialog|banner|alert|status)$/.test(roleOf(e)) || isOverlay(e)) || el;
  const text = squeeze(accessibleName(shown) || textLines(shown).map((line) => line.text).join(" ")).slice(0, 60);
  const what = roleOf(shown) || shown.localName;
  return text ? `${what} "${text}"` : what;
}

const spots = [[0.5, 0.5], [0.25, 0.5], [0.75, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.25], [0.5, 0.75]];

function pointIn(el, target, through) {
  const box = boxOf(el);
  const style = styleOf(el);
  if (box.w < 4 || box.h < 4 || style.visibility !== "visible" || isInTurnedFrame(el.ownerDocument)) return { point: null, hit: null };
  let blocker = null;
  for (const [fx, fy] of spots) {
    const x = Math.floor(box.x + box.w * fx); /* integers: not every protocol can press between two pixels */
    const y = Math.floor(box.y + box.h * fy);
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    const hit = deepestAt(x, y);
    if (reaches(hit, target, through)) return { point: { x, y }, hit };
    if (hit && !composedContains(hit, el)) blocker = blocker || hit;
    else blocker = blocker || null;
  }
  return { point: null, hit: blocker };
}

/* Is it visible, and not only present for the keyboard and the form? */
function isDrawn(el) {
  if (!isRendered(el)) return false;
  const box = boxOf(el);
  if (box.w < 4 || box.h < 4 || box.x + box.w < 0) return false;
  const style = styleOf(el);
  if (/^inset\(50%\)|^inset\(100%\)/.test(style.clipPath) || /^rect\((0px|1px|auto)/.test(style.clip)) return false;
  return [el, ...composedAncestors(el).slice(0, 4)].every((e) => parseFloat(styleOf(e).opacity) > 0.05);
}

/* The styled track of a visually hidden input: the smallest element around it that contains no other control
 * and nothing else to press. */
function trackOf(target, controls, control) {
  for (const around of composedAncestors(target).slice(0, 4)) {
    const box = boxOf(around);
    if (box.w > 220 || box.h > 110) return null;
    if (holdsOthers(around, control, controls)) return null;
    let pressable = false;
    walk(around, (e) => {
      if (e !== target && e !== around && takesPresses(e) && !control.members.includes(e)) pressable = true;
      return !pressable;
    });
    if (pressable) return null;
    if (box.w >= 12 && box.h >= 8) return around;
  }
  return null;
}

function scrollTo(el) {
  el.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  forget();
}

/* The innermost element takes the press; for radios, the one that means the wanted word. */
function targetOf(control, wanted, setting) {
  if (control.kind !== "radio") return control.members[control.members.length - 1];
  const words = wordsOf(setting, control);
  const hits = control.members.filter((_, i) => words[i] && plain(words[i]) === plain(wanted));
  return hits.length === 1 ? hits[0] : null;
}

function aimAt(target, control, controls) {
  const others = control ? control.members.filter((m) => m !== target && control.kind !== "radio") : [];
  const shown = [target, ...others].find((e) => isRendered(e) && boxOf(e).w >= 1) || target;
  const labels = labelsOf(target).concat(others.flatMap(labelsOf)).filter(isRendered);
  scrollTo(boxOf(shown).w >= 4 ? shown : labels[0] || shown);
  let cover = null;
  const attempt = (el, through, via) => {
    const { point, hit } = pointIn(el, target, through);
    if (point) return { ...point, via };
    cover = cover || hit;
    return null;
  };
  for (const el of [target, ...others]) {
    const aim = attempt(el, others, "control");
    if (aim) return aim;
  }
  for (const label of labels) {
    const aim = attempt(label, [...others, label], "label");
    if (aim) return aim;
  }
  /* An element over a visible input is not its track: it covers it. */
  const track = control && !isDrawn(target) && trackOf(target, controls, control);
  if (track) {
    const aim = attempt(track, [...others, track], "track");
    if (aim) return aim;
  }
  return { cover: cover ? describeElement(cover) : "", hit: cover };
}

/* The browser itself activates these with the space bar, wherever they are (HTML, 6.4.4 "activation
 * behavior"). For other elements with a role the page has to listen to keys, and that is not visible to
 * scripts. In a tab without system focus, Firefox passes the keys to the page and activates nothing. */
const isNativelyKeyed = (el) => document.hasFocus() && (isInput(el, "checkbox", "radio", "button") || el.localName === "button");

/* Can this element get the focus, in its root and in every document around it? */
function takesFocus(el) {
  if (!isRendered(el) || el.tabIndex < 0 || isDisabled(el)) return false;
  el.focus({ preventScroll: true });
  forget(); /* the page may have focus listeners */
  for (let e = el; e; ) {
    const root = e.getRootNode();
    if (root.activeElement !== e) return false;
    e = root.host || (root.defaultView && root.defaultView.frameElement);
  }
  return true;
}

/* How to operate a control: the safest way first. `by` asks for one way, "keyboard" or "pointer"; then only
 * that one is returned. */
function aimControl(target, control, controls, by) {
  const pointer = aimAt(target, control, controls);
  const cover = pointer.via === undefined && !composedContains(control.el, pointer.hit) && (coverOf(control, controls) || (topModalNow() && !composedContains(topModalNow(), control.el) && describeElement(pointer.hit)));
  const { hit, ...way } = pointer;
  if (by === "pointer" || cover) return cover ? { cover } : way;
  const wantsKey = by === "keyboard" || way.via === undefined || isNativelyKeyed(target);
  if (wantsKey && takesFocus(target)) return { via: "keyboard" };
  return by === "keyboard" ? { cover: "" } : way;
}
