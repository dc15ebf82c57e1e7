/* What is over the page and takes the presses: dialogs, popovers, fixed banners. Their text never belongs to
 * the controls below them. */

const isPopover = (el) => {
  if (!el.hasAttribute("popover")) return false;
  try {
    return el.matches(":popover-open");
  } catch (_) {
    return false; /* an older browser */
  }
};

const isDialog = (el) => (el.localName === "dialog" ? el.open : /^(dialog|alertdialog)$/.test(el.getAttribute("role"))) || el.getAttribute("aria-modal") === "true";

const isOverlay = remembered((el) => isDialog(el) || isPopover(el) || styleOf(el).position === "fixed");

/* Elements that are laid over others without being fixed. Small ones are parts of a control. */
const isSheet = remembered((el) => {
  if (styleOf(el).position !== "absolute") return false;
  const box = boxOf(el);
  return box.w >= 200 && box.h >= 60;
});

const shownMember = (control) => control.members.find(isRendered) || control.el;

const isWithin = (point, box) => point.x >= box.x && point.x <= box.x + box.w && point.y >= box.y && point.y <= box.y + box.h;

/* Excludes its text from the rows of controls that do not belong to it. */
function isApart(el, control) {
  if (isOverlay(el)) return !composedContains(el, control.el);
  if (!isSheet(el) || composedContains(el, control.el)) return false;
  const at = middle(boxOf(shownMember(control)));
  if (!isWithin(at, boxOf(el))) return false;
  const hit = deepestAt(at.x, at.y);
  return !!hit && composedContains(el, hit) && !control.members.some((m) => reaches(hit, m, control.members));
}

const matchesAny = (el, selectors) =>
  selectors.some((selector) => {
    try {
      return el.matches(selector);
    } catch (_) {
      return false;
    }
  });

/* An open modal keeps pointer and keyboard from everything behind it. Toasts and tours that the scenario
 * names are excluded. */
const openModals = remembered(() =>
  elementsHere().filter((el) => {
    const role = el.getAttribute("role");
    const modal = el.localName === "dialog" ? el.open : role === "alertdialog" || role === "dialog";
    return modal && isRendered(el) && el.getAttribute("aria-hidden") !== "true" && boxOf(el).w > 0 && !matchesAny(el, site.overlays);
  }));

/* Does it block the pointer from what is behind it: by its attributes, or by its position? */
function isBlocking(el) {
  if (isModal(el) || el.getAttribute("aria-modal") === "true") return true;
  const hit = deepestAt(Math.floor(innerWidth / 2), Math.floor(innerHeight / 2));
  return !!hit && composedContains(el, hit);
}

/* The dialog over all others; null if none blocks the page. */
const topModal = remembered(() => {
  const modals = openModals().filter(isBlocking).reverse();
  const isOnTop = (el) => {
    const at = middle(boxOf(el));
    const hit = deepestAt(Math.floor(at.x), Math.floor(at.y));
    return !!hit && composedContains(el, hit);
  };
  return modals.find(isOnTop) || modals[0] || null;
});
const topModalNow = () => topModal(document.documentElement);

const agreeing = anyWordOf(
  "accept~|agree|i agree|consent|i understand|akzeptier~|zustimm~|einverstanden|accepter|accepte|j accepte|accetta|accetto|acconsento|akkoord|accepteren|ga akkoord|aceitar|aceito|concordo|" +
    "aceptar|acepto|akceptuj~|zgadzam|godkänn~|acceptér|godta|同意する|同意");

/* A notice that asks for agreement: a dialog with such a button. A switch in it belongs to the notice. */
const isNotice = remembered((dialog) => {
  let found = false;
  walk(dialog, (el) => {
    if (roleOf(el) === "button" && isRendered(el) && agreeing(accessibleName(el))) found = true;
    return !found;
  });
  return found;
});

/* A toast, which appears and disappears automatically. Its role says so, or the scenario. */
const isToast = (el) => el.localName === "output" || /^(status|alert|log)$/.test(el.getAttribute("role")) || matchesAny(el, site.overlays);

/* A fixed banner that leaves most of the page visible. */
function isBanner(el) {
  const box = boxOf(el);
  return isOverlay(el) && box.w * box.h < (innerWidth * innerHeight) / 2;
}

/* The notice or the toast around an element. */
const noticeAround = (el) =>
  openModals().find((dialog) => composedContains(dialog, el) && isNotice(dialog)) ||
  composedAncestors(el).find((around) => isToast(around) || (isBanner(around) && isNotice(around))) || null;

/* The browser itself makes everything else inert (HTML, 6.3.1, modal dialogs). */
function isModal(el) {
  try {
    return el.matches(":modal");
  } catch (_) {
    return el.localName === "dialog" && el.open;
  }
}

/* The bar at the top of a page: it is in the way until the page is scrolled. */
const isTopBar = (el) => boxOf(el).h < 120 && (/^(header|nav)$/.test(el.localName) || /^(banner|navigation)$/.test(roleOf(el)));

const documentsAround = (el) => [el, ...composedAncestors(el)].map((e) => e.ownerDocument);

/* What covers the control or the text of its row; NULL: nothing visible now. */
function coverOf(control, controls) {
  const outside = (el) => !composedContains(el, control.el);
  const docs = documentsAround(control.el);
  const top = topModalNow();
  if (top && outside(top) && docs.includes(top.ownerDocument) && noticeAround(top)) return describeElement(top);
  const modal = openModals().find((el) => outside(el) && docs.includes(el.ownerDocument) && isModal(el));
  if (modal) return describeElement(modal);
  if (control.folded) return null;
  const block = labelBlock(control, controls);
  const own = middle(boxOf(shownMember(control)));
  const isSeen = own.x >= 0 && own.y >= 0 && own.x < innerWidth && own.y < innerHeight;
  /* out of view only one thing is known: does something cover the whole page? */
  const spots = isSeen ? [own, ...(block ? [middle(boxOf(block.nearest.el))] : [])] : [{ x: innerWidth / 2, y: innerHeight / 2 }];
  for (const at of spots) {
    const hit = at.x >= 0 && at.y >= 0 && at.x < innerWidth && at.y < innerHeight ? deepestAt(at.x, at.y) : null;
    if (!hit || !outside(hit)) continue;
    const cover = overlayAround(hit, outside);
    if (cover && !control.members.some((m) => reaches(hit, m, control.members))) return describeElement(cover);
  }
  return null;
}

/* The overlay that an element belongs to. */
const overlayAround = (hit, outside) => [hit, ...composedAncestors(hit)].find((el) => outside(el) && (isOverlay(el) || isSheet(el)) && !isTopBar(el)) || null;
