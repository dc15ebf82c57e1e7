/*
 * decide.h: whether a pass checks the settings now, why, and when the next check is due. A pure
 * function of facts, so it is tested by tables.
 *
 * A check is due when a watched document has changed since the last one, when an announced date has
 * come (on the day, the day after, and a week after: sites switch things on late), when the last
 * verdicts are stale (nothing announces a setting that is turned back on: only a check shows it),
 * when the scenario has changed since, when a run left an intent unfinished, or when a person asks.
 * Several dates that passed while the machine was off are one check.
 */
#ifndef OFS_WATCH_DECIDE_H
#define OFS_WATCH_DECIDE_H

#include "base/buf.h"
#include "watch/dates.h"

#define OFS_WHY_TABLE(X)                    \
    X(POLICY_CHANGED, "policy-changed")     \
    X(DATE_DUE, "date-due")                 \
    X(STALE, "stale")                       \
    X(SCENARIO_CHANGED, "scenario-changed") \
    X(UNFINISHED, "unfinished")             \
    X(ASKED, "asked")

enum ofs_why {
#define X(code, word) OFS_WHY_##code,
    OFS_WHY_TABLE(X)
#undef X
        OFS_WHYS
};

const char *ofs_why_word(enum ofs_why why);

enum {
    OFS_WATCH_STALE_DAYS = 7, /* unless the scenario says otherwise (stale_after_days) */
    OFS_DUE_POINTS = 3,       /* on the day, and these days after */
};
extern const int ofs_due_after[OFS_DUE_POINTS]; /* 0, 1, 7 */

/* A date of the calendar. `done` has a bit for each point that a check has covered. */
struct ofs_due_date {
    ofs_day day;
    unsigned done;
    char policy[128]; /* the document that announces it, or "" for the scenario itself */
    char quote[320];
};

struct ofs_due_facts {
    int64_t now;        /* seconds since 1970 */
    ofs_day today;      /* the person's calendar day at `now` */
    int64_t midnight;   /* when that day began */
    int64_t last_check; /* when verdicts were last reached; 0: never */
    int stale_days;
    bool asked;
    bool unfinished;
    bool scenario_changed;      /* since the last check */
    const char *const *changed; /* ids of documents that changed since the last check */
    size_t n_changed;
    const struct ofs_due_date *dates;
    size_t n_dates;
};

struct ofs_due {
    unsigned why;    /* one bit (1u << why) for each reason; 0: no check now */
    bool clock_back; /* the last check lies in the future: the clock was set back */
    int64_t next;    /* when the next check is due if this one, if due, is done now */
};

struct ofs_due ofs_due_decide(const struct ofs_due_facts *facts);

/* The points of a date that have come by `today`, as bits. */
unsigned ofs_due_points(ofs_day day, ofs_day today);

/* The reasons and the non-reasons in plain words, one line each. */
int ofs_due_explain(const struct ofs_due_facts *facts, const struct ofs_due *due,
                    struct ofs_buf *ret, struct ofs_error *err);

#endif
