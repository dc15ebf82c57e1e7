#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"

/* Commands to our windows. A session has one current window and handles one command at a time, so
 * switching to a window and sending the command are one critical section among the tasks. */

enum { PROMPTS = 8 }; /* prompts answered per command */

int ofs_wd_lock(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err)
{
    while (b->locked)
        if (ofs_loop_turn(b->browser.loop, deadline, err))
            return -1;
    b->locked = true;
    return 0;
}

void ofs_wd_unlock(struct ofs_wd *b)
{
    b->locked = false;
    ofs_loop_notify(b->browser.loop);
}

static int tab_lost(struct ofs_wd_tab *t, struct ofs_error *err)
{
    return ofs_fail(err, OFS_ERR_TAB_LOST, "the tab %s",
                    t->tab.view.crashed ? "has crashed" : "was closed by you or another program");
}

/* A prompt blocks every command (18 User prompts): its text is recorded, and it is dismissed, which
 * for an alert is its one button. */
static int dismiss_prompt(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                          struct ofs_error *err)
{
    OFS_AUTO_JSON words = NULL;
    if (ofs_wd_ask(b, OFS_WD_PROMPT_TEXT, NULL, deadline, &words, err))
        return strcmp(err->peer, "no such alert") ? -1 : 0;
    ofs_view_prompt(&t->tab.view, "prompt", cJSON_IsString(words) ? words->valuestring : "");
    if (ofs_wd_ask(b, OFS_WD_PROMPT_DISMISS, NULL, deadline, NULL, err))
        return strcmp(err->peer, "no such alert") ? -1 : 0;
    return 0;
}

int ofs_wd_switch_to(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                     struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    if (b->current == t)
        return 0;
    cJSON_AddStringToObject(body, "handle", t->handle);
    b->current = NULL;
    if (ofs_wd_ask(b, OFS_WD_SWITCH_WINDOW, body, deadline, NULL, err))
        return -1;
    b->current = t;
    return 0;
}

/* ---- our isolated world in Chromium ----
 *
 * Scripts run there, hidden from the page, by Runtime.callFunctionOn in place of the protocol's own
 * commands. The world is requested each time: the driver returns the existing one, and would wait
 * long for one whose document was replaced. */

static bool runs_in_world(const struct ofs_wd *b, enum ofs_wd_command command)
{
    return b->isolates && (command == OFS_WD_RUN || command == OFS_WD_RUN_ASYNC);
}

static int make_world(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON made = NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "frameId",
                            t->handle); /* a top frame has the id of its window */
    cJSON_AddStringToObject(params, "worldName", "offswitch");
    if (ofs_wd_devtools((struct ofs_wd *)t->tab.browser, "Page.createIsolatedWorld", params,
                        deadline, &made, err))
        return -1;
    t->world = (int)ofs_json_num(made, "executionContextId", 0);
    return 0;
}

static int run_in_world(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                        ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    static const char sync[] = "function () { %s }",
                      async[] = "function () { const given = [...arguments]; return new Promise("
                                "(done) => { (function () { %s }).apply(null, [...given, done]); "
                                "}); }";
    OFS_AUTO_STR source =
        ofs_text_printf(command == OFS_WD_RUN ? sync : async, ofs_json_str(body, "script", ""));
    OFS_AUTO_JSON result = NULL;
    const cJSON *arg;
    if (!source)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (make_world(t, deadline, err))
        return -1;
    cJSON *params = cJSON_CreateObject(), *args = cJSON_AddArrayToObject(params, "arguments");
    cJSON_AddStringToObject(params, "functionDeclaration", source);
    cJSON_AddNumberToObject(params, "executionContextId", t->world);
    cJSON_AddTrueToObject(params, "returnByValue");
    cJSON_AddTrueToObject(params, "awaitPromise");
    cJSON_AddTrueToObject(params, "silent");
    cJSON_ArrayForEach(arg, ofs_json_get(body, "args"))
    {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToObject(one, "value", cJSON_Duplicate(arg, true));
        cJSON_AddItemToArray(args, one);
    }
    if (ofs_wd_devtools((struct ofs_wd *)t->tab.browser, "Runtime.callFunctionOn", params, deadline,
                        &result, err))
        return -1;
    if (ofs_json_get(result, "exceptionDetails"))
        return ofs_fail(err, OFS_ERR_GONE, "a script of ours failed: %.200s",
                        ofs_json_str(result, "exceptionDetails/exception/description", ""));
    cJSON *value = (cJSON *)ofs_json_get(result, "result");
    value = value ? cJSON_DetachItemFromObjectCaseSensitive(value, "value") : NULL;
    if (ret_value)
        *ret_value = value;
    else
        cJSON_Delete(value);
    return 0;
}

int ofs_wd_try_world(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    if (b->isolates)
        return 0;
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = ofs_wd_switch_to(b, t, deadline, err) || make_world(t, deadline, err);
    ofs_wd_unlock(b);
    b->isolates = !rc && t->world;
    return rc && err->code != OFS_ERR_PEER ? -1 : 0;
}

/* ---- one command in a window ---- */

int ofs_wd_ask_locked(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                      bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                      struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    if (t->tab.view.closed || t->tab.view.crashed)
        return tab_lost(t, err);
    bool looked = false;
    for (int prompts = 0; prompts < PROMPTS; prompts++) {
        int rc = ofs_wd_switch_to(b, t, deadline, err);
        if (!rc)
            rc = runs_in_world(b, command)
                     ? run_in_world(t, command, body, deadline, ret_value, err)
                     : ofs_wd_ask(b, command, body, deadline, ret_value, err);
        if (!rc)
            return 0;
        if (err->code == OFS_ERR_TAB_LOST) {
            bool crashed = strstr(err->text, "crash") != NULL;
            ofs_view_end(&t->tab.view, crashed);
            return tab_lost(t, err);
        }
        /* chromedriver's error for a window that was closed while a script waited in it */
        if (!strcmp(err->peer, "script timeout") && !ret_unsure && !looked) {
            looked = true;
            b->current = NULL;
            continue;
        }
        /* chromedriver itself answers a beforeunload prompt, and may fail because of it */
        if (strstr(err->text, "No dialog is showing") && !ret_unsure)
            continue;
        if (strcmp(err->peer, "unexpected alert open"))
            return -1;
        if (dismiss_prompt(b, t, deadline, err))
            return -1;
        if (ret_unsure) {
            *ret_unsure = true;
            return 0;
        }
    }
    return ofs_fail(err, OFS_ERR_PROTOCOL, "the page opens one prompt behind the other");
}

int ofs_wd_ask_tab(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                   bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                   struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = ofs_wd_ask_locked(t, command, body, ret_unsure, deadline, ret_value, err);
    ofs_wd_unlock(b);
    return rc;
}

int ofs_wd_ask_element(struct ofs_wd_tab *t, enum ofs_wd_command command, const char *element,
                       ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = ofs_wd_switch_to(b, t, deadline, err);
    if (!rc)
        rc = ofs_wd_ask_about(b, command, element, deadline, ret_value, err);
    ofs_wd_unlock(b);
    return rc;
}

int ofs_wd_devtools_tab(struct ofs_wd_tab *t, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    int rc = ofs_wd_lock(b, deadline, err);
    if (!rc) {
        rc = ofs_wd_switch_to(b, t, deadline, err);
        if (!rc)
            rc = ofs_wd_devtools(b, method, params, deadline, ret_value, err);
        else
            cJSON_Delete(params);
        ofs_wd_unlock(b);
        return rc;
    }
    cJSON_Delete(params);
    return -1;
}
