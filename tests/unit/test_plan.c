/*
 * A plan is valid for exactly what was read, for a day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/plan.h"
#include "support/scratch.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { N = 3 };
static const char at_once[] = "2026-01-01T00:00:10Z";

/* One that differs, one that is as wanted, one that could not be read. */
static struct ofs_run a_check(struct ofs_result results[N])
{
    static const struct ofs_result read[N] = {
        {.id = "a",
         .title = "A",
         .group = "ai",
         .wanted = "off",
         .before = "on",
         .verdict = OFS_VERDICT_DIFFERS,
         .page = "/a",
         .wording = "Use A"},
        {.id = "b",
         .title = "B",
         .group = "ai",
         .wanted = "off",
         .before = "off",
         .after = "off",
         .verdict = OFS_VERDICT_AS_WANTED,
         .page = "/b",
         .wording = "Use B"},
        {.id = "c",
         .title = "C",
         .group = "ai",
         .wanted = "off",
         .verdict = OFS_VERDICT_UNKNOWN,
         .reason = "not-ready"},
    };
    struct ofs_run run = {.command = "check",
                          .id = "20260101-000000-0001",
                          .scenario_id = "example",
                          .scenario_version = "1",
                          .scenario_sha256 = "abc",
                          .origin = "https://www.example.com",
                          .account_id = "1234",
                          .account_hint = "A. P.",
                          .started = "2026-01-01T00:00:00Z",
                          .results = results,
                          .n_results = N};
    memcpy(results, read, sizeof read);
    return run;
}

/* What can happen between the plan and the fix. */
static void nothing(struct ofs_run *run)
{
    (void)run;
}
static void scenario_changed(struct ofs_run *run)
{
    run->scenario_sha256 = "def";
}
static void other_scenario(struct ofs_run *run)
{
    run->scenario_id = "other";
}
static void other_account(struct ofs_run *run)
{
    snprintf(run->account_id, sizeof run->account_id, "9999");
}
static void account_unknown(struct ofs_run *run)
{
    run->account_id[0] = '\0';
}
static void wording_changed(struct ofs_run *run)
{
    snprintf(run->results[0].wording, sizeof run->results[0].wording, "Do not use A");
}
static void other_wording_changed(struct ofs_run *run)
{
    snprintf(run->results[1].wording, sizeof run->results[1].wording, "Do not use B");
}
static void is_off_already(struct ofs_run *run)
{
    snprintf(run->results[0].before, OFS_STATE_SIZE, "off");
    run->results[0].verdict = OFS_VERDICT_AS_WANTED;
}
static void cannot_be_read(struct ofs_run *run)
{
    run->results[0].before[0] = '\0';
    run->results[0].verdict = OFS_VERDICT_UNKNOWN;
}
static void another_is_on(struct ofs_run *run)
{
    snprintf(run->results[1].before, OFS_STATE_SIZE, "on");
    run->results[1].after[0] = '\0';
    run->results[1].verdict = OFS_VERDICT_DIFFERS;
}
static void unknown_is_on(struct ofs_run *run)
{
    snprintf(run->results[2].before, OFS_STATE_SIZE, "on");
    run->results[2].verdict = OFS_VERDICT_DIFFERS;
}
static void unknown_is_off(struct ofs_run *run)
{
    snprintf(run->results[2].before, OFS_STATE_SIZE, "off");
    run->results[2].verdict = OFS_VERDICT_AS_WANTED;
}
static void one_is_missing(struct ofs_run *run)
{
    run->n_results = 2;
}
static void one_more(struct ofs_run *run)
{
    run->results[2].id = "d";
}
static void other_origin(struct ofs_run *run)
{
    run->origin = "http://127.0.0.1:1";
}
static void wanted_state_changed(struct ofs_run *run)
{
    run->results[0].wanted = "on";
}

static void test_stale(void **state)
{
    (void)state;
    static const struct {
        void (*change)(struct ofs_run *run);
        const char *now, *words; /* NULL: it is valid */
    } rows[] = {
        {nothing, at_once, NULL},
        {nothing, "2026-01-01T23:59:59Z", NULL},
        {nothing, "2026-01-02T00:00:00Z", NULL},
        {nothing, "2026-01-02T00:00:01Z", "older than a day"},
        {nothing, "2027-01-01T00:00:00Z", "older than a day"},
        {nothing, "2025-12-31T00:00:00Z", "older than a day"}, /* the clock was set back */
        {scenario_changed, at_once, "scenario"},
        {other_scenario, at_once, "scenario"},
        {other_account, at_once, "account"},
        {account_unknown, at_once, "account"},
        {wording_changed, at_once, "wording"},
        {other_wording_changed, at_once, "wording"},
        {is_off_already, at_once, "'a' was on"},
        {cannot_be_read, at_once, "'a' was on"},
        {another_is_on, at_once, "'b' was off"},
        {unknown_is_on, at_once, "'c' is differs now"},
        {unknown_is_off, at_once, NULL},
        {one_is_missing, at_once, "'c'"},
        {one_more, at_once, "'c'"},
        {other_origin, at_once, "127.0.0.1"},
        {wanted_state_changed, at_once, "to be on"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_result results[N];
        struct ofs_run run = a_check(results);
        OFS_AUTO_JSON plan = ofs_plan_make(&run);
        rows[i].change(&run);
        int rc = ofs_plan_check(plan, &run, rows[i].now, &err);
        if (!rows[i].words && rc)
            fail_msg("row %zu: %s", i, err.text);
        if (!rows[i].words)
            continue;
        assert_int_equal(rc, -1);
        assert_int_equal(ofs_error_status(err.code), 4);
        if (!strstr(err.text, rows[i].words))
            fail_msg("row %zu: %s", i, err.text);
    }
}

static void test_unplanned_setting(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    struct ofs_result results[N];
    struct ofs_run run = a_check(results);
    run.n_results = 2;
    OFS_AUTO_JSON plan = ofs_plan_make(&run);
    run.n_results = 3;
    assert_int_equal(ofs_plan_check(plan, &run, at_once, &err), -1);
    assert_non_null(strstr(err.text, "not in the plan"));
}

static void test_ids(void **state)
{
    (void)state;
    struct ofs_result results[N];
    struct ofs_run run = a_check(results);
    OFS_AUTO_JSON plan = ofs_plan_make(&run);
    OFS_AUTO_STR ids = ofs_plan_ids(plan);
    assert_string_equal(ids, "a,b,c");
    const cJSON *settings = ofs_json_get(plan, "settings");
    assert_true(ofs_json_bool(cJSON_GetArrayItem(settings, 0), "press", false));
    assert_false(ofs_json_bool(cJSON_GetArrayItem(settings, 1), "press", true));
    assert_false(ofs_json_bool(cJSON_GetArrayItem(settings, 2), "press", true));
}

static void test_read(void **state)
{
    static const char *const bad[] = {
        "",
        "not JSON",
        "{}",
        "[]",
        "{\"format\":1,\"kind\":\"plan\"}",
        "{\"format\":2,\"kind\":\"plan\",\"made\":\"x\",\"origin\":\"x\",\"scenario\":{\"id\":"
        "\"x\",\"sha256\":\"x\"},\"settings\":[{\"id\":\"a\",\"wanted\":\"off\",\"press\":true}]}",
        "{\"format\":1,\"kind\":\"plan\",\"made\":\"x\",\"origin\":\"x\",\"scenario\":{\"id\":"
        "\"x\",\"sha256\":\"x\"},\"settings\":[]}",
        "{\"format\":1,\"kind\":\"plan\",\"made\":\"x\",\"origin\":\"x\",\"scenario\":{\"id\":"
        "\"x\",\"sha256\":\"x\"},\"settings\":[{\"id\":\"a\",\"wanted\":\"off\",\"press\":\"yes\"}]"
        "}",
    };
    OFS_AUTO_STR path = ofs_text_printf("%s/plan.json", (char *)*state);
    struct ofs_error err = {0};
    assert_null(ofs_plan_read(path, &err));
    for (size_t i = 0; i < COUNT(bad); i++) {
        FILE *file = fopen(path, "w");
        fputs(bad[i], file);
        fclose(file);
        assert_null(ofs_plan_read(path, &err));
        assert_int_equal(err.code, OFS_ERR_SYSTEM);
    }
    struct ofs_result results[N];
    struct ofs_run run = a_check(results);
    OFS_AUTO_JSON plan = ofs_plan_make(&run);
    OFS_AUTO_STR text = cJSON_Print(plan);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    OFS_AUTO_JSON again = ofs_plan_read(path, &err);
    assert_true(cJSON_Compare(plan, again, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_unplanned_setting),
        cmocka_unit_test(test_ids),
        cmocka_unit_test_setup_teardown(test_read, scratch_set_up, scratch_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
