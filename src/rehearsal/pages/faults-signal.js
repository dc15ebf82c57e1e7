// A state that is asked for after a delay which leaves no id. A script that speaks of such delays is a reason to doubt a
// page where the browser does not tell of them, so only pages with that fault have this one.
(() => {
  'use strict';

  Object.assign(window.rehearsalFaults, {
    'state-after-signal': {
      late: true,
      before: (c, tools) => new Promise((done) => { AbortSignal.timeout(tools.delay(2000)).onabort = done; }),
    },
  });
})();
