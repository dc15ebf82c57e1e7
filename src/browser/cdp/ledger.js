/* The ledger of timers of one document. It runs before the page's scripts, in the page's own world, with the
 * debugger's command line API: debug(function, condition) evaluates the condition at each call of the
 * function, whoever calls it and by whatever name, and never pauses because it is never true. Nothing of the
 * page is replaced; the property `key` of window is the only trace, and it cannot be changed.
 *
 * All natives are taken here, before the page can replace them, and no prototype is read later. */
((key) => {
  if (typeof debug !== "function") return;
  const SLACK = 10; /* milliseconds by which a timer may run after one that was due later */
  const MOST = 4000; /* calls that are kept */
  const LONGEST = 2000000000; /* maximum of reported milliseconds */
  const set = setTimeout;
  const clear = clearTimeout;
  const now = performance.now.bind(performance);
  let calls = { __proto__: null };
  let n = 0;
  const byId = { __proto__: null };
  let taken = 0; /* ids, by the page and by the ledger */
  let own = false;
  let unsure = false;
  let armed = 0;
  let fired = false;
  let hidden = -1; /* when the page last began work whose end is not visible */
  let queued = -1; /* when the page last deferred work of its own to the next turn, without a timer */

  /* Ids count up: the id that the current call will get. */
  function nextId() {
    own = true;
    const id = set(() => {}, 0);
    clear(id);
    own = false;
    taken += 2;
    return id + 1;
  }

  function number(value) {
    const kind = typeof value;
    if (kind === "number" || kind === "string" || kind === "boolean") return +value;
    if (kind !== "undefined" && value !== null) unsure = true; /* only the page may run its valueOf, not we */
    return 0;
  }

  /* Drops timers that have run by now: when our own timer runs, every timer that was due before it has
   * run. */
  function forget(before) {
    const kept = { __proto__: null };
    let m = 0;
    for (let i = 0; i < n; i++) {
      const call = calls[i];
      if (call.over || (!call.every && call.due + SLACK <= before)) delete byId[call.id];
      else kept[m++] = call;
    }
    calls = kept;
    n = m;
  }

  function made(ms, every, id) {
    if (n >= MOST) forget(now());
    if (n >= MOST) {
      unsure = true;
      return;
    }
    const call = { __proto__: null, due: now() + (ms > 1 ? ms : 1), every, over: false, id };
    if (id) byId[id] = call;
    calls[n++] = call;
  }

  const delayOf = (options) => {
    try {
      return options && typeof options === "object" ? number(options.delay) : 0;
    } catch (_) {
      return 0;
    }
  };

  function queue() {
    queued = now();
  }

  const kinds = [
    [setTimeout, (a) => time(a, false)],
    [setInterval, (a) => time(a, true)],
    [globalThis.MessagePort && MessagePort.prototype.postMessage, queue],
    [postMessage, queue],
    [globalThis.AbortSignal && AbortSignal.timeout, (a) => made(number(a[0]), false, 0)],
  ];

  /* They run elsewhere, and have no id. */
  const hide = () => (hidden = now());
  const methods = (kind, names, work = hide) => (kind ? names.split(" ").map((name) => [kind.prototype[name], work]) : []);
  const post = (a) => (delayOf(a[1]) > 0 ? made(delayOf(a[1]), false, 0) : queue());
  const elsewhere = [
    [globalThis.Crypto && Crypto.prototype, "subtle",
      methods(globalThis.SubtleCrypto, "deriveBits deriveKey generateKey digest encrypt decrypt sign verify")],
    [window, "indexedDB", methods(globalThis.IDBFactory, "open").concat(methods(globalThis.IDBDatabase, "transaction"))],
    [window, "caches", methods(globalThis.CacheStorage, "open match").concat(methods(globalThis.Cache, "match matchAll"))],
    [window, "scheduler", methods(globalThis.Scheduler, "postTask", post).concat(methods(globalThis.Scheduler, "yield", queue))],
    [globalThis.Navigator && Navigator.prototype, "locks", methods(globalThis.LockManager, "request")],
  ];
  kinds.push(...methods(globalThis.BroadcastChannel, "postMessage"), ...methods(globalThis.ServiceWorker, "postMessage"),
    [globalThis.SharedWorker, hide]);
  /* A page has to call the getter first, and its methods are followed from then on: each breakpoint costs a walk
   * through the heap. In the same way, a timer has to be made before it can be cleared. */
  const later = [];
  for (const [holder, name, its] of elsewhere) {
    const getter = holder && (Object.getOwnPropertyDescriptor(holder, name) || {}).get;
    if (getter) later.push([getter, its]);
    else kinds.push(...its);
  }
  const first = kinds.length + later.length; /* the first of those that are not followed from the start */
  const groups = [];
  let next = first;
  /* Returns a function that sets their breakpoints when it is first called. */
  function group(its) {
    const from = next;
    let open = false;
    next += its.length;
    groups.push(...its);
    return () => {
      if (open) return;
      open = true;
      for (let i = from; i < from + its.length; i++) follow(i);
    };
  }
  for (const [getter, its] of later) kinds.push([getter, group(its)]);
  const followClearing = group([[clearTimeout, (a) => end(a[0])], [clearInterval, (a) => end(a[0])]]);
  kinds.push(...groups);

  function time(a, every) {
    followClearing();
    made(number(a[1]) | 0, every, nextId());
  }

  function end(id) {
    const call = byId[typeof id === "number" || typeof id === "string" ? id : ""];
    if (call) call.over = true;
  }

  /* The ledgers of the frames: null for one of another site. */
  function eachFrame(work) {
    for (let i = 0; window[i]; i++) {
      let ledger = null;
      try {
        ledger = window[i][key];
      } catch (_) {
        work(null);
        continue;
      }
      work(ledger);
    }
  }

  function arm() {
    fired = false;
    armed = now();
    own = true;
    set(() => (fired = true), 1);
    own = false;
    taken++;
    eachFrame((ledger) => typeof ledger === "function" && ledger("arm"));
  }

  function tell(sum) {
    const time = now();
    forget(armed);
    sum.taken += taken;
    sum.waits += fired ? 0 : 1;
    sum.unsure += unsure ? 1 : 0;
    if (hidden >= 0 && (sum.hidden < 0 || time - hidden < sum.hidden)) sum.hidden = time - hidden;
    if (queued >= 0 && (sum.queued < 0 || time - queued < sum.queued)) sum.queued = time - queued;
    for (let i = 0; i < n; i++) {
      const call = calls[i];
      const left = call.due > time ? call.due - time : 0;
      if (call.every) sum.repeating++;
      else {
        sum.pending++;
        if (sum.first < 0 || left < sum.first) sum.first = left;
        if (left > sum.last) sum.last = left;
      }
    }
    eachFrame((ledger) => {
      if (typeof ledger === "function") ledger("tell", sum);
      else if (ledger === null) sum.unseen++;
      else sum.unsure++;
    });
  }

  const whole = (ms) => (ms < 0 ? -1 : ms < LONGEST ? (ms | 0) + 1 : LONGEST);

  function ledger(what, given) {
    if (typeof what === "number") {
      if (!own) kinds[what][1](given);
      return false;
    }
    if (what === "arm") return arm();
    if (given) return tell(given);
    const sum = { __proto__: null, taken: 0, waits: 0, unsure: 0, pending: 0, repeating: 0, first: -1, last: -1, unseen: 0, hidden: -1, queued: -1 };
    tell(sum);
    return `${sum.taken} ${sum.waits} ${sum.unsure} ${sum.pending} ${sum.repeating} ${whole(sum.first)} ${whole(sum.last)} ${sum.unseen} ${whole(sum.hidden)} ${whole(sum.queued)}`;
  }

  Object.defineProperty(window, key, { value: ledger });
  const stop_at = debug;
  function follow(i) {
    try {
      if (kinds[i][0]) stop_at(kinds[i][0], `typeof ${key} === "function" && ${key}(${i}, arguments)`);
    } catch (_) {
      unsure = true;
    }
  }
  for (let i = 0; i < first; i++) follow(i);
})
