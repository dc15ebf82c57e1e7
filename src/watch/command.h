/*
 * command.h: run another program with a text on its standard input.
 */
#ifndef OFS_WATCH_COMMAND_H
#define OFS_WATCH_COMMAND_H

#include "base/buf.h"
#include "base/error.h"

/* Blocks until it has ended, at most `ms` milliseconds, then it is killed. Its standard output goes
 * to `ret_output` (NULL: nowhere; cut at its limit). Fails if it cannot be started, ends with a
 * status other than 0, or takes too long. `argv` is ended by NULL and looked up in PATH. */
int ofs_command_run(const char *const *argv, const char *input, int ms, struct ofs_buf *ret_output,
                    struct ofs_error *err);

#endif
