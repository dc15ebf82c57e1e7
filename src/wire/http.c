#include "wire/http.h"
#include "wire/internal.h"

#include <curl/curl.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { CONNECT_PATIENCE = 10000, MOST_SOCKETS = 8 };

/* libcurl tells which sockets it waits for; they are gathered in one epoll descriptor, and that is
 * what the loop watches. So signals, deadlines and the built-in replica go on while an answer is
 * awaited. */
struct ofs_http {
    struct ofs_loop *loop;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    bool under_way;
    int sockets; /* epoll */
    struct lws *watcher;
    ofs_deadline timer; /* when libcurl wants to be called */
    char *url;
    char words[CURL_ERROR_SIZE];
    struct ofs_buf body;
    struct ofs_error failure; /* of the callback that stopped the transfer */
};

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    struct ofs_http *h = user;
    return ofs_buf_add(&h->body, data, size * count, &h->failure) ? 0 : size * count;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct ofs_http *h = user;
    struct epoll_event event = {.data.fd = fd};
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(h->sockets, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
        event.events |= EPOLLIN;
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
        event.events |= EPOLLOUT;
    epoll_ctl(h->sockets, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
    curl_multi_assign(h->multi, fd, h);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *user)
{
    struct ofs_http *h = user;
    (void)multi;
    h->timer = ms < 0 ? OFS_NEVER : ofs_deadline_in(ms);
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct ofs_http *h = lws_get_opaque_user_data(wsi);
    (void)user, (void)in, (void)len;
    if (h && reason == LWS_CALLBACK_RAW_RX_FILE)
        ofs_loop_wake(h->loop);
    else if (h && reason == LWS_CALLBACK_RAW_CLOSE_FILE)
        h->watcher = NULL;
    return 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "ofs-http", .callback = callback},
    {0},
};

static int watch(struct ofs_http *h, struct ofs_error *err)
{
    struct lws_context *lws = ofs_loop_lws(h->loop);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = "http",
    };
    struct lws_vhost *vhost = lws_get_vhost_by_name(lws, "http");
    if (!vhost)
        vhost = lws_create_vhost(lws, &info);
    h->sockets = epoll_create1(EPOLL_CLOEXEC);
    if (!vhost || h->sockets < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "connections could not be watched");
    lws_sock_file_fd_type handle = {.filefd = h->sockets};
    h->watcher =
        lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, handle, protocols[0].name, NULL);
    if (!h->watcher)
        return ofs_fail(err, OFS_ERR_SYSTEM, "connections could not be watched");
    lws_set_opaque_user_data(h->watcher, h);
    return 0;
}

static void set_up(struct ofs_http *h, const char *cacert)
{
    h->headers = curl_slist_append(h->headers, "Content-Type: application/json; charset=utf-8");
    /* some hubs say nothing at all of an error where no page is accepted */
    h->headers = curl_slist_append(h->headers, "Accept: application/json, */*;q=0.1");
    h->headers = curl_slist_append(h->headers, "Expect:");
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
    curl_easy_setopt(h->easy, CURLOPT_USERAGENT, "offswitch");
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_PATIENCE);
    curl_easy_setopt(h->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->body.limit);
    curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->words);
    curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
    if (cacert)
        curl_easy_setopt(h->easy, CURLOPT_CAINFO, cacert);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, 2L);
}

struct ofs_http *ofs_http_new(struct ofs_loop *loop, const char *cacert, size_t limit,
                              struct ofs_error *err)
{
    struct ofs_http *h = calloc(1, sizeof *h);
    if (!h) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    *h = (struct ofs_http){.loop = loop, .sockets = -1, .timer = OFS_NEVER, .body = OFS_BUF(limit)};
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    if (!h->multi || !h->easy) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        ofs_http_free(h);
        return NULL;
    }
    if (watch(h, err)) {
        ofs_http_free(h);
        return NULL;
    }
    set_up(h, cacert);
    return h;
}

void ofs_http_free(struct ofs_http *h)
{
    if (!h)
        return;
    ofs_http_drop(h);
    curl_easy_cleanup(h->easy);
    if (h->multi)
        curl_multi_cleanup(h->multi);
    curl_slist_free_all(h->headers);
    if (h->watcher) {
        lws_set_opaque_user_data(h->watcher, NULL);
        /* closes the descriptor too */
        lws_set_timeout(h->watcher, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    } else if (h->sockets >= 0) {
        close(h->sockets);
    }
    ofs_buf_free(&h->body);
    free(h->url);
    free(h);
}

void ofs_http_drop(struct ofs_http *h)
{
    if (h->under_way)
        curl_multi_remove_handle(h->multi, h->easy);
    h->under_way = false;
}

int ofs_http_post(struct ofs_http *h, const struct ofs_http_request *request, struct ofs_error *err)
{
    ofs_http_drop(h);
    ofs_buf_clear(&h->body);
    h->failure = (struct ofs_error){0};
    h->words[0] = '\0';
    free(h->url);
    h->url = strdup(request->url);
    if (!h->url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    curl_easy_setopt(h->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, NULL);
    if (request->body) {
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
        curl_easy_setopt(h->easy, CURLOPT_COPYPOSTFIELDS, request->body);
    } else {
        curl_easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, request->method);
    /* libcurl sends a request again when a kept connection turns out to be dead. */
    curl_easy_setopt(h->easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
    if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
        return ofs_fail(err, OFS_ERR_SYSTEM, "%s: the request could not be made", request->url);
    h->under_way = true;
    return 0;
}

/* Let libcurl do what it can do now. */
static void drive(struct ofs_http *h)
{
    struct epoll_event events[MOST_SOCKETS];
    int running, n = epoll_wait(h->sockets, events, MOST_SOCKETS, 0);
    for (int i = 0; i < n; i++) {
        int mask = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                   (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
                   (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(h->multi, events[i].data.fd, mask, &running);
    }
    if (ofs_deadline_left(h->timer) == 0) {
        h->timer = OFS_NEVER;
        curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static bool is_done(struct ofs_http *h, CURLcode *ret_code)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));)
        if (m->msg == CURLMSG_DONE) {
            *ret_code = m->data.result;
            return true;
        }
    return false;
}

static const struct {
    CURLcode curl;
    enum ofs_error_code code;
    const char *words, *hint;
} failures[] = {
    {CURLE_COULDNT_CONNECT, OFS_ERR_CONNECT, "nobody answers there", NULL},
    {CURLE_COULDNT_RESOLVE_HOST, OFS_ERR_CONNECT, "that host is not known", NULL},
    {CURLE_OPERATION_TIMEDOUT, OFS_ERR_CONNECT, "nobody answers there", NULL},
    {CURLE_PEER_FAILED_VERIFICATION, OFS_ERR_CONNECT, "its certificate does not verify",
     "name the private authority's certificate with --cacert FILE, or check the host's name"},
    {CURLE_SSL_CACERT_BADFILE, OFS_ERR_SYSTEM, "the file given with --cacert cannot be read",
     "it has to be a PEM file of certificates"},
    {CURLE_SSL_CONNECT_ERROR, OFS_ERR_CONNECT, "it does not speak TLS",
     "check the port; without TLS the scheme is webdriver://"},
    {CURLE_GOT_NOTHING, OFS_ERR_LOST, "the connection ended without an answer", NULL},
    {CURLE_RECV_ERROR, OFS_ERR_LOST, "the connection was cut", NULL},
    {CURLE_SEND_ERROR, OFS_ERR_LOST, "the connection was cut", NULL},
    {CURLE_PARTIAL_FILE, OFS_ERR_LOST, "the answer broke off", NULL},
};

static int translate(const struct ofs_http *h, CURLcode code, struct ofs_error *err)
{
    if (h->failure.code != OFS_ERR_NONE) {
        *err = h->failure;
        return ofs_wrap(err, "%s", h->url);
    }
    if (code == CURLE_FILESIZE_EXCEEDED)
        return ofs_fail(err, OFS_ERR_TOO_BIG, "%s: the answer is larger than %zu bytes", h->url,
                        h->body.limit);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].curl == code) {
            ofs_fail(err, failures[i].code, "%s: %s%s%.200s%s", h->url, failures[i].words,
                     failures[i].hint && h->words[0] ? " (" : "", failures[i].hint ? h->words : "",
                     failures[i].hint && h->words[0] ? ")" : "");
            return failures[i].hint ? ofs_hint(err, "%s", failures[i].hint) : -1;
        }
    return ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s: %s", h->url, curl_easy_strerror(code));
}

int ofs_http_wait(struct ofs_http *h, ofs_deadline deadline, struct ofs_http_answer *ret_answer,
                  struct ofs_error *err)
{
    CURLcode code = CURLE_OK;
    struct ofs_error soft;
    if (!h->under_way)
        return ofs_fail(err, OFS_ERR_LOST, "nothing was asked");
    for (;;) {
        drive(h);
        if (is_done(h, &code))
            break;
        if (!ofs_loop_turn(h->loop, ofs_deadline_min(deadline, h->timer), &soft))
            continue;
        if (soft.code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0)
            continue; /* libcurl's own timer */
        if (soft.code == OFS_ERR_TIMEOUT)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "%s: no answer in time", h->url);
        *err = soft;
        return -1;
    }
    ofs_http_drop(h);
    if (code != CURLE_OK)
        return translate(h, code, err);
    *ret_answer = (struct ofs_http_answer){.body = ofs_buf_str(&h->body), .len = h->body.len};
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &ret_answer->status);
    return 0;
}

int ofs_http_get(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                 struct ofs_buf *body, long *ret_status, struct ofs_error *err)
{
    struct ofs_http *h = ofs_http_new(loop, NULL, body->limit, err);
    struct ofs_http_answer answer;
    int rc =
        h ? ofs_http_post(h, &(struct ofs_http_request){.method = "GET", .url = url}, err) : -1;
    if (!rc)
        rc = ofs_http_wait(h, deadline, &answer, err);
    if (!rc) {
        *ret_status = answer.status;
        rc = ofs_buf_add(body, answer.body, answer.len, err);
    } else if (err->code == OFS_ERR_LOST) {
        err->code = OFS_ERR_NOT_A_BROWSER;
    }
    ofs_http_free(h);
    return rc;
}
