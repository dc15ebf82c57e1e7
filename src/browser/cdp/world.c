#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/cdp/internal.h"

/* Calls to a tab, and to the probe in its current document. */

/* Whether the document was replaced during the call: then the call can be repeated. */
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

/* A call failed: distinguish a tab that has ended from a peer that refuses. */
static int is_lost(struct cdp_tab *t, struct ofs_error *err)
{
    if ((t->tab.view.closed || t->tab.view.crashed) && err->code != OFS_ERR_LOST &&
        err->code != OFS_ERR_INTERRUPTED)
        ofs_fail(err, OFS_ERR_TAB_LOST, "the tab %s",
                 t->tab.view.crashed ? "has crashed" : "was closed by you or another program");
    else if (is_gone(err)) {
        t->world = 0;
        err->code = OFS_ERR_GONE;
    }
    return -1;
}

/* What a tab is waiting for. */
struct awaited {
    struct cdp_tab *tab;
    int id; /* a call, 0: none */
};

static bool is_answered(const void *ctx)
{
    const struct awaited *a = ctx;
    const struct ofs_tab_view *view = &a->tab->tab.view;
    return ofs_rpc_is_answered(((struct cdp *)a->tab->tab.browser)->rpc, a->id) || view->closed ||
           view->crashed;
}

/* A call to a tab that crashes is never answered. */
int ofs_cdp_await(struct cdp_tab *t, int id, ofs_deadline deadline, cJSON **ret_result,
                  struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    const struct ofs_tab_view *view = &t->tab.view;
    struct ofs_error soft;
    const struct awaited awaited = {t, id};
    ofs_loop_await(b->browser.loop, is_answered, &awaited, deadline, &soft);
    bool ended = view->closed || view->crashed;
    return ofs_rpc_wait(b->rpc, id, ended ? ofs_now_ms() : deadline, ret_result, err)
               ? is_lost(t, err)
               : 0;
}

int ofs_cdp_ask_session(struct cdp_tab *t, const char *session, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    int id;
    if (t->tab.view.closed || t->tab.view.crashed) {
        cJSON_Delete(params);
        ofs_fail(err, OFS_ERR_GONE, "the tab has ended");
        return is_lost(t, err);
    }
    if (ofs_rpc_post(b->rpc, session, method, params, &id, err))
        return -1;
    return ofs_cdp_await(t, id, deadline, ret_result, err);
}

int ofs_cdp_ask(struct cdp_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                cJSON **ret_result, struct ofs_error *err)
{
    return ofs_cdp_ask_session(t, t->session, method, params, deadline, ret_result, err);
}

/* The document of our navigation has begun, or is known to have failed. */
bool ofs_cdp_has_arrived(struct cdp_tab *t)
{
    const struct ofs_tab_view *view = &t->tab.view;
    if (view->commits != t->before || view->failure[0])
        t->coming = false;
    return !t->coming;
}

static bool has_begun(const void *ctx)
{
    const struct awaited *a = ctx;
    const struct ofs_tab_view *view = &a->tab->tab.view;
    return ofs_cdp_has_arrived(a->tab) || view->closed || view->crashed;
}

/* Workers and out-of-process frames have sessions of their own, which get the same setting when
 * they begin (events.c). */
static int use_caches(struct cdp_tab *t, bool uses, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    if (t->network.uses_cache == uses)
        return 0;
    t->network.uses_cache = uses;
    return ofs_rpc_post(b->rpc, t->session, "Network.setCacheDisabled",
                        ofs_cdp_with("cacheDisabled", cJSON_CreateBool(!uses)), NULL, err);
}

int ofs_cdp_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                     struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    OFS_AUTO_JSON result = NULL;
    if (use_caches(t, tab->uses_cache, err) ||
        ofs_cdp_follow_timers(t, tab->follows_timers, deadline, err))
        return -1;
    ofs_view_begin(&tab->view);
    t->network.document[0] = '\0'; /* the superseded load may still fail, and is no longer ours */
    t->world = 0;
    t->before = tab->view.commits;
    t->coming = true;
    if (ofs_cdp_ask(t, "Page.navigate", ofs_cdp_with("url", cJSON_CreateString(url)), deadline,
                    &result, err))
        return -1;
    const char *failure = ofs_json_str(result, "errorText", NULL);
    if (failure)
        ofs_view_fail(&tab->view, failure);
    if (!ofs_json_str(result, "loaderId", NULL))
        t->coming = false; /* within the current document */
    const struct awaited awaited = {.tab = t};
    if (ofs_loop_await(tab->browser->loop, has_begun, &awaited, deadline, err))
        return -1;
    t->seen = tab->view.events;
    return 0;
}

enum { CHANGES_WITHIN = 60000 }; /* milliseconds: the probe answers then, even without a change */

static const char dispatch[] = "function (name, args) { return globalThis.ofsProbe ? "
                               "ofsProbe[name](args) : null; }";

/* The parameters of a call in our world. `function` NULL: without arguments. */
static cJSON *function_call(const struct cdp_tab *t, const char *source, const char *function,
                            const cJSON *args)
{
    cJSON *params = cJSON_CreateObject(), *arguments = cJSON_AddArrayToObject(params, "arguments");
    cJSON_AddStringToObject(params, "functionDeclaration", source);
    cJSON_AddNumberToObject(params, "executionContextId", t->world);
    cJSON_AddBoolToObject(params, "returnByValue", true);
    cJSON_AddBoolToObject(params, "awaitPromise", true);
    cJSON_AddBoolToObject(params, "silent", true);
    if (function) {
        cJSON_AddItemToArray(arguments, ofs_cdp_with("value", cJSON_CreateString(function)));
        cJSON_AddItemToArray(arguments, ofs_cdp_with("value", args ? cJSON_Duplicate(args, true)
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

/* A probe that cannot take its config is not installed: without it nothing would be found. */
char *ofs_cdp_probe(const struct cdp_tab *t)
{
    const char *probe = t->tab.browser->probe;
    if (!probe || !t->tab.config)
        return strdup(probe ? probe : "function () {}");
    OFS_AUTO_JSON config = cJSON_CreateString(t->tab.config);
    OFS_AUTO_STR text = config ? cJSON_PrintUnformatted(config) : NULL;
    return text ? ofs_text_printf(
                      "function () { (%s)(); const probe = ofsProbe; delete globalThis.ofsProbe; "
                      "probe.configure(JSON.parse(%s)); globalThis.ofsProbe = probe; }",
                      probe, text)
                : NULL;
}

void ofs_cdp_enter_soon(struct cdp_tab *t)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    struct ofs_error ignored;
    cJSON *params = ofs_cdp_with("frameId", cJSON_CreateString(t->frame));
    cJSON_AddStringToObject(params, "worldName", OFS_CDP_WORLD);
    if (t->entering) /* of a document that is gone */
        ofs_rpc_forget(b->rpc, t->entering);
    t->world = t->entering = 0;
    if (ofs_rpc_post(b->rpc, t->session, "Page.createIsolatedWorld", params, &t->entering,
                     &ignored))
        t->entering = 0;
}

int ofs_cdp_enter(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    if (t->world)
        return 0;
    if (!t->entering)
        ofs_cdp_enter_soon(t);
    OFS_AUTO_JSON result = NULL;
    unsigned mark = t->tab.view.commits;
    int id = t->entering;
    int rc = ofs_cdp_await(t, id, deadline, &result, err);
    if (mark != t->tab.view.commits) /* then the call was superseded by the next one */
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    if (rc) {
        t->entering = 0;
        return -1;
    }
    t->entering = 0;
    t->world = (int)ofs_json_num(result, "executionContextId", 0);
    return 0;
}

int ofs_cdp_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    if (!ofs_cdp_has_arrived(t))
        return ofs_fail(err, OFS_ERR_GONE, "the page has not begun yet");
    OFS_AUTO_JSON text = NULL;
    unsigned asked = tab->view.events;
    for (int attempt = 0; attempt < 2 && !cJSON_IsString(text); attempt++) {
        cJSON_Delete(text);
        text = NULL;
        if (ofs_cdp_enter(t, deadline, err))
            return -1;
        /* a document that began without the probe gets it now */
        OFS_AUTO_STR probe = attempt ? ofs_cdp_probe(t) : NULL;
        if (attempt && run_function(t, probe ? probe : "", NULL, NULL, deadline, &text, err))
            return -1;
        cJSON_Delete(text);
        text = NULL;
        asked = tab->view.events;
        if (run_function(t, dispatch, function, args, deadline, &text, err))
            return -1;
    }
    *ret_value = NULL;
    if (cJSON_IsString(text))
        *ret_value = ofs_json_parse(text->valuestring, strlen(text->valuestring), err);
    if (!*ret_value)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe's answer to '%s' is not JSON", function);
    t->seen = asked; /* the answer may be older than what has happened since */
    return 0;
}

/* Ask the probe to answer at the next change of the document, once for each change. */
static void ask_for_change(struct cdp_tab *t)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    struct ofs_error ignored;
    if (t->change || !t->world || !ofs_cdp_has_arrived(t))
        return;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddNumberToObject(args, "ms", CHANGES_WITHIN);
    if (ofs_rpc_post(b->rpc, t->session, "Runtime.callFunctionOn",
                     function_call(t, dispatch, "changed", args), &t->change, &ignored))
        t->change = 0;
}

static bool has_news(const void *ctx)
{
    const struct awaited *a = ctx;
    const struct cdp_tab *t = a->tab;
    struct ofs_rpc *rpc = ((struct cdp *)t->tab.browser)->rpc;
    return t->seen != t->tab.view.events || ofs_rpc_is_over(rpc, NULL) ||
           (t->change && ofs_rpc_is_answered(rpc, t->change));
}

int ofs_cdp_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    struct cdp *b = (struct cdp *)tab->browser;
    struct ofs_error soft;
    ask_for_change(t);
    const struct awaited awaited = {.tab = t};
    int rc = ofs_loop_await(tab->browser->loop, has_news, &awaited, deadline, &soft);
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

static int ask_any(void *tab, const char *method, cJSON *params, ofs_deadline deadline,
                   cJSON **ret_result, struct ofs_error *err)
{
    return ofs_cdp_ask(tab, method, params, deadline, ret_result, err);
}

int ofs_cdp_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    const struct ofs_devtools_asker asker = {t, t->world, ask_any};
    return t->world ? ofs_devtools_reach(&asker, deadline, err)
                    : ofs_fail(err, OFS_ERR_GONE, "the page went away");
}
