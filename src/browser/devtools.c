#include "browser/devtools.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/internal.h"

struct page {
    struct ofs_tab_view *view;
    const char *frame;
    char *document; /* of OFS_DEVTOOLS_ID bytes */
};

static bool is_page_data(const char *type)
{
    static const char *const types[] = {"XHR", "Fetch", "Script", "Document"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
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
        ofs_view_request_answer(before, (int)ofs_json_num(params, "redirectResponse/status", 0));
        ofs_view_request_end(before, false);
    }
    ofs_view_request(p->view, id, ofs_json_str(params, "request/method", ""),
                     ofs_json_str(params, "request/url", ""),
                     is_page_data(ofs_json_str(params, "type", "")));
    if (is_document(p, params)) {
        snprintf(p->document, OFS_DEVTOOLS_ID, "%s", id);
        p->view->status = 0;
        p->view->failure[0] = '\0';
    }
}

static void on_response(const struct page *p, const cJSON *params)
{
    struct ofs_request *r = ofs_view_find(p->view, ofs_json_str(params, "requestId", ""));
    int status = (int)ofs_json_num(params, "response/status", 0);
    if (r)
        ofs_view_request_answer(r, status);
    if (is_document(p, params))
        p->view->status = status;
}

static void end(const struct page *p, const cJSON *params, bool failed)
{
    const char *id = ofs_json_str(params, "requestId", "");
    struct ofs_request *r = ofs_view_find(p->view, id);
    if (r)
        ofs_view_request_end(r, failed);
    if (failed && !strcmp(id, p->document))
        ofs_view_fail(p->view, ofs_json_str(params, "errorText", "failed"));
}

static void on_finished(const struct page *p, const cJSON *params)
{
    end(p, params, false);
}

static void on_failed(const struct page *p, const cJSON *params)
{
    end(p, params, true);
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
