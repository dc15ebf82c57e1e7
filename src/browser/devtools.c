#include "browser/devtools.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/view.h"

struct page {
    struct ofs_tab_view *view;
    const char *frame;
    char *document; /* of OFS_DEVTOOLS_ID bytes */
};

/* What a request is for, by Network.ResourceType; false: it is not kept. */
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

/* postData is left out where it is long or not text; then its pieces are there in base64. */
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

static bool is_document(const struct page *p, const cJSON *params)
{
    return !strcmp(ofs_json_str(params, "type", ""), "Document") &&
           !strcmp(ofs_json_str(params, "frameId", ""), p->frame);
}

static void on_request(const struct page *p, const cJSON *params)
{
    const char *id = ofs_json_str(params, "requestId", "");
    struct ofs_request *before = ofs_view_find(p->view, id);
    if (before && !before->ended) { /* a redirect: the answer comes with the next request */
        ofs_view_answer(p->view, before, (int)ofs_json_num(params, "redirectResponse/status", 0));
        ofs_view_request_end(p->view, before, false);
    }
    const char *method = ofs_json_str(params, "request/method", "");
    enum ofs_request_kind kind;
    if (!kind_of(ofs_json_str(params, "type", ""), method, &kind))
        return;
    struct ofs_request *r =
        ofs_view_request(p->view, id, method, ofs_json_str(params, "request/url", ""), kind);
    if (r) {
        r->body = body_of(r, ofs_json_get(params, "request"));
        r->is_top = is_document(p, params);
    }
    if (is_document(p, params)) {
        snprintf(p->document, OFS_DEVTOOLS_ID, "%s", id);
        p->view->failure[0] = '\0';
        ofs_view_status(p->view, 0);
    }
}

static void on_response(const struct page *p, const cJSON *params)
{
    struct ofs_request *r = ofs_view_find(p->view, ofs_json_str(params, "requestId", ""));
    int status = (int)ofs_json_num(params, "response/status", 0);
    if (r)
        ofs_view_answer(p->view, r, status);
    if (is_document(p, params))
        ofs_view_status(p->view, status);
}

static void end(const struct page *p, const cJSON *params, bool failed)
{
    const char *id = ofs_json_str(params, "requestId", "");
    struct ofs_request *r = ofs_view_find(p->view, id);
    if (r)
        ofs_view_request_end(p->view, r, failed);
}

static void on_finished(const struct page *p, const cJSON *params)
{
    end(p, params, false);
}

/* A body that the page drops unread is told as a failure too. One that is dropped before its status
 * was known left a question unanswered. */
static void on_failed(const struct page *p, const cJSON *params)
{
    const char *id = ofs_json_str(params, "requestId", "");
    const struct ofs_request *r = ofs_view_find(p->view, id);
    bool is_document = !strcmp(id, p->document);
    bool dropped = r && r->answered_ms && ofs_json_bool(params, "canceled", false);
    end(p, params, is_document || !dropped);
    if (is_document)
        ofs_view_fail(p->view, ofs_json_str(params, "errorText", "failed"));
}

static const struct {
    const char *method;
    void (*take)(const struct page *, const cJSON *params);
} events[] = {
    {"Network.requestWillBeSent", on_request},
    {"Network.responseReceived", on_response},
    {"Network.loadingFinished", on_finished},
    {"Network.loadingFailed", on_failed},
};

bool ofs_devtools_network(struct ofs_tab_view *view, const char *frame,
                          char document[OFS_DEVTOOLS_ID], const char *method, const cJSON *params)
{
    const struct page page = {view, frame, document};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (!strcmp(events[i].method, method)) {
            events[i].take(&page, params);
            return true;
        }
    return false;
}
