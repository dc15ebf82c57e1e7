/*
 * kept.h: the program without a terminal, in a home where no browser and no state is, watched by a
 * keeper: who waits for it, and then for what it has left behind.
 */
#ifndef TESTS_KEPT_H
#define TESTS_KEPT_H

#include <sys/types.h>

#include "base/buf.h"

enum {
    KEPT_ARGS = 32,
    KEPT_PATIENCE = 60000, /* milliseconds until it has to have ended */
    KEPT_LEAVING = 10000,  /* and what it started */
};

struct kept {
    const char *dir;
    int out_fd; /* of the keeper */
    pid_t keeper, pid;
    int exit; /* 128 + N for a signal */
    int left; /* processes that outlived it */
    struct ofs_buf out, err;
};

/* A scratch directory that is the home too; the caller frees the path, after kept_leave. NULL on
 * failure. */
char *kept_enter(void);
void kept_leave(char *dir);

/* Run it with these arguments and these variables ("NAME=VALUE"; may be NULL), both ended by NULL.
 * -1 when it could not be started. */
int kept_start(struct kept *kept, const char *dir, const char *const args[],
               const char *const env[]);

/* Wait for it, and read what it has said. -1 when it does not end: it is killed then. */
int kept_finish(struct kept *kept);
void kept_clear(struct kept *kept);

#endif
