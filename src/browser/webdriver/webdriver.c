#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/actions.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"
#include "wire/url.h"

/* Milliseconds. */
enum {
    CLOSES = 6,      /* attempts to close a window that is still open */
    CLOSING = 2000,  /* for its answer */
    AGAIN = 200,     /* until the next attempt */
    LOOK_AGAIN = 25, /* for the document of a navigation */
    MOMENT = 100,    /* between two reads, without events for changes */
};

/* ---- scripts in the page ---- */

/* Whether the document still has that number. */
static const char peek_script[] =
    OFS_WD_PLACE "return !!place && place.document === document && place.number === arguments[1];";

/* Install the probe, and return the document's navigation timing. The probe has its own globalThis;
 * in WebKit, a truncated document looks complete to it. */
static const char enter_head[] = OFS_WD_PLACE
    "var home = { cutUnseen: arguments[2], sharesWorld: !arguments[3] }, timing = "
    "performance.getEntriesByType('navigation')[0] || {};"
    "var at = String(location.href), failure = null;"
    "if (/^chrome-error:/.test(at)) failure = (window.loadTimeDataRaw || {}).errorCode || "
    "'network error';"
    "if (/^about:(net|cert)error/.test(document.documentURI)) failure = 'network error';"
    "(function (globalThis) { (";
static const char enter_tail[] =
    ")(); })(home);"
    "Object.defineProperty(window, key, { configurable: true, value: {"
    "  document: document, number: arguments[1], probe: home.ofsProbe, told: {}, timing: ";
static const char enter_end[] =
    "} });"
    "if (arguments[3]) window.ofsProbe = home.ofsProbe;"
    "return { status: timing.responseStatus || 0, failure: failure,"
    "  cached: timing.transferSize === 0 && timing.decodedBodySize > 0 };";

/* Call the probe. The answer includes the resource timing of the page. */
static const char call_script[] = OFS_WD_PLACE
    "var done = arguments[arguments.length - 1], name = arguments[2], given = arguments[3];"
    "if (!place || place.document !== document || place.number !== arguments[1]) return done({ "
    "gone: true });"
    "var tell = function (answer) { place.timing(answer, place.told); done(answer); };"
    "Promise.resolve().then(function () { return place.probe[name](given); }).then("
    "  function (value) { tell({ value: value }); },"
    "  function (why) { tell({ thrown: String((why && why.stack) || why) }); });";

cJSON *ofs_wd_script(const struct ofs_wd *b, const char *script, unsigned document)
{
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "script", script);
    cJSON *args = cJSON_AddArrayToObject(body, "args");
    cJSON_AddItemToArray(args, cJSON_CreateString(b->mark));
    cJSON_AddItemToArray(args, cJSON_CreateNumber(document));
    return body;
}

/* ---- documents ---- */

/* Enter the current document. `*ret_cached`: it came from a cache, not from the site. */
static int enter(struct ofs_wd_tab *t, bool *ret_cached, ofs_deadline deadline,
                 struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_STR script = ofs_text_printf("%s%s%s%s%s", enter_head, b->browser.probe, enter_tail,
                                          ofs_wd_timing_function, enter_end);
    if (!script)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    OFS_AUTO_JSON body = ofs_wd_script(b, script, ++b->documents);
    OFS_AUTO_JSON told = NULL;
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(body, "args"),
                         cJSON_CreateBool(!b->sees_requests));
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(body, "args"),
                         cJSON_CreateBool(b->isolates));
    if (ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &told, err))
        return -1;
    t->document = b->documents;
    int status = (int)ofs_json_num(told, "status", 0);
    const char *failure = ofs_json_str(told, "failure", NULL);
    if (status)
        ofs_view_status(&t->tab.view, status);
    if (failure)
        ofs_view_fail(&t->tab.view, failure);
    t->tab.sees.again = !b->sees_requests;
    t->tab.sees.bodies = true; /* from the driver's log, or by repeating requests */
    *ret_cached = ofs_json_bool(told, "cached", false);
    return 0;
}

static int enter_new(struct ofs_wd_tab *t, bool *ret_cached, ofs_deadline deadline,
                     struct ofs_error *err)
{
    if (enter(t, ret_cached, deadline, err))
        return -1;
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    ofs_view_commit(&t->tab.view);
    ofs_wd_drop_answers(t);
    if (!b->sees_requests)
        ofs_view_leave(&t->tab.view, "");
    t->pressed = false;
    ofs_wd_stand_in(t);
    return 0;
}

/* Wait for a short time while the loop runs. */
static int pause_for(struct ofs_wd *b, int64_t ms, ofs_deadline deadline, struct ofs_error *err)
{
    ofs_deadline end = ofs_deadline_min(deadline, ofs_deadline_in(ms));
    struct ofs_error soft;
    while (ofs_deadline_left(end) > 0)
        if (ofs_loop_turn(b->browser.loop, end, &soft) && soft.code != OFS_ERR_TIMEOUT) {
            *err = soft;
            return -1;
        }
    return 0;
}

static int read_log(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err)
{
    if (!b->sees_requests)
        return 0;
    if (!ofs_wd_read_log(b, deadline, err))
        return 0;
    if (err->code != OFS_ERR_PEER)
        return -1;
    b->sees_requests = false; /* it no longer provides the log: go on without it */
    for (struct ofs_wd_tab *t = b->tabs; t; t = t->next) {
        t->tab.sees.requests = false;
        ofs_wd_stand_in(t);
    }
    return 0;
}

/* Whether the tab still shows the blank document that it was opened with. Until the first one of a
 * site has begun, Chromium answers no script; its driver handles one command at a time, so all tabs
 * would wait. The browser itself knows what our tab has shown. */
static int is_blank(struct ofs_wd_tab *t, bool *ret, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_JSON shown = NULL;
    *ret = false;
    if (!b->isolates || t->tab.view.commits)
        return 0;
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = ofs_wd_switch_to(b, t, deadline, err);
    rc = rc ? rc
            : ofs_wd_devtools(b, "Page.getNavigationHistory", cJSON_CreateObject(), deadline,
                              &shown, err);
    ofs_wd_unlock(b);
    const cJSON *entries = ofs_json_get(shown, "entries");
    if (rc && err->code == OFS_ERR_GONE) { /* asked just when it began */
        *ret = true;
        return 0;
    }
    *ret = cJSON_GetArraySize(entries) == 1 &&
           !strcmp(ofs_json_str(entries->child, "url", ""), "about:blank");
    return rc;
}

/* Whether the document is the one before the navigation; a new one is entered. */
static int is_same(struct ofs_wd_tab *t, bool *ret_same, bool *ret_cached, ofs_deadline deadline,
                   struct ofs_error *err)
{
    OFS_AUTO_JSON body = ofs_wd_script((struct ofs_wd *)t->tab.browser, peek_script, t->document);
    OFS_AUTO_JSON same = NULL;
    if (is_blank(t, ret_same, deadline, err))
        return -1;
    if (*ret_same)
        return 0;
    int rc = ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &same, err);
    if (!rc && cJSON_IsFalse(same))
        rc = enter_new(t, ret_cached, deadline, err);
    *ret_same = rc || cJSON_IsTrue(same);
    return rc && err->code != OFS_ERR_GONE ? -1 : 0;
}

/* Wait until a new document has begun, or the driver reports why none does. */
static int await_document(struct ofs_wd_tab *t, bool *ret_cached, ofs_deadline deadline,
                          struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    for (;;) {
        bool same;
        if (read_log(b, deadline, err) || is_same(t, &same, ret_cached, deadline, err))
            return -1;
        if (!same)
            return 0;
        if (t->tab.view.failure[0])
            return 0;
        if (ofs_deadline_left(deadline) == 0)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "no document came in time");
        if (pause_for(b, LOOK_AGAIN, deadline, err))
            return -1;
    }
}

/* With pageLoadStrategy "none" Navigate To (10.1) returns at once. Its errors are network errors.
 */
static int take_navigation_error(struct ofs_wd_tab *t, struct ofs_error *err)
{
    const char *net = strstr(err->text, "net::");
    if (err->code != OFS_ERR_PEER || strcmp(err->peer, "unknown error"))
        return -1;
    char word[64];
    snprintf(word, sizeof word, "%.*s", net ? (int)strcspn(net, " \"'") : 60,
             net ? net : err->text);
    ofs_view_fail(&t->tab.view, word);
    return 0;
}

static int wd_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                       struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    OFS_AUTO_JSON body = cJSON_CreateObject();
    bool cached = false, again = false;
    cJSON_AddStringToObject(body, "url", url);
    if (read_log((struct ofs_wd *)tab->browser, deadline, err))
        return -1;
    ofs_view_begin(&tab->view);
    if (ofs_wd_ask_tab(t, OFS_WD_NAVIGATE, body, NULL, deadline, NULL, err))
        return take_navigation_error(t, err);
    if (await_document(t, &cached, deadline, err))
        return -1;
    if (!cached)
        return 0;
    /* Reads have to come from the site, not from a cache. */
    if (ofs_wd_ask_tab(t, OFS_WD_REFRESH, NULL, NULL, deadline, NULL, err))
        return -1;
    return await_document(t, &again, deadline, err);
}

static int wd_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                   ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    struct ofs_wd *b = (struct ofs_wd *)tab->browser;
    OFS_AUTO_JSON body = ofs_wd_script(b, call_script, t->document);
    OFS_AUTO_JSON answer = NULL;
    cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "args");
    cJSON_AddItemToArray(list, cJSON_CreateString(function));
    cJSON_AddItemToArray(list, args ? cJSON_Duplicate(args, true) : cJSON_CreateObject());
    if (read_log(b, deadline, err) ||
        ofs_wd_ask_tab(t, OFS_WD_RUN_ASYNC, body, NULL, deadline, &answer, err))
        return -1;
    if (ofs_json_bool(answer, "gone", false)) {
        bool cached;
        if (enter_new(t, &cached, deadline, err))
            return -1;
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    }
    const char *ready = ofs_json_str(answer, "ready", ""),
               *text = ofs_json_str(answer, "value", NULL);
    bool whole = !strcmp(ready, "complete");
    if ((whole && !tab->view.loaded) || (!strcmp(ready, "interactive") && !tab->view.dom_ready))
        ofs_view_loaded(&tab->view, whole);
    if (!b->sees_requests && ofs_wd_take_timing(t, answer, deadline, err))
        return -1;
    const char *thrown = ofs_json_str(answer, "thrown", NULL);
    if (thrown)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe failed: %.300s", thrown);
    *ret_value = text ? ofs_json_parse(text, strlen(text), err) : NULL;
    if (!*ret_value)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the probe's answer to '%s' is not JSON", function);
    return 0;
}

/* No event reports a change. */
static int wd_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    return pause_for((struct ofs_wd *)tab->browser, MOMENT, deadline, err);
}

/* ---- input (15 Actions) ---- */

static int act(struct ofs_wd_tab *t, cJSON *actions, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    bool unsure = false; /* every press is read back */
    cJSON_AddItemToObject(body, "actions", actions);
    t->pressed = t->pressed || !t->tab.opens;
    return ofs_wd_ask_tab(t, OFS_WD_ACT, body, &unsure, deadline, NULL, err);
}

static int wd_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                    struct ofs_error *err)
{
    return act((struct ofs_wd_tab *)tab, ofs_actions_click(x, y), deadline, err);
}

static int wd_hover(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                    struct ofs_error *err)
{
    return act((struct ofs_wd_tab *)tab, ofs_actions_move(x, y), deadline, err);
}

static int wd_press_key(struct ofs_tab *tab, const char *key, ofs_deadline deadline,
                        struct ofs_error *err)
{
    cJSON *actions = ofs_actions_key(key);
    return actions ? act((struct ofs_wd_tab *)tab, actions, deadline, err)
                   : ofs_fail(err, OFS_ERR_PROTOCOL, "no key is called '%s'", key);
}

/* ---- tabs (11 Contexts) ---- */

/* As over the DevTools protocol itself, only in our tab: bypass the caches, and render it like a
 * visible tab even in the background. */
static void prepare(struct ofs_wd *b, ofs_deadline deadline)
{
    static const struct {
        const char *method, *what; /* to be set to true */
    } wishes[] = {
        {"Network.enable", NULL},
        {"Network.setCacheDisabled", "cacheDisabled"},
        {"Network.setBypassServiceWorker", "bypass"},
        {"Emulation.setFocusEmulationEnabled", "enabled"},
    };
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        struct ofs_error ignored;
        cJSON *params = cJSON_CreateObject();
        if (wishes[i].what)
            cJSON_AddTrueToObject(params, wishes[i].what);
        ofs_wd_devtools(b, wishes[i].method, params, deadline, NULL, &ignored);
    }
}

static void wd_close_tab(struct ofs_tab *tab, ofs_deadline deadline);

/* The session's current window has been closed, and no window can be opened from it: switch to any
 * existing one, preferably ours. */
static int go_elsewhere(struct ofs_wd *b, ofs_deadline deadline)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON handles = NULL;
    OFS_AUTO_JSON body = cJSON_CreateObject();
    if (!b->tabs && ofs_wd_ask(b, OFS_WD_WINDOWS, NULL, deadline, &handles, &ignored))
        return -1;
    const cJSON *first = cJSON_GetArrayItem(handles, 0);
    cJSON_AddStringToObject(body, "handle",
                            b->tabs                 ? b->tabs->handle
                            : cJSON_IsString(first) ? first->valuestring
                                                    : "");
    b->current = NULL;
    return ofs_wd_ask(b, OFS_WD_SWITCH_WINDOW, body, deadline, NULL, &ignored);
}

static int ask_for_window(struct ofs_wd *b, const cJSON *body, ofs_deadline deadline,
                          cJSON **ret_made, struct ofs_error *err)
{
    if (!ofs_wd_ask(b, OFS_WD_NEW_WINDOW, body, deadline, ret_made, err))
        return 0;
    if (err->code != OFS_ERR_TAB_LOST || go_elsewhere(b, deadline))
        return -1;
    return ofs_wd_ask(b, OFS_WD_NEW_WINDOW, body, deadline, ret_made, err);
}

static int make_window(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                       struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    OFS_AUTO_JSON made = NULL;
    /* WebKit drops input in a tab that was opened in the background, and its driver crashes at the
     * next press. In a person's browser a tab disturbs less than a window. */
    cJSON_AddStringToObject(body, "type", b->attached ? "tab" : "window");
    /* A signal between the command and its answer must not lose the new window. */
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    int rc = ask_for_window(b, body, deadline, &made, err);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    ofs_wd_unlock(b);
    if (rc)
        return -1;
    const char *handle = ofs_json_str(made, "handle", "");
    if (!handle[0] || strlen(handle) >= sizeof t->handle)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the driver gave the new window no name");
    snprintf(t->handle, sizeof t->handle, "%s", handle);
    return 0;
}

static int wd_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                       struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)browser;
    struct ofs_wd_tab *t = calloc(1, sizeof *t);
    if (!t)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    t->tab.browser = browser;
    if (make_window(b, t, deadline, err)) {
        free(t);
        return ofs_wrap(err, "no tab could be opened");
    }
    t->tab.sees.requests = b->sees_requests;
    t->log.view = &t->tab.view;
    t->log.frame = t->handle;
    t->next = b->tabs;
    b->tabs = t;
    bool cached;
    int rc = ofs_wd_lock(b, deadline, err);
    if (!rc) {
        rc = ofs_wd_switch_to(b, t, deadline, err);
        if (!rc && b->chromium)
            prepare(b, deadline);
        ofs_wd_unlock(b);
    }
    if (!rc && b->chromium)
        rc = ofs_wd_try_world(t, deadline, err);
    if (!rc)
        rc = enter(t, &cached, deadline, err);
    if (!rc && !b->opens_roots && !b->isolates)
        rc = ofs_wd_try_roots(t, deadline, err);
    t->tab.sees.isolated = b->isolates;
    if (rc) {
        wd_close_tab(&t->tab, ofs_deadline_in(2000));
        return ofs_wrap(err, "no tab could be opened");
    }
    *ret_tab = &t->tab;
    return 0;
}

/* Windows that our page opened. In our own browser they end with the session; in a person's browser
 * they are closed only if the browser reports our window as their opener. */
static void close_popups(struct ofs_wd *b, const char *opener, ofs_deadline deadline, int depth)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON result = NULL;
    const cJSON *info;
    if (depth > 3 || ofs_wd_devtools(b, "Target.getTargets", NULL, deadline, &result, &ignored))
        return;
    cJSON_ArrayForEach(info, ofs_json_get(result, "targetInfos"))
    {
        OFS_AUTO_JSON body = cJSON_CreateObject();
        const char *id = ofs_json_str(info, "targetId", "");
        if (strcmp(ofs_json_str(info, "openerId", ""), opener))
            continue;
        close_popups(b, id, deadline, depth + 1);
        cJSON_AddStringToObject(body, "handle", id);
        b->current = NULL;
        if (!ofs_wd_ask(b, OFS_WD_SWITCH_WINDOW, body, deadline, NULL, &ignored))
            ofs_wd_ask(b, OFS_WD_CLOSE_WINDOW, NULL, deadline, NULL, &ignored);
    }
}

/* Let the browser itself close a window, until it reports that there is none. A driver handles one
 * command at a time and may wait for a page that never answers; a crashed window accepts no
 * commands; and one whose next document is just beginning is reported as closed, and stays open. In
 * Chromium a window's id is that of its target, and a missing one is answered 404. */
static void close_at_debugger(struct ofs_wd *b, const char *handle)
{
    struct ofs_loop *loop = b->browser.loop;
    struct ofs_url at;
    struct ofs_error soft;
    OFS_AUTO_STR url = ofs_text_printf("http://%s/json/close/%s", b->debugger, handle);
    if (!url || ofs_url_parse(url, &at, &soft) || !ofs_url_is_loopback(&at))
        return;
    for (int tries = 0; tries < CLOSES; tries++) {
        OFS_AUTO_BUF body = OFS_BUF(4096);
        long status = 0;
        int rc = ofs_http_get(loop, url, ofs_deadline_in(CLOSING), &body, &status, &soft);
        if (!rc && status != 404)
            rc = pause_for(b, AGAIN, ofs_deadline_in(CLOSING), &soft);
        else if (!rc)
            return;
        if (rc && soft.code != OFS_ERR_INTERRUPTED)
            return;
        if (rc) { /* another signal: noted, and this still has to be done */
            ofs_loop_defer_signals(loop, false);
            ofs_loop_defer_signals(loop, true);
        }
    }
}

static void close_window(struct ofs_wd_tab *t, ofs_deadline deadline)
{
    struct ofs_error ignored;
    bool unsure = false;
    if (!ofs_wd_ask_locked(t, OFS_WD_CLOSE_WINDOW, NULL, &unsure, deadline, NULL, &ignored) &&
        unsure)
        ofs_wd_ask_locked(t, OFS_WD_CLOSE_WINDOW, NULL, &unsure, deadline, NULL, &ignored);
}

static void wd_close_tab(struct ofs_tab *tab, ofs_deadline deadline)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    struct ofs_wd *b = (struct ofs_wd *)tab->browser;
    struct ofs_error ignored;
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    bool locked = !ofs_wd_lock(b, deadline, &ignored); /* at the deadline, without it */
    ofs_wd_settle(b, deadline);
    if (b->attached && b->chromium && !b->over && !ofs_wd_switch_to(b, t, deadline, &ignored))
        close_popups(b, t->handle, deadline, 0);
    if (!b->over && !tab->view.closed)
        close_window(t, deadline);
    if (b->debugger[0] && !tab->view.closed)
        close_at_debugger(b, t->handle);
    if (locked)
        ofs_wd_unlock(b);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    if (b->current == t)
        b->current = NULL;
    for (struct ofs_wd_tab **at = &b->tabs; *at; at = &(*at)->next)
        if (*at == t) {
            *at = t->next;
            break;
        }
    ofs_wd_drop_answers(t);
    ofs_view_clear(&tab->view);
    free(t);
}

/* A window has the same id over BiDi (WebDriver BiDi, 7.3: a top-level navigable's id). */
void ofs_webdriver_close_window(struct ofs_browser *driver, const char *handle,
                                ofs_deadline deadline)
{
    struct ofs_wd *b = (struct ofs_wd *)driver;
    struct ofs_error ignored;
    OFS_AUTO_JSON body = cJSON_CreateObject();
    bool deferred = ofs_loop_defer_signals(driver->loop, true);
    cJSON_AddStringToObject(body, "handle", handle);
    b->current = NULL;
    /* the opened windows are read from the session's current window */
    if (!ofs_wd_ask(b, OFS_WD_SWITCH_WINDOW, body, deadline, NULL, &ignored) && b->attached &&
        b->chromium)
        close_popups(b, handle, deadline, 0);
    if (!ofs_wd_ask(b, OFS_WD_SWITCH_WINDOW, body, deadline, NULL, &ignored))
        ofs_wd_ask(b, OFS_WD_CLOSE_WINDOW, NULL, deadline, NULL, &ignored);
    if (b->debugger[0])
        close_at_debugger(b, handle);
    ofs_loop_defer_signals(driver->loop, deferred);
}

static void wd_close(struct ofs_browser *browser, ofs_deadline deadline)
{
    struct ofs_wd *b = (struct ofs_wd *)browser;
    bool deferred = ofs_loop_defer_signals(browser->loop, true);
    while (b->tabs)
        wd_close_tab(&b->tabs->tab, deadline);
    ofs_wd_end(b, deadline);
    ofs_loop_defer_signals(browser->loop, deferred);
    ofs_http_free(b->http);
    free(b);
}

static const struct ofs_browser_ops wd_ops = {
    .protocol = "webdriver",
    .open_tab = wd_open_tab,
    .navigate = wd_navigate,
    .call = wd_call,
    .wait = wd_wait,
    .reach = ofs_wd_reach,
    .body = ofs_wd_body,
    .click = wd_click,
    .hover = wd_hover,
    .press_key = wd_press_key,
    .screenshot = ofs_wd_screenshot,
    .close_tab = wd_close_tab,
    .close = wd_close,
};

struct ofs_browser *ofs_webdriver_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                       ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd *b = calloc(1, sizeof *b);
    struct ofs_wire *socket = NULL;
    struct ofs_browser *devtools = NULL;
    if (!b) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    b->browser.ops = &wd_ops;
    b->browser.loop = loop;
    b->browser.wire = "http";
    if (ofs_wd_begin(b, how, deadline, err) ||
        (b->socket[0] && ofs_wd_open_socket(b, how, deadline, &socket, err)) ||
        (!socket && ofs_wd_open_devtools(b, how, deadline, &devtools, err))) {
        wd_close(&b->browser, ofs_deadline_in(2000));
        return NULL;
    }
    if (socket)
        return ofs_bidi_join(&b->browser, socket, how->trace, err);
    return devtools ? devtools : &b->browser;
}
