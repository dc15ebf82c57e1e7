#include "browser/rpc.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/methods.h"

/* One pending call. */
struct slot {
    struct slot *next;
    int id;
    const char *method;
    int64_t asked_ms; /* of the method table */
    bool done;
    cJSON *result;
    struct ofs_error failure; /* code NONE: none */
};

struct ofs_rpc {
    struct ofs_loop *loop;
    struct ofs_wire *wire;
    struct ofs_trace *trace;
    ofs_rpc_event *on_event;
    void *ctx;
    const char *const *heeded; /* NULL: every event */
    int last_id;
    struct slot *slots;
    bool over;
    struct ofs_error why;
};

static struct slot **find(struct ofs_rpc *rpc, int id)
{
    struct slot **at = &rpc->slots;
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    return at;
}

static void drop(struct slot **at)
{
    struct slot *s = *at;
    *at = s->next;
    cJSON_Delete(s->result);
    free(s);
}

/* CDP: {"error":{"code","message"}}; BiDi: {"error":"word","message"}. */
static void take_failure(struct slot *s, const cJSON *message)
{
    const char *words = ofs_json_str(message, "error/message", NULL);
    const char *word = ofs_json_str(message, "error", NULL);
    if (!words)
        words = ofs_json_str(message, "message", word ? word : "no reason given");
    ofs_fail(&s->failure, OFS_ERR_PEER, "%s: %.400s", s->method, words);
    const char *peer = word ? word : words;
    size_t n = strlen(peer) < sizeof s->failure.peer ? strlen(peer) : sizeof s->failure.peer - 1;
    memcpy(s->failure.peer, peer, n);
    s->failure.peer[n] = '\0';
}

static void end(struct ofs_rpc *rpc, const struct ofs_error *why)
{
    if (rpc->over)
        return;
    rpc->over = true;
    rpc->why = *why;
}

static void on_closed(void *ctx, const struct ofs_error *why)
{
    end(ctx, why);
}

static bool is_heeded(const struct ofs_rpc *rpc, const char *name, size_t len)
{
    const char *const *one = rpc->heeded;
    while (one && *one && (strncmp(*one, name, len) || (*one)[len]))
        one++;
    return !one || *one;
}

/* Whether its first bytes show an event that is not subscribed. The browsers put the method first;
 * any other form is parsed. */
static bool is_idle_talk(const struct ofs_rpc *rpc, const char *text)
{
    static const char *const heads[] = {"{\"method\":\"", "{\"type\":\"event\",\"method\":\""};
    if (rpc->trace || !rpc->heeded)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        size_t n = strlen(heads[i]);
        if (strncmp(text, heads[i], n))
            continue;
        size_t len = strcspn(text + n, "\"\\");
        return text[n + len] == '"' && !is_heeded(rpc, text + n, len);
    }
    return false;
}

static void on_message(void *ctx, const char *text, size_t len)
{
    struct ofs_rpc *rpc = ctx;
    struct ofs_error why;
    if (rpc->over)
        return; /* after invalid JSON nothing more is processed */
    if (is_idle_talk(rpc, text))
        return;
    OFS_AUTO_JSON message = ofs_json_parse(text, len, &why);
    if (!message || !cJSON_IsObject(message)) {
        ofs_fail(&why, OFS_ERR_PROTOCOL, "the browser sent an answer that is not JSON");
        end(rpc, &why);
        return;
    }
    ofs_trace_message(rpc->trace, '<', message);
    const cJSON *id = ofs_json_get(message, "id");
    if (cJSON_IsNumber(id)) {
        struct slot *s = *find(rpc, id->valueint);
        const cJSON *failure = ofs_json_get(message, "error");
        if (!s || s->done)
            return; /* no caller waits for it, or it was answered already */
        s->done = true;
        if (failure && !cJSON_IsNull(failure))
            take_failure(s, message);
        else
            s->result = cJSON_DetachItemFromObjectCaseSensitive(message, "result");
        return;
    }
    const char *method = ofs_json_str(message, "method", NULL);
    if (method && rpc->on_event && is_heeded(rpc, method, strlen(method)))
        rpc->on_event(rpc->ctx, ofs_json_str(message, "sessionId", NULL), method,
                      ofs_json_get(message, "params"));
}

struct ofs_rpc *ofs_rpc_new(struct ofs_loop *loop, struct ofs_wire *wire, struct ofs_trace *trace,
                            ofs_rpc_event *on_event, void *ctx, struct ofs_error *err)
{
    struct ofs_rpc *rpc = calloc(1, sizeof *rpc);
    if (!rpc) {
        wire->ops->close(wire);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    *rpc = (struct ofs_rpc){
        .loop = loop, .wire = wire, .trace = trace, .on_event = on_event, .ctx = ctx};
    wire->on_message = on_message;
    wire->on_closed = on_closed;
    wire->ctx = rpc;
    return rpc;
}

void ofs_rpc_heed(struct ofs_rpc *rpc, const char *const *events)
{
    rpc->heeded = events;
}

void ofs_rpc_free(struct ofs_rpc *rpc)
{
    if (!rpc)
        return;
    rpc->wire->ops->close(rpc->wire);
    while (rpc->slots)
        drop(&rpc->slots);
    free(rpc);
}

/* No picture is taken of a whole page. */
static bool lacks_box(const char *method, const cJSON *params)
{
    if (strstr(method, ".startScreencast"))
        return ofs_json_num(params, "maxWidth", 2) > 1 || ofs_json_num(params, "maxHeight", 2) > 1;
    return strstr(method, ".captureScreenshot") && (ofs_json_num(params, "clip/width", 0) <= 0 ||
                                                    ofs_json_num(params, "clip/height", 0) <= 0);
}

/* Whether it may be sent; if it carries another method, that one too. */
static const char *allowed_method(const char *method, const cJSON *message)
{
    const cJSON *params = ofs_json_get(message, "params");
    const char *carried = ofs_json_str(params, "method", "");
    if (!strcmp(method, "goog:cdp.sendCommand") &&
        (!ofs_method_allowed(carried) || lacks_box(carried, ofs_json_get(params, "params"))))
        return NULL;
    return lacks_box(method, params) ? NULL : ofs_method_allowed(method);
}

int ofs_rpc_post(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 int *ret_id, struct ofs_error *err)
{
    OFS_AUTO_JSON message = cJSON_CreateObject();
    int id = ++rpc->last_id;
    cJSON_AddNumberToObject(message, "id", id);
    cJSON_AddStringToObject(message, "method", method);
    cJSON_AddItemToObject(message, "params", params ? params : cJSON_CreateObject());
    if (session)
        cJSON_AddStringToObject(message, "sessionId", session);
    const char *allowed = allowed_method(method, message);
    if (!allowed)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "%s is not a method that offswitch may send",
                        method);
    if (rpc->over) {
        *err = rpc->why;
        return -1;
    }
    OFS_AUTO_STR text = cJSON_PrintUnformatted(message);
    struct slot *s = ret_id ? calloc(1, sizeof *s) : NULL;
    if (!text || (ret_id && !s)) {
        free(s);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    ofs_trace_message(rpc->trace, '>', message);
    if (rpc->wire->ops->send(rpc->wire, text, strlen(text), err)) {
        free(s);
        return -1;
    }
    if (s) {
        *s = (struct slot){
            .id = id, .method = allowed, .asked_ms = ofs_now_ms(), .next = rpc->slots};
        rpc->slots = s;
        *ret_id = id;
    }
    return 0;
}

struct awaited {
    struct ofs_rpc *rpc;
    int id;
};

static bool has_come(const void *ctx)
{
    const struct awaited *a = ctx;
    return ofs_rpc_is_answered(a->rpc, a->id);
}

int ofs_rpc_wait(struct ofs_rpc *rpc, int id, ofs_deadline deadline, cJSON **ret_result,
                 struct ofs_error *err)
{
    struct slot **at = find(rpc, id);
    if (!*at)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "no call has the id %d", id);
    int rc = 0;
    struct ofs_error why; /* an answer may have come in the turn that failed */
    while (!(*at)->done && !rc) {
        if (rpc->over) {
            why = rpc->why;
            rc = -1;
        } else {
            const struct awaited awaited = {rpc, id};
            rc = ofs_loop_await(rpc->loop, has_come, &awaited, deadline, &why);
            if (rc && why.code == OFS_ERR_TIMEOUT)
                ofs_fail(&why, OFS_ERR_TIMEOUT, "the browser did not answer within %.1f s (%s)",
                         (double)(ofs_now_ms() - (*at)->asked_ms) / 1000, (*at)->method);
        }
        at = find(rpc, id);
    }
    struct slot *s = *at;
    if (s->done && s->failure.code == OFS_ERR_NONE) {
        rc = 0;
        if (ret_result) {
            *ret_result = s->result;
            s->result = NULL;
        }
    } else {
        *err = s->done ? s->failure : why;
        rc = -1;
    }
    drop(at);
    return rc;
}

bool ofs_rpc_is_answered(struct ofs_rpc *rpc, int id)
{
    const struct slot *s = *find(rpc, id);
    return !s || s->done || rpc->over;
}

void ofs_rpc_forget(struct ofs_rpc *rpc, int id)
{
    struct slot **at = find(rpc, id);
    if (*at)
        drop(at);
}

int ofs_rpc_call(struct ofs_rpc *rpc, const char *session, const char *method, cJSON *params,
                 ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    int id;
    if (ofs_rpc_post(rpc, session, method, params, &id, err))
        return -1;
    return ofs_rpc_wait(rpc, id, deadline, ret_result, err);
}

bool ofs_rpc_is_over(const struct ofs_rpc *rpc, struct ofs_error *why)
{
    if (rpc->over && why)
        *why = rpc->why;
    return rpc->over;
}

const char *ofs_rpc_wire_name(const struct ofs_rpc *rpc)
{
    return rpc->wire->ops->name;
}
