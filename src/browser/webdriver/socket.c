#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "browser/webdriver/internal.h"

/* The socket that a driver offers beside HTTP (WebDriver BiDi, 5.2, webSocketUrl). */

enum { OPENS_WITHIN = 10000 };

/* The host of an address, without its port. False: there is none, or it is too long. */
static bool host_of(const char *url, char *ret, size_t size)
{
    const char *start = strstr(url, "://");
    if (!start)
        return false;
    start += 3;
    size_t n = strcspn(start, "/?#");
    if (memchr(start, '@', n))
        return false; /* a name before the host can look like one */
    size_t bracket = start[0] == '[' ? strcspn(start, "]") : 0;
    size_t host = bracket ? bracket + 1 : strcspn(start, ":/?#");
    if (host == 0 || host > n || host >= size)
        return false;
    memcpy(ret, start, host);
    ret[host] = '\0';
    return true;
}

bool ofs_wd_may_open(const char *base, const char *socket)
{
    char theirs[128], grid[128];
    if (!host_of(socket, theirs, sizeof theirs))
        return false;
    if (!strncmp(base, "https://", 8))
        return !strncmp(socket, "wss://", 6) && host_of(base, grid, sizeof grid) &&
               !strcasecmp(theirs, grid);
    return !strncmp(socket, "ws://", 5) && ofs_text_is_loopback_host(theirs);
}

static void tell(const struct ofs_connect *how, const char *socket, const char *why)
{
    OFS_AUTO_STR words = ofs_text_printf("WebDriver BiDi is not to be had at %s (%s); going on "
                                         "over WebDriver alone.",
                                         socket, why);
    if (words && how->on_notice)
        how->on_notice(how->ctx, words);
}

int ofs_wd_open_socket(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                       struct ofs_wire **ret_wire, struct ofs_error *err)
{
    struct ofs_error why;
    *ret_wire = NULL;
    if (!ofs_wd_may_open(b->base, b->socket)) {
        tell(how, b->socket, "a socket is opened on this machine, or with TLS at the Grid's host");
        return 0;
    }
    *ret_wire = ofs_wire_websocket_trusting(
        b->browser.loop, b->socket, how->cacert,
        ofs_deadline_min(deadline, ofs_deadline_in(OPENS_WITHIN)), &why);
    if (*ret_wire)
        return 0;
    if (why.code == OFS_ERR_INTERRUPTED || ofs_deadline_left(deadline) == 0) {
        *err = why;
        return -1;
    }
    tell(how, b->socket, why.text);
    return 0;
}
