#include "audit/internal.h"
#include "base/json.h"

/* Wordings that nobody knew, and that the person accepts. */

void ofs_accept(struct ofs_job *job, const char *setting, const char *words)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "setting", setting);
    cJSON_AddStringToObject(one, "words", words);
    job->accepted = job->accepted ? job->accepted : cJSON_CreateArray();
    cJSON_AddItemToArray(job->accepted, one);
}
