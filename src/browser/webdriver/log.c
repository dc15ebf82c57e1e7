#include <string.h>

#include "base/json.h"
#include "browser/webdriver/internal.h"

/* The performance log of the Chromium drivers: each entry is a DevTools event, as text, with its
 * window (https://developer.chrome.com/docs/chromedriver/logging/performance-log). */

static void take_entry(struct ofs_wd *b, const char *text)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON entry = ofs_json_parse(text, strlen(text), &ignored);
    const char *window = ofs_json_str(entry, "webview", "");
    const char *method = ofs_json_str(entry, "message/method", "");
    struct ofs_wd_tab *t = b->tabs;
    while (t && strcmp(t->handle, window))
        t = t->next;
    if (t && !strcmp(method, "Page.frameNavigated") &&
        !ofs_json_str(entry, "message/params/frame/parentId", NULL))
        ofs_devtools_commit(&t->log);
    if (t && ofs_devtools_take(&t->log, 0, method, ofs_json_at(entry, "message/params")))
        ofs_trace_message(b->trace, '<', ofs_json_get(entry, "message"));
}

int ofs_wd_read_log(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                    struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    OFS_AUTO_JSON entries = NULL;
    const cJSON *entry;
    cJSON_AddStringToObject(body, "type", "performance");
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = t ? ofs_wd_switch_to(b, t, deadline, err) : 0;
    rc = rc ? rc : ofs_wd_ask(b, OFS_WD_LOG, body, deadline, &entries, err);
    ofs_wd_unlock(b);
    if (rc)
        return -1;
    cJSON_ArrayForEach(entry, entries)
    {
        take_entry(b, ofs_json_str(entry, "message", ""));
    }
    return 0;
}
