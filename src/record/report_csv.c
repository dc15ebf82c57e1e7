#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "record/report.h"

static const char *const columns[] = {
    "run",   "command", "started",  "scenario", "origin", "account", "label",  "id",
    "title", "group",   "wanted",   "before",   "after",  "verdict", "reason", "detail",
    "url",   "wording", "language", "located",  "ready",  "proofs",
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static int add_cell(struct ofs_buf *out, const char *text, bool last, struct ofs_error *err)
{
    bool formula = *text && strchr("=+-@\t\r", *text);
    bool quoted = formula || strpbrk(text, ",\"\r\n");
    int rc = ofs_buf_puts(out, quoted ? "\"" : "", err);
    rc = rc ? rc : ofs_buf_puts(out, formula ? "'" : "", err);
    for (const char *p = text; !rc && *p; p++)
        rc = *p == '"' ? ofs_buf_puts(out, "\"\"", err) : ofs_buf_add(out, p, 1, err);
    rc = rc ? rc : ofs_buf_puts(out, quoted ? "\"" : "", err);
    return rc ? rc : ofs_buf_puts(out, last ? "\r\n" : ",", err);
}

static void join_proofs(const cJSON *setting, char *ret, size_t size)
{
    const cJSON *proof;
    ret[0] = '\0';
    cJSON_ArrayForEach(proof, ofs_json_get(setting, "proofs"))
    {
        size_t used = strlen(ret);
        if (cJSON_IsString(proof))
            snprintf(ret + used, size - used, "%s%s", used ? " " : "", proof->valuestring);
    }
}

static const char *cell_of(const cJSON *report, const cJSON *setting, const char *column,
                           const char *proofs)
{
    const char *own = ofs_json_str(setting, column, NULL);
    if (!strcmp(column, "scenario"))
        return ofs_json_str(report, "scenario/id", "");
    if (!strcmp(column, "account"))
        return ofs_json_str(report, "account/hint", "");
    if (!strcmp(column, "proofs"))
        return proofs;
    return own ? own : ofs_json_str(report, column, "");
}

int ofs_report_csv(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err)
{
    const cJSON *report, *setting;
    for (size_t i = 0; i < COLUMNS; i++)
        if (add_cell(out, columns[i], i + 1 == COLUMNS, err))
            return -1;
    cJSON_ArrayForEach(report, reports)
    {
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            char proofs[200];
            join_proofs(setting, proofs, sizeof proofs);
            for (size_t i = 0; i < COLUMNS; i++)
                if (add_cell(out, cell_of(report, setting, columns[i], proofs), i + 1 == COLUMNS,
                             err))
                    return -1;
        }
    }
    return 0;
}

int ofs_report_merge_csv(const cJSON *merged, struct ofs_buf *out, struct ofs_error *err)
{
    static const char *const keys[] = {"who",      "scenario",  "origin",  "state",   "run",  "at",
                                       "age_days", "as_wanted", "differs", "unknown", "other"};
    enum { KEYS = sizeof keys / sizeof *keys };
    const cJSON *person;
    for (size_t i = 0; i < KEYS; i++)
        if (add_cell(out, keys[i], i + 1 == KEYS, err))
            return -1;
    cJSON_ArrayForEach(person, ofs_json_get(merged, "people"))
    {
        for (size_t i = 0; i < KEYS; i++) {
            char number[24];
            snprintf(number, sizeof number, "%d", (int)ofs_json_num(person, keys[i], 0));
            if (add_cell(out, ofs_json_str(person, keys[i], number), i + 1 == KEYS, err))
                return -1;
        }
    }
    return 0;
}

/* ---- OpenMetrics ---- */

static int add_label(struct ofs_buf *out, const char *name, const char *value, bool first,
                     struct ofs_error *err)
{
    int rc = ofs_buf_printf(out, err, "%s%s=\"", first ? "{" : ",", name);
    for (const char *p = value; !rc && *p; p++)
        rc = *p == '\n'                ? ofs_buf_puts(out, "\\n", err)
             : *p == '"' || *p == '\\' ? ofs_buf_printf(out, err, "\\%c", *p)
                                       : ofs_buf_add(out, p, 1, err);
    return rc ? rc : ofs_buf_puts(out, "\"", err);
}

static int add_labels(struct ofs_buf *out, const cJSON *report, const cJSON *setting,
                      struct ofs_error *err)
{
    int rc = add_label(out, "scenario", ofs_json_str(report, "scenario/id", ""), true, err);
    rc = rc ? rc : add_label(out, "origin", ofs_json_str(report, "origin", ""), false, err);
    rc = rc ? rc : add_label(out, "account", ofs_json_str(report, "account/id", ""), false, err);
    rc = rc ? rc : add_label(out, "label", ofs_json_str(report, "label", ""), false, err);
    if (!rc && setting)
        rc = add_label(out, "setting", ofs_json_str(setting, "id", ""), false, err);
    return rc;
}

static bool is_same_scope(const cJSON *a, const cJSON *b)
{
    static const char *const keys[] = {"scenario/id", "origin", "account/id", "label"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(ofs_json_str(a, keys[i], ""), ofs_json_str(b, keys[i], "")))
            return false;
    return true;
}

/* Does a later report contain the same setting (or, without one, the same scope)? */
static bool is_overtaken(const cJSON *report, const cJSON *setting)
{
    for (const cJSON *later = report->next; later; later = later->next) {
        const cJSON *one;
        if (!is_same_scope(report, later))
            continue;
        if (!setting)
            return true;
        cJSON_ArrayForEach(one, ofs_json_get(later, "settings"))
        {
            if (!strcmp(ofs_json_str(one, "id", ""), ofs_json_str(setting, "id", "")))
                return true;
        }
    }
    return false;
}

static long long seconds_of(const char *text)
{
    struct tm tm = {0};
    return strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) ? (long long)timegm(&tm) : 0;
}

static int is_wanted(const cJSON *setting)
{
    const char *verdict = ofs_json_str(setting, "verdict", "");
    return !strcmp(verdict, "as-wanted") || !strcmp(verdict, "fixed");
}

static int add_setting_metric(struct ofs_buf *out, const cJSON *report, const cJSON *setting,
                              bool verdict, struct ofs_error *err)
{
    int rc = ofs_buf_puts(
        out, verdict ? "offswitch_setting_verdict" : "offswitch_setting_as_wanted", err);
    rc = rc ? rc : add_labels(out, report, setting, err);
    if (!rc && verdict)
        rc = add_label(out, "verdict", ofs_json_str(setting, "verdict", ""), false, err);
    return rc ? rc : ofs_buf_printf(out, err, "} %d\n", verdict ? 1 : is_wanted(setting));
}

static int add_setting_metrics(const cJSON *reports, bool verdict, struct ofs_buf *out,
                               struct ofs_error *err)
{
    const cJSON *report, *setting;
    cJSON_ArrayForEach(report, reports)
    {
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            if (!is_overtaken(report, setting) &&
                add_setting_metric(out, report, setting, verdict, err))
                return -1;
        }
    }
    return 0;
}

int ofs_report_openmetrics(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err)
{
    const cJSON *report;
    if (ofs_buf_puts(out,
                     "# TYPE offswitch_setting_as_wanted gauge\n"
                     "# HELP offswitch_setting_as_wanted 1 where the setting was read back as "
                     "wanted.\n",
                     err) ||
        add_setting_metrics(reports, false, out, err) ||
        ofs_buf_puts(out,
                     "# TYPE offswitch_setting_verdict gauge\n"
                     "# HELP offswitch_setting_verdict 1, with the last verdict as a label.\n",
                     err) ||
        add_setting_metrics(reports, true, out, err) ||
        ofs_buf_puts(out,
                     "# TYPE offswitch_run_timestamp_seconds gauge\n"
                     "# UNIT offswitch_run_timestamp_seconds seconds\n"
                     "# HELP offswitch_run_timestamp_seconds When the last run began.\n",
                     err))
        return -1;
    cJSON_ArrayForEach(report, reports)
    {
        if (is_overtaken(report, NULL))
            continue;
        if (ofs_buf_puts(out, "offswitch_run_timestamp_seconds", err) ||
            add_labels(out, report, NULL, err) ||
            ofs_buf_printf(out, err, "} %lld\n", seconds_of(ofs_json_str(report, "started", ""))))
            return -1;
    }
    return ofs_buf_puts(out, "# EOF\n", err);
}
