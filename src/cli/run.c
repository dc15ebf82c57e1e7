#include "cli/run.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/print.h"
#include "record/run.h"
#include "record/state.h"
#include "scenario/scenario.h"

static const struct {
    enum ofs_verdict verdict;
    const char *mark, *colour;
} marks[] = {
    {OFS_VERDICT_AS_WANTED, "ok", "\033[32m"},  {OFS_VERDICT_FIXED, "ok", "\033[32m"},
    {OFS_VERDICT_DIFFERS, "!!", "\033[33m"},    {OFS_VERDICT_NOT_KEPT, "!!", "\033[31m"},
    {OFS_VERDICT_UNKNOWN, "??", "\033[35m"},    {OFS_VERDICT_LOCKED, "??", "\033[35m"},
    {OFS_VERDICT_NOT_OFFERED, "--", "\033[2m"}, {OFS_VERDICT_SKIPPED, "--", "\033[2m"},
};

static void on_progress(void *ctx, const char *setting, const char *words)
{
    const struct session *session = ctx;
    if (!session->progress)
        return;
    bool ends = false;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        ends = ends || !strcmp(words, ofs_verdict_word(marks[i].verdict));
    fprintf(stderr, "\r\033[K  %s: %s%s", setting, words, ends ? "\n" : " ...");
    fflush(stderr);
}

static void on_notice(void *ctx, const char *words)
{
    (void)ctx;
    cli_block(stderr, 0, "", 0, words);
    fflush(stderr);
}

static bool read_answer(struct session *session, char *ret_line, size_t size);

/* Which browser, where several can be used. */
static int on_choice(void *ctx, const char *const *titles, size_t n)
{
    struct session *session = ctx;
    char line[64] = "", *rest;
    fprintf(stderr, "Several browsers can be used:\n");
    for (size_t i = 0; i < n; i++)
        fprintf(stderr, "  %zu  %s\n", i + 1, titles[i]);
    fprintf(stderr, "Which one? [1-%zu] ", n);
    fflush(stderr);
    if (!read_answer(session, line, sizeof line))
        return -1;
    unsigned long number = strtoul(line, &rest, 10);
    return rest != line && *rest == '\n' && number >= 1 && number <= n ? (int)number - 1 : -1;
}

/* An option that this way of connecting has no use for has no effect, and a person may think it
 * has. */
static void tell_unused(const struct cli *cli, const char *connect)
{
    bool driver = !strncmp(connect, "webdriver", 9);
    bool launches = !strcmp(connect, "launch") || !strcmp(connect, "auto");
    const struct {
        const char *option, *where;
        bool given, used;
    } options[] = {
        {"--capabilities", "webdriver://", cli->capabilities, driver},
        {"--cacert", "webdriver+https://", cli->cacert, !strncmp(connect, "webdriver+https", 15)},
        {"--headless", "launch", cli->headless, launches},
        {"--profile", "launch", cli->profile, launches},
        {"--browser-arg", "launch", cli->n_browser_args, launches},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].given && !options[i].used)
            fprintf(stderr, "offswitch: %s has no effect here: it goes with --connect %s\n",
                    options[i].option, options[i].where);
}

int session_fail(struct session *session, const struct ofs_error *err)
{
    if (session->error.code == OFS_ERR_NONE)
        session->error = *err;
    return cli_complain(err);
}

int session_open(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                 const char *connect, const char *origin, const char *profile)
{
    struct ofs_error err;
    *session = (struct session){
        .cli = cli, .loop = loop, .owns_loop = !loop, .progress = cli_is_terminal(STDERR_FILENO)};
    if (cli->n_args > 1) {
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
    const struct ofs_options options = {
        .command = cli->command,
        .scenario = cli->n_args ? cli->args[0] : "linkedin",
        .connect = cli->connect ? cli->connect : connect,
        .browser_args = cli->browser_args,
        .n_browser_args = cli->n_browser_args,
        .profile = cli->profile ? cli->profile : profile,
        .headless = cli->headless,
        .origin = cli->origin ? cli->origin : origin,
        .only = cli->only,
        .group = cli->group,
        .all = cli->all,
        .tabs = cli->tabs,
        .timeout_ms = cli->timeout_ms,
        .state = session->state,
        .trace = cli->trace,
        .capabilities = cli->capabilities,
        .cacert = cli->cacert,
        .wording = cli->wording,
        .show = cli->show,
        .on_notice = on_notice,
        .on_choice =
            cli_is_terminal(STDIN_FILENO) && cli_is_terminal(STDERR_FILENO) ? on_choice : NULL,
        .on_progress = on_progress,
        .ctx = session,
    };
    tell_unused(cli, options.connect);
    session->job = ofs_job_new(session->loop, &options, &err);
    if (!session->job || ofs_state_prepare(session->state, &err))
        return session_fail(session, &err);
    return 0;
}

void session_close(struct session *session)
{
    ofs_job_free(session->job);
    if (session->owns_loop)
        ofs_loop_free(session->loop);
    free(session->state);
}

/* One line from the terminal; false on a signal or the end of the input. */
static bool read_answer(struct session *session, char *ret_line, size_t size)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = ofs_loop_signal_fd(session->loop), .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0) {
        if (fds[1].revents && ofs_loop_signal(session->loop))
            return false;
        if (fds[0].revents)
            return fgets(ret_line, (int)size, stdin) != NULL;
    }
    return false;
}

static bool is_yes(const char *line)
{
    return !strcasecmp(line, "y\n") || !strcasecmp(line, "yes\n");
}

int session_confirm(struct session *session, const char *question)
{
    char line[64] = "";
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    bool answered = read_answer(session, line, sizeof line);
    if (!answered)
        fputc('\n', stderr);
    return answered && is_yes(line) ? 0 : ofs_error_status(OFS_ERR_REFUSED);
}

int session_tell_terms(struct session *session)
{
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    const char *notice = ofs_json_str(scenario->terms, "notice", NULL);
    struct ofs_error err;
    int status = 0;
    if (!notice || strcmp(ofs_job_run(session->job)->origin, scenario->origin) ||
        ofs_state_is_acknowledged(session->state, scenario->id))
        return 0;
    cli_block(stderr, 0, "", 0, notice);
    fprintf(stderr, "'offswitch guide %s' shows the same steps to do by hand.\n", scenario->id);
    if (!session->cli->acknowledge_terms) {
        if (!cli_is_terminal(STDIN_FILENO)) {
            ofs_fail(&err, OFS_ERR_REFUSED, "nobody is here to read this and answer");
            ofs_hint(&err, "run it once on a terminal, or add --acknowledge-terms");
            return session_fail(session, &err);
        }
        status = session_confirm(session, "Go on with the automated way? (asked only once)");
    }
    if (!status && ofs_state_acknowledge(session->state, scenario->id, &err))
        return session_fail(session, &err);
    return status;
}

int session_check(struct session *session)
{
    struct ofs_error err;
    if (!ofs_job_check(session->job, &err))
        return 0;
    return session_fail(session, &err);
}

static const char *from_to(const struct ofs_result *r)
{
    static char text[OFS_STATE_SIZE * 2 + 8];
    if (r->before[0] && r->after[0] && strcmp(r->before, r->after))
        snprintf(text, sizeof text, "%s -> %s", r->before, r->after);
    else
        snprintf(text, sizeof text, "%s", r->after[0] ? r->after : r->before[0] ? "?" : "");
    return text;
}

void session_show_plan(const struct session *session)
{
    FILE *out = session->cli->json ? stderr : stdout;
    const struct ofs_run *run = ofs_job_run(session->job);
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    fprintf(out, "\nPlan, at %s:\n", run->origin);
    for (size_t i = 0; i < run->n_results; i++) {
        const struct ofs_result *r = &run->results[i];
        const struct ofs_setting *s = ofs_scenario_setting(scenario, r->id);
        if (r->verdict != OFS_VERDICT_DIFFERS)
            continue;
        fprintf(out, "  turn \"%s\" from %s to %s\n", r->title, r->before, r->wanted);
        cli_block(out, 4, "where", 12, r->page);
        if (s->on_means)
            cli_block(out, 4, "now", 12, s->on_means);
        if (s->cannot)
            cli_block(out, 4, "but", 12, s->cannot);
        const cJSON *also;
        cJSON_ArrayForEach(also, ofs_json_get(s->tree, "also_changes"))
        {
            const char *text = ofs_json_str(also, "what", NULL);
            if (text)
                cli_block(out, 4, "also", 12, text);
        }
    }
    fprintf(out, "Each is pressed once, and read back after a reload and in a fresh tab.\n");
    fflush(out);
}

/* The line of the table says it all. */
static bool speaks_for_itself(const struct ofs_result *r)
{
    bool merely_differs =
        r->verdict == OFS_VERDICT_DIFFERS && !strstr(r->detail, "was not pressed");
    return merely_differs || r->verdict == OFS_VERDICT_AS_WANTED || r->verdict == OFS_VERDICT_FIXED;
}

static void show_table(const struct ofs_run *run)
{
    bool colour = cli_colour(STDOUT_FILENO);
    int id_width = 7, state_width = 5;
    for (size_t i = 0; i < run->n_results; i++) {
        int id = cli_width(run->results[i].id), state = cli_width(from_to(&run->results[i]));
        id_width = id > id_width ? id : id_width;
        state_width = state > state_width ? state : state_width;
    }
    putchar('\n');
    for (size_t i = 0; i < run->n_results; i++) {
        const struct ofs_result *r = &run->results[i];
        const char *mark = "  ", *tint = "";
        for (size_t m = 0; m < sizeof marks / sizeof *marks; m++)
            if (marks[m].verdict == r->verdict) {
                mark = marks[m].mark;
                tint = marks[m].colour;
            }
        printf("%s%s%s ", colour ? tint : "", mark, colour ? "\033[0m" : "");
        cli_pad(stdout, r->id, id_width + 2);
        cli_pad(stdout, from_to(r), state_width + 2);
        printf("%s%s%s", ofs_verdict_word(r->verdict), r->reason ? ": " : "",
               r->reason ? r->reason : "");
        putchar('\n');
        if (!speaks_for_itself(r))
            cli_block(stdout, 3, "", 3, r->detail);
    }
}

static void show_extras(const struct ofs_run *run)
{
    const cJSON *one;
    if (cJSON_GetArraySize(run->unlisted) > 0)
        printf("\nSounds like AI and is not in the scenario; look at it yourself:\n");
    cJSON_ArrayForEach(one, run->unlisted)
    {
        const char *state = ofs_json_str(one, "state", NULL);
        printf("   \"%s\"%s%s, on %s\n", ofs_json_str(one, "name", ""), state ? " is " : "",
               state ? state : "", ofs_json_str(one, "page", ""));
    }
    if (cJSON_GetArraySize(run->manual) > 0)
        printf("\n%d more things no switch does: 'offswitch guide %s' lists them with links.\n",
               cJSON_GetArraySize(run->manual), run->scenario_id);
}

/* What differs after a mere look has one more step. */
static void show_next(const struct session *session, const struct ofs_run *run)
{
    if (strcmp(session->cli->command, "check"))
        return;
    for (size_t i = 0; i < run->n_results; i++)
        if (run->results[i].verdict == OFS_VERDICT_DIFFERS) {
            printf(
                "\nNothing was changed. 'offswitch fix %s', with the same options, asks and turns "
                "what differs.\n",
                session->cli->n_args ? session->cli->args[0] : run->scenario_id);
            return;
        }
}

/* The report of a run that has no job: a scenario that does not load, a setting that is not in it.
 */
static struct ofs_run run_without_job(const struct session *session)
{
    struct ofs_run run = {.command = session->cli->command};
    ofs_run_begin(&run);
    memcpy(run.finished, run.started, sizeof run.finished);
    return run;
}

/* Where a person can look for themselves, also for what was not read. */
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

int session_report(struct session *session, int at_least)
{
    struct ofs_run none = run_without_job(session), *run = &none;
    if (session->job) {
        ofs_job_finish(session->job);
        run = ofs_job_run(session->job);
        add_pages(ofs_job_scenario(session->job), run);
    }
    if (session->error.code != OFS_ERR_NONE)
        ofs_run_fail(run, &session->error);
    run->exit = ofs_status_worse(ofs_run_status(run), at_least);
    if (session->cli->json) {
        OFS_AUTO_STR text = ofs_run_json(run);
        if (text)
            puts(text);
    } else if (run->protocol) {
        show_table(run);
        show_extras(run);
        show_next(session, run);
        printf("\nRun %s on %s %s (%s over %s), %s\n", run->id, run->browser_name,
               run->browser_version, run->protocol, run->wire, run->origin);
    }
    return run->exit;
}
