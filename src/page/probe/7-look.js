/* The probe's questions. Each takes one JSON value and answers with JSON text. Nothing of the page's
 * own code runs, and nothing is changed but the scroll position and, where it says so, the focus. */

let site = { settings: [], marks: [], canary: [], blockers: [], static_paths: [] };
let changes = 0;
const waiting = new Set();

const observer = new MutationObserver(() => {
  changes++;
  for (const done of [...waiting]) done();
});
const watched = new WeakSet();

function watch(root) {
  if (watched.has(root)) return;
  watched.add(root);
  observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
}

const anySelector = (selectors, doc = document) =>
  selectors.some((selector) => {
    try {
      return !!doc.querySelector(selector);
    } catch (_) {
      return false;
    }
  });

const under = (path, base) => path === base || path.startsWith(base.endsWith("/") ? base : base + "/");

function blockerNow() {
  for (const blocker of site.blockers) {
    const path = (blocker.paths || []).find((p) => under(location.pathname, p));
    if (path) return { reason: blocker.reason, why: "the site went to " + location.pathname };
    if ((blocker.selectors || []).length && anySelector(blocker.selectors)) return { reason: blocker.reason, why: "the page asks for it" };
  }
  return null;
}

function asksForPassword() {
  let asks = false;
  walk(document.documentElement, (el) => {
    if (isInput(el, "password") && isRendered(el)) asks = true;
    return !asks;
  });
  return asks;
}

const aiWords =
  /\b(a\.?i\.?|genai|gpt|llms?|copilot)\b|artificial intelligence|machine.learning|generative|language models?|\bKI\b|künstliche\w* intelligenz|generative\w* KI|\bIA\b|intelligence artificielle|inteligencia artificial|inteligência artificial|intelligenza artificiale|kunstmatige intelligentie|sztuczn\w+ inteligencj\w+|apprentissage automatique|aprendizaje automático|train\w* (our |the |its )?models?/i;
const soundsLikeAi = (text) => aiWords.test(text);

function tellControl(control, setting, controls) {
  const { wording, said } = wordingOf(setting, control, controls);
  const view = control.el.ownerDocument;
  return {
    kind: control.kind, name: control.name, said, wording,
    state: meantBy(setting, control.state), words: control.words || null,
    disabled: control.disabled, busy: control.busy, rendered: control.rendered, folded: !!control.folded,
    boot: site.marks.length ? anySelector(site.marks, view) : null,
    /* where nobody tells that a document broke off, its scripts may be what is missing */
    plain: site.static_paths.some((p) => under(view.location.pathname, p)) || (view.scripts.length === 0 && !globalThis.cutUnseen),
  };
}

function linksFor(settings) {
  const found = {};
  const strange = [];
  let count = 0;
  const here = location.pathname.split("/")[1];
  walk(document.documentElement, (el) => {
    if (el.localName !== "a" || !el.hasAttribute("href") || !isRendered(el)) return true;
    let url;
    try {
      url = new URL(el.href, el.ownerDocument.baseURI);
    } catch (_) {
      return true;
    }
    const away = url.origin !== location.origin;
    count++;
    const texts = [accessibleName(el), ...textLines(el).map((line) => line.text)];
    let known = false;
    for (const setting of settings) {
      const by = texts.some((text) => setting.known.has(plain(text))) ? "text" : !away && setting.page && url.pathname.replace(/\/$/, "") === setting.page.replace(/\/$/, "") ? "path" : null;
      if (!by) continue;
      known = true;
      found[setting.id] = found[setting.id] || [];
      const same = found[setting.id].find((link) => link.path === url.pathname + url.search && link.away === away);
      if (same && by === "text") same.by = by;
      if (!same) found[setting.id].push({ path: url.pathname + url.search, text: squeeze(texts[0]).slice(0, 200), by, away });
    }
    if (!known && !away && url.pathname.split("/")[1] === here && url.pathname !== location.pathname && soundsLikeAi(texts[0]))
      strange.push({ name: squeeze(texts[0]).slice(0, 200), state: null });
    return false;
  });
  return { found, strange, count };
}

const restBelow = (el) => el.scrollHeight - el.clientHeight - el.scrollTop;

/* What scrolls the page: the document, or the large element that does it in its place. */
function scroller() {
  const whole = document.scrollingElement || document.documentElement;
  if (whole.scrollHeight - whole.clientHeight > 4) return whole;
  let best = null;
  walk(document.documentElement, (el) => {
    if (el.scrollHeight - el.clientHeight <= 4 || el.clientHeight < innerHeight / 2) return true;
    if (/^(auto|scroll|overlay)$/.test(styleOf(el).overflowY) && (!best || el.clientHeight > best.clientHeight)) best = el;
    return true;
  });
  return best || whole;
}

/* Resolves once the page is drawn anew: only then does it get to know what has come into sight (HTML,
 * 8.1.7.3, update the rendering; Intersection Observer, 3.2.9). In a tab that nobody looks at it takes
 * seconds. False: not in so many milliseconds. */
const drawn = (ms) =>
  new Promise((resolve) => {
    const end = (yes) => {
      clearTimeout(timer);
      watcher.disconnect();
      resolve(yes);
    };
    const timer = setTimeout(end, ms, false);
    const watcher = new IntersectionObserver(() => end(true));
    watcher.observe(document.documentElement);
  });

/* Settings whose wording stands anywhere on the page, as a link or not. */
function listedOn(settings) {
  const lines = new Set((document.body ? textLines(document.body) : []).map((line) => plain(line.text)));
  const listed = {};
  for (const setting of settings) if ([...setting.known].some((text) => lines.has(text))) listed[setting.id] = true;
  return listed;
}

/* One read of the page: where it is, whether it is ready, and each setting's control on it. */
function look({ index } = {}) {
  const roots = [document];
  let opaque = 0;
  let told = 0;
  let sealed = 0;
  walk(document.documentElement, (el) => {
    const shadow = shadowOf(el);
    if (shadow) roots.push(shadow);
    if (toldNodes.has(el)) told++;
    else if (isToBeReached(el)) opaque++;
    if (isSealed(el)) sealed++;
    const inner = frameDocument(el);
    if (inner) roots.push(inner);
    return true;
  });
  roots.forEach(watch);
  const controls = collectControls();
  const matches = {};
  const taken = new Set();
  for (const setting of site.settings) {
    const found = findSetting(setting, controls);
    if (!found) continue;
    found.hits.forEach((c) => taken.add(c));
    matches[setting.id] = { rung: found.rung, count: found.hits.length, ...tellControl(found.hits[0], setting, controls) };
  }
  const links = linksFor(site.settings);
  const unlisted = links.strange;
  for (const control of controls) {
    if (taken.has(control) || !control.rendered) continue;
    const name = control.name || visibleLabel(control, controls);
    if (name && soundsLikeAi(name)) unlisted.push({ name: name.slice(0, 200), state: control.state });
  }
  const frames = [...document.querySelectorAll("iframe")].map(frameDocument).filter(Boolean);
  return {
    origin: location.origin, path: location.pathname, title: document.title.slice(0, 200),
    lang: ((document.documentElement && document.documentElement.lang) || "").toLowerCase(),
    complete: !!document.body && document.readyState === "complete" && frames.every((d) => d.readyState === "complete"),
    empty: !document.body || (!document.body.childElementCount && !document.body.textContent.trim()),
    boot: site.marks.length ? anySelector(site.marks) : null,
    canary: site.canary.length ? anySelector(site.canary) : null,
    blocker: blockerNow(), password: asksForPassword(),
    changes, opaque, told, sealed, controls: controls.length, matches, links: links.found, listed: index ? listedOn(site.settings) : {}, link_count: links.count, unlisted,
    modals: openModals().map((el) => squeeze(accessibleName(el) || el.textContent).slice(0, 160)),
    arrived: armed ? armed.seen.arrived : null,
    scroll: { more: !!document.body && restBelow(scroller()) > 4 },
  };
}

function locate(id) {
  const controls = collectControls();
  const setting = site.settings.find((s) => s.id === id);
  const found = setting && findSetting(setting, controls);
  return { controls, setting, control: found && found.hits.length === 1 ? found.hits[0] : null };
}

/* What may take the press for a setting, as the page is now. */
function partsOf(id, wanted, via) {
  const { controls, control, setting } = locate(id);
  const target = control && targetOf(control, wanted, setting);
  if (!target) return [];
  const members = control.kind === "radio" ? [target] : control.members;
  return [...members, ...members.flatMap(labelsOf), ...(via === "track" ? [trackOf(target, controls, control)] : [])].filter(Boolean);
}

/* Buttons by exact name: in the dialog that lies on top, or, for a Save button, on the page. */
function buttonsNamed(names, inDialog) {
  const wanted = new Set(names.map(plain));
  const modals = openModals();
  const root = inDialog ? modals[modals.length - 1] : document.documentElement;
  const hits = [];
  if (root)
    walk(root, (el) => {
      if ((roleOf(el) === "button" || isInput(el, "button", "submit")) && isRendered(el) && wanted.has(plain(accessibleName(el)))) hits.push(el);
      return true;
    });
  return hits;
}

const answers = {
  /* What is looked for on this site. */
  learn(given) {
    site = { static_paths: [], marks: [], canary: [], blockers: [], ...given, settings: given.settings.map(prepareSetting) };
    return true;
  },
  look,
  /* Resolves when the page has changed, or after so many milliseconds. */
  changed({ ms }) {
    return new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(done, ms);
      waiting.add(done);
    });
  },
  /* Where to press for a setting, and an ear for the press. */
  aim({ id, wanted }) {
    const { controls, control, setting } = locate(id);
    if (!control) return { gone: true };
    const target = targetOf(control, wanted, setting);
    if (!target) return { no_word: true };
    if (control.folded && !control.rendered) {
      const summary = [...control.folded.children].find((c) => c.localName === "summary");
      if (summary) arm(() => [summary]);
      return { folded: true, ...(summary ? aimAt(summary, null, controls) : {}) };
    }
    if (control.kind === "select") return aimSelect(target, wanted, setting);
    const aim = aimAt(target, control, controls);
    arm(() => partsOf(id, wanted, aim.via));
    if (aim.via === undefined && !aim.cover && !openModals().length && isRendered(target) && target.tabIndex >= 0) {
      target.focus({ preventScroll: true }); /* no place to press: the keyboard's way */
      if (target.getRootNode().activeElement === target) return { via: "keyboard" };
    }
    return aim;
  },
  /* Where to press for a button that the scenario names. */
  aim_button({ names, dialog }) {
    const hits = buttonsNamed(names, dialog);
    if (hits.length !== 1) return { count: hits.length };
    const aim = aimAt(hits[0], null, []);
    arm(() => buttonsNamed(names, dialog));
    return { count: 1, disabled: isDisabled(hits[0]), ...aim };
  },
  /* Where to press to unfold a section whose button says one of the setting's wordings. */
  aim_fold({ id }) {
    const setting = site.settings.find((s) => s.id === id);
    const hits = [];
    walk(document.documentElement, (el) => {
      const closed = el.localName === "summary" ? el.parentNode.localName === "details" && !el.parentNode.open : el.getAttribute("aria-expanded") === "false" && roleOf(el) === "button" && !el.hasAttribute("aria-haspopup");
      if (closed && isRendered(el) && [accessibleName(el), ...textLines(el).map((l) => l.text)].some((t) => setting.known.has(plain(t)))) hits.push(el);
      return true;
    });
    if (hits.length !== 1) return { count: hits.length };
    arm(() => hits);
    return { count: 1, ...aimAt(hits[0], null, []) };
  },
  /* One screen further down, where there is one, for what is drawn only when scrolled to. */
  scroll({ ms }) {
    const el = scroller();
    el.scrollBy({ top: Math.max(el.clientHeight * 0.8, 100), behavior: "instant" });
    return drawn(ms).then((yes) => ({ drawn: yes }));
  },
  /* For comparing with the browser's own answer: every control with name, role and state. The elements
   * themselves are ofsProbe.listed(), in the order of `parts`. */
  list() {
    const controls = collectControls();
    lastListed = controls.flatMap((c) => [c.el, ...c.members]);
    return controls.map((c) => ({
      kind: c.kind, role: c.kind === "told" ? toldNodes.get(c.el).role : roleOf(c.el), name: c.name, state: c.state, disabled: c.disabled, rendered: c.rendered,
      folded: !!c.folded, label: visibleLabel(c, controls), row: rowLines(c, controls), words: c.words || null,
      chosen: c.kind === "radio" ? c.members.map(radioChecked) : null, parts: 1 + c.members.length,
    }));
  },
};

/* A select is worked from the keyboard; one step is one press. */
function aimSelect(target, wanted, setting) {
  const options = [...target.options].filter((o) => !o.disabled);
  const at = options.findIndex((o) => o.selected);
  const words = options.map((o) => meantBy(setting, stateOfWord(o.textContent) || stateOfWord(o.value) || squeeze(o.textContent)));
  const to = words.findIndex((word) => word === wanted || plain(word) === plain(wanted));
  if (to < 0) return { no_word: true };
  if (openModals().length) return { cover: "dialog" };
  scrollTo(target);
  arm(() => [target]);
  target.focus({ preventScroll: true });
  return target.getRootNode().activeElement === target ? { via: "keys", steps: to - at } : { cover: "" };
}

let lastListed = [];

/* For the protocol's own reach, by element and not by JSON. */
globalThis.ofsProbe = {
  listed() {
    return lastListed;
  },
  hosts() {
    const list = [];
    walk(document.documentElement, (el) => {
      if (isToBeReached(el)) list.push(el);
      return true;
    });
    return list;
  },
  takeRoot(host, root) {
    closedRoots.set(host, root);
  },
  takeNode(host, node) {
    const asked = performance.now();
    const { since } = doubted.get(host) || { since: asked };
    if (node.unsure && asked - since < DOUBT_MS) doubted.set(host, { since, asked });
    else reached.add(host);
    if (node.shut) shut.add(host);
    if (switchRoles.has(node.role)) toldNodes.set(host, node);
    else toldNodes.delete(host);
  },
};
for (const [name, answer] of Object.entries(answers))
  globalThis.ofsProbe[name] = (args) => {
    const value = answer(args || {});
    return value && typeof value.then === "function" ? value.then((v) => JSON.stringify(v)) : JSON.stringify(value);
  };
