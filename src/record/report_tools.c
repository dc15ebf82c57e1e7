#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "record/report.h"

/* The equivalent of each verdict in formats that have pass, fail, error and skip. */
static const struct {
    const char *verdict, *junit, *level;
} outcomes[] = {
    {"as-wanted", NULL, NULL},        {"fixed", NULL, NULL},
    {"differs", "failure", "error"},  {"not-kept", "failure", "error"},
    {"unknown", "error", "warning"},  {"locked", "error", "warning"},
    {"not-offered", "skipped", NULL}, {"skipped", "skipped", NULL},
};

static size_t outcome_of(const cJSON *setting)
{
    const char *verdict = ofs_json_str(setting, "verdict", "unknown");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (!strcmp(outcomes[i].verdict, verdict))
            return i;
    return 4; /* a word of a later version is not a pass */
}

/* ---- JUnit ---- */

static int add_attribute(struct ofs_buf *out, const char *name, const char *value,
                         struct ofs_error *err)
{
    if (ofs_buf_printf(out, err, " %s=\"", name) || ofs_report_escape(out, value, err))
        return -1;
    return ofs_buf_puts(out, "\"", err);
}

static int add_case(struct ofs_buf *out, const cJSON *report, const cJSON *setting,
                    struct ofs_error *err)
{
    const char *element = outcomes[outcome_of(setting)].junit;
    char message[80];
    snprintf(message, sizeof message, "%s%s%s", ofs_json_str(setting, "verdict", ""),
             ofs_json_str(setting, "reason", NULL) ? ": " : "",
             ofs_json_str(setting, "reason", ""));
    if (ofs_buf_puts(out, "    <testcase", err) ||
        add_attribute(out, "classname", ofs_json_str(report, "scenario/id", "offswitch"), err) ||
        add_attribute(out, "name", ofs_json_str(setting, "id", ""), err))
        return -1;
    if (!element)
        return ofs_buf_puts(out, "/>\n", err);
    if (ofs_buf_printf(out, err, ">\n      <%s", element) ||
        add_attribute(out, "message", message, err))
        return -1;
    if (!strcmp(element, "skipped"))
        return ofs_buf_puts(out, "/>\n    </testcase>\n", err);
    if (add_attribute(out, "type", ofs_json_str(setting, "verdict", ""), err) ||
        ofs_buf_puts(out, ">", err) ||
        ofs_report_escape(out, ofs_json_str(setting, "detail", ""), err))
        return -1;
    return ofs_buf_printf(out, err, "</%s>\n    </testcase>\n", element);
}

static int count(const cJSON *report, const char *junit)
{
    const cJSON *setting;
    int n = 0;
    cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
    {
        const char *is = outcomes[outcome_of(setting)].junit;
        n += !junit || (is && !strcmp(is, junit));
    }
    return n;
}

/* A run that could not be done gets its own case; otherwise it would pass. */
static int add_run_error(struct ofs_buf *out, const cJSON *report, struct ofs_error *err)
{
    const char *text = ofs_json_str(report, "error/text", NULL);
    if (!text)
        return 0;
    if (ofs_buf_puts(out, "    <testcase classname=\"offswitch\" name=\"the run\">\n      <error",
                     err) ||
        add_attribute(out, "message", text, err) ||
        add_attribute(out, "type", ofs_json_str(report, "error/code", ""), err))
        return -1;
    return ofs_buf_puts(out, "/>\n    </testcase>\n", err);
}

int ofs_report_junit(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err)
{
    const cJSON *report, *setting;
    if (ofs_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", err))
        return -1;
    cJSON_ArrayForEach(report, reports)
    {
        int error = ofs_json_str(report, "error/text", NULL) != NULL;
        if (ofs_buf_puts(out, "  <testsuite", err) ||
            add_attribute(out, "name", ofs_json_str(report, "run", ""), err) ||
            add_attribute(out, "timestamp", ofs_json_str(report, "started", ""), err) ||
            ofs_buf_printf(out, err,
                           " tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\">\n",
                           count(report, NULL) + error, count(report, "failure"),
                           count(report, "error") + error, count(report, "skipped")))
            return -1;
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            if (add_case(out, report, setting, err))
                return -1;
        }
        if (add_run_error(out, report, err) || ofs_buf_puts(out, "  </testsuite>\n", err))
            return -1;
    }
    return ofs_buf_puts(out, "</testsuites>\n", err);
}

/* ---- SARIF ---- */

static cJSON *text_of(const char *text)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "text", text);
    return o;
}

static cJSON *rule_of(const cJSON *setting)
{
    cJSON *rule = cJSON_CreateObject();
    cJSON_AddStringToObject(rule, "id", ofs_json_str(setting, "id", ""));
    cJSON_AddItemToObject(rule, "shortDescription", text_of(ofs_json_str(setting, "title", "")));
    return rule;
}

static cJSON *sarif_result(const cJSON *setting, int rule)
{
    cJSON *o = cJSON_CreateObject();
    const char *url = ofs_json_str(setting, "url", NULL);
    OFS_AUTO_STR text =
        ofs_text_printf("%s: %s. %s", ofs_json_str(setting, "title", ""),
                        ofs_json_str(setting, "verdict", ""), ofs_json_str(setting, "detail", ""));
    cJSON_AddStringToObject(o, "ruleId", ofs_json_str(setting, "id", ""));
    cJSON_AddNumberToObject(o, "ruleIndex", rule);
    cJSON_AddStringToObject(o, "level", outcomes[outcome_of(setting)].level);
    cJSON_AddItemToObject(o, "message", text_of(text ? text : ""));
    cJSON *locations = cJSON_AddArrayToObject(o, "locations");
    if (url) {
        cJSON *location = cJSON_CreateObject();
        cJSON *physical = cJSON_AddObjectToObject(location, "physicalLocation");
        cJSON *artifact = cJSON_AddObjectToObject(physical, "artifactLocation");
        cJSON_AddStringToObject(artifact, "uri", url);
        cJSON_AddItemToArray(locations, location);
    }
    return o;
}

static cJSON *sarif_run(const cJSON *report)
{
    const cJSON *setting;
    int index = 0;
    cJSON *run = cJSON_CreateObject();
    cJSON *driver = cJSON_AddObjectToObject(cJSON_AddObjectToObject(run, "tool"), "driver");
    cJSON_AddStringToObject(driver, "name", "offswitch");
    cJSON_AddStringToObject(driver, "version", ofs_json_str(report, "offswitch", OFS_VERSION));
    cJSON *rules = cJSON_AddArrayToObject(driver, "rules");
    cJSON *invocation = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(run, "invocations"), invocation);
    cJSON_AddBoolToObject(invocation, "executionSuccessful",
                          !ofs_json_str(report, "error/text", NULL));
    cJSON_AddStringToObject(invocation, "startTimeUtc", ofs_json_str(report, "started", ""));
    cJSON *results = cJSON_AddArrayToObject(run, "results");
    cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
    {
        cJSON_AddItemToArray(rules, rule_of(setting));
        if (outcomes[outcome_of(setting)].level)
            cJSON_AddItemToArray(results, sarif_result(setting, index));
        index++;
    }
    return run;
}

int ofs_report_sarif(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err)
{
    const cJSON *report;
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    cJSON_AddStringToObject(o, "version", "2.1.0");
    cJSON *runs = cJSON_AddArrayToObject(o, "runs");
    cJSON_ArrayForEach(report, reports)
    {
        cJSON_AddItemToArray(runs, sarif_run(report));
    }
    OFS_AUTO_STR text = cJSON_Print(o);
    if (!text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return ofs_buf_printf(out, err, "%s\n", text);
}
