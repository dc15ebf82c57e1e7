#include "record/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/json.h"
#include "base/text.h"

static const struct {
    const char *word;
    int status;
} verdicts[] = {
#define X(code, word, status) [OFS_VERDICT_##code] = {word, status},
    OFS_VERDICT_TABLE(X)
#undef X
};

const char *ofs_verdict_word(enum ofs_verdict verdict)
{
    return verdicts[verdict].word;
}

int ofs_verdict_status(enum ofs_verdict verdict)
{
    return verdicts[verdict].status;
}

int ofs_status_worse(int a, int b)
{
    static const int order[] = {64, 1, 4, 5, 3, 2};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return 0;
}

void ofs_run_begin(struct ofs_run *run)
{
    unsigned short salt = 0;
    ofs_date_now(run->started);
    if (getrandom(&salt, sizeof salt, 0) != sizeof salt)
        salt = (unsigned short)ofs_now_ms();
    /* 2026-11-21T08:30:00Z -> 20261121-083000-1a2b */
    const char *d = run->started;
    snprintf(run->id, sizeof run->id, "%.4s%.2s%.2s-%.2s%.2s%.2s-%04x", d, d + 5, d + 8, d + 11,
             d + 14, d + 17, salt);
}

void ofs_run_clear(struct ofs_run *run)
{
    free(run->results);
    cJSON_Delete(run->unlisted);
    cJSON_Delete(run->manual);
    *run = (struct ofs_run){0};
}

int ofs_run_status(const struct ofs_run *run)
{
    int status = 0;
    for (size_t i = 0; i < run->n_results; i++)
        status = ofs_status_worse(status, verdicts[run->results[i].verdict].status);
    return status;
}

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

/* What a page said may have been cut in the middle of a character; a report is UTF-8 throughout. */
static void add_words(cJSON *object, const char *key, const char *words)
{
    OFS_AUTO_STR copy = words ? strdup(words) : NULL;
    if (copy)
        ofs_text_tame(copy);
    ofs_json_add_str(object, key, copy);
}

static cJSON *result_json(const struct ofs_result *r)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "id", r->id);
    cJSON_AddStringToObject(o, "title", r->title);
    cJSON_AddStringToObject(o, "group", r->group);
    cJSON_AddStringToObject(o, "wanted", r->wanted);
    add_words(o, "before", or_null(r->before));
    add_words(o, "after", or_null(r->after));
    cJSON_AddStringToObject(o, "verdict", ofs_verdict_word(r->verdict));
    ofs_json_add_str(o, "reason", r->reason);
    add_words(o, "detail", r->detail);
    ofs_json_add_str(o, "located", r->located);
    cJSON *proofs = cJSON_AddArrayToObject(o, "proofs");
    if (r->proof_reload)
        cJSON_AddItemToArray(proofs, cJSON_CreateString("reload"));
    if (r->proof_fresh_tab)
        cJSON_AddItemToArray(proofs, cJSON_CreateString("fresh-tab"));
    if (r->proof_save)
        cJSON_AddItemToArray(proofs, cJSON_CreateString("save-acknowledged"));
    return o;
}

static cJSON *list_or_empty(const cJSON *list)
{
    return list ? cJSON_Duplicate(list, true) : cJSON_CreateArray();
}

char *ofs_run_json(const struct ofs_run *run)
{
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    cJSON_AddStringToObject(o, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(o, "command", run->command);
    cJSON_AddStringToObject(o, "run", run->id);
    cJSON *scenario = cJSON_AddObjectToObject(o, "scenario");
    cJSON_AddStringToObject(scenario, "id", run->scenario_id);
    cJSON_AddStringToObject(scenario, "version", run->scenario_version);
    cJSON_AddStringToObject(scenario, "sha256", run->scenario_sha256);
    if (run->protocol) {
        cJSON *browser = cJSON_AddObjectToObject(o, "browser");
        cJSON_AddStringToObject(browser, "name", run->browser_name);
        cJSON_AddStringToObject(browser, "version", run->browser_version);
        cJSON_AddStringToObject(browser, "protocol", run->protocol);
        cJSON_AddStringToObject(browser, "wire", run->wire);
    } else {
        cJSON_AddNullToObject(o, "browser");
    }
    cJSON_AddStringToObject(o, "origin", run->origin);
    cJSON_AddStringToObject(o, "started", run->started);
    cJSON_AddStringToObject(o, "finished", run->finished);
    cJSON_AddNumberToObject(o, "exit", run->exit);
    cJSON *settings = cJSON_AddArrayToObject(o, "settings");
    for (size_t i = 0; i < run->n_results; i++)
        cJSON_AddItemToArray(settings, result_json(&run->results[i]));
    cJSON_AddItemToObject(o, "unlisted", list_or_empty(run->unlisted));
    cJSON_AddItemToObject(o, "manual", list_or_empty(run->manual));
    return cJSON_Print(o);
}
