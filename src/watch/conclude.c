/* The result of a pass: what moved, the present conditions, and its row in the ledger. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "watch/internal.h"

enum { RETRY = 86400, FAILING = 3 };

/* ---- conditions ----------------------------------------------------------------------------- */

int ofs_condition_holds(struct ofs_pass *p, const char *key, int after, const char *words,
                        struct ofs_error *err)
{
    if (ofs_db_do(p->db, err,
                  "INSERT INTO conditions VALUES (?, ?, ?, ?, 1, 0, ?) ON CONFLICT DO UPDATE SET"
                  " passes = passes + 1, words = excluded.words",
                  "sssis", p->o.scenario->id, p->place, key, p->now, words))
        return -1;
    if (!ofs_db_number(p->db, 0,
                       "SELECT NOT told AND passes >= ? FROM conditions WHERE scenario = ? AND"
                       " origin = ? AND key = ?",
                       "isss", (int64_t)after, p->o.scenario->id, p->place, key))
        return 0;
    if (ofs_pass_tell(p, err, "%s", words))
        return -1;
    return ofs_db_do(p->db, err,
                     "UPDATE conditions SET told = 1 WHERE scenario = ? AND origin = ? AND key = ?",
                     "sss", p->o.scenario->id, p->place, key);
}

/* A '%' at the end matches any text; a '_' matches only itself. */
#define OF_KEY                                                                  \
    " scenario = ?1 AND origin = ?2 AND (key = ?3 OR (substr(?3, -1) = '%' AND" \
    " substr(key, 1, length(?3) - 1) = substr(?3, 1, length(?3) - 1)))"

int ofs_condition_ends(struct ofs_pass *p, const char *key, const char *words,
                       struct ofs_error *err)
{
    int64_t told = ofs_db_number(p->db, 0, "SELECT count(*) FROM conditions WHERE told AND" OF_KEY,
                                 "sss", p->o.scenario->id, p->place, key);
    if (told && words && ofs_pass_tell(p, err, "%s", words))
        return -1;
    return ofs_db_do(p->db, err, "DELETE FROM conditions WHERE" OF_KEY, "sss", p->o.scenario->id,
                     p->place, key);
}

/* ---- documents ------------------------------------------------------------------------------ */

static const char *topic_words(unsigned topics)
{
    bool ai = topics & 1u << OFS_TOPIC_AI_TRAINING, share = topics & 1u << OFS_TOPIC_DATA_SHARING;
    return ai && share ? "; it speaks of AI training and of data sharing"
           : ai        ? "; it speaks of AI training"
           : share     ? "; it speaks of data sharing"
                       : "";
}

static int tell_changed(struct ofs_pass *p, const struct ofs_document *d, struct ofs_error *err)
{
    OFS_AUTO_BUF more = OFS_BUF(64 << 10);
    if (*d->quote && ofs_buf_printf(&more, err, "\n  \"%s\"", d->quote))
        return -1;
    for (size_t i = 0; i < d->dates.n; i++) {
        char day[16];
        ofs_day_print(d->dates.list[i].day, day);
        if (ofs_buf_printf(&more, err, "\n  %s: \"%s\"", day, d->dates.list[i].quote))
            return -1;
    }
    return ofs_pass_tell(p, err, "%s changed%s: %zu sentence%s new, %zu gone.%s\n  %s", d->title,
                         topic_words(d->topics), d->added, d->added == 1 ? "" : "s", d->removed,
                         ofs_buf_str(&more), d->url);
}

static int conclude_document(struct ofs_pass *p, const struct ofs_document *d,
                             struct ofs_error *err)
{
    char key[160], words[900];
    snprintf(key, sizeof key, "document:%s", d->id);
    if (d->changed && tell_changed(p, d, err))
        return -1;
    if (d->another && ofs_pass_tell(p, err, "%s: %s. Look at %s and correct the scenario.",
                                    d->title, d->error, d->url))
        return -1;
    if (!*d->error || d->another)
        return ofs_condition_ends(p, key, NULL, err);
    snprintf(words, sizeof words, "%s could not be read in %d passes: %s", d->title, FAILING,
             d->error);
    return ofs_condition_holds(p, key, FAILING, words, err);
}

/* ---- settings ------------------------------------------------------------------------------- */

static const char *state_of(const struct ofs_result *r)
{
    return r->after[0] ? r->after : r->before[0] ? r->before : NULL;
}

/* The state at the last pass, or of a later run that a person started; "" if none is known. */
static void last_state(struct ofs_pass *p, const char *setting, char ret[OFS_STATE_SIZE],
                       const struct ofs_run *run, struct ofs_error *err)
{
    OFS_AUTO_JSON own = ofs_db_row(p->db, err,
                                   "SELECT state, at FROM last_states WHERE scenario = ? AND origin"
                                   " = ? AND setting = ?",
                                   "sss", p->o.scenario->id, p->place, setting);
    OFS_AUTO_JSON other = ofs_db_row(
        p->db, err,
        "SELECT coalesce(s.after, s.before) AS state, r.finished FROM results s JOIN runs"
        " r ON r.n = s.run WHERE r.scenario = ?1 AND (r.origin = ?2 OR (?2 = 'replica'"
        " AND r.origin <> ?3)) AND s.setting = ?4 AND r.id <> ?5 AND r.ended = 'finished'"
        " AND coalesce(s.after, s.before) IS NOT NULL ORDER BY r.n DESC LIMIT 1",
        "sssss", p->o.scenario->id, p->place, p->o.scenario->origin, setting, run->id);
    int64_t at = (int64_t)ofs_json_num(own, "at", 0);
    const char *state = ofs_json_str(own, "state", "");
    if (ofs_date_parse(ofs_json_str(other, "finished", NULL)) > at)
        state = ofs_json_str(other, "state", state);
    snprintf(ret, OFS_STATE_SIZE, "%s", state);
}

static int note_move(struct ofs_pass *p, const struct ofs_run *run, const struct ofs_result *r,
                     struct ofs_error *err)
{
    char last[OFS_STATE_SIZE];
    const char *state = state_of(r);
    last_state(p, r->id, last, run, err);
    /* the state that was found counts first: a pass that flips it back did find it on */
    const char *found = r->before[0] && strcmp(r->before, last) ? r->before : state;
    if (*last && found && strcmp(last, found)) {
        cJSON *move = cJSON_CreateObject();
        cJSON_AddStringToObject(move, "id", r->id);
        cJSON_AddStringToObject(move, "from", last);
        cJSON_AddStringToObject(move, "to", found);
        cJSON_AddItemToArray(p->moved, move);
    }
    return state ? ofs_db_do(p->db, err,
                             "INSERT INTO last_states VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                             " SET state = excluded.state, at = excluded.at",
                             "ssssi", p->o.scenario->id, p->place, r->id, state, p->now)
                 : 0;
}

/* Reasons that one more try may remove; those of the whole run have one condition for all. */
static const struct {
    const char *reason;
    int after;
    const char *whole; /* reported once for the site, not for each setting */
} reasons[] = {
    {"signed-out", 1,
     "the browser profile is signed out: run 'offswitch login', then the next pass goes on"},
    {"checkpoint", 1, "the site wants something of you before it shows the settings: open it once"},
    {"blocked", 2, "the site keeps offswitch out"},
    {"no-browser", 1, "no browser could be started or reached: 'offswitch doctor' says what to do"},
    {"browser-lost", 2, "the browser was lost on the way"},
    {"load-failed", 2, NULL},
    {"timed-out", 2, NULL},
    {"not-ready", 2, NULL},
    {"interrupted", 3, NULL},
};

static int conclude_reason(struct ofs_pass *p, const struct ofs_result *r, struct ofs_error *err)
{
    int after = 1;
    const char *whole = NULL;
    char key[300], words[900];
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (r->reason && !strcmp(reasons[i].reason, r->reason)) {
            after = reasons[i].after;
            whole = reasons[i].whole;
        }
    if (whole) {
        snprintf(key, sizeof key, "site:%s", r->reason);
        snprintf(words, sizeof words, "%s: %s.", p->o.scenario->title, whole);
        return ofs_condition_holds(p, key, after, words, err);
    }
    snprintf(key, sizeof key, "unread:%s", r->id);
    snprintf(words, sizeof words, "\"%s\" needs you: %s", r->title,
             r->detail[0] ? r->detail
             : r->reason  ? r->reason
                          : "it is locked");
    return ofs_condition_holds(p, key, after, words, err);
}

static bool has_moved(const struct ofs_pass *p, const char *setting)
{
    const cJSON *move;
    cJSON_ArrayForEach(move, p->moved)
    {
        if (!strcmp(ofs_json_str(move, "id", ""), setting))
            return true;
    }
    return false;
}

static int conclude_setting(struct ofs_pass *p, const struct ofs_result *r, struct ofs_error *err)
{
    char differs[300], unread[300], words[900];
    snprintf(differs, sizeof differs, "differs:%s", r->id);
    snprintf(unread, sizeof unread, "unread:%s", r->id);
    switch (r->verdict) {
    case OFS_VERDICT_UNKNOWN:
    case OFS_VERDICT_LOCKED:
        return conclude_reason(p, r, err);
    case OFS_VERDICT_DIFFERS:
    case OFS_VERDICT_NOT_KEPT:
        snprintf(words, sizeof words, "\"%s\" is %s%s%s; you want it %s.", r->title,
                 state_of(r) ? state_of(r) : "changed", has_moved(p, r->id) ? " again" : "",
                 r->verdict == OFS_VERDICT_NOT_KEPT ? ", and did not stay as it was turned" : "",
                 r->wanted);
        return ofs_condition_ends(p, unread, NULL, err)
                   ? -1
                   : ofs_condition_holds(p, differs, 1, words, err);
    case OFS_VERDICT_FIXED:
        snprintf(words, sizeof words, "\"%s\" was %s and is %s again: turned, and read back.",
                 r->title, r->before, r->wanted);
        return ofs_condition_ends(p, unread, NULL, err) || ofs_condition_ends(p, differs, NULL, err)
                   ? -1
                   : ofs_pass_tell(p, err, "%s", words);
    default:
        snprintf(words, sizeof words, "\"%s\" is %s again, as you want it.", r->title, r->wanted);
        return ofs_condition_ends(p, unread, NULL, err)
                   ? -1
                   : ofs_condition_ends(p, differs, words, err);
    }
}

static int conclude_new_controls(struct ofs_pass *p, const struct ofs_run *run,
                                 struct ofs_error *err)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, run->unlisted)
    {
        char key[400], words[900];
        const char *name = ofs_json_str(one, "name", ""), *state = ofs_json_str(one, "state", NULL);
        snprintf(key, sizeof key, "new:%.300s", name);
        snprintf(words, sizeof words,
                 "There is a control that may be about AI and that the scenario does not know:"
                 " \"%.200s\"%s%s, on %.300s",
                 name, state ? ", " : "", state ? state : "", ofs_json_str(one, "page", ""));
        if (ofs_condition_holds(p, key, 1, words, err))
            return -1;
    }
    return 0;
}

/* Was any setting read? */
static bool was_told(const struct ofs_run *run)
{
    for (size_t i = 0; run && i < run->n_results; i++)
        if (run->results[i].verdict != OFS_VERDICT_UNKNOWN)
            return true;
    return false;
}

static int conclude_run(struct ofs_pass *p, const struct ofs_run *run, struct ofs_error *err)
{
    if (was_told(run) && ofs_condition_ends(p, "site:%", NULL, err))
        return -1;
    const char *whole = NULL;
    for (size_t i = 0; i < run->n_results; i++) {
        const struct ofs_result *r = &run->results[i];
        bool again =
            r->verdict == OFS_VERDICT_UNKNOWN && whole && r->reason && !strcmp(whole, r->reason);
        if (r->verdict == OFS_VERDICT_UNKNOWN)
            whole = r->reason;
        if (note_move(p, run, r, err) || (!again && conclude_setting(p, r, err)))
            return -1;
    }
    return conclude_new_controls(p, run, err);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool all_offline(const struct ofs_pass *p)
{
    for (size_t i = 0; i < p->n_documents; i++)
        if (!p->documents[i].offline)
            return false;
    return p->n_documents > 0;
}

static int sum_up(struct ofs_pass *p, const struct ofs_run *run, struct ofs_error *err)
{
    size_t changed = 0, failed = 0;
    char next[OFS_DATE_SIZE];
    for (size_t i = 0; i < p->n_documents; i++) {
        changed += p->documents[i].changed;
        failed += p->documents[i].error[0] != 0;
    }
    ofs_date_print(p->due.next, next);
    if (ofs_buf_printf(&p->summary, err, "%s: %zu document%s, %zu changed, %zu not read; ",
                       p->o.scenario->title, p->n_documents, p->n_documents == 1 ? "" : "s",
                       changed, failed))
        return -1;
    if (!run)
        return ofs_buf_printf(&p->summary, err, "no check was due; next %.10s", next);
    size_t wanted = 0, differs = 0, unknown = 0;
    for (size_t i = 0; i < run->n_results; i++) {
        enum ofs_verdict v = run->results[i].verdict;
        unknown += v == OFS_VERDICT_UNKNOWN || v == OFS_VERDICT_LOCKED;
        differs += v == OFS_VERDICT_DIFFERS || v == OFS_VERDICT_NOT_KEPT;
        wanted += ofs_verdict_status(v) == 0;
    }
    if (ofs_buf_puts(&p->summary, "checked (", err))
        return -1;
    bool any = false;
    for (enum ofs_why w = 0; w < OFS_WHYS; w++)
        if (p->due.why & 1u << w) {
            if (ofs_buf_printf(&p->summary, err, "%s%s", any ? ", " : "", ofs_why_word(w)))
                return -1;
            any = true;
        }
    return ofs_buf_printf(&p->summary, err,
                          "): %zu as wanted, %zu differ, %zu need you; next %.10s", wanted, differs,
                          unknown, next);
}

/* Passes that never ran and passes that could not do their work are one silence, reported once. It
 * ends with a pass that works. */
static int conclude_silence(struct ofs_pass *p, bool ok, struct ofs_error *err)
{
    static const char key[] = "silence";
    char words[120];
    snprintf(words, sizeof words, "There was no pass that worked for %lld days before this one.",
             (long long)p->silent_days);
    if (p->silent_days && ofs_condition_holds(p, key, 1, words, err))
        return -1;
    return ok ? ofs_condition_ends(p, key, NULL, err) : 0;
}

static int record(struct ofs_pass *p, const struct ofs_run *run, const char *fixed, bool told,
                  bool ok, struct ofs_error *err)
{
    OFS_AUTO_JSON report = cJSON_CreateObject();
    ofs_pass_report(p, report);
    OFS_AUTO_STR why = cJSON_PrintUnformatted(ofs_json_get(report, "why"));
    return ofs_db_do(
        p->db, err,
        "INSERT INTO passes (scenario, origin, at, why, run, told, ok, sha256, summary,"
        " next, fixed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "ssissiissis", p->o.scenario->id, p->place, p->now, why ? why : "[]", run ? run->id : NULL,
        (int64_t)told, (int64_t)ok, p->o.scenario->sha256, ofs_buf_str(&p->summary), p->due.next,
        *fixed ? fixed : NULL);
}

int ofs_pass_conclude(struct ofs_pass *p, const struct ofs_run *run, const char *fixed,
                      struct ofs_error *err)
{
    bool told = was_told(run), ok = !all_offline(p) && (!p->due.why || told);
    if (ofs_db_begin(p->db, err))
        return -1;
    int rc = conclude_silence(p, ok, err);
    for (size_t i = 0; !rc && i < p->n_documents; i++)
        rc = conclude_document(p, &p->documents[i], err);
    if (!rc && run)
        rc = conclude_run(p, run, err);
    if (!rc && told)
        rc = ofs_store_cover(p->db, p->o.scenario->id, p->place, p->today, err);
    /* what could not be read is tried again, not in a month */
    if (p->due.why && !told && p->due.next > p->now + RETRY)
        p->due.next = p->now + RETRY;
    if (!rc)
        rc = sum_up(p, run, err);
    if (!rc)
        rc = record(p, run, fixed, told, ok, err);
    return ofs_db_end(p->db, rc, err);
}
