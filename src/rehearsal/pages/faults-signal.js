// The state is asked for after a delay that leaves no id. If a browser does not report such delays, a page is doubted
// if one of its scripts names them, so only a page with this fault has this script.
(() => {
  'use strict';

  Object.assign(window.rehearsalFaults, {
    'state-after-signal': {
      late: true,
      before: (c, tools) => new Promise((done) => { AbortSignal.timeout(tools.delay(2000)).onabort = done; }),
    },
  });
})();
