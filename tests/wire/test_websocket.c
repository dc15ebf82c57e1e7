/*
 * The WebSocket against a peer that sends RFC 6455 byte by byte, and against peers that do not
 * follow it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <time.h>

#include "websocket_heard.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* One frame of the client's, unmasked; false if a client may not send it, or at the end. */
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

/* ---- what arrives ---- */

/* Each sends four messages: "one", "", two, "end". */
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
static void play_early_messages(struct peer *peer, int fd)
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

/* `on_message` is not set yet when the first of these arrives. */
static void test_early_messages(void **state)
{
    struct heard *h = *state;
    struct peer peer = {.play = play_early_messages};
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
        peer_stop(&peer); /* which may still be sending */
        assert_int_equal(tear_down(&own), 0);
    }
}

/* ---- what does not arrive ---- */

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
    peer_hear(fd, &go, 1); /* a reset overtakes data that was not read yet */
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void play_close(struct peer *peer, int fd)
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
    static void (*const plays[])(struct peer *, int) = {play_cut, play_reset, play_close,
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
        if (!h->closed) /* a peer that waits for a byte from us before it ends */
            assert_int_equal(h->wire->ops->send(h->wire, "go", 2, &err), 0);
        await(h, 2);
        assert_int_equal(h->messages, 1); /* half a message does not count */
        assert_int_equal(h->closed, 1);
        assert_int_equal(h->why.code, OFS_ERR_LOST);
        assert_int_equal(h->wire->ops->send(h->wire, "x", 1, &err), -1);
        assert_int_equal(err.code, OFS_ERR_LOST);
        assert_timeout(h, 20);
        assert_int_equal(h->closed, 1); /* reported once */
        peer_stop(&peer);
        assert_int_equal(tear_down(&own), 0);
    }
}

/* ---- what is sent ---- */

enum { LARGE = 3000000 };

/* Answers with the error, or with the sizes of what arrived. */
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

/* Closing does not wait for pending messages. */
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
    assert_int_equal(h->closed, 0); /* the side that closes gets no report */
    peer_stop(&peer);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrivals), WITH_LOOP(test_early_messages), WITH_LOOP(test_sizes),
        cmocka_unit_test(test_limit),    WITH_LOOP(test_stall),          WITH_LOOP(test_flood),
        cmocka_unit_test(test_ends),     WITH_LOOP(test_sending),        WITH_LOOP(test_pong),
        WITH_LOOP(test_close_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
