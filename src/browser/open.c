#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "browser/internal.h"
#include "wire/url.h"

enum {
    ANSWERS_WITHIN = 10000, /* milliseconds, if no person has to answer first */
};

static const char *after(const char *address, const char *scheme)
{
    size_t n = strlen(scheme);
    return strncmp(address, scheme, n) ? NULL : address + n;
}

/* HOST:PORT of an address; the host has to be loopback unless another one is allowed. */
static int check_host_port(const char *address, bool anywhere, struct ofs_url *ret,
                           struct ofs_error *err)
{
    struct ofs_error bad;
    const char *rest = strstr(address, "://") + 3;
    if (!strchr(rest, ':') || *rest == ':')
        return ofs_fail(err, OFS_ERR_USAGE, "--connect %s has no HOST:PORT", address);
    if (ofs_url_parse(address, ret, &bad) || !ret->has_port)
        return ofs_fail(err, OFS_ERR_USAGE, "--connect %s has no port between 1 and 65535",
                        address);
    if (!anywhere && !ofs_url_is_loopback(ret)) {
        /* a password is not shown */
        ofs_fail(err, OFS_ERR_USAGE, "--connect %s%s'%s' is not this machine",
                 ret->has_person ? "" : address, ret->has_person ? "" : ": ", ret->host);
        return ofs_hint(err, "a debugging port hands over every account of that browser, so only "
                             "127.0.0.1 and localhost are taken");
    }
    if (ret->has_person)
        return ofs_fail(err, OFS_ERR_USAGE, "--connect takes no name and no password");
    return 0;
}

/* HOST:PORT[/PATH]; unencrypted only to this machine. */
static int check_webdriver(const char *address, bool tls, struct ofs_error *err)
{
    struct ofs_url url;
    const char *rest = strstr(address, "://") + 3;
    if (rest[strcspn(rest, "@?#")])
        return ofs_fail(err, OFS_ERR_USAGE,
                        "--connect webdriver%s://HOST:PORT[/PATH] takes no name, query or fragment",
                        tls ? "+https" : "");
    if (!check_host_port(address, tls, &url, err))
        return 0;
    if (!tls && strstr(err->text, "not this machine"))
        ofs_hint(err, "a session on another machine goes over TLS: webdriver+https://HOST:PORT");
    return -1;
}

int ofs_browser_check_address(const char *address, struct ofs_error *err)
{
    struct ofs_url url;
    if (!strcmp(address, "auto") || !strcmp(address, "launch"))
        return 0;
    if (after(address, "cdp://") || after(address, "bidi://")) {
        if (check_host_port(address, false, &url, err))
            return -1;
        return strcmp(url.target, "/") || url.has_query
                   ? ofs_fail(err, OFS_ERR_USAGE, "--connect %s: %s:// takes no path", address,
                              url.scheme)
                   : 0;
    }
    if (after(address, "ws://")) {
        if (check_host_port(address, false, &url, err))
            return -1;
        if (!strstr(url.path, "/devtools/browser"))
            return ofs_fail(err, OFS_ERR_USAGE,
                            "--connect %s is not a browser's socket (ws://HOST:PORT/devtools/"
                            "browser/…)",
                            address);
        return 0;
    }
    if (after(address, "webdriver://"))
        return check_webdriver(address, false, err);
    if (after(address, "webdriver+https://"))
        return check_webdriver(address, true, err);
    char word[32];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(address, ":"), address);
    const char *const words[] = {"auto",      "launch",          "cdp", "ws", "bidi",
                                 "webdriver", "webdriver+https", NULL};
    const char *meant = ofs_text_closest(word, words);
    bool whole = meant && (!strcmp(meant, "auto") || !strcmp(meant, "launch"));
    ofs_fail(err, OFS_ERR_USAGE,
             "--connect %s is none of auto, launch, cdp://…, ws://…, bidi://…, webdriver://…, "
             "webdriver+https://…",
             address);
    if (meant)
        return ofs_hint(err, whole ? "did you mean '%s'?" : "did you mean '%s://HOST:PORT'?",
                        meant);
    return ofs_hint(
        err, "Chrome and its relatives: cdp://127.0.0.1:PORT; Firefox: "
             "bidi://127.0.0.1:PORT; a driver: webdriver://127.0.0.1:PORT; see 'offswitch help'");
}

/* Firefox serves one path of its debugging port (WebDriver BiDi, 5). */
static struct ofs_browser *attach_session(struct ofs_loop *loop, const char *host_port,
                                          struct ofs_trace *trace, ofs_deadline deadline,
                                          struct ofs_error *err)
{
    char url[128];
    snprintf(url, sizeof url, "ws://%.*s/session", (int)strcspn(host_port, "/"), host_port);
    struct ofs_wire *wire = ofs_wire_websocket(
        loop, url, ofs_deadline_min(deadline, ofs_deadline_in(ANSWERS_WITHIN)), err);
    if (wire)
        return ofs_bidi_open(loop, wire, trace, deadline, err);
    if (err->code == OFS_ERR_CONNECT)
        ofs_hint(err, "start Firefox with --remote-debugging-port=PORT; first set "
                      "remote.prefs.recommended to false in about:config, so that it leaves the "
                      "profile's settings as they are");
    return NULL;
}

static struct ofs_browser *launch(struct ofs_loop *loop, const struct ofs_connect *how,
                                  ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wire *wire;
    struct ofs_process *process;
    if (ofs_launch(loop, how, &wire, &process, err))
        return NULL;
    return ofs_cdp_open(loop, wire, process, how, NULL, NULL, deadline, err);
}

struct ofs_browser *ofs_browser_open(struct ofs_loop *loop, const struct ofs_connect *how,
                                     ofs_deadline deadline, struct ofs_error *err)
{
    char host_port[64];
    const char *rest = after(how->address, "cdp://");
    if (ofs_browser_check_address(how->address, err))
        return NULL;
    if (rest) {
        snprintf(host_port, sizeof host_port, "%.*s", (int)strcspn(rest, "/"), rest);
        return ofs_attach_port(loop, how, host_port, deadline, err);
    }
    if (after(how->address, "webdriver"))
        return ofs_webdriver_open(loop, how, deadline, err);
    if ((rest = after(how->address, "bidi://")))
        return attach_session(loop, rest, how->trace, deadline, err);
    if (after(how->address, "ws://"))
        return ofs_attach_socket(loop, how, how->address, deadline, err);
    if (!strcmp(how->address, "auto")) {
        bool none;
        struct ofs_browser *found = ofs_attach_auto(loop, how, deadline, &none, err);
        if (!none)
            return found;
    }
    return launch(loop, how, deadline, err);
}
