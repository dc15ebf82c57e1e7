#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/webdriver/internal.h"

/* Milliseconds. */
enum {
    LOOK_AGAIN = 25, /* for the document of a navigation */
    MOMENT = 100,    /* between two reads, without events for changes */
    STOPS = 1000,    /* for the end of a request without an answer */
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
int ofs_wd_enter(struct ofs_wd_tab *t, bool *ret_cached, ofs_deadline deadline,
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
    if (ofs_wd_enter(t, ret_cached, deadline, err))
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

int ofs_wd_pause(struct ofs_wd *b, int64_t ms, ofs_deadline deadline, struct ofs_error *err)
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

static int read_log(struct ofs_wd_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)tab->tab.browser;
    if (!b->sees_requests)
        return 0;
    if (!ofs_wd_read_log(b, tab, deadline, err))
        return 0;
    if (err->code == OFS_ERR_TAB_LOST) /* the next command reports it */
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

/* ---- navigation ---- */

/* The current entry of the tab's history; -1 if the browser does not report it. Every navigation
 * has a new one as soon as its document has begun. */
static int history_entry(struct ofs_wd_tab *t, double *ret_id, ofs_deadline deadline,
                         struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_JSON history = NULL;
    *ret_id = -1;
    if (!b->isolates)
        return 0;
    if (ofs_wd_devtools_tab(t, "Page.getNavigationHistory", NULL, deadline, &history, err))
        return err->code == OFS_ERR_PEER || err->code == OFS_ERR_GONE ? 0 : -1;
    const cJSON *entry = cJSON_GetArrayItem(ofs_json_get(history, "entries"),
                                            (int)ofs_json_num(history, "currentIndex", -1));
    *ret_id = ofs_json_num(entry, "id", -1);
    return 0;
}

/* Whether the document is the one before the navigation; a new one is entered. */
static int is_same(struct ofs_wd_tab *t, bool *ret_same, bool *ret_cached, ofs_deadline deadline,
                   struct ofs_error *err)
{
    OFS_AUTO_JSON body = ofs_wd_script((struct ofs_wd *)t->tab.browser, peek_script, t->document);
    OFS_AUTO_JSON same = NULL;
    int rc = ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &same, err);
    if (!rc && cJSON_IsFalse(same))
        rc = enter_new(t, ret_cached, deadline, err);
    *ret_same = rc || cJSON_IsTrue(same);
    return rc && err->code != OFS_ERR_GONE ? -1 : 0;
}

/* Wait until a new document has begun, or the driver reports why none does. `before`: the history
 * entry before the navigation, or -1.
 *
 * Until a document has begun, Chromium runs no script in its tab. Its driver waits for the script
 * without a limit, also to read its log, and all other commands wait behind it: a site that never
 * answers would stop all tabs. The history comes from the browser itself. */
static int await_document(struct ofs_wd_tab *t, double before, bool *ret_cached,
                          ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    for (;;) {
        double entry = -1;
        bool same = true;
        if (before >= 0 && history_entry(t, &entry, deadline, err))
            return -1;
        if (before < 0 || (entry >= 0 && entry != before)) {
            if (read_log(t, deadline, err) || is_same(t, &same, ret_cached, deadline, err))
                return -1;
            if (!same || t->tab.view.failure[0])
                return 0;
        }
        if (ofs_deadline_left(deadline) == 0)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "no document came in time");
        if (ofs_wd_pause(b, LOOK_AGAIN, deadline, err))
            return -1;
    }
}

/* A request that is still under way would keep the driver waiting at its next command here. */
static void stop_loading(struct ofs_wd_tab *t)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    struct ofs_error ignored;
    if (b->isolates && !b->over && !t->tab.view.closed)
        ofs_wd_devtools_tab(t, "Page.stopLoading", NULL, ofs_deadline_in(STOPS), NULL, &ignored);
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

int ofs_wd_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                    struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    OFS_AUTO_JSON body = cJSON_CreateObject();
    bool cached = false, again = false;
    double before;
    cJSON_AddStringToObject(body, "url", url);
    if (read_log(t, deadline, err) || history_entry(t, &before, deadline, err))
        return -1;
    ofs_view_begin(&tab->view);
    if (ofs_wd_ask_tab(t, OFS_WD_NAVIGATE, body, NULL, deadline, NULL, err))
        return take_navigation_error(t, err);
    if (await_document(t, before, &cached, deadline, err)) {
        stop_loading(t);
        return -1;
    }
    if (!cached)
        return 0;
    /* Reads have to come from the site, not from a cache. A reload keeps its history entry. */
    if (ofs_wd_ask_tab(t, OFS_WD_REFRESH, NULL, NULL, deadline, NULL, err))
        return -1;
    return await_document(t, -1, &again, deadline, err);
}

int ofs_wd_call(struct ofs_tab *tab, const char *function, const cJSON *args, ofs_deadline deadline,
                cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    struct ofs_wd *b = (struct ofs_wd *)tab->browser;
    OFS_AUTO_JSON body = ofs_wd_script(b, call_script, t->document);
    OFS_AUTO_JSON answer = NULL;
    cJSON *list = cJSON_GetObjectItemCaseSensitive(body, "args");
    cJSON_AddItemToArray(list, cJSON_CreateString(function));
    cJSON_AddItemToArray(list, args ? cJSON_Duplicate(args, true) : cJSON_CreateObject());
    if (read_log(t, deadline, err) ||
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
int ofs_wd_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    return ofs_wd_pause((struct ofs_wd *)tab->browser, MOMENT, deadline, err);
}
