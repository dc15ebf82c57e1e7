// The state is asked for after a delay that leaves no id. If a browser does not report such delays, a page is doubted
// if one of its scripts names them, so only a page with this fault has this script.
(() => {
  'use strict';

  Object.assign(window.rehearsalFaults, {
    'state-after-task': {
      late: true,
      before: (c, tools) => (window.scheduler ? scheduler.postTask(() => {}, { delay: tools.delay(2000) }) : new Promise((done) => setTimeout(done, 2000))),
    },
  });
})();
