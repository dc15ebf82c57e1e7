/*
 * url.h: addresses (RFC 3986), parsed by libcurl in one place, for callers that must know the
 * target of one before using it.
 */
#ifndef OFS_WIRE_URL_H
#define OFS_WIRE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ofs_url {
    char scheme[24];     /* in small letters */
    char host[128];      /* bare: an IPv6 address has no brackets */
    int port;            /* the scheme's own if none is given; 0: the scheme has none */
    char authority[144]; /* HOST[:PORT] as it was given, with brackets if needed */
    bool has_port;       /* in that */
    char path[1024];     /* at least "/" */
    char target[1280];   /* path and query, as a request names them */
    bool has_person;     /* a name or a password */
    bool has_query;      /* or a fragment */
};

/* The address of a port on this machine in its plainest form, SCHEME://127.0.0.1:PORT[/PATH] (or
 * localhost, or [::1]), which is what most runs have. False: it is not in this form, but may be
 * valid. */
bool ofs_url_is_plain(const char *text, struct ofs_url *ret);

/* Fails with OFS_ERR_USAGE if it is not an address, or too long. Any scheme is allowed. libcurl
 * parses what is not plain. */
int ofs_url_parse(const char *text, struct ofs_url *ret, struct ofs_error *err);

/* Whether it is a loopback address, without asking a name server. */
bool ofs_url_is_loopback(const struct ofs_url *url);

/* Whether both have the same scheme, host and port (RFC 6454, 5). */
bool ofs_url_same_origin(const struct ofs_url *a, const struct ofs_url *b);

#endif
