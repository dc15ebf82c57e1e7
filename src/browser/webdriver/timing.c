#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"

/* A page's requests without network events: Resource Timing
 * (https://www.w3.org/TR/resource-timing/), read through the probe. It contains only requests that
 * have ended; until none has ended for a while, a placeholder request in the view represents those
 * that may still be open. */

enum {
    QUIET = 3000, /* milliseconds without an ended request */
    ASKS = 8000,  /* for the responses that the browser does not expose */
};

static const char stand_in[] = "unseen";

/* The page's window and those of its frames, if they have its origin; their requests; and of these,
 * the possible data of the site, which may come from a host with the same last two labels. */
#define WINDOWS                                                                                   \
    "function windows(view) {"                                                                    \
    "  var all = [];"                                                                             \
    "  try { if (view.document && view.performance) all.push(view); } catch (no) { return all; }" \
    "  for (var i = 0; i < view.frames.length; i++) all = all.concat(windows(view.frames[i]));"   \
    "  return all;"                                                                               \
    "}"                                                                                           \
    "function entries(view) { return view.performance.getEntriesByType('resource'); }"            \
    "function site(url) { return new URL(url).hostname.split('.').slice(-2).join('.'); }"         \
    "function isData(one) { return /^(fetch|xmlhttprequest)$/.test(one.initiatorType) &&"         \
    "  site(one.name) === site(location.href); }"                                                 \
    "function isScript(one) { return one.initiatorType === 'script'; }"                           \
    "function isOwn(one) { return one.name.indexOf(location.origin + '/') === 0; }"

const char ofs_wd_timing_function[] =
    "function (answer, told) {" WINDOWS "  var all = windows(window), list = [];"
    "  answer.quiet = Infinity;"
    "  all.forEach(function (view) {"
    "    var timing = view.performance.getEntriesByType('navigation')[0] || {};"
    "    var last = timing.loadEventEnd || 0, here = entries(view);"
    "    here.forEach(function (one) { last = Math.max(last, one.responseEnd); });"
    "    answer.quiet = Math.min(answer.quiet, view.performance.now() - last);"
    "    answer.full = answer.full || here.length >= 250;"
    "    list = list.concat(here);"
    "  });"
    "  answer.ready = document.readyState;"
    "  if ('responseStatus' in PerformanceResourceTiming.prototype) {"
    /* without a status it failed; an EventSource has the type "other" */
    "    answer.statuses = list.filter(function (one) {"
    "      var failed = one.responseStatus === 0;"
    "      var types = failed ? /^(fetch|xmlhttprequest|other)$/ : "
    "/^(fetch|xmlhttprequest|script)$/;"
    "      return isOwn(one) && types.test(one.initiatorType);"
    "    }).slice(-32).map(function (one) { return { id: 'timing-' + one.startTime, url: one.name,"
    "      status: one.responseStatus }; });"
    "  }"
    "  var data = list.filter(isData), own = data.filter(isOwn);"
    "  answer.untold = !told[''] || own.concat(list.filter(isScript)).some(function (one) {"
    "    return !told[one.name]; });"
    "  answer.unproven = data.filter(function (one) { return told[one.name] !== 'proven'; "
    "}).length + (told['speaks of channels'] ? 1 : 0);"
    "}";

/* The responses are called "bytes", which is kept out of a trace.
 *
 * The addresses are requested as the page does it, bypassing the caches. An address is proven if
 * the response is as long as each that the page got from there. A few at a time, up to a maximum:
 * the remaining ones are requested the next time that the page is quiet. */
static const char status_script[] = OFS_WD_PLACE WINDOWS
    "var done = arguments[arguments.length - 1], urls = [], longest = 1 << 20;"
    "var page = String(location.href).split('#')[0];"
    "if (!place || place.document !== document) return done([]);"
    "var told = place.told, list = [];"
    "windows(window).forEach(function (view) { list = list.concat(entries(view)); });"
    "if (!told['']) urls.push(page);"
    "told[''] = 'asked';"
    "told[page] = 'proven';" /* our own request will be among the page's */
    "list.filter(isData).filter(isOwn).forEach(function (one) {"
    "  if (told[one.name] || urls.length >= 12) return;"
    "  told[one.name] = 'asked';"
    "  if (Object.keys(told).length < 48) urls.push(one.name);"
    "});"
    /* Sockets and workers leave no entry: the scripts are searched for them, as the browser has
     * them. Our own requests are among the page's. */
    "function listen(text) {"
    "  if (/\\b(WebSocket|EventSource|WebTransport|(Shared)?Worker)\\s*\\(/.test(text))"
    "    told['speaks of channels'] = true;"
    "}"
    "var scripts = list.filter(isScript).filter(function (one) { return !told[one.name]; })"
    "  .map(function (one) { told[one.name] = 'proven'; return one.name; });"
    "windows(window).forEach(function (view) {"
    "  [].forEach.call(view.document.scripts, function (one) { listen(one.text); }); });"
    "var reading = Promise.all(scripts.map(function (url) {"
    "  return fetch(url, { cache: 'force-cache' }).then(function (answer) { return answer.text(); "
    "})"
    "    .then(listen, function () { told['speaks of channels'] = true; });"
    "}));"
    "Promise.all(urls.map(function (url) {"
    "  var stop = new AbortController(), tell = { url: url, document: url === page };"
    "  setTimeout(function () { stop.abort(); }, 6000);"
    "  return fetch(url, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual',"
    "                      signal: stop.signal }).then("
    "    function (answer) {"
    "      tell.status = answer.status;"
    "      return answer.arrayBuffer().then(function (body) {"
    "        var same = body.byteLength > 0 && list.every(function (one) {"
    "          return one.name !== url || one.decodedBodySize === body.byteLength; });"
    "        tell.proven = same && (answer.ok || answer.status === 404 || answer.status === 410);"
    "        if (tell.proven && !tell.document) told[url] = 'proven';"
    "        if (answer.ok && body.byteLength <= longest)"
    "          tell.bytes = new TextDecoder().decode(body);"
    "        return tell;"
    "      }, function () { return tell; });"
    "    },"
    "    function () { tell.failed = true; return tell; });"
    "})).then(function (all) { reading.then(function () { done(all); }); });";

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

static struct ofs_request *note(struct ofs_tab_view *view, const char *id, const char *url,
                                int status, enum ofs_request_kind kind)
{
    if (ofs_view_find(view, id))
        return NULL;
    struct ofs_request *r = ofs_view_request(view, id, "GET", url, kind);
    if (!r)
        return NULL;
    if (status)
        ofs_view_answer(view, r, status);
    ofs_view_request_end(view, r, !status);
    return r;
}

/* ---- repeated requests ---- */

void ofs_wd_drop_answers(struct ofs_wd_tab *t)
{
    for (struct ofs_wd_answer *one = t->answers, *next; one; one = next) {
        next = one->next;
        free(one->text);
        free(one);
    }
    t->answers = NULL;
}

static void keep_answer(struct ofs_wd_tab *t, const struct ofs_request *r, const char *text)
{
    struct ofs_wd_answer *one = r && text ? calloc(1, sizeof *one) : NULL;
    if (!one)
        return;
    one->text = strdup(text);
    one->serial = r->serial;
    one->next = t->answers;
    t->answers = one;
}

char *ofs_wd_asked_again(const struct ofs_wd_tab *t, unsigned serial)
{
    const struct ofs_wd_answer *one = t->answers;
    while (one && one->serial != serial)
        one = one->next;
    return one && one->text ? strdup(one->text) : NULL;
}

/* What our request shows about the page's own one. A refusal may be due to something that the page
 * sends and we do not; then the page is not believed although it could be, which is the safe
 * side. */
static void note_asked(struct ofs_wd_tab *t, const cJSON *one)
{
    struct ofs_tab_view *view = &t->tab.view;
    const char *url = ofs_json_str(one, "url", "");
    int status = (int)ofs_json_num(one, "status", 0);
    bool document = ofs_json_bool(one, "document", false);
    enum ofs_request_kind kind = document ? OFS_REQUEST_DOCUMENT : OFS_REQUEST_DATA;
    char id[64];
    snprintf(id, sizeof id, "asked-%u", view->last_serial + 1);
    if (document)
        ofs_view_status(view, status);
    if (ofs_json_bool(one, "failed", false)) {
        struct ofs_request *r = ofs_view_request(view, id, "GET", url, OFS_REQUEST_DATA);
        if (r)
            ofs_view_request_end(view, r, true);
    } else if (status >= 400) /* a readable page does not prove its status */
        note(view, id, url, status == 404 || status == 410 ? status : 403, OFS_REQUEST_DATA);
    else if (status)
        keep_answer(t, note(view, id, url, status, kind), ofs_json_str(one, "bytes", NULL));
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
        note_asked(t, one);
    }
    return 0;
}

int ofs_wd_take_timing(struct ofs_wd_tab *t, const cJSON *answer, ofs_deadline deadline,
                       struct ofs_error *err)
{
    const cJSON *one;
    /* After a press they may include a save, and the page is reloaded anyway. */
    bool untold = !t->pressed && ofs_json_bool(answer, "untold", false);
    t->tab.view.unproven = (unsigned)ofs_json_num(answer, "unproven", 0);
    cJSON_ArrayForEach(one, ofs_json_get(answer, "statuses"))
    {
        note(&t->tab.view, ofs_json_str(one, "id", ""), ofs_json_str(one, "url", ""),
             (int)ofs_json_num(one, "status", 0), OFS_REQUEST_DATA);
    }
    if (untold && !t->tab.view.overflowed && !waiting_stand_in(t))
        ofs_wd_stand_in(t); /* the page has made more requests since */
    /* entries beyond the browser's own limit are missing: nothing more can be learned */
    bool full = ofs_json_bool(answer, "full", false);
    t->tab.view.overflowed = t->tab.view.overflowed || full;
    if (!t->tab.view.loaded || (!full && ofs_json_num(answer, "quiet", 0) < QUIET))
        return 0;
    if (untold && !full && ask_statuses(t, deadline, err))
        return -1;
    struct ofs_request *r = waiting_stand_in(t);
    if (r)
        ofs_view_request_end(&t->tab.view, r, false);
    return 0;
}
