/* `offswitch rehearse --year`: a year of weekly passes in a minute, on the replica, under a clock
 * of its own. The replica's document is LinkedIn's real User Agreement, revision by revision. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/run.h"
#include "record/ledger.h"
#include "record/run.h"
#include "rehearsal/site.h"
#include "scenario/scenario.h"
#include "watch/dates.h"
#include "watch/pass.h"

/* A real watch reads the settings every week; every other week is enough to play. */
enum { DAY = 86400, MORNING = 9 * 3600, WEEK = 7, FORTNIGHT = 14, MOST_DOCUMENT = 1 << 20 };

#define DOCUMENT "/legal/user-agreement"
#define OTHER_DOCUMENT "/legal/privacy-policy"

/* What happens, in order. The revisions are those of tests/watch/linkedin-user-agreement, on the
 * days on which they were actually seen. */
static const struct event {
    const char *date;
    const char *revision; /* a document is published there */
    const char *setting;  /* is turned on or off by someone else */
    bool on;
    const char *faults; /* the site has these faults from now on */
    const char *words;
} events[] = {
    {"2024-09-02", "2024-03-08", "data-for-ai-improvement", false, NULL,
     "You have turned the setting off; the User Agreement is that of February 2022."},
    {"2024-09-02", NULL, "ai-creation-tools", false, NULL, NULL},
    {"2024-09-19", "2024-09-19", NULL, false, NULL, "LinkedIn announces new terms for November."},
    {"2024-11-21", "2024-11-21", NULL, false, NULL, "The new terms are in force."},
    {"2024-12-21", "2024-12-21", NULL, false, NULL, "The notice of the change is taken down."},
    {"2025-03-12", NULL, "data-for-ai-improvement", true, NULL,
     "The setting comes back on, without a word."},
    {"2025-04-16", NULL, "data-for-ai-improvement", false, NULL, "You turn it off again."},
    {"2025-06-18", NULL, NULL, false, "unlisted-agent-switch",
     "A new setting appears that the scenario does not know."},
    {"2025-09-18", "2025-09-18", NULL, false, NULL,
     "LinkedIn announces new terms for 3 November 2025."},
    {"2025-11-04", "2025-11-04", NULL, false, NULL, "The new terms are in force."},
};
enum { EVENTS = sizeof events / sizeof *events };

struct year {
    const struct cli *cli;
    struct ofs_loop *loop;
    struct ofs_site *site;
    const char *scratch;
    char *profile, *documents; /* owned */
    char *text;                /* the document that is there, owned */
    int passes, checks, notices;
    int status; /* of the check that could not be done */
};

/* The revisions: beside the scenarios of a build tree, or of an installation. */
static char *find_documents(struct ofs_error *err)
{
    static const char *const beside[] = {"../tests/watch/linkedin-user-agreement",
                                         "../policies/linkedin-user-agreement"};
    OFS_AUTO_STR scenarios = ofs_scenario_directory();
    for (size_t i = 0; scenarios && i < sizeof beside / sizeof *beside; i++) {
        char *path = ofs_text_printf("%s/%s", scenarios, beside[i]);
        if (path && !access(path, R_OK))
            return path;
        free(path);
    }
    ofs_fail(err, OFS_ERR_SYSTEM, "the revisions of the document are not installed");
    return NULL;
}

/* The words printed differently every week: this is not a change. */
static int print_document(struct year *y, int week, struct ofs_error *err)
{
    OFS_AUTO_BUF page = OFS_BUF(MOST_DOCUMENT);
    if (!y->text)
        return 0;
    if (ofs_buf_printf(&page, err, "%s\n\n%d views\n", y->text, 1000 + 37 * week))
        return -1;
    ofs_site_put_document(y->site, DOCUMENT, "text/markdown; charset=utf-8", ofs_buf_str(&page));
    return 0;
}

static int happen(struct year *y, const struct event *e, struct ofs_error *err)
{
    OFS_AUTO_STR words = e->words ? ofs_text_printf("-- %s", e->words) : NULL;
    if (words)
        cli_block(stdout, 0, e->date, 12, words);
    if (e->setting)
        ofs_site_set(y->site, e->setting, e->on);
    if (e->faults && ofs_site_set_faults(y->site, e->faults, err))
        return -1;
    if (!e->revision)
        return 0;
    OFS_AUTO_BUF text = OFS_BUF(MOST_DOCUMENT);
    OFS_AUTO_STR path = ofs_text_printf("%s/%s.md", y->documents, e->revision);
    if (!path || ofs_buf_read_file(&text, path, err))
        return -1;
    free(y->text);
    y->text = strdup(ofs_buf_str(&text));
    return 0;
}

/* The notification that would be sent, indented. */
static void show_notice(struct year *y, const struct ofs_pass *pass)
{
    y->notices++;
    cli_block(stdout, 12, "Subject:", 21, ofs_pass_subject(pass));
    for (const char *p = ofs_pass_body(pass); *p;) {
        int n = (int)strcspn(p, "\n");
        OFS_AUTO_STR line = ofs_text_printf("%.*s", n, p);
        cli_block(stdout, 12, "", *p == ' ' ? 16 : 14, line ? line + strspn(line, " ") : "");
        p += n;
        p += *p == '\n';
    }
}

static int go_on(struct year *y, struct session *session, struct ofs_ledger *ledger,
                 struct ofs_error *err)
{
    const struct ofs_pass_options options = {.loop = y->loop,
                                             .ledger = ledger,
                                             .job = session->job,
                                             .scenario = ofs_job_scenario(session->job),
                                             .stale_days = FORTNIGHT,
                                             .origin = ofs_site_origin(y->site)};
    struct ofs_pass *pass = ofs_pass_begin(&options, err);
    if (!pass)
        return -1;
    bool due = ofs_pass_due(pass)->why != 0;
    int status = due ? session_check(session) : 0;
    const struct ofs_run *run = session_finish(session, status);
    if (status) { /* already reported; the next pass would give the same */
        y->status = status;
        ofs_pass_free(pass);
        return -1;
    }
    int rc = ofs_pass_conclude(pass, due ? run : NULL, "", err);
    if (!rc) {
        char now[OFS_DATE_SIZE];
        ofs_date_now(now);
        now[10] = '\0';
        cli_block(stdout, 0, now, 12, ofs_pass_summary(pass));
        if (*ofs_pass_body(pass))
            show_notice(y, pass);
        fflush(stdout);
        y->checks += due;
        y->passes++;
    }
    ofs_pass_free(pass);
    return rc;
}

static int make_pass(struct year *y, struct ofs_error *err)
{
    struct session session;
    struct cli own = *y->cli;
    own.command = "watch";
    own.state = y->scratch;
    own.headless = true;
    own.quiet = true;
    own.json = false;
    OFS_AUTO_LEDGER ledger = NULL;
    int rc = session_open(&session, &own, y->loop, "launch", ofs_site_origin(y->site), y->profile);
    if (rc)
        *err = session.error;
    else if (!(ledger = ofs_ledger_open(session.state, err)))
        rc = -1;
    if (!rc)
        rc = go_on(y, &session, ledger, err);
    session_close(&session);
    return rc ? -1 : 0;
}

static int play(struct year *y, struct ofs_error *err)
{
    ofs_day first = 0, last = 0;
    ofs_day_parse(events[0].date, &first);
    ofs_day_parse("2025-11-17", &last);
    ofs_site_put_document(y->site, OTHER_DOCUMENT, "text/plain",
                          "Privacy Policy\n\nThis document does not change in the rehearsal.\n");
    size_t next = 0;
    for (ofs_day day = first; day <= last; day += WEEK) {
        for (ofs_day at; next < EVENTS && ofs_day_parse(events[next].date, &at) && at <= day;
             next++)
            if (happen(y, &events[next], err))
                return -1;
        ofs_wall_pretend((int64_t)day * DAY + MORNING);
        if (print_document(y, (int)(day - first) / WEEK, err) || make_pass(y, err))
            return -1;
    }
    return 0;
}

int rehearse_year(const struct cli *cli, const char *scratch)
{
    struct ofs_error err = {0};
    struct year y = {.cli = cli, .scratch = scratch};
    const struct ofs_site_options options = {.lang = cli->lang, .delay_ms = -1};
    int rc = -1;
    y.profile = ofs_text_printf("%s/profile", scratch);
    y.documents = find_documents(&err);
    if (y.documents && (y.loop = ofs_loop_new(&err)) && !ofs_loop_watch_signals(y.loop, &err) &&
        (y.site = ofs_site_new(y.loop, &options, &err))) {
        cli_block(stdout, 0, "", 0,
                  "A year of weekly passes, on a replica of LinkedIn's settings and with the real "
                  "revisions of its User Agreement (Open Terms Archive, ODC-By). The settings are "
                  "read every other week, and when something is due. Nothing real is touched, and "
                  "nothing is sent.");
        putchar('\n');
        fflush(stdout);
        rc = play(&y, &err);
    }
    ofs_wall_pretend(0);
    if (!rc)
        printf("\n%d passes, %d checks, %d notifications.\n", y.passes, y.checks, y.notices);
    ofs_site_free(y.site);
    ofs_loop_free(y.loop);
    free(y.profile);
    free(y.documents);
    free(y.text);
    if (y.status)
        return y.status;
    return rc ? cli_complain(&err) : 0;
}
