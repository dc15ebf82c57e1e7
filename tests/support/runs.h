/*
 * runs.h: the program as a person runs it, several times at once: each run on a replica site of its
 * own, with a scratch directory and a state of its own. All are served by one loop, in turns.
 *
 * Life cycle: run_start, run_is_over until it is (with turns of the loop in between), run_clear.
 */
#ifndef TESTS_RUNS_H
#define TESTS_RUNS_H

#include "base/buf.h"
#include "base/json.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "wire/loop.h"

struct run_order {
    const char *verb;                   /* "check", "fix" */
    const char *connect, *capabilities; /* the latter may be NULL */
    const char *const *more;            /* further arguments, ended by NULL; may be NULL */
    const char *const *environment;     /* "NAME=VALUE", ended by NULL; may be NULL */
};

struct run {
    struct ofs_site *site;
    struct child child;
    char *dir;
    int64_t started_ms, took_ms;
    bool over, killed; /* killed: it did not end on its own */
    int exit;          /* or 128 + signal */
    cJSON *report;
    struct ofs_buf errors;
};

/* `dir` is the parent of its scratch directory. -1 when it cannot be run at all; clear it anyway.
 */
int run_start(struct ofs_loop *loop, const char *dir, const struct run_order *order,
              struct run *ret, struct ofs_error *err);

/* Reads its results once it has ended. A run that does not end in a few minutes is killed. */
bool run_is_over(struct run *run);

/* Its output on standard error so far; the caller frees it. */
char *run_words(const struct run *run);

void run_clear(struct run *run);

/* For its first setting in the report: "verdict", "reason", "detail"; "" if there is none. */
const char *run_result(const struct run *run, const char *key);

#endif
