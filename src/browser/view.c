#include "browser/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_open(const struct ofs_request *r)
{
    return r->serial && !r->ended && !r->left;
}

static struct ofs_request *slot(const struct ofs_tab_view *view, unsigned serial)
{
    return &view->requests[serial % OFS_MAX_REQUESTS];
}

/* The record slot of the request of that serial. */
static struct ofs_request *kept(const struct ofs_tab_view *view, unsigned serial)
{
    struct ofs_request *r = view->requests && serial ? slot(view, serial) : NULL;
    return r && r->serial == serial && serial >= view->first_serial ? r : NULL;
}

/* ---- documents ---- */

void ofs_view_begin(struct ofs_tab_view *view)
{
    unsigned serial = view->first_serial;
    for (; view->requests && serial <= view->last_serial; serial++) {
        struct ofs_request *r = kept(view, serial);
        if (r && is_open(r))
            break;
        if (!r)
            continue;
        free(r->url);
        free(r->sent);
        *r = (struct ofs_request){0};
    }
    view->first_serial = view->requests ? serial : view->last_serial + 1;
    view->overflowed = false;
    view->failure[0] = '\0';
    view->status = 0;
    view->events++;
}

void ofs_view_commit(struct ofs_tab_view *view)
{
    view->commits++;
    view->dom_ready = view->loaded = false;
    view->channels = view->mute = view->unproven = view->drawing = 0;
    view->worker_scripts = view->workers_begun = view->cached = 0;
    memset(view->drawn, 0, sizeof view->drawn);
    view->events++;
}

void ofs_view_leave(struct ofs_tab_view *view, const char *own)
{
    for (unsigned serial = view->first_serial; serial <= view->last_serial; serial++) {
        struct ofs_request *r = kept(view, serial);
        if (r && is_open(r) && strcmp(r->id, own))
            r->left = true;
    }
    view->events++;
}

void ofs_view_leave_some(struct ofs_tab_view *view, const char *prefix)
{
    for (unsigned serial = view->first_serial; serial <= view->last_serial; serial++) {
        struct ofs_request *r = kept(view, serial);
        if (r && is_open(r) && !strncmp(r->id, prefix, strlen(prefix)))
            r->left = true;
    }
    view->events++;
}

void ofs_view_loaded(struct ofs_tab_view *view, bool whole)
{
    view->dom_ready = true;
    view->loaded = view->loaded || whole;
    view->events++;
}

void ofs_view_status(struct ofs_tab_view *view, int status)
{
    view->status = status;
    view->events++;
}

void ofs_view_fail(struct ofs_tab_view *view, const char *word)
{
    snprintf(view->failure, sizeof view->failure, "%s", word);
    view->events++;
}

void ofs_view_end(struct ofs_tab_view *view, bool crashed)
{
    view->crashed = view->crashed || crashed;
    view->closed = view->closed || !crashed;
    view->events++;
}

/* ---- requests ---- */

struct ofs_request *ofs_view_request(struct ofs_tab_view *view, const char *id, const char *method,
                                     const char *url, enum ofs_request_kind kind)
{
    view->events++;
    if (!view->requests)
        view->requests = calloc(OFS_MAX_REQUESTS, sizeof *view->requests);
    char *copy = strdup(url);
    if (!view->requests || !copy) {
        free(copy);
        view->overflowed = true;
        return NULL;
    }
    if (!view->first_serial)
        view->first_serial = 1;
    struct ofs_request *r = slot(view, ++view->last_serial);
    if (is_open(r) && r->serial >= view->first_serial)
        view->overflowed = true;
    if (view->last_serial - view->first_serial >= OFS_MAX_REQUESTS)
        view->first_serial = view->last_serial - OFS_MAX_REQUESTS + 1;
    free(r->url);
    free(r->sent);
    *r = (struct ofs_request){
        .serial = view->last_serial, .kind = kind, .started_ms = ofs_now_ms(), .url = copy};
    snprintf(r->id, sizeof r->id, "%s", id);
    snprintf(r->method, sizeof r->method, "%s", method);
    return r;
}

struct ofs_request *ofs_view_find(struct ofs_tab_view *view, const char *id)
{
    for (unsigned serial = view->last_serial; serial && serial >= view->first_serial; serial--) {
        struct ofs_request *r = kept(view, serial);
        if (r && !strcmp(r->id, id))
            return r;
    }
    return NULL;
}

void ofs_view_answer(struct ofs_tab_view *view, struct ofs_request *request, int status)
{
    request->status = status;
    request->answered_ms = ofs_now_ms();
    view->events++;
}

void ofs_view_cached(struct ofs_tab_view *view, struct ofs_request *request)
{
    view->cached++;
    view->events++;
    if (request)
        request->cached = true;
}

void ofs_view_request_end(struct ofs_tab_view *view, struct ofs_request *request, bool failed)
{
    request->ended = true;
    request->failed = failed;
    request->ended_ms = ofs_now_ms();
    view->events++;
}

uint64_t ofs_view_hash(uint64_t so_far, const char *data, size_t len)
{
    uint64_t hash = so_far ? so_far : UINT64_C(14695981039346656037);
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
    return hash ? hash : 1;
}

uint64_t ofs_view_unknown_body(const struct ofs_request *request)
{
    return UINT64_MAX - request->serial;
}

/* ---- what is loading for display ---- */

static uint64_t *drawn_slot(struct ofs_tab_view *view, uint64_t hash)
{
    for (size_t i = 0; i < OFS_MAX_DRAWN; i++)
        if (view->drawn[i] == hash)
            return &view->drawn[i];
    return NULL;
}

void ofs_view_draw(struct ofs_tab_view *view, const char *id)
{
    uint64_t hash = ofs_view_hash(0, id, strlen(id));
    uint64_t *slot = drawn_slot(view, hash) ? NULL : drawn_slot(view, 0);
    if (!slot)
        return;
    *slot = hash;
    view->drawing++;
    view->events++;
}

bool ofs_view_is_drawing(struct ofs_tab_view *view, const char *id)
{
    return view->drawing && drawn_slot(view, ofs_view_hash(0, id, strlen(id)));
}

void ofs_view_draw_end(struct ofs_tab_view *view, const char *id)
{
    uint64_t *slot = view->drawing ? drawn_slot(view, ofs_view_hash(0, id, strlen(id))) : NULL;
    if (!slot)
        return;
    *slot = 0;
    view->drawing--;
    view->events++;
}

/* ---- what else happens ---- */

void ofs_view_prompt(struct ofs_tab_view *view, const char *kind, const char *words)
{
    view->prompts++;
    snprintf(view->prompt_kind, sizeof view->prompt_kind, "%s", kind);
    snprintf(view->prompt, sizeof view->prompt, "%s", words);
    view->events++;
}

bool ofs_view_accepts(const char *kind)
{
    /* We asked to leave; an alert has one button; every other question is answered with No. */
    return !strcmp(kind, "beforeunload") || !strcmp(kind, "alert");
}

void ofs_view_popup(struct ofs_tab_view *view)
{
    view->popups++;
    view->events++;
}

void ofs_view_clear(struct ofs_tab_view *view)
{
    for (size_t i = 0; view->requests && i < OFS_MAX_REQUESTS; i++) {
        free(view->requests[i].url);
        free(view->requests[i].sent);
    }
    free(view->requests);
    memset(view, 0, sizeof *view);
}

const struct ofs_request *ofs_tab_request(const struct ofs_tab *tab, unsigned serial)
{
    return kept(&tab->view, serial);
}

void ofs_tab_keep_sent(struct ofs_tab *tab, unsigned serial, const char *text)
{
    struct ofs_request *r = kept(&tab->view, serial);
    if (r && !r->sent)
        r->sent = strdup(text);
}
