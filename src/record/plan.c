#include "record/plan.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

enum { MOST_BYTES = 4 << 20, SKEW = 300 /* seconds that a clock may be set back */ };

static void add_words(cJSON *object, const char *key, const char *words)
{
    OFS_AUTO_STR copy = strdup(words);
    if (copy)
        ofs_text_tame(copy);
    ofs_json_add_str(object, key, copy && *copy ? copy : NULL);
}

static cJSON *setting_of(const struct ofs_run *run, const struct ofs_result *r)
{
    cJSON *o = cJSON_CreateObject();
    OFS_AUTO_STR url = ofs_result_url(run, r);
    const char *state = r->after[0] ? r->after : r->before;
    cJSON_AddStringToObject(o, "id", r->id);
    cJSON_AddStringToObject(o, "title", r->title);
    add_words(o, "state", state);
    cJSON_AddStringToObject(o, "wanted", r->wanted);
    cJSON_AddStringToObject(o, "verdict", ofs_verdict_word(r->verdict));
    cJSON_AddBoolToObject(o, "press", r->verdict == OFS_VERDICT_DIFFERS);
    add_words(o, "wording", r->wording);
    ofs_json_add_str(o, "url", url);
    return o;
}

cJSON *ofs_plan_make(const struct ofs_run *run)
{
    cJSON *plan = cJSON_CreateObject();
    cJSON *scenario = cJSON_CreateObject();
    cJSON_AddNumberToObject(plan, "format", OFS_PLAN_FORMAT);
    cJSON_AddStringToObject(plan, "kind", "plan");
    cJSON_AddStringToObject(plan, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(plan, "made", run->started);
    cJSON_AddStringToObject(plan, "run", run->id);
    cJSON_AddItemToObject(plan, "scenario", scenario);
    cJSON_AddStringToObject(scenario, "id", run->scenario_id);
    cJSON_AddStringToObject(scenario, "version", run->scenario_version);
    cJSON_AddStringToObject(scenario, "sha256", run->scenario_sha256);
    cJSON_AddStringToObject(plan, "origin", run->origin);
    if (run->account_id[0]) {
        cJSON *account = cJSON_AddObjectToObject(plan, "account");
        cJSON_AddStringToObject(account, "id", run->account_id);
        cJSON_AddStringToObject(account, "hint", run->account_hint);
    } else {
        cJSON_AddNullToObject(plan, "account");
    }
    cJSON *settings = cJSON_AddArrayToObject(plan, "settings");
    for (size_t i = 0; i < run->n_results; i++)
        cJSON_AddItemToArray(settings, setting_of(run, &run->results[i]));
    return plan;
}

static bool is_plan(const cJSON *plan)
{
    const cJSON *one, *settings = ofs_json_get(plan, "settings");
    bool whole = !strcmp(ofs_json_str(plan, "kind", ""), "plan") &&
                 ofs_json_str(plan, "made", NULL) && ofs_json_str(plan, "origin", NULL) &&
                 ofs_json_str(plan, "scenario/id", NULL) &&
                 ofs_json_str(plan, "scenario/sha256", NULL) && cJSON_GetArraySize(settings) > 0 &&
                 cJSON_IsArray(settings);
    cJSON_ArrayForEach(one, settings)
    {
        whole = whole && ofs_json_str(one, "id", NULL) && ofs_json_str(one, "wanted", NULL) &&
                cJSON_IsBool(ofs_json_get(one, "press"));
    }
    return whole;
}

cJSON *ofs_plan_read(const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    struct ofs_error why;
    if (ofs_buf_read_file(&text, path, &why)) {
        ofs_fail(err, OFS_ERR_SYSTEM, "the plan cannot be read: %s", why.text);
        return NULL;
    }
    cJSON *plan = ofs_json_parse(ofs_buf_str(&text), text.len, &why);
    if (!plan) {
        ofs_fail(err, OFS_ERR_SYSTEM, "the plan %s is %s", path, why.text);
        return NULL;
    }
    if ((int)ofs_json_num(plan, "format", 0) == OFS_PLAN_FORMAT && is_plan(plan))
        return plan;
    cJSON_Delete(plan);
    ofs_fail(err, OFS_ERR_SYSTEM, "%s is not a plan that this version can read", path);
    ofs_hint(err, "'offswitch check --out FILE' writes one");
    return NULL;
}

char *ofs_plan_ids(const cJSON *plan)
{
    OFS_AUTO_BUF ids = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(plan, "settings"))
    {
        if (ofs_buf_printf(&ids, &ignored, "%s%s", ids.len ? "," : "", ofs_json_str(one, "id", "")))
            return NULL;
    }
    return strdup(ofs_buf_str(&ids));
}

static int stale(struct ofs_error *err)
{
    return ofs_hint(err, "nothing was pressed; make a new plan with 'offswitch check --out FILE'");
}

/* Seconds of an RFC 3339 date in UTC; -1 if it is not a date. */
static int64_t seconds_of(const char *text)
{
    struct tm tm = {0};
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    return rest && !*rest ? (int64_t)timegm(&tm) : -1;
}

static int check_age(const cJSON *plan, const char *now, struct ofs_error *err)
{
    int64_t made = seconds_of(ofs_json_str(plan, "made", "")), at = seconds_of(now);
    if (made >= 0 && at >= made - SKEW && at - made <= OFS_PLAN_HOURS * 3600)
        return 0;
    ofs_fail(err, OFS_ERR_REFUSED, "the plan of %s is older than a day",
             ofs_json_str(plan, "made", "no date"));
    return stale(err);
}

static const struct ofs_result *result_of(const struct ofs_run *run, const char *id)
{
    for (size_t i = 0; i < run->n_results; i++)
        if (!strcmp(run->results[i].id, id))
            return &run->results[i];
    return NULL;
}

static bool is_same(const cJSON *setting, const char *key, const cJSON *now)
{
    return !strcmp(ofs_json_str(setting, key, ""), ofs_json_str(now, key, ""));
}

/* A state that the plan did not know sets no condition; it may only not be pressed. */
static int check_setting(const cJSON *setting, const struct ofs_run *run, struct ofs_error *err)
{
    const char *id = ofs_json_str(setting, "id", "");
    const struct ofs_result *r = result_of(run, id);
    if (!r)
        return ofs_fail(err, OFS_ERR_REFUSED, "the plan has '%s', and it was not read now", id);
    OFS_AUTO_JSON now = setting_of(run, r);
    if (!is_same(setting, "wanted", now))
        return ofs_fail(err, OFS_ERR_REFUSED, "'%s' is to be %s now; the plan says %s", id,
                        r->wanted, ofs_json_str(setting, "wanted", ""));
    if (ofs_json_str(setting, "state", NULL) &&
        (!is_same(setting, "state", now) || !is_same(setting, "verdict", now)))
        return ofs_fail(err, OFS_ERR_REFUSED, "'%s' was %s (%s) for the plan, and is %s (%s) now",
                        id, ofs_json_str(setting, "state", ""),
                        ofs_json_str(setting, "verdict", ""), ofs_json_str(now, "state", "unknown"),
                        ofs_verdict_word(r->verdict));
    if (ofs_json_str(setting, "state", NULL) && !is_same(setting, "wording", now))
        return ofs_fail(err, OFS_ERR_REFUSED, "the wording of '%s' was \"%s\", and is \"%s\" now",
                        id, ofs_json_str(setting, "wording", ""), ofs_json_str(now, "wording", ""));
    if (ofs_json_bool(setting, "press", false) != (r->verdict == OFS_VERDICT_DIFFERS))
        return ofs_fail(err, OFS_ERR_REFUSED, "'%s' is %s now, and was not for the plan", id,
                        ofs_verdict_word(r->verdict));
    return 0;
}

int ofs_plan_check(const cJSON *plan, const struct ofs_run *run, const char *now,
                   struct ofs_error *err)
{
    const char *account = ofs_json_str(plan, "account/id", "");
    const cJSON *setting;
    if (check_age(plan, now, err))
        return -1;
    if (strcmp(ofs_json_str(plan, "scenario/id", ""), run->scenario_id) ||
        strcmp(ofs_json_str(plan, "scenario/sha256", ""), run->scenario_sha256)) {
        ofs_fail(err, OFS_ERR_REFUSED,
                 "the scenario '%s' is not the one that the plan was made for", run->scenario_id);
        return stale(err);
    }
    if (strcmp(ofs_json_str(plan, "origin", ""), run->origin)) {
        ofs_fail(err, OFS_ERR_REFUSED, "the plan was made at %s, and this is %s",
                 ofs_json_str(plan, "origin", ""), run->origin);
        return stale(err);
    }
    if (strcmp(account, run->account_id)) {
        ofs_fail(err, OFS_ERR_REFUSED, "the plan was made for the account %s, and this is %s",
                 ofs_json_str(plan, "account/hint", "(not known)"),
                 run->account_id[0] ? run->account_hint : "(not known)");
        return stale(err);
    }
    cJSON_ArrayForEach(setting, ofs_json_get(plan, "settings"))
    {
        if (check_setting(setting, run, err))
            return stale(err);
    }
    /* Nothing outside the plan is pressed either. */
    for (size_t i = 0; i < run->n_results; i++) {
        bool known = false;
        cJSON_ArrayForEach(setting, ofs_json_get(plan, "settings"))
        {
            known = known || !strcmp(ofs_json_str(setting, "id", ""), run->results[i].id);
        }
        if (!known) {
            ofs_fail(err, OFS_ERR_REFUSED, "'%s' is not in the plan", run->results[i].id);
            return stale(err);
        }
    }
    return 0;
}
