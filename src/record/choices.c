#include "record/choices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "record/chain.h"

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int days_of(int year, int month, int day)
{
    year -= month <= 2;
    int era = (year >= 0 ? year : year - 399) / 400;
    int of_era = year - era * 400;
    int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void day_of(int days, char ret_day[OFS_DATE_SIZE])
{
    days += 719468;
    int era = (days >= 0 ? days : days - 146096) / 146097;
    int of_era = days - era * 146097;
    int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int of_year = of_era - (365 * year + year / 4 - year / 100);
    int shifted = (5 * of_year + 2) / 153;
    int day = of_year - (153 * shifted + 2) / 5 + 1,
        month = shifted < 10 ? shifted + 3 : shifted - 9;
    snprintf(ret_day, OFS_DATE_SIZE, "%04d-%02d-%02d", year + era * 400 + (month <= 2), month, day);
}

/* The numbers of a date; false if it is not one. */
static bool split(const char *text, int *ret_days)
{
    char digits[11], again[OFS_DATE_SIZE];
    if (strlen(text) < 10 || strspn(text, "0123456789-") < 10)
        return false;
    snprintf(digits, sizeof digits, "%.10s", text);
    if (digits[4] != '-' || digits[7] != '-')
        return false;
    *ret_days = days_of((int)strtol(digits, NULL, 10), (int)strtol(digits + 5, NULL, 10),
                        (int)strtol(digits + 8, NULL, 10));
    day_of(*ret_days, again);
    return !strcmp(again, digits); /* the 31st of February comes back as another day */
}

bool ofs_date_is_day(const char *text)
{
    int days;
    return strlen(text) == 10 && split(text, &days);
}

int ofs_date_days(const char *from, const char *to)
{
    int a, b;
    return split(from, &a) && split(to, &b) ? b - a : 0;
}

/* The number of a new row: one that no link of the chain has ever used. */
#define NEXT(table, kind)                                                                    \
    "SELECT 1 + max(coalesce((SELECT max(n) FROM " table "), 0), coalesce((SELECT max(CAST(" \
    "substr(run, 6) AS INTEGER)) FROM chain WHERE kind = '" kind "'), 0))"

/* Begin and end a transaction that is on the disk when it has ended. */
static int begin(struct ofs_db *db, struct ofs_error *err)
{
    return ofs_db_make_durable(db, true, err) || ofs_db_begin(db, err) ? -1 : 0;
}

static int end(struct ofs_db *db, int rc, struct ofs_error *err)
{
    struct ofs_error ignored;
    rc = ofs_db_end(db, rc, err);
    ofs_db_make_durable(db, false, &ignored);
    return rc;
}

/* How many decisions that took back, or -1. */
static int withdraw(struct ofs_db *db, const char *scenario, const char *setting, const char *now,
                    struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(db, err,
                                     "SELECT n FROM waivers WHERE scenario = ? AND setting = ?"
                                     " AND withdrawn IS NULL",
                                     "ss", scenario, setting);
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        int64_t n = (int64_t)ofs_json_num(row, "n", -1);
        if (ofs_db_do(db, err, "UPDATE waivers SET withdrawn = ? WHERE n = ?", "si", now, n) ||
            ofs_chain_seal_choice(db, "withdraw", n, err))
            return -1;
    }
    return rows ? cJSON_GetArraySize(rows) : -1;
}

static int keep(struct ofs_db *db, const char *scenario, const char *setting, const char *because,
                const char *until, const char *now, struct ofs_error *err)
{
    if (ofs_db_do(db, err,
                  "INSERT INTO waivers (n, scenario, setting, because, made, until) " NEXT(
                      "waivers", "keep") ", ?, ?, ?, ?, ?",
                  "sssss", scenario, setting, because, now, until))
        return -1;
    return ofs_chain_seal_choice(db, "keep", ofs_db_last(db), err);
}

int ofs_choice_keep(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                    const char *because, const char *until, struct ofs_error *err)
{
    char now[OFS_DATE_SIZE];
    struct ofs_db *db = ofs_ledger_db(ledger);
    ofs_date_now(now);
    if (begin(db, err))
        return -1;
    int rc = withdraw(db, scenario, setting, now, err) < 0 ||
                     keep(db, scenario, setting, because, until, now, err)
                 ? -1
                 : 0;
    return end(db, rc, err);
}

int ofs_choice_withdraw(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                        struct ofs_error *err)
{
    char now[OFS_DATE_SIZE];
    struct ofs_db *db = ofs_ledger_db(ledger);
    ofs_date_now(now);
    if (begin(db, err))
        return -1;
    int n = withdraw(db, scenario, setting, now, err);
    return end(db, n < 0 ? -1 : 0, err) ? -1 : n > 0;
}

cJSON *ofs_choice_kept(struct ofs_ledger *ledger, const char *scenario, const char *now,
                       struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(ofs_ledger_db(ledger), err,
                                     "SELECT setting, because, until FROM waivers"
                                     " WHERE scenario = ? AND withdrawn IS NULL",
                                     "s", scenario);
    const cJSON *row;
    if (!rows)
        return NULL;
    cJSON *kept = cJSON_CreateObject();
    cJSON_ArrayForEach(row, rows)
    {
        const char *until = ofs_json_str(row, "until", NULL);
        cJSON *one = cJSON_AddObjectToObject(kept, ofs_json_str(row, "setting", ""));
        cJSON_AddStringToObject(one, "because", ofs_json_str(row, "because", ""));
        ofs_json_add_str(one, "until", until);
        cJSON_AddBoolToObject(one, "lapsed", until && ofs_date_days(until, now) > 0);
    }
    return kept;
}

int ofs_choice_done(struct ofs_ledger *ledger, const char *scenario, const char *step,
                    const char *on, const char *note, struct ofs_error *err)
{
    char now[OFS_DATE_SIZE];
    struct ofs_db *db = ofs_ledger_db(ledger);
    ofs_date_now(now);
    if (begin(db, err))
        return -1;
    int rc = ofs_db_do(db, err,
                       "INSERT INTO done (n, scenario, step, done_on, note, made) " NEXT(
                           "done", "done") ", ?, ?, ?, ?, ?",
                       "sssss", scenario, step, on, note, now);
    rc = rc ? rc : ofs_chain_seal_choice(db, "done", ofs_db_last(db), err);
    return end(db, rc, err);
}

/* When a step is due: its own date until it was done, then so many days after that. */
static void fill_step(cJSON *step, const char *done, const char *now)
{
    char due[OFS_DATE_SIZE] = "";
    int days, every = (int)ofs_json_num(step, "every_days", 0);
    if (done && every > 0 && split(done, &days))
        day_of(days + every, due);
    else if (!done)
        snprintf(due, sizeof due, "%s", ofs_json_str(step, "due", ""));
    cJSON_DeleteItemFromObject(step, "done");
    cJSON_DeleteItemFromObject(step, "due");
    ofs_json_add_str(step, "due", *due ? due : NULL);
    ofs_json_add_str(step, "done", done);
    cJSON_AddBoolToObject(step, "overdue", *due && ofs_date_days(due, now) >= 0);
}

cJSON *ofs_choice_steps(struct ofs_ledger *ledger, const char *scenario, const cJSON *manual,
                        const char *now, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(ofs_ledger_db(ledger), err,
                                     "SELECT step, max(done_on) AS done_on FROM done"
                                     " WHERE scenario = ? GROUP BY step",
                                     "s", scenario);
    const cJSON *row;
    cJSON *step;
    if (!rows)
        return NULL;
    cJSON *steps = cJSON_IsArray(manual) ? cJSON_Duplicate(manual, true) : cJSON_CreateArray();
    cJSON_ArrayForEach(step, steps)
    {
        const char *done = NULL;
        cJSON_ArrayForEach(row, rows)
        {
            if (!strcmp(ofs_json_str(row, "step", ""), ofs_json_str(step, "id", "")))
                done = ofs_json_str(row, "done_on", NULL);
        }
        fill_step(step, done, now);
    }
    return steps;
}
