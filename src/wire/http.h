/*
 * http.h: HTTP requests and their answers, on libcurl, inside the one event loop.
 *
 * A client keeps its connections to a peer alive between requests and makes new ones if the peer
 * has dropped them. No proxy, no redirects, no cookies, no Origin; over TLS the peer's certificate
 * is always verified. One request at a time: post it, wait for it. A wait that ends by deadline or
 * signal leaves the request pending, so that its result is not lost: wait again, or drop it.
 */
#ifndef OFS_WIRE_HTTP_H
#define OFS_WIRE_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

struct ofs_http;

struct ofs_http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;    /* http:// or https:// */
    const char *body;   /* JSON, or NULL */
    bool once; /* not idempotent: never sent a second time, even if a kept-alive connection was
                  dropped; so it gets a new connection */
};

struct ofs_http_answer {
    long status;
    const char *body; /* borrowed from the client until its next request; ends with a NUL */
    size_t len;
};

/* `cacert` (NULL: the system's) is a PEM file of the authorities to trust. `limit` is the most
 * bytes of one answer. The caller owns the result; `loop` is borrowed. */
struct ofs_http *ofs_http_new(struct ofs_loop *loop, const char *cacert, size_t limit,
                              struct ofs_error *err);
void ofs_http_free(struct ofs_http *http);

/* Send; everything in `request` is copied. Drops what was under way. */
int ofs_http_post(struct ofs_http *http, const struct ofs_http_request *request,
                  struct ofs_error *err);

/* Wait for the answer; any HTTP status is a success. Errors: OFS_ERR_TIMEOUT and
 * OFS_ERR_INTERRUPTED (as ofs_loop_turn; the request is still pending), OFS_ERR_CONNECT (connection
 * refused; TLS refused), OFS_ERR_LOST (the connection ended before the answer), OFS_ERR_TOO_BIG,
 * OFS_ERR_NOT_A_BROWSER (what answered is not HTTP). */
int ofs_http_wait(struct ofs_http *http, ofs_deadline deadline, struct ofs_http_answer *ret_answer,
                  struct ofs_error *err);

/* Drop the pending request, if any. */
void ofs_http_drop(struct ofs_http *http);

/* GET `url` into `body` (whose limit holds), with a client of its own. Blocks until it is answered,
 * the deadline has passed or a signal watched by `loop` has come. */
int ofs_http_get(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                 struct ofs_buf *body, long *ret_status, struct ofs_error *err);

#endif
