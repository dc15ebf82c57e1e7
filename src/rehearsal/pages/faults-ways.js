// The ways of other sites to a switch: behind menus and dialogs, as a menu, with a Save button, beside a control that
// deletes. See faults.js for when each part is called. The site records a press at a control that must not be pressed.
(() => {
  'use strict';
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function element(tag, properties, ...children) {
    const { role, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    if (role) made.setAttribute('role', role);
    made.append(...children);
    return made;
  }

  const button = (textContent, press, more = {}) => {
    const made = element('button', { type: 'button', textContent, className: 'plain', ...more });
    made.addEventListener('click', press);
    return made;
  };

  function dialog(title, ...children) {
    const heading = element('h2', { textContent: title });
    const box = element('div', { className: 'dialog', role: 'dialog' }, heading, ...children);
    box.setAttribute('aria-modal', 'true');
    box.setAttribute('aria-label', title);
    const shade = element('div', { className: 'shade' }, box);
    document.body.append(shade);
    return { box, close: () => shade.remove() };
  }

  // A menu that opens on pointerdown, as many libraries' do, and that a script's click does not open.
  function menuButton(textContent, items) {
    const opener = element('button', { type: 'button', textContent, className: 'plain' });
    opener.setAttribute('aria-haspopup', 'menu');
    opener.setAttribute('aria-expanded', 'false');
    let list = null;
    const close = () => {
      list?.remove();
      list = null;
      opener.setAttribute('aria-expanded', 'false');
    };
    opener.addEventListener('pointerdown', (event) => {
      if (!event.isTrusted) return;
      if (list) return close();
      list = element('div', { className: 'dialog', role: 'menu' });
      list.style.cssText = 'position: absolute; left: 40%; top: 40%';
      for (const [text, hint, press, name] of items()) {
        const item = element('div', { role: 'menuitem', tabIndex: -1 }, element('div', { textContent: text }));
        if (name) item.setAttribute('aria-label', name);
        if (hint) item.append(element('div', { textContent: hint }));
        item.addEventListener('click', () => { close(); press(); });
        list.append(item);
      }
      document.body.append(list);
      opener.setAttribute('aria-expanded', 'true');
    });
    return opener;
  }

  // The switch is taken out of the page, and comes with the last of the dialogs.
  function takeOut(c) {
    const place = element('div', {});
    c.section.replaceWith(place);
    return place;
  }

  function twinOf(c, tools) {
    const twin = c.section.cloneNode(true);
    twin.addEventListener('click', (event) => { event.preventDefault(); tools.unasked('way: the twin behind'); });
    return twin;
  }

  // Stays in a corner; the switch in it is not the setting's, and must not be pressed.
  function banner(c, tools, more, word) {
    const label = c.section.querySelector(`[id="${c.key}"]`)?.textContent ?? c.row;
    const preset = element('div', { role: 'switch', tabIndex: 0 });
    preset.setAttribute('aria-checked', 'false');
    preset.setAttribute('aria-label', label);
    preset.addEventListener('click', () => tools.unasked('way: the switch of a notice'));
    const box = element('div', more, element('p', { textContent: label }), preset, button(word, () => tools.unasked(`way: ${word}`)));
    box.style.cssText = 'position: fixed; right: 1rem; bottom: 1rem; width: 16rem; padding: 1rem; background: #fff';
    document.body.append(box);
  }

  const never = (tools, what) => () => tools.unasked(`way: ${what}`);

  // account menu -> Settings -> tab Data controls -> row -> the dialog with the switch
  function openSettings(c, tools, more = {}) {
    const panel = element('div', {});
    const row = button('', async () => {
      await pause(150);
      dialog('Improve the model', c.section, button('Done', () => {}));
    });
    row.append(element('span', { textContent: c.row }), element('div', { textContent: tools.words.off }));
    const tab = element('div', { role: 'tab', tabIndex: 0, textContent: 'Data controls' });
    tab.addEventListener('mousedown', async (event) => {
      if (!event.isTrusted) return;
      await pause(100);
      panel.replaceChildren(...(more.rows?.(row) ?? [row]), button('Delete all chats', never(tools, 'Delete all chats')));
    });
    dialog('Settings', element('div', { role: 'tablist' }, tab), panel);
  }

  function accountMenu(c, tools, more) {
    const place = takeOut(c);
    place.append(menuButton('Your account', () => [
      ['Upgrade', '', never(tools, 'Upgrade')],
      ['Settings', '', () => openSettings(c, tools, more)],
      ['Log out', '', never(tools, 'Log out')],
    ]));
    return place;
  }

  const confirmed = (title, word, beside = []) => new Promise((answered) => {
    const asked = dialog(title, element('p', { textContent: 'Nothing else changes.' }), ...beside,
      button(word, () => { asked.close(); answered(true); }), button('Cancel', () => { asked.close(); answered(false); }));
  });

  // A button that shows the state and opens a menu of two; one of its neighbours deletes.
  function choice(c, tools, names, { wipe, field } = {}) {
    const place = takeOut(c);
    const shown = () => (c.on ? names.on : names.off);
    const flip = (on) => () => {
      c.own.show(c, on);
      tools.changed(c);
    };
    const opener = menuButton('', () => [
      ...(c.on ? [] : [[names.turnOn, names.hint, flip(true)]]),
      ...(c.on && !wipe?.alone ? [[names.turnOff, names.hint, flip(false)]] : []),
      ...(wipe ? [[wipe.text, wipe.hint, never(tools, wipe.text), wipe.name]] : []),
    ]);
    opener.id = c.box;
    const title = element('h3', { textContent: c.row });
    if (!field) opener.setAttribute('aria-labelledby', c.key);
    title.id = c.key;
    const hidden = element('input', { type: 'hidden', name: c.key });
    place.append(element(field ? 'form' : 'div', { className: 'setting' }, title, opener, ...(field ? [hidden] : [])));
    c.own = {
      read: () => c.on,
      show: (_, on) => { c.on = on; opener.textContent = shown(); hidden.value = on ? 'enabled' : 'disabled'; },
      listen: () => {},
    };
  }

  const turning = { on: 'On', off: 'Off', turnOn: 'Turn on', turnOff: 'Turn off', hint: '1 step' };

  Object.assign(window.rehearsalFaults, {
    'way-steps': { before: (c, tools) => { accountMenu(c, tools); } },
    'way-twin-behind': {
      before(c, tools) {
        const twin = twinOf(c, tools);
        const place = accountMenu(c, tools, { rows: (row) => [twin, row] });
        place.before(element('p', { textContent: 'Your profile' }));
      },
    },
    'way-step-twice': {
      before(c, tools) { accountMenu(c, tools, { rows: (row) => [row, button(c.row, never(tools, 'the other row'))] }); },
    },
    'way-step-switch': {
      before(c, tools) {
        const place = takeOut(c);
        const trap = element('div', { role: 'switch', tabIndex: 0, textContent: 'Your account' });
        trap.setAttribute('aria-checked', 'false');
        trap.addEventListener('click', never(tools, 'a switch on the way'));
        place.append(trap);
      },
    },
    'way-step-sends': {
      before(c, tools) {
        const form = element('form', {}, element('button', { textContent: 'Your account' }));
        form.addEventListener('submit', (event) => { event.preventDefault(); tools.unasked('way: a form was sent'); });
        takeOut(c).append(form);
      },
    },
    'way-notice': {
      before(c, tools) {
        const place = takeOut(c);
        const twin = twinOf(c, tools);
        place.append(element('p', { textContent: 'Nothing here yet.' }));
        dialog('Updates to our terms', twin, button('Accept', never(tools, 'Accept')));
      },
    },
    'way-fragment': {
      before(c) {
        const place = takeOut(c);
        const show = () => place.replaceChildren(...(location.hash === '#settings/data' ? [c.section] : []));
        addEventListener('hashchange', show);
        show();
      },
    },
    'way-query': {
      before(c, tools) {
        const place = takeOut(c);
        if (new URLSearchParams(location.search).get('_s') !== 'data') return;
        const { box } = dialog('Settings', c.section, button('Delete all conversations', never(tools, 'Delete all')));
        place.append(box.parentElement);
      },
    },
    'way-menu': { before: (c, tools) => choice(c, tools, turning, { wipe: { text: 'Turn off and delete activity', hint: '2 steps' } }) },
    'way-menu-wipe-alone': {
      before: (c, tools) => choice(c, tools, turning, { wipe: { text: 'Turn off and delete activity', hint: '2 steps', alone: true } }),
    },
    'way-menu-wipe-below': {
      before: (c, tools) => choice(c, tools, turning, { wipe: { text: 'Turn off', hint: 'and delete activity', alone: true } }),
    },
    'way-menu-wipe-untold': {
      before: (c, tools) => choice(c, tools, turning, { wipe: { text: 'Turn off', hint: 'and erase what was kept', name: 'Turn off', alone: true } }),
    },
    'way-menu-twice': {
      before: (c, tools) => choice(c, tools, turning, { wipe: { text: 'Turn off', hint: '1 step' } }),
    },
    'way-menu-field': {
      before: (c, tools) => choice(c, tools, { on: 'Enabled', off: 'Disabled', turnOn: 'Enabled', turnOff: 'Disabled', hint: '' }, { field: true }),
    },
    'way-questions': {
      async change(c, value, tools) {
        if (!await confirmed('Turn it off?', 'Turn off')) { tools.show(c, c.saved); return false; }
        await tools.save(c, value);
        await pause(300);
        await confirmed('It is off', 'Got it', [button('Delete activity', never(tools, 'Delete activity'))]);
        return false;
      },
    },
    'way-question-untold': {
      async change(c, value, tools) {
        const wipe = button('Turn off and erase what was kept', never(tools, 'the button that erases'));
        wipe.setAttribute('aria-label', 'Turn off');
        dialog('Turn it off?', wipe);
        tools.show(c, c.saved);
        return false;
      },
    },
    'way-question-other': {
      async change(c, value, tools) {
        if (await confirmed('Turn off and delete activity?', 'Turn off')) tools.unasked('way: the other question');
        tools.show(c, c.saved);
        return false;
      },
    },
    'way-save': {
      after(c, tools) {
        c.button = button('Save', () => { c.button.disabled = true; tools.save(c, tools.read(c)); }, { disabled: true });
        const form = element('form', {});
        c.section.replaceWith(form);
        form.append(c.section, c.button);
        form.after(button('Save', never(tools, 'the other Save')), button('Reset', never(tools, 'Reset')));
      },
      change(c) { setTimeout(() => { c.button.disabled = false; }, 3000); return false; },
    },
    'way-forced': {
      after(c) {
        const box = element('input', { type: 'checkbox', checked: true, id: 'way-forcing' });
        c.section.before(element('p', {}, box, element('label', { htmlFor: 'way-forcing', textContent: 'Discourage search engines' })));
        c.el.disabled = true;
      },
    },
    'way-variable-label': {
      before(c) {
        const label = c.section.querySelector(`[id="${c.key}"]`);
        label.textContent = 'Share the posts of My Blog No. 7 with others';
      },
    },
    'way-toast': {
      async change(c, value, tools) {
        const toast = element('div', { role: 'dialog', textContent: 'Your choice was saved.' });
        toast.style.cssText = 'position: fixed; left: 1rem; bottom: 1rem; width: 12rem; padding: 1rem; background: #fff';
        toast.append(button('Undo', never(tools, 'Undo')));
        document.body.append(toast);
        await tools.save(c, value);
        return false;
      },
    },
    'way-tour': {
      ready(tools) {
        const tour = element('div', { role: 'dialog', className: 'way-tour', textContent: 'Ask anything' });
        tour.style.cssText = 'position: fixed; left: 30%; top: 30%; width: 30rem; height: 12rem; background: #fff; pointer-events: none';
        document.body.append(tour);
      },
    },
    'way-notice-beside': { before: (c, tools) => { banner(c, tools, { role: 'region' }, 'Accept'); } },
    'way-notice-plain': { before: (c, tools) => { banner(c, tools, {}, 'Accept'); takeOut(c); } },
    'way-toast-switch': { before: (c, tools) => { banner(c, tools, { role: 'status' }, 'Close'); takeOut(c); } },
    'way-toast-listed': { before: (c, tools) => { banner(c, tools, { className: 'way-toast' }, 'Close'); takeOut(c); } },
    'way-state-values': {
      late: true,
      ask: async (c, tools) => {
        const answer = await fetch(`${tools.address(c.key)}?view=page`);
        if (!answer.ok) throw new Error(String(answer.status));
        return !(await answer.json()).training.optOut;
      },
    },
    'way-state-placeholder': {
      late: true,
      async ask(c, tools) {
        tools.show(c, true);
        c.el.disabled = false;
        const answer = await fetch(`${tools.address(c.key)}?view=page`);
        return answer.ok ? (await answer.json()).value : true;
      },
    },
    'way-absent': { before(c) { takeOut(c).append(element('p', { className: 'way-managed', textContent: 'Your organization has no such setting.' })); } },
    'way-absent-beside': { before(c) { c.section.before(element('p', { className: 'way-managed', textContent: 'Some accounts have no such setting.' })); } },
    'way-row-tells-state': {
      before(c, tools) {
        const place = takeOut(c);
        const row = button('', never(tools, 'the row'));
        row.append(element('span', { textContent: c.row }), element('span', { textContent: tools.words.off }));
        place.append(row);
      },
    },
  });
})();
