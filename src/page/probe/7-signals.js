/* What can still be pending on the page: evidence for the caller's judgement of readiness.
 *
 * The ids of timers, frame callbacks and idle callbacks are counted up per document, in one sequence for all
 * script worlds (HTML, 8.6 "Timers", 8.11.1 "animation frames"; Cooperative Scheduling, 5.1). So an id that is
 * taken and cancelled at once, minus the ids that the probe took, is the number that the page took. Zero
 * proves that none is pending. */

/* Realm -> how many ids of each kind the probe has taken there. The first document of a frame passes its
 * window, including the ids, to the next one (HTML, 7.4.5), so a document cannot be the key. */
const ownIds = new WeakMap();

function ownIdsOf(doc) {
  const realm = (doc.defaultView && doc.defaultView.Object) || doc;
  if (!ownIds.has(realm)) ownIds.set(realm, { timers: 0, frames: 0, idles: 0, lastFrames: null });
  return ownIds.get(realm);
}

/* The probe's own timer. All timers of the probe are made here, so that they are not counted as the
 * page's. */
function later(ms, work) {
  ownIdsOf(document).timers++;
  return setTimeout(work, ms);
}

const counters = {
  timers: (view) => [view.setTimeout, view.clearTimeout],
  frames: (view) => [view.requestAnimationFrame, view.cancelAnimationFrame],
  idles: (view) => [view.requestIdleCallback, view.cancelIdleCallback],
};

/* How many ids of one kind the page has taken in this document; null: unknown. */
function idsTaken(doc, kind) {
  const [take, giveBack] = counters[kind](doc.defaultView);
  if (take === undefined) return 0; /* this browser has no such callbacks */
  if (!isNative(take) || !isNative(giveBack)) return null;
  const id = take.call(doc.defaultView, () => {});
  giveBack.call(doc.defaultView, id);
  return typeof id === "number" ? id - ++ownIdsOf(doc)[kind] : null;
}

const sum = (numbers) => (numbers.includes(null) ? null : numbers.reduce((a, b) => a + b, 0));

function documentsHere() {
  return [document, ...elementsHere().map(frameDocument).filter(Boolean)].filter((doc) => doc.defaultView);
}

/* Has a frame callback requested the next one since the last query? */
function isLooping(docs, frames) {
  let loops = false;
  docs.forEach((doc, i) => {
    const own = ownIdsOf(doc);
    if (own.lastFrames !== null && frames[i] > own.lastFrames) loops = true;
    own.lastFrames = frames[i];
  });
  return loops;
}

/* A frame callback of the page runs in the next frame, which comes late or never in a background tab. Ours is
 * requested after the page's and runs after them (HTML, 8.11.1): when it has run, so have those that were
 * requested before it. */
const LATE_MS = 1500;
const frameState = { settled: 0, askedAt: null, took: 0 };

function isFrameLate(frames) {
  if (frames === null || frames <= frameState.settled) return false;
  if (frameState.askedAt === null) {
    frameState.askedAt = performance.now();
    ownIdsOf(document).frames++;
    requestAnimationFrame(() => {
      frameState.settled = frames;
      frameState.took = performance.now() - frameState.askedAt;
      frameState.askedAt = null;
    });
  }
  return Math.max(frameState.took, performance.now() - frameState.askedAt) > LATE_MS;
}

/* Does it end without our action? An endless animation proves nothing. */
function willEnd(animation) {
  if (animation.playState !== "running" && !animation.pending) return false;
  const end = animation.effect && animation.effect.getComputedTiming().endTime;
  return typeof end === "number" && Number.isFinite(end);
}

/* Can its end change a control? */
function isAwaited(animation, controls) {
  const target = animation.effect.target;
  return !!target && controls().some((control) => control.members.some((member) => composedContains(target, member)));
}

/* Those of a control, and the others: a script may wait for their end. */
function animationsNow(roots, controls) {
  const all = roots.flatMap((root) => (root.getAnimations ? [...root.getAnimations()] : [])).filter(willEnd);
  const animations = all.filter((animation) => isAwaited(animation, controls)).length;
  return { animations, elsewhere: all.length - animations };
}

/* `roots` are the documents and shadow roots of the page, `controls()` returns its controls. */
function signalsNow(roots, controls, modals) {
  const docs = documentsHere();
  const taken = (kind) => docs.map((doc) => idsTaken(doc, kind));
  const frames = taken("frames");
  return {
    timers: sum(taken("timers")), frames: sum(frames), idles: sum(taken("idles")), loop: isLooping(docs, frames), late: isFrameLate(sum(frames)),
    ...animationsNow(roots, controls), dialogs: modals.length,
  };
}

/* Resolves in the next idle period of the page (Cooperative Scheduling of Background Tasks, 5.2), with the
 * free milliseconds. A hidden document has few idle periods, and some browsers have none: then it is one turn
 * of the event loop, and `turn` is true. */
function nextIdle(ms) {
  return new Promise((resolve) => {
    const own = ownIdsOf(document);
    const timer = later(ms, () => {
      if (globalThis.cancelIdleCallback && asked) cancelIdleCallback(asked);
      resolve({ idle: false });
    });
    const end = (answer) => {
      clearTimeout(timer);
      resolve({ idle: true, ...answer });
    };
    let asked = 0;
    /* Runs when no task of a higher priority is left, rendered or not (Prioritized Task Scheduling, 4.2). */
    if (globalThis.scheduler && scheduler.postTask) {
      scheduler.postTask(() => end({ remaining: 0, turn: true }), { priority: "background" });
      return;
    }
    if (globalThis.requestIdleCallback && !document.hidden) {
      own.idles++;
      asked = requestIdleCallback((period) => end({ remaining: Math.floor(period.timeRemaining()), turn: false }));
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      end({ remaining: 0, turn: true });
    };
    port2.postMessage(0);
  });
}
