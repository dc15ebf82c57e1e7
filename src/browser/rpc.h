/*
 * rpc.h: questions and answers over a wire: `{"id","method","params"}` out,
 * `{"id","result"|"error"}` and events back, the shape that CDP and WebDriver BiDi share. Flat CDP
 * sessions are carried as `sessionId`.
 *
 * A caller posts and then waits with a deadline; several may be posted before the first wait, and
 * answers may come in any order. Events go to one handler, which may record and may post, but must
 * not wait. Only methods named in the table of methods.h leave the program.
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

/* Takes the wire over. `trace` is borrowed and may be NULL. */
struct ofs_rpc *ofs_rpc_new(struct ofs_loop *loop, struct ofs_wire *wire, struct ofs_trace *trace,
                            ofs_rpc_event *on_event, void *ctx, struct ofs_error *err);
void ofs_rpc_free(struct ofs_rpc *rpc);

/* The only events that the handler wants, ended by NULL; borrowed. Others are dropped, mostly
 * unparsed: a page's are many and large. Without this call every event is handed over. */
void ofs_rpc_heed(struct ofs_rpc *rpc, const char *const *events);

/* Send a question. Takes `params` over (NULL: none); `session` NULL: the browser itself. Never
 * blocks.
 * `*ret_id` names the answer to wait for; pass NULL when nobody will wait for it. */
int ofs_rpc_post(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 int *ret_id, struct ofs_error *err);

/* Wait for one answer. `*ret_result` (may be NULL) is the caller's to free. Errors: OFS_ERR_PEER
 * with the peer's words, OFS_ERR_TIMEOUT (the answer is then forgotten), OFS_ERR_LOST. */
int ofs_rpc_wait(struct ofs_rpc *rpc, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err);

/* True once ofs_rpc_wait will not block: it was answered, or no answer can come any more. */
bool ofs_rpc_is_answered(struct ofs_rpc *rpc, int id);

/* Nobody will wait for that answer any more. 0 is taken. */
void ofs_rpc_forget(struct ofs_rpc *rpc, int id);

/* Post and wait. */
int ofs_rpc_call(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* True once the wire has ended; `why` (may be NULL) gets the reason. */
bool ofs_rpc_is_over(const struct ofs_rpc *rpc, struct ofs_error *why);

const char *ofs_rpc_wire_name(const struct ofs_rpc *rpc);

#endif
