#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/actions.h"
#include "browser/bidi/internal.h"
#include "browser/internal.h"

/* WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), straight to the browser or through a
 * driver: one connection, one session, events of our own tabs only, the probe in a sandbox. The
 * browser keeps a session whose connection was lost and accepts no other, so session.end is sent on
 * every way out; a driver's session is ended by the driver. */

/* Milliseconds. */
enum {
    TIMEOUT = 1500,         /* for what must be closed */
    CHANGES_WITHIN = 60000, /* the probe answers then, even without a change */
};

static const char sandbox[] = "offswitch";

cJSON *ofs_bidi_object(const char *key, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, key, text);
    return o;
}

/* ---- asking ---- */

static bool has_ended(const struct bidi_tab *t)
{
    return t->tab.view.closed || t->tab.view.crashed;
}

static int tell_ended(const struct bidi_tab *t, struct ofs_error *err)
{
    return ofs_fail(err, OFS_ERR_TAB_LOST, "the tab %s",
                    t->tab.view.crashed ? "has crashed" : "was closed by you or another program");
}

/* If the process of a page has died, the browser shows its own page instead, which runs no
 * scripts. */
static void note_crash(struct bidi_tab *t, const struct ofs_error *err)
{
    if (err->code == OFS_ERR_PEER && !strcmp(err->peer, "unsupported operation") &&
        strstr(err->text, "parent process"))
        ofs_view_end(&t->tab.view, true);
}

/* What a tab is waiting for. */
struct awaited {
    struct bidi_tab *tab;
    int id;        /* a call */
    unsigned mark; /* view.commits when it was sent */
};

static bool is_answered(const void *ctx)
{
    const struct awaited *a = ctx;
    return ofs_rpc_is_answered(((struct bidi *)a->tab->tab.browser)->rpc, a->id) ||
           has_ended(a->tab);
}

static int await(struct bidi_tab *t, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err)
{
    const struct awaited awaited = {.tab = t, .id = id};
    struct bidi *b = (struct bidi *)t->tab.browser;
    struct ofs_error soft;
    ofs_loop_await(b->browser.loop, is_answered, &awaited, deadline, &soft);
    if (!ofs_rpc_wait(b->rpc, id, has_ended(t) ? ofs_now_ms() : deadline, ret_result, err))
        return 0;
    note_crash(t, err);
    if (has_ended(t) && err->code != OFS_ERR_LOST && err->code != OFS_ERR_INTERRUPTED)
        tell_ended(t, err);
    return -1;
}

static int post(struct bidi_tab *t, const char *method, cJSON *params, int *ret_id,
                struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    if (!has_ended(t))
        return ofs_rpc_post(b->rpc, NULL, method, params, ret_id, err);
    cJSON_Delete(params);
    return tell_ended(t, err);
}

int ofs_bidi_ask(struct bidi_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                 cJSON **ret_result, struct ofs_error *err)
{
    int id;
    return post(t, method, params, &id, err) ? -1 : await(t, id, deadline, ret_result, err);
}

/* A call that cleaning up depends on: it gets some time even after repeated Ctrl-C. */
int ofs_bidi_call_uninterruptible(struct bidi *b, const char *method, cJSON *params,
                                  ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    struct ofs_loop *loop = b->browser.loop;
    bool deferred = ofs_loop_defer_signals(loop, true);
    ofs_loop_renew_deferral(loop);
    int rc = ofs_rpc_call(b->rpc, NULL, method, params, deadline, ret_result, err);
    ofs_loop_defer_signals(loop, deferred);
    return rc;
}

static bool is_gone(const struct ofs_error *err)
{
    static const char *const words[] = {"no such frame",  "no such node",  "no such handle",
                                        "no such script", "stale element", "AbortError",
                                        "discarded",      "destroyed"};
    for (size_t i = 0; err->code == OFS_ERR_PEER && i < sizeof words / sizeof *words; i++)
        if (strcasestr(err->peer, words[i]) || strcasestr(err->text, words[i]))
            return true;
    return false;
}

static bool is_answered_or_left(const void *ctx)
{
    const struct awaited *a = ctx;
    return a->tab->tab.view.commits != a->mark || is_answered(a);
}

/* A call in the current document. If it waits for a promise, it is never answered once the document
 * was replaced. */
static int ask_document(struct bidi_tab *t, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    struct awaited awaited = {.tab = t, .mark = t->tab.view.commits};
    struct ofs_error soft;
    int id;
    if (post(t, method, params, &id, err))
        return -1;
    awaited.id = id;
    int rc = ofs_loop_await(b->browser.loop, is_answered_or_left, &awaited, deadline, &soft);
    bool left = !rc && !ofs_rpc_is_answered(b->rpc, id);
    if (!await(t, id, left ? ofs_now_ms() : deadline, ret_result, err))
        return 0;
    if (is_gone(err) || (left && err->code == OFS_ERR_TIMEOUT))
        ofs_fail(err, OFS_ERR_GONE, "the page went away");
    return -1;
}

cJSON *ofs_bidi_in_context(const struct bidi_tab *t)
{
    return ofs_bidi_object("context", t->context);
}

/* Why a page did not load: Firefox answers the call itself with an unknown error. */
static bool take_failure(struct ofs_tab_view *view, const struct ofs_error *err)
{
    static const char lead[] = "Error: ";
    if (err->code != OFS_ERR_PEER || strcmp(err->peer, "unknown error"))
        return false;
    const char *word = strstr(err->text, lead);
    ofs_view_fail(view, word ? word + strlen(lead) : err->text);
    return true;
}

/* The document of our navigation has begun, or is known to have failed. */
static bool has_arrived(struct bidi_tab *t)
{
    const struct ofs_tab_view *view = &t->tab.view;
    if (view->commits != t->before || view->failure[0])
        t->coming = false;
    return !t->coming;
}

static bool has_begun(const void *ctx)
{
    const struct awaited *a = ctx;
    return ofs_rpc_is_over(((struct bidi *)a->tab->tab.browser)->rpc, NULL) ||
           has_arrived(a->tab) || has_ended(a->tab);
}

static int bidi_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                         struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    struct bidi *b = (struct bidi *)tab->browser;
    OFS_AUTO_JSON result = NULL;
    cJSON *params = ofs_bidi_in_context(t);
    ofs_view_begin(&tab->view);
    t->has_probe = false;
    t->before = tab->view.commits;
    t->coming = true;
    cJSON_AddStringToObject(params, "url", url);
    cJSON_AddStringToObject(params, "wait", "none");
    if (ofs_bidi_ask(t, "browsingContext.navigate", params, deadline, &result, err))
        return take_failure(&tab->view, err) ? 0 : -1;
    if (!ofs_json_str(result, "navigation", NULL))
        t->coming = false; /* within the current document */
    /* "none" may be answered before the document has begun (7.3.10). */
    const struct awaited awaited = {.tab = t};
    if (ofs_loop_await(tab->browser->loop, has_begun, &awaited, deadline, err))
        return -1;
    if (!has_arrived(t))
        return ofs_rpc_is_over(b->rpc, err) ? -1 : tell_ended(t, err);
    t->seen = tab->view.events;
    return 0;
}

/* The parameters of a call in our sandbox. */
static cJSON *function_call(const struct bidi_tab *t, const char *source, cJSON *arguments)
{
    cJSON *params = ofs_bidi_object("functionDeclaration", source),
          *target = ofs_bidi_in_context(t);
    cJSON_AddStringToObject(target, "sandbox", sandbox);
    cJSON_AddItemToObject(params, "target", target);
    cJSON_AddBoolToObject(params, "awaitPromise", true);
    if (arguments)
        cJSON_AddItemToObject(params, "arguments", arguments);
    return params;
}

int ofs_bidi_run(struct bidi_tab *t, const char *source, cJSON *arguments, ofs_deadline deadline,
                 cJSON **ret_value, struct ofs_error *err)
{
    OFS_AUTO_JSON result = NULL;
    if (ask_document(t, "script.callFunction", function_call(t, source, arguments), deadline,
                     &result, err))
        return -1;
    if (!ofs_bidi_is(result, "type", "success"))
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe failed: %.300s",
                        ofs_json_str(result, "exceptionDetails/text", "no reason given"));
    *ret_value = cJSON_DetachItemFromObjectCaseSensitive(result, "result");
    return 0;
}

static cJSON *text_value(const char *text)
{
    cJSON *value = ofs_bidi_object("type", "string");
    cJSON_AddStringToObject(value, "value", text);
    return value;
}

static int install_probe(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON ignored = NULL;
    if (ofs_bidi_run(t, t->tab.browser->probe, NULL, deadline, &ignored, err))
        return -1;
    t->has_probe = true;
    return 0;
}

/* A sandbox belongs to one document: the next one has no probe. */
static const char dispatch[] = "function (name, args) { return globalThis.ofsProbe ? "
                               "ofsProbe[name](JSON.parse(args)) : null; }";

static cJSON *dispatch_arguments(const char *function, const char *args)
{
    cJSON *arguments = cJSON_CreateArray();
    cJSON_AddItemToArray(arguments, text_value(function));
    cJSON_AddItemToArray(arguments, text_value(args));
    return arguments;
}

static int bidi_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                     ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    OFS_AUTO_STR args_text = args ? cJSON_PrintUnformatted(args) : strdup("{}");
    OFS_AUTO_JSON answer = NULL;
    if (!args_text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (!has_arrived(t))
        return ofs_fail(err, OFS_ERR_GONE, "the page has not begun yet");
    if (!t->has_probe && install_probe(t, deadline, err))
        return -1;
    unsigned asked = tab->view.events;
    if (ofs_bidi_run(t, dispatch, dispatch_arguments(function, args_text), deadline, &answer, err))
        return -1;
    if (ofs_bidi_is(answer, "type", "null")) {
        t->has_probe = false;
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    }
    const char *text = ofs_json_str(answer, "value", NULL);
    *ret_value = text ? ofs_json_parse(text, strlen(text), err) : NULL;
    if (!*ret_value)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe's answer to '%s' is not JSON", function);
    t->seen = asked; /* the answer may be older than what has happened since */
    return 0;
}

/* Ask the probe to answer at the next change of the document, once for each change. */
static void ask_for_change(struct bidi_tab *t)
{
    struct ofs_error ignored;
    OFS_AUTO_STR args = ofs_text_printf("{\"ms\":%d}", CHANGES_WITHIN);
    if (t->change || !args || !t->has_probe || !has_arrived(t))
        return;
    cJSON *params = function_call(t, dispatch, dispatch_arguments("changed", args));
    if (post(t, "script.callFunction", params, &t->change, &ignored))
        t->change = 0;
    t->asked_at = t->tab.view.commits;
}

static bool has_news(const void *ctx)
{
    const struct awaited *a = ctx;
    const struct bidi_tab *t = a->tab;
    struct ofs_rpc *rpc = ((struct bidi *)t->tab.browser)->rpc;
    return t->seen != t->tab.view.events || ofs_rpc_is_over(rpc, NULL) ||
           (t->change && ofs_rpc_is_answered(rpc, t->change));
}

static int bidi_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    struct bidi *b = (struct bidi *)tab->browser;
    struct ofs_error soft, ignored;
    ask_for_change(t);
    const struct awaited awaited = {.tab = t};
    int rc = ofs_loop_await(tab->browser->loop, has_news, &awaited, deadline, &soft);
    t->seen = tab->view.events;
    /* a call that waits for a promise is never answered once the document was replaced */
    if (t->change && (ofs_rpc_is_answered(b->rpc, t->change) || t->asked_at != tab->view.commits)) {
        ofs_rpc_wait(b->rpc, t->change, ofs_deadline_in(0), NULL, &ignored);
        t->change = 0;
    }
    if (!rc || soft.code == OFS_ERR_TIMEOUT)
        return ofs_rpc_is_over(b->rpc, err) ? -1 : 0;
    *err = soft;
    return -1;
}

/* ---- input (input.performActions, 7.8.1) ---- */

static int act(struct bidi_tab *t, cJSON *actions, ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = ofs_bidi_in_context(t);
    int id;
    cJSON_AddItemToObject(params, "actions", actions);
    if (post(t, "input.performActions", params, &id, err))
        return -1;
    if (!await(t, id, deadline, NULL, err))
        return 0;
    err->maybe_done = true;
    return -1;
}

static int bidi_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                      struct ofs_error *err)
{
    return act((struct bidi_tab *)tab, ofs_actions_click(x, y), deadline, err);
}

static int bidi_hover(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                      struct ofs_error *err)
{
    return act((struct bidi_tab *)tab, ofs_actions_move(x, y), deadline, err);
}

static int bidi_press_key(struct ofs_tab *tab, const char *key, ofs_deadline deadline,
                          struct ofs_error *err)
{
    cJSON *actions = ofs_actions_key(key);
    return actions ? act((struct bidi_tab *)tab, actions, deadline, err)
                   : ofs_fail(err, OFS_ERR_PROTOCOL, "no key is called '%s'", key);
}

/* ---- the session ---- */

static void end_session(struct bidi *b, ofs_deadline deadline)
{
    ofs_deadline least = ofs_deadline_in(TIMEOUT);
    struct ofs_error ignored;
    ofs_bidi_call_uninterruptible(b, "session.end", NULL, deadline > least ? deadline : least, NULL,
                                  &ignored);
}

static void bidi_close(struct ofs_browser *browser, ofs_deadline deadline)
{
    struct bidi *b = (struct bidi *)browser;
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    while (b->tabs)
        ofs_bidi_close_tab(&b->tabs->tab, deadline);
    if (b->has_session && !ofs_rpc_is_over(b->rpc, NULL))
        end_session(b, deadline);
    ofs_rpc_free(b->rpc);
    if (b->driver)
        b->driver->ops->close(b->driver, deadline);
    ofs_loop_defer_signals(browser->loop, deferred);
    free(b);
}

static const struct ofs_browser_ops bidi_ops = {
    .protocol = "bidi",
    .open_tab = ofs_bidi_open_tab,
    .navigate = bidi_navigate,
    .call = bidi_call,
    .wait = bidi_wait,
    .reach = ofs_bidi_reach,
    .body = ofs_bidi_body,
    .sent = ofs_bidi_sent,
    .screenshot = ofs_bidi_screenshot,
    .click = bidi_click,
    .hover = bidi_hover,
    .press_key = bidi_press_key,
    .close_tab = ofs_bidi_close_tab,
    .close = bidi_close,
};

static int tell_taken(const char *words, struct ofs_error *err)
{
    char why[256];
    OFS_BIDI_KEEP(why, words); /* they may point into `err` */
    ofs_fail(err, OFS_ERR_CONNECT, "the browser accepts no session: %s", why);
    return ofs_hint(err, "one program at a time can work in it: end the other one; where it ended "
                         "without closing its session, close that browser and start it again");
}

/* session.status and session.new, 7.1. Prompts are ignored, except in our own tabs, where we answer
 * them. */
static int begin_session(struct bidi *b, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON status = NULL;
    OFS_AUTO_JSON session = NULL;
    if (ofs_rpc_call(b->rpc, NULL, "session.status", NULL, deadline, &status, err))
        return -1;
    if (!ofs_json_bool(status, "ready", false))
        return tell_taken(ofs_json_str(status, "message", "it is not ready"), err);
    cJSON *params = cJSON_CreateObject();
    cJSON *always =
        cJSON_AddObjectToObject(cJSON_AddObjectToObject(params, "capabilities"), "alwaysMatch");
    cJSON *prompts = cJSON_AddObjectToObject(always, "unhandledPromptBehavior");
    cJSON_AddStringToObject(prompts, "default", "ignore");
    /* From here on there may be a session, even if its answer is lost. */
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    b->has_session = true;
    int rc = ofs_rpc_call(b->rpc, NULL, "session.new", params, deadline, &session, err);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    if (rc && err->code == OFS_ERR_PEER) {
        b->has_session = false;
        return strcmp(err->peer, "session not created") ? -1 : tell_taken(err->text, err);
    }
    if (rc)
        return -1;
    const cJSON *told = ofs_json_get(session, "capabilities");
    OFS_BIDI_KEEP(b->browser.name, ofs_json_str(told, "browserName", "browser"));
    OFS_BIDI_KEEP(b->browser.version, ofs_json_str(told, "browserVersion", ""));
    return 0;
}

/* Takes ownership of the wire. */
static struct bidi *new_browser(struct ofs_loop *loop, struct ofs_wire *wire,
                                struct ofs_trace *trace, struct ofs_error *err)
{
    struct bidi *b = calloc(1, sizeof *b);
    if (!b) {
        wire->ops->close(wire);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    b->browser.ops = &bidi_ops;
    b->browser.loop = loop;
    b->browser.wire = wire->ops->name;
    b->rpc = ofs_rpc_new(loop, wire, trace, ofs_bidi_on_event, b, err);
    if (b->rpc)
        return b;
    free(b);
    return NULL;
}

struct ofs_browser *ofs_bidi_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                  struct ofs_trace *trace, ofs_deadline deadline,
                                  struct ofs_error *err)
{
    struct bidi *b = new_browser(loop, wire, trace, err);
    if (b && begin_session(b, deadline, err)) {
        bidi_close(&b->browser, ofs_deadline_in(1000));
        return NULL;
    }
    return b ? &b->browser : NULL;
}

struct ofs_browser *ofs_bidi_join(struct ofs_browser *driver, struct ofs_wire *wire,
                                  struct ofs_trace *trace, struct ofs_error *err)
{
    struct bidi *b = new_browser(driver->loop, wire, trace, err);
    if (!b) {
        driver->ops->close(driver, ofs_deadline_in(TIMEOUT));
        return NULL;
    }
    b->driver = driver;
    OFS_BIDI_KEEP(b->browser.name, driver->name);
    OFS_BIDI_KEEP(b->browser.version, driver->version);
    return &b->browser;
}
