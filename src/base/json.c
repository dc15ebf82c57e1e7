#include "base/json.h"

#include <string.h>

void ofs_json_free_ptr(cJSON **value)
{
    cJSON_Delete(*value);
    *value = NULL;
}

static int bad_json(const char *text, const char *at, struct ofs_error *err)
{
    int line = 1, column = 1;
    for (const char *p = text; p < at; p++) {
        column = *p == '\n' ? 1 : column + 1;
        line += *p == '\n';
    }
    return ofs_fail(err, OFS_ERR_PROTOCOL, "not JSON (line %d, column %d)", line, column);
}

cJSON *ofs_json_parse(const char *text, size_t len, struct ofs_error *err)
{
    const char *end = text;
    cJSON *value = cJSON_ParseWithLengthOpts(text, len, &end, false);
    if (!value) {
        bad_json(text, end ? end : text, err);
        return NULL;
    }
    while (end < text + len && strchr(" \t\r\n", *end) && *end)
        end++;
    if (end < text + len) {
        cJSON_Delete(value);
        bad_json(text, end, err);
        return NULL;
    }
    return value;
}

const cJSON *ofs_json_get(const cJSON *object, const char *key)
{
    return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const cJSON *ofs_json_at(const cJSON *object, const char *path)
{
    char step[64];
    while (object && *path) {
        size_t n = strcspn(path, "/");
        if (n >= sizeof step)
            return NULL;
        memcpy(step, path, n);
        step[n] = '\0';
        object = ofs_json_get(object, step);
        path += n + (path[n] == '/');
    }
    return object;
}

const char *ofs_json_str(const cJSON *object, const char *path, const char *otherwise)
{
    const cJSON *v = ofs_json_at(object, path);
    return cJSON_IsString(v) ? v->valuestring : otherwise;
}

double ofs_json_num(const cJSON *object, const char *path, double otherwise)
{
    const cJSON *v = ofs_json_at(object, path);
    return cJSON_IsNumber(v) ? v->valuedouble : otherwise;
}

bool ofs_json_bool(const cJSON *object, const char *path, bool otherwise)
{
    const cJSON *v = ofs_json_at(object, path);
    return cJSON_IsBool(v) ? cJSON_IsTrue(v) : otherwise;
}

void ofs_json_add_str(cJSON *object, const char *key, const char *text)
{
    if (text)
        cJSON_AddStringToObject(object, key, text);
    else
        cJSON_AddNullToObject(object, key);
}
