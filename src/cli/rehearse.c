#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/rehearse.h"
#include "cli/run.h"
#include "cli/scratch.h"
#include "cli/show.h"
#include "record/run.h"
#include "rehearsal/faults.h"
#include "rehearsal/site.h"

/* 0 if every word of the report is true and nothing else was touched. */
static int compare(struct session *session, struct ofs_site *site)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    const struct ofs_site_event *touches;
    bool wrong = ofs_site_wrong_touches(site, &touches) > 0;
    for (size_t i = 0; i < run->n_results; i++)
        wrong =
            wrong || rehearse_is_lie(&run->results[i], ofs_site_state(site, run->results[i].id));
    return wrong;
}

static void show_truth(struct session *session, struct ofs_site *site, FILE *out)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    const struct ofs_site_write *writes;
    const struct ofs_site_event *touches;
    fputs("\nThe replica's own record:\n", out);
    for (size_t i = 0; i < run->n_results; i++) {
        const char *truth = ofs_site_state(site, run->results[i].id);
        fprintf(out, "   %s is %s%s\n", run->results[i].id, truth ? truth : "not there",
                rehearse_is_lie(&run->results[i], truth) ? ", and the report says otherwise" : "");
    }
    size_t n_writes = ofs_site_writes(site, &writes);
    size_t n_touches = ofs_site_wrong_touches(site, &touches);
    fprintf(out, "   %zu save%s, %zu wrong touch%s\n", n_writes, n_writes == 1 ? "" : "s",
            n_touches, n_touches == 1 ? "" : "es");
    for (size_t i = 0; i < n_touches; i++)
        fprintf(out, "      %s\n", touches[i].what);
}

int rehearse_job(struct session *session, const char *what, const char *origin)
{
    FILE *out = session_out(session);
    bool quiet = session->cli->quiet;
    OFS_AUTO_STR intro = ofs_text_printf(
        "A rehearsal on a replica of %s at %s: nothing real is touched.", what, origin);
    if (!quiet)
        cli_block(out, 0, "", 0, intro ? intro : "");
    fflush(out);
    int status = session_check(session);
    if (!status && ofs_job_differing(session->job)) {
        if (!quiet) {
            show_plan(session, out);
            fputs("(The rehearsal answers yes.)\n", out);
            fflush(out);
        }
        session_fix(session);
    }
    return status;
}

bool rehearse_is_lie(const struct ofs_result *r, const char *truth)
{
    bool says_wanted = r->verdict == OFS_VERDICT_FIXED || r->verdict == OFS_VERDICT_AS_WANTED;
    return truth && says_wanted && strcmp(truth, r->wanted);
}

static int rehearse_on(struct session *session, struct ofs_site *site)
{
    FILE *out = session_out(session);
    int status = rehearse_job(session, "LinkedIn's settings", ofs_site_origin(site));
    if (session->error.code != OFS_ERR_NONE) /* nothing was done that could be compared */
        return session_report(session, status);
    int wrong = compare(session, site);
    status = session_report(session, ofs_status_worse(wrong, status));
    if (!session->cli->quiet || wrong)
        show_truth(session, site, out);
    return status;
}

/* Site, job and browser share one loop and one scratch directory, and end in this order. */
static int rehearse_in(struct session *session, struct cli *own, const char *scratch)
{
    struct ofs_error err;
    OFS_AUTO_STR profile = ofs_text_printf("%s/profile", scratch);
    struct ofs_site *site = NULL;
    struct ofs_loop *loop = NULL;
    struct ofs_site_options options = {
        .lang = own->lang, .generation = own->generation, .faults = own->fault};
    int status = 0;
    own->no_pictures = own->no_pictures || !own->state; /* no person will see them */
    if (!own->state)
        own->state = scratch;
    if (rehearse_delays(own, &options, &err) || !(loop = ofs_loop_new(&err)) ||
        ofs_loop_watch_signals(loop, &err) || !(site = ofs_site_new(loop, &options, &err)))
        status = session_fail(session, &err);
    else
        status = session_open(session, own, loop, "launch", ofs_site_origin(site), profile);
    status = status ? session_report(session, status) : rehearse_on(session, site);
    session_close(session);
    ofs_site_free(site);
    ofs_loop_free(loop);
    return status;
}

void rehearse_fault_row(cJSON *all, const char *name, const char *kind, const char *text)
{
    if (!all) {
        cli_pad(stdout, name, 25);
        cli_pad(stdout, kind ? kind : "", kind ? 9 : 0);
        puts(text);
        return;
    }
    cJSON *one = cJSON_CreateObject();
    ofs_json_add_str(one, "name", name);
    ofs_json_add_str(one, "kind", kind);
    ofs_json_add_str(one, "text", text);
    cJSON_AddItemToArray(all, one);
}

static int list_faults(const struct cli *cli)
{
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON *all = cli->json ? cJSON_AddArrayToObject(out, "faults") : NULL;
    for (const struct site_fault_row *row = site_fault_rows; row->name; row++)
        rehearse_fault_row(all, row->name, row->kind, row->text);
    return all ? cli_json(out) : 0;
}

int cmd_rehearse(const struct cli *cli)
{
    struct cli own = *cli;
    struct session session = {.cli = &own};
    struct ofs_error err;
    bool is_service = cli->n_args && strcmp(cli->args[0], "linkedin");
    if (cli->list_faults)
        return is_service ? rehearse_list_service_faults(cli) : list_faults(cli);
    if (cli->year && (is_service || cli->serve || cli->fault || cli->json)) {
        ofs_fail(&err, OFS_ERR_USAGE, "--year plays LinkedIn alone, without faults, and as text");
        ofs_hint(&err, "leave out %s",
                 is_service   ? cli->args[0]
                 : cli->serve ? "--serve"
                 : cli->fault ? "--fault"
                              : "--json");
        return cli_complain(&err);
    }
    if (cli->serve)
        return is_service ? rehearse_serve_service(cli) : rehearse_serve(cli);
    if (cli->n_args > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "'rehearse' takes one scenario, and '%s' is one too many",
                 cli->args[1]);
        return session_report(&session, session_fail(&session, &err));
    }
    char *scratch = scratch_make();
    if (!scratch) {
        ofs_fail_errno(&err, OFS_ERR_SYSTEM, "no directory for the rehearsal's browser");
        return session_report(&session, session_fail(&session, &err));
    }
    own.headless = !cli->show;
    int status = is_service  ? rehearse_service(&session, &own, scratch)
                 : cli->year ? rehearse_year(&own, scratch)
                             : rehearse_in(&session, &own, scratch);
    scratch_remove(scratch);
    free(scratch);
    return status;
}
