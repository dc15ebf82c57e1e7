/*
 * processes.h: the processes that a process has started, and theirs, as /proc tells them: the
 * browser of a driver, the tabs of a browser.
 */
#ifndef TESTS_PROCESSES_H
#define TESTS_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The descendants of `ancestor` whose command line has all of `words` (ended by NULL) in it; those
 * of any process, where `ancestor` is 0. Returns how many were put into `ret_pids`, `most` at most.
 */
size_t processes_find(pid_t ancestor, const char *const *words, pid_t *ret_pids, size_t most);

#endif
