// A state that a worker asks for which pages share. A script that speaks of it is a reason to doubt a page where the browser does not
// tell of it, so only pages with that fault have this one.
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
