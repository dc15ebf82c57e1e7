#include "wire/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
enum { WATCHED = sizeof watched / sizeof *watched };

#ifndef OFS_PORTABLE

#include <sys/signalfd.h>

int ofs_signals_open(struct ofs_signals *ret)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < WATCHED; i++)
        sigaddset(&set, watched[i]);
    if (sigprocmask(SIG_BLOCK, &set, &ret->old))
        return -1;
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

int ofs_signals_next(int fd)
{
    struct signalfd_siginfo info;
    return read(fd, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void ofs_signals_restore(const struct ofs_signals *signals)
{
    sigprocmask(SIG_SETMASK, &signals->old, NULL);
}

#else

static int to_loop = -1; /* the write end of the pipe */

static void note(int signal)
{
    int saved = errno;
    unsigned char byte = (unsigned char)signal;
    if (write(to_loop, &byte, 1) != 1)
        errno = saved; /* a full pipe already has enough signals */
    errno = saved;
}

static int make_non_blocking(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK);
}

int ofs_signals_open(struct ofs_signals *ret)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART};
    int ends[2];
    sigemptyset(&action.sa_mask);
    if (ofs_system_pipe(ends))
        return -1;
    if (make_non_blocking(ends[0]) || make_non_blocking(ends[1])) {
        close(ends[0]);
        close(ends[1]);
        return -1;
    }
    to_loop = ends[1];
    for (int i = 0; i < WATCHED; i++)
        sigaction(watched[i], &action, &ret->old[i]);
    return ends[0];
}

int ofs_signals_next(int fd)
{
    unsigned char byte;
    return read(fd, &byte, 1) == 1 ? byte : 0;
}

void ofs_signals_restore(const struct ofs_signals *signals)
{
    for (int i = 0; i < WATCHED; i++)
        sigaction(watched[i], &signals->old[i], NULL);
    close(to_loop);
    to_loop = -1;
}

#endif
