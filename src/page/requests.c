#include <stdio.h>
#include <string.h>

#include "page/internal.h"

enum { LEARNS = 3000 }; /* ms to get a request's body */

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

/* Is NAME=VALUE a complete pair of the query, as the page wrote it? */
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

/* By everything except its body. */
static bool fits_address(const struct ofs_request *r, const cJSON *named)
{
    const char *path = ofs_json_str(named, "path", NULL);
    const char *method = ofs_json_str(named, "method", NULL);
    const cJSON *pair;
    if (!path || !r->url || !ofs_url_has_path(r->url, path) ||
        (method && strcmp(method, r->method)))
        return false;
    cJSON_ArrayForEach(pair, ofs_json_get(named, "query"))
    {
        if (!has_pair(r->url, pair->string, pair->valuestring))
            return false;
    }
    return true;
}

bool ofs_request_fits(const struct ofs_request *r, const cJSON *named)
{
    const char *field = ofs_json_str(named, "body", NULL);
    return fits_address(r, named) && (!field || has_field(r->sent, field));
}

/* A body that is not available is set to an empty text: nothing is found in it. */
static void learn_sent(struct ofs_page *page, const struct ofs_request *r, ofs_deadline deadline)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    ofs_deadline soon = ofs_deadline_min(deadline, ofs_deadline_in(LEARNS));
    struct ofs_error ignored;
    OFS_AUTO_STR text = NULL;
    if (!ops->sent || r->sent || !r->body || !(r->answered_ms || r->ended))
        return;
    unsigned serial = r->serial;
    bool known = !ops->sent(page->tab, serial, soon, &text, &ignored);
    ofs_tab_keep_sent(page->tab, serial, known ? text : "");
}

bool ofs_request_is(struct ofs_page *page, const struct ofs_request *r, const cJSON *named,
                    ofs_deadline deadline)
{
    if (ofs_json_get(named, "body") && fits_address(r, named))
        learn_sent(page, r, deadline);
    return ofs_request_fits(r, named);
}
