#include "audit/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "record/choices.h"
#include "record/history.h"
#include "record/recording.h"

static void notice(const struct ofs_job *job, const char *words)
{
    if (words && job->options.on_notice)
        job->options.on_notice(job->options.ctx, words);
}

/* The caller gets the first write that failed. */
static void keep_error(struct ofs_job *job, int rc, const struct ofs_error *err)
{
    if (rc && job->record_error.code == OFS_ERR_NONE)
        job->record_error = *err;
}

static void tell_unfinished(struct ofs_job *job)
{
    struct ofs_error err;
    OFS_AUTO_JSON list = ofs_recording_unfinished(job->recording, &err);
    const cJSON *one;
    keep_error(job, list ? 0 : -1, &err);
    cJSON_ArrayForEach(one, list)
    {
        const char *setting = ofs_json_str(one, "setting", "");
        bool chosen = false;
        for (size_t i = 0; i < job->n_entries; i++)
            chosen = chosen || !strcmp(job->entries[i].setting->id, setting);
        OFS_AUTO_STR later = ofs_text_printf("It is not chosen now: 'offswitch check %s --only %s' "
                                             "reads it.",
                                             job->scenario->id, setting);
        OFS_AUTO_STR words = ofs_text_printf("Run %s stopped while it was changing '%s'. %s",
                                             ofs_json_str(one, "run", ""), setting,
                                             chosen  ? "It is read again now."
                                             : later ? later
                                                     : "");
        notice(job, words);
    }
}

static void skip(struct ofs_entry *entry, const cJSON *kept)
{
    const char *until = ofs_json_str(kept, "until", NULL);
    entry->was_checked = true;
    entry->result->verdict = OFS_VERDICT_SKIPPED;
    entry->result->reason = NULL;
    snprintf(entry->result->detail, sizeof entry->result->detail,
             "left as it is, on purpose: %.300s%s%s", ofs_json_str(kept, "because", ""),
             until ? "; until " : "", until ? until : "");
    ofs_text_tame(entry->result->detail);
}

/* Settings that the person keeps as they are. An undo is also the person's request, and is not
 * affected. */
static int skip_kept(struct ofs_job *job, struct ofs_error *err)
{
    if (job->options.wishes)
        return 0;
    OFS_AUTO_JSON kept = ofs_choice_kept(job->ledger, job->scenario->id, job->run.started, err);
    for (size_t i = 0; kept && i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        const cJSON *one = ofs_json_get(kept, entry->setting->id);
        if (!one)
            continue;
        if (!ofs_json_bool(one, "lapsed", false)) {
            skip(entry, one);
            continue;
        }
        OFS_AUTO_STR words = ofs_text_printf(
            "The decision to leave '%s' as it is (%s) has lapsed on %s.", entry->setting->id,
            ofs_json_str(one, "because", ""), ofs_json_str(one, "until", ""));
        notice(job, words);
    }
    return kept ? 0 : -1;
}

int ofs_record_begin(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    if (!job->ledger)
        return 0;
    OFS_AUTO_STR profile =
        o->profile ? ofs_text_printf("%s", o->profile) : ofs_text_printf("%s", o->connect);
    const struct ofs_recording_facts facts = {
        .scenario_title = job->scenario->title,
        .scenario_file = job->scenario->path,
        .stale_after_days = (int)ofs_json_num(job->scenario->tree, "stale_after_days", 0),
        .profile = profile,
        .undoes = o->undoes,
    };
    cJSON *steps =
        ofs_choice_steps(job->ledger, job->scenario->id, job->run.manual, job->run.started, err);
    if (!steps)
        return -1;
    cJSON_Delete(job->run.manual);
    job->run.manual = steps;
    job->run.label = o->label;
    job->recording = ofs_recording_begin(job->ledger, &job->run, &facts, err);
    if (!job->recording || skip_kept(job, err))
        return -1;
    tell_unfinished(job);
    return 0;
}

void ofs_record_account(struct ofs_job *job, const cJSON *look)
{
    const char *shown = ofs_json_str(look, "account", "");
    char last[OFS_HINT_SIZE];
    struct ofs_error err;
    bool changed = false;
    if (!job->recording || job->options.no_account || !*shown || job->run.account_id[0])
        return;
    keep_error(job, ofs_recording_account(job->recording, &job->run, shown, &changed, last, &err),
               &err);
    if (!changed)
        return;
    OFS_AUTO_STR words = ofs_text_printf("This is the account %s. The last run in this browser was "
                                         "on %s: nothing is compared with it.",
                                         job->run.account_hint, last);
    notice(job, words);
}

void ofs_record_seen(struct ofs_job *job, const struct ofs_entry *entry, const char *act,
                     const struct ofs_observation *seen)
{
    static const char *const served[] = {[OFS_SERVED_UNKNOWN] = NULL,
                                         [OFS_SERVED_AGREES] = "agrees",
                                         [OFS_SERVED_CONTRADICTS] = "contradicts"};
    struct ofs_error err;
    if (!job->recording)
        return;
    OFS_AUTO_STR url =
        seen->path[0]
            ? ofs_text_printf("%s%s", ofs_setting_origin(entry->setting, job->origin), seen->path)
            : NULL;
    const struct ofs_seen facts = {.setting = entry->setting->id,
                                   .act = act,
                                   .state = seen->reason ? NULL : seen->state,
                                   .reason = seen->reason,
                                   .wording = seen->wording,
                                   .language = seen->language,
                                   .title = seen->title,
                                   .url = url,
                                   .located = seen->located,
                                   .ready = seen->reason ? NULL : ofs_grade_word(seen->grade),
                                   .served = served[seen->served]};
    keep_error(job, ofs_recording_observe(job->recording, &facts, &err), &err);
}

void ofs_record_picture(struct ofs_job *job, const struct ofs_entry *entry, const char *moment,
                        const struct ofs_picture *picture)
{
    struct ofs_error err;
    if (job->recording && picture->png)
        keep_error(job,
                   ofs_recording_picture(job->recording, entry->setting->id, moment, picture->at,
                                         picture->png, &err),
                   &err);
}

int ofs_record_intent(struct ofs_job *job, struct ofs_entry *entry, struct ofs_error *err)
{
    if (!job->recording)
        return 0;
    OFS_AUTO_STR url =
        ofs_text_printf("%s%s", ofs_setting_origin(entry->setting, job->origin), entry->seen.path);
    const struct ofs_intent intent = {.setting = entry->setting->id,
                                      .from = entry->seen.state,
                                      .to = entry->setting->wanted,
                                      .url = url,
                                      .wording = entry->seen.wording};
    int rc = ofs_recording_intend(job->recording, &intent, &entry->intent, err);
    if (rc && err->code != OFS_ERR_REFUSED)
        keep_error(job, rc, err);
    return rc;
}

void ofs_record_pressed(struct ofs_job *job, const struct ofs_entry *entry,
                        const struct ofs_error *err)
{
    struct ofs_error failed;
    const char *sent = entry->press.sent ? "yes" : !err ? "no" : err->maybe_done ? "unknown" : "no";
    if (!job->recording || !entry->intent)
        return;
    keep_error(job,
               ofs_recording_outcome(job->recording, entry->intent, sent, NULL,
                                     err ? err->text : entry->press.detail, &failed),
               &failed);
    ofs_record_picture(job, entry, "before", &entry->before);
}

/* The last read of a pressed setting. */
static void record_states(struct ofs_job *job)
{
    for (size_t i = 0; i < job->n_entries; i++) {
        const struct ofs_entry *entry = &job->entries[i];
        const struct ofs_result *r = entry->result;
        struct ofs_error err;
        if (entry->intent && entry->press.sent)
            keep_error(job,
                       ofs_recording_outcome(job->recording, entry->intent, "yes", r->after,
                                             r->detail, &err),
                       &err);
    }
}

void ofs_job_set_ledger(struct ofs_job *job, struct ofs_ledger *ledger)
{
    job->ledger = ledger;
}

int ofs_job_record(struct ofs_job *job, struct ofs_error *err)
{
    struct ofs_error failed;
    if (!job->recording)
        return 0;
    record_states(job);
    keep_error(job, ofs_recording_finish(job->recording, &job->run, &failed), &failed);
    ofs_recording_free(job->recording);
    job->recording = NULL;
    if (job->record_error.code == OFS_ERR_NONE)
        return 0;
    *err = job->record_error;
    return -1;
}

/* ---- settings that are turned back repeatedly ---- */

cJSON *ofs_job_turned_back(struct ofs_job *job, struct ofs_error *err)
{
    OFS_AUTO_JSON now = cJSON_CreateObject();
    for (size_t i = 0; i < job->n_entries; i++) {
        const struct ofs_result *r = job->entries[i].result;
        if (r->verdict != OFS_VERDICT_DIFFERS)
            continue;
        cJSON *one = cJSON_AddObjectToObject(now, r->id);
        cJSON_AddStringToObject(one, "state", r->before);
        cJSON_AddStringToObject(one, "wanted", r->wanted);
    }
    return job->recording ? ofs_history_turned_back(job->ledger, job->run.id, now, err)
                          : cJSON_CreateObject();
}

void ofs_job_leave(struct ofs_job *job, const char *setting, const char *why)
{
    for (size_t i = 0; i < job->n_entries; i++) {
        struct ofs_result *r = job->entries[i].result;
        if (strcmp(r->id, setting) || r->verdict != OFS_VERDICT_DIFFERS)
            continue;
        r->left = true;
        snprintf(r->detail, sizeof r->detail, "it is %s and was not clicked: %.300s", r->before,
                 why);
    }
}
