/*
 * firefox.h: a headless Firefox on an empty profile of its own, with its remote agent listening on
 * a free port. It is killed by its own id and does not outlive the test.
 */
#ifndef TESTS_FIREFOX_H
#define TESTS_FIREFOX_H

#include <sys/types.h>

#include "base/error.h"
#include "wire/loop.h"

/* The Firefox that is installed ($OFFSWITCH_FIREFOX, firefox-esr, firefox), or NULL. Static. */
const char *firefox_find(void);

/* Start it with a profile below `dir` and wait, in turns of `loop`, until it listens. */
int firefox_start(struct ofs_loop *loop, const char *dir, pid_t *ret_pid, int *ret_port,
                  struct ofs_error *err);

/* Let it end, or kill it if it does not; accepts 0 and a process that has already ended. */
void firefox_end(struct ofs_loop *loop, pid_t pid);

#endif
