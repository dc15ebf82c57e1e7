/* The state of a control in words: "on", "off", another word of a choice, or null for "unknown". Both states
 * need proof: what is neither provably on nor provably off is null. */

const stateWords = {
  on: ("on|yes|true|1|enabled|active|activated|allowed|opted in|an|ein|ja|aktiviert|eingeschaltet|aktiv|erlaubt|oui|activé|" +
    "activée|actif|sí|si|activado|activada|encendido|sì|attivo|attivato|attivata|aan|ingeschakeld|sim|ativado|ativada|ligado|" +
    "tak|włączone|włączony|włączona|wł|på|aktiverad|aktiveret|aktivert|オン|有効|开|已开启|켜짐").split("|"),
  off: ("off|no|false|0|disabled|inactive|deactivated|not allowed|opted out|aus|nein|deaktiviert|ausgeschaltet|inaktiv|" +
    "nicht erlaubt|non|désactivé|désactivée|inactif|desactivado|desactivada|apagado|disattivo|disattivato|disattivata|uit|nee|" +
    "uitgeschakeld|não|desativado|desativada|desligado|nie|wyłączone|wyłączony|wyłączona|wył|av|nej|nei|inaktiverad|" +
    "deaktiveret|deaktivert|オフ|無効|关|已关闭|꺼짐").split("|"),
};
const wordState = new Map();
for (const state of ["on", "off"]) for (const word of stateWords[state]) wordState.set(plain(word), state);

const stateOfWord = (text) => wordState.get(plain(text)) || null;

/* Generic names of a switch without a name: its states, or the kind of control. */
const kindWords = new Set(
  ("switch|toggle|toggle switch|checkbox|schalter|umschalter|interrupteur|interruptor|interruttore|schakelaar|przełącznik|" +
    "omkopplare|スイッチ|开关|開關|스위치").split("|").map(plain));

const namesNothing = rememberedText((name) => {
  if (stateOfWord(name) || kindWords.has(plain(name))) return true;
  const words = plain(name).split(/[\s/|,·-]+/).filter(Boolean);
  return !words.length || (words.length > 1 && words.every(stateOfWord));
});
const ariaState = (value) => ({ true: "on", false: "off" })[(value || "").toLowerCase()] || null;

/* Two sources for one control: if both have a value, they must agree. */
const agree = (a, b) => (a && b ? (a === b ? a : null) : a || b);

function stateOfBox(el) {
  if (el.indeterminate || el.getAttribute("aria-checked") === "mixed") return null;
  const own = checkedOf(el) ? "on" : "off";
  return el.hasAttribute("aria-checked") ? agree(own, ariaState(el.getAttribute("aria-checked"))) : own;
}

/* The states that a custom element exposes to style sheets (HTML, 4.13.7.4 and CSS Selectors, :state()). An
 * unset state proves nothing: it is unknown whether the element uses it. */
const customStates = [["on", "checked"], ["on", "selected"], ["on", "on"], ["off", "unchecked"], ["off", "off"]];

function stateOfCustom(el) {
  const has = ([, name]) => {
    try {
      return el.matches(`:state(${name})`);
    } catch (_) {
      return false; /* an older browser */
    }
  };
  const told = new Set(customStates.filter(has).map(([state]) => state));
  return told.size === 1 ? [...told][0] : null;
}

/* If a control shows a word for a state, it must agree with its attribute. */
function stateOfAttribute(el, attribute) {
  const own = ariaState(el.getAttribute(attribute));
  if (el.textContent.length > 200) return own;
  const lines = textLines(el);
  const shown = lines.length === 1 ? stateOfWord(lines[0].text) : null;
  return own && shown ? agree(own, shown) : own;
}

function wordOfOption(option) {
  const said = stateOfWord(option.textContent);
  const meant = stateOfWord(option.value);
  if (said && meant && said !== meant) return null;
  return said || meant || squeeze(option.textContent) || null;
}

const stateOfSelect = (el) => (el.selectedOptions && el.selectedOptions.length === 1 ? wordOfOption(el.selectedOptions[0]) : null);

/* The site's own words for an option, and for a radio: its name, the value after KEY__ in its id, its
 * value. */
const optionTexts = (option) => [option.textContent, option.value];
const radioTexts = (el) => [accessibleName(el), (el.id || "").split("__")[1], el.getAttribute("value")].filter(Boolean);

/* The word of a radio. */
function radioWord(el) {
  const name = accessibleName(el);
  const tail = (el.id || "").split("__")[1];
  const said = stateOfWord(name);
  const meant = stateOfWord(tail) || stateOfWord(el.getAttribute("value"));
  if (said && meant && said !== meant) return null;
  return said || meant || squeeze(name) || null;
}

const chosenBy = ["aria-checked", "aria-pressed", "aria-selected", "aria-current"];
const radioChecked = (el) => (isInput(el, "radio") ? checkedOf(el) : chosenBy.some((attribute) => el.getAttribute(attribute) === "true"));

function stateOfRadios(members) {
  const chosen = members.filter(radioChecked);
  return chosen.length === 1 ? radioWord(chosen[0]) : null;
}

function isDisabled(el) {
  if (el.matches(":disabled") || el.hasAttribute("disabled")) return true;
  for (const e of [el, ...composedAncestors(el)]) if (e.getAttribute("aria-disabled") === "true" || e.hasAttribute("inert")) return true;
  return false;
}

const isBusy = (el) => [el, ...composedAncestors(el)].some((e) => e.getAttribute("aria-busy") === "true");
