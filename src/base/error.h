/*
 * error.h: what went wrong, once, in words a person can use.
 *
 * Every function that can fail takes a `struct ofs_error *err` as its last argument, returns 0 or a
 * pointer on success and -1 or NULL on failure. On success `err` is left untouched. `err` is never
 * NULL. The struct lives on the caller's stack, owns nothing and needs no destructor.
 *
 * An error holds a code (one table below gives its name, its exit status and its usual hint), the
 * peer's own error word where a peer answered, one sentence, and a hint that says what to do next.
 * `maybe_done` tells that an act was sent and its outcome is not known: re-read, never repeat.
 */
#ifndef OFS_BASE_ERROR_H
#define OFS_BASE_ERROR_H

#include <stdbool.h>

/* code, name, exit status, hint shown when the place of failure gives none */
#define OFS_ERROR_TABLE(X)                                                                         \
    X(NONE, "none", 0, "")                                                                         \
    X(USAGE, "usage", 64, "run 'offswitch help' for the commands and options")                     \
    X(SYSTEM, "system", 1, "")                                                                     \
    X(NO_BROWSER, "no-browser", 1,                                                                 \
      "install Chromium or Google Chrome, or name a running browser with --connect")               \
    X(CONNECT, "connect", 1,                                                                       \
      "start the browser with --remote-debugging-port=PORT, or use --connect launch")              \
    X(NOT_A_BROWSER, "not-a-browser", 1,                                                           \
      "check the port in --connect: it has to be the browser's debugging port")                    \
    X(PROTOCOL, "protocol", 1, "run again with --trace FILE to see what the browser said")         \
    X(TOO_BIG, "too-big", 1, "the answer was not kept; check what is listening on that port")      \
    X(PEER, "peer", 1, "run again with --trace FILE to see what the browser said")                 \
    X(GONE, "gone", 1, "")                                                                         \
    X(LOST, "lost", 1, "the browser or its connection ended; start it again and run again")        \
    X(TAB_LOST, "tab-lost", 1, "the tab ended; run again")                                         \
    X(TIMEOUT, "timeout", 1, "run again with a larger --timeout")                                  \
    X(INTERRUPTED, "interrupted", 1, "")                                                           \
    X(SCENARIO, "scenario", 1, "run 'offswitch scenario lint FILE' to see every fault in it")      \
    X(STATE, "state", 1, "name a directory that you can write to with --state DIR")                \
    X(REFUSED, "refused", 4, "")

enum ofs_error_code {
#define X(code, name, status, hint) OFS_ERR_##code,
    OFS_ERROR_TABLE(X)
#undef X
};

struct ofs_error {
    enum ofs_error_code code;
    bool maybe_done;  /* the act may have happened: re-read, never repeat */
    char peer[96];    /* the peer's own word for the error, or "" */
    char text[768];   /* one sentence, no newline, no full stop */
    char hint[384];   /* what to do next, or "" for the code's usual hint */
};

#define OFS_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fill `err` with a sentence; always returns -1, so that a caller can `return ofs_fail(...)`. */
int ofs_fail(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* Like ofs_fail, with strerror(errno) put behind the sentence. */
int ofs_fail_errno(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* Set the hint of an error that has been filled; returns -1. */
int ofs_hint(struct ofs_error *err, const char *fmt, ...) OFS_PRINTF(2, 3);

/* Put context in front of the sentence, on the way up; returns -1. */
int ofs_wrap(struct ofs_error *err, const char *fmt, ...) OFS_PRINTF(2, 3);

/* The name, the exit status and the usual hint of a code. The strings are static. */
const char *ofs_error_name(enum ofs_error_code code);
int ofs_error_status(enum ofs_error_code code);

/* The hint to show for `err`: its own, or the code's. Borrowed; "" when there is none. */
const char *ofs_error_hint(const struct ofs_error *err);

#endif
