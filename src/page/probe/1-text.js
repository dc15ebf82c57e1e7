/* Texts: when two are equal, and which words they contain. */

/* A result for a text never changes. */
function rememberedText(compute) {
  const known = new Map();
  return (text) => {
    let value = known.get(text);
    if (value !== undefined) return value;
    if (known.size >= MOST_TEXTS) known.clear();
    known.set(text, (value = compute(text)));
    return value;
  };
}
const MOST_TEXTS = 5000;

/* Texts are compared without regard to case, kind of space, kind of quote, and a final mark. The lint of
 * scenarios does the same (src/base/plain.c); tests/probe/texts.json tests both. */
const plainOf = rememberedText(makePlain);
const plain = (text) => (text ? plainOf(text) : "");

function makePlain(text) {
  return text
    .replace(/[\u2018\u2019\u02bc\u00b4`]/g, "'") /* before NFKC, which decomposes \u00b4 */
    .normalize("NFKC")
    .replace(/[\u201c\u201d\u00ab\u00bb]/g, '"')
    .replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\s*[:.*\u3002]+$/, "")
    .toLowerCase()
    .replace(/\u03c2/g, "\u03c3"); /* a sigma at the end of a word */
}

/* Wordings, one of which has to match: completely, or except for one variable part, written {…}. That part is
 * never empty, no longer than MOST_VARIABLE, and separated as in the wording. */
const VARIABLE = "{\u2026}";
const MOST_VARIABLE = 80;

class Wordings {
  constructor(texts) {
    this.whole = new Set();
    this.parts = [];
    for (const text of texts) {
      const at = text.indexOf(VARIABLE);
      if (at < 0) {
        if (plain(text)) this.whole.add(plain(text));
        continue;
      }
      const [head, tail] = [text.slice(0, at), text.slice(at + VARIABLE.length)];
      /* with a letter beside it, so that spaces and marks there are kept */
      this.parts.push({ head: plain(head + "x").slice(0, -1), tail: plain("x" + tail).slice(1) });
    }
  }
  get size() {
    return this.whole.size + this.parts.length;
  }
  has(text) {
    return this.whole.has(text) || this.parts.some(({ head, tail }) => {
      const length = text.length - head.length - tail.length;
      return length > 0 && length <= MOST_VARIABLE && text.startsWith(head) && text.endsWith(tail) && text.slice(head.length, head.length + length).trim() !== "";
    });
  }
  [Symbol.iterator]() {
    return this.whole[Symbol.iterator]();
  }
  static union(...sets) {
    const all = new Wordings([]);
    for (const set of sets) {
      set.whole.forEach((text) => all.whole.add(text));
      all.parts.push(...set.parts);
    }
    return all;
  }
}

const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim();

/* The words of a text, as written, separated by anything that is not a letter or digit. */
const wordsIn = (text) => text.split(/^[\x00-\x7f]*$/.test(text) ? /[^A-Za-z0-9]+/ : /[^\p{L}\p{N}]+/u).filter(Boolean);

/* The same in lower case; several queries about one text often follow each other. */
let lastText = "";
let lastWords = [];

function smallWordsIn(text) {
  if (text !== lastText) {
    lastWords = wordsIn(text.toLowerCase());
    lastText = text;
  }
  return lastWords;
}

/* From "word|start~|two words|two begun~" to a test of a text: does it contain one of these? Uses sets: a
 * pattern of so many alternatives takes tens of milliseconds at first use. */
function anyWordOf(list) {
  const parts = list.split("|");
  const phrases = parts.filter((part) => part.includes(" ")).map((part) => " " + (part.endsWith("~") ? part.slice(0, -1) : part + " "));
  const single = parts.filter((part) => !part.includes(" "));
  const whole = new Set(single.filter((part) => !part.endsWith("~")));
  const starts = new Set(single.filter((part) => part.endsWith("~")).map((part) => part.slice(0, -1)));
  const longest = Math.max(0, ...[...starts].map((start) => start.length));
  const begins = (word) => {
    for (let n = Math.min(word.length, longest); n > 1; n--) if (starts.has(word.slice(0, n))) return true;
    return false;
  };
  return (text) => {
    const words = smallWordsIn(text);
    if (words.some((word) => whole.has(word) || begins(word))) return true;
    const line = " " + words.join(" ") + " ";
    return phrases.some((phrase) => line.includes(phrase));
  };
}
