/*
 * daemon.h: servers that a test starts in addition to the program. Each writes its output to
 * NAME.out and NAME.err in a scratch directory, dies with the test, and is killed by its own id.
 */
#ifndef TESTS_DAEMON_H
#define TESTS_DAEMON_H

#include <sys/types.h>

#include "base/error.h"

/* A free port; another process may take it before it is used, and then the test fails and says so.
 */
int daemon_free_port(void);

/* argv[0] is an absolute path. End it with child_end. */
int daemon_start(const char *dir, const char *name, char *const *argv, pid_t *ret_pid,
                 struct ofs_error *err);

/* The first line of its standard output, or NULL. The caller frees it. */
char *daemon_line(const char *dir, const char *name);

/* Write a file for it to read; -1 on failure. */
int daemon_write_file(const char *path, const char *text);

#endif
