#include <stdlib.h>
#include <string.h>

#include "audit/internal.h"
#include "base/json.h"

/* One setting for each blog, site or organisation: the links of an index page list them. */

static bool wants_names(const struct ofs_job *job)
{
    for (size_t i = 0; i < job->n_entries; i++)
        if (ofs_setting_is_per_instance(job->entries[i].setting))
            return true;
    return false;
}

static const char *what(const struct ofs_job *job)
{
    return ofs_json_str(job->scenario->instances, "what", "instance");
}

/* Only names that can be part of an address. */
static cJSON *safe_names(cJSON *all)
{
    cJSON *safe = cJSON_CreateArray();
    const cJSON *name;
    cJSON_ArrayForEach(name, all)
    {
        if (cJSON_IsString(name) && ofs_instance_is_safe(name->valuestring))
            cJSON_AddItemToArray(safe, cJSON_Duplicate(name, true));
    }
    cJSON_Delete(all);
    return safe;
}

int ofs_read_instances(struct ofs_job *job, struct ofs_page *page, cJSON **ret_names,
                       struct ofs_observation *ret, struct ofs_error *err)
{
    const char *link = ofs_json_str(job->scenario->instances, "link", NULL);
    const struct ofs_visit where = {.path = ofs_json_str(job->scenario->instances, "index", "/")};
    struct ofs_visit_result visited;
    *ret_names = NULL;
    if (!link) {
        ofs_cannot(ret, "not-found", "there is one for each %s; name yours with --instance",
                   what(job));
        return 0;
    }
    if (ofs_page_visit(page, &where, job->deadline, &visited, err))
        return -1;
    int rc = 0;
    if (visited.reason) {
        ofs_cannot(ret, visited.reason,
                   "the list of what there is one for each could not be read: "
                   "%.280s",
                   visited.detail);
    } else {
        OFS_AUTO_JSON args = cJSON_CreateObject();
        cJSON_AddStringToObject(args, "link", link);
        rc = ofs_page_ask(page, "instances", args, job->deadline, ret_names, err);
        *ret_names = safe_names(*ret_names);
        if (!rc && cJSON_GetArraySize(*ret_names) == 0)
            ofs_cannot(ret, "not-found",
                       "the index lists no %s that can be recognised; name yours with --instance",
                       what(job));
    }
    ofs_visit_result_clear(&visited);
    return rc;
}

static int expand(struct ofs_job *job, const cJSON *list, struct ofs_error *err)
{
    size_t n = 0;
    const cJSON *name;
    const char **names = calloc((size_t)cJSON_GetArraySize(list) + 1, sizeof *names);
    if (!names)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(name, list) names[n++] = name->valuestring;
    int rc = ofs_scenario_expand(job->scenario, names, n, err);
    free(names);
    return rc ? rc : ofs_job_choose(job, err);
}

int ofs_find_instances(struct ofs_job *job, struct ofs_error *err)
{
    if (!wants_names(job))
        return 0;
    OFS_AUTO_JSON names = NULL;
    struct ofs_page *page = ofs_open_page(job, job->deadline, err);
    int rc = page ? ofs_read_instances(job, page, &names, &job->no_instances, err) : -1;
    ofs_page_close(page, ofs_deadline_in(3000));
    if (!rc && names && cJSON_GetArraySize(names) > 0)
        rc = expand(job, names, err);
    return rc;
}
