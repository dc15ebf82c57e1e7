/* The composed tree: what a person sees as one page, including shadow roots and same-origin frames (DOM
 * Standard, 4.2.2 "Shadow tree"; frames through contentDocument). Nodes of frames belong to other realms, so
 * `instanceof` is never used. */

/* The page does not change during a query, so results for a node are cached until the query ends. Outside of
 * a query, as in a listener, nothing is cached. */
let memory = null;

function remembered(compute) {
  let known = null;
  let of = null;
  return (node) => {
    if (!memory) return compute(node);
    if (of !== memory) {
      of = memory;
      known = new Map();
    }
    let value = known.get(node);
    if (value === undefined && !known.has(node)) known.set(node, (value = compute(node)));
    return value;
  };
}

function remembering(work) {
  memory = memory || {};
  try {
    return work();
  } finally {
    memory = null;
  }
}

/* After a scroll, or when the page's own code may have run. */
const forget = () => {
  if (memory) memory = {};
};

const closedRoots = new WeakMap(); /* host -> closed shadow root, if the protocol provided it */

const toldNodes = new WeakMap(); /* custom element -> what it exposes only to assistive technology */

const isElement = (node) => !!node && node.nodeType === 1;
const isText = (node) => !!node && node.nodeType === 3;
const isInput = (el, ...types) => el.localName === "input" && types.includes(el.type);
const shadowOf = (el) => el.shadowRoot || closedRoots.get(el) || null;

function frameDocument(el) {
  const name = el.localName;
  if (name !== "iframe" && name !== "frame") return null;
  try {
    return el.contentDocument && el.contentDocument.documentElement ? el.contentDocument : null;
  } catch (_) {
    return null; /* of another origin */
  }
}

/* What is rendered instead of an element's own children: a frame's document, a shadow tree, the nodes
 * assigned to a slot. NULL: the element's own children. */
function otherChildren(el) {
  const inner = frameDocument(el);
  if (inner) return [inner.documentElement];
  const shadow = shadowOf(el);
  if (shadow) return shadow.childNodes;
  if (el.localName !== "slot") return null;
  const assigned = el.assignedNodes();
  return assigned.length ? assigned : null;
}

const composedChildren = (node) => (isElement(node) && otherChildren(node)) || node.childNodes;

/* For a child of a closed root's host assignedSlot is null: search for the slot. */
function slotOf(node) {
  if (node.assignedSlot) return node.assignedSlot;
  const host = node.parentNode;
  const root = isElement(host) ? closedRoots.get(host) : null;
  if (!root) return null;
  for (const slot of root.querySelectorAll("slot"))
    if (slot.assignedNodes().includes(node)) return slot;
  return null;
}

const composedParent = remembered((node) => {
  const slot = slotOf(node);
  if (slot) return slot;
  const parent = node.parentNode;
  if (!parent) return null;
  if (parent.nodeType === 11) return parent.host || null;
  if (parent.nodeType === 9) {
    try {
      return parent.defaultView ? parent.defaultView.frameElement : null;
    } catch (_) {
      return null;
    }
  }
  return parent;
});

const composedAncestors = remembered((node) => {
  const list = [];
  for (let p = composedParent(node); p; p = composedParent(p)) list.push(p);
  return list;
});

const composedContains = (outer, node) => outer === node || composedAncestors(node).includes(outer);

/* Visit every element in document order; a visitor that returns false skips that subtree. */
function walk(node, visit) {
  const stack = node ? [node] : []; /* a document that has just begun has no element yet */
  while (stack.length) {
    const el = stack.pop();
    if (isElement(el) && visit(el) === false) continue;
    const others = isElement(el) ? otherChildren(el) : null;
    if (others) {
      for (let i = others.length - 1; i >= 0; i--) if (isElement(others[i])) stack.push(others[i]);
    } else {
      /* by sibling: indexing a node list is slow if the page is accessed through wrappers */
      for (let child = el.lastElementChild; child; child = child.previousElementSibling) stack.push(child);
    }
  }
}

/* Every element of the page, in document order. */
const everyElement = remembered((root) => {
  const list = [];
  walk(root, (el) => {
    list.push(el);
    return true;
  });
  return list;
});
const elementsHere = () => everyElement(document.documentElement);

const pseudoStyleOf = (el, pseudo) => el.ownerDocument.defaultView.getComputedStyle(el, pseudo);
const styleOf = remembered((el) => el.ownerDocument.defaultView.getComputedStyle(el));
const hasBoxes = remembered((el) => el.getClientRects().length > 0);

/* Is the element rendered at all? Visually hidden ones (clipped, one pixel, transparent) are. */
const isRendered = remembered((el) => {
  if (hasBoxes(el)) return styleOf(el).visibility === "visible" && (!el.checkVisibility || el.checkVisibility());
  const style = styleOf(el);
  return style.display === "contents" && style.visibility === "visible" &&
    [...composedChildren(el)].some((c) => (isElement(c) ? isRendered(c) : c.data && c.data.trim()));
});

/* Can a person bring it into view? Not if it is left of or above the page, has a box without size, or is
 * fully transparent. */
const isInSight = remembered((el) => {
  const box = el.getBoundingClientRect();
  const view = el.ownerDocument.defaultView;
  if (box.right + view.scrollX <= 0 || box.bottom + view.scrollY <= 0 || box.width < 2 || box.height < 2) return false;
  for (const e of [el, ...composedAncestors(el)]) {
    const style = styleOf(e);
    if (parseFloat(style.opacity) < 0.05) return false;
    if (e !== el && /hidden|clip/.test(style.overflow) && style.display !== "inline" && style.display !== "contents" && (e.clientWidth < 2 || e.clientHeight < 2)) return false;
  }
  return true;
});

const mayHost = /^(article|aside|blockquote|body|div|footer|h[1-6]|header|main|nav|p|section|span)$/;
const reached = new WeakSet(); /* what the protocol has already looked into */

const doubted = new WeakMap(); /* exposed nothing while the protocol may not know yet: since when, last asked when */
const DOUBT_MS = 1500;
const ASK_AGAIN_MS = 300;

const wasAskedJustNow = (el) => doubted.has(el) && performance.now() - doubted.get(el).asked < ASK_AGAIN_MS;

const shut = new WeakSet(); /* may have a closed root, and the protocol cannot open one */

/* An element without a box, such as a slot, shows its contents. */
function showsNothing(el) {
  for (const child of composedChildren(el)) {
    if (isText(child) && child.data.trim()) return false;
    if (isElement(child) && (hasBoxes(child) || (styleOf(child).display === "contents" && !showsNothing(child)))) return false;
  }
  return true;
}

/* Does its height come from contents that are not visible? A height that its own style explains does not
 * count (CSS Typed OM, 6.1: the computed height is a keyword if the content determines it). */
function isFilled(el) {
  const style = styleOf(el);
  const outer = el.parentElement ? styleOf(el.parentElement).display : "";
  if (!el.computedStyleMap || el.computedStyleMap().get("height").value !== "auto") return !el.computedStyleMap;
  if (/absolute|fixed/.test(style.position) || /flex|grid/.test(outer) || style.aspectRatio !== "auto") return false;
  if (["::before", "::after"].some((pseudo) => !/^(none|normal)$/.test(pseudoStyleOf(el, pseudo).content))) return false;
  const edges = ["paddingTop", "paddingBottom", "borderTopWidth", "borderBottomWidth"].reduce((sum, side) => sum + parseFloat(style[side]), 0);
  return el.getBoundingClientRect().height > Math.max(edges, parseFloat(style.minHeight) || 0) + 4;
}

/* An editable field: while it is empty it has the height of one line. */
const isToWriteIn = (el) => el.hasAttribute("contenteditable") && el.getAttribute("contenteditable").toLowerCase() !== "false";

/* A part of the page that neither scripts nor the protocol can read, and that is large enough to hold a
 * switch. */
function isSealed(el) {
  if (isToWriteIn(el) || !shut.has(el) || shadowOf(el) || !isRendered(el) || !showsNothing(el)) return false;
  const box = el.getBoundingClientRect();
  return box.width >= 30 && box.height >= 12 && (el.localName.includes("-") || isFilled(el));
}

/* An element that may hide something from scripts: a custom element without a role attribute, or one that
 * takes up space and shows no contents (DOM, 4.8, attachShadow: valid shadow host names). */
function isOpaque(el) {
  const custom = el.localName.includes("-");
  if (!custom && (el.shadowRoot || !mayHost.test(el.localName))) return false;
  if (custom) return isRendered(el) && el.matches(":defined") && (!el.shadowRoot || !el.hasAttribute("role"));
  if (!showsNothing(el) || !isRendered(el)) return false;
  const box = el.getBoundingClientRect();
  return box.width >= 8 && box.height >= 8;
}

/* Elements that are not looked into yet, or whose exposed values may have changed. */
const isToBeReached = (el) => toldNodes.has(el) || (!reached.has(el) && !wasAskedJustNow(el) && isOpaque(el));

/* The position of a frame's document in the top document's view, and the size of one of its pixels there: a
 * frame may be zoomed or scaled. */
const frameView = remembered((doc) => {
  let at = { x: 0, y: 0, scale: 1 };
  for (let view = doc.defaultView; view && view.frameElement; view = view.parent) {
    const frame = view.frameElement;
    const box = frame.getBoundingClientRect();
    const style = styleOf(frame);
    const outer = box.width / (frame.offsetWidth || box.width || 1);
    const [left, top, right] = ["Left", "Top", "Right"].map((side) => parseFloat(style["padding" + side]));
    const width = box.width - outer * (frame.offsetWidth - frame.clientWidth + left + right);
    const scale = width / (view.innerWidth || width || 1);
    at = { x: box.left + outer * (frame.clientLeft + left) + at.x * scale, y: box.top + outer * (frame.clientTop + top) + at.y * scale, scale: at.scale * scale };
  }
  return at;
});

/* Is a frame around it rotated or skewed? Then a box does not give the position of a point. */
function isInTurnedFrame(doc) {
  for (let view = doc.defaultView; view && view.frameElement; view = view.parent)
    for (const el of [view.frameElement, ...composedAncestors(view.frameElement)]) {
      const { transform, rotate } = styleOf(el);
      const flat = /^matrix\(([^,]+), 0, 0, ([^,]+),/.exec(transform);
      if ((transform !== "none" && !(flat && flat[1] > 0 && flat[2] > 0)) || (rotate && rotate !== "none")) return true;
    }
  return false;
}

const boxOf = remembered((el) => {
  const box = el.getBoundingClientRect();
  const at = frameView(el.ownerDocument);
  return { x: box.left * at.scale + at.x, y: box.top * at.scale + at.y, w: box.width * at.scale, h: box.height * at.scale };
});

const middle = (box) => ({ x: box.x + box.w / 2, y: box.y + box.h / 2 });

const inline = /^(inline|inline-block|contents|ruby|none)$/;

/* The text of a subtree as a person sees it: one entry for each line that its blocks make. `skip` excludes
 * subtrees. */
function textLines(root, skip) {
  const lines = [];
  let line = { text: "", el: null };
  const flush = () => {
    const text = squeeze(line.text);
    if (text) lines.push({ text, el: line.el });
    line = { text: "", el: null };
  };
  const add = (node, el) => {
    if (isText(node)) {
      if (styleOf(el).visibility !== "visible") return;
      line.text += node.data;
      if (!line.el && node.data.trim()) line.el = el;
      return;
    }
    if (!isElement(node) || (skip && skip(node))) return;
    if (/^(script|style|template|noscript|option)$/.test(node.localName)) return;
    const display = styleOf(node).display;
    if (display === "none") return;
    const block = !inline.test(display);
    if (block || node.localName === "br") flush();
    if (display === "inline-block") line.text += " ";
    for (const child of composedChildren(node)) add(child, node);
    if (display === "inline-block") line.text += " ";
    if (block) flush();
  };
  for (const child of composedChildren(root)) add(child, root);
  flush();
  return lines;
}
