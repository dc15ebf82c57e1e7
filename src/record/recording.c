#include "record/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/chain.h"

struct ofs_recording {
    struct ofs_ledger *ledger;
    struct ofs_db *db;
    int64_t n; /* the row of the run */
    char *id, *scenario, *origin, *profile;
    char account[OFS_ACCOUNT_SIZE];
    int lock; /* held while the run is alive */
};

static char *lock_path(struct ofs_ledger *ledger, const char *run)
{
    return ofs_text_printf("%s/running-%s", ofs_ledger_state(ledger), run);
}

/* Taken before the run has a row, so that a row without a lock is a run that died. */
static int take_lock(struct ofs_ledger *ledger, const char *run, struct ofs_error *err)
{
    OFS_AUTO_STR path = lock_path(ledger, run);
    int fd = path ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB))
        return fd;
    ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s", ofs_ledger_state(ledger));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool is_alive(struct ofs_ledger *ledger, const char *run)
{
    OFS_AUTO_STR path = lock_path(ledger, run);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return !path || errno != ENOENT;
    bool alive = flock(fd, LOCK_EX | LOCK_NB) != 0;
    close(fd);
    return alive;
}

static void drop_lock(struct ofs_ledger *ledger, const char *run)
{
    OFS_AUTO_STR path = lock_path(ledger, run);
    if (path)
        unlink(path);
}

int ofs_recording_close_dead(struct ofs_ledger *ledger, struct ofs_error *err)
{
    struct ofs_db *db = ofs_ledger_db(ledger);
    const cJSON *run;
    if (ofs_db_number(db, 0, "SELECT count(*) FROM runs WHERE ended IS NULL", "") == 0)
        return 0;
    if (ofs_db_begin(db, err))
        return -1;
    OFS_AUTO_JSON open = ofs_db_rows(db, err, "SELECT id FROM runs WHERE ended IS NULL", "");
    int rc = open ? 0 : -1;
    cJSON_ArrayForEach(run, open)
    {
        const char *id = ofs_json_str(run, "id", "");
        if (rc || is_alive(ledger, id))
            continue;
        rc = ofs_db_do(db, err, "UPDATE runs SET ended = 'broken-off' WHERE id = ?", "s", id);
        rc = rc ? rc : ofs_chain_seal(db, id, err);
        drop_lock(ledger, id);
    }
    return ofs_db_end(db, rc, err);
}

/* Runs of one account belong together; if it is unknown, those of one label, then of one profile.
 */
static char *scope_of(const struct ofs_run *run, const char *profile)
{
    const char *kind = run->account_id[0] ? "account" : run->label ? "label" : "profile";
    const char *whose = run->account_id[0] ? run->account_id : run->label ? run->label : profile;
    return ofs_text_printf("%s %s %s %s", run->scenario_id, run->origin, kind, whose);
}

static int insert_run(struct ofs_recording *rec, const struct ofs_run *run,
                      const struct ofs_recording_facts *facts, struct ofs_error *err)
{
    OFS_AUTO_STR scope = scope_of(run, rec->profile);
    if (!scope)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_db_do(
            rec->db, err,
            "INSERT INTO runs (scenario_file, id, command, label, scenario, scenario_title,"
            " scenario_version, scenario_sha256, stale_after_days, origin, profile, scope,"
            " undoes, program, started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?,"
            " ?, ?, ?)",
            "ssssssssissssss", facts->scenario_file, run->id, run->command, run->label,
            run->scenario_id, facts->scenario_title, run->scenario_version, run->scenario_sha256,
            (int64_t)facts->stale_after_days, run->origin, rec->profile, scope, facts->undoes,
            OFS_VERSION, run->started))
        return -1;
    rec->n = ofs_db_last(rec->db);
    return 0;
}

struct ofs_recording *ofs_recording_begin(struct ofs_ledger *ledger, const struct ofs_run *run,
                                          const struct ofs_recording_facts *facts,
                                          struct ofs_error *err)
{
    if (ofs_recording_close_dead(ledger, err))
        return NULL;
    struct ofs_recording *rec = calloc(1, sizeof *rec);
    if (rec)
        *rec = (struct ofs_recording){.ledger = ledger,
                                      .db = ofs_ledger_db(ledger),
                                      .id = strdup(run->id),
                                      .scenario = strdup(run->scenario_id),
                                      .origin = strdup(run->origin),
                                      .profile = strdup(facts->profile ? facts->profile : ""),
                                      .lock = -1};
    if (!rec || !rec->id || !rec->scenario || !rec->origin || !rec->profile) {
        ofs_recording_free(rec);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    rec->lock = take_lock(ledger, run->id, err);
    if (rec->lock >= 0 && !insert_run(rec, run, facts, err))
        return rec;
    if (rec->lock >= 0)
        drop_lock(ledger, run->id);
    ofs_recording_free(rec);
    return NULL;
}

void ofs_recording_free(struct ofs_recording *recording)
{
    if (!recording)
        return;
    if (recording->lock >= 0)
        close(recording->lock);
    free(recording->id);
    free(recording->scenario);
    free(recording->origin);
    free(recording->profile);
    free(recording);
}

/* The account of the last run before this one that knew it. */
static int last_account(struct ofs_recording *rec, bool *ret_changed, char ret_last[OFS_HINT_SIZE],
                        struct ofs_error *err)
{
    OFS_AUTO_JSON last =
        ofs_db_row(rec->db, err,
                   "SELECT account, account_hint FROM runs WHERE scenario = ? AND origin = ?"
                   " AND profile = ? AND n < ? AND account IS NOT NULL ORDER BY n DESC LIMIT 1",
                   "sssi", rec->scenario, rec->origin, rec->profile, rec->n);
    if (!last)
        return -1;
    const char *account = ofs_json_str(last, "account", NULL);
    *ret_changed = account && strcmp(account, rec->account);
    snprintf(ret_last, OFS_HINT_SIZE, "%s", ofs_json_str(last, "account_hint", ""));
    return 0;
}

int ofs_recording_account(struct ofs_recording *recording, struct ofs_run *run, const char *shown,
                          bool *ret_changed, char ret_last[OFS_HINT_SIZE], struct ofs_error *err)
{
    struct ofs_recording *rec = recording;
    if (ofs_ledger_account(rec->ledger, shown, rec->account, err))
        return -1;
    snprintf(run->account_id, sizeof run->account_id, "%s", rec->account);
    ofs_account_hint(shown, run->account_hint);
    OFS_AUTO_STR scope = scope_of(run, rec->profile);
    if (!scope)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_db_do(rec->db, err,
                  "UPDATE runs SET account = ?, account_hint = ?, scope = ? WHERE n = ?", "sssi",
                  run->account_id, run->account_hint, scope, rec->n))
        return -1;
    return last_account(rec, ret_changed, ret_last, err);
}

/* A page's words, valid for JSON, or NULL; the caller frees them. */
static char *tamed(const char *words)
{
    char *copy = words && *words ? strdup(words) : NULL;
    if (copy)
        ofs_text_tame(copy);
    return copy;
}

int ofs_recording_observe(struct ofs_recording *recording, const struct ofs_seen *seen,
                          struct ofs_error *err)
{
    char at[OFS_DATE_SIZE];
    OFS_AUTO_STR state = tamed(seen->state);
    OFS_AUTO_STR wording = tamed(seen->wording);
    OFS_AUTO_STR title = tamed(seen->title);
    OFS_AUTO_STR served = tamed(seen->served);
    ofs_date_now(at);
    return ofs_db_do(recording->db, err,
                     "INSERT INTO observations (run, setting, at, act, state, reason, wording,"
                     " language, title, url, located, ready, served) VALUES (?, ?, ?, ?,"
                     " ?, ?, ?, nullif(?, ''), ?, nullif(?, ''), ?, ?, ?)",
                     "issssssssssss", recording->n, seen->setting, at, seen->act, state,
                     seen->reason, wording, seen->language, title, seen->url, seen->located,
                     seen->ready, served);
}

/* Another run in progress has pressed this setting, as far as known for the same person: what was
 * read of it may be outdated. Within the transaction of the intent. */
static int check_rivals(struct ofs_recording *rec, const char *setting, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(
        rec->db, err,
        "SELECT DISTINCT r.id FROM intents i JOIN runs r ON r.n = i.run WHERE r.ended IS NULL"
        " AND r.n <> ? AND i.setting = ? AND r.scenario = ? AND r.origin = ?"
        " AND (r.profile = ? OR r.account = nullif(?, ''))"
        " AND coalesce(r.account, ?) = coalesce(nullif(?, ''), r.account, '')",
        "isssssss", rec->n, setting, rec->scenario, rec->origin, rec->profile, rec->account,
        rec->account, rec->account);
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        const char *id = ofs_json_str(row, "id", "");
        if (is_alive(rec->ledger, id)) {
            ofs_fail(err, OFS_ERR_REFUSED, "run %s is turning it just now", id);
            return ofs_hint(err, "run again when it has ended");
        }
    }
    return rows ? 0 : -1;
}

/* A picture that is taken repeatedly is kept once. */
int ofs_recording_picture(struct ofs_recording *recording, const char *setting, const char *moment,
                          const char *at, const char *png, struct ofs_error *err)
{
    struct ofs_db *db = recording->db;
    char sum[OFS_SHA256_SIZE];
    if (ofs_picture_sum(png, sum, err) || ofs_db_begin(db, err))
        return -1;
    int rc = ofs_db_do(db, err, "INSERT OR IGNORE INTO pictures (sha256, png) VALUES (?, ?)", "ss",
                       sum, png);
    if (!rc)
        rc = ofs_db_do(db, err,
                       "INSERT OR REPLACE INTO shown (run, setting, moment, at, sha256)"
                       " VALUES (?, ?, ?, ?, ?)",
                       "issss", recording->n, setting, moment, at, sum);
    return ofs_db_end(db, rc, err);
}

int ofs_recording_intend(struct ofs_recording *recording, const struct ofs_intent *intent,
                         int64_t *ret_number, struct ofs_error *err)
{
    char at[OFS_DATE_SIZE];
    struct ofs_error ignored;
    OFS_AUTO_STR wording = tamed(intent->wording);
    ofs_date_now(at);
    if (ofs_db_make_durable(recording->db, true, err))
        return -1;
    int rc = ofs_db_begin(recording->db, err);
    if (!rc) {
        rc = check_rivals(recording, intent->setting, err);
        if (!rc)
            rc = ofs_db_do(recording->db, err,
                           "INSERT INTO intents (run, setting, at, from_state, to_state, url,"
                           " wording) VALUES (?, ?, ?, ?, ?, ?, ?)",
                           "issssss", recording->n, intent->setting, at, intent->from, intent->to,
                           intent->url, wording);
        if (!rc)
            *ret_number = ofs_db_last(recording->db);
        rc = ofs_db_end(recording->db, rc, err);
    }
    ofs_db_make_durable(recording->db, false, &ignored);
    return rc;
}

int ofs_recording_outcome(struct ofs_recording *recording, int64_t number, const char *sent,
                          const char *state, const char *words, struct ofs_error *err)
{
    char at[OFS_DATE_SIZE];
    ofs_date_now(at);
    return ofs_db_do(recording->db, err,
                     "INSERT INTO outcomes (intent, run, at, sent, state, words)"
                     " VALUES (?, ?, ?, ?, nullif(?, ''), nullif(?, ''))"
                     " ON CONFLICT (intent) DO UPDATE SET at = excluded.at, sent = excluded.sent,"
                     " state = excluded.state, words = excluded.words",
                     "iissss", number, recording->n, at, sent, state, words);
}

/* Intents of dead runs that are this person's: the same account, or the same profile if one of the
 * two accounts is not known. */
#define UNFINISHED                                                                              \
    " FROM intents i JOIN runs r ON r.n = i.run"                                                \
    " WHERE r.ended = 'broken-off' AND i.n NOT IN (SELECT intent FROM outcomes)"                \
    " AND r.scenario = ?1 AND r.origin = ?2 AND (r.profile = ?3 OR r.account = nullif(?4, ''))" \
    " AND coalesce(r.account, ?4) = coalesce(nullif(?4, ''), r.account, '')"

cJSON *ofs_recording_unfinished(struct ofs_recording *recording, struct ofs_error *err)
{
    return ofs_db_rows(recording->db, err,
                       "SELECT r.id AS run, i.setting, i.from_state AS \"from\","
                       " i.to_state AS \"to\", i.at" UNFINISHED " ORDER BY i.n",
                       "ssss", recording->scenario, recording->origin, recording->profile,
                       recording->account);
}

/* What this run found for the settings that a dead run may have pressed. */
static int resolve(struct ofs_recording *rec, struct ofs_error *err)
{
    char at[OFS_DATE_SIZE];
    ofs_date_now(at);
    return ofs_db_do(rec->db, err,
                     "INSERT INTO outcomes (intent, run, at, sent, state, words)"
                     " SELECT i.n, ?5, ?6, 'unknown', (SELECT o.state FROM observations o"
                     "  WHERE o.run = ?5 AND o.setting = i.setting AND o.state IS NOT NULL"
                     "  ORDER BY o.n LIMIT 1),"
                     " 'the run died around the press; this is how a later run found it'" UNFINISHED
                     " AND EXISTS (SELECT 1 FROM observations o WHERE o.run = ?5"
                     "  AND o.setting = i.setting AND o.state IS NOT NULL)",
                     "ssssis", rec->scenario, rec->origin, rec->profile, rec->account, rec->n, at);
}

static char *proofs_of(const struct ofs_result *r)
{
    OFS_AUTO_JSON list = ofs_result_proofs(r);
    return list ? cJSON_PrintUnformatted(list) : NULL;
}

static int insert_result(struct ofs_recording *rec, const struct ofs_run *run, size_t place,
                         struct ofs_error *err)
{
    const struct ofs_result *r = &run->results[place];
    OFS_AUTO_STR proofs = proofs_of(r);
    OFS_AUTO_STR url = ofs_result_url(run, r);
    OFS_AUTO_STR detail = tamed(r->detail);
    OFS_AUTO_STR wording = tamed(r->wording);
    OFS_AUTO_STR title = tamed(r->title_seen);
    if (!proofs)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return ofs_db_do(rec->db, err,
                     "INSERT INTO results (run, place, setting, title, grp, wanted, before, after,"
                     " verdict, reason, detail, url, wording, language, located, ready, page_title,"
                     " proofs) VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?,"
                     " ?, ?, ?, nullif(?, ''), ?, ?, ?, ?)",
                     "iissssssssssssssss", rec->n, (int64_t)place, r->id, r->title, r->group,
                     r->wanted, r->before, r->after, ofs_verdict_word(r->verdict), r->reason,
                     detail, url, wording, r->language, r->located, r->ready, title, proofs);
}

static char *list_text(const cJSON *list)
{
    return list ? cJSON_PrintUnformatted(list) : strdup("[]");
}

static int end_run(struct ofs_recording *rec, const struct ofs_run *run, struct ofs_error *err)
{
    OFS_AUTO_STR unlisted = list_text(run->unlisted);
    OFS_AUTO_STR manual = list_text(run->manual);
    OFS_AUTO_JSON error = ofs_run_error_json(run);
    OFS_AUTO_STR words = cJSON_IsNull(error) ? NULL : cJSON_PrintUnformatted(error);
    if (!unlisted || !manual)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return ofs_db_do(rec->db, err,
                     "UPDATE runs SET browser = nullif(?, ''), browser_version = nullif(?, ''),"
                     " protocol = ?, wire = ?, finished = ?, ended = 'finished', exit = ?,"
                     " error = ?, unlisted = ?, manual = ? WHERE n = ?",
                     "sssssisssi", run->browser_name, run->browser_version, run->protocol,
                     run->wire, run->finished, (int64_t)run->exit, words, unlisted, manual, rec->n);
}

int ofs_recording_finish(struct ofs_recording *recording, const struct ofs_run *run,
                         struct ofs_error *err)
{
    struct ofs_recording *rec = recording;
    struct ofs_error ignored;
    if (ofs_db_make_durable(rec->db, true, err) || ofs_db_begin(rec->db, err))
        return -1;
    int rc = 0;
    for (size_t i = 0; !rc && i < run->n_results; i++)
        rc = insert_result(rec, run, i, err);
    rc = rc ? rc : resolve(rec, err);
    rc = rc ? rc : end_run(rec, run, err);
    rc = rc ? rc : ofs_chain_seal(rec->db, rec->id, err);
    if (ofs_db_end(rec->db, rc, err))
        return -1;
    ofs_db_make_durable(rec->db, false, &ignored);
    drop_lock(rec->ledger, rec->id);
    return 0;
}
