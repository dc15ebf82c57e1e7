#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/webdriver/internal.h"
#include "wire/url.h"

/* The sockets besides HTTP: the one that a driver offers (WebDriver BiDi, 5.2, webSocketUrl), and
 * that of the running Chromium that its session is attached to. */

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

/* The driver reports the address. A driver that runs elsewhere, or is reached through a tunnel,
 * reports one on another machine. */
bool ofs_wd_has_local_debugger(const struct ofs_wd *b)
{
    struct ofs_url at;
    struct ofs_error ignored;
    OFS_AUTO_STR url = ofs_text_printf("http://%s/", b->debugger);
    return b->debugger[0] && !strncmp(b->base, "http://", 7) && url &&
           !ofs_url_parse(url, &at, &ignored) && at.has_port && !at.has_person &&
           ofs_url_is_loopback(&at);
}

static int join(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                struct ofs_browser **ret_devtools, struct ofs_error *err)
{
    OFS_AUTO_JSON windows = NULL;
    if (ofs_wd_ask(b, OFS_WD_WINDOWS, NULL, deadline, &windows, err))
        return -1;
    struct ofs_browser *devtools =
        ofs_attach_classic(b->browser.loop, how, b->debugger, deadline, err);
    if (!devtools)
        return -1;
    if (!ofs_cdp_join(devtools, &b->browser, windows, deadline, err)) {
        *ret_devtools = devtools;
        return 0;
    }
    devtools->ops->close(devtools, deadline);
    return -1;
}

int ofs_wd_open_devtools(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                         struct ofs_browser **ret_devtools, struct ofs_error *err)
{
    struct ofs_error why;
    *ret_devtools = NULL;
    if (!b->attached || !ofs_wd_has_local_debugger(b) ||
        !join(b, how, ofs_deadline_min(deadline, ofs_deadline_in(OPENS_WITHIN)), ret_devtools,
              &why))
        return 0;
    if (why.code == OFS_ERR_INTERRUPTED || b->over || ofs_deadline_left(deadline) == 0) {
        *err = why;
        return -1;
    }
    OFS_AUTO_STR words = ofs_text_printf("The browser at %s cannot be joined (%s); continuing over "
                                         "the driver alone, which reports less about a page.",
                                         b->debugger, why.text);
    if (words && how->on_notice)
        how->on_notice(how->ctx, words);
    return 0;
}
