// A state that is asked for after a delay which leaves no id. A script that speaks of such delays is a reason to doubt a
// page where the browser does not tell of them, so only pages with that fault have this one.
(() => {
  'use strict';

  Object.assign(window.rehearsalFaults, {
    'state-after-task': {
      late: true,
      before: (c, tools) => (window.scheduler ? scheduler.postTask(() => {}, { delay: tools.delay(2000) }) : new Promise((done) => setTimeout(done, 2000))),
    },
  });
})();
