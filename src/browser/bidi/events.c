#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "browser/bidi/internal.h"
#include "browser/internal.h"

/* Writes the browser's events about our tabs into their views. */

/* The tab of a context, which may be its top one or a frame. */
static struct bidi_tab *tab_of(struct bidi *b, const char *context)
{
    for (struct bidi_tab *t = b->tabs; t && context && *context; t = t->next) {
        if (!strcmp(t->context, context))
            return t;
        for (size_t i = 0; i < OFS_BIDI_FRAMES; i++)
            if (!strcmp(t->frames[i], context))
                return t;
    }
    return NULL;
}

static bool is_top(const struct bidi_tab *t, const cJSON *params)
{
    return ofs_bidi_is(params, "context", t->context);
}

static void on_committed(struct bidi_tab *t, const cJSON *params)
{
    if (!is_top(t, params))
        return;
    OFS_BIDI_KEEP(t->navigation, ofs_json_str(params, "navigation", ""));
    t->has_probe = false;
    ofs_view_commit(&t->tab.view);
    ofs_view_leave(&t->tab.view, t->document);
}

/* Events of a previous or a future document are ignored. */
static bool is_present(const struct bidi_tab *t, const cJSON *params)
{
    return is_top(t, params) && ofs_bidi_is(params, "navigation", t->navigation);
}

static void on_dom_ready(struct bidi_tab *t, const cJSON *params)
{
    if (is_present(t, params))
        ofs_view_loaded(&t->tab.view, false);
}

static void on_load(struct bidi_tab *t, const cJSON *params)
{
    if (is_present(t, params))
        ofs_view_loaded(&t->tab.view, true);
}

static void on_download(struct bidi_tab *t, const cJSON *params)
{
    if (is_top(t, params))
        ofs_view_fail(&t->tab.view, "it is a download");
}

static void on_destroyed(struct bidi_tab *t, const cJSON *params)
{
    if (is_top(t, params)) {
        ofs_view_end(&t->tab.view, false);
        return;
    }
    for (size_t i = 0; i < OFS_BIDI_FRAMES; i++)
        if (ofs_bidi_is(params, "context", t->frames[i]))
            t->frames[i][0] = '\0';
}

static bool is_document(const struct bidi_tab *t, const cJSON *params)
{
    return is_top(t, params) && ofs_json_str(params, "navigation", NULL);
}

/* The purpose of a request (Fetch, 2.2.5: its destination and initiator type); false: it is not
 * recorded. */
static bool kind_of(const cJSON *params, enum ofs_request_kind *ret_kind)
{
    static const char *const documents[] = {"document", "iframe", "frame", "object", "embed"};
    static const char *const drawn[] = {"image", "style",    "font", "audio",  "video",
                                        "track", "manifest", "xslt", "report", "webidentity"};
    const char *destination = ofs_json_str(params, "request/destination", "");
    bool gets = ofs_bidi_is(params, "request/method", "GET");
    bool is_document = ofs_json_str(params, "navigation", NULL) != NULL;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        is_document = is_document || !strcmp(destination, documents[i]);
    *ret_kind = is_document && gets ? OFS_REQUEST_DOCUMENT
                : !strcmp(destination, "script") || strstr(destination, "worker")
                    ? OFS_REQUEST_SCRIPT
                    : OFS_REQUEST_DATA;
    for (size_t i = 0; i < sizeof drawn / sizeof *drawn; i++)
        if (!strcmp(destination, drawn[i]))
            return false;
    /* Without a destination: requests of scripts. Firefox names no initiator for WebSockets,
     * EventSources and beacons either. */
    const char *initiator = ofs_json_str(params, "request/initiatorType", "");
    if (!*destination && !*initiator)
        return true;
    static const char *const scripted[] = {"fetch", "xmlhttprequest", "beacon", "eventsource"};
    for (size_t i = 0; i < sizeof scripted / sizeof *scripted; i++)
        if (!strcmp(initiator, scripted[i]))
            return true;
    return is_document || *ret_kind == OFS_REQUEST_SCRIPT || !gets;
}

static void on_request(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    enum ofs_request_kind kind;
    if (!kind_of(params, &kind))
        return;
    struct ofs_request *r =
        ofs_view_request(&t->tab.view, id, ofs_json_str(params, "request/method", ""),
                         ofs_json_str(params, "request/url", ""), kind);
    if (r) {
        r->is_top = is_document(t, params);
        bool asks = !strcmp(r->method, "GET") || !strcmp(r->method, "HEAD");
        if (ofs_json_num(params, "request/bodySize", asks ? 0 : -1) != 0)
            r->body = ofs_view_unknown_body(r);
    }
    if (is_document(t, params)) {
        OFS_BIDI_KEEP(t->document, id);
        t->tab.view.failure[0] = '\0';
        ofs_view_status(&t->tab.view, 0);
    }
}

static const char *header(const cJSON *headers, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, headers)
    {
        if (!strcasecmp(ofs_json_str(one, "name", ""), name))
            return ofs_json_str(one, "value/value", NULL);
    }
    return NULL;
}

/* A WebSocket (RFC 6455, 4.1) or an EventSource (HTML, 9.2.4), as Firefox reports it once it
 * was answered or has failed: its address looks like that of any request. */
static bool is_channel(const cJSON *params)
{
    const cJSON *headers = ofs_json_at(params, "request/headers");
    const char *upgrade = header(headers, "upgrade"), *accept = header(headers, "accept");
    return !ofs_json_str(params, "request/initiatorType", NULL) &&
           ((upgrade && !strcasecmp(upgrade, "websocket")) ||
            (accept && !strcmp(accept, "text/event-stream")));
}

static bool is_opened(const cJSON *params)
{
    static const char stream[] = "text/event-stream";
    return ofs_json_num(params, "response/status", 0) == 101 ||
           (!ofs_json_str(params, "request/initiatorType", NULL) &&
            !strncmp(ofs_json_str(params, "response/mimeType", ""), stream, strlen(stream)));
}

/* A channel ended before it received anything, on any host. */
static void note_mute(struct bidi_tab *t)
{
    t->tab.view.mute++;
    t->tab.view.events++;
}

static void on_answer(struct bidi_tab *t, const cJSON *params)
{
    struct ofs_request *r =
        ofs_view_find(&t->tab.view, ofs_json_str(params, "request/request", ""));
    int status = (int)ofs_json_num(params, "response/status", 0);
    /* no event reports what a channel receives, or its end */
    if (is_opened(params) && r && !r->answered_ms)
        t->tab.view.channels++;
    if (r && !r->answered_ms)
        ofs_view_answer(&t->tab.view, r, status);
    if (is_document(t, params))
        ofs_view_status(&t->tab.view, status);
}

/* Firefox reports a truncated body as complete; its length shows it (RFC 9112, 8). Other browsers
 * report it, and count body lengths differently. */
static bool is_cut(const struct bidi_tab *t, const struct ofs_request *r, const cJSON *response)
{
    if (strcmp(t->tab.browser->name, "firefox"))
        return false;
    const char *length = header(ofs_json_get(response, "headers"), "content-length");
    double size = ofs_json_num(response, "bodySize", -1);
    int status = (int)ofs_json_num(response, "status", 0);
    bool has_body = status != 204 && status != 304 && strcmp(r->method, "HEAD");
    return length && has_body && size >= 0 && !ofs_json_bool(response, "fromCache", false) &&
           size < strtod(length, NULL);
}

static void on_finished(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    struct ofs_request *r = ofs_view_find(&t->tab.view, id);
    on_answer(t, params);
    if (!r)
        return;
    bool cut = is_cut(t, r, ofs_json_get(params, "response"));
    int status = (int)ofs_json_num(params, "response/status", 0);
    if (is_channel(params) && !is_opened(params) && (status < 300 || status >= 400))
        note_mute(t);
    ofs_view_request_end(&t->tab.view, r, cut);
    if (cut && !strcmp(id, t->document))
        ofs_view_fail(&t->tab.view, "it breaks off");
}

static void on_failed(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    struct ofs_request *r = ofs_view_find(&t->tab.view, id);
    if (r)
        ofs_view_request_end(&t->tab.view, r, true);
    if (r && is_channel(params))
        note_mute(t);
    if (!strcmp(id, t->document))
        ofs_view_fail(&t->tab.view, ofs_json_str(params, "errorText", "failed"));
}

static void on_prompt(struct bidi_tab *t, const cJSON *params)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    const char *kind = ofs_json_str(params, "type", "");
    struct ofs_error ignored;
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "context", t->context);
    cJSON_AddBoolToObject(answer, "accept", ofs_view_accepts(kind));
    ofs_view_prompt(&t->tab.view, kind, ofs_json_str(params, "message", ""));
    ofs_rpc_post(b->rpc, NULL, "browsingContext.handleUserPrompt", answer, NULL, &ignored);
}

static const struct {
    const char *method;
    void (*take)(struct bidi_tab *, const cJSON *params);
} tab_events[] = {
    {"browsingContext.navigationCommitted", on_committed},
    {"browsingContext.domContentLoaded", on_dom_ready},
    {"browsingContext.load", on_load},
    {"browsingContext.downloadWillBegin", on_download},
    {"browsingContext.contextDestroyed", on_destroyed},
    {"browsingContext.userPromptOpened", on_prompt},
    {"network.beforeRequestSent", on_request},
    {"network.responseStarted", on_answer},
    {"network.responseCompleted", on_finished},
    {"network.fetchError", on_failed},
};

/* A frame of one of our tabs. */
static void on_created(struct bidi *b, const cJSON *params)
{
    struct bidi_tab *t = tab_of(b, ofs_json_str(params, "parent", NULL));
    if (t)
        OFS_BIDI_KEEP(t->frames[t->last_frame++ % OFS_BIDI_FRAMES],
                      ofs_json_str(params, "context", ""));
}

const char ofs_bidi_crash[] = "goog:cdp.Inspector.targetCrashed";

/* It has no context. */
static void on_crash(struct bidi *b, const cJSON *params)
{
    const char *session = ofs_json_str(params, "session", "");
    for (struct bidi_tab *t = b->tabs; t; t = t->next)
        if (*session && !strcmp(t->devtools, session))
            ofs_view_end(&t->tab.view, true);
}

void ofs_bidi_on_event(void *ctx, const char *session, const char *method, const cJSON *params)
{
    struct bidi *b = ctx;
    (void)session;
    if (!strcmp(method, "browsingContext.contextCreated")) {
        on_created(b, params);
        return;
    }
    if (!strcmp(method, ofs_bidi_crash)) {
        on_crash(b, params);
        return;
    }
    struct bidi_tab *t = tab_of(b, ofs_json_str(params, "context", NULL));
    for (size_t i = 0; t && i < sizeof tab_events / sizeof *tab_events; i++)
        if (!strcmp(tab_events[i].method, method))
            tab_events[i].take(t, params);
}

cJSON *ofs_bidi_event_names(void)
{
    cJSON *names = cJSON_CreateArray();
    cJSON_AddItemToArray(names, cJSON_CreateString("browsingContext.contextCreated"));
    for (size_t i = 0; i < sizeof tab_events / sizeof *tab_events; i++)
        cJSON_AddItemToArray(names, cJSON_CreateString(tab_events[i].method));
    return names;
}
