/* The table of questions that a caller may ask, and what of it is handed over by element. Each question takes
 * one JSON value and answers with JSON text. */

function locate(id) {
  const controls = collectControls();
  const setting = site.settings.find((s) => s.id === id);
  const found = setting && findSetting(setting, controls);
  return { controls, setting, control: found && found.hits.length === 1 ? found.hits[0] : null };
}

/* Attributes that may tell a control in any language, without the ones that a framework counts up at each load. */
const lasting = ["data-testid", "data-test-id", "data-test", "data-qa", "data-cy", "name", "id", "aria-labelledby"];
function keysOf(control) {
  const elements = [control.el, ...control.members];
  return lasting.flatMap((attribute) => elements.map((el) => ({ attribute, value: el.getAttribute(attribute) || "" })))
    .filter(({ value }) => /^[^\s:\d"'`<>\\]{3,100}$/.test(value));
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

/* What is looked for on this site. It comes with the first question to each document, as `config`. */
function configure(given) {
  site = { static_paths: [], marks: [], canary: [], blockers: [], ...given, settings: given.settings.map(prepareSetting) };
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
  /* Is the page idle within so many milliseconds? */
  idle({ ms }) {
    return nextIdle(ms);
  },
  /* Resolves when the page has changed, or after so many milliseconds. */
  changed({ ms }) {
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
  /* How to work a setting's control, and an ear for the press. `by` asks for one means, `avoid` for the other one. */
  aim({ id, wanted, avoid, by = { keyboard: "pointer", pointer: "keyboard" }[avoid] }) {
    const { controls, control, setting } = locate(id);
    if (!control) return { gone: true };
    const target = targetOf(control, wanted, setting);
    if (!target) return { no_word: true };
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
  /* The pointer is at this point now: does a press there still reach what was aimed at? */
  under({ x, y, id, wanted, via }) {
    const ours = id ? partsOf(id, wanted, via) : armed ? armed.ours() : [];
    const hit = deepestAt(x, y);
    const ok = ours.length > 0 && reaches(hit, ours[0], ours);
    return ok ? { ok } : { ok, gone: !ours.length, cover: describeElement(hit) };
  },
  /* What came of the press that was aimed last: did an input event reach the control? */
  arrivals({ id } = {}) {
    if (!armed || (id && armed.id !== id)) return { armed: false, arrived: false, events: [], stray: 0 };
    const { arrived, events, stray } = armed.seen;
    return { armed: true, arrived, events, stray };
  },
  /* Where to press for a button that the scenario names. */
  aim_button({ names, dialog }) {
    const hits = buttonsNamed(names, dialog);
    if (hits.length !== 1) return { count: hits.length };
    const { hit, ...aim } = aimAt(hits[0], null, []);
    arm(() => buttonsNamed(names, dialog));
    return { count: 1, disabled: isDisabled(hits[0]), ...aim };
  },
  /* Where to press to unfold a section whose button says one of the setting's wordings. */
  aim_fold({ id }) {
    const setting = site.settings.find((s) => s.id === id);
    const hits = elementsHere().filter((el) => {
      const closed = el.localName === "summary" ? el.parentNode.localName === "details" && !el.parentNode.open : el.getAttribute("aria-expanded") === "false" && roleOf(el) === "button" && !el.hasAttribute("aria-haspopup");
      return closed && isRendered(el) && [accessibleName(el), ...textLines(el).map((l) => l.text)].some((t) => setting.known.has(plain(t)));
    });
    if (hits.length !== 1) return { count: hits.length };
    arm(() => hits);
    const { hit, ...aim } = aimAt(hits[0], null, []);
    return { count: 1, ...aim };
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
      folded: !!c.folded, label: visibleLabel(c, controls), row: rowLines(c, controls), words: c.words || null, keys: keysOf(c),
      chosen: c.kind === "radio" ? c.members.map(radioChecked) : null, parts: 1 + c.members.length,
    }));
  },
};

/* A select is worked from the keyboard; one step is one press. */
function aimSelect(target, wanted, setting) {
  const options = [...target.options].filter((o) => !o.disabled);
  const at = options.findIndex((o) => o.selected);
  const words = options.map((o) => meantBy(setting, optionTexts(o), stateOfWord(o.textContent) || stateOfWord(o.value) || squeeze(o.textContent)));
  const to = words.findIndex((word) => word && plain(word) === plain(wanted));
  if (to < 0) return { no_word: true };
  if (openModals().length) return { cover: "dialog" };
  scrollTo(target);
  arm(() => [target], setting.id);
  return takesFocus(target) ? { via: "keys", steps: to - at } : { cover: "" };
}

let lastListed = [];

/* For the protocol's own reach, by element and not by JSON. */
globalThis.ofsProbe = {
  listed() {
    return lastListed;
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
