#include "wire/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "wire/libcurl.h"

/* A part into a field of its own size; false if it does not fit. A missing part is "". */
static bool take(CURLU *u, CURLUPart part, unsigned flags, char *to, size_t size)
{
    char *text = NULL;
    int n = 0;
    to[0] = '\0';
    if (!curl_url_get(u, part, &text, flags))
        n = snprintf(to, size, "%s", text);
    curl_free(text);
    return n >= 0 && (size_t)n < size;
}

static bool has(CURLU *u, CURLUPart part)
{
    char *text = NULL;
    bool there = !curl_url_get(u, part, &text, 0);
    curl_free(text);
    return there;
}

static int own_port(const char *scheme)
{
    static const struct {
        const char *scheme;
        int port;
    } ports[] = {{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (!strcmp(ports[i].scheme, scheme))
            return ports[i].port;
    return 0;
}

static bool take_parts(CURLU *u, struct ofs_url *url)
{
    char port[16], query[256];
    if (!take(u, CURLUPART_SCHEME, 0, url->scheme, sizeof url->scheme) ||
        !take(u, CURLUPART_HOST, 0, url->host, sizeof url->host) ||
        !take(u, CURLUPART_PATH, 0, url->path, sizeof url->path) ||
        !take(u, CURLUPART_QUERY, 0, query, sizeof query) ||
        !take(u, CURLUPART_PORT, 0, port, sizeof port))
        return false;
    url->has_port = port[0] != '\0';
    snprintf(url->authority, sizeof url->authority, "%s%s%s", url->host, port[0] ? ":" : "", port);
    url->port = port[0] ? (int)strtol(port, NULL, 10) : own_port(url->scheme);
    size_t n = strlen(url->host);
    if (url->host[0] == '[' && url->host[n - 1] == ']') {
        memmove(url->host, url->host + 1, n - 2);
        url->host[n - 2] = '\0';
    }
    if (!url->path[0])
        memcpy(url->path, "/", 2);
    snprintf(url->target, sizeof url->target, "%s%s%s", url->path, query[0] ? "?" : "", query);
    url->has_person = has(u, CURLUPART_USER) || has(u, CURLUPART_PASSWORD);
    url->has_query = has(u, CURLUPART_QUERY) || has(u, CURLUPART_FRAGMENT);
    return url->host[0] && (!port[0] || url->port > 0);
}

/* Copy a run of these characters into a field of its own size. Returns its end; NULL: it is empty
 * or does not fit. */
static const char *take_run(const char *from, const char *of, char *to, size_t size)
{
    size_t n = strspn(from, of);
    if (n == 0 || n >= size)
        return NULL;
    memcpy(to, from, n);
    to[n] = '\0';
    return from + n;
}

/* One of the names of this machine. */
static const char *take_host(const char *from, const char **ret_host)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
        size_t n = strlen(hosts[i]);
        *ret_host = hosts[i];
        if (!strncmp(from, hosts[i], n) && from[n] == ':')
            return from + n + 1;
    }
    return NULL;
}

bool ofs_url_is_plain(const char *text, struct ofs_url *ret)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    static const char in_path[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-";
    struct ofs_url url = {.has_port = true};
    char port[6];
    const char *host = "";
    const char *at = take_run(text, letters, url.scheme, sizeof url.scheme);
    at = at && !strncmp(at, "://", 3) ? take_host(at + 3, &host) : NULL;
    at = at ? take_run(at, "0123456789", port, sizeof port) : NULL;
    url.port = at && port[0] != '0' ? (int)strtol(port, NULL, 10) : 0;
    if (url.port < 1 || url.port > 65535)
        return false;
    snprintf(url.authority, sizeof url.authority, "%s:%s", host, port);
    snprintf(url.host, sizeof url.host, "%s", host[0] == '[' ? "::1" : host);
    memcpy(url.path, "/", 2);
    if (*at == '/')
        at = take_run(at, in_path, url.path, sizeof url.path);
    if (!at || *at)
        return false;
    snprintf(url.target, sizeof url.target, "%s", url.path);
    *ret = url;
    return true;
}

int ofs_url_parse(const char *text, struct ofs_url *ret, struct ofs_error *err)
{
    struct ofs_url url = {0};
    if (ofs_url_is_plain(text, ret))
        return 0;
    if (ofs_libcurl_load(err))
        return -1;
    CURLU *u = curl_url();
    bool good =
        u && strstr(text, "://") &&
        !curl_url_set(u, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS) &&
        take_parts(u, &url);
    curl_url_cleanup(u);
    if (!good)
        return ofs_fail(err, OFS_ERR_USAGE, "'%.200s' is not an address (SCHEME://HOST:PORT)",
                        text);
    *ret = url;
    return 0;
}

bool ofs_url_is_loopback(const struct ofs_url *url)
{
    return ofs_text_is_loopback_host(url->host);
}

bool ofs_url_same_origin(const struct ofs_url *a, const struct ofs_url *b)
{
    return !strcmp(a->scheme, b->scheme) && !strcasecmp(a->host, b->host) && a->port == b->port;
}
