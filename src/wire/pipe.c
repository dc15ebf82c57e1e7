#include <errno.h>
#include <fcntl.h>
#include <libwebsockets.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "wire/internal.h"
#include "wire/queue.h"
#include "wire/wire.h"

struct pipe_wire {
    struct ofs_wire wire;
    struct ofs_loop *loop;
    struct lws *reader, *writer;
    int read_fd, write_fd;
    lws_sorted_usec_list_t rearm;
    struct ofs_queue out;
    struct ofs_buf in;
    bool over;
    struct ofs_error why;
};

static void end(struct pipe_wire *p, const struct ofs_error *why)
{
    if (p->over)
        return;
    p->over = true;
    p->why = *why;
    if (p->wire.on_closed)
        p->wire.on_closed(p->wire.ctx, &p->why);
    ofs_loop_wake(p->loop);
}

static void lost(struct pipe_wire *p)
{
    struct ofs_error why;
    ofs_fail(&why, OFS_ERR_LOST, "the browser ended");
    end(p, &why);
}

/* A request for another writeable event inside the writeable callback is lost on a raw file, so a
 * timer repeats it. */
static void ask_again(lws_sorted_usec_list_t *sul)
{
    struct pipe_wire *p = lws_container_of(sul, struct pipe_wire, rearm);
    if (p->writer && p->out.first)
        lws_callback_on_writable(p->writer);
}

static void drain(struct pipe_wire *p)
{
    while (p->out.first && !p->over) {
        struct ofs_outgoing *m = p->out.first;
        size_t whole = m->len + 1; /* with its NUL */
        ssize_t n = write(p->write_fd, m->text + m->sent, whole - m->sent);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            lws_sul_schedule(ofs_loop_lws(p->loop), 0, &p->rearm, ask_again, 1);
            return;
        }
        if (n <= 0) {
            lost(p);
            return;
        }
        m->sent += (size_t)n;
        if (m->sent == whole)
            ofs_queue_drop_first(&p->out);
    }
}

static void hand_over(struct pipe_wire *p, const char *data, size_t len)
{
    struct ofs_error why;
    while (len && !p->over) {
        const char *nul = memchr(data, '\0', len);
        size_t n = nul ? (size_t)(nul - data) : len;
        if (ofs_buf_add(&p->in, data, n, &why)) {
            ofs_wrap(&why, "the browser sent a message that is too large");
            end(p, &why);
            return;
        }
        if (!nul)
            return;
        if (p->wire.on_message)
            p->wire.on_message(p->wire.ctx, ofs_buf_str(&p->in), p->in.len);
        ofs_buf_clear(&p->in);
        ofs_loop_received(p->loop);
        data += n + 1;
        len -= n + 1;
    }
}

static int read_some(struct pipe_wire *p)
{
    char chunk[65536];
    ssize_t n = read(p->read_fd, chunk, sizeof chunk);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        lost(p);
        return -1;
    }
    hand_over(p, chunk, (size_t)n);
    return p->over ? -1 : 0;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    struct pipe_wire *p = lws_get_opaque_user_data(wsi);
    (void)user, (void)in, (void)len;
    if (!p)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX_FILE:
        return wsi == p->reader ? read_some(p) : 0;
    case LWS_CALLBACK_RAW_WRITEABLE_FILE:
        if (wsi == p->writer)
            drain(p);
        return 0;
    case LWS_CALLBACK_RAW_CLOSE_FILE:
        if (wsi == p->reader)
            p->reader = NULL;
        else
            p->writer = NULL;
        lost(p);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols protocols[] = {
    {.name = "ofs-pipe", .callback = callback},
    {0},
};

static int pipe_send(struct ofs_wire *wire, const char *text, size_t len, struct ofs_error *err)
{
    struct pipe_wire *p = (struct pipe_wire *)wire;
    if (p->over) {
        *err = p->why;
        return -1;
    }
    if (ofs_queue_add(&p->out, text, len, 0))
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    lws_callback_on_writable(p->writer);
    return 0;
}

static void let_go(struct lws *wsi, int fd)
{
    if (wsi) {
        lws_set_opaque_user_data(wsi, NULL);
        lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC); /* closes its descriptor */
    } else if (fd >= 0) {
        close(fd);
    }
}

static void pipe_close(struct ofs_wire *wire)
{
    struct pipe_wire *p = (struct pipe_wire *)wire;
    lws_sul_cancel(&p->rearm);
    let_go(p->reader, -1);
    let_go(p->writer, -1);
    ofs_queue_clear(&p->out);
    ofs_buf_free(&p->in);
    free(p);
}

static const struct ofs_wire_ops ops = {.name = "pipe", .send = pipe_send, .close = pipe_close};

static struct lws *adopt(struct lws_vhost *vhost, int fd, struct pipe_wire *p)
{
    lws_sock_file_fd_type handle = {.filefd = fd};
    struct lws *wsi =
        lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, handle, protocols[0].name, NULL);
    if (wsi)
        lws_set_opaque_user_data(wsi, p);
    return wsi;
}

struct ofs_wire *ofs_wire_pipe(struct ofs_loop *loop, int read_fd, int write_fd,
                               struct ofs_error *err)
{
    struct pipe_wire *p = calloc(1, sizeof *p);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .vhost_name = "pipe",
    };
    struct lws_vhost *vhost = lws_get_vhost_by_name(ofs_loop_lws(loop), "pipe");
    if (!vhost)
        vhost = lws_create_vhost(ofs_loop_lws(loop), &info);
    if (!p || !vhost) {
        close(read_fd);
        close(write_fd);
        free(p);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    p->wire.ops = &ops;
    p->loop = loop;
    p->in.limit = OFS_WIRE_LIMIT;
    p->read_fd = read_fd;
    p->write_fd = write_fd;
    fcntl(read_fd, F_SETFL, O_NONBLOCK);
    fcntl(write_fd, F_SETFL, O_NONBLOCK);
    p->reader = adopt(vhost, read_fd, p);
    p->writer = adopt(vhost, write_fd, p);
    if (!p->reader || !p->writer) {
        let_go(p->reader, read_fd);
        let_go(p->writer, write_fd);
        p->reader = p->writer = NULL;
        pipe_close(&p->wire);
        ofs_fail(err, OFS_ERR_SYSTEM, "the browser's pipe could not be watched");
        return NULL;
    }
    return &p->wire;
}
