#include "record/report.h"

#include <string.h>

#include "base/json.h"
#include "record/choices.h"
#include "record/history.h"

static const char schema[] = {
#include "report.schema.json.h"
    0};

const char *ofs_report_schema(void)
{
    return schema;
}

const char *ofs_proof_words(const char *proof)
{
    static const struct {
        const char *word, *words;
    } rows[] = {
        {"reload", "it was read again after a reload"},
        {"fresh-tab", "it was read again in a new tab"},
        {"save-acknowledged", "the site confirmed the save"},
        {"served", "the site's own data name the new value"},
        {"held", "it was read again some seconds after the last save"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].word, proof))
            return rows[i].words;
    return proof;
}

int ofs_report_escape(struct ofs_buf *out, const char *text, struct ofs_error *err)
{
    static const struct {
        char c;
        const char *entity;
    } rows[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    int rc = 0;
    for (const char *p = text; !rc && *p; p++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if (rows[i].c == *p)
                entity = rows[i].entity;
        /* control characters are not allowed in XML */
        bool control = (unsigned char)*p < ' ' && !strchr("\t\n", *p);
        rc = entity    ? ofs_buf_puts(out, entity, err)
             : control ? ofs_buf_puts(out, " ", err)
                       : ofs_buf_add(out, p, 1, err);
    }
    return rc;
}

const char *ofs_report_state(const cJSON *setting)
{
    const char *after = ofs_json_str(setting, "after", NULL);
    return after ? after : ofs_json_str(setting, "before", NULL);
}

const char *ofs_report_whose(const cJSON *report)
{
    const char *label = ofs_json_str(report, "label", NULL);
    const char *hint = ofs_json_str(report, "account/hint", NULL);
    return label ? label : hint ? hint : ofs_json_str(report, "file", "");
}

/* ---- many people's reports ---- */

static int count(const cJSON *report, const char *const *verdicts)
{
    const cJSON *setting;
    int n = 0;
    cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
    {
        for (const char *const *v = verdicts; *v; v++)
            n += !strcmp(*v, ofs_json_str(setting, "verdict", "unknown"));
    }
    return n;
}

static bool is_of_the_same(const cJSON *a, const cJSON *b)
{
    const char *one = ofs_json_str(a, "account/id", NULL),
               *two = ofs_json_str(b, "account/id", NULL);
    bool same = one && two && !ofs_json_str(a, "label", NULL) && !ofs_json_str(b, "label", NULL)
                    ? !strcmp(one, two)
                    : !strcmp(ofs_report_whose(a), ofs_report_whose(b));
    return same &&
           !strcmp(ofs_json_str(a, "scenario/id", ""), ofs_json_str(b, "scenario/id", "")) &&
           !strcmp(ofs_json_str(a, "origin", ""), ofs_json_str(b, "origin", ""));
}

static bool is_newest(const cJSON *reports, const cJSON *report)
{
    const cJSON *other;
    bool behind = false;
    cJSON_ArrayForEach(other, reports)
    {
        int order = strcmp(ofs_json_str(other, "started", ""), ofs_json_str(report, "started", ""));
        if (other != report && is_of_the_same(other, report) &&
            (order > 0 || (order == 0 && behind)))
            return false;
        behind = behind || other == report;
    }
    return true;
}

static cJSON *person_of(const cJSON *report, const char *now)
{
    static const char *const wanted[] = {"as-wanted", "fixed", NULL};
    static const char *const differs[] = {"differs", "not-kept", NULL};
    static const char *const unknown[] = {"unknown", "locked", NULL};
    static const char *const other[] = {"not-offered", "skipped", NULL};
    const char *at = ofs_json_str(report, "started", "");
    const char *who = ofs_report_whose(report);
    int n_differs = count(report, differs), n_unknown = count(report, unknown);
    int age = ofs_date_days(at, now);
    bool any = cJSON_GetArraySize(ofs_json_get(report, "settings")) > 0;
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "who", *who ? who : "somebody");
    cJSON_AddStringToObject(o, "scenario", ofs_json_str(report, "scenario/id", ""));
    cJSON_AddStringToObject(o, "origin", ofs_json_str(report, "origin", ""));
    cJSON_AddStringToObject(o, "run", ofs_json_str(report, "run", ""));
    cJSON_AddStringToObject(o, "at", at);
    cJSON_AddNumberToObject(o, "age_days", age);
    cJSON_AddNumberToObject(o, "as_wanted", count(report, wanted));
    cJSON_AddNumberToObject(o, "differs", n_differs);
    cJSON_AddNumberToObject(o, "unknown", n_unknown);
    cJSON_AddNumberToObject(o, "other", count(report, other));
    cJSON_AddStringToObject(o, "state",
                            n_differs                          ? "not-done"
                            : n_unknown || !any                ? "unknown"
                            : age < 0 || age > OFS_STALE_AFTER ? "stale"
                                                               : "done");
    return o;
}

cJSON *ofs_report_merge(const cJSON *reports, const char *now)
{
    const cJSON *report;
    cJSON *merged = cJSON_CreateObject();
    cJSON_AddNumberToObject(merged, "format", 1);
    cJSON_AddStringToObject(merged, "made", now);
    cJSON *people = cJSON_AddArrayToObject(merged, "people");
    cJSON_ArrayForEach(report, reports)
    {
        if (is_newest(reports, report))
            cJSON_AddItemToArray(people, person_of(report, now));
    }
    return merged;
}
