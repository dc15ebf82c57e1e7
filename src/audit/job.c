#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/internal.h"
#include "audit/record.h"
#include "base/json.h"
#include "base/text.h"
#include "record/recording.h"
#include "scenario/select.h"
#include "wire/url.h"

/* Milliseconds. */
enum {
    CLOSING = 5000, /* for leaving in order */
    TIME_LEAST = 60000,
    TIME_EACH = 15000, /* added for each chosen setting, if no --timeout is given */
};

static int check_origin(const char *origin, struct ofs_url *ret_url, struct ofs_error *err)
{
    struct ofs_error ignored;
    if (ofs_url_parse(origin, ret_url, &ignored) ||
        (strcmp(ret_url->scheme, "http") && strcmp(ret_url->scheme, "https")))
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %.200s is not http://HOST[:PORT]", origin);
    if (strcmp(ret_url->path, "/") || ret_url->has_query || ret_url->has_person)
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %.200s has more than a host and a port",
                        origin);
    if (!ofs_url_is_loopback(ret_url)) {
        ofs_fail(err, OFS_ERR_USAGE, "--origin %.200s: '%s' is not this machine", origin,
                 ret_url->host);
        return ofs_hint(err,
                        "another origin is for replicas on 127.0.0.1 or localhost; a real site "
                        "is named by its scenario");
    }
    return 0;
}

/* --origin is for replicas: loopback only, no path. */
int ofs_job_check_origin(const char *origin, struct ofs_error *err)
{
    struct ofs_url url;
    return check_origin(origin, &url, err);
}

/* As a browser serializes it (HTML, 7.1.1): lower case, and no default port. */
static char *serialized(const struct ofs_url *url)
{
    bool is_own = url->port == (strcmp(url->scheme, "https") ? 80 : 443);
    bool is_six = strchr(url->host, ':') != NULL;
    char port[16] = "";
    if (!is_own)
        snprintf(port, sizeof port, ":%d", url->port);
    char *text = ofs_text_printf("%s://%s%s%s%s", url->scheme, is_six ? "[" : "", url->host,
                                 is_six ? "]" : "", port);
    for (char *c = text; c && *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

/* Exactly the requested settings, with the requested states. */
static int apply_wishes(struct ofs_job *job, bool *selected, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    for (size_t w = 0; w < o->n_wishes; w++) {
        size_t i = 0;
        while (i < job->scenario->n_settings &&
               strcmp(job->scenario->settings[i].id, o->wishes[w].setting) != 0)
            i++;
        if (i == job->scenario->n_settings)
            return ofs_fail(err, OFS_ERR_SCENARIO, "the scenario '%s' no longer has a setting '%s'",
                            job->scenario->id, o->wishes[w].setting);
        job->scenario->settings[i].wanted = o->wishes[w].state;
        selected[i] = true;
    }
    return 0;
}

/* Names behind an '@' in the chosen ids, each once, after the given ones. */
static size_t instances_of(const struct ofs_options *o, char *only, const char **ret_names,
                           size_t most)
{
    size_t n = 0;
    for (size_t i = 0; i < o->n_instances && n < most; i++)
        ret_names[n++] = o->instances[i];
    for (size_t i = 0; i < o->n_wishes && n < most; i++) {
        const char *at = strchr(o->wishes[i].setting, '@');
        if (at)
            ret_names[n++] = at + 1;
    }
    for (char *rest = NULL, *id = only ? strtok_r(only, ", ", &rest) : NULL; id && n < most;
         id = strtok_r(NULL, ", ", &rest)) {
        const char *at = strchr(id, '@');
        if (at)
            ret_names[n++] = at + 1;
    }
    return n;
}

static int expand(struct ofs_job *job, struct ofs_error *err)
{
    enum { MOST = 256 };
    const char *names[MOST];
    OFS_AUTO_STR only = job->options.only ? strdup(job->options.only) : NULL;
    size_t n = instances_of(&job->options, only, names, MOST);
    return n ? ofs_scenario_expand(job->scenario, names, n, err) : 0;
}

int ofs_job_choose(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    size_t n = job->scenario->n_settings;
    bool *selected = calloc(n + 1, sizeof *selected);
    free(job->entries);
    free(job->run.results);
    job->n_entries = 0;
    job->entries = calloc(n + 1, sizeof *job->entries);
    job->run.results = calloc(n + 1, sizeof *job->run.results);
    if (!selected || !job->entries || !job->run.results) {
        free(selected);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    int rc = o->wishes
                 ? apply_wishes(job, selected, err)
                 : ofs_scenario_select(job->scenario, o->only, o->group, o->all, selected, err);
    for (size_t i = 0; !rc && i < n; i++) {
        const struct ofs_setting *s = &job->scenario->settings[i];
        if (!selected[i])
            continue;
        struct ofs_result *r = &job->run.results[job->n_entries];
        *r = (struct ofs_result){.id = s->id,
                                 .origin = s->origin,
                                 .title = s->title,
                                 .group = s->group,
                                 .wanted = s->wanted,
                                 .verdict = OFS_VERDICT_UNKNOWN,
                                 .reason = "interrupted"};
        snprintf(r->detail, sizeof r->detail, "it was not read; run again");
        job->entries[job->n_entries++] = (struct ofs_entry){.setting = s, .result = r};
    }
    job->run.n_results = job->n_entries;
    free(selected);
    return rc;
}

static cJSON *manual_items(const struct ofs_job *job)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach(item, job->scenario->manual)
    {
        const char *page = ofs_json_str(item, "page", NULL);
        const char *before = page && page[0] == '/' ? job->scenario->origin : "";
        OFS_AUTO_STR url = page ? ofs_text_printf("%s%s", before, page) : NULL;
        cJSON *one = cJSON_CreateObject();
        ofs_json_add_str(one, "id", ofs_json_str(item, "id", ""));
        ofs_json_add_str(one, "title", ofs_json_str(item, "title", ""));
        ofs_json_add_str(one, "url", url);
        ofs_json_add_str(one, "due", ofs_json_str(item, "due", NULL));
        cJSON_AddNullToObject(one, "done");
        if (ofs_json_get(item, "every_days"))
            cJSON_AddNumberToObject(one, "every_days", ofs_json_num(item, "every_days", 0));
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

/* What the options leave open. */
static void apply_defaults(struct ofs_job *job)
{
    struct ofs_options *o = &job->options;
    if (o->tabs == 0) /* a person can follow one tab */
        o->tabs = o->show ? 1 : job->scenario->tabs;
    if (o->timeout_ms == 0)
        o->timeout_ms = TIME_LEAST + TIME_EACH * (int64_t)job->n_entries;
    job->deadline = ofs_deadline_in(o->timeout_ms);
    const cJSON *one;
    cJSON_ArrayForEach(one, o->accepted)
    {
        ofs_accept(job, ofs_json_str(one, "setting", ""), ofs_json_str(one, "words", ""));
    }
    if (!o->wording)
        return;
    /* a wording from the command line applies to every chosen setting that has a key */
    for (size_t i = 0; i < job->n_entries; i++)
        ofs_accept(job, job->entries[i].setting->id, o->wording);
}

struct ofs_job *ofs_job_new(struct ofs_loop *loop, const struct ofs_options *options,
                            struct ofs_error *err)
{
    struct ofs_job *job = calloc(1, sizeof *job);
    if (!job) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    job->options = *options;
    job->loop = loop;
    job->indexes = cJSON_CreateObject();
    ofs_run_begin(&job->run);
    struct ofs_url url;
    if (ofs_browser_check_address(options->connect, err) ||
        (options->origin && check_origin(options->origin, &url, err)) ||
        !(job->scenario = ofs_scenario_load(options->scenario, err)) ||
        (options->origin && ofs_scenario_move_hosts(job->scenario, options->origin, err)) ||
        expand(job, err) || ofs_job_choose(job, err)) {
        ofs_job_free(job);
        return NULL;
    }
    if (options->origin && !(job->origin_given = serialized(&url))) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        ofs_job_free(job);
        return NULL;
    }
    const struct ofs_scenario *s = job->scenario;
    job->origin = job->origin_given ? job->origin_given : s->origin;
    job->run.command = options->command;
    job->run.scenario_id = s->id;
    job->run.scenario_version = s->version;
    job->run.scenario_sha256 = s->sha256;
    job->run.origin = job->origin;
    job->run.manual = manual_items(job);
    apply_defaults(job);
    return job;
}

void ofs_job_finish(struct ofs_job *job)
{
    if (job->finished)
        return;
    job->finished = true;
    ofs_deadline closing = ofs_deadline_in(CLOSING);
    ofs_close_tabs(job);
    if (job->browser)
        job->browser->ops->close(job->browser, closing);
    job->browser = NULL;
    ofs_trace_close(job->trace);
    job->trace = NULL;
    ofs_date_now(job->run.finished);
    job->run.exit = ofs_run_status(&job->run);
}

void ofs_job_free(struct ofs_job *job)
{
    if (!job)
        return;
    ofs_job_finish(job);
    ofs_recording_free(job->recording);
    ofs_run_clear(&job->run);
    cJSON_Delete(job->indexes);
    cJSON_Delete(job->accepted);
    for (size_t i = 0; i < job->n_entries; i++)
        ofs_picture_clear(&job->entries[i].before);
    free(job->entries);
    ofs_scenario_free(job->scenario);
    free(job->origin_given);
    free(job);
}

struct ofs_run *ofs_job_run(struct ofs_job *job)
{
    return &job->run;
}

const struct ofs_scenario *ofs_job_scenario(const struct ofs_job *job)
{
    return job->scenario;
}

void ofs_tell(const struct ofs_job *job, const struct ofs_entry *entry, const char *words)
{
    if (job->options.on_progress)
        job->options.on_progress(job->options.ctx, entry->setting->id, words);
}

int ofs_job_reach(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    if (job->browser)
        return 0;
    if (o->trace && !job->trace && !(job->trace = ofs_trace_open(o->trace, err)))
        return -1;
    struct ofs_connect how = {.address = o->connect,
                              .browser_args = o->browser_args,
                              .n_browser_args = o->n_browser_args,
                              .profile = o->profile,
                              .state = o->state,
                              .site = job->origin,
                              .show = o->show,
                              .on_notice = o->on_notice,
                              .on_choice = o->on_choice,
                              .ctx = o->ctx,
                              .headless = o->headless,
                              .capabilities = o->capabilities,
                              .cacert = o->cacert,
                              .trace = job->trace};
    int64_t began = ofs_now_ms();
    job->browser = ofs_browser_open(job->loop, &how, job->deadline, err);
    job->run.opening_ms += ofs_now_ms() - began;
    if (!job->browser)
        return -1;
    snprintf(job->run.browser_name, sizeof job->run.browser_name, "%s", job->browser->name);
    snprintf(job->run.browser_version, sizeof job->run.browser_version, "%s",
             job->browser->version);
    job->run.protocol = job->browser->ops->protocol;
    job->run.wire = job->browser->wire;
    return 0;
}

/* ---- the first stage: read every setting ---- */

static bool wants_check(const struct ofs_job *job, const struct ofs_entry *entry)
{
    (void)job;
    return !entry->was_checked;
}

static int check_one(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_error *err)
{
    ofs_tell(worker->job, entry, "reading");
    if (ofs_read_setting(worker, entry, &entry->seen, err))
        return -1;
    entry->was_checked = true;
    ofs_record_seen(worker->job, entry, "check", &entry->seen);
    ofs_judge_check(&entry->seen, entry->result);
    ofs_tell(worker->job, entry, ofs_verdict_word(entry->result->verdict));
    if (entry->result->verdict == OFS_VERDICT_DIFFERS)
        return ofs_take_picture(worker, entry, &entry->before, err);
    return 0;
}

static void check_failed(struct ofs_job *job, struct ofs_entry *entry, const struct ofs_error *err)
{
    entry->was_checked = true;
    ofs_mark_unread(entry->result, err);
    ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
}

int ofs_job_check(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_stage check = {
        .wants = wants_check, .work = check_one, .failed = check_failed, .deadline = job->deadline};
    bool needs_browser = job->n_entries > 0; /* a scenario may have only manual steps */
    if (ofs_record_begin(job, err) || (needs_browser && ofs_job_reach(job, err))) {
        for (size_t i = 0; i < job->n_entries; i++)
            ofs_mark_unread(job->entries[i].result, err);
        return -1;
    }
    if (ofs_find_instances(job, err)) {
        if (err->code == OFS_ERR_SYSTEM)
            return -1;
        job->end = *err;
    }
    if (job->end.code == OFS_ERR_NONE)
        ofs_pump(job, &check);
    for (size_t i = 0; i < job->n_entries; i++)
        if (wants_check(job, &job->entries[i]))
            check_failed(job, &job->entries[i], &job->end);
    job->run.exit = ofs_run_status(&job->run);
    return 0;
}

size_t ofs_job_differing(const struct ofs_job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        n +=
            job->entries[i].result->verdict == OFS_VERDICT_DIFFERS && !job->entries[i].result->left;
    return n;
}

void ofs_job_pause(struct ofs_job *job)
{
    job->paused_ms = ofs_now_ms();
}

void ofs_job_resume(struct ofs_job *job)
{
    if (job->paused_ms)
        job->deadline += ofs_now_ms() - job->paused_ms;
    job->paused_ms = 0;
}

/* ---- words ---- */

/* The part of an error that applies to one setting. */
static const struct {
    enum ofs_error_code code;
    const char *reason, *next;
} reasons[] = {
    {OFS_ERR_INTERRUPTED, "interrupted", "run check to see its state"},
    {OFS_ERR_TIMEOUT, "timed-out", "run again with a larger --timeout"},
    {OFS_ERR_NO_BROWSER, "no-browser", "run 'offswitch doctor' to see what can be reached"},
    {OFS_ERR_CONNECT, "no-browser", "run 'offswitch doctor' to see what can be reached"},
    {OFS_ERR_NOT_A_BROWSER, "no-browser", "run 'offswitch doctor' to see what can be reached"},
    {OFS_ERR_REFUSED, "no-browser", "run again and allow the connection"},
    {OFS_ERR_GONE, "load-failed", "open the page by hand, or run again"},
    {OFS_ERR_PEER, "load-failed", "open the page by hand, or run again with --trace FILE"},
    {OFS_ERR_PROTOCOL, "load-failed", "open the page by hand, or run again with --trace FILE"},
    {OFS_ERR_TOO_BIG, "load-failed", "open the page by hand, or run again with --trace FILE"},
};

const char *ofs_reason_of_error(const struct ofs_error *err)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == err->code)
            return reasons[i].reason;
    return "browser-lost";
}

void ofs_mark_unread(struct ofs_result *result, const struct ofs_error *err)
{
    const char *next = "run check to see its state";
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].code == err->code)
            next = reasons[i].next;
    result->verdict = OFS_VERDICT_UNKNOWN;
    result->reason = ofs_reason_of_error(err);
    snprintf(result->detail, sizeof result->detail, "%.380s; %s", err->text, next);
}
