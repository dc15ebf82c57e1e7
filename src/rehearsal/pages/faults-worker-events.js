// A worker gets the state by a stream of events. If a browser does not report these, a page is doubted if one of its
// scripts names them, so only a page with this fault has this script.
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
