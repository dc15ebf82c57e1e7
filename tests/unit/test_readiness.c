/*
 * When a page counts as ready. Each row changes one thing of a page at rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "page/readiness.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A page at rest: everything is visible, and nothing is pending. */
#define REST                                                                              \
    .complete = true, .sees_requests = true, .sees_channels = true, .knows_timers = true, \
    .timer_ms = -1, .idle = true, .rounds = 2, .still_ms = 20, .age_ms = 100

/* A row overrides what it changes. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct {
    const char *name;
    struct ofs_evidence e;
    const char *grade; /* NULL: not ready */
    const char *missing;
    bool unconfirmed;
} rows[] = {
    /* quiet */
    {"on, at rest", {REST, .reading = OFS_READING_UNWANTED}, "quiet", NULL, false},
    {"off, at rest, too early", {REST, .reading = OFS_READING_WANTED}, NULL, NULL, false},
    {"off, at rest", {REST, .reading = OFS_READING_WANTED, .still_ms = 300}, "quiet", NULL, false},
    {"absent, at rest",
     {REST, .reading = OFS_READING_ABSENT, .still_ms = 300},
     "quiet",
     NULL,
     false},
    {"disabled, at rest",
     {REST, .reading = OFS_READING_DISABLED, .still_ms = 300},
     "quiet",
     NULL,
     false},
    {"an index at rest, too early", {REST, .reading = OFS_READING_INDEX}, NULL, NULL, false},
    {"an index at rest",
     {REST, .reading = OFS_READING_INDEX, .still_ms = 300},
     "quiet",
     NULL,
     false},
    {"an index that has the link", {REST, .reading = OFS_READING_LINK}, "quiet", NULL, false},
    {"one round is too few",
     {REST, .reading = OFS_READING_WANTED, .rounds = 1, .still_ms = 500},
     NULL,
     NULL,
     false},
    {"no timers so far, and the wire does not report them",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = 0,
      .still_ms = 300},
     "quiet",
     NULL,
     false},

    /* served */
    {"a response says off",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES, .served_by_answer = true},
     "served",
     NULL,
     false},
    {"a response says off, but other requests are open",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES, .served_by_answer = true,
      .open = 3},
     "served",
     NULL,
     false},
    {"a response says off, but it is from the cache",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES, .served_by_answer = true,
      .stale = 1, .still_ms = 1000},
     NULL,
     "from the browser's cache",
     false},
    {"a response says on, but it is from the cache",
     {REST, .reading = OFS_READING_UNWANTED, .served = OFS_SERVED_AGREES, .served_by_answer = true,
      .stale = 1, .still_ms = 1000},
     NULL,
     "from the browser's cache",
     false},
    {"a response says off, and a script is from the cache",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES, .served_by_answer = true,
      .cached = true},
     "served",
     NULL,
     false},
    {"off, at rest, but a script is from the cache",
     {REST, .reading = OFS_READING_WANTED, .still_ms = 1000, .cached = true},
     NULL,
     "from the browser's cache",
     false},
    {"absent, at rest, but a script is from the cache",
     {REST, .reading = OFS_READING_ABSENT, .still_ms = 1000, .cached = true},
     NULL,
     "from the browser's cache",
     false},
    {"on, at rest, but a script is from the cache",
     {REST, .reading = OFS_READING_UNWANTED, .cached = true},
     NULL,
     "from the browser's cache",
     false},
    {"the document says off, but a request is open",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES, .open = 1},
     NULL,
     "waiting for an answer",
     false},
    {"the document says off",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_AGREES},
     "served",
     NULL,
     false},
    {"the site's data say on while off is shown",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_CONTRADICTS, .still_ms = 1000,
      .age_ms = 1000},
     NULL,
     "contradict",
     false},
    {"the same, for a minute",
     {REST, .reading = OFS_READING_WANTED, .served = OFS_SERVED_CONTRADICTS, .still_ms = 60000,
      .age_ms = 60000},
     "still",
     "contradict",
     true},

    /* pending */
    {"a request is open",
     {REST, .reading = OFS_READING_WANTED, .open = 1, .still_ms = 9000},
     NULL,
     "waiting for an answer",
     false},
    {"a request stays open",
     {REST, .reading = OFS_READING_WANTED, .open = 1, .still_ms = 60000, .age_ms = 60000},
     NULL,
     "waiting for an answer",
     false},
    {"on, and a request is open for a long time",
     {REST, .reading = OFS_READING_UNWANTED, .open = 1, .still_ms = 6000, .age_ms = 6000},
     "still",
     "waiting for an answer",
     true},
    {"a refusal",
     {REST, .reading = OFS_READING_WANTED, .refused = 1, .still_ms = 1000},
     NULL,
     "refused",
     false},
    {"a refusal, and no further response",
     {REST, .reading = OFS_READING_WANTED, .refused = 1, .still_ms = 3000, .age_ms = 3000},
     "still",
     "refused",
     true},
    {"an invalid response",
     {REST, .reading = OFS_READING_WANTED, .doubted = 1, .still_ms = 1000},
     NULL,
     "no proper answer",
     false},
    {"an invalid response, and no further one",
     {REST, .reading = OFS_READING_WANTED, .doubted = 1, .still_ms = 3000, .age_ms = 3000},
     "still",
     "no proper answer",
     true},
    {"an invalid response, and another one says off",
     {REST, .reading = OFS_READING_WANTED, .doubted = 1, .served = OFS_SERVED_AGREES,
      .served_by_answer = true},
     "served",
     NULL,
     false},
    {"the wire does not report the response",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .untold = true, .still_ms = 5000,
      .age_ms = 20000},
     NULL,
     "does not report",
     false},
    {"the wire does not report the response, for a longer time",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .untold = true, .still_ms = 6000,
      .age_ms = 20000},
     "still",
     "does not report",
     true},
    {"the site says off when the request is repeated",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .vouched = true},
     "still",
     NULL,
     false},
    {"the site says off when the request is repeated, but a request is open",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .vouched = true, .open = 1},
     NULL,
     "waiting for an answer",
     false},
    {"too many requests",
     {REST, .reading = OFS_READING_WANTED, .overflowed = true, .still_ms = 60000, .age_ms = 60000},
     "still",
     "too many requests",
     true},
    {"a socket without a message",
     {REST, .reading = OFS_READING_WANTED, .channels = 1, .silent_channels = 1, .still_ms = 9000,
      .age_ms = 9000},
     NULL,
     "message",
     false},
    {"a timer",
     {REST, .reading = OFS_READING_WANTED, .timers_made = 1, .timer_ms = 9000, .still_ms = 20000},
     NULL,
     "timers",
     false},
    {"a timer that is due in half an hour",
     {REST, .reading = OFS_READING_WANTED, .timers_made = 1, .timer_ms = 1800000, .still_ms = 300},
     "quiet",
     NULL,
     false},
    {"on, and a timer",
     {REST, .reading = OFS_READING_UNWANTED, .timers_made = 1, .timer_ms = 9000, .still_ms = 1000},
     "still",
     NULL,
     false},

    /* what is not visible needs time */
    {"timers with unknown times",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = 2,
      .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"timers with unknown times, after a long time",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = 2,
      .still_ms = 11000, .calm_ms = 11000},
     "still",
     NULL,
     false},
    {"timers with unknown times, and new ones",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = 3,
      .still_ms = 20000, .calm_ms = 9000},
     NULL,
     NULL,
     false},
    {"timers with unknown times, and always new ones",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = 30,
      .still_ms = 21000, .calm_ms = 900},
     "still",
     NULL,
     false},
    {"a timer that is set again and again",
     {REST, .reading = OFS_READING_WANTED, .timers_made = 30, .timer_ms = 900, .still_ms = 21000},
     "still",
     NULL,
     false},
    {"an unknown number of timers",
     {REST, .reading = OFS_READING_WANTED, .knows_timers = false, .timers_made = -1,
      .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"off, requests are not reported, no change for two response times",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .still_ms = 21000,
      .calm_ms = 21000},
     "still",
     NULL,
     false},
    {"off, requests are not reported, no change for one response time",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .still_ms = 15000,
      .calm_ms = 15000},
     NULL,
     NULL,
     false},
    {"off, requests are not reported, the page has no scripts",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .plain = true, .still_ms = 11000,
      .calm_ms = 11000},
     "still",
     NULL,
     false},
    {"requests are not reported",
     {REST, .reading = OFS_READING_WANTED, .sees_requests = false, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"a worker",
     {REST, .reading = OFS_READING_WANTED, .workers = 1, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"work that is deferred to the next turn",
     {REST, .reading = OFS_READING_WANTED, .queues = true, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"a frame that is not rendered",
     {REST, .reading = OFS_READING_WANTED, .undrawn = true, .still_ms = 40000, .age_ms = 40000},
     NULL,
     "to be drawn",
     false},
    {"a frame loop",
     {REST, .reading = OFS_READING_WANTED, .loops = true, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"a timer that repeats",
     {REST, .reading = OFS_READING_WANTED, .timers_made = 1, .repeating = 1, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"a picture that is loading",
     {REST, .reading = OFS_READING_WANTED, .drawing = 1, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"a picture that never finishes loading",
     {REST, .reading = OFS_READING_WANTED, .drawing = 1, .still_ms = 11000, .calm_ms = 11000},
     "still",
     NULL,
     false},
    {"an animation of another element",
     {REST, .reading = OFS_READING_WANTED, .elsewhere = 1, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"work whose end cannot be seen",
     {REST, .reading = OFS_READING_WANTED, .hides = true, .still_ms = 12000, .calm_ms = 10000},
     NULL,
     NULL,
     false},
    {"no timers so far, but other clocks are unknown",
     {REST, .reading = OFS_READING_WANTED, .unknown_clocks = true, .still_ms = 10000},
     NULL,
     NULL,
     false},
    {"on, but some clocks are unknown",
     {REST, .reading = OFS_READING_UNWANTED, .unknown_clocks = true, .still_ms = 1000},
     "still",
     NULL,
     false},
    {"an animation",
     {REST, .reading = OFS_READING_WANTED, .animations = 1, .still_ms = 2000},
     NULL,
     NULL,
     false},
    {"on, and a frame loop",
     {REST, .reading = OFS_READING_UNWANTED, .loops = true, .still_ms = 1000},
     "still",
     NULL,
     false},
    {"on, and a frame loop, on a page that has started",
     {REST, .reading = OFS_READING_UNWANTED, .loops = true, .mark = OFS_SIGN_SEEN, .still_ms = 400},
     "still",
     NULL,
     false},

    /* what the page reports about itself */
    {"nobody is signed in",
     {REST, .reading = OFS_READING_UNWANTED, .canary = OFS_SIGN_MISSING, .still_ms = 9000},
     NULL,
     "signed in",
     false},
    {"busy",
     {REST, .reading = OFS_READING_UNWANTED, .busy = true, .still_ms = 9000},
     NULL,
     "busy",
     false},
    {"not started",
     {REST, .reading = OFS_READING_WANTED, .mark = OFS_SIGN_MISSING, .still_ms = 1900,
      .age_ms = 1900},
     NULL,
     "did not finish starting",
     false},
    {"never started, off",
     {REST, .reading = OFS_READING_WANTED, .mark = OFS_SIGN_MISSING, .still_ms = 60000,
      .age_ms = 60000},
     "still",
     "did not finish starting",
     true},
    {"a page without scripts needs no mark",
     {REST, .reading = OFS_READING_WANTED, .mark = OFS_SIGN_MISSING, .plain = true,
      .still_ms = 300},
     "quiet",
     NULL,
     false},
    {"still loading",
     {.reading = OFS_READING_WANTED, .still_ms = 60000, .age_ms = 60000},
     NULL,
     "still loading",
     false},
    {"nothing is known at all", {.reading = OFS_READING_WANTED}, NULL, "still loading", false},
};
#pragma GCC diagnostic pop

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_readiness r = ofs_judge_readiness(&rows[i].e);
        const char *grade = ofs_grade_word(r.grade);
        bool same = rows[i].grade ? grade && !strcmp(grade, rows[i].grade) : grade == NULL;
        if (!same || r.unconfirmed != rows[i].unconfirmed ||
            (rows[i].missing && !(r.missing && strstr(r.missing, rows[i].missing))))
            fail_msg("%s: %s%s, missing '%s'", rows[i].name, grade ? grade : "not ready",
                     r.unconfirmed ? " (unconfirmed)" : "", r.missing ? r.missing : "");
        if (!grade && !r.hopeless)
            assert_true(r.wait_ms > 0);
    }
}

/* A wanted state is never confirmed while something is visibly pending, and never before the short
 * time that an idle page gets, whatever else is known. */
static void test_wanted_is_never_confirmed_early(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 1u << 15; bits++) {
        struct ofs_evidence e = {
            .reading = OFS_READING_WANTED,
            .complete = bits & 1,
            .sees_requests = bits & 2,
            .sees_channels = bits & 4,
            .open = bits & 8 ? 1 : 0,
            .refused = bits & 16 ? 1 : 0,
            .channels = bits & 32 ? 1 : 0,
            .workers = bits & 64 ? 1 : 0,
            .knows_timers = bits & 128,
            .timer_ms = bits & 256 ? 5000 : -1,
            .timers_made = bits & 512 ? 1 : 0,
            .loops = bits & 1024,
            .idle = bits & 2048,
            .rounds = bits & 4096 ? 2 : 1,
            .still_ms = bits & 8192 ? 200 : 2500,
            .queues = bits & 16384,
            .age_ms = 3000,
        };
        struct ofs_readiness r = ofs_judge_readiness(&e);
        if (r.grade == OFS_GRADE_NONE || r.unconfirmed)
            continue;
        assert_true(e.complete && e.open == 0 && e.refused == 0);
        assert_true(e.sees_requests && e.sees_channels && !e.channels && !e.workers && !e.loops &&
                    !e.queues);
        assert_true(e.rounds == 2 && e.idle && e.still_ms >= 300);
        assert_true(e.timers_made == 0 || (e.knows_timers && e.timer_ms < 0));
    }
}

/* What no event reports is polled soon, and not after a fixed time without changes. */
static void test_polls_soon(void **state)
{
    (void)state;
    static const enum ofs_reading readings[] = {OFS_READING_UNWANTED, OFS_READING_WANTED,
                                                OFS_READING_ABSENT, OFS_READING_INDEX};
    for (size_t i = 0; i < COUNT(readings); i++) {
        struct ofs_evidence e = {REST, .reading = readings[i]};
        e.rounds = 1;
        assert_in_range(ofs_judge_readiness(&e).wait_ms, 1, 50);
        e.rounds = 2;
        e.idle = false;
        assert_in_range(ofs_judge_readiness(&e).wait_ms, 1, 50);
        e.still_ms = 800;
        assert_in_range(ofs_judge_readiness(&e).wait_ms, 100, 200);
        /* an open socket does not count */
        e.channels = 1;
        assert_true(ofs_judge_readiness(&e).wait_ms >= 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_wanted_is_never_confirmed_early),
        cmocka_unit_test(test_polls_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
