#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/system.h"
#include "base/text.h"
#include "browser/cdp/internal.h"

/* The page's own timers.
 *
 * The ids of setTimeout and setInterval are counted up per document, in one sequence for all script
 * worlds (HTML, 8.6), so the probe knows how many the page has made (page/probe/7-signals.js). If
 * there are none, none is pending. That costs nothing.
 *
 * To know when they run, and about work without an id (scheduler.postTask, AbortSignal.timeout,
 * work whose end is not visible), a ledger is needed (ledger.js). It has to be there before the
 * page's scripts, and costs ten to fifty milliseconds for each document: the debugger turns the
 * compilation cache off, and each of its breakpoints walks the heap. So only documents that are
 * requested with `follows_timers` get one. It is believed only if it has seen as many calls as the
 * ids show: this detects a page that interferes, and calls that bypassed it.
 *
 * The Debugger domain is enabled only in our own session, with all pauses skipped. It ends with the
 * session. */

enum {
    ATTEMPTS = 40,
    ARM_EVERY = 10, /* attempts: a new frame may have appeared */
    AGAIN = 4,      /* milliseconds between two attempts */
    DOCUMENTS = 4,  /* this many leave more garbage than it costs to collect */
};

static const char ledger_source[] = {
#include "ledger.js.h"
    0};

static const char page_group[] = "offswitch-page";

static int post(struct cdp_tab *t, const char *method, cJSON *params, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    return ofs_rpc_post(b->rpc, t->session, method, params, NULL, err);
}

static int begin(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON added = NULL;
    unsigned char lot[12];
    if (!ofs_system_random(lot, sizeof lot))
        return 0; /* without a name for it timers are not reported */
    char name[sizeof t->ledger] = "ofs_";
    for (size_t i = 0; i < sizeof lot; i++)
        snprintf(name + 4 + 2 * i, 3, "%02x", lot[i]);
    OFS_AUTO_STR source = ofs_text_printf("%s(\"%s\");", ledger_source, name);
    if (!source)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (post(t, "Debugger.enable", NULL, err) ||
        post(t, "Debugger.setSkipAllPauses", ofs_cdp_with("skip", cJSON_CreateTrue()), err))
        return -1;
    cJSON *script = ofs_cdp_with("source", cJSON_CreateString(source));
    cJSON_AddBoolToObject(script, "includeCommandLineAPI", true);
    if (ofs_cdp_ask(t, "Page.addScriptToEvaluateOnNewDocument", script, deadline, &added, err))
        return -1;
    OFS_CDP_KEEP(t->ledger_script, ofs_json_str(added, "identifier", ""));
    memcpy(t->ledger, name, sizeof name);
    t->ledger_from = t->tab.view.commits;
    return 0;
}

static int end(struct cdp_tab *t, struct ofs_error *err)
{
    cJSON *script = ofs_cdp_with("identifier", cJSON_CreateString(t->ledger_script));
    t->ledger[0] = '\0';
    if (post(t, "Page.removeScriptToEvaluateOnNewDocument", script, err))
        return -1;
    return post(t, "Debugger.disable", NULL, err);
}

int ofs_cdp_follow_timers(struct cdp_tab *t, bool follow, ofs_deadline deadline,
                          struct ofs_error *err)
{
    bool follows = t->ledger[0];
    /* each breakpoint also walks through what earlier documents have left */
    if (follow && t->tab.view.commits - t->collected >= DOCUMENTS) {
        t->collected = t->tab.view.commits;
        if (post(t, "HeapProfiler.collectGarbage", NULL, err))
            return -1;
    }
    if (follows == follow)
        return 0;
    return follow ? begin(t, deadline, err) : end(t, err);
}

/* The current document in the page's own world. */
static int find_page(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON ours = NULL;
    OFS_AUTO_JSON node = NULL;
    OFS_AUTO_JSON theirs = NULL;
    unsigned mark = t->tab.view.commits;
    if (t->page[0])
        return 0;
    cJSON *params = ofs_cdp_with("functionDeclaration", cJSON_CreateString("() => document"));
    cJSON_AddNumberToObject(params, "executionContextId", t->world);
    cJSON_AddStringToObject(params, "objectGroup", page_group);
    if (ofs_cdp_ask(t, "Runtime.callFunctionOn", params, deadline, &ours, err))
        return -1;
    const char *object = ofs_json_str(ours, "result/objectId", "");
    if (ofs_cdp_ask(t, "DOM.describeNode", ofs_cdp_with("objectId", cJSON_CreateString(object)),
                    deadline, &node, err))
        return -1;
    double number = ofs_json_num(node, "node/backendNodeId", 0);
    params = ofs_cdp_with("backendNodeId", cJSON_CreateNumber(number));
    cJSON_AddStringToObject(params, "objectGroup", page_group);
    if (ofs_cdp_ask(t, "DOM.resolveNode", params, deadline, &theirs, err))
        return -1;
    if (mark != t->tab.view.commits)
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    OFS_CDP_KEEP(t->page, ofs_json_str(theirs, "object/objectId", ""));
    return 0;
}

/* Read the timer record. `*ret_text` (NULL: not available) is the caller's, "" if there is no
 * record. */
static int ask_ledger(struct cdp_tab *t, const char *what, ofs_deadline deadline, char **ret_text,
                      struct ofs_error *err)
{
    static const char function[] = "function (key, what) { const ledger = window[key]; "
                                   "return typeof ledger === 'function' ? ledger(what) : ''; }";
    OFS_AUTO_JSON answer = NULL;
    cJSON *params = ofs_cdp_with("functionDeclaration", cJSON_CreateString(function));
    cJSON *arguments = cJSON_AddArrayToObject(params, "arguments");
    cJSON_AddStringToObject(params, "objectId", t->page);
    cJSON_AddItemToArray(arguments, ofs_cdp_with("value", cJSON_CreateString(t->ledger)));
    cJSON_AddItemToArray(arguments, ofs_cdp_with("value", cJSON_CreateString(what)));
    if (ofs_cdp_ask(t, "Runtime.callFunctionOn", params, deadline, &answer, err))
        return -1;
    if (!ret_text)
        return 0;
    *ret_text = strdup(ofs_json_str(answer, "result/value", ""));
    return *ret_text ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

/* The number of timer ids that the page has used; -1: unknown. */
static int count_ids(struct ofs_tab *tab, ofs_deadline deadline, long long *ret_ids,
                     struct ofs_error *err)
{
    OFS_AUTO_JSON signals = NULL;
    unsigned seen = ((struct cdp_tab *)tab)->seen;
    int rc = ofs_cdp_call(tab, "signals", NULL, deadline, &signals, err);
    ((struct cdp_tab *)tab)->seen = seen; /* the caller has not read the view since */
    *ret_ids = (long long)ofs_json_num(signals, "timers", -1);
    return rc;
}

struct told {
    long long taken, waits, unsure, pending, repeating, first, last, unseen, hidden, queued;
};

/* False if there is no usable record. */
static bool read_ledger(const char *text, struct told *ret)
{
    long long *const fields[] = {&ret->taken,     &ret->waits, &ret->unsure, &ret->pending,
                                 &ret->repeating, &ret->first, &ret->last,   &ret->unseen,
                                 &ret->hidden,    &ret->queued};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        char *rest;
        *fields[i] = strtoll(text, &rest, 10);
        if (rest == text)
            return false;
        text = rest;
    }
    return true;
}

static int tell_unknown(const char *why, struct ofs_error *err)
{
    return ofs_fail(err, OFS_ERR_PEER, "the page's timers are not known: %s", why);
}

static void pause_for(struct ofs_loop *loop, int64_t ms, ofs_deadline deadline)
{
    struct ofs_error ignored;
    ofs_loop_sleep(loop, ofs_deadline_min(deadline, ofs_deadline_in(ms)), &ignored);
}

/* Until the record's own timer has run in each frame, and its number of calls agrees with the ids.
 */
static int settle(struct cdp_tab *t, ofs_deadline deadline, struct told *ret, struct ofs_error *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        OFS_AUTO_STR text = NULL;
        long long ids;
        if (i % ARM_EVERY == 0 && ask_ledger(t, "arm", deadline, NULL, err))
            return -1;
        if (count_ids(&t->tab, deadline, &ids, err) || ask_ledger(t, "", deadline, &text, err))
            return -1;
        if (ids < 0 || !read_ledger(text, ret))
            return tell_unknown("there is no ledger of them", err);
        if (ret->unsure)
            return tell_unknown("the page makes them in its own way", err);
        if (!ret->waits && ret->taken == ids)
            return 0;
        pause_for(t->tab.browser->loop, AGAIN, deadline);
    }
    return tell_unknown(ret->waits ? "they do not run" : "some were made past the ledger", err);
}

int ofs_cdp_timers(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_timers *ret_timers,
                   struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    struct told told = {0};
    if (!t->ledger[0] || tab->view.commits <= t->ledger_from)
        return tell_unknown("this document keeps no ledger of them", err);
    if (ofs_cdp_enter(t, deadline, err) || find_page(t, deadline, err) ||
        settle(t, deadline, &told, err))
        return -1;
    *ret_timers = (struct ofs_timers){.pending = (unsigned)told.pending,
                                      .repeating = (unsigned)told.repeating,
                                      .first_ms = told.first,
                                      .last_ms = told.last,
                                      .unseen = (unsigned)told.unseen,
                                      .hidden_ms = told.hidden,
                                      .queued_ms = told.queued};
    return 0;
}
