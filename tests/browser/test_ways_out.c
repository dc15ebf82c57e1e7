/*
 * Early ends of a run, with a real browser: no yes, a signal, two signals, a browser that is gone,
 * the deadline. Each ends in time with one report that says so; no process and no tab remains, and
 * nothing is pressed.
 *
 * $OFFSWITCH names the program; build/offswitch unless it is set. Needs a Chromium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "support/child.h"
#include "support/daemon.h"
#include "support/devtools.h"
#include "support/supervised.h"
#include "wire/serve.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

#define HEAD                                                                                     \
    "{\"format\": 1, \"id\": \"example\", \"version\": \"2026-11-21\", \"title\": \"Example\", " \
    "\"origin\": \"https://www.example.com\", \"settings\": ["
#define GOOD                                                                  \
    HEAD "{\"id\": \"train\", \"title\": \"Training\", \"wanted\": \"off\", " \
         "\"page\": \"/settings\", \"labels\": {\"en\": [\"Training\"]}}]}"

static char *scratch; /* one directory for all of it */

/* ---- the site ---- */

/* The requests to the site, visible here: its server is a child. */
struct site {
    pid_t pid;
    int port;
    struct counts {
        atomic_int pages, writes, stalled;
    } * counts; /* shared */
};

/* One switch, which is on. /stall never answers. */
static void on_request(void *user, const struct ofs_serve_request *request,
                       struct ofs_serve_reply *reply)
{
    static const char page[] =
        "<!doctype html><html lang=en><title>Settings</title><h1>Settings</h1>"
        "<button role=switch aria-checked=true aria-label=Training "
        "onclick=\"this.setAttribute('aria-checked','false');"
        "fetch('/save',{method:'POST',body:'off'})\">on</button></html>";
    struct counts *counts = user;
    struct ofs_error ignored;
    if (strcmp(request->method, "GET") != 0) {
        counts->writes++;
    } else if (!strcmp(request->path, "/stall")) {
        reply->manner = OFS_SERVE_NEVER;
        counts->stalled++;
    } else {
        counts->pages += !strcmp(request->path, "/settings");
        ofs_buf_puts(&reply->body, page, &ignored);
    }
}

static void start_site(struct site *site)
{
    int ends[2];
    site->counts =
        mmap(NULL, sizeof *site->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(site->counts != MAP_FAILED);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    site->pid = fork();
    assert_true(site->pid >= 0);
    if (site->pid == 0) {
        struct ofs_error err;
        child_die_with_parent();
        struct ofs_loop *loop = ofs_loop_new(&err);
        const struct ofs_serve_options options = {.handler = on_request, .user = site->counts};
        struct ofs_server *server = loop ? ofs_server_new(loop, &options, &err) : NULL;
        int port = server ? ofs_server_port(server) : 0;
        if (write(ends[1], &port, sizeof port) != sizeof port || !server)
            _exit(1);
        while (!ofs_loop_turn(loop, OFS_NEVER, &err))
            ;
        _exit(1);
    }
    assert_int_equal(read(ends[0], &site->port, sizeof site->port), sizeof site->port);
    close(ends[0]);
    close(ends[1]);
}

static void stop_site(struct site *site)
{
    child_end(site->pid, SIGKILL);
    munmap(site->counts, sizeof *site->counts);
}

static void await_count(const atomic_int *count, int least)
{
    struct timespec tick = {.tv_nsec = 10000000};
    ofs_deadline until = ofs_deadline_in(SUPERVISED_TIMEOUT);
    while (*count < least) {
        if (!ofs_deadline_left(until))
            fail_msg("the site got no request");
        nanosleep(&tick, NULL);
    }
}

/* How many tabs and windows the browser has, or -1. */
static int count_tabs(int port)
{
    struct ofs_error err;
    struct ofs_loop *loop = ofs_loop_new(&err);
    OFS_AUTO_JSON tabs = loop ? devtools_tabs(loop, port, 0) : NULL;
    int n = tabs ? cJSON_GetArraySize(tabs) : -1;
    ofs_loop_free(loop);
    return n;
}

#define STALLING                                                              \
    HEAD "{\"id\": \"train\", \"title\": \"Training\", \"wanted\": \"off\", " \
         "\"page\": \"/stall\", \"labels\": {\"en\": [\"Training\"]}}]}"

/* The program on that site, at that browser, or (port 0) with one that it launches. */
static void start_at(struct supervised *run, const char *command, const char *scenario,
                     const struct site *site, int browser_port, const char *more)
{
    static const char *const container[] = {
        "--browser-arg=--no-sandbox",
        "--browser-arg=--disable-gpu",
        "--browser-arg=--disable-quic",
        "--browser-arg=--disable-background-networking",
        "--browser-arg=--disable-component-update",
        "--browser-arg=--disable-sync",
    };
    OFS_AUTO_STR file = ofs_text_printf("%s/scenario.json", scratch);
    OFS_AUTO_STR origin = ofs_text_printf("--origin=http://127.0.0.1:%d", site->port);
    OFS_AUTO_STR connect = browser_port
                               ? ofs_text_printf("--connect=cdp://127.0.0.1:%d", browser_port)
                               : ofs_text_printf("--connect=launch");
    const char *args[SUPERVISED_ARGS] = {command, file, origin, connect, "--json", "--timeout=60"};
    size_t n = 6;
    assert_int_equal(daemon_write_file(file, scenario), 0);
    if (more)
        args[n++] = more;
    if (!browser_port) {
        OFS_AUTO_STR named = ofs_text_printf("%s", child_find_browser());
        setenv("OFFSWITCH_BROWSER", named, 1); /* the one that the tests found */
        args[n++] = "--headless";
        for (size_t i = 0; i < COUNT(container); i++)
            args[n++] = container[i];
    }
    assert_int_equal(supervised_start(run, scratch, args, NULL), 0);
}

/* In words that tests/run.sh never retries. */
static void assert_nothing_left(const struct supervised *run)
{
    if (run->left)
        fail_msg("a process was left behind");
}

static void assert_tabs(int port, int tabs)
{
    int now = count_tabs(port);
    if (now > tabs)
        fail_msg("%d tabs were left behind", now - tabs);
    assert_int_equal(now, tabs);
}

static void assert_writes(const struct site *site, int writes)
{
    if (site->counts->writes > writes)
        fail_msg("%d saves were sent, but %d are right", site->counts->writes, writes);
    assert_int_equal(site->counts->writes, writes);
}

/* One report on standard output that says so, with every setting in the given state. */
static void assert_report(const struct supervised *run, int exit, const char *verdict,
                          const char *reason)
{
    struct ofs_error err;
    if (run->exit != exit)
        fail_msg("exit %d: %s%s", run->exit, ofs_buf_str(&run->err), ofs_buf_str(&run->out));
    OFS_AUTO_JSON report = ofs_json_parse(ofs_buf_str(&run->out), run->out.len, &err);
    const cJSON *one = cJSON_GetArrayItem(ofs_json_get(report, "settings"), 0);
    assert_int_equal((int)ofs_json_num(report, "exit", -1), exit);
    assert_string_equal(ofs_json_str(one, "verdict", ""), verdict);
    if (reason)
        assert_string_equal(ofs_json_str(one, "reason", ""), reason);
    assert_nothing_left(run);
}

struct live {
    struct site site;
    pid_t browser;
    int port; /* of the browser */
};

static int set_up_live(void **state)
{
    struct ofs_error err;
    struct live *live = calloc(1, sizeof *live);
    *state = live;
    if (!live)
        return -1;
    start_site(&live->site);
    if (child_find_browser() && child_start_browser(scratch, &live->browser, &live->port, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static int tear_down_live(void **state)
{
    struct live *live = *state;
    child_end(live->browser, SIGKILL);
    stop_site(&live->site);
    free(live);
    return 0;
}

/* A missing browser is reported, not ignored. */
static void need_browser(const struct live *live)
{
    if (live->browser)
        return;
    if (getenv("NO_SKIP"))
        fail_msg("no Chromium or Chrome is installed");
    print_message("no Chromium or Chrome is installed\n");
    skip();
}

/* There is no terminal to ask on, and no --yes. */
static void test_without_yes(void **state)
{
    struct live *live = *state;
    struct supervised run;
    need_browser(live);
    int tabs = count_tabs(live->port);
    start_at(&run, "fix", GOOD, &live->site, live->port, NULL);
    assert_int_equal(supervised_finish(&run), 0);
    assert_report(&run, 4, "differs", NULL);
    assert_non_null(strstr(run.err.data, "No terminal to ask on"));
    assert_non_null(strstr(run.err.data, "--yes"));
    assert_writes(&live->site, 0);
    assert_true(live->site.counts->pages > 0);
    assert_tabs(live->port, tabs);
    supervised_clear(&run);
    /* the same with a yes, which proves that the missing yes was the cause */
    start_at(&run, "fix", GOOD, &live->site, live->port, "--yes");
    assert_int_equal(supervised_finish(&run), 0);
    assert_writes(&live->site, 1);
    assert_nothing_left(&run);
    assert_tabs(live->port, tabs);
    supervised_clear(&run);
}

static void stop_during_read(struct live *live, int number, bool launched)
{
    struct supervised run;
    int tabs = count_tabs(live->port);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, launched ? 0 : live->port, NULL);
    await_count(&live->site.counts->stalled, 1);
    if (!launched)
        assert_int_equal(count_tabs(live->port), tabs + 1);
    int64_t before = ofs_now_ms();
    assert_int_equal(kill(run.pid, number), 0);
    assert_int_equal(supervised_finish(&run), 0);
    assert_true(ofs_now_ms() - before < SUPERVISED_LEAVING);
    assert_report(&run, 3, "unknown", "interrupted");
    assert_tabs(live->port, tabs);
    supervised_clear(&run);
}

static void test_signals(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct live *live = *state;
    need_browser(live);
    for (size_t i = 0; i < COUNT(numbers); i++)
        stop_during_read(live, numbers[i], false);
}

static void test_signals_launched(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct live *live = *state;
    need_browser(live);
    for (size_t i = 0; i < COUNT(numbers); i++)
        stop_during_read(live, numbers[i], true);
}

/* An impatient person presses Ctrl-C twice. */
static void test_two_signals(void **state)
{
    struct live *live = *state;
    struct supervised run;
    need_browser(live);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, 0, NULL);
    await_count(&live->site.counts->stalled, 1);
    kill(run.pid, SIGINT);
    kill(run.pid, SIGINT);
    assert_int_equal(supervised_finish(&run), 0);
    assert_true(run.exit == 3 || run.exit == 1);
    assert_nothing_left(&run);
    supervised_clear(&run);
}

static void test_browser_killed(void **state)
{
    struct live *live = *state;
    struct supervised run;
    need_browser(live);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, live->port, NULL);
    await_count(&live->site.counts->stalled, 1);
    child_end(live->browser, SIGKILL);
    live->browser = 0;
    int64_t before = ofs_now_ms();
    assert_int_equal(supervised_finish(&run), 0);
    assert_true(ofs_now_ms() - before < SUPERVISED_LEAVING);
    assert_report(&run, 3, "unknown", "browser-lost");
    supervised_clear(&run);
}

/* The whole run's deadline, and a page that never answers. */
static void test_deadline(void **state)
{
    struct live *live = *state;
    struct supervised run;
    need_browser(live);
    int tabs = count_tabs(live->port);
    int64_t before = ofs_now_ms();
    start_at(&run, "check", STALLING, &live->site, live->port, "--timeout=5");
    assert_int_equal(supervised_finish(&run), 0);
    assert_true(ofs_now_ms() - before < 5000 + SUPERVISED_LEAVING);
    assert_report(&run, 3, "unknown", "timed-out");
    assert_tabs(live->port, tabs);
    supervised_clear(&run);
}

/* ---- set-up ---- */

static int set_up(void **state)
{
    (void)state;
    scratch = supervised_enter();
    return scratch ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    supervised_leave(scratch);
    free(scratch);
    return 0;
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up_live, tear_down_live)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(test_without_yes), LIVE(test_signals),        LIVE(test_signals_launched),
        LIVE(test_two_signals), LIVE(test_browser_killed), LIVE(test_deadline),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
