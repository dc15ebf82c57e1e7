/*
 * processes.h: the descendants of a process, from /proc: the browser of a driver, the tabs of a
 * browser.
 */
#ifndef TESTS_PROCESSES_H
#define TESTS_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The descendants of `ancestor` (0: all processes) whose command line contains all of `words`
 * (ended by NULL). Returns how many were put into `ret_pids`, at most `most`. */
size_t processes_find(pid_t ancestor, const char *const *words, pid_t *ret_pids, size_t most);

#endif
