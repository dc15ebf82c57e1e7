/*
 * test_wires: one body for every wire of support/peer.h: the job on each, and its result after a
 * signal, with another client, and when the peer is absent or goes away. Faults of a site are in
 * the table (test_faults --wire), those of a Grid in test_grid.
 *
 *     test_wires [-j N] [NAME...]
 *
 * The program is run as a person would run it: `build/offswitch` or $OFFSWITCH. The wires run in
 * parallel (support/each_wire.h).
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/system.h"
#include "base/text.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "support/each_wire.h"
#include "support/peer.h"
#include "support/program.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { RUN_ENDS = 120000, LETS_GO = 20000, MOST_ARGS = 40, SIDE_BY_SIDE = 4 };

static const char setting[] = "data-for-ai-improvement";

struct place {
    const struct peer_kind *kind;
    struct ofs_loop *loop;
    struct ofs_site *site;
    struct peer peer;
    struct peer_visit visit; /* of the last run */
    char *dir;
    int failed;
};

/* ---- reporting ---- */

static bool fail(struct place *p, const char *name, const char *what, const struct program_end *end)
{
    OFS_AUTO_STR report = end && end->report ? cJSON_PrintUnformatted(end->report) : NULL;
    p->failed++;
    printf("[  FAILED  ] %s: %s: %s\n", p->kind->name, name, what);
    if (end)
        printf("    exit %d\n    %s\n    %.1500s\n", end->exit, ofs_buf_str(&end->errors),
               report ? report : "no report");
    return false;
}

static void pass(const struct place *p, const char *name)
{
    printf("[       OK ] %s: %s\n", p->kind->name, name);
}

/* ---- the program ---- */

struct order {
    const char *verb;
    const char *connect, *capabilities; /* in place of the peer's */
    size_t pages;                       /* the interference starts after this many page requests */
    int after;                          /* or, with none, after this many milliseconds */
    int signal, times, apart;           /* the interference: signals to the program, ms apart */
    bool kill;                          /* or with the peer */
};

static void strike(struct place *p, const struct order *order, struct program *program)
{
    struct ofs_error ignored;
    for (int i = 0; i < order->times && !program->ended; i++) {
        ofs_deadline next = ofs_deadline_in(order->apart);
        kill(program->child.pid, order->signal);
        while (ofs_deadline_left(next) && !program->ended)
            ofs_loop_turn(p->loop, next, &ignored);
    }
    if (order->kill)
        peer_kill(&p->peer, &p->visit);
}

static void follow(struct place *p, const struct order *order, struct program *program)
{
    ofs_deadline deadline = ofs_deadline_in(RUN_ENDS), due = ofs_deadline_in(order->after);
    bool struck = !order->times && !order->kill;
    struct ofs_error ignored;
    while (!program->ended && ofs_deadline_left(deadline)) {
        const struct ofs_site_event *pages;
        bool timed = !struck && !order->pages;
        bool now = order->pages ? ofs_site_pages(p->site, &pages) >= order->pages
                                : !ofs_deadline_left(due);
        if (!struck && now) {
            struck = true;
            strike(p, order, program);
            continue;
        }
        ofs_loop_turn(p->loop, timed ? ofs_deadline_min(deadline, due) : deadline, &ignored);
    }
}

/* Replace the word after the option with `value`. */
static void replace(char **args, const char *option, const char *value)
{
    for (; value && *args; args++)
        if (!strcmp(*args, option))
            args[1] = (char *)value;
}

static int run(struct place *p, const struct order *order, struct program_end *ret)
{
    struct program program = {0};
    struct ofs_error err;
    char *argv[MOST_ARGS] = {(char *)order->verb,
                             "linkedin",
                             "--origin",
                             (char *)ofs_site_origin(p->site),
                             "--only",
                             (char *)setting,
                             "--state",
                             p->dir,
                             "--acknowledge-terms",
                             "--json"};
    size_t n = 10;
    if (!strcmp(order->verb, "fix"))
        argv[n++] = "--yes";
    peer_visit_end(&p->visit);
    int rc = peer_visit_begin(&p->peer, p->dir, 0, false, &p->visit, &err);
    for (char **arg = p->visit.args; !rc && *arg; arg++)
        argv[n++] = *arg;
    replace(argv, "--connect", order->connect);
    replace(argv, "--capabilities", order->capabilities);
    const struct program_options options = {.argv = argv, .dir = p->dir};
    if (!rc)
        rc = program_start(p->loop, &options, &program, &err);
    if (!rc)
        follow(p, order, &program);
    program_reap(&program, ret);
    return rc;
}

static bool says(const struct program_end *end, const char *key, const char *word)
{
    return !strcmp(ofs_json_str(program_result(end, 0), key, ""), word);
}

static bool is_clean(struct place *p, const char *name, const struct program_end *end)
{
    OFS_AUTO_JSON left = peer_left(p->loop, &p->peer, &p->visit, 0, ofs_deadline_in(LETS_GO));
    const cJSON *first = cJSON_GetArrayItem(left, 0);
    return !first || fail(p, name, first->valuestring, end);
}

/* Run it and compare the result with what is expected. The caller clears `ret`. */
static bool expect(struct place *p, const char *name, const struct order *order, int status,
                   const char *verdict, const char *reason, struct program_end *ret)
{
    if (run(p, order, ret))
        return fail(p, name, "the program could not be run", NULL);
    if (!ret->in_time)
        return fail(p, name, "it did not end", ret);
    if (ret->exit != status || !says(ret, "verdict", verdict) || !says(ret, "reason", reason))
        return fail(p, name, "another verdict", ret);
    if (strcmp(ofs_json_str(ret->report, "browser/protocol", ""), p->kind->protocol) ||
        strcmp(ofs_json_str(ret->report, "browser/wire", ""), p->kind->wire))
        return fail(p, name, "the wrong protocol or wire", ret);
    return order->kill || is_clean(p, name, ret);
}

/* The run could not be done: exit 1, and these words (NULL: fewer) are on standard error. */
static bool expect_message(struct place *p, const char *name, const struct order *order, int status,
                           const char *words, const char *more)
{
    struct program_end end = {0};
    bool good = true;
    if (run(p, order, &end))
        good = fail(p, name, "the program could not be run", NULL);
    else if (!end.in_time)
        good = fail(p, name, "it did not end", &end);
    else if (end.exit != status || !strstr(ofs_buf_str(&end.errors), words) ||
             (more && !strstr(ofs_buf_str(&end.errors), more)))
        good = fail(p, name, "the message is missing", &end);
    program_end_clear(&end);
    return good;
}

/* ---- the body ---- */

static bool check_changes_nothing(struct place *p, const char *name)
{
    const struct ofs_site_write *writes;
    struct program_end end = {0};
    bool good = expect(p, name, &(struct order){.verb = "check"}, 2, "differs", "", &end);
    if (good && ofs_site_writes(p->site, &writes))
        good = fail(p, name, "check has saved something", &end);
    program_end_clear(&end);
    return good;
}

/* If requests are not visible, the response to the save is not either, and no report may claim
 * it. */
static bool sees_saves(const struct peer_kind *kind)
{
    return kind->base != PEER_DRIVER || kind->driver != DRIVER_WEBKIT;
}

static bool fix_turns_off_once(struct place *p, const char *name)
{
    const struct ofs_site_write *writes;
    const struct ofs_site_event *touches;
    struct program_end end = {0};
    bool good = expect(p, name, &(struct order){.verb = "fix"}, 0, "fixed", "", &end);
    const cJSON *result = program_result(&end, 0);
    if (good && (!program_has_proof(result, "reload") || !program_has_proof(result, "fresh-tab") ||
                 program_has_proof(result, "save-acknowledged") != sees_saves(p->kind)))
        good = fail(p, name, "other proofs", &end);
    if (good &&
        (strcmp(ofs_site_state(p->site, setting), "off") ||
         ofs_site_writes(p->site, &writes) != 1 || ofs_site_wrong_touches(p->site, &touches)))
        good = fail(p, name, "the site has another story", &end);
    program_end_clear(&end);
    return good;
}

static void test_job(struct place *p)
{
    static const char name[] =
        "check reports and changes nothing, fix turns it off once, check finds it off";
    struct program_end end = {0};
    if (check_changes_nothing(p, name) && fix_turns_off_once(p, name) &&
        expect(p, name, &(struct order){.verb = "check"}, 0, "as-wanted", "", &end))
        pass(p, name);
    program_end_clear(&end);
}

static int draw(int from, int to)
{
    unsigned dice = 0;
    ofs_system_random(&dice, sizeof dice);
    return from + (int)(dice % (unsigned)(to - from));
}

/* Eight signals: a person who keeps pressing Ctrl-C. Each signal may interrupt another of the
 * commands that close the tab and end the session. */
static void test_signals(struct place *p)
{
    const struct order orders[] = {
        {.verb = "check", .signal = SIGTERM, .times = 1, .pages = 1},
        {.verb = "check", .signal = SIGINT, .times = 3, .pages = 1},
        {.verb = "check", .signal = SIGINT, .times = 8, .apart = draw(10, 40), .pages = 1},
        {.verb = "check", .signal = SIGINT, .times = 8, .apart = draw(40, 250), .pages = 1},
        {.verb = "fix", .signal = SIGTERM, .times = 1, .pages = 2},
        {.verb = "fix", .signal = SIGINT, .times = 1, .pages = 3},
    };
    bool good = true;
    for (size_t i = 0; good && i < COUNT(orders); i++) {
        struct program_end end = {0};
        OFS_AUTO_STR name = ofs_text_printf(
            "a signal at any moment leaves no session and no tab (%s, %d signals, %d ms apart)",
            orders[i].verb, orders[i].times, orders[i].apart);
        ofs_site_reset(p->site);
        good = expect(p, name, &orders[i], 3, "unknown", "interrupted", &end);
        program_end_clear(&end);
    }
    if (good)
        pass(p, "a signal at any moment leaves no session and no tab");
}

/* How far it is by then depends on the machine; that it ends in order does not. */
static void test_early_signal(struct place *p)
{
    static const char name[] = "a signal during session creation leaves no session";
    const struct order order = {.verb = "check", .signal = SIGTERM, .times = 1, .after = 300};
    struct program_end end = {0};
    ofs_site_reset(p->site);
    if (run(p, &order, &end))
        fail(p, name, "the program could not be run", NULL);
    else if (!end.in_time || (end.exit != 1 && end.exit != 3 && end.exit != 128 + SIGTERM))
        fail(p, name, "it did not end cleanly", &end);
    else if (is_clean(p, name, &end))
        pass(p, name);
    program_end_clear(&end);
}

/* If only one program can work at a time, the next one gets an error that says so. (A Grid's:
 * test_grid.) */
static void test_taken_session(struct place *p)
{
    static const char name[] = "the session of another client is reported, with the next step";
    static const struct {
        const char *wire, *words, *more;
    } told[] = {
        {"bidi", "accepts no session", "one program at a time"},
        {"webkit", "aximum number of active sessions", "another session is open there"},
    };
    for (size_t i = 0; i < COUNT(told); i++) {
        if (strcmp(told[i].wire, p->kind->name))
            continue;
        struct peer_guest *guest = peer_occupy(p->loop, &p->peer, p->dir);
        bool good = guest ? expect_message(p, name, &(struct order){.verb = "check"}, 1,
                                           told[i].words, told[i].more)
                          : fail(p, name, "no second client can connect", NULL);
        peer_leave(guest);
        if (good && is_clean(p, name, NULL))
            pass(p, name);
    }
}

static void test_lost(struct place *p)
{
    static const char name[] =
        "a browser or driver that dies during the run makes the state unknown";
    const struct order order = {.verb = "fix", .pages = 1, .kill = true};
    const struct ofs_site_write *writes;
    struct program_end end = {0};
    ofs_site_reset(p->site);
    bool good = expect(p, name, &order, 3, "unknown", "browser-lost", &end);
    if (good && ofs_site_writes(p->site, &writes))
        good = fail(p, name, "but something was saved", &end);
    if (good)
        pass(p, name);
    program_end_clear(&end);
}

static void test_closed_port(struct place *p)
{
    static const char name[] = "a closed port is reported, with what to start";
    const char *how = p->kind->base == PEER_DRIVER ? "nothing answers" : "--remote-debugging-port";
    bool gone = p->kind->base != PEER_LAUNCHED &&
                !(p->kind->base == PEER_DRIVER && p->kind->driver == DRIVER_GRID);
    if (gone && expect_message(p, name, &(struct order){.verb = "check"}, 1, how, NULL))
        pass(p, name);
}

/* ---- bad input, with chromedriver ---- */

static char *file_of(const struct place *p, const char *name, const char *text)
{
    char *path = ofs_text_printf("%s/%s.json", p->dir, name);
    FILE *file = path ? fopen(path, "we") : NULL;
    if (!file)
        return path;
    fputs(text, file);
    fclose(file);
    return path;
}

static void test_bad_input(struct place *p)
{
    OFS_AUTO_STR wrong = ofs_text_printf("webdriver://127.0.0.1:%d/wrong", p->peer.driver.port);
    OFS_AUTO_STR tls = ofs_text_printf("webdriver+https://127.0.0.1:%d", p->peer.driver.port);
    OFS_AUTO_STR page =
        ofs_text_printf("webdriver://%s", strstr(ofs_site_origin(p->site), "://") + 3);
    OFS_AUTO_STR none = ofs_text_printf("%s/none.json", p->dir);
    OFS_AUTO_STR list = file_of(p, "list", "[1]");
    OFS_AUTO_STR odd =
        file_of(p, "odd", "{\"goog:chromeOptions\":{\"binary\":\"/nowhere/browser\"}}");
    const struct {
        const char *name;
        struct order order;
        int status;
        const char *words;
    } cases[] = {
        {"a closed port", {.connect = "webdriver://127.0.0.1:1"}, 1, "chromedriver --port"},
        {"an unknown path", {.connect = wrong}, 1, "check the PATH"},
        {"a web page", {.connect = page}, 1, "not WebDriver"},
        {"a server without TLS", {.connect = tls}, 1, "does not speak TLS"},
        {"without TLS to another machine",
         {.connect = "webdriver://192.0.2.1:4444"},
         64,
         "over TLS"},
        {"a missing capabilities file", {.capabilities = none}, 1, "--capabilities"},
        {"a file that is not a JSON object", {.capabilities = list}, 1, "no JSON object"},
        {"a missing browser", {.capabilities = odd}, 1, "no chrome binary"},
    };
    if (strcmp(p->kind->name, "chromedriver"))
        return;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct order order = cases[i].order;
        order.verb = "check";
        if (expect_message(p, cases[i].name, &order, cases[i].status, cases[i].words, NULL) &&
            is_clean(p, cases[i].name, NULL))
            pass(p, cases[i].name);
    }
}

/* ---- each wire ---- */

static int set_up(struct place *p, struct ofs_error *err)
{
    const char *tmp = getenv("TMPDIR");
    const struct ofs_site_options options = {0};
    OFS_AUTO_STR build = program_build();
    p->dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    if (!p->dir)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no scratch directory");
    if (!(p->loop = ofs_loop_new(err)) || !(p->site = ofs_site_new(p->loop, &options, err)))
        return -1;
    return peer_start(p->loop, p->kind, p->dir, build, NULL, &p->peer, err);
}

static int test_wire(const struct peer_kind *kind)
{
    struct place place = {.kind = kind};
    struct ofs_error err = {0};
    if (set_up(&place, &err)) {
        fail(&place, "set up", err.text, NULL);
    } else {
        test_job(&place);
        test_signals(&place);
        test_early_signal(&place);
        test_taken_session(&place);
        test_bad_input(&place);
        test_lost(&place);
        test_closed_port(&place);
    }
    peer_visit_end(&place.visit);
    if (place.loop)
        peer_end(place.loop, &place.peer);
    ofs_site_free(place.site);
    ofs_loop_free(place.loop);
    child_remove_dir(place.dir);
    free(place.dir);
    return place.failed;
}

int main(int argc, char **argv)
{
    return each_wire_main(&(struct each_wire){.program = "test_wires",
                                              .side_by_side = SIDE_BY_SIDE,
                                              .test = test_wire},
                          argc, argv);
}
