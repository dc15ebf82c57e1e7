/*
 * scripted_peer.h: a raw TCP peer on a loopback port, in a thread of the test: it sends exactly the
 * bytes that a test specifies, slowly or wrongly if needed. It handles one connection at a time.
 *
 * Life cycle: peer_start, the test, peer_stop. Start it after ofs_loop_watch_signals, so that the
 * thread has the signals blocked too.
 */
#ifndef OFS_TESTS_WIRE_SCRIPTED_PEER_H
#define OFS_TESTS_WIRE_SCRIPTED_PEER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "thread.h"

struct peer {
    /* Handles one connection; the request's head has been read into `request` unless `mute`. */
    void (*play)(struct peer *peer, int fd);
    const void *script; /* of the test */
    bool mute;          /* leave even the request to `play` */

    int port;
    int listen_fd;
    struct thread thread;
    atomic_int connections;
    atomic_int fd; /* of the present connection, or -1 */
    atomic_bool stop;
    char request[8192];
};

/* All of it, or false if the other side is gone. */
static inline bool peer_say(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

static inline bool peer_say_text(int fd, const char *text)
{
    return peer_say(fd, text, strlen(text));
}

static inline bool peer_hear(int fd, void *data, size_t len)
{
    char *p = data;
    while (len) {
        ssize_t n = recv(fd, p, len, 0);
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

/* Send nothing, and wait until the other side is gone. */
static inline void peer_stall(int fd)
{
    char ignored[4096];
    while (recv(fd, ignored, sizeof ignored, 0) > 0)
        ;
}

static inline bool peer_hear_request(struct peer *peer, int fd)
{
    size_t n = 0;
    peer->request[0] = '\0';
    while (n + 1 < sizeof peer->request && !strstr(peer->request, "\r\n\r\n")) {
        if (!peer_hear(fd, peer->request + n, 1))
            return false;
        peer->request[++n] = '\0';
    }
    return true;
}

static inline void *peer_main(void *arg)
{
    struct peer *peer = arg;
    while (!peer->stop) {
        int fd = accept(peer->listen_fd, NULL, NULL);
        if (fd < 0)
            break;
        int one = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peer->fd = fd;
        peer->connections++;
        if (!peer->stop && (peer->mute || peer_hear_request(peer, fd)))
            peer->play(peer, fd);
        peer->fd = -1;
        close(fd);
    }
    return NULL;
}

/* Listen on any free port without ever accepting; gives the port. */
static inline int peer_listen(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 8) ||
        getsockname(fd, (struct sockaddr *)&at, &size))
        abort();
    *ret_port = ntohs(at.sin_port);
    return fd;
}

/* A port on which no process listens. */
static inline int peer_closed_port(void)
{
    int port;
    close(peer_listen(&port));
    return port;
}

static inline void peer_start(struct peer *peer)
{
    peer->listen_fd = peer_listen(&peer->port);
    peer->fd = -1;
    thread_start(&peer->thread, peer_main, peer);
}

static inline void peer_stop(struct peer *peer)
{
    peer->stop = true;
    shutdown(peer->listen_fd, SHUT_RDWR);
    int fd = peer->fd;
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR);
    thread_join(&peer->thread);
    close(peer->listen_fd);
}

#endif
