/*
 * The session that a driver is asked for: what arrives there, what becomes of the socket that it
 * offers, and that the session is ended on every way out. The driver is a small server here; real
 * ones are in tests/browser.
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
#include "base/json.h"
#include "base/text.h"
#include "browser/browser.h"
#include "wire/serve.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct driver {
    struct ofs_loop *loop;
    struct ofs_server *server;
    const char *told;   /* the capabilities of the session that it makes, as JSON */
    cJSON *asked;       /* the body of the request for it */
    int begun, ended;   /* sessions */
    char notices[1024]; /* what the person was told */
    char file[64];
};

static void on_request(void *user, const struct ofs_serve_request *r, struct ofs_serve_reply *reply)
{
    struct driver *d = user;
    struct ofs_error ignored;
    reply->content_type = "application/json; charset=utf-8";
    if (!strcmp(r->method, "POST") && !strcmp(r->path, "/session")) {
        d->begun++;
        cJSON_Delete(d->asked);
        d->asked = ofs_json_parse(r->body, r->body_len, &ignored);
        ofs_buf_printf(&reply->body, &ignored,
                       "{\"value\":{\"sessionId\":\"abc\",\"capabilities\":%s}}", d->told);
    } else if (!strcmp(r->method, "DELETE") && !strcmp(r->path, "/session/abc")) {
        d->ended++;
        ofs_buf_puts(&reply->body, "{\"value\":null}", &ignored);
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

/* The browser that comes of these capabilities. */
static struct ofs_browser *open_with(struct driver *d, const char *given, struct ofs_error *err)
{
    OFS_AUTO_STR address = ofs_text_printf("webdriver://127.0.0.1:%d", ofs_server_port(d->server));
    FILE *file = fopen(d->file, "we");
    assert_non_null(file);
    fputs(given, file);
    fclose(file);
    const struct ofs_connect how = {
        .address = address, .capabilities = d->file, .on_notice = on_notice, .ctx = d};
    return ofs_browser_open(d->loop, &how, ofs_deadline_in(5000), err);
}

static void test_a_socket_that_is_not_opened(void **state)
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

static void test_no_socket_was_asked_for(void **state)
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

#define WITH_DRIVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DRIVER(test_a_socket_that_is_not_opened),
        WITH_DRIVER(test_no_socket_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
