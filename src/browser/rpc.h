/*
 * rpc.h: calls and answers over a wire: `{"id","method","params"}` out, `{"id","result"|"error"}`
 * and events back, the shape that CDP and WebDriver BiDi share. Flat CDP sessions are carried as
 * `sessionId`.
 *
 * A caller posts and then waits with a deadline; several may be posted before the first wait, and
 * answers may come in any order. Events go to one handler, which may record and may post, but must
 * not wait. Only methods in the table of methods.h are sent.
 */
#ifndef OFS_BROWSER_RPC_H
#define OFS_BROWSER_RPC_H

#include <cJSON.h>

#include "base/clock.h"
#include "base/error.h"
#include "browser/trace.h"
#include "wire/wire.h"

struct ofs_rpc;

typedef void ofs_rpc_event(void *ctx, const char *session, const char *method, const cJSON *params);

/* Takes ownership of the wire. `trace` is borrowed and may be NULL. */
struct ofs_rpc *ofs_rpc_new(struct ofs_loop *loop, struct ofs_wire *wire, struct ofs_trace *trace,
                            ofs_rpc_event *on_event, void *ctx, struct ofs_error *err);
void ofs_rpc_free(struct ofs_rpc *rpc);

/* The only events that are passed to the handler, ended by NULL; borrowed. Others are dropped,
 * mostly unparsed: a page sends many large ones. Without this call every event is passed. */
void ofs_rpc_heed(struct ofs_rpc *rpc, const char *const *events);

/* Send a call. Takes ownership of `params` (NULL: none); `session` NULL: the browser itself. Never
 * blocks. `*ret_id` identifies the answer to wait for; NULL if it will not be awaited. */
int ofs_rpc_post(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 int *ret_id, struct ofs_error *err);

/* Wait for one answer. `*ret_result` (may be NULL) is the caller's to free. Errors: OFS_ERR_PEER
 * with the peer's words, OFS_ERR_TIMEOUT (the answer is then discarded), OFS_ERR_LOST. */
int ofs_rpc_wait(struct ofs_rpc *rpc, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err);

/* True once ofs_rpc_wait will not block: it was answered, or can no longer be answered. */
bool ofs_rpc_is_answered(struct ofs_rpc *rpc, int id);

/* Discard that answer. 0 is allowed. */
void ofs_rpc_forget(struct ofs_rpc *rpc, int id);

/* Post and wait. */
int ofs_rpc_call(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* True once the wire has ended; `why` (may be NULL) gets the reason. */
bool ofs_rpc_is_over(const struct ofs_rpc *rpc, struct ofs_error *why);

const char *ofs_rpc_wire_name(const struct ofs_rpc *rpc);

#endif
