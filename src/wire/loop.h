/*
 * loop.h: the one event loop of a run.
 *
 * Everything that arrives from outside while the program waits (WebSocket and pipe messages,
 * requests to the built-in replica, Ctrl-C) arrives in ofs_loop_turn(). Callers are straight-line
 * code:
 *
 *     while (!slot->done)
 *         if (ofs_loop_turn(loop, deadline, err))
 *             return -1;
 *
 * Tasks. Work that would block other work is started as a task: straight-line code on its own
 * stack. ofs_loop_turn suspends only the calling task, so that the same blocking code serves one
 * caller or many. Tasks are cooperative: nothing else runs between two turns.
 *
 * Life cycle: ofs_loop_new, then the wires and servers on it, then they are freed, then
 * ofs_loop_free. One thread. No function here calls back into application code, except the handler
 * of a server and the tick of ofs_loop_every.
 */
#ifndef OFS_WIRE_LOOP_H
#define OFS_WIRE_LOOP_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "offswitch.h"

/* ofs_loop_new, ofs_loop_free and ofs_loop_watch_signals are in offswitch.h. */

/* Block until something happened or the deadline has passed; in a task, suspend that task. Returns
 * 0 if something may have happened (look again at what you wait for), -1 with OFS_ERR_TIMEOUT, or
 * with OFS_ERR_INTERRUPTED once a watched signal has come and signals are not deferred. */
int ofs_loop_turn(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err);

/* Block until `holds(ctx)` is true; it is called first, and after each turn. Returns 0 then, or -1
 * as ofs_loop_turn does. `holds` must have no side effects. In a task this costs less than turns in
 * a loop: a task is not resumed for another task's message. */
int ofs_loop_await(struct ofs_loop *loop, bool (*holds)(const void *ctx), const void *ctx,
                   ofs_deadline deadline, struct ofs_error *err);

/* Do nothing until the deadline has passed: 0. -1: OFS_ERR_INTERRUPTED, or the loop has failed. */
int ofs_loop_sleep(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err);

/* Start `run(arg)` as a task; it begins in the next ofs_loop_run. `arg` is borrowed until it ends.
 */
int ofs_loop_spawn(struct ofs_loop *loop, void (*run)(void *arg), void *arg, struct ofs_error *err);

/* Run the tasks until all have ended. Tasks may spawn others. Not to be called in a task. */
void ofs_loop_run(struct ofs_loop *loop);

/* Notify the other tasks of a change that one of them may be waiting for. */
void ofs_loop_notify(struct ofs_loop *loop);

/* Call `tick(ctx)` every `ms` milliseconds while the loop turns: for a clock that a person watches.
 * It may write, and must not wait or use the loop. NULL ends it. One at a time; it wakes no waiting
 * task. */
void ofs_loop_every(struct ofs_loop *loop, int64_t ms, void (*tick)(void *ctx), void *ctx);

/* The first signal that came, or 0. Looks at what is pending; never blocks. */
int ofs_loop_signal(struct ofs_loop *loop);

/* A descriptor that becomes readable when a signal comes, or -1: for callers that wait for terminal
 * input. */
int ofs_loop_signal_fd(const struct ofs_loop *loop);

/* While signals are deferred, the first one does not end ofs_loop_turn, so that an orderly shutdown
 * can finish. If more come, ofs_loop_turn ends two seconds after the last of them. Applies to the
 * calling task only. Returns the previous state. */
bool ofs_loop_defer_signals(struct ofs_loop *loop, bool on);

/* While signals are deferred: the signals so far no longer end a wait, only further ones do. Call
 * it before a command that must not be skipped, such as the end of a session. */
void ofs_loop_renew_deferral(struct ofs_loop *loop);

#endif
