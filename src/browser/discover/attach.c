#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/discover/find.h"
#include "browser/internal.h"
#include "browser/journal.h"
#include "wire/http.h"

/* Attaching to a running browser: what its port answers, the person's approval if it needs one, and
 * the choice among several browsers. */

enum {
    ANSWER_LIMIT = 1 << 20, /* of /json/version, which is a few hundred bytes */
    LOOKS_WITHIN = 2000,
};

static void notice(const struct ofs_connect *how, const char *fmt, ...) OFS_PRINTF(2, 3);

static void notice(const struct ofs_connect *how, const char *fmt, ...)
{
    char *words = NULL;
    va_list ap;
    if (!how->on_notice)
        return;
    va_start(ap, fmt);
    if (vasprintf(&words, fmt, ap) >= 0)
        how->on_notice(how->ctx, words);
    va_end(ap);
    free(words);
}

/* Get the browser's socket from the port. */
static int discover(struct ofs_loop *loop, const char *host_port, ofs_deadline deadline,
                    char ret_url[256], struct ofs_error *err)
{
    OFS_AUTO_BUF body = OFS_BUF(ANSWER_LIMIT);
    OFS_AUTO_STR url = ofs_text_printf("http://%s/json/version", host_port);
    long status;
    if (!url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_http_get(loop, url, ofs_deadline_min(deadline, ofs_deadline_in(10000)), &body, &status,
                     err))
        return err->code == OFS_ERR_TIMEOUT
                   ? ofs_hint(err, "a browser answers this at once: check the port in --connect")
                   : -1;
    if (status == 404) {
        ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s answered HTTP 404", url);
        return ofs_hint(
            err, "that is not the debugging port of Chrome or a relative: check the port; for "
                 "Firefox say bidi://, for a driver webdriver://");
    }
    if (status != 200)
        return ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s answered HTTP %ld", url, status);
    OFS_AUTO_JSON answer = ofs_json_parse(ofs_buf_str(&body), body.len, err);
    if (!answer) {
        err->code = OFS_ERR_NOT_A_BROWSER;
        return ofs_wrap(err, "the answer of %s", url);
    }
    const char *socket = ofs_json_str(answer, "webSocketDebuggerUrl", NULL);
    const char *path = socket ? strstr(socket, "/devtools/browser") : NULL;
    if (!path)
        return ofs_fail(err, OFS_ERR_NOT_A_BROWSER,
                        "the answer of %s names no browser socket (webSocketDebuggerUrl)", url);
    /* The given host and port, regardless of those in the answer. */
    snprintf(ret_url, 256, "ws://%s%s", host_port, path);
    return 0;
}

/* The HTTP status before the upgrade. 404: the browser will ask its person. 0: unknown. */
static long version_status(struct ofs_loop *loop, const char *host_port, ofs_deadline deadline,
                           struct ofs_error *err)
{
    long status = 0;
    OFS_AUTO_BUF body = OFS_BUF(ANSWER_LIMIT);
    OFS_AUTO_STR url = ofs_text_printf("http://%s/json/version", host_port);
    struct ofs_error why;
    if (!url || !ofs_http_get(loop, url, ofs_deadline_min(deadline, ofs_deadline_in(LOOKS_WITHIN)),
                              &body, &status, &why))
        return status;
    if (why.code != OFS_ERR_CONNECT && why.code != OFS_ERR_INTERRUPTED)
        return 0;
    *err = why;
    return -1;
}

/* Why the question to the person had no positive answer. */
static void explain(struct ofs_loop *loop, const char *host_port, struct ofs_error *err)
{
    struct ofs_error ignored = {0};
    long status;
    switch (err->code) {
    case OFS_ERR_REFUSED:
        ofs_fail(err, OFS_ERR_REFUSED,
                 "\"Allow remote debugging?\" was answered with Cancel, so nothing was read or "
                 "changed");
        ofs_hint(err, "run again and press Allow; or sign in once with 'offswitch login' and use "
                      "--connect launch, which asks nothing");
        return;
    case OFS_ERR_TIMEOUT:
        ofs_fail(err, OFS_ERR_TIMEOUT,
                 "\"Allow remote debugging?\" was not answered in the browser in time");
        ofs_hint(err, "the question may still be open, and Allow comes too late for it now: "
                      "press Cancel, then run again (--timeout gives more time)");
        return;
    case OFS_ERR_INTERRUPTED:
        ofs_hint(err, "the browser's question may still be open: press Cancel");
        return;
    case OFS_ERR_LOST:
    case OFS_ERR_CONNECT:
    case OFS_ERR_NOT_A_BROWSER:
        status = version_status(loop, host_port, ofs_deadline_in(LOOKS_WITHIN), &ignored);
        if (status == 404)
            return;
        ofs_fail(err, OFS_ERR_LOST, "the browser ended while it asked \"Allow remote debugging?\"");
        ofs_hint(err, "start it again, run again, and press Allow when it asks");
        return;
    default:
        return;
    }
}

/* One upgrade. If the browser asks its person: announced before, awaited, never repeated. */
static struct ofs_wire *upgrade(struct ofs_loop *loop, const struct ofs_connect *how,
                                const char *url, bool asks, ofs_deadline deadline,
                                struct ofs_error *err)
{
    char host_port[64];
    snprintf(host_port, sizeof host_port, "%.*s", (int)strcspn(url + 5, "/"), url + 5);
    if (asks)
        notice(
            how,
            "Your browser (%s) now asks \"Allow remote debugging?\". Press Allow there; Cancel "
            "is the button that is preselected. It asks once for this run; you have %lld seconds.",
            host_port, (long long)(ofs_deadline_left(deadline) / 1000));
    struct ofs_wire *wire = ofs_wire_websocket(loop, url, deadline, err);
    if (!wire && asks)
        explain(loop, host_port, err);
    return wire;
}

/* The socket of a browser on that port that asks its person first, from its own files. */
static bool find_asking(struct ofs_loop *loop, const char *host_port, ofs_deadline deadline,
                        char ret_url[256])
{
    struct ofs_error ignored;
    struct ofs_candidate *list = NULL;
    const struct ofs_find_roots roots = ofs_find_roots_here();
    const char *colon = strrchr(host_port, ':');
    int n = ofs_find_all(loop, &roots, deadline, &list, &ignored);
    bool found = false;
    for (int i = 0; i < n && !found; i++) {
        found = list[i].state == OFS_REACH_APPROVAL && colon &&
                list[i].signs.port == strtol(colon + 1, NULL, 10);
        if (found)
            snprintf(ret_url, 256, "%s", list[i].address);
    }
    ofs_find_free(list, n);
    return found;
}

struct ofs_browser *ofs_attach_port(struct ofs_loop *loop, const struct ofs_connect *how,
                                    const char *host_port, ofs_deadline deadline,
                                    struct ofs_error *err)
{
    char url[256];
    struct ofs_browser *b = ofs_attach_classic(loop, how, host_port, deadline, err);
    bool asks = !b && err->code == OFS_ERR_NOT_A_BROWSER && strstr(err->text, "HTTP 404") &&
                find_asking(loop, host_port, deadline, url);
    return asks ? ofs_attach_socket(loop, how, url, deadline, err) : b;
}

struct ofs_browser *ofs_attach_classic(struct ofs_loop *loop, const struct ofs_connect *how,
                                       const char *host_port, ofs_deadline deadline,
                                       struct ofs_error *err)
{
    char url[256], close_url[128];
    if (discover(loop, host_port, deadline, url, err))
        return NULL;
    snprintf(close_url, sizeof close_url, "http://%s/json/close/", host_port);
    struct ofs_wire *wire = upgrade(loop, how, url, false, deadline, err);
    return wire ? ofs_cdp_open(loop, wire, NULL, how, url, close_url, deadline, err) : NULL;
}

struct ofs_browser *ofs_attach_socket(struct ofs_loop *loop, const struct ofs_connect *how,
                                      const char *url, ofs_deadline deadline, struct ofs_error *err)
{
    char host_port[64], close_url[128] = "";
    snprintf(host_port, sizeof host_port, "%.*s", (int)strcspn(url + 5, "/"), url + 5);
    long status = version_status(loop, host_port, deadline, err);
    if (status < 0) {
        if (err->code == OFS_ERR_CONNECT) {
            ofs_fail(err, OFS_ERR_CONNECT, "nothing listens at %s", host_port);
            ofs_hint(err, "the browser has ended, or was restarted with another port: "
                          "'offswitch doctor' shows where it is; --connect auto finds it");
        }
        return NULL;
    }
    if (status == 200)
        snprintf(close_url, sizeof close_url, "http://%s/json/close/", host_port);
    struct ofs_wire *wire = upgrade(loop, how, url, status == 404, deadline, err);
    return wire ? ofs_cdp_open(loop, wire, NULL, how, url, close_url, deadline, err) : NULL;
}

/* ---- auto ---- */

static int ask_which(const struct ofs_connect *how, const struct ofs_candidate *list, int n,
                     struct ofs_error *err)
{
    char **titles = calloc((size_t)n, sizeof *titles);
    int chosen = -1;
    bool whole = titles != NULL;
    for (int i = 0; titles && i < n; i++)
        whole = (titles[i] = ofs_candidate_title(&list[i])) && whole;
    if (whole)
        chosen = how->on_choice(how->ctx, (const char *const *)titles, (size_t)n);
    for (int i = 0; titles && i < n; i++)
        free(titles[i]);
    free(titles);
    if (chosen >= 0 && chosen < n)
        return chosen;
    ofs_fail(err, OFS_ERR_REFUSED, "no browser was chosen");
    return ofs_hint(err, "name one with --connect");
}

/* Which of the `n` reachable ones: the person's choice, else the one used last time, else the
 * first. */
static int choose(const struct ofs_connect *how, const struct ofs_candidate *list, int n,
                  struct ofs_error *err)
{
    if (n == 1)
        return 0;
    if (how->on_choice)
        return ask_which(how, list, n, err);
    OFS_AUTO_STR last = how->state ? ofs_last_browser(how->state) : NULL;
    for (int i = 0; last && i < n; i++)
        if (!strcmp(list[i].dir, last))
            return i;
    return 0;
}

static void tell_fallback(const struct ofs_connect *how, const struct ofs_candidate *list, int n)
{
    for (int i = 0; i < n; i++) {
        if (list[i].state != OFS_REACH_NO_DEBUGGING)
            continue;
        OFS_AUTO_STR title = ofs_candidate_title(&list[i]);
        notice(how,
               "%s is running and cannot be joined ('offswitch doctor' shows the next step), so "
               "offswitch's own profile is used.",
               title ? title : list[i].browser);
        return;
    }
    notice(how,
           "No running browser can be joined ('offswitch doctor' shows why), so offswitch's own "
           "profile is used.");
}

struct ofs_browser *ofs_attach_auto(struct ofs_loop *loop, const struct ofs_connect *how,
                                    ofs_deadline deadline, bool *ret_none, struct ofs_error *err)
{
    struct ofs_candidate *list = NULL;
    struct ofs_browser *browser = NULL;
    const struct ofs_find_roots roots = ofs_find_roots_here();
    int n = ofs_find_all(loop, &roots, deadline, &list, err), usable = 0;
    *ret_none = false;
    while (usable < n && list[usable].address[0])
        usable++;
    int64_t asked_ms = ofs_now_ms();
    int chosen = usable ? choose(how, list, usable, err) : -1;
    deadline += ofs_now_ms() - asked_ms; /* the person's thinking time does not count */
    if (n >= 0 && !usable) {
        *ret_none = true;
        tell_fallback(how, list, n);
    }
    if (chosen >= 0) {
        const struct ofs_candidate *c = &list[chosen];
        struct ofs_connect exact = *how;
        OFS_AUTO_STR title = ofs_candidate_title(c);
        notice(how, "Using %s%s.", title ? title : c->browser,
               usable > 1 && !how->on_choice ? ", of several" : "");
        exact.address = c->address;
        browser = ofs_browser_open(loop, &exact, deadline, err);
        if (browser && how->state)
            ofs_last_browser_set(how->state, c->dir);
    }
    ofs_find_free(list, n);
    return browser;
}
