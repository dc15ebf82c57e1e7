/*
 * websocket_peer.h: what a raw peer sends for WebSocket (RFC 6455): the upgrade, and frames.
 */
#ifndef OFS_TESTS_WIRE_WEBSOCKET_PEER_H
#define OFS_TESTS_WIRE_WEBSOCKET_PEER_H

#include <openssl/evp.h>
#include <stdint.h>
#include <strings.h>

#include "scripted_peer.h"

enum { FIN = 0x80, CONTINUED = 0, TEXT = 1, CLOSE = 8, PING = 9, PONG = 10 };

/* The text of the reply to the upgrade that is in peer->request; `extra` are further header lines.
 */
static inline bool upgrade_text(const struct peer *peer, const char *extra, char *ret, size_t size)
{
    char key[64] = "", joined[128];
    unsigned char digest[EVP_MAX_MD_SIZE], accept[64];
    unsigned n = 0;
    const char *line = strcasestr(peer->request, "\r\nSec-WebSocket-Key:");
    if (!line || sscanf(line + 20, " %63[^\r\n]", key) != 1)
        return false;
    snprintf(joined, sizeof joined, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    EVP_Digest(joined, strlen(joined), digest, &n, EVP_sha1(), NULL);
    EVP_EncodeBlock(accept, digest, (int)n);
    snprintf(ret, size,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "%sSec-WebSocket-Accept: %s\r\n\r\n",
             extra, (char *)accept);
    return true;
}

static inline bool upgrade_with(struct peer *peer, int fd, const char *extra)
{
    char head[512];
    return upgrade_text(peer, extra, head, sizeof head) && peer_say_text(fd, head);
}

static inline bool upgrade(struct peer *peer, int fd)
{
    return upgrade_with(peer, fd, "");
}

static inline size_t frame_head(unsigned char *to, int first, uint64_t len)
{
    size_t n = 0;
    to[n++] = (unsigned char)first;
    if (len < 126) {
        to[n++] = (unsigned char)len;
        return n;
    }
    int bytes = len < 65536 ? 2 : 8;
    to[n++] = bytes == 2 ? 126 : 127;
    for (int i = bytes - 1; i >= 0; i--)
        to[n++] = (unsigned char)(len >> (8 * i));
    return n;
}

static inline bool say_frame(int fd, int first, const char *data, size_t len)
{
    unsigned char head[16];
    return peer_say(fd, head, frame_head(head, first, len)) && peer_say(fd, data, len);
}

static inline bool say_message(int fd, const char *text)
{
    return say_frame(fd, FIN | TEXT, text, strlen(text));
}

/* The upgrade, and silence. */
static inline void play_upgrade(struct peer *peer, int fd)
{
    upgrade(peer, fd);
    peer_stall(fd);
}

#endif
