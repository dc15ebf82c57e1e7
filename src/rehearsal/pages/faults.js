// The faults that happen in the page. A fault may have: load (as the page starts), before and after (a
// switch gets its state), change (it was flipped; false keeps it from being saved), ready (the page has
// booted), late (the page does not wait for its switch).
window.rehearsalFaults = (() => {
  'use strict';
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  // A dialog over the page; returns the word of the button that was pressed.
  function ask(title, text, buttons, beside) {
    return new Promise((answered) => {
      const shade = element('div', { className: 'shade' });
      const row = element('div', { className: 'buttons' });
      for (const [i, word] of buttons.entries()) {
        const button = element('button', { type: 'button', textContent: word, className: i ? 'plain' : '' });
        button.addEventListener('click', () => { shade.remove(); answered(word); });
        row.append(button);
      }
      const box = element('div', { className: 'dialog' },
        element('h2', { id: 'dialog-title', textContent: title }), element('p', { textContent: text }), row);
      box.setAttribute('role', 'dialog');
      box.setAttribute('aria-modal', 'true');
      box.setAttribute('aria-labelledby', 'dialog-title');
      shade.addEventListener('click', (event) => { if (event.target === shade) beside?.(); });
      shade.append(box);
      document.body.append(shade);
    });
  }

  function cover(className, name, tools, ...children) {
    const over = element('div', { className }, ...children);
    over.addEventListener('click', () => tools.unasked(name));
    document.body.append(over);
    return over;
  }

  function intoShadow(c, mode) {
    const host = element('div', {});
    c.section.replaceWith(host);
    const style = element('link', { rel: 'stylesheet', href: '/static/site.css' });
    host.attachShadow({ mode }).append(style, c.section);
  }

  const unticked = (c, value, tools) => { tools.show(c, c.saved); return false; };

  return {
    'save-toast-lies': { change(c, value, tools) { tools.toast('success'); return false; } },
    'page-reverts': {
      change(c, value, tools) {
        tools.save(c, value).then(async () => {
          await pause(tools.delay(1000));
          tools.show(c, !value);
          tools.save(c, !value);
        });
        return false;
      },
    },
    'save-button': {
      after(c, tools) {
        c.button = element('button', { type: 'button', className: 'save', textContent: 'Save changes', disabled: true });
        c.button.addEventListener('click', () => { c.button.disabled = true; tools.save(c, tools.read(c)); });
        c.section.append(c.button);
      },
      change(c) { c.button.disabled = false; return false; },
    },
    'second-click-reverts': {
      change(c, value, tools) {
        c.wish = !(c.wish ?? c.saved);
        tools.show(c, c.saved); // nothing is visible until the site has answered
        tools.save(c, c.wish).then(() => tools.show(c, c.saved));
        return false;
      },
    },
    'click-ignored': { change: unticked },

    'endless-hydration': { before: () => new Promise(() => {}) },
    'early-boot': { late: true, before: (c, tools) => pause(tools.delay(1200)) },
    'flicker': {
      async after(c, tools) {
        for (let i = 0; i < 4; i++) {
          tools.show(c, i % 2 === 0 ? !c.saved : c.saved);
          await pause(tools.delay(1000) / 4);
        }
      },
    },
    'reload-loop': { ready: (tools) => setTimeout(() => location.reload(), tools.delay(400)) },
    'leaves-for-silence': { load: () => { location.href = '/silence'; } },
    'endless-polling': { load: () => setInterval(() => fetch('/mysettings-api/ping'), 300) },

    'modal-cover': {
      ready(tools) {
        ask('Try the new inbox', 'Write faster, and hear back sooner.', ['Try it', 'Not now'],
          () => tools.unasked('modal-cover'))
          .then((word) => tools.unasked(`modal-cover: ${word}`));
      },
    },
    'banner-cover': {
      ready(tools) {
        cover('banner', 'banner-cover', tools, element('h2', { textContent: 'We value your privacy' }),
          element('p', { textContent: 'Choose which cookies this site may use.' }),
          element('button', { type: 'button', textContent: 'Accept' }),
          element('button', { type: 'button', className: 'plain', textContent: 'Reject' }));
      },
    },
    'terms-cover': {
      ready(tools) {
        const label = 'Use my data for training content creation AI models';
        ask('Our terms have changed', label, ['Accept', 'Read them'], () => tools.unasked('terms-cover'))
          .then((word) => tools.unasked(`terms-cover: ${word}`));
      },
    },
    'glass-cover': { ready: (tools) => cover('glass', 'glass-cover', tools) },
    'moving': { ready: () => document.querySelector('.setting')?.closest('.card').classList.add('drift') },
    'alert-on-load': { load: () => alert('Your session will be extended.') },
    'alert-on-click': { change: () => { alert('Your choice has been noted.'); } },
    'confirm-on-click': {
      change: (c, value, tools) => (confirm('Turn off?') ? undefined : unticked(c, value, tools)),
    },
    'confirm-dialog': {
      async change(c, value, tools) {
        const word = value ? 'Turn on' : 'Turn off';
        const answer = await ask(`${word}?`, 'You can change this at any time.', [word, 'Cancel']);
        return answer === word ? undefined : unticked(c, value, tools);
      },
    },
    'unknown-dialog': {
      async change(c, value, tools) {
        const answer = await ask('Before you go', 'This also removes the drafts that you have kept.', ['Continue', 'Keep drafts']);
        tools.unasked(`unknown-dialog: ${answer}`);
        return answer === 'Continue' ? undefined : unticked(c, value, tools);
      },
    },
    'beforeunload': {
      change: () => {
        window.addEventListener('beforeunload', (event) => { event.preventDefault(); event.returnValue = ''; });
      },
    },
    'popup-on-load': { load: () => window.open('/popup') },
    'popup-on-click': { change: () => { window.open('/popup'); } },
    'focus-stealing': {
      ready: () => setInterval(() => document.querySelector('input[type="search"]')?.focus(), 120),
    },
    'replaced-on-press': {
      after(c) {
        const line = c.el.parentElement;
        line.addEventListener('pointerdown', () => line.replaceWith(line.cloneNode(true)));
      },
    },
    'hidden-until-scroll': {
      late: true,
      async before(c) {
        const spacer = element('div', { className: 'spacer' });
        const foot = element('div', { className: 'note', textContent: '\u2026' });
        c.section.before(spacer, foot);
        c.section.remove();
        await new Promise((seen) => {
          new IntersectionObserver((entries, watch) => {
            if (!entries.some((entry) => entry.isIntersecting)) return;
            watch.disconnect();
            seen();
          }).observe(foot);
        });
        foot.replaceWith(c.section);
      },
    },
    'accordion': {
      before(c) {
        const details = element('details', {}, element('summary', { textContent: c.row }));
        c.section.before(details);
        details.append(c.section);
      },
    },
    'shadow-root': { before: (c) => intoShadow(c, 'open') },
    'closed-shadow-root': { before: (c) => intoShadow(c, 'closed') },
    'no-nav': { load: () => document.querySelector('.global-nav')?.remove() },
    'two-voices': { after: (c) => c.el.setAttribute('aria-checked', String(!c.saved)) },
    'indeterminate': { after(c) { c.el.indeterminate = true; c.el.setAttribute('aria-checked', 'mixed'); } },
  };
})();
