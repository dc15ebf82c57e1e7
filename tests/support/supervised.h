/*
 * supervised.h: the program without a terminal, in a home without browsers and state, run by a
 * supervisor process, which waits for it and then for the processes it left.
 */
#ifndef TESTS_SUPERVISED_H
#define TESTS_SUPERVISED_H

#include <sys/types.h>

#include "base/buf.h"

enum {
    SUPERVISED_ARGS = 32,
    SUPERVISED_TIMEOUT = 60000, /* milliseconds until it must have ended */
    SUPERVISED_LEAVING = 10000, /* and the processes it started */
};

struct supervised {
    const char *dir;
    int out_fd; /* of the supervisor */
    pid_t keeper, pid;
    int exit; /* 128 + N for a signal */
    int left; /* processes that outlived it */
    struct ofs_buf out, err;
};

/* A scratch directory that is the home too; the caller frees the path, after supervised_leave. NULL
 * on failure. */
char *supervised_enter(void);
void supervised_leave(char *dir);

/* Run it with these arguments and these variables ("NAME=VALUE"; may be NULL), both ended by NULL.
 * -1 when it could not be started. */
int supervised_start(struct supervised *kept, const char *dir, const char *const args[],
                     const char *const env[]);

/* Wait for it, and read its output. -1 if it does not end: it is then killed. */
int supervised_finish(struct supervised *kept);
void supervised_clear(struct supervised *kept);

#endif
