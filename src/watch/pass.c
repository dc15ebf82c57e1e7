#include "watch/pass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "record/recording.h"
#include "watch/internal.h"

enum { DAY = 86400, MOST_WORDS = 1 << 20 };

static struct ofs_pass *create(const struct ofs_pass_options *options, struct ofs_error *err)
{
    struct ofs_pass *p = calloc(1, sizeof *p);
    if (!p) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    *p = (struct ofs_pass){.o = *options,
                           .db = ofs_ledger_db(options->ledger),
                           .now = ofs_wall_now(),
                           .moved = cJSON_CreateArray(),
                           .notified = cJSON_CreateArray(),
                           .subject = OFS_BUF(1000),
                           .body = OFS_BUF(MOST_WORDS),
                           .summary = OFS_BUF(MOST_WORDS)};
    p->place = strcmp(options->origin, options->scenario->origin) ? "replica" : options->origin;
    time_t now = (time_t)p->now;
    struct tm tm;
    localtime_r(&now, &tm);
    p->today = ofs_day_from(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    p->facts.midnight = (int64_t)mktime(&tm);
    p->facts.now = p->now;
    p->facts.today = p->today;
    return p;
}

void ofs_pass_free(struct ofs_pass *p)
{
    if (!p)
        return;
    ofs_channels_free(p->channels);
    free(p->documents);
    free(p->dates);
    free(p->changed);
    cJSON_Delete(p->policy_rows);
    cJSON_Delete(p->moved);
    cJSON_Delete(p->notified);
    ofs_buf_free(&p->subject);
    ofs_buf_free(&p->body);
    ofs_buf_free(&p->summary);
    free(p);
}

/* ---- facts ---------------------------------------------------------------------------------- */

/* Dates that the scenario itself has: only complete ones count; a month has no day. */
static int take_scenario_dates(struct ofs_pass *p, struct ofs_error *err)
{
    struct ofs_announcements dates = {0};
    const cJSON *event;
    cJSON_ArrayForEach(event, ofs_json_get(p->o.scenario->tree, "dates"))
    {
        struct ofs_announced *a = &dates.list[dates.n];
        if (dates.n == OFS_DATES_MOST || !ofs_day_parse(ofs_json_str(event, "date", ""), &a->day))
            continue;
        snprintf(a->quote, sizeof a->quote, "%s", ofs_json_str(event, "what", ""));
        dates.n++;
    }
    return ofs_store_dates(p->db, p->o.scenario->id, p->place, "scenario", &dates, p->today, err);
}

/* When verdicts were last reached, by a pass or by a run that a person started, and for which
 * scenario. */
static void find_last_check(struct ofs_pass *p, struct ofs_error *err)
{
    OFS_AUTO_JSON pass = ofs_db_row(p->db, err,
                                    "SELECT at, sha256 FROM passes WHERE scenario = ? AND origin ="
                                    " ? AND told ORDER BY n DESC LIMIT 1",
                                    "ss", p->o.scenario->id, p->place);
    OFS_AUTO_JSON run =
        ofs_db_row(p->db, err,
                   "SELECT finished, scenario_sha256 AS sha256 FROM runs WHERE"
                   " scenario = ?1 AND (origin = ?2 OR (?2 = 'replica' AND origin <>"
                   " ?3)) AND ended = 'finished' AND exit IN (0, 2, 5) AND command"
                   " IN ('check', 'fix', 'watch') ORDER BY n DESC LIMIT 1",
                   "sss", p->o.scenario->id, p->place, p->o.scenario->origin);
    int64_t by_pass = (int64_t)ofs_json_num(pass, "at", 0),
            by_run = ofs_date_parse(ofs_json_str(run, "finished", NULL));
    const cJSON *last = by_run > by_pass ? run : pass;
    p->facts.last_check = by_run > by_pass ? by_run : by_pass;
    const char *sha256 = ofs_json_str(last, "sha256", NULL);
    p->facts.scenario_changed = sha256 && strcmp(sha256, p->o.scenario->sha256) != 0;
}

/* Documents that changed since the last check. */
static int find_changed(struct ofs_pass *p, struct ofs_error *err)
{
    const cJSON *row;
    p->policy_rows = ofs_db_rows(p->db, err,
                                 "SELECT policy FROM policies WHERE scenario = ? AND origin = ?"
                                 " AND changed_at > ? ORDER BY policy",
                                 "ssi", p->o.scenario->id, p->place, p->facts.last_check);
    if (!p->policy_rows)
        return -1;
    p->changed = calloc((size_t)cJSON_GetArraySize(p->policy_rows) + 1, sizeof *p->changed);
    if (!p->changed)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(row, p->policy_rows) p->changed[p->facts.n_changed++] =
        ofs_json_str(row, "policy", "");
    p->facts.changed = p->changed;
    return 0;
}

static int gather(struct ofs_pass *p, struct ofs_error *err)
{
    find_last_check(p, err);
    p->facts.stale_days =
        p->o.stale_days
            ? p->o.stale_days
            : (int)ofs_json_num(p->o.scenario->tree, "stale_after_days", OFS_WATCH_STALE_DAYS);
    p->facts.asked = p->o.asked;
    p->facts.unfinished = ofs_db_number(p->db, 0,
                                        "SELECT count(*) FROM intents i JOIN runs r ON r.n = i.run"
                                        " WHERE r.scenario = ? AND r.ended = 'broken-off' AND i.n"
                                        " NOT IN (SELECT intent FROM outcomes)",
                                        "s", p->o.scenario->id) > 0;
    if (find_changed(p, err) ||
        ofs_store_calendar(p->db, p->o.scenario->id, p->place, &p->dates, &p->facts.n_dates, err))
        return -1;
    p->facts.dates = p->dates;
    p->due = ofs_due_decide(&p->facts);
    return 0;
}

/* ---- the silence before --------------------------------------------------------------------- */

int64_t ofs_pass_last_good(struct ofs_db *db, const char *scenario)
{
    return ofs_db_number(db, 0,
                         "SELECT at FROM passes WHERE ok AND (?1 IS NULL OR scenario = ?1) ORDER BY"
                         " n DESC LIMIT 1",
                         "s", scenario);
}

static void note_silence(struct ofs_pass *p)
{
    int64_t last = ofs_pass_last_good(p->db, p->o.scenario->id);
    int64_t days = last ? (p->now - last) / DAY : 0;
    p->silent_days = days > OFS_PASS_SILENCE ? days : 0;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static int look(struct ofs_pass *p, struct ofs_error *err)
{
    const struct ofs_document_options options = {.loop = p->o.loop,
                                                 .job = p->o.job,
                                                 .db = p->db,
                                                 .scenario = p->o.scenario,
                                                 .origin = p->o.origin,
                                                 .place = p->place,
                                                 .now = p->now,
                                                 .today = p->today,
                                                 .pause_ms = p->o.pause_ms};
    const cJSON *policy;
    size_t n = (size_t)cJSON_GetArraySize(p->o.scenario->policies);
    p->documents = calloc(n + 1, sizeof *p->documents);
    if (!p->documents)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(
        policy, p->o.scenario->policies) if (ofs_document_look(&options, policy,
                                                               &p->documents[p->n_documents++],
                                                               err)) return -1;
    return 0;
}

struct ofs_pass *ofs_pass_begin(const struct ofs_pass_options *options, struct ofs_error *err)
{
    struct ofs_pass *p = create(options, err);
    if (!p)
        return NULL;
    /* before a browser is started: it removes the secrets from the environment */
    p->channels = ofs_channels_load(&p->channels_error);
    note_silence(p);
    if (ofs_recording_close_dead(options->ledger, err) || take_scenario_dates(p, err) ||
        look(p, err) || gather(p, err)) {
        ofs_pass_free(p);
        return NULL;
    }
    return p;
}

struct ofs_pass *ofs_pass_preview(const struct ofs_pass_options *options, struct ofs_error *err)
{
    struct ofs_pass *p = create(options, err);
    if (p && gather(p, err)) {
        ofs_pass_free(p);
        return NULL;
    }
    return p;
}

const struct ofs_due *ofs_pass_due(const struct ofs_pass *pass)
{
    return &pass->due;
}

const struct ofs_due_facts *ofs_pass_facts(const struct ofs_pass *pass)
{
    return &pass->facts;
}

const struct ofs_document *ofs_pass_documents(const struct ofs_pass *pass, size_t *ret_n)
{
    *ret_n = pass->n_documents;
    return pass->documents;
}

/* ---- the report ----------------------------------------------------------------------------- */

static cJSON *document_json(const struct ofs_document *d)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "id", d->id);
    cJSON_AddBoolToObject(o, "changed", d->changed);
    cJSON_AddBoolToObject(o, "first", d->first);
    ofs_json_add_str(o, "revision", *d->revision ? d->revision : NULL);
    ofs_json_add_str(o, "error", *d->error ? d->error : NULL);
    cJSON_AddBoolToObject(o, "another", d->another);
    ofs_json_add_str(o, "note", *d->note ? d->note : NULL);
    cJSON *topics = cJSON_AddArrayToObject(o, "speaks_of");
    for (enum ofs_topic t = 0; t < OFS_TOPICS; t++)
        if (d->topics & 1u << t)
            cJSON_AddItemToArray(topics, cJSON_CreateString(ofs_topic_word(t)));
    cJSON *dates = cJSON_AddArrayToObject(o, "dates");
    for (size_t i = 0; i < d->dates.n; i++) {
        cJSON *date = cJSON_CreateObject();
        char day[16];
        ofs_day_print(d->dates.list[i].day, day);
        cJSON_AddStringToObject(date, "date", day);
        cJSON_AddStringToObject(date, "quote", d->dates.list[i].quote);
        cJSON_AddItemToArray(dates, date);
    }
    cJSON_AddStringToObject(o, "url", d->url);
    return o;
}

void ofs_pass_report(const struct ofs_pass *p, cJSON *report)
{
    char next[OFS_DATE_SIZE];
    cJSON *why = cJSON_AddArrayToObject(report, "why");
    for (enum ofs_why w = 0; w < OFS_WHYS; w++)
        if (p->due.why & 1u << w)
            cJSON_AddItemToArray(why, cJSON_CreateString(ofs_why_word(w)));
    cJSON *policies = cJSON_AddArrayToObject(report, "policies");
    for (size_t i = 0; i < p->n_documents; i++)
        cJSON_AddItemToArray(policies, document_json(&p->documents[i]));
    cJSON_AddItemToObject(report, "moved", cJSON_Duplicate(p->moved, true));
    cJSON_AddItemToObject(report, "notified", cJSON_Duplicate(p->notified, true));
    ofs_date_print(p->due.next, next);
    cJSON_AddStringToObject(report, "next", next);
}

const char *ofs_pass_subject(const struct ofs_pass *pass)
{
    return ofs_buf_str(&pass->subject);
}

const char *ofs_pass_body(const struct ofs_pass *pass)
{
    return ofs_buf_str(&pass->body);
}

const char *ofs_pass_summary(const struct ofs_pass *pass)
{
    return ofs_buf_str(&pass->summary);
}
