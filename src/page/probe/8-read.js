/* One read of the page in one question: two rounds with a frame and an idle moment between them, so that
 * whether both came out the same is known at once. */

const BETWEEN_MS = 100; /* at most, for the frame and the idle moment */

/* What of a read has to be the same in both rounds. */
const essence = (seen) => JSON.stringify([seen.matches, seen.links, seen.path, seen.controls, seen.lang, seen.modals.length, seen.blocker]);

async function readTwice(args) {
  const first = look(args);
  if (!first.complete) return { ...first, rounds: 1, moved: false, idle: false };
  const [quiet] = await Promise.all([nextIdle(BETWEEN_MS), drawn(BETWEEN_MS)]);
  const second = remembering(() => look(args));
  const same = essence(first) === essence(second);
  return { ...second, rounds: same ? 2 : 1, moved: !same, idle: quiet.idle };
}
