#include <stdlib.h>

#include "audit/audit.h"

enum { TICK = 100 }; /* milliseconds between two looks at all tabs */

/* A tab and what is being read in it, NULL: it is free. */
struct lane {
    struct ofs_page *page;
    struct ofs_reading *reading;
};

/* What is still to be read. */
struct queue {
    struct ofs_reading *readings;
    size_t n, at;
};

/* Begin in the lane if it is free, else see how far it is. `*ret_busy` counts what is left to do.
 */
static int advance(struct ofs_job *job, struct lane *lane, struct queue *queue, size_t *ret_busy,
                   struct ofs_error *err)
{
    if (!lane->reading) {
        if (queue->at == queue->n || job->halt)
            return 0;
        lane->reading = &queue->readings[queue->at++];
        ofs_tell(job, lane->reading->entry, "reading");
        if (ofs_page_begin(lane->page, &lane->reading->visit, job->deadline, err))
            return -1;
    }
    struct ofs_sight sight;
    int rc = ofs_page_poll(lane->page, job->deadline, &sight, err);
    if (rc > 0) {
        ofs_take_sight(job, lane->reading->entry->setting, &sight, lane->reading->seen);
        lane->reading->was_seen = true;
        lane->reading = NULL;
    }
    *ret_busy += rc == 0 || queue->at < queue->n;
    return rc < 0 ? -1 : 0;
}

static int turn_for(struct ofs_job *job, int64_t ms, struct ofs_error *err)
{
    ofs_deadline until = ofs_deadline_in(ms);
    while (ofs_deadline_left(until)) {
        struct ofs_error soft;
        if (ofs_loop_turn(job->browser->loop, ofs_deadline_min(until, job->deadline), &soft) &&
            (soft.code != OFS_ERR_TIMEOUT || ofs_deadline_left(job->deadline) == 0)) {
            *err = soft;
            return -1;
        }
    }
    return 0;
}

int ofs_read_side_by_side(struct ofs_job *job, struct ofs_page *own, struct ofs_reading *readings,
                          size_t n, struct ofs_error *err)
{
    size_t tabs = (size_t)job->options.tabs < n ? (size_t)job->options.tabs : n;
    struct lane *lanes = calloc(tabs + 1, sizeof *lanes);
    struct queue queue = {.readings = readings, .n = n};
    size_t busy = n, opened = 0;
    int rc = lanes ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (; !rc && opened < tabs; opened++) {
        lanes[opened].page = own && !opened
                                 ? own
                                 : ofs_page_open(job->browser, job->scenario, job->origin,
                                                 job->options.wording, job->deadline, err);
        rc = lanes[opened].page ? 0 : -1;
    }
    while (!rc && busy) {
        busy = 0;
        for (size_t i = 0; !rc && i < tabs; i++)
            rc = advance(job, &lanes[i], &queue, &busy, err);
        if (job->halt)
            queue.at = queue.n;
        if (!rc && busy)
            rc = turn_for(job, TICK, err);
    }
    for (size_t i = 0; lanes && i < opened; i++)
        if (lanes[i].page != own)
            ofs_page_close(lanes[i].page, ofs_deadline_in(3000));
    free(lanes);
    return rc;
}
