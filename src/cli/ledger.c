#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/run.h"
#include "record/chain.h"
#include "record/choices.h"
#include "record/recording.h"

static void show_list(const cJSON *list)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, list)
    {
        const char *run = ofs_json_str(one, "run", NULL);
        OFS_AUTO_STR line = ofs_text_printf("%s%s%s", run ? run : "", run ? ": " : "",
                                            ofs_json_str(one, "text", ""));
        cli_block(stdout, 2, "", 2, line ? line : "");
    }
}

/* Every record is as it was written; with HASH, that link is also in the chain. */
static int verify(const struct cli *cli)
{
    struct ofs_error err;
    int status;
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    OFS_AUTO_JSON report = ofs_chain_verify(ledger, &err);
    if (!report)
        return cli_complain(&err);
    const char *hash = cli->n_args > 1 ? cli->args[1] : NULL;
    if (hash && ofs_db_number(ofs_ledger_db(ledger), 0, "SELECT count(*) FROM chain WHERE hash = ?",
                              "s", hash) == 0) {
        cJSON *fault = cJSON_CreateObject();
        cJSON_AddNullToObject(fault, "run");
        cJSON_AddStringToObject(fault, "text", "no link has the hash that was given");
        cJSON_AddItemToArray(cJSON_GetObjectItem(report, "faults"), fault);
    }
    if (cli->json) {
        status = cJSON_GetArraySize(ofs_json_get(report, "faults")) ? 1 : 0;
        return past_print_json(cli, "chain", cJSON_Duplicate(report, true)) ? 1 : status;
    }
    printf("%d runs, %d decisions and steps, %d removed", (int)ofs_json_num(report, "runs", 0),
           (int)ofs_json_num(report, "choices", 0), (int)ofs_json_num(report, "removed", 0));
    printf(cJSON_GetArraySize(ofs_json_get(report, "faults"))
               ? "; the ledger was changed by another hand:\n"
               : ": every record is as it was written\n");
    show_list(ofs_json_get(report, "faults"));
    if (cJSON_GetArraySize(ofs_json_get(report, "notes"))) {
        puts("Its dates do not follow each other:");
        show_list(ofs_json_get(report, "notes"));
    }
    status = cJSON_GetArraySize(ofs_json_get(report, "faults")) ? 1 : 0;
    if (ofs_json_str(report, "head", NULL))
        printf("The last hash is %s.\nNote it elsewhere; 'offswitch ledger verify HASH' checks "
               "against it.\n",
               ofs_json_str(report, "head", ""));
    return status;
}

static int print_line(void *ctx, const cJSON *value)
{
    OFS_AUTO_STR text = cJSON_PrintUnformatted(value);
    (void)ctx;
    return !text || puts(text) < 0;
}

static int export(const struct cli *cli)
{
    struct ofs_error err;
    int status;
    if (cli->json) {
        ofs_fail(&err, OFS_ERR_USAGE, "'ledger export' prints many JSON objects, one on each line");
        ofs_hint(&err, "leave --json out");
        return cli_complain(&err);
    }
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    return ofs_chain_export(ledger, print_line, NULL, &err) ? cli_complain(&err) : 0;
}

/* The person's yes to removing this many runs. */
static int confirm(const struct cli *cli, int n)
{
    struct ofs_error err;
    struct session session = {.cli = cli};
    char question[160];
    if (cli->yes)
        return 0;
    if (!ask_can()) {
        ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; nothing was removed");
        ofs_hint(&err, "add --yes to confirm");
        return cli_complain(&err);
    }
    snprintf(question, sizeof question,
             "A note that they were removed stays. Remove %d run%s from the ledger for good?", n,
             n == 1 ? "" : "s");
    if (!(session.loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(session.loop, &err))
        return cli_complain(&err);
    bool yes = ask_yes(&session, question);
    ofs_loop_free(session.loop);
    if (yes)
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was removed");
    return cli_complain(&err);
}

static int tell_removed(const struct cli *cli, int n, const char *words)
{
    if (cli->json)
        return past_print_json(cli, "removed", cJSON_CreateNumber(n));
    return puts(words) < 0;
}

static int forget(const struct cli *cli)
{
    struct ofs_error err;
    char words[64];
    int status;
    const struct ofs_forget which = {
        .before = cli->before, .account = cli->account, .all = cli->all};
    if ((which.before != NULL) + (which.account != NULL) + which.all != 1) {
        ofs_fail(&err, OFS_ERR_USAGE,
                 "'ledger forget' needs exactly one of --before YYYY-MM-DD, --account HINT, --all");
        return cli_complain(&err);
    }
    if (which.before && !ofs_date_is_day(which.before)) {
        ofs_fail(&err, OFS_ERR_USAGE, "--before takes a day as YYYY-MM-DD, not '%s'", which.before);
        return cli_complain(&err);
    }
    OFS_AUTO_LEDGER ledger = past_open(cli, true, &status);
    if (!ledger)
        return status;
    int n = ofs_recording_close_dead(ledger, &err) ? -1 : ofs_chain_count(ledger, &which, &err);
    if (n < 0)
        return cli_complain(&err);
    if (n == 0 && !which.all)
        return tell_removed(cli, 0, "There is no such run in the ledger.");
    status = confirm(cli, n);
    if (status)
        return status;
    n = ofs_chain_forget(ledger, &which, &err);
    if (n < 0)
        return cli_complain(&err);
    snprintf(words, sizeof words, "%d run%s removed", n, n == 1 ? "" : "s");
    return tell_removed(cli, n, words);
}

int cmd_ledger(const struct cli *cli)
{
    static const struct {
        const char *name;
        int words;
        int (*run)(const struct cli *cli);
    } rows[] = {{"verify", 2, verify}, {"export", 1, export}, {"forget", 1, forget}};
    struct ofs_error err;
    for (size_t i = 0; cli->n_args && i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].name, cli->args[0]))
            continue;
        int status = past_check_words(cli, 1, rows[i].words, "verify [HASH] | export | forget");
        return status ? status : rows[i].run(cli);
    }
    static const char *const harmless[] = {"verify", "export", NULL};
    const char *near = cli->n_args ? ofs_text_closest(cli->args[0], harmless) : NULL;
    ofs_fail(&err, OFS_ERR_USAGE, "'ledger' needs one of: verify, export, forget");
    if (near)
        ofs_hint(&err, "did you mean '%s'?", near);
    return cli_complain(&err);
}
