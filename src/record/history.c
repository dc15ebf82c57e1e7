#include "record/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "record/choices.h"
#include "record/moves.h"

static struct ofs_db *db_of(struct ofs_ledger *ledger)
{
    return ofs_ledger_db(ledger);
}

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

static void copy(cJSON *to, const char *key, const cJSON *from, const char *column)
{
    const cJSON *value = ofs_json_get(from, column);
    cJSON_AddItemToObject(to, key, value ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
}

/* JSON that was stored as text; an empty list if it is not JSON. */
static cJSON *parsed(const cJSON *row, const char *column)
{
    cJSON *value = cJSON_Parse(get(row, column));
    return value ? value : cJSON_CreateArray();
}

static int explain_missing(const char *given, const char *command, size_t n, struct ofs_error *err)
{
    if (n > 1) {
        ofs_fail(err, OFS_ERR_USAGE, "'%s' is the beginning of %s runs", given,
                 n > 2 ? "several" : "two");
        return ofs_hint(err, "'offswitch history' lists their ids");
    }
    if (given)
        ofs_fail(err, OFS_ERR_USAGE, "there is no run '%s' in the ledger", given);
    else
        ofs_fail(err, OFS_ERR_STATE, "the ledger has no run yet%s%s", command ? " of " : "",
                 command ? command : "");
    return ofs_hint(err, "%s",
                    given ? "'offswitch history' lists the runs" : "run check or fix first");
}

int ofs_history_find(struct ofs_ledger *ledger, const char *given, const char *command,
                     char ret_id[40], struct ofs_error *err)
{
    OFS_AUTO_JSON rows =
        given ? ofs_db_rows(db_of(ledger), err,
                            "SELECT id FROM runs WHERE substr(id, 1, length(?1)) = ?1"
                            " ORDER BY id = ?1 DESC, n DESC LIMIT 3",
                            "s", *given ? given : " ")
              : ofs_db_rows(db_of(ledger), err,
                            "SELECT id FROM runs WHERE ended IS NOT NULL AND (?1 IS NULL OR"
                            " command = ?1) ORDER BY n DESC LIMIT 1",
                            "s", command);
    if (!rows)
        return -1;
    size_t n = (size_t)cJSON_GetArraySize(rows);
    const char *first = get(cJSON_GetArrayItem(rows, 0), "id");
    if (n != 1 && !(n > 1 && !strcmp(first, given)))
        return explain_missing(given, command, n, err);
    snprintf(ret_id, 40, "%s", first);
    return 0;
}

int ofs_history_find_change(struct ofs_ledger *ledger, const char *given, char ret_id[40],
                            struct ofs_error *err)
{
    if (given)
        return ofs_history_find(ledger, given, NULL, ret_id, err);
    OFS_AUTO_JSON row = ofs_db_row(db_of(ledger), err,
                                   "SELECT id FROM runs WHERE ended IS NOT NULL AND command <>"
                                   " 'undo' AND n IN (SELECT run FROM intents)"
                                   " ORDER BY n DESC LIMIT 1",
                                   "");
    if (!row)
        return -1;
    if (!cJSON_IsNull(row)) {
        snprintf(ret_id, 40, "%s", get(row, "id"));
        return 0;
    }
    ofs_fail(err, OFS_ERR_STATE, "no run in the ledger has changed anything");
    return ofs_hint(err, "'offswitch history' lists the runs");
}

cJSON *ofs_history_runs(struct ofs_ledger *ledger, const char *scenario, struct ofs_error *err)
{
    return ofs_db_rows(
        db_of(ledger), err,
        "SELECT r.id AS run, r.command, r.scenario, r.account_hint AS account, r.label, r.origin,"
        " r.started, r.finished, r.ended, r.exit,"
        " count(CASE WHEN s.verdict IN ('fixed') THEN 1 END) AS fixed,"
        " count(CASE WHEN s.verdict IN ('differs', 'not-kept') THEN 1 END) AS differs,"
        " count(CASE WHEN s.verdict IN ('unknown', 'locked') THEN 1 END) AS unknown,"
        " count(s.setting) AS settings"
        " FROM runs r LEFT JOIN results s ON s.run = r.n WHERE ?1 IS NULL OR r.scenario = ?1"
        " GROUP BY r.n ORDER BY r.n DESC",
        "s", scenario);
}

cJSON *ofs_history_moves(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                         struct ofs_error *err)
{
    OFS_AUTO_JSON results = ofs_db_rows(
        db_of(ledger), err,
        "SELECT r.scope, r.scenario, r.id AS run, r.command, r.started, r.scenario_sha256 AS"
        " sha256, r.profile, r.origin, r.account, r.account_hint AS hint, s.setting, s.title,"
        " s.before, s.after FROM results s JOIN runs r ON r.n = s.run"
        " WHERE (?1 IS NULL OR r.scenario = ?1) AND (?2 IS NULL OR s.setting = ?2)"
        " ORDER BY r.scope, s.setting, r.n",
        "ss", scenario, setting);
    OFS_AUTO_JSON presses =
        results ? ofs_db_rows(db_of(ledger), err,
                              "SELECT r.scope, i.setting, i.at, r.id AS run FROM intents i"
                              " JOIN runs r ON r.n = i.run WHERE r.ended = 'broken-off'",
                              "")
                : NULL;
    OFS_AUTO_JSON revisions =
        presses ? ofs_db_rows(
                      db_of(ledger), err,
                      "SELECT v.scenario, v.origin, coalesce(p.title, v.policy) AS title, v.seen"
                      " FROM revisions v LEFT JOIN policies p ON p.scenario = v.scenario"
                      " AND p.policy = v.policy AND p.origin = v.origin WHERE EXISTS"
                      " (SELECT 1 FROM revisions o WHERE o.scenario = v.scenario AND"
                      " o.policy = v.policy AND o.origin = v.origin AND o.n < v.n)",
                      "")
                : NULL;
    return revisions ? ofs_moves(results, presses, revisions) : NULL;
}

cJSON *ofs_history_turned_back(struct ofs_ledger *ledger, const char *run, const cJSON *now,
                               struct ofs_error *err)
{
    OFS_AUTO_JSON row =
        ofs_db_row(db_of(ledger), err, "SELECT scope, scenario FROM runs WHERE id = ?", "s", run);
    OFS_AUTO_JSON moves =
        row ? ofs_history_moves(ledger, ofs_json_str(row, "scenario", NULL), NULL, err) : NULL;
    const cJSON *one;
    if (!moves)
        return NULL;
    cJSON *back = cJSON_CreateObject();
    cJSON_ArrayForEach(one, now)
    {
        int n = ofs_moves_back(moves, get(row, "scope"), one->string, get(one, "wanted"),
                               ofs_json_str(one, "state", NULL));
        if (n >= OFS_MOST_BACK)
            cJSON_AddNumberToObject(back, one->string, n);
    }
    return back;
}

cJSON *ofs_history_diff(struct ofs_ledger *ledger, const char *from, const char *to,
                        struct ofs_error *err)
{
    OFS_AUTO_JSON settings = ofs_db_rows(
        db_of(ledger), err,
        "WITH a AS (SELECT * FROM results WHERE run = (SELECT n FROM runs WHERE id = ?1)),"
        " b AS (SELECT * FROM results WHERE run = (SELECT n FROM runs WHERE id = ?2)),"
        " ids AS (SELECT setting FROM a UNION SELECT setting FROM b)"
        " SELECT ids.setting AS id, coalesce(b.title, a.title) AS title,"
        " coalesce(a.after, a.before) AS \"from\", coalesce(b.after, b.before) AS \"to\","
        " a.verdict AS from_verdict, b.verdict AS to_verdict,"
        " a.wording AS from_wording, b.wording AS to_wording"
        " FROM ids LEFT JOIN a ON a.setting = ids.setting LEFT JOIN b ON b.setting = ids.setting"
        " WHERE coalesce(a.after, a.before) IS NOT coalesce(b.after, b.before)"
        " OR a.verdict IS NOT b.verdict OR a.wording IS NOT b.wording"
        " ORDER BY coalesce(b.place, a.place)",
        "ss", from, to);
    if (!settings)
        return NULL;
    bool same = ofs_db_number(db_of(ledger), 0,
                              "SELECT (SELECT scope FROM runs WHERE id = ?) ="
                              " (SELECT scope FROM runs WHERE id = ?)",
                              "ss", from, to) == 1;
    cJSON *diff = cJSON_CreateObject();
    cJSON_AddStringToObject(diff, "from", from);
    cJSON_AddStringToObject(diff, "to", to);
    cJSON_AddBoolToObject(diff, "same_scope", same);
    cJSON_AddItemToObject(diff, "settings", settings);
    settings = NULL;
    return diff;
}

cJSON *ofs_history_undo(struct ofs_ledger *ledger, const char *run, struct ofs_error *err)
{
    return ofs_db_rows(
        db_of(ledger), err,
        "SELECT i.setting, i.to_state AS \"from\", i.from_state AS \"to\" FROM intents i"
        " LEFT JOIN outcomes o ON o.intent = i.n LEFT JOIN results s ON s.run = i.run"
        " AND s.setting = i.setting WHERE i.run = (SELECT n FROM runs WHERE id = ?)"
        " AND coalesce(o.sent, 'unknown') <> 'no'"
        " AND coalesce(s.after, o.state, i.to_state) = i.to_state GROUP BY i.setting ORDER BY i.n",
        "s", run);
}

static cJSON *setting_json(const cJSON *row)
{
    static const struct {
        const char *key, *column;
    } keys[] = {
        {"id", "setting"},      {"title", "title"},     {"group", "grp"},
        {"wanted", "wanted"},   {"before", "before"},   {"after", "after"},
        {"verdict", "verdict"}, {"reason", "reason"},   {"detail", "detail"},
        {"url", "url"},         {"wording", "wording"}, {"language", "language"},
        {"located", "located"}, {"ready", "ready"},
    };
    cJSON *o = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        copy(o, keys[i].key, row, keys[i].column);
    cJSON_AddItemToObject(o, "proofs", parsed(row, "proofs"));
    return o;
}

static cJSON *browser_json(const cJSON *row)
{
    if (!cJSON_IsString(ofs_json_get(row, "protocol")))
        return cJSON_CreateNull();
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "name", get(row, "browser"));
    cJSON_AddStringToObject(o, "version", get(row, "browser_version"));
    copy(o, "protocol", row, "protocol");
    copy(o, "wire", row, "wire");
    return o;
}

static cJSON *account_json(const cJSON *row)
{
    if (!cJSON_IsString(ofs_json_get(row, "account")))
        return cJSON_CreateNull();
    cJSON *o = cJSON_CreateObject();
    copy(o, "id", row, "account");
    copy(o, "hint", row, "account_hint");
    return o;
}

static cJSON *run_json(const cJSON *row)
{
    cJSON *o = cJSON_CreateObject();
    cJSON *scenario = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    copy(o, "offswitch", row, "program");
    copy(o, "command", row, "command");
    copy(o, "run", row, "id");
    cJSON_AddItemToObject(o, "scenario", scenario);
    copy(scenario, "id", row, "scenario");
    copy(scenario, "version", row, "scenario_version");
    copy(scenario, "sha256", row, "scenario_sha256");
    copy(scenario, "title", row, "scenario_title");
    cJSON_AddItemToObject(o, "browser", browser_json(row));
    copy(o, "origin", row, "origin");
    cJSON_AddItemToObject(o, "account", account_json(row));
    copy(o, "label", row, "label");
    cJSON *error = cJSON_Parse(get(row, "error"));
    cJSON_AddItemToObject(o, "error", error ? error : cJSON_CreateNull());
    copy(o, "started", row, "started");
    copy(o, "finished", row, "finished");
    copy(o, "exit", row, "exit");
    copy(o, "ended", row, "ended");
    copy(o, "chain", row, "hash");
    return o;
}

/* A run that died has no results: only what it was about to press is known. */
static cJSON *pressed_json(struct ofs_db *db, int64_t n, struct ofs_error *err)
{
    return ofs_db_rows(db, err,
                       "SELECT i.setting, i.setting AS title, '' AS grp, i.to_state AS wanted,"
                       " i.from_state AS before, NULL AS after, 'unknown' AS verdict,"
                       " 'interrupted' AS reason, 'the run died around the press' || coalesce("
                       "  '; a later run found it ' || o.state, '') AS detail, i.url, i.wording,"
                       " NULL AS language, NULL AS located, NULL AS ready, '[]' AS proofs"
                       " FROM intents i LEFT JOIN outcomes o ON o.intent = i.n WHERE i.run = ?"
                       " ORDER BY i.n",
                       "i", n);
}

/* Add the pictures of a run to the entries of its settings. */
static int add_pictures(struct ofs_db *db, int64_t n, cJSON *settings, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(db, err,
                                     "SELECT setting, moment, at, sha256 FROM shown WHERE run = ?"
                                     " ORDER BY setting, moment = 'after'",
                                     "i", n);
    const cJSON *row;
    cJSON *setting;
    cJSON_ArrayForEach(row, rows)
    {
        cJSON_ArrayForEach(setting, settings)
        {
            if (strcmp(get(setting, "id"), get(row, "setting")))
                continue;
            cJSON *list = cJSON_GetObjectItemCaseSensitive(setting, "pictures");
            cJSON *one = cJSON_CreateObject();
            list = list ? list : cJSON_AddArrayToObject(setting, "pictures");
            copy(one, "moment", row, "moment");
            copy(one, "at", row, "at");
            copy(one, "sha256", row, "sha256");
            cJSON_AddItemToArray(list, one);
        }
    }
    return rows ? 0 : -1;
}

int ofs_history_load_pictures(struct ofs_ledger *ledger, cJSON *report, struct ofs_error *err)
{
    cJSON *setting, *picture;
    cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(report, "settings"))
    {
        cJSON_ArrayForEach(picture, cJSON_GetObjectItemCaseSensitive(setting, "pictures"))
        {
            OFS_AUTO_JSON row =
                ofs_db_row(db_of(ledger), err, "SELECT png FROM pictures WHERE sha256 = ?", "s",
                           get(picture, "sha256"));
            if (!row)
                return -1;
            ofs_json_add_str(picture, "png", ofs_json_str(row, "png", NULL));
        }
    }
    return 0;
}

cJSON *ofs_history_report(struct ofs_ledger *ledger, const char *run, struct ofs_error *err)
{
    char now[OFS_DATE_SIZE];
    const cJSON *one;
    ofs_date_now(now);
    OFS_AUTO_JSON row = ofs_db_row(db_of(ledger), err,
                                   "SELECT r.*, c.hash FROM runs r LEFT JOIN chain c ON c.kind ="
                                   " 'run' AND c.run = r.id WHERE r.id = ?",
                                   "s", run);
    if (!row)
        return NULL;
    int64_t n = (int64_t)ofs_json_num(row, "n", -1);
    OFS_AUTO_JSON results =
        strcmp(get(row, "ended"), "broken-off")
            ? ofs_db_rows(db_of(ledger), err, "SELECT * FROM results WHERE run = ? ORDER BY place",
                          "i", n)
            : pressed_json(db_of(ledger), n, err);
    OFS_AUTO_JSON listed = parsed(row, "manual");
    OFS_AUTO_JSON steps =
        results ? ofs_choice_steps(ledger, get(row, "scenario"), listed, now, err) : NULL;
    if (!steps)
        return NULL;
    cJSON *report = run_json(row);
    cJSON *settings = cJSON_AddArrayToObject(report, "settings");
    cJSON_ArrayForEach(one, results)
    {
        cJSON_AddItemToArray(settings, setting_json(one));
    }
    cJSON_AddItemToObject(report, "unlisted", parsed(row, "unlisted"));
    cJSON_AddItemToObject(report, "manual", steps);
    steps = NULL;
    if (!add_pictures(db_of(ledger), n, settings, err))
        return report;
    cJSON_Delete(report);
    return NULL;
}
