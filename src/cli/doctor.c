#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "browser/discover/find.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "record/state.h"
#include "scenario/names.h"
#include "scenario/scenario.h"
#include "wire/loop.h"
#include "wire/versions.h"

/* `offswitch doctor`: which browsers there are, what each lacks, and what offswitch itself needs.
 * Files are read and local ports are asked over HTTP; no browser is connected to. */

enum { LOOKING = 15000, OLD_DAYS = 180 };

struct doctor {
    const struct cli *cli;
    char *state;
    cJSON *browsers, *needs;
    bool usable;    /* some browser can be used now */
    bool lacking;   /* offswitch itself cannot work */
    bool signed_in; /* in the own profile, which is free */
    char next[512]; /* the one thing to do next */
};

/* ---- browsers ---- */

static void add_date(cJSON *to, const char *key, int64_t seconds)
{
    char text[OFS_DATE_SIZE];
    time_t when = (time_t)seconds;
    struct tm tm;
    if (seconds <= 0 || !gmtime_r(&when, &tm)) {
        cJSON_AddNullToObject(to, key);
        return;
    }
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    cJSON_AddStringToObject(to, key, text);
}

static cJSON *add_browser(struct doctor *d, const struct ofs_candidate *c, const char *next)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "browser", c->browser);
    ofs_json_add_str(one, "profile", c->signs.profile[0] ? c->signs.profile : NULL);
    cJSON_AddStringToObject(one, "dir", c->dir);
    cJSON_AddStringToObject(one, "state", ofs_reach_word(c->state));
    ofs_json_add_str(one, "address", c->address[0] ? c->address : NULL);
    add_date(one, "last_used", c->signs.used);
    cJSON_AddStringToObject(one, "next", next);
    OFS_AUTO_STR title = ofs_candidate_title(c);
    cJSON_AddStringToObject(one, "title", title ? title : c->browser);
    cJSON_AddItemToArray(d->browsers, one);
    return one;
}

static int look_for_browsers(struct doctor *d, struct ofs_error *err)
{
    struct ofs_candidate *list = NULL;
    const struct ofs_find_roots roots = ofs_find_roots_here();
    struct ofs_loop *loop = ofs_loop_new(err);
    if (!loop || ofs_loop_watch_signals(loop, err)) {
        ofs_loop_free(loop);
        return -1;
    }
    int n = ofs_find_all(loop, &roots, ofs_deadline_in(LOOKING), &list, err);
    for (int i = 0; i < n; i++) {
        OFS_AUTO_STR forbidden =
            list[i].state == OFS_REACH_POLICY
                ? ofs_text_printf("%s: %s", list[i].signs.policy, ofs_candidate_next(&list[i]))
                : NULL;
        add_browser(d, &list[i], forbidden ? forbidden : ofs_candidate_next(&list[i]));
        d->usable = d->usable || list[i].address[0];
    }
    ofs_find_free(list, n);
    ofs_loop_free(loop);
    return n < 0 ? -1 : 0;
}

static void look_at_own_profile(struct doctor *d, const char *scenario)
{
    char date[OFS_DATE_SIZE];
    struct ofs_candidate own = ofs_find_own(d->state);
    OFS_AUTO_STR dir = own.dir;
    OFS_AUTO_STR next = NULL;
    ofs_state_signed_in_on(d->state, scenario, date);
    if (!dir)
        return;
    if (own.state == OFS_REACH_IN_USE)
        next = ofs_text_printf("close its window (process %ld), or wait for the other run",
                               own.signs.pid);
    else if (own.state == OFS_REACH_READY && date[0])
        next = ofs_text_printf("signed in to %s on %.10s; run 'offswitch check --connect launch'",
                               scenario, date);
    else
        next = ofs_text_printf(ofs_find_display()
                                   ? "run 'offswitch login %s' to sign in once"
                                   : "run 'offswitch login %s' once in a graphical session: there "
                                     "is no display here",
                               scenario);
    cJSON *one = add_browser(d, &own, next ? next : "");
    if (own.state == OFS_REACH_READY && !date[0])
        cJSON_ReplaceItemInObject(one, "state", cJSON_CreateString("not-signed-in"));
    ofs_json_add_str(one, "signed_in", date[0] ? date : NULL);
    d->signed_in = own.state == OFS_REACH_READY && date[0];
    d->usable = d->usable || d->signed_in;
}

/* ---- needs ---- */

static void need(struct doctor *d, const char *name, const char *state, const char *fmt, ...)
    OFS_PRINTF(4, 5);

static void need(struct doctor *d, const char *name, const char *state, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "name", name);
    cJSON_AddStringToObject(one, "state", state);
    cJSON_AddStringToObject(one, "detail", text);
    cJSON_AddItemToArray(d->needs, one);
    d->lacking = d->lacking || !strcmp(state, "missing");
}

static void need_browser(struct doctor *d)
{
    struct ofs_error err;
    OFS_AUTO_STR path = ofs_find_executable(&err);
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    if (path)
        need(d, "browser to launch", "ok", "%s", path);
    else
        need(d, "browser to launch", d->usable ? "warn" : "missing", "%s; %s", err.text,
             ofs_error_hint(&err));
    if (!ofs_find_display())
        need(d, "display", "warn", "none: a launched browser has no window, and 'login' needs one");
    else
        need(d, "display", "ok", "%s%s%s%s", wayland && *wayland ? "Wayland " : "",
             wayland && *wayland ? wayland : "", x && *x ? " X11 " : "", x && *x ? x : "");
}

/* Where the state would be written; nothing is created. */
static void need_state(struct doctor *d)
{
    struct stat st;
    OFS_AUTO_STR parent = strdup(d->state);
    if (!stat(d->state, &st)) {
        if (!S_ISDIR(st.st_mode) || access(d->state, W_OK | X_OK))
            need(d, "state directory", "missing", "%s cannot be written; name another with --state",
                 d->state);
        else if (st.st_mode & 077)
            need(d, "state directory", "warn", "%s can be read by others: chmod 700 it", d->state);
        else
            need(d, "state directory", "ok", "%s", d->state);
        return;
    }
    for (char *slash; parent && (slash = strrchr(parent, '/')) && access(parent, F_OK);)
        *slash = '\0';
    if (!parent || access(parent[0] ? parent : "/", W_OK | X_OK))
        need(d, "state directory", "missing", "%s cannot be made; name another with --state",
             d->state);
    else
        need(d, "state directory", "ok", "%s, not there yet and made when it is needed", d->state);
}

/* Days since "2026-11-21…", or -1 if it is not a date. */
static long age_in_days(const char *version)
{
    struct tm tm = {0};
    if (!strptime(version, "%Y-%m-%d", &tm))
        return -1;
    double seconds = difftime(time(NULL), timegm(&tm));
    return seconds < 0 ? 0 : (long)(seconds / 86400);
}

static void need_scenario(struct doctor *d, const char *name)
{
    struct ofs_error err;
    struct ofs_scenario *s = ofs_scenario_load(name, &err);
    if (!s) {
        need(d, "scenario", "missing", "%s; %s", err.text, ofs_error_hint(&err));
        return;
    }
    long days = age_in_days(s->version);
    if (days > OLD_DAYS)
        need(d, "scenario", "warn", "%s %s is %ld days old: the site may have changed since", s->id,
             s->version, days);
    else
        need(d, "scenario", "ok", "%s %s", s->id, s->version);
    ofs_scenario_free(s);
}

/* ---- reporting ---- */

static const struct {
    const char *state, *colour;
} colours[] = {
    {"ready", "\033[32m"},
    {"approval-needed", "\033[32m"},
    {"ok", "\033[32m"},
    {"missing", "\033[31m"},
    {"blocked-by-policy", "\033[31m"},
    {"warn", "\033[33m"},
    {"not-signed-in", "\033[33m"},
    {"profile-in-use", "\033[33m"},
    {"running-without-debugging", "\033[33m"},
};

/* The state's word in its colour, and blanks up to `width`. */
static void print_state(const char *state, int width)
{
    const char *tint = "\033[2m";
    bool colour = cli_colour(STDOUT_FILENO);
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (!strcmp(colours[i].state, state))
            tint = colours[i].colour;
    fputs(colour ? tint : "", stdout);
    cli_pad(stdout, state, width);
    fputs(colour ? "\033[0m" : "", stdout);
}

static void show_browser(const cJSON *one)
{
    const char *used = ofs_json_str(one, "last_used", NULL);
    OFS_AUTO_STR title = ofs_text_printf("%s%s%.10s", ofs_json_str(one, "title", ""),
                                         used ? ", used " : "", used ? used : "");
    cli_block(stdout, 2, "", 2, title ? title : "");
    printf("    ");
    print_state(ofs_json_str(one, "state", ""), 0);
    putchar('\n');
    cli_block(stdout, 4, "", 4, ofs_json_str(one, "next", ""));
}

static void show(const struct doctor *d)
{
    const cJSON *one;
    bool narrow = cli_columns(stdout) < 80;
    puts("Browsers:");
    cJSON_ArrayForEach(one, d->browsers) show_browser(one);
    cli_block(stdout, 2, "", 2,
              "A browser with another profile directory and a driver are not searched for: name "
              "them with --connect cdp://, bidi:// or webdriver://127.0.0.1:PORT.");
    puts("\nNeeds:");
    cJSON_ArrayForEach(one, d->needs)
    {
        printf("  ");
        print_state(ofs_json_str(one, "state", ""), 9);
        cli_pad(stdout, ofs_json_str(one, "name", ""), narrow ? 0 : 19);
        if (narrow)
            printf("\n%*s", 13, "");
        cli_wrap(stdout, narrow ? 13 : 30, ofs_json_str(one, "detail", ""));
    }
    OFS_AUTO_STR next = ofs_text_printf("Next: %s", d->next);
    putchar('\n');
    cli_block(stdout, 0, "", 0, next ? next : d->next);
}

static int show_json(const struct doctor *d, int status)
{
    OFS_AUTO_JSON report = cJSON_CreateObject();
    cJSON_AddNumberToObject(report, "format", 1);
    cJSON_AddStringToObject(report, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(report, "command", "doctor");
    cJSON_AddNumberToObject(report, "exit", status);
    cJSON_AddItemReferenceToObject(report, "browsers", d->browsers);
    cJSON_AddItemReferenceToObject(report, "needs", d->needs);
    cJSON_AddStringToObject(report, "next", d->next);
    return cli_json(report);
}

/* One step for a person: the first that applies. */
static void choose_next(struct doctor *d, const char *scenario)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, d->needs) if (!strcmp(ofs_json_str(one, "state", ""), "missing"))
    {
        snprintf(d->next, sizeof d->next, "%s: %s", ofs_json_str(one, "name", ""),
                 ofs_json_str(one, "detail", ""));
        return;
    }
    if (d->usable)
        snprintf(d->next, sizeof d->next, "offswitch check%s%s%s",
                 strcmp(scenario, "linkedin") ? " " : "",
                 strcmp(scenario, "linkedin") ? scenario : "",
                 d->signed_in ? " --connect launch" : "");
    else if (ofs_find_display())
        snprintf(d->next, sizeof d->next, "offswitch login %s", scenario);
    else
        snprintf(d->next, sizeof d->next,
                 "run 'offswitch login %s' once in a graphical session; 'offswitch rehearse' and "
                 "'offswitch guide' work here",
                 scenario);
}

static int examine(struct doctor *d, const char *scenario)
{
    struct ofs_error err;
    OFS_AUTO_STR known = ofs_scenario_find(scenario, &err);
    if (!known && d->cli->n_args)
        return cli_complain(&err);
    d->state = ofs_state_path(d->cli->state, &err);
    if (!d->state || look_for_browsers(d, &err))
        return cli_complain(&err);
    look_at_own_profile(d, scenario);
    need_browser(d);
    need(d, "libwebsockets", "ok", "%s", ofs_version_libwebsockets());
    const char *libcurl = ofs_version_libcurl();
    need(d, "libcurl", libcurl ? "ok" : "missing", "%s", libcurl ? libcurl : "could not be loaded");
    need(d, "cJSON", "ok", "%s", cJSON_Version());
    need_state(d);
    need_scenario(d, scenario);
    choose_next(d, scenario);
    int status = d->lacking ? 1 : d->usable ? 0 : 3;
    if (d->cli->json)
        return show_json(d, status) ? 1 : status;
    show(d);
    return status;
}

int cmd_doctor(const struct cli *cli)
{
    struct ofs_error err;
    struct doctor d = {.cli = cli};
    if (cli->n_args > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "'doctor' takes one scenario, and '%s' is one too many",
                 cli->args[1]);
        return cli_complain(&err);
    }
    d.browsers = cJSON_CreateArray();
    d.needs = cJSON_CreateArray();
    int status = examine(&d, cli->n_args ? cli->args[0] : "linkedin");
    cJSON_Delete(d.browsers);
    cJSON_Delete(d.needs);
    free(d.state);
    return status;
}
