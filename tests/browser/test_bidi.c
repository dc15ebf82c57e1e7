/*
 * test_bidi: the job over WebDriver BiDi, in a Firefox of its own and on the built-in replica. The
 * program is run as a person would run it: `build/offswitch` or $OFFSWITCH. Skipped where there is
 * no Firefox. Exit status: 0 all well, 1 not.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "browser/rpc.h"
#include "rehearsal/site.h"
#include "support/child.h"
#include "support/firefox.h"

enum { TICK = 50, RUN_ENDS = 120000, ANSWER = 10000 };

static const char setting[] = "data-for-ai-improvement";

struct place {
    struct ofs_loop *loop;
    struct ofs_site *site;
    char *dir;
    const char *program;
    pid_t firefox;
    int port;
    int tabs; /* that Firefox had at the start */
    int failed;
};

/* What came of one run of the program. */
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

static bool fail(struct place *p, const char *name, const char *what, const struct outcome *o)
{
    OFS_AUTO_STR report = o && o->report ? cJSON_PrintUnformatted(o->report) : NULL;
    p->failed++;
    printf("[  FAILED  ] %s: %s\n", name, what);
    if (o)
        printf("    exit %d\n    %s\n    %s\n", o->exit, ofs_buf_str(&o->errors),
               report ? report : "no report");
    fflush(stdout);
    return false;
}

/* ---- Firefox, seen by another program ---- */

/* Begin a session of our own, which is possible only where none was left. NULL: there is one. */
static struct ofs_rpc *open_session(struct place *p)
{
    struct ofs_error err;
    OFS_AUTO_STR url = ofs_text_printf("ws://127.0.0.1:%d/session", p->port);
    struct ofs_wire *wire = ofs_wire_websocket(p->loop, url, ofs_deadline_in(ANSWER), &err);
    struct ofs_rpc *rpc = wire ? ofs_rpc_new(p->loop, wire, NULL, NULL, NULL, &err) : NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddObjectToObject(params, "capabilities");
    if (!rpc) {
        cJSON_Delete(params);
        return NULL;
    }
    if (!ofs_rpc_call(rpc, NULL, "session.new", params, ofs_deadline_in(ANSWER), NULL, &err))
        return rpc;
    ofs_rpc_free(rpc);
    return NULL;
}

static void close_session(struct ofs_rpc *rpc)
{
    struct ofs_error ignored;
    if (rpc)
        ofs_rpc_call(rpc, NULL, "session.end", NULL, ofs_deadline_in(ANSWER), NULL, &ignored);
    ofs_rpc_free(rpc);
}

/* How many tabs there are; -1 when a session was left behind. */
static int count_tabs(struct place *p)
{
    OFS_AUTO_JSON tree = NULL;
    struct ofs_error err;
    struct ofs_rpc *rpc = open_session(p);
    if (!rpc)
        return -1;
    int rc = ofs_rpc_call(rpc, NULL, "browsingContext.getTree", NULL, ofs_deadline_in(ANSWER),
                          &tree, &err);
    int n = rc ? -1 : cJSON_GetArraySize(ofs_json_get(tree, "contexts"));
    close_session(rpc);
    return n;
}

static bool is_clean(struct place *p, const char *name, const struct outcome *o)
{
    int tabs = count_tabs(p);
    if (tabs < 0)
        return fail(p, name, "a session was left in the browser", o);
    return tabs == p->tabs || fail(p, name, "a tab was left in the browser", o);
}

/* ---- the program ---- */

struct blow {
    int signal;
    int count;
    bool to_firefox;
    size_t pages; /* falls once the site was asked for so many pages */
};

static void strike(struct place *p, pid_t program, const struct blow *blow)
{
    for (int i = 0; i < blow->count; i++)
        kill(blow->to_firefox ? p->firefox : program, blow->signal);
}

static int run(struct place *p, const char *verb, const struct blow *blow, struct outcome *ret)
{
    OFS_AUTO_STR out = ofs_text_printf("%s/out", p->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/errors", p->dir);
    OFS_AUTO_STR connect = ofs_text_printf("bidi://127.0.0.1:%d", p->port);
    OFS_AUTO_BUF report = OFS_BUF(1 << 20);
    char *argv[] = {(char *)p->program,
                    (char *)verb,
                    "linkedin",
                    "--origin",
                    (char *)ofs_site_origin(p->site),
                    "--connect",
                    connect,
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
    struct ofs_error err, ignored;
    ofs_deadline deadline = ofs_deadline_in(RUN_ENDS);
    int status;
    *ret = (struct outcome){.exit = -1, .errors = OFS_BUF(1 << 20)};
    if (child_start(&options, &child, &err))
        return -1;
    while (waitpid(child.pid, &status, WNOHANG) == 0) {
        const struct ofs_site_event *pages;
        if (!ofs_deadline_left(deadline))
            kill(child.pid, SIGKILL);
        if (blow && ofs_site_pages(p->site, &pages) >= blow->pages) {
            strike(p, child.pid, blow);
            blow = NULL;
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

static bool says(const struct outcome *o, const char *key, const char *word)
{
    const cJSON *one = cJSON_GetArrayItem(ofs_json_get(o->report, "settings"), 0);
    return !strcmp(ofs_json_str(one, key, ""), word);
}

/* Run it, and hold what came of it against what has to come of it. */
static bool expect(struct place *p, const char *name, const char *verb, const struct blow *blow,
                   int exit_status, const char *verdict, const char *reason)
{
    struct outcome o;
    bool good = true;
    if (run(p, verb, blow, &o))
        return fail(p, name, "the program could not be run", NULL);
    if (o.exit != exit_status || !says(&o, "verdict", verdict) || !says(&o, "reason", reason))
        good = fail(p, name, "another verdict", &o);
    else if (strcmp(ofs_json_str(o.report, "browser/protocol", ""), "bidi") ||
             strcmp(ofs_json_str(o.report, "browser/name", ""), "firefox"))
        good = fail(p, name, "another browser or protocol", &o);
    if (good && !(blow && blow->to_firefox))
        good = is_clean(p, name, &o);
    clear(&o);
    return good;
}

static void pass(const char *name)
{
    printf("[       OK ] %s\n", name);
    fflush(stdout);
}

/* ---- the tests ---- */

static void test_check_changes_nothing(struct place *p)
{
    static const char name[] = "check tells what differs and changes nothing";
    const struct ofs_site_write *writes;
    if (!expect(p, name, "check", NULL, 2, "differs", ""))
        return;
    if (ofs_site_writes(p->site, &writes)) {
        fail(p, name, "a save was sent", NULL);
        return;
    }
    pass(name);
}

static void test_fix_turns_off(struct place *p)
{
    static const char name[] = "fix turns it off once, and it is off at the site";
    const struct ofs_site_write *writes;
    const struct ofs_site_event *touches;
    if (!expect(p, name, "fix", NULL, 0, "fixed", ""))
        return;
    if (strcmp(ofs_site_state(p->site, setting), "off") || ofs_site_writes(p->site, &writes) != 1 ||
        ofs_site_wrong_touches(p->site, &touches)) {
        fail(p, name, "the site has another story", NULL);
        return;
    }
    if (expect(p, name, "check", NULL, 0, "as-wanted", ""))
        pass(name);
}

static void test_interrupted_run_leaves_nothing(struct place *p)
{
    static const char name[] = "Ctrl-C, pressed three times, leaves no tab and no session";
    ofs_site_reset(p->site);
    if (expect(p, name, "check", &(struct blow){.signal = SIGINT, .count = 3, .pages = 1}, 3,
               "unknown", "interrupted"))
        pass(name);
}

static void test_second_session_is_told(struct place *p)
{
    static const char name[] = "a browser that another program works in is told, with the way out";
    struct outcome o;
    struct ofs_rpc *other = open_session(p);
    int rc = run(p, "check", NULL, &o);
    close_session(other);
    if (!other || rc || o.exit != 1 || !strstr(ofs_buf_str(&o.errors), "lets no session in") ||
        !strstr(ofs_buf_str(&o.errors), "one program at a time"))
        fail(p, name, "it was not told", rc ? NULL : &o);
    else if (is_clean(p, name, &o))
        pass(name);
    if (!rc)
        clear(&o);
}

static void test_lost_browser_is_unknown(struct place *p)
{
    static const char name[] = "a browser that is killed makes the state unknown";
    ofs_site_reset(p->site);
    const struct blow blow = {.signal = SIGKILL, .count = 1, .to_firefox = true, .pages = 1};
    if (expect(p, name, "check", &blow, 3, "unknown", "browser-lost"))
        pass(name);
    child_end(p->firefox, SIGKILL);
    p->firefox = 0;
}

static void test_nobody_listens(struct place *p)
{
    static const char name[] = "a port where nobody listens is told, with how to start Firefox";
    struct outcome o;
    if (run(p, "check", NULL, &o)) {
        fail(p, name, "the program could not be run", NULL);
        return;
    }
    if (o.exit != 1 || !strstr(ofs_buf_str(&o.errors), "--remote-debugging-port"))
        fail(p, name, "it was not told", &o);
    else
        pass(name);
    clear(&o);
}

static int set_up(struct place *p, struct ofs_error *err)
{
    const char *tmp = getenv("TMPDIR"), *program = getenv("OFFSWITCH");
    const struct ofs_site_options options = {0};
    p->program = program ? program : "build/offswitch";
    p->dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    if (!p->dir)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no scratch directory");
    if (!(p->loop = ofs_loop_new(err)) || !(p->site = ofs_site_new(p->loop, &options, err)) ||
        firefox_start(p->loop, p->dir, &p->firefox, &p->port, err))
        return -1;
    p->tabs = count_tabs(p);
    return 0;
}

int main(void)
{
    struct place place = {0};
    struct ofs_error err = {0};
    if (!firefox_find()) {
        puts("[  SKIPPED ] no Firefox is installed");
        return 0;
    }
    if (set_up(&place, &err)) {
        place.failed++;
        printf("[  FAILED  ] %s\n", err.text);
    } else {
        test_check_changes_nothing(&place);
        test_fix_turns_off(&place);
        test_interrupted_run_leaves_nothing(&place);
        test_second_session_is_told(&place);
        test_lost_browser_is_unknown(&place);
        test_nobody_listens(&place);
    }
    if (place.firefox > 0)
        firefox_end(place.loop, place.firefox);
    ofs_site_free(place.site);
    ofs_loop_free(place.loop);
    child_remove_dir(place.dir);
    free(place.dir);
    return place.failed ? 1 : 0;
}
