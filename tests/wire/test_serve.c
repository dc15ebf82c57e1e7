/*
 * The small server, tested by a raw client over one connection: replies and faults as configured.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "scripted_peer.h"
#include "wire/loop.h"
#include "wire/serve.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LARGE = 3 << 20 };

static const char *const wanted_headers[] = {"csrf-token", "x-second", NULL};

struct served {
    struct ofs_loop *loop;
    struct ofs_server *server;
    int fd; /* of the client */
    int requests;
    struct ofs_buf last; /* METHOD|path|query|cookies|csrf|second|length */
    struct ofs_buf body;
    bool host_right;
    void (*reply)(struct ofs_serve_reply *);
};

static void on_request(void *user, const struct ofs_serve_request *r, struct ofs_serve_reply *reply)
{
    struct served *s = user;
    struct ofs_error ignored;
    char host[32];
    s->requests++;
    snprintf(host, sizeof host, "127.0.0.1:%d", ofs_server_port(s->server));
    s->host_right = !strcmp(r->host, host);
    ofs_buf_clear(&s->last);
    ofs_buf_clear(&s->body);
    ofs_buf_printf(&s->last, &ignored, "%s|%s|%s|%s|%s|%s|%zu", r->method, r->path, r->query,
                   r->cookies, ofs_serve_header(r, "csrf-token"), ofs_serve_header(r, "x-second"),
                   r->body_len);
    ofs_buf_add(&s->body, r->body, r->body_len, &ignored);
    assert_int_equal(r->body[r->body_len], 0);
    assert_string_equal(ofs_serve_header(r, "not-asked-for"), "");
    ofs_buf_puts(&reply->body, "hello", &ignored);
    if (s->reply)
        s->reply(reply);
}

static int dial(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static int set_up(void **state)
{
    struct ofs_error err;
    struct served *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    s->last.limit = 1 << 16;
    s->body.limit = 2 << 20;
    s->loop = ofs_loop_new(&err);
    const struct ofs_serve_options options = {
        .handler = on_request, .user = s, .headers = wanted_headers};
    s->server = s->loop ? ofs_server_new(s->loop, &options, &err) : NULL;
    if (!s->server)
        return -1;
    s->fd = dial(ofs_server_port(s->server));
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct served *s = *state;
    ofs_server_free(s->server);
    ofs_loop_free(s->loop);
    close(s->fd);
    ofs_buf_free(&s->last);
    ofs_buf_free(&s->body);
    free(s);
    return 0;
}

/* ---- the client's side: one thread, which alternates with the loop ---- */

static void turn(struct served *s)
{
    struct ofs_error err;
    ofs_loop_turn(s->loop, ofs_deadline_in(10), &err);
}

static void ask(struct served *s, const char *text, size_t len)
{
    ofs_deadline until = ofs_deadline_in(20000);
    while (len) {
        ssize_t n = send(s->fd, text, len, MSG_NOSIGNAL);
        if (n > 0) {
            text += n;
            len -= (size_t)n;
        } else if (errno != EAGAIN || !ofs_deadline_left(until)) {
            return; /* disconnected: the response is examined next */
        }
        turn(s);
    }
}

static void ask_text(struct served *s, const char *text)
{
    ask(s, text, strlen(text));
}

enum heard { WHOLE, CUT, NOTHING };

/* One answer, its head and its body; `ms` is how long to wait for it. */
static enum heard hear(struct served *s, bool bare, int64_t ms, struct ofs_buf *head,
                       struct ofs_buf *body)
{
    struct ofs_error err;
    ofs_deadline until = ofs_deadline_in(ms);
    size_t length = 0;
    ofs_buf_clear(head);
    ofs_buf_clear(body);
    for (;;) {
        bool in_body = strstr(ofs_buf_str(head), "\r\n\r\n") != NULL;
        if (in_body && !length) {
            const char *line = strcasestr(head->data, "\r\nContent-Length: ");
            length = line && !bare ? strtoul(line + 18, NULL, 10) : 0;
        }
        if (in_body && body->len == length)
            return WHOLE;
        char chunk[65536];
        size_t most = !in_body                            ? 1
                      : length - body->len < sizeof chunk ? length - body->len
                                                          : sizeof chunk;
        ssize_t n = recv(s->fd, chunk, most, 0);
        if (n > 0)
            assert_int_equal(ofs_buf_add(in_body ? body : head, chunk, (size_t)n, &err), 0);
        else if (n == 0 || errno != EAGAIN)
            return CUT;
        else if (!ofs_deadline_left(until))
            return NOTHING;
        else
            turn(s);
    }
}

#define BUFFERS                           \
    OFS_AUTO_BUF head = OFS_BUF(1 << 16); \
    OFS_AUTO_BUF body = OFS_BUF(8 << 20)

static void assert_hung_up(struct served *s)
{
    BUFFERS;
    assert_int_equal(hear(s, false, 10000, &head, &body), CUT);
    assert_int_equal(head.len, 0);
}

/* ---- requests ---- */

#define HEADERS "Host: 127.0.0.1:@PORT\r\n"

static char *with_port(const struct served *s, const char *text, char *to, size_t size)
{
    const char *at = strstr(text, "@PORT");
    if (at)
        snprintf(to, size, "%.*s%d%s", (int)(at - text), text, ofs_server_port(s->server), at + 5);
    else
        snprintf(to, size, "%s", text);
    return to;
}

/* All on one connection. */
static void test_requests(void **state)
{
    static const struct {
        const char *request, *seen, *body;
    } rows[] = {
        {"GET / HTTP/1.1\r\n" HEADERS "\r\n", "GET|/|||||0", ""},
        {"GET /a/b?c=d&e=f HTTP/1.1\r\n" HEADERS "\r\n", "GET|/a/b|c=d&e=f||||0", ""},
        {"GET /a%20b HTTP/1.1\r\n" HEADERS "\r\n", "GET|/a b|||||0", ""},
        {"GET / HTTP/1.1\r\n" HEADERS "Cookie: a=1; b=2\r\nCSRF-Token: t\r\nX-Second: u v\r\n\r\n",
         "GET|/||a=1; b=2|t|u v|0", ""},
        {"HEAD / HTTP/1.1\r\n" HEADERS "\r\n", "HEAD|/|||||0", ""},
        {"POST /p HTTP/1.1\r\n" HEADERS "Content-Length: 7\r\n\r\n{\"a\":1}", "POST|/p|||||7",
         "{\"a\":1}"},
        {"PUT /p HTTP/1.1\r\n" HEADERS "Content-Length: 3\r\n\r\nxyz", "PUT|/p|||||3", "xyz"},
        {"PATCH /p HTTP/1.1\r\n" HEADERS "Content-Length: 1\r\n\r\nx", "PATCH|/p|||||1", "x"},
        {"DELETE /p HTTP/1.1\r\n" HEADERS "\r\n", "DELETE|/p|||||0", ""},
        {"OPTIONS /p HTTP/1.1\r\n" HEADERS "\r\n", "OPTIONS|/p|||||0", ""},
        {"GET /last HTTP/1.1\r\n" HEADERS "\r\n", "GET|/last|||||0", ""},
    };
    struct served *s = *state;
    char text[512];
    BUFFERS;
    for (size_t i = 0; i < COUNT(rows); i++) {
        ask_text(s, with_port(s, rows[i].request, text, sizeof text));
        bool bare = !strncmp(rows[i].request, "HEAD", 4);
        if (hear(s, bare, 10000, &head, &body) != WHOLE)
            fail_msg("row %zu is not answered", i);
        if (strcmp(ofs_buf_str(&s->last), rows[i].seen) != 0)
            fail_msg("row %zu is seen as %s", i, ofs_buf_str(&s->last));
        assert_string_equal(ofs_buf_str(&s->body), rows[i].body);
        assert_true(s->host_right);
        assert_memory_equal(head.data, "HTTP/1.1 200 OK\r\n", 17);
        assert_non_null(strstr(head.data, "Content-Type: text/html; charset=utf-8\r\n"));
        assert_non_null(strstr(head.data, "Content-Length: 5\r\n"));
        assert_non_null(strstr(head.data, "Cache-Control: no-store\r\n"));
        assert_non_null(strstr(head.data, "Connection: keep-alive\r\n"));
        assert_string_equal(ofs_buf_str(&body), bare ? "" : "hello");
    }
    assert_int_equal(s->requests, COUNT(rows));
}

static void test_body_in_pieces(void **state)
{
    struct served *s = *state;
    char text[512];
    BUFFERS;
    ask_text(s, with_port(s, "POST /p HTTP/1.1\r\n" HEADERS "Content-Length: 10\r\n\r\n01234", text,
                          sizeof text));
    for (int i = 0; i < 5; i++)
        turn(s);
    assert_int_equal(s->requests, 0); /* not before it is complete */
    ask_text(s, "56789");
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    assert_string_equal(ofs_buf_str(&s->body), "0123456789");
}

/* The maximum that is accepted, and one byte more. */
static void test_large_bodies(void **state)
{
    struct served *s = *state;
    char text[512];
    char *much = calloc(1, OFS_SERVE_MAX_BODY + 1);
    BUFFERS;
    assert_non_null(much);
    memset(much, 'm', OFS_SERVE_MAX_BODY + 1);
    ask_text(s, with_port(s, "POST /p HTTP/1.1\r\n" HEADERS "Content-Length: 1048576\r\n\r\n", text,
                          sizeof text));
    ask(s, much, OFS_SERVE_MAX_BODY);
    assert_int_equal(hear(s, false, 20000, &head, &body), WHOLE);
    assert_int_equal(s->body.len, OFS_SERVE_MAX_BODY);

    ask_text(s, with_port(s, "POST /p HTTP/1.1\r\n" HEADERS "Content-Length: 1048577\r\n\r\n", text,
                          sizeof text));
    ask(s, much, OFS_SERVE_MAX_BODY + 1);
    free(much);
    assert_int_equal(hear(s, false, 20000, &head, &body), WHOLE);
    assert_memory_equal(head.data, "HTTP/1.1 413 ", 13);
    assert_hung_up(s);
    assert_int_equal(s->requests, 1); /* the handler never saw it */
}

/* ---- replies ---- */

static const char get_request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

static void reply_large(struct ofs_serve_reply *reply)
{
    struct ofs_error err;
    char *much = malloc(LARGE);
    assert_non_null(much);
    memset(much, 'l', LARGE);
    ofs_buf_clear(&reply->body);
    assert_int_equal(ofs_buf_add(&reply->body, much, LARGE, &err), 0);
    free(much);
}

static void test_large_reply(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_large;
    for (int i = 0; i < 2; i++) {
        ask_text(s, get_request);
        assert_int_equal(hear(s, false, 30000, &head, &body), WHOLE);
        assert_int_equal(body.len, LARGE);
        assert_int_equal(body.data[LARGE - 1], 'l');
    }
}

static void reply_own_headers(struct ofs_serve_reply *reply)
{
    struct ofs_error err;
    reply->status = 403;
    reply->content_type = "application/json";
    ofs_buf_puts(&reply->headers, "X-Own: 1\r\ncache-control: max-age=60\r\nSet-Cookie: a=b\r\n",
                 &err);
}

static void test_own_headers(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_own_headers;
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    assert_memory_equal(head.data, "HTTP/1.1 403 ", 13);
    assert_non_null(strstr(head.data, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(head.data, "X-Own: 1\r\n"));
    assert_non_null(strstr(head.data, "Set-Cookie: a=b\r\n"));
    assert_non_null(strstr(head.data, "cache-control: max-age=60\r\n"));
    assert_null(strstr(head.data, "no-store"));
}

static void reply_no_content(struct ofs_serve_reply *reply)
{
    reply->status = 204;
}

static void test_no_content(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_no_content;
    for (int i = 0; i < 2; i++) {
        ask_text(s, get_request);
        assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
        assert_memory_equal(head.data, "HTTP/1.1 204 ", 13);
        assert_null(strstr(head.data, "Content-Length"));
        assert_int_equal(body.len, 0);
    }
}

static void reply_late(struct ofs_serve_reply *reply)
{
    reply->delay_ms = 300;
}

/* Late, and others are served meanwhile. */
static void test_delay(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_late;
    int64_t before = ofs_now_ms();
    ask_text(s, get_request);
    while (!s->requests)
        turn(s);
    s->reply = NULL;
    int late = s->fd;
    s->fd = dial(ofs_server_port(s->server));
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    int64_t other = ofs_now_ms() - before;
    close(s->fd);
    s->fd = late;
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    int64_t took = ofs_now_ms() - before;
    assert_true(took >= 295 && took < 5000);
    assert_true(other < took);
    assert_string_equal(ofs_buf_str(&body), "hello");
}

static void reply_never(struct ofs_serve_reply *reply)
{
    reply->manner = OFS_SERVE_NEVER;
}

static void test_never(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_never;
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 400, &head, &body), NOTHING);
    assert_int_equal(head.len, 0);
    assert_int_equal(s->requests, 1);
}

static void reply_cut(struct ofs_serve_reply *reply)
{
    reply->manner = OFS_SERVE_CUT;
    reply->cut_at = 3;
}

static void test_cut(void **state)
{
    struct served *s = *state;
    BUFFERS;
    s->reply = reply_cut;
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 10000, &head, &body), CUT);
    assert_non_null(strstr(head.data, "Content-Length: 5\r\n")); /* the whole was announced */
    assert_string_equal(ofs_buf_str(&body), "hel");
}

/* ---- the server itself ---- */

static void test_hostile(void **state)
{
    static const char *const texts[] = {
        "\r\n\r\n\r\n",
        "hello\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        "BREW /pot HTTP/1.1\r\nHost: x\r\n\r\n",
        "CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\xff\xff",
    };
    struct served *s = *state;
    BUFFERS;
    for (size_t i = 0; i < COUNT(texts); i++) {
        ask_text(s, texts[i]);
        hear(s, false, 50, &head, &body);
        close(s->fd);
        s->fd = dial(ofs_server_port(s->server));
    }
    /* and it still serves */
    ask_text(s, "GET /after HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    assert_string_equal(ofs_buf_str(&s->last), "GET|/after|||||0");
}

/* A client that leaves during a large reply affects nothing else. */
static void test_client_disconnects(void **state)
{
    struct served *s = *state;
    char byte;
    BUFFERS;
    s->reply = reply_large;
    ask_text(s, get_request);
    while (recv(s->fd, &byte, 1, 0) != 1)
        turn(s);
    close(s->fd);
    for (int i = 0; i < 20; i++)
        turn(s);
    s->reply = NULL;
    s->fd = dial(ofs_server_port(s->server));
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
}

static void test_port_taken(void **state)
{
    struct served *s = *state;
    struct ofs_error err = {0};
    int port, fd = peer_listen(&port);
    const struct ofs_serve_options options = {.port = port, .handler = on_request};
    assert_null(ofs_server_new(s->loop, &options, &err));
    assert_int_equal(err.code, OFS_ERR_SYSTEM);
    assert_true(ofs_error_hint(&err)[0] != '\0');
    close(fd);
}

/* Freed with a connection open: no client is served any more, and the port is closed with the
 * loop. */
static void test_freed(void **state)
{
    struct served *s = *state;
    struct ofs_error err;
    int port = ofs_server_port(s->server);
    BUFFERS;
    ask_text(s, get_request);
    assert_int_equal(hear(s, false, 10000, &head, &body), WHOLE);
    ofs_server_free(s->server);
    s->server = NULL;
    ask_text(s, get_request);
    assert_hung_up(s);
    close(s->fd);
    s->fd = dial(port);
    ask_text(s, get_request);
    assert_hung_up(s);
    assert_int_equal(s->requests, 1);
    ofs_server_free(NULL);

    ofs_loop_free(s->loop);
    s->loop = ofs_loop_new(&err);
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), -1);
    close(fd);
}

/* ---- WebSocket ---- */

static void on_message(void *ctx, const char *text, size_t len)
{
    struct ofs_error ignored;
    ofs_buf_add(ctx, text, len, &ignored);
}

static void reply_later(struct ofs_serve_reply *reply)
{
    reply->delay_ms = 200;
}

static void reply_refused(struct ofs_serve_reply *reply)
{
    reply->status = 404;
}

/* The reply is one message, sent that long after the socket is open; another status refuses the
 * socket. */
static void test_socket(void **state)
{
    struct served *s = *state;
    struct ofs_error err;
    char url[64];
    OFS_AUTO_BUF heard = OFS_BUF(1 << 16);
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/socket", ofs_server_port(s->server));
    s->reply = reply_later;
    struct ofs_wire *wire = ofs_wire_websocket(s->loop, url, ofs_deadline_in(5000), &err);
    assert_non_null(wire);
    int64_t opened = ofs_now_ms();
    wire->on_message = on_message;
    wire->ctx = &heard;
    assert_string_equal(ofs_buf_str(&s->last), "GET|/socket|||||0");
    ofs_deadline until = ofs_deadline_in(5000);
    while (!heard.len && ofs_deadline_left(until))
        turn(s);
    assert_string_equal(ofs_buf_str(&heard), "hello");
    assert_true(ofs_now_ms() - opened >= 150);
    for (int i = 0; i < 10; i++)
        turn(s);
    assert_string_equal(ofs_buf_str(&heard), "hello");
    wire->ops->close(wire);
    s->reply = reply_refused;
    assert_null(ofs_wire_websocket(s->loop, url, ofs_deadline_in(5000), &err));
}

/* ---- values ---- */

static void test_values(void **state)
{
    static const struct {
        bool (*get)(const char *, const char *, char *, size_t);
        const char *list, *name, *value; /* value NULL: absent */
    } rows[] = {
        {ofs_serve_cookie, "a=1; b=2", "a", "1"},
        {ofs_serve_cookie, "a=1; b=2", "b", "2"},
        {ofs_serve_cookie, "a=1;b=\"x y\"", "b", "\"x y\""},
        {ofs_serve_cookie, "ab=1; b=2", "a", NULL},
        {ofs_serve_cookie, "a=", "a", ""},
        {ofs_serve_cookie, "a=x%20y", "a", "x%20y"},
        {ofs_serve_cookie, "a", "a", NULL},
        {ofs_serve_cookie, "", "a", NULL},
        {ofs_serve_field, "a=1&b=2", "b", "2"},
        {ofs_serve_field, "a=x+y%20z%2Fw", "a", "x y z/w"},
        {ofs_serve_field, "a=%zz%4", "a", "%zz%4"},
        {ofs_serve_field, "a=1&a=2", "a", "1"},
        {ofs_serve_field, "a=%c3%A4", "a", "\xc3\xa4"},
        {ofs_serve_field, "b=1", "a", NULL},
        {ofs_serve_field, "&&a=1", "a", "1"},
        {ofs_serve_field, "a=123456789012345678901234567890", "a", "123456789012345"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char value[16] = "unchanged";
        bool there = rows[i].get(rows[i].list, rows[i].name, value, sizeof value);
        assert_int_equal(there, rows[i].value != NULL);
        assert_string_equal(value, rows[i].value ? rows[i].value : "");
    }
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        SERVED(test_requests),
        SERVED(test_body_in_pieces),
        SERVED(test_large_bodies),
        SERVED(test_large_reply),
        SERVED(test_own_headers),
        SERVED(test_no_content),
        SERVED(test_delay),
        SERVED(test_never),
        SERVED(test_cut),
        SERVED(test_hostile),
        SERVED(test_client_disconnects),
        SERVED(test_port_taken),
        SERVED(test_freed),
        SERVED(test_socket),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
