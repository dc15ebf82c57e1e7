/*
 * transfer.h: one libcurl transfer at a time inside the event loop, so that signals, deadlines and
 * the built-in replica keep working while an answer is awaited. For this room only.
 */
#ifndef OFS_WIRE_TRANSFER_H
#define OFS_WIRE_TRANSFER_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "wire/libcurl.h"
#include "wire/loop.h"

struct ofs_transfer;

/* The caller owns the result; `loop` is borrowed. Connections are kept alive in it. */
struct ofs_transfer *ofs_transfer_new(struct ofs_loop *loop, struct ofs_error *err);
void ofs_transfer_free(struct ofs_transfer *transfer);

/* Start a handle, which is borrowed until it is done or dropped. Drops the pending one. */
int ofs_transfer_begin(struct ofs_transfer *transfer, CURL *easy, struct ofs_error *err);
bool ofs_transfer_is_under_way(const struct ofs_transfer *transfer);
void ofs_transfer_drop(struct ofs_transfer *transfer);

/* Wait until it is done and return libcurl's result code. -1 with OFS_ERR_TIMEOUT or
 * OFS_ERR_INTERRUPTED as ofs_loop_turn: it is still pending then. */
int ofs_transfer_wait(struct ofs_transfer *transfer, ofs_deadline deadline, CURLcode *ret_code,
                      struct ofs_error *err);

#endif
