// A state that a worker is told by a stream of events. A script that speaks of it is a reason to doubt a page where the browser does not
// tell of it, so only pages with that fault have this one.
(() => {
  'use strict';

  function workerIsTold(address) {
    const work = `onmessage = ({ data }) => {
      const events = new EventSource(data);
      events.onmessage = ({ data }) => { events.close(); postMessage(JSON.parse(data).value); };
    };`;
    const worker = new Worker(URL.createObjectURL(new Blob([work], { type: 'text/javascript' })));
    return new Promise((told) => {
      worker.onmessage = ({ data }) => told(data);
      worker.postMessage(new URL(address, location.href).href);
    });
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-worker-events': { late: true, ask: (c, tools) => workerIsTold(`${tools.address(c.key)}?as=events`) },
  });
})();
