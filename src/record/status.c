#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "record/choices.h"
#include "record/history.h"

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

static void copy(cJSON *to, const char *key, const cJSON *from)
{
    const cJSON *value = ofs_json_get(from, key);
    cJSON_AddItemToObject(to, key, value ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
}

/* The last result of each setting in each scope. In SQLite, the other columns come from the row
 * that has the maximum. */
static cJSON *last_results(struct ofs_db *db, const char *scenario, struct ofs_error *err)
{
    return ofs_db_rows(
        db, err,
        "WITH newest AS (SELECT r.scope, s.setting, max(s.run) AS run FROM results s"
        "  JOIN runs r ON r.n = s.run WHERE ?1 IS NULL OR r.scenario = ?1"
        "  GROUP BY r.scope, s.setting)"
        " SELECT w.scope, r.scenario, r.scenario_title, r.origin, r.account_hint, r.label,"
        " r.profile, r.id AS run, r.n, r.started AS at, r.stale_after_days, r.manual,"
        " s.setting, s.title, s.grp, s.wanted, coalesce(s.after, s.before) AS state, s.verdict,"
        " s.reason, s.detail, s.url, s.place FROM newest w JOIN runs r ON r.n = w.run"
        " JOIN results s ON s.run = w.run AND s.setting = w.setting"
        " ORDER BY max(r.n) OVER (PARTITION BY w.scope) DESC, w.scope, r.n DESC, s.place",
        "s", scenario);
}

/* If the last run has no result: what was known before it. */
static cJSON *known_before(struct ofs_db *db, const cJSON *row, struct ofs_error *err)
{
    return ofs_db_row(db, err,
                      "SELECT coalesce(s.after, s.before) AS state, r.started AS state_at"
                      " FROM results s JOIN runs r ON r.n = s.run WHERE r.scope = ? AND"
                      " s.setting = ? AND coalesce(s.after, s.before) IS NOT NULL"
                      " ORDER BY s.run DESC LIMIT 1",
                      "ss", get(row, "scope"), get(row, "setting"));
}

static int add_setting(struct ofs_db *db, cJSON *list, const cJSON *row, const cJSON *kept,
                       const char *now, struct ofs_error *err)
{
    static const char *const columns[] = {"title",  "wanted", "verdict", "reason",
                                          "detail", "at",     "url",     "run"};
    const char *at = get(row, "at"), *state = ofs_json_str(row, "state", NULL);
    const cJSON *waiver = ofs_json_get(kept, get(row, "setting"));
    OFS_AUTO_JSON before = state ? NULL : known_before(db, row, err);
    if (!state && !before)
        return -1;
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "id", get(row, "setting"));
    cJSON_AddStringToObject(one, "group", get(row, "grp"));
    ofs_json_add_str(one, "state", state ? state : ofs_json_str(before, "state", NULL));
    ofs_json_add_str(one, "state_at", state ? at : ofs_json_str(before, "state_at", NULL));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        copy(one, columns[i], row);
    int age = ofs_date_days(at, now);
    cJSON_AddNumberToObject(one, "age_days", age);
    /* A date in the future is from a clock that was wrong: its age is unknown. */
    cJSON_AddBoolToObject(
        one, "stale", age < 0 || age > (int)ofs_json_num(row, "stale_after_days", OFS_STALE_AFTER));
    copy(one, "because", waiver);
    copy(one, "until", waiver);
    cJSON_AddBoolToObject(one, "lapsed", ofs_json_bool(waiver, "lapsed", false));
    cJSON_AddItemToArray(list, one);
    return 0;
}

/* The next date that a watched document announces, of the site or, for a replica, of replicas. */
static int add_next_date(struct ofs_db *db, cJSON *group, const char *now, struct ofs_error *err)
{
    OFS_AUTO_JSON next = ofs_db_row(db, err,
                                    "SELECT date, quote FROM calendar WHERE scenario = ?1"
                                    " AND (origin = ?3 OR (origin = 'replica' AND ?3 NOT IN"
                                    " (SELECT origin FROM calendar WHERE scenario = ?1)"
                                    " AND ?3 LIKE 'http://%')) AND date >= substr(?2, 1, 10)"
                                    " ORDER BY date LIMIT 1",
                                    "sss", get(group, "scenario"), now, get(group, "origin"));
    if (!next)
        return -1;
    ofs_json_add_str(group, "next_date", ofs_json_str(next, "date", NULL));
    ofs_json_add_str(group, "next_quote", ofs_json_str(next, "quote", NULL));
    return 0;
}

static int add_unfinished(struct ofs_db *db, cJSON *group, const char *scope, struct ofs_error *err)
{
    cJSON *rows = ofs_db_rows(db, err,
                              "SELECT i.setting, r.id AS run, i.at FROM intents i JOIN runs r"
                              " ON r.n = i.run WHERE r.scope = ? AND i.n NOT IN"
                              " (SELECT intent FROM outcomes) AND r.ended IS NOT 'finished'",
                              "s", scope);
    if (!rows)
        return -1;
    cJSON_AddItemToObject(group, "unfinished", rows);
    return 0;
}

static cJSON *new_group(struct ofs_ledger *ledger, cJSON *groups, const cJSON *row, const char *now,
                        struct ofs_error *err)
{
    static const char *const columns[] = {"scenario", "origin", "label", "profile", "run", "at"};
    cJSON *group = cJSON_CreateObject();
    OFS_AUTO_JSON manual = cJSON_Parse(get(row, "manual"));
    cJSON_AddItemToArray(groups, group);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        copy(group, columns[i], row);
    ofs_json_add_str(group, "title", get(row, "scenario_title"));
    ofs_json_add_str(group, "account", ofs_json_str(row, "account_hint", NULL));
    cJSON *steps = ofs_choice_steps(ledger, get(row, "scenario"), manual, now, err);
    if (!steps)
        return NULL;
    cJSON_AddArrayToObject(group, "settings");
    cJSON_AddItemToObject(group, "manual", steps);
    if (add_next_date(ofs_ledger_db(ledger), group, now, err) ||
        add_unfinished(ofs_ledger_db(ledger), group, get(row, "scope"), err))
        return NULL;
    return group;
}

cJSON *ofs_history_status(struct ofs_ledger *ledger, const char *scenario, const char *now,
                          struct ofs_error *err)
{
    struct ofs_db *db = ofs_ledger_db(ledger);
    OFS_AUTO_JSON rows = last_results(db, scenario, err);
    OFS_AUTO_JSON groups = cJSON_CreateArray();
    OFS_AUTO_JSON kept = NULL;
    const char *scope = "";
    cJSON *group = NULL;
    const cJSON *row;
    if (!rows)
        return NULL;
    cJSON_ArrayForEach(row, rows)
    {
        if (!group || strcmp(scope, get(row, "scope"))) {
            scope = get(row, "scope");
            cJSON_Delete(kept);
            kept = ofs_choice_kept(ledger, get(row, "scenario"), now, err);
            group = kept ? new_group(ledger, groups, row, now, err) : NULL;
        }
        if (!group || add_setting(db, cJSON_GetObjectItem(group, "settings"), row, kept, now, err))
            return NULL;
    }
    cJSON *done = groups;
    groups = NULL;
    return done;
}
