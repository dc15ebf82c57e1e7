/*
 * The report: the contract's keys with the contract's types, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "record/run.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct key {
    const char *name;
    int types; /* of cJSON, or-ed */
};

static const struct key report_keys[] = {
    {"format", cJSON_Number},
    {"offswitch", cJSON_String},
    {"command", cJSON_String},
    {"run", cJSON_String},
    {"scenario", cJSON_Object | cJSON_NULL},
    {"browser", cJSON_Object | cJSON_NULL},
    {"origin", cJSON_String | cJSON_NULL},
    {"account", cJSON_NULL},
    {"error", cJSON_Object | cJSON_NULL},
    {"started", cJSON_String},
    {"finished", cJSON_String},
    {"exit", cJSON_Number},
    {"settings", cJSON_Array},
    {"unlisted", cJSON_Array},
    {"manual", cJSON_Array},
    {"hold", cJSON_Number},
    {"timing", cJSON_Object},
    {NULL, 0},
};

static const struct key scenario_keys[] = {
    {"id", cJSON_String}, {"version", cJSON_String}, {"sha256", cJSON_String}, {NULL, 0}};

static const struct key browser_keys[] = {{"name", cJSON_String},
                                          {"version", cJSON_String},
                                          {"protocol", cJSON_String},
                                          {"wire", cJSON_String},
                                          {NULL, 0}};

static const struct key setting_keys[] = {
    {"id", cJSON_String},
    {"title", cJSON_String},
    {"group", cJSON_String},
    {"wanted", cJSON_String},
    {"before", cJSON_String | cJSON_NULL},
    {"after", cJSON_String | cJSON_NULL},
    {"verdict", cJSON_String},
    {"reason", cJSON_String | cJSON_NULL},
    {"detail", cJSON_String},
    {"url", cJSON_String | cJSON_NULL},
    {"wording", cJSON_String | cJSON_NULL},
    {"language", cJSON_String | cJSON_NULL},
    {"located", cJSON_String | cJSON_NULL},
    {"ready", cJSON_String | cJSON_NULL},
    {"proofs", cJSON_Array},
    {"timing", cJSON_Object},
    {NULL, 0},
};

static const struct key error_keys[] = {
    {"code", cJSON_String}, {"text", cJSON_String}, {"hint", cJSON_String | cJSON_NULL}, {NULL, 0}};

static const struct key timing_keys[] = {{"navigating", cJSON_Number}, {"loading", cJSON_Number},
                                         {"requests", cJSON_Number},   {"timers", cJSON_Number},
                                         {"stillness", cJSON_Number},  {"pressing", cJSON_Number},
                                         {"holding", cJSON_Number},    {NULL, 0}};
static const struct key run_timing_keys[] = {
    {"navigating", cJSON_Number}, {"loading", cJSON_Number},   {"requests", cJSON_Number},
    {"timers", cJSON_Number},     {"stillness", cJSON_Number}, {"pressing", cJSON_Number},
    {"holding", cJSON_Number},    {"opening", cJSON_Number},   {NULL, 0}};

static void assert_keys(const cJSON *object, const struct key *keys)
{
    const cJSON *member;
    assert_true(cJSON_IsObject(object));
    for (const struct key *k = keys; k->name; k++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(object, k->name);
        if (!v || !(v->type & k->types))
            fail_msg("\"%s\" is %s", k->name, v ? "of another type" : "missing");
    }
    cJSON_ArrayForEach(member, object)
    {
        int known = 0;
        for (const struct key *k = keys; k->name; k++)
            known += !strcmp(k->name, member->string);
        if (known != 1)
            fail_msg("\"%s\" is no key of the contract", member->string);
    }
    for (const struct key *k = keys; k->name; k++) {
        int times = 0;
        cJSON_ArrayForEach(member, object) times += !strcmp(k->name, member->string);
        assert_int_equal(times, 1);
    }
}

static cJSON *report_of(const struct ofs_run *run)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR text = ofs_run_json(run);
    assert_non_null(text);
    cJSON *report = ofs_json_parse(text, strlen(text), &err);
    assert_non_null(report);
    assert_keys(report, report_keys);
    if (run->scenario_id)
        assert_keys(ofs_json_get(report, "scenario"), scenario_keys);
    assert_keys(ofs_json_get(report, "timing"), run_timing_keys);
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(report, "settings"))
    {
        assert_keys(one, setting_keys);
        assert_keys(ofs_json_get(one, "timing"), timing_keys);
    }
    return report;
}

static struct ofs_run a_run(struct ofs_result *results, size_t n)
{
    struct ofs_run run = {.command = "fix",
                          .scenario_id = "site",
                          .scenario_version = "2026-11-21",
                          .scenario_sha256 = "ab",
                          .browser_name = "Chrome",
                          .browser_version = "156.0",
                          .protocol = "cdp",
                          .wire = "pipe",
                          .origin = "https://www.example.com",
                          .exit = 2,
                          .results = results,
                          .n_results = n};
    ofs_run_begin(&run);
    ofs_date_now(run.finished);
    return run;
}

static const struct ofs_result plain = {
    .id = "s", .title = "S", .group = "ai", .wanted = "off", .detail = "d"};

static void test_report(void **state)
{
    (void)state;
    struct ofs_result results[2] = {plain, plain};
    snprintf(results[0].before, sizeof results[0].before, "on");
    snprintf(results[0].after, sizeof results[0].after, "off");
    results[0].verdict = OFS_VERDICT_FIXED;
    results[0].located = "key";
    results[1].verdict = OFS_VERDICT_UNKNOWN;
    results[1].reason = "signed-out";
    struct ofs_run run = a_run(results, 2);
    OFS_AUTO_JSON o = report_of(&run);
    assert_keys(ofs_json_get(o, "browser"), browser_keys);
    static const struct {
        const char *path, *value;
    } rows[] = {
        {"offswitch", OFS_VERSION},   {"command", "fix"},
        {"scenario/id", "site"},      {"scenario/version", "2026-11-21"},
        {"scenario/sha256", "ab"},    {"browser/name", "Chrome"},
        {"browser/version", "156.0"}, {"browser/protocol", "cdp"},
        {"browser/wire", "pipe"},     {"origin", "https://www.example.com"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_string_equal(ofs_json_str(o, rows[i].path, "-"), rows[i].value);
    assert_true(ofs_json_num(o, "format", 0) == 1);
    assert_true(ofs_json_num(o, "exit", 0) == 2);
    assert_string_equal(ofs_json_str(o, "run", ""), run.id);
    assert_string_equal(ofs_json_str(o, "started", ""), run.started);
    assert_string_equal(ofs_json_str(o, "finished", ""), run.finished);

    const cJSON *first = cJSON_GetArrayItem(ofs_json_get(o, "settings"), 0);
    assert_string_equal(ofs_json_str(first, "before", "-"), "on");
    assert_string_equal(ofs_json_str(first, "after", "-"), "off");
    assert_string_equal(ofs_json_str(first, "verdict", "-"), "fixed");
    assert_true(cJSON_IsNull(ofs_json_get(first, "reason")));
    const cJSON *second = cJSON_GetArrayItem(ofs_json_get(o, "settings"), 1);
    assert_true(cJSON_IsNull(ofs_json_get(second, "before")));
    assert_true(cJSON_IsNull(ofs_json_get(second, "after")));
    assert_true(cJSON_IsNull(ofs_json_get(second, "located")));
    assert_string_equal(ofs_json_str(second, "verdict", "-"), "unknown");
    assert_string_equal(ofs_json_str(second, "reason", "-"), "signed-out");
}

static void test_proofs(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        struct ofs_result result = plain;
        result.proof_reload = bits & 1;
        result.proof_fresh_tab = bits & 2;
        result.proof_save = bits & 4;
        result.proof_served = bits & 8;
        result.proof_held = bits & 16;
        char expected[80], got[80] = "";
        snprintf(expected, sizeof expected, "%s%s%s%s%s", bits & 1 ? "reload " : "",
                 bits & 2 ? "fresh-tab " : "", bits & 4 ? "save-acknowledged " : "",
                 bits & 8 ? "served " : "", bits & 16 ? "held " : "");
        struct ofs_run run = a_run(&result, 1);
        OFS_AUTO_JSON o = report_of(&run);
        const cJSON *proof,
            *list = ofs_json_get(cJSON_GetArrayItem(ofs_json_get(o, "settings"), 0), "proofs");
        cJSON_ArrayForEach(proof, list)
        {
            size_t n = strlen(got);
            snprintf(got + n, sizeof got - n, "%s ", cJSON_GetStringValue(proof));
        }
        assert_string_equal(got, expected);
    }
}

/* Before a browser was reached, and with nothing selected, it is still a report. */
static void test_empty(void **state)
{
    (void)state;
    struct ofs_run run = a_run(NULL, 0);
    run.protocol = run.wire = NULL;
    OFS_AUTO_JSON o = report_of(&run);
    assert_true(cJSON_IsNull(ofs_json_get(o, "browser")));
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(o, "settings")), 0);
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(o, "unlisted")), 0);
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(o, "manual")), 0);
}

/* What a person needs to look for themselves, and why the page counted as ready. */
static void test_place_and_words(void **state)
{
    (void)state;
    struct ofs_result results[2] = {plain, plain};
    struct ofs_result *r = &results[0];
    snprintf(r->page, sizeof r->page, "/settings/privacy");
    snprintf(r->wording, sizeof r->wording, "Use my \"data\"");
    snprintf(r->language, sizeof r->language, "en");
    r->ready = "served";
    struct ofs_run run = a_run(results, 2);
    OFS_AUTO_JSON o = report_of(&run);
    const cJSON *first = cJSON_GetArrayItem(ofs_json_get(o, "settings"), 0);
    assert_string_equal(ofs_json_str(first, "url", "-"),
                        "https://www.example.com/settings/privacy");
    assert_string_equal(ofs_json_str(first, "wording", "-"), "Use my \"data\"");
    assert_string_equal(ofs_json_str(first, "language", "-"), "en");
    assert_string_equal(ofs_json_str(first, "ready", "-"), "served");
    const cJSON *second = cJSON_GetArrayItem(ofs_json_get(o, "settings"), 1);
    static const char *const nulls[] = {"url", "wording", "language", "ready"};
    for (size_t i = 0; i < COUNT(nulls); i++)
        assert_true(cJSON_IsNull(ofs_json_get(second, nulls[i])));
}

/* Seconds in the report: each setting's own, and their sum. */
static void test_timing(void **state)
{
    (void)state;
    struct ofs_result results[2] = {plain, plain};
    results[0].times = (struct ofs_times){.navigating = 1500, .pressing = 20};
    results[1].times = (struct ofs_times){.navigating = 250,
                                          .holding = 6000,
                                          .loading = 1,
                                          .requests = 2,
                                          .timers = 3,
                                          .stillness = 4};
    struct ofs_run run = a_run(results, 2);
    run.hold_ms = 6000;
    run.opening_ms = 700;
    OFS_AUTO_JSON o = report_of(&run);
    static const struct {
        const char *key;
        double first, second, sum;
    } rows[] = {
        {"navigating", 1.5, 0.25, 1.75},
        {"loading", 0, 0.001, 0.001},
        {"requests", 0, 0.002, 0.002},
        {"timers", 0, 0.003, 0.003},
        {"stillness", 0, 0.004, 0.004},
        {"pressing", 0.02, 0, 0.02},
        {"holding", 0, 6, 6},
        {"opening", -1, -1, 0.7}, /* of no setting */
    };
    const cJSON *list = ofs_json_get(o, "settings");
    for (size_t i = 0; i < COUNT(rows); i++) {
        const double seen[] = {
            ofs_json_num(ofs_json_get(cJSON_GetArrayItem(list, 0), "timing"), rows[i].key, -1),
            ofs_json_num(ofs_json_get(cJSON_GetArrayItem(list, 1), "timing"), rows[i].key, -1),
            ofs_json_num(ofs_json_get(o, "timing"), rows[i].key, -1)};
        const double right[] = {rows[i].first, rows[i].second, rows[i].sum};
        for (size_t k = 0; k < COUNT(seen); k++)
            assert_int_equal((int)(seen[k] * 1000 + 0.5), (int)(right[k] * 1000 + 0.5));
    }
    assert_true(ofs_json_num(o, "hold", -1) == 6);
}

/* No browser was reached: the error, and every setting is unknown with its reason. */
static void test_fail_before_browser(void **state)
{
    (void)state;
    static const struct {
        enum ofs_error_code code;
        const char *reason;
    } rows[] = {
        {OFS_ERR_NO_BROWSER, "no-browser"},   {OFS_ERR_CONNECT, "no-browser"},
        {OFS_ERR_LOST, "no-browser"},         {OFS_ERR_STATE, "no-browser"},
        {OFS_ERR_INTERRUPTED, "interrupted"}, {OFS_ERR_TIMEOUT, "timed-out"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_result results[2] = {plain, plain};
        struct ofs_run run = a_run(results, 2);
        struct ofs_error err = {0};
        ofs_fail(&err, rows[i].code, "nothing listens on port 1");
        ofs_hint(&err, "start it");
        run.protocol = run.wire = NULL;
        ofs_run_fail(&run, &err);
        OFS_AUTO_JSON o = report_of(&run);
        assert_keys(ofs_json_get(o, "error"), error_keys);
        assert_string_equal(ofs_json_str(o, "error/code", "-"), ofs_error_name(rows[i].code));
        assert_string_equal(ofs_json_str(o, "error/text", "-"), "nothing listens on port 1");
        assert_string_equal(ofs_json_str(o, "error/hint", "-"), "start it");
        const cJSON *one;
        cJSON_ArrayForEach(one, ofs_json_get(o, "settings"))
        {
            assert_string_equal(ofs_json_str(one, "verdict", "-"), "unknown");
            assert_string_equal(ofs_json_str(one, "reason", "-"), rows[i].reason);
            assert_non_null(strstr(ofs_json_str(one, "detail", "-"), "nothing listens"));
        }
        assert_int_equal(ofs_run_status(&run), 3);
    }
}

/* After a browser was reached its reads are results, whatever happens then. */
static void test_fail_after_reading(void **state)
{
    (void)state;
    struct ofs_result result = plain;
    struct ofs_error err = {0};
    result.verdict = OFS_VERDICT_DIFFERS;
    struct ofs_run run = a_run(&result, 1);
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed");
    ofs_run_fail(&run, &err);
    OFS_AUTO_JSON o = report_of(&run);
    assert_string_equal(ofs_json_str(o, "error/code", "-"), "refused");
    assert_true(cJSON_IsNull(ofs_json_at(o, "error/hint")));
    assert_int_equal(result.verdict, OFS_VERDICT_DIFFERS);
    assert_string_equal(result.detail, "d");
}

/* A scenario that could not be loaded leaves nothing else to report. */
static void test_no_scenario(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    struct ofs_run run = {.command = "check"};
    ofs_run_begin(&run);
    ofs_fail(&err, OFS_ERR_SCENARIO, "no such file");
    ofs_run_fail(&run, &err);
    OFS_AUTO_JSON o = report_of(&run);
    assert_true(cJSON_IsNull(ofs_json_get(o, "scenario")));
    assert_true(cJSON_IsNull(ofs_json_get(o, "origin")));
    assert_true(cJSON_IsNull(ofs_json_get(o, "account")));
    assert_string_equal(ofs_json_str(o, "error/code", "-"), "scenario");
}

static void test_lists(void **state)
{
    (void)state;
    struct ofs_run run = a_run(NULL, 0);
    run.unlisted = cJSON_Parse("[{\"page\":\"/p\",\"name\":\"N\",\"state\":\"on\"}]");
    run.manual = cJSON_Parse("[{\"id\":\"m\"},{\"id\":\"n\"}]");
    OFS_AUTO_JSON o = report_of(&run);
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(o, "unlisted")), 1);
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(o, "manual")), 2);
    ofs_run_clear(&run);
    assert_null(run.unlisted);
    assert_null(run.manual);
    ofs_run_clear(&run);
}

/* A page's text goes into the report; however it was truncated, the report is UTF-8. */
static void test_report_is_utf8(void **state)
{
    (void)state;
    struct ofs_result result = plain;
    memset(result.detail, 0, sizeof result.detail);
    for (size_t i = 0; i + 1 < sizeof result.detail; i++)
        result.detail[i] = "\xce\xa9"[i % 2]; /* the last one is truncated */
    snprintf(result.before, sizeof result.before, "\xff\"quoted\"\n");
    struct ofs_run run = a_run(&result, 1);
    OFS_AUTO_STR text = ofs_run_json(&run);
    assert_non_null(text);
    assert_null(strchr(text, '\xff'));
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == 0xce)
            assert_int_equal(*++p, 0xa9);
    OFS_AUTO_JSON o = report_of(&run);
    const cJSON *one = cJSON_GetArrayItem(ofs_json_get(o, "settings"), 0);
    assert_int_equal(strlen(ofs_json_str(one, "detail", "")), sizeof result.detail - 2);
    assert_string_equal(ofs_json_str(one, "before", ""), "?\"quoted\" ");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Runs of one second share a ledger. Sixteen bits of chance gave two of sixty runs the same id in
 * one of forty tries. */
static void test_ids(void **state)
{
    (void)state;
    enum { RUNS = 2000 };
    static char ids[RUNS][40];
    struct ofs_run run = {0};
    for (int i = 0; i < RUNS; i++) {
        int end = 0;
        ofs_run_begin(&run);
        assert_int_equal(sscanf(run.id, "%*8[0-9]-%*6[0-9]-%*12[0-9a-f]%n", &end), 0);
        assert_int_equal(end, 28);
        assert_int_equal(strlen(run.id), 28);
        assert_memory_equal(run.id, run.started, 4);
        memcpy(ids[i], run.id, sizeof ids[i]);
    }
    qsort(ids, RUNS, sizeof ids[0], by_text);
    for (int i = 1; i < RUNS; i++)
        assert_string_not_equal(ids[i - 1], ids[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_place_and_words),
        cmocka_unit_test(test_timing),
        cmocka_unit_test(test_fail_before_browser),
        cmocka_unit_test(test_fail_after_reading),
        cmocka_unit_test(test_no_scenario),
        cmocka_unit_test(test_report_is_utf8),
        cmocka_unit_test(test_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
