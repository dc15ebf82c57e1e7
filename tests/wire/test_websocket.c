/*
 * The WebSocket against a peer that speaks RFC 6455 byte by byte, and against peers that do not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"
#include "websocket_peer.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { SLACK = 200 }; /* milliseconds that a deadline may be late */

/* ---- the peer's side ---- */

/* One frame of the client's, unmasked; false where it is none that a client may send, or the end.
 */
static bool hear_frame(int fd, int *ret_first, struct ofs_buf *payload)
{
    struct ofs_error err;
    unsigned char head[8], mask[4], chunk[4096];
    if (!peer_hear(fd, head, 2) || !(head[1] & 0x80))
        return false;
    *ret_first = head[0];
    uint64_t len = head[1] & 0x7f;
    int bytes = len == 126 ? 2 : len == 127 ? 8 : 0;
    if (bytes) {
        len = 0;
        if (!peer_hear(fd, head, (size_t)bytes))
            return false;
        for (int i = 0; i < bytes; i++)
            len = len << 8 | head[i];
    }
    if (!peer_hear(fd, mask, 4))
        return false;
    ofs_buf_clear(payload);
    for (uint64_t done = 0; done < len;) {
        size_t n = len - done < sizeof chunk ? (size_t)(len - done) : sizeof chunk;
        if (!peer_hear(fd, chunk, n))
            return false;
        for (size_t i = 0; i < n; i++)
            chunk[i] ^= mask[(done + i) % 4];
        if (ofs_buf_add(payload, chunk, n, &err))
            return false;
        done += n;
    }
    return true;
}

/* ---- our side ---- */

struct heard {
    struct ofs_loop *loop;
    struct ofs_wire *wire;
    size_t messages, bytes;
    struct ofs_buf all; /* messages, each with a '|' behind it, while they fit */
    char first, last;
    int closed;
    struct ofs_error why;
    int fds; /* open descriptors at the start */
};

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void on_message(void *ctx, const char *text, size_t len)
{
    struct heard *h = ctx;
    struct ofs_error ignored;
    assert_int_equal(h->closed, 0);
    assert_int_equal(text[len], 0);
    h->messages++;
    h->bytes += len;
    if (len) {
        h->first = text[0];
        h->last = text[len - 1];
    }
    if (!ofs_buf_add(&h->all, text, len, &ignored))
        ofs_buf_puts(&h->all, "|", &ignored);
}

static void on_closed(void *ctx, const struct ofs_error *why)
{
    struct heard *h = ctx;
    h->closed++;
    h->why = *why;
}

static int set_up(void **state)
{
    struct ofs_error err;
    struct heard *h = calloc(1, sizeof *h);
    if (!h)
        return -1;
    h->fds = count_fds();
    h->all.limit = 1 << 20;
    h->loop = ofs_loop_new(&err);
    *state = h;
    return h->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct heard *h = *state;
    if (h->wire)
        h->wire->ops->close(h->wire);
    ofs_loop_free(h->loop);
    ofs_buf_free(&h->all);
    int left = count_fds() - h->fds;
    free(h);
    if (left)
        print_error("%d descriptors are left open\n", left);
    return left ? -1 : 0;
}

static struct ofs_wire *try_open(struct heard *h, int port, int64_t ms, struct ofs_error *err)
{
    OFS_AUTO_STR url = ofs_text_printf("ws://127.0.0.1:%d/devtools/browser/abc-1", port);
    return ofs_wire_websocket(h->loop, url, ofs_deadline_in(ms), err);
}

static void open_to(struct heard *h, struct peer *peer)
{
    struct ofs_error err = {0};
    peer_start(peer);
    h->wire = try_open(h, peer->port, 10000, &err);
    if (!h->wire)
        fail_msg("%s", err.text);
    assert_int_equal(err.code, OFS_ERR_NONE);
    h->wire->on_message = on_message;
    h->wire->on_closed = on_closed;
    h->wire->ctx = h;
}

/* Until so many messages have come, or the end. */
static void await(struct heard *h, size_t messages)
{
    struct ofs_error err;
    ofs_deadline until = ofs_deadline_in(60000);
    while (h->messages < messages && !h->closed)
        if (ofs_loop_turn(h->loop, until, &err))
            fail_msg("%zu of %zu messages: %s", h->messages, messages, err.text);
}

/* A busy machine may run us late; that it always does would be our fault. */
enum { TRIES = 5 };

static void assert_timeout(struct heard *h, int64_t ms)
{
    struct ofs_error err = {0};
    int64_t took = ms + SLACK + 1;
    for (int try = 0; try < TRIES && took > ms + SLACK; try++) {
        int64_t before = ofs_now_ms();
        ofs_deadline until = ofs_deadline_in(ms);
        while (!ofs_loop_turn(h->loop, until, &err))
            ;
        took = ofs_now_ms() - before;
    }
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    if (took < ms - 2 || took > ms + SLACK)
        fail_msg("a deadline of %d ms took %d", (int)ms, (int)took);
}

/* ---- the upgrade ---- */

static void play_upgrade(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    peer_stall(fd);
}

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
    /* Chrome refuses an origin, and what is compressed cannot be read along */
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
        /* an upgrade to something else, or by somebody who did not read the key */
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
         OFS_ERR_NOT_A_BROWSER, "WebSocket"},
        /* no HTTP at all */
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
    assert_non_null(strstr(err.text, "nobody answers"));
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

/* Who listens on a port of this machine must not be able to send us elsewhere. */
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

/* A proxy of the environment is for the network, and not for this machine. */
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
    h->loop = ofs_loop_new(&err); /* libwebsockets reads them at its start */
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

/* A browser that asks for approval says nothing until the person has answered. */
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

/* ---- what arrives ---- */

/* Each says four messages: "one", "", two, "end". */
#define FOUR "one||two|end|"

static void play_plain(struct peer *peer, int fd)
{
    if (upgrade(peer, fd) && say_message(fd, "one") && say_message(fd, "") &&
        say_message(fd, "two") && say_message(fd, "end"))
        peer_stall(fd);
}

static void play_fragments(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    say_frame(fd, TEXT, "o", 1);
    say_frame(fd, CONTINUED, "", 0);
    say_frame(fd, FIN | PING, "are you there", 13); /* allowed between the parts */
    say_frame(fd, CONTINUED, "n", 1);
    say_frame(fd, FIN | PONG, "", 0);
    say_frame(fd, FIN | CONTINUED, "e", 1);
    say_frame(fd, TEXT, "", 0);
    say_frame(fd, FIN | CONTINUED, "", 0);
    say_frame(fd, TEXT, "two", 3);
    say_frame(fd, FIN | CONTINUED, "", 0);
    say_message(fd, "end");
    peer_stall(fd);
}

static size_t four_frames(unsigned char *to)
{
    static const char *const texts[] = {"one", "", "two", "end"};
    size_t n = 0;
    for (size_t i = 0; i < COUNT(texts); i++) {
        n += frame_head(to + n, FIN | TEXT, strlen(texts[i]));
        memcpy(to + n, texts[i], strlen(texts[i]));
        n += strlen(texts[i]);
    }
    return n;
}

static void play_bytes(struct peer *peer, int fd)
{
    unsigned char bytes[64];
    size_t n = four_frames(bytes);
    struct timespec gap = {.tv_nsec = 2000000}; /* so that each byte is a packet */
    upgrade(peer, fd);
    for (size_t i = 0; i < n; i++) {
        peer_say(fd, bytes + i, 1);
        nanosleep(&gap, NULL);
    }
    peer_stall(fd);
}

static void play_at_once(struct peer *peer, int fd)
{
    unsigned char bytes[64];
    size_t n = four_frames(bytes);
    upgrade(peer, fd);
    peer_say(fd, bytes, n);
    peer_stall(fd);
}

/* The upgrade and the first messages in one packet. */
static void play_hasty(struct peer *peer, int fd)
{
    unsigned char bytes[64];
    size_t n = four_frames(bytes);
    int cork = 1, off = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_CORK, &cork, sizeof cork);
    upgrade(peer, fd);
    peer_say(fd, bytes, n);
    setsockopt(fd, IPPROTO_TCP, TCP_CORK, &off, sizeof off);
    peer_stall(fd);
}

static void test_arrivals(void **state)
{
    static void (*const plays[])(struct peer *, int) = {play_plain, play_fragments, play_bytes,
                                                        play_at_once};
    (void)state;
    for (size_t i = 0; i < COUNT(plays); i++) {
        void *own = NULL;
        assert_int_equal(set_up(&own), 0);
        struct heard *h = own;
        struct peer peer = {.play = plays[i]};
        open_to(h, &peer);
        await(h, 4);
        if (strcmp(ofs_buf_str(&h->all), FOUR) != 0)
            fail_msg("play %zu: %s", i, ofs_buf_str(&h->all));
        assert_int_equal(h->closed, 0);
        peer_stop(&peer);
        assert_int_equal(tear_down(&own), 0);
    }
}

/* Nobody has had the time to set `on_message` when the first of these is there. */
static void test_hasty(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_hasty};
    open_to(h, &peer);
    await(h, 4);
    assert_string_equal(ofs_buf_str(&h->all), FOUR);
    peer_stop(&peer);
}

static void play_sizes(struct peer *peer, int fd)
{
    static const size_t sizes[] = {125, 126, 127, 65535, 65536, 65537, 1 << 20, 5000001};
    char *block = malloc(5000001);
    if (!block)
        abort();
    memset(block, 's', 5000001);
    upgrade(peer, fd);
    for (size_t i = 0; i < COUNT(sizes); i++)
        say_frame(fd, FIN | TEXT, block, sizes[i]);
    free(block);
    peer_stall(fd);
}

static void test_sizes(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_sizes};
    open_to(h, &peer);
    await(h, 8);
    assert_int_equal(h->bytes, 125 + 126 + 127 + 65535 + 65536 + 65537 + (1 << 20) + 5000001);
    assert_int_equal(h->closed, 0);
    peer_stop(&peer);
}

static const struct limit_row {
    uint64_t claimed; /* by the frame's head */
    size_t fragments; /* of that size */
    bool fits;
} limit_rows[] = {
    {OFS_WIRE_LIMIT, 1, true},      {OFS_WIRE_LIMIT + 1, 1, false}, {OFS_WIRE_LIMIT / 4, 4, true},
    {OFS_WIRE_LIMIT / 4, 5, false}, {(uint64_t)1 << 62, 1, false},
};

static void play_limit(struct peer *peer, int fd)
{
    const struct limit_row *row = peer->script;
    static const char block[65536] = "l";
    unsigned char head[16];
    bool there = upgrade(peer, fd);
    for (size_t i = 0; there && i < row->fragments; i++) {
        int first = (i == 0 ? TEXT : CONTINUED) | (i + 1 == row->fragments ? FIN : 0);
        there = peer_say(fd, head, frame_head(head, first, row->claimed));
        for (uint64_t done = 0; there && done < row->claimed; done += sizeof block)
            there = peer_say(fd, block,
                             row->claimed - done < sizeof block ? (size_t)(row->claimed - done)
                                                                : sizeof block);
    }
    peer_stall(fd);
}

static void test_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(limit_rows); i++) {
        void *own = NULL;
        assert_int_equal(set_up(&own), 0);
        struct heard *h = own;
        struct peer peer = {.play = play_limit, .script = &limit_rows[i]};
        open_to(h, &peer);
        await(h, 1);
        assert_int_equal(h->messages, limit_rows[i].fits);
        assert_int_equal(h->closed, !limit_rows[i].fits);
        if (limit_rows[i].fits) {
            assert_int_equal(h->bytes, OFS_WIRE_LIMIT);
        } else {
            struct ofs_error err;
            assert_int_equal(h->why.code, OFS_ERR_TOO_BIG);
            assert_int_equal(h->wire->ops->send(h->wire, "x", 1, &err), -1);
            assert_int_equal(err.code, OFS_ERR_TOO_BIG);
        }
        h->wire->ops->close(h->wire);
        h->wire = NULL;
        peer_stop(&peer); /* which may be talking still */
        assert_int_equal(tear_down(&own), 0);
    }
}

/* ---- what does not ---- */

static void play_stall(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    say_message(fd, "one");
    peer_say(fd, "\x81\x05he", 4);
    peer_stall(fd);
}

static void test_stall(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_stall};
    open_to(h, &peer);
    await(h, 1);
    assert_timeout(h, 10);
    assert_timeout(h, 300);
    assert_int_equal(h->messages, 1);
    assert_int_equal(h->closed, 0);
    peer_stop(&peer);
}

static void play_flood(struct peer *peer, int fd)
{
    unsigned char bytes[64 * 100];
    size_t n = 0;
    upgrade(peer, fd);
    while (n + 64 < sizeof bytes)
        n += four_frames(bytes + n);
    while (peer_say(fd, bytes, n))
        ;
}

static void test_flood(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_flood};
    open_to(h, &peer);
    assert_timeout(h, 300);
    assert_true(h->messages > 100);
    assert_int_equal(h->closed, 0);
    h->wire->ops->close(h->wire);
    h->wire = NULL;
    peer_stop(&peer);
}

static void play_cut(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    say_message(fd, "one");
    peer_say(fd, "\x81\x05he", 4);
}

static void play_reset(struct peer *peer, int fd)
{
    struct linger now = {.l_onoff = 1};
    play_cut(peer, fd);
    char go;
    peer_hear(fd, &go, 1); /* a reset overtakes what was not read yet */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void play_goodbye(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    say_message(fd, "one");
    say_frame(fd, FIN | CLOSE, "\x03\xe8", 2);
    peer_stall(fd);
}

static void play_bad_frames(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    say_message(fd, "one");
    peer_say(fd, "\xf3\x05hello", 7); /* reserved bits and a reserved opcode */
    peer_stall(fd);
}

static void test_ends(void **state)
{
    static void (*const plays[])(struct peer *, int) = {play_cut, play_reset, play_goodbye,
                                                        play_bad_frames};
    (void)state;
    for (size_t i = 0; i < COUNT(plays); i++) {
        void *own = NULL;
        struct ofs_error err;
        assert_int_equal(set_up(&own), 0);
        struct heard *h = own;
        struct peer peer = {.play = plays[i]};
        open_to(h, &peer);
        await(h, 1);
        if (!h->closed) /* what waits for a word from us before it ends */
            assert_int_equal(h->wire->ops->send(h->wire, "go", 2, &err), 0);
        await(h, 2);
        assert_int_equal(h->messages, 1); /* half a message is none */
        assert_int_equal(h->closed, 1);
        assert_int_equal(h->why.code, OFS_ERR_LOST);
        assert_int_equal(h->wire->ops->send(h->wire, "x", 1, &err), -1);
        assert_int_equal(err.code, OFS_ERR_LOST);
        assert_timeout(h, 20);
        assert_int_equal(h->closed, 1); /* told once */
        peer_stop(&peer);
        assert_int_equal(tear_down(&own), 0);
    }
}

/* ---- what is sent ---- */

enum { LARGE = 3000000 };

/* Answers with what is wrong, or with the sizes of what came. */
static void play_listen(struct peer *peer, int fd)
{
    OFS_AUTO_BUF payload = OFS_BUF(LARGE + 100);
    struct timespec late = {.tv_nsec = 100000000};
    int first = 0;
    upgrade(peer, fd);
    nanosleep(&late, NULL); /* what is sent has to wait for a slow reader */
    while (hear_frame(fd, &first, &payload)) {
        char text[64];
        bool even = true;
        if (first == (FIN | CLOSE))
            break;
        if (first != (FIN | TEXT)) {
            say_message(fd, first == (FIN | PONG) ? ofs_buf_str(&payload) : "no whole text frame");
            continue;
        }
        for (size_t i = 0; i < payload.len; i++)
            even = even && payload.data[i] == (char)('a' + i % 7);
        snprintf(text, sizeof text, "%zu%s", payload.len, even ? "" : " garbled");
        say_message(fd, text);
    }
}

static void test_sending(void **state)
{
    static const size_t sizes[] = {1, 125, 126, 65535, 65536, LARGE, 2};
    struct heard *h = *state;
    struct ofs_error err;
    struct peer peer = {.play = play_listen};
    char *text = malloc(LARGE);
    assert_non_null(text);
    for (size_t i = 0; i < LARGE; i++)
        text[i] = (char)('a' + i % 7);
    open_to(h, &peer);
    for (size_t i = 0; i < COUNT(sizes); i++)
        assert_int_equal(h->wire->ops->send(h->wire, text, sizes[i], &err), 0);
    free(text); /* it was copied */
    await(h, COUNT(sizes));
    assert_string_equal(ofs_buf_str(&h->all), "1|125|126|65535|65536|3000000|2|");
    peer_stop(&peer);
}

static void play_ping(struct peer *peer, int fd)
{
    OFS_AUTO_BUF payload = OFS_BUF(1000);
    int first = 0;
    upgrade(peer, fd);
    say_frame(fd, FIN | PING, "echo me", 7);
    if (hear_frame(fd, &first, &payload) && first == (FIN | PONG))
        say_message(fd, ofs_buf_str(&payload));
    peer_stall(fd);
}

static void test_pong(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_ping};
    open_to(h, &peer);
    await(h, 1);
    assert_string_equal(ofs_buf_str(&h->all), "echo me|");
    peer_stop(&peer);
}

/* Closing does not wait for what is still to be sent. */
static void test_close_at_once(void **state)
{
    struct heard *h = *state;
    struct ofs_error err;
    struct peer peer = {.play = play_upgrade};
    char *text = calloc(1, LARGE);
    assert_non_null(text);
    open_to(h, &peer);
    for (int i = 0; i < 5; i++)
        assert_int_equal(h->wire->ops->send(h->wire, text, LARGE, &err), 0);
    free(text);
    int64_t before = ofs_now_ms();
    h->wire->ops->close(h->wire);
    h->wire = NULL;
    assert_true(ofs_now_ms() - before < 1000);
    assert_int_equal(h->closed, 0); /* who closes is not told */
    peer_stop(&peer);
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_request),        WITH_LOOP(test_refusals),
        WITH_LOOP(test_closed_port),    WITH_LOOP(test_redirect),
        WITH_LOOP(test_no_proxy),       WITH_LOOP(test_unasked_extension),
        WITH_LOOP(test_never_upgraded), WITH_LOOP(test_signal_while_waiting),
        WITH_LOOP(test_bad_urls),       cmocka_unit_test(test_arrivals),
        WITH_LOOP(test_hasty),          WITH_LOOP(test_sizes),
        cmocka_unit_test(test_limit),   WITH_LOOP(test_stall),
        WITH_LOOP(test_flood),          cmocka_unit_test(test_ends),
        WITH_LOOP(test_sending),        WITH_LOOP(test_pong),
        WITH_LOOP(test_close_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
