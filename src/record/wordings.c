#include "record/wordings.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "record/state.h"

enum { MOST_BYTES = 4 << 20 };

static const char file_name[] = "wordings.json";

/* Every entry of the file, an array; empty if there is no file. */
static cJSON *read_all(const char *state, struct ofs_error *err)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", state, file_name);
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    if (!path || access(path, F_OK))
        return cJSON_CreateArray();
    cJSON *all = ofs_buf_read_file(&text, path, err)
                     ? NULL
                     : ofs_json_parse(ofs_buf_str(&text), text.len, err);
    if (cJSON_IsArray(all))
        return all;
    if (all)
        ofs_fail(err, OFS_ERR_STATE, "it is not a list");
    cJSON_Delete(all);
    err->code = OFS_ERR_STATE;
    ofs_wrap(err, "%s, the labels that you accepted", path);
    ofs_hint(err, "remove that file; you are asked about these labels again then");
    return NULL;
}

cJSON *ofs_wordings_load(const char *state, const char *scenario_id, const char *origin,
                         struct ofs_error *err)
{
    static const char *const keys[] = {"setting", "language", "words"};
    OFS_AUTO_JSON all = read_all(state, err);
    const cJSON *entry;
    if (!all)
        return NULL;
    cJSON *list = cJSON_CreateArray();
    cJSON_ArrayForEach(entry, all)
    {
        if (strcmp(ofs_json_str(entry, "scenario", ""), scenario_id) ||
            strcmp(ofs_json_str(entry, "origin", ""), origin))
            continue;
        cJSON *one = cJSON_CreateObject();
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            cJSON_AddStringToObject(one, keys[i], ofs_json_str(entry, keys[i], ""));
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

int ofs_wordings_add(const char *state, const char *scenario_id, const char *origin,
                     const char *setting, const char *language, const char *words,
                     struct ofs_error *err)
{
    char date[OFS_DATE_SIZE];
    const struct {
        const char *key, *value;
    } members[] = {{"scenario", scenario_id},
                   {"origin", origin},
                   {"setting", setting},
                   {"language", language},
                   {"words", words}};
    enum { MEMBERS = sizeof members / sizeof *members };
    OFS_AUTO_JSON all = read_all(state, err);
    const cJSON *entry;
    if (!all)
        return -1;
    cJSON_ArrayForEach(entry, all)
    {
        size_t same = 0;
        for (size_t i = 0; i < MEMBERS; i++)
            same += !strcmp(ofs_json_str(entry, members[i].key, ""), members[i].value);
        if (same == MEMBERS)
            return 0;
    }
    cJSON *one = cJSON_CreateObject();
    for (size_t i = 0; i < MEMBERS; i++)
        cJSON_AddStringToObject(one, members[i].key, members[i].value);
    ofs_date_now(date);
    cJSON_AddStringToObject(one, "accepted", date);
    cJSON_AddItemToArray(all, one);
    OFS_AUTO_STR text = cJSON_Print(all);
    return text ? ofs_state_write(state, file_name, text, err)
                : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}
