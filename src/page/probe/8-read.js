/* One read of the page in one question: two rounds with an idle moment between them, so that whether both
 * came out the same is known at once. */

const IDLE_MS = 100; /* at most, for the idle moment */
const FRAME_MS = 1500; /* at most, for a frame: a tab in the background may get one a second */

let wasDrawn = false; /* a frame of this document was seen */

/* What of a read has to be the same in both rounds. */
const essence = (seen) => JSON.stringify([seen.matches, seen.links, seen.path, seen.controls, seen.lang, seen.modals.length, seen.blocker]);

const idleCallback = (ms) =>
  new Promise((resolve) => {
    ownIdsOf(document).idles++;
    requestIdleCallback(() => resolve(true), { timeout: ms });
  });

/* The page's own frame and idle callbacks come before ours, which were asked for later (HTML, 8.11.1;
 * Cooperative Scheduling of Background Tasks, 5.2). The first frame of a document tells it what is in sight. */
function pendingCallbacks({ frames, idles }) {
  const waits = [];
  if (!wasDrawn || frames !== 0) waits.push(drawn(FRAME_MS).then((yes) => (wasDrawn = wasDrawn || yes)));
  if (idles !== 0 && globalThis.requestIdleCallback) waits.push(idleCallback(FRAME_MS));
  return waits;
}

async function readTwice(args) {
  const first = look(args);
  if (!first.complete) return { ...first, rounds: 1, moved: false, idle: false, drawn: wasDrawn };
  const [quiet, ...came] = await Promise.all([nextIdle(IDLE_MS), ...pendingCallbacks(first.signals)]);
  const second = remembering(() => look(args));
  const same = essence(first) === essence(second);
  return { ...second, rounds: same ? 2 : 1, moved: !same, idle: quiet.idle && came.every(Boolean), drawn: wasDrawn };
}
