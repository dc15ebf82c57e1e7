#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/watching.h"
#include "record/choices.h"
#include "record/history.h"
#include "scenario/names.h"

enum { INDENT = 15 };

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

static void show_setting(const cJSON *s)
{
    char age[32];
    const char *state = get(s, "state"), *reason = get(s, "reason");
    bool known = *state && !strcmp(get(s, "state_at"), get(s, "at"));
    bool stale = ofs_json_bool(s, "stale", false);
    past_age((int)ofs_json_num(s, "age_days", 0), age, sizeof age);
    OFS_AUTO_STR line = ofs_text_printf("%s%s%s%s%s, %s%s (%s)", get(s, "title"), known ? ": " : "",
                                        known ? state : "", *reason ? ": " : "", reason, age,
                                        stale ? ", stale" : "", get(s, "id"));
    cli_block(stdout, 2, get(s, "verdict"), INDENT, line ? line : get(s, "title"));
    if (*state && !known) {
        OFS_AUTO_STR before = ofs_text_printf("it was %s on %.10s", state, get(s, "state_at"));
        cli_block(stdout, INDENT, "", INDENT, before ? before : "");
    }
    if (*get(s, "because")) {
        bool lapsed = ofs_json_bool(s, "lapsed", false);
        const char *until = get(s, "until");
        OFS_AUTO_STR kept = ofs_text_printf(
            "%s: %s%s%s", lapsed ? "the decision to leave it has lapsed" : "left on purpose",
            get(s, "because"), *until ? ", until " : "", until);
        cli_block(stdout, INDENT, "", INDENT, kept ? kept : "");
    }
}

static void show_step(const cJSON *step)
{
    const char *due = get(step, "due"), *done = get(step, "done");
    bool overdue = ofs_json_bool(step, "overdue", false);
    OFS_AUTO_STR name = ofs_text_printf("%s", overdue ? "due" : *done ? "done" : "open");
    OFS_AUTO_STR line = ofs_text_printf("%s (%s)%s%s%s%s", get(step, "title"), get(step, "id"),
                                        *done ? ", done " : "", done,
                                        *due ? (overdue ? ", due since " : ", due ") : "", due);
    cli_block(stdout, 2, name ? name : "", INDENT, line ? line : get(step, "title"));
}

/* Manual steps are stored for a scenario; they are shown with the last of its groups. */
static bool is_last_of_scenario(const cJSON *group)
{
    for (const cJSON *after = group->next; after; after = after->next)
        if (!strcmp(get(after, "scenario"), get(group, "scenario")))
            return false;
    return true;
}

static void show_by_hand(const cJSON *steps)
{
    const cJSON *one;
    if (cJSON_GetArraySize(steps) > 0)
        puts("  By hand:");
    cJSON_ArrayForEach(one, steps)
    {
        show_step(one);
    }
}

static void show_group(const cJSON *group)
{
    char whose[200];
    const cJSON *one, *unfinished = ofs_json_get(group, "unfinished");
    past_whose(group, whose, sizeof whose);
    OFS_AUTO_STR head = ofs_text_printf("%s, %s%s%s", get(group, "title"), get(group, "origin"),
                                        *whose ? ", " : "", whose);
    cli_block(stdout, 0, "", 0, head ? head : "");
    cJSON_ArrayForEach(one, ofs_json_get(group, "settings"))
    {
        show_setting(one);
    }
    cJSON_ArrayForEach(one, unfinished)
    {
        OFS_AUTO_STR line = ofs_text_printf(
            "%s: run %s stopped while it was changing it; 'offswitch check --only %s' reads it",
            get(one, "setting"), get(one, "run"), get(one, "setting"));
        cli_block(stdout, 2, "unfinished", INDENT, line ? line : "");
    }
    if (is_last_of_scenario(group))
        show_by_hand(ofs_json_get(group, "manual"));
    if (*get(group, "next_date")) {
        OFS_AUTO_STR line =
            ofs_text_printf("%s: %s", get(group, "next_date"), get(group, "next_quote"));
        cli_block(stdout, 2, "next date", INDENT, line ? line : get(group, "next_date"));
    }
    putchar('\n');
}

int cmd_status(const struct cli *cli)
{
    struct ofs_error err;
    char now[OFS_DATE_SIZE];
    int status = past_check_words(cli, 0, 1, "[SCENARIO]");
    if (status)
        return status;
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    ofs_date_now(now);
    cJSON *groups = ofs_history_status(ledger, cli->n_args ? cli->args[0] : NULL, now, &err);
    if (!groups)
        return cli_complain(&err);
    OFS_AUTO_STR known = cli->n_args ? ofs_scenario_find(cli->args[0], &err) : NULL;
    if (cli->n_args && !known && cJSON_GetArraySize(groups) == 0) {
        cJSON_Delete(groups);
        return cli_complain(&err);
    }
    cJSON *watch = watching_json(ofs_ledger_db(ledger), cli->n_args ? cli->args[0] : NULL, &err);
    int late = watch ? watching_is_late(cli, watch, &err) : -1;
    if (late < 0) {
        cJSON_Delete(watch);
        cJSON_Delete(groups);
        return cli_complain(&err);
    }
    if (cli->json) {
        status = past_print_both(cli, "groups", groups, "watch", watch);
        return status ? status : late ? 3 : 0;
    }
    const cJSON *group;
    OFS_AUTO_STR nothing =
        cli->n_args ? ofs_text_printf("Nothing of %s has been read yet. Run 'offswitch check %s' "
                                      "first.",
                                      cli->args[0], cli->args[0])
                    : strdup("Nothing has been read yet. Run 'offswitch check' first.");
    cJSON_ArrayForEach(group, groups)
    {
        show_group(group);
    }
    if (cJSON_GetArraySize(groups) == 0)
        cli_block(stdout, 0, "", 0, nothing ? nothing : "Nothing has been read yet.");
    watching_show(cli, watch, late);
    cJSON_Delete(watch);
    cJSON_Delete(groups);
    return late ? 3 : 0;
}
