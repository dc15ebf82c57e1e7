#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "browser/webdriver/internal.h"
#include "wire/url.h"

/* The socket that a driver offers in addition to HTTP (WebDriver BiDi, 5.2, webSocketUrl). */

enum { OPENS_WITHIN = 10000 };

bool ofs_wd_may_open(const char *base, const char *socket)
{
    struct ofs_url theirs, grid;
    struct ofs_error ignored;
    /* a user name before the host can look like one */
    if (ofs_url_parse(socket, &theirs, &ignored) || theirs.has_person)
        return false;
    if (!strncmp(base, "https://", 8))
        return !strcmp(theirs.scheme, "wss") && !ofs_url_parse(base, &grid, &ignored) &&
               !strcasecmp(theirs.host, grid.host);
    return !strcmp(theirs.scheme, "ws") && ofs_url_is_loopback(&theirs);
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
