/*
 * test_grid: the program, unchanged, at a Selenium Grid, as a team uses it: several runs at once, a
 * queue that is served and one that is not, a node that is lost or stopped, a hub that is lost, and
 * a Grid behind TLS. Hubs and nodes are real, and so are the browsers; each run has a replica site
 * of its own. What is not installed is reported and skipped, which is a failure with $NO_SKIP.
 * `test_grid NAME` runs one of the two. Exit status: 0 all passed, 1 not.
 *
 * Two hubs are used in parallel, each by a process of its own: at one of them nothing is lost
 * except, at the end, the hub itself.
 */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/certificate.h"
#include "support/daemon.h"
#include "support/drivers.h"
#include "support/grid.h"
#include "support/grid_fixture.h"
#include "support/tree.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Milliseconds. */
enum {
    TOLD = 15000,           /* from the loss to the end, if the hub itself reports it */
    QUEUE_TIMEOUT = 120000, /* one hub's limit for requests that wait for a node */
    SHORT_TIMEOUT = 4000,   /* the other hub's */
};

enum {
    LOSSY_NODES = 2,
    LATER = 2, /* the place of the first node that is started during the test */
};

/* ---- a Grid without failures ---- */

static const struct fixture_wanted fixed = {.exit = 0, .verdict = "fixed", .reason = ""};

static void test_three_at_once(struct grid_fixture *l)
{
    static const char name[] = "three runs at once on two nodes: the third waits, all are fixed";
    static const char *const marks[] = {"first", "second", "third"};
    struct run runs[COUNT(marks)] = {{0}};
    int64_t began = ofs_now_ms();
    bool good = true, queued = false, over = false;
    for (size_t i = 0; i < COUNT(marks); i++)
        good =
            !fixture_start(l, &(struct fixture_order){.verb = "fix", .mark = marks[i]}, &runs[i]) &&
            good;
    while (good && !over) {
        OFS_AUTO_JSON told = grid_ask(l->loop, &l->grid);
        queued = queued || (ofs_json_num(told, "newSessionRequestCount", 0) == 1 &&
                            ofs_json_num(told, "slotCounts/free", 2) == 0);
        over = true;
        for (size_t i = 0; i < COUNT(runs); i++)
            over = run_is_over(&runs[i]) && over;
        fixture_turn(l);
    }
    for (size_t i = 0; i < COUNT(runs); i++)
        good = good && fixture_is_as_wanted(l, name, &runs[i], &fixed) &&
               fixture_has_saved(l, name, &runs[i], 1);
    if (good && !queued) {
        fixture_fail(l, name, "no run waited for a node", NULL);
        good = false;
    }
    for (size_t i = 0; i < COUNT(runs); i++)
        run_clear(&runs[i]);
    if (good && fixture_is_clean(l, name))
        fixture_pass(l, name, ofs_now_ms() - began);
}

/* Our deadline passes, or the person cancels, while both wait in the hub's queue. The hub creates
 * the sessions anyway. */
static void test_late_sessions(struct grid_fixture *l)
{
    static const char *const in_time[] = {"--timeout", "3", NULL};
    static const struct {
        const char *name;
        struct fixture_order order;
        int signal; /* once it is in the queue */
        struct fixture_wanted wanted;
    } cases[] = {
        {"a session that starts after a signal is ended",
         {.verb = "check", .mark = "unwanted"},
         SIGINT,
         {3, "unknown", "interrupted", {"a second Ctrl-C"}}},
        {"a session that starts after the deadline is ended",
         {.verb = "check", .mark = "too-late", .more = in_time},
         0,
         {1,
          "unknown",
          "timed-out",
          {"gave no session in time", "every node of a Grid may be taken"}}},
    };
    OFS_AUTO_STR one = fixture_hold(l, "held-1");
    OFS_AUTO_STR two = fixture_hold(l, "held-2");
    struct run runs[COUNT(cases)] = {{0}};
    bool waits[COUNT(cases)] = {false};
    if (!one || !two)
        fixture_fail(l, cases[0].name, "the nodes could not be taken", NULL);
    for (size_t i = 0; one && two && i < COUNT(cases); i++) {
        if (fixture_start(l, &cases[i].order, &runs[i]) || !cases[i].signal)
            continue;
        fixture_await_queue(l, &runs[i]);
        kill(runs[i].child.pid, cases[i].signal);
    }
    for (size_t i = 0; i < COUNT(cases); i++)
        waits[i] = fixture_await(l, &runs[i], SAID_WAITING);
    fixture_release(l, one);
    fixture_release(l, two);
    fixture_await_end(l, runs, COUNT(runs));
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (!waits[i])
            fixture_fail(l, cases[i].name, "it does not say that it waits", &runs[i]);
        else if (fixture_is_as_wanted(l, cases[i].name, &runs[i], &cases[i].wanted) &&
                 fixture_has_saved(l, cases[i].name, &runs[i], 0) &&
                 fixture_is_clean(l, cases[i].name))
            fixture_pass(l, cases[i].name, runs[i].took_ms);
        run_clear(&runs[i]);
    }
}

static void test_addresses(struct grid_fixture *l)
{
    OFS_AUTO_STR console = ofs_text_printf("webdriver://127.0.0.1:%d/grid/console", l->grid.port);
    OFS_AUTO_STR root = ofs_text_printf("webdriver://127.0.0.1:%d", l->grid.port);
    OFS_AUTO_STR bidi = grid_capabilities(l->dir, "bidi", ",\"webSocketUrl\":true");
    OFS_AUTO_STR other = ofs_text_printf("%s/other.json", l->dir);
    daemon_write_file(other, "{\"browserName\": \"netscape\"}");
    const struct {
        const char *name, *connect, *capabilities;
        struct fixture_wanted wanted;
    } cases[] = {
        {"the hub's console is not WebDriver",
         console,
         NULL,
         {.exit = 1, .words = {"not WebDriver", console + 9, "PATH in --connect"}}},
        {"the hub's root is not WebDriver",
         root,
         NULL,
         {.exit = 1, .words = {"not WebDriver", root + 9, "PATH in --connect"}}},
        {"no node has such a browser",
         l->connect,
         other,
         {.exit = 1, .words = {"cannot find : Capabilities", "netscape", "--capabilities"}}},
        {"a hub without BiDi",
         l->connect,
         bidi,
         {.exit = 1, .words = {"does not understand", "webSocketUrl"}}},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct run_order order = {
            .verb = "check", .connect = cases[i].connect, .capabilities = cases[i].capabilities};
        struct run run;
        struct ofs_error err;
        if (run_start(l->loop, l->dir, &order, &run, &err)) {
            fixture_fail(l, cases[i].name, err.text, NULL);
        } else {
            fixture_await_end(l, &run, 1);
            if (fixture_is_as_wanted(l, cases[i].name, &run, &cases[i].wanted))
                fixture_pass(l, cases[i].name, run.took_ms);
        }
        run_clear(&run);
    }
}

/* ---- behind TLS ---- */

enum { GOOD, OTHER_NAME, EXPIRED, LISTENERS };

struct relay {
    pid_t pid;
    int ports[LISTENERS];
    char *authority, *hosts;
};

static const struct {
    const char *file, *name;
    long until;
} peers[LISTENERS] = {
    [GOOD] = {"good", "DNS:grid.test", 3600},
    [OTHER_NAME] = {"other", "DNS:other.test", 3600},
    [EXPIRED] = {"expired", "DNS:grid.test", -3600},
};

static int write_certificates(struct grid_fixture *l, const struct relay *r)
{
    struct certificate authority = {0};
    int rc = certificate_make(NULL, 3600, NULL, &authority) ||
             certificate_write(&authority, r->authority, NULL);
    for (size_t i = 0; !rc && i < LISTENERS; i++) {
        OFS_AUTO_STR path = ofs_text_printf("%s/%s.pem", l->dir, peers[i].file);
        OFS_AUTO_STR key = ofs_text_printf("%s/%s.key", l->dir, peers[i].file);
        struct certificate one = {0};
        rc = certificate_make(peers[i].name, peers[i].until, &authority, &one) ||
             certificate_write(&one, path, key);
        certificate_free(&one);
    }
    certificate_free(&authority);
    return rc ? -1 : 0;
}

static int start_relay(struct grid_fixture *l, struct relay *r, struct ofs_error *err)
{
    OFS_AUTO_STR port = ofs_text_printf("%d", l->grid.port);
    char *argv[] = {"/usr/bin/env",
                    "node",
                    "tests/grid/tls.mjs",
                    port,
                    l->dir,
                    (char *)peers[GOOD].file,
                    (char *)peers[OTHER_NAME].file,
                    (char *)peers[EXPIRED].file,
                    NULL};
    ofs_deadline until = ofs_deadline_in(FIXTURE_HAPPENS);
    OFS_AUTO_STR line = NULL;
    r->authority = ofs_text_printf("%s/authority.pem", l->dir);
    r->hosts = ofs_text_printf("%s/hosts", l->dir);
    if (write_certificates(l, r) || daemon_write_file(r->hosts, "127.0.0.1 grid.test\n"))
        return ofs_fail(err, OFS_ERR_SYSTEM, "no certificates");
    if (daemon_start(l->dir, "tls", argv, &r->pid, err))
        return -1;
    while (!(line = daemon_line(l->dir, "tls"))) {
        if (!ofs_deadline_left(until))
            return ofs_fail(err, OFS_ERR_TIMEOUT, "the relay did not start");
        fixture_turn(l);
    }
    return sscanf(line, "%d %d %d", &r->ports[0], &r->ports[1], &r->ports[2]) == LISTENERS
               ? 0
               : ofs_fail(err, OFS_ERR_SYSTEM, "the relay reports no ports");
}

static const char names[] = "libnss_wrapper.so";

static bool is_installed(const char *library)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

/* grid.test is a name that only these runs know: it resolves to the relay (nss_wrapper). */
static void test_tls(struct grid_fixture *l)
{
    static const struct {
        const char *name, *verb;
        int listener;
        bool trusts, in_the_clear;
        struct fixture_wanted wanted;
    } cases[] = {
        {"over TLS, check reports the state",
         "check",
         GOOD,
         true,
         false,
         {2, "differs", "", {NULL}}},
        {"over TLS, fix turns it off", "fix", GOOD, true, false, {0, "fixed", "", {NULL}}},
        {"an unknown certificate authority",
         "check",
         GOOD,
         false,
         false,
         {.exit = 1, .words = {"its certificate does not verify", "--cacert FILE"}}},
        {"a certificate for another name",
         "check",
         OTHER_NAME,
         true,
         false,
         {.exit = 1, .words = {"its certificate does not verify", "grid.test", "host's name"}}},
        {"a certificate that has expired",
         "check",
         EXPIRED,
         true,
         false,
         {.exit = 1, .words = {"its certificate does not verify", "expired"}}},
        {"without TLS to another machine",
         "check",
         GOOD,
         true,
         true,
         {.exit = 64, .words = {"is not this machine", "webdriver+https://"}}},
    };
    struct relay relay = {0};
    struct ofs_error err = {0};
    if (!is_installed(names)) {
        printf("[  SKIPPED ] TLS: %s is not installed\n", names);
        l->failed += getenv("NO_SKIP") != NULL;
        return;
    }
    OFS_AUTO_STR capabilities = grid_capabilities(l->dir, "tls", "");
    if (start_relay(l, &relay, &err))
        fixture_fail(l, "TLS", err.text, NULL);
    OFS_AUTO_STR preload = ofs_text_printf("LD_PRELOAD=%s", names);
    OFS_AUTO_STR hosts = ofs_text_printf("NSS_WRAPPER_HOSTS=%s", relay.hosts);
    for (size_t i = 0; relay.ports[GOOD] && i < COUNT(cases); i++) {
        OFS_AUTO_STR connect =
            ofs_text_printf("webdriver%s://grid.test:%d/wd/hub",
                            cases[i].in_the_clear ? "" : "+https", relay.ports[cases[i].listener]);
        const char *const environment[] = {hosts, preload, NULL};
        const char *const trust[] = {"--cacert", relay.authority, NULL};
        const struct run_order order = {.verb = cases[i].verb,
                                        .connect = connect,
                                        .capabilities = capabilities,
                                        .more = cases[i].trusts ? trust : NULL,
                                        .environment = environment};
        struct run run;
        if (run_start(l->loop, l->dir, &order, &run, &err)) {
            fixture_fail(l, cases[i].name, err.text, NULL);
        } else {
            fixture_await_end(l, &run, 1);
            if (fixture_is_as_wanted(l, cases[i].name, &run, &cases[i].wanted) &&
                fixture_has_saved(l, cases[i].name, &run, !strcmp(cases[i].verb, "fix")) &&
                fixture_is_clean(l, cases[i].name))
                fixture_pass(l, cases[i].name, run.took_ms);
        }
        run_clear(&run);
    }
    child_end(relay.pid, SIGTERM);
    free(relay.authority);
    free(relay.hosts);
}

/* ---- loss of nodes and hubs ---- */

static void test_no_free_node(struct grid_fixture *l)
{
    static const char name[] = "the hub has no free node in time";
    static const struct fixture_wanted wanted = {
        .exit = 1,
        .words = {"Request timed out waiting for a node to become available", "no free node",
                  "try later"}};
    static const struct fixture_order order = {.verb = "check", .mark = "in-vain"};
    char *held[LOSSY_NODES];
    bool all = true;
    struct run run = {0};
    for (size_t i = 0; i < COUNT(held); i++)
        all = (held[i] = fixture_hold(l, "held")) && all;
    if (!all) {
        fixture_fail(l, name, "the nodes could not be taken", NULL);
    } else if (!fixture_start(l, &order, &run)) {
        fixture_await_end(l, &run, 1);
        if (fixture_is_as_wanted(l, name, &run, &wanted))
            fixture_pass(l, name, run.took_ms);
    }
    for (size_t i = 0; i < COUNT(held); i++) {
        fixture_release(l, held[i]);
        free(held[i]);
    }
    run_clear(&run);
    fixture_is_clean(l, name);
}

struct loss {
    const char *name;
    struct fixture_order order;
    enum fixture_moment moment;
    size_t saves;
    int64_t within; /* it ends, measured from the loss */
    struct fixture_wanted wanted;
};

static void judge_loss(struct grid_fixture *l, const struct loss *loss, struct run *run,
                       int64_t lost_ms)
{
    fixture_await_end(l, run, 1);
    int64_t took = run->started_ms + run->took_ms - lost_ms;
    if (!lost_ms)
        fixture_fail(l, loss->name, "it ended before anything was lost", run);
    else if (fixture_is_as_wanted(l, loss->name, run, &loss->wanted) &&
             fixture_has_saved(l, loss->name, run, loss->saves)) {
        if (took > loss->within)
            fixture_fail(l, loss->name, "it took too long to end", run);
        else
            fixture_pass(l, loss->name, took);
    }
}

/* The nodes are switched off, each during a run. */
static void test_node_lost(struct grid_fixture *l)
{
    static const struct loss losses[LOSSY_NODES] = {
        {"a node is lost while a page is read",
         {.verb = "check", .mark = "reading"},
         PAGE_ASKED,
         0,
         TOLD,
         {3, "unknown", "browser-lost", {"the Grid has lost the node", "run check"}}},
        {"a node is lost after the press",
         {.verb = "fix", .mark = "pressing"},
         SAVE_CAME,
         1,
         TOLD,
         {3,
          "unknown",
          "browser-lost",
          {"clicked once", "the Grid has lost the node", "run check"}}},
    };
    struct run runs[COUNT(losses)];
    int64_t lost_ms[COUNT(losses)] = {0};
    for (size_t i = 0; i < COUNT(losses); i++)
        fixture_start(l, &losses[i].order, &runs[i]);
    for (size_t i = 0; i < COUNT(losses); i++) {
        bool come = fixture_await(l, &runs[i], losses[i].moment);
        int place = come ? grid_find(&l->grid, losses[i].order.mark) : -1;
        if (place < 0)
            continue;
        grid_kill_node(&l->grid, place);
        lost_ms[i] = ofs_now_ms();
    }
    for (size_t i = 0; i < COUNT(losses); i++) {
        judge_loss(l, &losses[i], &runs[i], lost_ms[i]);
        run_clear(&runs[i]);
    }
}

static void test_frozen_node(struct grid_fixture *l)
{
    static const char *const in_time[] = {"--timeout", "12", NULL};
    static const struct loss still = {"a node freezes while a page is read",
                                      {.verb = "check", .mark = "frozen", .more = in_time},
                                      PAGE_ASKED,
                                      0,
                                      12000 + TOLD,
                                      {3, "unknown", "timed-out", {"run again"}}};
    struct run run = {0};
    int64_t lost_ms = 0;
    fixture_start(l, &still.order, &run);
    int place = fixture_await(l, &run, still.moment) ? grid_find(&l->grid, still.order.mark) : -1;
    if (place >= 0) {
        kill(l->grid.nodes[place].pid, SIGSTOP);
        lost_ms = ofs_now_ms();
    }
    judge_loss(l, &still, &run, lost_ms);
    run_clear(&run);
    if (place >= 0)
        kill(l->grid.nodes[place].pid, SIGCONT);
    fixture_is_clean(l, "the node continues"); /* and does what it was told to do in the meantime */
}

/* Both are gone, and the hub does not know it yet. */
static void test_node_gone(struct grid_fixture *l)
{
    static const char name[] = "a node is gone before the session is requested";
    static const struct fixture_order order = {.verb = "check", .mark = "homeless"};
    static const struct fixture_wanted wanted = {
        .exit = 1,
        .words = {"Error forwarding the request", "a node of the Grid has ended", "run again"}};
    struct run run = {0};
    grid_kill_node(&l->grid, LATER);
    grid_kill_node(&l->grid, LATER + 1);
    if (!fixture_start(l, &order, &run)) {
        fixture_await_end(l, &run, 1);
        if (fixture_is_as_wanted(l, name, &run, &wanted))
            fixture_pass(l, name, run.took_ms);
    }
    run_clear(&run);
}

static void test_hub_lost(struct grid_fixture *l)
{
    static const struct loss lost = {"the hub is lost while a page is read",
                                     {.verb = "check", .mark = "orphan"},
                                     PAGE_ASKED,
                                     0,
                                     TOLD,
                                     {3, "unknown", "browser-lost", {"run check"}}};
    struct run run;
    int64_t lost_ms = 0;
    fixture_start(l, &lost.order, &run);
    if (fixture_await(l, &run, lost.moment)) {
        child_end(l->grid.hub, SIGKILL);
        l->grid.hub = 0;
        lost_ms = ofs_now_ms();
    }
    judge_loss(l, &lost, &run, lost_ms);
    run_clear(&run);
}

static void healthy_hub(struct grid_fixture *l)
{
    struct ofs_error err;
    if (grid_await(l->loop, &l->grid, 2, &err)) {
        fixture_fail(l, "the Grid", err.text, NULL);
        return;
    }
    test_three_at_once(l);
    test_late_sessions(l);
    test_addresses(l);
    test_tls(l);
    test_hub_lost(l);
}

static void lossy_hub(struct grid_fixture *l)
{
    struct ofs_error err;
    if (grid_await(l->loop, &l->grid, LOSSY_NODES, &err)) {
        fixture_fail(l, "the Grid", err.text, NULL);
        return;
    }
    test_no_free_node(l);
    test_node_lost(l);
    /* the hub still counts the lost nodes as ready for a few seconds */
    if (grid_await(l->loop, &l->grid, 0, &err) ||
        grid_start_node(&l->grid, LATER, GRID_NEVER, &err) ||
        grid_start_node(&l->grid, LATER + 1, GRID_NEVER, &err) ||
        grid_await(l->loop, &l->grid, 2, &err)) {
        fixture_fail(l, "two more nodes", err.text, NULL);
        return;
    }
    test_frozen_node(l);
    test_node_gone(l);
}

/* ---- hubs ---- */

static const struct {
    const char *name;
    void (*body)(struct grid_fixture *l);
    int nodes;
    enum grid_watch watch;
    int timeout_ms; /* of the hub, for requests that wait for a node */
} hubs[] = {
    {"whole", healthy_hub, 2, GRID_NEVER, QUEUE_TIMEOUT},
    {"lossy", lossy_hub, LOSSY_NODES, GRID_CLOSELY, SHORT_TIMEOUT},
};

static int run_hub(size_t i)
{
    const char *tmp = getenv("TMPDIR"), *program = getenv("OFFSWITCH");
    struct grid_fixture l = {.name = hubs[i].name,
                             .build = strdup(program ? program : "build/offswitch")};
    struct ofs_error err = {0};
    char *slash = strrchr(l.build, '/');
    if (slash)
        *slash = '\0';
    l.dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    l.loop = ofs_loop_new(&err);
    const struct grid_options options = {.dir = l.dir,
                                         .build = slash ? l.build : "build",
                                         .nodes = hubs[i].nodes,
                                         .watch = hubs[i].watch,
                                         .timeout_ms = hubs[i].timeout_ms};
    if (!l.dir || !l.loop || grid_start(l.loop, &options, &l.grid, &err)) {
        fixture_fail(&l, "set up", err.text, NULL);
    } else {
        l.connect = ofs_text_printf("webdriver://127.0.0.1:%d/wd/hub", l.grid.port);
        hubs[i].body(&l);
    }
    grid_end(&l.grid);
    ofs_loop_free(l.loop);
    if (l.dir)
        child_remove_dir(l.dir);
    free(l.connect);
    free(l.dir);
    free(l.build);
    return l.failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    const char *missing = driver_missing(DRIVER_GRID);
    pid_t pids[COUNT(hubs)] = {0};
    int failed = 0, status;
    OFS_AUTO_STR here = realpath("scenarios", NULL); /* wherever the program is */
    if (here)
        setenv("OFFSWITCH_SCENARIOS", here, 0);
    if (missing) {
        printf("[  SKIPPED ] Grid: %s is not installed\n", missing);
        return getenv("NO_SKIP") ? 1 : 0;
    }
    for (size_t i = 0; i < COUNT(hubs); i++) {
        if (argc > 1 && strcmp(argv[1], hubs[i].name))
            continue;
        fflush(stdout);
        if ((pids[i] = fork()) == 0) {
            child_die_with_parent();
            exit(run_hub(i));
        }
    }
    for (size_t i = 0; i < COUNT(hubs); i++)
        if (pids[i] && (waitpid(pids[i], &status, 0) < 0 || status))
            failed = 1;
    return failed;
}
