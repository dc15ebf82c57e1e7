/*
 * http.h: one HTTP request and its answer, on libcurl. Loopback only unless the caller says more;
 * no proxy, no redirects, no cookies.
 */
#ifndef OFS_WIRE_HTTP_H
#define OFS_WIRE_HTTP_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

/* GET `url` into `body` (whose limit holds). Blocks until it is answered, the deadline has passed or
 * a signal watched by `loop` has come. Any HTTP status is a success here and is given back. Errors:
 * OFS_ERR_CONNECT, OFS_ERR_TIMEOUT, OFS_ERR_TOO_BIG, OFS_ERR_INTERRUPTED, OFS_ERR_NOT_A_BROWSER (what
 * answered is not HTTP). */
int ofs_http_get(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                 struct ofs_buf *body, long *ret_status, struct ofs_error *err);

#endif
