#include "wire/transfer.h"

#include <libwebsockets.h>
#include <stdlib.h>

#include "wire/internal.h"
#include "wire/sockets.h"

/* libcurl reports the sockets that it waits for; the loop watches one descriptor for all of
 * them. */
struct ofs_transfer {
    struct ofs_loop *loop;
    CURLM *multi;
    CURL *easy; /* the pending one, or NULL */
    struct ofs_sockets *sockets;
    struct lws *watcher; /* NULL if there is no such descriptor */
    ofs_deadline timer;  /* when libcurl wants to be called */
};

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct ofs_transfer *t = user;
    (void)easy, (void)known;
    ofs_sockets_set(t->sockets, fd, what == CURL_POLL_IN || what == CURL_POLL_INOUT,
                    what == CURL_POLL_OUT || what == CURL_POLL_INOUT);
    return 0;
}

static int on_timer(CURLM *multi, long ms, void *user)
{
    struct ofs_transfer *t = user;
    (void)multi;
    t->timer = ms < 0 ? OFS_NEVER : ofs_deadline_in(ms);
    return 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct ofs_transfer *t = lws_get_opaque_user_data(wsi);
    (void)user, (void)in, (void)len;
    if (t && reason == LWS_CALLBACK_RAW_RX_FILE)
        ofs_loop_wake(t->loop);
    else if (t && reason == LWS_CALLBACK_RAW_CLOSE_FILE)
        t->watcher = NULL;
    return 0;
}

static const struct lws_protocols protocols[] = {
    {.name = "ofs-transfer", .callback = callback},
    {0},
};

static int watch(struct ofs_transfer *t, struct ofs_error *err)
{
    struct lws_context *lws = ofs_loop_lws(t->loop);
    t->sockets = ofs_sockets_new();
    if (!t->sockets)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "connections could not be watched");
    if (ofs_sockets_fd(t->sockets) < 0)
        return 0;
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = "transfer",
    };
    struct lws_vhost *vhost = lws_get_vhost_by_name(lws, "transfer");
    if (!vhost)
        vhost = lws_create_vhost(lws, &info);
    lws_sock_file_fd_type handle = {.filefd = ofs_sockets_fd(t->sockets)};
    t->watcher = vhost ? lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, handle,
                                                    protocols[0].name, NULL)
                       : NULL;
    if (!t->watcher)
        return ofs_fail(err, OFS_ERR_SYSTEM, "connections could not be watched");
    lws_set_opaque_user_data(t->watcher, t);
    return 0;
}

/* Let libcurl process what is ready. */
static void drive(struct ofs_transfer *t)
{
    struct ofs_socket_event events[OFS_SOCKETS_MOST];
    int running, n = ofs_sockets_ready(t->sockets, events);
    for (int i = 0; i < n; i++) {
        int mask = (events[i].in ? CURL_CSELECT_IN : 0) | (events[i].out ? CURL_CSELECT_OUT : 0) |
                   (events[i].error ? CURL_CSELECT_ERR : 0);
        curl_multi_socket_action(t->multi, events[i].fd, mask, &running);
    }
    if (ofs_deadline_left(t->timer) == 0) {
        t->timer = OFS_NEVER;
        curl_multi_socket_action(t->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    }
}

static bool is_done(struct ofs_transfer *t, CURLcode *ret_code)
{
    int left;
    for (CURLMsg *m; (m = curl_multi_info_read(t->multi, &left));)
        if (m->msg == CURLMSG_DONE) {
            *ret_code = m->data.result;
            return true;
        }
    return false;
}

struct ofs_transfer *ofs_transfer_new(struct ofs_loop *loop, struct ofs_error *err)
{
    if (ofs_libcurl_load(err))
        return NULL;
    struct ofs_transfer *t = calloc(1, sizeof *t);
    if (!t) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    *t = (struct ofs_transfer){.loop = loop, .timer = OFS_NEVER};
    t->multi = curl_multi_init();
    if (!t->multi) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        ofs_transfer_free(t);
        return NULL;
    }
    if (watch(t, err)) {
        ofs_transfer_free(t);
        return NULL;
    }
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(t->multi, CURLMOPT_TIMERDATA, t);
    curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, 2L);
    return t;
}

void ofs_transfer_free(struct ofs_transfer *t)
{
    if (!t)
        return;
    ofs_transfer_drop(t);
    if (t->multi)
        curl_multi_cleanup(t->multi);
    bool closed = t->watcher != NULL;
    if (closed) {
        lws_set_opaque_user_data(t->watcher, NULL);
        /* closes the descriptor too */
        lws_set_timeout(t->watcher, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    }
    ofs_sockets_free(t->sockets, closed);
    free(t);
}

int ofs_transfer_begin(struct ofs_transfer *t, CURL *easy, struct ofs_error *err)
{
    ofs_transfer_drop(t);
    if (curl_multi_add_handle(t->multi, easy) != CURLM_OK)
        return ofs_fail(err, OFS_ERR_SYSTEM, "the request could not be made");
    t->easy = easy;
    return 0;
}

bool ofs_transfer_is_under_way(const struct ofs_transfer *t)
{
    return t->easy != NULL;
}

void ofs_transfer_drop(struct ofs_transfer *t)
{
    if (t->easy)
        curl_multi_remove_handle(t->multi, t->easy);
    t->easy = NULL;
}

int ofs_transfer_wait(struct ofs_transfer *t, ofs_deadline deadline, CURLcode *ret_code,
                      struct ofs_error *err)
{
    struct ofs_error soft;
    for (;;) {
        drive(t);
        if (is_done(t, ret_code))
            break;
        int limit = ofs_sockets_timeout(t->sockets);
        ofs_deadline look = limit < 0 ? OFS_NEVER : ofs_deadline_in(limit);
        look = ofs_deadline_min(look, ofs_deadline_min(deadline, t->timer));
        if (!ofs_loop_turn(t->loop, look, &soft))
            continue;
        if (soft.code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0)
            continue; /* libcurl's own timer, or time for a poll */
        *err = soft;
        return -1;
    }
    ofs_transfer_drop(t);
    return 0;
}
