/* Preloaded into the program by the row "clock-jump": two seconds after its start the wall clock
 * jumps by $TEST_CLOCK_JUMP seconds. The monotonic clock does not, as on a real machine. */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

enum { JUMPS_AFTER = 2 };

static int (*real)(clockid_t, struct timespec *);

static time_t offset(void)
{
    static time_t start;
    struct timespec now;
    const char *jump = getenv("TEST_CLOCK_JUMP");
    if (real(CLOCK_MONOTONIC, &now) || !jump)
        return 0;
    if (!start)
        start = now.tv_sec + 1;
    return now.tv_sec - start >= JUMPS_AFTER ? (time_t)strtol(jump, NULL, 10) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int rc = real(clock, ret);
    if (!rc && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        ret->tv_sec += offset();
    return rc;
}

int gettimeofday(struct timeval *restrict ret, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    int rc = clock_gettime(CLOCK_REALTIME, &now);
    *ret = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return rc;
}

time_t time(time_t *ret)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (ret)
        *ret = now.tv_sec;
    return now.tv_sec;
}
