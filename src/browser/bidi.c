#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "browser/backends.h"
#include "browser/rpc.h"
#include "browser/view.h"

/* WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), straight to the browser: one connection,
 * one session, events of our own tabs alone, the probe in a sandbox. The browser keeps a session
 * whose connection was cut and lets nobody else in, so session.end is said on every way out. */

enum {
    WORD_MILLISECONDS = 1500, /* the least that the last word of a session gets */
    MOST_WORDS = 5,           /* times that it is said again when a person presses Ctrl-C anew */
    MOST_FRAMES = 64, /* of one tab; requests of the oldest ones are not heard beyond that */
};

struct bidi_tab {
    struct ofs_tab tab;
    struct bidi_tab *next;
    char context[64];
    char frames[MOST_FRAMES][64]; /* contexts inside it */
    size_t last_frame;
    char navigation[64]; /* that led to the present document */
    char document[64];   /* request id of the document under way or present */
    bool has_probe;      /* the present document has it */
};

struct bidi {
    struct ofs_browser browser;
    struct ofs_rpc *rpc;
    struct bidi_tab *tabs;
    bool has_session;
};

static const char sandbox[] = "offswitch";

static void keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}
#define KEEP(to, from) keep(to, sizeof(to), from)

static cJSON *object_with(const char *key, const char *text)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, key, text);
    return o;
}

static bool is(const cJSON *object, const char *path, const char *text)
{
    return !strcmp(ofs_json_str(object, path, ""), text);
}

/* ---- events ---- */

/* The tab that a context is in: its top one, or that of a frame. */
static struct bidi_tab *tab_of(struct bidi *b, const char *context)
{
    for (struct bidi_tab *t = b->tabs; t && context; t = t->next) {
        if (!strcmp(t->context, context))
            return t;
        for (size_t i = 0; i < MOST_FRAMES; i++)
            if (!strcmp(t->frames[i], context))
                return t;
    }
    return NULL;
}

static bool is_top(const struct bidi_tab *t, const cJSON *params)
{
    return is(params, "context", t->context);
}

static void on_committed(struct bidi_tab *t, const cJSON *params)
{
    if (!is_top(t, params))
        return;
    KEEP(t->navigation, ofs_json_str(params, "navigation", ""));
    t->has_probe = false;
    ofs_view_commit(&t->tab.view);
}

/* An event of a document that was left, or of one that is still to come, tells nothing. */
static bool is_present(const struct bidi_tab *t, const cJSON *params)
{
    return is_top(t, params) && is(params, "navigation", t->navigation);
}

static void on_dom_ready(struct bidi_tab *t, const cJSON *params)
{
    if (is_present(t, params))
        t->tab.view.dom_ready = true;
}

static void on_load(struct bidi_tab *t, const cJSON *params)
{
    if (is_present(t, params))
        t->tab.view.loaded = t->tab.view.dom_ready = true;
}

static void on_download(struct bidi_tab *t, const cJSON *params)
{
    if (is_top(t, params))
        ofs_view_fail(&t->tab.view, "it is a download");
}

static void on_destroyed(struct bidi_tab *t, const cJSON *params)
{
    if (is_top(t, params)) {
        t->tab.view.closed = true;
        return;
    }
    for (size_t i = 0; i < MOST_FRAMES; i++)
        if (is(params, "context", t->frames[i]))
            t->frames[i][0] = '\0';
}

static bool is_document(const struct bidi_tab *t, const cJSON *params)
{
    return is_top(t, params) && ofs_json_str(params, "navigation", NULL);
}

/* Fetch, 2.2.5: a request's destination and initiator type. */
static bool is_page_data(const cJSON *params)
{
    static const char *const destinations[] = {"document", "iframe", "frame", "script"};
    static const char *const initiators[] = {"fetch", "xmlhttprequest"};
    for (size_t i = 0; i < sizeof destinations / sizeof *destinations; i++)
        if (is(params, "request/destination", destinations[i]))
            return true;
    for (size_t i = 0; i < sizeof initiators / sizeof *initiators; i++)
        if (is(params, "request/initiatorType", initiators[i]))
            return true;
    return ofs_json_str(params, "navigation", NULL);
}

static void on_request(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    ofs_view_request(&t->tab.view, id, ofs_json_str(params, "request/method", ""),
                     ofs_json_str(params, "request/url", ""), is_page_data(params));
    if (is_document(t, params)) {
        KEEP(t->document, id);
        t->tab.view.status = 0;
        t->tab.view.failure[0] = '\0';
    }
}

static void on_answer(struct bidi_tab *t, const cJSON *params)
{
    struct ofs_request *r =
        ofs_view_find(&t->tab.view, ofs_json_str(params, "request/request", ""));
    int status = (int)ofs_json_num(params, "response/status", 0);
    if (r && !r->answered_ms)
        ofs_view_request_answer(r, status);
    if (is_document(t, params))
        t->tab.view.status = status;
}

static const char *header(const cJSON *headers, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, headers)
    {
        if (!strcasecmp(ofs_json_str(one, "name", ""), name))
            return ofs_json_str(one, "value/value", NULL);
    }
    return NULL;
}

/* Firefox takes a body that breaks off for a whole one; its length tells (RFC 9112, 8). */
static bool is_cut(const struct ofs_request *r, const cJSON *response)
{
    const char *length = header(ofs_json_get(response, "headers"), "content-length");
    double size = ofs_json_num(response, "bodySize", -1);
    int status = (int)ofs_json_num(response, "status", 0);
    bool has_body = status != 204 && status != 304 && strcmp(r->method, "HEAD");
    return length && has_body && size >= 0 && !ofs_json_bool(response, "fromCache", false) &&
           size < strtod(length, NULL);
}

static void on_finished(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    struct ofs_request *r = ofs_view_find(&t->tab.view, id);
    on_answer(t, params);
    if (!r)
        return;
    bool cut = is_cut(r, ofs_json_get(params, "response"));
    ofs_view_request_end(r, cut);
    if (cut && !strcmp(id, t->document))
        ofs_view_fail(&t->tab.view, "it breaks off");
}

static void on_failed(struct bidi_tab *t, const cJSON *params)
{
    const char *id = ofs_json_str(params, "request/request", "");
    struct ofs_request *r = ofs_view_find(&t->tab.view, id);
    if (r)
        ofs_view_request_end(r, true);
    if (!strcmp(id, t->document))
        ofs_view_fail(&t->tab.view, ofs_json_str(params, "errorText", "failed"));
}

static void on_prompt(struct bidi_tab *t, const cJSON *params)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    const char *kind = ofs_json_str(params, "type", "");
    struct ofs_error ignored;
    cJSON *answer = object_with("context", t->context);
    cJSON_AddBoolToObject(answer, "accept", ofs_view_accepts(kind));
    ofs_view_prompt(&t->tab.view, kind, ofs_json_str(params, "message", ""));
    ofs_rpc_post(b->rpc, NULL, "browsingContext.handleUserPrompt", answer, NULL, &ignored);
}

static const struct {
    const char *method;
    void (*take)(struct bidi_tab *, const cJSON *params);
} tab_events[] = {
    {"browsingContext.navigationCommitted", on_committed},
    {"browsingContext.domContentLoaded", on_dom_ready},
    {"browsingContext.load", on_load},
    {"browsingContext.downloadWillBegin", on_download},
    {"browsingContext.contextDestroyed", on_destroyed},
    {"browsingContext.userPromptOpened", on_prompt},
    {"network.beforeRequestSent", on_request},
    {"network.responseStarted", on_answer},
    {"network.responseCompleted", on_finished},
    {"network.fetchError", on_failed},
};

/* A frame of one of our tabs. */
static void on_created(struct bidi *b, const cJSON *params)
{
    struct bidi_tab *t = tab_of(b, ofs_json_str(params, "parent", NULL));
    if (t)
        KEEP(t->frames[t->last_frame++ % MOST_FRAMES], ofs_json_str(params, "context", ""));
}

static void on_event(void *ctx, const char *session, const char *method, const cJSON *params)
{
    struct bidi *b = ctx;
    (void)session;
    if (!strcmp(method, "browsingContext.contextCreated")) {
        on_created(b, params);
        return;
    }
    struct bidi_tab *t = tab_of(b, ofs_json_str(params, "context", NULL));
    for (size_t i = 0; t && i < sizeof tab_events / sizeof *tab_events; i++)
        if (!strcmp(tab_events[i].method, method))
            tab_events[i].take(t, params);
}

/* ---- asking ---- */

static int tell_closed(struct ofs_error *err)
{
    return ofs_fail(err, OFS_ERR_TAB_LOST, "the tab was closed by somebody else");
}

static int await(struct bidi_tab *t, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    if (!ofs_rpc_wait(b->rpc, id, deadline, ret_result, err))
        return 0;
    if (t->tab.view.closed && err->code != OFS_ERR_LOST && err->code != OFS_ERR_INTERRUPTED)
        tell_closed(err);
    return -1;
}

static int post(struct bidi_tab *t, const char *method, cJSON *params, int *ret_id,
                struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    if (!t->tab.view.closed)
        return ofs_rpc_post(b->rpc, NULL, method, params, ret_id, err);
    cJSON_Delete(params);
    return tell_closed(err);
}

static int ask(struct bidi_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
               cJSON **ret_result, struct ofs_error *err)
{
    int id;
    return post(t, method, params, &id, err) ? -1 : await(t, id, deadline, ret_result, err);
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

/* A question to the present document. One that has to wait for a promise is never answered once the
 * document was left. */
static int ask_document(struct bidi_tab *t, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)t->tab.browser;
    unsigned mark = t->tab.view.commits;
    struct ofs_error soft;
    int id, rc = 0;
    if (post(t, method, params, &id, err))
        return -1;
    while (!rc && !ofs_rpc_is_answered(b->rpc, id) && t->tab.view.commits == mark &&
           !t->tab.view.closed)
        rc = ofs_loop_turn(b->browser.loop, deadline, &soft);
    bool left = !rc && !ofs_rpc_is_answered(b->rpc, id);
    if (!await(t, id, left ? ofs_now_ms() : deadline, ret_result, err))
        return 0;
    if (is_gone(err) || (left && err->code == OFS_ERR_TIMEOUT))
        ofs_fail(err, OFS_ERR_GONE, "the page went away");
    return -1;
}

static cJSON *in_context(const struct bidi_tab *t)
{
    return object_with("context", t->context);
}

/* script.callFunction, 7.6.4; `arguments` is taken over. */
static int run_function(struct bidi_tab *t, const char *source, cJSON *arguments,
                        ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    cJSON *params = object_with("functionDeclaration", source), *target = in_context(t);
    OFS_AUTO_JSON result = NULL;
    cJSON_AddStringToObject(target, "sandbox", sandbox);
    cJSON_AddItemToObject(params, "target", target);
    cJSON_AddBoolToObject(params, "awaitPromise", true);
    if (arguments)
        cJSON_AddItemToObject(params, "arguments", arguments);
    if (ask_document(t, "script.callFunction", params, deadline, &result, err))
        return -1;
    if (!is(result, "type", "success"))
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe failed: %.300s",
                        ofs_json_str(result, "exceptionDetails/text", "no reason given"));
    *ret_value = cJSON_DetachItemFromObjectCaseSensitive(result, "result");
    return 0;
}

static cJSON *text_value(const char *text)
{
    cJSON *value = object_with("type", "string");
    cJSON_AddStringToObject(value, "value", text);
    return value;
}

static int install_probe(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON ignored = NULL;
    if (run_function(t, t->tab.browser->probe, NULL, deadline, &ignored, err))
        return -1;
    t->has_probe = true;
    return 0;
}

static int bidi_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                     ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    /* A sandbox belongs to one document: in the next one there is no probe. */
    static const char dispatch[] = "function (name, args) { return globalThis.ofsProbe ? "
                                   "ofsProbe[name](JSON.parse(args)) : null; }";
    struct bidi_tab *t = (struct bidi_tab *)tab;
    OFS_AUTO_STR args_text = args ? cJSON_PrintUnformatted(args) : strdup("{}");
    OFS_AUTO_JSON answer = NULL;
    if (!args_text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (!t->has_probe && install_probe(t, deadline, err))
        return -1;
    cJSON *arguments = cJSON_CreateArray();
    cJSON_AddItemToArray(arguments, text_value(function));
    cJSON_AddItemToArray(arguments, text_value(args_text));
    if (run_function(t, dispatch, arguments, deadline, &answer, err))
        return -1;
    if (is(answer, "type", "null")) {
        t->has_probe = false;
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    }
    const char *text = ofs_json_str(answer, "value", NULL);
    *ret_value = text ? ofs_json_parse(text, strlen(text), err) : NULL;
    if (!*ret_value)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe's answer to '%s' is not JSON", function);
    return 0;
}

/* Why a page did not arrive: Firefox answers the question itself with an unknown error. */
static bool take_failure(struct ofs_tab_view *view, const struct ofs_error *err)
{
    static const char lead[] = "Error: ";
    if (err->code != OFS_ERR_PEER || strcmp(err->peer, "unknown error"))
        return false;
    const char *word = strstr(err->text, lead);
    ofs_view_fail(view, word ? word + strlen(lead) : err->text);
    return true;
}

static int bidi_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                         struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    struct bidi *b = (struct bidi *)tab->browser;
    OFS_AUTO_JSON result = NULL;
    struct ofs_error soft;
    unsigned mark = tab->view.commits;
    cJSON *params = in_context(t);
    cJSON_AddStringToObject(params, "url", url);
    cJSON_AddStringToObject(params, "wait", "none");
    tab->view.failure[0] = '\0';
    tab->view.status = 0;
    if (ask(t, "browsingContext.navigate", params, deadline, &result, &soft)) {
        if (take_failure(&tab->view, &soft))
            return 0;
        *err = soft;
        return -1;
    }
    /* "none" may be answered before the document has begun (7.3.10). */
    while (ofs_json_str(result, "navigation", NULL) && tab->view.commits == mark &&
           !tab->view.failure[0]) {
        if (ofs_rpc_is_over(b->rpc, err))
            return -1;
        if (tab->view.closed)
            return tell_closed(err);
        if (ofs_loop_turn(b->browser.loop, deadline, err))
            return -1;
    }
    return 0;
}

/* ---- a person's hand ---- */

/* input.performActions (7.8.1, and WebDriver, 15): one source with all of its steps, in one
 * message. */
static int act(struct bidi_tab *t, cJSON *source, ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = in_context(t);
    int id;
    cJSON_AddItemToArray(cJSON_AddArrayToObject(params, "actions"), source);
    if (post(t, "input.performActions", params, &id, err))
        return -1;
    if (!await(t, id, deadline, NULL, err))
        return 0;
    err->maybe_done = true;
    return -1;
}

static cJSON *add_step(cJSON *source, const char *type)
{
    cJSON *steps = cJSON_GetObjectItem(source, "actions"), *step = object_with("type", type);
    cJSON_AddItemToArray(steps ? steps : cJSON_AddArrayToObject(source, "actions"), step);
    return step;
}

static cJSON *new_source(const char *type)
{
    cJSON *source = object_with("type", type);
    cJSON_AddStringToObject(source, "id", type);
    return source;
}

static int bidi_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                      struct ofs_error *err)
{
    cJSON *mouse = new_source("pointer"), *move = add_step(mouse, "pointerMove");
    cJSON_AddNumberToObject(move, "x", x);
    cJSON_AddNumberToObject(move, "y", y);
    cJSON_AddStringToObject(move, "origin", "viewport");
    cJSON_AddNumberToObject(add_step(mouse, "pointerDown"), "button", 0);
    cJSON_AddNumberToObject(add_step(mouse, "pointerUp"), "button", 0);
    return act((struct bidi_tab *)tab, mouse, deadline, err);
}

/* WebDriver, 17.4.2: keys without a character have a code point of the private use area. */
static const struct {
    const char *key, *value;
} keys[] = {
    {" ", " "},
    {"ArrowUp", "\xee\x80\x93"},
    {"ArrowDown", "\xee\x80\x95"},
};

static int bidi_press_key(struct ofs_tab *tab, const char *name, ofs_deadline deadline,
                          struct ofs_error *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].key, name)) {
            cJSON *board = new_source("key");
            cJSON_AddStringToObject(add_step(board, "keyDown"), "value", keys[i].value);
            cJSON_AddStringToObject(add_step(board, "keyUp"), "value", keys[i].value);
            return act((struct bidi_tab *)tab, board, deadline, err);
        }
    return ofs_fail(err, OFS_ERR_PROTOCOL, "no key is called '%s'", name);
}

/* ---- tabs ---- */

static cJSON *add_contexts(cJSON *params, const struct bidi_tab *t)
{
    cJSON *contexts = cJSON_AddArrayToObject(params, "contexts");
    cJSON_AddItemToArray(contexts, cJSON_CreateString(t->context));
    return params;
}

/* All of it belongs to our context and session, and ends with them. */
static int set_up(struct bidi_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *watch = add_contexts(cJSON_CreateObject(), t);
    cJSON *events = cJSON_AddArrayToObject(watch, "events");
    cJSON_AddItemToArray(events, cJSON_CreateString("browsingContext.contextCreated"));
    for (size_t i = 0; i < sizeof tab_events / sizeof *tab_events; i++)
        cJSON_AddItemToArray(events, cJSON_CreateString(tab_events[i].method));
    if (ask(t, "session.subscribe", watch, deadline, NULL, err))
        return -1;
    /* what is read back has to come from the site, not from a cache */
    cJSON *cache = add_contexts(cJSON_CreateObject(), t);
    cJSON_AddStringToObject(cache, "cacheBehavior", "bypass");
    return ask(t, "network.setCacheBehavior", cache, deadline, NULL, err);
}

static void bidi_close_tab(struct ofs_tab *tab, ofs_deadline deadline);

static int bidi_open_tab(struct ofs_browser *browser, ofs_deadline deadline,
                         struct ofs_tab **ret_tab, struct ofs_error *err)
{
    struct bidi *b = (struct bidi *)browser;
    OFS_AUTO_JSON created = NULL;
    struct bidi_tab *t = calloc(1, sizeof *t);
    if (!t)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON *params = object_with("type", "tab");
    cJSON_AddBoolToObject(params, "background", true);
    /* A signal between the question and its answer must not lose the tab that it made. */
    bool shield = ofs_loop_shield(browser->loop, true);
    int rc = ofs_rpc_call(b->rpc, NULL, "browsingContext.create", params, deadline, &created, err);
    ofs_loop_shield(browser->loop, shield);
    if (rc) {
        free(t);
        return ofs_wrap(err, "no tab could be opened");
    }
    t->tab.browser = browser;
    KEEP(t->context, ofs_json_str(created, "context", ""));
    t->next = b->tabs;
    b->tabs = t;
    if (set_up(t, deadline, err)) {
        bidi_close_tab(&t->tab, ofs_deadline_in(2000));
        return ofs_wrap(err, "no tab could be opened");
    }
    *ret_tab = &t->tab;
    return 0;
}

static void close_context(struct bidi *b, const char *context, ofs_deadline deadline)
{
    struct ofs_error ignored;
    cJSON *params = object_with("context", context);
    cJSON_AddBoolToObject(params, "promptUnload", false);
    ofs_rpc_call(b->rpc, NULL, "browsingContext.close", params, deadline, NULL, &ignored);
}

/* Windows that our page opened carry our context as their opener; events of our own contexts do not
 * tell of them. */
static void close_popups(struct bidi *b, struct ofs_tab_view *view, const cJSON *contexts,
                         const char *opener, ofs_deadline deadline, int depth)
{
    const cJSON *info;
    cJSON_ArrayForEach(info, contexts)
    {
        const char *id = ofs_json_str(info, "context", "");
        if (depth > 3 || !is(info, "originalOpener", opener))
            continue;
        view->popups++;
        close_popups(b, view, contexts, id, deadline, depth + 1);
        close_context(b, id, deadline);
    }
}

static void bidi_close_tab(struct ofs_tab *tab, ofs_deadline deadline)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    struct bidi *b = (struct bidi *)tab->browser;
    OFS_AUTO_JSON tree = NULL;
    struct ofs_error ignored;
    bool shield = ofs_loop_shield(b->browser.loop, true);
    cJSON *params = cJSON_CreateObject();
    cJSON_AddNumberToObject(params, "maxDepth", 0);
    if (!ofs_rpc_call(b->rpc, NULL, "browsingContext.getTree", params, deadline, &tree, &ignored))
        close_popups(b, &tab->view, ofs_json_get(tree, "contexts"), t->context, deadline, 0);
    if (!tab->view.closed)
        close_context(b, t->context, deadline);
    ofs_loop_shield(b->browser.loop, shield);
    for (struct bidi_tab **at = &b->tabs; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    ofs_view_clear(&tab->view);
    free(t);
}

/* ---- the session ---- */

/* However often a person presses Ctrl-C, and however late it is: the browser has to hear it. */
static void end_session(struct bidi *b, ofs_deadline deadline)
{
    ofs_deadline least = ofs_deadline_in(WORD_MILLISECONDS);
    struct ofs_error err = {.code = OFS_ERR_INTERRUPTED};
    for (int i = 0; i < MOST_WORDS && err.code == OFS_ERR_INTERRUPTED; i++) {
        ofs_loop_shield(b->browser.loop, false);
        ofs_loop_shield(b->browser.loop, true);
        if (!ofs_rpc_call(b->rpc, NULL, "session.end", NULL, deadline > least ? deadline : least,
                          NULL, &err))
            break;
    }
}

static void bidi_close(struct ofs_browser *browser, ofs_deadline deadline)
{
    struct bidi *b = (struct bidi *)browser;
    bool shield = ofs_loop_shield(browser->loop, true);
    while (b->tabs)
        bidi_close_tab(&b->tabs->tab, deadline);
    if (b->has_session && !ofs_rpc_is_over(b->rpc, NULL))
        end_session(b, deadline);
    ofs_loop_shield(browser->loop, shield);
    ofs_rpc_free(b->rpc);
    free(b);
}

static const struct ofs_browser_ops bidi_ops = {
    .protocol = "bidi",
    .open_tab = bidi_open_tab,
    .navigate = bidi_navigate,
    .call = bidi_call,
    .click = bidi_click,
    .press_key = bidi_press_key,
    .close_tab = bidi_close_tab,
    .close = bidi_close,
};

static int tell_taken(const char *words, struct ofs_error *err)
{
    char why[256];
    KEEP(why, words); /* they may be those of `err` */
    ofs_fail(err, OFS_ERR_CONNECT, "the browser lets no session in: %s", why);
    return ofs_hint(err, "one program at a time can work in it: end the other one; where it ended "
                         "without letting go, close that browser and start it again");
}

/* session.status and session.new, 7.1. Prompts are left alone in every tab but ours, where we
 * answer them ourselves. */
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
    /* From here on there may be a session, whether we get to know of it or not. */
    bool shield = ofs_loop_shield(b->browser.loop, true);
    b->has_session = true;
    int rc = ofs_rpc_call(b->rpc, NULL, "session.new", params, deadline, &session, err);
    ofs_loop_shield(b->browser.loop, shield);
    if (rc && err->code == OFS_ERR_PEER) {
        b->has_session = false;
        return strcmp(err->peer, "session not created") ? -1 : tell_taken(err->text, err);
    }
    if (rc)
        return -1;
    const cJSON *told = ofs_json_get(session, "capabilities");
    KEEP(b->browser.name, ofs_json_str(told, "browserName", "browser"));
    KEEP(b->browser.version, ofs_json_str(told, "browserVersion", ""));
    return 0;
}

struct ofs_browser *ofs_bidi_open(struct ofs_loop *loop, struct ofs_wire *wire,
                                  struct ofs_trace *trace, ofs_deadline deadline,
                                  struct ofs_error *err)
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
    b->rpc = ofs_rpc_new(loop, wire, trace, on_event, b, err);
    if (!b->rpc) {
        free(b);
        return NULL;
    }
    if (begin_session(b, deadline, err)) {
        bidi_close(&b->browser, ofs_deadline_in(1000));
        return NULL;
    }
    return &b->browser;
}
