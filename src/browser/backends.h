/*
 * backends.h: for this room only: how each kind of browser comes to be.
 */
#ifndef OFS_BROWSER_BACKENDS_H
#define OFS_BROWSER_BACKENDS_H

#include "browser/browser.h"
#include "wire/process.h"
#include "wire/wire.h"

/* A browser over the Chrome DevTools Protocol. Takes the wire over, and the process (NULL: attached).
 * `close_url` (NULL: none) is "http://HOST:PORT/json/close/", where a tab can still be closed after
 * the wire was cut. */
struct ofs_browser *ofs_cdp_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                 struct ofs_process *process, const char *close_url,
                                 struct ofs_trace *trace, ofs_deadline deadline,
                                 struct ofs_error *err);

/* A browser behind a WebDriver (webdriver.h): asks for a session, with the person's capabilities. */
struct ofs_browser *ofs_webdriver_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                       ofs_deadline deadline, struct ofs_error *err);

/* A browser over WebDriver BiDi. Takes the wire over, begins a session and ends it on close. */
struct ofs_browser *ofs_bidi_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                  struct ofs_trace *trace, ofs_deadline deadline,
                                  struct ofs_error *err);

/* Find an executable and start it on a profile of our own. Gives the wire and the process. */
int ofs_launch(struct ofs_loop *loop, const struct ofs_connect *how, struct ofs_wire **ret_wire,
               struct ofs_process **ret_process, struct ofs_error *err);

/* Look for a running browser with a classic debugging port: 1 and its "HOST:PORT", or 0. */
int ofs_find_running(struct ofs_loop *loop, ofs_deadline deadline, char ret_host_port[64]);

#endif
