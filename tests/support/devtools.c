#include "support/devtools.h"

#include <stdio.h>
#include <string.h>

#include "wire/http.h"
#include "wire/wire.h"

enum { TIMEOUT = 5000, LIMIT = 4 << 20 };

static int get(struct ofs_loop *loop, int port, const char *path, struct ofs_buf *body)
{
    char url[256];
    long status = 0;
    struct ofs_error ignored;
    snprintf(url, sizeof url, "http://127.0.0.1:%d/json/%s", port, path);
    return ofs_http_get(loop, url, ofs_deadline_in(TIMEOUT), body, &status, &ignored) ||
           status != 200;
}

static bool is_at(const char *url, int site_port)
{
    char at[32];
    snprintf(at, sizeof at, ":%d/", site_port);
    return !site_port || strstr(url, at);
}

cJSON *devtools_tabs(struct ofs_loop *loop, int browser_port, int site_port)
{
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error ignored;
    if (get(loop, browser_port, "list", &body))
        return NULL;
    OFS_AUTO_JSON all = ofs_json_parse(ofs_buf_str(&body), body.len, &ignored);
    cJSON *tabs = cJSON_CreateArray();
    const cJSON *one;
    cJSON_ArrayForEach(one, all)
    {
        if (!strcmp(ofs_json_str(one, "type", ""), "page") &&
            is_at(ofs_json_str(one, "url", ""), site_port))
            cJSON_AddItemToArray(tabs, cJSON_Duplicate(one, true));
    }
    return tabs;
}

int devtools_close(struct ofs_loop *loop, int browser_port, const cJSON *tab)
{
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    char path[128];
    snprintf(path, sizeof path, "close/%.100s", ofs_json_str(tab, "id", ""));
    return get(loop, browser_port, path, &body);
}

static void on_message(void *ctx, const char *text, size_t len)
{
    (void)text, (void)len;
    *(bool *)ctx = true;
}

static void on_closed(void *ctx, const struct ofs_error *why)
{
    (void)why;
    *(bool *)ctx = true;
}

int devtools_crash(struct ofs_loop *loop, const cJSON *tab)
{
    static const char crash[] = "{\"id\":1,\"method\":\"Page.crash\"}";
    ofs_deadline deadline = ofs_deadline_in(TIMEOUT);
    struct ofs_error ignored;
    bool heard = false;
    struct ofs_wire *wire =
        ofs_wire_websocket(loop, ofs_json_str(tab, "webSocketDebuggerUrl", ""), deadline, &ignored);
    if (!wire)
        return -1;
    wire->ctx = &heard;
    wire->on_message = on_message;
    wire->on_closed = on_closed;
    int rc = wire->ops->send(wire, crash, sizeof crash - 1, &ignored);
    /* a crashed tab may not answer: then its socket shows it, or a second has passed */
    deadline = ofs_deadline_in(1000);
    while (!rc && !heard && !ofs_loop_turn(loop, deadline, &ignored))
        ;
    wire->ops->close(wire);
    return rc;
}
