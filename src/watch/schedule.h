/*
 * schedule.h: the files that make a pass run again and again: a systemd user service with its
 * timer, a launchd agent, or a line of a crontab. Only texts are made here; src/cli/schedule.c puts
 * them in their places. Pure.
 */
#ifndef OFS_WATCH_SCHEDULE_H
#define OFS_WATCH_SCHEDULE_H

#include "base/buf.h"

enum ofs_every { OFS_EVERY_DAY, OFS_EVERY_WEEK, OFS_EVERY_MONTH };

enum { OFS_SCHEDULE_MOST_WORDS = 64 };

struct ofs_schedule {
    const char *id;    /* of the scenario: names the files */
    const char *title; /* of the scenario, for people */
    enum ofs_every every;
    int hour, minute;
    const char *const *words; /* the command line, ended by NULL; words[0] is an absolute path */
    /* Variables that must keep their present values, "NAME=value", ended by NULL. */
    const char *const *environment;
};

/* "day", "week", "month", and "HH:MM". They fail with OFS_ERR_USAGE; NULL gives week, 10:00. */
int ofs_schedule_read(const char *every, const char *at, struct ofs_schedule *ret,
                      struct ofs_error *err);

int ofs_schedule_service(const struct ofs_schedule *schedule, struct ofs_buf *ret,
                         struct ofs_error *err);
int ofs_schedule_timer(const struct ofs_schedule *schedule, struct ofs_buf *ret,
                       struct ofs_error *err);
int ofs_schedule_plist(const struct ofs_schedule *schedule, struct ofs_buf *ret,
                       struct ofs_error *err);
/* The line ends with a mark by which ofs_schedule_without finds it. */
int ofs_schedule_crontab(const struct ofs_schedule *schedule, struct ofs_buf *ret,
                         struct ofs_error *err);

/* A crontab without our line for this scenario. Returns 1 if there was one, 0 if not. */
int ofs_schedule_without(const char *crontab, const char *id, struct ofs_buf *ret,
                         struct ofs_error *err);

#endif
