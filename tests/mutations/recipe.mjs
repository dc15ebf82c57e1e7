// The recipe of a variant, from its seed only: the same seed gives the same recipe.
//
// Every delay is drawn at random, from 0 to the longest of the variant, which is 0.5, 2 or 10 s: no constant of the
// program passes because it matches the site. While a state is not shown yet, something visible is pending: the page's
// script has not started, a request is open, or a timer is. A decoy with exactly the text of the setting is not
// combined with a setting that comes late or is hidden: until it comes, the decoy is the setting.

export const generations = ["current", "artdeco", "button", "iframe", "radio", "psettings", "aria"];
const languages = ["en", "en", "en", "de", "fr", "it", "nl", "pt", "pl", "es"];
const key = "allowDataForGenerativeAI";

// mulberry32
export function random(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const rng = {
    next,
    int: (from, to) => from + Math.floor(next() * (to - from + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
    chance: (p) => next() < p,
  };
  return rng;
}

const shapes = [
  "native", "hidden-input", "hidden-no-label", "gone-input", "div-switch", "div-checkbox", "span-menuitem", "button-switch",
  "button-pressed", "button-switch-word", "button-word", "div-word", "select", "radios", "open-inner", "closed-inner",
  "closed-track", "host-role", "internals", "button-action", "segments", "segments-turned", "segments-pressed",
  "segments-pressed-turned", "segments-current",
];
const labels = ["labelledby", "for", "aria-label", "none"];
const label = "Use my data for training content creation AI models";
const unknownTexts = [
  "Help shape what comes next with your activity", "Hjälp till att förbättra innehållet", "生成AIモデルの学習に自分のデータを使う",
  "Personalisation", "Innhold og opplæring", "Data use", "استخدام بياناتي لتدريب النماذج",
];
const knownTexts = [
  label, "Use your data to train and develop AI models", "Use of Data for AI Training",
  "Ihre Daten zum Schulen von KI-Modellen verwenden, um Inhalte zu erstellen",
  "Użyj moich danych do trenowania modeli AI służących do tworzenia treści",
];
const invertedTexts = [
  "Do not use my data for training content creation AI models", "Opt out of: use my data for training content creation AI models",
  "Don't use my data for training content creation AI models", "Exclude my data from AI training",
];
const decoyTexts = [
  `${label} with partners`, `${label} at work`, `Do not ${label.toLowerCase()}`, "Use content creation AI models for training my data",
  "Use my data for training content creation AI", "Use my data for personalising ads", "Data for Generative AI Improvement at work",
  "Use AI to summarise my messages", "Use my data for training ranking models", "Social, economic, and workplace research",
  "Use data for research", "Receive messages", `Tell me about "${label}"`, "On-device suggestions",
];
const realKeys = ["allowAnonymizedDataResearch", "shareDataWithTrustedPartners", "allowAdsByAge"];

function newDecoy(rng, recipe, text = rng.pick(decoyTexts)) {
  const decoy = {
    text, shape: rng.chance(0.5) && recipe.shape ? recipe.shape : rng.pick(shapes), label: rng.pick([...labels, "none"]), key: null,
    before: rng.chance(0.5), initial: rng.pick(["on", "off"]),
    save: rng.chance(0.25) ? rng.pick(realKeys) : `decoy${recipe.decoys.length}_${rng.pick(["on", "off"])}`,
  };
  if (text !== "" && rng.chance(0.06)) decoy.label = "none-and-no-text";
  recipe.decoys.push(decoy);
  return decoy;
}

const own = { current: "hidden-input", artdeco: "native", button: "div-word", iframe: "hidden-input", radio: "radios", psettings: "hidden-input", aria: "div-switch" };
const shaped = (r) => (r.shape = r.shape || own[r.generation]);
const delay = (r, g) => g.int(0, r.delayMax);
const hasLate = (r) => r.steps.some((s) => /^(late|lazy|details|accordion|copy|shadow|frame)$/.test(s.name));
const hasFrame = (r) => r.steps.some((s) => s.name === "frame"); // created once, at its final place
const step = (name, ...rest) => (r) => r.steps.push({ name, ...Object.assign({}, ...rest) });

// Each changes the recipe; one that does not apply changes nothing.
export const mutators = {
  classes: (r) => (r.classes = true),
  wrap: (r, g) => step("wrap", { depth: g.int(1, 4), tag: g.pick(["div", "span"]) })(r),
  layout: (r, g) => (shaped(r), (r.layout = g.pick(["reverse", "above", "table", "grid", "flat", "section"]))),
  language: (r, g) => (r.lang = g.pick(languages)),
  unknownText: (r, g) => r.inverted || (shaped(r), (r.text = { kind: "unknown", value: g.pick(unknownTexts) })),
  knownText: (r, g) => r.inverted || (shaped(r), (r.text = { kind: "known", value: g.pick(knownTexts) })),
  inverted: (r, g) => (shaped(r), (r.inverted = true), (r.text = { kind: "inverted", value: g.pick(invertedTexts) })),
  double: (r) => (shaped(r), (r.double = true)),
  shape: (r, g) => ((r.shape = g.pick(shapes)), (r.label = g.pick(labels))),
  label: (r, g) => (shaped(r), (r.label = g.pick(labels))),
  noKey: (r) => (shaped(r), (r.keyAt = null)),
  keyElsewhere: (r, g) => (shaped(r), (r.keyAt = g.pick(["id", "name", "labelledby"]))),
  keyOnDecoy: (r, g) => {
    shaped(r);
    r.keyAt = g.pick([null, null, r.keyAt]);
    newDecoy(r.rng, r).key = g.pick(["id", "name", ...(r.keyAt === "labelledby" ? ["labelledby"] : [])]);
  },
  decoy: (r) => newDecoy(r.rng, r),
  decoys: (r, g) => {
    for (let i = g.int(2, 4); i > 0; i--) newDecoy(r.rng, r);
  },
  decoyAlike: (r, g) => { // without a name, of the same kind, beside one without a name
    shaped(r);
    r.label = "none";
    const d = newDecoy(r.rng, r);
    Object.assign(d, { shape: r.shape, label: "none" });
    if (g.chance(0.5)) r.keyAt = null;
  },
  twin: (r, g) => {
    if (r.text.kind === "own" && !hasLate(r)) (r.twin = true), Object.assign(newDecoy(r.rng, r, label), { label: g.pick(labels) });
  },
  swap: (r) => (newDecoy(r.rng, r), (r.swapByLoad = true)),
  heading: (r, g) => (r.heading = g.pick(["dropped", "Privacy", "Advertising partners", "Generative AI and other models"])),
  initialOn: (r) => (shaped(r), (r.initial = "on")),
  late: (r, g) => r.twin || hasFrame(r) || step("late", { ms: delay(r, g) })(r),
  stateLate: (r, g) => (r.stateLate = delay(r, g)),
  hydrate: (r, g) => r.generation === "psettings" || step("hydrate", { ms: delay(r, g) })(r),
  boot: (r, g) => r.generation === "psettings" || step("boot", { kind: g.pick(["early", "never"]) })(r),
  shadow: (r, g) => r.twin || step("shadow", { mode: g.pick(["open", "closed"]), nested: g.chance(0.3) })(r),
  frame: (r, g) => r.twin || hasFrame(r) || r.steps.some((s) => /^(late|lazy)$/.test(s.name)) || step("frame", { nested: g.chance(0.25) })(r),
  lazy: (r) => r.twin || hasFrame(r) || step("lazy")(r),
  spacer: (r, g) => step("spacer", { px: g.int(300, 3000) })(r),
  details: (r, g) => r.twin || step("details", { known: g.chance(0.6), isOpen: g.chance(0.3) })(r),
  accordion: (r, g) => r.twin || step("accordion", { known: g.chance(0.6), rendered: g.chance(0.5) })(r),
  cover: (r, g) => step("cover", { kind: g.pick(["glass", "through", "header", "footer", "control", "half"]), ms: g.pick([0, 0, delay(r, g)]) })(r),
  copy: (r, g) => {
    if (!r.twin) step("copy", { kind: g.pick(["none", "invisible", "away", "offscreen", "clear", "inert", "small", "same-ids", "visible"]), before: g.chance(0.6) })(r);
  },
  disabled: (r, g) => step("disabled", { how: g.pick(["attribute", "aria", "inert", "fieldset"]) })(r),
  lie: (r, g) => {
    const how = g.pick(["aria", "word", "pressed-word", "mixed"]);
    r.shape = { aria: g.pick(["native", "hidden-input"]), word: "button-switch-word", "pressed-word": "button-word", mixed: g.pick(["native", "div-switch"]) }[how];
    step("lie", { how })(r);
  },
  rerender: (r, g) => step("rerender", { ms: g.int(50, 1000) })(r),
  noise: step("noise"),
  segments: (r, g) => ((r.shape = g.pick(shapes.filter((s) => /^segments|^button-action/.test(s)))), (r.label = g.pick(labels))),
  scale: (r, g) => step("scale", { factor: g.pick([0.5, 0.75, 0.9, 1.1, 1.5]), how: g.pick(["transform", "zoom", "turn"]) })(r),
  scaledFrame: (r, g) => (mutators.frame(r, g), mutators.scale(r, g), mutators.decoys(r, g)),
  stolen: step("stolen"),
  reloads: (r, g) => step("reloads", { ms: delay(r, g) })(r),
  hover: (r, g) => step("hover", { over: g.chance(0.6) })(r),
  growing: (r, g) => step("growing", { ms: 30 + Math.floor(delay(r, g) / 10) })(r),
  link: (r, g) => step("link", { tag: g.pick(["a", "button"]) })(r),
  prose: step("prose"),
  moving: step("moving"),
  rtl: (r) => (shaped(r), (r.direction = "rtl")),
  fault: (r, g) => (r.fault = g.pick([
    "save-not-kept", "save-toast-lies", "click-ignored", "save-refused-500", "save-kept-500", "save-undone", "save-late", "remembers-in-tab",
    "fresh-contradicts", "press-throws", "second-click-reverts",
  ])),
  way: (r, g) => (r.way = g.pick(["state-by-post", "state-by-graphql", "state-by-worker", "state-after-timers", "state-error", "state-cut", "request-flood"])),
};

// The order in which the page's steps make sense: the inner ones come first.
const order = ["wrap", "disabled", "lie", "copy", "stolen", "hover", "shadow", "rerender", "details", "accordion", "frame", "scale", "late", "lazy", "growing", "spacer", "link", "prose", "moving", "cover", "boot", "hydrate", "reloads", "noise"];

export const inverted = invertedTexts;

export function makeRecipe(seed, index, forced = []) {
  const g = random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  for (let i = 0; i < 8; i++) g.next();
  const recipe = {
    id: `${seed}:${index}`, key, salt: g.int(100000, 999999), generation: g.pick(generations), lang: g.pick(languages),
    start: g.chance(0.6) ? "on" : "off", command: g.chance(0.15) ? "check" : "fix", mutations: [],
    shape: null, label: "labelledby", keyAt: "labelledby", text: { kind: "own" }, heading: null, layout: "line", direction: "ltr",
    inverted: false, double: false, initial: "off", stale: g.chance(0.5), decoys: [], swapByLoad: false, steps: [],
    classes: false, stateLate: 0, fault: null, way: null, random: g.chance(0.6), delayMax: g.pick([500, 2000, 10000]), twin: false, rng: g,
  };
  // Two thirds are read with the whole scenario, the others with the minimum that the contract allows: no key, no mark,
  // no canary.
  recipe.scenario = g.pick(["linkedin", "linkedin", "least"]);
  recipe.knowsInverted = g.chance(0.5);
  const names = Object.keys(mutators);
  const count = forced.length || g.int(1, 4);
  for (let i = 0; i < count; i++) {
    const name = forced[i] ?? g.pick(names);
    if (recipe.mutations.includes(name) && !/^decoy/.test(name)) continue;
    recipe.mutations.push(name);
    mutators[name](recipe, g);
  }
  // a visible copy that is not the setting would be taken for the setting while the setting is absent
  const comesLate = recipe.steps.some((s) => /^(late|lazy|details|accordion)$/.test(s.name));
  for (const s of recipe.steps) if (comesLate && s.name === "copy" && /^(visible|inert)$/.test(s.kind)) s.kind = "none";
  // an order of mutations that the checks above did not cover
  if (recipe.twin && (hasLate(recipe) || recipe.text.kind !== "own")) recipe.decoys = recipe.decoys.filter((d) => d.text !== label);
  recipe.steps.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  delete recipe.rng;
  return recipe;
}
