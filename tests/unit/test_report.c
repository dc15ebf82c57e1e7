/*
 * Reports: each format with hostile texts, without a run, with unknowns only, with many runs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "record/report.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char now[] = "2026-03-01T00:00:00Z";

static cJSON *a_setting(const char *id, const char *verdict, const char *reason, const char *words)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "id", id);
    cJSON_AddStringToObject(o, "title", words);
    cJSON_AddStringToObject(o, "group", "ai");
    cJSON_AddStringToObject(o, "wanted", "off");
    cJSON_AddStringToObject(o, "before", "on");
    ofs_json_add_str(o, "after", strcmp(verdict, "unknown") ? "off" : NULL);
    cJSON_AddStringToObject(o, "verdict", verdict);
    ofs_json_add_str(o, "reason", reason);
    cJSON_AddStringToObject(o, "detail", words);
    cJSON_AddStringToObject(o, "url", "https://www.example.com/a?b=1&c=2");
    cJSON_AddStringToObject(o, "wording", words);
    cJSON_AddStringToObject(o, "language", "en");
    cJSON_AddItemToObject(o, "proofs", cJSON_Parse("[\"reload\",\"held\"]"));
    return o;
}

static cJSON *a_report(const char *run, const char *started, const char *label)
{
    cJSON *o =
        cJSON_Parse("{\"format\":1,\"offswitch\":\"1\",\"command\":\"fix\",\"scenario\":{"
                    "\"id\":\"example\",\"version\":\"1\",\"sha256\":\"x\"},\"browser\":null,"
                    "\"origin\":\"https://www.example.com\",\"account\":null,\"error\":null,"
                    "\"exit\":0,\"settings\":[],\"unlisted\":[],\"manual\":[]}");
    cJSON_AddStringToObject(o, "run", run);
    cJSON_AddStringToObject(o, "started", started);
    cJSON_AddStringToObject(o, "finished", started);
    ofs_json_add_str(o, "label", label);
    return o;
}

static void add_setting(cJSON *report, cJSON *setting)
{
    cJSON_AddItemToArray(cJSON_GetObjectItem(report, "settings"), setting);
}

static const char *const hostile[] = {
    "<script>alert(1)</script>", "\" onmouseover=\"x",      "a & b < c > d ' e",
    "=HYPERLINK(\"x\")",         "line\nbreak, \"quoted\"", "]]>",
};

static void test_hostile_text(void **state)
{
    (void)state;
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    cJSON *report = a_report("<b>run</b>", "2026-01-01T00:00:00Z", "<i>label</i>");
    for (size_t i = 0; i < COUNT(hostile); i++)
        add_setting(report, a_setting(hostile[i], i % 2 ? "fixed" : "differs", NULL, hostile[i]));
    cJSON *link = a_setting("link", "fixed", NULL, "w");
    cJSON_ReplaceItemInObject(link, "url", cJSON_CreateString("javascript:alert(1)"));
    cJSON_ReplaceItemInObject(link, "language", cJSON_CreateString("en\" onclick=\"x"));
    add_setting(report, link);
    cJSON_AddItemToArray(reports, report);
    static const char *const never[] = {
        "<script", "<b>run", "<i>label", " onmouseover=\"", "\"javascript:", " onclick=\"", "]]>"};
    int (*const makers[])(const cJSON *, struct ofs_buf *, struct ofs_error *) = {
        ofs_report_junit, ofs_report_csv, ofs_report_openmetrics, ofs_report_sarif};
    struct ofs_error err;
    OFS_AUTO_BUF page = OFS_BUF(1 << 20);
    OFS_AUTO_BUF xml = OFS_BUF(1 << 20);
    OFS_AUTO_BUF csv = OFS_BUF(1 << 20);
    assert_int_equal(ofs_report_html(reports, NULL, now, &page, &err), 0);
    assert_int_equal(makers[0](reports, &xml, &err), 0);
    for (size_t i = 0; i < COUNT(never); i++) {
        assert_null(strstr(ofs_buf_str(&page), never[i]));
        assert_null(strstr(ofs_buf_str(&xml), never[i]));
    }
    assert_int_equal(makers[1](reports, &csv, &err), 0);
    assert_null(strstr(ofs_buf_str(&csv), ",="));
    assert_non_null(strstr(ofs_buf_str(&csv), "\"'=HYPERLINK(\"\"x\"\")\""));
}

static void test_page_is_self_contained(void **state)
{
    (void)state;
    struct ofs_error err;
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    cJSON *report = a_report("r", "2026-01-01T00:00:00Z", NULL);
    OFS_AUTO_BUF page = OFS_BUF(1 << 20);
    add_setting(report, a_setting("a", "fixed", NULL, "A"));
    cJSON_AddItemToArray(reports, report);
    assert_int_equal(ofs_report_html(reports, NULL, now, &page, &err), 0);
    static const char *const never[] = {"<script", "<link",    "@import",
                                        "src=",    "url(http", "<iframe"};
    for (size_t i = 0; i < COUNT(never); i++)
        assert_null(strstr(ofs_buf_str(&page), never[i]));
    assert_non_null(strstr(ofs_buf_str(&page), "lang=\"en\""));
    assert_non_null(strstr(ofs_buf_str(&page), "it was read again after a reload"));
}

/* No run, one that read nothing, only unknowns. */
static void test_few_results(void **state)
{
    (void)state;
    struct ofs_error err;
    for (int kind = 0; kind < 3; kind++) {
        OFS_AUTO_JSON reports = cJSON_CreateArray();
        OFS_AUTO_BUF out = OFS_BUF(1 << 20);
        if (kind)
            cJSON_AddItemToArray(reports, a_report("r", "2026-01-01T00:00:00Z", NULL));
        if (kind == 2)
            add_setting(cJSON_GetArrayItem(reports, 0),
                        a_setting("a", "unknown", "signed-out", "A"));
        assert_int_equal(ofs_report_html(reports, NULL, now, &out, &err), 0);
        assert_non_null(strstr(ofs_buf_str(&out), "</html>"));
        ofs_buf_clear(&out);
        assert_int_equal(ofs_report_junit(reports, &out, &err), 0);
        assert_true((strstr(ofs_buf_str(&out), "<error message=\"unknown: signed-out\"") != NULL) ==
                    (kind == 2));
        ofs_buf_clear(&out);
        assert_int_equal(ofs_report_openmetrics(reports, &out, &err), 0);
        const char *text = ofs_buf_str(&out);
        assert_string_equal(text + strlen(text) - 6, "# EOF\n");
        ofs_buf_clear(&out);
        assert_int_equal(ofs_report_sarif(reports, &out, &err), 0);
        OFS_AUTO_JSON sarif = ofs_json_parse(ofs_buf_str(&out), out.len, &err);
        assert_non_null(sarif);
        assert_int_equal(cJSON_GetArraySize(ofs_json_get(sarif, "runs")), kind ? 1 : 0);
    }
}

static void test_openmetrics_has_last_run(void **state)
{
    (void)state;
    struct ofs_error err;
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    OFS_AUTO_BUF out = OFS_BUF(1 << 20);
    static const char *const verdicts[] = {"differs", "fixed"};
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        cJSON *report = a_report(i ? "b" : "a", i ? "2026-01-02T00:00:00Z" : "2026-01-01T00:00:00Z",
                                 "quote\"back\\slash");
        add_setting(report, a_setting("x", verdicts[i], NULL, "X"));
        cJSON_AddItemToArray(reports, report);
    }
    assert_int_equal(ofs_report_openmetrics(reports, &out, &err), 0);
    assert_null(strstr(ofs_buf_str(&out), "differs"));
    assert_non_null(strstr(ofs_buf_str(&out), "label=\"quote\\\"back\\\\slash\""));
    assert_non_null(strstr(ofs_buf_str(&out), "setting=\"x\"} 1\n"));
}

static void test_a_thousand_runs(void **state)
{
    (void)state;
    struct ofs_error err;
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    OFS_AUTO_BUF out = OFS_BUF(32 << 20);
    for (int i = 0; i < 1000; i++) {
        char id[24], at[OFS_DATE_SIZE];
        snprintf(id, sizeof id, "run-%d", i);
        snprintf(at, sizeof at, "2026-%02d-%02dT%02d:00:00Z", i / 84 + 1, i / 3 % 28 + 1, i % 24);
        cJSON *report = a_report(id, at, NULL);
        for (int k = 0; k < 14; k++) {
            char setting[16];
            snprintf(setting, sizeof setting, "s%d", k);
            add_setting(report, a_setting(setting, i % 7 ? "as-wanted" : "unknown",
                                          i % 7 ? NULL : "not-ready", "S"));
        }
        cJSON_AddItemToArray(reports, report);
    }
    int64_t began = ofs_now_ms();
    assert_int_equal(ofs_report_html(reports, NULL, now, &out, &err), 0);
    print_message("page of 1000 runs: %zu bytes, %d ms\n", out.len, (int)(ofs_now_ms() - began));
    assert_in_range(out.len, 1000, 2 << 20);
}

static void test_merge(void **state)
{
    (void)state;
    static const struct {
        const char *label, *started, *verdict, *reason, *state; /* state NULL: not the newest */
    } rows[] = {
        {"anna", "2026-01-10T00:00:00Z", "differs", NULL, NULL},
        {"anna", "2026-02-10T00:00:00Z", "fixed", NULL, "done"},
        {"bo", "2026-02-20T00:00:00Z", "differs", NULL, "not-done"},
        {"cy", "2026-02-20T00:00:00Z", "unknown", "signed-out", "unknown"},
        {"di", "2026-01-01T00:00:00Z", "as-wanted", NULL, "stale"},
        {"eva", "2026-02-20T00:00:00Z", "not-offered", NULL, "done"},
    };
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    for (size_t i = 0; i < COUNT(rows); i++) {
        cJSON *report = a_report("r", rows[i].started, rows[i].label);
        add_setting(report, a_setting("x", rows[i].verdict, rows[i].reason, "X"));
        cJSON_AddItemToArray(reports, report);
    }
    OFS_AUTO_JSON merged = ofs_report_merge(reports, now);
    const cJSON *person = ofs_json_get(merged, "people")->child;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (!rows[i].state)
            continue;
        assert_non_null(person);
        assert_string_equal(ofs_json_str(person, "who", ""), rows[i].label);
        assert_string_equal(ofs_json_str(person, "state", ""), rows[i].state);
        person = person->next;
    }
    assert_null(person);
}

static void test_schema_is_json(void **state)
{
    (void)state;
    struct ofs_error err;
    OFS_AUTO_JSON schema = ofs_json_parse(ofs_report_schema(), strlen(ofs_report_schema()), &err);
    assert_non_null(ofs_json_at(schema, "$defs/report"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile_text),    cmocka_unit_test(test_page_is_self_contained),
        cmocka_unit_test(test_few_results),     cmocka_unit_test(test_openmetrics_has_last_run),
        cmocka_unit_test(test_a_thousand_runs), cmocka_unit_test(test_merge),
        cmocka_unit_test(test_schema_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
