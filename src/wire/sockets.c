#include "wire/sockets.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/system.h"

#ifndef OFS_PORTABLE

#include <sys/epoll.h>

struct ofs_sockets {
    int fd;
};

struct ofs_sockets *ofs_sockets_new(void)
{
    struct ofs_sockets *s = calloc(1, sizeof *s);
    if (s && (s->fd = epoll_create1(EPOLL_CLOEXEC)) < 0) {
        free(s);
        return NULL;
    }
    return s;
}

void ofs_sockets_free(struct ofs_sockets *s, bool keep_fd)
{
    if (s && !keep_fd)
        close(s->fd);
    free(s);
}

int ofs_sockets_fd(const struct ofs_sockets *s)
{
    return s->fd;
}

int ofs_sockets_timeout(const struct ofs_sockets *s)
{
    (void)s;
    return -1;
}

void ofs_sockets_set(struct ofs_sockets *s, int fd, bool in, bool out)
{
    struct epoll_event event = {.data.fd = fd};
    event.events = (in ? EPOLLIN : 0) | (out ? EPOLLOUT : 0);
    if (!in && !out)
        epoll_ctl(s->fd, EPOLL_CTL_DEL, fd, NULL);
    else if (epoll_ctl(s->fd, EPOLL_CTL_MOD, fd, &event))
        epoll_ctl(s->fd, EPOLL_CTL_ADD, fd, &event);
}

int ofs_sockets_ready(struct ofs_sockets *s, struct ofs_socket_event ret[OFS_SOCKETS_MOST])
{
    struct epoll_event events[OFS_SOCKETS_MOST];
    int n = epoll_wait(s->fd, events, OFS_SOCKETS_MOST, 0);
    for (int i = 0; i < n; i++)
        ret[i] = (struct ofs_socket_event){.fd = events[i].data.fd,
                                           .in = events[i].events & EPOLLIN,
                                           .out = events[i].events & EPOLLOUT,
                                           .error = events[i].events & (EPOLLERR | EPOLLHUP)};
    return n > 0 ? n : 0;
}

#else

#include <poll.h>

struct ofs_sockets {
    struct pollfd list[OFS_SOCKETS_MOST]; /* free places have .fd = -1 */
};

struct ofs_sockets *ofs_sockets_new(void)
{
    struct ofs_sockets *s = calloc(1, sizeof *s);
    for (int i = 0; s && i < OFS_SOCKETS_MOST; i++)
        s->list[i].fd = -1;
    return s;
}

void ofs_sockets_free(struct ofs_sockets *s, bool keep_fd)
{
    (void)keep_fd;
    free(s);
}

int ofs_sockets_fd(const struct ofs_sockets *s)
{
    (void)s;
    return -1;
}

int ofs_sockets_timeout(const struct ofs_sockets *s)
{
    (void)s;
    return 5;
}

static struct pollfd *place_of(struct ofs_sockets *s, int fd)
{
    for (int i = 0; i < OFS_SOCKETS_MOST; i++)
        if (s->list[i].fd == fd)
            return &s->list[i];
    return NULL;
}

void ofs_sockets_set(struct ofs_sockets *s, int fd, bool in, bool out)
{
    struct pollfd *place = place_of(s, fd);
    if (!place)
        place = place_of(s, -1);
    if (!place)
        return; /* one transfer at a time never has that many; its deadline applies */
    place->fd = in || out ? fd : -1;
    place->events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0));
}

int ofs_sockets_ready(struct ofs_sockets *s, struct ofs_socket_event ret[OFS_SOCKETS_MOST])
{
    int n = 0;
    if (poll(s->list, OFS_SOCKETS_MOST, 0) <= 0)
        return 0;
    for (int i = 0; i < OFS_SOCKETS_MOST; i++)
        if (s->list[i].fd >= 0 && s->list[i].revents)
            ret[n++] = (struct ofs_socket_event){.fd = s->list[i].fd,
                                                 .in = s->list[i].revents & POLLIN,
                                                 .out = s->list[i].revents & POLLOUT,
                                                 .error = s->list[i].revents & (POLLERR | POLLHUP)};
    return n;
}

#endif
