/*
 * grid.h: a Selenium Grid for a test: one hub, and nodes of one session each, every one a process
 * of its own on 127.0.0.1 that can be ended alone. A node starts a chromedriver and that a browser:
 * who ends a node the hard way ends these with it (tree.h).
 */
#ifndef TESTS_GRID_H
#define TESTS_GRID_H

#include "base/error.h"
#include "base/json.h"
#include "wire/loop.h"

#include <sys/types.h>

enum { GRID_MOST_NODES = 5 };

struct grid_node {
    pid_t pid; /* 0: none */
    int port;
};

struct grid {
    const char *dir; /* scratch */
    char *jar;
    pid_t hub;
    int port; /* of the hub, which answers WebDriver at /wd/hub */
    struct grid_node nodes[GRID_MOST_NODES];
};

/* How the hub looks after a node. */
enum grid_watch {
    GRID_USUALLY, /* as Grids do: it notices after some ten seconds that one has gone */
    GRID_CLOSELY, /* within two or three, and forgets it then */
    GRID_NEVER,   /* it takes it for a free node for ever */
};

struct grid_options {
    const char *dir;   /* scratch; borrowed for as long as the Grid is there */
    const char *build; /* where the jar is fetched to */
    int nodes;
    enum grid_watch watch;
    int patience; /* milliseconds that the hub keeps who waits for a free node */
};

/* Start the hub and the nodes. Does not wait until they are ready: grid_await. grid_end is due
 * either way. */
int grid_start(struct ofs_loop *loop, const struct grid_options *options, struct grid *ret,
               struct ofs_error *err);
void grid_end(struct grid *grid);

/* A node at that place, where there is none. */
int grid_start_node(struct grid *grid, int place, enum grid_watch watch, struct ofs_error *err);

/* End the node at that place as a machine ends that is switched off: at once, with its driver and
 * its browser. */
void grid_kill_node(struct grid *grid, int place);

/* At which place the browser runs that was asked for with this mark, or -1. */
int grid_find(const struct grid *grid, const char *mark);

/* A capabilities file for a browser of a node, in `dir`. `mark` is a word that its command line
 * then holds; `more` are further members of the object, with a comma in front, or "". The caller
 * frees the path; NULL on failure. */
char *grid_capabilities(const char *dir, const char *mark, const char *more);

/* Wait, in turns of `loop`, until the hub has so many nodes and all are free. */
int grid_await(struct ofs_loop *loop, const struct grid *grid, int nodes, struct ofs_error *err);

/* What the hub says of itself (slotCounts, newSessionRequestCount), or NULL. The caller owns it. */
cJSON *grid_ask(struct ofs_loop *loop, const struct grid *grid);

/* How many sessions it has; -1 when it gives no answer or has no node. */
int grid_sessions(struct ofs_loop *loop, const struct grid *grid);

#endif
