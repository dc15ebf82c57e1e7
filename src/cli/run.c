#include "cli/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/show.h"
#include "record/ledger.h"
#include "record/run.h"
#include "record/state.h"
#include "record/wordings.h"
#include "scenario/scenario.h"

enum { DEFAULT_HOLD = 6000 /* milliseconds */ };

static void on_progress(void *ctx, const char *setting, const char *words)
{
    show_progress(ctx, setting, words);
}

double session_seconds(const struct session *session)
{
    return (double)(ofs_now_ms() - session->started_ms) / 1000;
}

void session_clear_progress(struct session *session)
{
    if (session->has_line && cli_colour(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    else if (session->has_line)
        fprintf(stderr, "\r%*s\r", cli_columns(stderr) - 1, "");
    session->has_line = false;
}

static void on_notice(void *ctx, const char *words)
{
    session_clear_progress(ctx);
    cli_block(stderr, 0, "", 0, words);
    fflush(stderr);
}

/* Which browser, if several can be used. */
static int on_choice(void *ctx, const char *const *titles, size_t n)
{
    return ask_which(ctx, "Several browsers can be used:", titles, n);
}

int session_fail(struct session *session, const struct ofs_error *err)
{
    struct ofs_error named = *err;
    session_clear_progress(session);
    cli_name_failure(&named);
    if (session->cli->verbose && strcmp(err->text, named.text))
        fprintf(stderr, "%s\n", err->text);
    if (session->error.code == OFS_ERR_NONE) {
        session->error = named;
        snprintf(session->error.hint, sizeof session->error.hint, "%s", cli_hint(&named));
    }
    return cli_complain(&named);
}

/* The labels that the person accepted for this scenario at this origin (NULL: the scenario's own);
 * NULL with `err` untouched if the scenario does not load, which the job reports. */
static cJSON *accepted_labels(const char *state, const char *name, const char *given,
                              struct ofs_error *err)
{
    struct ofs_error told_later;
    struct ofs_scenario *scenario = ofs_scenario_load(name, &told_later);
    const char *at = given ? given : scenario ? scenario->origin : "";
    size_t n = strlen(at);
    OFS_AUTO_STR origin = strndup(at, n && at[n - 1] == '/' ? n - 1 : n);
    cJSON *list = scenario && origin ? ofs_wordings_load(state, scenario->id, origin, err) : NULL;
    ofs_scenario_free(scenario);
    return list;
}

/* A file of the person's own that is used instead of a shipped one: it may be older than the
 * shipped one. */
static void tell_own_scenario(const struct session *session)
{
    const char *path = ofs_job_scenario(session->job)->path, *name = strrchr(path, '/');
    OFS_AUTO_STR directory = ofs_scenario_directory();
    OFS_AUTO_STR shipped = directory && name ? ofs_text_printf("%s%s", directory, name) : NULL;
    if (session->cli->quiet || !ofs_scenario_is_own(path) || !shipped || access(shipped, F_OK))
        return;
    OFS_AUTO_STR words =
        ofs_text_printf("Using your own scenario %s in place of the one that is installed.", path);
    cli_block(stderr, 0, "", 0, words ? words : path);
}

static bool may_press(const struct cli *cli)
{
    return !strcmp(cli->command, "fix") || !strcmp(cli->command, "undo") ||
           !strcmp(cli->command, "rehearse") || (!strcmp(cli->command, "watch") && cli->fix);
}

int session_open(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                 const char *connect, const char *origin, const char *profile)
{
    return session_open_with(session, cli, loop, connect, origin, profile,
                             &(struct session_extra){0});
}

int session_open_with(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                      const char *connect, const char *origin, const char *profile,
                      const struct session_extra *extra)
{
    struct ofs_error err = {0};
    const char *scenario = extra->scenario ? extra->scenario
                           : cli->n_args   ? cli->args[0]
                                           : "linkedin";
    const char *at = cli->origin ? cli->origin : extra->origin ? extra->origin : origin;
    *session = (struct session){.cli = cli,
                                .loop = loop,
                                .owns_loop = !loop,
                                .started_ms = ofs_now_ms(),
                                .progress = cli_moves(STDERR_FILENO) && !cli->quiet};
    if (!extra->scenario && cli->n_args > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' takes one scenario, and '%s' is one too many",
                 cli->command, cli->args[1]);
        return session_fail(session, &err);
    }
    session->state = ofs_state_path(cli->state, &err);
    if (!session->state)
        return session_fail(session, &err);
    if (session->owns_loop &&
        (!(session->loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(session->loop, &err)))
        return session_fail(session, &err);
    session->accepted = accepted_labels(session->state, scenario, at, &err);
    if (err.code != OFS_ERR_NONE)
        return session_fail(session, &err);
    const struct ofs_options options = {
        .command = cli->command,
        .scenario = scenario,
        .connect = cli->connect ? cli->connect : connect,
        .browser_args = cli->browser_args.at,
        .n_browser_args = cli->browser_args.n,
        .instances = cli->instances.at,
        .n_instances = cli->instances.n,
        .profile = cli->profile ? cli->profile : profile,
        .headless = cli->headless,
        .origin = at,
        .only = extra->only ? extra->only : cli->only,
        .group = cli->group,
        .all = cli->all,
        .tabs = cli->tabs,
        .timeout_ms = cli->timeout_ms,
        .hold_ms = cli->hold_ms >= 0 ? cli->hold_ms : DEFAULT_HOLD,
        .state = session->state,
        .trace = cli->trace,
        .capabilities = cli->capabilities,
        .cacert = cli->cacert,
        .wording = cli->wording,
        .accepted = session->accepted,
        .show = cli->show,
        .label = cli->label,
        .no_account = cli->no_account,
        .presses = may_press(cli),
        .pictures = !cli->no_pictures && may_press(cli),
        .wishes = extra->wishes,
        .n_wishes = extra->n_wishes,
        .undoes = extra->undoes,
        .on_notice = on_notice,
        .on_choice = ask_can() ? on_choice : NULL,
        .on_progress = on_progress,
        .ctx = session,
    };
    options_tell_unused(cli, options.connect);
    session->job = ofs_job_new(session->loop, &options, &err);
    if (!session->job || ofs_state_prepare(session->state, &err) ||
        !(session->ledger = ofs_ledger_open(session->state, &err)))
        return session_fail(session, &err);
    ofs_job_set_ledger(session->job, session->ledger);
    tell_own_scenario(session);
    return 0;
}

static cJSON *collected;
static bool was_interrupted;

void session_collect(cJSON *reports)
{
    collected = reports;
}

bool session_was_interrupted(void)
{
    return was_interrupted;
}

void session_ignore_late_signals(struct ofs_loop *loop)
{
    if (!loop || !ofs_loop_signal(loop))
        return;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

void session_close(struct session *session)
{
    was_interrupted = was_interrupted || (session->loop && ofs_loop_signal(session->loop));
    session_ignore_late_signals(session->loop);
    ofs_job_free(session->job);
    ofs_ledger_free(session->ledger);
    cJSON_Delete(session->accepted);
    if (session->owns_loop)
        ofs_loop_free(session->loop);
    free(session->state);
}

int session_tell_terms(struct session *session)
{
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    if (strcmp(ofs_job_run(session->job)->origin, scenario->origin))
        return 0;
    return session_tell_terms_of(session, scenario);
}

int session_tell_terms_of(struct session *session, const struct ofs_scenario *scenario)
{
    const char *notice = ofs_json_str(scenario->terms, "notice", NULL);
    struct ofs_error err;
    if (!notice || ofs_state_is_acknowledged(session->state, scenario->id))
        return 0;
    cli_block(stderr, 0, "", 0, notice);
    if (!strstr(notice, "offswitch guide"))
        fprintf(stderr, "'offswitch guide %s' shows the same steps to do by hand.\n", scenario->id);
    if (!session->cli->acknowledge_terms) {
        if (!ask_can()) {
            ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; nothing was opened");
            ofs_hint(&err, "run it once on a terminal, or add --acknowledge-terms");
            return session_fail(session, &err);
        }
        if (!ask_yes(session, "Continue with automation? You won't be asked again.")) {
            ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was opened");
            return session_fail(session, &err);
        }
    }
    if (ofs_state_acknowledge(session->state, scenario->id, &err))
        return session_fail(session, &err);
    return 0;
}

int session_check(struct session *session)
{
    struct ofs_error err;
    session->n_steps = ofs_job_run(session->job)->n_results;
    show_progress_begin(session, "Looking for the browser");
    int rc = ofs_job_check(session->job, &err);
    show_progress_end(session);
    return rc ? session_fail(session, &err) : 0;
}

FILE *session_out(const struct session *session)
{
    return session->cli->json || session->cli->output ? stderr : stdout;
}

void session_fix(struct session *session)
{
    session->n_steps = ofs_job_differing(session->job);
    show_progress_begin(session, "Opening the pages again");
    ofs_job_fix(session->job);
    show_progress_end(session);
}

/* The report of a run that has no job: a scenario that does not load, a setting that it does not
 * have. */
static struct ofs_run run_without_job(const struct session *session)
{
    struct ofs_run run = {.command = session->cli->command};
    ofs_run_begin(&run);
    memcpy(run.finished, run.started, sizeof run.finished);
    return run;
}

/* Where a person can look for themselves, also for settings that were not read. */
static void add_pages(const struct ofs_scenario *scenario, struct ofs_run *run)
{
    for (size_t i = 0; i < run->n_results; i++) {
        struct ofs_result *r = &run->results[i];
        const struct ofs_setting *s = ofs_scenario_setting(scenario, r->id);
        const cJSON *index = s->index ? ofs_json_get(scenario->indexes, s->index) : NULL;
        const char *page = s->page ? s->page : ofs_json_str(index, "page", "");
        if (!r->page[0])
            snprintf(r->page, sizeof r->page, "%s", page);
    }
}

/* A label that is not known: the command that accepts it, in the report. */
static void add_commands(const struct session *session, struct ofs_run *run)
{
    const char *scenario = session->cli->n_args ? session->cli->args[0] : run->scenario_id;
    for (size_t i = 0; i < run->n_results; i++) {
        struct ofs_result *r = &run->results[i];
        bool by_key = r->located && !strcmp(r->located, "key");
        if (!r->reason || strcmp(r->reason, "wording-changed") || !r->wording[0] || !by_key)
            continue;
        OFS_AUTO_STR words = cli_shell_word(r->wording);
        OFS_AUTO_STR name = cli_shell_word(scenario);
        OFS_AUTO_STR text = ofs_text_printf(
            "the label is not known; if it means the same, accept it: offswitch fix %s --only %s "
            "--wording %s",
            name ? name : "", r->id, words ? words : "");
        if (text && words && strlen(text) < sizeof r->detail)
            snprintf(r->detail, sizeof r->detail, "%s", text);
    }
}

void cli_report_failure(const char *command, const struct ofs_error *err)
{
    const struct cli cli = {.command = command, .json = true};
    struct session session = {.cli = &cli, .error = *err};
    session_report(&session, ofs_error_status(err->code));
}

/* The record of a run that could not be kept is an error of the run. */
static void record(struct session *session, struct ofs_run *run)
{
    struct ofs_error err;
    if (!session->job || !ofs_job_record(session->job, &err))
        return;
    run->exit = ofs_status_worse(run->exit, session_fail(session, &err));
    ofs_run_fail(run, &session->error);
}

struct ofs_run *session_finish(struct session *session, int at_least)
{
    struct ofs_run *run = ofs_job_run(session->job);
    ofs_job_finish(session->job);
    add_pages(ofs_job_scenario(session->job), run);
    add_commands(session, run);
    if (session->error.code != OFS_ERR_NONE)
        ofs_run_fail(run, &session->error);
    run->exit = ofs_status_worse(ofs_run_status(run), at_least);
    record(session, run);
    return run;
}

static void print_json(const struct ofs_run *run)
{
    char *text = ofs_run_json(run);
    if (!collected) {
        cli_json_text(text);
        return;
    }
    cJSON_AddItemToArray(collected, text ? cJSON_Parse(text) : cJSON_CreateNull());
    free(text);
}

int session_report(struct session *session, int at_least)
{
    struct ofs_run none = run_without_job(session), *run = &none;
    if (session->job) {
        run = session_finish(session, at_least);
    } else {
        if (session->error.code != OFS_ERR_NONE)
            ofs_run_fail(run, &session->error);
        run->exit = ofs_status_worse(ofs_run_status(run), at_least);
    }
    if (session->cli->json) {
        print_json(run);
    } else if (run->protocol || (session->job && !run->n_results)) {
        show_results(session);
    }
    return run->exit;
}
