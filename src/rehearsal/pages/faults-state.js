// The faults that are about the state of a switch: how it is asked for, what shows it, and what remembers it. See
// faults.js for when each part is called; also ask (instead of the usual request) and asked (once that is sent). In all
// of these the switch is drawn enabled and off, and the page says that it has booted, before the state is there.
(() => {
  'use strict';
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const never = () => new Promise(() => {});

  async function valueOf(answer, path = []) {
    if (!answer.ok) throw new Error(String(answer.status));
    return path.reduce((value, name) => value[name], await answer.json()).value;
  }

  const post = (path, body) => fetch(path, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });

  async function graphql(operation, key) {
    return post('/mysettings-api/graphql', { operation, variables: { key } });
  }

  function frameAsks(address) {
    const frame = document.createElement('iframe');
    frame.hidden = true;
    frame.srcdoc = `<script>fetch('${address}').then((answer) => answer.json())
      .then(({ value }) => parent.postMessage({ state: value }, '*'));</${'script'}>`;
    document.body.append(frame);
    return new Promise((told) => {
      addEventListener('message', ({ data }) => { if (typeof data?.state === 'boolean') told(data.state); });
    });
  }

  // It is answered, and the page gives up while the answer is arriving.
  async function givesUp(address) {
    const stop = new AbortController();
    await fetch(address, { signal: stop.signal });
    stop.abort();
    return never();
  }

  async function derives() {
    const { subtle } = crypto;
    const key = await subtle.importKey('raw', new Uint8Array(16), 'PBKDF2', false, ['deriveBits']);
    await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: new Uint8Array(16), iterations: 3000000 }, key, 512);
  }

  async function readsDatabase(ms) {
    const until = performance.now() + ms;
    while (performance.now() < until)
      await new Promise((done, fail) => {
        const asked = indexedDB.open('rehearsal', 1);
        asked.onerror = fail;
        asked.onupgradeneeded = () => asked.result.createObjectStore('wishes');
        asked.onsuccess = () => {
          const read = asked.result.transaction('wishes').objectStore('wishes').get('wish');
          read.onsuccess = () => { asked.result.close(); done(); };
          read.onerror = fail;
        };
      });
  }

  async function writesToItself(ms) {
    const { port1, port2 } = new MessageChannel();
    const until = performance.now() + ms;
    while (performance.now() < until)
      await new Promise((done) => { port1.onmessage = done; port2.postMessage(0); });
  }

  function animates(ms) {
    const dot = document.createElement('span');
    document.body.append(dot);
    return dot.animate({ opacity: [0, 1] }, ms).finished;
  }

  function loads(element) {
    return new Promise((done) => {
      element.onload = element.onerror = done;
      document.head.append(element);
    });
  }

  async function frames(n) {
    for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
  }

  const embedded = (c) => JSON.parse(document.getElementById('page-data').textContent)
    .settings.find((setting) => setting.key === c.key).value;

  // The person's choice is stored in the browser and shown from then on; the site does not receive it.
  const remembers = (store) => ({
    change(c, value, tools) {
      store().setItem(`wish:${c.key}`, String(value));
      c.saved = value;
      tools.toast('success');
      return false;
    },
    after(c, tools) {
      const wish = store().getItem(`wish:${c.key}`);
      if (wish !== null) tools.show(c, wish === 'true');
    },
  });

  function tabName() {
    if (!sessionStorage.getItem('tab')) sessionStorage.setItem('tab', `t${Math.random().toString(36).slice(2, 10)}`);
    return sessionStorage.getItem('tab');
  }

  function enable(c) {
    for (const el of [c.section, ...c.section.querySelectorAll('*')]) {
      el.removeAttribute('disabled');
      el.removeAttribute('aria-disabled');
    }
  }

  function shiftRows() {
    const card = document.querySelector('.setting')?.closest('.card');
    if (card) card.style.marginTop = `${-document.querySelector('.setting').offsetHeight}px`;
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-post': { late: true, ask: async (c) => valueOf(await post('/mysettings-api/states', { key: c.key })) },
    'state-by-graphql': {
      late: true,
      async ask(c) {
        await graphql('Viewer', c.key);
        await graphql('Features', c.key);
        return valueOf(await graphql('Setting', c.key), ['data', 'setting']);
      },
    },
    'state-by-frame': { late: true, ask: (c, tools) => frameAsks(`${tools.address(c.key)}?view=page`) },
    'state-after-crypto': { late: true, before: derives },
    'state-after-database': { late: true, before: (c, tools) => readsDatabase(tools.delay(2000)) },
    'state-after-messages': { late: true, before: (c, tools) => writesToItself(tools.delay(2000)) },
    'state-after-animation': { late: true, before: (c, tools) => animates(tools.delay(2000)) },
    'state-after-image': {
      late: true,
      before: () => loads(Object.assign(document.createElement('img'), { src: '/mysettings-api/slow' })),
    },
    'state-after-script': {
      late: true,
      before: () => loads(Object.assign(document.createElement('script'), { src: '/mysettings-api/slow' })),
    },
    'state-after-timers': {
      late: true,
      async before(c, tools) {
        const step = tools.delay(2000) / 8;
        for (let i = 0; i < 8; i++) await pause(step);
      },
    },
    'state-after-idle': {
      late: true,
      async before() {
        for (let i = 0; i < 3; i++) await new Promise((idle) => { requestIdleCallback(() => idle()); });
      },
    },
    'state-after-frames': { late: true, before: () => frames(40) },
    'state-refused-403': { late: true },
    'state-refused-404': { late: true },
    'state-cut': { late: true },
    'state-empty': { late: true },
    'state-html': { late: true },
    'state-to-login': { late: true },
    'state-errors': { late: true },
    'state-squeezed': { late: true },
    'state-dropped': { late: true, ask: (c, tools) => givesUp(`${tools.address(c.key)}?view=page`) },
    'state-lost': { late: true },
    'refused-elsewhere': { load() { fetch('/mysettings-api/refused'); } },
    'request-flood': {
      late: true,
      asked() { for (let i = 0; i < 320; i++) fetch(`/mysettings-api/ping?n=${i}`); },
    },
    'embedded-contradicts': { ask: async (c) => !embedded(c) },

    'starts-late': { late: true, before: (c, tools) => pause(tools.delay(6000)), after: enable },
    'starts-never': { late: true, before: never },
    'page-hangs': {
      load() {
        const until = performance.now() + 45000;
        while (performance.now() < until);
      },
    },

    'remembers-in-tab': remembers(() => sessionStorage),
    'remembers-in-browser': remembers(() => localStorage),
    'fresh-contradicts': {
      ask: async (c, tools) => valueOf(await fetch(`${tools.address(c.key)}?view=page&tab=${tabName()}`)),
      change(c, value, tools) { tools.save(c, value, { tab: tabName() }); return false; },
    },
    'press-navigates': {
      change(c, value, tools) {
        tools.save(c, value, {}, { keepalive: true });
        location.assign('/mypreferences/d/categories/privacy');
        return false;
      },
    },
    'press-throws': { change() { throw new Error('the page has a fault of its own'); } },

    'shifting-rows': { ready: () => document.addEventListener('mousemove', shiftRows, { once: true }) },
    'lying-getters': {
      load() {
        const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'checked');
        Object.defineProperty(HTMLInputElement.prototype, 'checked', { ...own, get: () => false });
      },
    },
    'heading-vouches': { before: (c) => c.el.removeAttribute('aria-labelledby') },
    'label-nowhere': { before: (c) => c.el.setAttribute('aria-labelledby', 'label-of-nothing') },
  });
})();
