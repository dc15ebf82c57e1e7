/* One read of the page. It runs none of the page's own code, and changes nothing. */

let site = { settings: [], marks: [], canary: [], blockers: [], static_paths: [], overlays: [], never: [], menus: false };
let changes = 0;
let looked = 0; // the number of changes at the last read
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

/* Whose account the page shows: by a selector, as text or as an attribute, or by a key of the data that is
 * embedded in the document. Null if the page does not show it. */
function shownAccount() {
  const { selector, attribute, key } = site.account || {};
  try {
    const el = selector && document.querySelector(selector);
    const said = el && squeeze(attribute ? el.getAttribute(attribute) : el.textContent);
    if (said) return said.slice(0, 200);
    if (!key) return null;
    const quoted = new RegExp(JSON.stringify(key).replace(/[.*+?^${}()|[\]\\]/g, "\\$&") + '\\s*:\\s*("(?:[^"\\\\]|\\\\.)*")');
    for (const data of document.querySelectorAll('script[type$="json"], code')) {
      const hit = quoted.exec(data.textContent);
      if (hit) return squeeze(JSON.parse(hit[1])).slice(0, 200) || null;
    }
  } catch (_) {
    /* no such selector, or not JSON */
  }
  return null;
}

const under = (path, base) => path === base || path.startsWith(base.endsWith("/") ? base : base + "/");

function blockerNow() {
  for (const blocker of site.blockers) {
    const path = (blocker.paths || []).find((p) => under(location.pathname, p));
    if (path) return { reason: blocker.reason, why: "the site went to " + location.pathname };
    if ((blocker.selectors || []).length && anySelector(blocker.selectors)) return { reason: blocker.reason, why: "the page asks for it" };
    if ((blocker.titles || []).some((title) => plain(title) === plain(document.title))) return { reason: blocker.reason, why: `the page is called "${squeeze(document.title).slice(0, 60)}"` };
    if ((blocker.origins || []).includes(location.origin)) return { reason: blocker.reason, why: "the site went to " + location.origin, away: true };
  }
  return null;
}

const asksForPassword = () => elementsHere().some((el) => isInput(el, "password") && isRendered(el));

const MOST_ROW_TEXTS = 5;

/* The other texts in the control's row: they may say why it is locked. */
function rowTexts(control, said, controls) {
  const described = control.members.flatMap((m) => [...referenced(m, "aria-describedby").map((el) => squeeze(el.textContent)), squeeze(m.getAttribute("title"))]);
  const texts = [...rowLines(control, controls), ...visibleLines(control, controls).map((line) => line.text), ...described].filter(Boolean);
  const others = new Map(texts.map((text) => [plain(text), text.slice(0, 200)]));
  for (const text of [said, control.name]) others.delete(plain(text));
  return [...others.values()].slice(0, MOST_ROW_TEXTS);
}

/* Words of a site that does not let a setting be changed. */
const speaksOfLock = anyWordOf([
  "managed by|locked|administrator~|admin|organization|organisation|unavailable|not available|not eligible|can t be changed|cannot be changed|can not be changed|always on|always active|your plan|" +
    "upgrade|your region|your country|parent|guardian",
  "verwaltet|gesperrt|nicht verfügbar|nicht geändert|immer aktiv|ihr unternehmen", "géré~|verrouillé~|administrateur~|indisponible|non disponible|pas disponible|pas être modifié~|toujours actif~",
  "gestit~|bloccat~|amministratore|organizzazione|sempre attiv~", "beheerd~|beheerder~|vergrendeld|organisatie|niet beschikbaar|altijd actief",
  "gerenciad~|bloquead~|administrador~|organização|indisponível|não disponível|sempre ativ~", "zarządzan~|zablokowan~|organizacj~|niedostępn~|zawsze aktywn~",
  "gestionad~|administrad~|organización|no disponible|siempre activ~",
].join("|"));

/* Can a person operate it now? */
const isAlive = (control) => control.rendered && !control.disabled && !control.busy;

/* Is the control fixed by another one, as the scenario says it may be? */
function isForced(setting, controls) {
  const by = setting.forced_by;
  if (!by) return false;
  const other = by.setting ? site.settings.find((s) => s.id === by.setting) : by.prepared;
  const found = other && findSetting(other, controls);
  return !!found && !found.notice && found.hits.length === 1 && stateFor(other, found.hits[0]) === (by.while || "on");
}

function tellControl(control, setting, controls) {
  const { wording, said } = wordingOf(setting, control, controls);
  const row = rowTexts(control, said, controls);
  const view = control.el.ownerDocument;
  return {
    kind: control.kind, name: control.name, said, wording, row_text: row, lock_words: row.some(speaksOfLock),
    tampered: isControlTampered(control),
    state: stateFor(setting, control), words: wordsOf(setting, control), cover: coverOf(control, controls),
    disabled: control.disabled, busy: control.busy, rendered: control.rendered, folded: !!control.folded,
    boot: site.marks.length ? anySelector(site.marks, view) : null,
    /* if a truncated document is not reported, its scripts may be the missing part */
    plain: site.static_paths.some((p) => under(view.location.pathname, p)) || (view.scripts.length === 0 && !globalThis.cutUnseen),
  };
}

const restBelow = (el) => el.scrollHeight - el.clientHeight - el.scrollTop;

/* What scrolls the page: the document, or the large element that scrolls in its place. */
function scroller() {
  const whole = document.scrollingElement || document.documentElement;
  if (whole.scrollHeight - whole.clientHeight > 4) return whole;
  let best = null;
  for (const el of elementsHere()) {
    if (el.clientHeight < innerHeight / 2 || el.scrollHeight - el.clientHeight <= 4) continue;
    if (/^(auto|scroll|overlay)$/.test(styleOf(el).overflowY) && (!best || el.clientHeight > best.clientHeight)) best = el;
  }
  return best || whole;
}

/* Resolves once the page is rendered again: only then does it learn what has become visible (HTML, 8.1.7.3,
 * update the rendering; Intersection Observer, 3.2.9). In a background tab that takes seconds. False: not
 * within `ms` milliseconds. */
const drawn = (ms) =>
  new Promise((resolve) => {
    const end = (yes) => {
      clearTimeout(timer);
      watcher.disconnect();
      resolve(yes);
    };
    const timer = later(ms, () => end(false));
    const watcher = new IntersectionObserver(() => end(true));
    watcher.observe(document.documentElement);
  });

/* Settings whose wording is anywhere on the page, in a link or not. */
function listedOn(settings) {
  const lines = new Set((document.body ? textLines(document.body) : []).map((line) => plain(line.text)));
  const listed = {};
  for (const setting of settings)
    if ([...setting.known].some((text) => lines.has(text)) || (setting.known.parts.length && [...lines].some((line) => setting.known.has(line)))) listed[setting.id] = true;
  return listed;
}

const MOST_NEAR = 3;
const longWords = (text) => plain(text).split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 3);

/* The names on the page that are most similar to a missing setting: a person may recognise it. */
function nearTo(setting, controls, taken) {
  const sought = new Set([...setting.known].flatMap(longWords));
  const rated = controls.filter((c) => c.rendered && !taken.has(c) && c.name).map((c) => {
    const words = longWords(c.name);
    return { name: squeeze(c.name).slice(0, 80), shared: words.filter((word) => sought.has(word)).length / (words.length || 1) };
  });
  const best = rated.filter((one) => one.shared > 0).sort((a, b) => b.shared - a.shared);
  return [...new Set(best.map((one) => one.name))].slice(0, MOST_NEAR);
}

/* One read of the page: where it is, whether it is ready, and each setting's control on it. */
function look({ index } = {}) {
  looked = changes;
  const roots = [document];
  let opaque = 0;
  let told = 0;
  let sealed = 0;
  for (const el of elementsHere()) {
    const shadow = shadowOf(el);
    if (shadow) roots.push(shadow);
    if (toldNodes.has(el)) told++;
    else if (isToBeReached(el)) opaque++;
    if (isSealed(el)) sealed++;
    const inner = frameDocument(el);
    if (inner) roots.push(inner);
  }
  roots.forEach(watch);
  const controls = collectControls();
  const matches = {};
  const taken = new Set();
  for (const setting of site.settings) {
    const found = findSetting(setting, controls);
    if (!found) continue;
    found.hits.forEach((c) => taken.add(c));
    const control = found.hits[0];
    matches[setting.id] = {
      rung: found.rung, count: found.hits.length, ...tellControl(control, setting, controls), forced: isForced(setting, controls),
      alive: controls.filter((c) => c !== control && c.kind !== "menu" && isAlive(c)).length, notice: found.notice || null,
    };
  }
  const missing = site.settings.filter((s) => !matches[s.id] && (s.absent_when || []).length && anySelector(s.absent_when)).map((s) => s.id);
  const near = Object.fromEntries(site.settings.filter((s) => !matches[s.id]).map((s) => [s.id, nearTo(s, controls, taken)]));
  const own = ownTexts(site.settings, taken, controls);
  const links = linksFor(site.settings, own);
  const unlisted = [...links.strange, ...strangeControls(controls, taken, own)];
  const frames = [...document.querySelectorAll("iframe")].map(frameDocument).filter(Boolean);
  const modals = openModals();
  return {
    origin: location.origin, path: location.pathname, query: location.search, fragment: location.hash, title: document.title.slice(0, 200),
    lang: ((document.documentElement && document.documentElement.lang) || "").toLowerCase(),
    complete: !!document.body && document.readyState === "complete" && frames.every((d) => d.readyState === "complete"),
    empty: !document.body || (!document.body.childElementCount && !document.body.textContent.trim()),
    boot: site.marks.length ? anySelector(site.marks) : null,
    canary: site.canary.length ? anySelector(site.canary) : null,
    account: shownAccount(),
    blocker: blockerNow(), password: asksForPassword(),
    changes, opaque, told, sealed, controls: controls.length, matches, missing, near, links: links.found, listed: index ? listedOn(site.settings) : {}, link_count: links.count, unlisted,
    modals: askingModals().map((el) => squeeze(accessibleName(el) || el.textContent).slice(0, 160)),
    arrived: armed ? armed.seen.arrived : null,
    scroll: { more: !!document.body && restBelow(scroller()) > 4 },
    tampered: isTampered(document), signals: signalsNow(roots, () => controls, modals),
  };
}
