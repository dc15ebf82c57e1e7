/* One read of the page in one query: two rounds with an idle moment between them, so that it is known at once
 * whether both are equal. */

const IDLE_MS = 100; /* maximum, for the idle moment */
const FRAME_MS = 1500; /* maximum, for a frame: a background tab may get one per second */

let wasDrawn = false; /* a frame of this document was seen */

/* The parts of a read that must be equal in both rounds. */
const essence = (seen) => JSON.stringify([seen.matches, seen.links, seen.path, seen.controls, seen.lang, seen.modals.length, seen.blocker]);

const idleCallback = (ms) =>
  new Promise((resolve) => {
    ownIdsOf(document).idles++;
    requestIdleCallback(() => resolve(true), { timeout: ms });
  });

/* The page's own frame and idle callbacks run before ours, which are requested later (HTML, 8.11.1;
 * Cooperative Scheduling of Background Tasks, 5.2). At its first frame a document learns what is visible. */
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
