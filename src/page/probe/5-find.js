/* Which control belongs to a setting: a ladder of rungs; the rung is reported. Two controls on a rung are
 * ambiguous, and no lower rung is tried then.
 *   key      an attribute that does not depend on the language
 *   label    the accessible name is a known wording
 *   part     one whole line of what makes the name is a known wording
 *   row      a known wording is in the row that contains this control and no other
 *   visible  the text beside or above it is a known wording */

function keyOf(setting, el) {
  for (const attribute of setting.key_attributes) {
    const value = el.getAttribute(attribute);
    if (value && (value === setting.key || value.split(/\s+/).includes(setting.key))) return true;
  }
  return !!el.id && el.id.startsWith(setting.key + "__");
}

const isChoiceLabel = (control, node) => control.kind === "radio" && node.localName === "label" && control.members.includes(node.control);

/* Text that does not count for the row: the control's own words for its states, and what is over the page. */
const ownText = (control) => (node) =>
  control.members.includes(node) || isChoiceLabel(control, node) || node.localName === "option" || (node.childElementCount === 0 && stateOfWord(node.textContent)) || isApart(node, control);

/* The largest element around a control that contains no other control: its row. */
function rowOf(control, controls) {
  let row = null;
  for (const around of composedAncestors(control.el)) {
    if (/^(body|html|main|form|iframe)$/.test(around.localName)) break;
    if (holdsOthers(around, control, controls)) break;
    row = around;
    if (textLines(around, ownText(control)).length >= 6) break; /* this much text is a page, not a row */
  }
  return row;
}

function rowLines(control, controls) {
  if (control.rowLines === undefined) {
    const row = rowOf(control, controls);
    control.rowBlock = row ? textLines(row, ownText(control)) : [];
    control.rowLines = control.rowBlock.map((line) => line.text);
  }
  return control.rowLines;
}

/* By layout: the nearest line at the same height, else the nearest one above, with the other lines of its
 * block, which are its title or its description. */
function labelBlock(control, controls) {
  if (control.labelBlock !== undefined) return control.labelBlock;
  control.labelBlock = null;
  if (control.folded) return null; /* not laid out: nothing is beside it yet */
  const own = middle(boxOf(shownMember(control)));
  for (const around of composedAncestors(control.el).slice(0, 6)) {
    const lines = textLines(around, ownText(control)).filter((line) => !namesNothing(line.text)).map((line) => ({ ...line, box: boxOf(line.el) }));
    const isBeside = (box) => own.y >= box.y - 2 && own.y <= box.y + box.h + 2;
    const beside = lines.filter((l) => isBeside(l.box));
    const above = lines.filter((l) => l.box.y + l.box.h <= own.y && own.y - (l.box.y + l.box.h) < 40);
    const gap = (l) => Math.max(l.box.x - own.x, own.x - l.box.x - l.box.w, 0);
    const best = beside.sort((a, b) => gap(a) - gap(b))[0] || above.sort((a, b) => b.box.y - a.box.y)[0];
    if (!best) continue;
    const nearer = controls.some((other) => {
      if (other === control || !other.rendered) return false;
      const at = middle(boxOf(shownMember(other)));
      return at.y >= best.box.y - 2 && at.y <= best.box.y + best.box.h + 2 && Math.abs(at.x - best.box.x) < Math.abs(own.x - best.box.x);
    });
    if (nearer) break;
    let block = best.el;
    for (const outer of composedAncestors(best.el)) {
      if (composedContains(outer, control.el) || holdsOthers(outer, control, controls)) break;
      if (beside.length && !isBeside(boxOf(outer))) break;
      block = outer;
    }
    const all = textLines(block, ownText(control));
    control.labelBlock = { text: best.text, nearest: best, lines: all.length ? all : [best], beside: beside.length > 0 };
    break;
  }
  return control.labelBlock;
}

const visibleLabel = (control, controls) => (labelBlock(control, controls) || { text: "" }).text;
const visibleLines = (control, controls) => (labelBlock(control, controls) || { lines: [] }).lines;

const partLines = (control) =>
  control.members.flatMap(nameSources).flatMap((source) => textLines(source, ownText(control)).map((line) => line.text));

const rungs = [
  ["key", (s, c, all) => !!s.key && ([c.el, ...c.members].some((el) => keyOf(s, el)) || !!fieldOf(s, c, all))],
  ["label", (s, c) => s.known.has(plain(c.name))],
  ["part", (s, c) => !!c.name && partLines(c).some((line) => s.known.has(plain(line)))],
  ["row", (s, c, all) => rowLines(c, all).some((line) => s.known.has(plain(line)))],
  ["visible", (s, c, all) => !c.name && visibleLines(c, all).some((line) => s.known.has(plain(line.text)))],
];

/* Other controls that a person could take for the same one: without a name, beside their own text that is a
 * known wording. The rungs that use names do not find them. Two controls may share one text, unless the text
 * beside the found one differs: then its name is the other control's text. */
function rivalsOf(setting, hits, controls) {
  /* a folded element is not laid out: use its row instead */
  const linesOf = (c) => (c.folded ? (rowLines(c, controls), c.rowBlock) : visibleLines(c, controls));
  const isKnown = (line) => setting.known.has(plain(line.text));
  const taken = hits.flatMap((c) => {
    const lines = linesOf(c);
    const shared = !lines.length || lines.some(isKnown) ? c.members.flatMap(nameSources) : [];
    return [...shared, ...lines.map((line) => line.el)];
  });
  const isTaken = (el) => taken.some((source) => composedContains(source, el) || composedContains(el, source));
  return controls.filter((c) => !hits.includes(c) && (c.rendered || c.folded) && !c.name &&
    linesOf(c).some((line) => isKnown(line) && !isTaken(line.el)));
}

/* The hidden field with the value that a menu shows: it has the setting's key, and its form has no other
 * menu. */
function fieldOf(setting, control, controls) {
  const form = control.kind === "menu" && setting.key && control.el.closest("form");
  if (!form || controls.some((c) => c !== control && c.kind === "menu" && composedContains(form, c.el))) return null;
  const fields = [...form.querySelectorAll("input[type=hidden]")].filter((el) => keyOf(setting, el));
  return fields.length === 1 ? fields[0] : null;
}

/* A control in the top dialog counts, and never a duplicate behind it. Controls in a notice that asks for
 * agreement, or in a toast, never count. */
function countingOf(hits) {
  const top = topModalNow();
  const real = hits.filter((c) => !noticeAround(c.el));
  const inTop = top ? real.filter((c) => composedContains(top, c.el)) : [];
  return inTop.length ? inTop : real;
}

function findSetting(setting, controls) {
  for (const [rung, matches] of rungs) {
    const all = controls.filter((c) => matches(setting, c, controls));
    const hits = countingOf(all);
    if (!hits.length && all.length) return { rung, hits: all, notice: describeElement(noticeAround(all[0].el)) };
    if (hits.length) return { rung, hits: rung === "key" ? hits : [...hits, ...countingOf([...hits, ...rivalsOf(setting, hits, controls)]).filter((c) => !hits.includes(c))] };
  }
  return null;
}

const wordSet = (byLanguage) => new Wordings(Object.values(byLanguage || {}).flat());

/* What the setting calls one of several choices. If the setting declares choices, only they name a state:
 * `texts` are the site's own words for it, `builtin` is the default meaning of these words. */
function meantBy(setting, texts, builtin) {
  if (!setting.choices.size) return builtin;
  const meanings = new Set(texts.map((text) => setting.choices.get(plain(text))).filter(Boolean));
  if (meanings.size) return meanings.size === 1 ? [...meanings][0] : null;
  const text = squeeze(texts[0]);
  const isTaken = stateOfWord(text) || [...setting.choices.values()].some((word) => plain(word) === plain(text));
  return text && !isTaken ? text : null;
}

/* What a menu shows: its text, and the hidden field behind it if there is one. If both have a value, they
 * must agree. */
function stateOfMenu(setting, control) {
  const known = (text) => setting.choices.get(plain(text)) || [...setting.choices.values()].find((word) => plain(word) === plain(text)) || null;
  const el = control.el;
  const texts = [...textLines(el).map((line) => line.text), squeeze(el.textContent), isInput(el, "text", "search") ? el.value : ""].filter(Boolean);
  const meanings = new Set(texts.map(known).filter(Boolean));
  const field = fieldOf(setting, control, collectControls());
  const said = meanings.size === 1 ? [...meanings][0] : null;
  const held = field ? known(field.value) || (setting.words.has(stateOfWord(field.value)) ? stateOfWord(field.value) : null) : null;
  if (meanings.size > 1 || (field && !held)) return null;
  if (said || held) return agree(said, held);
  return texts[0] && texts[0].length <= 60 && !stateOfWord(texts[0]) ? texts[0] : null;
}

/* The states that a control can be set to, in the setting's words. */
const wordsOf = (setting, control) => (control.words ? control.words.map((word, i) => meantBy(setting, control.texts[i], word)) : null);

function stateFor(setting, control) {
  if (control.kind === "radio") {
    const chosen = control.members.map((m, i) => (radioChecked(m) ? i : -1)).filter((i) => i >= 0);
    return chosen.length === 1 ? wordsOf(setting, control)[chosen[0]] : null;
  }
  if (control.kind === "menu") return setting.choices.size ? stateOfMenu(setting, control) : null;
  if (control.kind === "select") {
    const options = [...(control.el.selectedOptions || [])];
    return options.length === 1 ? meantBy(setting, optionTexts(options[0]), control.state) : null;
  }
  if (!control.state || !setting.choices.size) return control.state;
  return control.kind === "word" ? meantBy(setting, [control.el.textContent], control.state) : setting.choices.get(control.state) || control.state;
}

function prepareSetting(given) {
  const choices = new Map();
  for (const [word, wordings] of Object.entries(given.choices || {}))
    for (const text of wordSet(wordings)) choices.set(text, word);
  const labels = wordSet(given.labels);
  const rows = wordSet(given.rows);
  const inverted = wordSet(given.inverted);
  const words = new Set(choices.values());
  /* names of the items of a menu, by word */
  const items = new Map([...words].map((word) => [word, new Set([...wordSet((given.items || {})[word] || given.choices[word])])]));
  const never = [...wordSet(given.never_press)];
  const answers = [...wordSet(given.answers)];
  const open = (given.open || []).map((step) => ({ key: step.key, key_attributes: given.key_attributes, known: wordSet(step.names) }));
  return { ...given, words, items, never, answers, open, choices, labels, rows, inverted, known: Wordings.union(labels, rows, inverted) };
}
