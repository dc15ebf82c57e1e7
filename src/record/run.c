#include "record/run.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/system.h"
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

/* The id ends in 48 random bits: a ledger refuses a second run with the same id, and many runs may
 * start in the same second. */
void ofs_run_begin(struct ofs_run *run)
{
    uint64_t salt = 0;
    ofs_date_now(run->started);
    if (!ofs_system_random(&salt, sizeof salt))
        salt = (uint64_t)getpid() << 24 ^ (uint64_t)ofs_now_ms();
    salt &= 0xffffffffffff;
    /* 2026-11-21T08:30:00Z -> 20261121-083000-1a2b3c4d5e6f */
    const char *d = run->started;
    snprintf(run->id, sizeof run->id, "%.4s%.2s%.2s-%.2s%.2s%.2s-%012" PRIx64, d, d + 5, d + 8,
             d + 11, d + 14, d + 17, salt);
}

void ofs_run_clear(struct ofs_run *run)
{
    free(run->results);
    cJSON_Delete(run->unlisted);
    cJSON_Delete(run->manual);
    *run = (struct ofs_run){0};
}

static const char *reason_before_browser(enum ofs_error_code code)
{
    return code == OFS_ERR_INTERRUPTED ? "interrupted"
           : code == OFS_ERR_TIMEOUT   ? "timed-out"
                                       : "no-browser";
}

void ofs_run_fail(struct ofs_run *run, const struct ofs_error *err)
{
    const char *hint = ofs_error_hint(err);
    run->error = *err;
    for (size_t i = 0; !run->protocol && i < run->n_results; i++) {
        struct ofs_result *r = &run->results[i];
        r->verdict = OFS_VERDICT_UNKNOWN;
        r->reason = reason_before_browser(err->code);
        snprintf(r->detail, sizeof r->detail, "it was not read: %.300s; %.150s", err->text,
                 *hint ? hint : "run it again");
    }
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

/* A page's text may be truncated in the middle of a character; a report is valid UTF-8. */
static void add_words(cJSON *object, const char *key, const char *words)
{
    OFS_AUTO_STR copy = words ? strdup(words) : NULL;
    if (copy)
        ofs_text_tame(copy);
    ofs_json_add_str(object, key, copy);
}

/* In the order of the report. */
static const struct {
    const char *key;
    size_t at;
} time_rows[] = {
#define ROW(member)                                 \
    {                                               \
#member, offsetof(struct ofs_times, member) \
    }
    ROW(navigating), ROW(loading),  ROW(requests), ROW(timers),
    ROW(stillness),  ROW(pressing), ROW(holding),
#undef ROW
};
_Static_assert(sizeof time_rows / sizeof *time_rows == OFS_TIMES, "a row for each kind");

static int64_t *time_at(struct ofs_times *times, size_t row)
{
    return (int64_t *)((char *)times + time_rows[row].at);
}

const char *ofs_times_word(size_t kind)
{
    return time_rows[kind].key;
}

int64_t ofs_times_at(const struct ofs_times *times, size_t kind)
{
    struct ofs_times copy = *times;
    return *time_at(&copy, kind);
}

struct ofs_times ofs_run_times(const struct ofs_run *run)
{
    struct ofs_times sum = {0};
    for (size_t i = 0; i < run->n_results; i++) {
        struct ofs_times one = run->results[i].times;
        for (size_t row = 0; row < OFS_TIMES; row++)
            *time_at(&sum, row) += *time_at(&one, row);
    }
    return sum;
}

static cJSON *add_times(cJSON *object, const char *key, struct ofs_times times)
{
    cJSON *o = cJSON_AddObjectToObject(object, key);
    for (size_t row = 0; row < OFS_TIMES; row++)
        cJSON_AddNumberToObject(o, time_rows[row].key, (double)*time_at(&times, row) / 1000);
    return o;
}

cJSON *ofs_result_proofs(const struct ofs_result *r)
{
    const struct {
        bool proved;
        const char *word;
    } rows[] = {
        {r->proof_reload, "reload"},
        {r->proof_fresh_tab, "fresh-tab"},
        {r->proof_save, "save-acknowledged"},
        {r->proof_served, "served"},
        {r->proof_held, "held"},
    };
    cJSON *proofs = cJSON_CreateArray();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].proved)
            cJSON_AddItemToArray(proofs, cJSON_CreateString(rows[i].word));
    return proofs;
}

char *ofs_result_url(const struct ofs_run *run, const struct ofs_result *r)
{
    const char *origin = r->origin ? r->origin : run->origin;
    return r->page[0] && origin ? ofs_text_printf("%s%s", origin, r->page) : NULL;
}

static cJSON *result_json(const struct ofs_run *run, const struct ofs_result *r)
{
    cJSON *o = cJSON_CreateObject();
    OFS_AUTO_STR url = ofs_result_url(run, r);
    cJSON_AddStringToObject(o, "id", r->id);
    cJSON_AddStringToObject(o, "title", r->title);
    cJSON_AddStringToObject(o, "group", r->group);
    cJSON_AddStringToObject(o, "wanted", r->wanted);
    add_words(o, "before", or_null(r->before));
    add_words(o, "after", or_null(r->after));
    cJSON_AddStringToObject(o, "verdict", ofs_verdict_word(r->verdict));
    ofs_json_add_str(o, "reason", r->reason);
    add_words(o, "detail", r->detail);
    add_words(o, "url", url);
    add_words(o, "wording", or_null(r->wording));
    add_words(o, "language", or_null(r->language));
    ofs_json_add_str(o, "located", r->located);
    ofs_json_add_str(o, "ready", r->ready);
    cJSON_AddItemToObject(o, "proofs", ofs_result_proofs(r));
    add_times(o, "timing", r->times);
    return o;
}

static void add_list(cJSON *object, const char *key, const cJSON *list)
{
    cJSON_AddItemToObject(object, key, list ? cJSON_Duplicate(list, true) : cJSON_CreateArray());
}

static void add_scenario(cJSON *object, const struct ofs_run *run)
{
    if (!run->scenario_id) {
        cJSON_AddNullToObject(object, "scenario");
        return;
    }
    cJSON *scenario = cJSON_AddObjectToObject(object, "scenario");
    cJSON_AddStringToObject(scenario, "id", run->scenario_id);
    cJSON_AddStringToObject(scenario, "version", run->scenario_version);
    cJSON_AddStringToObject(scenario, "sha256", run->scenario_sha256);
}

static void add_browser(cJSON *object, const struct ofs_run *run)
{
    if (!run->protocol) {
        cJSON_AddNullToObject(object, "browser");
        return;
    }
    cJSON *browser = cJSON_AddObjectToObject(object, "browser");
    cJSON_AddStringToObject(browser, "name", run->browser_name);
    cJSON_AddStringToObject(browser, "version", run->browser_version);
    cJSON_AddStringToObject(browser, "protocol", run->protocol);
    cJSON_AddStringToObject(browser, "wire", run->wire);
}

static void add_account(cJSON *object, const struct ofs_run *run)
{
    if (!run->account_id[0]) {
        cJSON_AddNullToObject(object, "account");
        return;
    }
    cJSON *account = cJSON_AddObjectToObject(object, "account");
    cJSON_AddStringToObject(account, "id", run->account_id);
    add_words(account, "hint", run->account_hint);
}

cJSON *ofs_run_error_json(const struct ofs_run *run)
{
    const struct ofs_error *err = &run->error;
    if (err->code == OFS_ERR_NONE)
        return cJSON_CreateNull();
    cJSON *error = cJSON_CreateObject();
    cJSON_AddStringToObject(error, "code", ofs_error_name(err->code));
    add_words(error, "text", err->text);
    add_words(error, "hint", or_null(ofs_error_hint(err)));
    return error;
}

char *ofs_run_json(const struct ofs_run *run)
{
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    cJSON_AddStringToObject(o, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(o, "command", run->command);
    cJSON_AddStringToObject(o, "run", run->id);
    add_scenario(o, run);
    add_browser(o, run);
    ofs_json_add_str(o, "origin", run->origin);
    add_account(o, run);
    if (run->label)
        add_words(o, "label", run->label);
    cJSON_AddItemToObject(o, "error", ofs_run_error_json(run));
    cJSON_AddStringToObject(o, "started", run->started);
    cJSON_AddStringToObject(o, "finished", run->finished);
    cJSON_AddNumberToObject(o, "exit", run->exit);
    cJSON *settings = cJSON_AddArrayToObject(o, "settings");
    for (size_t i = 0; i < run->n_results; i++)
        cJSON_AddItemToArray(settings, result_json(run, &run->results[i]));
    add_list(o, "unlisted", run->unlisted);
    add_list(o, "manual", run->manual);
    cJSON_AddNumberToObject(o, "hold", (double)run->hold_ms / 1000);
    cJSON *timing = add_times(o, "timing", ofs_run_times(run));
    cJSON_AddNumberToObject(timing, "opening", (double)run->opening_ms / 1000);
    return cJSON_Print(o);
}
