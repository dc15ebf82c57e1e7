/*
 * get.h: for this room only: one GET of an address on this machine, with the library that the loop
 * uses anyway. Most runs need HTTP only for a browser's debugging port, and loading libcurl takes
 * longer than that request.
 */
#ifndef OFS_WIRE_GET_H
#define OFS_WIRE_GET_H

#include <stdbool.h>

#include "base/buf.h"
#include "wire/loop.h"
#include "wire/url.h"

/* True: the answer is complete, and the status and the body (whose limit holds) are set. False: it
 * is not, for any reason, and `body` is empty; libcurl may try again and report why. Blocks like
 * ofs_loop_turn. */
bool ofs_get(struct ofs_loop *loop, const struct ofs_url *url, ofs_deadline deadline,
             struct ofs_buf *body, long *ret_status);

#endif
