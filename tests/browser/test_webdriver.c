/*
 * test_webdriver: the job over WebDriver, with every driver that there is: chromedriver with a
 * browser of its own, chromedriver in a browser that somebody uses, WebKitWebDriver, a Selenium
 * Grid. One body for all, on the built-in replica; the program is run as a person would run it:
 * `build/offswitch` or $OFFSWITCH. A driver that is not installed is told and skipped.
 * `test_webdriver NAME...` runs only these. Exit status: 0 all well, 1 not.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "support/devtools.h"
#include "support/drivers.h"

enum { TICK = 50, RUN_ENDS = 180000, LETS_GO = 20000 };

static const char setting[] = "data-for-ai-improvement";

static const struct peer {
    const char *name;
    enum driver_kind kind;
    bool attached;
    bool blind; /* requests are not seen, and so no save */
} peers[] = {
    {"chromedriver", DRIVER_CHROME, false, false},
    {"chromedriver, attached", DRIVER_CHROME, true, true},
    {"WebKitWebDriver", DRIVER_WEBKIT, false, true},
    {"Grid", DRIVER_GRID, false, false},
};

struct place {
    const struct peer *peer;
    struct ofs_loop *loop;
    struct ofs_site *site;
    struct driver driver;
    pid_t browser; /* attached to */
    int debugger, tabs;
    char *dir, *capabilities;
    const char *program;
    int failed;
};

struct outcome {
    int exit; /* or 128 + signal */
    cJSON *report;
    struct ofs_buf errors;
};

static void clear(struct outcome *o)
{
    cJSON_Delete(o->report);
    ofs_buf_free(&o->errors);
}

static void fail(struct place *p, const char *name, const char *what, const struct outcome *o)
{
    OFS_AUTO_STR report = o && o->report ? cJSON_PrintUnformatted(o->report) : NULL;
    p->failed++;
    printf("[  FAILED  ] %s: %s: %s\n", p->peer->name, name, what);
    if (o)
        printf("    exit %d\n    %s\n    %.1500s\n", o->exit, ofs_buf_str(&o->errors),
               report ? report : "no report");
    fflush(stdout);
}

static void pass(const struct place *p, const char *name)
{
    printf("[       OK ] %s: %s\n", p->peer->name, name);
    fflush(stdout);
}

/* ---- the program ---- */

struct order {
    const char *verb;
    const char *connect, *capabilities; /* NULL: the place's */
    int signal;
    size_t pages; /* it falls once the site was asked for so many pages */
    int after;    /* and, with no page, after so many milliseconds */
};

static int run(struct place *p, const struct order *order, struct outcome *ret)
{
    OFS_AUTO_STR out = ofs_text_printf("%s/out", p->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/errors", p->dir);
    OFS_AUTO_STR connect =
        ofs_text_printf("webdriver://127.0.0.1:%d%s", p->driver.port, p->driver.path);
    OFS_AUTO_BUF report = OFS_BUF(1 << 20);
    const char *caps = order->capabilities ? order->capabilities : p->capabilities;
    char *argv[] = {(char *)p->program,
                    (char *)order->verb,
                    "linkedin",
                    "--origin",
                    (char *)ofs_site_origin(p->site),
                    "--connect",
                    order->connect ? (char *)order->connect : connect,
                    "--capabilities",
                    (char *)caps,
                    "--only",
                    (char *)setting,
                    "--state",
                    p->dir,
                    "--acknowledge-terms",
                    "--yes",
                    "--json",
                    NULL};
    struct child_options options = {.argv = argv, .out = out, .errors = errors};
    struct child child;
    struct ofs_error ignored;
    ofs_deadline deadline = ofs_deadline_in(RUN_ENDS), due = ofs_deadline_in(order->after);
    bool struck = !order->signal;
    int status;
    *ret = (struct outcome){.exit = -1, .errors = OFS_BUF(1 << 20)};
    if (child_start(&options, &child, &ignored))
        return -1;
    while (waitpid(child.pid, &status, WNOHANG) == 0) {
        const struct ofs_site_event *pages;
        bool now = order->pages ? ofs_site_pages(p->site, &pages) >= order->pages
                                : !ofs_deadline_left(due);
        if (!ofs_deadline_left(deadline))
            kill(child.pid, SIGKILL);
        if (!struck && now) {
            kill(child.pid, order->signal);
            struck = true;
        }
        ofs_loop_turn(p->loop, ofs_deadline_in(TICK), &ignored);
    }
    close(child.alive_fd);
    ret->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (!ofs_buf_read_file(&report, out, &ignored))
        ret->report = ofs_json_parse(ofs_buf_str(&report), report.len, &ignored);
    ofs_buf_read_file(&ret->errors, errors, &ignored);
    return 0;
}

static const cJSON *result_of(const struct outcome *o)
{
    return cJSON_GetArrayItem(ofs_json_get(o->report, "settings"), 0);
}

static bool says(const struct outcome *o, const char *key, const char *word)
{
    return !word || !strcmp(ofs_json_str(result_of(o), key, ""), word);
}

static bool has_proof(const struct outcome *o, const char *word)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(result_of(o), "proofs"))
    {
        if (cJSON_IsString(one) && !strcmp(one->valuestring, word))
            return true;
    }
    return false;
}

static int tabs_of(struct place *p)
{
    OFS_AUTO_JSON tabs = devtools_tabs(p->loop, p->debugger, 0);
    return tabs ? cJSON_GetArraySize(tabs) : -1;
}

/* No session on the driver, and in somebody's browser no tab more than before. A Grid needs a
 * moment to count. */
static bool is_clean(struct place *p, const char *name)
{
    ofs_deadline deadline = ofs_deadline_in(LETS_GO);
    struct ofs_error ignored;
    while (driver_sessions(p->loop, &p->driver) != 0 ||
           (p->peer->attached && tabs_of(p) != p->tabs)) {
        if (!ofs_deadline_left(deadline)) {
            fail(p, name, "a session or a tab was left", NULL);
            return false;
        }
        ofs_loop_turn(p->loop, ofs_deadline_in(TICK), &ignored);
    }
    return true;
}

/* Run it, and hold what came of it against what has to come of it. */
static bool expect(struct place *p, const char *name, const struct order *order, int exit_status,
                   const char *verdict, const char *reason, struct outcome *ret)
{
    if (run(p, order, ret)) {
        fail(p, name, "the program could not be run", NULL);
        return false;
    }
    if (ret->exit != exit_status || !says(ret, "verdict", verdict) ||
        !says(ret, "reason", reason)) {
        fail(p, name, "another verdict", ret);
        return false;
    }
    return is_clean(p, name);
}

/* ---- the body ---- */

static void test_fix(struct place *p)
{
    static const char name[] = "check tells, fix turns it off once, check finds it so";
    const struct ofs_site_write *writes;
    const struct ofs_site_event *touches;
    struct outcome check, fix, again;
    bool good = expect(p, name, &(struct order){.verb = "check"}, 2, "differs", "", &check);
    if (good && ofs_site_writes(p->site, &writes)) {
        fail(p, name, "check has saved something", NULL);
        good = false;
    }
    clear(&check);
    if (!good)
        return;
    good = expect(p, name, &(struct order){.verb = "fix"}, 0, "fixed", "", &fix);
    bool told = has_proof(&fix, "reload") && has_proof(&fix, "fresh-tab") &&
                has_proof(&fix, "save-acknowledged") == !p->peer->blind;
    bool same = !strcmp(ofs_json_str(fix.report, "browser/protocol", ""), "webdriver") &&
                !strcmp(ofs_json_str(fix.report, "browser/wire", ""), "http");
    if (good && (!told || !same))
        fail(p, name, "other proofs, or another protocol", &fix);
    else if (good &&
             (strcmp(ofs_site_state(p->site, setting), "off") ||
              ofs_site_writes(p->site, &writes) != 1 || ofs_site_wrong_touches(p->site, &touches)))
        fail(p, name, "the site has another story", &fix);
    else if (good) {
        if (expect(p, name, &(struct order){.verb = "check"}, 0, "as-wanted", "", &again))
            pass(p, name);
        clear(&again);
    }
    clear(&fix);
}

static void test_signals(struct place *p)
{
    static const char name[] = "a signal at any moment leaves no session and no tab";
    static const struct order orders[] = {
        {.verb = "check", .signal = SIGTERM, .after = 400}, /* the session is asked for */
        {.verb = "check", .signal = SIGINT, .pages = 1},
        {.verb = "fix", .signal = SIGTERM, .pages = 2},
        {.verb = "fix", .signal = SIGINT, .pages = 3},
    };
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct outcome o;
        ofs_site_reset(p->site);
        if (run(p, &orders[i], &o)) {
            fail(p, name, "the program could not be run", NULL);
            return;
        }
        bool unborn = !orders[i].pages && o.exit == 128 + orders[i].signal; /* a slow machine */
        bool ended = o.exit == 1 || o.exit == 3 || o.exit == 2 || unborn;
        if (!ended)
            fail(p, name, "it did not end in order", &o);
        bool clean = ended && is_clean(p, name);
        if (ended && !clean)
            fail(p, name, orders[i].pages ? "at a page" : "at the session", &o);
        clear(&o);
        if (!clean)
            return;
    }
    pass(p, name);
}

/* What a page can do, and the one right answer. NULL: any. */
static const struct fault {
    const char *name;
    int exit;
    const char *verdict, *reason, *truth;
    enum { ANY, TOLD, UNTOLD } status; /* for drivers that tell the HTTP status, or do not */
} faults[] = {
    {"early-boot", 0, "fixed", "", "off", ANY},
    {"alert-on-click", 0, "fixed", "", "off", ANY},
    {"confirm-on-click", 5, "not-kept", "", "on", ANY},
    {"beforeunload", 0, "fixed", "", "off", ANY},
    {"popup-on-click", 0, "fixed", "", "off", ANY},
    {"save-not-kept", 5, "not-kept", "", "on", ANY},
    {"cut-body", 3, "unknown", NULL, "on", ANY},
    {"stale-cache", 0, "fixed", "", "off", ANY},
    {"signed-out", 3, "unknown", "signed-out", "on", ANY},
    {"blocked-999", 3, "unknown", "blocked", "on", TOLD},
    {"blocked-999", 3, "unknown", NULL, "on", UNTOLD},
    {"error-page", 3, "unknown", "load-failed", "on", TOLD},
    {"error-page", 0, "fixed", "", "off", UNTOLD}, /* the page itself works all the same */
};

static void test_faults(struct place *p)
{
    struct ofs_site *healthy = p->site;
    bool few = p->peer->kind == DRIVER_GRID; /* it is the same driver behind it */
    for (size_t i = 0; i < sizeof faults / sizeof *faults && !(few && i); i++) {
        const struct fault *f = &faults[i];
        const struct ofs_site_options options = {.faults = f->name};
        const struct ofs_site_event *touches;
        struct ofs_error err;
        struct outcome o;
        if (f->status && (f->status == UNTOLD) != (p->peer->kind == DRIVER_WEBKIT))
            continue;
        p->site = ofs_site_new(p->loop, &options, &err);
        if (!p->site) {
            fail(p, f->name, err.text, NULL);
            break;
        }
        if (expect(p, f->name, &(struct order){.verb = "fix"}, f->exit, f->verdict, f->reason,
                   &o)) {
            if (strcmp(ofs_site_state(p->site, setting), f->truth) ||
                ofs_site_wrong_touches(p->site, &touches))
                fail(p, f->name, "the site has another story", &o);
            else
                pass(p, f->name);
        }
        clear(&o);
        ofs_site_free(p->site);
    }
    p->site = healthy;
}

/* ---- bad input, with chromedriver and the browser beside it ---- */

static void test_bad_input(struct place *p)
{
    OFS_AUTO_STR wrong = ofs_text_printf("webdriver://127.0.0.1:%d/wrong", p->driver.port);
    OFS_AUTO_STR tls = ofs_text_printf("webdriver+https://127.0.0.1:%d", p->driver.port);
    OFS_AUTO_STR page =
        ofs_text_printf("webdriver://%s", strstr(ofs_site_origin(p->site), "://") + 3);
    OFS_AUTO_STR list = ofs_text_printf("%s/list.json", p->dir);
    OFS_AUTO_STR none = ofs_text_printf("%s/none.json", p->dir);
    OFS_AUTO_STR odd = ofs_text_printf("%s/odd.json", p->dir);
    FILE *file = fopen(list, "we");
    fputs("[1]", file);
    fclose(file);
    file = fopen(odd, "we");
    fputs("{\"goog:chromeOptions\":{\"binary\":\"/nowhere/browser\"}}", file);
    fclose(file);
    const struct {
        const char *name;
        struct order order;
        int exit;
        const char *words;
    } cases[] = {
        {"nobody listens", {.connect = "webdriver://127.0.0.1:1"}, 1, "chromedriver --port"},
        {"a path that is not there", {.connect = wrong}, 1, "check the PATH"},
        {"a web page", {.connect = page}, 1, "not WebDriver"},
        {"no TLS there", {.connect = tls}, 1, "does not speak TLS"},
        {"in the clear to another machine",
         {.connect = "webdriver://192.0.2.1:4444"},
         64,
         "over TLS"},
        {"no capabilities file", {.capabilities = none}, 1, "--capabilities"},
        {"a file that is no object", {.capabilities = list}, 1, "no JSON object"},
        {"a browser that is not there", {.capabilities = odd}, 1, "no chrome binary"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct order order = cases[i].order;
        struct outcome o;
        order.verb = "check";
        if (run(p, &order, &o))
            fail(p, cases[i].name, "the program could not be run", NULL);
        else if (o.exit != cases[i].exit || !strstr(ofs_buf_str(&o.errors), cases[i].words))
            fail(p, cases[i].name, "it was not told", &o);
        else if (is_clean(p, cases[i].name))
            pass(p, cases[i].name);
        clear(&o);
    }
}

static void test_driver_dies(struct place *p)
{
    static const char name[] = "a driver that is gone makes no verdict";
    struct outcome o;
    child_end(p->driver.pids[0], SIGKILL);
    p->driver.pids[0] = 0;
    if (run(p, &(struct order){.verb = "check"}, &o))
        fail(p, name, "the program could not be run", NULL);
    else if (o.exit != 1 || !strstr(ofs_buf_str(&o.errors), "nobody answers"))
        fail(p, name, "it was not told", &o);
    else
        pass(p, name);
    clear(&o);
}

/* ---- each driver ---- */

static int set_up(struct place *p, struct ofs_error *err)
{
    const char *tmp = getenv("TMPDIR");
    const struct ofs_site_options options = {0};
    OFS_AUTO_STR build = strdup(p->program);
    char *slash = strrchr(build, '/');
    if (slash)
        *slash = '\0';
    p->dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    if (!p->dir)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no scratch directory");
    if (!(p->loop = ofs_loop_new(err)) || !(p->site = ofs_site_new(p->loop, &options, err)) ||
        (p->peer->attached && child_start_browser(p->dir, &p->browser, &p->debugger, err)) ||
        driver_start(p->loop, p->peer->kind, p->dir, slash ? build : "build", &p->driver, err))
        return -1;
    p->tabs = p->peer->attached ? tabs_of(p) : 0;
    p->capabilities = driver_capabilities(&p->driver, p->dir, p->debugger);
    return p->capabilities ? 0 : ofs_fail_errno(err, OFS_ERR_SYSTEM, "no capabilities file");
}

static int run_peer(const struct peer *peer)
{
    const char *missing = driver_missing(peer->kind), *program = getenv("OFFSWITCH");
    struct place place = {.peer = peer, .program = program ? program : "build/offswitch"};
    struct ofs_error err = {0};
    if (missing || (peer->attached && !child_find_browser())) {
        printf("[  SKIPPED ] %s: %s is not installed\n", peer->name,
               missing ? missing : "a browser");
        return 0;
    }
    if (set_up(&place, &err)) {
        fail(&place, "set up", err.text, NULL);
    } else {
        test_fix(&place);
        test_signals(&place);
        test_faults(&place);
        if (peer->kind == DRIVER_CHROME && !peer->attached) {
            test_bad_input(&place);
            test_driver_dies(&place);
        }
    }
    driver_end(&place.driver);
    child_end(place.browser, SIGTERM);
    ofs_site_free(place.site);
    ofs_loop_free(place.loop);
    free(place.capabilities);
    if (place.dir)
        child_remove_dir(place.dir);
    free(place.dir);
    return place.failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) {
        bool wanted = argc == 1;
        for (int a = 1; a < argc; a++)
            wanted = wanted || !strcmp(argv[a], peers[i].name);
        if (wanted)
            failed += run_peer(&peers[i]);
    }
    return failed ? 1 : 0;
}
