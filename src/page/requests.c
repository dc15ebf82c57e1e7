#include <stdio.h>
#include <string.h>

#include "page/internal.h"

/* Which of the page's own requests a scenario means. */

/* One segment of the path may be "*". */
static bool fits_path(const char *text, const char *path)
{
    for (; *path; path++) {
        if (*path != '*') {
            if (*text++ != *path)
                return false;
            continue;
        }
        size_t n = strcspn(text, "/?#");
        if (!n)
            return false;
        text += n;
    }
    return strchr("?#", *text) != NULL;
}

bool ofs_url_has_path(const char *url, const char *path)
{
    const char *rest = strstr(url, "://");
    rest = rest ? strchr(rest + 3, '/') : NULL;
    return rest && fits_path(rest, path);
}

/* Is NAME=VALUE a whole part of the query? As the page wrote it. */
static bool has_pair(const char *url, const char *name, const char *value)
{
    const char *at = strchr(url, '?');
    size_t n = strlen(name), v = strlen(value);
    while (at && *at && *at != '#') {
        at++;
        if (!strncmp(at, name, n) && at[n] == '=' && !strncmp(at + n + 1, value, v) &&
            strchr("&#", at[n + 1 + v]))
            return true;
        at = strpbrk(at, "&#");
    }
    return false;
}

/* Does the body have that field: a member of JSON, or NAME= of a form? */
static bool has_field(const char *body, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = body ? strstr(body, name) : NULL; at; at = strstr(at + 1, name)) {
        char before = at == body ? '&' : at[-1];
        if ((before == '"' && at[n] == '"') || (before == '&' && at[n] == '='))
            return true;
    }
    return false;
}

bool ofs_request_fits(const struct ofs_request *r, const cJSON *named)
{
    const char *path = ofs_json_str(named, "path", NULL);
    const char *method = ofs_json_str(named, "method", NULL);
    const char *field = ofs_json_str(named, "body", NULL);
    const cJSON *pair;
    if (!path || !r->url || !ofs_url_has_path(r->url, path) ||
        (method && strcmp(method, r->method)) || (field && !has_field(r->sent, field)))
        return false;
    cJSON_ArrayForEach(pair, ofs_json_get(named, "query"))
    {
        if (!has_pair(r->url, pair->string, pair->valuestring))
            return false;
    }
    return true;
}
