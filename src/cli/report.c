#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/past.h"
#include "cli/print.h"
#include "record/choices.h"
#include "record/history.h"
#include "record/report.h"

enum { MOST_BYTES = 256 << 20, MOST_FILE = 64 << 20 };

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

/* ---- which reports ---- */

static int add_run(struct ofs_ledger *ledger, const char *id, cJSON *reports, struct ofs_error *err)
{
    cJSON *report = ofs_history_report(ledger, id, err);
    if (report)
        cJSON_AddItemToArray(reports, report);
    return report ? 0 : -1;
}

/* Runs that ended, oldest first: all of them, or since a day. */
static int add_many(struct ofs_ledger *ledger, const char *since, cJSON *reports,
                    struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(ofs_ledger_db(ledger), err,
                                     "SELECT id FROM runs WHERE ended IS NOT NULL AND"
                                     " started >= coalesce(?, '') ORDER BY n",
                                     "s", since);
    const cJSON *row;
    int rc = rows ? 0 : -1;
    cJSON_ArrayForEach(row, rows)
    {
        rc = rc ? rc : add_run(ledger, get(row, "id"), reports, err);
    }
    return rc;
}

/* The runs that are named. Without a name the last one; if there is none, no report. */
static int collect(const struct cli *cli, struct ofs_ledger *ledger, cJSON *reports,
                   struct ofs_error *err)
{
    char id[40];
    if (cli->since || cli->all)
        return add_many(ledger, cli->since, reports, err);
    int64_t runs = ofs_db_number(ofs_ledger_db(ledger), 0,
                                 "SELECT count(*) FROM runs WHERE ended IS NOT NULL", "");
    if (cli->n_args == 0 && runs == 0)
        return 0;
    for (int i = 0; i < cli->n_args || i == 0; i++)
        if (ofs_history_find(ledger, cli->n_args ? cli->args[i] : NULL, NULL, id, err) ||
            add_run(ledger, id, reports, err))
            return -1;
    return 0;
}

/* ---- output ---- */

static int write_html(const struct cli *cli, struct ofs_ledger *ledger, cJSON *reports,
                      const char *now, struct ofs_error *err)
{
    OFS_AUTO_BUF page = OFS_BUF(MOST_BYTES);
    OFS_AUTO_JSON moves = ofs_history_moves(ledger, NULL, NULL, err);
    cJSON *report;
    cJSON_ArrayForEach(report, reports)
    {
        if (!cli->no_pictures && ofs_history_load_pictures(ledger, report, err))
            return -1;
    }
    if (!moves || ofs_report_html(reports, moves, now, &page, err))
        return -1;
    if (past_write_file(cli->html, &page, err))
        return -1;
    fprintf(stderr, "offswitch: the page is in %s\n", cli->html);
    return 0;
}

static int print_json(const cJSON *reports)
{
    if (cJSON_GetArraySize(reports) == 1)
        return cli_json(cJSON_GetArrayItem(reports, 0));
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    cJSON_AddItemToObject(o, "reports", cJSON_Duplicate(reports, true));
    return cli_json(o);
}

static void print_setting(const cJSON *s)
{
    char proofs[400] = "";
    const cJSON *proof;
    const char *before = get(s, "before"), *after = get(s, "after"), *reason = get(s, "reason");
    bool changed = *before && *after && strcmp(before, after);
    OFS_AUTO_STR line =
        ofs_text_printf("%s%s%s%s%s%s%s (%s)", get(s, "title"), *before || *after ? ": " : "",
                        changed ? before : "", changed ? " -> " : "", *after ? after : before,
                        *reason ? ": " : "", reason, get(s, "id"));
    cli_block(stdout, 2, get(s, "verdict"), 15, line ? line : "");
    cJSON_ArrayForEach(proof, ofs_json_get(s, "proofs"))
    {
        size_t used = strlen(proofs);
        if (cJSON_IsString(proof))
            snprintf(proofs + used, sizeof proofs - used, "%s%s", used ? "; " : "",
                     ofs_proof_words(proof->valuestring));
    }
    cli_block(stdout, 15, "", 15, *proofs ? proofs : get(s, "detail"));
}

static int print_text(const cJSON *reports)
{
    const cJSON *report, *setting;
    cJSON_ArrayForEach(report, reports)
    {
        const char *whose = ofs_report_whose(report);
        OFS_AUTO_STR head =
            ofs_text_printf("Run %s: %s of %s%s%s, on %.10s", get(report, "run"),
                            get(report, "command"), ofs_json_str(report, "scenario/title", ""),
                            *whose ? ", " : "", whose, get(report, "started"));
        cli_block(stdout, 0, "", 0, head ? head : "");
        if (ofs_json_str(report, "error/text", NULL))
            cli_block(stdout, 2, "error", 15, ofs_json_str(report, "error/text", ""));
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            print_setting(setting);
        }
    }
    if (cJSON_GetArraySize(reports) == 0)
        puts("There is no run yet. Run 'offswitch check' first.");
    return 0;
}

/* The formats that are text on standard output. */
static int print_format(const struct cli *cli, const cJSON *reports, struct ofs_error *err)
{
    const struct {
        bool wanted;
        int (*make)(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err);
    } rows[] = {{cli->csv, ofs_report_csv},
                {cli->junit, ofs_report_junit},
                {cli->sarif, ofs_report_sarif},
                {cli->openmetrics, ofs_report_openmetrics}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
        if (!rows[i].wanted)
            continue;
        if (rows[i].make(reports, &text, err))
            return -1;
        fwrite(ofs_buf_str(&text), 1, text.len, stdout);
        return 0;
    }
    if (cli->json)
        return print_json(reports) ? ofs_fail(err, OFS_ERR_SYSTEM, "out of memory") : 0;
    return cli->html ? 0 : print_text(reports);
}

/* ---- several people ---- */

/* A file has one report, or an object with several. Each gets the name of its file. */
static int add_file(const char *path, cJSON *reports, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_FILE);
    struct ofs_error why;
    if (ofs_buf_read_file(&text, path, &why))
        return ofs_fail(err, OFS_ERR_SYSTEM, "a report cannot be read: %s", why.text);
    OFS_AUTO_JSON value = ofs_json_parse(ofs_buf_str(&text), text.len, &why);
    if (!value)
        return ofs_fail(err, OFS_ERR_USAGE, "%s is %s", path, why.text);
    const cJSON *one, *list = ofs_json_get(value, "reports");
    OFS_AUTO_JSON single = cJSON_CreateArray();
    if (!list) {
        cJSON_AddItemToArray(single, cJSON_Duplicate(value, true));
        list = single;
    }
    cJSON_ArrayForEach(one, list)
    {
        const char *name = strrchr(path, '/');
        if ((int)ofs_json_num(one, "format", 0) != 1 ||
            !cJSON_IsArray(ofs_json_get(one, "settings")))
            return ofs_fail(err, OFS_ERR_USAGE, "%s is not a report of offswitch", path);
        cJSON *copy = cJSON_Duplicate(one, true);
        cJSON_DeleteItemFromObject(copy, "file");
        cJSON_AddStringToObject(copy, "file", name ? name + 1 : path);
        cJSON_AddItemToArray(reports, copy);
    }
    return 0;
}

static void print_people(const cJSON *merged)
{
    const cJSON *person;
    cJSON_ArrayForEach(person, ofs_json_get(merged, "people"))
    {
        OFS_AUTO_STR line = ofs_text_printf(
            "%s, %s: %d as wanted, %d not as wanted, %d not known; read %.10s", get(person, "who"),
            get(person, "scenario"), (int)ofs_json_num(person, "as_wanted", 0),
            (int)ofs_json_num(person, "differs", 0), (int)ofs_json_num(person, "unknown", 0),
            get(person, "at"));
        cli_block(stdout, 0, get(person, "state"), 10, line ? line : "");
    }
}

static int merge(const struct cli *cli)
{
    struct ofs_error err;
    char now[OFS_DATE_SIZE];
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    if (cli->n_args == 0) {
        ofs_fail(&err, OFS_ERR_USAGE, "'report --merge' needs the JSON reports to merge");
        return cli_complain(&err);
    }
    for (int i = 0; i < cli->n_args; i++)
        if (add_file(cli->args[i], reports, &err))
            return cli_complain(&err);
    ofs_date_now(now);
    OFS_AUTO_JSON merged = ofs_report_merge(reports, now);
    if (cli->html && (ofs_report_merge_html(merged, now, &text, &err) ||
                      past_write_file(cli->html, &text, &err)))
        return cli_complain(&err);
    if (cli->csv) {
        OFS_AUTO_BUF csv = OFS_BUF(MOST_BYTES);
        if (ofs_report_merge_csv(merged, &csv, &err))
            return cli_complain(&err);
        fwrite(ofs_buf_str(&csv), 1, csv.len, stdout);
    } else if (cli->json) {
        return cli_json(merged);
    } else if (!cli->html) {
        print_people(merged);
    }
    return 0;
}

static int check_formats(const struct cli *cli)
{
    struct ofs_error err;
    if (cli->csv + cli->junit + cli->sarif + cli->openmetrics + cli->json > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "standard output takes one format");
        ofs_hint(&err, "give one of --json, --csv, --junit, --sarif, --openmetrics");
        return cli_complain(&err);
    }
    if (cli->since && !ofs_date_is_day(cli->since)) {
        ofs_fail(&err, OFS_ERR_USAGE, "--since takes a day as YYYY-MM-DD, not '%s'", cli->since);
        return cli_complain(&err);
    }
    if (cli->merge || !cli->n_args || !(cli->since || cli->all))
        return 0;
    ofs_fail(&err, OFS_ERR_USAGE, "a run, --since and --all exclude each other");
    return cli_complain(&err);
}

int cmd_report(const struct cli *cli)
{
    struct ofs_error err;
    char now[OFS_DATE_SIZE];
    int status = check_formats(cli);
    if (status)
        return status;
    if (cli->schema) {
        fputs(ofs_report_schema(), stdout);
        return 0;
    }
    if (cli->merge)
        return merge(cli);
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    OFS_AUTO_JSON reports = cJSON_CreateArray();
    ofs_date_now(now);
    if (collect(cli, ledger, reports, &err) || print_format(cli, reports, &err) ||
        (cli->html && write_html(cli, ledger, reports, now, &err)))
        return cli_complain(&err);
    return 0;
}
