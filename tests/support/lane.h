/*
 * lane.h: one hub of a Selenium Grid and what is done at it, one thing after the other: runs of the
 * program, each on a site of its own, and sessions of somebody else's. A case that fails says so
 * and is counted.
 */
#ifndef TESTS_LANE_H
#define TESTS_LANE_H

#include <stdbool.h>
#include <stdint.h>

#include "support/grid.h"
#include "support/runs.h"

enum { LANE_HAPPENS = 90000 }; /* milliseconds that a case waits for something */

struct lane {
    const char *name;
    struct ofs_loop *loop;
    char *dir, *build, *connect;
    struct grid grid;
    int failed;
};

/* The run may be NULL. */
void lane_fail(struct lane *l, const char *name, const char *what, const struct run *run);
void lane_pass(const struct lane *l, const char *name, int64_t ms);

/* A moment, with the sites awake. */
void lane_turn(struct lane *l);

/* Until all of these runs have ended. */
void lane_await_end(struct lane *l, struct run *runs, size_t n);

enum lane_moment { PAGE_ASKED, SAVE_CAME, SAID_WAITING };

/* false when the run has ended without it. */
bool lane_await(struct lane *l, struct run *run, enum lane_moment moment);

/* Until one waits for a node. */
void lane_await_queue(struct lane *l, struct run *run);

/* No session is left on the hub. */
bool lane_is_clean(struct lane *l, const char *name);

/* Take a node as somebody else; the caller frees the session's path and gives the node back with
 * lane_release. */
char *lane_hold(struct lane *l, const char *mark);
void lane_release(struct lane *l, const char *path);

/* What is not said is NULL. */
struct lane_order {
    const char *verb, *mark;
    const char *const *more; /* arguments */
    const char *wishes;      /* further capabilities */
};

int lane_start(struct lane *l, const struct lane_order *o, struct run *ret);

/* What has to come of it; NULL: any. */
struct lane_wanted {
    int exit;
    const char *verdict, *reason;
    const char *words[3]; /* in what is said to the person: on standard error, or as the detail */
};

bool lane_is_as_wanted(struct lane *l, const char *name, const struct run *run,
                       const struct lane_wanted *w);

/* The site has been saved to so many times, and is as that leaves it. */
bool lane_has_saved(struct lane *l, const char *name, const struct run *run, size_t times);

#endif
