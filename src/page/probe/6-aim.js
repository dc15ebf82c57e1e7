/* Where a hand would press so that this control and nothing else takes it. Nothing here presses. */

function deepestAt(x, y) {
  let own = { x, y }; /* the point in the present document */
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

/* Does a press at what lies there reach `el`? `through` are the elements whose presses it takes. */
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
    const x = Math.floor(box.x + box.w * fx); /* whole: not every protocol presses between two pixels */
    const y = Math.floor(box.y + box.h * fy);
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    const hit = deepestAt(x, y);
    if (reaches(hit, target, through)) return { point: { x, y }, hit };
    if (hit && !composedContains(hit, el)) blocker = blocker || hit;
    else blocker = blocker || null;
  }
  return { point: null, hit: blocker };
}

/* Is it there for the eye, and not only for the keyboard and the form? */
function isDrawn(el) {
  if (!isRendered(el)) return false;
  const box = boxOf(el);
  if (box.w < 4 || box.h < 4 || box.x + box.w < 0) return false;
  const style = styleOf(el);
  if (/^inset\(50%\)|^inset\(100%\)/.test(style.clipPath) || /^rect\((0px|1px|auto)/.test(style.clip)) return false;
  return [el, ...composedAncestors(el).slice(0, 4)].every((e) => parseFloat(styleOf(e).opacity) > 0.05);
}

/* The styled track of a visually hidden input: the smallest thing around it that holds no other
 * control and nothing else to press. */
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

/* The innermost element is what takes the press; for radios, the one that means the wanted word. */
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
  /* What lies on an input that is drawn is no track of it: it covers it. */
  const track = control && !isDrawn(target) && trackOf(target, controls, control);
  if (track) {
    const aim = attempt(track, [...others, track], "track");
    if (aim) return aim;
  }
  return { cover: cover ? describeElement(cover) : "" };
}

/* Notice the press when it comes: trusted, and through the control (UI Events, isTrusted). The page may
 * have changed since the aim was taken, under the pointer even: what would go astray is kept from the page.
 * `ours` gives the elements that may take the press; it is asked again when the press does not meet them. */
let armed = null;

const pressEvents = ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "keydown", "keyup"];
const GUARD_MS = 15000; /* our press comes at once; later ones are a person's */

/* From outside, the path of an event ends at the host of a closed root. */
const withHosts = (elements) => new Set(elements.flatMap((el) => [el, ...composedAncestors(el).filter((e) => closedRoots.has(e))]));

function sameOriginViews(view) {
  const list = [view];
  for (let i = 0; i < view.frames.length; i++)
    try {
      if (view.frames[i].document) list.push(...sameOriginViews(view.frames[i]));
    } catch (_) {
      /* of another origin: nothing of ours is in it */
    }
  return list;
}

function arm(ours) {
  disarm();
  const seen = { arrived: false };
  const until = performance.now() + GUARD_MS;
  const takes = (event) => {
    const path = event.composedPath();
    const meets = (elements) => path.some((e) => elements.has(e));
    if (meets(takes.known)) return true;
    takes.known = withHosts(ours());
    return meets(takes.known);
  };
  takes.known = withHosts(ours());
  const listener = (event) => {
    if (!event.isTrusted || seen.over || performance.now() > until) return;
    const done = /^(click|keyup)$/.test(event.type);
    if (takes(event)) {
      if (/^(click|keydown)$/.test(event.type)) seen.arrived = true;
    } else if (!(seen.arrived && event.type === "click")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (done) later(0, () => (seen.over = true)); /* a label's click makes another, on its control */
  };
  const views = sameOriginViews(window);
  for (const view of views) for (const type of pressEvents) view.addEventListener(type, listener, true);
  armed = { seen, off: () => views.forEach((view) => pressEvents.forEach((type) => view.removeEventListener(type, listener, true))) };
}

function disarm() {
  if (armed) armed.off();
  armed = null;
}
