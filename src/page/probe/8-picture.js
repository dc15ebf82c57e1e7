/* What may be shown in a picture of a setting's control: the control, and the words of its row that the
 * scenario knows. If anything else overlaps the box, such as a name, an e-mail address or a portrait, there
 * is no picture. Scrolls only to bring the control into view. */

const MOST_PICTURE = { w: 1000, h: 160 };
const LEAST_PICTURE = 8;
const PICTURE_EDGE = 6; /* CSS pixels around what is shown */
const NEAR = 120; /* how far a label may be above or below the control */

const showsImages = /^(img|image|picture|canvas|video|audio|iframe|frame|embed|object|input|textarea|select|meter|progress|math)$/;

/* A text that contains only what the scenario knows: a wording, a part of one, a word for a state. */
function isKnownText(setting, text) {
  const words = smallWordsIn(plain(text)).join(" ");
  if (!words || stateOfWord(text)) return true;
  return [...setting.known, ...setting.choices.keys()].some((known) => (" " + smallWordsIn(known).join(" ") + " ").includes(" " + words + " "));
}

const textsIn = (el) => [...el.childNodes, ...(shadowOf(el) || el).childNodes].filter((node, i, all) => isText(node) && node.data.trim() && all.indexOf(node) === i);

/* Where a text is rendered, line by line. */
function textBoxes(node) {
  const doc = node.ownerDocument;
  const at = frameView(doc);
  const range = doc.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].map((r) => ({ x: r.left * at.scale + at.x, y: r.top * at.scale + at.y, w: r.width * at.scale, h: r.height * at.scale }));
}

/* Visible, not only exposed to screen readers. An element without a box, such as a slot, shows its
 * contents. */
const isToBeSeen = remembered((el) => (hasBoxes(el) ? isRendered(el) && isInSight(el) : styleOf(el).visibility === "visible"));

const meets = (a, b) => a.x + a.w > b.x + 1 && b.x + b.w > a.x + 1 && a.y + a.h > b.y + 1 && b.y + b.h > a.y + 1;

const drawnWords = (el) => ["::before", "::after"].some((pseudo) => /[\p{L}\p{N}]/u.test((/^["'](.*)["']$/.exec(pseudoStyleOf(el, pseudo).content) || [])[1] || ""));

/* Does this element draw something into the box that must not be shown? */
function drawsInto(el, box, setting, ours) {
  if (!isToBeSeen(el)) return false;
  const isOurs = ours.row.some((part) => composedContains(part, el));
  for (const node of textsIn(el))
    if (!(isOurs && isKnownText(setting, node.data)) && textBoxes(node).some((text) => meets(text, box))) return true;
  if (!hasBoxes(el) || !meets(boxOf(el), box)) return false;
  if (showsImages.test(el.localName) && !ours.members.includes(el) && !composedContains(el, ours.members[0])) return true;
  if (/url\(/.test(styleOf(el).backgroundImage) && !ours.members.some((m) => composedContains(m, el))) return true;
  return drawnWords(el);
}

const isClear = (box, setting, ours) => !elementsHere().some((el) => drawsInto(el, box, setting, ours));

function around(boxes, edge) {
  const x = Math.floor(Math.min(...boxes.map((b) => b.x)) - edge);
  const y = Math.floor(Math.min(...boxes.map((b) => b.y)) - edge);
  return { x, y, w: Math.ceil(Math.max(...boxes.map((b) => b.x + b.w)) + edge) - x, h: Math.ceil(Math.max(...boxes.map((b) => b.y + b.h)) + edge) - y };
}

const fitsPicture = (box) =>
  box.w >= LEAST_PICTURE && box.h >= LEAST_PICTURE && box.w <= MOST_PICTURE.w && box.h <= MOST_PICTURE.h && box.x >= 0 && box.y >= 0 &&
  box.x + box.w <= innerWidth && box.y + box.h <= innerHeight;

/* The visible parts of a control: the control itself, or what is rendered in its place; and the choices of
 * radios. */
function drawnParts(control, controls) {
  const parts = control.members.filter(isDrawn);
  if (parts.length) return control.kind === "radio" ? parts : parts.slice(0, 1);
  const track = trackOf(control.members[control.members.length - 1], controls, control);
  return track && isToBeSeen(track) ? [track] : control.members.flatMap(labelsOf).filter(isToBeSeen).slice(0, 1);
}

/* The known words beside, above or below it. */
function knownWords(setting, part, row) {
  const own = boxOf(part);
  const boxes = [];
  for (const root of row)
    for (const el of everyElement(root))
      if (isToBeSeen(el))
        for (const node of textsIn(el))
          if (isKnownText(setting, node.data)) boxes.push(...textBoxes(node));
  return boxes.filter((b) => b.w > 0 && b.y + b.h > own.y - NEAR && b.y < own.y + own.h + NEAR);
}

let lastPictured = null;

/* The largest element that may be pictured. */
function elementFor(setting, control, controls, ours) {
  const candidates = [rowOf(control, controls), ...control.members.flatMap(labelsOf), ...drawnParts(control, controls)].filter(Boolean);
  return candidates.find((el) => el.ownerDocument === document && fitsPicture(boxOf(el)) && isClear(boxOf(el), setting, ours)) || null;
}

/* The box, in CSS pixels of the top document's view; or {none}. */
function pictureOf({ id, stay }) {
  const { control, controls, setting } = locate(id);
  lastPictured = null;
  if (!control || (control.folded && !control.rendered)) return { none: true };
  const bring = shownMember(control);
  const at = middle(boxOf(bring));
  if (!stay && (at.x < 0 || at.y < 0 || at.x > innerWidth || at.y > innerHeight)) scrollTo(bring);
  const parts = drawnParts(control, controls);
  if (!parts.length || isInTurnedFrame(control.el.ownerDocument)) return { none: true };
  const row = [rowOf(control, controls), ...control.members.flatMap(labelsOf), ...nameSources(control.el), control.el].filter(Boolean);
  const ours = { row, members: [...new Set([...control.members, control.el])] };
  const own = parts.map(boxOf);
  const words = knownWords(setting, parts[0], row);
  const boxes = [around([...own, ...words], PICTURE_EDGE), around([...own, ...words], 0), around(own, PICTURE_EDGE), around(own, 0)];
  const box = boxes.find((b) => fitsPicture(b) && isClear(b, setting, ours));
  if (!box) return { none: true };
  lastPictured = elementFor(setting, control, controls, ours);
  return { ...box, left: scrollX, top: scrollY };
}
