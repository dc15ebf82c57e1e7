#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/view.h"
#include "browser/webdriver.h"

/* The performance log of the Chromium drivers: each entry is a DevTools event, as text, with the
 * window that it belongs to
 * (https://developer.chrome.com/docs/chromedriver/logging/performance-log). */

static bool is_page_data(const char *type)
{
    static const char *const types[] = {"XHR", "Fetch", "Script", "Document"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(type, types[i]))
            return true;
    return false;
}

/* A top frame has its window's name. */
static bool is_document(const struct ofs_wd_tab *t, const cJSON *params)
{
    return !strcmp(ofs_json_str(params, "type", ""), "Document") &&
           !strcmp(ofs_json_str(params, "frameId", ""), t->handle);
}

static void on_request(struct ofs_wd_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "requestId", "");
    struct ofs_request *before = ofs_view_find(&t->tab.view, id);
    if (before && !before->ended) { /* a redirect: the answer comes with the next request */
        ofs_view_request_answer(before, (int)ofs_json_num(params, "redirectResponse/status", 0));
        ofs_view_request_end(before, false);
    }
    ofs_view_request(&t->tab.view, id, ofs_json_str(params, "request/method", ""),
                     ofs_json_str(params, "request/url", ""),
                     is_page_data(ofs_json_str(params, "type", "")));
    if (is_document(t, params)) {
        snprintf(t->loading, sizeof t->loading, "%s", id);
        t->tab.view.status = 0;
        t->tab.view.failure[0] = '\0';
    }
}

static void on_response(struct ofs_wd_tab *t, const cJSON *params)
{
    struct ofs_request *r = ofs_view_find(&t->tab.view, ofs_json_str(params, "requestId", ""));
    int status = (int)ofs_json_num(params, "response/status", 0);
    if (r)
        ofs_view_request_answer(r, status);
    if (is_document(t, params))
        t->tab.view.status = status;
}

static void end_request(struct ofs_wd_tab *t, const cJSON *params, bool failed)
{
    const char *id = ofs_json_str(params, "requestId", "");
    struct ofs_request *r = ofs_view_find(&t->tab.view, id);
    /* A page that drops an answer unread has had it. */
    bool dropped = r && r->answered_ms && ofs_json_bool(params, "canceled", false);
    if (r)
        ofs_view_request_end(r, failed && !dropped);
    if (failed && !strcmp(id, t->loading))
        ofs_view_fail(&t->tab.view, ofs_json_str(params, "errorText", "failed"));
}

static void on_finished(struct ofs_wd_tab *t, const cJSON *params)
{
    end_request(t, params, false);
}

static void on_failed(struct ofs_wd_tab *t, const cJSON *params)
{
    end_request(t, params, true);
}

static const struct {
    const char *method;
    void (*take)(struct ofs_wd_tab *, const cJSON *params);
} events[] = {
    {"Network.requestWillBeSent", on_request},
    {"Network.responseReceived", on_response},
    {"Network.loadingFinished", on_finished},
    {"Network.loadingFailed", on_failed},
};

static void take_entry(struct ofs_wd *b, const char *text)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON entry = ofs_json_parse(text, strlen(text), &ignored);
    const char *window = ofs_json_str(entry, "webview", "");
    const char *method = ofs_json_str(entry, "message/method", "");
    struct ofs_wd_tab *t = b->tabs;
    while (t && strcmp(t->handle, window))
        t = t->next;
    for (size_t i = 0; t && i < sizeof events / sizeof *events; i++)
        if (!strcmp(events[i].method, method)) {
            ofs_trace_message(b->trace, '<', ofs_json_get(entry, "message"));
            events[i].take(t, ofs_json_at(entry, "message/params"));
        }
}

int ofs_wd_read_log(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    OFS_AUTO_JSON entries = NULL;
    const cJSON *entry;
    cJSON_AddStringToObject(body, "type", "performance");
    if (ofs_wd_ask(b, OFS_WD_LOG, body, deadline, &entries, err))
        return -1;
    cJSON_ArrayForEach(entry, entries)
    {
        take_entry(b, ofs_json_str(entry, "message", ""));
    }
    return 0;
}
