/*
 * tree.h: a process and all that it has started, by their ids: what a machine takes with it that is
 * switched off.
 */
#ifndef TESTS_TREE_H
#define TESTS_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* End it with that signal, and what comes from it with SIGKILL, at the same moment where the signal
 * is SIGKILL; reap it. It has to be a child of the caller. */
void tree_end(pid_t pid, int signal);

/* Does a command line in it contain these words? */
bool tree_has(pid_t pid, const char *words);

#endif
