#include "support/peer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "browser/rpc.h"
#include "support/child.h"
#include "support/devtools.h"
#include "support/firefox.h"
#include "support/processes.h"
#include "wire/http.h"

enum { ANSWERS = 10000, COMES = 60000, TICK = 100, MOST = 64 };

const struct peer_kind peer_kinds[] = {
    {"cdp", "cdp", "websocket", PEER_CHROMIUM, 0, false, false, 0},
    {"pipe", "cdp", "pipe", PEER_LAUNCHED, 0, false, false, 0},
    {"bidi", "bidi", "websocket", PEER_FIREFOX, 0, false, false, 0},
    {"chromedriver", "webdriver", "http", PEER_DRIVER, DRIVER_CHROME, false, false, 0},
    {"attached", "cdp", "websocket", PEER_DRIVER, DRIVER_CHROME, true, false, 0},
    {"webdriver-bidi", "bidi", "websocket", PEER_DRIVER, DRIVER_CHROME, false, true, 0},
    {"attached-bidi", "bidi", "websocket", PEER_DRIVER, DRIVER_CHROME, true, true, 0},
    {"webkit", "webdriver", "http", PEER_DRIVER, DRIVER_WEBKIT, false, false, 0},
    {"grid", "webdriver", "http", PEER_DRIVER, DRIVER_GRID, false, false, 2},
    {0},
};

const struct peer_kind *peer_find(const char *name)
{
    for (const struct peer_kind *kind = peer_kinds; kind->name; kind++)
        if (!strcmp(kind->name, name))
            return kind;
    return NULL;
}

static bool has_chromium(const struct peer_kind *kind)
{
    return kind->base == PEER_CHROMIUM || kind->attached;
}

/* Its browser is started for the one run, on a profile below the run's directory. */
static bool has_profile(const struct peer_kind *kind)
{
    return kind->base == PEER_LAUNCHED ||
           (kind->base == PEER_DRIVER && kind->driver != DRIVER_WEBKIT && !kind->attached);
}

const char *peer_missing(const struct peer_kind *kind)
{
    if (kind->base == PEER_FIREFOX)
        return firefox_find() ? NULL : "Firefox";
    if (kind->base == PEER_DRIVER && driver_missing(kind->driver))
        return driver_missing(kind->driver);
    if (kind->driver != DRIVER_WEBKIT && !child_find_browser())
        return "Chromium or Chrome";
    return NULL;
}

/* ---- Firefox, as another program sees it ---- */

/* A session of our own, which is possible only if no other is left. NULL: there is one. */
static struct ofs_rpc *open_session(struct ofs_loop *loop, int port)
{
    struct ofs_error err;
    OFS_AUTO_STR url = ofs_text_printf("ws://127.0.0.1:%d/session", port);
    /* a session is created even if its client no longer waits for it */
    ofs_deadline deadline = ofs_deadline_in(COMES);
    struct ofs_wire *wire = ofs_wire_websocket(loop, url, deadline, &err);
    struct ofs_rpc *rpc = wire ? ofs_rpc_new(loop, wire, NULL, NULL, NULL, &err) : NULL;
    if (!rpc)
        return NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddObjectToObject(params, "capabilities");
    if (!ofs_rpc_call(rpc, NULL, "session.new", params, deadline, NULL, &err))
        return rpc;
    ofs_rpc_free(rpc);
    return NULL;
}

/* Its tabs, as {"url"} each; NULL if a session is open there. */
static cJSON *firefox_tabs(struct ofs_loop *loop, int port)
{
    OFS_AUTO_JSON tree = NULL;
    struct ofs_error ignored;
    struct ofs_rpc *rpc = open_session(loop, port);
    if (!rpc)
        return NULL;
    int rc = ofs_rpc_call(rpc, NULL, "browsingContext.getTree", NULL, ofs_deadline_in(ANSWERS),
                          &tree, &ignored);
    ofs_rpc_call(rpc, NULL, "session.end", NULL, ofs_deadline_in(ANSWERS), NULL, &ignored);
    ofs_rpc_free(rpc);
    return rc ? NULL : cJSON_Duplicate(ofs_json_get(tree, "contexts"), true);
}

/* ---- starting and ending ---- */

static int count_tabs(struct ofs_loop *loop, const struct peer *peer)
{
    OFS_AUTO_JSON tabs = NULL;
    if (peer->kind->base == PEER_FIREFOX)
        tabs = firefox_tabs(loop, peer->browser_port);
    else if (has_chromium(peer->kind))
        tabs = devtools_tabs(loop, peer->browser_port, 0);
    return cJSON_GetArraySize(tabs);
}

static int start_chromium(struct ofs_loop *loop, const char *dir, struct peer *peer,
                          struct ofs_error *err)
{
    if (child_start_browser(dir, &peer->browser, &peer->browser_port, err))
        return -1;
    peer->tabs = count_tabs(loop, peer);
    return 0;
}

int peer_start_shared(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
                      struct peer *ret, struct ofs_error *err)
{
    *ret = (struct peer){.kind = kind};
    /* chromedriver handles all tabs of a browser, so one run's tabs would affect another's */
    return kind->base == PEER_CHROMIUM ? start_chromium(loop, dir, ret, err) : 0;
}

int peer_start(struct ofs_loop *loop, const struct peer_kind *kind, const char *dir,
               const char *build, const struct peer *shared, struct peer *ret,
               struct ofs_error *err)
{
    *ret = (struct peer){.kind = kind};
    if (shared && shared->browser) {
        ret->browser = shared->browser;
        ret->browser_port = shared->browser_port;
        ret->borrowed = true;
        ret->tabs = shared->tabs;
    } else if (has_chromium(kind) && start_chromium(loop, dir, ret, err)) {
        return -1;
    }
    if (kind->base == PEER_FIREFOX) {
        if (firefox_start(loop, dir, &ret->browser, &ret->browser_port, err))
            return -1;
        ret->tabs = count_tabs(loop, ret);
    }
    return kind->base == PEER_DRIVER
               ? driver_start(loop, kind->driver, dir, build, &ret->driver, err)
               : 0;
}

static size_t add_driver_children(pid_t driver, pid_t *ret, size_t n)
{
    static const char *const any[] = {NULL};
    return driver > 0 ? n + processes_find(driver, any, ret + n, MOST) : n;
}

void peer_end(struct ofs_loop *loop, struct peer *peer)
{
    pid_t theirs[MOST * (GRID_MOST_NODES + 2)];
    size_t n = 0;
    if (!peer->kind)
        return;
    /* a driver that is killed may leave its browser */
    for (size_t i = 0; i < sizeof peer->driver.pids / sizeof *peer->driver.pids; i++)
        n = add_driver_children(peer->driver.pids[i], theirs, n);
    for (size_t i = 0; i < GRID_MOST_NODES; i++)
        n = add_driver_children(peer->driver.grid.nodes[i].pid, theirs, n);
    driver_end(&peer->driver);
    while (n)
        kill(theirs[--n], SIGKILL);
    if (peer->kind->base == PEER_FIREFOX)
        firefox_end(loop, peer->browser);
    else if (!peer->borrowed)
        child_end(peer->browser, SIGTERM);
    *peer = (struct peer){0};
}

int peer_port(const struct peer *peer)
{
    return peer->kind->base == PEER_DRIVER ? peer->driver.port : peer->browser_port;
}

/* ---- one run ---- */

static int add(struct peer_visit *v, char *word)
{
    size_t n = 0;
    while (v->args[n])
        n++;
    if (!word || n + 1 == PEER_ARGS) {
        free(word);
        return -1;
    }
    v->args[n] = word;
    return 0;
}

static int add_option(struct peer_visit *v, const char *name, char *value)
{
    return add(v, strdup(name)) || add(v, value) ? -1 : 0;
}

/* The browser of our own run, recognised by its profile. */
static void put_profile(cJSON *capabilities, const char *profile)
{
    cJSON *options = cJSON_GetObjectItemCaseSensitive(capabilities, "goog:chromeOptions");
    OFS_AUTO_STR word = ofs_text_printf("--user-data-dir=%s", profile);
    cJSON_AddItemToArray(cJSON_GetObjectItemCaseSensitive(options, "args"),
                         cJSON_CreateString(word));
}

static char *write_capabilities(const struct peer *peer, const char *dir, const char *profile)
{
    char *path =
        driver_capabilities(&peer->driver, dir, peer->kind->attached ? peer->browser_port : 0);
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return path;
    OFS_AUTO_JSON capabilities = ofs_json_parse(ofs_buf_str(&text), text.len, &ignored);
    if (profile)
        put_profile(capabilities, profile);
    if (peer->kind->sockets)
        cJSON_AddTrueToObject(capabilities, "webSocketUrl");
    OFS_AUTO_STR whole = cJSON_PrintUnformatted(capabilities);
    FILE *file = whole ? fopen(path, "we") : NULL;
    if (file) {
        fputs(whole, file);
        fclose(file);
    }
    return path;
}

static char *address(const struct peer *peer, int port)
{
    switch (peer->kind->base) {
    case PEER_CHROMIUM:
        return ofs_text_printf("cdp://127.0.0.1:%d", port);
    case PEER_LAUNCHED:
        return strdup("launch");
    case PEER_FIREFOX:
        return ofs_text_printf("bidi://127.0.0.1:%d", port);
    default:
        return ofs_text_printf("webdriver://127.0.0.1:%d%s", port, peer->driver.path);
    }
}

static int add_launch(struct peer_visit *v, bool watched)
{
    static const char *const words[] = {"--no-sandbox", "--disable-gpu", "--disable-quic",
                                        "--disable-background-networking",
                                        "--disable-component-update"};
    if (add(v, strdup("--headless")) || add_option(v, "--profile", strdup(v->profile)))
        return -1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (add(v, ofs_text_printf("--browser-arg=%s", words[i])))
            return -1;
    return watched ? add(v, strdup("--browser-arg=--remote-debugging-port=0")) : 0;
}

int peer_visit_begin(const struct peer *peer, const char *dir, int port, bool watched,
                     struct peer_visit *ret, struct ofs_error *err)
{
    *ret = (struct peer_visit){0};
    if (has_profile(peer->kind))
        ret->profile = ofs_text_printf("%s/profile", dir);
    int rc = add_option(ret, "--connect", address(peer, port ? port : peer_port(peer)));
    if (!rc && peer->kind->base == PEER_DRIVER)
        rc = add_option(ret, "--capabilities", write_capabilities(peer, dir, ret->profile));
    if (!rc && peer->kind->base == PEER_LAUNCHED)
        rc = add_launch(ret, watched);
    return rc ? ofs_fail(err, OFS_ERR_SYSTEM, "the arguments of the program cannot be made") : 0;
}

void peer_visit_end(struct peer_visit *visit)
{
    for (size_t i = 0; i < PEER_ARGS; i++)
        free(visit->args[i]);
    free(visit->profile);
    *visit = (struct peer_visit){0};
}

/* ---- actions from outside ---- */

/* The processes of the browser that was started for this run, the browser itself first. */
static size_t own_browser(const struct peer_visit *visit, pid_t *ret, size_t most)
{
    OFS_AUTO_STR word =
        visit->profile ? ofs_text_printf("--user-data-dir=%s", visit->profile) : NULL;
    return word ? processes_find(0, (const char *const[]){word, NULL}, ret, most) : 0;
}

static int debugger_of(const struct peer *peer, const struct peer_visit *visit)
{
    OFS_AUTO_BUF text = OFS_BUF(4096);
    struct ofs_error ignored;
    if (has_chromium(peer->kind))
        return peer->browser_port;
    OFS_AUTO_STR path =
        visit->profile ? ofs_text_printf("%s/DevToolsActivePort", visit->profile) : NULL;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return 0;
    return atoi(ofs_buf_str(&text));
}

bool peer_kill_browser(struct peer *peer, const struct peer_visit *visit)
{
    static const char *const mini_browser[] = {"MiniBrowser", NULL};
    pid_t pid = peer->browser;
    if (!pid && peer->kind->base == PEER_DRIVER && peer->kind->driver == DRIVER_WEBKIT &&
        !processes_find(peer->driver.pids[0], mini_browser, &pid, 1))
        return false;
    if (!pid && !own_browser(visit, &pid, 1))
        return false;
    if (pid == peer->browser)
        peer->gone = true;
    return !kill(pid, SIGKILL);
}

static bool with_our_tab(struct ofs_loop *loop, const struct peer *peer,
                         const struct peer_visit *visit, int site_port,
                         int (*action)(struct ofs_loop *, int port, const cJSON *tab))
{
    int port = debugger_of(peer, visit);
    /* a new tab shows its former address until the response arrives */
    OFS_AUTO_JSON tabs = port ? devtools_tabs(loop, port, site_port) : NULL;
    return cJSON_GetArraySize(tabs) && !action(loop, port, cJSON_GetArrayItem(tabs, 0));
}

bool peer_close_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port)
{
    return with_our_tab(loop, peer, visit, site_port, devtools_close);
}

static int crash_it(struct ofs_loop *loop, int port, const cJSON *tab)
{
    (void)port;
    return devtools_crash(loop, tab);
}

/* If no other client is allowed, a tab crashes because its process is killed. */
static bool kill_contents(const struct peer *peer)
{
    static const char *const webkit[] = {"WebKitWebProcess", NULL};
    static const char *const firefox[] = {"-contentproc", " tab ", NULL};
    pid_t pids[MOST];
    bool fox = peer->kind->base == PEER_FIREFOX;
    size_t n = processes_find(fox ? peer->browser : peer->driver.pids[0], fox ? firefox : webkit,
                              pids, MOST);
    for (size_t i = 0; i < n; i++)
        kill(pids[i], SIGKILL);
    return n > 0;
}

static bool refuses_second_client(const struct peer_kind *kind)
{
    return kind->base == PEER_FIREFOX ||
           (kind->base == PEER_DRIVER && kind->driver == DRIVER_WEBKIT);
}

bool peer_crash_tab(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                    int site_port)
{
    return refuses_second_client(peer->kind) ? kill_contents(peer)
                                             : with_our_tab(loop, peer, visit, site_port, crash_it);
}

void peer_kill(struct peer *peer, const struct peer_visit *visit)
{
    pid_t theirs[MOST];
    pid_t *driver = &peer->driver.pids[0];
    if (peer->kind->driver == DRIVER_GRID && peer->kind->base == PEER_DRIVER)
        driver = &peer->driver.grid.nodes[0].pid;
    bool direct = peer->kind->attached && !strcmp(peer->kind->protocol, "cdp");
    if (*driver <= 0 || direct) /* the program is connected to the browser */
        peer_kill_browser(peer, visit);
    if (*driver <= 0)
        return;
    size_t n = add_driver_children(*driver, theirs, 0);
    child_end(*driver, SIGKILL);
    *driver = 0;
    while (n)
        kill(theirs[--n], SIGKILL);
}

struct peer_guest {
    struct ofs_rpc *rpc;
    struct ofs_http *http;
    char *session; /* its address */
};

static int http_ask(struct ofs_http *http, const char *verb, const char *url, const char *body,
                    cJSON **ret_value)
{
    struct ofs_error ignored;
    struct ofs_http_answer answer;
    const struct ofs_http_request request = {verb, url, body, true};
    if (ofs_http_post(http, &request, &ignored) ||
        ofs_http_wait(http, ofs_deadline_in(COMES), &answer, &ignored))
        return -1;
    *ret_value = ofs_json_parse(answer.body, answer.len, &ignored);
    return *ret_value ? 0 : -1;
}

static int begin_session(const struct peer *peer, const char *dir, struct peer_guest *guest)
{
    OFS_AUTO_STR base =
        ofs_text_printf("http://127.0.0.1:%d%s/session", peer->driver.port, peer->driver.path);
    OFS_AUTO_STR file = driver_capabilities(&peer->driver, dir, 0);
    OFS_AUTO_BUF given = OFS_BUF(1 << 16);
    OFS_AUTO_JSON made = NULL;
    struct ofs_error ignored;
    if (!file || ofs_buf_read_file(&given, file, &ignored))
        return -1;
    OFS_AUTO_STR body =
        ofs_text_printf("{\"capabilities\":{\"alwaysMatch\":%s}}", ofs_buf_str(&given));
    if (http_ask(guest->http, "POST", base, body, &made) ||
        !ofs_json_str(made, "value/sessionId", NULL))
        return -1;
    guest->session = ofs_text_printf("%s/%s", base, ofs_json_str(made, "value/sessionId", ""));
    return 0;
}

struct peer_guest *peer_occupy(struct ofs_loop *loop, const struct peer *peer, const char *dir)
{
    struct peer_guest *guest = calloc(1, sizeof *guest);
    struct ofs_error ignored;
    if (guest && peer->kind->base == PEER_FIREFOX)
        guest->rpc = open_session(loop, peer->browser_port);
    else if (guest && (guest->http = ofs_http_new(loop, NULL, 1 << 20, &ignored)))
        begin_session(peer, dir, guest);
    if (guest && (guest->rpc || guest->session))
        return guest;
    peer_leave(guest);
    return NULL;
}

void peer_leave(struct peer_guest *guest)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON gone = NULL;
    if (!guest)
        return;
    if (guest->rpc)
        ofs_rpc_call(guest->rpc, NULL, "session.end", NULL, ofs_deadline_in(ANSWERS), NULL,
                     &ignored);
    if (guest->session)
        http_ask(guest->http, "DELETE", guest->session, NULL, &gone);
    ofs_rpc_free(guest->rpc);
    ofs_http_free(guest->http);
    free(guest->session);
    free(guest);
}

bool peer_dies_with(const struct peer_kind *kind, const char *action)
{
    bool shared = has_chromium(kind) || kind->base == PEER_FIREFOX;
    return (shared && !strcmp(action, "kill-browser")) ||
           (kind->base == PEER_FIREFOX && !strcmp(action, "crash-tab"));
}

/* ---- what remains ---- */

static void tell(cJSON *left, const char *what)
{
    cJSON_AddItemToArray(left, cJSON_CreateString(what));
}

static void look_at_tabs(struct ofs_loop *loop, const struct peer *peer, int site_port, cJSON *left)
{
    bool fox = peer->kind->base == PEER_FIREFOX;
    OFS_AUTO_JSON tabs = fox ? firefox_tabs(loop, peer->browser_port)
                             : devtools_tabs(loop, peer->browser_port, site_port);
    const cJSON *one;
    if (!tabs) {
        tell(left,
             fox ? "a session is open in Firefox, or it is gone" : "the shared browser is gone");
        return;
    }
    if ((fox || !site_port) && cJSON_GetArraySize(tabs) == peer->tabs)
        return;
    cJSON_ArrayForEach(one, tabs)
    {
        OFS_AUTO_STR text = ofs_text_printf("a tab is open: %.200s", ofs_json_str(one, "url", ""));
        tell(left, text);
    }
    if (!cJSON_GetArraySize(tabs) && (fox || !site_port))
        tell(left, "an earlier tab is gone");
}

static void look(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                 int site_port, cJSON *left)
{
    const struct peer_kind *kind = peer->kind;
    pid_t pid;
    if (peer->browser_port && !peer->gone && (visit || !peer->borrowed))
        look_at_tabs(loop, peer, site_port, left);
    if (kind->base == PEER_DRIVER && peer->driver.port) {
        int sessions = driver_sessions(loop, &peer->driver);
        if (sessions)
            tell(left, sessions < 0 ? "the driver does not answer" : "the driver has a session");
    }
    if (visit && own_browser(visit, &pid, 1))
        tell(left, "the browser of the run is still there");
}

cJSON *peer_left(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                 int site_port, ofs_deadline until)
{
    struct ofs_error ignored;
    for (;;) {
        cJSON *left = cJSON_CreateArray();
        look(loop, peer, visit, site_port, left);
        if (!cJSON_GetArraySize(left) || !ofs_deadline_left(until))
            return left;
        cJSON_Delete(left);
        ofs_loop_turn(loop, ofs_deadline_min(until, ofs_deadline_in(TICK)), &ignored);
    }
}

void peer_sweep(struct ofs_loop *loop, const struct peer *peer, const struct peer_visit *visit,
                int site_port)
{
    pid_t pids[MOST];
    const cJSON *one;
    if (has_chromium(peer->kind)) {
        OFS_AUTO_JSON tabs = devtools_tabs(loop, peer->browser_port, site_port);
        cJSON_ArrayForEach(one, tabs) devtools_close(loop, peer->browser_port, one);
    }
    for (size_t n = own_browser(visit, pids, MOST); n; n--)
        kill(pids[n - 1], SIGKILL);
}
