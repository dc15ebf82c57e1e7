/*
 * A tab's view: which requests are kept, when they are dropped, and when nothing can be concluded
 * any more. Also what the DevTools events of a page become in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/devtools.h"
#include "browser/view.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct ofs_request *ask(struct ofs_tab *tab, const char *id)
{
    struct ofs_request *r = ofs_view_request(&tab->view, id, "GET", "http://a/b", OFS_REQUEST_DATA);
    assert_non_null(r);
    return r;
}

static void test_ring(void **state)
{
    (void)state;
    struct ofs_tab tab = {0};
    assert_null(ofs_tab_request(&tab, 0));
    assert_null(ofs_tab_request(&tab, 1));
    for (unsigned i = 0; i < OFS_MAX_REQUESTS; i++)
        ofs_view_request_end(&tab.view, ask(&tab, "x"), false);
    assert_int_equal(tab.view.first_serial, 1);
    ask(&tab, "y");
    assert_false(tab.view.overflowed); /* what was dropped had ended */
    assert_int_equal(tab.view.first_serial, 2);
    assert_null(ofs_tab_request(&tab, 1));
    assert_string_equal(ofs_tab_request(&tab, OFS_MAX_REQUESTS + 1)->id, "y");
    for (unsigned i = 1; i < OFS_MAX_REQUESTS; i++)
        ofs_view_request_end(&tab.view, ask(&tab, "x"), false);
    assert_false(tab.view.overflowed);
    ask(&tab, "z");
    assert_true(tab.view.overflowed); /* y was still open */
    ofs_view_clear(&tab.view);
}

static void test_begin(void **state)
{
    (void)state;
    struct ofs_tab tab = {0};
    ofs_view_begin(&tab.view);
    ofs_view_request_end(&tab.view, ask(&tab, "done"), false);
    ask(&tab, "save");
    ofs_view_fail(&tab.view, "late");
    tab.view.overflowed = true;
    ofs_view_begin(&tab.view);
    assert_false(tab.view.overflowed);
    assert_string_equal(tab.view.failure, "");
    assert_null(ofs_view_find(&tab.view, "done"));
    assert_non_null(ofs_view_find(&tab.view, "save")); /* its response has not arrived yet */
    ask(&tab, "document");
    ofs_view_commit(&tab.view);
    ofs_view_leave(&tab.view, "document");
    assert_true(ofs_view_find(&tab.view, "save")->left);
    assert_false(ofs_view_find(&tab.view, "save")->ended);
    assert_false(ofs_view_find(&tab.view, "document")->left);
    unsigned last = tab.view.last_serial;
    ofs_view_request_end(&tab.view, ofs_view_find(&tab.view, "document"), false);
    ofs_view_begin(&tab.view);
    assert_int_equal(tab.view.first_serial, last + 1);
    assert_int_equal(ask(&tab, "next")->serial, last + 1);
    ofs_view_clear(&tab.view);
}

static void test_hash(void **state)
{
    (void)state;
    assert_true(ofs_view_hash(0, "", 0) != 0);
    assert_true(ofs_view_hash(0, "a", 1) == UINT64_C(0xaf63dc4c8601ec8c)); /* FNV-1a, 64 bits */
    assert_true(ofs_view_hash(ofs_view_hash(0, "fo", 2), "obar", 4) ==
                UINT64_C(0x85944171f73967e8));
}

/* ---- DevTools events ---- */

struct played {
    struct ofs_tab tab;
    struct ofs_devtools page;
};

static void play(struct played *p, const char *method, const char *params)
{
    char text[2048];
    struct ofs_error err;
    p->page.view = &p->tab.view;
    p->page.frame = "top";
    size_t n = strlen(params);
    assert_true(n < sizeof text);
    memcpy(text, params, n + 1);
    for (char *c = text; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    OFS_AUTO_JSON event = ofs_json_parse(text, n, &err);
    assert_non_null(event);
    assert_true(ofs_devtools_take(&p->page, 0, method, event));
}

static void sent(struct played *p, const char *id, const char *type, const char *request)
{
    char text[1024];
    snprintf(text, sizeof text, "{'requestId':'%s','type':'%s','frameId':'top','request':{%s}}", id,
             type, request);
    play(p, "Network.requestWillBeSent", text);
}

static const struct ofs_request *find(struct played *p, const char *id)
{
    return ofs_view_find(&p->tab.view, id);
}

static void test_kinds(void **state)
{
    (void)state;
    static const char get[] = "'method':'GET','url':'http://a/'",
                      post[] = "'method':'POST','url':'http://a/'";
    static const struct {
        const char *type, *request;
        int kind; /* -1: not kept */
    } rows[] = {
        {"Document", get, OFS_REQUEST_DOCUMENT},
        {"Document", post, OFS_REQUEST_DATA},
        {"Script", get, OFS_REQUEST_SCRIPT},
        {"XHR", get, OFS_REQUEST_DATA},
        {"Fetch", post, OFS_REQUEST_DATA},
        {"EventSource", get, OFS_REQUEST_DATA},
        {"Ping", post, OFS_REQUEST_DATA},
        {"Image", get, -1},
        {"Stylesheet", get, -1},
        {"Font", get, -1},
        {"Media", get, -1},
        {"Other", get, -1},
        {"Other", post, OFS_REQUEST_DATA},
        {"Preflight", "'method':'OPTIONS'", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct played p = {0};
        sent(&p, "r", rows[i].type, rows[i].request);
        const struct ofs_request *r = find(&p, "r");
        assert_int_equal(r ? (int)r->kind : -1, rows[i].kind);
        assert_int_equal(r && r->is_top, r && !strcmp(rows[i].type, "Document"));
        ofs_view_clear(&p.tab.view);
    }
}

static void test_bodies(void **state)
{
    (void)state;
    struct played p = {0};
    sent(&p, "none", "Fetch", "'method':'GET'");
    sent(&p, "a", "Fetch", "'method':'POST','hasPostData':true,'postData':'{q:1}'");
    sent(&p, "b", "Fetch", "'method':'POST','hasPostData':true,'postData':'{q:2}'");
    sent(&p, "c", "Fetch", "'method':'POST','hasPostData':true,'postData':'{q:1}'");
    sent(&p, "d", "Fetch", "'method':'POST','hasPostData':true");
    sent(&p, "e", "Fetch", "'method':'POST','hasPostData':true");
    sent(&p, "f", "Fetch",
         "'method':'POST','hasPostData':true,'postDataEntries':[{'bytes':'AA'},{'bytes':'BB'}]");
    sent(&p, "g", "Fetch",
         "'method':'POST','hasPostData':true,'postDataEntries':[{'bytes':'AA'},{'bytes':'BB'}]");
    assert_true(find(&p, "none")->body == 0);
    assert_true(find(&p, "a")->body && find(&p, "a")->body != find(&p, "b")->body);
    assert_true(find(&p, "a")->body == find(&p, "c")->body);
    assert_true(find(&p, "d")->body != find(&p, "e")->body); /* not reported: never the same */
    assert_true(find(&p, "f")->body == find(&p, "g")->body);
    ofs_view_clear(&p.tab.view);
}

static void test_ends(void **state)
{
    (void)state;
    static const char answered[] = "{'requestId':'r','type':'Fetch','response':{'status':200}}";
    static const struct {
        bool answered;
        const char *method, *params;
        bool failed, dropped;
    } rows[] = {
        {true, "Network.loadingFinished", "{'requestId':'r'}", false, false},
        {true, "Network.loadingFailed",
         "{'requestId':'r','errorText':'net::ERR_INCOMPLETE_CHUNKED_ENCODING'}", true, false},
        {true, "Network.loadingFailed",
         "{'requestId':'r','errorText':'net::ERR_ABORTED','canceled':true}", false, true},
        {false, "Network.loadingFailed",
         "{'requestId':'r','errorText':'net::ERR_ABORTED','canceled':true}", true, false},
        {false, "Network.loadingFailed", "{'requestId':'r','errorText':'net::ERR_FAILED'}", true,
         false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct played p = {0};
        sent(&p, "r", "Fetch", "'method':'GET','url':'http://a/'");
        if (rows[i].answered)
            play(&p, "Network.responseReceived", answered);
        unsigned before = p.tab.view.events;
        play(&p, rows[i].method, rows[i].params);
        assert_true(p.tab.view.events != before);
        assert_true(find(&p, "r")->ended);
        assert_int_equal(find(&p, "r")->failed, rows[i].failed);
        assert_int_equal(find(&p, "r")->dropped, rows[i].dropped);
        assert_string_equal(p.tab.view.failure, "");
        ofs_view_clear(&p.tab.view);
    }
}

/* A connection that stays open is a channel, of the page or of a child, and ends with it. */
static void test_channels(void **state)
{
    (void)state;
    struct played p = {0};
    struct ofs_tab_view *view = &p.tab.view;
    play(&p, "Network.webSocketCreated", "{'requestId':'w'}");
    sent(&p, "e", "EventSource", "'method':'GET','url':'http://a/'");
    assert_int_equal(view->channels, 1);
    play(&p, "Network.responseReceived",
         "{'requestId':'e','type':'EventSource','response':{'status':200}}");
    assert_int_equal(view->channels, 2);
    assert_true(find(&p, "e")->ended);
    play(&p, "Network.webSocketFrameReceived", "{'requestId':'w'}");
    play(&p, "Network.eventSourceMessageReceived", "{'requestId':'e'}");
    assert_int_equal(view->messages, 2);
    play(&p, "Network.loadingFailed", "{'requestId':'e','errorText':'net::ERR_FAILED'}");
    assert_false(find(&p, "e")->failed); /* its end is not a refusal */
    play(&p, "Network.webTransportCreated", "{'transportId':'t'}");
    play(&p, "Network.webTransportClosed", "{'transportId':'t'}");
    play(&p, "Network.webSocketClosed", "{'requestId':'unknown'}");
    assert_int_equal(view->channels, 1);
    OFS_AUTO_JSON event = cJSON_CreateObject();
    cJSON_AddStringToObject(event, "requestId", "w");
    assert_true(ofs_devtools_take(&p.page, 3, "Network.webSocketCreated", event));
    assert_int_equal(view->channels, 2);
    ofs_devtools_drop_child(&p.page, 3);
    assert_int_equal(view->channels, 1); /* w of the page itself is still open */
    ofs_view_commit(view);
    ofs_devtools_commit(&p.page);
    assert_int_equal(view->channels, 0);
    ofs_view_clear(view);
}

/* A channel that ends before anything arrived on it is a request without a response, until the same
 * address delivers something. */
static void test_silent_channels(void **state)
{
    (void)state;
    struct played p = {0};
    struct ofs_tab_view *view = &p.tab.view;
    play(&p, "Network.webSocketCreated", "{'requestId':'a','url':'ws://a/state'}");
    play(&p, "Network.webSocketClosed", "{'requestId':'a'}");
    play(&p, "Network.webSocketCreated", "{'requestId':'b','url':'ws://a/state'}");
    play(&p, "Network.webSocketClosed", "{'requestId':'b'}");
    assert_int_equal(view->mute, 1);
    play(&p, "Network.webSocketCreated", "{'requestId':'c','url':'ws://a/other'}");
    play(&p, "Network.webSocketFrameReceived", "{'requestId':'c'}");
    play(&p, "Network.webSocketClosed", "{'requestId':'c'}");
    assert_int_equal(view->mute, 1);
    play(&p, "Network.webSocketCreated", "{'requestId':'d','url':'ws://a/state'}");
    play(&p, "Network.webSocketFrameReceived", "{'requestId':'d'}");
    assert_int_equal(view->mute, 0);
    play(&p, "Network.webTransportCreated", "{'transportId':'t','url':'https://a/t'}");
    play(&p, "Network.webTransportClosed", "{'transportId':'t'}"); /* arrivals are not reported */
    assert_int_equal(view->mute, 0);
    ofs_view_clear(view);
}

/* Pictures and the like are not kept as requests, but their end may be awaited. */
static void test_drawing(void **state)
{
    (void)state;
    struct played p = {0};
    struct ofs_tab_view *view = &p.tab.view;
    sent(&p, "i", "Image", "'method':'GET','url':'http://a/i'");
    sent(&p, "f", "Font", "'method':'GET','url':'http://a/f'");
    sent(&p, "b", "Script", "'method':'GET','url':'blob:http://a/b'");
    assert_null(find(&p, "b"));
    sent(&p, "p", "Prefetch", "'method':'GET','url':'http://a/p'");
    assert_int_equal(view->drawing, 2);
    play(&p, "Network.loadingFinished", "{'requestId':'i'}");
    play(&p, "Network.loadingFinished", "{'requestId':'i'}");
    assert_int_equal(view->drawing, 1);
    play(&p, "Network.loadingFailed", "{'requestId':'f','errorText':'net::ERR_FAILED'}");
    assert_int_equal(view->drawing, 0);
    for (int i = 0; i < OFS_MAX_DRAWN + 9; i++) {
        char id[16];
        snprintf(id, sizeof id, "n%d", i);
        ofs_view_draw(view, id);
    }
    assert_int_equal(view->drawing, OFS_MAX_DRAWN);
    ofs_view_commit(view);
    assert_int_equal(view->drawing, 0);
    ofs_view_clear(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring),     cmocka_unit_test(test_begin),
        cmocka_unit_test(test_hash),     cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_bodies),   cmocka_unit_test(test_ends),
        cmocka_unit_test(test_channels), cmocka_unit_test(test_silent_channels),
        cmocka_unit_test(test_drawing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
