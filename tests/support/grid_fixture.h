/*
 * grid_fixture.h: one hub of a Selenium Grid and the cases that run on it in sequence: runs of the
 * program, each with its own site, and sessions of other clients. Failed cases are printed and
 * counted.
 */
#ifndef TESTS_GRID_FIXTURE_H
#define TESTS_GRID_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "support/grid.h"
#include "support/runs.h"

enum { FIXTURE_HAPPENS = 90000 }; /* milliseconds that a case waits for an event */

struct grid_fixture {
    const char *name;
    struct ofs_loop *loop;
    char *dir, *build, *connect;
    struct grid grid;
    int failed;
};

/* The run may be NULL. */
void fixture_fail(struct grid_fixture *l, const char *name, const char *what,
                  const struct run *run);
void fixture_pass(const struct grid_fixture *l, const char *name, int64_t ms);

/* One short turn of the loop, which serves the sites. */
void fixture_turn(struct grid_fixture *l);

/* Wait until all of these runs have ended. */
void fixture_await_end(struct grid_fixture *l, struct run *runs, size_t n);

enum fixture_moment { PAGE_ASKED, SAVE_CAME, SAID_WAITING };

/* False if the run has ended without it. */
bool fixture_await(struct grid_fixture *l, struct run *run, enum fixture_moment moment);

/* Wait until a run is in the hub's queue. */
void fixture_await_queue(struct grid_fixture *l, struct run *run);

/* Check that no session is left on the hub. */
bool fixture_is_clean(struct grid_fixture *l, const char *name);

/* Occupy a node as another client; the caller frees the session's path and releases the node with
 * fixture_release. */
char *fixture_hold(struct grid_fixture *l, const char *mark);
void fixture_release(struct grid_fixture *l, const char *path);

/* Members may be NULL. */
struct fixture_order {
    const char *verb, *mark;
    const char *const *more; /* arguments */
    const char *wishes;      /* more capabilities */
};

int fixture_start(struct grid_fixture *l, const struct fixture_order *o, struct run *ret);

/* The expected result; NULL: any. */
struct fixture_wanted {
    int exit;
    const char *verdict, *reason;
    const char *words[3]; /* in the messages to the person: on standard error, or in the detail */
};

bool fixture_is_as_wanted(struct grid_fixture *l, const char *name, const struct run *run,
                          const struct fixture_wanted *w);

/* The site got that many saves, and its state agrees with them. */
bool fixture_has_saved(struct grid_fixture *l, const char *name, const struct run *run,
                       size_t times);

#endif
