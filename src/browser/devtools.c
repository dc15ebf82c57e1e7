#include "browser/devtools.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/view.h"

/* An event and its owner. */
struct event {
    struct ofs_devtools *page;
    const cJSON *params;
    unsigned child;
    char id[OFS_DEVTOOLS_ID]; /* of its request */
};

/* The purpose of a request, by Network.ResourceType; false: it is not recorded. */
static bool kind_of(const char *type, const char *method, enum ofs_request_kind *ret_kind)
{
    static const struct {
        const char *type;
        enum ofs_request_kind kind;
    } kinds[] = {
        {"Document", OFS_REQUEST_DOCUMENT}, {"Script", OFS_REQUEST_SCRIPT},
        {"XHR", OFS_REQUEST_DATA},          {"Fetch", OFS_REQUEST_DATA},
        {"EventSource", OFS_REQUEST_DATA},  {"Ping", OFS_REQUEST_DATA}, /* a beacon */
    };
    bool gets = !strcmp(method, "GET");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(type, kinds[i].type)) {
            bool form = kinds[i].kind == OFS_REQUEST_DOCUMENT && !gets;
            *ret_kind = form ? OFS_REQUEST_DATA : kinds[i].kind;
            return true;
        }
    *ret_kind = OFS_REQUEST_DATA;
    return !strcmp(type, "Other") && !gets;
}

static bool is_drawn(const char *type)
{
    static const char *const types[] = {"Image", "Stylesheet", "Font", "Media", "TextTrack"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
}

enum { MOST_SENT = 8192 }; /* bytes of a request body that are kept */

/* postData is omitted if it is long or not text; then it is given in base64 pieces. */
static uint64_t body_of(const struct ofs_request *r, const cJSON *request)
{
    const char *text = ofs_json_str(request, "postData", NULL);
    const cJSON *piece;
    uint64_t hash = 0;
    if (text)
        return ofs_view_hash(0, text, strlen(text));
    if (!ofs_json_bool(request, "hasPostData", false))
        return 0;
    cJSON_ArrayForEach(piece, ofs_json_get(request, "postDataEntries"))
    {
        const char *bytes = ofs_json_str(piece, "bytes", "");
        hash = ofs_view_hash(hash, bytes, strlen(bytes));
    }
    return hash ? hash : ofs_view_unknown_body(r);
}

static bool is_document(const struct event *e)
{
    return !e->child && !strcmp(ofs_json_str(e->params, "type", ""), "Document") &&
           !strcmp(ofs_json_str(e->params, "frameId", ""), e->page->frame);
}

/* ---- channels ---- */

static void hush(struct ofs_devtools *p, uint64_t address, bool is_mute)
{
    unsigned n = 0;
    for (size_t i = 0; i < OFS_DEVTOOLS_CHANNELS; i++)
        if (p->mute[i] == address) /* each is there once */
            p->mute[i] = 0;
    for (size_t i = 0; i < OFS_DEVTOOLS_CHANNELS; i++) {
        if (is_mute && !p->mute[i]) {
            p->mute[i] = address;
            is_mute = false;
        }
        n += p->mute[i] != 0;
    }
    p->view->mute = n;
    p->view->events++;
}

static size_t channel_of(const struct event *e)
{
    size_t i = 0;
    while (i < OFS_DEVTOOLS_CHANNELS &&
           (!e->page->channels[i].id[0] || strcmp(e->page->channels[i].id, e->id)))
        i++;
    return i;
}

/* `listens`: its messages are reported. */
static void open_channel(const struct event *e, const char *url, bool listens)
{
    struct ofs_devtools *p = e->page;
    p->view->channels++;
    p->view->events++;
    for (size_t i = 0; i < OFS_DEVTOOLS_CHANNELS; i++)
        if (!p->channels[i].id[0]) {
            memcpy(p->channels[i].id, e->id, sizeof e->id);
            p->channels[i].address = ofs_view_hash(0, url, strlen(url));
            p->channels[i].heard = !listens;
            return;
        }
    /* beyond the limit of known ids, a channel counts as open until the document is replaced */
}

/* A channel that ends before it received anything was refused, or failed. */
static bool close_channel(const struct event *e)
{
    struct ofs_devtools *p = e->page;
    size_t i = channel_of(e);
    if (i == OFS_DEVTOOLS_CHANNELS)
        return false;
    p->channels[i].id[0] = '\0';
    p->view->channels--;
    p->view->events++;
    if (!p->channels[i].heard)
        hush(p, p->channels[i].address, true);
    return true;
}

static void on_channel(const struct event *e)
{
    open_channel(e, ofs_json_str(e->params, "url", ""), true);
}

static void on_transport(const struct event *e)
{
    open_channel(e, ofs_json_str(e->params, "url", ""), false);
}

static void on_channel_closed(const struct event *e)
{
    close_channel(e);
}

static void on_message(const struct event *e)
{
    struct ofs_devtools *p = e->page;
    size_t i = channel_of(e);
    p->view->messages++;
    p->view->events++;
    if (i == OFS_DEVTOOLS_CHANNELS)
        return;
    p->channels[i].heard = true;
    hush(p, p->channels[i].address, false);
}

/* ---- requests ---- */

/* A response that the site has confirmed (304) is current, so it does not count as cached. An Age
 * header (RFC 9111, 5.1) shows that a cache between the browser and the site gave the response; a
 * browser that bypasses its own caches asks such a cache to do the same. */
static void note_cached(const struct event *e, struct ofs_request *r, const char *response)
{
    const cJSON *from = ofs_json_get(e->params, response);
    /* names of headers are not case-sensitive, nor is this function */
    const cJSON *age = cJSON_GetObjectItem(ofs_json_get(from, "headers"), "age");
    if (e->page->uses_cache && (ofs_json_bool(from, "fromDiskCache", false) ||
                                ofs_json_bool(from, "fromPrefetchCache", false) ||
                                (cJSON_IsString(age) && atoi(age->valuestring) > 0)))
        ofs_view_cached(e->page->view, r);
}

static void on_request(const struct event *e)
{
    struct ofs_tab_view *view = e->page->view;
    struct ofs_request *before = ofs_view_find(view, e->id);
    if (before && !before->ended) { /* a redirect: the answer comes with the next request */
        note_cached(e, before, "redirectResponse");
        ofs_view_answer(view, before, (int)ofs_json_num(e->params, "redirectResponse/status", 0));
        ofs_view_request_end(view, before, false);
    }
    const char *method = ofs_json_str(e->params, "request/method", "");
    enum ofs_request_kind kind;
    const char *type = ofs_json_str(e->params, "type", "");
    const char *url = ofs_json_str(e->params, "request/url", "");
    if (!strcmp(type, "Script") && !strcmp(ofs_json_str(e->params, "initiator/type", ""), "other"))
        view->worker_scripts++;
    /* it does not leave the browser, and the end of a shared worker's is reported elsewhere */
    if (!strncmp(url, "blob:", 5) || !strncmp(url, "data:", 5))
        return;
    if (!kind_of(type, method, &kind)) {
        if (is_drawn(type))
            ofs_view_draw(view, e->id);
        return;
    }
    struct ofs_request *r = ofs_view_request(view, e->id, method, url, kind);
    if (r) {
        const char *sent = ofs_json_str(e->params, "request/postData", NULL);
        r->body = body_of(r, ofs_json_get(e->params, "request"));
        if (sent && strlen(sent) <= MOST_SENT)
            r->sent = strdup(sent);
        r->is_top = is_document(e);
    }
    if (is_document(e)) {
        memcpy(e->page->document, e->id, sizeof e->id);
        view->failure[0] = '\0';
        ofs_view_status(view, 0);
    }
}

/* The response comes from the memory of the page's process; responseReceived does not report that.
 * This is also reported if the caches are bypassed, when a document requests something twice, and
 * for data: addresses, which are never recorded. */
static void on_memory(const struct event *e)
{
    struct ofs_tab_view *view = e->page->view;
    struct ofs_request *r = ofs_view_find(view, e->id);
    if (e->page->uses_cache && (r || ofs_view_is_drawing(view, e->id)))
        ofs_view_cached(view, r);
}

static void on_response(const struct event *e)
{
    struct ofs_tab_view *view = e->page->view;
    struct ofs_request *r = ofs_view_find(view, e->id);
    int status = (int)ofs_json_num(e->params, "response/status", 0);
    if (r)
        ofs_view_answer(view, r, status);
    note_cached(e, r, "response");
    if (is_document(e))
        ofs_view_status(view, status);
    /* an endless response is not awaited */
    if (r && !strcmp(ofs_json_str(e->params, "type", ""), "EventSource")) {
        ofs_view_request_end(view, r, false);
        open_channel(e, r->url, true);
    }
}

static void end(const struct event *e, bool failed)
{
    struct ofs_request *r = ofs_view_find(e->page->view, e->id);
    ofs_view_draw_end(e->page->view, e->id);
    if (r && !close_channel(e))
        ofs_view_request_end(e->page->view, r, failed);
}

static void on_finished(const struct event *e)
{
    end(e, false);
}

/* A body that the page drops unread is also reported as a failure: nothing read it, or the page
 * gave up. A request that is dropped before its status is known stays unanswered. */
static void on_failed(const struct event *e)
{
    struct ofs_request *r = ofs_view_find(e->page->view, e->id);
    bool is_top = !strcmp(e->id, e->page->document);
    bool dropped = r && r->answered_ms && ofs_json_bool(e->params, "canceled", false);
    end(e, is_top || !dropped);
    if (r)
        r->dropped = dropped;
    /* a stream that was refused was never open (on_response) */
    if (r && !r->answered_ms && !strcmp(ofs_json_str(e->params, "type", ""), "EventSource"))
        hush(e->page, ofs_view_hash(0, r->url, strlen(r->url)), true);
    if (is_top)
        ofs_view_fail(e->page->view, ofs_json_str(e->params, "errorText", "failed"));
}

static const struct {
    const char *method;
    void (*take)(const struct event *);
    const char *id; /* the parameter with the id of its request */
} events[] = {
    {"Network.requestWillBeSent", on_request, "requestId"},
    {"Network.requestServedFromCache", on_memory, "requestId"},
    {"Network.responseReceived", on_response, "requestId"},
    {"Network.loadingFinished", on_finished, "requestId"},
    {"Network.loadingFailed", on_failed, "requestId"},
    {"Network.webSocketCreated", on_channel, "requestId"},
    {"Network.webSocketClosed", on_channel_closed, "requestId"},
    {"Network.webSocketFrameReceived", on_message, "requestId"},
    {"Network.eventSourceMessageReceived", on_message, "requestId"},
    {"Network.webTransportCreated", on_transport, "transportId"},
    {"Network.webTransportClosed", on_channel_closed, "transportId"},
};

const char *const ofs_devtools_events[] = {
    "Network.requestWillBeSent",
    "Network.requestServedFromCache",
    "Network.responseReceived",
    "Network.loadingFinished",
    "Network.loadingFailed",
    "Network.webSocketCreated",
    "Network.webSocketClosed",
    "Network.webSocketFrameReceived",
    "Network.eventSourceMessageReceived",
    "Network.webTransportCreated",
    "Network.webTransportClosed",
    NULL,
};

bool ofs_devtools_take(struct ofs_devtools *page, unsigned child, const char *method,
                       const cJSON *params)
{
    struct event e = {.page = page, .params = params, .child = child};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (strcmp(events[i].method, method))
            continue;
        const char *id = ofs_json_str(params, events[i].id, "");
        if (child)
            snprintf(e.id, sizeof e.id, "%u:%s", child, id);
        else
            snprintf(e.id, sizeof e.id, "%s", id);
        events[i].take(&e);
        return true;
    }
    return false;
}

void ofs_devtools_commit(struct ofs_devtools *page)
{
    memset(page->channels, 0, sizeof page->channels);
    memset(page->mute, 0, sizeof page->mute);
    ofs_view_leave(page->view, page->document);
}

void ofs_devtools_begin_child(struct ofs_devtools *page, const char *target)
{
    struct ofs_request *r = ofs_view_find(page->view, target);
    if (r && !r->ended)
        ofs_view_request_end(page->view, r, false);
}

void ofs_devtools_drop_child(struct ofs_devtools *page, unsigned child)
{
    char prefix[16];
    int n = snprintf(prefix, sizeof prefix, "%u:", child);
    for (size_t i = 0; i < OFS_DEVTOOLS_CHANNELS; i++)
        if (!strncmp(page->channels[i].id, prefix, (size_t)n)) {
            page->channels[i].id[0] = '\0';
            page->view->channels--;
        }
    ofs_view_leave_some(page->view, prefix);
}

/* The clip is relative to the document, not to its visible part. */
cJSON *ofs_devtools_screencast(void)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "format", "jpeg");
    cJSON_AddNumberToObject(params, "maxWidth", 1);
    cJSON_AddNumberToObject(params, "maxHeight", 1);
    return params;
}

cJSON *ofs_devtools_picture(const struct ofs_box *box)
{
    cJSON *params = cJSON_CreateObject();
    cJSON *clip = cJSON_AddObjectToObject(params, "clip");
    cJSON_AddNumberToObject(clip, "x", box->x + box->scroll_x);
    cJSON_AddNumberToObject(clip, "y", box->y + box->scroll_y);
    cJSON_AddNumberToObject(clip, "width", box->width);
    cJSON_AddNumberToObject(clip, "height", box->height);
    cJSON_AddNumberToObject(clip, "scale", 1);
    cJSON_AddStringToObject(params, "format", "png");
    return params;
}
