#include "base/clock.h"

#include <time.h>

int64_t ofs_now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

ofs_deadline ofs_deadline_in(int64_t ms)
{
    int64_t now = ofs_now_ms();
    return ms > OFS_NEVER - now ? OFS_NEVER : now + ms;
}

ofs_deadline ofs_deadline_min(ofs_deadline a, ofs_deadline b)
{
    return a < b ? a : b;
}

int64_t ofs_deadline_left(ofs_deadline d)
{
    int64_t now = ofs_now_ms();
    return d > now ? d - now : 0;
}

static int64_t pretended;

int64_t ofs_wall_now(void)
{
    return pretended ? pretended : (int64_t)time(NULL);
}

void ofs_wall_pretend(int64_t when)
{
    pretended = when;
}

void ofs_date_print(int64_t when, char ret_text[OFS_DATE_SIZE])
{
    time_t t = (time_t)when;
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(ret_text, OFS_DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int64_t ofs_date_parse(const char *text)
{
    struct tm tm = {0};
    return text && strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) ? (int64_t)timegm(&tm) : 0;
}

void ofs_date_now(char ret_text[OFS_DATE_SIZE])
{
    ofs_date_print(ofs_wall_now(), ret_text);
}
