#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/run.h"
#include "record/run.h"

/* Turning a setting for the fourth time may be a fight with the site, or with another person who
 * uses the account: that is for the person to decide. */

static const char *title_of(const struct session *session, const char *id)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    for (size_t i = 0; i < run->n_results; i++)
        if (!strcmp(run->results[i].id, id))
            return run->results[i].title;
    return id;
}

int session_ask_about_returning(struct session *session)
{
    struct ofs_error err;
    OFS_AUTO_JSON back = ofs_job_turned_back(session->job, &err);
    const cJSON *one;
    if (!back)
        return session_fail(session, &err);
    cJSON_ArrayForEach(one, back)
    {
        int times = one->valueint;
        OFS_AUTO_STR question = ofs_text_printf(
            "\"%s\" was turned back %d times after offswitch had turned it. The site "
            "or another person changes it. Turn it once more?",
            title_of(session, one->string), times);
        OFS_AUTO_STR why = ofs_text_printf(
            "it was turned back %d times by the site or another person; run fix on a "
            "terminal to decide, or 'offswitch history %s' to see when",
            times, one->string);
        if (!question || !why)
            continue;
        if (!ask_can() || !ask_yes(session, question))
            ofs_job_leave(session->job, one->string, why);
    }
    return 0;
}
