#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"

/* Writes the browser's events about our tabs into their views. */

/* The owner of a session: the page (`*ret_child` NULL) or one of its children. */
static struct cdp_tab *tab_of(struct cdp *b, const char *session, struct cdp_child **ret_child)
{
    *ret_child = NULL;
    for (struct cdp_tab *t = b->tabs; t && session; t = t->next) {
        if (!strcmp(t->session, session))
            return t;
        for (struct cdp_child *c = t->children; c; c = c->next)
            if (!strcmp(c->session, session)) {
                *ret_child = c;
                return t;
            }
    }
    return NULL;
}

static void post(struct cdp_tab *t, const char *session, const char *method, cJSON *params)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    struct ofs_error ignored;
    ofs_rpc_post(b->rpc, session, method, params, NULL, &ignored);
}

/* ---- the page ---- */

static void on_frame_navigated(struct cdp_tab *t, const cJSON *params)
{
    if (ofs_json_str(params, "frame/parentId", NULL))
        return;
    const char *frame = ofs_json_str(params, "frame/id", NULL);
    if (frame)
        OFS_CDP_KEEP(t->frame, frame);
    OFS_CDP_KEEP(t->loader, ofs_json_str(params, "frame/loaderId", ""));
    t->page[0] = '\0';
    ofs_view_commit(&t->tab.view);
    ofs_devtools_commit(&t->network);
    ofs_cdp_enter_soon(t);
}

static void on_lifecycle(struct cdp_tab *t, const cJSON *params)
{
    const char *name = ofs_json_str(params, "name", "");
    if (strcmp(ofs_json_str(params, "frameId", ""), t->frame) ||
        strcmp(ofs_json_str(params, "loaderId", ""), t->loader))
        return;
    if (!strcmp(name, "DOMContentLoaded"))
        ofs_view_loaded(&t->tab.view, false);
    else if (!strcmp(name, "load"))
        ofs_view_loaded(&t->tab.view, true);
}

static void on_dialog(struct cdp_tab *t, const cJSON *params)
{
    const char *kind = ofs_json_str(params, "type", "");
    ofs_view_prompt(&t->tab.view, kind, ofs_json_str(params, "message", ""));
    post(t, t->session, "Page.handleJavaScriptDialog",
         ofs_cdp_with("accept", cJSON_CreateBool(ofs_view_accepts(kind))));
}

static void on_popup(struct cdp_tab *t, const cJSON *params)
{
    (void)params;
    ofs_view_popup(&t->tab.view);
}

static void on_crash(struct cdp_tab *t, const cJSON *params)
{
    (void)params;
    ofs_view_end(&t->tab.view, true);
}

/* The timer record needs the Debugger domain, but no pauses: they are disabled, and an unexpected
 * one is resumed immediately. */
static void on_paused(struct cdp_tab *t, const cJSON *params)
{
    (void)params;
    post(t, t->session, "Debugger.resume", NULL);
}

static const struct {
    const char *method;
    void (*take)(struct cdp_tab *, const cJSON *params);
} tab_events[] = {
    {"Page.frameNavigated", on_frame_navigated}, {"Page.lifecycleEvent", on_lifecycle},
    {"Page.javascriptDialogOpening", on_dialog}, {"Page.windowOpen", on_popup},
    {"Inspector.targetCrashed", on_crash},       {"Debugger.paused", on_paused},
};

/* ---- its workers, and its frames with a process of their own ---- */

static void on_attached(struct cdp_tab *t, const cJSON *params)
{
    const char *type = ofs_json_str(params, "targetInfo/type", "");
    const char *session = ofs_json_str(params, "sessionId", "");
    struct cdp_child *c = calloc(1, sizeof *c);
    if (!c) { /* its requests would be missed */
        t->tab.view.overflowed = true;
        post(t, session, "Runtime.runIfWaitingForDebugger", NULL);
        return;
    }
    OFS_CDP_KEEP(c->session, session);
    c->number = ++t->last_child;
    c->is_worker = !strcmp(type, "worker");
    c->next = t->children;
    t->children = c;
    t->tab.view.workers += c->is_worker;
    t->tab.view.workers_begun += c->is_worker;
    t->tab.view.events++;
    if (c->is_worker)
        ofs_devtools_begin_child(&t->network, ofs_json_str(params, "targetInfo/targetId", ""));
    post(t, session, "Network.enable", ofs_cdp_network_options());
    if (!t->network.uses_cache)
        post(t, session, "Network.setCacheDisabled",
             ofs_cdp_with("cacheDisabled", cJSON_CreateTrue()));
    if (!c->is_worker)
        post(t, session, "Target.setAutoAttach", ofs_cdp_attach_options());
    post(t, session, "Runtime.runIfWaitingForDebugger", NULL);
}

static void on_detached(struct cdp *b, const char *session)
{
    struct cdp_child *gone;
    struct cdp_tab *t = tab_of(b, session, &gone);
    if (t && !gone)
        ofs_view_end(&t->tab.view, false);
    if (!gone)
        return;
    t->tab.view.workers -= gone->is_worker;
    ofs_devtools_drop_child(&t->network, gone->number);
    for (struct cdp_child **at = &t->children; *at; at = &(*at)->next)
        if (*at == gone) {
            *at = gone->next;
            break;
        }
    free(gone);
}

void ofs_cdp_on_event(void *ctx, const char *session, const char *method, const cJSON *params)
{
    struct cdp *b = ctx;
    struct cdp_child *child;
    if (!strcmp(method, "Target.detachedFromTarget")) {
        on_detached(b, ofs_json_str(params, "sessionId", NULL));
        return;
    }
    struct cdp_tab *t = tab_of(b, session, &child);
    if (!t)
        return;
    if (!strcmp(method, "Target.attachedToTarget")) {
        on_attached(t, params);
        return;
    }
    if (ofs_devtools_take(&t->network, child ? child->number : 0, method, params) || child)
        return;
    for (size_t i = 0; i < sizeof tab_events / sizeof *tab_events; i++)
        if (!strcmp(tab_events[i].method, method))
            tab_events[i].take(t, params);
}

const char *const *ofs_cdp_event_names(void)
{
    enum { ROOM = 32 };
    static const char *names[ROOM];
    size_t n = 0;
    if (names[0])
        return names;
    names[n++] = "Target.attachedToTarget";
    names[n++] = "Target.detachedFromTarget";
    for (size_t i = 0; i < sizeof tab_events / sizeof *tab_events; i++)
        names[n++] = tab_events[i].method;
    for (const char *const *name = ofs_devtools_events; *name && n + 1 < ROOM; name++)
        names[n++] = *name;
    return names;
}
