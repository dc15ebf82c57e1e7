#include "support/drivers.h"

#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "support/child.h"
#include "support/daemon.h"
#include "wire/http.h"

enum { STARTS = 120000, TICK = 100, ANSWERS = 5000 };

/* ---- what is installed ---- */

static bool in_path(const char *name)
{
    const char *path = getenv("PATH");
    for (path = path ? path : "/usr/bin:/bin"; *path;) {
        int n = (int)strcspn(path, ":");
        OFS_AUTO_STR candidate = ofs_text_printf("%.*s/%s", n, path, name);
        if (n && candidate && !access(candidate, X_OK))
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

static const char *mini_browser(void)
{
    static const char *const places[] = {"/usr/lib/*/webkit2gtk-4*/MiniBrowser",
                                         "/usr/libexec/webkit2gtk-4*/MiniBrowser"};
    static char found[512];
    for (size_t i = 0; !found[0] && i < sizeof places / sizeof *places; i++) {
        glob_t all;
        if (!glob(places[i], 0, NULL, &all))
            snprintf(found, sizeof found, "%s", all.gl_pathv[0]);
        globfree(&all);
    }
    return found[0] ? found : NULL;
}

const char *driver_missing(enum driver_kind kind)
{
    static const char *const needs[DRIVER_KINDS][5] = {
        [DRIVER_CHROME] = {"chromedriver"},
        [DRIVER_WEBKIT] = {"WebKitWebDriver", "Xvfb"},
        [DRIVER_GRID] = {"chromedriver", "java", "npm"},
    };
    for (const char *const *name = needs[kind]; *name; name++)
        if (!in_path(*name))
            return *name;
    return kind == DRIVER_WEBKIT && !mini_browser() ? "MiniBrowser" : NULL;
}

/* ---- starting ---- */

static int await_sessions(struct ofs_loop *loop, const struct driver *driver, struct ofs_error *err)
{
    ofs_deadline deadline = ofs_deadline_in(STARTS);
    struct ofs_error ignored;
    while (driver_sessions(loop, driver) != 0) {
        if (!ofs_deadline_left(deadline))
            return ofs_fail(err, OFS_ERR_TIMEOUT, "the driver takes no sessions");
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
    return 0;
}

static int start_chrome(const char *dir, struct driver *d, struct ofs_error *err)
{
    OFS_AUTO_STR port = ofs_text_printf("--port=%d", d->port = daemon_free_port());
    char *argv[] = {"/usr/bin/env", "chromedriver", port, NULL};
    return daemon_start(dir, "chromedriver", argv, &d->pids[0], err);
}

static int start_webkit(struct ofs_loop *loop, const char *dir, struct driver *d,
                        struct ofs_error *err)
{
    OFS_AUTO_STR port = ofs_text_printf("--port=%d", d->port = daemon_free_port());
    OFS_AUTO_STR display = NULL;
    char *server[] = {"/usr/bin/env", "Xvfb",      "-displayfd", "1", "-screen", "0",
                      "1400x1000x24", "-nolisten", "tcp",        NULL};
    char *argv[] = {"/usr/bin/env", "WebKitWebDriver", port, NULL};
    ofs_deadline deadline = ofs_deadline_in(STARTS);
    struct ofs_error ignored;
    if (daemon_start(dir, "xvfb", server, &d->pids[1], err))
        return -1;
    while (!(display = daemon_line(dir, "xvfb"))) {
        if (!ofs_deadline_left(deadline))
            return ofs_fail(err, OFS_ERR_TIMEOUT, "the X server did not start");
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
    OFS_AUTO_STR name = ofs_text_printf(":%s", display);
    setenv("DISPLAY", name, 1);
    return daemon_start(dir, "webkit", argv, &d->pids[0], err);
}

static int start_grid(struct ofs_loop *loop, const char *dir, const char *build, struct driver *d,
                      struct ofs_error *err)
{
    const struct grid_options options = {
        .dir = dir, .build = build, .nodes = 1, .timeout_ms = 4000};
    d->path = "/wd/hub";
    if (grid_start(loop, &options, &d->grid, err))
        return -1;
    d->port = d->grid.port;
    return 0;
}

int driver_start(struct ofs_loop *loop, enum driver_kind kind, const char *dir, const char *build,
                 struct driver *ret, struct ofs_error *err)
{
    *ret = (struct driver){.kind = kind, .path = ""};
    int rc = kind == DRIVER_CHROME   ? start_chrome(dir, ret, err)
             : kind == DRIVER_WEBKIT ? start_webkit(loop, dir, ret, err)
                                     : start_grid(loop, dir, build, ret, err);
    return rc ? -1 : await_sessions(loop, ret, err);
}

void driver_end(struct driver *driver)
{
    for (size_t i = 0; i < sizeof driver->pids / sizeof *driver->pids; i++)
        child_end(driver->pids[i], SIGTERM);
    grid_end(&driver->grid);
    *driver = (struct driver){0};
}

/* ---- asking ---- */

int driver_sessions(struct ofs_loop *loop, const struct driver *d)
{
    static const char *const pages[DRIVER_KINDS] = {
        [DRIVER_CHROME] = "/sessions", [DRIVER_WEBKIT] = "/status"};
    if (d->kind == DRIVER_GRID)
        return grid_sessions(loop, &d->grid);
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d%s", d->port, pages[d->kind]);
    OFS_AUTO_BUF body = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    long status;
    if (!url || ofs_http_get(loop, url, ofs_deadline_in(ANSWERS), &body, &status, &ignored))
        return -1;
    OFS_AUTO_JSON told = ofs_json_parse(ofs_buf_str(&body), body.len, &ignored);
    if (!told)
        return -1;
    if (d->kind == DRIVER_CHROME)
        return cJSON_GetArraySize(ofs_json_get(told, "value"));
    return !ofs_json_bool(told, "value/ready", false);
}

char *driver_capabilities(const struct driver *d, const char *dir, int debugger)
{
    static const char own[] =
        "{\"browserName\":\"chrome\",\"goog:chromeOptions\":{\"args\":[\"--headless=new\","
        "\"--no-sandbox\",\"--disable-gpu\",\"--disable-dev-shm-usage\",\"--no-first-run\","
        "\"--window-size=1280,900\"]}}";
    char *path = ofs_text_printf("%s/capabilities.json", dir);
    OFS_AUTO_STR text =
        d->kind == DRIVER_WEBKIT
            ? ofs_text_printf("{\"webkitgtk:browserOptions\":{\"binary\":\"%s\","
                              "\"args\":[\"--automation\"]}}",
                              mini_browser())
        : debugger
            ? ofs_text_printf("{\"goog:chromeOptions\":{\"debuggerAddress\":\"127.0.0.1:%d\"}}",
                              debugger)
            : strdup(own);
    if (path && text && !daemon_write_file(path, text))
        return path;
    free(path);
    return NULL;
}
