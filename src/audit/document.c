/* A document of the site, as delivered to the browser: for texts that are not shown to a person. It
 * is opened in our own tab, which is closed afterwards. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/internal.h"

enum { TIMEOUT = 30000, CLOSING = 3000, MOST = 8 << 20 };

/* The last top document: redirects are documents before it. */
static const struct ofs_request *top_document(const struct ofs_tab *tab, unsigned after)
{
    for (unsigned serial = tab->view.last_serial; serial > after; serial--) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (r && r->is_top)
            return r;
    }
    return NULL;
}

static int await_document(struct ofs_browser *b, struct ofs_tab *tab, unsigned after,
                          ofs_deadline deadline, const struct ofs_request **ret,
                          struct ofs_error *err)
{
    for (;;) {
        *ret = top_document(tab, after);
        if (tab->view.failure[0])
            return ofs_fail(err, OFS_ERR_CONNECT, "the browser could not load it: %s",
                            tab->view.failure);
        if (*ret && (*ret)->ended)
            return 0;
        if (ofs_deadline_left(deadline) == 0)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "it did not arrive in time");
        if (b->ops->wait(tab, deadline, err))
            return -1;
    }
}

static int read_in(struct ofs_browser *b, struct ofs_tab *tab, const char *url,
                   ofs_deadline deadline, struct ofs_delivered *ret, struct ofs_error *err)
{
    const struct ofs_request *r;
    if (!tab->sees.requests || !tab->sees.bodies || !b->ops->body) {
        ofs_fail(err, OFS_ERR_PEER, "this browser does not report what a site delivered");
        return ofs_hint(err, "use another browser, or leave \"through\" out of the scenario");
    }
    unsigned before = tab->view.last_serial;
    if (b->ops->navigate(tab, url, deadline, err) ||
        await_document(b, tab, before, deadline, &r, err))
        return -1;
    ret->status = r->status;
    snprintf(ret->address, sizeof ret->address, "%s", r->url ? r->url : url);
    if (b->ops->body(tab, r->serial, deadline, &ret->text, err))
        return -1;
    return strlen(ret->text) > MOST
               ? ofs_fail(err, OFS_ERR_TOO_BIG, "it is larger than %d MiB", MOST >> 20)
               : 0;
}

int ofs_job_read_document(struct ofs_job *job, const char *url, struct ofs_delivered *ret,
                          struct ofs_error *err)
{
    struct ofs_tab *tab = NULL;
    ofs_deadline deadline = ofs_deadline_in(TIMEOUT);
    *ret = (struct ofs_delivered){0};
    if (ofs_job_reach(job, err) || job->browser->ops->open_tab(job->browser, deadline, &tab, err))
        return -1;
    int rc = read_in(job->browser, tab, url, deadline, ret, err);
    job->browser->ops->close_tab(tab, ofs_deadline_in(CLOSING));
    if (rc)
        ofs_delivered_free(ret);
    return rc;
}

void ofs_delivered_free(struct ofs_delivered *delivered)
{
    free(delivered->text);
    delivered->text = NULL;
}
