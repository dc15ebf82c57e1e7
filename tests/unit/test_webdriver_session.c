/*
 * The session that is requested from a driver: what arrives there, the use of the socket that it
 * offers, a response that is not a session, and that the session always ends. The driver is a small
 * server here; real ones are in tests/browser.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "browser/browser.h"
#include "wire/serve.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct answer {
    int status;
    const char *type, *body;
};

struct driver {
    struct ofs_loop *loop;
    struct ofs_server *server;
    const char *told;             /* the capabilities of the session that it creates, as JSON */
    cJSON *asked;                 /* the body of the request for it */
    const struct answer *instead; /* the response instead of a session, or NULL */
    const struct answer *later;   /* and to every command except the last, or NULL */
    int64_t delay_ms;             /* until the session is created */
    int begun, ended;             /* sessions */
    char notices[1024];           /* the messages to the person */
    char file[64];
};

static void say(struct ofs_serve_reply *reply, const struct answer *answer)
{
    struct ofs_error ignored;
    reply->status = answer->status;
    reply->content_type = answer->type;
    ofs_buf_puts(&reply->body, answer->body, &ignored);
}

static void on_request(void *user, const struct ofs_serve_request *r, struct ofs_serve_reply *reply)
{
    struct driver *d = user;
    struct ofs_error ignored;
    reply->content_type = "application/json; charset=utf-8";
    if (!strcmp(r->method, "POST") && !strcmp(r->path, "/session")) {
        d->begun++;
        cJSON_Delete(d->asked);
        d->asked = ofs_json_parse(r->body, r->body_len, &ignored);
        reply->delay_ms = d->delay_ms;
        if (d->instead)
            say(reply, d->instead);
        else
            ofs_buf_printf(&reply->body, &ignored,
                           "{\"value\":{\"sessionId\":\"abc\",\"capabilities\":%s}}", d->told);
    } else if (!strcmp(r->method, "DELETE") && !strcmp(r->path, "/session/abc")) {
        d->ended++;
        ofs_buf_puts(&reply->body, "{\"value\":null}", &ignored);
    } else if (d->later) {
        say(reply, d->later);
    } else {
        reply->status = 404;
        ofs_buf_puts(&reply->body, "{\"value\":{\"error\":\"unknown command\",\"message\":\"no\"}}",
                     &ignored);
    }
}

static void on_notice(void *ctx, const char *words)
{
    struct driver *d = ctx;
    snprintf(d->notices + strlen(d->notices), sizeof d->notices - strlen(d->notices), "%s\n",
             words);
}

static int set_up(void **state)
{
    struct ofs_error err;
    struct driver *d = calloc(1, sizeof *d);
    if (!d || !(d->loop = ofs_loop_new(&err)))
        return -1;
    const struct ofs_serve_options options = {.handler = on_request, .user = d};
    d->server = ofs_server_new(d->loop, &options, &err);
    snprintf(d->file, sizeof d->file, "/tmp/offswitch-capabilities-XXXXXX");
    int fd = mkstemp(d->file);
    *state = d;
    return d->server && fd >= 0 && !close(fd) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct driver *d = *state;
    ofs_server_free(d->server);
    ofs_loop_free(d->loop);
    cJSON_Delete(d->asked);
    unlink(d->file);
    free(d);
    return 0;
}

/* The browser for these capabilities. */
static struct ofs_browser *open_within(struct driver *d, const char *given, int64_t ms,
                                       struct ofs_error *err)
{
    OFS_AUTO_STR address = ofs_text_printf("webdriver://127.0.0.1:%d", ofs_server_port(d->server));
    FILE *file = fopen(d->file, "we");
    assert_non_null(file);
    fputs(given, file);
    fclose(file);
    const struct ofs_connect how = {
        .address = address, .capabilities = d->file, .on_notice = on_notice, .ctx = d};
    return ofs_browser_open(d->loop, &how, ofs_deadline_in(ms), err);
}

static struct ofs_browser *open_with(struct driver *d, const char *given, struct ofs_error *err)
{
    return open_within(d, given, 5000, err);
}

static void test_socket_not_opened(void **state)
{
    static const char *const sockets[] = {"ws://192.0.2.1:9515/session/abc",
                                          "wss://127.0.0.1:9515/session/abc",
                                          "ws://127.0.0.1:1/session/abc"};
    struct driver *d = *state;
    for (size_t i = 0; i < COUNT(sockets); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR told =
            ofs_text_printf("{\"browserName\":\"chrome\",\"webSocketUrl\":\"%s\"}", sockets[i]);
        d->told = told;
        d->notices[0] = '\0';
        struct ofs_browser *b = open_with(d, "{\"webSocketUrl\":true}", &err);
        assert_non_null(b);
        assert_string_equal(b->ops->protocol, "webdriver");
        assert_string_equal(b->wire, "http");
        assert_non_null(strstr(d->notices, sockets[i]));
        assert_non_null(strstr(d->notices, "over WebDriver alone"));
        b->ops->close(b, ofs_deadline_in(2000));
        assert_int_equal(d->begun, (int)i + 1);
        assert_int_equal(d->ended, d->begun);
    }
}

/* What is reported about a running browser's own port: nothing if it is not on this machine. */
static void test_browser_not_joined(void **state)
{
    static const struct {
        const char *address, *notice; /* NULL: none */
    } debuggers[] = {
        {"127.0.0.1:1", "127.0.0.1:1 cannot be joined"},
        {"192.0.2.1:9222", NULL},
        {"me@127.0.0.1:9222", NULL},
        {"127.0.0.1", NULL},
        {"", NULL},
    };
    static const struct answer windows = {200, "application/json", "{\"value\":[\"A\"]}"};
    struct driver *d = *state;
    d->later = &windows;
    for (size_t i = 0; i < COUNT(debuggers); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR told = ofs_text_printf("{\"browserName\":\"chrome\",\"goog:chromeOptions\":{"
                                            "\"debuggerAddress\":\"%s\"}}",
                                            debuggers[i].address);
        d->told = told;
        d->notices[0] = '\0';
        struct ofs_browser *b =
            open_with(d, "{\"goog:chromeOptions\":{\"debuggerAddress\":\"127.0.0.1:1\"}}", &err);
        assert_non_null(b);
        assert_string_equal(b->ops->protocol, "webdriver");
        if (debuggers[i].notice)
            assert_non_null(strstr(d->notices, debuggers[i].notice));
        else
            assert_string_equal(d->notices, "");
        b->ops->close(b, ofs_deadline_in(2000));
        assert_int_equal(d->ended, (int)i + 1);
    }
}

static void test_no_socket_requested(void **state)
{
    struct driver *d = *state;
    struct ofs_error err = {0};
    d->told = "{\"browserName\":\"chrome\",\"webSocketUrl\":true}";
    struct ofs_browser *b = open_with(d, "{}", &err);
    assert_non_null(b);
    assert_string_equal(b->ops->protocol, "webdriver");
    assert_string_equal(d->notices, "");
    b->ops->close(b, ofs_deadline_in(2000));
    assert_int_equal(d->ended, 1);
}

/* ---- the request ---- */

#define OURS                                                         \
    "\"timeouts\":{\"script\":20000},\"pageLoadStrategy\":\"none\"," \
    "\"unhandledPromptBehavior\":\"ignore\""
#define LOG "[{\"goog:loggingPrefs\":{\"performance\":\"ALL\"}},{}]"

/* Everything is passed on unchanged, except three keys that our promises depend on. */
static const struct {
    const char *given, *always, *first; /* NULL: no firstMatch */
} wishes[] = {
    {"{}", "{" OURS "}", LOG},
    {"{\"browserName\":\"firefox\",\"moz:firefoxOptions\":{\"binary\":\"/opt/"
     "f\",\"args\":[\"-headless\","
     "\"-profile\",\"/p\"],\"prefs\":{\"a.b\":true,\"n\":-3},\"log\":{\"level\":\"trace\"}}}",
     "{\"browserName\":\"firefox\",\"moz:firefoxOptions\":{\"binary\":\"/opt/"
     "f\",\"args\":[\"-headless\","
     "\"-profile\",\"/p\"],\"prefs\":{\"a.b\":true,\"n\":-3},\"log\":{\"level\":\"trace\"}}," OURS
     "}",
     LOG},
    {"{\"se:recordVideo\":true,\"se:screenResolution\":\"1920x1080\",\"ggr:options\":{\"x\":[1,2.5,"
     "null]},"
     "\"vendor:thing\":{\"deep\":{\"er\":[\"\\u00fc\",{},[],\"\"]}},\"platformName\":\"linux\","
     "\"acceptInsecureCerts\":false,\"proxy\":{\"proxyType\":\"direct\"}}",
     "{\"se:recordVideo\":true,\"se:screenResolution\":\"1920x1080\",\"ggr:options\":{\"x\":[1,2.5,"
     "null]},"
     "\"vendor:thing\":{\"deep\":{\"er\":[\"\\u00fc\",{},[],\"\"]}},\"platformName\":\"linux\","
     "\"acceptInsecureCerts\":false,\"proxy\":{\"proxyType\":\"direct\"}," OURS "}",
     LOG},
    {"{\"goog:chromeOptions\":{\"args\":[\"--headless=new\"],\"extensions\":[\"Q3J4\"],"
     "\"excludeSwitches\":[\"x\"],\"mobileEmulation\":{\"deviceName\":\"d\"}}}",
     "{\"goog:chromeOptions\":{\"args\":[\"--headless=new\"],\"extensions\":[\"Q3J4\"],"
     "\"excludeSwitches\":[\"x\"],\"mobileEmulation\":{\"deviceName\":\"d\"}}," OURS "}",
     LOG},
    {"{\"timeouts\":{\"script\":1,\"pageLoad\":2},\"pageLoadStrategy\":\"eager\","
     "\"unhandledPromptBehavior\":\"accept\"}",
     "{" OURS "}", LOG},
    /* the log of a browser that a person uses is not requested; the person's own wish is kept */
    {"{\"goog:chromeOptions\":{\"debuggerAddress\":\"127.0.0.1:9222\"}}",
     "{\"goog:chromeOptions\":{\"debuggerAddress\":\"127.0.0.1:9222\"}," OURS "}", NULL},
    {"{\"goog:loggingPrefs\":{\"browser\":\"OFF\"}}",
     "{\"goog:loggingPrefs\":{\"browser\":\"OFF\"}," OURS "}", NULL},
    {"{\"webSocketUrl\":true}", "{\"webSocketUrl\":true," OURS "}", NULL},
    {"{\"webSocketUrl\":false}", "{\"webSocketUrl\":false," OURS "}", LOG},
};

static void test_capabilities_are_passed_on(void **state)
{
    struct driver *d = *state;
    d->told = "{\"browserName\":\"chrome\"}";
    for (size_t i = 0; i < COUNT(wishes); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR whole = ofs_text_printf(
            "{\"capabilities\":{\"alwaysMatch\":%s%s%s}}", wishes[i].always,
            wishes[i].first ? ",\"firstMatch\":" : "", wishes[i].first ? wishes[i].first : "");
        OFS_AUTO_JSON wanted = ofs_json_parse(whole, strlen(whole), &err);
        struct ofs_browser *b = open_with(d, wishes[i].given, &err);
        assert_non_null(b);
        b->ops->close(b, ofs_deadline_in(2000));
        OFS_AUTO_STR asked = cJSON_PrintUnformatted(d->asked);
        if (!cJSON_Compare(d->asked, wanted, true))
            fail_msg("%s\n   was asked for as %s", wishes[i].given, asked);
    }
}

/* ---- responses that are not a session ---- */

#define HTML "text/html"
#define JSON "application/json"
#define W3C(error, message) \
    "{\"value\":{\"error\":\"" error "\",\"message\":\"" message "\",\"stacktrace\":\"at x\"}}"
#define LEGACY(status, message)              \
    "{\"sessionId\":null,\"status\":" status \
    ",\"value\":{\"class\":\"org.x\",\"message\":\"" message "\"}}"

static const struct {
    struct answer answer;
    enum ofs_error_code code;
    const char *words, *next;
} refusals[] = {
    /* another server is there */
    {{200, HTML, "<html><h1>Grid Console</h1></html>"},
     OFS_ERR_NOT_A_BROWSER,
     "HTTP 200 with something that is not WebDriver",
     "the PATH in --connect"},
    {{404, HTML, "<html>Whoops</html>"},
     OFS_ERR_NOT_A_BROWSER,
     "HTTP 404 with something that is not WebDriver",
     "the PATH in --connect"},
    {{200, JSON, ""}, OFS_ERR_NOT_A_BROWSER, "not WebDriver", "the PATH in --connect"},
    {{200, JSON, "[1]"}, OFS_ERR_NOT_A_BROWSER, "not WebDriver", "the PATH in --connect"},
    {{200, JSON, "{\"ok\":true}"}, OFS_ERR_NOT_A_BROWSER, "not WebDriver", "the PATH in --connect"},
    {{500, JSON, "{\"value\":{\"message\":\"?\"}}"},
     OFS_ERR_NOT_A_BROWSER,
     "HTTP 500",
     "the PATH in --connect"},
    {{200, JSON, "{\"value\":{}}"}, OFS_ERR_NOT_A_BROWSER, "without a name", "WebDriver"},
    {{200, JSON, "{\"value\":{\"sessionId\":\"../x\"}}"},
     OFS_ERR_NOT_A_BROWSER,
     "without a name",
     "WebDriver"},
    /* a proxy is in front of it */
    {{302, HTML, ""}, OFS_ERR_NOT_A_BROWSER, "leads elsewhere", "the address that it leads to"},
    {{401, HTML, "<html>Authorization Required</html>"},
     OFS_ERR_NOT_A_BROWSER,
     "HTTP 401",
     "needs none"},
    {{401, JSON, ""},
     OFS_ERR_NOT_A_BROWSER,
     "asks for a name and a password",
     "a relay on 127.0.0.1"},
    {{403, HTML, "<html>Forbidden</html>"}, OFS_ERR_NOT_A_BROWSER, "HTTP 403", "who may use it"},
    {{407, HTML, ""}, OFS_ERR_NOT_A_BROWSER, "a proxy asks for a name", "no such proxy"},
    {{502, HTML, "<html>Bad Gateway</html>"},
     OFS_ERR_NOT_A_BROWSER,
     "HTTP 502",
     "the hub behind it"},
    {{503, HTML, ""}, OFS_ERR_NOT_A_BROWSER, "HTTP 503", "the hub behind it"},
    {{504, HTML, "<html>Gateway Time-out</html>"},
     OFS_ERR_NOT_A_BROWSER,
     "with nothing behind it",
     "try later"},
    /* the driver's own words, and the hub's, in both forms */
    {{500, JSON,
      W3C("session not created", "This version of ChromeDriver only supports Chrome 99")},
     OFS_ERR_NO_BROWSER,
     "only supports Chrome 99",
     "the browser's version number"},
    {{500, JSON, W3C("unknown error", "Request timed out waiting for a node to become available.")},
     OFS_ERR_NO_BROWSER,
     "waiting for a node",
     "no free node in time"},
    {{500, JSON, LEGACY("13", "Request timed out waiting for a node to become available.")},
     OFS_ERR_NO_BROWSER,
     "unknown error: Request timed out waiting for a node",
     "no free node in time"},
    {{200, JSON, LEGACY("13", "Request timed out waiting for a node to become available.")},
     OFS_ERR_NO_BROWSER,
     "waiting for a node",
     "no free node in time"},
    {{500, JSON, LEGACY("33", "entity not found")},
     OFS_ERR_NO_BROWSER,
     "session not created: entity not found",
     "--capabilities"},
    {{500, JSON, LEGACY("13", "Error forwarding the request Failed to connect to /10.1.1.1:5555")},
     OFS_ERR_NO_BROWSER,
     "Failed to connect to /10.1.1.1:5555",
     "has not noticed it yet"},
    {{500, JSON, LEGACY("13", "Empty pool of VM for setup Capabilities {browserName: chrome}")},
     OFS_ERR_NO_BROWSER,
     "Empty pool of VM",
     "no node at present"},
    {{500, HTML, "<pre>GridException: Cannot extract a capabilities from the request: {}</pre>"},
     OFS_ERR_PEER,
     "HTTP 500: it does not understand the capabilities",
     "webSocketUrl"},
    {{500, JSON,
      W3C("session not created", "Could not start a new session. New session request timed "
                                 "out \\nHost info: host: 'runner'")},
     OFS_ERR_NO_BROWSER,
     "New session request timed out",
     "no free node in time"},
    {{500, JSON,
      W3C("session not created", "Could not start a new session. Error while creating session "
                                 "with the driver service. Stopping driver service: Timed out")},
     OFS_ERR_NO_BROWSER,
     "with the driver service",
     "see what the node says"},
    /* a refusal that mentions a timeout is not our own timeout */
    {{500, JSON,
      LEGACY("13", "cannot find : Capabilities {browserName: x, timeouts: {script: 1}}")},
     OFS_ERR_NO_BROWSER,
     "cannot find : Capabilities",
     "no node of the Grid has such a browser"},
    {{500, JSON, W3C("session not created", "No nodes support the capabilities in the request")},
     OFS_ERR_NO_BROWSER,
     "No nodes support",
     "--capabilities"},
};

static void test_refused_sessions(void **state)
{
    struct driver *d = *state;
    int wrong = 0;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR address = ofs_text_printf("127.0.0.1:%d", ofs_server_port(d->server));
        bool stranger = refusals[i].code == OFS_ERR_NOT_A_BROWSER;
        d->instead = &refusals[i].answer;
        assert_null(open_with(d, "{}", &err));
        if (err.code == refusals[i].code && strstr(err.text, refusals[i].words) &&
            strstr(err.hint, refusals[i].next) && (!stranger || strstr(err.text, address)))
            continue;
        wrong++;
        print_error("HTTP %d %s\n   is reported as %s: %s\n   %s\n", refusals[i].answer.status,
                    refusals[i].answer.body, ofs_error_name(err.code), err.text, err.hint);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(d->ended, 0);
}

/* It is created even when we stop waiting, and then belongs to no client. */
static void test_late_session(void **state)
{
    struct driver *d = *state;
    struct ofs_error err = {0};
    d->told = "{\"browserName\":\"chrome\"}";
    d->delay_ms = 900;
    assert_null(open_within(d, "{}", 200, &err));
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    assert_non_null(strstr(err.text, "no session in time"));
    assert_non_null(strstr(err.hint, "--timeout"));
    assert_null(strstr(err.hint, "may still come"));
    assert_non_null(strstr(d->notices, "still making the session"));
    assert_int_equal(d->begun, 1);
    assert_int_equal(d->ended, 1);
}

/* ---- the session in use ---- */

static const struct {
    struct answer answer;
    enum ofs_error_code code;
    const char *words;
    bool over; /* there is no server to end it at */
} ends[] = {
    {{500, JSON, LEGACY("13", "cannot forward the request Failed to connect to /10.1.1.1:5555")},
     OFS_ERR_LOST,
     "the Grid has lost the node",
     true},
    {{500, JSON, W3C("unknown error", "cannot forward the request unexpected end of stream")},
     OFS_ERR_LOST,
     "the Grid has lost the node",
     true},
    {{500, JSON,
      W3C("unknown error", "Session [x] was terminated due to FORWARDING_TO_NODE_FAILED")},
     OFS_ERR_LOST,
     "the Grid has lost the node",
     true},
    {{500, JSON, W3C("unknown error", "Session [x] was terminated due to TIMEOUT")},
     OFS_ERR_LOST,
     "the Grid has ended the session",
     true},
    {{500, JSON,
      W3C("unknown error", "Session [x] not available and is not among the last 1000 terminated "
                           "sessions.")},
     OFS_ERR_LOST,
     "the Grid knows the session no more",
     true},
    {{404, JSON, W3C("invalid session id", "no such session")},
     OFS_ERR_LOST,
     "no such session",
     true},
    {{500, JSON, LEGACY("6", "gone")}, OFS_ERR_LOST, "invalid session id: gone", true},
    /* temporary errors: the session may still be there */
    {{502, HTML, "<html>Bad Gateway</html>"}, OFS_ERR_NOT_A_BROWSER, "HTTP 502", false},
    {{504, HTML, ""}, OFS_ERR_NOT_A_BROWSER, "with nothing behind it", false},
};

static void test_lost_sessions(void **state)
{
    struct driver *d = *state;
    d->told = "{\"browserName\":\"chrome\"}";
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct ofs_error err = {0};
        struct ofs_tab *tab;
        struct ofs_browser *b = open_with(d, "{}", &err);
        assert_non_null(b);
        d->ended = 0;
        d->later = &ends[i].answer;
        assert_int_equal(b->ops->open_tab(b, ofs_deadline_in(2000), &tab, &err), -1);
        print_message("  %s\n", err.text);
        assert_int_equal(err.code, ends[i].code);
        assert_non_null(strstr(err.text, ends[i].words));
        assert_true(err.maybe_done); /* it may have created the window */
        b->ops->close(b, ofs_deadline_in(2000));
        assert_int_equal(d->ended, !ends[i].over);
        d->later = NULL;
    }
}

/* A Chromium's log is requested first. */
static void test_session_lost_at_once(void **state)
{
    struct driver *d = *state;
    struct ofs_error err = {0};
    d->told = "{\"browserName\":\"chrome\",\"goog:chromeOptions\":{}}";
    d->later = &ends[0].answer;
    assert_null(open_with(d, "{}", &err));
    assert_int_equal(err.code, ends[0].code);
    assert_non_null(strstr(err.text, ends[0].words));
    assert_int_equal(d->begun, 1);
}

#define WITH_DRIVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DRIVER(test_socket_not_opened),
        WITH_DRIVER(test_no_socket_requested),
        WITH_DRIVER(test_capabilities_are_passed_on),
        WITH_DRIVER(test_refused_sessions),
        WITH_DRIVER(test_late_session),
        WITH_DRIVER(test_lost_sessions),
        WITH_DRIVER(test_session_lost_at_once),
        WITH_DRIVER(test_browser_not_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
