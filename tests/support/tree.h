/*
 * tree.h: a process and its descendants, by their ids: everything that ends when a machine is
 * switched off.
 */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* End it with that signal, and its descendants with SIGKILL (immediately, if the signal is
 * SIGKILL); reap it. It has to be a child of the caller. */
void tree_end(pid_t pid, int signal);

/* Whether a command line in it contains these words. */
bool tree_has(pid_t pid, const char *words);

#endif
