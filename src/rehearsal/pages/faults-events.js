// A state that comes by a stream of events. A script that speaks of it is a reason to doubt a page where the browser does not
// tell of it, so only pages with that fault have this one.
(() => {
  'use strict';

  function eventTells(address) {
    return new Promise((told) => {
      const events = new EventSource(address);
      events.onmessage = ({ data }) => { events.close(); told(JSON.parse(data).value); };
    });
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-events': { late: true, ask: (c, tools) => eventTells(`${tools.address(c.key)}?as=events`) },
  });
})();
