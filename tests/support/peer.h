/*
 * peer.h: the other end of a wire, by name: what it takes to start it, how the program is sent
 * there, what another hand can do to it meanwhile, and what a run has left in it.
 *
 *     cdp             a headless Chromium and its debugging port; all runs share it
 *     pipe            a Chromium that the program launches itself, on a profile of its own
 *     bidi            Firefox, which takes one session at a time
 *     chromedriver    with a browser of its own for each session
 *     attached        chromedriver, joined to a Chromium that is somebody's
 *     webdriver-bidi  chromedriver, asked for a webSocketUrl
 *     attached-bidi   the same, joined to a Chromium
 *     webkit          WebKitWebDriver and MiniBrowser, under an X server of their own
 *     grid            a Selenium hub with one node, which has chromedriver
 *
 * Life cycle: peer_start; for each run peer_visit_begin, the program with these arguments, what is
 * to be done to the peer, peer_left, peer_visit_end; peer_end. One run at a time in one peer, so
 * that what is left is this run's; peers that share a browser are each a peer. Everything is ended
 * by its own id and does not outlive the test.
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
    const char *protocol, *wire; /* the report's words */
    enum peer_base base;
    enum driver_kind driver;
    bool attached; /* the driver joins a Chromium */
    bool sockets;  /* the driver is asked for a webSocketUrl */
    int most;      /* so many of them at once are sensible; 0: any number */
};

/* All of them, ended by a NULL name. */
extern const struct peer_kind peer_kinds[];

/* NULL when nobody has that name. */
const struct peer_kind *peer_find(const char *name);

/* What is missing on this machine for it, or NULL. Static. */
const char *peer_missing(const struct peer_kind *kind);

struct peer {
    const struct peer_kind *kind;
    struct driver driver;
    pid_t browser; /* Chromium or Firefox; 0 where the program or a driver starts one */
    int browser_port;
    bool borrowed; /* the browser is another peer's */
    bool gone;     /* the browser was killed; nothing is to be asked of it any more */
    int tabs;      /* that were there at the start */
};

/* A browser that several peers of the kind share: started here, it is handed to peer_start. Starts
 * nothing where the kind shares none. peer_end is due either way. */
int peer_start_shared(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
                      struct peer *ret, struct ofs_error *err);

/* Start one, in turns of `loop`, and wait until it can be visited. `shared` may be NULL: then it
 * has a browser of its own. `dir` is scratch, `build` is where a Grid is fetched to. peer_end is
 * due either way. */
int peer_start(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
               const char *build, const struct peer *shared, struct peer *ret,
               struct ofs_error *err);
void peer_end(struct ofs_loop *loop, struct peer *peer);

/* The port where the program knocks, which a relay can stand before; 0: there is none. */
int peer_port(const struct peer *peer);

/* ---- one run ---- */

enum { PEER_ARGS = 16 };

struct peer_visit {
    char *args[PEER_ARGS]; /* the command line's, ended by NULL */
    char *profile;         /* of a browser that is started for the run, or NULL */
};

/* `port` is the relay's, or 0. `watched`: another hand will want to see the tabs of the run. */
int peer_visit_begin(const struct peer *peer, const char *dir, int port, bool watched,
                     struct peer_visit *ret, struct ofs_error *err);
void peer_visit_end(struct peer_visit *visit);

/* What another hand does. Each is true once it was done; what cannot be done yet may be tried
 * again. Not every peer lets another hand in. */
bool peer_kill_browser(struct peer *peer, const struct peer_visit *visit);
bool peer_close_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port);
bool peer_crash_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port);

/* The far end goes away at once: the driver and what it has started, or, without a driver, the
 * browser. */
void peer_kill(struct peer *peer, const struct peer_visit *visit);

/* Another program's session there, where one peer takes one session at a time; NULL where it is not
 * to be had. */
struct peer_guest;
struct peer_guest *peer_occupy(struct ofs_loop *loop, const struct peer *peer, const char *dir);
void peer_leave(struct peer_guest *guest);

/* Would that end the peer for other runs too? */
bool peer_dies_with(const struct peer_kind *kind, const char *deed);

/* What a run has left: tabs (at that port, or at any address with 0), sessions, browsers, one
 * sentence each; waits until `until` for it to go. The caller owns the array. `visit` NULL: what is
 * left over all runs. */
cJSON *peer_left(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                 int site_port, ofs_deadline until);

/* Put an end to what a program that had to be killed could not close. */
void peer_sweep(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                int site_port);

#endif
