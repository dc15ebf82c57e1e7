// Runs in the replica's page, after its HTML was parsed and before its own script starts, and makes a variant of it.
// The page's script stays: it asks for the state, shows it and saves a change, through a replacement for the element
// that it knows. What a person sees is correct: once the state has come, every live control shows the server's truth,
// one press on it saves once, and a decoy's own text says that it is another setting.
//
// Presses are reported to the server by what was pressed: "mine" (the setting's control, its label or track), "fold"
// (what has to be opened first) or "other".
(() => {
  "use strict";
  const recipe = JSON.parse(document.getElementById("mutation").textContent);
  const boot = document.getElementById("boot-config");
  const config = JSON.parse(boot.textContent);
  const words = config.words;
  const mine = new WeakSet();
  const folds = new WeakSet();

  const paths = new WeakMap(); // what only listeners inside a closed root receive
  // At the document: an event that is stopped at the window has reached nothing of the page.
  function hear(view) {
    const tell = (event) => {
      if (!event.isTrusted) return;
      const outside = event.composedPath();
      setTimeout(() => {
        const path = [...(paths.get(event) || []), ...outside];
        const what = path.some((e) => mine.has(e)) ? "mine" : path.some((e) => folds.has(e)) ? "fold" : "other";
        const at = path[0].outerHTML ? path[0].outerHTML.slice(0, 120) : String(path[0]);
        new Image().src = `/__mutation/press?what=${what}&type=${event.type}&at=${encodeURIComponent(at)}`;
      }, 0);
    };
    view.document.addEventListener("pointerdown", tell, true);
    view.document.addEventListener("keydown", tell, true);
  }
  hear(window);

  const target = config.controls.find((c) => c.key === recipe.key);
  if (!target) return;

  // ---- elements ----

  let serial = 0;
  const unique = (stem) => `${stem}-${recipe.salt}-${++serial}`;

  function h(tag, attributes, ...children) {
    const el = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {}))
      if (name === "style") el.style.cssText = value;
      else if (value !== null && value !== undefined && value !== false) el.setAttribute(name, value === true ? "" : value);
    el.append(...children.filter((c) => c !== null));
    return el;
  }

  const css = `
    .mt { display: inline-block; width: 44px; height: 24px; border-radius: 12px; background: #8c8c8c; cursor: pointer; }
    .mt.on, input:checked + .mt { background: #01754f; }
    .mh { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); }
    .mz { position: absolute; inset: 0; opacity: 0; width: 100%; height: 100%; margin: 0; }
    .mb { min-width: 64px; padding: 5px 16px; border-radius: 16px; cursor: pointer; }
    .mgrid { display: grid; grid-template-columns: 1fr auto; gap: 14px; align-items: center; }
    .mline { display: flex; justify-content: space-between; align-items: center; gap: 24px; margin-top: 18px; }
    .mrev { flex-direction: row-reverse; justify-content: flex-end; }
    .mtable { width: 100%; border-collapse: collapse; } .mtable td { padding: 10px 0; }`;
  const style = () => h("style", {}, css);
  document.head.append(style());

  // ---- shapes: each gives {control, takes (elements whose presses are its own), show(on), heed(fn)} ----

  const state = (el, attribute) => (on) => el.setAttribute(attribute, on === null ? "mixed" : String(on));

  function pressed(el, view) {
    el.addEventListener("click", (event) => {
      if (el.getAttribute("aria-disabled") === "true" || el.disabled) return;
      event.preventDefault();
      view.show(!view.on);
      view.changed();
    });
    if (el.localName !== "button")
      el.addEventListener("keydown", (event) => {
        if (event.key === " " || event.key === "Enter") (event.preventDefault(), el.click());
      });
  }

  function box(attributes) {
    const el = h("input", { type: "checkbox", ...attributes });
    return { el, bind: (view) => el.addEventListener("change", () => ((view.on = el.checked), view.changed())), show: (on) => (el.checked = on) };
  }

  function ariaElement(tag, attributes, attribute, inner) {
    const el = h(tag, { ...attributes, type: tag === "button" ? "button" : null, tabindex: tag === "button" ? null : "0" }, ...(inner || []));
    return { el, bind: (view) => pressed(el, view), show: state(el, attribute) };
  }

  const track = () => h("span", { class: "mt", "aria-hidden": "true" });

  function within(mode, inside) {
    const host = h("div", { style: "display:inline-block;position:relative" });
    host.attachShadow({ mode }).append(style(), inside);
    return host;
  }

  // Two buttons side by side, one of which is lit.
  function segments(names, { attribute, turned }) {
    const one = (word, value) => h("button", { type: "button", "data-value": value, style: "border-radius:4px" }, word);
    const pair = [one(words.on, "true"), one(words.off, "false")];
    const el = h("div", { ...names, role: "group" }, ...(turned ? pair.reverse() : pair));
    return {
      el, root: el,
      bind: (view) => el.addEventListener("click", (event) => {
        const value = event.target.dataset.value;
        if (!value || view.on === (value === "true")) return;
        view.show(value === "true");
        view.changed();
      }),
      show: (on) => {
        for (const button of pair) {
          const lit = button.dataset.value === String(on);
          button.style.background = lit ? "#01754f" : "#999";
          if (attribute) button.setAttribute(attribute, String(lit));
        }
      },
    };
  }

  const shapes = {
    native: (n) => { const b = box(n); return { ...b, root: b.el }; },
    "hidden-input": (n) => {
      const b = box({ ...n, role: "switch", class: "mh" });
      return { ...b, root: h("label", { style: "position:relative;display:inline-flex" }, b.el, track()) };
    },
    "hidden-no-label": (n) => { // the track has no label element: a script clicks the input
      const b = box({ ...n, class: "mz" });
      return { ...b, root: h("span", { style: "position:relative;display:inline-block" }, b.el, track()) };
    },
    "gone-input": (n) => { // display: none, and a label that is the track
      const id = n.id || unique("gone");
      const b = box({ ...n, id, style: "display:none" });
      return { ...b, root: h("span", {}, b.el, h("label", { for: id, class: "mt" })) };
    },
    "div-switch": (n) => { const a = ariaElement("div", { ...n, role: "switch", class: "mt" }, "aria-checked"); return { ...a, root: a.el }; },
    "div-checkbox": (n) => { const a = ariaElement("div", { ...n, role: "checkbox", class: "mt" }, "aria-checked"); return { ...a, root: a.el }; },
    "span-menuitem": (n) => { const a = ariaElement("span", { ...n, role: "menuitemcheckbox", class: "mt" }, "aria-checked"); return { ...a, root: h("div", { role: "menu", style: "display:inline-block" }, a.el) }; },
    "button-switch": (n) => { const a = ariaElement("button", { ...n, role: "switch" }, "aria-checked", [track()]); return { ...a, root: a.el }; },
    "button-pressed": (n) => { const a = ariaElement("button", { ...n }, "aria-pressed", [track()]); return { ...a, root: a.el }; },
    "button-switch-word": (n) => {
      const a = ariaElement("button", { ...n, role: "switch" }, "aria-checked");
      return { ...a, root: a.el, show: (on) => { a.show(on); a.el.textContent = on ? words.on : words.off; } };
    },
    "button-word": (n) => {
      const a = ariaElement("button", { ...n }, "data-x");
      return { ...a, root: a.el, show: (on) => (a.el.textContent = on ? words.on : words.off) };
    },
    "div-word": (n) => {
      const a = ariaElement("div", { ...n, role: "button", class: "mb" }, "data-x");
      return { ...a, root: a.el, show: (on) => (a.el.textContent = on ? words.on : words.off) };
    },
    "button-action": (n) => { // its text says what a press does, not the present state
      const a = ariaElement("button", { ...n }, "data-x");
      return { ...a, root: a.el, show: (on) => (a.el.textContent = on ? "Turn off" : "Turn on") };
    },
    segments: (n) => segments(n, {}),
    "segments-turned": (n) => segments(n, { turned: true }),
    "segments-pressed": (n) => segments(n, { attribute: "aria-pressed" }),
    "segments-pressed-turned": (n) => segments(n, { attribute: "aria-pressed", turned: true }),
    "segments-current": (n) => segments(n, { attribute: "aria-current", turned: true }),
    select: (n) => {
      const el = h("select", n, h("option", { value: "a" }, words.on), h("option", { value: "b" }, words.off));
      return { el, root: el, bind: (view) => el.addEventListener("change", () => ((view.on = el.value === "a"), view.changed())), show: (on) => (el.value = on ? "a" : "b") };
    },
    radios: (n) => {
      const name = unique("radio");
      const radio = (word, value) => h("label", { style: "margin-right:12px" }, h("input", { type: "radio", name, value }), " ", word);
      const el = h("div", { ...n, role: "radiogroup" }, radio(words.on, "x1"), radio(words.off, "x2"));
      const [on, off] = el.querySelectorAll("input");
      return { el, root: el, bind: (view) => el.addEventListener("change", () => ((view.on = on.checked), view.changed())), show: (is) => ((is ? on : off).checked = true) };
    },
    "open-inner": (n) => { const b = box({ ...n }); return { ...b, root: within("open", b.el) }; },
    "closed-inner": (n) => { const b = box({ ...n }); return { ...b, root: within("closed", b.el) }; },
    "closed-track": (n) => {
      const b = box({ ...n, role: "switch", class: "mh" });
      return { ...b, root: within("closed", h("label", { style: "position:relative;display:inline-flex" }, b.el, track())) };
    },
    "host-role": (n) => { // the host has the role, and a checkbox inside it does the work
      const b = box({ tabindex: "-1", class: "mz" });
      const host = within("open", h("span", { style: "position:relative;display:inline-block" }, b.el, track()));
      for (const [name, value] of Object.entries({ ...n, role: "switch", tabindex: "0" })) if (value) host.setAttribute(name, value);
      return { el: host, root: host, bind: b.bind, show: (on) => { b.show(on); host.setAttribute("aria-checked", String(on)); } };
    },
    internals: (n) => {
      const tag = unique("x-switch").toLowerCase();
      let internals;
      customElements.define(tag, class extends HTMLElement {
        constructor() {
          super();
          internals = this.attachInternals();
          internals.role = "switch";
          this.attachShadow({ mode: "open" }).append(style(), track());
        }
      });
      const el = document.createElement(tag);
      for (const [name, value] of Object.entries({ ...n, tabindex: "0" })) if (value) el.setAttribute(name, value);
      el.style.cssText = "display:inline-block";
      return { el, root: el, bind: (view) => pressed(el, view), show: (on) => (internals.ariaChecked = String(on)) };
    },
  };
  const canBeLabelled = (shape) => /^(native|hidden-input|hidden-no-label|button-|select)/.test(shape);

  // One row: {root pieces [label, control], view}. `key` says where the key is put.
  function row(spec, text) {
    const names = {};
    const labelId = spec.key === "labelledby" ? recipe.key : unique("label");
    const how = spec.label === "for" && !canBeLabelled(spec.shape) ? "labelledby" : spec.label;
    if (spec.key === "id") names.id = recipe.key;
    if (spec.key === "name") names.name = recipe.key;
    if (spec.key === "labelledby") names["aria-labelledby"] = recipe.key;
    if (how === "labelledby") names["aria-labelledby"] = labelId;
    if (how === "aria-label") names["aria-label"] = text;
    if (how === "title") names.title = text;
    if (how === "for") names.id = names.id || unique("box");
    const made = shapes[spec.shape](names);
    const owns = spec.key === "labelledby" ? spec.owner : how === "labelledby"; // whether the label has the id
    const label = h(how === "for" ? "label" : "span", { id: owns ? labelId : null, for: how === "for" ? names.id : null }, text);
    const view = { el: made.el, root: made.root, label, on: false };
    view.show = (on) => { view.on = on; made.show(on); };
    made.bind(view);
    return view;
  }

  // What the page's script takes for its element: it represents all views of one setting.
  class StandIn extends EventTarget {
    constructor(inverted = false) {
      super();
      this.views = [];
      this.inverted = inverted;
      this.value = false;
    }
    get checked() { return this.value; }
    set checked(value) {
      this.value = value;
      for (const view of this.views) view.show(value !== this.inverted);
    }
    closest() { return section; }
    get parentElement() { return section; }
    setAttribute() {}
    add(view) {
      this.views.push(view);
      view.changed = () => {
        this.checked = view.on !== this.inverted;
        this.dispatchEvent(new Event("change"));
      };
      return view;
    }
  }

  const standIns = new Map();
  const found = document.getElementById.bind(document);
  document.getElementById = (id) => standIns.get(id) || found(id);

  // ---- the page's own pieces ----

  const element = found(target.box);
  let section = element.closest(".setting") || document.querySelector("main .card > div, .card > div");
  const card = section.parentElement;
  const ownLabel = (section.querySelector("legend, span[id], .setting__line > span, .setting__line > label, label") || section).textContent.trim();
  const text = recipe.text.kind === "own" ? ownLabel : recipe.text.value;
  const heading = card.querySelector("h2");
  if (recipe.heading === "dropped") heading.remove();
  else if (recipe.heading) heading.textContent = recipe.heading;

  // ---- rows ----

  const items = []; // {pieces: {label, root}, isTarget}
  const decoyRow = (decoy, index) => {
    const view = row({ ...decoy, key: decoy.key || null }, decoy.text);
    const box = unique("decoy");
    const stand = new StandIn();
    stand.add(view);
    standIns.set(box, stand);
    config.controls.push({ box, key: decoy.save, row: decoy.text, make: "checkbox", value: null, faults: [] });
    view.show(decoy.initial === "on");
    if (decoy.label === "none-and-no-text") view.label.textContent = "";
    return { label: view.label, root: view.root, index };
  };

  const views = [];
  if (recipe.shape) {
    const stand = new StandIn(recipe.inverted);
    const twice = recipe.double ? 2 : 1;
    for (let i = 0; i < twice; i++) {
      const view = stand.add(row({ shape: recipe.shape, label: recipe.label, key: i ? null : recipe.keyAt, owner: true }, text));
      view.show(recipe.initial === "on");
      mine.add(view.root);
      mine.add(view.label);
      views.push(view);
    }
    standIns.set(target.box, stand);
    target.make = "checkbox";
    const rows = views.map((view) => ({ label: view.label, root: view.root, isTarget: true }));
    rows.forEach((r, i) => items.push({ ...r, index: i }));
  } else {
    mine.add(section);
    standIns.set(target.box, element);
    items.push({ section, isTarget: true, index: 0 });
  }
  for (const [i, decoy] of recipe.decoys.entries()) {
    const item = decoyRow(decoy, 10 + i);
    if (decoy.before !== (recipe.swapByLoad && recipe.load % 2 === 1)) items.unshift(item);
    else items.push(item);
  }
  boot.textContent = JSON.stringify(config).replaceAll("<", " ");

  // ---- layout ----

  const hole = h("div", {});
  section.replaceWith(hole);

  function line(item) {
    if (item.section) return item.section;
    const reverse = recipe.layout === "reverse";
    if (recipe.layout === "above") return h("div", { style: "margin-top:18px" }, h("div", {}, item.label), h("div", {}, item.root));
    if (recipe.layout === "section") return h("section", { class: "setting" }, h("div", { class: "mline" }, item.label, item.root));
    return h("div", { class: `mline${reverse ? " mrev" : ""}` }, item.label, item.root);
  }

  let container;
  if (items.length > 1 && recipe.shape && recipe.layout === "grid") {
    container = h("div", { class: "mgrid" }, ...items.flatMap((i) => [i.label, i.root]));
  } else if (recipe.shape && recipe.layout === "table") {
    container = h("table", { class: "mtable" }, h("tbody", {}, ...items.map((i) => h("tr", {}, h("td", {}, i.label), h("td", {}, i.root)))));
  } else if (recipe.shape && recipe.layout === "flat") {
    container = h("div", { class: "setting" }, ...items.flatMap((i) => [h("div", { style: "margin-top:14px" }, i.label), i.root]));
  } else {
    container = h("div", {}, ...items.map(line));
  }
  container.setAttribute("data-recipe", recipe.id);
  hole.replaceWith(container);
  section = container;
  if (recipe.direction === "rtl") container.dir = "rtl";

  const own = () => items.filter((i) => i.isTarget).flatMap((i) => (i.section ? [i.section] : [i.label, i.root]));

  function copyOf(kind) {
    const list = items.filter((i) => i.isTarget).map((i) => (i.section || h("div", { class: "mline" }, i.label.cloneNode(true), i.root.cloneNode(true))));
    const copy = h("div", {}, ...list.map((e) => (e.parentNode ? e.cloneNode(true) : e)));
    for (const el of copy.querySelectorAll("[id]")) if (kind !== "same-ids" && el.id !== recipe.key) el.removeAttribute("id");
    for (const input of copy.querySelectorAll("input")) (input.removeAttribute("name"), (input.checked = recipe.stale));
    for (const el of copy.querySelectorAll("[aria-checked]")) el.setAttribute("aria-checked", String(recipe.stale));
    for (const el of copy.querySelectorAll("[aria-pressed]")) el.setAttribute("aria-pressed", String(recipe.stale));
    return copy;
  }

  // ---- other changes to the page ----

  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const steps = {
    wrap({ depth, tag }) {
      for (const piece of own().slice(0, 2)) {
        let outer = piece;
        for (let i = 0; i < depth; i++) {
          const around = h(tag, tag === "span" ? {} : { style: i % 2 ? "display:contents" : "" });
          outer.replaceWith(around);
          around.append(outer);
          outer = around;
        }
      }
    },
    shadow({ mode, nested }) {
      let inner = container;
      const at = h("div", {});
      container.replaceWith(at);
      for (let i = 0; i < (nested ? 2 : 1); i++) {
        const host = h("div", {});
        const root = host.attachShadow({ mode: i ? "open" : mode });
        for (const type of ["pointerdown", "keydown"]) root.addEventListener(type, (event) => paths.set(event, event.composedPath()), true);
        root.append(h("link", { rel: "stylesheet", href: "/static/site.css" }), style(), inner);
        inner = host;
      }
      at.replaceWith(inner);
      section = inner;
    },
    frame({ nested }) {
      const place = section;
      let outer = null;
      const hole = h("div", {});
      place.replaceWith(hole);
      let view = window;
      for (let i = 0; i < (nested ? 2 : 1); i++) {
        const frame = view.document.createElement("iframe");
        frame.style.cssText = "width:100%;height:520px;border:0;display:block";
        if (outer) view.document.body.append(frame);
        else hole.replaceWith(frame);
        outer = outer || frame;
        view = frame.contentWindow;
        hear(view);
      }
      const link = view.document.createElement("link");
      link.rel = "stylesheet";
      link.href = "/static/site.css";
      view.document.head.append(link, view.document.adoptNode(style()));
      view.document.body.append(view.document.adoptNode(place));
      section = outer;
    },
    late({ ms }) {
      const hole = h("div", {});
      const piece = section;
      piece.replaceWith(hole);
      setTimeout(() => hole.replaceWith(piece), ms);
    },
    lazy() {
      const piece = section;
      const foot = h("div", { style: "height:40px" }, "…");
      piece.replaceWith(h("div", { style: "height:2400px" }), foot);
      new IntersectionObserver((entries, watch) => {
        if (!entries.some((e) => e.isIntersecting)) return;
        watch.disconnect();
        foot.replaceWith(piece);
      }).observe(foot);
    },
    spacer({ px }) {
      section.before(h("div", { style: `height:${px}px` }));
    },
    details({ known, isOpen }) {
      const summary = h("summary", {}, known ? target.row : "More choices");
      const details = h("details", { open: isOpen || null }, summary);
      section.replaceWith(details);
      details.append(section);
      folds.add(summary);
      section = details;
    },
    accordion({ known, rendered }) {
      const id = unique("panel");
      const button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": id }, known ? target.row : "More choices");
      const piece = section;
      const panel = h("div", { id, hidden: true });
      const around = h("div", {}, button, panel);
      piece.replaceWith(around);
      if (!rendered) panel.append(piece);
      folds.add(button);
      button.addEventListener("click", () => {
        const open = button.getAttribute("aria-expanded") === "false";
        button.setAttribute("aria-expanded", String(open));
        panel.hidden = !open;
        if (open) panel.append(piece);
      });
      section = around;
    },
    cover({ kind, ms }) {
      const over = {
        glass: "position:fixed;inset:0;z-index:20;opacity:0",
        through: "position:fixed;inset:0;z-index:20;pointer-events:none;background:#0001",
        header: "position:fixed;left:0;right:0;top:0;height:45%;z-index:20;background:#fff",
        footer: "position:fixed;left:0;right:0;bottom:0;height:45%;z-index:20;background:#fff",
      }[kind];
      if (over) {
        const el = h("div", { style: over }, kind === "glass" || kind === "through" ? "" : "We value your privacy");
        if (kind === "header" || kind === "footer") el.append(h("button", { type: "button" }, "Accept"));
        document.body.append(el);
        if (ms) setTimeout(() => el.remove(), ms);
        return;
      }
      const piece = own().at(-1); // lies on the control alone
      const beside = h("span", { style: `position:absolute;z-index:3;inset:0;${kind === "half" ? "right:50%;" : ""}` });
      const around = h("span", { style: "position:relative;display:inline-block" });
      piece.replaceWith(around);
      around.append(piece, beside);
      if (ms) setTimeout(() => beside.remove(), ms);
    },
    copy({ kind, before }) {
      const copy = copyOf(kind);
      copy.style.cssText = {
        none: "display:none", invisible: "visibility:hidden", away: "", offscreen: "position:absolute;left:-9999px;top:0",
        clear: "opacity:0;pointer-events:none", inert: "", small: "height:0;overflow:hidden", "same-ids": "display:none", visible: "",
      }[kind];
      if (kind === "away") copy.setAttribute("aria-hidden", "true");
      if (kind === "inert") copy.setAttribute("inert", "");
      if (before) section.before(copy);
      else section.after(copy);
    },
    disabled({ how }) {
      for (const view of views) {
        if (how === "attribute") (view.el.setAttribute("disabled", ""), view.el.setAttribute("aria-disabled", "true"));
        else if (how === "aria") view.el.setAttribute("aria-disabled", "true");
      }
      if (how === "inert") container.setAttribute("inert", "");
      if (how === "fieldset") {
        const set = h("fieldset", { disabled: true, style: "border:0" });
        container.replaceWith(set);
        set.append(container);
        if (section === container) section = set;
      }
      if (!views.length) element.disabled = how !== "inert", element.setAttribute("aria-disabled", "true");
    },
    lie({ how }) { // two witnesses that contradict each other: the state cannot be known
      const again = () => {
        for (const view of views.length ? views : [{ el: element, on: element.checked }]) {
          if (how === "aria" && /^(input)$/.test(view.el.localName)) view.el.setAttribute("aria-checked", String(!view.el.checked));
          if (how === "word" && view.el.hasAttribute("aria-checked") && view.el.childElementCount === 0) view.el.textContent = view.on ? words.off : words.on;
          if (how === "pressed-word" && [words.on, words.off].includes(view.el.textContent) && !view.el.hasAttribute("aria-checked")) view.el.setAttribute("aria-pressed", String(!view.on));
          if (how === "mixed") "indeterminate" in view.el ? (view.el.indeterminate = true) : view.el.setAttribute("aria-checked", "mixed");
        }
      };
      again();
      setInterval(again, 50);
    },
    boot({ kind }) {
      if (kind === "early") document.body.classList.add("boot-complete");
      if (kind === "never") {
        const add = document.body.classList.add;
        document.body.classList.add = function (...names) { add.apply(this, names.filter((n) => n !== "boot-complete")); };
      }
    },
    hydrate({ ms }) { // the answer has arrived, and is shown only later
      const fetched = window.fetch;
      window.fetch = async (...args) => {
        const answer = await fetched(...args);
        if (!args[1]?.method || args[1].method === "GET") await pause(ms);
        return answer;
      };
    },
    rerender({ ms }) { // rows are taken out and put back, as some frameworks do
      const at = section;
      setInterval(() => {
        const parent = at.parentNode;
        if (!parent) return;
        const next = at.nextSibling;
        at.remove();
        parent.insertBefore(at, next);
      }, ms);
    },
    noise() {
      const clock = h("p", {}, "0");
      document.querySelector("footer, body").append(clock);
      setInterval(() => (clock.textContent = String(performance.now() | 0)), 150);
    },
    scale({ factor, how }) { // in place: a frame that is moved loses its contents
      if (how === "zoom") section.style.zoom = factor;
      else if (how === "turn") section.style.transform = `rotate(${factor * 12}deg)`;
      else Object.assign(section.style, { transform: `scale(${factor})`, transformOrigin: "0 0" });
    },
    stolen() { // a stranger refers to the setting's label, and shows a text of its own
      const label = own()[0];
      if (!recipe.shape || !label.id) label.id = label.id || unique("label");
      const el = h("div", { role: "switch", tabindex: "0", class: "mt", "aria-checked": "false", "aria-labelledby": label.id });
      el.addEventListener("click", () => fetch("/mysettings-api/unasked", { method: "POST", body: "stolen label" }));
      section.before(h("div", { class: "mline" }, h("span", {}, "Advertising partners"), el));
    },
    reloads({ ms }) { // the page reloads itself after a save
      const fetched = window.fetch;
      window.fetch = async (...args) => {
        const answer = await fetched(...args);
        if (args[1]?.method === "PUT") setTimeout(() => location.reload(), ms);
        return answer;
      };
    },
    hover({ over }) { // when the pointer arrives, a stranger takes the place of what was under it
      const strange = h("div", { role: "switch", tabindex: "0", "aria-checked": "true", "aria-label": "Share with partners", style: "height:26px;background:#999" });
      strange.addEventListener("click", () => fetch("/mysettings-api/unasked", { method: "POST", body: "came with the pointer" }));
      section.addEventListener("pointermove", (event) => {
        if (over) strange.style.cssText += `;position:fixed;width:80px;left:${event.clientX - 40}px;top:${event.clientY - 13}px;z-index:9`;
        container.prepend(strange);
      }, { once: true });
    },
    growing({ ms }) { // strangers above it, and space that grows between them
      const strange = [];
      for (let i = 0; i < 6; i++) {
        const el = h("div", { role: "switch", tabindex: "0", "aria-checked": "true", "aria-label": `Share with partner ${i}`, style: "height:30px;background:#999" });
        el.addEventListener("click", () => fetch("/mysettings-api/unasked", { method: "POST", body: "a stranger above" }));
        strange.push(el);
      }
      const room = h("div", { style: "height:0" });
      section.before(...strange, room);
      let height = 0;
      const timer = setInterval(() => {
        height += 30;
        room.style.height = `${height}px`;
        if (height > 300) clearInterval(timer);
      }, ms);
    },
    link({ tag }) { // the setting's own words, on something that is not a switch
      const el = tag === "a" ? h("a", { href: "/mypreferences/d/close-accounts" }, text) : h("button", { type: "button" }, text);
      if (tag === "button") el.addEventListener("click", () => fetch("/mysettings-api/unasked", { method: "POST", body: "button" }));
      section.before(h("p", {}, el));
    },
    prose() { // the same words in running text, and as a heading of another part
      section.after(h("h3", {}, text), h("p", {}, `${text}: learn what this means.`), h("label", {}, h("input", { type: "text", "aria-label": "Notes" }), " Notes"));
    },
    moving() {
      section.animate([{ transform: "translateY(0)" }, { transform: "translateY(120px)" }], { duration: 1100, iterations: Infinity, direction: "alternate" });
    },
  };
  for (const step of recipe.steps) steps[step.name](step);
})();
