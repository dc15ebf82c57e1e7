/*
 * fetch.h: network access outside the browser, on libcurl: documents, web hooks, mail. Used only
 * for features that the person switched on.
 *
 * Document requests are polite: an honest User-Agent, conditional requests, one at a time. TLS
 * certificates are always verified; plain http is for loopback only. Redirects are followed only
 * within the same site. The environment's proxy variables (https_proxy, no_proxy) are respected, as
 * libcurl does. No cookies.
 *
 * Every call blocks until it is done, the deadline has passed or a signal that the loop watches
 * arrives.
 */
#ifndef OFS_WIRE_FETCH_H
#define OFS_WIRE_FETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

enum { OFS_FETCH_TAG = 256, OFS_FETCH_ADDRESS = 1024 };

struct ofs_fetch_request {
    const char *url;
    const char *etag, *last_modified; /* of the stored copy, or NULL */
};

struct ofs_fetch_answer {
    long status;
    bool elsewhere;      /* the last redirect leaves the site, and was not followed */
    int64_t retry_after; /* Retry-After in seconds, or 0 */
    char etag[OFS_FETCH_TAG], last_modified[OFS_FETCH_TAG], type[OFS_FETCH_TAG];
    char address[OFS_FETCH_ADDRESS]; /* the final address, or the target of the redirect */
};

/* GET. Any HTTP status is a success; `body` (whose limit holds) is what came. Errors:
 * OFS_ERR_CONNECT (no network, no such host, connection refused, TLS refused), OFS_ERR_LOST
 * (connection lost), OFS_ERR_TOO_BIG, OFS_ERR_TIMEOUT, OFS_ERR_INTERRUPTED, OFS_ERR_USAGE (an
 * address that may not be fetched). */
int ofs_fetch_document(struct ofs_loop *loop, const struct ofs_fetch_request *request,
                       ofs_deadline deadline, struct ofs_buf *body,
                       struct ofs_fetch_answer *ret_answer, struct ofs_error *err);

/* POST a text. `headers` is ended by NULL, each "Name: value". `cacert` (NULL: the system's) is a
 * PEM file of the authorities to trust. A status other than 2xx is OFS_ERR_PEER. */
int ofs_fetch_post(struct ofs_loop *loop, const char *url, const char *cacert,
                   const char *const *headers, const char *body, ofs_deadline deadline,
                   struct ofs_error *err);

/* Send one mail. `url` is smtps://HOST or smtp://HOST, which demands TLS unless the host is
 * loopback. `user`, `password` and `cacert` may be NULL. `message` has its headers and CRLF line
 * ends. */
struct ofs_mail {
    const char *url, *cacert, *user, *password, *from;
    const char *const *to; /* ended by NULL */
    const char *message;
};
int ofs_fetch_mail(struct ofs_loop *loop, const struct ofs_mail *mail, ofs_deadline deadline,
                   struct ofs_error *err);

/* Whether two addresses belong to one site: the same host (ignoring "www."), or the same registered
 * name, estimated from the last labels; on loopback also the same port. Pure. */
bool ofs_fetch_same_site(const char *a, const char *b);

#endif
