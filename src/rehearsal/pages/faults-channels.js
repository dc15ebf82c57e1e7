// States that come by a socket, a stream of events or a worker. A script that speaks of these is a reason to doubt a page where
// the browser does not tell of them, so only pages with such a fault have this one.
(() => {
  'use strict';

  // A worker asks, and hands over what it was told.
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

  function eventTells(address) {
    return new Promise((told) => {
      const events = new EventSource(address);
      events.onmessage = ({ data }) => { events.close(); told(JSON.parse(data).value); };
    });
  }

  // A worker that pages share asks.
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

  function socketTells(address) {
    return new Promise((told) => {
      const to = new URL(address, location.href);
      to.protocol = 'ws:';
      const socket = new WebSocket(to);
      socket.onmessage = ({ data }) => { socket.close(); told(JSON.parse(data).value); };
    });
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-events': { late: true, ask: (c, tools) => eventTells(`${tools.address(c.key)}?as=events`) },
    'state-by-socket': { late: true, ask: (c, tools) => socketTells(`${tools.address(c.key)}?as=socket`) },
    'state-by-worker': { late: true, ask: (c, tools) => workerAsks(`${tools.address(c.key)}?view=page`) },
    'state-by-shared-worker': { late: true, ask: (c, tools) => sharedWorkerAsks(`${tools.address(c.key)}?view=page`) },
  });
})();
