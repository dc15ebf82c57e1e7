/*
 * serve.h: a small HTTP/1.1 server on the run's event loop, for the built-in replica and for tests.
 *
 * It listens on 127.0.0.1 only. Each request, once its body has come in whole, is shown to one
 * handler, which fills in a reply; the reply is sent from the loop while others are served. A reply
 * can be made to misbehave (late, never, truncated), because the replica exists to simulate faults.
 * A request for a WebSocket is shown as a GET; after 200, the reply's body is sent as one text
 * message of up to 16 KiB, `delay_ms` after the socket is open; a cut one is closed in its place.
 *
 * Life cycle: ofs_server_new, any number of ofs_loop_turn on the same loop, ofs_server_free before
 * ofs_loop_free. A freed server no longer calls its handler and closes new connections; its port is
 * closed with the loop (libwebsockets 4.1 keeps it until then). One thread; nothing blocks.
 */
#ifndef OFS_WIRE_SERVE_H
#define OFS_WIRE_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct ofs_loop;
struct ofs_server;

enum {
    OFS_SERVE_MAX_BODY = 1 << 20,   /* a larger request is answered 413 and its connection closed */
    OFS_SERVE_MAX_REPLY = 32 << 20, /* the limit of a reply's buffers */
    OFS_SERVE_MAX_HEADERS = 8,
};

/* Borrowed by the handler for the length of its call. No string is NULL; a missing one is "". */
struct ofs_serve_request {
    const char *method; /* "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE" or "OPTIONS" */
    const char *path;   /* percent-decoded, without the query */
    const char *query;  /* percent-decoded, without the question mark */
    const char *host;
    const char *cookies;
    const char *body; /* always followed by a NUL that is not counted */
    size_t body_len;
    const char *const *header_names; /* as given to ofs_server_new */
    const char *const *header_values;
};

enum ofs_serve_manner {
    OFS_SERVE_WHOLE, /* the reply unchanged */
    OFS_SERVE_NEVER, /* accept the request and never answer */
    OFS_SERVE_CUT,   /* promise the whole body, send `cut_at` bytes of it, close after a second */
};

/* Initially 200, "text/html; charset=utf-8", with an empty body. The server frees the buffers. */
struct ofs_serve_reply {
    int status;
    const char *content_type; /* static storage */
    struct ofs_buf
        headers; /* whole lines "Name: value\r\n"; Content-* and Connection are added by the server,
                    and Cache-Control: no-store if there is no Cache-Control */
    struct ofs_buf body;
    int64_t delay_ms; /* before the first byte of the answer */
    enum ofs_serve_manner manner;
    size_t cut_at;
};

/* Called from ofs_loop_turn. It must not free the server. */
typedef void ofs_serve_handler(void *user, const struct ofs_serve_request *request,
                               struct ofs_serve_reply *reply);

struct ofs_serve_options {
    int port; /* 0: any free one */
    ofs_serve_handler *handler;
    void *user;
    /* Lower-case names of the further headers that the handler needs, ended by NULL; at most
     * OFS_SERVE_MAX_HEADERS, static storage. May be NULL. Not for headers that have a field above.
     */
    const char *const *headers;
};

/* Listen. The caller owns the result. Fails with OFS_ERR_SYSTEM, for example if the port is
 * taken. */
struct ofs_server *ofs_server_new(struct ofs_loop *loop, const struct ofs_serve_options *options,
                                  struct ofs_error *err);
void ofs_server_free(struct ofs_server *server);

int ofs_server_port(const struct ofs_server *server);

/* The value of a header that was named in the options, or "". Borrowed from the request. */
const char *ofs_serve_header(const struct ofs_serve_request *request, const char *name);

/* The value of one cookie, or of one field of a query or form body, copied (percent-decoded for the
 * latter) to `ret_value`; false and "" if it is absent. A value that is too long is truncated. */
bool ofs_serve_cookie(const char *cookies, const char *name, char *ret_value, size_t size);
bool ofs_serve_field(const char *query, const char *name, char *ret_value, size_t size);

#endif
