/* The table of queries that a caller may send, and what is returned as elements. Each query takes one JSON
 * value and returns JSON text. */

function locate(id) {
  const controls = collectControls();
  const setting = site.settings.find((s) => s.id === id);
  const found = setting && findSetting(setting, controls);
  return { controls, setting, control: found && found.hits.length === 1 ? found.hits[0] : null };
}

/* Attributes that may identify a control in any language, except those that a framework numbers at each
 * load. */
const lasting = ["data-testid", "data-test-id", "data-test", "data-qa", "data-cy", "name", "id", "aria-labelledby"];
function keysOf(control) {
  const elements = [control.el, ...control.members];
  return lasting.flatMap((attribute) => elements.map((el) => ({ attribute, value: el.getAttribute(attribute) || "" })))
    .filter(({ value }) => /^[^\s:\d"'`<>\\]{3,100}$/.test(value));
}

/* The options, in the site's words, and the state that each of them represents. */
const MOST_OPTIONS = 200;
function optionsOf({ kind, el, members, words }) {
  const isList = kind === "select";
  const options = isList ? [...el.options].filter((o) => !o.disabled).map((o) => [squeeze(o.textContent), wordOfOption(o)]) : kind === "radio" ? members.map((m, i) => [radioTexts(m)[0], words[i]]) : [];
  return options.filter(([text]) => text).slice(0, MOST_OPTIONS).map(([text, state]) => ({ text, state }));
}

/* The elements that may take the press for a setting, as the page is now. */
function partsOf(id, wanted, via) {
  const { controls, control, setting } = locate(id);
  const target = control && targetOf(control, wanted, setting);
  if (!target) return [];
  const members = control.kind === "radio" ? [target] : control.members;
  return [...members, ...members.flatMap(labelsOf), ...(via === "track" ? [trackOf(target, controls, control)] : [])].filter(Boolean);
}

/* Buttons by exact name. */
function buttonsIn(root, wanted, setting) {
  const hits = [];
  walk(root, (el) => {
    if ((roleOf(el) === "button" || isInput(el, "button", "submit")) && isRendered(el) && wanted.has(plain(accessibleName(el)))) hits.push(el);
    return true;
  });
  /* its name may be exposed only to assistive technology, and say less than the visible text */
  const saysMore = (el) => saidBy(el).some((text) => isDestructive(text) && !wanted.has(text));
  return hits.some((el) => isForbidden(setting, el) || saysMore(el)) ? [] : hits;
}

/* A dialog about something that is never pressed, or one that mentions a destructive action if the scenario
 * does not say what is asked. */
function isOfAnother(root, asks, setting) {
  const headings = [...root.querySelectorAll("h1, h2, h3, [role=heading]")].map((el) => squeeze(el.textContent));
  const titles = [accessibleName(root), ...headings].map(plain).filter(Boolean);
  const never = setting ? setting.never : [];
  return titles.some((text) => never.some((name) => text.includes(name)) || (!asks.length && isDestructive(text)));
}

/* The buttons that answer the site's dialog: in the top dialog, if it asks what it should. */
function answersOf({ names, asks = [], id }) {
  const modals = askingModals();
  const root = modals.includes(topModalNow()) ? topModalNow() : modals[modals.length - 1];
  const lines = new Set(root && asks.length ? [accessibleName(root), ...textLines(root).map((line) => line.text)].map(plain) : []);
  if (!root || (asks.length && !asks.some((text) => lines.has(plain(text)))) || isOfAnother(root, asks, settingOf(id))) return [];
  return buttonsIn(root, new Set(names.map(plain)), settingOf(id));
}

/* The buttons that save: in the control's form, else in its dialog, else on the page. */
function saversOf({ names, id }) {
  const { control, setting } = locate(id);
  const around = control ? composedAncestors(control.el) : [];
  const roots = [around.find((e) => e.localName === "form"), around.find(isDialog), document.documentElement].filter(Boolean);
  for (const root of roots) {
    const hits = buttonsIn(root, new Set(names.map(plain)), setting);
    if (hits.length) return hits;
  }
  return [];
}

const buttonsNamed = (args) => (args.dialog ? answersOf(args) : saversOf(args));
const settingOf = (id) => site.settings.find((s) => s.id === id) || null;

/* What to look for on this site. It comes with the first query to each document, as `config`. */
function configure(given) {
  const settings = given.settings.map(prepareSetting);
  for (const { forced_by } of settings)
    if (forced_by && !forced_by.setting) forced_by.prepared = prepareSetting({ key_attributes: given.settings[0].key_attributes, ...forced_by, rows: {}, inverted: {}, choices: {} });
  const menus = settings.some((s) => s.choices.size || s.control === "menu");
  site = { static_paths: [], marks: [], canary: [], blockers: [], overlays: [], never: [], ...given, menus, settings };
  return true;
}

const answers = {
  configure,
  look,
  /* Two reads in one. */
  read: readTwice,
  /* What can still be pending: see 7-signals.js. */
  signals() {
    const roots = [...documentsHere(), ...elementsHere().map(shadowOf).filter(Boolean)];
    return signalsNow(roots, collectControls, openModals());
  },
  /* Is the page idle within `ms` milliseconds? */
  idle({ ms }) {
    return nextIdle(ms);
  },
  /* Resolves when the page has changed since it was last read, or after `ms` milliseconds. */
  changed({ ms }) {
    if (changes !== looked) return true;
    return new Promise((resolve) => {
      const done = () => {
        waiting.delete(done);
        clearTimeout(timer);
        resolve(true);
      };
      const timer = later(ms, done);
      waiting.add(done);
    });
  },
  /* How to operate a setting's control; also listens for the press. `by` asks for one way, `avoid` for the
   * other one. */
  aim({ id, wanted, avoid, by = { keyboard: "pointer", pointer: "keyboard" }[avoid] }) {
    const { controls, control, setting } = locate(id);
    if (!control) return { gone: true };
    const target = targetOf(control, wanted, setting);
    if (!target) return { no_word: true };
    if (isForbidden(setting, control.el, target)) return { forbidden: true };
    if (control.kind === "menu") {
      const { hit, ...aim } = aimAt(target, null, []);
      arm(() => partsOf(id, wanted, aim.via), id);
      return { ...aim, menu: true };
    }
    if (control.folded && !control.rendered) {
      const summary = [...control.folded.children].find((c) => c.localName === "summary");
      if (summary) arm(() => [summary], id);
      if (!summary) return { folded: true };
      const { hit, ...aim } = aimAt(summary, null, controls);
      return { folded: true, ...aim };
    }
    if (control.kind === "select") return aimSelect(target, wanted, setting);
    const aim = aimControl(target, control, controls, by);
    arm(() => partsOf(id, wanted, aim.via), id);
    return aim;
  },
  /* The pointer is at this point now: does a press there still reach the target? */
  under({ x, y, id, wanted, via }) {
    const ours = id ? partsOf(id, wanted, via) : armed ? armed.ours() : [];
    const hit = deepestAt(x, y);
    const ok = ours.length > 0 && reaches(hit, ours[0], ours);
    return ok ? { ok } : { ok, gone: !ours.length, cover: describeElement(hit) };
  },
  /* The result of the press that was aimed last: did an input event reach the control? */
  arrivals({ id } = {}) {
    if (!armed || (id && armed.id !== id)) return { armed: false, arrived: false, events: [], stray: 0 };
    const { arrived, events, stray } = armed.seen;
    return { armed: true, arrived, events, stray };
  },
  /* Where to press for a button that the scenario names. */
  aim_button(args) {
    const hits = buttonsNamed(args);
    if (hits.length !== 1) return { count: hits.length };
    if (isDisabled(hits[0])) return { count: 1, disabled: true };
    const { hit, ...aim } = aimAt(hits[0], null, []);
    arm(() => buttonsNamed(args));
    return { count: 1, disabled: false, ...aim };
  },
  /* Where to press for the next element to open on the way to a setting. */
  aim_open({ id, from }) {
    const { setting, controls } = locate(id);
    const found = setting && findSetting(setting, controls);
    /* a neighbour under the same heading may be found instead of what is not open yet */
    const isDoubtful = found && found.rung === "row" && wordingOf(setting, found.hits[0], controls).wording === "unknown";
    if (!setting) return { done: true };
    /* the last element to open is still there: what is found beside it may be a duplicate */
    const next = found && from === setting.open.length ? { count: 0 } : nextStep(setting, controls, found && !isDoubtful ? setting.open.length - 1 : from);
    const isDone = found && !isDoubtful && (next.count !== 1 || next.via === undefined || next.expanded || next.selected);
    return isDone ? { done: true } : next;
  },
  /* The names of the instances that this page links to. */
  instances({ link }) {
    return instancesLinked(link);
  },
  /* Where to press for the item of an open menu that means the wanted word. */
  aim_item({ id, wanted }) {
    const { setting, control } = locate(id);
    return setting ? aimItem(setting, control && control.el, wanted) : { count: 0 };
  },
  /* Where to press to unfold a section whose button says one of the setting's wordings. */
  aim_fold({ id }) {
    const setting = site.settings.find((s) => s.id === id);
    const hits = elementsHere().filter((el) => {
      const closed = el.localName === "summary" ? el.parentNode.localName === "details" && !el.parentNode.open : el.getAttribute("aria-expanded") === "false" && roleOf(el) === "button" && !el.hasAttribute("aria-haspopup");
      return closed && isRendered(el) && !isForbidden(setting, el) && [accessibleName(el), ...textLines(el).map((l) => l.text)].some((t) => setting.known.has(plain(t)));
    });
    if (hits.length !== 1) return { count: hits.length };
    arm(() => hits);
    const { hit, ...aim } = aimAt(hits[0], null, []);
    return { count: 1, ...aim };
  },
  /* A box for a picture of a setting's control, if there is one. */
  picture: pictureOf,
  /* One screen further down, if there is one, for content that is rendered only when scrolled to. */
  scroll({ ms }) {
    const el = scroller();
    el.scrollBy({ top: Math.max(el.clientHeight * 0.8, 100), behavior: "instant" });
    return drawn(ms).then((yes) => ({ drawn: yes }));
  },
  /* To compare with the browser's own answer: every control with name, role and state. The elements
   * themselves are ofsProbe.listed(), in the order of `parts`. */
  list() {
    const controls = collectControls();
    lastListed = controls.flatMap((c) => [c.el, ...c.members]);
    return controls.map((c) => ({
      kind: c.kind, role: c.kind === "told" ? toldNodes.get(c.el).role : roleOf(c.el), name: c.name, state: c.state, disabled: c.disabled, rendered: c.rendered,
      folded: !!c.folded, label: visibleLabel(c, controls), row: rowLines(c, controls), words: c.words || null, options: optionsOf(c), keys: keysOf(c),
      chosen: c.kind === "radio" ? c.members.map(radioChecked) : null, parts: 1 + c.members.length,
    }));
  },
};

/* A select is operated with the keyboard; one step is one press. */
function aimSelect(target, wanted, setting) {
  const options = [...target.options].filter((o) => !o.disabled);
  const at = options.findIndex((o) => o.selected);
  const words = options.map((o) => meantBy(setting, optionTexts(o), stateOfWord(o.textContent) || stateOfWord(o.value) || squeeze(o.textContent)));
  const to = words.findIndex((word) => word && plain(word) === plain(wanted));
  if (to < 0) return { no_word: true };
  const top = topModalNow();
  if (top && !composedContains(top, target)) return { cover: "dialog" };
  scrollTo(target);
  arm(() => [target], setting.id);
  return takesFocus(target) ? { via: "keys", steps: to - at } : { cover: "" };
}

let lastListed = [];

/* For the protocol's own reach: elements, not JSON. */
globalThis.ofsProbe = {
  listed() {
    return lastListed;
  },
  pictured() {
    return lastPictured;
  },
  hosts() {
    return remembering(() => elementsHere().filter(isToBeReached));
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
    if (args && args.config) configure(args.config);
    const value = remembering(() => answer(args || {}));
    return value && typeof value.then === "function" ? value.then((v) => JSON.stringify(v)) : JSON.stringify(value);
  };
