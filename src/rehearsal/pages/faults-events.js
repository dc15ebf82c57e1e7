// The state comes by a stream of events. If a browser does not report streams of events, a page is doubted if one of
// its scripts names them, so only a page with this fault has this script.
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
