/*
 * internal.h: for this room only: how each kind of browser is opened.
 */
#ifndef OFS_BROWSER_INTERNAL_H
#define OFS_BROWSER_INTERNAL_H

#include "browser/browser.h"
#include "browser/view.h"
#include "wire/process.h"
#include "wire/wire.h"

/* A browser over the Chrome DevTools Protocol. Takes ownership of the wire and of the process
 * (NULL: attached). `url` (NULL with a process) is the socket, whose path identifies this browser
 * instance. `close_url` (NULL or "": none) is "http://HOST:PORT/json/close/", which can still close
 * a tab after the connection was lost. */
struct ofs_browser *ofs_cdp_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                 struct ofs_process *process, const struct ofs_connect *how,
                                 const char *url, const char *close_url, ofs_deadline deadline,
                                 struct ofs_error *err);

/* Let `devtools`, a browser over the DevTools protocol, work in place of `driver`, whose windows
 * have these ids, and which is closed with it. OFS_ERR_NOT_A_BROWSER: it has none of these windows,
 * so it is not the driver's browser. On an error both are unchanged. */
int ofs_cdp_join(struct ofs_browser *devtools, struct ofs_browser *driver, const cJSON *windows,
                 ofs_deadline deadline, struct ofs_error *err);

/* Attach to the browser with a classic debugging port at HOST:PORT, which needs no approval. */
struct ofs_browser *ofs_attach_classic(struct ofs_loop *loop, const struct ofs_connect *how,
                                       const char *host_port, ofs_deadline deadline,
                                       struct ofs_error *err);

/* Attach to the browser with a classic debugging port at HOST:PORT, or to one on that port that
 * asks its person first (as ofs_attach_socket). */
struct ofs_browser *ofs_attach_port(struct ofs_loop *loop, const struct ofs_connect *how,
                                    const char *host_port, ofs_deadline deadline,
                                    struct ofs_error *err);

/* Attach to the browser behind a socket, ws://HOST:PORT/devtools/browser/…. If it asks its person
 * first, the person is notified before, and the answer is awaited until the deadline. Asks once.
 * Errors: nothing listens (OFS_ERR_CONNECT), Cancel (OFS_ERR_REFUSED), no answer (OFS_ERR_TIMEOUT),
 * the browser ended (OFS_ERR_LOST). */
struct ofs_browser *ofs_attach_socket(struct ofs_loop *loop, const struct ofs_connect *how,
                                      const char *url, ofs_deadline deadline,
                                      struct ofs_error *err);

/* Find the person's browser and attach to it. `*ret_none`: there is none, which is not an error. */
struct ofs_browser *ofs_attach_auto(struct ofs_loop *loop, const struct ofs_connect *how,
                                    ofs_deadline deadline, bool *ret_none, struct ofs_error *err);

/* A browser behind a WebDriver: requests a session with the person's capabilities. */
struct ofs_browser *ofs_webdriver_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                       ofs_deadline deadline, struct ofs_error *err);

/* Close a window of such a browser, and the windows it opened, after the session's socket was lost.
 * Best effort. */
void ofs_webdriver_close_window(struct ofs_browser *driver, const char *handle,
                                ofs_deadline deadline);

/* A browser over WebDriver BiDi. Takes ownership of the wire, begins a session and ends it on
 * close. */
struct ofs_browser *ofs_bidi_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                  struct ofs_trace *trace, ofs_deadline deadline,
                                  struct ofs_error *err);

/* The same in a session that `driver` has begun (WebDriver BiDi, 5.2: webSocketUrl). Takes
 * ownership of both; closing the driver ends the session. */
struct ofs_browser *ofs_bidi_join(struct ofs_browser *driver, struct ofs_wire *wire,
                                  struct ofs_trace *trace, struct ofs_error *err);

/* Find an executable and start it on our own profile. Returns the wire and the process. */
int ofs_launch(struct ofs_loop *loop, const struct ofs_connect *how, struct ofs_wire **ret_wire,
               struct ofs_process **ret_process, struct ofs_error *err);

#endif
