// A worker that pages share asks for the state. If a browser does not report shared workers, a page is doubted if one
// of its scripts names them, so only a page with this fault has this script.
(() => {
  'use strict';

  function sharedWorkerAsks(address) {
    const work = `onconnect = async ({ ports: [port] }) => {
      const answer = await fetch('${new URL(address, location.href).href}');
      port.postMessage(answer.ok ? (await answer.json()).value : null);
    };`;
    const worker = new SharedWorker(URL.createObjectURL(new Blob([work], { type: 'text/javascript' })));
    return new Promise((told) => {
      worker.port.onmessage = ({ data }) => { if (data !== null) told(data); };
    });
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-shared-worker': { late: true, ask: (c, tools) => sharedWorkerAsks(`${tools.address(c.key)}?view=page`) },
  });
})();
