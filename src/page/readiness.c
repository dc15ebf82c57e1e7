#include "page/readiness.h"

#include <stddef.h>

/* Milliseconds. */
enum {
    FLOOR = 300,        /* added after quiet, before a wanted state is believed */
    STILL_MARKED = 400, /* an unwanted state, and the scenario's mark was seen */
    STILL_UNMARKED = 1000,
    STILL_WANTED = 3000,          /* everything that can be pending is visible, but something keeps
                                     changing */
    STILL_UNSEEN = OFS_UNSEEN_MS, /* something may be pending that is not visible */
    STILL_LONG = 21000,           /* the same, on a page that keeps making timers, or whose requests
                                     are not reported */
    LOOK_EACH = 3000,             /* whether it does is seen by looking */
    HORIZON = 15000,              /* a timer that is due later does not delay a state */
    OVERDUE_UNWANTED = 6000,      /* a mark or an answer that did not come */
    OVERDUE = 12000,
    OVERDUE_QUIET = 2000, /* the same, if nothing is pending that can still bring it */
    LATER = 500,          /* the next read, for changes without an event */
    SOON = 50,            /* the effect, after the awaited event has happened */
};

const char *ofs_grade_word(enum ofs_grade grade)
{
    static const char *const words[] = {NULL, "still", "quiet", "served"};
    return words[grade];
}

static int64_t at_least(int64_t ms, int64_t least)
{
    return ms > least ? ms : least;
}

/* Timers that can still change what is shown. */
static bool timer_is_near(const struct ofs_evidence *e)
{
    return e->knows_timers && e->timer_ms >= 0 && e->timer_ms <= HORIZON;
}

static bool has_no_timers(const struct ofs_evidence *e)
{
    if (e->unknown_clocks)
        return false;
    return e->timers_made == 0 || (e->knows_timers && !timer_is_near(e) && e->repeating == 0);
}

bool ofs_evidence_is_quiet(const struct ofs_evidence *e)
{
    return e->complete && e->sees_requests && e->sees_channels && e->open == 0 &&
           e->channels == 0 && e->workers == 0 && has_no_timers(e) && !e->loops &&
           e->drawing == 0 && !e->hides && !e->queues && e->animations == 0 && e->elsewhere == 0 &&
           e->idle && e->rounds >= 2;
}

/* Can something be pending that is not visible? */
static bool is_unseen(const struct ofs_evidence *e)
{
    return !e->sees_requests || !e->sees_channels || e->channels > 0 || e->workers > 0 ||
           e->loops || e->drawing > 0 || e->elsewhere > 0 || e->hides || e->queues ||
           e->unknown_clocks || (e->timers_made != 0 && (!e->knows_timers || e->repeating > 0));
}

/* A wrong reading of this kind costs at most a question. */
static bool is_easy(const struct ofs_evidence *e)
{
    return e->reading == OFS_READING_UNWANTED || e->reading == OFS_READING_LINK;
}

static struct ofs_readiness wait_for(const char *missing, enum ofs_waiting waiting, int64_t ms)
{
    return (struct ofs_readiness){
        .missing = missing, .waiting = waiting, .wait_ms = at_least(ms, 1)};
}

static struct ofs_readiness believe(enum ofs_grade grade)
{
    return (struct ofs_readiness){.grade = grade};
}

/* Without these nothing is believed, whatever the page shows. */
static const char *barrier(const struct ofs_evidence *e)
{
    if (e->canary == OFS_SIGN_MISSING)
        return "nothing on it shows that you are signed in";
    if (e->busy)
        return "it says that it is busy";
    return NULL;
}

static bool is_unmarked(const struct ofs_evidence *e)
{
    return e->mark == OFS_SIGN_MISSING && !e->plain;
}

/* What has to happen before a state is confirmed. The mark is last: it may be the only thing
 * missing. */
static const char *unconfirmed_by(const struct ofs_evidence *e, enum ofs_waiting *ret_waiting)
{
    *ret_waiting = OFS_WAITING_LOADING;
    if (!e->complete)
        return "it was still loading";
    *ret_waiting = OFS_WAITING_REQUESTS;
    if (e->overflowed)
        return "it makes too many requests to follow";
    if (e->open > 0)
        return "it was waiting for an answer from the site";
    if (e->silent_channels > 0)
        return "it was waiting for a message from the site";
    if (e->refused > 0)
        return "the site refused to answer what it asked for";
    if (e->doubted > 0)
        return "the site gave no proper answer to what it asked for";
    if (e->stale > 0 || e->cached)
        return "it came from the browser's cache, not from the site";
    if (e->untold)
        return "the browser does not report whether the site answered its requests";
    if (e->undrawn)
        return "it was waiting to be drawn, and browsers draw a tab in the background late";
    if (e->awaits_state)
        return "the answer that holds its state did not come";
    if (e->served == OFS_SERVED_CONTRADICTS)
        return "the site's own data contradict what the control shows";
    *ret_waiting = OFS_WAITING_LOADING;
    return is_unmarked(e) ? "its scripts did not finish starting" : NULL;
}

/* Something that would confirm the state is missing. */
static struct ofs_readiness judge_unconfirmed(const struct ofs_evidence *e, const char *missing,
                                              enum ofs_waiting waiting)
{
    bool pending = !e->complete || e->open > 0 || e->undrawn || timer_is_near(e);
    int64_t overdue = ofs_evidence_is_quiet(e)             ? OVERDUE_QUIET
                      : e->reading == OFS_READING_UNWANTED ? OVERDUE_UNWANTED
                      : e->untold && !e->sees_requests && e->open == 0
                          ? OVERDUE_UNWANTED /* nothing more will come */
                          : OVERDUE;
    int64_t left = overdue - (e->still_ms < e->age_ms ? e->still_ms : e->age_ms);
    /* An "on" is not doubted forever because an advertisement never loads. */
    bool is_late = e->reading == OFS_READING_UNWANTED ? e->age_ms >= overdue && e->still_ms >= 1000
                                                      : left <= 0 && !pending;
    if (!is_late)
        return wait_for(missing, waiting, at_least(left, LATER));
    struct ofs_readiness over = {.missing = missing, .waiting = waiting, .wait_ms = SOON};
    if (e->reading == OFS_READING_INDEX || e->reading == OFS_READING_LINK ||
        e->reading == OFS_READING_ABSENT || e->state_refused) {
        over.hopeless = true; /* a state shown without its response proves nothing */
        return over;
    }
    over.grade = OFS_GRADE_STILL;
    over.unconfirmed = true;
    over.unmarked = waiting == OFS_WAITING_LOADING && e->complete;
    return over;
}

/* What is not visible needs time. A timer that the page makes meanwhile may start another one, and
 * if requests are not reported, two responses may be pending one after the other. */
static struct ofs_readiness judge_unseen(const struct ofs_evidence *e)
{
    bool is_state = e->reading == OFS_READING_WANTED || e->reading == OFS_READING_DISABLED;
    int64_t need = is_state && !e->sees_requests && !e->plain ? STILL_LONG : STILL_UNSEEN;
    if (e->calm_ms >= need || e->still_ms >= STILL_LONG)
        return believe(OFS_GRADE_STILL);
    int64_t left = need - e->calm_ms;
    return wait_for(NULL, OFS_WAITING_STILLNESS, left < LOOK_EACH ? left : LOOK_EACH);
}

static struct ofs_readiness judge_stillness(const struct ofs_evidence *e)
{
    bool marked = e->mark == OFS_SIGN_SEEN;
    if (!is_easy(e) && timer_is_near(e) && e->still_ms < STILL_LONG)
        return wait_for("one of its timers was still running", OFS_WAITING_TIMERS,
                        e->timer_ms + SOON);
    if (!is_easy(e) && is_unseen(e))
        return judge_unseen(e);
    int64_t need = !is_easy(e) ? STILL_WANTED : marked ? STILL_MARKED : STILL_UNMARKED;
    if (e->still_ms < need)
        return wait_for(NULL, OFS_WAITING_STILLNESS, need - e->still_ms);
    return believe(OFS_GRADE_STILL);
}

/* Only a second equal read, an idle moment or the end of an animation is missing to be quiet. No
 * event reports these, so the page is read again soon, and less often the longer it takes. */
static struct ofs_readiness look_again_soon(const struct ofs_evidence *e, struct ofs_readiness r)
{
    struct ofs_evidence settled = *e;
    settled.rounds = 2;
    settled.idle = true;
    settled.queues = false;
    settled.animations = settled.elsewhere = settled.drawing = 0;
    int64_t soon = at_least(e->still_ms / 4, SOON);
    if (r.grade == OFS_GRADE_NONE && r.wait_ms > soon && ofs_evidence_is_quiet(&settled))
        r.wait_ms = soon;
    return r;
}

struct ofs_readiness ofs_judge_readiness(const struct ofs_evidence *e)
{
    enum ofs_waiting waiting;
    const char *missing = barrier(e);
    if (missing) {
        struct ofs_readiness r = wait_for(missing, OFS_WAITING_LOADING, OVERDUE);
        r.hopeless =
            e->still_ms >= OVERDUE && e->age_ms >= OVERDUE && e->open == 0 && !timer_is_near(e);
        return r;
    }
    if (e->served == OFS_SERVED_AGREES && !e->stale &&
        (e->served_by_answer || (e->complete && e->open == 0)))
        return believe(OFS_GRADE_SERVED);
    if (e->vouched && e->complete && e->open == 0 && e->rounds >= 2)
        return believe(OFS_GRADE_STILL);
    missing = unconfirmed_by(e, &waiting);
    if (missing)
        return judge_unconfirmed(e, missing, waiting);
    if (!ofs_evidence_is_quiet(e))
        return look_again_soon(e, judge_stillness(e));
    if (is_easy(e) || e->still_ms >= FLOOR)
        return believe(OFS_GRADE_QUIET);
    return wait_for(NULL, OFS_WAITING_STILLNESS, FLOOR - e->still_ms);
}
