#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/past.h"
#include "cli/run.h"
#include "record/plan.h"
#include "record/run.h"
#include "scenario/scenario.h"

/* What a fix would do, for 'fix --plan'. */
static int write_plan(struct session *session)
{
    struct ofs_error err;
    const struct ofs_scenario *scenario = ofs_job_scenario(session->job);
    const char *given = session->cli->n_args ? session->cli->args[0] : "";
    OFS_AUTO_JSON plan = ofs_plan_make(ofs_job_run(session->job));
    OFS_AUTO_BUF text = OFS_BUF(64 << 20);
    OFS_AUTO_STR path = strchr(given, '/') ? realpath(scenario->path, NULL) : NULL;
    if (path)
        cJSON_AddStringToObject(cJSON_GetObjectItem(plan, "scenario"), "file", path);
    OFS_AUTO_STR json = plan ? cJSON_Print(plan) : NULL;
    if (!json) {
        ofs_fail(&err, OFS_ERR_SYSTEM, "out of memory");
        return session_fail(session, &err);
    }
    if (ofs_buf_printf(&text, &err, "%s\n", json) ||
        past_write_file(session->cli->out, &text, &err))
        return session_fail(session, &err);
    return 0;
}

int cmd_check(const struct cli *cli)
{
    struct session session;
    int status = session_open(&session, cli, NULL, "auto", NULL, NULL);
    if (!status)
        status = session_tell_terms(&session);
    if (!status)
        status = session_check(&session);
    if (!status && cli->out)
        status = write_plan(&session);
    status = session_report(&session, status);
    session_close(&session);
    return status;
}
