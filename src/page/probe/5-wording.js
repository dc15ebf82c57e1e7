/* What words a control: the text that is nearest to it in its own row. A name may be borrowed from far away, and
 * a heading names a part of the page and not what "on" means, so neither vouches against the nearest text. */

const hasNegation = anyWordOf([
  "do not|don t|dont|never|not|no longer|stop|opt out|exclude|prevent", "nicht|kein~|niemals|nie|ohne|widersprechen|ablehnen|verhindern|ausschließen",
  "ne|n|pas|jamais|sans|refuser|empêcher|exclure", "non|senza|rifiut~|escludi|impedisci", "niet|geen|nooit|zonder|weiger~",
  "não|nunca|recusar|impedir", "no|sin|rechazar|excluir", "nigdy|bez|odmów~|zablokuj",
].join("|"));
const MOST_WISH_WORDS = 14;

/* A wish against something, as "Do not use my posts". A whole sentence that denies something only describes. */
function isNegated(text) {
  if (/[.!?。]$/.test(text) && !/^(do not|don['’]?t|never|stop) /i.test(text)) return false;
  return hasNegation(text) && text.split(/\s+/).length <= MOST_WISH_WORDS;
}

const headingOf = (el) => [el, ...composedAncestors(el)].find((e) => roleOf(e) === "heading" || e.localName === "legend") || null;

/* The heading of a page or of a section. Smaller ones are titles of rows. */
function isPageHeading(el) {
  const heading = headingOf(el);
  if (!heading) return false;
  const level = heading.getAttribute("aria-level") || heading.localName.slice(1);
  return heading.localName === "legend" || !(Number(level) > 2);
}

/* The lines that stand nearest to a control, nearest first; and whether they stand beside it. */
function nearestLines(control, controls) {
  if (control.folded) {
    rowLines(control, controls);
    return { lines: control.rowBlock.filter((line) => !namesNothing(line.text)), beside: false };
  }
  const block = labelBlock(control, controls);
  if (!block) return { lines: [], beside: false };
  const lines = [block.nearest, ...block.lines.filter((line) => line.el !== block.nearest.el || line.text !== block.nearest.text)];
  return { lines: lines.filter((line) => !namesNothing(line.text)), beside: block.beside };
}

/* A line that is long enough to word something, and that is not a link or a button. */
const isStatement = (line) => line.text.split(/\s+/).length >= 3 && ![line.el, ...composedAncestors(line.el)].some(takesPresses);

/* Does what names the control stand with it, or is a nearer text what a person reads? */
function isVouchedFor(control, near, controls) {
  const sources = control.members.flatMap(nameSources);
  const name = plain(control.name);
  const isOfName = (line) => name.includes(plain(line.text)) || plain(line.text).includes(name);
  if (near.lines.length && isOfName(near.lines[0])) return true;
  if (near.lines.some((line) => isOfName(line) && !isPageHeading(line.el))) return true;
  const strangers = near.beside ? near.lines.filter(isStatement) : [];
  if (!sources.length) return !strangers.length; /* nobody sees aria-label */
  const row = rowOf(control, controls);
  const own = sources.some((source) => source.localName === "label" || (row && composedContains(row, source)) || control.members.includes(source));
  if (sources.every(headingOf)) return !strangers.length && !sources.every(isPageHeading);
  return own || !strangers.length;
}

/* The texts that may word a control without a name, nearest first. A title further away counts only
 * where nothing nearer is to be read, and the heading of a page or section never. */
function wordsAround(setting, control, controls, near) {
  rowLines(control, controls);
  const titles = control.rowBlock.filter((line) => !isPageHeading(line.el));
  if (!near.lines.length) return [titles];
  if (near.beside) return [near.lines];
  const known = titles.filter((line) => setting.labels.has(plain(line.text)) || setting.inverted.has(plain(line.text)));
  return [near.lines.filter((line) => !isPageHeading(line.el)), known];
}

/* How the site words the control, and whether that is a wording we know. An inverted wording anywhere
 * near outweighs a known one; a row's title says which setting it is, and the words at the switch say
 * what on means. */
function wordingOf(setting, control, controls) {
  const has = (words, texts) => texts.find((text) => words.has(plain(text)));
  const tell = (wording, said) => ({ wording, said: said || "" });
  const words = setting.labels.size + setting.rows.size + setting.inverted.size;
  const near = nearestLines(control, controls);
  const nearTexts = near.lines.map((line) => line.text);
  /* what names one of several choices does not word the question */
  const own = control.name ? [control.name, ...(/^(radio|menu)$/.test(control.kind) ? [] : partLines(control))] : [];
  const inverted = has(setting.inverted, [...own, ...nearTexts, ...rowLines(control, controls)]);
  if (inverted) return tell("inverted", inverted);
  if (!words) return tell("unlisted", own[0] || nearTexts[0]);
  const negated = [...own, ...nearTexts].find((text) => isNegated(text) && !namesNothing(text) && !setting.known.has(plain(text)));
  if (negated) return tell("unknown", negated);
  if (control.name) {
    const known = has(setting.labels, own) || has(setting.rows, own);
    if (known && isVouchedFor(control, near, controls)) return tell("known", known);
    return tell("unknown", known ? nearTexts.find((text) => plain(text) !== plain(known)) || known : control.name);
  }
  const around = wordsAround(setting, control, controls, near).map((lines) => lines.map((line) => line.text));
  const known = has(setting.labels, around.flat()) || has(setting.rows, around[0]);
  return known ? tell("known", known) : tell("unknown", nearTexts[0] || around.flat()[0]);
}
