#include <stdlib.h>

#include "audit/internal.h"

/* Pictures are only for the report: no verdict depends on one, and a run works without them. */

int ofs_take_picture(struct ofs_worker *worker, const struct ofs_entry *entry,
                     struct ofs_picture *ret, struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    bool late;
    *ret = (struct ofs_picture){0};
    if (!job->options.pictures || !job->recording || job->lacks_pictures)
        return 0;
    ofs_date_now(ret->at);
    if (ofs_page_picture(worker->page, entry->setting, job->deadline, &ret->png, &late, err))
        return -1;
    if (!late)
        return 0;
    /* The browser may still take it. Nothing is pressed in such a tab. */
    job->lacks_pictures = true;
    ofs_drop_page(worker);
    return 0;
}

void ofs_picture_clear(struct ofs_picture *picture)
{
    free(picture->png);
    picture->png = NULL;
}
