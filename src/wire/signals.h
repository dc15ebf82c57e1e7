/*
 * signals.h: SIGINT, SIGTERM and SIGHUP as a descriptor that becomes readable. On Linux they are
 * blocked and read from a signalfd; elsewhere a handler writes them into a pipe. For this room
 * only.
 */
#ifndef OFS_WIRE_SIGNALS_H
#define OFS_WIRE_SIGNALS_H

#include <signal.h>

#include "base/system.h"

/* The previous settings. */
struct ofs_signals {
#ifdef OFS_PORTABLE
    struct sigaction old[3];
#else
    sigset_t old;
#endif
};

/* The descriptor, which the caller closes; -1 with errno. One at a time in a process. */
int ofs_signals_open(struct ofs_signals *ret);

/* The next signal that has come, or 0. Does not block. */
int ofs_signals_next(int fd);

/* Restore the previous settings. The descriptor may be closed by then. */
void ofs_signals_restore(const struct ofs_signals *signals);

#endif
