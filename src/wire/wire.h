/*
 * wire.h: a stream of whole text messages to a browser and back, behind one small table.
 *
 * A wire belongs to one loop. Messages are UTF-8 JSON; this room does not interpret them. Sending
 * queues and never blocks. Arrivals are handed to `on_message` inside ofs_loop_turn; the text is
 * borrowed for the length of the call and followed by a NUL. When the peer ends the stream, or a
 * message passes the limit, `on_closed` is called once with the reason and nothing comes after it.
 */
#ifndef OFS_WIRE_WIRE_H
#define OFS_WIRE_WIRE_H

#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

/* The maximum size of an incoming message. Expected answers are far smaller. */
#define OFS_WIRE_LIMIT ((size_t)32 << 20)

struct ofs_wire;

struct ofs_wire_ops {
    const char *name; /* the word in the report: "websocket", "pipe" */

    /* Queue one message. Fails with OFS_ERR_LOST once the stream has ended. */
    int (*send)(struct ofs_wire *wire, const char *text, size_t len, struct ofs_error *err);

    /* End the stream and free the wire. Never blocks; `on_closed` is not called. */
    void (*close)(struct ofs_wire *wire);
};

/* The first member of every wire. */
struct ofs_wire {
    const struct ofs_wire_ops *ops;
    void (*on_message)(void *ctx, const char *text, size_t len);
    void (*on_closed)(void *ctx, const struct ofs_error *why);
    void *ctx;
};

/* Open a WebSocket (RFC 6455) at ws://HOST:PORT/PATH. No Origin header, no extensions, Host with
 * its port, text frames. Blocks until the upgrade is answered or the deadline has passed, and asks
 * only once. Errors: OFS_ERR_CONNECT (connection refused), OFS_ERR_REFUSED (403: the person said
 * no), OFS_ERR_NOT_A_BROWSER (any other answer), OFS_ERR_TIMEOUT. */
struct ofs_wire *ofs_wire_websocket(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                                    struct ofs_error *err);

/* The same, and also wss://, for which the peer's certificate and name have to verify: `cacert` is
 * a PEM file of the authorities to trust (NULL: the system's). */
struct ofs_wire *ofs_wire_websocket_trusting(struct ofs_loop *loop, const char *url,
                                             const char *cacert, ofs_deadline deadline,
                                             struct ofs_error *err);

/* NUL-terminated messages over two descriptors, as --remote-debugging-pipe requires. Takes both
 * descriptors over, also on failure. */
struct ofs_wire *ofs_wire_pipe(struct ofs_loop *loop, int read_fd, int write_fd,
                               struct ofs_error *err);

#endif
