#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"

/* A page's requests where no event tells of them: what Resource Timing
 * (https://www.w3.org/TR/resource-timing/) knows when we ask the probe. It knows those that have
 * ended; until none has for a while, one request in the view stands for all that may be under way.
 */

enum {
    QUIET = 3000, /* milliseconds without one that ended */
    ASKS = 8000,  /* for the statuses that the browser does not tell */
};

static const char stand_in[] = "unseen";

const char ofs_wd_timing_function[] =
    "function (answer, told) {"
    "  var home = location.origin + '/', list = performance.getEntriesByType('resource');"
    "  var timing = performance.getEntriesByType('navigation')[0] || {};"
    "  var last = timing.loadEventEnd || 0;"
    "  list.forEach(function (one) { last = Math.max(last, one.responseEnd); });"
    "  var own = list.filter(function (one) { return one.name.indexOf(home) === 0 &&"
    "    /^(fetch|xmlhttprequest|script)$/.test(one.initiatorType); });"
    "  answer.ready = document.readyState;"
    "  answer.quiet = performance.now() - last;"
    "  answer.full = list.length >= 250;"
    "  if ('responseStatus' in PerformanceResourceTiming.prototype)"
    "    answer.statuses = own.slice(-32).map(function (one) {"
    "      return { id: 'timing-' + one.startTime, url: one.name, status: one.responseStatus }; });"
    "  else"
    "    answer.untold = !told[''] || own.some(function (one) {"
    "      return one.initiatorType !== 'script' && !told[one.name.split('?')[0]]; });"
    "}";

/* The addresses are asked for as the page does it, past the caches, and dropped once the status is
 * there. One of another kind than GET answers something else to it, which says nothing. A few at a
 * time: what is still untold is asked for the next time that the page is quiet. */
static const char status_script[] = OFS_WD_PLACE
    "var done = arguments[arguments.length - 1], home = location.origin + '/', urls = [];"
    "var page = String(location.href).split('#')[0];"
    "if (!place || place.document !== document) return done([]);"
    "if (!place.told['']) urls.push(page);"
    "place.told[''] = place.told[page.split('?')[0]] = true;"
    "performance.getEntriesByType('resource').forEach(function (one) {"
    "  var path = one.name.split('?')[0];"
    "  if (!/^(fetch|xmlhttprequest)$/.test(one.initiatorType) || urls.length >= 12 ||"
    "      one.name.indexOf(home) !== 0 || place.told[path]) return;"
    "  place.told[path] = true;"
    "  urls.push(one.name);"
    "});"
    "Promise.all(urls.map(function (url) {"
    "  var stop = new AbortController(), told = { url: url, document: url === page };"
    "  setTimeout(function () { stop.abort(); }, 6000);"
    "  return fetch(url, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual',"
    "                      signal: stop.signal }).then("
    "    function (answer) { told.status = answer.status; stop.abort(); return told; },"
    "    function () { told.failed = true; return told; });"
    "})).then(done);";

void ofs_wd_stand_in(struct ofs_wd_tab *t)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    t->quiet_request = 0;
    if (b->sees_requests)
        return;
    struct ofs_request *r = ofs_view_request(&t->tab.view, stand_in, "GET", "", OFS_REQUEST_DATA);
    t->quiet_request = r ? r->serial : 0;
}

static struct ofs_request *waiting_stand_in(struct ofs_wd_tab *t)
{
    struct ofs_request *r = ofs_view_find(&t->tab.view, stand_in);
    return r && r->serial == t->quiet_request && !r->ended ? r : NULL;
}

static void note(struct ofs_tab_view *view, const char *id, const char *url, int status)
{
    if (!status || ofs_view_find(view, id))
        return;
    struct ofs_request *r = ofs_view_request(view, id, "GET", url, OFS_REQUEST_DATA);
    if (!r)
        return;
    ofs_view_answer(view, r, status);
    ofs_view_request_end(view, r, false);
}

/* What our question says of the page's own request. A refusal may be owed to what the page sends along
 * and we do not; then the page is not believed although it could be, which is the safe side. */
static void note_asked(struct ofs_tab_view *view, const cJSON *one)
{
    const char *url = ofs_json_str(one, "url", "");
    int status = (int)ofs_json_num(one, "status", 0);
    char id[64];
    snprintf(id, sizeof id, "asked-%u", view->last_serial + 1);
    if (ofs_json_bool(one, "failed", false)) {
        struct ofs_request *r = ofs_view_request(view, id, "GET", url, OFS_REQUEST_DATA);
        if (r)
            ofs_view_request_end(view, r, true);
    } else if (status >= 400) /* a page that can be read is no proof of what it was answered */
        note(view, id, url, status == 404 || status == 410 ? status : 403);
}

static int ask_statuses(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON body = ofs_wd_script((struct ofs_wd *)t->tab.browser, status_script, t->document);
    OFS_AUTO_JSON told = NULL;
    const cJSON *one;
    if (ofs_wd_ask_tab(t, OFS_WD_RUN_ASYNC, body, NULL,
                       ofs_deadline_min(deadline, ofs_deadline_in(ASKS)), &told, err))
        return -1;
    cJSON_ArrayForEach(one, told)
    {
        if (ofs_json_bool(one, "document", false))
            ofs_view_status(&t->tab.view, (int)ofs_json_num(one, "status", 0));
        note_asked(&t->tab.view, one);
    }
    return 0;
}

int ofs_wd_take_timing(struct ofs_wd_tab *t, const cJSON *answer, ofs_deadline deadline,
                       struct ofs_error *err)
{
    const cJSON *one;
    /* After a press there may be a save among them, and the page is read anew anyway. */
    bool untold = !t->pressed && ofs_json_bool(answer, "untold", false);
    cJSON_ArrayForEach(one, ofs_json_get(answer, "statuses"))
    {
        note(&t->tab.view, ofs_json_str(one, "id", ""), ofs_json_str(one, "url", ""),
             (int)ofs_json_num(one, "status", 0));
    }
    if (untold && !waiting_stand_in(t))
        ofs_wd_stand_in(t); /* the page has asked for more since */
    if (!t->tab.view.loaded || ofs_json_bool(answer, "full", false) ||
        ofs_json_num(answer, "quiet", 0) < QUIET)
        return 0;
    if (untold && ask_statuses(t, deadline, err))
        return -1;
    struct ofs_request *r = waiting_stand_in(t);
    if (r)
        ofs_view_request_end(&t->tab.view, r, false);
    return 0;
}
