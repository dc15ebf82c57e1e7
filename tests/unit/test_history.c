/*
 * What the ledger reports: how settings moved and why, status, diff, undo, waivers, manual steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "record/choices.h"
#include "record/history.h"
#include "record/moves.h"
#include "support/past.h"
#include "support/scratch.h"

/* A run in short form: command, start, settings, then further members. */
#define RUN(c, at, found, ...)                                            \
    {                                                                     \
        .command = (c), .started = (at), .settings = (found), __VA_ARGS__ \
    }

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct ofs_ledger *must_open(const char *state)
{
    struct ofs_error err = {0};
    struct ofs_ledger *ledger = ofs_ledger_open(state, &err);
    if (!ledger)
        fail_msg("%s", err.text);
    return ledger;
}

static struct ofs_ledger *open_new(const char *state, size_t i)
{
    OFS_AUTO_STR dir = ofs_text_printf("%s/%zu", state, i);
    assert_int_equal(mkdir(dir, 0700), 0);
    return must_open(dir);
}

static void test_moves(void **state)
{
    static const struct {
        const char *name;
        struct past runs[5];
        const char *revision; /* seen at, of a watched document */
        const char *moves;    /* "from>to:why" */
    } rows[] = {
        {"nothing", {{.command = NULL}}, NULL, ""},
        {"seen", {RUN("check", "2026-01-01T00:00:00Z", "a:on>:differs", )}, NULL, ">on:first "},
        {"fixed",
         {RUN("fix", "2026-01-01T00:00:00Z", "a:on>off:fixed", )},
         NULL,
         ">on:first on>off:by-us "},
        {"stays",
         {RUN("fix", "2026-01-01T00:00:00Z", "a:on>off:fixed", ),
          RUN("check", "2026-01-02T00:00:00Z", "a:off>:as-wanted", )},
         NULL,
         ">on:first on>off:by-us "},
        {"an unknown in between",
         {RUN("check", "2026-01-01T00:00:00Z", "a:off>:as-wanted", ),
          RUN("check", "2026-01-02T00:00:00Z", "a:>:unknown", ),
          RUN("check", "2026-01-03T00:00:00Z", "a:on>:differs", )},
         NULL,
         ">off:first off>on:unexplained "},
        {"after a policy change",
         {RUN("check", "2026-01-01T00:00:00Z", "a:off>:as-wanted", ),
          RUN("check", "2026-01-03T00:00:00Z", "a:on>:differs", )},
         "2026-01-02T00:00:00Z",
         ">off:first off>on:policy-change "},
        {"a policy change before both",
         {RUN("check", "2026-01-02T00:00:00Z", "a:off>:as-wanted", ),
          RUN("check", "2026-01-03T00:00:00Z", "a:on>:differs", )},
         "2026-01-01T00:00:00Z",
         ">off:first off>on:unexplained "},
        {"scenario changed",
         {RUN("check", "2026-01-01T00:00:00Z", "a:off>:as-wanted", ),
          RUN("check", "2026-01-03T00:00:00Z", "a:on>:differs", .sha256 = "other")},
         NULL,
         ">off:first off>on:scenario-changed "},
        {"undo",
         {RUN("fix", "2026-01-01T00:00:00Z", "a:on>off:fixed", ),
          RUN("undo", "2026-01-02T00:00:00Z", "a:off>on:fixed", )},
         NULL,
         ">on:first on>off:by-us off>on:put-back "},
        {"not kept",
         {RUN("fix", "2026-01-01T00:00:00Z", "a:on>on:not-kept", )},
         NULL,
         ">on:first "},
        {"two accounts are not compared",
         {RUN("check", "2026-01-01T00:00:00Z", "a:off>:as-wanted", .account = "Anna Petrova"),
          RUN("check", "2026-01-02T00:00:00Z", "a:on>:differs", .account = "Bo Berg"),
          RUN("check", "2026-01-03T00:00:00Z", "a:off>:as-wanted", .account = "Anna Petrova")},
         NULL,
         ">off:first >on:other-account "},
        {"two labels are not compared",
         {RUN("check", "2026-01-01T00:00:00Z", "a:off>:as-wanted", .label = "one"),
          RUN("check", "2026-01-02T00:00:00Z", "a:on>:differs", .label = "two")},
         NULL,
         ">off:first >on:first "},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        char got[400] = "";
        OFS_AUTO_LEDGER ledger = open_new(*state, i);
        for (size_t k = 0; rows[i].runs[k].command; k++)
            past_add(ledger, &rows[i].runs[k], NULL);
        if (rows[i].revision)
            for (int k = 0; k < 2; k++) /* the first one is not a change */
                assert_int_equal(ofs_db_do(ofs_ledger_db(ledger), &err,
                                           "INSERT INTO revisions (scenario, policy, seen, sha256,"
                                           " text) VALUES ('example', 'terms', ?, 'x', 'y')",
                                           "s", k ? rows[i].revision : "2025-01-01T00:00:00Z"),
                                 0);
        OFS_AUTO_JSON moves = ofs_history_moves(ledger, NULL, NULL, &err);
        const cJSON *move;
        if (!moves)
            fail_msg("%s: %s", rows[i].name, err.text);
        cJSON_ArrayForEach(move, moves)
        {
            size_t used = strlen(got);
            snprintf(got + used, sizeof got - used, "%s>%s:%s ", ofs_json_str(move, "from", ""),
                     ofs_json_str(move, "to", ""), ofs_json_str(move, "why", ""));
        }
        if (strcmp(got, rows[i].moves) &&
            strcmp(rows[i].name, "two accounts are not compared")) /* any order of accounts */
            fail_msg("%s: %s", rows[i].name, got);
        assert_int_equal(strlen(got), strlen(rows[i].moves));
    }
}

static void test_turned_back(void **state)
{
    struct ofs_error err = {0};
    char last[40];
    OFS_AUTO_LEDGER ledger = must_open(*state);
    OFS_AUTO_JSON now = cJSON_Parse("{\"a\":{\"state\":\"on\",\"wanted\":\"off\"}}");
    static const char *const dates[] = {"2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z",
                                        "2026-03-01T00:00:00Z"};
    for (size_t i = 0; i < COUNT(dates); i++) {
        past_add(ledger, &(struct past)RUN("fix", dates[i], "a:on>off:fixed", ), last);
        OFS_AUTO_JSON back = ofs_history_turned_back(ledger, last, now, &err);
        assert_non_null(back);
        assert_int_equal((int)ofs_json_num(back, "a", 0), i == 2 ? 3 : 0);
    }
}

static void test_undo(void **state)
{
    static const struct {
        const char *settings, *undo;
    } rows[] = {
        {"a:on>off:fixed b:off>:as-wanted c:>:unknown", "a:off>on "},
        {"a:off>:as-wanted", ""},
        {"a:on>off:fixed b:on>off:fixed", "a:off>on b:off>on "},
        {"a:on>:differs", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        char id[40], got[200] = "";
        OFS_AUTO_LEDGER ledger = open_new(*state, i);
        past_add(ledger, &(struct past)RUN("fix", "2026-01-01T00:00:00Z", rows[i].settings, ), id);
        OFS_AUTO_JSON list = ofs_history_undo(ledger, id, &err);
        const cJSON *one;
        cJSON_ArrayForEach(one, list)
        {
            size_t used = strlen(got);
            snprintf(got + used, sizeof got - used, "%s:%s>%s ", ofs_json_str(one, "setting", ""),
                     ofs_json_str(one, "from", ""), ofs_json_str(one, "to", ""));
        }
        assert_string_equal(got, rows[i].undo);
    }
}

static void test_find_and_diff(void **state)
{
    struct ofs_error err = {0};
    char one[40], two[40], found[40];
    OFS_AUTO_LEDGER ledger = must_open(*state);
    assert_int_equal(ofs_history_find(ledger, NULL, NULL, found, &err), -1);
    past_add(ledger,
             &(struct past)RUN("fix", "2026-01-01T00:00:00Z", "a:on>off:fixed b:off>:as-wanted", ),
             one);
    past_add(ledger,
             &(struct past)RUN("check", "2026-01-02T00:00:00Z", "a:on>:differs b:off>:as-wanted", ),
             two);
    assert_int_equal(ofs_history_find(ledger, NULL, NULL, found, &err), 0);
    assert_string_equal(found, two);
    assert_int_equal(ofs_history_find(ledger, NULL, "fix", found, &err), 0);
    assert_string_equal(found, one);
    assert_int_equal(ofs_history_find(ledger, one, NULL, found, &err), 0);
    assert_string_equal(found, one);
    static const char *const wrong[] = {"nonsense", "20", "", "%", "_"};
    for (size_t i = 0; i < COUNT(wrong); i++) {
        assert_int_equal(ofs_history_find(ledger, wrong[i], NULL, found, &err), -1);
        assert_int_equal(err.code, OFS_ERR_USAGE);
    }
    OFS_AUTO_JSON diff = ofs_history_diff(ledger, one, two, &err);
    const cJSON *settings = ofs_json_get(diff, "settings");
    assert_int_equal(cJSON_GetArraySize(settings), 1); /* b is unchanged */
    assert_string_equal(ofs_json_str(cJSON_GetArrayItem(settings, 0), "from", ""), "off");
    assert_string_equal(ofs_json_str(cJSON_GetArrayItem(settings, 0), "to", ""), "on");
    assert_true(ofs_json_bool(diff, "same_scope", false));
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_day;
    } days[] = {{"2026-02-28", true},  {"2026-02-29", false},  {"2024-02-29", true},
                {"2026-13-01", false}, {"2026-1-01", false},   {"tomorrow", false},
                {"", false},           {"2026-01-01T", false}, {"2026-00-10", false}};
    for (size_t i = 0; i < COUNT(days); i++)
        assert_int_equal(ofs_date_is_day(days[i].text), days[i].is_day);
    assert_int_equal(ofs_date_days("2026-02-28", "2026-03-01T10:00:00Z"), 1);
    assert_int_equal(ofs_date_days("2026-03-01", "2026-02-28"), -1);
    assert_int_equal(ofs_date_days("2025-12-31", "2026-12-31"), 365);
}

static void test_waivers(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    assert_int_equal(ofs_choice_keep(ledger, "example", "a", "my work", "2026-06-30", &err), 0);
    assert_int_equal(ofs_choice_keep(ledger, "example", "b", "for good", NULL, &err), 0);
    static const struct {
        const char *now;
        bool lapsed;
    } rows[] = {{"2026-06-29T00:00:00Z", false},
                {"2026-06-30T23:59:59Z", false},
                {"2026-07-01T00:00:00Z", true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        OFS_AUTO_JSON kept = ofs_choice_kept(ledger, "example", rows[i].now, &err);
        assert_int_equal(ofs_json_bool(kept, "a/lapsed", !rows[i].lapsed), rows[i].lapsed);
        assert_false(ofs_json_bool(kept, "b/lapsed", true));
    }
    assert_int_equal(ofs_choice_keep(ledger, "example", "a", "again", NULL, &err), 0);
    OFS_AUTO_JSON kept = ofs_choice_kept(ledger, "example", "2030-01-01T00:00:00Z", &err);
    assert_string_equal(ofs_json_str(kept, "a/because", ""), "again");
    assert_int_equal(ofs_choice_withdraw(ledger, "example", "a", &err), 1);
    assert_int_equal(ofs_choice_withdraw(ledger, "example", "a", &err), 0);
    OFS_AUTO_JSON left = ofs_choice_kept(ledger, "example", "2030-01-01T00:00:00Z", &err);
    assert_null(ofs_json_get(left, "a"));
}

static void test_steps(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    OFS_AUTO_JSON manual = cJSON_Parse("[{\"id\":\"once\",\"due\":\"2026-03-01\"},"
                                       "{\"id\":\"yearly\",\"every_days\":365},{\"id\":\"any\"}]");
    OFS_AUTO_JSON before =
        ofs_choice_steps(ledger, "example", manual, "2026-03-01T00:00:00Z", &err);
    assert_true(ofs_json_bool(cJSON_GetArrayItem(before, 0), "overdue", false));
    assert_false(ofs_json_bool(cJSON_GetArrayItem(before, 2), "overdue", true));
    assert_int_equal(ofs_choice_done(ledger, "example", "once", "2026-02-01", "by mail", &err), 0);
    assert_int_equal(ofs_choice_done(ledger, "example", "yearly", "2026-02-01", NULL, &err), 0);
    OFS_AUTO_JSON after = ofs_choice_steps(ledger, "example", manual, "2026-03-01T00:00:00Z", &err);
    const cJSON *once = cJSON_GetArrayItem(after, 0), *yearly = cJSON_GetArrayItem(after, 1);
    assert_string_equal(ofs_json_str(once, "done", ""), "2026-02-01");
    assert_true(cJSON_IsNull(ofs_json_get(once, "due")));
    assert_false(ofs_json_bool(once, "overdue", true));
    assert_string_equal(ofs_json_str(yearly, "due", ""), "2027-02-01");
}

static void test_status(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    past_add(ledger,
             &(struct past)RUN("fix", "2026-01-01T00:00:00Z", "a:on>off:fixed b:on>:differs", ),
             NULL);
    past_add(ledger, &(struct past)RUN("check", "2026-03-01T00:00:00Z", "a:>:unknown", ), NULL);
    OFS_AUTO_JSON status = ofs_history_status(ledger, NULL, "2026-03-10T00:00:00Z", &err);
    assert_int_equal(cJSON_GetArraySize(status), 1);
    const cJSON *settings = ofs_json_get(cJSON_GetArrayItem(status, 0), "settings");
    assert_int_equal(cJSON_GetArraySize(settings), 2);
    const cJSON *a = cJSON_GetArrayItem(settings, 0), *b = cJSON_GetArrayItem(settings, 1);
    assert_string_equal(ofs_json_str(a, "verdict", ""), "unknown");
    assert_string_equal(ofs_json_str(a, "state", ""), "off"); /* known before */
    assert_string_equal(ofs_json_str(a, "state_at", ""), "2026-01-01T00:00:00Z");
    assert_false(ofs_json_bool(a, "stale", true));
    assert_true(ofs_json_bool(b, "stale", false));
    assert_int_equal((int)ofs_json_num(b, "age_days", -1), 68);
    OFS_AUTO_JSON none = ofs_history_status(ledger, "other", "2026-03-10T00:00:00Z", &err);
    assert_int_equal(cJSON_GetArraySize(none), 0);
}

static double processor_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1000 + (double)t.tv_nsec / 1e6;
}

/* Plain reads of the rows of a thousand runs, and their time on an idle machine, November 2026. */
#define PLAIN_READ                                                                      \
    "SELECT sum(length(r.id || p.setting || p.url || p.proofs)) FROM runs r, results p" \
    " WHERE p.run = r.n"
static const double PLAIN_MS = 16;

static void test_a_thousand_runs(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    const struct past past = {"fix",
                              "2026-01-01T00:00:00Z",
                              "a:on>off:fixed b:off>:as-wanted c:off>:as-wanted d:off>:as-wanted "
                              "e:on>:differs f:>:unknown g:off>:as-wanted h:off>:as-wanted "
                              "i:off>:as-wanted j:off>:as-wanted k:off>:as-wanted "
                              "l:off>:as-wanted m:off>:as-wanted n:off>:as-wanted",
                              NULL,
                              NULL,
                              NULL};
    past_add(ledger, &past, NULL);
    assert_int_equal(
        ofs_db_script(
            ofs_ledger_db(ledger),
            "WITH RECURSIVE k (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM k WHERE i <"
            " 1000) INSERT INTO runs SELECT i, id || i, command, label, scenario,"
            " scenario_title, scenario_version, scenario_sha256, stale_after_days,"
            " origin, browser, browser_version, protocol, wire, profile, account,"
            " account_hint, scope, undoes, program, started, finished, ended, exit, error,"
            " unlisted, manual, scenario_file FROM k, runs WHERE n = 1;"
            "INSERT INTO results SELECT r.n, place, setting, title, grp, wanted, before,"
            " after, verdict, reason, detail, url, wording, language, located, ready,"
            " page_title, proofs FROM runs r, results WHERE r.n > 1 AND run = 1",
            &err),
        0);
    /* Processor time, and the best of several: other programs' work is not counted. The limit is
       for one machine: on a slower one, or under a sanitizer, plain reads of the same rows need
       longer too, and the limit grows with them. */
    double best = 1000, plain = 1000;
    for (int i = 0; i < 5; i++) {
        double begun = processor_ms();
        OFS_AUTO_LEDGER reader = ofs_ledger_open_to_read(*state, &err);
        OFS_AUTO_JSON status = ofs_history_status(reader, NULL, "2026-03-10T00:00:00Z", &err);
        assert_int_equal(cJSON_GetArraySize(status), 1);
        double took = processor_ms() - begun;
        best = took < best ? took : best;
        begun = processor_ms();
        assert_true(ofs_db_number(ofs_ledger_db(reader), -1, PLAIN_READ, "") > 0);
        took = processor_ms() - begun;
        plain = took < plain ? took : plain;
    }
    double limit = plain > PLAIN_MS ? 50 * plain / PLAIN_MS : 50;
    print_message("status of 1000 runs: %.1f ms; plain reads %.1f ms; limit %.1f ms\n", best, plain,
                  limit);
    assert_true(best <= limit);
}

int main(void)
{
#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STATE(test_moves),
        WITH_STATE(test_turned_back),
        WITH_STATE(test_undo),
        WITH_STATE(test_find_and_diff),
        cmocka_unit_test(test_dates),
        WITH_STATE(test_waivers),
        WITH_STATE(test_steps),
        WITH_STATE(test_status),
        WITH_STATE(test_a_thousand_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
