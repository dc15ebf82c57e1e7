#include <stdio.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/run.h"
#include "cli/show.h"

/* The person's yes to the plan: given with --yes, or asked for. */
static int confirm(struct session *session)
{
    struct ofs_error err;
    if (session->cli->yes)
        return 0;
    if (!ask_can()) {
        ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; nothing was changed");
        ofs_hint(&err, "add --yes to confirm the plan above");
        return session_fail(session, &err);
    }
    if (ask_yes(session, "Do this?"))
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was changed");
    return session_fail(session, &err);
}

int cmd_fix(const struct cli *cli)
{
    struct session session;
    if (cli->dry_run) {
        struct cli check = *cli;
        check.command = "check";
        return cmd_check(&check);
    }
    int status = session_open(&session, cli, NULL, "auto", NULL, NULL);
    if (!status)
        status = session_tell_terms(&session);
    if (!status)
        status = session_check(&session);
    if (!status && ofs_job_differing(session.job)) {
        show_plan(&session, session_out(&session));
        status = confirm(&session);
        if (!status)
            session_fix(&session);
    }
    status = session_report(&session, status);
    session_close(&session);
    return status;
}
