/*
 * error.h: what went wrong, once, in words for a person.
 *
 * Every function that can fail takes a `struct ofs_error *err` as its last argument, returns 0 or a
 * pointer on success and -1 or NULL on failure. On success `err` is left untouched. `err` is never
 * NULL. The struct lives on the caller's stack, owns nothing and needs no destructor.
 *
 * An error holds a code (one table below gives its name, its exit status and its usual hint), the
 * peer's own error word if a peer answered, one sentence, and a hint that says what to do next.
 * `maybe_done` says that an action was sent and its outcome is unknown: re-read, never repeat.
 */
#ifndef OFS_BASE_ERROR_H
#define OFS_BASE_ERROR_H

#include <stdbool.h>

#include "offswitch.h"

#define OFS_PRINTF(f, a) __attribute__((format(printf, f, a)))

/* Fill `err` with a sentence; always returns -1, so that a caller can `return ofs_fail(...)`. */
int ofs_fail(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* Like ofs_fail, with strerror(errno) appended to the sentence. */
int ofs_fail_errno(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* Set the hint of an error that has been filled; returns -1. */
int ofs_hint(struct ofs_error *err, const char *fmt, ...) OFS_PRINTF(2, 3);

/* Prefix the sentence with context, on the way up; returns -1. */
int ofs_wrap(struct ofs_error *err, const char *fmt, ...) OFS_PRINTF(2, 3);

/* The name, the exit status and the usual hint of a code. The strings are static. */
const char *ofs_error_name(enum ofs_error_code code);
int ofs_error_status(enum ofs_error_code code);

/* The hint to show for `err`: its own, or the code's. Borrowed; "" when there is none. */
const char *ofs_error_hint(const struct ofs_error *err);

#endif
