/*
 * clock.h: deadlines and dates.
 *
 * A deadline is an absolute point on the monotonic clock in milliseconds, so that nested waits
 * share one budget and a jump of the wall clock changes nothing. Dates for people are RFC 3339 in
 * UTC.
 */
#ifndef OFS_BASE_CLOCK_H
#define OFS_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t ofs_deadline; /* milliseconds on CLOCK_MONOTONIC */

#define OFS_NEVER INT64_MAX

int64_t ofs_now_ms(void);
ofs_deadline ofs_deadline_in(int64_t ms);
ofs_deadline ofs_deadline_min(ofs_deadline a, ofs_deadline b);

/* Milliseconds left, never negative. */
int64_t ofs_deadline_left(ofs_deadline d);

/* Where the time of a job went, in milliseconds. */
struct ofs_times {
    int64_t navigating; /* from asking for a page until its document has begun */
    int64_t loading;    /* until it was loaded */
    int64_t requests;   /* waiting for the page's own requests */
    int64_t timers;     /* waiting for the page's own timers */
    int64_t stillness;  /* waiting for it to stay unchanged, without evidence */
    int64_t pressing;   /* pressing, and waiting for the save */
    int64_t holding;    /* waiting for the last read */
};

#define OFS_DATE_SIZE 32

/* Seconds since 1970 by the system's clock, which a person may set. */
int64_t ofs_wall_now(void);

/* Only for the rehearsal of a year: set the present moment to `when` until the next call; 0: the
 * system's clock. */
void ofs_wall_pretend(int64_t when);

/* A moment as "2026-11-21T08:30:00Z", and back (also with a fraction of a second or an offset left
 * out); 0 if it is no such text. */
void ofs_date_print(int64_t when, char ret_text[OFS_DATE_SIZE]);
int64_t ofs_date_parse(const char *text);

/* The present moment, as "2026-11-21T08:30:00Z". */
void ofs_date_now(char ret_text[OFS_DATE_SIZE]);

#endif
