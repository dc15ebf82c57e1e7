#include "wire/get.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>

#include "wire/internal.h"

struct get {
    struct ofs_loop *loop;
    struct lws *wsi;
    struct ofs_buf *body;
    long status;
    bool whole, over;
};

static void end(struct get *g, bool whole)
{
    g->whole = g->whole || (whole && !g->over);
    g->over = true;
    ofs_loop_received(g->loop);
}

/* An answer without a length ends with its connection, which may also have been lost: not handled
 * here. */
static int begin(struct get *g, struct lws *wsi)
{
    char length[24] = "";
    g->status = (long)lws_http_client_http_response(wsi);
    if (lws_hdr_copy(wsi, length, sizeof length, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0)
        return -1;
    if (strtol(length, NULL, 10) == 0)
        end(g, true);
    return 0;
}

static int receive(struct lws *wsi)
{
    char room[LWS_PRE + 4096], *data = room + LWS_PRE;
    int size = sizeof room - LWS_PRE;
    return lws_http_client_read(wsi, &data, &size) < 0 ? -1 : 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct get *g = lws_get_opaque_user_data(wsi);
    struct ofs_error ignored;
    (void)user;
    if (!g)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        return begin(g, wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return receive(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return ofs_buf_add(g->body, in, len, &ignored) ? -1 : 0;
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        end(g, true);
        return -1; /* nothing else is requested over this connection */
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
        end(g, false);
        return 0;
    case LWS_CALLBACK_WSI_DESTROY:
        g->wsi = NULL;
        end(g, false);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "ofs-get", .callback = callback, .rx_buffer_size = 4096},
    {0},
};

static struct lws_vhost *vhost_of(struct ofs_loop *loop)
{
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = "get",
        .http_proxy_address = "", /* otherwise $http_proxy would be used for this machine */
#if defined(LWS_WITH_SOCKS5)
        .socks_proxy_address = "",
#endif
    };
    struct lws_vhost *vhost = lws_get_vhost_by_name(ofs_loop_lws(loop), info.vhost_name);
    return vhost ? vhost : lws_create_vhost(ofs_loop_lws(loop), &info);
}

static bool is_over(const void *ctx)
{
    return ((const struct get *)ctx)->over;
}

bool ofs_get(struct ofs_loop *loop, const struct ofs_url *url, ofs_deadline deadline,
             struct ofs_buf *body, long *ret_status)
{
    struct get g = {.loop = loop, .body = body};
    struct ofs_error ignored;
    struct lws_client_connect_info info = {
        .context = ofs_loop_lws(loop),
        .vhost = vhost_of(loop),
        .address = url->host,
        .port = url->port,
        .path = url->target,
        .host = url->authority,
        .method = "GET",
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .local_protocol_name = protocols[0].name,
        .pwsi = &g.wsi,
        .opaque_user_data = &g,
    };
    if (info.vhost && lws_client_connect_via_info(&info))
        ofs_loop_await(loop, is_over, &g, deadline, &ignored);
    if (g.wsi) {
        lws_set_opaque_user_data(g.wsi, NULL);
        lws_set_timeout(g.wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    }
    if (!g.whole)
        ofs_buf_clear(body);
    *ret_status = g.status;
    return g.whole;
}
