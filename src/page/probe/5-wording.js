/* The wording of a control: the nearest text in its own row. A name may come from far away, and a heading
 * names a part of the page, not what "on" means. So neither outweighs the nearest text. */

const hasNegation = anyWordOf([
  "do not|don t|dont|never|not|no longer|stop|opt out|exclude|prevent", "nicht|kein~|niemals|nie|ohne|widersprechen|ablehnen|verhindern|ausschließen",
  "ne|n|pas|jamais|sans|refuser|empêcher|exclure", "non|senza|rifiut~|escludi|impedisci", "niet|geen|nooit|zonder|weiger~",
  "não|nunca|recusar|impedir", "no|sin|rechazar|excluir", "nigdy|bez|odmów~|zablokuj",
].join("|"));
const MOST_WISH_WORDS = 14;

/* A request not to do something, such as "Do not use my posts". A whole sentence with a negation only
 * describes. */
function isNegated(text) {
  if (/[.!?。]$/.test(text) && !/^(do not|don['’]?t|never|stop) /i.test(text)) return false;
  return hasNegation(text) && text.split(/\s+/).length <= MOST_WISH_WORDS;
}

const headingOf = (el) => [el, ...composedAncestors(el)].find((e) => roleOf(e) === "heading" || e.localName === "legend") || null;

/* The heading of a page or of a section. Lower levels are titles of rows. */
function isPageHeading(el) {
  const heading = headingOf(el);
  if (!heading) return false;
  const level = heading.getAttribute("aria-level") || heading.localName.slice(1);
  return heading.localName === "legend" || !(Number(level) > 2);
}

/* The lines nearest to a control, nearest first; and whether they are beside it. */
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

/* A line that is long enough to be a wording, and is not a link or a button. */
const isStatement = (line) => line.text.split(/\s+/).length >= 3 && ![line.el, ...composedAncestors(line.el)].some(takesPresses);

/* Is the name of the control next to it, or does a person read a nearer text instead? */
function isVouchedFor(control, near, controls) {
  const sources = control.members.flatMap(nameSources);
  const name = plain(control.name);
  const isOfName = (line) => name.includes(plain(line.text)) || plain(line.text).includes(name);
  if (near.lines.length && isOfName(near.lines[0])) return true;
  if (near.lines.some((line) => isOfName(line) && !isPageHeading(line.el))) return true;
  const strangers = near.beside ? near.lines.filter(isStatement) : [];
  if (!sources.length) return !strangers.length; /* aria-label is not visible */
  const row = rowOf(control, controls);
  const own = sources.some((source) => source.localName === "label" || (row && composedContains(row, source)) || control.members.includes(source));
  if (sources.every(headingOf)) return !strangers.length && !sources.every(isPageHeading);
  return own || !strangers.length;
}

/* The texts that may be the wording of a control without a name, nearest first. A title further away counts
 * only if there is no nearer text, and the heading of a page or section never. */
function wordsAround(setting, control, controls, near) {
  rowLines(control, controls);
  const titles = control.rowBlock.filter((line) => !isPageHeading(line.el));
  if (!near.lines.length) return [titles];
  if (near.beside) return [near.lines];
  const known = titles.filter((line) => setting.labels.has(plain(line.text)) || setting.inverted.has(plain(line.text)));
  return [near.lines.filter((line) => !isPageHeading(line.el)), known];
}

/* The site's wording of the control, and whether it is known. An inverted wording nearby outweighs a known
 * one: the row's title identifies the setting, and the words at the switch say what "on" means. */
function wordingOf(setting, control, controls) {
  const has = (words, texts) => texts.find((text) => words.has(plain(text)));
  const tell = (wording, said) => ({ wording, said: said || "" });
  const words = setting.labels.size + setting.rows.size + setting.inverted.size;
  const near = nearestLines(control, controls);
  const nearTexts = near.lines.map((line) => line.text);
  /* the name of one of several choices is not the wording of the setting */
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
