/* What is pressed besides the setting's own control: elements to open on the way to it, and its menu item.
 * And what is never pressed, whatever names it. */

/* Words for deleting something permanently, or for closing an account. */
const destroys = anyWordOf([
  "delete~|deletion|remove|removes|removing|erase~|wipe|clear|purge|destroy~|discard|unsubscribe|deactivate|close account|cancel~|log out|logout|sign out|archive all|reset",
  "lösch~|entfern~|vernicht~|kündig~|abmelden|deaktiviere~ konto|zurücksetzen", "supprim~|effac~|retirer|détruire|résilier|déconnex~|réinitialis~",
  "elimin~|cancell~|rimuov~|esci|disconnetti", "verwijder~|wis|wissen|opzeggen|uitloggen|afmelden", "exclu~|apag~|remov~|cancelar|sair|borra~|suprimir|quitar|cerrar sesión",
  "usu~|skasuj|wyczyść|wyloguj", "radera|ta bort|slett~|slet|fjern~|poista~|smaza~|odstran~|sil|удал~|стереть|видал~|очистить",
].join("|"));
const destroysBySign = /削除|消去|退会|ログアウト|删除|刪除|清除|注销|삭제|탈퇴|로그아웃|מחק|מחיקה|حذف/;
const isDestructive = (text) => destroys(text) || destroysBySign.test(text);

/* The texts that a person reads on it. */
const saidBy = (el) => [accessibleName(el), squeeze(el.textContent), el.getAttribute("title") || ""].map(plain).filter(Boolean);

/* A name that the scenario forbids to press, alone or as a part of a longer one. */
const isForbidden = (setting, ...elements) =>
  !!setting && elements.some((el) => el && saidBy(el).some((text) => setting.never.some((name) => text.includes(name))));

/* ---- opening ---- */

/* Can a press on it change something at the site? Yes if it has its own state or contains an element with
 * one, sends a form, navigates away, or names something destructive. */
function couldChange(el, controls, known) {
  const kind = kindOf(el);
  if ((kind && kind !== "menu") || /^(checkbox|radio|switch|menuitemcheckbox|menuitemradio|option|slider|spinbutton|textbox)$/.test(roleOf(el))) return "it has a state of its own";
  if (el.localName === "label" || controls.some((c) => c.kind !== "menu" && c.members.some((m) => composedContains(el, m)))) return "it holds something with a state";
  if (isInput(el, "submit", "image", "reset", "file") || (el.localName === "button" && el.form && el.type !== "button")) return "it sends a form";
  if (el.hasAttribute("aria-pressed") || el.hasAttribute("aria-checked")) return "it has a state of its own";
  const link = el.closest("a[href], area[href]");
  if (link) {
    const url = new URL(link.href, document.baseURI);
    if (url.origin !== location.origin || link.hasAttribute("download")) return "it leads to another site";
    if (site.never.some((path) => under(url.pathname.toLowerCase(), path.toLowerCase()))) return "it leads to a page that is never opened";
  }
  const said = saidBy(el);
  if (said.some(isDestructive) && !said.some((text) => known.whole.has(text))) return "its name speaks of something else";
  return null;
}

const isStepLike = (el) => takesPresses(el) || /^(treeitem|row|menuitem|tab|button|link)$/.test(roleOf(el)) || (el.hasAttribute("tabindex") && el.tabIndex >= 0);

/* Not behind an overlay. A menu may be attached to the body, beside the dialog that opened it. */
function isWithinReach(el) {
  const top = topModalNow();
  return !top || composedContains(top, el) || composedAncestors(el).some((e) => /^(menu|listbox)$/.test(roleOf(e)) || isPopover(e));
}

/* The elements that a step may mean: by its key, else by its whole name or the first line of its text. Both
 * kinds count: a row that shows its state besides its name is a rival of a button with only the name. */
function stepElements(step) {
  const shown = elementsHere().filter((el) => isRendered(el) && isInSight(el) && !isAway(el) && isWithinReach(el));
  const keyed = step.key ? shown.filter((el) => keyOf(step, el)) : [];
  const outermost = (list) => list.filter((el) => !list.some((other) => other !== el && composedContains(other, el)));
  if (keyed.length || !step.known.size) return outermost(keyed);
  const likely = shown.filter(isStepLike);
  const first = (el) => (textLines(el)[0] || { text: "" }).text;
  const isMeant = (el) => step.known.has(plain(accessibleName(el))) || (el.textContent.length < 300 && step.known.has(plain(first(el))));
  return outermost(likely.filter(isMeant));
}

/* The next element to open, from step `from` on: the last step that is there, because the earlier ones are
 * then done. */
function nextStep(setting, controls, from) {
  for (let i = setting.open.length - 1; i >= from; i--) {
    const hits = stepElements(setting.open[i]);
    if (!hits.length) continue;
    const name = squeeze(accessibleName(hits[0]) || hits[0].textContent).slice(0, 80);
    if (hits.length > 1) return { step: i, count: hits.length, name };
    const refused = isForbidden(setting, hits[0]) ? "it is on the list of what is never pressed" : couldChange(hits[0], controls, setting.open[i].known);
    if (refused) return { step: i, count: 1, name, refused };
    if (isDisabled(hits[0])) return { step: i, count: 1, name, disabled: true };
    const { hit, ...aim } = aimAt(hits[0], null, []);
    arm(() => stepElements(setting.open[i]));
    return { step: i, count: 1, name, selected: hits[0].getAttribute("aria-selected") === "true", expanded: hits[0].getAttribute("aria-expanded") === "true", ...aim };
  }
  return { count: 0 };
}

/* ---- the items of a menu ---- */

const itemRoles = /^(menuitem|menuitemradio|menuitemcheckbox|option)$/;

/* The menu that a button has opened: the one that it references, else the only open one. */
function menuOf(button) {
  const named = button ? [...referenced(button, "aria-controls"), ...referenced(button, "aria-owns")] : [];
  const isMenu = (el) => /^(menu|listbox)$/.test(roleOf(el)) && isRendered(el) && isInSight(el);
  const own = named.flatMap((el) => [el, ...el.querySelectorAll("*")]).filter(isMenu);
  const all = own.length ? own : elementsHere().filter(isMenu);
  const outer = all.filter((el) => !all.some((other) => other !== el && composedContains(other, el)));
  return outer.length === 1 ? outer[0] : null;
}

/* The items that mean the word: by their whole name; else by its first line, if no other line contains a
 * warning. */
function itemsFor(setting, menu, wanted) {
  const names = setting.items.get(wanted) || new Set();
  const items = elementsHere().filter((el) => itemRoles.test(roleOf(el)) && composedContains(menu, el) && isRendered(el));
  const whole = items.filter((el) => names.has(plain(accessibleName(el))));
  if (whole.length) return whole;
  const first = (el) => (textLines(el)[0] || { text: "" }).text;
  const hints = (el) => textLines(el).slice(1).map((line) => line.text);
  return items.filter((el) => names.has(plain(first(el))) && hints(el).every((text) => text.length <= 40 && !isDestructive(text)));
}

/* Does any line of it, except the item's own names, name something destructive? A name may be exposed only to
 * assistive technology, and say less than the visible text. */
function warns(setting, item, wanted) {
  const names = setting.items.get(wanted) || new Set();
  return [...textLines(item).map((line) => line.text), ...referenced(item, "aria-describedby").map((el) => squeeze(el.textContent)), item.getAttribute("title") || ""]
    .some((text) => isDestructive(text) && !names.has(plain(text)));
}

function aimItem(setting, button, wanted) {
  const menu = menuOf(button);
  if (!menu) return { open: false, count: 0 };
  const hits = itemsFor(setting, menu, wanted);
  if (hits.length !== 1) return { open: true, count: hits.length };
  if (isForbidden(setting, hits[0]) || warns(setting, hits[0], wanted)) return { open: true, count: 1, forbidden: true };
  if (isDisabled(hits[0])) return { open: true, count: 1, disabled: true };
  const { hit, ...aim } = aimAt(hits[0], null, []);
  arm(() => itemsFor(setting, menu, wanted).slice(0, 1), setting.id);
  return { open: true, count: 1, ...aim };
}

/* ---- dialogs ---- */

/* Dialogs that ask something. A toast is not one: it covers nothing and contains no button with an answer. */
const askingModals = () =>
  openModals().filter((el) => {
    if (isModal(el) || el.getAttribute("aria-modal") === "true" || roleOf(el) === "alertdialog" || isBlocking(el)) return true;
    const names = new Set(site.settings.flatMap((s) => s.answers));
    return names.size > 0 && buttonsIn(el, names, null).length > 0;
  });
