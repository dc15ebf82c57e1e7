// The faults that are about the state of a switch: how it is asked for, what shows it, and what remembers it. See
// faults.js for when each part is called; besides, ask (in place of the usual question) and asked (once that is out).
// In all of these the switch is drawn enabled and off, and the page says that it has booted, before the state is there.
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

  // A worker asks, and hands over what it was told.
  function workerAsks(address) {
    const work = `onmessage = async ({ data }) => {
      const answer = await fetch(data);
      postMessage(answer.ok ? (await answer.json()).value : null);
    };`;
    const worker = new Worker(URL.createObjectURL(new Blob([work], { type: 'text/javascript' })));
    return new Promise((told) => {
      worker.onmessage = ({ data }) => { if (data !== null) told(data); };
      worker.postMessage(new URL(address, location.href).href);
    });
  }

  function eventTells(address) {
    return new Promise((told) => {
      const events = new EventSource(address);
      events.onmessage = ({ data }) => { events.close(); told(JSON.parse(data).value); };
    });
  }

  function socketTells(address) {
    return new Promise((told) => {
      const to = new URL(address, location.href);
      to.protocol = 'ws:';
      const socket = new WebSocket(to);
      socket.onmessage = ({ data }) => { socket.close(); told(JSON.parse(data).value); };
    });
  }

  async function frames(n) {
    for (let i = 0; i < n; i++) await new Promise(requestAnimationFrame);
  }

  const embedded = (c) => JSON.parse(document.getElementById('page-data').textContent)
    .settings.find((setting) => setting.key === c.key).value;

  // What the person wished for is written down in the browser and shown from then on; the site is not told.
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
    'state-by-events': { late: true, ask: (c, tools) => eventTells(`${tools.address(c.key)}?as=events`) },
    'state-by-socket': { late: true, ask: (c, tools) => socketTells(`${tools.address(c.key)}?as=socket`) },
    'state-by-worker': { late: true, ask: (c, tools) => workerAsks(`${tools.address(c.key)}?view=page`) },
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
    'state-cut': { late: true },
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
