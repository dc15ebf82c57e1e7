#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/bidi/internal.h"
#include "browser/internal.h"
#include "browser/methods.h"

/* Our tabs (7.3 The browsingContext module): opening, preparing and closing them. */

enum {
    CLOSING = 700, /* milliseconds to wait for a closed tab to end, before it is closed again */
    CLOSES = 3,
    KEPT_BODY = 8 << 20,  /* bytes of one response body that the browser keeps */
    KEPT_SENT = 64 << 10, /* and of one request body */
    WIDE = 1280,          /* CSS pixels */
    TALL = 3000,
};

static cJSON *add_contexts(cJSON *params, const struct bidi_tab *t)
{
    cJSON *contexts = cJSON_AddArrayToObject(params, "contexts");
    cJSON_AddItemToArray(contexts, cJSON_CreateString(t->context));
    return params;
}

/* Firefox renders a background tab at growing intervals: a page that needs repeated scrolling and
 * rendering would not finish in time. In a tall viewport most pages are rendered in one frame. */
static int make_tall(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = ofs_bidi_in_context(t), *view = cJSON_AddObjectToObject(params, "viewport");
    cJSON_AddNumberToObject(view, "width", WIDE);
    cJSON_AddNumberToObject(view, "height", TALL);
    return ofs_bidi_ask(t, "browsingContext.setViewport", params, deadline, NULL, err);
}

int ofs_bidi_ask_devtools(struct bidi_tab *t, const char *method, cJSON *inner,
                          ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    cJSON *params = ofs_bidi_object("session", t->devtools);
    cJSON_AddStringToObject(params, "method", ofs_method_allowed(method));
    cJSON_AddItemToObject(params, "params", inner);
    return ofs_bidi_ask(t, "goog:cdp.sendCommand", params, deadline, ret_result, err);
}

/* Chromium does not render it at all, unless focus is emulated; and it reports a crashed page only
 * over DevTools. Both are set only in our tab. */
static int use_devtools(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON answer = NULL;
    if (ofs_bidi_ask(t, "goog:cdp.getSession", ofs_bidi_in_context(t), deadline, &answer, err))
        return -1;
    OFS_BIDI_KEEP(t->devtools, ofs_json_str(answer, "session", ""));
    cJSON *focus = cJSON_CreateObject();
    cJSON_AddBoolToObject(focus, "enabled", true);
    if (ofs_bidi_ask_devtools(t, "Emulation.setFocusEmulationEnabled", focus, deadline, NULL,
                              err) ||
        ofs_bidi_ask_devtools(t, "Inspector.enable", cJSON_CreateObject(), deadline, NULL, err))
        return -1;
    cJSON *crash = add_contexts(cJSON_CreateObject(), t);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(crash, "events"),
                         cJSON_CreateString(ofs_bidi_crash));
    return ofs_bidi_ask(t, "session.subscribe", crash, deadline, NULL, err);
}

/* Unsupported is not an error. */
static int have_it_drawn(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    bool firefox = !strcmp(t->tab.browser->name, "firefox");
    int rc = firefox ? make_tall(t, deadline, err) : use_devtools(t, deadline, err);
    return rc && err->code != OFS_ERR_PEER ? -1 : 0;
}

/* Let the browser keep request or response bodies (7.5, data collectors). Not all browsers support
 * either, and those that support one may not know the other. */
static int collect(struct bidi_tab *t, const char *type, int size, bool *ret_kept,
                   ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = add_contexts(cJSON_CreateObject(), t);
    cJSON_AddItemToArray(cJSON_AddArrayToObject(params, "dataTypes"), cJSON_CreateString(type));
    cJSON_AddNumberToObject(params, "maxEncodedDataSize", size);
    *ret_kept = !ofs_bidi_ask(t, "network.addDataCollector", params, deadline, NULL, err);
    return *ret_kept || err->code == OFS_ERR_PEER ? 0 : -1;
}

static int collect_bodies(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    if (collect(t, "response", KEPT_BODY, &t->tab.sees.bodies, deadline, err))
        return -1;
    return collect(t, "request", KEPT_SENT, &t->keeps_sent, deadline, err);
}

/* All of these settings belong to our context and session, and end with them. */
static int set_up(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *watch = add_contexts(cJSON_CreateObject(), t);
    cJSON_AddItemToObject(watch, "events", ofs_bidi_event_names());
    if (ofs_bidi_ask(t, "session.subscribe", watch, deadline, NULL, err))
        return -1;
    /* a Chromium driver loses earlier settings when a subscription is renewed */
    if (have_it_drawn(t, deadline, err) || collect_bodies(t, deadline, err))
        return -1;
    /* reads have to come from the site, not from a cache */
    cJSON *cache = add_contexts(cJSON_CreateObject(), t);
    cJSON_AddStringToObject(cache, "cacheBehavior", "bypass");
    return ofs_bidi_ask(t, "network.setCacheBehavior", cache, deadline, NULL, err);
}

int ofs_bidi_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                      struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)browser;
    OFS_AUTO_JSON created = NULL;
    struct bidi_tab *t = calloc(1, sizeof *t);
    if (!t)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON *params = ofs_bidi_object("type", "tab");
    cJSON_AddBoolToObject(params, "background", true);
    /* A signal between the call and its answer must not lose the new tab. */
    if (ofs_bidi_call_uninterruptible(b, "browsingContext.create", params, deadline, &created,
                                      err)) {
        free(t);
        return ofs_wrap(err, "no tab could be opened");
    }
    t->tab.browser = browser;
    /* a Chromium reports no sockets over this protocol */
    t->tab.sees = (struct ofs_tab_sees){
        .requests = true, .isolated = true, .opened = !strcmp(browser->name, "firefox")};
    OFS_BIDI_KEEP(t->context, ofs_json_str(created, "context", ""));
    t->next = b->tabs;
    b->tabs = t;
    if (set_up(t, deadline, err)) {
        ofs_bidi_close_tab(&t->tab, ofs_deadline_in(2000));
        return ofs_wrap(err, "no tab could be opened");
    }
    *ret_tab = &t->tab;
    return 0;
}

static void close_context(struct bidi *b, const char *context, ofs_deadline deadline)
{
    struct ofs_error ignored;
    cJSON *params = ofs_bidi_object("context", context);
    cJSON_AddBoolToObject(params, "promptUnload", false);
    ofs_rpc_call(b->rpc, NULL, "browsingContext.close", params, deadline, NULL, &ignored);
}

/* Windows that our page opened have our context as their opener; the events of our own contexts do
 * not report them. */
static void close_popups(struct bidi *b, struct ofs_tab_view *view, const cJSON *contexts,
                         const char *opener, ofs_deadline deadline, int depth)
{
    const cJSON *info;
    cJSON_ArrayForEach(info, contexts)
    {
        const char *id = ofs_json_str(info, "context", "");
        if (depth > 3 || !ofs_bidi_is(info, "originalOpener", opener))
            continue;
        view->popups++;
        close_popups(b, view, contexts, id, deadline, depth + 1);
        close_context(b, id, deadline);
    }
}

/* A tab whose next document is just beginning may be reported as closed, and stay open (Chromium):
 * only the event is reliable. If the socket is lost, a driver can still close the tab. */
static void close_for_sure(struct bidi *b, struct bidi_tab *t, ofs_deadline deadline)
{
    const struct ofs_tab_view *view = &t->tab.view;
    ofs_loop_renew_deferral(b->browser.loop);
    for (int tries = 0; tries < CLOSES && !view->closed && !ofs_rpc_is_over(b->rpc, NULL);
         tries++) {
        ofs_deadline moment = ofs_deadline_min(deadline, ofs_deadline_in(CLOSING));
        struct ofs_error ignored;
        close_context(b, t->context, deadline);
        while (!view->closed && !ofs_rpc_is_over(b->rpc, NULL) &&
               !ofs_loop_turn(b->browser.loop, moment, &ignored))
            ;
    }
    if (!view->closed && b->driver)
        ofs_webdriver_close_window(b->driver, t->context, deadline);
}

void ofs_bidi_close_tab(struct ofs_tab *tab, ofs_deadline deadline)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    struct bidi *b = (struct bidi *)tab->browser;
    OFS_AUTO_JSON tree = NULL;
    struct ofs_error ignored;
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    cJSON *params = cJSON_CreateObject();
    cJSON_AddNumberToObject(params, "maxDepth", 0);
    if (!ofs_rpc_call(b->rpc, NULL, "browsingContext.getTree", params, deadline, &tree, &ignored))
        close_popups(b, &tab->view, ofs_json_get(tree, "contexts"), t->context, deadline, 0);
    close_for_sure(b, t, deadline);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    for (struct bidi_tab **at = &b->tabs; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    ofs_view_clear(&tab->view);
    free(t);
}
