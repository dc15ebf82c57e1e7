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
 * Life cycle: ofs_loop_new, then the wires and servers on it, then they are freed, then
 * ofs_loop_free. One thread. No function here calls back into application code, except the handler
 * of a server.
 */
#ifndef OFS_WIRE_LOOP_H
#define OFS_WIRE_LOOP_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"

struct ofs_loop;
struct lws_context;

/* The caller owns the result and frees it last. */
struct ofs_loop *ofs_loop_new(struct ofs_error *err);
void ofs_loop_free(struct ofs_loop *loop);

/* Block until something happened or the deadline has passed. Returns 0 if something may have
 * happened (look again at what you wait for), -1 with OFS_ERR_TIMEOUT, or with OFS_ERR_INTERRUPTED
 * once a watched signal has come and the loop is not deferring. */
int ofs_loop_turn(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err);

/* Take SIGINT, SIGTERM and SIGHUP into the loop instead of dying of them. They stay blocked for the
 * process until ofs_loop_free. Call it before any other thread or child is started. */
int ofs_loop_watch_signals(struct ofs_loop *loop, struct ofs_error *err);

/* The first signal that came, or 0. Looks at what is pending; never blocks. */
int ofs_loop_signal(struct ofs_loop *loop);

/* The descriptor that becomes readable with a signal, or -1: for a caller that waits for a person.
 */
int ofs_loop_signal_fd(const struct ofs_loop *loop);

/* While deferring, a signal that has come does not end ofs_loop_turn: for closing down in order.
 * A second signal while deferring does. Returns the former state. */
bool ofs_loop_defer_signals(struct ofs_loop *loop, bool on);

/* For this room only: the libwebsockets context, and the word that something has happened, which
 * makes the present turn return. */
struct lws_context *ofs_loop_lws(struct ofs_loop *loop);
void ofs_loop_wake(struct ofs_loop *loop);

#endif
