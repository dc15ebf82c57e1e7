// A state that comes by a socket. A script that speaks of it is a reason to doubt a page where the browser does not
// tell of it, so only pages with that fault have this one.
(() => {
  'use strict';

  function socketTells(address) {
    return new Promise((told) => {
      const to = new URL(address, location.href);
      to.protocol = 'ws:';
      const socket = new WebSocket(to);
      socket.onmessage = ({ data }) => { socket.close(); told(JSON.parse(data).value); };
    });
  }

  Object.assign(window.rehearsalFaults, {
    'state-by-socket': { late: true, ask: (c, tools) => socketTells(`${tools.address(c.key)}?as=socket`) },
  });
})();
