#include "watch/decide.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

/* A timer has a random delay, so that a week may be some hours short. */
enum { DAY = 86400, SLACK = 3600, HALF_DAY = DAY / 2 };

const int ofs_due_after[OFS_DUE_POINTS] = {0, 1, 7};

static const char *const words[] = {
#define X(code, word) word,
    OFS_WHY_TABLE(X)
#undef X
};

const char *ofs_why_word(enum ofs_why why)
{
    return words[why];
}

unsigned ofs_due_points(ofs_day day, ofs_day today)
{
    unsigned come = 0;
    for (int i = 0; i < OFS_DUE_POINTS; i++)
        if (day + ofs_due_after[i] <= today)
            come |= 1u << i;
    return come;
}

static bool is_due(const struct ofs_due_date *date, ofs_day today)
{
    return (ofs_due_points(date->day, today) & ~date->done) != 0;
}

static bool is_clock_back(const struct ofs_due_facts *f)
{
    return f->last_check > f->now + SLACK;
}

/* An unknown age, because the clock was set back, does not count as young. */
static bool is_stale(const struct ofs_due_facts *f)
{
    return !f->last_check || f->last_check > f->now + DAY ||
           f->now - f->last_check >= (int64_t)f->stale_days * DAY - HALF_DAY;
}

static int64_t next_after(const struct ofs_due_facts *f, bool checked)
{
    int64_t next = (checked ? f->now : f->last_check) + (int64_t)f->stale_days * DAY;
    for (size_t i = 0; i < f->n_dates; i++)
        for (int p = 0; p < OFS_DUE_POINTS; p++) {
            ofs_day day = f->dates[i].day + ofs_due_after[p];
            int64_t at = f->midnight + (int64_t)(day - f->today) * DAY;
            if (day > f->today && at < next)
                next = at;
        }
    return next;
}

struct ofs_due ofs_due_decide(const struct ofs_due_facts *f)
{
    struct ofs_due due = {.clock_back = is_clock_back(f)};
    const bool holds[OFS_WHYS] = {
        [OFS_WHY_POLICY_CHANGED] = f->n_changed > 0,
        [OFS_WHY_STALE] = is_stale(f),
        [OFS_WHY_SCENARIO_CHANGED] = f->scenario_changed,
        [OFS_WHY_UNFINISHED] = f->unfinished,
        [OFS_WHY_ASKED] = f->asked,
    };
    for (int i = 0; i < OFS_WHYS; i++)
        due.why |= holds[i] ? 1u << i : 0;
    for (size_t i = 0; i < f->n_dates; i++)
        if (is_due(&f->dates[i], f->today))
            due.why |= 1u << OFS_WHY_DATE_DUE;
    due.next = next_after(f, due.why != 0);
    return due;
}

/* ---- in words ------------------------------------------------------------------------------- */

static void print_day(int64_t when, char ret[OFS_DATE_SIZE])
{
    time_t t = (time_t)when;
    struct tm tm;
    gmtime_r(&t, &tm);
    strftime(ret, OFS_DATE_SIZE, "%Y-%m-%d %H:%M UTC", &tm);
}

static int explain_documents(const struct ofs_due_facts *f, struct ofs_buf *b,
                             struct ofs_error *err)
{
    if (!f->n_changed)
        return ofs_buf_puts(b, "no   no watched document has changed since the last check\n", err);
    for (size_t i = 0; i < f->n_changed; i++)
        if (ofs_buf_printf(b, err, "yes  the document \"%s\" has changed since the last check\n",
                           f->changed[i]))
            return -1;
    return 0;
}

static int explain_dates(const struct ofs_due_facts *f, struct ofs_buf *b, struct ofs_error *err)
{
    bool any = false;
    for (size_t i = 0; i < f->n_dates; i++) {
        const struct ofs_due_date *d = &f->dates[i];
        char day[16];
        bool due = is_due(d, f->today);
        if (!due && ofs_due_points(d->day, f->today) == (1u << OFS_DUE_POINTS) - 1)
            continue;
        any = true;
        ofs_day_print(d->day, day);
        if (ofs_buf_printf(b, err, "%s  %s %s%s%s: \"%s\"\n", due ? "yes" : "no ", day,
                           due ? "has come" : "is noted", *d->policy ? ", announced in " : "",
                           d->policy, d->quote))
            return -1;
    }
    return any ? 0 : ofs_buf_puts(b, "no   no announced date has come or is near\n", err);
}

static int explain_age(const struct ofs_due_facts *f, const struct ofs_due *due, struct ofs_buf *b,
                       struct ofs_error *err)
{
    char when[OFS_DATE_SIZE];
    bool stale = due->why & 1u << OFS_WHY_STALE;
    if (!f->last_check)
        return ofs_buf_puts(b, "yes  the settings were never checked\n", err);
    print_day(f->last_check, when);
    if (due->clock_back)
        return ofs_buf_printf(b, err,
                              "%s  the last check is dated %s, in the future: the clock was set "
                              "back\n",
                              stale ? "yes" : "no ", when);
    long long days = (long long)(f->now - f->last_check + HALF_DAY) / DAY;
    return ofs_buf_printf(
        b, err,
        "%s  the last check was %lld day%s ago (%s); settings are looked at every "
        "%d day%s\n",
        stale ? "yes" : "no ", days, days == 1 ? "" : "s", when, f->stale_days,
        f->stale_days == 1 ? "" : "s");
}

int ofs_due_explain(const struct ofs_due_facts *f, const struct ofs_due *due, struct ofs_buf *ret,
                    struct ofs_error *err)
{
    char next[OFS_DATE_SIZE];
    print_day(due->next, next);
    if (ofs_buf_puts(ret, due->why ? "A check is due now.\n" : "No check is due now.\n", err) ||
        explain_documents(f, ret, err) || explain_dates(f, ret, err) ||
        explain_age(f, due, ret, err))
        return -1;
    if (f->last_check &&
        ofs_buf_puts(ret,
                     f->scenario_changed ? "yes  the scenario has changed since the last check\n"
                                         : "no   the scenario is the one of the last check\n",
                     err))
        return -1;
    if (ofs_buf_puts(ret,
                     f->unfinished ? "yes  a run ended between a press and its proof\n"
                                   : "no   no run is unfinished\n",
                     err) ||
        (f->asked && ofs_buf_puts(ret, "yes  you asked for it\n", err)))
        return -1;
    return ofs_buf_printf(ret, err, "%s is due %s.\n",
                          due->why ? "The check after it" : "The next check", next);
}
