// A state that a worker asks for, and hands over. A script that speaks of it is a reason to doubt a page where the browser does not
// tell of it, so only pages with that fault have this one.
(() => {
  'use strict';

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

  Object.assign(window.rehearsalFaults, {
    'state-by-worker': { late: true, ask: (c, tools) => workerAsks(`${tools.address(c.key)}?view=page`) },
  });
})();
