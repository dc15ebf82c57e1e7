/*
 * grid.h: a Selenium Grid for a test: one hub, and nodes of one session each, all separate
 * processes on 127.0.0.1 that can be killed one by one. A node starts a chromedriver, which starts
 * a browser: killing a node has to kill these too (tree.h).
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

/* How the hub monitors a node. */
enum grid_watch {
    GRID_USUALLY, /* the default: it detects a lost node after about ten seconds */
    GRID_CLOSELY, /* within two or three seconds, and then removes it */
    GRID_NEVER,   /* it never detects it */
};

struct grid_options {
    const char *dir;   /* scratch; borrowed until grid_end */
    const char *build; /* where the jar is fetched to */
    int nodes;
    enum grid_watch watch;
    int timeout_ms; /* how long a request waits for a free node */
};

/* Start the hub and the nodes. Does not wait until they are ready: grid_await. grid_end is due
 * either way. */
int grid_start(struct ofs_loop *loop, const struct grid_options *options, struct grid *ret,
               struct ofs_error *err);
void grid_end(struct grid *grid);

/* Start a node at a free place. */
int grid_start_node(struct grid *grid, int place, enum grid_watch watch, struct ofs_error *err);

/* Kill the node at that place, with its driver and its browser, like a machine that is switched
 * off. */
void grid_kill_node(struct grid *grid, int place);

/* The place of the browser that was requested with this mark, or -1. */
int grid_find(const struct grid *grid, const char *mark);

/* A capabilities file for a browser of a node, in `dir`. `mark` is a word that its command line
 * then holds; `more` are further members of the object, with a comma in front, or "". The caller
 * frees the path; NULL on failure. */
char *grid_capabilities(const char *dir, const char *mark, const char *more);

/* Wait, in turns of `loop`, until the hub has that many nodes and all are free. */
int grid_await(struct ofs_loop *loop, const struct grid *grid, int nodes, struct ofs_error *err);

/* The hub's status (slotCounts, newSessionRequestCount), or NULL. The caller owns it. */
cJSON *grid_ask(struct ofs_loop *loop, const struct grid *grid);

/* The number of its sessions; -1: no answer, or no node. */
int grid_sessions(struct ofs_loop *loop, const struct grid *grid);

#endif
