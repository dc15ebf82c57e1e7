#include "wire/serve.h"
#include "wire/internal.h"

#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "wire/loop.h"

enum {
    CHUNK = 16384,
    MAX_PATH = 4096,
    MAX_HEADER = 4096,
    KEEP_ALIVE_SECONDS = 60,
};

struct ofs_server {
    struct ofs_loop *loop;
    struct lws_vhost *vhost;
    struct ofs_serve_options options;
    struct lws_protocols protocols[2];
    bool started; /* libwebsockets has bound the protocol and will report its end */
    bool closing;
};

/* One request and its reply. */
struct exchange {
    struct ofs_server *server;
    struct lws *wsi;
    lws_sorted_usec_list_t delay;
    const char *method;
    char *path;
    char *query;
    char *host;
    char *cookies;
    char *headers[OFS_SERVE_MAX_HEADERS];
    struct ofs_buf body;
    bool too_big;
    bool answered; /* the handler has filled the reply */
    bool due;      /* the reply's delay is over */
    bool close;
    bool socket; /* the reply's body is the one message of a WebSocket */
    struct ofs_serve_reply reply;
    struct ofs_buf head;
    size_t head_sent;
    size_t sent;
};

/* What libwebsockets keeps for a connection. */
struct connection {
    struct exchange *now;
};

static const char *const method_names[] = {
    [LWSHUMETH_GET] = "GET",         [LWSHUMETH_POST] = "POST",   [LWSHUMETH_OPTIONS] = "OPTIONS",
    [LWSHUMETH_PUT] = "PUT",         [LWSHUMETH_PATCH] = "PATCH", [LWSHUMETH_DELETE] = "DELETE",
    [LWSHUMETH_CONNECT] = "CONNECT", [LWSHUMETH_HEAD] = "HEAD",
};

static void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    lws_sul_cancel(&x->delay);
    free(x->path);
    free(x->query);
    free(x->host);
    free(x->cookies);
    for (size_t i = 0; i < OFS_SERVE_MAX_HEADERS; i++)
        free(x->headers[i]);
    ofs_buf_free(&x->body);
    ofs_buf_free(&x->reply.headers);
    ofs_buf_free(&x->reply.body);
    ofs_buf_free(&x->head);
    free(x);
}

static char *copy_token(struct lws *wsi, enum lws_token_indexes token)
{
    int n = lws_hdr_total_length(wsi, token);
    if (n < 0 || n > MAX_HEADER)
        n = 0;
    /* fragments are joined with separators, which the length does not include */
    size_t size = (size_t)n + 64;
    char *text = calloc(1, size);
    if (text && n > 0 && lws_hdr_copy(wsi, text, (int)size, token) < 0)
        text[0] = '\0';
    return text;
}

/* The query: libwebsockets keeps each argument as a fragment and would join them with commas. */
static char *copy_query(struct lws *wsi)
{
    struct ofs_error ignored;
    struct ofs_buf query = OFS_BUF(MAX_HEADER);
    char part[1024];
    for (int i = 0; lws_hdr_copy_fragment(wsi, part, sizeof part, WSI_TOKEN_HTTP_URI_ARGS, i) > 0;
         i++)
        if (ofs_buf_printf(&query, &ignored, "%s%s", i ? "&" : "", part))
            break;
    return query.data ? query.data : calloc(1, 1);
}

static char *copy_named(struct lws *wsi, const char *name)
{
    char key[64];
    int n = snprintf(key, sizeof key, "%s:", name);
    if (n < 0 || (size_t)n >= sizeof key)
        return calloc(1, 1);
    int len = lws_hdr_custom_length(wsi, key, n);
    if (len <= 0 || len > MAX_HEADER)
        return calloc(1, 1);
    char *text = calloc(1, (size_t)len + 1);
    if (text && lws_hdr_custom_copy(wsi, text, len + 1, key, n) < 0)
        text[0] = '\0';
    return text;
}

static struct exchange *exchange_new(struct ofs_server *server, struct lws *wsi)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->server = server;
    x->wsi = wsi;
    x->body.limit = OFS_SERVE_MAX_BODY;
    x->head.limit = OFS_SERVE_MAX_REPLY;
    x->reply = (struct ofs_serve_reply){
        .status = 200,
        .content_type = "text/html; charset=utf-8",
        .headers = OFS_BUF(OFS_SERVE_MAX_REPLY),
        .body = OFS_BUF(OFS_SERVE_MAX_REPLY),
    };
    char *uri = NULL;
    int uri_len = 0;
    int method = lws_http_get_uri_and_method(wsi, &uri, &uri_len);
    size_t known = sizeof method_names / sizeof *method_names;
    if (method < 0 || (size_t)method >= known || !method_names[method] || uri_len > MAX_PATH) {
        exchange_free(x);
        return NULL;
    }
    x->method = method_names[method];
    x->path = strndup(uri, (size_t)uri_len);
    x->query = copy_query(wsi);
    x->host = copy_token(wsi, WSI_TOKEN_HOST);
    x->cookies = copy_token(wsi, WSI_TOKEN_HTTP_COOKIE);
    bool whole = x->path && x->query && x->host && x->cookies;
    const char *const *names = server->options.headers;
    for (size_t i = 0; names && names[i] && i < OFS_SERVE_MAX_HEADERS; i++) {
        x->headers[i] = copy_named(wsi, names[i]);
        whole = whole && x->headers[i];
    }
    if (!whole) {
        exchange_free(x);
        return NULL;
    }
    return x;
}

static bool has_body(const struct exchange *x, struct lws *wsi)
{
    if (strcmp(x->method, "POST") != 0 && strcmp(x->method, "PUT") != 0 &&
        strcmp(x->method, "PATCH") != 0)
        return false;
    char length[24] = "";
    if (lws_hdr_copy(wsi, length, sizeof length, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0)
        return strtoll(length, NULL, 10) > 0;
    return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
}

static bool has_line(const char *headers, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = headers; *line;) {
        if (!strncasecmp(line, name, n) && line[n] == ':')
            return true;
        const char *end = strstr(line, "\r\n");
        if (!end)
            return false;
        line = end + 2;
    }
    return false;
}

static int make_head(struct exchange *x)
{
    struct ofs_error ignored;
    const struct ofs_serve_reply *r = &x->reply;
    const char *own = ofs_buf_str(&r->headers);
    const char *cache = has_line(own, "Cache-Control") ? "" : "Cache-Control: no-store\r\n";
    bool bare = r->status == 204 || r->status == 304;
    char type[160] = "";
    if (!bare)
        snprintf(type, sizeof type, "Content-Type: %s\r\nContent-Length: %zu\r\n", r->content_type,
                 r->body.len);
    return ofs_buf_printf(&x->head, &ignored, "HTTP/1.1 %d %s\r\n%s%s%sConnection: %s\r\n\r\n",
                          r->status, r->status < 400 ? "OK" : "Error", type, cache, own,
                          x->close ? "close" : "keep-alive");
}

static void delay_over(lws_sorted_usec_list_t *sul)
{
    struct exchange *x = lws_container_of(sul, struct exchange, delay);
    x->due = true;
    lws_callback_on_writable(x->wsi);
}

/* Show the request to the handler and start on the reply. Returns -1 to drop the connection. */
static int answer(struct exchange *x)
{
    struct ofs_server *server = x->server;
    if (x->answered)
        return 0;
    x->answered = true;
    /* a reply may be late on purpose: libwebsockets must not time out first */
    lws_set_timeout(x->wsi, NO_PENDING_TIMEOUT, 0);
    if (x->too_big) {
        x->reply.status = 413;
        x->close = true;
    } else {
        const struct ofs_serve_request request = {
            .method = x->method,
            .path = x->path,
            .query = x->query,
            .host = x->host,
            .cookies = x->cookies,
            .body = ofs_buf_str(&x->body),
            .body_len = x->body.len,
            .header_names = server->options.headers,
            .header_values = (const char *const *)x->headers,
        };
        server->options.handler(server->options.user, &request, &x->reply);
    }
    ofs_loop_wake(server->loop); /* the handler may have changed what a caller waits for */
    struct ofs_serve_reply *r = &x->reply;
    if (r->manner == OFS_SERVE_NEVER)
        return 0;
    if (r->manner == OFS_SERVE_CUT) {
        x->close = true;
        if (r->cut_at >= r->body.len)
            r->cut_at = r->body.len / 2;
    }
    if (make_head(x))
        return -1;
    if (r->delay_ms > 0) {
        lws_sul_schedule(lws_get_context(x->wsi), 0, &x->delay, delay_over,
                         r->delay_ms * LWS_US_PER_MS);
        return 0;
    }
    x->due = true;
    lws_callback_on_writable(x->wsi);
    return 0;
}

static int write_some(struct lws *wsi, const struct ofs_buf *from, size_t end, size_t *sent,
                      enum lws_write_protocol how)
{
    unsigned char chunk[LWS_PRE + CHUNK];
    size_t n = end - *sent < CHUNK ? end - *sent : CHUNK;
    memcpy(chunk + LWS_PRE, from->data + *sent, n);
    if (lws_write(wsi, chunk + LWS_PRE, n, how) < (int)n)
        return -1;
    *sent += n;
    return 0;
}

/* One piece of the reply for each time the socket takes one. */
static int write_more(struct connection *c)
{
    struct exchange *x = c->now;
    if (!x || !x->due)
        return 0;
    struct lws *wsi = x->wsi;
    const struct ofs_serve_reply *r = &x->reply;
    bool bare = !strcmp(x->method, "HEAD") || r->status == 204 || r->status == 304;
    size_t end = bare ? 0 : r->manner == OFS_SERVE_CUT ? r->cut_at : r->body.len;
    if (x->head_sent < x->head.len) {
        if (write_some(wsi, &x->head, x->head.len, &x->head_sent, LWS_WRITE_HTTP_HEADERS))
            return -1;
    } else if (x->sent < end) {
        if (write_some(wsi, &r->body, end, &x->sent, LWS_WRITE_HTTP))
            return -1;
    }
    if (x->head_sent < x->head.len || x->sent < end || lws_partial_buffered(wsi)) {
        lws_callback_on_writable(wsi);
        return 0;
    }
    if (r->manner == OFS_SERVE_CUT) {
        /* not immediately: the part already sent must be rendered first, as on a broken connection
         */
        x->due = false;
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, 1);
        return 0;
    }
    bool shut = x->close;
    c->now = NULL;
    exchange_free(x);
    return shut || lws_http_transaction_completed(wsi) ? -1 : 0;
}

static int take_body(struct exchange *x, const void *data, size_t len)
{
    struct ofs_error ignored;
    if (!x || x->too_big)
        return 0;
    if (ofs_buf_add(&x->body, data, len, &ignored)) {
        x->too_big = true;
        return answer(x);
    }
    return 0;
}

static int begin(struct ofs_server *server, struct lws *wsi, struct connection *c)
{
    exchange_free(c->now);
    c->now = exchange_new(server, wsi);
    if (!c->now)
        return -1;
    if (has_body(c->now, wsi))
        return 0;
    /* libwebsockets would wait endlessly for the body of a POST without a length */
    c->now->close = !strcmp(c->now->method, "POST") || !strcmp(c->now->method, "PUT") ||
                    !strcmp(c->now->method, "PATCH");
    return answer(c->now);
}

/* A WebSocket request: the handler sees a GET, and its reply is the one message. */
static int begin_socket(struct ofs_server *server, struct lws *wsi, struct connection *c)
{
    exchange_free(c->now);
    c->now = exchange_new(server, wsi);
    if (!c->now)
        return -1;
    c->now->socket = true;
    return answer(c->now) || c->now->reply.status != 200 ? -1 : 0;
}

static int write_message(struct connection *c)
{
    struct exchange *x = c->now;
    if (!x || !x->due)
        return 0;
    x->due = false;
    if (x->reply.manner == OFS_SERVE_CUT)
        return -1;
    return write_some(x->wsi, &x->reply.body, x->reply.body.len, &x->sent, LWS_WRITE_TEXT);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    const struct lws_protocols *protocol = lws_get_protocol(wsi);
    struct ofs_server *server = protocol ? protocol->user : NULL;
    struct connection *c = user;

    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return !server || server->closing ? -1 : begin(server, wsi, c);
    case LWS_CALLBACK_HTTP_BODY:
        return take_body(c->now, in, len);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return c->now ? answer(c->now) : 0;
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return write_more(c);
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
        return !server || server->closing || !c ? -1 : begin_socket(server, wsi, c);
    case LWS_CALLBACK_ESTABLISHED:
        lws_callback_on_writable(wsi);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_message(c);
    case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
    case LWS_CALLBACK_CLOSED_HTTP:
    case LWS_CALLBACK_CLOSED:
        if (c) {
            exchange_free(c->now);
            c->now = NULL;
        }
        return 0;
    case LWS_CALLBACK_PROTOCOL_INIT:
        if (server)
            server->started = true;
        return 0;
    case LWS_CALLBACK_PROTOCOL_DESTROY:
        /* the last event of this vhost: nothing refers to the server any more */
        if (server && server->closing)
            free(server);
        return 0;
    default:
        return 0;
    }
}

struct ofs_server *ofs_server_new(struct ofs_loop *loop, const struct ofs_serve_options *options,
                                  struct ofs_error *err)
{
    struct ofs_server *server = calloc(1, sizeof *server);
    if (!server) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    server->loop = loop;
    server->options = *options;
    server->protocols[0] = (struct lws_protocols){
        .name = "ofs-serve",
        .callback = callback,
        .per_session_data_size = sizeof(struct connection),
        .user = server,
    };
    struct lws_context_creation_info info = {
        .port = options->port,
        .iface = "127.0.0.1",
        .protocols = server->protocols,
        .vhost_name = "serve",
        .keepalive_timeout = KEEP_ALIVE_SECONDS,
        .options = LWS_SERVER_OPTION_DISABLE_IPV6,
    };
    server->vhost = lws_create_vhost(ofs_loop_lws(loop), &info);
    if (!server->vhost) {
        free(server);
        ofs_fail(err, OFS_ERR_SYSTEM, "nothing can listen on 127.0.0.1:%d", options->port);
        ofs_hint(err, "name another port, or 0 for any free one");
        return NULL;
    }
    return server;
}

void ofs_server_free(struct ofs_server *server)
{
    if (!server)
        return;
    server->closing = true;
    if (!server->started)
        lws_service(ofs_loop_lws(server->loop), -1);
    lws_vhost_destroy(server->vhost);
}

int ofs_server_port(const struct ofs_server *server)
{
    return lws_get_vhost_listen_port(server->vhost);
}

const char *ofs_serve_header(const struct ofs_serve_request *request, const char *name)
{
    const char *const *names = request->header_names;
    for (size_t i = 0; names && names[i] && i < OFS_SERVE_MAX_HEADERS; i++)
        if (!strcmp(names[i], name))
            return request->header_values[i];
    return "";
}

/* The text of NAME=TEXT in a list with that separator; NULL if there is none. */
static const char *find_pair(const char *list, const char *name, char separator, size_t *ret_len)
{
    const char ends[] = {separator, '\0'};
    size_t n = strlen(name);
    while (*list) {
        list += strspn(list, " ");
        size_t len = strcspn(list, ends);
        if (len > n && !strncmp(list, name, n) && list[n] == '=') {
            *ret_len = len - n - 1;
            return list + n + 1;
        }
        list += len + (list[len] == separator);
    }
    return NULL;
}

bool ofs_serve_cookie(const char *cookies, const char *name, char *ret_value, size_t size)
{
    size_t len = 0;
    const char *at = find_pair(cookies, name, ';', &len);
    snprintf(ret_value, size, "%.*s", at ? (int)len : 0, at ? at : "");
    return at != NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool ofs_serve_field(const char *query, const char *name, char *ret_value, size_t size)
{
    size_t len = 0, out = 0;
    const char *at = find_pair(query, name, '&', &len);
    for (size_t i = 0; at && i < len && out + 1 < size; i++) {
        char c = at[i] == '+' ? ' ' : at[i];
        if (c == '%' && i + 2 < len && hex_digit(at[i + 1]) >= 0 && hex_digit(at[i + 2]) >= 0) {
            c = (char)(hex_digit(at[i + 1]) * 16 + hex_digit(at[i + 2]));
            i += 2;
        }
        ret_value[out++] = c;
    }
    ret_value[out] = '\0';
    return at != NULL;
}
