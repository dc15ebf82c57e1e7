// What a settings page does after it has loaded: ask for the state, show it, save a change.
(() => {
  'use strict';
  const config = JSON.parse(document.getElementById('boot-config').textContent);
  const faults = window.rehearsalFaults;
  const words = config.words;
  const address = (key) => `/mysettings-api/settingsApiSettings/${encodeURIComponent(key)}`;

  // How each kind of switch shows a state and is read.
  const makes = {
    checkbox: {
      read: (c) => c.el.checked,
      show: (c, on) => { c.el.checked = on; },
      listen: (c, changed) => c.el.addEventListener('change', changed),
    },
    radio: {
      read: (c) => c.el.querySelector('[value="true"]').checked,
      show: (c, on) => { c.el.querySelector(`[value="${on}"]`).checked = true; },
      listen: (c, changed) => c.el.addEventListener('change', changed),
    },
    button: {
      read: (c) => c.on,
      show: (c, on) => { c.on = on; c.el.textContent = on ? words.on : words.off; },
      listen: pressable,
    },
    aria: {
      read: (c) => c.on,
      show: (c, on) => { c.on = on; c.el.setAttribute('aria-checked', String(on)); },
      listen: pressable,
    },
  };

  function pressable(c, changed) {
    const press = () => {
      if (c.el.getAttribute('aria-disabled') === 'true') return;
      show(c, !c.on);
      changed();
    };
    c.el.addEventListener('click', press);
    c.el.addEventListener('keydown', (event) => {
      if (event.key !== ' ' && event.key !== 'Enter') return;
      event.preventDefault();
      press();
    });
  }

  // A fault may put another control in its place.
  const makeOf = (c) => c.own ?? makes[c.make];
  const read = (c) => makeOf(c).read(c);
  const show = (c, on) => makeOf(c).show(c, on);

  function toast(type, text) {
    const item = document.createElement('div');
    item.className = 'artdeco-toast-item artdeco-toast-item--visible';
    item.setAttribute('data-test-artdeco-toast-item-type', type);
    item.setAttribute('role', 'alert');
    item.textContent = text ?? (type === 'success' ? words.saved : words.failed);
    document.querySelector('.artdeco-toasts').append(item);
    setTimeout(() => item.remove(), 6000);
  }

  function csrfToken() {
    const pair = document.cookie.split('; ').find((part) => part.startsWith('JSESSIONID='));
    return pair ? pair.slice('JSESSIONID='.length).replaceAll('"', '') : '';
  }

  async function save(c, value, more = {}, options = {}) {
    try {
      const answer = await fetch(address(c.key), {
        ...options,
        method: 'PUT',
        headers: { 'content-type': 'application/json; charset=UTF-8', 'csrf-token': csrfToken() },
        body: JSON.stringify({
          value, settingDisplayType: c.make === 'radio' ? 'RADIO' : 'TOGGLE',
          entityUrn: `urn:li:fsd_setting:${c.key}`, key: c.key, ...more,
        }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      c.saved = value;
      toast('success');
      return true;
    } catch {
      show(c, c.saved);
      toast('error');
      return false;
    }
  }

  // A press that must not happen: the site records it.
  const unasked = (what) => fetch('/mysettings-api/unasked', { method: 'POST', body: what });

  // With random delays, each is the next of those that the site has drawn for this page.
  let drawn = 0;
  const delay = (usual) => (config.draws ? config.draws[drawn++ % config.draws.length] : usual);

  const tools = { config, words, address, delay, read, show, save, toast, unasked, changed };

  async function changed(c) {
    const value = read(c);
    for (const name of c.faults) {
      if (await faults[name]?.change?.(c, value, tools) === false) return;
    }
    await save(c, value);
  }

  async function askState(c) {
    // with a query, so that a save does not make the browser drop what it may have cached of this
    const answer = await fetch(`${address(c.key)}?view=page`, { headers: { accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).value;
  }

  async function start(c) {
    for (const name of c.faults) await faults[name]?.before?.(c, tools);
    if (c.value === null) {
      const ask = c.faults.map((name) => faults[name]?.ask).find(Boolean) ?? askState;
      const value = ask(c, tools);
      for (const name of c.faults) faults[name]?.asked?.(c, tools);
      c.value = await value;
    }
    c.saved = c.value;
    show(c, c.value);
    makeOf(c).listen(c, () => changed(c));
    for (const name of c.faults) await faults[name]?.after?.(c, tools);
  }

  async function boot() {
    localStorage.setItem('voyager-web:badges', '{}');
    for (const c of config.controls) {
      c.el = document.getElementById(c.box);
      c.section = c.el.closest('.setting');
    }
    for (const name of config.faults) faults[name]?.load?.(tools);
    const waited = config.controls.filter((c) => !c.faults.some((f) => faults[f]?.late));
    if (config.boot) await new Promise((done) => setTimeout(done, config.boot));
    for (const c of config.controls) if (!waited.includes(c)) start(c).catch(() => {}); // and nothing shows it
    try {
      if (!config.controls.length) await new Promise((done) => setTimeout(done, config.delay));
      await Promise.all(waited.map(start));
    } catch {
      for (const c of waited) c.el.disabled = true;
      toast('error', words.failed);
    }
    if (config.shell) document.body.classList.add('boot-complete');
    for (const name of config.faults) faults[name]?.ready?.(tools);
  }

  boot();
})();
