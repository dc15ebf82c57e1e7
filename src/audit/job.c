#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/json.h"
#include "base/text.h"
#include "scenario/select.h"

enum { CLOSING = 5000 }; /* milliseconds for going in order */

/* An origin given by hand is for replicas: this machine, no path. */
int ofs_job_check_origin(const char *origin, struct ofs_error *err)
{
    const char *host = !strncmp(origin, "http://", 7)    ? origin + 7
                       : !strncmp(origin, "https://", 8) ? origin + 8
                                                         : NULL;
    if (!host)
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %s is not http://HOST[:PORT]", origin);
    size_t n = strcspn(host, "/?#");
    if (host[n] && strcmp(host + n, "/"))
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %s has more than a host and a port", origin);
    char name[128];
    size_t name_len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    if (name_len == 0 || name_len >= sizeof name || name_len > n)
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %s has no host", origin);
    memcpy(name, host, name_len);
    name[name_len] = '\0';
    const char *port = host + name_len;
    size_t digits = *port == ':' ? strspn(port + 1, "0123456789") : 0;
    long number = digits ? strtol(port + 1, NULL, 10) : 0;
    if (*port && *port != '/' &&
        (!digits || digits > 5 || !strchr("/", port[1 + digits]) || number < 1 || number > 65535))
        return ofs_fail(err, OFS_ERR_USAGE, "--origin %s has no port between 1 and 65535", origin);
    if (!ofs_text_is_loopback_host(name)) {
        ofs_fail(err, OFS_ERR_USAGE, "--origin %s: '%s' is not this machine", origin, name);
        return ofs_hint(err,
                        "another origin is for replicas on 127.0.0.1 or localhost; a real site "
                        "is named by its scenario");
    }
    return 0;
}

static int choose(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    size_t n = job->scenario->n_settings;
    bool *selected = calloc(n + 1, sizeof *selected);
    job->entries = calloc(n + 1, sizeof *job->entries);
    job->run.results = calloc(n + 1, sizeof *job->run.results);
    if (!selected || !job->entries || !job->run.results) {
        free(selected);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    int rc = ofs_scenario_select(job->scenario, o->only, o->group, o->all, selected, err);
    for (size_t i = 0; !rc && i < n; i++) {
        const struct ofs_setting *s = &job->scenario->settings[i];
        if (!selected[i])
            continue;
        struct ofs_result *r = &job->run.results[job->n_entries];
        *r = (struct ofs_result){.id = s->id,
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
        OFS_AUTO_STR url = page ? ofs_text_printf("%s%s", job->scenario->origin, page) : NULL;
        cJSON *one = cJSON_CreateObject();
        ofs_json_add_str(one, "id", ofs_json_str(item, "id", ""));
        ofs_json_add_str(one, "title", ofs_json_str(item, "title", ""));
        ofs_json_add_str(one, "url", url);
        cJSON_AddNullToObject(one, "due");
        cJSON_AddNullToObject(one, "done");
        cJSON_AddItemToArray(list, one);
    }
    return list;
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
    if (ofs_browser_check_address(options->connect, err) ||
        (options->origin && ofs_job_check_origin(options->origin, err)) ||
        !(job->scenario = ofs_scenario_load(options->scenario, err)) || choose(job, err)) {
        ofs_job_free(job);
        return NULL;
    }
    const struct ofs_scenario *s = job->scenario;
    int64_t usual = 60000 + 15000 * (int64_t)job->n_entries;
    job->deadline = ofs_deadline_in(options->timeout_ms ? options->timeout_ms : usual);
    if (!job->options.tabs)
        job->options.tabs = s->tabs;
    job->origin = options->origin ? options->origin : s->origin;
    if (options->origin) /* "http://127.0.0.1:8080/" means the same */
        job->origin_given = strndup(options->origin, strcspn(options->origin + 8, "/") + 8);
    if (job->origin_given)
        job->origin = job->origin_given;
    job->run.command = options->command;
    job->run.scenario_id = s->id;
    job->run.scenario_version = s->version;
    job->run.scenario_sha256 = s->sha256;
    job->run.origin = job->origin;
    job->run.manual = manual_items(job);
    return job;
}

void ofs_job_finish(struct ofs_job *job)
{
    if (job->finished)
        return;
    job->finished = true;
    ofs_deadline closing = ofs_deadline_in(CLOSING);
    ofs_page_close(job->page, closing);
    job->page = NULL;
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
    ofs_run_clear(&job->run);
    cJSON_Delete(job->indexes);
    free(job->entries);
    ofs_scenario_free(job->scenario);
    free(job->origin_given);
    free(job);
}

void ofs_job_pause(struct ofs_job *job)
{
    job->paused_ms = ofs_now_ms();
}

void ofs_job_resume(struct ofs_job *job)
{
    job->deadline += job->paused_ms ? ofs_now_ms() - job->paused_ms : 0;
    job->paused_ms = 0;
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

static int reach_browser(struct ofs_job *job, struct ofs_error *err)
{
    const struct ofs_options *o = &job->options;
    if (o->trace && !(job->trace = ofs_trace_open(o->trace, err)))
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
    job->browser = ofs_browser_open(job->loop, &how, job->deadline, err);
    if (!job->browser)
        return -1;
    snprintf(job->run.browser_name, sizeof job->run.browser_name, "%s", job->browser->name);
    snprintf(job->run.browser_version, sizeof job->run.browser_version, "%s",
             job->browser->version);
    job->run.protocol = job->browser->ops->protocol;
    job->run.wire = job->browser->wire;
    job->page =
        ofs_page_open(job->browser, job->scenario, job->origin, o->wording, job->deadline, err);
    return job->page ? 0 : -1;
}

/* With several tabs: read the settings' own pages side by side, before the rest is done one by one.
 */
static int read_own_pages(struct ofs_job *job, struct ofs_error *err)
{
    struct ofs_reading *readings = calloc(job->n_entries + 1, sizeof *readings);
    size_t n = 0;
    for (size_t i = 0; readings && i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        if (entry->setting->page)
            readings[n++] = (struct ofs_reading){
                .entry = entry,
                .visit = {.path = entry->setting->page, .setting = entry->setting},
                .seen = &entry->seen};
    }
    int rc = readings ? ofs_read_side_by_side(job, job->page, readings, n, err)
                      : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        readings[i].entry->was_seen = readings[i].was_seen;
    free(readings);
    return rc;
}

int ofs_job_check(struct ofs_job *job, struct ofs_error *err)
{
    struct ofs_error end;
    if (reach_browser(job, err)) {
        for (size_t i = 0; i < job->n_entries; i++)
            ofs_mark_unread(job->entries[i].result, err);
        return -1;
    }
    int rc = job->options.tabs > 1 ? read_own_pages(job, &end) : 0;
    for (size_t i = 0; i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        ofs_tell(job, entry, "reading");
        if (!rc)
            rc = ofs_read_setting(job, entry, &entry->seen, &end);
        /* What ends the run ends it for every setting that was not read yet. */
        if (rc)
            ofs_mark_unread(entry->result, &end);
        else
            ofs_judge_check(&entry->seen, entry->result);
        ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
    }
    job->run.exit = ofs_run_status(&job->run);
    return 0;
}

size_t ofs_job_differing(const struct ofs_job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        n += job->entries[i].result->verdict == OFS_VERDICT_DIFFERS;
    return n;
}
