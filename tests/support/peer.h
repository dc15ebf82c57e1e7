/*
 * peer.h: the browsers and drivers that the tests connect to, by name: starting them, the program's
 * arguments for them, interference from outside during a run, and what a run has left behind.
 *
 *     cdp             a headless Chromium and its debugging port; all runs share it
 *     pipe            a Chromium that the program launches itself, on a profile of its own
 *     bidi            Firefox, which allows one session at a time
 *     chromedriver    with a browser of its own for each session
 *     attached        chromedriver, attached to a running Chromium
 *     webdriver-bidi  chromedriver, asked for a webSocketUrl
 *     attached-bidi   the same, attached to a running Chromium
 *     webkit          WebKitWebDriver and MiniBrowser, under their own X server
 *     grid            a Selenium hub with one node, which has chromedriver
 *
 * Life cycle: peer_start; for each run peer_visit_begin, the program with these arguments, the
 * actions on the peer, peer_left, peer_visit_end; peer_end. One run at a time in one peer, so that
 * what is left is from this run; peers that share a browser count separately. Every process is
 * killed by its own id and does not outlive the test.
 */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/json.h"
#include "support/drivers.h"
#include "wire/loop.h"

enum peer_base {
    PEER_CHROMIUM, /* reached at its port */
    PEER_LAUNCHED, /* by the program */
    PEER_FIREFOX,
    PEER_DRIVER, /* which one: peer_kind.driver */
};

struct peer_kind {
    const char *name;
    const char *protocol, *wire; /* as in the report */
    enum peer_base base;
    enum driver_kind driver;
    bool attached; /* the driver attaches to a Chromium */
    bool sockets;  /* the driver is asked for a webSocketUrl */
    int most;      /* at most this many at once; 0: any number */
};

/* All of them, ended by a NULL name. */
extern const struct peer_kind peer_kinds[];

/* NULL if there is none of that name. */
const struct peer_kind *peer_find(const char *name);

/* The missing program for it, or NULL. Static. */
const char *peer_missing(const struct peer_kind *kind);

struct peer {
    const struct peer_kind *kind;
    struct driver driver;
    pid_t browser; /* Chromium or Firefox; 0 if the program or a driver starts one */
    int browser_port;
    bool borrowed; /* the browser belongs to another peer */
    bool gone;     /* the browser was killed and cannot be queried any more */
    int tabs;      /* that were there at the start */
};

/* A browser that several peers of the kind share: started here and passed to peer_start. Starts
 * nothing if the kind shares none. peer_end is due either way. */
int peer_start_shared(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
                      struct peer *ret, struct ofs_error *err);

/* Start one, in turns of `loop`, and wait until it is usable. `shared` may be NULL: then it has its
 * own browser. `dir` is scratch, `build` is where a Grid is fetched to. Call peer_end in every
 * case. */
int peer_start(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
               const char *build, const struct peer *shared, struct peer *ret,
               struct ofs_error *err);
void peer_end(struct ofs_loop *loop, struct peer *peer);

/* The port that the program connects to, for a relay; 0: there is none. */
int peer_port(const struct peer *peer);

/* ---- one run ---- */

enum { PEER_ARGS = 16 };

struct peer_visit {
    char *args[PEER_ARGS]; /* the command line's, ended by NULL */
    char *profile;         /* of a browser that is started for the run, or NULL */
};

/* `port` is the relay's, or 0. `watched`: the tabs of the run will be manipulated from outside. */
int peer_visit_begin(const struct peer *peer, const char *dir, int port, bool watched,
                     struct peer_visit *ret, struct ofs_error *err);
void peer_visit_end(struct peer_visit *visit);

/* Interference from outside. Each returns true once it was done; one that cannot be done yet may be
 * tried again. Not every peer allows it. */
bool peer_kill_browser(struct peer *peer, const struct peer_visit *visit);
bool peer_close_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port);
bool peer_crash_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port);

/* Kill the peer: the driver and its processes, or, without a driver, the browser. */
void peer_kill(struct peer *peer, const struct peer_visit *visit);

/* Another program's session, for peers that accept one session at a time; NULL if it cannot be
 * created. */
struct peer_guest;
struct peer_guest *peer_occupy(struct ofs_loop *loop, const struct peer *peer, const char *dir);
void peer_leave(struct peer_guest *guest);

/* Whether that action would end the peer for other runs too. */
bool peer_dies_with(const struct peer_kind *kind, const char *action);

/* What a run has left: tabs (at that port, or at any address with 0), sessions, browsers, one
 * sentence each; waits until `until` for it to disappear. The caller owns the array. `visit` NULL:
 * what is left from all runs. */
cJSON *peer_left(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                 int site_port, ofs_deadline until);

/* Close what a killed program could not close. */
void peer_sweep(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                int site_port);

#endif
