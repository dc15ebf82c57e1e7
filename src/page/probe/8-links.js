/* The links of a page: to the settings of the scenario, and to possible new ones. */

const runTogether = (text) => plain(text).replace(/\s/g, "");

/* Settings by each of their known wordings. */
function byWording(settings) {
  const map = new Map();
  for (const setting of settings) for (const text of setting.known) map.set(text, [...(map.get(text) || []), setting]);
  const variable = settings.filter((setting) => setting.known.parts.length);
  return { wordings: [...map.keys()], settingsOf: (text) => [...(map.get(text) || []), ...variable.filter((s) => s.known.has(text) && !s.known.whole.has(text))] };
}

/* Has it a name apart from its text? */
const isNamedApart = (el) =>
  el.hasAttribute("aria-label") || el.hasAttribute("aria-labelledby") || !!shadowOf(el) || !!el.querySelector("[aria-label], [aria-labelledby], [alt], [title], svg, slot, input");

/* The texts of a link that may be a setting's, or null if a quick test excludes all settings. */
function linkTexts(el, wordings) {
  if (!isNamedApart(el)) {
    const text = el.textContent;
    const together = runTogether(text);
    if (!soundsLikeAi(text) && !wordings.some((wording) => together.includes(wording))) return null;
  }
  return [accessibleName(el), ...textLines(el).map((line) => line.text)];
}

/* The names of instances, from the links whose whole path matches `pattern`. */
function instancesLinked(pattern) {
  const [head, tail] = pattern.split("{instance}");
  const names = [];
  for (const el of elementsHere()) {
    if (el.localName !== "a" || !el.hasAttribute("href") || !isRendered(el)) continue;
    const url = new URL(el.href, el.ownerDocument.baseURI);
    const whole = pattern.includes("?") ? url.pathname + url.search : trimmed(url.pathname);
    const end = trimmed(tail);
    if (url.origin !== location.origin || !whole.startsWith(head) || !whole.endsWith(end) || whole.length <= head.length + end.length) continue;
    const name = whole.slice(head.length, whole.length - end.length);
    if (!/[/?&#%]/.test(name) && !names.includes(name)) names.push(name);
  }
  return names;
}

const trimmed = (path) => path.replace(/\/$/, "");
/* The part of the site that an address belongs to: links to other parts are not settings. */
const firstPart = (path) => path.split("/")[1] || "";

/* Links to the settings, and links about AI that belong to none of them. */
function linksFor(settings, own) {
  const found = {};
  const strange = [];
  const known = byWording(settings);
  const wordings = [...known.wordings, ...settings.flatMap((s) => s.known.parts.map((part) => part.head || part.tail))].map(runTogether);
  const settingsParts = new Set([location.pathname, ...settings.map((s) => s.page || "")].map(firstPart));
  let count = 0;
  for (const el of elementsHere()) {
    if (el.localName !== "a" || !el.hasAttribute("href") || !isRendered(el)) continue;
    let url;
    try {
      url = new URL(el.href, el.ownerDocument.baseURI);
    } catch (_) {
      continue;
    }
    count++;
    const away = url.origin !== location.origin;
    const texts = linkTexts(el, wordings) || [];
    const named = new Set(texts.flatMap((text) => known.settingsOf(plain(text))));
    const leading = settings.filter((s) => !away && s.page && trimmed(url.pathname) === trimmed(s.page));
    for (const setting of new Set([...named, ...leading])) {
      const by = named.has(setting) ? "text" : "path";
      const list = (found[setting.id] = found[setting.id] || []);
      const same = list.find((link) => link.path === url.pathname + url.search && link.away === away);
      if (same && by === "text") same.by = by;
      if (!same) list.push({ path: url.pathname + url.search, text: squeeze(texts[0] || accessibleName(el)).slice(0, 200), by, away });
    }
    if (named.size || leading.length || away || url.pathname === location.pathname || texts.some((text) => isOwnText(own, text))) continue;
    if (!settingsParts.has(firstPart(url.pathname))) continue;
    const name = texts.find((text) => text.length <= MOST_LINE && soundsLikeAi(text));
    if (name) strange.push({ name: squeeze(name).slice(0, MOST_NAME), state: null });
  }
  return { found, strange, count };
}
