/* `offswitch watch`: one pass. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/show.h"
#include "record/ledger.h"
#include "record/run.h"
#include "watch/pass.h"

/* Milliseconds before a second fetch: a server on this machine needs no politeness. */
enum { REPLICA_PAUSE = 100 };

static bool is_replica(const struct session *session)
{
    return strcmp(ofs_job_run(session->job)->origin, ofs_job_scenario(session->job)->origin) != 0;
}

static void free_pass(struct ofs_pass **p)
{
    ofs_pass_free(*p);
}
#define AUTO_PASS __attribute__((cleanup(free_pass))) struct ofs_pass *

/* Two simultaneous passes would both report the same. The lock ends with the process. */
static int take_turn(struct session *session, int *ret_fd)
{
    struct ofs_error err;
    OFS_AUTO_STR path = ofs_text_printf("%s/watch.lock", session->state);
    *ret_fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (*ret_fd >= 0 && !flock(*ret_fd, LOCK_EX | LOCK_NB))
        return 0;
    if (*ret_fd >= 0 && errno == EWOULDBLOCK) {
        ofs_fail(&err, OFS_ERR_STATE, "another pass is going on");
        ofs_hint(&err, "wait until it has ended");
    } else {
        ofs_fail_errno(&err, OFS_ERR_STATE, "%s", path ? path : "the lock");
    }
    return session_fail(session, &err);
}

/* Lines that begin with "yes" or "no" have their words in a column of their own. */
static void show_explained(const char *text)
{
    while (*text) {
        int n = (int)strcspn(text, "\n"), used = (int)strcspn(text, " \n");
        bool answers = !strncmp(text, "yes ", 4) || !strncmp(text, "no ", 3);
        OFS_AUTO_STR name = ofs_text_printf("%.*s", answers ? used : 0, text);
        OFS_AUTO_STR rest =
            ofs_text_printf("%.*s", n - (answers ? used : 0), text + (answers ? used : 0));
        cli_block(stdout, 0, name ? name : "", answers ? 5 : 0,
                  rest ? rest + strspn(rest, " ") : "");
        text += n + (text[n] == '\n');
    }
}

static int explain(struct session *session, const struct ofs_pass_options *options)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    AUTO_PASS pass = ofs_pass_preview(options, &err);
    if (!pass || ofs_due_explain(ofs_pass_facts(pass), ofs_pass_due(pass), &text, &err))
        return session_fail(session, &err);
    if (!session->cli->json) {
        show_explained(ofs_buf_str(&text));
        return 0;
    }
    OFS_AUTO_JSON report = cJSON_CreateObject();
    ofs_pass_report(pass, report);
    cJSON_AddStringToObject(report, "explained", ofs_buf_str(&text));
    return cli_json(report);
}

/* Is the id in the list "a,b,c"? */
static bool is_listed(const char *list, const char *id)
{
    size_t n = strlen(id);
    for (const char *p = list; *p; p += strcspn(p, ","), p += *p == ',')
        if (!strncmp(p, id, n) && (p[n] == ',' || !p[n]))
            return true;
    return false;
}

static int check_fix_list(struct session *session)
{
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    for (const char *p = session->cli->fix; p && *p;) {
        size_t n = strcspn(p, ",");
        OFS_AUTO_STR id = strndup(p, n);
        if (!id || !ofs_scenario_setting(scenario, id)) {
            struct ofs_error err;
            ofs_fail(&err, OFS_ERR_USAGE, "--fix: the scenario has no setting \"%s\"",
                     id ? id : "");
            return session_fail(session, &err);
        }
        p += n;
        p += *p == ',';
    }
    return 0;
}

/* Flip only what was confirmed when the schedule was made. */
static void fix_listed(struct session *session)
{
    struct ofs_run *run = ofs_job_run(session->job);
    bool *held = calloc(run->n_results + 1, sizeof *held), any = false;
    if (session_ask_about_returning(session)) { /* it is unknown what may be turned once more */
        free(held);
        return;
    }
    for (size_t i = 0; held && i < run->n_results; i++) {
        struct ofs_result *r = &run->results[i];
        held[i] = r->verdict == OFS_VERDICT_DIFFERS && !is_listed(session->cli->fix, r->id);
        any = any || (r->verdict == OFS_VERDICT_DIFFERS && !held[i]);
        if (held[i])
            r->verdict = OFS_VERDICT_SKIPPED;
    }
    if (held && any)
        session_fix(session);
    for (size_t i = 0; held && i < run->n_results; i++)
        if (held[i])
            run->results[i].verdict = OFS_VERDICT_DIFFERS;
    free(held);
}

static void show_documents(const struct ofs_pass *pass, FILE *out)
{
    size_t n;
    const struct ofs_document *d = ofs_pass_documents(pass, &n);
    for (size_t i = 0; i < n; i++) {
        const char *word = d[i].error[0]  ? d[i].error
                           : d[i].changed ? "changed"
                           : d[i].first   ? "read for the first time"
                                          : "unchanged";
        OFS_AUTO_STR line = ofs_text_printf("%s%s%s", word, d[i].note[0] ? "; " : "", d[i].note);
        cli_block(out, 0, d[i].id, 20, line ? line : word);
        for (size_t k = 0; k < d[i].dates.n && (d[i].changed || d[i].first || d[i].another); k++) {
            char day[16];
            ofs_day_print(d[i].dates.list[k].day, day);
            OFS_AUTO_STR date = ofs_text_printf("%s: \"%s\"", day, d[i].dates.list[k].quote);
            cli_block(out, 20, "", 20, date ? date : day);
        }
    }
}

/* The report of a pass. Without a check it has no settings. */
static cJSON *report_of(const struct ofs_pass *pass, const struct ofs_run *run, bool checked)
{
    OFS_AUTO_STR text = ofs_run_json(run);
    cJSON *report = text ? cJSON_Parse(text) : NULL;
    if (!report)
        return NULL;
    if (!checked) {
        cJSON_ReplaceItemInObject(report, "settings", cJSON_CreateArray());
        cJSON_ReplaceItemInObject(report, "exit", cJSON_CreateNumber(0));
    }
    ofs_pass_report(pass, report);
    return report;
}

static int show(struct session *session, const struct ofs_pass *pass, const struct ofs_run *run,
                bool checked)
{
    if (session->cli->json) {
        OFS_AUTO_JSON report = report_of(pass, run, checked);
        return cli_json(report);
    }
    if (!session->cli->quiet)
        show_documents(pass, stdout);
    if (checked && run->protocol)
        show_results(session);
    if (*ofs_pass_body(pass)) {
        puts("");
        for (const char *p = ofs_pass_body(pass); *p;) {
            int n = (int)strcspn(p, "\n");
            OFS_AUTO_STR line = ofs_text_printf("%.*s", n, p);
            cli_block(stdout, 0, "", *p == ' ' ? 2 : 0, line ? line + strspn(line, " ") : "");
            p += n;
            p += *p == '\n';
        }
    }
    if (!session->cli->quiet) {
        puts("");
        cli_block(stdout, 0, "", 0, ofs_pass_summary(pass));
    }
    return 0;
}

/* The check that is due, then the result of the pass, sent and shown. */
static int go_on(struct session *session, struct ofs_pass *pass, bool *ret_shown)
{
    struct ofs_error err = {0};
    bool checked = ofs_pass_due(pass)->why != 0;
    int status = 0;
    if (checked)
        status = session_tell_terms(session);
    if (checked && !status)
        status = session_check(session);
    if (checked && !status && session->cli->fix)
        fix_listed(session);
    struct ofs_run *run = session_finish(session, status);
    if (ofs_pass_conclude(pass, checked ? run : NULL, session->cli->fix ? session->cli->fix : "",
                          &err))
        return ofs_status_worse(run->exit, session_fail(session, &err));
    OFS_AUTO_JSON report = report_of(pass, run, checked);
    OFS_AUTO_STR printed = report ? cJSON_Print(report) : NULL;
    OFS_AUTO_STR text = printed ? ofs_text_printf("%s\n", printed) : NULL;
    if (ofs_pass_notify(pass, text, &err))
        session_fail(session, &err);
    int exit = checked ? run->exit : 0;
    *ret_shown = true;
    return ofs_status_worse(show(session, pass, run, checked), exit);
}

static int watch(struct session *session, bool *ret_shown)
{
    struct ofs_error err = {0};
    int lock = -1, status;
    OFS_AUTO_LEDGER ledger = NULL;
    AUTO_PASS pass = NULL;
    if (check_fix_list(session))
        return ofs_error_status(OFS_ERR_USAGE);
    if (!(ledger = session->cli->explain ? ofs_ledger_open_to_read(session->state, &err)
                                         : ofs_ledger_open(session->state, &err)))
        return session_fail(session, &err);
    const struct ofs_pass_options options = {.loop = session->loop,
                                             .ledger = ledger,
                                             .job = session->job,
                                             .scenario = ofs_job_scenario(session->job),
                                             .origin = ofs_job_run(session->job)->origin,
                                             .asked = session->cli->now,
                                             .pause_ms = is_replica(session) ? REPLICA_PAUSE
                                                                             : OFS_DOCUMENT_PAUSE};
    if (session->cli->explain) {
        status = explain(session, &options);
        *ret_shown = !status;
        return status;
    }
    status = take_turn(session, &lock);
    if (!status && !(pass = ofs_pass_begin(&options, &err)))
        status = session_fail(session, &err);
    if (!status)
        status = go_on(session, pass, ret_shown);
    if (lock >= 0)
        close(lock);
    return status;
}

int cmd_watch(const struct cli *cli)
{
    struct session session;
    bool shown = false;
    int status = session_open(&session, cli, NULL, "auto", NULL, NULL);
    if (!status)
        status = watch(&session, &shown);
    /* an error before the end of the pass also prints its one object */
    if (!shown)
        status = session_report(&session, status);
    session_close(&session);
    return status;
}
