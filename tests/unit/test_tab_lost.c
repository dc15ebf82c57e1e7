/*
 * A tab that ends while a command to it is pending: over every message wire the caller gets the
 * error at once, not at its deadline. The browser is simulated; real ones rarely crash at that
 * moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/internal.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LONG = 60000, AT_ONCE = 5000 };

static const struct played {
    const char *name;
    bool bidi;
    const char *asked; /* the method that is never answered */
    const char *event; /* what comes instead of the response */
    bool crashed;
} cases[] = {
    {"DevTools, a crash", false, "Runtime.callFunctionOn",
     "{\"method\":\"Inspector.targetCrashed\",\"params\":{},\"sessionId\":\"s\"}", true},
    {"DevTools, closed by a user", false, "Runtime.callFunctionOn",
     "{\"method\":\"Target.detachedFromTarget\",\"params\":{\"sessionId\":\"s\"}}", false},
    {"DevTools, at the press", false, "Input.dispatchMouseEvent",
     "{\"method\":\"Inspector.targetCrashed\",\"params\":{},\"sessionId\":\"s\"}", true},
    {"BiDi, closed by a user", true, "script.callFunction",
     "{\"type\":\"event\",\"method\":\"browsingContext.contextDestroyed\",\"params\":{\"context\":"
     "\"t\"}}",
     false},
    {"BiDi over a Chromium's driver, a crash", true, "script.callFunction",
     "{\"type\":\"event\",\"method\":\"goog:cdp.Inspector.targetCrashed\",\"params\":{\"session\":"
     "\"d\","
     "\"params\":{}}}",
     true},
    {"BiDi, at the press", true, "input.performActions",
     "{\"type\":\"event\",\"method\":\"browsingContext.contextDestroyed\",\"params\":{\"context\":"
     "\"t\"}}",
     false},
};

/* The response to a method, if it is more than an empty one. */
static const struct {
    const char *method, *result;
} results[] = {
    {"Browser.getVersion", "{\"product\":\"Played/1\"}"},
    {"Target.createTarget", "{\"targetId\":\"t\"}"},
    {"Target.attachToTarget", "{\"sessionId\":\"s\"}"},
    {"Target.closeTarget", "{\"success\":true}"},
    {"Page.createIsolatedWorld", "{\"executionContextId\":1}"},
    {"session.status", "{\"ready\":true}"},
    {"session.new", "{\"sessionId\":\"x\",\"capabilities\":{\"browserName\":\"played\"}}"},
    {"browsingContext.create", "{\"context\":\"t\"}"},
    {"goog:cdp.getSession", "{\"session\":\"d\"}"},
    {"browsingContext.getTree", "{\"contexts\":[]}"},
};

struct browser {
    struct ofs_wire wire; /* the program's end */
    struct ofs_wire *arrivals;
    struct ofs_loop *loop;
    const struct played *played;
    int to_program;
};

static void say(struct browser *b, const char *text)
{
    size_t n = strlen(text) + 1;
    assert_int_equal(write(b->to_program, text, n), n);
}

static int played_send(struct ofs_wire *wire, const char *text, size_t len, struct ofs_error *err)
{
    struct browser *b = (struct browser *)wire;
    OFS_AUTO_JSON asked = ofs_json_parse(text, len, err);
    const char *method = ofs_json_str(asked, "method", ""), *result = "{}";
    for (size_t i = 0; i < COUNT(results); i++)
        if (!strcmp(results[i].method, method))
            result = results[i].result;
    if (!strcmp(method, b->played->asked)) {
        say(b, b->played->event);
        return 0;
    }
    OFS_AUTO_STR answer = ofs_text_printf("{\"type\":\"success\",\"id\":%d,\"result\":%s}",
                                          (int)ofs_json_num(asked, "id", 0), result);
    say(b, answer);
    return 0;
}

static void played_close(struct ofs_wire *wire)
{
    (void)wire;
}

static const struct ofs_wire_ops played_ops = {
    .name = "played", .send = played_send, .close = played_close};

static void on_arrival(void *ctx, const char *text, size_t len)
{
    struct browser *b = ctx;
    b->wire.on_message(b->wire.ctx, text, len);
}

static void test_loss_is_reported_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ofs_error err = {0};
        struct browser played = {.wire = {.ops = &played_ops}, .played = &cases[i]};
        const struct ofs_connect how = {.address = "launch"};
        struct ofs_tab *tab = NULL;
        OFS_AUTO_JSON value = NULL;
        int fds[2];
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        played.to_program = fds[1];
        played.loop = ofs_loop_new(&err);
        played.arrivals =
            ofs_wire_pipe(played.loop, fds[0], open("/dev/null", O_WRONLY | O_CLOEXEC), &err);
        played.arrivals->on_message = on_arrival;
        played.arrivals->ctx = &played;
        struct ofs_browser *b =
            cases[i].bidi
                ? ofs_bidi_open(played.loop, &played.wire, NULL, ofs_deadline_in(LONG), &err)
                : ofs_cdp_open(played.loop, &played.wire, NULL, &how, NULL, NULL,
                               ofs_deadline_in(LONG), &err);
        assert_non_null(b);
        b->probe = "function () {}";
        assert_int_equal(b->ops->open_tab(b, ofs_deadline_in(LONG), &tab, &err), 0);

        int64_t since = ofs_now_ms();
        bool press = strstr(cases[i].name, "press") != NULL;
        int rc = press ? b->ops->click(tab, 1, 1, ofs_deadline_in(LONG), &err)
                       : b->ops->call(tab, "look", NULL, ofs_deadline_in(LONG), &value, &err);
        print_message("  %s: %s\n", cases[i].name, err.text);
        assert_int_equal(rc, -1);
        assert_int_equal(err.code, OFS_ERR_TAB_LOST);
        assert_int_equal(err.maybe_done, press);
        assert_true(ofs_now_ms() - since < AT_ONCE);
        assert_int_equal(tab->view.crashed, cases[i].crashed);
        b->ops->close(b, ofs_deadline_in(AT_ONCE));
        played.arrivals->ops->close(played.arrivals);
        ofs_loop_free(played.loop);
        close(fds[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_loss_is_reported_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
