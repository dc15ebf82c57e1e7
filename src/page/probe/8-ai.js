/* Does a text mention AI training, or what feeds it? A false alarm costs a person one look; a miss leaves a
 * switch on. So the list is wide, in the languages of the scenarios. */

/* Words that are sufficient alone; "~" matches any ending. */
const namesAi = anyWordOf([
  "a i|genai|gpt|chatgpt|llm|llms|copilot|gemini|grok|chatbot~|deepfake~|autopilot",
  "artificial~|machine learn~|deep learning|generativ~|neural~|language model~|model|models|train|trains|trained|training|fine tun~|finetun~|agent|agents|" +
    "agentic|assistant~|smart feature~|smart repl~|smart compos~|smart suggest~|smart summar~|voice clon~|algorithm~|automated decision~",
  "künstlich~|maschinell~|sprachmodell~|modell|modelle|modellen|modells|trainier~|anlernen|schulung~|assistent~|agenten",
  "intelligence artificielle|apprentissage~|générati~|modèle|modèles|entraîn~|entrain~|algorithme~",
  "intelligenza artificiale|apprendimento~|modello|modelli|addestr~|assistente|assistenti|agente|agenti|algoritm~",
  "kunstmatig~|machinaal leren|generatiev~|modellen|taalmodel~|trainen|getraind",
  "inteligência artificial|aprendiz~|modelo|modelos|trein~|assistentes|agentes",
  "sztuczn~|uczeni~|modele|modeli|modelach|trenow~|szkoleni~|asystent~|agenci|agentów|algorytm~",
  "inteligencia artificial|entren~|asistente|asistentes",
  "maskininlärning|modeller|träna~|träning|kunstig intelligens|maskinlæring|træn~|opplæring|tekoäly~|koneoppimi~|koulut~|umělá inteligence|umělé inteligence|strojov~|" +
    "trénov~|yapay zeka~|makine öğren~|eğit~|искусственн~|машинн~|обучен~|модел~|нейросет~|штучн~|навчанн~",
].join("|"));
const aiLetters = new Set("AI IA KI ML ИИ ШІ".split(" "));
/* In lower case "ai" is a common word of other languages. */
const hasSmallLetters = () => /^(|en|de|nl|sv|da|nb|no|pl|cs)(-|$)/i.test(document.documentElement.lang);
/* Scripts without spaces between words. */
const aiSigns = /人工知能|機械学習|生成AI|モデル|学習|エージェント|アシスタント|人工智能|人工智慧|机器学习|機器學習|模型|训练|訓練|智能体|生成式|인공지능|학습|모델|에이전트/;

/* "Improve our products with your content": two halves, in either order. */
const speaksOfBetter = anyWordOf(
  "improv~|better|enhanc~|develop~|verbesser~|entwickl~|amélior~|développ~|miglior~|svilupp~|verbeter~|ontwikkel~|melhor~|aprimor~|desenvolv~|mejor~|desarroll~|" +
    "ulepsz~|popraw~|udoskonal~|rozwij~|förbättra~|forbedr~|улучш~|поліпш~");
const speaksOfThings = anyWordOf(
  "product|products|service|services|feature|features|technolog~|experience|experiences|everyone|data|content~|post|posts|conversation|conversations|chat|chats|messages|dienst~|" +
    "produkt~|produit~|prodott~|serviz~|producten|produto~|serviço~|producto~|servicio~|usług~|inhalt~|daten|contenu~|donnée~|dati|inhoud|gegevens|dados|conteúdo~|datos|" +
    "contenido~|dane|danych|treści~|tjänst~|tjenest~|сервис~|данн~|контент~");

const hasAiLetters = (text) => wordsIn(text).some((word) => aiLetters.has(word) || (/^(ai|ki)$/i.test(word) && hasSmallLetters()));
const soundsLikeAi = (text) => hasAiLetters(text) || aiSigns.test(text) || namesAi(text) || (speaksOfBetter(text) && speaksOfThings(text));

const MOST_NAME = 200;
const MOST_LINE = 120; /* longer lines explain */

/* The texts that belong to a setting on this page: its known wordings, and the names of its controls here. */
function ownTexts(settings, taken, controls) {
  const own = new Set(settings.flatMap((setting) => [...setting.known]));
  for (const control of taken)
    for (const text of [control.name, ...partLines(control), ...visibleLines(control, controls).map((line) => line.text)]) own.add(plain(text));
  for (const text of [...own]) if (!text || namesNothing(text)) own.delete(text); /* "On" names no setting */
  return own;
}

/* "AI training, on" is "AI training". */
const withoutState = (text) => {
  const [, head, tail] = /^(.*?)[\s:,–—-]+(\S+)$/u.exec(text) || [];
  return head && stateOfWord(tail) ? head : text;
};
const isOwnText = (own, text) => own.has(plain(text)) || own.has(plain(withoutState(text)));

/* Controls about AI that belong to no setting. */
function strangeControls(controls, taken, own) {
  const strange = [];
  for (const control of controls) {
    if (taken.has(control) || !control.rendered) continue;
    const near = [control.name, ...visibleLines(control, controls).map((line) => line.text), ...rowLines(control, controls)].filter(Boolean);
    const texts = near.filter((text) => text.length <= MOST_LINE);
    if ([...texts, ...partLines(control)].some((text) => isOwnText(own, text))) continue;
    const name = texts.find(soundsLikeAi);
    if (name) strange.push({ name: name.slice(0, MOST_NAME), state: control.state });
  }
  return strange;
}
