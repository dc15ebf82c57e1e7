/*
 * child.h: the processes of a test: a headless browser on an empty profile, the program, and a
 * simulated person at its terminal. Each is killed by its own id, and none outlives the test.
 */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

/* In a child, after fork: end when the parent ends, however it ends. */
void child_die_with_parent(void);

/* A fresh directory below `parent`; the caller frees the path. NULL on failure. */
char *child_make_dir(const char *parent);
void child_remove_dir(const char *path);

/* The first browser of the kind that is installed, or NULL. Static. */
const char *child_find_browser(void);

/* Start it headless on an empty profile below `dir` and wait until its debugging port is open. */
int child_start_browser(const char *dir, pid_t *ret_pid, int *ret_port, struct ofs_error *err);

/* End a child by its id and reap it. */
void child_end(pid_t pid, int signal);

struct child_options {
    char *const *argv;        /* argv[0] is a path */
    const char *out, *errors; /* files for its standard output and error; NULL: nowhere */
    const char *const *env;   /* more variables, "NAME=VALUE", ended by NULL; may be NULL */
    const char *typed;        /* with a terminal instead of `errors`: what the person types at the
                                 question; NULL: no terminal */
    bool leads;               /* it leads a process group of its own */
    bool keeps_streams;       /* for child_become: standard streams stay as they are */
};

/* In a child, after fork: become that program. `typed` does not apply. */
_Noreturn void child_become(const struct child_options *options);

struct child {
    pid_t pid;
    pid_t person; /* 0: none */
    int alive_fd; /* at end of file when the child has ended */
};

int child_start(const struct child_options *options, struct child *ret, struct ofs_error *err);

#endif
