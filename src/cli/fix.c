#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/show.h"
#include "record/plan.h"
#include "record/run.h"
#include "record/wordings.h"
#include "scenario/scenario.h"
#include "watch/dates.h"

/* A shipped scenario that is old may be wrong about the site. Reports that, and returns whether it
 * did. */
static bool tell_old(struct session *session)
{
    enum { OLD = 180 /* days */ };
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    OFS_AUTO_STR shipped = ofs_scenario_directory();
    size_t n = shipped ? strlen(shipped) : 0;
    ofs_day version;
    if (!n || strncmp(scenario->path, shipped, n) || !ofs_day_parse(scenario->version, &version))
        return false;
    long long age = (long long)(ofs_wall_now() / 86400 - version);
    if (age < OLD)
        return false;
    session_clear_progress(session);
    fprintf(stderr, "What is known about this site is %lld days old; it may have changed since.\n",
            age);
    return true;
}

int session_confirm(struct session *session)
{
    struct ofs_error err;
    bool old = tell_old(session);
    if (session->cli->yes)
        return 0;
    if (!ask_can()) {
        ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; nothing was changed");
        ofs_hint(&err, "add --yes to confirm the plan above");
        return session_fail(session, &err);
    }
    if ((!old || ask_yes(session, "Go on with it?")) && ask_yes(session, "Do this?"))
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was changed");
    return session_fail(session, &err);
}

static void show_unknown(const struct session *session, const struct ofs_unknown_wording *u)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    const struct ofs_result *r = NULL;
    for (size_t i = 0; i < run->n_results; i++)
        if (!strcmp(run->results[i].id, u->setting))
            r = &run->results[i];
    OFS_AUTO_STR title =
        ofs_text_printf("The site uses a label for \"%s\" that is not known:", u->title);
    OFS_AUTO_STR words = ofs_text_printf("\"%s\"%s%s%s", u->words, *u->language ? " (" : "",
                                         u->language, *u->language ? ")" : "");
    OFS_AUTO_STR url = r ? ofs_result_url(run, r) : NULL;
    fputc('\n', stderr);
    cli_block(stderr, 0, "", 0, title ? title : u->title);
    cli_block(stderr, 2, "Label", 14, words ? words : u->words);
    cli_block(stderr, 2, "State", 14, u->state);
    cli_block(stderr, 2, "Where", 14, url ? url : "");
}

/* Labels that are not known: each is shown in full and asked about separately. --yes does not cover
 * them, and without a terminal they stay unknown. A yes applies to exactly these words from now on.
 */
static int ask_wordings(struct session *session)
{
    struct ofs_unknown_wording u;
    struct ofs_error err;
    const char *scenario = ofs_job_scenario(session->job)->id;
    const char *origin = ofs_job_run(session->job)->origin;
    for (size_t i = 0; ask_can() && i < ofs_job_unknown_wordings(session->job);) {
        ofs_job_unknown_wording(session->job, i, &u);
        show_unknown(session, &u);
        OFS_AUTO_STR question = ofs_text_printf(
            "With this label, does \"on\" mean that \"%s\" is on? Accept it?", u.title);
        if (!ask_yes(session, question ? question : "Accept this label?")) {
            i++; /* the next one; this one stays unknown */
            continue;
        }
        if (ofs_wordings_add(session->state, scenario, origin, u.setting, u.language, u.words,
                             &err))
            return session_fail(session, &err);
        ofs_job_accept_wording(session->job, i);
    }
    return 0;
}

/* A plan chooses the settings itself. */
static cJSON *read_plan(const struct cli *cli, struct ofs_error *err)
{
    if (!cli->only && !cli->group && !cli->all)
        return ofs_plan_read(cli->plan, err);
    ofs_fail(err, OFS_ERR_USAGE,
             "--plan says which settings; --only, --group and --all do not go "
             "with it");
    return NULL;
}

/* What the plan provides if the command line does not. A site's real address always comes from its
 * scenario. */
static struct session_extra extra_of(const struct cli *cli, const cJSON *plan, const char *ids)
{
    struct ofs_error ignored;
    const char *origin = ofs_json_str(plan, "origin", "");
    const char *file = ofs_json_str(plan, "scenario/file", ofs_json_str(plan, "scenario/id", NULL));
    return (struct session_extra){.scenario = cli->n_args ? NULL : file,
                                  .only = ids,
                                  .origin = ofs_job_check_origin(origin, &ignored) ? NULL : origin};
}

static int check_plan(struct session *session, const cJSON *plan)
{
    struct ofs_error err;
    char now[OFS_DATE_SIZE];
    ofs_date_now(now);
    return ofs_plan_check(plan, ofs_job_run(session->job), now, &err) ? session_fail(session, &err)
                                                                      : 0;
}

static int fix(struct session *session, const cJSON *plan)
{
    int status = session_tell_terms(session);
    if (!status)
        status = session_check(session);
    if (!status && !plan)
        status = ask_wordings(session);
    if (!status)
        status = plan ? check_plan(session, plan) : session_ask_about_returning(session);
    if (status || ofs_job_differing(session->job) == 0)
        return status;
    show_plan(session, session_out(session));
    status = session_confirm(session);
    if (!status)
        session_fix(session);
    return status;
}

int cmd_fix(const struct cli *cli)
{
    struct session session = {.cli = cli};
    struct ofs_error err;
    if (cli->dry_run) {
        struct cli check = *cli;
        check.command = "check";
        return cmd_check(&check);
    }
    OFS_AUTO_JSON plan = cli->plan ? read_plan(cli, &err) : NULL;
    OFS_AUTO_STR ids = plan ? ofs_plan_ids(plan) : NULL;
    struct session_extra extra = plan ? extra_of(cli, plan, ids) : (struct session_extra){0};
    int status = cli->plan && !plan
                     ? session_fail(&session, &err)
                     : session_open_with(&session, cli, NULL, "auto", NULL, NULL, &extra);
    if (!status)
        status = fix(&session, plan);
    status = session_report(&session, status);
    session_close(&session);
    return status;
}
