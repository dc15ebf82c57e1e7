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

#define OFS_DATE_SIZE 32

/* The present moment, as "2026-11-21T08:30:00Z". */
void ofs_date_now(char ret_text[OFS_DATE_SIZE]);

#endif
