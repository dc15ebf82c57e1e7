#include "audit/internal.h"

/* The run in the form of the public header. */

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

size_t ofs_job_results(const struct ofs_job *job)
{
    return job->run.n_results;
}

void ofs_job_result(const struct ofs_job *job, size_t i, struct ofs_setting_result *ret)
{
    const struct ofs_result *r = &job->run.results[i];
    *ret = (struct ofs_setting_result){
        .id = r->id,
        .title = r->title,
        .group = r->group,
        .wanted = r->wanted,
        .before = or_null(r->before),
        .after = or_null(r->after),
        .verdict = ofs_verdict_word(r->verdict),
        .reason = r->reason,
        .detail = or_null(r->detail),
        .page = or_null(r->page),
        .wording = or_null(r->wording),
        .language = or_null(r->language),
    };
}

int ofs_job_status(const struct ofs_job *job)
{
    return ofs_run_status(&job->run);
}

char *ofs_job_report(const struct ofs_job *job)
{
    return ofs_run_json(&job->run);
}
