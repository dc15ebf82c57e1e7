/* Which control is a setting's: a ladder whose rung is told. Two on a rung are ambiguous, and no lower
 * rung is tried then.
 *   key      an attribute that does not depend on the language
 *   label    the accessible name is a known wording
 *   part     one whole line of what makes the name is a known wording
 *   row      the row that holds this control and no other says a known wording
 *   visible  the text that stands beside or above it is a known wording */

function keyOf(setting, el) {
  for (const attribute of setting.key_attributes) {
    const value = el.getAttribute(attribute);
    if (value && (value === setting.key || value.split(/\s+/).includes(setting.key))) return true;
  }
  return !!el.id && el.id.startsWith(setting.key + "__");
}

const ownText = (control) => (node) =>
  control.members.includes(node) || (node.localName === "option") || (stateOfWord(node.textContent) && node.childElementCount === 0);

/* The largest element around a control that holds no other control: its row. */
function rowOf(control, controls) {
  let row = null;
  for (const around of composedAncestors(control.el)) {
    if (/^(body|html|main|form|iframe)$/.test(around.localName)) break;
    if (holdsOthers(around, control, controls)) break;
    row = around;
    if (textLines(around, ownText(control)).length >= 6) break; /* a page's worth of text is no row */
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

/* By layout: the nearest line at the same height, else the nearest one above; with the other lines of
 * the block that it stands in, which are its title or its description. */
function labelBlock(control, controls) {
  if (control.labelBlock !== undefined) return control.labelBlock;
  control.labelBlock = null;
  if (control.folded) return null; /* not laid out: nothing lies beside it yet */
  const own = middle(boxOf(control.members.find(isRendered) || control.el));
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
      const at = middle(boxOf(other.members.find(isRendered) || other.el));
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
    control.labelBlock = { text: best.text, lines: all.length ? all : [best], beside: beside.length > 0 };
    break;
  }
  return control.labelBlock;
}

const visibleLabel = (control, controls) => (labelBlock(control, controls) || { text: "" }).text;
const visibleLines = (control, controls) => (labelBlock(control, controls) || { lines: [] }).lines;

const partLines = (control) =>
  control.members.flatMap(nameSources).flatMap((source) => textLines(source, ownText(control)).map((line) => line.text));

const rungs = [
  ["key", (s, c) => !!s.key && [c.el, ...c.members].some((el) => keyOf(s, el))],
  ["label", (s, c) => s.known.has(plain(c.name))],
  ["part", (s, c) => !!c.name && partLines(c).some((line) => s.known.has(plain(line)))],
  ["row", (s, c, all) => rowLines(c, all).some((line) => s.known.has(plain(line)))],
  ["visible", (s, c, all) => !c.name && visibleLines(c, all).some((line) => s.known.has(plain(line.text)))],
];

/* The texts that may word a control without a name, nearest first. What stands beside it does; a
 * heading further away may be that of a whole part, so it counts only where nothing nearer is to be read. */
function wordsAround(setting, control, controls) {
  const block = labelBlock(control, controls);
  const row = rowLines(control, controls);
  if (!block) return [row];
  const lines = [block.text, ...block.lines.map((line) => line.text)];
  if (block.beside) return [lines];
  return [lines, row.filter((text) => setting.labels.has(plain(text)) || setting.inverted.has(plain(text)))];
}

/* How the site words the control, and whether that is a wording we know. An inverted wording anywhere
 * near outweighs a known one; a row's title says which setting it is, and the words at the switch say
 * what on means. */
function wordingOf(setting, control, controls) {
  const has = (words, texts) => texts.find((text) => words.has(plain(text)));
  const tell = (wording, said) => ({ wording, said });
  const own = control.name ? [control.name, ...partLines(control)] : [];
  const around = control.name ? [] : wordsAround(setting, control, controls);
  const row = control.name ? [] : rowLines(control, controls);
  const texts = [...own, ...around.flat()];
  const inverted = has(setting.inverted, [...texts, ...row]);
  if (inverted) return tell("inverted", inverted);
  const known = has(setting.labels, texts) || has(setting.rows, control.name ? own : around[0] || []);
  if (known) return tell("known", known);
  const words = setting.labels.size + setting.rows.size + setting.inverted.size;
  return tell(words ? "unknown" : "unlisted", texts.find(Boolean) || "");
}

/* Others that a person would take for the same: without a name, beside a text of their own that is a
 * known wording. No rung that goes by names sees them. Two controls may share one text, unless what stands
 * beside the found one says something else: then its name is the other's text. */
function rivalsOf(setting, hits, controls) {
  /* what is folded away is not laid out: there its row is all that stands beside it */
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

function findSetting(setting, controls) {
  for (const [rung, matches] of rungs) {
    const hits = controls.filter((c) => matches(setting, c, controls));
    if (hits.length) return { rung, hits: rung === "key" ? hits : [...hits, ...rivalsOf(setting, hits, controls)] };
  }
  return null;
}

const wordSet = (byLanguage) => new Set(Object.values(byLanguage || {}).flat().map(plain).filter(Boolean));

/* A wording of a choice of several, as the scenario's word for it. */
const meantBy = (setting, word) => (word && setting.choices.get(plain(word))) || word;

function prepareSetting(given) {
  const choices = new Map();
  for (const [word, wordings] of Object.entries(given.choices || {}))
    for (const text of wordSet(wordings)) choices.set(text, word);
  const labels = wordSet(given.labels);
  const rows = wordSet(given.rows);
  const inverted = wordSet(given.inverted);
  return { ...given, choices, labels, rows, inverted, known: new Set([...labels, ...rows, ...inverted]) };
}
