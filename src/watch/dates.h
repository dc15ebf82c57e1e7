/*
 * dates.h: the dates that a policy document announces, with the sentence that announces each: "On
 * November 3, 2025, we are updating …", "Effective on …", "Diese Änderungen treten am 3. November
 * 2025 in Kraft". In English, German, French, Italian, Dutch, Portuguese, Polish and Spanish.
 *
 * A date that is only mentioned (a copyright, the date of a law) is not an announcement. "Last
 * revised on …" and a date alone under the heading say when the text was written: such a date is an
 * announcement only while it is in the future. Pure.
 */
#ifndef OFS_WATCH_DATES_H
#define OFS_WATCH_DATES_H

#include <stdint.h>

#include "watch/sentences.h"

/* Days since 1970-01-01, in the calendar of the person. */
typedef int32_t ofs_day;

enum { OFS_DATES_MOST = 32 };

struct ofs_announced {
    ofs_day day;
    bool revised; /* "last revised on": the date of the text, not of its effect */
    char quote[320];
};

struct ofs_announcements {
    struct ofs_announced list[OFS_DATES_MOST];
    size_t n;
};

/* Collect from the sentences, each date once, in order of the text. `today` gives the year of a
 * date without one ("On November 3, we are updating") and decides what is in the future. */
void ofs_dates_find(const struct ofs_sentences *sentences, ofs_day today,
                    struct ofs_announcements *ret);

/* "2025-11-03", and back; false if it is no date. */
void ofs_day_print(ofs_day day, char ret[16]);
bool ofs_day_parse(const char *text, ofs_day *ret);
ofs_day ofs_day_from(int year, int month, int day);

#endif
