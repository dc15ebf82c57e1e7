/*
 * test_tab: what one tab reports over each wire of support/peer.h, through the table of browser.h
 * itself: the page's requests and the site's responses, its timers, its channels and workers, and a
 * control of a page that lies to scripts in its own world.
 *
 *     test_tab [-j N] [NAME...]
 *
 * What a wire cannot see (ofs_tab_sees) is not tested on it. The wires run in parallel
 * (support/each_wire.h).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/browser.h"
#include "page/page.h"
#include "page/readiness.h"
#include "support/child.h"
#include "support/each_wire.h"
#include "support/peer.h"
#include "support/program.h"
#include "wire/serve.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LONG = 60000, LOADS = 20000, MOST_ARGS = 8, SIDE_BY_SIDE = 3 };

/* This request does not leave the browser. DevTools reports it as cached. */
#define INLINE "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\">"

static const struct page {
    const char *path, *type, *body;
    bool never; /* it is asked and does not answer */
} pages[] = {
    {"/plain", NULL, "<!doctype html><title>plain</title><p>nothing", false},
    {"/timers", NULL,
     "<!doctype html><meta http-equiv=content-security-policy content=\"script-src "
     "'unsafe-inline'; require-trusted-types-for 'script'\"><title>timers</title><script>"
     "setTimeout(() => {}, 60000); setTimeout(() => {}, 1); setInterval(() => {}, 1000);"
     "clearTimeout(setTimeout(() => {}, 50000)); clearInterval(setInterval(() => {}, 9));"
     "</script><iframe src=/framed></iframe>",
     false},
    {"/framed", NULL, "<!doctype html><script>setTimeout(() => {}, 90000)</script>", false},
    {"/odd", NULL,
     "<!doctype html><title>odd</title><script>setTimeout(() => {}, 1);"
     "AbortSignal.timeout(70000); window.scheduler && scheduler.postTask(() => {}, { delay: 80000 "
     "});</script>",
     false},
    {"/encrypts", NULL,
     "<!doctype html><script>crypto.subtle.digest('SHA-256', new Uint8Array(9))</script>", false},
    {"/stores", NULL, "<!doctype html><script>indexedDB.open('tests')</script>", false},
    {"/caches", NULL, "<!doctype html><script>caches.match('/plain')</script>", false},
    {"/locks", NULL, "<!doctype html><script>navigator.locks.request('a', () => {})</script>",
     false},
    {"/broadcasts", NULL,
     "<!doctype html><script>new BroadcastChannel('a').postMessage(1)</script>", false},
    /* taken early, under another name, and used after the page has started */
    {"/keeps", NULL,
     "<!doctype html><script>const s = Object.getOwnPropertyDescriptor(Crypto.prototype, "
     "'subtle').get.call(crypto); onload = () => s.digest('SHA-256', new Uint8Array(9))</script>",
     false},
    {"/touches", NULL,
     "<!doctype html><script>for (let i = 0; i < 9; i++) [crypto.subtle, window.indexedDB, "
     "window.caches, navigator.locks]</script>",
     false},
    {"/shares", NULL, "<!doctype html><script>new SharedWorker('/worker')</script>", false},
    {"/writes", NULL,
     "<!doctype html><script>const c = new MessageChannel();"
     "c.port1.onmessage = () => c.port2.postMessage(0); c.port2.postMessage(0)</script>",
     false},
    {"/tasks", NULL,
     "<!doctype html><script>(function again() { scheduler.postTask(again) })()</script>", false},
    {"/posts", NULL,
     "<!doctype html><script>onmessage = () => postMessage(0); postMessage(0)</script>", false},
    {"/data", NULL,
     "<!doctype html><title>data</title><img src=/picture><script>"
     "fetch('/state', { method: 'POST', body: '{\"q\":1}' }).then((a) => a.json()).then(() => "
     "document.title = 'done')</script>",
     false},
    {"/state", "application/json", "{\"train\":true}", false},
    {"/picture", "image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>", false},
    {"/channels", NULL,
     "<!doctype html><title>channels</title><script>"
     "new WebSocket(location.origin.replace('http', 'ws') + '/never');"
     "new Worker('/worker');</script>",
     false},
    {"/refused", NULL,
     "<!doctype html><title>refused</title><script>"
     "new WebSocket(location.origin.replace('http', 'ws') + '/missing');"
     "new EventSource(location.origin.replace('127.0.0.1', 'localhost') + '/missing');</script>",
     false},
    {"/worker", "text/javascript", "fetch('/state').then((a) => a.text()); onmessage = () => {}",
     false},
    {"/never", NULL, "", true},
    {"/liar", NULL,
     "<!doctype html><title>liar</title><label><input type=checkbox checked id=c> Use my "
     "data</label><script>"
     "Object.defineProperty(HTMLInputElement.prototype, 'checked', { get: () => false });"
     "Element.prototype.matches = () => false;</script>",
     false},
    {"/changes", NULL,
     "<!doctype html><title>changes</title><p id=p>a<script>"
     "setTimeout(() => p.textContent = 'b', 700)</script>",
     false},
    /* a cache may keep what begins with /keep */
    {"/keep-page", NULL,
     "<!doctype html><title>page</title>" INLINE "<script src=/keep-script></script>", false},
    {"/parts", NULL,
     "<!doctype html><title>parts</title>" INLINE "<script src=/keep-script></script>", false},
    {"/keep-script", "text/javascript", "fetch('/keep-data').then((a) => a.json())", false},
    {"/keep-data", "application/json", "{\"train\":true}", false},
    {"/asks", NULL,
     "<!doctype html><title>asks</title><p>a<script>"
     "setTimeout(() => fetch('/plain'), 2500)</script>",
     false},
    {"/changes-late", NULL,
     "<!doctype html><title>changes late</title><p id=p>a<script>"
     "setTimeout(() => p.textContent = 'b', 2500)</script>",
     false},
};

static unsigned served[COUNT(pages)]; /* how often */

static size_t page_at(const char *path)
{
    size_t i = 0;
    while (i < COUNT(pages) && strcmp(pages[i].path, path))
        i++;
    return i;
}

static void serve(void *user, const struct ofs_serve_request *request,
                  struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    (void)user;
    reply->status = 404;
    size_t i = page_at(request->path);
    if (i < COUNT(pages)) {
        served[i]++;
        reply->status = 200;
        if (pages[i].type)
            reply->content_type = pages[i].type;
        reply->manner = pages[i].never ? OFS_SERVE_NEVER : OFS_SERVE_WHOLE;
        ofs_buf_add(&reply->body, pages[i].body, strlen(pages[i].body), &ignored);
        if (!strncmp(request->path, "/keep", 5))
            ofs_buf_puts(&reply->headers, "Cache-Control: max-age=600\r\n", &ignored);
    }
}

struct place {
    const struct peer_kind *kind;
    struct ofs_loop *loop;
    struct ofs_server *server;
    struct peer peer;
    struct peer_visit visit;
    struct ofs_browser *browser;
    struct ofs_tab *tab;
    char *dir;
    int failed;
};

static bool fail(struct place *p, const char *name, const char *fmt, ...) OFS_PRINTF(3, 4);

static bool fail(struct place *p, const char *name, const char *fmt, ...)
{
    va_list ap;
    p->failed++;
    printf("[  FAILED  ] %s: %s: ", p->kind->name, name);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    printf("\n");
    return false;
}

static void pass(const struct place *p, const char *name)
{
    printf("[       OK ] %s: %s\n", p->kind->name, name);
    fflush(stdout);
}

static void print_sees(const struct place *p)
{
    const struct ofs_tab_sees *sees = &p->tab->sees;
    printf("%s sees:%s%s%s%s%s%s\n", p->kind->name, sees->requests ? " requests" : "",
           sees->bodies ? " bodies" : "", sees->timers ? " timers" : "",
           sees->channels ? " channels" : "", sees->opened ? " opened" : "",
           sees->isolated ? " isolated" : "");
}

/* ---- navigation ---- */

static int call(struct place *p, const char *function, cJSON **ret, struct ofs_error *err)
{
    ofs_deadline end = ofs_deadline_in(LOADS);
    for (;;) { /* a document may still be about to start */
        OFS_AUTO_JSON args = cJSON_CreateObject();
        int rc = p->browser->ops->call(p->tab, function, args, end, ret, err);
        if (!rc || err->code != OFS_ERR_GONE || !ofs_deadline_left(end))
            return rc;
    }
}

static bool visit(struct place *p, const char *name, const char *path)
{
    struct ofs_error err = {0};
    OFS_AUTO_JSON ignored = NULL;
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d%s", ofs_server_port(p->server), path);
    ofs_deadline end = ofs_deadline_in(LOADS);
    if (p->browser->ops->navigate(p->tab, url, end, &err))
        return fail(p, name, "%s does not load: %s", path, err.text);
    while (!p->tab->view.loaded && ofs_deadline_left(end)) {
        if (p->browser->ops->wait(p->tab, end, &err))
            return fail(p, name, "%s: %s", path, err.text);
        cJSON_Delete(ignored);
        ignored = NULL;
        if (call(p, "signals", &ignored, &err))
            return fail(p, name, "%s: %s", path, err.text);
    }
    return p->tab->view.loaded || fail(p, name, "%s does not finish loading", path);
}

static const struct ofs_request *request_to(struct place *p, const char *path)
{
    const struct ofs_tab_view *view = &p->tab->view;
    for (unsigned serial = view->last_serial; serial && serial >= view->first_serial; serial--) {
        const struct ofs_request *r = ofs_tab_request(p->tab, serial);
        const char *at = r && r->url ? strstr(r->url, path) : NULL;
        if (at && !strcmp(at, path))
            return r;
    }
    return NULL;
}

/* Wait until the request has ended; the loop and the browser keep running. */
static const struct ofs_request *ended_request(struct place *p, const char *path)
{
    ofs_deadline end = ofs_deadline_in(LOADS);
    struct ofs_error err;
    const struct ofs_request *r = NULL;
    while (ofs_deadline_left(end) && (!(r = request_to(p, path)) || !r->ended)) {
        OFS_AUTO_JSON ignored = NULL;
        if (p->browser->ops->wait(p->tab, ofs_deadline_min(end, ofs_deadline_in(300)), &err) ||
            call(p, "signals", &ignored, &err))
            return NULL;
    }
    return r && r->ended ? r : NULL;
}

/* ---- what a tab reports ---- */

static void test_requests(struct place *p)
{
    static const char name[] = "the page's requests and their responses";
    struct ofs_error err = {0};
    OFS_AUTO_STR text = NULL;
    OFS_AUTO_STR source = NULL;
    if (!p->tab->sees.requests || !visit(p, name, "/data"))
        return;
    const struct ofs_request *state = ended_request(p, "/state"), *top = request_to(p, "/data");
    if (!state || !top || !top->is_top || top->kind != OFS_REQUEST_DOCUMENT ||
        state->kind != OFS_REQUEST_DATA || state->status != 200 || state->failed || !state->body ||
        strcmp(state->method, "POST") || request_to(p, "/picture") || p->tab->view.overflowed) {
        fail(p, name, "another story: state %p top %p", (const void *)state, (const void *)top);
        return;
    }
    if (p->tab->sees.bodies) {
        const struct ofs_browser_ops *ops = p->browser->ops;
        if (ops->body(p->tab, state->serial, ofs_deadline_in(LOADS), &text, &err) ||
            ops->body(p->tab, top->serial, ofs_deadline_in(LOADS), &source, &err)) {
            fail(p, name, "%s", err.text);
            return;
        }
        if (strcmp(text, "{\"train\":true}") || !strstr(source, "<title>data</title>")) {
            fail(p, name, "a wrong response: %.80s", text);
            return;
        }
        free(source);
        source = NULL;
        if (!ops->body(p->tab, state->serial + 1000, ofs_deadline_in(LOADS), &source, &err) ||
            err.code != OFS_ERR_PEER) {
            fail(p, name, "a response without a request");
            return;
        }
    }
    pass(p, name);
}

/* A response is reported as cached if and only if the server was not asked. `may`: the caches may
 * be used. */
static bool test_cached_page(struct place *p, const char *name, const char *path, bool may)
{
    size_t data = page_at("/keep-data"), page = page_at(path);
    unsigned data_before = served[data], page_before = served[page];
    p->tab->uses_cache = may;
    if (!visit(p, name, path))
        return false;
    const struct ofs_request *r = ended_request(p, "/keep-data");
    const struct ofs_request *top = request_to(p, path);
    if (!r || !top)
        return fail(p, name, "%s: its requests are not reported", path);
    bool asked = served[data] > data_before, came = served[page] > page_before;
    if (r->cached == asked || top->cached == came || (!may && (!asked || !came)))
        return fail(p, name, "%s: page %s, %s; data %s, %s", path, came ? "requested" : "kept",
                    top->cached ? "cached" : "not cached", asked ? "requested" : "kept",
                    r->cached ? "cached" : "not cached");
    if (!(r->cached || top->cached) != !p->tab->view.cached)
        return fail(p, name, "%s: %u responses are called cached", path, p->tab->view.cached);
    return true;
}

static void test_caches(struct place *p)
{
    static const char name[] = "what came from the browser's caches";
    static const struct {
        const char *path;
        bool may;
    } visits[] = {{"/keep-page", true},  {"/parts", true}, {"/keep-page", true}, {"/parts", false},
                  {"/keep-page", false}, {"/parts", true}, {"/keep-page", true}};
    size_t data = page_at("/keep-data");
    unsigned before = served[data];
    for (size_t i = 0; p->tab->sees.requests && i < COUNT(visits); i++)
        if (!test_cached_page(p, name, visits[i].path, visits[i].may))
            return;
    p->tab->uses_cache = false;
    /* if the wire uses the caches, only the first visit and the two that bypass them request it */
    if (p->tab->sees.timers && served[data] - before != 3)
        fail(p, name, "the data were requested %u times", served[data] - before);
    else if (p->tab->sees.requests)
        pass(p, name);
}

static bool ask_timers(struct place *p, const char *name, struct ofs_timers *ret)
{
    struct ofs_error err = {0};
    if (!p->browser->ops->timers(p->tab, ofs_deadline_in(LOADS), ret, &err))
        return true;
    return fail(p, name, "%s", err.text);
}

static void test_timers(struct place *p)
{
    static const char name[] = "the page's timers, in every frame, under a strict policy";
    struct ofs_timers told;
    struct ofs_error err = {0};
    if (!p->tab->sees.timers || !visit(p, name, "/plain"))
        return;
    if (!p->browser->ops->timers(p->tab, ofs_deadline_in(LOADS), &told, &err) ||
        err.code != OFS_ERR_PEER) {
        fail(p, name, "they are reported without a ledger");
        return;
    }
    p->tab->follows_timers = true;
    if (!visit(p, name, "/plain") || !ask_timers(p, name, &told))
        return;
    if (told.pending || told.repeating || told.first_ms != -1 || told.hidden_ms != -1) {
        fail(p, name, "a page without timers reports some");
        return;
    }
    for (int i = 0; i < 2; i++) { /* in every document from now on */
        if (!visit(p, name, "/timers") || !ask_timers(p, name, &told))
            return;
        if (told.pending != 2 || told.repeating != 1 || told.unseen || told.hidden_ms != -1 ||
            told.first_ms < 40000 || told.first_ms > 60001 || told.last_ms < 70000 ||
            told.last_ms > 90001) {
            fail(p, name, "%u pending, %u repeating, from %lld to %lld", told.pending,
                 told.repeating, (long long)told.first_ms, (long long)told.last_ms);
            return;
        }
    }
    if (!visit(p, name, "/odd"))
        return;
    ofs_deadline end = ofs_deadline_in(LOADS);
    do { /* one of them has not run yet */
        if (!ask_timers(p, name, &told))
            return;
    } while (told.pending > 2 && ofs_deadline_left(end));
    if (told.pending != 2 || told.first_ms < 50000 || told.last_ms > 80001)
        fail(p, name, "without an id: %u pending, from %lld to %lld", told.pending,
             (long long)told.first_ms, (long long)told.last_ms);
    else
        pass(p, name);
}

static void test_hidden_work(struct place *p)
{
    static const char name[] = "work of a page whose end cannot be seen";
    static const char *const paths[] = {"/encrypts",   "/stores", "/caches", "/locks",
                                        "/broadcasts", "/keeps",  "/shares"};
    static const char *const loops[] = {"/writes", "/tasks", "/posts"};
    struct ofs_timers told;
    struct ofs_error err;
    p->tab->follows_timers = true;
    for (size_t i = 0; p->tab->sees.timers && i < COUNT(paths); i++) {
        if (!visit(p, name, paths[i]) || !ask_timers(p, name, &told))
            return;
        if (told.hidden_ms < 0 || told.hidden_ms > LOADS || told.queued_ms >= 0) {
            fail(p, name, "%s: %lld ms ago", paths[i], (long long)told.hidden_ms);
            return;
        }
    }
    for (size_t i = 0; p->tab->sees.timers && i < COUNT(loops); i++) {
        if (!visit(p, name, loops[i]) || !ask_timers(p, name, &told))
            return;
        if (told.queued_ms < 0 || told.queued_ms > OFS_QUEUED_MS || told.hidden_ms >= 0) {
            fail(p, name, "%s: %lld ms ago", loops[i], (long long)told.queued_ms);
            return;
        }
    }
    if (!p->tab->sees.timers || !visit(p, name, "/touches") || !ask_timers(p, name, &told))
        return;
    if (told.hidden_ms != -1) {
        fail(p, name, "a page that only tests for an API began something");
        return;
    }
    p->tab->follows_timers = false;
    if (!visit(p, name, "/encrypts"))
        return;
    if (!p->browser->ops->timers(p->tab, ofs_deadline_in(LOADS), &told, &err))
        fail(p, name, "they are reported after tracking has stopped");
    else
        pass(p, name);
}

static void test_channels(struct place *p)
{
    static const char name[] = "its channels, its workers, and their requests";
    if (!p->tab->sees.channels || !visit(p, name, "/channels"))
        return;
    bool asked = ended_request(p, "/state") != NULL;
    if (p->tab->view.channels != 1 || p->tab->view.workers != 1 || !asked) {
        fail(p, name, "%u channels, %u workers, %s", p->tab->view.channels, p->tab->view.workers,
             asked ? "asked" : "nothing asked");
        return;
    }
    if (!visit(p, name, "/plain"))
        return;
    if (p->tab->view.channels || p->tab->view.workers)
        fail(p, name, "they outlive their document");
    else
        pass(p, name);
}

static void test_refused_channels(struct place *p)
{
    static const char name[] = "refused channels to any origin";
    ofs_deadline end = ofs_deadline_in(LOADS);
    struct ofs_error err;
    if (!(p->tab->sees.channels || p->tab->sees.opened) || !visit(p, name, "/refused"))
        return;
    while (p->tab->view.mute < 2 && ofs_deadline_left(end)) {
        OFS_AUTO_JSON ignored = NULL;
        if (p->browser->ops->wait(p->tab, ofs_deadline_min(end, ofs_deadline_in(300)), &err) ||
            call(p, "signals", &ignored, &err))
            break;
    }
    if (p->tab->view.mute < 2)
        fail(p, name, "%u are reported", p->tab->view.mute);
    else
        pass(p, name);
}

static void test_lying_page(struct place *p)
{
    static const char name[] = "a page that lies to its own scripts does not lie to the probe";
    struct ofs_error err = {0};
    OFS_AUTO_JSON list = NULL;
    if (!p->tab->sees.isolated || !visit(p, name, "/liar"))
        return;
    if (call(p, "list", &list, &err)) {
        fail(p, name, "%s", err.text);
        return;
    }
    OFS_AUTO_STR text = cJSON_PrintUnformatted(list);
    if (strstr(text, "\"state\":\"on\""))
        pass(p, name);
    else
        fail(p, name, "it is read as %.300s", text);
}

static void test_wait(struct place *p)
{
    static const char name[] = "a wait ends at a change of the document, or at its deadline";
    struct ofs_error err = {0};
    int64_t since = ofs_now_ms();
    if (!visit(p, name, "/changes"))
        return;
    bool changed = false;
    while (!changed && ofs_now_ms() - since < LOADS) {
        OFS_AUTO_JSON look = NULL;
        if (p->browser->ops->wait(p->tab, ofs_deadline_in(LOADS), &err) ||
            call(p, "signals", &look, &err)) {
            fail(p, name, "%s", err.text);
            return;
        }
        changed = ofs_now_ms() - since > 650;
    }
    since = ofs_now_ms();
    for (int i = 0; i < 3; i++)
        if (p->browser->ops->wait(p->tab, ofs_deadline_in(200), &err)) {
            fail(p, name, "%s", err.text);
            return;
        }
    if (!changed || ofs_now_ms() - since > 5000)
        fail(p, name, "%s", changed ? "it outlives its deadline" : "it does not end");
    else
        pass(p, name);
}

/* What happens after a read and before the wait ends the wait at once. */
static void test_changes_before_wait(struct place *p)
{
    enum { MEANWHILE = 3200, TIMEOUT = 6000, AT_ONCE = 3000 };
    static const struct {
        const char *name, *page, *function;
        int pause;
    } cases[] = {
        {"a request that began before the answer to a question was handled", "/asks", "changed", 0},
        {"a change of the document between a read and the wait", "/changes-late", "look",
         MEANWHILE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ofs_error err = {0}, ignored;
        OFS_AUTO_JSON answer = NULL;
        OFS_AUTO_JSON args = cJSON_CreateObject();
        if (!visit(p, cases[i].name, cases[i].page))
            continue;
        cJSON_AddNumberToObject(args, "ms", MEANWHILE);
        int rc = p->browser->ops->call(p->tab, cases[i].function, args, ofs_deadline_in(LOADS),
                                       &answer, &err);
        if (!rc && cases[i].pause)
            ofs_loop_sleep(p->loop, ofs_deadline_in(cases[i].pause), &ignored);
        int64_t since = ofs_now_ms();
        rc = rc ? rc : p->browser->ops->wait(p->tab, ofs_deadline_in(TIMEOUT), &err);
        if (rc)
            fail(p, cases[i].name, "%s", err.text);
        else if (ofs_now_ms() - since > AT_ONCE)
            fail(p, cases[i].name, "it was missed: the wait ended at its deadline");
        else
            pass(p, cases[i].name);
    }
}

/* ---- each wire ---- */

static void read_args(const struct peer_visit *visit, struct ofs_connect *how,
                      const char *args[MOST_ARGS])
{
    how->browser_args = args;
    for (char *const *arg = visit->args; *arg; arg++) {
        if (!strcmp(*arg, "--connect"))
            how->address = *++arg;
        else if (!strcmp(*arg, "--capabilities"))
            how->capabilities = *++arg;
        else if (!strcmp(*arg, "--profile"))
            how->profile = *++arg;
        else if (!strcmp(*arg, "--headless"))
            how->headless = true;
        else if (!strcmp(*arg, "--browser-arg") && how->n_browser_args < MOST_ARGS)
            args[how->n_browser_args++] = *++arg;
        else if (!strncmp(*arg, "--browser-arg=", 14) && how->n_browser_args < MOST_ARGS)
            args[how->n_browser_args++] = *arg + 14;
    }
}

static int set_up(struct place *p, struct ofs_error *err)
{
    const char *tmp = getenv("TMPDIR"), *args[MOST_ARGS];
    const struct ofs_serve_options options = {.handler = serve};
    OFS_AUTO_STR build = program_build();
    if (!(p->dir = child_make_dir(tmp && *tmp ? tmp : "/tmp")))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no scratch directory");
    struct ofs_connect how = {.state = p->dir};
    if (!(p->loop = ofs_loop_new(err)) || !(p->server = ofs_server_new(p->loop, &options, err)) ||
        peer_start(p->loop, p->kind, p->dir, build, NULL, &p->peer, err) ||
        peer_visit_begin(&p->peer, p->dir, 0, false, &p->visit, err))
        return -1;
    read_args(&p->visit, &how, args);
    ofs_deadline end = ofs_deadline_in(LONG);
    if (!(p->browser = ofs_browser_open(p->loop, &how, end, err)))
        return -1;
    p->browser->probe = ofs_probe_source;
    return p->browser->ops->open_tab(p->browser, end, &p->tab, err);
}

static int test_wire(const struct peer_kind *kind)
{
    struct place place = {.kind = kind};
    struct ofs_error err = {0};
    if (set_up(&place, &err)) {
        fail(&place, "set up", "%s", err.text);
    } else {
        print_sees(&place);
        test_wait(&place);
        test_changes_before_wait(&place);
        test_requests(&place);
        test_caches(&place);
        test_timers(&place);
        test_hidden_work(&place);
        test_channels(&place);
        test_refused_channels(&place);
        test_lying_page(&place);
    }
    if (place.browser)
        place.browser->ops->close(place.browser, ofs_deadline_in(LOADS));
    peer_visit_end(&place.visit);
    if (place.loop)
        peer_end(place.loop, &place.peer);
    ofs_server_free(place.server);
    ofs_loop_free(place.loop);
    child_remove_dir(place.dir);
    free(place.dir);
    return place.failed;
}

int main(int argc, char **argv)
{
    static const char *const usual[] = {"cdp",          "pipe",           "bidi",
                                        "chromedriver", "webdriver-bidi", NULL};
    return each_wire_main(
        &(struct each_wire){
            .program = "test_tab", .usual = usual, .side_by_side = SIDE_BY_SIDE, .test = test_wire},
        argc, argv);
}
