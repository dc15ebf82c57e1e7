/*
 * The WebSocket's upgrade: the request, and peers that refuse it, redirect it, send nothing, or are
 * not WebSocket servers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <strings.h>

#include "websocket_heard.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void test_request(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_upgrade};
    char host[64];
    open_to(h, &peer);
    snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", peer.port);
    assert_memory_equal(peer.request, "GET /devtools/browser/abc-1 HTTP/1.1\r\n", 38);
    assert_non_null(strcasestr(peer.request, host));
    assert_non_null(strcasestr(peer.request, "\r\nSec-WebSocket-Version: 13\r\n"));
    /* Chrome refuses an origin, and compressed data cannot be traced */
    assert_null(strcasestr(peer.request, "Origin"));
    assert_null(strcasestr(peer.request, "Sec-WebSocket-Extensions"));
    assert_null(strcasestr(peer.request, "Sec-WebSocket-Protocol"));
    assert_null(strcasestr(peer.request, "Cookie"));
    assert_null(strcasestr(peer.request, "Authorization"));
    assert_string_equal(h->wire->ops->name, "websocket");
    peer_stop(&peer);
    assert_int_equal(peer.connections, 1);
}

static void play_answer(struct peer *peer, int fd)
{
    peer_say_text(fd, peer->script);
    shutdown(fd, SHUT_WR);
    peer_stall(fd);
}

#define HTML "<html><body>hello</body></html>"

static void test_refusals(void **state)
{
    static const struct {
        const char *answer;
        enum ofs_error_code code;
        const char *part;
    } rows[] = {
        {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", OFS_ERR_REFUSED, "403"},
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", OFS_ERR_NOT_A_BROWSER, "404"},
        {"HTTP/1.1 500 Internal Server Error\r\n\r\n", OFS_ERR_NOT_A_BROWSER, "500"},
        {"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "401"},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 31\r\n\r\n" HTML,
         OFS_ERR_NOT_A_BROWSER, "200"},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" HTML, OFS_ERR_NOT_A_BROWSER, "200"},
        /* an upgrade to something else, or by a server that did not read the key */
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        /* not HTTP at all */
        {"SSH-2.0-OpenSSH_9.2\r\n", OFS_ERR_NOT_A_BROWSER, ""},
        {"\x16\x03\x01\x02\x05\x01\xff\xfe\r\n\r\n", OFS_ERR_NOT_A_BROWSER, ""},
        {"{}", OFS_ERR_NOT_A_BROWSER, ""},
        {"HTTP/1.1\r\n\r\n", OFS_ERR_NOT_A_BROWSER, ""},
        {"HTTP/1.1 200", OFS_ERR_NOT_A_BROWSER, ""},
        {"", OFS_ERR_NOT_A_BROWSER, ""},
    };
    struct heard *h = *state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        char host_port[32];
        struct peer peer = {.play = play_answer, .script = rows[i].answer};
        peer_start(&peer);
        snprintf(host_port, sizeof host_port, "127.0.0.1:%d", peer.port);
        assert_null(try_open(h, peer.port, 5000, &err));
        if (err.code != rows[i].code || !strstr(err.text, rows[i].part))
            fail_msg("row %zu: %s: %s", i, ofs_error_name(err.code), err.text);
        assert_non_null(strstr(err.text, host_port));
        assert_true(ofs_error_hint(&err)[0] != '\0');
        peer_stop(&peer);
        assert_int_equal(peer.connections, 1); /* asked once, and not again */
    }
}

static void test_closed_port(void **state)
{
    struct heard *h = *state;
    struct ofs_error err = {0};
    int64_t before = ofs_now_ms();
    assert_null(try_open(h, peer_closed_port(), 5000, &err));
    assert_true(ofs_now_ms() - before < 1000);
    assert_int_equal(err.code, OFS_ERR_CONNECT);
    assert_non_null(strstr(err.text, "nothing answers"));
}

static void play_redirect(struct peer *peer, int fd)
{
    char answer[200];
    const struct peer *other = peer->script;
    snprintf(answer, sizeof answer,
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/devtools/browser/x\r\n"
             "Content-Length: 0\r\n\r\n",
             other->port);
    peer_say_text(fd, answer);
    peer_stall(fd);
}

/* The server on a port of this machine must not be able to redirect us. */
static void test_redirect(void **state)
{
    struct heard *h = *state;
    struct ofs_error err = {0};
    struct peer other = {.play = play_upgrade};
    struct peer peer = {.play = play_redirect, .script = &other};
    peer_start(&other);
    peer_start(&peer);
    struct ofs_wire *wire = try_open(h, peer.port, 3000, &err);
    if (wire)
        wire->ops->close(wire);
    peer_stop(&peer);
    peer_stop(&other);
    assert_int_equal(other.connections, 0);
    assert_null(wire);
    assert_int_equal(err.code, OFS_ERR_NOT_A_BROWSER);
    assert_non_null(strstr(err.text, "302"));
}

/* A proxy of the environment is for the network, not for this machine. */
static void test_no_proxy(void **state)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
                                        "socks_proxy"};
    struct heard *h = *state;
    struct peer proxy = {.play = play_upgrade};
    struct peer peer = {.play = play_upgrade};
    char text[64];
    peer_start(&proxy);
    snprintf(text, sizeof text, "127.0.0.1:%d", proxy.port);
    ofs_loop_free(h->loop);
    for (size_t i = 0; i < COUNT(names); i++)
        setenv(names[i], text, 1);
    struct ofs_error err;
    h->loop = ofs_loop_new(&err); /* libwebsockets reads them when it starts */
    peer_start(&peer);
    h->wire = try_open(h, peer.port, 3000, &err);
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    peer_stop(&peer);
    peer_stop(&proxy);
    assert_int_equal(proxy.connections, 0);
    assert_int_equal(peer.connections, 1);
}

static void play_unasked_extension(struct peer *peer, int fd)
{
    upgrade_with(peer, fd, peer->script);
    peer_stall(fd);
}

static void test_unasked_extension(void **state)
{
    struct heard *h = *state;
    struct ofs_error err = {0};
    struct peer peer = {.play = play_unasked_extension,
                        .script = "Sec-WebSocket-Extensions: permessage-deflate\r\n"};
    peer_start(&peer);
    struct ofs_wire *wire = try_open(h, peer.port, 3000, &err);
    if (wire)
        wire->ops->close(wire);
    peer_stop(&peer);
    assert_null(wire);
    assert_int_equal(err.code, OFS_ERR_NOT_A_BROWSER);
}

static void play_silence(struct peer *peer, int fd)
{
    (void)peer;
    peer_stall(fd);
}

static void play_half_upgrade(struct peer *peer, int fd)
{
    (void)peer;
    peer_say_text(fd, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso");
    peer_stall(fd);
}

/* A browser that asks for approval sends nothing until the person has answered. */
static void test_never_upgraded(void **state)
{
    static void (*const plays[])(struct peer *, int) = {play_silence, play_half_upgrade};
    struct heard *h = *state;
    for (size_t i = 0; i < COUNT(plays); i++) {
        int64_t took = 300 + SLACK + 1;
        for (int try = 0; try < TRIES && took > 300 + SLACK; try++) {
            struct ofs_error err = {0};
            struct peer peer = {.play = plays[i]};
            peer_start(&peer);
            int64_t before = ofs_now_ms();
            assert_null(try_open(h, peer.port, 300, &err));
            took = ofs_now_ms() - before;
            assert_int_equal(err.code, OFS_ERR_TIMEOUT);
            peer_stop(&peer);
            assert_int_equal(peer.connections, 1);
        }
        assert_true(took >= 298 && took <= 300 + SLACK);
    }
    struct ofs_error err = {0};
    assert_null(try_open(h, 9, 0, &err)); /* no time at all */
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
}

static void test_signal_while_waiting(void **state)
{
    struct heard *h = *state;
    struct ofs_error err = {0};
    struct peer peer = {.play = play_silence};
    assert_int_equal(ofs_loop_watch_signals(h->loop, &err), 0);
    peer_start(&peer);
    assert_int_equal(kill(getpid(), SIGINT), 0);
    assert_null(try_open(h, peer.port, 5000, &err));
    assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
    peer_stop(&peer);
}

static void test_bad_urls(void **state)
{
    static const char *const urls[] = {
        "",
        "ws://",
        "http://127.0.0.1:1/",
        "ws://127.0.0.1/",
        "ws://127.0.0.1:/",
        "ws://:",
        "ws://127.0.0.1:0/",
        "ws://127.0.0.1:65536/",
        "ws://127.0.0.1:1x/",
        "ws:///x",
        "ws://127.0.0.1:-1/",
        "ws://"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:1/"};
    struct heard *h = *state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct ofs_error err = {0};
        assert_null(ofs_wire_websocket(h->loop, urls[i], ofs_deadline_in(1000), &err));
        assert_int_equal(err.code, OFS_ERR_USAGE);
    }
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_request),        WITH_LOOP(test_refusals),
        WITH_LOOP(test_closed_port),    WITH_LOOP(test_redirect),
        WITH_LOOP(test_no_proxy),       WITH_LOOP(test_unasked_extension),
        WITH_LOOP(test_never_upgraded), WITH_LOOP(test_signal_while_waiting),
        WITH_LOOP(test_bad_urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
