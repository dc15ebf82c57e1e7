/*
 * browser.h: one browser behind one small table. No protocol is named above this header.
 *
 * A browser is attached to (it is a person's, and is left as it was found) or launched (it is ours,
 * and is ended). Only tabs that we opened are driven. What happens in a tab while the program waits
 * is written into its `view`; a caller remembers a counter of the view (its mark), acts, and waits
 * until the counter has moved.
 *
 * Every call that can block takes a deadline and returns -1 with OFS_ERR_TIMEOUT when it has
 * passed, OFS_ERR_INTERRUPTED on a signal, OFS_ERR_LOST when the browser or the connection has
 * ended and OFS_ERR_TAB_LOST when the tab has crashed or was closed from outside. An action that
 * was sent and not answered sets `maybe_done`.
 */
#ifndef OFS_BROWSER_BROWSER_H
#define OFS_BROWSER_BROWSER_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "browser/trace.h"
#include "wire/loop.h"

struct ofs_browser;
struct ofs_tab;

/* The purpose of a request. Images, styles, fonts and media are not recorded. */
enum ofs_request_kind {
    OFS_REQUEST_DOCUMENT,
    OFS_REQUEST_SCRIPT,
    OFS_REQUEST_DATA, /* fetch, XMLHttpRequest, EventSource, a form: may load or save a state */
};

/* A request made by the page. Two requests are equal when method, full address and body are equal.
 */
struct ofs_request {
    unsigned serial; /* counts up from 1 in each tab */
    char id[64];
    char method[12];
    char *url;
    uint64_t body; /* a hash of its body; 0: no body; a unique value if the body is unknown */
    char *sent;    /* its body, if reported and short; else NULL: browser_ops.sent */
    enum ofs_request_kind kind;
    bool is_top; /* the top document itself */
    int64_t started_ms,
        answered_ms; /* answered: the status is known; a page may never read the body */
    int64_t ended_ms;
    int status;
    bool ended;   /* complete, or failed */
    bool failed;  /* it failed, before or after the status was known */
    bool dropped; /* the status is known, and the page gave up before the rest came */
    bool cached;  /* the response came from a cache, which did not ask the site whether it is still
                     valid (RFC 9111, 4); reported only for documents with `uses_cache` */
    bool left;    /* its document was replaced before it ended; its end may never be reported */
};

enum { OFS_MAX_DRAWN = 128 };     /* more than these are not tracked */
enum { OFS_MAX_REQUESTS = 1024 }; /* per tab, since our last navigation */

struct ofs_tab_view {
    unsigned events;  /* increases with every change of the view */
    unsigned commits; /* documents that have begun in the top frame */
    bool dom_ready;   /* of the current document */
    bool loaded;      /* its load event has fired */
    int status;       /* HTTP status of the current document, 0 while unknown */
    char failure[96]; /* why it did not load completely: the browser's own word, or "" */
    bool crashed;     /* the tab's process has died */
    bool closed;      /* the tab was closed by you or another program than ours */
    unsigned prompts; /* alert, confirm, prompt, beforeunload: all are answered immediately: No to
                         questions, Leave to beforeunload */
    char prompt[256]; /* the text of the last one */
    char prompt_kind[16];
    unsigned popups;   /* windows that the page opened; they are closed with the tab */
    unsigned channels; /* WebSockets, EventSources, WebTransports that are open */
    unsigned messages; /* received over them */
    unsigned mute;     /* channels that ended before they received anything, and whose address has
                          brought nothing since */
    unsigned drawing;  /* images, style sheets, fonts and media that are still loading */
    unsigned workers;  /* live workers of the page */
    unsigned worker_scripts; /* that the document requested, including those of shared workers */
    unsigned workers_begun;  /* whose requests are reported */
    unsigned cached;         /* responses for the current document that came from a cache */
    unsigned unproven; /* if responses are not reported: the page's requests without any evidence
                          that they were answered; of the current document */
    unsigned last_serial;
    unsigned first_serial; /* the oldest request in the record */
    bool overflowed; /* an open request was dropped from the record: nothing can be concluded from
                        the rest */
    uint64_t drawn[OFS_MAX_DRAWN]; /* those still loading, by a hash of their ids; 0: none */
    struct ofs_request *requests;  /* by serial modulo OFS_MAX_REQUESTS; allocated at first use */
};

/* What the protocol can observe in a tab. The absence of something unobservable proves nothing. */
struct ofs_tab_sees {
    bool requests; /* every request of the page, its status and its end */
    bool bodies;   /* response bodies (browser_ops.body) */
    bool again;    /* these come from our own repetition of the page's request */
    bool timers;   /* the page's own timers (browser_ops.timers) */
    bool channels; /* sockets and workers */
    bool opened;   /* less than that: whether a socket or an EventSource was opened or failed, but
                      not what it receives, nor what a shared worker does */
    bool isolated; /* the probe runs where the page cannot observe or change it */
};

/* Pending work on the page's timers: setTimeout, setInterval, scheduler.postTask with a delay,
 * AbortSignal.timeout, in every frame. */
struct ofs_timers {
    unsigned pending;   /* one-shot timers that have not run */
    unsigned repeating; /* repeating timers */
    int64_t first_ms;   /* until the first one is due; -1: none is pending */
    int64_t last_ms;    /* until the last one-shot timer is due; -1: none */
    unsigned unseen;    /* cross-site frames, whose timers are not included */
    int64_t hidden_ms;  /* since the page last began work whose end is not visible: encryption,
                           databases, caches, locks, shared workers; -1: never */
    int64_t queued_ms;  /* since it last deferred work of its own to the next turn without a timer:
                           messages to itself, scheduler.postTask, yield; -1: never */
};

/* The first members of every tab and of every browser. */
struct ofs_tab {
    struct ofs_browser *browser;
    struct ofs_tab_sees sees;
    const char *config;  /* browser.config, if the probe starts with it in every document of this
                            tab; NULL: the caller passes it in each */
    bool follows_timers; /* set by the caller: the timers of the next document are needed, which
                            costs that document some time */
    bool uses_cache;     /* set by the caller: the next document may use the browser's caches. A
                            protocol that cannot report `cached` ignores this and always bypasses them
                          */
    bool opens; /* set by the caller: its input only opens something now and saves nothing, so the
                   page's requests may still be repeated after it */
    struct ofs_tab_view view;
};

/* A part of the top document's view, in CSS pixels, and that view's scroll position. */
struct ofs_box {
    double x, y, width, height, scroll_x, scroll_y;
};

struct ofs_browser_ops {
    const char *protocol; /* the report's word: "cdp", "bidi", "webdriver" */

    /* A new tab of our own, in the background, on an empty page. */
    int (*open_tab)(struct ofs_browser *b, ofs_deadline deadline, struct ofs_tab **ret_tab,
                    struct ofs_error *err);

    /* Load an address; returns when its document has begun, or when the browser reports why it did
     * not (view.failure). */
    int (*navigate)(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                    struct ofs_error *err);

    /* Call a function of the probe in the top document, isolated from the page if the protocol
     * supports that. Waits for a promise. `args` is borrowed; `*ret_value` is the caller's.
     * OFS_ERR_GONE: the document was replaced during the call; read again. */
    int (*call)(struct ofs_tab *tab, const char *function, const cJSON *args, ofs_deadline deadline,
                cJSON **ret_value, struct ofs_error *err);

    /* Give the probe what page scripts cannot read, if the protocol can: closed shadow roots, and
     * what custom elements expose only to assistive technology (ElementInternals). Needs a probe in
     * the document. NULL: the protocol cannot. */
    int (*reach)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

    /* Wait until the view or the document has changed (a DOM mutation), or the deadline has passed:
     * 0 in each of these cases. If the protocol has no event for changes, it waits for a short time
     * instead. */
    int (*wait)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

    /* The page's timers, as of now. OFS_ERR_PEER: they are unknown for this document, for example
     * because it was loaded without `follows_timers`. NULL: not supported. */
    int (*timers)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_timers *ret_timers,
                  struct ofs_error *err);

    /* The response body of the request of that serial, as text, from the browser's memory; no
     * request is made. For the top document: its source as delivered. The caller frees it.
     * OFS_ERR_PEER: the browser has not kept it. NULL: the protocol has no access to it. */
    int (*body)(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err);

    /* The body of the request of that serial, as text, from the browser's memory; the caller frees
     * it. OFS_ERR_PEER: the browser has not kept it. NULL: the protocol reports it with the request
     * (ofs_request.sent), or not at all. */
    int (*sent)(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err);

    /* One trusted click of the main button at a point of the top document's view, in CSS pixels. */
    int (*click)(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                 struct ofs_error *err);

    /* Move the pointer to a point without a press. NULL: not supported. */
    int (*hover)(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                 struct ofs_error *err);

    /* One trusted press of a key (" ", "ArrowUp", "ArrowDown": UI Events KeyboardEvent.key), to the
     * focused element of the tab. */
    int (*press_key)(struct ofs_tab *tab, const char *key, ofs_deadline deadline,
                     struct ofs_error *err);

    /* A picture of only that box, as PNG in base64, which the caller frees. Nothing is scrolled. If
     * a protocol takes pictures only of elements, it is that of the element that the probe has
     * found for the box. NULL: not supported. */
    int (*screenshot)(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                      char **ret_png, struct ofs_error *err);

    /* Close the tab and the windows it opened, without running the page's beforeunload handlers,
     * and free it. Best effort until the deadline. */
    void (*close_tab)(struct ofs_tab *tab, ofs_deadline deadline);

    /* Close our remaining tabs; detach from an attached browser, end a launched one; free. */
    void (*close)(struct ofs_browser *b, ofs_deadline deadline);
};

struct ofs_browser {
    const struct ofs_browser_ops *ops;
    struct ofs_loop *loop;
    char name[64];
    char version[64];
    const char *wire;   /* the report's word: "websocket", "pipe", "http" */
    const char *probe;  /* one JavaScript function expression without arguments that installs the
                           probe; borrowed, set by the caller */
    const char *config; /* what the probe's `configure` takes in tabs that are opened from now on,
                           as JSON; read when open_tab is called, borrowed until the tab is
                           closed; NULL: nothing */
};

/* How to reach the browser. All strings are borrowed. */
struct ofs_connect {
    const char *address; /* auto, launch, cdp://…, ws://…, webdriver://… */
    const char *const *browser_args;
    size_t n_browser_args;
    const char *profile; /* for launch; NULL: the state directory's own */
    const char *state;   /* the state directory */
    bool headless;
    const char *capabilities; /* for webdriver: a JSON file merged into the capabilities, or NULL */
    const char *cacert;       /* for webdriver+https: a PEM file of authorities to trust, or NULL */
    const char *site; /* the origin that tabs are opened for: an orphaned tab of a killed run is
                         closed only while it shows this origin; NULL: such tabs are not touched */
    bool show;        /* show our tab in the foreground, in its own window */
    struct ofs_trace *trace;

    /* Both may be NULL. `notice` gets something that the person has to know or do now, in one or
     * two sentences. `choose` picks one of `n` browsers: an index, or -1 for none. */
    void (*on_notice)(void *ctx, const char *words);
    int (*on_choice)(void *ctx, const char *const *titles, size_t n);
    void *ctx;
};

/* Connect to or start the browser that `how` names. Blocks. Never connects to a host other than
 * this machine (OFS_ERR_USAGE), except over webdriver+https. The caller closes the result. */
struct ofs_browser *ofs_browser_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                     ofs_deadline deadline, struct ofs_error *err);

/* Check, before anything is opened, that `address` is well formed and on this machine. */
int ofs_browser_check_address(const char *address, struct ofs_error *err);

/* The request of that serial, or NULL if it is no longer in the record. */
const struct ofs_request *ofs_tab_request(const struct ofs_tab *tab, unsigned serial);

/* Store the body of that request (browser_ops.sent), if it is not known yet. Copied. */
void ofs_tab_keep_sent(struct ofs_tab *tab, unsigned serial, const char *text);

#endif
