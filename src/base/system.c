#include "base/system.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *temporary_directory(void)
{
    const char *dir = getenv("TMPDIR");
    return dir && *dir ? dir : "/tmp";
}

#ifndef OFS_PORTABLE

#include <sys/random.h>
#include <sys/syscall.h>

int ofs_system_pipe(int ret[2])
{
    return pipe2(ret, O_CLOEXEC);
}

bool ofs_system_random(void *ret, size_t n)
{
    return getrandom(ret, n, 0) == (ssize_t)n;
}

int ofs_system_temporary(void)
{
    return open(temporary_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

int ofs_system_watch_child(pid_t child)
{
    return (int)syscall(SYS_pidfd_open, child, 0);
}

void ofs_system_set_program(const char *argv0)
{
    (void)argv0;
}

void ofs_system_program(char *ret, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", ret, size - 1);
    ret[n > 0 ? n : 0] = '\0';
}

static size_t read_proc(long pid, const char *name, char *ret, size_t size)
{
    char path[64];
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%ld/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got = 1; fd >= 0 && got > 0 && n<size - 1; n += got> 0 ? (size_t)got : 0)
        got = read(fd, ret + n, size - 1 - n);
    if (fd >= 0)
        close(fd);
    ret[n] = '\0';
    return n;
}

int64_t ofs_system_began(long pid)
{
    char text[1024];
    struct timespec up;
    if (!read_proc(pid, "stat", text, sizeof text) || clock_gettime(CLOCK_BOOTTIME, &up))
        return 0;
    /* proc(5): the start is the 22nd field, the 20th after the name in parentheses */
    const char *at = strrchr(text, ')');
    for (int i = 0; at && i < 20; i++)
        at = strchr(at + 1, ' ');
    long long ticks = at ? strtoll(at, NULL, 10) : 0;
    long per_second = sysconf(_SC_CLK_TCK);
    return ticks && per_second > 0 ? (int64_t)time(NULL) - up.tv_sec + ticks / per_second : 0;
}

size_t ofs_system_command_line(long pid, char *ret, size_t size)
{
    return read_proc(pid, "cmdline", ret, size);
}

#else

static int keep_from_children(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int ofs_system_pipe(int ret[2])
{
    return pipe(ret) || keep_from_children(ret[0]) || keep_from_children(ret[1]) ? -1 : 0;
}

bool ofs_system_random(void *ret, size_t n)
{
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, ret, n) : -1;
    if (fd >= 0)
        close(fd);
    return got == (ssize_t)n;
}

int ofs_system_temporary(void)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/offswitch-XXXXXX", temporary_directory());
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    unlink(path);
    keep_from_children(fd);
    return fd;
}

int ofs_system_watch_child(pid_t child)
{
    (void)child;
    return -1;
}

static char program[PATH_MAX];

/* A name without a slash was looked up in PATH. */
static void search_path(const char *name)
{
    char tried[PATH_MAX], whole[PATH_MAX];
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t n = strcspn(at, ":");
        snprintf(tried, sizeof tried, "%.*s/%s", (int)n, at, name);
        if (!access(tried, X_OK) && realpath(tried, whole)) {
            memcpy(program, whole, sizeof program);
            return;
        }
        at += n + (at[n] == ':');
    }
}

void ofs_system_set_program(const char *argv0)
{
    char whole[PATH_MAX];
    if (!strchr(argv0, '/'))
        search_path(argv0);
    else if (realpath(argv0, whole))
        memcpy(program, whole, sizeof program);
}

void ofs_system_program(char *ret, size_t size)
{
    snprintf(ret, size, "%s", program);
}

/* The output of ps(1) for a process, POSIX.1-2017. */
static size_t ask_ps(long pid, const char *column, char *ret, size_t size)
{
    char command[64];
    snprintf(command, sizeof command, "exec ps -o %s= -p %ld 2>/dev/null", column, pid);
    FILE *said = popen(command, "r");
    size_t n = said ? fread(ret, 1, size - 1, said) : 0;
    if (said)
        pclose(said);
    ret[n] = '\0';
    return n;
}

/* [[days-]hours:]minutes:seconds */
int64_t ofs_system_began(long pid)
{
    char text[64];
    long days = 0, seconds = 0;
    if (!ask_ps(pid, "etime", text, sizeof text))
        return 0;
    char *at = text, *dash = strchr(text, '-');
    if (dash) {
        days = strtol(text, NULL, 10);
        at = dash + 1;
    }
    for (char *end = at;; at = end + 1) {
        seconds = seconds * 60 + strtol(at, &end, 10);
        if (*end != ':')
            return end == at ? 0 : (int64_t)time(NULL) - days * 86400 - seconds;
    }
}

size_t ofs_system_command_line(long pid, char *ret, size_t size)
{
    return ask_ps(pid, "args", ret, size);
}

#endif
