#include <string.h>

#include "audit/internal.h"
#include "base/json.h"

/* Wordings that the scenario does not know, and that the person accepts. */

void ofs_accept(struct ofs_job *job, const char *setting, const char *words)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "setting", setting);
    cJSON_AddStringToObject(one, "words", words);
    job->accepted = job->accepted ? job->accepted : cJSON_CreateArray();
    cJSON_AddItemToArray(job->accepted, one);
}

static struct ofs_entry *nth_unknown(const struct ofs_job *job, size_t n)
{
    for (size_t i = 0; i < job->n_entries; i++)
        if (job->entries[i].seen.has_new_wording && n-- == 0)
            return &job->entries[i];
    return NULL;
}

size_t ofs_job_unknown_wordings(const struct ofs_job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        n += job->entries[i].seen.has_new_wording;
    return n;
}

void ofs_job_unknown_wording(const struct ofs_job *job, size_t i, struct ofs_unknown_wording *ret)
{
    const struct ofs_entry *entry = nth_unknown(job, i);
    *ret = (struct ofs_unknown_wording){0};
    if (entry)
        *ret = (struct ofs_unknown_wording){.setting = entry->setting->id,
                                            .title = entry->setting->title,
                                            .words = entry->seen.wording,
                                            .language = entry->seen.language,
                                            .state = entry->seen.shown};
}

void ofs_job_accept_wording(struct ofs_job *job, size_t i)
{
    struct ofs_entry *entry = nth_unknown(job, i);
    if (!entry)
        return;
    struct ofs_observation *seen = &entry->seen;
    ofs_accept(job, entry->setting->id, seen->wording);
    seen->has_new_wording = false;
    seen->reason = NULL;
    seen->detail[0] = '\0';
    memcpy(seen->state, seen->shown, sizeof seen->state);
    ofs_judge_check(seen, entry->result);
    job->run.exit = ofs_run_status(&job->run);
    ofs_close_tabs(job); /* their probes do not know the words */
}
