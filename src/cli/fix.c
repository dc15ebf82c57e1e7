#include <stdio.h>
#include <unistd.h>

#include "cli/run.h"

/* The person's yes to the plan: given with --yes, or asked for. */
static int confirm(struct session *session)
{
    struct ofs_error err;
    if (session->cli->yes)
        return 0;
    if (!cli_is_terminal(STDIN_FILENO)) {
        ofs_fail(&err, OFS_ERR_REFUSED, "nothing was changed: there is no terminal to ask on");
        ofs_hint(&err, "add --yes to confirm the plan above");
        return session_fail(session, &err);
    }
    if (!session_confirm(session, "Do this?"))
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was changed");
    return session_fail(session, &err);
}

int cmd_fix(const struct cli *cli)
{
    struct session session;
    int status = session_open(&session, cli, NULL, "auto", NULL, NULL);
    if (!status)
        status = session_tell_terms(&session);
    if (!status)
        status = session_check(&session);
    if (!status && ofs_job_differing(session.job)) {
        session_show_plan(&session);
        status = confirm(&session);
        if (!status)
            ofs_job_fix(session.job);
    }
    status = session_report(&session, status);
    session_close(&session);
    return status;
}
