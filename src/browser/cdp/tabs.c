#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/cdp/internal.h"
#include "wire/http.h"

/* Our tabs: opening, preparing and closing them (the Target domain). */

enum {
    KEPT_BODIES = 32 << 20, /* bytes of response bodies that the browser keeps for each page */
    KEPT_BODY = 8 << 20,    /* of one answer */
    KEPT_POST = 64 << 10,   /* of a request body */
};

cJSON *ofs_cdp_network_options(void)
{
    cJSON *options = ofs_cdp_with("maxTotalBufferSize", cJSON_CreateNumber(KEPT_BODIES));
    cJSON_AddNumberToObject(options, "maxResourceBufferSize", KEPT_BODY);
    cJSON_AddNumberToObject(options, "maxPostDataSize", KEPT_POST);
    return options;
}

/* Only of our page: its dedicated workers, and its out-of-process frames. */
/* A child waits until we listen: its first requests would be missed otherwise (events.c). */
cJSON *ofs_cdp_attach_options(void)
{
    static const char *const types[] = {"iframe", "worker"};
    cJSON *options = ofs_cdp_with("autoAttach", cJSON_CreateTrue());
    cJSON_AddBoolToObject(options, "waitForDebuggerOnStart", true);
    cJSON_AddBoolToObject(options, "flatten", true);
    cJSON *filter = cJSON_AddArrayToObject(options, "filter");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        cJSON_AddItemToArray(filter, ofs_cdp_with("type", cJSON_CreateString(types[i])));
    return options;
}

/* The probe is there when a document of the top frame begins, and already has its config. If it is
 * missing (on the blank page that a tab begins with), the first call installs it. */
static cJSON *probe_script(const struct cdp_tab *t)
{
    OFS_AUTO_STR probe = ofs_cdp_probe(t);
    OFS_AUTO_STR source =
        ofs_text_printf("if (window.top === window) (%s)();", probe ? probe : "() => {}");
    cJSON *params = ofs_cdp_with("source", cJSON_CreateString(source ? source : ""));
    cJSON_AddStringToObject(params, "worldName", OFS_CDP_WORLD);
    return params;
}

static int set_up(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    /* All of these settings belong to our session and end with it. */
    const struct {
        const char *method;
        cJSON *params;
    } steps[] = {
        {"Page.enable", NULL},
        {"Page.setLifecycleEventsEnabled", ofs_cdp_with("enabled", cJSON_CreateTrue())},
        {"Network.enable", ofs_cdp_network_options()},
        {"Target.setAutoAttach", ofs_cdp_attach_options()},
        {"Page.addScriptToEvaluateOnNewDocument", probe_script(t)},
        {"Network.setBypassServiceWorker", ofs_cdp_with("bypass", cJSON_CreateTrue())},
        {"Inspector.enable", NULL},
        /* without it a background tab drops clicks silently */
        {"Emulation.setFocusEmulationEnabled", ofs_cdp_with("enabled", cJSON_CreateTrue())},
    };
    enum { STEPS = sizeof steps / sizeof *steps };
    struct cdp *b = (struct cdp *)t->tab.browser;
    int ids[STEPS], rc = 0;
    size_t sent = 0;
    for (size_t i = 0; i < STEPS; i++) {
        if (!rc)
            rc = ofs_rpc_post(b->rpc, t->session, steps[i].method, steps[i].params, &ids[i], err);
        else
            cJSON_Delete(steps[i].params);
        sent += !rc;
    }
    for (size_t i = 0; i < sent && !rc; i++)
        rc = ofs_rpc_wait(b->rpc, ids[i], deadline, NULL, err);
    return rc;
}

int ofs_cdp_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                     struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)browser;
    OFS_AUTO_JSON created = NULL;
    OFS_AUTO_JSON attached = NULL;
    struct cdp_tab *t = calloc(1, sizeof *t);
    if (!t)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    t->tab.config = browser->config; /* now: another task may open a tab meanwhile */
    t->note = b->state ? ofs_journal_begin(b->state, b->id, b->site) : NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "url", t->note ? t->note->mark : "about:blank");
    /* behind the person's own tab, or, if the person wants to watch, in its own window */
    cJSON_AddBoolToObject(params, "background", !b->show);
    if (b->show && !b->process)
        cJSON_AddBoolToObject(params, "newWindow", true);
    /* A signal between the call and its answer must not lose the new tab. */
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    int rc = ofs_rpc_call(b->rpc, NULL, "Target.createTarget", params, deadline, &created, err);
    ofs_loop_defer_signals(browser->loop, deferred);
    if (rc) { /* the tab may exist anyway, so the entry stays unless the browser refused */
        ofs_journal_end(t->note, err->code == OFS_ERR_PEER);
        free(t);
        return ofs_wrap(err, "no tab could be opened");
    }
    t->tab.browser = browser;
    OFS_CDP_KEEP(t->target, ofs_json_str(created, "targetId", ""));
    ofs_journal_name(t->note, t->target);
    OFS_CDP_KEEP(t->frame, t->target); /* a top frame has its target's id */
    t->tab.sees = (struct ofs_tab_sees){
        .requests = true, .bodies = true, .timers = true, .channels = true, .isolated = true};
    t->network.view = &t->tab.view;
    t->network.frame = t->frame;
    t->network.uses_cache = true; /* the browser's default */
    t->next = b->tabs;
    b->tabs = t;
    params = ofs_cdp_with("targetId", cJSON_CreateString(t->target));
    cJSON_AddBoolToObject(params, "flatten", true);
    rc = ofs_rpc_call(b->rpc, NULL, "Target.attachToTarget", params, deadline, &attached, err);
    if (!rc) {
        OFS_CDP_KEEP(t->session, ofs_json_str(attached, "sessionId", ""));
        rc = set_up(t, deadline, err);
    }
    if (rc) {
        ofs_cdp_close_tab(&t->tab, ofs_deadline_in(2000));
        return ofs_wrap(err, "no tab could be opened");
    }
    *ret_tab = &t->tab;
    return 0;
}

bool ofs_cdp_close_target(struct cdp *b, const char *target, ofs_deadline deadline)
{
    struct ofs_error err;
    cJSON *params = ofs_cdp_with("targetId", cJSON_CreateString(target));
    if (!ofs_rpc_is_over(b->rpc, NULL))
        return !ofs_rpc_call(b->rpc, NULL, "Target.closeTarget", params, deadline, NULL, &err) ||
               err.code == OFS_ERR_PEER;
    cJSON_Delete(params);
    if (!b->close_url[0])
        return false;
    /* The connection was lost and the browser may still run: its port can close a tab by id. */
    OFS_AUTO_STR url = NULL;
    if (asprintf(&url, "%s%s", b->close_url, target) < 0)
        return false;
    OFS_AUTO_BUF body = OFS_BUF(65536);
    long status;
    return !ofs_http_get(b->browser.loop, url, ofs_deadline_min(deadline, ofs_deadline_in(2000)),
                         &body, &status, &err) &&
           (status == 200 || status == 404);
}

/* Windows that our page opened have our target as their opener. */
static void close_popups(struct cdp *b, const char *opener, ofs_deadline deadline, int depth)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON result = NULL;
    if (depth > 3 ||
        ofs_rpc_call(b->rpc, NULL, "Target.getTargets", NULL, deadline, &result, &ignored))
        return;
    const cJSON *info;
    cJSON_ArrayForEach(info, ofs_json_get(result, "targetInfos"))
    {
        const char *id = ofs_json_str(info, "targetId", "");
        if (strcmp(ofs_json_str(info, "openerId", ""), opener))
            continue;
        close_popups(b, id, deadline, depth + 1);
        ofs_cdp_close_target(b, id, deadline);
    }
}

/* Close our tab and wait for its end. A close that meets a document about to begin is answered with
 * success and then lost, so it is repeated until the browser reports the end of the tab. */
static bool close_for_sure(struct cdp *b, struct cdp_tab *t, ofs_deadline deadline)
{
    enum { ATTEMPT = 500 };
    struct ofs_error end;
    ofs_loop_renew_deferral(b->browser.loop);
    while (!t->tab.view.closed) {
        bool taken = ofs_cdp_close_target(b, t->target, deadline);
        ofs_deadline attempt = ofs_deadline_min(deadline, ofs_deadline_in(ATTEMPT));
        if (ofs_rpc_is_over(b->rpc, NULL))
            return taken;
        int rc = 0;
        while (!t->tab.view.closed && !rc)
            rc = ofs_loop_turn(b->browser.loop, attempt, &end);
        if (rc && (end.code != OFS_ERR_TIMEOUT || ofs_deadline_left(deadline) == 0))
            break;
    }
    return t->tab.view.closed;
}

void ofs_cdp_close_tab(struct ofs_tab *tab, ofs_deadline deadline)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    struct cdp *b = (struct cdp *)tab->browser;
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    if (tab->view.popups)
        close_popups(b, t->target, deadline, 0);
    bool closed = close_for_sure(b, t, deadline);
    ofs_journal_end(t->note, closed);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    for (struct cdp_tab **at = &b->tabs; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    while (t->children) {
        struct cdp_child *c = t->children;
        t->children = c->next;
        free(c);
    }
    ofs_view_clear(&tab->view);
    free(t);
}
