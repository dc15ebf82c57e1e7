#include "support/fault_job.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "support/cutter.h"
#include "support/devtools.h"
#include "wire/wire.h"

enum {
    TIME = 90000,    /* for the program */
    MORE = 15000,    /* for each further setting */
    SETTLES = 10000, /* the latest that the replica has put anything off after a save */
    CLOSES = 3000,   /* until a tab that was closed is off the browser's list */
    HELD = 3000,     /* after the save: the reload is over, the last read has not begun */
    MOST_ARGS = 32,
};

enum moment {
    AT_ONCE,
    AT_CONNECT, /* the program has connected, and nobody answers */
    AT_PAGE,    /* the setting's page was asked for */
    AT_PRESS,   /* the press is about to be sent; done by the relay */
    AT_PRESSED, /* it was sent; done by the relay */
    AT_WRITE,   /* the page's save has come */
    AT_RELOAD,  /* and the page was asked for again */
    AT_HOLD,    /* and was read; the last read is not due yet */
    AT_FRESH,   /* the page was asked for in the fresh tab */
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
    struct child child;
    struct cutter cutter;
    struct ofs_wire *alive, *scissors;
    pid_t browser; /* of its own, or 0 */
    int browser_port;
    char deed[64]; /* what is to be done to the machine, or "" */
    enum moment moment;
    bool ended, accepted, was_cut, done;
    bool wrote;
    size_t pages_at_write;
    ofs_deadline write_ms;
    char dir[400];
};

/* ---- deeds ---- */

static bool with_our_tab(struct job *job, int (*deed)(struct job *, const cJSON *tab))
{
    OFS_AUTO_JSON tabs = devtools_tabs(job->loop, job->browser_port,
                                       atoi(strrchr(ofs_site_origin(job->site), ':') + 1));
    /* until the answer has come, a tab that is new stands on its former address */
    return cJSON_GetArraySize(tabs) && !deed(job, cJSON_GetArrayItem(tabs, 0));
}

static int close_it(struct job *job, const cJSON *tab)
{
    return devtools_close(job->loop, job->browser_port, tab);
}

static int crash_it(struct job *job, const cJSON *tab)
{
    return devtools_crash(job->loop, tab);
}

/* True when it was done; what could not be done yet is tried again. */
static bool act(struct job *job)
{
    struct ofs_error ignored;
    if (!strcmp(job->deed, "sigint") || !strcmp(job->deed, "sigterm"))
        return !kill(job->child.pid, !strcmp(job->deed, "sigint") ? SIGINT : SIGTERM);
    if (!strcmp(job->deed, "kill-browser"))
        return !kill(job->browser, SIGKILL);
    if (!strcmp(job->deed, "close-tab"))
        return with_our_tab(job, close_it);
    if (!strcmp(job->deed, "crash-tab"))
        return with_our_tab(job, crash_it);
    return !strcmp(job->deed, "cut") &&
           !job->scissors->ops->send(job->scissors, "cut", 3, &ignored);
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
    size_t since = job->wrote ? n_pages - job->pages_at_write : 0;
    switch (job->moment) {
    case AT_CONNECT:
        return job->accepted;
    case AT_PAGE:
        return n_pages > 0;
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

static void on_ended(void *ctx, const struct ofs_error *why)
{
    (void)why;
    ((struct job *)ctx)->ended = true;
}

static void on_scissors(void *ctx, const char *text, size_t len)
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

/* "sigint@page --timeout=8": the deed and its moment; options are left to the arguments. */
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
            snprintf(job->deed, sizeof job->deed, "%s", word);
            for (size_t i = 0; at && i < sizeof moments / sizeof *moments; i++)
                if (!strcmp(moments[i], at))
                    job->moment = (enum moment)i;
        }
        with += n + (with[n] == ' ');
    }
}

static int serve(struct job *job, struct ofs_error *err)
{
    const struct fault_row *row = job->row;
    const struct ofs_site_options options = {
        .lang = row->lang,
        .generation = row->generation,
        .faults = strcmp(row->faults, "-") ? row->faults : NULL,
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
    int port = job->place->browser_port;
    if (!strcmp(job->deed, "kill-browser") &&
        child_start_browser(job->dir, &job->browser, &port, err))
        return -1;
    job->browser_port = port;
    bool relayed = !strcmp(job->deed, "cut") || job->moment == AT_CONNECT;
    if (!relayed)
        return 0;
    enum cutter_manner manner = job->moment == AT_CONNECT   ? CUTTER_HOLD
                                : job->moment == AT_PRESS   ? CUTTER_BEFORE_PRESS
                                : job->moment == AT_PRESSED ? CUTTER_AFTER_PRESS
                                                            : CUTTER_ON_DEMAND;
    if (cutter_start(port, manner, &job->cutter, err) ||
        !(job->scissors = listen_to(job, job->cutter.fd, err)))
        return -1;
    job->scissors->on_message = on_scissors;
    return 0;
}

static int start_program(struct job *job, bool fix, struct ofs_error *err)
{
    char connect[64], options[512];
    OFS_AUTO_STR out = ofs_text_printf("%s/out", job->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/errors", job->dir);
    OFS_AUTO_STR state = ofs_text_printf("%s/state", job->dir);
    char *argv[MOST_ARGS] = {(char *)job->place->program,
                             fix ? "fix" : "check",
                             "linkedin",
                             "--json",
                             "--acknowledge-terms",
                             "--origin",
                             (char *)ofs_site_origin(job->site),
                             "--connect",
                             connect,
                             "--state",
                             state};
    size_t n = 11;
    bool asked = !strncmp(job->deed, "types-", 6), nobody = !strcmp(job->deed, "nobody-to-ask");
    snprintf(connect, sizeof connect, "cdp://127.0.0.1:%d",
             job->cutter.port ? job->cutter.port : job->browser_port);
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
    bool jumps = !strncmp(job->deed, "clock-", 6);
    if (jumps)
        setenv("TEST_CLOCK_JUMP", strcmp(job->deed, "clock-back") ? "86400" : "-86400", 1);
    const struct child_options child = {
        .argv = argv,
        .out = out,
        .errors = errors,
        .preload = jumps ? job->place->preload : NULL,
        .typed = !fix || !asked                    ? NULL
                 : !strcmp(job->deed, "types-yes") ? "yes\n"
                 : !strcmp(job->deed, "types-no")  ? "no\n"
                                                   : "\003",
    };
    if (child_start(&child, &job->child, err))
        return -1;
    job->alive = listen_to(job, job->child.alive_fd, err);
    if (!job->alive)
        return -1;
    job->alive->on_closed = on_ended;
    return 0;
}

/* ---- running ---- */

static void run(struct job *job)
{
    size_t n = strcmp(job->row->only, "all") ? cell_parts(job->row->only) : (size_t)SITE_SETTINGS;
    ofs_deadline deadline = ofs_deadline_in(TIME + MORE * (int64_t)(n - 1));
    struct ofs_error ignored;
    while (!job->ended && ofs_deadline_left(deadline)) {
        ofs_deadline next = deadline;
        if (job->moment == AT_HOLD && job->wrote && !job->done)
            next = ofs_deadline_min(next, job->write_ms + HELD);
        if (next > ofs_now_ms())
            ofs_loop_turn(job->loop, next, &ignored);
        if (!job->done && *job->deed && is_time(job))
            job->done = act(job);
    }
}

static void settle(struct job *job)
{
    const struct ofs_site_write *writes;
    size_t n = ofs_site_writes(job->site, &writes);
    struct ofs_error ignored;
    bool saving = false;
    for (const struct site_fault_row *f = site_fault_rows; f->name; f++)
        saving = saving || (!strcmp(f->kind, "saving") && fault_row_has(job->row, f->name));
    if (!n || !saving)
        return;
    ofs_deadline until = job->write_ms + SETTLES;
    while (ofs_deadline_left(until))
        ofs_loop_turn(job->loop, until, &ignored);
}

/* A tab may be on the list for a moment after it was closed. */
static cJSON *tabs_left(struct job *job)
{
    int site_port = atoi(strrchr(ofs_site_origin(job->site), ':') + 1);
    ofs_deadline until = ofs_deadline_in(CLOSES);
    struct ofs_error ignored;
    if (job->browser)
        return NULL;
    for (;;) {
        cJSON *tabs = devtools_tabs(job->loop, job->browser_port, site_port);
        const cJSON *one;
        /* a program that had to be killed could not close its own */
        if (!job->ended)
            cJSON_ArrayForEach(one, tabs) devtools_close(job->loop, job->browser_port, one);
        if (!cJSON_GetArraySize(tabs) || !ofs_deadline_left(until))
            return tabs;
        cJSON_Delete(tabs);
        ofs_loop_turn(job->loop, ofs_deadline_min(until, ofs_deadline_in(100)), &ignored);
    }
}

static void read_files(struct job *job, struct outcome *ret)
{
    OFS_AUTO_BUF out = OFS_BUF(8 << 20);
    OFS_AUTO_BUF errors = OFS_BUF(8 << 20);
    OFS_AUTO_STR out_path = ofs_text_printf("%s/out", job->dir);
    OFS_AUTO_STR errors_path = ofs_text_printf("%s/errors", job->dir);
    struct ofs_error ignored;
    if (out_path && !ofs_buf_read_file(&out, out_path, &ignored))
        ret->report = ofs_json_parse(ofs_buf_str(&out), out.len, &ignored);
    if (errors_path && !ofs_buf_read_file(&errors, errors_path, &ignored)) {
        const char *text = ofs_buf_str(&errors);
        size_t skip = errors.len > 500 ? errors.len - 500 : 0;
        snprintf(ret->errors, sizeof ret->errors, "%s", text + skip);
    }
}

static void reap(struct job *job, struct outcome *ret)
{
    int status = 0;
    ret->in_time = job->ended;
    if (!job->ended)
        kill(job->child.pid, SIGKILL);
    waitpid(job->child.pid, &status, 0);
    ret->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void clean_up(struct job *job)
{
    if (job->alive)
        job->alive->ops->close(job->alive);
    if (job->scissors)
        job->scissors->ops->close(job->scissors);
    child_end(job->cutter.pid, SIGKILL);
    child_end(job->child.person, SIGKILL);
    child_end(job->browser, SIGKILL);
    ofs_site_free(job->site);
    ofs_loop_free(job->loop);
}

int job_run(const struct fault_row *row, bool fix, const struct job_place *place,
            struct outcome *ret, struct ofs_error *err)
{
    struct job job = {.row = row, .place = place};
    OFS_AUTO_STR dir = child_make_dir(place->dir);
    *ret = (struct outcome){0};
    if (!dir)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no directory below %s", place->dir);
    snprintf(job.dir, sizeof job.dir, "%s", dir);
    read_with(&job);
    /* the relay forks, so it comes before the loop has anything that a fork would share */
    int rc = (job.loop = ofs_loop_new(err)) ? 0 : -1;
    if (!rc)
        rc = reach(&job, err) || serve(&job, err) ? -1 : 0;
    if (!rc) {
        ret->before = ofs_site_truth(job.site);
        rc = start_program(&job, fix, err);
    }
    if (!rc) {
        run(&job);
        reap(&job, ret);
        settle(&job);
        ret->happened = job.done || job.was_cut;
        ret->tabs = tabs_left(&job);
        ret->after = ofs_site_truth(job.site);
        read_files(&job, ret);
    }
    clean_up(&job);
    child_remove_dir(dir);
    return rc;
}

void outcome_clear(struct outcome *outcome)
{
    cJSON_Delete(outcome->report);
    cJSON_Delete(outcome->before);
    cJSON_Delete(outcome->after);
    cJSON_Delete(outcome->tabs);
    *outcome = (struct outcome){0};
}
