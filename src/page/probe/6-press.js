/* Detects the press: trusted, and through the control (UI Events, isTrusted). The page may have changed since
 * aiming, even under the pointer: a press that would hit something else is kept from the page. `ours` returns
 * the elements that may take the press; it is called again if the press does not hit them. */
let armed = null;

const pressEvents = ["pointerdown", "mousedown", "pointerup", "mouseup", "click", "keydown", "keyup"];
const GUARD_MS = 15000; /* our press comes at once; later ones are the person's */

/* Seen from outside, the path of an event ends at the host of a closed root. */
const withHosts = (elements) => new Set(elements.flatMap((el) => [el, ...composedAncestors(el).filter((e) => closedRoots.has(e))]));

function sameOriginViews(view) {
  const list = [view];
  for (let i = 0; i < view.frames.length; i++)
    try {
      if (view.frames[i].document) list.push(...sameOriginViews(view.frames[i]));
    } catch (_) {
      /* of another origin: none of our elements is in it */
    }
  return list;
}

const MOST_EVENTS = 20;

function arm(ours, id = null) {
  disarm();
  const seen = { arrived: false, clicked: false, stray: 0, events: [] };
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
      if (seen.events.length < MOST_EVENTS) seen.events.push(event.type);
      if (/^(click|keydown|pointerdown|mousedown)$/.test(event.type)) seen.arrived = true;
      if (event.type === "click") seen.clicked = true;
    } else if (!(seen.clicked && event.type === "click")) {
      seen.stray++;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
    if (done) later(0, () => (seen.over = true)); /* a click on a label dispatches another one on its control */
  };
  const views = sameOriginViews(window);
  for (const view of views) for (const type of pressEvents) view.addEventListener(type, listener, true);
  armed = { seen, ours, id, off: () => views.forEach((view) => pressEvents.forEach((type) => view.removeEventListener(type, listener, true))) };
}

function disarm() {
  if (armed) armed.off();
  armed = null;
}
