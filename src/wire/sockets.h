/*
 * sockets.h: the sockets that libcurl waits for. On Linux they are gathered in one epoll
 * descriptor, which the loop watches; elsewhere they are polled with poll() every few milliseconds
 * during a transfer. For this room only.
 */
#ifndef OFS_WIRE_SOCKETS_H
#define OFS_WIRE_SOCKETS_H

#include <stdbool.h>

enum { OFS_SOCKETS_MOST = 8 };

struct ofs_socket_event {
    int fd;
    bool in, out, error;
};

struct ofs_sockets;

/* NULL with errno. */
struct ofs_sockets *ofs_sockets_new(void);

/* Frees it, and closes the descriptor unless the loop does (`keep_fd`). NULL is fine. */
void ofs_sockets_free(struct ofs_sockets *sockets, bool keep_fd);

/* The descriptor that is readable while a socket is ready; -1 if there is none. */
int ofs_sockets_fd(const struct ofs_sockets *sockets);

/* How long to wait at most until the next poll, in ms; -1: the descriptor shows it. */
int ofs_sockets_timeout(const struct ofs_sockets *sockets);

/* Wait for these events of a socket; neither: stop waiting. */
void ofs_sockets_set(struct ofs_sockets *sockets, int fd, bool in, bool out);

/* The ready sockets: their number, at most OFS_SOCKETS_MOST. Does not block. */
int ofs_sockets_ready(struct ofs_sockets *sockets, struct ofs_socket_event ret[OFS_SOCKETS_MOST]);

#endif
