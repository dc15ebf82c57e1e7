#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/past.h"
#include "cli/run.h"
#include "cli/show.h"
#include "record/history.h"
#include "record/run.h"

/* What is to be taken back. The strings of the wishes are borrowed from `list`. */
struct change {
    char run[40];
    cJSON *list, *row; /* the settings; where that run was */
    struct ofs_wish *wishes;
    size_t n;
};

static void clear(struct change *change)
{
    cJSON_Delete(change->list);
    cJSON_Delete(change->row);
    free(change->wishes);
}

static int load(const struct cli *cli, struct change *change, struct ofs_error *err)
{
    int status;
    OFS_AUTO_LEDGER ledger = past_open(cli, false, &status);
    if (!ledger)
        return status;
    if (ofs_history_find_change(ledger, cli->n_args ? cli->args[0] : NULL, change->run, err) ||
        !(change->list = ofs_history_undo(ledger, change->run, err)) ||
        !(change->row = ofs_db_row(ofs_ledger_db(ledger), err,
                                   "SELECT scenario, scenario_file, origin, account, account_hint,"
                                   " label FROM runs WHERE id = ?",
                                   "s", change->run)))
        return -1;
    change->n = (size_t)cJSON_GetArraySize(change->list);
    change->wishes = calloc(change->n + 1, sizeof *change->wishes);
    if (!change->wishes)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    size_t i = 0;
    const cJSON *one;
    cJSON_ArrayForEach(one, change->list)
    {
        change->wishes[i++] = (struct ofs_wish){.setting = ofs_json_str(one, "setting", ""),
                                                .state = ofs_json_str(one, "to", "")};
    }
    return 0;
}

/* Another account's settings must not be touched because of what was done on this one. */
static int check_account(struct session *session, const cJSON *row)
{
    struct ofs_error err;
    const struct ofs_run *run = ofs_job_run(session->job);
    const char *then = ofs_json_str(row, "account", ""),
               *hint = ofs_json_str(row, "account_hint", "");
    if (!*then || !strcmp(then, run->account_id))
        return 0;
    if (run->account_id[0])
        ofs_fail(&err, OFS_ERR_REFUSED, "that run was on the account %s, and this is %s", hint,
                 run->account_hint);
    else
        ofs_fail(&err, OFS_ERR_REFUSED,
                 "that run was on the account %s, and whose this is was not "
                 "told",
                 hint);
    ofs_hint(&err, "nothing was changed; %s",
             run->account_id[0] ? "sign in to that account and run again"
                                : "run again without --no-account, signed in to that account");
    return session_fail(session, &err);
}

/* What was done on one site, or on its replica, is not undone on another. */
static int check_origin(struct session *session, const char *then)
{
    struct ofs_error err;
    const char *now = ofs_job_run(session->job)->origin;
    if (!strcmp(then, now))
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "that run was at %s, and this is %s", then, now);
    ofs_hint(&err, "nothing was changed; 'offswitch history' lists the runs");
    return session_fail(session, &err);
}

static bool is_replica(const char *origin)
{
    struct ofs_error ignored;
    return !ofs_job_check_origin(origin, &ignored);
}

static int put_back(struct session *session, const struct change *change)
{
    int status = session_tell_terms(session);
    if (!status)
        status = session_check(session);
    if (!status)
        status = check_account(session, change->row);
    if (status || ofs_job_differing(session->job) == 0)
        return status;
    show_plan(session, session_out(session));
    status = session_confirm(session);
    if (!status)
        session_fix(session);
    return status;
}

int cmd_undo(const struct cli *cli)
{
    struct session session = {.cli = cli};
    struct change change = {0};
    struct ofs_error err;
    int status = past_check_words(cli, 0, 1, "[RUN]");
    if (status)
        return status;
    int rc = load(cli, &change, &err);
    if (rc < 0)
        status = session_fail(&session, &err);
    else if (rc > 0)
        status = rc;
    if (!rc && change.n == 0) {
        fprintf(cli->json ? stderr : stdout, "Run %s changed nothing, so nothing is put back.\n",
                change.run);
        clear(&change);
        return cli->json ? session_report(&session, 0) : 0;
    }
    const char *origin = ofs_json_str(change.row, "origin", "");
    const struct session_extra extra = {
        .scenario =
            ofs_json_str(change.row, "scenario_file", ofs_json_str(change.row, "scenario", NULL)),
        .origin = is_replica(origin) ? origin : NULL,
        .wishes = change.wishes,
        .n_wishes = change.n,
        .undoes = change.run,
    };
    if (!status)
        status = session_open_with(&session, cli, NULL, "auto", NULL, NULL, &extra);
    if (!status)
        status = check_origin(&session, origin);
    if (!status)
        status = put_back(&session, &change);
    status = session_report(&session, status);
    session_close(&session);
    clear(&change);
    return status;
}
