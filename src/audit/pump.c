#include <stdio.h>
#include <string.h>

#include "audit/internal.h"

/* One pump for every stage: a few tasks, each with its own tab, take settings from one list.
 * Settings of one page are taken together, so that the page is loaded once. */

enum {
    OPENINGS = 2,         /* the remaining work must take this many times as long as opening a
                             tab */
    OPENS_WITHIN = 30000, /* ms: the worker that opens a tab signals when it is done */
    CLOSING = 3000,       /* ms for closing a tab that is no longer needed */
    MOST_LOST = 2,        /* this many tabs closed from outside end the run */
};

struct pump {
    struct ofs_job *job;
    const struct ofs_stage *stage;
    int64_t worked_ms; /* on the settings that are done, together */
    int n_done;
};

static bool is_over(const struct ofs_job *job)
{
    return job->end.code != OFS_ERR_NONE;
}

/* Does an error of one page end the run? */
static bool ends_run(const struct ofs_job *job, const struct ofs_stage *stage,
                     const struct ofs_error *err)
{
    switch (err->code) {
    case OFS_ERR_LOST:
    case OFS_ERR_INTERRUPTED:
    case OFS_ERR_SYSTEM:
    case OFS_ERR_STATE:
        return true;
    case OFS_ERR_TIMEOUT:
        return ofs_deadline_left(stage->deadline) == 0;
    case OFS_ERR_TAB_LOST:
        return job->tabs_lost >= MOST_LOST;
    default:
        return false;
    }
}

static struct ofs_entry *next_entry(const struct pump *p)
{
    for (size_t i = 0; i < p->job->n_entries; i++) {
        struct ofs_entry *entry = &p->job->entries[i];
        if (!entry->is_taken && p->stage->wants(p->job, entry))
            return entry;
    }
    return NULL;
}

static const char *path_of(const struct ofs_entry *entry)
{
    return entry->seen.path[0] ? entry->seen.path : entry->setting->page;
}

/* The entry whose page this worker's tab shows, or NULL. */
static struct ofs_entry *entry_here(const struct pump *p, const struct ofs_worker *worker)
{
    for (size_t i = 0; i < p->job->n_entries; i++) {
        struct ofs_entry *entry = &p->job->entries[i];
        const char *path = path_of(entry);
        if (!entry->is_taken && path && worker->page &&
            ofs_page_is_at(worker->page, entry->setting, path) && p->stage->wants(p->job, entry))
            return entry;
    }
    return NULL;
}

static bool is_shown_by_another(const struct pump *p, const struct ofs_worker *worker,
                                const struct ofs_entry *entry)
{
    const char *path = path_of(entry);
    for (size_t i = 0; path && i < p->job->n_workers; i++) {
        const struct ofs_worker *other = &p->job->workers[i];
        if (other != worker && other->page && ofs_page_is_at(other->page, entry->setting, path))
            return true;
    }
    return false;
}

/* The next setting of this worker: the next of the list, if no other tab shows its page; else one
 * on its own tab's page, else one that no tab shows, else any. */
static struct ofs_entry *take(const struct pump *p, const struct ofs_worker *worker)
{
    struct ofs_entry *entry = entry_here(p, worker), *next = next_entry(p);
    if (entry && !is_shown_by_another(p, worker, next))
        return next;
    for (size_t i = 0; !entry && i < p->job->n_entries; i++) {
        struct ofs_entry *one = &p->job->entries[i];
        if (!one->is_taken && p->stage->wants(p->job, one) && !is_shown_by_another(p, worker, one))
            entry = one;
    }
    return entry ? entry : next_entry(p);
}

static bool share_page(const struct ofs_entry *a, const struct ofs_entry *b)
{
    return path_of(a) && path_of(b) && !strcmp(path_of(a), path_of(b)) &&
           !strcmp(ofs_setting_origin(a->setting, ""), ofs_setting_origin(b->setting, ""));
}

struct ofs_page *ofs_open_page(struct ofs_job *job, ofs_deadline deadline, struct ofs_error *err)
{
    const struct ofs_page_config config = {
        .scenario = job->scenario, .origin = job->origin, .accepted = job->accepted};
    int64_t began = ofs_now_ms();
    struct ofs_page *page = ofs_page_open(job->browser, &config, deadline, err);
    job->tab_ms = ofs_now_ms() - began;
    job->run.opening_ms += job->tab_ms;
    return page;
}

/* After a page failed, the state of its tab is unknown. */
void ofs_drop_page(struct ofs_worker *worker)
{
    struct ofs_page *page = worker->page;
    worker->page = NULL; /* so that no other task uses it while it is closed */
    ofs_page_close(page, ofs_deadline_in(CLOSING));
}

/* Milliseconds until another tab is worth opening, 0: now. A tab is a process of the browser, and
 * starting it costs as much as a few short pages. So only one opens at a time, and only if the
 * existing tabs would need more than OPENINGS times that for the rest of the list. */
static int64_t wait_for_tab(const struct pump *p)
{
    const struct ofs_job *job = p->job;
    int64_t now = ofs_now_ms(), longest = p->n_done ? p->worked_ms / p->n_done : 0, left = 0, n = 0;
    for (size_t i = 0; i < job->n_workers; i++) {
        const struct ofs_worker *worker = &job->workers[i];
        int64_t busy = worker->page && worker->busy_since ? now - worker->busy_since : 0;
        longest = busy > longest ? busy : longest;
        n += worker->page != NULL;
    }
    for (size_t i = 0; i < job->n_entries; i++)
        left += !job->entries[i].is_taken && p->stage->wants(job, &job->entries[i]);
    if (left == 0 || n == 0)
        return 0;
    int64_t need = OPENINGS * job->tab_ms * n / left;
    return longest >= need ? 0 : need - longest;
}

static int open_in_turn(const struct pump *p, struct ofs_worker *worker, struct ofs_error *err)
{
    struct ofs_job *job = p->job;
    while (!worker->page && !is_over(job) && next_entry(p)) {
        int64_t wait = job->is_opening ? OPENS_WITHIN : wait_for_tab(p);
        if (wait) {
            if (ofs_loop_turn(job->loop, ofs_deadline_in(wait), err) &&
                err->code != OFS_ERR_TIMEOUT)
                return -1;
            continue;
        }
        job->is_opening = true;
        worker->page = ofs_open_page(job, p->stage->deadline, err);
        job->is_opening = false;
        ofs_loop_notify(job->loop);
        if (!worker->page)
            return -1;
    }
    return is_over(job) || !next_entry(p) ? 1 : 0;
}

/* One setting. */
static void work_on(struct pump *p, struct ofs_worker *worker, struct ofs_entry *entry)
{
    struct ofs_error err = {0};
    struct ofs_job *job = p->job;
    if (!worker->page && !(worker->page = ofs_open_page(job, p->stage->deadline, &err))) {
        if (!is_over(job))
            job->end = err;
        entry->is_taken = false;
        return;
    }
    worker->busy_since = ofs_now_ms();
    int rc = p->stage->work(worker, entry, &err);
    p->worked_ms += ofs_now_ms() - worker->busy_since;
    p->n_done++;
    worker->busy_since = 0;
    if (!rc) {
        if (worker->page && ofs_page_is_late(worker->page))
            ofs_drop_page(worker);
        return;
    }
    job->tabs_lost += err.code == OFS_ERR_TAB_LOST;
    if (ends_run(job, p->stage, &err)) {
        if (!is_over(job))
            job->end = err;
        entry->is_taken = false; /* its own flags record how far it came */
        ofs_loop_notify(job->loop);
        return;
    }
    p->stage->failed(job, entry, &err);
    ofs_drop_page(worker);
}

struct start {
    struct pump *pump;
    struct ofs_worker *worker;
};

static void run_worker(void *arg)
{
    const struct start *start = arg;
    struct pump *p = start->pump;
    struct ofs_worker *worker = start->worker;
    struct ofs_error err;
    int rc = open_in_turn(p, worker, &err);
    if (!rc && p->stage->prepare) {
        worker->busy_since = ofs_now_ms();
        rc = p->stage->prepare(worker, &err);
        worker->busy_since = 0;
    }
    if (rc < 0 && !is_over(p->job))
        p->job->end = err;
    if (rc)
        return;
    for (struct ofs_entry *first; !is_over(p->job) && (first = take(p, worker));) {
        struct ofs_entry *end = p->job->entries + p->job->n_entries;
        for (struct ofs_entry *e = first; e < end; e++)
            e->is_taken =
                e->is_taken || e == first || (p->stage->wants(p->job, e) && share_page(first, e));
        work_on(p, worker, first);
        for (struct ofs_entry *e = first + 1; e < end; e++)
            if (share_page(first, e) && p->stage->wants(p->job, e) && !is_over(p->job))
                work_on(p, worker, e);
    }
}

/* The workers of a stage: first those whose tab shows what the stage wants, in the order of the
 * list, so that nothing is loaded twice. */
static size_t choose(const struct pump *p, size_t most, struct ofs_worker **ret)
{
    size_t n = 0;
    for (size_t e = 0; e < p->job->n_entries; e++)
        for (size_t i = 0; i < p->job->n_workers && n < most; i++)
            if (entry_here(p, &p->job->workers[i]) == &p->job->entries[e])
                ret[n++] = &p->job->workers[i];
    for (size_t i = 0; i < OFS_MOST_TABS && n < most; i++)
        if (!entry_here(p, &p->job->workers[i]))
            ret[n++] = &p->job->workers[i];
    return n;
}

void ofs_pump(struct ofs_job *job, const struct ofs_stage *stage)
{
    struct pump pump = {.job = job, .stage = stage};
    struct start starts[OFS_MOST_TABS];
    size_t wanting = 0;
    for (size_t i = 0; i < job->n_entries; i++) {
        job->entries[i].is_taken = false;
        wanting += stage->wants(job, &job->entries[i]);
    }
    size_t n = job->options.tabs < 1 ? 1 : (size_t)job->options.tabs;
    n = n < OFS_MOST_TABS ? n : OFS_MOST_TABS;
    n = n < wanting ? n : wanting;
    struct ofs_worker *chosen[OFS_MOST_TABS];
    size_t n_chosen = choose(&pump, n, chosen);
    for (size_t i = 0; i < n_chosen; i++) {
        starts[i] = (struct start){.pump = &pump, .worker = chosen[i]};
        chosen[i]->job = job;
        size_t place = (size_t)(chosen[i] - job->workers) + 1;
        job->n_workers = job->n_workers > place ? job->n_workers : place;
    }
    for (size_t i = 0; i < n_chosen; i++) {
        struct ofs_error err;
        if (ofs_loop_spawn(job->loop, run_worker, &starts[i], &err) && !is_over(job))
            job->end = err;
    }
    ofs_loop_run(job->loop);
}

static void close_worker(void *arg)
{
    ofs_drop_page(arg);
}

void ofs_close_tabs(struct ofs_job *job)
{
    struct ofs_error ignored;
    for (size_t i = 0; i < job->n_workers; i++)
        if (job->workers[i].page &&
            ofs_loop_spawn(job->loop, close_worker, &job->workers[i], &ignored))
            ofs_drop_page(&job->workers[i]);
    ofs_loop_run(job->loop);
}
