/*
 * internal.h: for this room only: how each kind of browser is opened.
 */
#ifndef OFS_BROWSER_INTERNAL_H
#define OFS_BROWSER_INTERNAL_H

#include "browser/browser.h"
#include "browser/view.h"
#include "wire/process.h"
#include "wire/wire.h"

/* A browser over the Chrome DevTools Protocol. Takes the wire over, and the process (NULL:
 * attached). `url` (NULL with a process) is the socket, whose path names this start of this
 * browser. `close_url` (NULL or "": none) is "http://HOST:PORT/json/close/", where a tab can still
 * be closed after the wire was cut. */
struct ofs_browser *ofs_cdp_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                 struct ofs_process *process, const struct ofs_connect *how,
                                 const char *url, const char *close_url, ofs_deadline deadline,
                                 struct ofs_error *err);

/* Join the browser with a classic debugging port at HOST:PORT, or one on that port that asks its
 * person first (as ofs_attach_socket). */
struct ofs_browser *ofs_attach_port(struct ofs_loop *loop, const struct ofs_connect *how,
                                    const char *host_port, ofs_deadline deadline,
                                    struct ofs_error *err);

/* Join the browser behind a socket, ws://HOST:PORT/devtools/browser/…. Where it asks its person
 * first, that is told beforehand and waited for until the deadline. Asks once. Errors tell apart:
 * nobody listens (OFS_ERR_CONNECT), Cancel (OFS_ERR_REFUSED), no answer (OFS_ERR_TIMEOUT), the
 * browser ended meanwhile (OFS_ERR_LOST). */
struct ofs_browser *ofs_attach_socket(struct ofs_loop *loop, const struct ofs_connect *how,
                                      const char *url, ofs_deadline deadline,
                                      struct ofs_error *err);

/* Find the person's browser and join it. `*ret_none`: there is none that can be joined, which is no
 * error. */
struct ofs_browser *ofs_attach_auto(struct ofs_loop *loop, const struct ofs_connect *how,
                                    ofs_deadline deadline, bool *ret_none, struct ofs_error *err);

/* A browser behind a WebDriver (webdriver.h): asks for a session, with the person's capabilities.
 */
struct ofs_browser *ofs_webdriver_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                       ofs_deadline deadline, struct ofs_error *err);

/* Close a window of such a browser, and what it opened, after the session's socket was lost. Best
 * effort. */
void ofs_webdriver_close_window(struct ofs_browser *driver, const char *handle,
                                ofs_deadline deadline);

/* A browser over WebDriver BiDi. Takes the wire over, begins a session and ends it on close. */
struct ofs_browser *ofs_bidi_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                  struct ofs_trace *trace, ofs_deadline deadline,
                                  struct ofs_error *err);

/* The same in the session that `driver` has begun already (WebDriver BiDi, 5.2: webSocketUrl).
 * Takes both over; closing the driver ends the session. `is_anybodys`: it was attached to a browser
 * that a person uses. */
struct ofs_browser *ofs_bidi_join(struct ofs_browser *driver, bool is_anybodys,
                                  struct ofs_wire *wire, struct ofs_trace *trace,
                                  struct ofs_error *err);

/* Find an executable and start it on a profile of our own. Gives the wire and the process. */
int ofs_launch(struct ofs_loop *loop, const struct ofs_connect *how, struct ofs_wire **ret_wire,
               struct ofs_process **ret_process, struct ofs_error *err);

#endif
