#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "wire/internal.h"
#include "wire/queue.h"
#include "wire/url.h"
#include "wire/wire.h"

struct websocket {
    struct ofs_wire wire;
    struct ofs_loop *loop;
    struct lws *wsi;
    struct ofs_queue out;
    struct ofs_buf in;
    bool reached; /* the TCP connection was accepted */
    bool open;
    bool over;
    struct ofs_error why; /* once it is over */
};

static void end(struct websocket *ws, const struct ofs_error *why)
{
    bool was_open = ws->open;
    ws->wsi = NULL;
    ws->open = false;
    if (ws->over)
        return;
    ws->over = true;
    ws->why = *why;
    if (was_open && ws->wire.on_closed)
        ws->wire.on_closed(ws->wire.ctx, &ws->why);
    ofs_loop_wake(ws->loop);
}

/* libwebsockets has no code for it, only a text. */
static bool is_about_tls(const char *words)
{
    return strstr(words, "SSL") || strstr(words, "cert") || strstr(words, "tls");
}

static void refused(struct websocket *ws, struct lws *wsi, const char *words)
{
    struct ofs_error why;
    unsigned status = lws_http_client_http_response(wsi);
    if (status == 403) {
        ofs_fail(&why, OFS_ERR_REFUSED, "the browser refused the connection (HTTP 403)");
        ofs_hint(&why, "press Allow when the browser asks \"Allow remote debugging?\"");
    } else if (status && status != 101) {
        ofs_fail(&why, OFS_ERR_NOT_A_BROWSER, "answered HTTP %u instead of opening a WebSocket",
                 status);
    } else if (ws->reached) {
        ofs_fail(&why, OFS_ERR_NOT_A_BROWSER, "what listens there does not speak WebSocket");
    } else if (is_about_tls(words)) {
        ofs_fail(&why, OFS_ERR_CONNECT,
                 "what answers there speaks no TLS, or with a certificate that does not verify");
        ofs_hint(&why, "name the private authority's certificate with --cacert FILE, or check the "
                       "host's name");
    } else {
        ofs_fail(&why, OFS_ERR_CONNECT, "nothing answers there");
    }
    end(ws, &why);
}

static int receive(struct websocket *ws, struct lws *wsi, const char *data, size_t len)
{
    struct ofs_error why = {.code = OFS_ERR_NONE};
    size_t to_come = lws_remaining_packet_payload(wsi); /* announced by the peer: no need to wait */
    if (to_come > ws->in.limit || ws->in.len + len > ws->in.limit - to_come)
        ofs_fail(&why, OFS_ERR_TOO_BIG, "more than %zu bytes", ws->in.limit);
    else
        ofs_buf_add(&ws->in, data, len, &why);
    if (why.code != OFS_ERR_NONE) {
        ofs_wrap(&why, "the browser sent a message that is too large");
        end(ws, &why);
        return -1;
    }
    if (to_come || !lws_is_final_fragment(wsi))
        return 0;
    if (ws->wire.on_message)
        ws->wire.on_message(ws->wire.ctx, ofs_buf_str(&ws->in), ws->in.len);
    ofs_buf_clear(&ws->in);
    ofs_loop_received(ws->loop);
    return 0;
}

static int send_first(struct websocket *ws, struct lws *wsi)
{
    struct ofs_outgoing *m = ws->out.first;
    if (!m)
        return 0;
    /* One lws_write for each message and each writeable, so that a message is one frame. */
    if (lws_write(wsi, (unsigned char *)m->text, m->len, LWS_WRITE_TEXT) < (int)m->len)
        return -1;
    ofs_queue_drop_first(&ws->out);
    if (ws->out.first)
        lws_callback_on_writable(wsi);
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct websocket *ws = lws_get_opaque_user_data(wsi);
    struct ofs_error why;
    (void)user;
    if (!ws)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        ws->open = true;
        lws_rx_flow_control(wsi, 0); /* until there is a receiver */
        ofs_loop_wake(ws->loop);
        return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        ws->reached = true;
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        refused(ws, wsi, in ? in : "");
        return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(ws, wsi, in, len);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return send_first(ws, wsi);
    case LWS_CALLBACK_CLIENT_CLOSED:
    case LWS_CALLBACK_WSI_DESTROY:
        ofs_fail(&why, OFS_ERR_LOST, "the connection to the browser was cut");
        end(ws, &why);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "ofs-websocket", .callback = callback, .rx_buffer_size = 65536},
    {0},
};

static int ws_send(struct ofs_wire *wire, const char *text, size_t len, struct ofs_error *err)
{
    struct websocket *ws = (struct websocket *)wire;
    if (!ws->open) {
        *err = ws->why;
        return -1;
    }
    if (ofs_queue_add(&ws->out, text, len, LWS_PRE))
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    lws_callback_on_writable(ws->wsi);
    return 0;
}

static void ws_close(struct ofs_wire *wire)
{
    struct websocket *ws = (struct websocket *)wire;
    if (ws->wsi) {
        lws_set_opaque_user_data(ws->wsi, NULL);
        lws_set_timeout(ws->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
    ofs_queue_clear(&ws->out);
    ofs_buf_free(&ws->in);
    free(ws);
}

static const struct ofs_wire_ops ops = {.name = "websocket", .send = ws_send, .close = ws_close};

/* ws[s]://HOST:PORT/PATH. A browser's address has a port; the default port is accepted only with
 * TLS. */
static int read_url(const char *text, struct ofs_url *ret)
{
    struct ofs_error ignored;
    if (ofs_url_parse(text, ret, &ignored) || ret->has_person)
        return -1;
    bool tls = !strcmp(ret->scheme, "wss");
    return tls || (!strcmp(ret->scheme, "ws") && ret->has_port) ? 0 : -1;
}

/* A person may have to answer the browser first. libwebsockets would give up after seconds, so its
 * timeout is extended repeatedly; only our deadline counts. */
static int await_upgrade(struct websocket *ws, ofs_deadline deadline, struct ofs_error *err)
{
    enum { TICK = 1000, FAR = 3600 };
    while (!ws->open && !ws->over) {
        struct ofs_error why;
        lws_set_timeout(ws->wsi, PENDING_TIMEOUT_AWAITING_SERVER_RESPONSE, FAR);
        if (!ofs_loop_turn(ws->loop, ofs_deadline_min(deadline, ofs_deadline_in(TICK)), &why))
            continue;
        if (why.code != OFS_ERR_TIMEOUT || ofs_deadline_left(deadline) == 0) {
            *err = why;
            return -1;
        }
    }
    return 0;
}

/* Plain and TLS connections use two vhosts, so that TLS is set up only when it is needed. */
static struct lws_vhost *vhost_of(struct ofs_loop *loop, bool tls, const char *cacert)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = tls ? "websocket-tls" : "websocket",
        .options = tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0,
        .client_ssl_ca_filepath = tls ? cacert : NULL,
        .http_proxy_address = "", /* else $http_proxy would be used for loopback */
#if defined(LWS_WITH_SOCKS5)
        .socks_proxy_address = "",
#endif
    };
    /* a custom authority replaces those of the system, as in libcurl */
    if (info.client_ssl_ca_filepath)
        info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    struct lws_vhost *vhost = lws_get_vhost_by_name(ofs_loop_lws(loop), info.vhost_name);
    return vhost ? vhost : lws_create_vhost(ofs_loop_lws(loop), &info);
}

struct ofs_wire *ofs_wire_websocket(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                                    struct ofs_error *err)
{
    return ofs_wire_websocket_trusting(loop, url, NULL, deadline, err);
}

struct ofs_wire *ofs_wire_websocket_trusting(struct ofs_loop *loop, const char *url,
                                             const char *cacert, ofs_deadline deadline,
                                             struct ofs_error *err)
{
    struct ofs_url to;
    bool tls = !strncmp(url, "wss://", 6);
    if (read_url(url, &to)) {
        ofs_fail(err, OFS_ERR_USAGE, "'%s' is not of the form ws://HOST:PORT/PATH", url);
        return NULL;
    }
    struct websocket *ws = calloc(1, sizeof *ws);
    struct lws_vhost *vhost = vhost_of(loop, tls, cacert);
    if (!ws || !vhost) {
        free(ws);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    ws->wire.ops = &ops;
    ws->loop = loop;
    ws->in.limit = OFS_WIRE_LIMIT;
    struct lws_client_connect_info info = {
        .context = ofs_loop_lws(loop),
        .vhost = vhost,
        .address = to.host,
        .port = to.port,
        .path = to.target,
        /* a redirect could leave this machine; the certificate and its name are verified */
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (tls ? LCCSCF_USE_SSL : 0),
        .host = to.authority, /* with the port, and no Origin: Chrome refuses anything else */
        .local_protocol_name = protocols[0].name,
        .ietf_version_or_minus_one = -1,
        .pwsi = &ws->wsi,
        .opaque_user_data = ws,
    };
    if (!lws_client_connect_via_info(&info) && !ws->over) {
        struct ofs_error why;
        ofs_fail(&why, OFS_ERR_CONNECT, "nothing answers there");
        end(ws, &why);
    }
    int rc = await_upgrade(ws, deadline, err);
    if (!rc && ws->open) {
        lws_rx_flow_control(ws->wsi, 1);
        return &ws->wire;
    }
    if (!rc)
        *err = ws->why;
    ws_close(&ws->wire);
    ofs_wrap(err, "%s", url);
    return NULL;
}
