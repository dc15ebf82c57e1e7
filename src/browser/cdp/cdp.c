#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"
#include "browser/internal.h"

/* Chrome DevTools Protocol (https://chromedevtools.github.io/devtools-protocol/). One connection,
 * flat sessions, one isolated world. Runtime is never enabled: pages can detect that. */

static void cdp_close(struct ofs_browser *browser, ofs_deadline deadline)
{
    struct cdp *b = (struct cdp *)browser;
    struct ofs_error ignored;
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    while (b->tabs)
        ofs_cdp_close_tab(&b->tabs->tab, deadline);
    ofs_loop_renew_deferral(browser->loop);
    if (b->process && !ofs_rpc_is_over(b->rpc, NULL))
        ofs_rpc_call(b->rpc, NULL, "Browser.close", NULL, deadline, NULL, &ignored);
    ofs_rpc_free(b->rpc);
    if (b->driver)
        b->driver->ops->close(b->driver, deadline);
    ofs_loop_defer_signals(browser->loop, deferred);
    ofs_process_end(b->process, deadline);
    free(b->state);
    free(b->site);
    free(b);
}

static const struct ofs_browser_ops cdp_ops = {
    .protocol = "cdp",
    .open_tab = ofs_cdp_open_tab,
    .navigate = ofs_cdp_navigate,
    .call = ofs_cdp_call,
    .wait = ofs_cdp_wait,
    .click = ofs_cdp_click,
    .hover = ofs_cdp_hover,
    .press_key = ofs_cdp_press_key,
    .reach = ofs_cdp_reach,
    .timers = ofs_cdp_timers,
    .body = ofs_cdp_body,
    .screenshot = ofs_cdp_screenshot,
    .close_tab = ofs_cdp_close_tab,
    .close = cdp_close,
};

/* "Chrome/156.0.8078.73" or "HeadlessChrome/…" */
static void take_product(struct ofs_browser *browser, const char *product)
{
    const char *slash = strchr(product, '/');
    snprintf(browser->name, sizeof browser->name, "%.*s",
             (int)(slash ? slash - product : (ptrdiff_t)strlen(product)), product);
    snprintf(browser->version, sizeof browser->version, "%s", slash ? slash + 1 : "");
}

static void tell_failed_start(struct ofs_process *process, struct ofs_error *err)
{
    char words[256];
    ofs_process_last_words(process, words, sizeof words);
    ofs_fail(err, OFS_ERR_NO_BROWSER, "the browser ended at once%s%s", words[0] ? ": " : "", words);
    ofs_hint(err, "is another browser open on that profile? Without a display add --headless; as "
                  "root in a container add --browser-arg=--no-sandbox");
}

struct ofs_browser *ofs_cdp_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                 struct ofs_process *process, const struct ofs_connect *how,
                                 const char *url, const char *close_url, ofs_deadline deadline,
                                 struct ofs_error *err)
{
    struct cdp *b = calloc(1, sizeof *b);
    if (!b) {
        wire->ops->close(wire);
        ofs_process_end(process, ofs_deadline_in(1000));
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    b->browser.ops = &cdp_ops;
    b->browser.loop = loop;
    b->browser.wire = wire->ops->name;
    b->process = process;
    b->show = how->show;
    OFS_CDP_KEEP(b->close_url, close_url);
    if (!process && url && how->state && how->site) {
        const char *slash = strrchr(url, '/');
        OFS_CDP_KEEP(b->id, slash ? slash + 1 : url);
        b->state = strdup(how->state);
        b->site = strdup(how->site);
    }
    b->rpc = ofs_rpc_new(loop, wire, how->trace, ofs_cdp_on_event, b, err);
    OFS_AUTO_JSON version = NULL;
    if (!b->rpc) {
        ofs_process_end(process, ofs_deadline_in(1000));
        free(b->state);
        free(b->site);
        free(b);
        return NULL;
    }
    ofs_rpc_heed(b->rpc, ofs_cdp_event_names());
    if (ofs_rpc_call(b->rpc, NULL, "Browser.getVersion", NULL, deadline, &version, err)) {
        if (err->code == OFS_ERR_LOST && process)
            tell_failed_start(process, err);
        cdp_close(&b->browser, ofs_deadline_in(1000));
        return NULL;
    }
    take_product(&b->browser, ofs_json_str(version, "product", "Chrome"));
    if (b->state && b->site && ofs_cdp_close_orphans(b, deadline) && how->on_notice)
        how->on_notice(how->ctx, "A tab that an earlier run left open was closed.");
    return &b->browser;
}

/* In Chromium a window's id is that of its target. */
static bool has_window(const cJSON *targets, const cJSON *windows)
{
    const cJSON *info, *window;
    cJSON_ArrayForEach(info, ofs_json_get(targets, "targetInfos"))
    {
        cJSON_ArrayForEach(window, windows)
        {
            if (cJSON_IsString(window) &&
                !strcmp(ofs_json_str(info, "targetId", ""), window->valuestring))
                return true;
        }
    }
    return false;
}

int ofs_cdp_join(struct ofs_browser *devtools, struct ofs_browser *driver, const cJSON *windows,
                 ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)devtools;
    OFS_AUTO_JSON targets = NULL;
    if (ofs_rpc_call(b->rpc, NULL, "Target.getTargets", NULL, deadline, &targets, err))
        return -1;
    if (!has_window(targets, windows))
        return ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "it has none of the driver's windows");
    b->driver = driver;
    return 0;
}
