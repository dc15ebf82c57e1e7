/*
 * internal.h: for the files of this room only: the loop's library context, and its tasks.
 */
#ifndef OFS_WIRE_INTERNAL_H
#define OFS_WIRE_INTERNAL_H

#include <libwebsockets.h>
#include <stdbool.h>

#include "wire/loop.h"
#include "wire/signals.h"

/* Whether signals are deferred, and how many may come before they end a wait anyway. */
struct ofs_deferral {
    bool on;
    int allowed;
};

struct ofs_task;

struct ofs_loop {
    struct lws_context *lws;
    lws_sorted_usec_list_t alarm;
    lws_sorted_usec_list_t clock; /* of ofs_loop_every */
    int64_t clock_since, clock_period;
    void (*clock_tick)(void *ctx);
    void *clock_ctx;
    bool woken;
    int signal; /* the first that came */
    int signals;
    int64_t signalled_ms;         /* when the last one came */
    lws_sorted_usec_list_t grace; /* wakes the loop when that one ends deferred waits */
    bool failed;                  /* a round of the library failed: every wait ends */
    int signal_fd;
    struct ofs_signals before;
    struct ofs_deferral deferral; /* outside of tasks */
    struct ofs_task *tasks;       /* that have not ended */
    struct ofs_task *current;     /* the running task; NULL: none */
};

struct lws_context *ofs_loop_lws(struct ofs_loop *loop);

/* Something has happened: end the present turn. */
void ofs_loop_wake(struct ofs_loop *loop);

/* The same inside a descriptor's callback, where the turn ends anyway: saves the system calls of
 * one wake per message. */
void ofs_loop_received(struct ofs_loop *loop);

/* One round of the library, at most until the deadline. */
int ofs_loop_service(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err);

bool ofs_loop_is_interrupted(const struct ofs_loop *loop, const struct ofs_deferral *deferral);

/* The current task's part of ofs_loop_turn: suspend it until a round is over in which something has
 * happened and, if the task awaits a condition, until that holds. */
void ofs_task_suspend(struct ofs_loop *loop, ofs_deadline deadline);

/* The condition that the current task awaits; NULL: none. */
void ofs_task_awaits(struct ofs_task *task, bool (*holds)(const void *ctx), const void *ctx);
struct ofs_deferral *ofs_task_deferral(struct ofs_task *task);

#endif
