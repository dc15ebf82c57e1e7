/*
 * Commands and responses over a scripted wire. What "arrives" is written into a pipe of the same
 * loop, so it arrives during a wait, as from a browser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "browser/methods.h"
#include "browser/rpc.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define METHOD "Browser.getVersion"
#define HANG_UP "(hang up)"

struct fake {
    struct ofs_wire wire; /* first: the wire that the rpc drives */
    struct ofs_loop *loop;
    struct ofs_rpc *rpc;
    struct ofs_wire *arrivals;
    int write_fd;
    cJSON *sent; /* a list of what the rpc has sent */
    int closed;
    bool deaf; /* send fails */
    cJSON *events;
    bool answers_events; /* the handler posts */
};

static const struct ofs_error untouched = {.code = OFS_ERR_GONE, .text = "untouched"};

static void assert_untouched(const struct ofs_error *err)
{
    assert_memory_equal(err, &untouched, sizeof untouched);
}

static int fake_send(struct ofs_wire *wire, const char *text, size_t len, struct ofs_error *err)
{
    struct fake *f = (struct fake *)wire;
    if (f->deaf)
        return ofs_fail(err, OFS_ERR_LOST, "the wire is cut");
    cJSON *message = ofs_json_parse(text, len, err);
    assert_non_null(message);
    cJSON_AddItemToArray(f->sent, message);
    return 0;
}

static void fake_close(struct ofs_wire *wire)
{
    ((struct fake *)wire)->closed++;
}

static const struct ofs_wire_ops fake_ops = {
    .name = "fake", .send = fake_send, .close = fake_close};

static void on_arrival(void *ctx, const char *text, size_t len)
{
    struct fake *f = ctx;
    struct ofs_error why;
    if (strcmp(text, HANG_UP) != 0) {
        f->wire.on_message(f->wire.ctx, text, len);
        return;
    }
    ofs_fail(&why, OFS_ERR_LOST, "the browser hung up");
    f->wire.on_closed(f->wire.ctx, &why);
}

static void on_event(void *ctx, const char *session, const char *method, const cJSON *params)
{
    struct fake *f = ctx;
    struct ofs_error err;
    cJSON *event = cJSON_CreateObject();
    ofs_json_add_str(event, "session", session);
    ofs_json_add_str(event, "method", method);
    cJSON_AddItemToObject(event, "params",
                          params ? cJSON_Duplicate(params, true) : cJSON_CreateNull());
    cJSON_AddItemToArray(f->events, event);
    if (f->answers_events)
        ofs_rpc_post(f->rpc, session, METHOD, NULL, NULL, &err);
}

static int set_up(void **state)
{
    struct ofs_error err;
    struct fake *f = calloc(1, sizeof *f);
    int fds[2];
    if (!f || pipe2(fds, O_CLOEXEC))
        return -1;
    f->wire.ops = &fake_ops;
    f->loop = ofs_loop_new(&err);
    f->write_fd = fds[1];
    f->arrivals = ofs_wire_pipe(f->loop, fds[0], open("/dev/null", O_WRONLY | O_CLOEXEC), &err);
    f->sent = cJSON_CreateArray();
    f->events = cJSON_CreateArray();
    if (!f->arrivals)
        return -1;
    f->arrivals->on_message = on_arrival;
    f->arrivals->ctx = f;
    f->rpc = ofs_rpc_new(f->loop, &f->wire, NULL, on_event, f, &err);
    *state = f;
    return f->rpc ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fake *f = *state;
    ofs_rpc_free(f->rpc);
    int closed = f->closed;
    f->arrivals->ops->close(f->arrivals);
    close(f->write_fd);
    ofs_loop_free(f->loop);
    cJSON_Delete(f->sent);
    cJSON_Delete(f->events);
    free(f);
    return closed == 1 ? 0 : -1; /* the wire was taken over: closed, and once */
}

/* Send a message to ourselves, with ' for ". */
static void arrive(struct fake *f, const char *text)
{
    OFS_AUTO_STR copy = strdup(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    ssize_t n = (ssize_t)strlen(copy) + 1;
    assert_int_equal(write(f->write_fd, copy, (size_t)n), n);
}

/* Receive every message that is still in the pipe. */
static void settle(struct fake *f)
{
    struct ofs_error err;
    ofs_deadline until = ofs_deadline_in(30);
    while (!ofs_loop_turn(f->loop, until, &err))
        ;
}

static int post(struct fake *f)
{
    struct ofs_error err = untouched;
    int id = 0;
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, METHOD, NULL, &id, &err), 0);
    assert_untouched(&err);
    return id;
}

static int wait_for(struct fake *f, int id, int64_t ms, cJSON **ret_result, struct ofs_error *err)
{
    return ofs_rpc_wait(f->rpc, id, ofs_deadline_in(ms), ret_result, err);
}

static void assert_answer(struct fake *f, int id, double value)
{
    struct ofs_error err = untouched;
    OFS_AUTO_JSON result = NULL;
    assert_int_equal(wait_for(f, id, 5000, &result, &err), 0);
    assert_true(ofs_json_num(result, "v", -1) == value);
    assert_untouched(&err);
}

/* ---- what is sent ---- */

static void test_shape(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "url", "about:blank");
    int a = post(f), b = 0;
    assert_int_equal(ofs_rpc_post(f->rpc, "SESSION", "Page.navigate", params, &b, &err), 0);
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, "Browser.close", NULL, NULL, &err), 0);
    assert_untouched(&err);
    assert_true(a > 0 && b > a);
    OFS_AUTO_STR text = cJSON_PrintUnformatted(f->sent);
    OFS_AUTO_STR expected = NULL;
    assert_true(asprintf(&expected,
                         "[{\"id\":%d,\"method\":\"" METHOD "\",\"params\":{}},"
                         "{\"id\":%d,\"method\":\"Page.navigate\",\"params\":{\"url\":"
                         "\"about:blank\"},\"sessionId\":\"SESSION\"},"
                         "{\"id\":%d,\"method\":\"Browser.close\",\"params\":{}}]",
                         a, b, b + 1) > 0);
    assert_string_equal(text, expected);
    assert_string_equal(ofs_rpc_wire_name(f->rpc), "fake");
}

static const char *const forbidden[] = {
    "Network.getCookies",
    "Network.getAllCookies",
    "Network.setCookie",
    "Network.clearBrowserCookies",
    "Storage.getCookies",
    "Storage.clearDataForOrigin",
    "DOMStorage.getDOMStorageItems",
    "Browser.setDownloadBehavior",
    "Page.setDownloadBehavior",
    "Page.captureSnapshot",
    "Page.printToPDF",
    "Network.loadNetworkResource",
    "Fetch.enable",
    "Runtime.evaluate",
    "Runtime.enable",
    "Debugger.pause",
    "Debugger.setBreakpoint",
    "Debugger.setScriptSource",
    "Target.getCookies",
    "Input.insertText",
    "Emulation.setUserAgentOverride",
    "Security.setIgnoreCertificateErrors",
    "page.navigate",
    "Page.navigat",
    "Page.navigate ",
    "Page.navigate2",
    "Page",
    "",
    "storage.getCookies",
};

static void test_refused(void **state)
{
    struct fake *f = *state;
    for (size_t i = 0; i < COUNT(forbidden); i++) {
        struct ofs_error err;
        int id = 77;
        cJSON *params = cJSON_CreateObject(); /* taken over even so */
        assert_null(ofs_method_allowed(forbidden[i]));
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, forbidden[i], params, &id, &err), -1);
        assert_int_equal(err.code, OFS_ERR_PROTOCOL);
        assert_int_equal(id, 77);
    }
    assert_int_equal(cJSON_GetArraySize(f->sent), 0);
}

/* A method that contains another is checked against the table with both. */
static void test_nested_method(void **state)
{
    static const char carrier[] = "goog:cdp.sendCommand";
    struct fake *f = *state;
    struct ofs_error err;
    int id = 77;
    for (size_t i = 0; i <= COUNT(forbidden); i++) {
        cJSON *params = cJSON_CreateObject(); /* the last one contains none */
        if (i < COUNT(forbidden))
            cJSON_AddStringToObject(params, "method", forbidden[i]);
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, carrier, params, &id, &err), -1);
        assert_int_equal(err.code, OFS_ERR_PROTOCOL);
    }
    assert_int_equal(cJSON_GetArraySize(f->sent), 0);
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "method", "Accessibility.getPartialAXTree");
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, carrier, params, &id, &err), 0);
    assert_int_equal(cJSON_GetArraySize(f->sent), 1);
}

/* A picture is of one control, never of a page. */
static void test_pictures_have_a_box(void **state)
{
    static const char *const methods[] = {"Page.captureScreenshot",
                                          "browsingContext.captureScreenshot"};
    struct fake *f = *state;
    struct ofs_error err;
    int id;
    for (size_t i = 0; i < COUNT(methods); i++) {
        cJSON *whole = cJSON_CreateObject(), *empty = cJSON_CreateObject(),
              *one = cJSON_CreateObject();
        cJSON_AddNumberToObject(cJSON_AddObjectToObject(empty, "clip"), "width", 10);
        cJSON *clip = cJSON_AddObjectToObject(one, "clip");
        cJSON_AddNumberToObject(clip, "width", 10);
        cJSON_AddNumberToObject(clip, "height", 10);
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, methods[i], whole, &id, &err), -1);
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, methods[i], empty, &id, &err), -1);
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, methods[i], one, &id, &err), 0);
    }
    assert_int_equal(cJSON_GetArraySize(f->sent), 2);
    cJSON *carried = cJSON_CreateObject();
    cJSON_AddStringToObject(carried, "method", methods[0]);
    cJSON_AddObjectToObject(carried, "params");
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, "goog:cdp.sendCommand", carried, &id, &err), -1);
    assert_int_equal(cJSON_GetArraySize(f->sent), 2);
    cJSON *wide = cJSON_CreateObject(), *dot = cJSON_CreateObject();
    cJSON_AddNumberToObject(wide, "maxWidth", 1);
    cJSON_AddNumberToObject(wide, "maxHeight", 2);
    cJSON_AddNumberToObject(dot, "maxWidth", 1);
    cJSON_AddNumberToObject(dot, "maxHeight", 1);
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, "Page.startScreencast", NULL, &id, &err), -1);
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, "Page.startScreencast", wide, &id, &err), -1);
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, "Page.startScreencast", dot, &id, &err), 0);
    assert_int_equal(cJSON_GetArraySize(f->sent), 3);
}

static bool is_one_of(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], word))
            return true;
    return false;
}

static void test_method_table(void **state)
{
    (void)state;
    static const char *const parts[] = {
        "Cookie",     "Storage",    "Download",      "captureScreenshot", "captureSnapshot",
        "Screencast", "printToPDF", "Body",          "PostData",          "Fetch.",
        "evaluate",   "addScript",  "compileScript", "Debugger",          "Override",
        "Password",   "Autofill",   "Clipboard",     "Permission",        "Certificate",
        "Tracing",    "IndexedDB",  "History",       "Extensions",        "FileChooser",
        "insertText",
    };
    /* the table has the reason for each allowed method */
    static const char *const allowed[] = {
        "Page.captureScreenshot",
        "browsingContext.captureScreenshot",
        "Page.getNavigationHistory",
        "Page.startScreencast",
        "Page.stopScreencast",
        "Network.getResponseBody",
        "Page.addScriptToEvaluateOnNewDocument",
        "Page.removeScriptToEvaluateOnNewDocument",
        "Debugger.enable",
        "Debugger.disable",
        "Debugger.setSkipAllPauses",
        "Debugger.resume",
        "Runtime.runIfWaitingForDebugger",
    };
    const char *const *all = ofs_method_list();
    size_t n = 0;
    for (; all[n]; n++) {
        assert_ptr_equal(ofs_method_allowed(all[n]), all[n]);
        assert_non_null(strchr(all[n], '.'));
        for (size_t i = 0; i < COUNT(parts); i++)
            if (strcasestr(all[n], parts[i]) && !is_one_of(all[n], allowed, COUNT(allowed)))
                fail_msg("%s is in the method table", all[n]);
        for (size_t i = 0; i < n; i++)
            assert_string_not_equal(all[i], all[n]);
    }
    assert_true(n > 10);
    assert_null(ofs_method_allowed("Runtime.enable")); /* a page can notice that one */
}

static void test_send_fails(void **state)
{
    struct fake *f = *state;
    struct ofs_error err;
    int id = 0;
    f->deaf = true;
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, METHOD, NULL, &id, &err), -1);
    assert_int_equal(err.code, OFS_ERR_LOST);
    assert_string_equal(err.text, "the wire is cut");
    f->deaf = false;
    int next = post(f);
    arrive(f, "{'id':1,'result':{'v':-5}}"); /* nothing waits for the one that was not sent */
    char text[64];
    snprintf(text, sizeof text, "{'id':%d,'result':{'v':2}}", next);
    arrive(f, text);
    assert_answer(f, next, 2);
}

/* ---- answers ---- */

static void test_out_of_order(void **state)
{
    struct fake *f = *state;
    int a = post(f), b = post(f), c = post(f);
    arrive(f, "{'id':3,'result':{'v':3}}");
    arrive(f, "{'method':'Page.loadEventFired','params':{}}");
    arrive(f, "{'id':1,'result':{'v':1}}");
    arrive(f, "{'id':2,'result':{'v':2}}");
    assert_answer(f, b, 2);
    assert_answer(f, a, 1);
    assert_answer(f, c, 3);
    assert_int_equal(cJSON_GetArraySize(f->events), 1);
}

static void test_late_answer(void **state)
{
    struct fake *f = *state;
    struct ofs_error err;
    int late = post(f);
    int64_t before = ofs_now_ms();
    assert_int_equal(wait_for(f, late, 60, NULL, &err), -1);
    int64_t took = ofs_now_ms() - before;
    assert_true(took >= 55 && took < 3000); /* how exactly: tests/wire/test_loop.c */
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    assert_non_null(strstr(err.text, METHOD));
    int next = post(f);
    arrive(f, "{'id':1,'result':{'v':1}}");
    arrive(f, "{'id':2,'result':{'v':2}}");
    assert_answer(f, next, 2);
    /* it was dropped: it cannot be awaited again */
    assert_int_equal(wait_for(f, late, 60, NULL, &err), -1);
    assert_int_equal(err.code, OFS_ERR_PROTOCOL);
    assert_false(ofs_rpc_is_over(f->rpc, NULL));
}

/* No deadline at all: a response that has not arrived cannot be awaited, one that has can be
 * taken. */
static void test_past_deadline(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    int there = post(f), missing = post(f);
    arrive(f, "{'id':1,'result':{'v':1}}");
    settle(f);
    assert_int_equal(ofs_rpc_wait(f->rpc, there, 0, NULL, &err), 0);
    assert_untouched(&err);
    assert_int_equal(ofs_rpc_wait(f->rpc, missing, 0, NULL, &err), -1);
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
}

/* A peer that answers twice, answers an unknown id, or sends nonsense. */
static void test_odd_answers(void **state)
{
    struct fake *f = *state;
    int id = post(f);
    arrive(f, "{}");
    arrive(f, "{'id':'1','result':{'v':-1}}");
    arrive(f, "{'id':null}");
    arrive(f, "{'method':7}");
    arrive(f, "{'id':99,'result':{'v':-1}}");
    arrive(f, "{'id':-1,'result':{'v':-1}}");
    arrive(f, "{'id':1e300,'result':{'v':-1}}");
    arrive(f, "{'id':1,'result':{'v':1},'error':null,'future':[]}");
    arrive(f, "{'id':1,'result':{'v':-2}}"); /* the first one counts */
    arrive(f, "{'id':1,'error':{'message':'no'}}");
    settle(f);
    assert_answer(f, id, 1);

    struct ofs_error err = untouched;
    cJSON *result = (cJSON *)f; /* set, whatever it was */
    id = post(f);
    arrive(f, "{'id':2}");
    assert_int_equal(wait_for(f, id, 5000, &result, &err), 0);
    assert_null(result);
    assert_untouched(&err);
}

/* Without a waiting caller there is no report. */
static void test_unawaited(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, METHOD, NULL, NULL, &err), 0);
    arrive(f, "{'id':1,'error':{'message':'no'}}");
    int id = post(f);
    arrive(f, "{'id':2,'result':{'v':2}}");
    assert_answer(f, id, 2);
    assert_untouched(&err);
}

static void test_call(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    OFS_AUTO_JSON result = NULL;
    arrive(f, "{'id':1,'result':{'v':'called'}}");
    assert_int_equal(ofs_rpc_call(f->rpc, NULL, METHOD, NULL, ofs_deadline_in(5000), &result, &err),
                     0);
    assert_string_equal(ofs_json_str(result, "v", ""), "called");
    assert_untouched(&err);
}

static void test_errors(void **state)
{
    static const struct {
        const char *answer, *peer, *text;
    } rows[] = {
        /* CDP */
        {"'error':{'code':-32000,'message':'No node'}", "No node", METHOD ": No node"},
        {"'error':{'code':-32000,'message':'Two\\nlines','data':'x'}", NULL, METHOD ": Two lines"},
        {"'error':{'code':-32601}", "no reason given", METHOD ": no reason given"},
        {"'error':{'message':7}", "no reason given", METHOD ": no reason given"},
        {"'error':{}", "no reason given", METHOD ": no reason given"},
        /* WebDriver BiDi */
        {"'type':'error','error':'no such frame','message':'It went away','stacktrace':''",
         "no such frame", METHOD ": It went away"},
        {"'type':'error','error':'unknown error'", "unknown error", METHOD ": unknown error"},
        /* neither */
        {"'error':true", "no reason given", METHOD ": no reason given"},
        {"'error':'both','result':{'v':1}", "both", METHOD ": both"},
    };
    struct fake *f = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        cJSON *result = NULL;
        char text[300];
        int id = post(f);
        snprintf(text, sizeof text, "{'id':%d,%s}", id, rows[i].answer);
        arrive(f, text);
        assert_int_equal(wait_for(f, id, 5000, &result, &err), -1);
        assert_null(result);
        assert_int_equal(err.code, OFS_ERR_PEER);
        assert_string_equal(err.text, rows[i].text);
        if (rows[i].peer)
            assert_string_equal(err.peer, rows[i].peer);
    }
    assert_false(ofs_rpc_is_over(f->rpc, NULL));
}

static void test_long_error(void **state)
{
    struct fake *f = *state;
    struct ofs_error err;
    char text[5000], words[4001];
    memset(words, 'w', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    int id = post(f);
    snprintf(text, sizeof text, "{'id':%d,'error':{'message':'%s'}}", id, words);
    arrive(f, text);
    assert_int_equal(wait_for(f, id, 5000, NULL, &err), -1);
    assert_int_equal(strlen(err.peer), sizeof err.peer - 1);
    assert_true(strlen(err.text) < 500);
}

/* ---- the end ---- */

static void test_not_json(void **state)
{
    (void)state;
    static const char *const texts[] = {"",        "hello",     "<html></html>", "[]",
                                        "'text'",  "7",         "null",          "{'id':1} x",
                                        "{'id':1", "{'id':1,}", "{'id':1}{}",    "\xff\xfe"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        void *own = NULL;
        assert_int_equal(set_up(&own), 0);
        struct fake *f = own;
        struct ofs_error err, why;
        int id = post(f), sent = cJSON_GetArraySize(f->sent);
        arrive(f, texts[i]);
        arrive(f, "{'id':1,'result':{'v':1}}");
        if (wait_for(f, id, 5000, NULL, &err) != -1 || err.code != OFS_ERR_PROTOCOL)
            fail_msg("'%s' is accepted", texts[i]);
        assert_non_null(strstr(err.text, "not JSON"));
        assert_true(ofs_rpc_is_over(f->rpc, &why));
        assert_int_equal(why.code, OFS_ERR_PROTOCOL);
        assert_int_equal(ofs_rpc_post(f->rpc, NULL, METHOD, NULL, &id, &err), -1);
        assert_int_equal(err.code, OFS_ERR_PROTOCOL);
        assert_int_equal(cJSON_GetArraySize(f->sent), sent);
        assert_int_equal(tear_down(&own), 0);
    }
}

static void test_lost(void **state)
{
    struct fake *f = *state;
    struct ofs_error err, why = untouched;
    int answered = post(f), open = post(f), later = post(f);
    assert_false(ofs_rpc_is_over(f->rpc, &why));
    assert_untouched(&why);
    arrive(f, "{'id':1,'result':{'v':1}}");
    arrive(f, HANG_UP);
    int64_t before = ofs_now_ms();
    assert_int_equal(wait_for(f, open, 60000, NULL, &err), -1);
    assert_true(ofs_now_ms() - before < 1000);
    assert_int_equal(err.code, OFS_ERR_LOST);
    assert_string_equal(err.text, "the browser hung up");
    assert_int_equal(wait_for(f, later, 60000, NULL, &err), -1);
    assert_int_equal(err.code, OFS_ERR_LOST);
    assert_answer(f, answered, 1); /* what arrived before still counts */
    assert_true(ofs_rpc_is_over(f->rpc, &why));
    assert_int_equal(why.code, OFS_ERR_LOST);
    int id = 0;
    assert_int_equal(ofs_rpc_post(f->rpc, NULL, METHOD, NULL, &id, &err), -1);
    assert_int_equal(err.code, OFS_ERR_LOST);
    assert_int_equal(cJSON_GetArraySize(f->sent), 3);
    arrive(f, HANG_UP);
    settle(f);
}

/* A signal and the response come together: the response counts, and the next wait reports the
 * signal. */
static void test_signal_and_answer(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    assert_int_equal(ofs_loop_watch_signals(f->loop, &err), 0);
    int id = post(f), next = post(f);
    arrive(f, "{'id':1,'result':{'v':1}}");
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    settle(f);
    assert_answer(f, id, 1);
    assert_int_equal(wait_for(f, next, 5000, NULL, &err), -1);
    assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
}

static void test_signal_in_the_same_turn(void **state)
{
    struct fake *f = *state;
    struct ofs_error err = untouched;
    assert_int_equal(ofs_loop_watch_signals(f->loop, &err), 0);
    int id = post(f);
    arrive(f, "{'id':1,'result':{'v':1}}");
    assert_int_equal(kill(getpid(), SIGTERM), 0);
    /* whichever comes first: a response, or the signal, and no mixture */
    OFS_AUTO_JSON result = NULL;
    if (wait_for(f, id, 5000, &result, &err))
        assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
    else
        assert_untouched(&err);
}

/* ---- events ---- */

static void test_events(void **state)
{
    struct fake *f = *state;
    int id = post(f);
    arrive(f, "{'method':'A.b','params':{'x':1},'sessionId':'S'}");
    arrive(f, "{'method':'C.d'}");
    f->answers_events = true;
    arrive(f, "{'method':'Storage.cookieSet','params':{},'sessionId':'T'}");
    arrive(f, "{'id':1,'result':{'v':1}}");
    assert_answer(f, id, 1);
    OFS_AUTO_STR text = cJSON_PrintUnformatted(f->events);
    assert_string_equal(text,
                        "[{\"session\":\"S\",\"method\":\"A.b\",\"params\":{\"x\":1}},"
                        "{\"session\":null,\"method\":\"C.d\",\"params\":null},"
                        "{\"session\":\"T\",\"method\":\"Storage.cookieSet\",\"params\":{}}]");
    /* the handler posted, during the wait for another response */
    const cJSON *last = cJSON_GetArrayItem(f->sent, cJSON_GetArraySize(f->sent) - 1);
    assert_string_equal(ofs_json_str(last, "sessionId", ""), "T");
}

/* However many events arrive, a deadline holds. */
static void test_event_flood(void **state)
{
    struct fake *f = *state;
    struct ofs_error err;
    int id = post(f);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        static const char event[] = "{\"method\":\"A.b\",\"params\":{\"x\":[1,2,3]}}";
        ofs_deadline until = ofs_deadline_in(5000);
        while (ofs_deadline_left(until) && write(f->write_fd, event, sizeof event) > 0)
            ;
        _exit(0);
    }
    int64_t before = ofs_now_ms();
    assert_int_equal(wait_for(f, id, 300, NULL, &err), -1);
    int64_t took = ofs_now_ms() - before;
    kill(pid, SIGKILL);
    assert_true(took >= 295 && took < 3000);
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    assert_true(cJSON_GetArraySize(f->events) > 10);
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); /* the exit of the flooding child does not matter */
    const struct CMUnitTest tests[] = {
        WITH_FAKE(test_shape),
        WITH_FAKE(test_refused),
        WITH_FAKE(test_nested_method),
        WITH_FAKE(test_pictures_have_a_box),
        cmocka_unit_test(test_method_table),
        WITH_FAKE(test_send_fails),
        WITH_FAKE(test_out_of_order),
        WITH_FAKE(test_late_answer),
        WITH_FAKE(test_past_deadline),
        WITH_FAKE(test_odd_answers),
        WITH_FAKE(test_unawaited),
        WITH_FAKE(test_call),
        WITH_FAKE(test_errors),
        WITH_FAKE(test_long_error),
        cmocka_unit_test(test_not_json),
        WITH_FAKE(test_lost),
        WITH_FAKE(test_signal_and_answer),
        WITH_FAKE(test_signal_in_the_same_turn),
        WITH_FAKE(test_events),
        WITH_FAKE(test_event_flood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
