/*
 * browser.h: one browser behind one small table. From here up no protocol has a name.
 *
 * A browser is attached to (it is a person's, and is left as it was found) or launched (it is ours,
 * and is ended). In it we drive tabs that we opened and no others. What happens in a tab while the
 * program waits is written into its `view`; a caller remembers a counter of the view (its mark),
 * acts, and waits until the counter has moved.
 *
 * Every call that can block takes a deadline and returns -1 with OFS_ERR_TIMEOUT when it has
 * passed, OFS_ERR_INTERRUPTED on a signal, OFS_ERR_LOST when the browser or the connection has
 * ended and OFS_ERR_TAB_LOST when the tab has crashed or was closed by somebody else. An act that
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

/* What a request is for. Images, styles, fonts and media are not kept. */
enum ofs_request_kind {
    OFS_REQUEST_DOCUMENT,
    OFS_REQUEST_SCRIPT,
    OFS_REQUEST_DATA, /* fetch, XMLHttpRequest, EventSource, a form: what may ask for or save a
                         state */
};

/* A request that the page itself made. Two requests are the same question when method, whole
 * address and body are the same. */
struct ofs_request {
    unsigned serial; /* counts up from 1 in each tab */
    char id[64];
    char method[12];
    char *url;
    uint64_t body; /* a hash of what it carried; 0: nothing; where that is not told, a value that no
                      other request has */
    char *sent; /* what it carried, where it is told and short; else NULL */
    enum ofs_request_kind kind;
    bool is_top;                     /* the top document itself */
    int64_t started_ms, answered_ms; /* answered: the status is known; a page may never read on */
    int64_t ended_ms;
    int status;
    bool ended;   /* whole, or failed */
    bool failed;  /* it broke off, before or after the status was known */
    bool dropped; /* the status is known, and the page gave up before the rest had come */
    bool left;    /* its document went away before it ended, and it may never be told to end */
};

enum { OFS_MAX_DRAWN = 128 };     /* the others of these are not followed */
enum { OFS_MAX_REQUESTS = 1024 }; /* kept for each tab, since the last navigation of ours */

struct ofs_tab_view {
    unsigned events;  /* moves with everything that is noted here */
    unsigned commits; /* documents that have begun in the top frame */
    bool dom_ready;   /* of the present document */
    bool loaded;      /* its load event has fired */
    int status;       /* HTTP status of the present document, 0 while not known */
    char failure[96]; /* why it did not arrive, or not whole: the browser's own word, or "" */
    bool crashed;     /* the tab's process has died */
    bool closed;      /* the tab was closed by you or another program than ours */
    unsigned prompts; /* alert, confirm, prompt, beforeunload: all are answered at once, with No
                         where they ask, and Leave where they ask whether to leave */
    char prompt[256]; /* the last one's words */
    char prompt_kind[16];
    unsigned popups;   /* windows that the page opened; they are closed with the tab */
    unsigned channels; /* WebSockets, EventSources, WebTransports that are open */
    unsigned messages; /* that came over them */
    unsigned mute;     /* channels that ended before anything came over them, and whose address has
                          brought nothing since */
    unsigned drawing;  /* pictures, style sheets, fonts and media that are under way */
    unsigned workers;  /* workers of the page that are alive */
    unsigned unproven; /* where answers are not told: the page's requests of which nothing shows
                          that they were answered; of the present document */
    unsigned last_serial;
    unsigned first_serial; /* the oldest request that is kept */
    bool overflowed; /* a request that was still open had to be forgotten: nothing can be concluded
                        from what is kept */
    uint64_t drawn[OFS_MAX_DRAWN]; /* those under way, by a hash of their ids; 0: none */
    struct ofs_request *requests;  /* by serial modulo OFS_MAX_REQUESTS; allocated at first use */
};

/* What can be seen of a tab. Where something cannot be seen, its absence proves nothing. */
struct ofs_tab_sees {
    bool requests; /* every request of the page, its status and its end */
    bool answers;  /* whether the site answered or refused what the page asked for; implied by
                      requests */
    bool bodies;   /* what the site answered (browser_ops.body) */
    bool again;    /* these are answers to a question of ours, which repeats the page's */
    bool timers;   /* the page's own timers (browser_ops.timers) */
    bool channels; /* sockets and workers */
    bool isolated; /* the probe runs where the page cannot see or change it */
};

/* What the page's own clocks hold back: setTimeout, setInterval, scheduler.postTask with a delay,
 * AbortSignal.timeout, in every frame. */
struct ofs_timers {
    unsigned pending;   /* that run once and have not run */
    unsigned repeating; /* that run again and again */
    int64_t first_ms;   /* until the first of them is due; -1: none is pending */
    int64_t last_ms;    /* until the last of those that run once is due; -1: none */
    unsigned unseen;    /* frames of other sites, whose clocks are not among these */
    int64_t hidden_ms;  /* since the page last began something whose end cannot be seen: encryption,
                           databases, caches, locks, shared workers; -1: it never did */
};

/* What stands first in every tab and in every browser. */
struct ofs_tab {
    struct ofs_browser *browser;
    struct ofs_tab_sees sees;
    const char *config; /* browser.config, where the probe begins with it in every document of this
                           tab; NULL: the caller tells it in each */
    struct ofs_tab_view view;
};

/* A part of the top document's view, in CSS pixels; and how far that view is scrolled. */
struct ofs_box {
    double x, y, width, height, scroll_x, scroll_y;
};

struct ofs_browser_ops {
    const char *protocol; /* the report's word: "cdp", "bidi", "webdriver" */

    /* A new tab of our own, in the background, on an empty page. */
    int (*open_tab)(struct ofs_browser *b, ofs_deadline deadline, struct ofs_tab **ret_tab,
                    struct ofs_error *err);

    /* Load an address; returns when its document has begun, or when the browser says why it did not
     * (view.failure). */
    int (*navigate)(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                    struct ofs_error *err);

    /* Call a function of the probe in the top document, out of the page's sight where the protocol
     * has a place for that. Waits for a promise. `args` is borrowed; `*ret_value` is the caller's.
     * OFS_ERR_GONE: the document went away meanwhile; look again. */
    int (*call)(struct ofs_tab *tab, const char *function, const cJSON *args, ofs_deadline deadline,
                cJSON **ret_value, struct ofs_error *err);

    /* Show the probe what the page keeps from scripts, where the protocol can: closed shadow roots,
     * and what custom elements tell assistive technology alone (ElementInternals). Needs a probe in
     * the document. NULL: the protocol cannot. */
    int (*reach)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

    /* Wait until something was noted in the view, or the document has changed (a DOM mutation), or
     * the deadline has passed: 0 in each of these cases. Where no event tells of a change, a short
     * time takes its place. */
    int (*wait)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

    /* The page's timers, as of now. OFS_ERR_PEER: they cannot be told for this document. The first
     * document of a browser that is asked for them is such a one; from the next document of each
     * tab on they are told (cdp/timers.c). NULL: the protocol cannot tell. */
    int (*timers)(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_timers *ret_timers,
                  struct ofs_error *err);

    /* What the site answered to the request of that serial, as text, out of the browser's memory;
     * no request is made. For the top document: its source as it was delivered. The caller frees
     * it. OFS_ERR_PEER: the browser has not kept it. NULL: the protocol cannot tell. */
    int (*body)(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err);

    /* One trusted click of the main button at a point of the top document's view, in CSS pixels. */
    int (*click)(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                 struct ofs_error *err);

    /* Move the pointer to a point, and press nothing. NULL: the protocol cannot. */
    int (*hover)(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                 struct ofs_error *err);

    /* One trusted press of a key (" ", "ArrowUp", "ArrowDown": UI Events KeyboardEvent.key), to
     * whatever has the focus in the tab. */
    int (*press_key)(struct ofs_tab *tab, const char *key, ofs_deadline deadline,
                     struct ofs_error *err);

    /* A picture of that box alone, as PNG in base64, which the caller frees. Nothing is scrolled.
     * Where a protocol takes pictures of elements alone, it is that of the element which the probe
     * has found for the box. NULL: the protocol cannot. */
    int (*screenshot)(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                      char **ret_png, struct ofs_error *err);

    /* Close the tab and the windows it opened, asking the page nothing, and free it. Best effort
     * until the deadline. */
    void (*close_tab)(struct ofs_tab *tab, ofs_deadline deadline);

    /* Close what is still ours; leave an attached browser, end a launched one; free. */
    void (*close)(struct ofs_browser *b, ofs_deadline deadline);
};

struct ofs_browser {
    const struct ofs_browser_ops *ops;
    struct ofs_loop *loop;
    char name[64];
    char version[64];
    const char *wire;   /* the report's word: "websocket", "pipe", "http" */
    const char *probe;  /* one JavaScript function expression without arguments that installs the
                           probe; borrowed, set by whoever calls it */
    const char *config; /* what the probe's `configure` takes in tabs that are opened from now on,
                           as JSON; read when open_tab is called, borrowed until the tab is
                           closed; NULL: nothing */
};

/* How a person wants the browser reached. All strings are borrowed. */
struct ofs_connect {
    const char *address; /* auto, launch, cdp://…, ws://…, webdriver://… */
    const char *const *browser_args;
    size_t n_browser_args;
    const char *profile; /* for launch; NULL: the state directory's own */
    const char *state;   /* the state directory */
    bool headless;
    const char
        *capabilities;  /* for webdriver: a JSON file merged into what is asked for, or NULL */
    const char *cacert; /* for webdriver+https: a PEM file of authorities to trust, or NULL */
    const char *site;   /* the origin that tabs are opened for: a tab that a killed run left is
                           closed only while it is there; NULL: such tabs are left alone */
    bool show;          /* our tab in front, in a window of its own */
    struct ofs_trace *trace;

    /* Both may be NULL. Something that the person has to know or do now, in one or two sentences.
     * Which of `n` browsers: an index, or -1 for none; not asked where it is NULL. */
    void (*on_notice)(void *ctx, const char *words);
    int (*on_choice)(void *ctx, const char *const *titles, size_t n);
    void *ctx;
};

/* Reach or start the browser that `how` names. Blocks. Never connects to a host that is not this
 * machine (OFS_ERR_USAGE), except over webdriver+https. The caller closes the result. */
struct ofs_browser *ofs_browser_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                     ofs_deadline deadline, struct ofs_error *err);

/* Say before anything is opened whether `address` is well formed and on this machine. */
int ofs_browser_check_address(const char *address, struct ofs_error *err);

/* The request of that serial, or NULL when it is no longer kept. */
const struct ofs_request *ofs_tab_request(const struct ofs_tab *tab, unsigned serial);

#endif
