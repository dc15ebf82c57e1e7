#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "scenario/check.h"
#include "scenario/load.h"

/* Settings that exist once for each blog, site or organisation. */

enum { MOST_NAME = 128, MOST_LABEL = 63, MOST_INSTANCES = 200 };

bool ofs_instance_is_safe(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strlen(name);
    if (!n || n > MOST_NAME || !strchr(letters, *name) || strstr(name, ".."))
        return false;
    for (const char *p = name; *p; p++)
        if (!strchr(letters, *p) && !strchr("._~:-", *p))
            return false;
    return true;
}

bool ofs_instance_is_label(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t n = strlen(name);
    return n > 0 && n <= MOST_LABEL && name[strspn(name, letters)] == '\0' && name[0] != '-' &&
           name[n - 1] != '-';
}

int ofs_scenario_move_hosts(struct ofs_scenario *s, const char *origin, struct ofs_error *err)
{
    const char *host = strstr(origin, "://");
    host = host ? host + 3 : origin;
    const char *port = strchr(*host == '[' ? host + strcspn(host, "]") : host, ':');
    OFS_AUTO_STR moved =
        ofs_text_printf("%.*s" OFS_INSTANCE ".localhost%.*s", (int)(host - origin), origin,
                        port ? (int)strcspn(port, "/") : 0, port ? port : "");
    cJSON *setting;
    size_t i = 0;
    if (!moved)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(setting, cJSON_GetObjectItemCaseSensitive(s->tree, "settings"))
    {
        cJSON *own = cJSON_GetObjectItemCaseSensitive(setting, "origin");
        if (own && !cJSON_SetValuestring(own, moved))
            return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        if (own && i < s->n_settings)
            s->settings[i].origin = own->valuestring;
        i++;
    }
    return 0;
}

/* Every "{instance}" in the strings of a tree becomes the name. */
static int fill_in(cJSON *value, const char *name)
{
    cJSON *child;
    if (cJSON_IsString(value)) {
        const char *at = strstr(value->valuestring, OFS_INSTANCE);
        if (!at)
            return 0;
        OFS_AUTO_STR text = ofs_text_printf("%.*s%s%s", (int)(at - value->valuestring),
                                            value->valuestring, name, at + strlen(OFS_INSTANCE));
        return text && cJSON_SetValuestring(value, text) ? 0 : -1;
    }
    cJSON_ArrayForEach(child, value) if (fill_in(child, name)) return -1;
    return 0;
}

/* A copy of the setting's entry for one instance; NULL when memory is out. Borrowed. */
static const cJSON *copy_for(struct ofs_scenario *s, const struct ofs_setting *setting,
                             const char *name)
{
    OFS_AUTO_STR id = ofs_text_printf("%s@%s", setting->id, name);
    OFS_AUTO_STR title = ofs_text_printf("%s (%s)", setting->title, name);
    cJSON *copy = cJSON_Duplicate(setting->tree, true);
    if (!id || !title || !copy || fill_in(copy, name) ||
        !cJSON_ReplaceItemInObjectCaseSensitive(copy, "id", cJSON_CreateString(id)) ||
        !cJSON_ReplaceItemInObjectCaseSensitive(copy, "title", cJSON_CreateString(title)) ||
        !cJSON_AddStringToObject(copy, "instance", name) ||
        !cJSON_AddStringToObject(copy, "base", setting->id) ||
        !cJSON_AddItemToArray(s->copies, copy)) {
        cJSON_Delete(copy);
        return NULL;
    }
    return copy;
}

static int check_names(const struct ofs_scenario *s, const char *const *names, size_t n,
                       struct ofs_error *err)
{
    bool any = false, hosts = false;
    for (size_t i = 0; i < s->n_settings; i++) {
        any = any || ofs_setting_is_per_instance(&s->settings[i]);
        hosts = hosts || s->settings[i].origin;
    }
    if (!any)
        return ofs_fail(err, OFS_ERR_USAGE,
                        "%s has no setting that exists several times: there is "
                        "no instance \"%.80s\" to choose",
                        s->title, names[0]);
    if (n > MOST_INSTANCES || n * s->n_settings > OFS_SCENARIO_MOST_SETTINGS)
        return ofs_fail(err, OFS_ERR_USAGE, "%zu instances are more than can be done at once", n);
    for (size_t i = 0; i < n; i++)
        if (!ofs_instance_is_safe(names[i])) {
            ofs_fail(err, OFS_ERR_USAGE, "\"%.80s\" cannot be the name of a %s", names[i],
                     ofs_json_str(s->instances, "what", "blog or site"));
            return ofs_hint(err, "write it as it is in the address: letters, digits and . _ - ~ :");
        } else if (hosts && !ofs_instance_is_label(names[i])) {
            ofs_fail(err, OFS_ERR_USAGE,
                     "\"%.80s\" cannot be the name of a %s: it is one part of a "
                     "host name",
                     names[i], ofs_json_str(s->instances, "what", "blog or site"));
            return ofs_hint(err,
                            "write the part before %s, in small letters; do by hand what has "
                            "a host name of another kind",
                            strstr(s->origin, "://") + 3);
        }
    return 0;
}

static bool is_repeated(const char *const *names, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (!strcmp(names[k], names[i]))
            return true;
    return false;
}

int ofs_scenario_expand(struct ofs_scenario *s, const char *const *names, size_t n,
                        struct ofs_error *err)
{
    if (n == 0 || check_names(s, names, n, err))
        return n ? -1 : 0;
    struct ofs_setting *all = calloc(s->n_settings * n + 1, sizeof *all);
    size_t count = 0;
    if (!s->copies)
        s->copies = cJSON_CreateArray();
    for (size_t i = 0; all && i < s->n_settings; i++) {
        const struct ofs_setting *setting = &s->settings[i];
        if (!ofs_setting_is_per_instance(setting)) {
            all[count++] = *setting;
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            if (is_repeated(names, k))
                continue;
            const cJSON *copy = copy_for(s, setting, names[k]);
            if (!copy) {
                free(all);
                return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
            }
            ofs_setting_fill(&all[count], copy, s);
            all[count].wanted = setting->wanted;
            count++;
        }
    }
    if (!all)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    free(s->settings);
    s->settings = all;
    s->n_settings = count;
    return 0;
}
