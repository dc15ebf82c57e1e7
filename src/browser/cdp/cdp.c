#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "browser/cdp/internal.h"
#include "browser/internal.h"
#include "browser/rpc.h"
#include "wire/http.h"

/* Chrome DevTools Protocol (https://chromedevtools.github.io/devtools-protocol/). One connection,
 * flat sessions, one isolated world. Runtime is never enabled: pages can notice that. */

static const char world_name[] = "offswitch";

enum { CHANGES_WITHIN = 60000 }; /* milliseconds: the probe answers then, changed or not */

static void keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}
#define KEEP(to, from) keep(to, sizeof(to), from)

static cJSON *object(void)
{
    return cJSON_CreateObject();
}

static cJSON *object_with(const char *key, cJSON *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToObject(o, key, value);
    return o;
}

/* ---- events ---- */

static struct cdp_tab *tab_of(struct cdp *b, const char *session)
{
    struct cdp_tab *t = b->tabs;
    while (t && (!session || strcmp(t->session, session)))
        t = t->next;
    return t;
}

static void on_frame_navigated(struct cdp_tab *t, const cJSON *params)
{
    if (ofs_json_str(params, "frame/parentId", NULL))
        return;
    KEEP(t->frame, ofs_json_str(params, "frame/id", t->frame));
    KEEP(t->loader, ofs_json_str(params, "frame/loaderId", ""));
    t->world = 0;
    ofs_view_commit(&t->tab.view);
    ofs_view_leave(&t->tab.view, t->document);
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
    struct cdp *b = (struct cdp *)t->tab.browser;
    const char *kind = ofs_json_str(params, "type", "");
    struct ofs_error ignored;
    cJSON *answer = object();
    cJSON_AddBoolToObject(answer, "accept", ofs_view_accepts(kind));
    ofs_view_prompt(&t->tab.view, kind, ofs_json_str(params, "message", ""));
    ofs_rpc_post(b->rpc, t->session, "Page.handleJavaScriptDialog", answer, NULL, &ignored);
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

static const struct {
    const char *method;
    void (*take)(struct cdp_tab *, const cJSON *params);
} tab_events[] = {
    {"Page.frameNavigated", on_frame_navigated}, {"Page.lifecycleEvent", on_lifecycle},
    {"Page.javascriptDialogOpening", on_dialog}, {"Page.windowOpen", on_popup},
    {"Inspector.targetCrashed", on_crash},
};

static void on_event(void *ctx, const char *session, const char *method, const cJSON *params)
{
    struct cdp *b = ctx;
    if (!strcmp(method, "Target.detachedFromTarget")) {
        struct cdp_tab *gone = tab_of(b, ofs_json_str(params, "sessionId", NULL));
        if (gone)
            ofs_view_end(&gone->tab.view, false);
        return;
    }
    struct cdp_tab *t = tab_of(b, session);
    if (t && ofs_devtools_network(&t->tab.view, t->frame, t->document, method, params))
        return;
    for (size_t i = 0; t && i < sizeof tab_events / sizeof *tab_events; i++)
        if (!strcmp(tab_events[i].method, method))
            tab_events[i].take(t, params);
}

/* ---- asking ---- */

/* Did the document that was asked about go away meanwhile? Then looking again helps. */
static bool is_gone(const struct ofs_error *err)
{
    static const char *const words[] = {
        "context",          "Cannot find", "navigated", "No frame",     "Promise was collected",
        "Inspected target", "detached",    "No node",   "not find node"};
    for (size_t i = 0; err->code == OFS_ERR_PEER && i < sizeof words / sizeof *words; i++)
        if (strcasestr(err->peer, words[i]))
            return true;
    return false;
}

/* A question failed: tell a tab that has ended from a peer that refuses. */
static int is_lost(struct cdp_tab *t, struct ofs_error *err)
{
    if ((t->tab.view.closed || t->tab.view.crashed) && err->code != OFS_ERR_LOST &&
        err->code != OFS_ERR_INTERRUPTED)
        ofs_fail(err, OFS_ERR_TAB_LOST, "the tab %s",
                 t->tab.view.crashed ? "has crashed" : "was closed by somebody else");
    else if (is_gone(err)) {
        t->world = 0;
        err->code = OFS_ERR_GONE;
    }
    return -1;
}

/* What was asked of a tab that then crashes is never answered. */
static int await(struct cdp_tab *t, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    const struct ofs_tab_view *view = &t->tab.view;
    struct ofs_error soft;
    while (!ofs_rpc_is_answered(b->rpc, id) && !view->closed && !view->crashed &&
           !ofs_loop_turn(b->browser.loop, deadline, &soft))
        ;
    bool ended = view->closed || view->crashed;
    return ofs_rpc_wait(b->rpc, id, ended ? ofs_now_ms() : deadline, ret_result, err)
               ? is_lost(t, err)
               : 0;
}

int ofs_cdp_ask(struct cdp_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                cJSON **ret_result, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    int id;
    if (t->tab.view.closed || t->tab.view.crashed) {
        cJSON_Delete(params);
        ofs_fail(err, OFS_ERR_GONE, "the tab has ended");
        return is_lost(t, err);
    }
    if (ofs_rpc_post(b->rpc, t->session, method, params, &id, err))
        return -1;
    return await(t, id, deadline, ret_result, err);
}

/* The document of our navigation has begun, or is known not to. */
static bool has_arrived(struct cdp_tab *t)
{
    const struct ofs_tab_view *view = &t->tab.view;
    if (view->commits != t->before || view->failure[0])
        t->coming = false;
    return !t->coming;
}

static int cdp_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                        struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    OFS_AUTO_JSON result = NULL;
    ofs_view_begin(&tab->view);
    t->document[0] = '\0'; /* what is given up by this may still fail, and is not ours any more */
    t->world = 0;
    t->before = tab->view.commits;
    t->coming = true;
    if (ofs_cdp_ask(t, "Page.navigate", object_with("url", cJSON_CreateString(url)), deadline,
                    &result, err))
        return -1;
    const char *failure = ofs_json_str(result, "errorText", NULL);
    if (failure)
        ofs_view_fail(&tab->view, failure);
    if (!ofs_json_str(result, "loaderId", NULL))
        t->coming = false; /* within the present document */
    while (!has_arrived(t) && !tab->view.closed && !tab->view.crashed)
        if (ofs_loop_turn(tab->browser->loop, deadline, err))
            return -1;
    t->seen = tab->view.events;
    return 0;
}

static const char dispatch[] = "function (name, args) { return ofsProbe[name](args); }";

/* The parameters of a call in our world. `function` NULL: without arguments. */
static cJSON *function_call(const struct cdp_tab *t, const char *source, const char *function,
                            const cJSON *args)
{
    cJSON *params = object(), *arguments = cJSON_AddArrayToObject(params, "arguments");
    cJSON_AddStringToObject(params, "functionDeclaration", source);
    cJSON_AddNumberToObject(params, "executionContextId", t->world);
    cJSON_AddBoolToObject(params, "returnByValue", true);
    cJSON_AddBoolToObject(params, "awaitPromise", true);
    cJSON_AddBoolToObject(params, "silent", true);
    if (function) {
        cJSON_AddItemToArray(arguments, object_with("value", cJSON_CreateString(function)));
        cJSON_AddItemToArray(arguments, object_with("value", args ? cJSON_Duplicate(args, true)
                                                                  : cJSON_CreateObject()));
    }
    return params;
}

static int run_function(struct cdp_tab *t, const char *source, const char *function,
                        const cJSON *args, ofs_deadline deadline, cJSON **ret_value,
                        struct ofs_error *err)
{
    OFS_AUTO_JSON result = NULL;
    if (ofs_cdp_ask(t, "Runtime.callFunctionOn", function_call(t, source, function, args), deadline,
                    &result, err))
        return -1;
    const cJSON *thrown = ofs_json_get(result, "exceptionDetails");
    if (thrown)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe failed: %.300s",
                        ofs_json_str(thrown, "exception/description",
                                     ofs_json_str(thrown, "text", "no reason given")));
    cJSON *value = (cJSON *)ofs_json_at(result, "result");
    *ret_value = value ? cJSON_DetachItemFromObjectCaseSensitive(value, "value") : NULL;
    return 0;
}

/* Make our world in the present document and put the probe there. */
static int enter_world(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    unsigned mark = t->tab.view.commits;
    OFS_AUTO_JSON result = NULL;
    OFS_AUTO_JSON ignored = NULL;
    cJSON *params = object();
    cJSON_AddStringToObject(params, "frameId", t->frame);
    cJSON_AddStringToObject(params, "worldName", world_name);
    if (ofs_cdp_ask(t, "Page.createIsolatedWorld", params, deadline, &result, err))
        return -1;
    if (mark != t->tab.view.commits)
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    t->world = (int)ofs_json_num(result, "executionContextId", 0);
    return run_function(t, t->tab.browser->probe, NULL, NULL, deadline, &ignored, err);
}

static int cdp_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                    ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    if (!has_arrived(t))
        return ofs_fail(err, OFS_ERR_GONE, "the page has not begun yet");
    if (!t->world && enter_world(t, deadline, err))
        return -1;
    OFS_AUTO_JSON text = NULL;
    if (run_function(t, dispatch, function, args, deadline, &text, err))
        return -1;
    *ret_value = NULL;
    if (cJSON_IsString(text))
        *ret_value = ofs_json_parse(text->valuestring, strlen(text->valuestring), err);
    if (!*ret_value)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe's answer to '%s' is not JSON", function);
    t->seen = tab->view.events;
    return 0;
}

/* Ask the probe to answer when the document has changed, once for each change. */
static void ask_for_change(struct cdp_tab *t)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    struct ofs_error ignored;
    if (t->change || !t->world || !has_arrived(t))
        return;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "ms", CHANGES_WITHIN);
    if (ofs_rpc_post(b->rpc, t->session, "Runtime.callFunctionOn",
                     function_call(t, dispatch, "changed", args), &t->change, &ignored))
        t->change = 0;
}

static int cdp_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    struct cdp *b = (struct cdp *)tab->browser;
    struct ofs_error soft;
    int rc = 0;
    ask_for_change(t);
    while (!rc && t->seen == tab->view.events &&
           !(t->change && ofs_rpc_is_answered(b->rpc, t->change)))
        rc = ofs_loop_turn(tab->browser->loop, deadline, &soft);
    t->seen = tab->view.events;
    if (t->change && ofs_rpc_is_answered(b->rpc, t->change)) {
        struct ofs_error ignored;
        ofs_rpc_wait(b->rpc, t->change, ofs_deadline_in(0), NULL, &ignored);
        t->change = 0;
    }
    if (!rc || soft.code == OFS_ERR_TIMEOUT)
        return ofs_rpc_is_over(b->rpc, err) ? -1 : 0;
    *err = soft;
    return -1;
}

/* ---- a person's hand ---- */

static int act(struct cdp_tab *t, const char *method, cJSON *const *params, size_t n,
               ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    int ids[4];
    size_t sent = 0;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        if (!rc)
            rc = ofs_rpc_post(b->rpc, t->session, method, params[i], &ids[i], err);
        else
            cJSON_Delete(params[i]);
        sent += !rc;
    }
    for (size_t i = 0; i < sent; i++) {
        struct ofs_error later;
        if (await(t, ids[i], deadline, NULL, rc ? &later : err))
            rc = -1;
    }
    if (rc)
        err->maybe_done = sent > 0;
    return rc;
}

static cJSON *mouse(const char *type, double x, double y)
{
    bool moved = !strcmp(type, "mouseMoved");
    cJSON *p = object();
    cJSON_AddStringToObject(p, "type", type);
    cJSON_AddNumberToObject(p, "x", x);
    cJSON_AddNumberToObject(p, "y", y);
    cJSON_AddStringToObject(p, "button", moved ? "none" : "left");
    cJSON_AddNumberToObject(p, "buttons", !strcmp(type, "mousePressed"));
    cJSON_AddNumberToObject(p, "clickCount", !moved);
    return p;
}

static int cdp_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                     struct ofs_error *err)
{
    cJSON *steps[] = {mouse("mouseMoved", x, y), mouse("mousePressed", x, y),
                      mouse("mouseReleased", x, y)};
    return act((struct cdp_tab *)tab, "Input.dispatchMouseEvent", steps, 3, deadline, err);
}

static const struct key {
    const char *key, *code, *text;
    int number;
} keys[] = {
    {" ", "Space", " ", 32},
    {"ArrowUp", "ArrowUp", NULL, 38},
    {"ArrowDown", "ArrowDown", NULL, 40},
};

static cJSON *stroke(const struct key *key, const char *type)
{
    cJSON *p = object();
    bool down = !strcmp(type, "keyDown");
    cJSON_AddStringToObject(p, "type", down && !key->text ? "rawKeyDown" : type);
    cJSON_AddStringToObject(p, "key", key->key);
    cJSON_AddStringToObject(p, "code", key->code);
    cJSON_AddNumberToObject(p, "windowsVirtualKeyCode", key->number);
    if (down && key->text)
        cJSON_AddStringToObject(p, "text", key->text);
    return p;
}

static int cdp_press_key(struct ofs_tab *tab, const char *name, ofs_deadline deadline,
                         struct ofs_error *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].key, name)) {
            cJSON *steps[] = {stroke(&keys[i], "keyDown"), stroke(&keys[i], "keyUp")};
            return act((struct cdp_tab *)tab, "Input.dispatchKeyEvent", steps, 2, deadline, err);
        }
    return ofs_fail(err, OFS_ERR_PROTOCOL, "no key is called '%s'", name);
}

/* ---- tabs ---- */

static int set_up(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    /* All of it belongs to our session and ends with it. */
    const struct {
        const char *method;
        cJSON *params;
    } steps[] = {
        {"Page.enable", NULL},
        {"Page.setLifecycleEventsEnabled", object_with("enabled", cJSON_CreateTrue())},
        {"Network.enable", NULL},
        /* what is read back has to come from the site, not from a cache */
        {"Network.setCacheDisabled", object_with("cacheDisabled", cJSON_CreateTrue())},
        {"Network.setBypassServiceWorker", object_with("bypass", cJSON_CreateTrue())},
        {"Inspector.enable", NULL},
        /* without it a tab in the background drops clicks silently */
        {"Emulation.setFocusEmulationEnabled", object_with("enabled", cJSON_CreateTrue())},
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

static void cdp_close_tab(struct ofs_tab *tab, ofs_deadline deadline);

static int cdp_open_tab(struct ofs_browser *browser, ofs_deadline deadline,
                        struct ofs_tab **ret_tab, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)browser;
    OFS_AUTO_JSON created = NULL;
    OFS_AUTO_JSON attached = NULL;
    struct cdp_tab *t = calloc(1, sizeof *t);
    if (!t)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    t->note = b->state ? ofs_journal_begin(b->state, b->id, b->site) : NULL;
    cJSON *params = object();
    cJSON_AddStringToObject(params, "url", t->note ? t->note->mark : "about:blank");
    /* behind the person's own tab, or, where they want to watch, in a window of its own */
    cJSON_AddBoolToObject(params, "background", !b->show);
    if (b->show && !b->process)
        cJSON_AddBoolToObject(params, "newWindow", true);
    /* A signal between the question and its answer must not lose the tab that it made. */
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    int rc = ofs_rpc_call(b->rpc, NULL, "Target.createTarget", params, deadline, &created, err);
    ofs_loop_defer_signals(browser->loop, deferred);
    if (rc) { /* it may be there all the same, so the note stays unless the browser said no */
        ofs_journal_end(t->note, err->code == OFS_ERR_PEER);
        free(t);
        return ofs_wrap(err, "no tab could be opened");
    }
    t->tab.browser = browser;
    KEEP(t->target, ofs_json_str(created, "targetId", ""));
    ofs_journal_name(t->note, t->target);
    KEEP(t->frame, t->target); /* a top frame has its target's id */
    t->tab.sees = (struct ofs_tab_sees){.requests = true, .isolated = true};
    t->next = b->tabs;
    b->tabs = t;
    params = object_with("targetId", cJSON_CreateString(t->target));
    cJSON_AddBoolToObject(params, "flatten", true);
    rc = ofs_rpc_call(b->rpc, NULL, "Target.attachToTarget", params, deadline, &attached, err);
    if (!rc) {
        KEEP(t->session, ofs_json_str(attached, "sessionId", ""));
        rc = set_up(t, deadline, err);
    }
    if (rc) {
        cdp_close_tab(&t->tab, ofs_deadline_in(2000));
        return ofs_wrap(err, "no tab could be opened");
    }
    *ret_tab = &t->tab;
    return 0;
}

bool ofs_cdp_close_target(struct cdp *b, const char *target, ofs_deadline deadline)
{
    struct ofs_error err;
    cJSON *params = object_with("targetId", cJSON_CreateString(target));
    if (!ofs_rpc_is_over(b->rpc, NULL))
        return !ofs_rpc_call(b->rpc, NULL, "Target.closeTarget", params, deadline, NULL, &err) ||
               err.code == OFS_ERR_PEER;
    cJSON_Delete(params);
    if (!b->close_url[0])
        return false;
    /* The wire was cut and the browser may live on: its port still closes a tab by name. */
    OFS_AUTO_STR url = NULL;
    if (asprintf(&url, "%s%s", b->close_url, target) < 0)
        return false;
    OFS_AUTO_BUF body = OFS_BUF(65536);
    long status;
    return !ofs_http_get(b->browser.loop, url, ofs_deadline_min(deadline, ofs_deadline_in(2000)),
                         &body, &status, &err) &&
           (status == 200 || status == 404);
}

/* Windows that our page opened carry our target as their opener. */
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

/* Close our tab and see it go. A close that meets a document about to begin is answered with
 * success and lost with the old one, so it is said again until the browser tells that the tab has
 * ended. */
static bool close_for_sure(struct cdp *b, struct cdp_tab *t, ofs_deadline deadline)
{
    enum { ATTEMPT = 500 };
    struct ofs_error end;
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

static void cdp_close_tab(struct ofs_tab *tab, ofs_deadline deadline)
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
    ofs_view_clear(&tab->view);
    free(t);
}

static void cdp_close(struct ofs_browser *browser, ofs_deadline deadline)
{
    struct cdp *b = (struct cdp *)browser;
    struct ofs_error ignored;
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    while (b->tabs)
        cdp_close_tab(&b->tabs->tab, deadline);
    if (b->process && !ofs_rpc_is_over(b->rpc, NULL))
        ofs_rpc_call(b->rpc, NULL, "Browser.close", NULL, deadline, NULL, &ignored);
    ofs_loop_defer_signals(browser->loop, deferred);
    ofs_rpc_free(b->rpc);
    ofs_process_end(b->process, deadline);
    free(b->state);
    free(b->site);
    free(b);
}

static const struct ofs_browser_ops cdp_ops = {
    .protocol = "cdp",
    .open_tab = cdp_open_tab,
    .navigate = cdp_navigate,
    .call = cdp_call,
    .wait = cdp_wait,
    .click = cdp_click,
    .press_key = cdp_press_key,
    .reach = ofs_cdp_reach,
    .close_tab = cdp_close_tab,
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
    KEEP(b->close_url, close_url);
    if (!process && url && how->state && how->site) {
        const char *slash = strrchr(url, '/');
        KEEP(b->id, slash ? slash + 1 : url);
        b->state = strdup(how->state);
        b->site = strdup(how->site);
    }
    b->rpc = ofs_rpc_new(loop, wire, how->trace, on_event, b, err);
    OFS_AUTO_JSON version = NULL;
    if (!b->rpc) {
        ofs_process_end(process, ofs_deadline_in(1000));
        free(b->state);
        free(b->site);
        free(b);
        return NULL;
    }
    if (ofs_rpc_call(b->rpc, NULL, "Browser.getVersion", NULL, deadline, &version, err)) {
        if (err->code == OFS_ERR_LOST && process)
            tell_failed_start(process, err);
        cdp_close(&b->browser, ofs_deadline_in(1000));
        return NULL;
    }
    take_product(&b->browser, ofs_json_str(version, "product", "Chrome"));
    if (b->state && b->site && ofs_cdp_close_orphans(b, deadline) && how->on_notice)
        how->on_notice(how->ctx, "A tab that an earlier run had to leave behind was closed.");
    return &b->browser;
}
