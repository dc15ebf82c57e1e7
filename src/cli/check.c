#include "cli/run.h"

int cmd_check(const struct cli *cli)
{
    struct session session;
    int status = session_open(&session, cli, NULL, "auto", NULL, NULL);
    if (!status)
        status = session_tell_terms(&session);
    if (!status)
        status = session_check(&session);
    status = session_report(&session, status);
    session_close(&session);
    return status;
}
