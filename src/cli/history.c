#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/past.h"
#include "cli/print.h"
#include "record/history.h"

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

static int count(const cJSON *row, const char *key)
{
    return (int)ofs_json_num(row, key, 0);
}

static void show_runs(const cJSON *runs)
{
    const cJSON *run;
    puts("Runs, newest first:");
    cJSON_ArrayForEach(run, runs)
    {
        char whose[120];
        past_whose(run, whose, sizeof whose);
        bool broken = !strcmp(get(run, "ended"), "broken-off");
        OFS_AUTO_STR line =
            broken ? ofs_text_printf("%s %s, ended before it was done%s%s", get(run, "command"),
                                     get(run, "scenario"), *whose ? ", " : "", whose)
                   : ofs_text_printf(
                         "%s %s: %d setting%s, %d changed, %d not as wanted, %d unknown%s%s",
                         get(run, "command"), get(run, "scenario"), count(run, "settings"),
                         count(run, "settings") == 1 ? "" : "s", count(run, "fixed"),
                         count(run, "differs"), count(run, "unknown"), *whose ? "; " : "", whose);
        cli_block(stdout, 2, get(run, "run"), 25, line ? line : "");
    }
}

static void show_moves(const cJSON *moves)
{
    const cJSON *move;
    const char *last = "", *scope = "";
    puts("How settings moved:");
    cJSON_ArrayForEach(move, moves)
    {
        const char *from = get(move, "from");
        if (strcmp(last, get(move, "setting")) || strcmp(scope, get(move, "scope"))) {
            const char *account = get(move, "account");
            OFS_AUTO_STR head =
                ofs_text_printf("%s (%s)%s%s", get(move, "title"), get(move, "setting"),
                                *account ? ", account " : "", account);
            cli_block(stdout, 2, "", 2, head ? head : "");
        }
        last = get(move, "setting");
        scope = get(move, "scope");
        OFS_AUTO_STR line = ofs_text_printf("%s%s%s: %s", from, *from ? " -> " : "",
                                            get(move, "to"), get(move, "words"));
        OFS_AUTO_STR day = ofs_text_printf("%.10s", get(move, "at"));
        cli_block(stdout, 4, day ? day : "", 16, line ? line : "");
    }
}

int cmd_history(const struct cli *cli)
{
    struct ofs_error err;
    int status = past_check_words(cli, 0, 1, "[ID]");
    if (status)
        return status;
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    const char *setting = cli->n_args ? cli->args[0] : NULL;
    OFS_AUTO_JSON moves = ofs_history_moves(ledger, NULL, setting, &err);
    OFS_AUTO_JSON runs = moves ? ofs_history_runs(ledger, NULL, &err) : NULL;
    if (!runs)
        return cli_complain(&err);
    if (cli->json) {
        OFS_AUTO_JSON o = cJSON_CreateObject();
        cJSON_AddNumberToObject(o, "format", 1);
        cJSON_AddStringToObject(o, "command", cli->command);
        cJSON_AddItemToObject(o, "runs", runs);
        cJSON_AddItemToObject(o, "moves", moves);
        runs = moves = NULL;
        return cli_json(o);
    }
    if (cJSON_GetArraySize(runs) == 0) {
        puts("There is no run yet. Run 'offswitch check' first.");
        return 0;
    }
    if (setting && cJSON_GetArraySize(moves) == 0) {
        ofs_fail(&err, OFS_ERR_USAGE, "no run has read a setting '%s'", setting);
        ofs_hint(&err, "'offswitch status' lists the settings that were read");
        return cli_complain(&err);
    }
    if (!setting)
        show_runs(runs);
    show_moves(moves);
    return 0;
}

static void show_difference(const cJSON *s)
{
    const char *from = get(s, "from"), *to = get(s, "to");
    OFS_AUTO_STR line = ofs_text_printf(
        "%s (%s): %s (%s) -> %s (%s)", get(s, "title"), get(s, "id"), *from ? from : "not read",
        *get(s, "from_verdict") ? get(s, "from_verdict") : "-", *to ? to : "not read",
        *get(s, "to_verdict") ? get(s, "to_verdict") : "-");
    cli_block(stdout, 2, "", 2, line ? line : "");
    if (strcmp(get(s, "from_wording"), get(s, "to_wording"))) {
        OFS_AUTO_STR words = ofs_text_printf("worded \"%s\", then \"%s\"", get(s, "from_wording"),
                                             get(s, "to_wording"));
        cli_block(stdout, 4, "", 4, words ? words : "");
    }
}

/* The two runs: both given, or the last one and one that is given, or the last two. */
static int find_two(const struct cli *cli, struct ofs_ledger *ledger, char ret_from[40],
                    char ret_to[40], struct ofs_error *err)
{
    OFS_AUTO_JSON runs = ofs_history_runs(ledger, NULL, err);
    if (!runs)
        return -1;
    if (cli->n_args == 0 && cJSON_GetArraySize(runs) < 2) {
        ofs_fail(err, OFS_ERR_STATE, "the ledger does not have two runs yet");
        return ofs_hint(err, "run check or fix first");
    }
    const char *before = get(cJSON_GetArrayItem(runs, 1), "run");
    if (ofs_history_find(ledger, cli->n_args ? cli->args[0] : before, NULL, ret_from, err))
        return -1;
    const char *last = get(cJSON_GetArrayItem(runs, 0), "run");
    return ofs_history_find(ledger, cli->n_args > 1 ? cli->args[1] : last, NULL, ret_to, err);
}

int cmd_diff(const struct cli *cli)
{
    struct ofs_error err;
    char from[40], to[40];
    int status = past_check_words(cli, 0, 2, "[RUN] [RUN]");
    if (status)
        return status;
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    OFS_AUTO_JSON diff =
        find_two(cli, ledger, from, to, &err) ? NULL : ofs_history_diff(ledger, from, to, &err);
    if (!diff)
        return cli_complain(&err);
    if (!ofs_json_bool(diff, "same_scope", false)) {
        ofs_fail(&err, OFS_ERR_STATE,
                 "the runs %s and %s are not of the same account, site and browser", from, to);
        ofs_hint(&err,
                 "name two runs that are: offswitch diff RUN RUN; 'offswitch history' lists them");
        return cli_complain(&err);
    }
    if (cli->json)
        return past_print_json(cli, "diff", cJSON_Duplicate(diff, true));
    const cJSON *one;
    printf("From run %s to run %s:\n", from, to);
    cJSON_ArrayForEach(one, ofs_json_get(diff, "settings"))
    {
        show_difference(one);
    }
    if (cJSON_GetArraySize(ofs_json_get(diff, "settings")) == 0)
        puts("  nothing moved");
    return 0;
}
