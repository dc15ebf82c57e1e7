#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/actions.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"

/* Milliseconds. */
enum {
    CLOSES = 6,     /* attempts to close a window that is still open */
    CLOSING = 2000, /* for its answer */
    AGAIN = 200,    /* until the next attempt */
};

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
        rc = ofs_wd_enter(t, &cached, deadline, err);
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

/* Let the browser itself close a window, until it reports that there is none: then true. A driver
 * handles one command at a time and may wait for a page that never answers; it goes on once the
 * window is gone. A crashed window accepts no commands; and one whose next document is just
 * beginning is reported as closed, and stays open. In Chromium a window's id is that of its target,
 * and a missing one is answered 404. */
static bool close_at_debugger(struct ofs_wd *b, const char *handle)
{
    struct ofs_loop *loop = b->browser.loop;
    struct ofs_error soft;
    if (!ofs_wd_has_local_debugger(b))
        return false;
    OFS_AUTO_STR url = ofs_text_printf("http://%s/json/close/%s", b->debugger, handle);
    for (int tries = 0; url && tries < CLOSES; tries++) {
        OFS_AUTO_BUF body = OFS_BUF(4096);
        long status = 0;
        ofs_loop_renew_deferral(loop);
        if (ofs_http_get(loop, url, ofs_deadline_in(CLOSING), &body, &status, &soft))
            return false;
        if (status == 404)
            return true;
        if (ofs_wd_pause(b, AGAIN, ofs_deadline_in(CLOSING), &soft))
            return false;
    }
    return false;
}

static void close_window(struct ofs_wd_tab *t, ofs_deadline deadline)
{
    struct ofs_error ignored;
    bool unsure = false;
    ofs_loop_renew_deferral(t->tab.browser->loop);
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
    /* Before the lock: another tab may have it, and wait for that answer too. In a person's browser
     * the windows that our page opened are closed first. */
    bool closed = b->owed && !b->attached && !tab->view.closed && close_at_debugger(b, t->handle);
    bool locked = !ofs_wd_lock(b, deadline, &ignored); /* at the deadline, without it */
    ofs_wd_settle(b, deadline);
    if (b->attached && b->chromium && !b->over && !ofs_wd_switch_to(b, t, deadline, &ignored))
        close_popups(b, t->handle, deadline, 0);
    if (!b->over && !tab->view.closed && !closed)
        close_window(t, deadline);
    if (b->attached && !tab->view.closed)
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
    if (b->attached)
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
    .navigate = ofs_wd_navigate,
    .call = ofs_wd_call,
    .wait = ofs_wd_wait,
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
