#include "scenario/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *id_of(const struct ofs_setting *s)
{
    return s->id;
}

static const char *group_of(const struct ofs_setting *s)
{
    return s->group;
}

static int unknown(const struct ofs_scenario *s, const char *what, const char *word,
                   const char *(*name_of)(const struct ofs_setting *), struct ofs_error *err)
{
    const char *words[OFS_SCENARIO_MOST_SETTINGS + 1];
    size_t n = 0;
    for (size_t i = 0; i < s->n_settings && n < OFS_SCENARIO_MOST_SETTINGS; i++)
        words[n++] = name_of(&s->settings[i]);
    words[n] = NULL;
    const char *near = ofs_text_closest(word, words);
    ofs_fail(err, OFS_ERR_USAGE, "%s has no %s \"%s\"%s%s%s", s->title, what, word,
             near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    return ofs_hint(err, "run 'offswitch scenario show %s' for its settings and groups", s->id);
}

static int select_ids(const struct ofs_scenario *s, const char *only, bool *ret_selected,
                      struct ofs_error *err)
{
    OFS_AUTO_STR list = strdup(only);
    if (!list)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    bool any = false;
    char *rest = NULL;
    for (char *id = strtok_r(list, ", ", &rest); id; id = strtok_r(NULL, ", ", &rest)) {
        bool known = false;
        for (size_t i = 0; i < s->n_settings; i++) {
            const struct ofs_setting *setting = &s->settings[i];
            /* the id alone means all instances */
            if (!strcmp(setting->id, id) || (setting->base && !strcmp(setting->base, id)))
                ret_selected[i] = known = any = true;
        }
        if (!known)
            return unknown(s, "setting", id, id_of, err);
    }
    return any ? 0 : ofs_fail(err, OFS_ERR_USAGE, "--only needs the id of a setting");
}

static int select_group(const struct ofs_scenario *s, const char *group, bool *ret_selected,
                        struct ofs_error *err)
{
    bool any = false;
    for (size_t i = 0; i < s->n_settings; i++)
        if (!strcmp(s->settings[i].group, group))
            ret_selected[i] = any = true;
    return any ? 0 : unknown(s, "group", group, group_of, err);
}

int ofs_scenario_select(const struct ofs_scenario *s, const char *only, const char *group, bool all,
                        bool *ret_selected, struct ofs_error *err)
{
    if ((only != NULL) + (group != NULL) + all > 1)
        return ofs_fail(err, OFS_ERR_USAGE, "--only, --group and --all exclude each other");
    for (size_t i = 0; i < s->n_settings; i++)
        ret_selected[i] = all;
    if (all || (!s->n_settings && !only && !group))
        return 0;
    if (only)
        return select_ids(s, only, ret_selected, err);
    return select_group(s, group ? group : s->default_group, ret_selected, err);
}
