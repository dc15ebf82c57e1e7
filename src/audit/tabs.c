#include <stdlib.h>

#include "audit/audit.h"

enum { TICK = 100 }; /* milliseconds between two looks at all tabs */

/* A tab and the setting that is being read in it, NULL: it is free. */
struct lane {
    struct ofs_page *page;
    struct ofs_entry *entry;
};

static struct ofs_entry *next_entry(struct ofs_job *job, size_t *at)
{
    while (!job->halt && *at < job->n_entries) {
        struct ofs_entry *entry = &job->entries[(*at)++];
        if (entry->setting->page)
            return entry;
    }
    return NULL;
}

/* Begin in the lane if it is free, else see how far it is. `*ret_busy` counts those under way. */
static int advance(struct ofs_job *job, struct lane *lane, size_t *at, size_t *ret_busy,
                   struct ofs_error *err)
{
    if (!lane->entry) {
        lane->entry = next_entry(job, at);
        if (!lane->entry)
            return 0;
        const struct ofs_visit where = {.path = lane->entry->setting->page,
                                        .setting = lane->entry->setting};
        ofs_tell(job, lane->entry, "reading");
        if (ofs_page_begin(lane->page, &where, job->deadline, err))
            return -1;
    }
    struct ofs_sight sight;
    int rc = ofs_page_poll(lane->page, job->deadline, &sight, err);
    if (rc > 0) {
        ofs_take_sight(job, lane->entry->setting, &sight, &lane->entry->seen);
        lane->entry->was_seen = true;
        lane->entry = NULL;
    }
    *ret_busy += rc == 0 || *at < job->n_entries;
    return rc < 0 ? -1 : 0;
}

static int turn_for(struct ofs_job *job, int64_t ms, struct ofs_error *err)
{
    ofs_deadline until = ofs_deadline_in(ms);
    while (ofs_deadline_left(until)) {
        struct ofs_error soft;
        if (ofs_browser_turn(job->browser, ofs_deadline_min(until, job->deadline), &soft) &&
            (soft.code != OFS_ERR_TIMEOUT || ofs_deadline_left(job->deadline) == 0)) {
            *err = soft;
            return -1;
        }
    }
    return 0;
}

int ofs_read_side_by_side(struct ofs_job *job, struct ofs_error *err)
{
    size_t n = (size_t)job->options.tabs < job->n_entries ? (size_t)job->options.tabs
                                                          : job->n_entries;
    struct lane *lanes = calloc(n + 1, sizeof *lanes);
    size_t at = 0, busy = 1, opened = 1;
    int rc = lanes ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (lanes)
        lanes[0].page = job->page;
    for (; !rc && opened < n; opened++) {
        lanes[opened].page = ofs_page_open(job->browser, job->scenario, job->origin,
                                           job->options.wording, job->deadline, err);
        rc = lanes[opened].page ? 0 : -1;
    }
    while (!rc && busy) {
        busy = 0;
        for (size_t i = 0; !rc && i < n; i++)
            rc = advance(job, &lanes[i], &at, &busy, err);
        if (!rc && busy)
            rc = turn_for(job, TICK, err);
    }
    for (size_t i = 1; lanes && i < opened; i++)
        ofs_page_close(lanes[i].page, ofs_deadline_in(3000));
    free(lanes);
    return rc;
}
