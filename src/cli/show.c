#include "cli/show.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/guide.h"
#include "cli/print.h"
#include "cli/run.h"
#include "record/run.h"
#include "scenario/scenario.h"

enum { VERDICT_WIDTH = 13 };

/* The form of each verdict, and of its count: "2 turned off and proved". */
static const struct verdict_row {
    const char *colour;
    bool asks; /* a person has to do something */
    const char *summed;
} verdict_rows[] = {
    [OFS_VERDICT_FIXED] = {"\033[32m", false, "changed and proved"},
    [OFS_VERDICT_UNKNOWN] = {"\033[35m", true, "unknown"},
    [OFS_VERDICT_LOCKED] = {"\033[35m", true, "locked"},
    [OFS_VERDICT_NOT_KEPT] = {"\033[31m", true, "not kept by the site"},
    [OFS_VERDICT_DIFFERS] = {"\033[33m", true, "not as wanted"},
    [OFS_VERDICT_AS_WANTED] = {"\033[32m", false, "as wanted"},
    [OFS_VERDICT_NOT_OFFERED] = {"\033[2m", false, "not offered"},
    [OFS_VERDICT_SKIPPED] = {"\033[2m", false, "skipped"},
};
enum { VERDICTS = sizeof verdict_rows / sizeof *verdict_rows };

/* ---- progress ---- */

static bool is_verdict(const char *words)
{
    for (int v = 0; v < VERDICTS; v++)
        if (!strcmp(words, ofs_verdict_word((enum ofs_verdict)v)))
            return true;
    return false;
}

static const char *title_of(const struct session *session, const char *setting)
{
    const struct ofs_setting *s =
        session->job ? ofs_scenario_setting(ofs_job_scenario(session->job), setting) : NULL;
    return s ? s->title : setting;
}

/* "[3/14] Ads by age: reading … 4 s" */
static void draw_progress(struct session *session)
{
    int room = cli_columns(stderr) - 1;
    bool named = session->at[0];
    size_t number = session->n_done < session->n_steps ? session->n_done + 1 : session->n_steps;
    char count[32] = "", rest[128];
    if (named)
        snprintf(count, sizeof count, "[%zu/%zu] ", number, session->n_steps);
    snprintf(rest, sizeof rest, "%s%s … %d s", named ? ": " : "", session->doing,
             (int)session_seconds(session));
    session_clear_progress(session);
    room -= cli_cut(stderr, count, room);
    if (named)
        room -= cli_cut(stderr, title_of(session, session->at), room - cli_width(rest));
    cli_cut(stderr, rest, room);
    fflush(stderr);
    session->has_line = true;
}

static void tick(void *ctx)
{
    draw_progress(ctx);
}

void show_progress_begin(struct session *session, const char *words)
{
    session->n_done = 0;
    session->at[0] = '\0';
    snprintf(session->doing, sizeof session->doing, "%s", words);
    if (!session->progress || session->cli->verbose)
        return;
    draw_progress(session);
    ofs_loop_every(session->loop, 1000, tick, session);
}

void show_progress_end(struct session *session)
{
    ofs_loop_every(session->loop, 0, NULL, NULL);
    session_clear_progress(session);
}

void show_progress(struct session *session, const char *setting, const char *words)
{
    session->n_done += is_verdict(words);
    if (session->cli->verbose) {
        fprintf(stderr, "%7.2f s  %s: %s\n", session_seconds(session), setting, words);
        return;
    }
    if (is_verdict(words) || !session->progress)
        return; /* the next step says more */
    snprintf(session->at, sizeof session->at, "%s", setting);
    snprintf(session->doing, sizeof session->doing, "%s", words);
    draw_progress(session);
}

/* ---- the plan ---- */

static void show_planned(const struct session *session, FILE *out, const struct ofs_result *r)
{
    const struct ofs_setting *s = ofs_scenario_setting(ofs_job_scenario(session->job), r->id);
    OFS_AUTO_STR what = guide_is_switch(s) ? ofs_text_printf("Turn %s: %s", r->wanted, r->title)
                                           : ofs_text_printf("Change from %s to %s: %s", r->before,
                                                             r->wanted, r->title);
    OFS_AUTO_STR effect = guide_effect(s);
    OFS_AUTO_STR url = ofs_result_url(ofs_job_run(session->job), r);
    const cJSON *also;
    cli_block(out, 2, "", 2, what ? what : r->title);
    cli_block(out, 4, "Where", 18, url ? url : r->page);
    if (effect)
        cli_block(out, 4, "Effect", 18, effect);
    if (s->cannot)
        cli_block(out, 4, "Limits", 18, s->cannot);
    if (ofs_json_str(s->save, "also_saves", NULL))
        cli_block(out, 4, "Saves besides", 18, ofs_json_str(s->save, "also_saves", ""));
    cJSON_ArrayForEach(also, ofs_json_get(s->tree, "also_changes"))
    {
        const char *text = ofs_json_str(also, "what", NULL);
        if (text)
            cli_block(out, 4, "Also changes", 18, text);
    }
}

void show_plan(const struct session *session, FILE *out)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    fprintf(out, "\nPlan for %s:\n", run->origin);
    for (size_t i = 0; i < run->n_results; i++)
        if (run->results[i].verdict == OFS_VERDICT_DIFFERS && !run->results[i].left)
            show_planned(session, out, &run->results[i]);
    cli_block(out, 0, "", 0,
              "Each is clicked once, then read back after a reload and in a fresh tab.");
    fflush(out);
}

/* ---- the results ---- */

/* "off, was on", "off"; "" if nothing was read. */
static void state_words(const struct ofs_result *r, char *ret, size_t size)
{
    bool changed = r->before[0] && r->after[0] && strcmp(r->before, r->after);
    if (changed)
        snprintf(ret, size, ": %s, was %s", r->after, r->before);
    else if (r->before[0] && !r->after[0])
        snprintf(ret, size, ": was %s", r->before);
    else
        snprintf(ret, size, "%s%s", r->after[0] ? ": " : "", r->after);
}

/* "Proved by a reload, a fresh tab and the site's answer to the save." */
static void show_proofs(const struct ofs_run *run, const struct ofs_result *r)
{
    char held[48], text[256] = "";
    snprintf(held, sizeof held, "a read %g s after the last save", (double)run->hold_ms / 1000);
    const struct {
        bool proved;
        const char *words;
    } rows[] = {
        {r->proof_reload, "a reload"},
        {r->proof_fresh_tab, "a fresh tab"},
        {r->proof_save, "the site's answer to the save"},
        {r->proof_served, "what the site's server sent"},
        {r->proof_held, held},
    };
    size_t left = 0, any = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        left += rows[i].proved;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t used = strlen(text);
        if (!rows[i].proved)
            continue;
        left--;
        snprintf(text + used, sizeof text - used, "%s%s",
                 any++ == 0  ? "Proved by "
                 : left == 0 ? " and "
                             : ", ",
                 rows[i].words);
    }
    if (any)
        cli_block(stdout, VERDICT_WIDTH, "", VERDICT_WIDTH, text);
}

/* The verdict word in its colour. */
static void show_verdict(enum ofs_verdict verdict)
{
    bool colour = cli_colour(STDOUT_FILENO);
    fputs(colour ? verdict_rows[verdict].colour : "", stdout);
    cli_pad(stdout, ofs_verdict_word(verdict), VERDICT_WIDTH);
    fputs(colour ? "\033[0m" : "", stdout);
}

/* The id from the present column; the end of the line. */
static void show_id(const char *id, int blanks)
{
    bool colour = cli_colour(STDOUT_FILENO);
    printf("%*s%s", blanks, "", colour ? "\033[2m" : "");
    cli_pad(stdout, id, 0);
    printf("%s\n", colour ? "\033[0m" : "");
}

static bool says_more(const struct ofs_result *r)
{
    return verdict_rows[r->verdict].asks &&
           (r->verdict != OFS_VERDICT_DIFFERS || strstr(r->detail, "was not clicked"));
}

static void show_one(const struct session *session, const struct ofs_run *run,
                     const struct ofs_result *r)
{
    char state[OFS_STATE_SIZE * 2 + 16];
    state_words(r, state, sizeof state);
    OFS_AUTO_STR title = ofs_text_printf("%s%s%s%s", r->title, state, r->reason ? ": " : "",
                                         r->reason ? r->reason : "");
    const char *line = title ? title : r->title;
    show_verdict(r->verdict);
    int whole = VERDICT_WIDTH + cli_width(line) + 2 + cli_width(r->id);
    if (whole <= cli_columns(stdout)) {
        cli_pad(stdout, line, 0);
        show_id(r->id, 2);
    } else {
        cli_wrap(stdout, VERDICT_WIDTH, line);
        show_id(r->id, VERDICT_WIDTH);
    }
    if (says_more(r))
        cli_block(stdout, VERDICT_WIDTH, "", VERDICT_WIDTH, r->detail);
    if (r->verdict == OFS_VERDICT_FIXED && !session->cli->quiet)
        show_proofs(run, r);
    OFS_AUTO_STR address = ofs_result_url(run, r);
    OFS_AUTO_STR url = address ? ofs_text_printf("Go to %s", address) : NULL;
    if (url && verdict_rows[r->verdict].asks)
        cli_block(stdout, VERDICT_WIDTH, "", VERDICT_WIDTH, url);
}

static void show_extras(const struct ofs_run *run)
{
    const cJSON *one;
    int steps = cJSON_GetArraySize(run->manual);
    if (cJSON_GetArraySize(run->unlisted) > 0)
        puts("\nPossibly AI-related, not checked:");
    cJSON_ArrayForEach(one, run->unlisted)
    {
        const char *state = ofs_json_str(one, "state", NULL), *page = ofs_json_str(one, "page", "");
        OFS_AUTO_STR text =
            ofs_text_printf("\"%s\"%s%s: %s%s", ofs_json_str(one, "name", ""), state ? " is " : "",
                            state ? state : "", *page == '/' ? run->origin : "", page);
        cli_block(stdout, 2, "", 2, text ? text : "");
    }
    if (steps == 0)
        return;
    OFS_AUTO_STR text = ofs_text_printf(
        "%d more step%s you: 'offswitch guide %s' lists %s with links.", steps,
        steps == 1 ? " needs" : "s need", run->scenario_id, steps == 1 ? "it" : "them");
    putchar('\n');
    cli_block(stdout, 0, "", 0, text ? text : "");
}

/* ---- where the time went ---- */

/* A column for each kind of wait that there was, a row for each setting, and their sum. */
static void show_times_row(const char *name, int width, struct ofs_times sum,
                           struct ofs_times times)
{
    printf("%*s", width - cli_cut(stdout, name, width), "");
    for (size_t i = 0; i < OFS_TIMES; i++)
        if (ofs_times_at(&sum, i) > 0)
            printf("%*.2f", (int)strlen(ofs_times_word(i)) + 2,
                   (double)ofs_times_at(&times, i) / 1000);
    putchar('\n');
}

static void show_times(const struct session *session, const struct ofs_run *run)
{
    struct ofs_times sum = ofs_run_times(run);
    int width = 7;
    for (size_t i = 0; i < run->n_results; i++)
        width = cli_width(run->results[i].id) > width ? cli_width(run->results[i].id) : width;
    int room = cli_columns(stdout);
    for (size_t i = 0; i < OFS_TIMES; i++)
        room -= ofs_times_at(&sum, i) > 0 ? (int)strlen(ofs_times_word(i)) + 2 : 0;
    width = width > room ? room > 8 ? room : 8 : width;
    puts("\nWhere the time went, in seconds:");
    cli_pad(stdout, "", width);
    for (size_t i = 0; i < OFS_TIMES; i++)
        if (ofs_times_at(&sum, i) > 0)
            printf("  %s", ofs_times_word(i));
    putchar('\n');
    for (size_t i = 0; i < run->n_results; i++)
        show_times_row(run->results[i].id, width, sum, run->results[i].times);
    show_times_row("sum", width, sum, sum);
    OFS_AUTO_STR whole =
        ofs_text_printf("The whole run took %.2f s; opening the browser and its tabs took %.2f s. "
                        "Tabs wait at the same time.",
                        session_seconds(session), (double)run->opening_ms / 1000);
    cli_block(stdout, 0, "", 0, whole ? whole : "");
}

/* ---- all of it ---- */

/* "2 changed and proved, 1 unknown, 11 as wanted; 9.4 s" */
static void show_sum(const struct session *session, const struct ofs_run *run)
{
    char text[256] = "";
    for (int v = 0; v < VERDICTS; v++) {
        static const enum ofs_verdict order[] = {OFS_VERDICT_FIXED,       OFS_VERDICT_NOT_KEPT,
                                                 OFS_VERDICT_DIFFERS,     OFS_VERDICT_UNKNOWN,
                                                 OFS_VERDICT_LOCKED,      OFS_VERDICT_AS_WANTED,
                                                 OFS_VERDICT_NOT_OFFERED, OFS_VERDICT_SKIPPED};
        size_t n = 0, to_off = 0, to_on = 0, used = strlen(text);
        for (size_t i = 0; i < run->n_results; i++) {
            n += run->results[i].verdict == order[v];
            to_off += run->results[i].verdict == order[v] && !strcmp(run->results[i].wanted, "off");
            to_on += run->results[i].verdict == order[v] && !strcmp(run->results[i].wanted, "on");
        }
        const char *turned = order[v] != OFS_VERDICT_FIXED ? NULL
                             : to_off == n                 ? "turned off and proved"
                             : to_on == n                  ? "turned on and proved"
                                                           : NULL;
        if (n)
            snprintf(text + used, sizeof text - used, "%s%zu %s", used ? ", " : "", n,
                     turned ? turned : verdict_rows[order[v]].summed);
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, "; %.1f s", session_seconds(session));
    putchar('\n');
    cli_block(stdout, 0, "", 0, text);
}

/* After a check, a difference has one more step. */
static void show_next(const struct session *session, const struct ofs_run *run)
{
    size_t differ = 0;
    for (size_t i = 0; i < run->n_results; i++)
        differ += run->results[i].verdict == OFS_VERDICT_DIFFERS;
    if (!differ || strcmp(session->cli->command, "check"))
        return;
    OFS_AUTO_STR text = ofs_text_printf(
        "Nothing was changed. 'offswitch fix %s', with the same options, shows a plan and asks.",
        session->cli->n_args ? session->cli->args[0] : run->scenario_id);
    cli_block(stdout, 0, "", 0, text ? text : "");
}

void show_results(const struct session *session)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    bool quiet = session->cli->quiet;
    if (!quiet)
        putchar('\n');
    for (size_t i = 0; i < run->n_results; i++)
        if (!quiet || verdict_rows[run->results[i].verdict].asks)
            show_one(session, run, &run->results[i]);
    if (!quiet)
        show_extras(run);
    if (session->cli->timing)
        show_times(session, run);
    if (quiet)
        return;
    if (!run->protocol)
        return; /* there was no reason to open a browser */
    show_sum(session, run);
    show_next(session, run);
    OFS_AUTO_STR where =
        ofs_text_printf("Run %s on %s %s (%s over %s), %s", run->id, run->browser_name,
                        run->browser_version, run->protocol, run->wire, run->origin);
    bool colour = cli_colour(STDOUT_FILENO);
    fputs(colour ? "\033[2m" : "", stdout);
    cli_block(stdout, 0, "", 0, where ? where : run->id);
    fputs(colour ? "\033[0m" : "", stdout);
}
