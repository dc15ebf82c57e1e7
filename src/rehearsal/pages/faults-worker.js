// A worker asks for the state and hands it over. If a browser does not report workers, a page is doubted if one of its
// scripts names them, so only a page with this fault has this script.
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
