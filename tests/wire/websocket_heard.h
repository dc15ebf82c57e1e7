/*
 * websocket_heard.h: our side of a WebSocket in a test: what arrived from a peer, and a check that
 * nothing is left open. Include it after cmocka.h.
 */
#ifndef OFS_TESTS_WIRE_WEBSOCKET_HEARD_H
#define OFS_TESTS_WIRE_WEBSOCKET_HEARD_H

#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "websocket_peer.h"
#include "wire/wire.h"

enum { SLACK = 200 }; /* milliseconds that a deadline may be late */

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

static inline int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static inline void on_message(void *ctx, const char *text, size_t len)
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

static inline void on_closed(void *ctx, const struct ofs_error *why)
{
    struct heard *h = ctx;
    h->closed++;
    h->why = *why;
}

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
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

static inline struct ofs_wire *try_open(struct heard *h, int port, int64_t ms,
                                        struct ofs_error *err)
{
    OFS_AUTO_STR url = ofs_text_printf("ws://127.0.0.1:%d/devtools/browser/abc-1", port);
    return ofs_wire_websocket(h->loop, url, ofs_deadline_in(ms), err);
}

static inline void open_to(struct heard *h, struct peer *peer)
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

/* Until that many messages have arrived, or the end. */
static inline void await(struct heard *h, size_t messages)
{
    struct ofs_error err;
    ofs_deadline until = ofs_deadline_in(60000);
    while (h->messages < messages && !h->closed)
        if (ofs_loop_turn(h->loop, until, &err))
            fail_msg("%zu of %zu messages: %s", h->messages, messages, err.text);
}

/* A busy machine may delay us; if it always happened, it would be our fault. */
enum { TRIES = 5 };

static inline void assert_timeout(struct heard *h, int64_t ms)
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

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
