/*
 * cross.c: the third pass of the lint: rules between two places of a scenario. Values that the
 * schema already refuses (wrong types, missing keys) are skipped here.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "scenario/walk.h"

static const cJSON *settings_of(const cJSON *root)
{
    const cJSON *all = ofs_json_get(root, "settings");
    return cJSON_IsArray(all) ? all : NULL;
}

static const char *member_string(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(ofs_json_get(object, key));
}

static const char *group_of(const cJSON *setting)
{
    const char *group = member_string(setting, "group");
    return group ? group : "ai";
}

/* Add every wording of a {"en": ["…"]} object. */
static void add_wordings(struct ofs_lint *l, struct ofs_names *names, const cJSON *words,
                         const char *scope, size_t owner)
{
    OFS_EACH (language, words)
        OFS_EACH (word, language)
            if (cJSON_GetStringValue(word))
                ofs_names_add(l, names,
                              (struct ofs_name){.name = cJSON_GetStringValue(word),
                                                .scope = scope,
                                                .value = word,
                                                .owner = owner});
}

/* ---- whole file ----------------------------------------------------------------------------- */

static void check_ids(struct ofs_lint *l, const cJSON *root)
{
    static const char *const lists[] = {"settings", "manual", "policies"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        OFS_AUTO_NAMES names = {0};
        OFS_EACH (entry, ofs_json_get(root, lists[i])) {
            const cJSON *id = ofs_json_get(entry, "id");
            if (cJSON_GetStringValue(id))
                ofs_names_add(l, &names,
                              (struct ofs_name){.name = cJSON_GetStringValue(id), .value = id});
        }
        ofs_names_sort(&names);
        size_t back = ofs_lint_enter(l, lists[i], 0);
        for (size_t k = 0; k < names.n; k++)
            if (ofs_names_repeats(&names, k))
                ofs_lint_fault(l, names.list[k].value, "the id \"%s\" is used twice",
                               ofs_show(names.list[k].name).text);
        ofs_lint_leave(l, back);
    }
}

static void check_default_group(struct ofs_lint *l, const cJSON *root)
{
    const char *words[OFS_SCENARIO_MOST_SETTINGS + 1];
    size_t n = 0;
    const cJSON *named = ofs_json_get(root, "default_group");
    const char *group = cJSON_GetStringValue(named);
    if (!group)
        return;
    OFS_EACH (setting, settings_of(root)) {
        if (!strcmp(group_of(setting), group))
            return;
        if (n < OFS_SCENARIO_MOST_SETTINGS)
            words[n++] = group_of(setting);
    }
    words[n] = NULL;
    size_t back = ofs_lint_enter(l, "default_group", 0);
    ofs_lint_fault(l, named, "no setting is in the group \"%s\"%s", ofs_show(group).text,
                   ofs_guess(group, words).text);
    ofs_lint_leave(l, back);
}

/* A page that must never be opened may not also be one that is opened. */
static void check_page(struct ofs_lint *l, const cJSON *root, const cJSON *page)
{
    const char *path = cJSON_GetStringValue(page);
    if (!path)
        return;
    OFS_EACH (never, ofs_json_get(root, "never"))
        if (cJSON_GetStringValue(never) && ofs_path_is_under(path, cJSON_GetStringValue(never)))
            ofs_lint_fault(l, page,
                           "\"%s\" is at or under \"%s\", which is in "
                           "\"never\"",
                           ofs_show(path).text, ofs_show(cJSON_GetStringValue(never)).text);
}

/* The pages of a setting: its one page, or the first of its pages. NULL: it has none. */
static const cJSON *first_page(const cJSON *setting)
{
    const cJSON *page = ofs_json_get(setting, "page");
    return page ? page : cJSON_GetArrayItem(ofs_json_get(setting, "pages"), 0);
}

static void check_several_pages(struct ofs_lint *l, const cJSON *root)
{
    size_t number = 0, top = ofs_lint_enter(l, "settings", 0);
    OFS_EACH (setting, settings_of(root)) {
        size_t back = ofs_lint_enter(l, NULL, number++), n = 0;
        ofs_lint_enter(l, "pages", 0);
        OFS_EACH (page, ofs_json_get(setting, "pages")) {
            size_t inner = ofs_lint_enter(l, NULL, n++);
            check_page(l, root, page);
            ofs_lint_leave(l, inner);
        }
        ofs_lint_leave(l, back);
    }
    ofs_lint_leave(l, top);
}

static void check_pages(struct ofs_lint *l, const cJSON *root)
{
    static const struct {
        const char *list, *key;
    } lists[] = {{"settings", "page"}, {"indexes", "page"}, {"policies", "url"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t n = 0, top = ofs_lint_enter(l, lists[i].list, 0);
        OFS_EACH (entry, ofs_json_get(root, lists[i].list)) {
            size_t back = ofs_lint_enter(l, entry->string, n++);
            ofs_lint_enter(l, lists[i].key, 0);
            check_page(l, root, ofs_json_get(entry, lists[i].key));
            ofs_lint_leave(l, back);
        }
        ofs_lint_leave(l, top);
    }
}

static const cJSON *setting_number(const cJSON *root, size_t number)
{
    return cJSON_GetArrayItem(settings_of(root), (int)number);
}

/* True when rows distinguish two settings: both have some, and none in common. */
static bool rows_differ(struct ofs_lint *l, const cJSON *root, size_t a, size_t b)
{
    OFS_AUTO_NAMES rows = {.wordings = true};
    add_wordings(l, &rows, ofs_json_get(setting_number(root, a), "rows"), NULL, a);
    size_t of_a = rows.n;
    add_wordings(l, &rows, ofs_json_get(setting_number(root, b), "rows"), NULL, b);
    if (!of_a || rows.n == of_a)
        return false;
    ofs_names_sort(&rows);
    for (size_t i = 1; i < rows.n; i++)
        if (ofs_names_repeats(&rows, i) && rows.list[i].owner != rows.list[i - 1].owner)
            return false;
    return true;
}

/* Two settings on one page need something that distinguishes their controls. */
static void check_ambiguity(struct ofs_lint *l, const cJSON *root)
{
    OFS_AUTO_NAMES labels = {.wordings = true};
    OFS_AUTO_NAMES keys = {0};
    size_t number = 0;
    OFS_EACH (setting, settings_of(root)) {
        const char *page = cJSON_GetStringValue(first_page(setting));
        const cJSON *key = ofs_json_get(setting, "key");
        if (page)
            add_wordings(l, &labels, ofs_json_get(setting, "labels"), page, number);
        if (page && cJSON_GetStringValue(key))
            ofs_names_add(l, &keys,
                          (struct ofs_name){.name = cJSON_GetStringValue(key),
                                            .scope = page,
                                            .value = key,
                                            .owner = number});
        number++;
    }
    ofs_names_sort(&labels);
    ofs_names_sort(&keys);
    size_t back = ofs_lint_enter(l, "settings", 0);
    for (size_t i = 1; i < labels.n; i++) {
        const struct ofs_name *a = &labels.list[i - 1], *b = &labels.list[i];
        if (ofs_names_repeats(&labels, i) && a->owner != b->owner &&
            !rows_differ(l, root, a->owner, b->owner))
            ofs_lint_fault(l, b->value,
                           "ambiguous: \"%s\" is also a label of settings[%zu] "
                           "on the same page, and no \"rows\" distinguish them",
                           ofs_show(b->name).text, a->owner);
    }
    for (size_t i = 1; i < keys.n; i++)
        if (ofs_names_repeats(&keys, i))
            ofs_lint_fault(l, keys.list[i].value,
                           "ambiguous: \"%s\" is also the key of "
                           "settings[%zu] on the same page",
                           ofs_show(keys.list[i].name).text, keys.list[i - 1].owner);
    ofs_lint_leave(l, back);
}

/* What a source vouches for has to exist. */
static void check_sources(struct ofs_lint *l, const cJSON *object)
{
    size_t n = 0;
    OFS_EACH (source, ofs_json_get(object, "sources")) {
        size_t back = ofs_lint_enter(l, "sources", 0);
        ofs_lint_enter(l, NULL, n++);
        OFS_EACH (key, ofs_json_get(source, "vouches_for")) {
            const char *name = cJSON_GetStringValue(key);
            if (name && !ofs_json_get(object, name))
                ofs_lint_fault(l, key, "vouches for \"%s\", which is not here%s",
                               ofs_show(name).text, ofs_guess_key(name, object).text);
        }
        ofs_lint_leave(l, back);
    }
}

static void check_all_sources(struct ofs_lint *l, const cJSON *root)
{
    static const char *const lists[] = {"settings", "manual"};
    check_sources(l, root);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t n = 0;
        OFS_EACH (entry, ofs_json_get(root, lists[i])) {
            size_t back = ofs_lint_enter(l, lists[i], 0);
            ofs_lint_enter(l, NULL, n++);
            check_sources(l, entry);
            ofs_lint_leave(l, back);
        }
    }
}

/* ---- one setting ---------------------------------------------------------------------------- */

static void check_index(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    const cJSON *named = ofs_json_get(setting, "index");
    const cJSON *indexes = ofs_json_get(root, "indexes");
    const char *index = cJSON_GetStringValue(named);
    if (!index)
        return;
    if (!ofs_json_get(indexes, index))
        ofs_lint_fault(l, named, "\"%s\" is not in \"indexes\"%s", ofs_show(index).text,
                       ofs_guess_key(index, indexes).text);
    if (!first_page(setting) && !ofs_json_get(setting, "rows") && !ofs_json_get(setting, "labels"))
        ofs_lint_fault(l, named,
                       "without a \"page\" it needs \"rows\": the "
                       "wordings of the link on the index page");
}

static void check_group(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    const cJSON *groups = ofs_json_get(root, "groups");
    const cJSON *named = ofs_json_get(setting, "group");
    const char *group = group_of(setting);
    if (cJSON_IsObject(groups) && !ofs_json_get(groups, group))
        ofs_lint_fault(l, named ? named : setting, "the group \"%s\" is not in \"groups\"%s",
                       ofs_show(group).text, ofs_guess_key(group, groups).text);
}

static void check_inverted(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    (void)root;
    enum { LABEL, INVERTED };
    OFS_AUTO_NAMES words = {.wordings = true};
    add_wordings(l, &words, ofs_json_get(setting, "labels"), NULL, LABEL);
    add_wordings(l, &words, ofs_json_get(setting, "inverted"), NULL, INVERTED);
    ofs_names_sort(&words);
    for (size_t i = 1; i < words.n; i++)
        if (ofs_names_repeats(&words, i) && words.list[i].owner != words.list[i - 1].owner)
            ofs_lint_fault(l, words.list[i].value,
                           "\"%s\" is both in \"labels\" and in \"inverted\"",
                           ofs_show(words.list[i].name).text);
}

/* What people write when they mean off or on. */
static const char *meant_state(const char *text)
{
    static const struct {
        const char *slip, *meant;
    } slips[] = {
        {"off", "off"},      {"on", "on"},      {"false", "off"},   {"true", "on"},
        {"no", "off"},       {"yes", "on"},     {"0", "off"},       {"1", "on"},
        {"disabled", "off"}, {"enabled", "on"}, {"disable", "off"}, {"enable", "on"},
        {"of", "off"},       {"offf", "off"},   {"onn", "on"},
    };
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (!strcasecmp(text, slips[i].slip))
            return slips[i].meant;
    return NULL;
}

static void check_state(struct ofs_lint *l, const cJSON *setting, const char *key)
{
    const cJSON *state = ofs_json_get(setting, key);
    const cJSON *choices = ofs_json_get(setting, "choices");
    const char *text = cJSON_GetStringValue(state);
    if (!text)
        return;
    size_t back = ofs_lint_enter(l, key, 0);
    const char *meant = meant_state(text);
    if (cJSON_IsObject(choices)) {
        if (!ofs_json_get(choices, text))
            ofs_lint_fault(l, state, "\"%s\" is not in \"choices\"%s", ofs_show(text).text,
                           ofs_guess_key(text, choices).text);
    } else if (meant && strcmp(meant, text)) {
        ofs_lint_fault(l, state, "\"%s\" is no state, did you mean \"%s\"?", ofs_show(text).text,
                       meant);
    }
    ofs_lint_leave(l, back);
}

static void check_states(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    (void)root;
    check_state(l, setting, "wanted");
    check_state(l, setting, "default");
}

static void check_save(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    (void)root;
    const cJSON *save = ofs_json_get(setting, "save");
    bool method = ofs_json_get(save, "method") != NULL;
    bool path = ofs_json_get(save, "path") != NULL;
    if (method != path)
        ofs_lint_fault(l, save,
                       "\"method\" and \"path\" need each other: \"%s\" "
                       "is missing",
                       method ? "path" : "method");
    static const char *const parts[] = {"query", "body"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!path && ofs_json_get(save, parts[i]))
            ofs_lint_fault(l, save, "\"%s\" needs a \"path\"", parts[i]);
    if (!ofs_json_get(save, "button") && ofs_json_get(save, "also_saves"))
        ofs_lint_fault(l, save, "\"also_saves\" needs a \"button\"");
}

static bool is_per_instance(const cJSON *page)
{
    return cJSON_GetStringValue(page) && strstr(cJSON_GetStringValue(page), OFS_INSTANCE);
}

static void check_place(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    const cJSON *page = ofs_json_get(setting, "page");
    const cJSON *pages = ofs_json_get(setting, "pages"), *first = first_page(setting);
    if (page && pages)
        ofs_lint_fault(l, pages,
                       "\"page\" and \"pages\" exclude each other: put all of them into \"pages\"");
    OFS_EACH (other, pages)
        if (is_per_instance(other) != is_per_instance(first))
            ofs_lint_fault(l, other,
                           "either all pages have \"" OFS_INSTANCE "\" in them, or none has");
    const cJSON *own = ofs_json_get(setting, "origin");
    if (own && is_per_instance(first))
        ofs_lint_fault(l, own,
                       "the page has \"" OFS_INSTANCE "\" in it too: one place for the name is all "
                       "there may be");
    if (own && ofs_json_get(setting, "index"))
        ofs_lint_fault(l, own,
                       "\"origin\" and \"index\" exclude each other: an index leads to pages "
                       "of the scenario's own origin");
    if (own && !ofs_json_get(root, "instances"))
        ofs_lint_fault(l, own, "has \"" OFS_INSTANCE "\" in it, and the file has no \"instances\"");
    if (is_per_instance(first) && !ofs_json_get(root, "instances"))
        ofs_lint_fault(l, first,
                       "has \"" OFS_INSTANCE "\" in it, and the file has no \"instances\"");
    if (ofs_json_get(setting, "control") && !ofs_json_get(setting, "choices"))
        ofs_lint_fault(l, ofs_json_get(setting, "control"),
                       "a menu needs \"choices\": the names of its items");
}

static void check_forced(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    const cJSON *forced = ofs_json_get(setting, "forced_by");
    const cJSON *named = ofs_json_get(forced, "setting");
    const char *id = cJSON_GetStringValue(named), *own = member_string(setting, "id");
    bool known = !id;
    if (id && own && !strcmp(id, own))
        ofs_lint_fault(l, named, "a setting does not force itself");
    OFS_EACH (each, settings_of(root))
        known = known || (member_string(each, "id") && !strcmp(member_string(each, "id"), id));
    if (!known)
        ofs_lint_fault(l, named, "there is no setting \"%s\"", ofs_show(id).text);
}

/* A menu's items are those of the choices. */
static void check_items(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    (void)root;
    const cJSON *choices = ofs_json_get(setting, "choices");
    OFS_EACH (item, ofs_json_get(setting, "items"))
        if (!ofs_json_get(choices, item->string))
            ofs_lint_key_fault(l, item, "\"%s\" is not in \"choices\"%s",
                               ofs_show(item->string).text,
                               ofs_guess_key(item->string, choices).text);
}

/* What is pressed for a setting, by a list of names each. */
static void add_pressed(struct ofs_lint *l, struct ofs_names *names, const cJSON *setting)
{
    const cJSON *confirm = ofs_json_get(setting, "confirm");
    add_wordings(l, names, ofs_json_get(ofs_json_get(setting, "save"), "button"), NULL, 1);
    if (cJSON_IsObject(confirm))
        add_wordings(l, names, confirm, NULL, 1);
    else
        OFS_EACH (question, confirm)
            add_wordings(l, names, ofs_json_get(question, "button"), NULL, 1);
    OFS_EACH (step, ofs_json_get(setting, "open"))
        add_wordings(l, names, ofs_json_get(step, "names"), NULL, 1);
    OFS_EACH (choice, ofs_json_get(setting, "choices"))
        add_wordings(l, names, choice, NULL, 1);
    OFS_EACH (item, ofs_json_get(setting, "items"))
        add_wordings(l, names, item, NULL, 1);
}

/* A name that is never pressed may not be listed for pressing. */
static void check_never_press(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    OFS_AUTO_NAMES names = {.wordings = true};
    add_wordings(l, &names, ofs_json_get(root, "never_press"), NULL, 0);
    add_wordings(l, &names, ofs_json_get(setting, "never_press"), NULL, 0);
    if (!names.n)
        return;
    add_pressed(l, &names, setting);
    ofs_names_sort(&names);
    for (size_t i = 1; i < names.n; i++)
        if (ofs_names_repeats(&names, i) && names.list[i].owner != names.list[i - 1].owner)
            ofs_lint_fault(l, names.list[i].value,
                           "\"%s\" is in \"never_press\", and is named to be pressed",
                           ofs_show(names.list[i].name).text);
}

/* The link that names an instance has to show where the name is. */
static void check_instances(struct ofs_lint *l, const cJSON *root)
{
    const cJSON *all = ofs_json_get(root, "instances");
    const cJSON *link = ofs_json_get(all, "link");
    bool has_index = ofs_json_get(all, "index") != NULL;
    size_t back = ofs_lint_enter(l, "instances", 0);
    if (has_index != (link != NULL))
        ofs_lint_fault(l, all, "\"index\" and \"link\" need each other");
    else if (cJSON_GetStringValue(link) && !is_per_instance(link))
        ofs_lint_fault(l, link, "has no \"" OFS_INSTANCE "\" in it");
    ofs_lint_leave(l, back);
}

static void check_effects(struct ofs_lint *l, const cJSON *root, const cJSON *setting)
{
    OFS_EACH (effect, ofs_json_get(setting, "also_changes")) {
        const cJSON *other = ofs_json_get(effect, "setting");
        const char *id = cJSON_GetStringValue(other);
        const char *words[OFS_SCENARIO_MOST_SETTINGS + 1];
        size_t n = 0;
        bool known = !id;
        OFS_EACH (each, settings_of(root)) {
            const char *have = member_string(each, "id");
            known |= have && id && !strcmp(have, id);
            if (have && n < OFS_SCENARIO_MOST_SETTINGS)
                words[n++] = have;
        }
        words[n] = NULL;
        if (!known)
            ofs_lint_fault(l, other, "there is no setting \"%s\"%s", ofs_show(id).text,
                           ofs_guess(id, words).text);
    }
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* A scenario may have only manual steps; one with neither steps nor settings has nothing to do. */
static void check_any_work(struct ofs_lint *l, const cJSON *root)
{
    const cJSON *settings = ofs_json_get(root, "settings");
    if (!cJSON_IsArray(settings) || settings->child || cJSON_IsArray(ofs_json_get(root, "manual")))
        return;
    size_t back = ofs_lint_enter(l, "settings", 0);
    ofs_lint_fault(l, settings, "is empty: a scenario needs a setting, or a step in \"manual\"");
    ofs_lint_leave(l, back);
}

void ofs_lint_cross(struct ofs_lint *l, const cJSON *root)
{
    static void (*const of_file[])(struct ofs_lint *, const cJSON *) = {
        check_any_work,      check_ids,       check_default_group, check_pages,
        check_several_pages, check_ambiguity, check_all_sources,   check_instances,
    };
    static const struct {
        const char *key; /* the member that the fault is reported for */
        void (*check)(struct ofs_lint *, const cJSON *, const cJSON *);
    } of_setting[] = {
        {"index", check_index},    {"group", check_group},      {"inverted", check_inverted},
        {NULL, check_states},      {"save", check_save},        {"also_changes", check_effects},
        {NULL, check_place},       {"forced_by", check_forced}, {"items", check_items},
        {NULL, check_never_press},
    };
    for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++)
        of_file[i](l, root);
    size_t number = 0;
    OFS_EACH (setting, settings_of(root)) {
        for (size_t i = 0; i < sizeof of_setting / sizeof *of_setting; i++) {
            size_t back = ofs_lint_enter(l, "settings", 0);
            ofs_lint_enter(l, NULL, number);
            if (of_setting[i].key)
                ofs_lint_enter(l, of_setting[i].key, 0);
            of_setting[i].check(l, root, setting);
            ofs_lint_leave(l, back);
        }
        number++;
    }
}
