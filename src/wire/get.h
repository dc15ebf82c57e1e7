/*
 * get.h: for this room only: one GET of an address on this machine, with the library that the loop
 * has anyway. A browser's debugging port is all that most runs ask over HTTP, and libcurl takes
 * longer to load than that takes.
 */
#ifndef OFS_WIRE_GET_H
#define OFS_WIRE_GET_H

#include <stdbool.h>

#include "base/buf.h"
#include "wire/loop.h"
#include "wire/url.h"

/* True: answered whole, the status and the body (whose limit holds) are told. False: it was not,
 * for whatever reason, and `body` is empty; libcurl may ask again and say why. Blocks as
 * ofs_loop_turn.
 */
bool ofs_get(struct ofs_loop *loop, const struct ofs_url *url, ofs_deadline deadline,
             struct ofs_buf *body, long *ret_status);

#endif
