#include "support/fault_job.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "support/fault_proxy.h"
#include "wire/wire.h"

enum {
    TIME = 125000,   /* for the program: its own timeout, 75 s, the 45 s for reading back, and 5 */
    MORE = 15000,    /* for each further setting */
    ARRIVED = 300,   /* requests that the page sent before it was closed */
    SETTLES = 30000, /* until no delayed effect is pending */
    VISITS = 20,    /* how many times a fix may have to wait for the longest of the random delays */
    CLOSES = 20000, /* until what was closed is in no list any more */
    HELD = 3000,    /* after the save: the reload is over, the last read has not started */
    ARRIVES = 1000, /* a page that loads at once has started */
    MOST_ARGS = 40,
};

enum moment {
    AT_ONCE,
    AT_CONNECT, /* the program has connected, and gets no response */
    AT_PAGE,    /* the setting's page was requested */
    AT_PRESS,   /* the press is about to be sent; done by the relay */
    AT_PRESSED, /* it was sent; done by the relay */
    AT_WRITE,   /* the page's save has arrived */
    AT_RELOAD,  /* and the page was requested again */
    AT_HOLD,    /* and was read; the last read is not due yet */
    AT_FRESH,   /* the page was requested in the fresh tab */
};

static const char *const moments[] = {
    [AT_ONCE] = "",         [AT_CONNECT] = "connect", [AT_PAGE] = "page",
    [AT_PRESS] = "press",   [AT_PRESSED] = "pressed", [AT_WRITE] = "write",
    [AT_RELOAD] = "reload", [AT_HOLD] = "hold",       [AT_FRESH] = "fresh",
};

struct job {
    const struct fault_row *row;
    const struct job_place *place;
    struct ofs_loop *loop;
    struct ofs_site *site;
    struct program program;
    struct fault_proxy proxy;
    struct ofs_wire *scissors;
    struct peer peer; /* of its own, or the place's */
    bool own_peer;
    struct peer_visit visit;
    char action[64]; /* what to do to the machine, or "" */
    enum moment moment;
    bool least; /* with the minimal scenario that the contract allows */
    bool ways;  /* with the additions of tests/ways.json to LinkedIn's for the row's faults */
    bool accepted, was_cut, done;
    bool asked, wrote;
    size_t pages_at_write;
    ofs_deadline asked_ms, write_ms;
    char dir[400];
};

/* ---- actions ---- */

static int site_port(const struct job *job)
{
    return atoi(strrchr(ofs_site_origin(job->site), ':') + 1);
}

/* True when it was done; an action that is not possible yet is tried again. */
static bool act(struct job *job)
{
    struct ofs_error ignored;
    if (!strcmp(job->action, "sigint") || !strcmp(job->action, "sigterm"))
        return !kill(job->program.child.pid, !strcmp(job->action, "sigint") ? SIGINT : SIGTERM);
    if (!strcmp(job->action, "kill-browser"))
        return peer_kill_browser(&job->peer, &job->visit);
    if (!strcmp(job->action, "close-tab"))
        return peer_close_tab(job->loop, &job->peer, &job->visit, site_port(job));
    if (!strcmp(job->action, "crash-tab"))
        return peer_crash_tab(job->loop, &job->peer, &job->visit, site_port(job));
    return !strcmp(job->action, "cut") &&
           !job->scissors->ops->send(job->scissors, "cut", 3, &ignored);
}

/* Only an existing document can crash, and not every peer reports that it exists. */
static int arrives(const struct job *job)
{
    return strcmp(job->action, "crash-tab") ? 0 : ARRIVES;
}

static bool is_time(struct job *job)
{
    const struct ofs_site_write *writes;
    const struct ofs_site_event *pages;
    size_t n_pages = ofs_site_pages(job->site, &pages);
    if (!job->wrote && ofs_site_writes(job->site, &writes)) {
        job->wrote = true;
        job->pages_at_write = n_pages;
        job->write_ms = ofs_now_ms();
    }
    if (!job->asked && n_pages) {
        job->asked = true;
        job->asked_ms = ofs_now_ms();
    }
    size_t since = job->wrote ? n_pages - job->pages_at_write : 0;
    switch (job->moment) {
    case AT_CONNECT:
        return job->accepted;
    case AT_PAGE:
        return n_pages > 0 && ofs_now_ms() >= job->asked_ms + arrives(job);
    case AT_WRITE:
        return job->wrote;
    case AT_RELOAD:
        return since > 0;
    case AT_HOLD:
        return since > 0 && ofs_now_ms() >= job->write_ms + HELD;
    case AT_FRESH:
        return since > 1;
    default:
        return false; /* nothing to do, or done by the relay */
    }
}

static void on_relay_message(void *ctx, const char *text, size_t len)
{
    struct job *job = ctx;
    (void)len;
    job->accepted = job->accepted || !strcmp(text, "accepted");
    job->was_cut = job->was_cut || !strcmp(text, "cut");
}

/* ---- setting up ---- */

static struct ofs_wire *listen_to(struct job *job, int fd, struct ofs_error *err)
{
    struct ofs_wire *wire = ofs_wire_pipe(job->loop, fd, dup(fd), err);
    if (wire)
        wire->ctx = job;
    return wire;
}

/* "sigint@page --timeout=8": the action and its moment; options are left to the arguments. */
static void read_with(struct job *job)
{
    const char *with = job->row->with;
    while (*with) {
        size_t n = strcspn(with, " ");
        if (strncmp(with, "--", 2) && strncmp(with, "-", n)) {
            char word[64];
            snprintf(word, sizeof word, "%.*s", (int)n, with);
            char *at = strchr(word, '@');
            if (at)
                *at++ = '\0';
            job->least = job->least || !strcmp(word, "least");
            job->ways = job->ways || !strcmp(word, "ways");
            snprintf(job->action, sizeof job->action, "%s", word);
            for (size_t i = 0; at && i < sizeof moments / sizeof *moments; i++)
                if (!strcmp(moments[i], at))
                    job->moment = (enum moment)i;
        }
        with += n + (with[n] == ' ');
    }
}

bool job_is_random(const struct fault_row *row)
{
    return fault_row_has(row, "random-delays");
}

uint64_t job_seed(const struct fault_row *row, const struct job_place *place)
{
    uint64_t hash = 0xcbf29ce484222325u ^ place->seed;
    for (const char *at = row->name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
    return hash >> 12; /* a number that JSON can hold */
}

static int serve(struct job *job, struct ofs_error *err)
{
    const struct fault_row *row = job->row;
    const struct ofs_site_options options = {
        .lang = row->lang,
        .generation = row->generation,
        .faults = strcmp(row->faults, "-") ? row->faults : NULL,
        .seed = job_seed(row, job->place),
        .delay_max_ms = job->place->delay_max_ms,
    };
    job->site = ofs_site_new(job->loop, &options, err);
    if (!job->site)
        return -1;
    bool all = !strcmp(row->only, "all");
    for (int i = 0; all && i < SITE_SETTINGS; i++)
        ofs_site_set(job->site, site_settings[i].id, !strcmp(row->start, "on"));
    for (size_t i = 0; !all && i < cell_parts(row->only); i++) {
        char id[80], state[80];
        cell_part(row->only, i, id, sizeof id);
        cell_part(row->start, i, state, sizeof state);
        if (!ofs_site_set(job->site, id, !strcmp(state, "on")))
            return ofs_fail(err, OFS_ERR_USAGE, "line %d: no setting %s", row->line, id);
    }
    return 0;
}

static int reach(struct job *job, struct ofs_error *err)
{
    const struct peer_kind *kind = job->place->peer->kind;
    bool watched = !strcmp(job->action, "close-tab") || !strcmp(job->action, "crash-tab");
    bool relayed = !strcmp(job->action, "cut") || job->moment == AT_CONNECT;
    enum fault_proxy_manner manner = job->moment == AT_CONNECT   ? FAULT_PROXY_HOLD
                                     : job->moment == AT_PRESS   ? FAULT_PROXY_BEFORE_PRESS
                                     : job->moment == AT_PRESSED ? FAULT_PROXY_AFTER_PRESS
                                                                 : FAULT_PROXY_ON_DEMAND;
    job->own_peer = peer_dies_with(kind, job->action);
    job->peer = *job->place->peer;
    if (job->own_peer &&
        peer_start(job->loop, kind, job->dir, job->place->build, NULL, &job->peer, err))
        return -1;
    if (relayed) {
        if (fault_proxy_start(peer_port(&job->peer), manner, &job->proxy, err) ||
            !(job->scissors = listen_to(job, job->proxy.fd, err)))
            return -1;
        job->scissors->on_message = on_relay_message;
    }
    return peer_visit_begin(&job->peer, job->dir, job->proxy.port, watched, &job->visit, err);
}

/* A scenario that has only the address and the label of each setting. */
static int write_least(const struct job *job, const char *path)
{
    OFS_AUTO_JSON scenario = cJSON_CreateObject();
    cJSON_AddNumberToObject(scenario, "format", 1);
    cJSON_AddStringToObject(scenario, "id", "least");
    cJSON_AddStringToObject(scenario, "version", "1");
    cJSON_AddStringToObject(scenario, "title", "Least");
    cJSON_AddStringToObject(scenario, "origin", "https://www.example.com");
    cJSON *settings = cJSON_AddArrayToObject(scenario, "settings");
    for (size_t i = 0; i < cell_parts(job->row->only); i++) {
        char id[80];
        cell_part(job->row->only, i, id, sizeof id);
        int setting = site_setting_by_id(id);
        OFS_AUTO_STR page = ofs_text_printf("/mypreferences/d/%s", site_settings[setting].slug);
        const char *label = site_setting_label(setting, SITE_EN);
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "id", id);
        cJSON_AddStringToObject(one, "title", site_setting_row(setting, SITE_EN));
        cJSON_AddStringToObject(one, "wanted", "off");
        cJSON_AddStringToObject(one, "page", page);
        cJSON_AddItemToObject(cJSON_AddObjectToObject(one, "labels"), "en",
                              cJSON_CreateStringArray(&label, 1));
        cJSON_AddItemToArray(settings, one);
    }
    OFS_AUTO_STR text = cJSON_PrintUnformatted(scenario);
    FILE *file = text ? fopen(path, "we") : NULL;
    if (!file)
        return -1;
    bool written = fputs(text, file) >= 0;
    return fclose(file) || !written ? -1 : 0;
}

static cJSON *read_json(const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(4 << 20);
    return ofs_buf_read_file(&text, path, err) ? NULL
                                               : ofs_json_parse(ofs_buf_str(&text), text.len, err);
}

/* The members of a patch replace the present ones; null removes one. */
static void patch(cJSON *object, const cJSON *with)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, with)
    {
        cJSON_DeleteItemFromObjectCaseSensitive(object, one->string);
        if (!cJSON_IsNull(one))
            cJSON_AddItemToObject(object, one->string, cJSON_Duplicate(one, true));
    }
}

/* The other name of the replica's host, in a blocker's origins. */
static void name_elsewhere(const struct job *job, cJSON *scenario)
{
    cJSON *blocker, *origin;
    cJSON_ArrayForEach(blocker, cJSON_GetObjectItem(scenario, "blockers"))
    {
        cJSON_ArrayForEach(origin, cJSON_GetObjectItem(blocker, "origins"))
        {
            OFS_AUTO_STR there = ofs_text_printf("http://localhost:%d", site_port(job));
            cJSON_SetValuestring(origin, there);
        }
    }
}

/* LinkedIn's scenario with the one setting of the row, changed as the row's faults need it. */
static int write_ways(const struct job *job, const char *path, struct ofs_error *err)
{
    OFS_AUTO_JSON scenario = read_json("scenarios/linkedin.json", err);
    OFS_AUTO_JSON ways = scenario ? read_json("tests/ways.json", err) : NULL;
    if (!ways)
        return -1;
    cJSON *settings = cJSON_GetObjectItem(scenario, "settings"), *setting;
    for (int i = cJSON_GetArraySize(settings) - 1; i >= 0; i--)
        if (strcmp(ofs_json_str(cJSON_GetArrayItem(settings, i), "id", ""), job->row->only) != 0)
            cJSON_DeleteItemFromArray(settings, i);
    setting = settings->child;
    cJSON_DeleteItemFromObject(setting, "sources");
    const cJSON *way;
    cJSON_ArrayForEach(way, ways) if (fault_row_has(job->row, way->string))
    {
        patch(setting, ofs_json_get(way, "setting"));
        patch(scenario, ofs_json_get(way, "scenario"));
    }
    name_elsewhere(job, scenario);
    OFS_AUTO_STR text = cJSON_Print(scenario);
    FILE *file = text ? fopen(path, "we") : NULL;
    bool written = file && fputs(text, file) >= 0;
    return (file && fclose(file)) || !written
               ? ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be written", path)
               : 0;
}

static int start_program(struct job *job, bool fix, struct ofs_error *err)
{
    char options[512];
    OFS_AUTO_STR state = ofs_text_printf("%s/state", job->dir);
    OFS_AUTO_STR least = ofs_text_printf("%s/least.json", job->dir);
    if (job->least && write_least(job, least))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be written", least);
    if (job->ways && write_ways(job, least, err))
        return -1;
    char *argv[MOST_ARGS] = {fix ? "fix" : "check",
                             job->least || job->ways ? least : "linkedin",
                             "--json",
                             "--acknowledge-terms",
                             "--origin",
                             (char *)ofs_site_origin(job->site),
                             "--state",
                             state};
    size_t n = 8;
    bool asked = !strncmp(job->action, "types-", 6), nobody = !strcmp(job->action, "nobody-to-ask");
    for (char **arg = job->visit.args; *arg; arg++)
        argv[n++] = *arg;
    if (!strcmp(job->row->only, "all")) {
        argv[n++] = "--all";
    } else {
        argv[n++] = "--only";
        argv[n++] = (char *)job->row->only;
    }
    if (fix && !asked && !nobody)
        argv[n++] = "--yes";
    snprintf(options, sizeof options, "%s", job->row->with);
    for (char *rest = NULL, *word = strtok_r(options, " ", &rest); word && n + 1 < MOST_ARGS;
         word = strtok_r(NULL, " ", &rest))
        if (!strncmp(word, "--", 2))
            argv[n++] = word;
    bool jumps = !strncmp(job->action, "clock-", 6);
    if (jumps)
        setenv("TEST_CLOCK_JUMP", strcmp(job->action, "clock-back") ? "86400" : "-86400", 1);
    const struct program_options program = {
        .argv = argv,
        .dir = job->dir,
        .preload = jumps ? job->place->preload : NULL,
        .typed = !fix || !asked                      ? NULL
                 : !strcmp(job->action, "types-yes") ? "yes\n"
                 : !strcmp(job->action, "types-no")  ? "no\n"
                                                     : "\003",
    };
    return program_start(job->loop, &program, &job->program, err);
}

/* ---- running ---- */

static void run(struct job *job)
{
    size_t n = strcmp(job->row->only, "all") ? cell_parts(job->row->only) : (size_t)SITE_SETTINGS;
    int64_t delays = job_is_random(job->row) ? VISITS * job->place->delay_max_ms : 0;
    ofs_deadline deadline = ofs_deadline_in(TIME + MORE * (int64_t)(n - 1) + delays);
    struct ofs_error ignored;
    while (!job->program.ended && ofs_deadline_left(deadline)) {
        ofs_deadline next = deadline;
        if (job->moment == AT_HOLD && job->wrote && !job->done)
            next = ofs_deadline_min(next, job->write_ms + HELD);
        if (job->moment == AT_PAGE && job->asked && !job->done)
            next = ofs_deadline_min(next, job->asked_ms + arrives(job));
        if (next > ofs_now_ms())
            ofs_loop_turn(job->loop, next, &ignored);
        if (!job->done && *job->action && is_time(job))
            job->done = act(job);
    }
}

/* Let the delayed effects of the replica happen. */
static void settle(struct job *job)
{
    const struct ofs_site_write *writes;
    struct ofs_error ignored;
    if (!ofs_site_writes(job->site, &writes))
        return;
    ofs_deadline until = ofs_deadline_in(SETTLES), arrived = ofs_deadline_in(ARRIVED);
    while (ofs_deadline_left(until) && (ofs_deadline_left(arrived) || ofs_site_pending(job->site)))
        ofs_loop_turn(job->loop, ofs_deadline_in(ARRIVED), &ignored);
}

static void collect_leftovers(struct job *job, struct outcome *ret)
{
    /* a killed program could not close its own */
    if (!ret->end.in_time)
        peer_sweep(job->loop, &job->peer, &job->visit, site_port(job));
    ret->left =
        peer_left(job->loop, &job->peer, &job->visit, site_port(job), ofs_deadline_in(CLOSES));
}

static void clean_up(struct job *job)
{
    struct program_end ignored;
    program_reap(&job->program, &ignored);
    program_end_clear(&ignored);
    if (job->scissors)
        job->scissors->ops->close(job->scissors);
    child_end(job->proxy.pid, SIGKILL);
    if (job->own_peer)
        peer_end(job->loop, &job->peer);
    peer_visit_end(&job->visit);
    ofs_site_free(job->site);
    ofs_loop_free(job->loop);
}

int job_run(const struct fault_row *row, bool fix, const struct job_place *place,
            struct outcome *ret, struct ofs_error *err)
{
    struct job job = {.row = row, .place = place};
    OFS_AUTO_STR dir = child_make_dir(place->dir);
    *ret = (struct outcome){.peer = place->peer->kind};
    if (!dir)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no directory below %s", place->dir);
    snprintf(job.dir, sizeof job.dir, "%s", dir);
    read_with(&job);
    /* the relay forks, so it is created before the loop has anything that a fork would share */
    int rc = (job.loop = ofs_loop_new(err)) ? 0 : -1;
    if (!rc)
        rc = reach(&job, err) || serve(&job, err) ? -1 : 0;
    if (!rc) {
        ret->before = ofs_site_truth(job.site);
        rc = start_program(&job, fix, err);
    }
    if (!rc) {
        run(&job);
        program_reap(&job.program, &ret->end);
        settle(&job);
        ret->happened = job.done || job.was_cut;
        collect_leftovers(&job, ret);
        ret->after = ofs_site_truth(job.site);
    }
    clean_up(&job);
    child_remove_dir(dir);
    return rc;
}

void outcome_clear(struct outcome *outcome)
{
    program_end_clear(&outcome->end);
    cJSON_Delete(outcome->before);
    cJSON_Delete(outcome->after);
    cJSON_Delete(outcome->left);
    *outcome = (struct outcome){0};
}
