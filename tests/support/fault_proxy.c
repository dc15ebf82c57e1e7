#include "support/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/child.h"

enum { PAIRS = 24, CHUNK = 65536, MOST = 64 << 20 };

struct pair {
    int client, server; /* -1: none */
    bool upgraded;
    struct ofs_buf pending; /* from the client: not yet a whole frame */
};

struct relay {
    int control, listener, browser_port;
    enum fault_proxy_manner manner;
    struct pair pairs[PAIRS];
};

static void tell(struct relay *r, const char *word)
{
    if (write(r->control, word, strlen(word) + 1) < 0)
        _exit(1);
}

static bool send_all(int fd, const void *data, size_t len)
{
    for (const char *at = data; len;) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static void drop(struct pair *p)
{
    if (p->client >= 0)
        close(p->client);
    if (p->server >= 0)
        close(p->server);
    ofs_buf_free(&p->pending);
    *p = (struct pair){.client = -1, .server = -1, .pending = OFS_BUF(MOST)};
}

/* What was forwarded to the browser has to arrive: its side is closed in order, and read to the
 * end. */
static void cut(struct relay *r)
{
    r->manner = FAULT_PROXY_ON_DEMAND;
    for (size_t i = 0; i < PAIRS; i++) {
        struct pair *p = &r->pairs[i];
        if (p->client < 0)
            continue;
        close(p->client);
        p->client = -1;
        if (p->server >= 0)
            shutdown(p->server, SHUT_WR);
    }
    tell(r, "cut");
}

static int dial(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void take_connection(struct relay *r)
{
    int client = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    struct pair *free_pair = NULL;
    for (size_t i = 0; i < PAIRS; i++)
        if (r->pairs[i].client < 0 && r->pairs[i].server < 0)
            free_pair = &r->pairs[i];
    if (client < 0)
        return;
    if (!free_pair) {
        close(client);
        return;
    }
    free_pair->client = client;
    if (r->manner != FAULT_PROXY_HOLD)
        free_pair->server = dial(r->browser_port);
    if (free_pair->server < 0 && r->manner != FAULT_PROXY_HOLD)
        drop(free_pair);
    tell(r, "accepted");
}

/* The length of the frame at the front of `b`, or 0 if it is incomplete. The payload is unmasked
 * into `text`. */
static size_t whole_frame(const struct ofs_buf *b, struct ofs_buf *text)
{
    const unsigned char *d = (const unsigned char *)b->data;
    if (b->len < 2)
        return 0;
    uint64_t n = d[1] & 0x7f;
    size_t head = 2 + (n == 126 ? 2 : n == 127 ? 8 : 0);
    size_t mask = d[1] & 0x80 ? 4 : 0;
    if (b->len < head + mask)
        return 0;
    if (n >= 126) {
        size_t width = n == 126 ? 2 : 8;
        n = 0;
        for (size_t i = 0; i < width; i++)
            n = n << 8 | d[2 + i];
    }
    if (n > MOST || b->len < head + mask + n)
        return 0;
    ofs_buf_clear(text);
    for (size_t i = 0; i < n; i++) {
        struct ofs_error ignored;
        char c = (char)(d[head + mask + i] ^ (mask ? d[head + i % 4] : 0));
        if (ofs_buf_add(text, &c, 1, &ignored))
            break;
    }
    return head + mask + (size_t)n;
}

/* The start and the end of a press of the mouse or of a key: several messages in CDP, one in the
 * other protocols. A turn of the wheel is not a press. */
static const struct {
    const char *begins, *ends;
    bool several;
} presses[] = {
    {"Input.dispatchMouseEvent", "mouseReleased", true},
    {"Input.dispatchKeyEvent", "keyUp", true},
    {"\"input.performActions\"", "\"pointerUp\"", false},
    {"\"input.performActions\"", "\"keyUp\"", false},
    {"/actions HTTP/1.1\r\n", "\"pointerUp\"", false},
    {"/actions HTTP/1.1\r\n", "\"keyUp\"", false},
};

static bool begins_press(const char *said)
{
    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++)
        if (strstr(said, presses[i].begins) &&
            (presses[i].several || strstr(said, presses[i].ends)))
            return true;
    return false;
}

static bool ends_press(const char *said)
{
    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++)
        if (strstr(said, presses[i].begins) && strstr(said, presses[i].ends))
            return true;
    return false;
}

/* The length of the request at the front, with its body, or 0 if it is incomplete. */
static size_t whole_request(const struct ofs_buf *b)
{
    const char *text = ofs_buf_str(b), *end = strstr(text, "\r\n\r\n");
    if (!end)
        return 0;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    size_t body = length && length < end ? (size_t)atol(strchr(length, ':') + 1) : 0;
    size_t n = (size_t)(end - text) + 4 + body;
    return n <= b->len ? n : 0;
}

/* The length of the message at the front, or 0; `text` gets its contents. */
static size_t whole_message(const struct pair *p, struct ofs_buf *text)
{
    struct ofs_error ignored;
    if (p->upgraded)
        return whole_frame(&p->pending, text);
    size_t n = whole_request(&p->pending);
    ofs_buf_clear(text);
    if (n)
        ofs_buf_add(text, p->pending.data, n, &ignored);
    return n;
}

/* A browser requires its own port in the Host of an upgrade, not ours. */
static void pass_upgrade(struct relay *r, struct pair *p, size_t n)
{
    OFS_AUTO_BUF out = OFS_BUF(CHUNK);
    struct ofs_error ignored;
    const char *text = p->pending.data, *host = strcasestr(text, "\r\nhost:");
    const char *port = host ? strchr(host + 7, ':') : NULL;
    size_t digits = port ? strspn(port + 1, "0123456789") : 0;
    if (!digits || (size_t)(port - text) > n) {
        send_all(p->server, text, n);
        return;
    }
    ofs_buf_printf(&out, &ignored, "%.*s:%d", (int)(port - text), text, r->browser_port);
    ofs_buf_add(&out, port + 1 + digits, n - (size_t)(port + 1 + digits - text), &ignored);
    send_all(p->server, out.data, out.len);
}

static void pass_messages(struct relay *r, struct pair *p)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST);
    size_t n;
    while ((n = whole_message(p, &text))) {
        const char *said = ofs_buf_str(&text);
        if (r->manner == FAULT_PROXY_BEFORE_PRESS && begins_press(said)) {
            cut(r);
            return;
        }
        if (!p->upgraded && strcasestr(said, "\r\nupgrade: websocket")) {
            pass_upgrade(r, p, n);
            p->upgraded = true;
        } else {
            send_all(p->server, p->pending.data, n);
        }
        memmove(p->pending.data, p->pending.data + n, p->pending.len - n);
        p->pending.len -= n;
        p->pending.data[p->pending.len] = '\0';
        if (r->manner == FAULT_PROXY_AFTER_PRESS && ends_press(said)) {
            cut(r);
            return;
        }
    }
}

static void from_client(struct relay *r, struct pair *p)
{
    char chunk[CHUNK];
    struct ofs_error ignored;
    ssize_t n = recv(p->client, chunk, sizeof chunk, 0);
    if (n <= 0) {
        drop(p);
        return;
    }
    if (p->server < 0)
        return; /* held */
    ofs_buf_add(&p->pending, chunk, (size_t)n, &ignored);
    pass_messages(r, p);
}

static void from_server(struct pair *p)
{
    char chunk[CHUNK];
    ssize_t n = recv(p->server, chunk, sizeof chunk, 0);
    if (n <= 0 || (p->client >= 0 && !send_all(p->client, chunk, (size_t)n)))
        drop(p);
}

static _Noreturn void relay(struct relay *r)
{
    for (;;) {
        struct pollfd fds[2 + 2 * PAIRS] = {{r->control, POLLIN, 0}, {r->listener, POLLIN, 0}};
        for (size_t i = 0; i < PAIRS; i++) {
            fds[2 + 2 * i] = (struct pollfd){r->pairs[i].client, POLLIN, 0};
            fds[3 + 2 * i] = (struct pollfd){r->pairs[i].server, POLLIN, 0};
        }
        if (poll(fds, sizeof fds / sizeof *fds, -1) < 0)
            _exit(1);
        for (size_t i = 0; i < PAIRS; i++) {
            struct pair *p = &r->pairs[i];
            if (fds[2 + 2 * i].revents && p->client == fds[2 + 2 * i].fd)
                from_client(r, p);
            if (fds[3 + 2 * i].revents && p->server >= 0 && p->server == fds[3 + 2 * i].fd)
                from_server(p);
        }
        if (fds[1].revents)
            take_connection(r);
        char word[16];
        if (fds[0].revents) {
            if (read(r->control, word, sizeof word) <= 0)
                _exit(0);
            cut(r);
        }
    }
}

static int listen_anywhere(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) || listen(fd, 16) ||
        getsockname(fd, (struct sockaddr *)&at, &size))
        return -1;
    *ret_port = ntohs(at.sin_port);
    return fd;
}

int fault_proxy_start(int browser_port, enum fault_proxy_manner manner, struct fault_proxy *ret,
                      struct ofs_error *err)
{
    int ends[2];
    int listener = listen_anywhere(&ret->port);
    if (listener < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no relay");
    ret->pid = fork();
    if (ret->pid < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no relay");
    if (ret->pid == 0) {
        struct relay r = {.control = ends[1],
                          .listener = listener,
                          .browser_port = browser_port,
                          .manner = manner};
        child_die_with_parent();
        close(ends[0]);
        for (size_t i = 0; i < PAIRS; i++)
            r.pairs[i] = (struct pair){.client = -1, .server = -1, .pending = OFS_BUF(MOST)};
        relay(&r);
    }
    close(listener);
    close(ends[1]);
    ret->fd = ends[0];
    return 0;
}
