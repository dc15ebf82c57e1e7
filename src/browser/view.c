#include "browser/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ofs_view_commit(struct ofs_tab_view *view)
{
    view->commits++;
    view->dom_ready = view->loaded = false;
}

void ofs_view_abandon(struct ofs_tab_view *view, const char *but)
{
    for (size_t i = 0; i < OFS_MAX_REQUESTS; i++) {
        struct ofs_request *r = &view->requests[i];
        if (r->serial && !r->ended && strcmp(r->id, but))
            ofs_view_request_end(r, false);
    }
}

struct ofs_request *ofs_view_request(struct ofs_tab_view *view, const char *id, const char *method,
                                     const char *url, bool page_data)
{
    struct ofs_request *r = &view->requests[(view->last_serial + 1) % OFS_MAX_REQUESTS];
    free(r->url);
    *r = (struct ofs_request){.serial = ++view->last_serial,
                              .page_data = page_data,
                              .started_ms = ofs_now_ms(),
                              .url = strdup(url)};
    snprintf(r->id, sizeof r->id, "%s", id);
    snprintf(r->method, sizeof r->method, "%s", method);
    return r;
}

struct ofs_request *ofs_view_find(struct ofs_tab_view *view, const char *id)
{
    unsigned oldest =
        view->last_serial > OFS_MAX_REQUESTS ? view->last_serial - OFS_MAX_REQUESTS : 0;
    for (unsigned serial = view->last_serial; serial > oldest; serial--) {
        struct ofs_request *r = &view->requests[serial % OFS_MAX_REQUESTS];
        if (!strcmp(r->id, id))
            return r;
    }
    return NULL;
}

void ofs_view_request_answer(struct ofs_request *request, int status)
{
    request->status = status;
    request->answered_ms = ofs_now_ms();
}

void ofs_view_request_end(struct ofs_request *request, bool failed)
{
    request->ended = true;
    request->failed = failed;
    request->ended_ms = ofs_now_ms();
}

void ofs_view_prompt(struct ofs_tab_view *view, const char *kind, const char *words)
{
    view->prompts++;
    snprintf(view->prompt_kind, sizeof view->prompt_kind, "%s", kind);
    snprintf(view->prompt, sizeof view->prompt, "%s", words);
}

bool ofs_view_accepts(const char *kind)
{
    /* Leaving is what we asked for; an alert has one button; anything that asks gets No. */
    return !strcmp(kind, "beforeunload") || !strcmp(kind, "alert");
}

void ofs_view_fail(struct ofs_tab_view *view, const char *word)
{
    snprintf(view->failure, sizeof view->failure, "%s", word);
}

void ofs_view_clear(struct ofs_tab_view *view)
{
    for (size_t i = 0; i < OFS_MAX_REQUESTS; i++)
        free(view->requests[i].url);
    memset(view, 0, sizeof *view);
}

const struct ofs_request *ofs_tab_request(const struct ofs_tab *tab, unsigned serial)
{
    const struct ofs_request *r = &tab->view.requests[serial % OFS_MAX_REQUESTS];
    return serial && r->serial == serial ? r : NULL;
}
