/*
 * cross.c: the third pass of the lint: rules that hold between two places of a scenario. What the
 * table already refuses (wrong types, missing keys) is passed over here.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "scenario/walk.h"

static struct ofs_place settings_of(const struct ofs_lint *l, struct ofs_place root)
{
    struct ofs_place all = ofs_place_member(l, root, "settings");
    return cJSON_IsArray(all.value) ? all : (struct ofs_place){0};
}

static const char *member_string(const struct ofs_lint *l, struct ofs_place object, const char *key)
{
    return ofs_place_string(ofs_place_member(l, object, key));
}

static const char *group_of(const struct ofs_lint *l, struct ofs_place setting)
{
    const char *group = member_string(l, setting, "group");
    return group ? group : "ai";
}

/* Add every wording of a {"en": ["…"]} object. */
static void add_wordings(struct ofs_lint *l, struct ofs_names *names, struct ofs_place words,
                         const char *scope, size_t owner)
{
    for
        OFS_EACH(l, language, words)
        for
            OFS_EACH(l, word, language)
        if (ofs_place_string(word))
            ofs_names_add(l, names,
                          (struct ofs_name){.name = ofs_place_string(word),
                                            .scope = scope,
                                            .entry = word.entry,
                                            .owner = owner});
}

static size_t at_entry(const struct ofs_lint *l, const struct ofs_name *name)
{
    return l->positions.list[name->entry].at;
}

/* ---- whole file ----------------------------------------------------------------------------- */

static void check_ids(struct ofs_lint *l, struct ofs_place root)
{
    static const char *const lists[] = {"settings", "manual", "policies"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        OFS_AUTO_NAMES names = {0};
        for
            OFS_EACH(l, entry, ofs_place_member(l, root, lists[i]))
            {
                struct ofs_place id = ofs_place_member(l, entry, "id");
                if (ofs_place_string(id))
                    ofs_names_add(
                        l, &names,
                        (struct ofs_name){.name = ofs_place_string(id), .entry = id.entry});
            }
        ofs_names_sort(&names);
        size_t back = ofs_lint_enter(l, lists[i], 0);
        for (size_t k = 0; k < names.n; k++)
            if (ofs_names_repeats(&names, k))
                ofs_lint_fault(l, at_entry(l, &names.list[k]), "the id \"%s\" is used twice",
                               ofs_show(names.list[k].name).text);
        ofs_lint_leave(l, back);
    }
}

static void check_default_group(struct ofs_lint *l, struct ofs_place root)
{
    const char *words[OFS_SCENARIO_MOST_SETTINGS + 1];
    size_t n = 0;
    struct ofs_place named = ofs_place_member(l, root, "default_group");
    const char *group = ofs_place_string(named);
    if (!group)
        return;
    for
        OFS_EACH(l, setting, settings_of(l, root))
        {
            if (!strcmp(group_of(l, setting), group))
                return;
            if (n < OFS_SCENARIO_MOST_SETTINGS)
                words[n++] = group_of(l, setting);
        }
    words[n] = NULL;
    size_t back = ofs_lint_enter(l, "default_group", 0);
    ofs_lint_fault(l, ofs_place_at(l, named), "no setting is in the group \"%s\"%s",
                   ofs_show(group).text, ofs_guess(group, words).text);
    ofs_lint_leave(l, back);
}

/* A page that must never be opened may not be one that is opened. */
static void check_page(struct ofs_lint *l, struct ofs_place root, struct ofs_place page)
{
    const char *path = ofs_place_string(page);
    if (!path)
        return;
    for
        OFS_EACH(l, never, ofs_place_member(l, root, "never"))
    if (ofs_place_string(never) && ofs_path_is_under(path, ofs_place_string(never)))
        ofs_lint_fault(l, ofs_place_at(l, page),
                       "\"%s\" is at or under \"%s\", which is in "
                       "\"never\"",
                       ofs_show(path).text, ofs_show(ofs_place_string(never)).text);
}

/* The pages of a setting: its one page, or the first of its pages. NULL: it has none. */
static struct ofs_place first_page(const struct ofs_lint *l, struct ofs_place setting)
{
    struct ofs_place page = ofs_place_member(l, setting, "page");
    return page.value ? page : ofs_place_first(ofs_place_member(l, setting, "pages"));
}

static void check_several_pages(struct ofs_lint *l, struct ofs_place root)
{
    size_t number = 0, top = ofs_lint_enter(l, "settings", 0);
    for
        OFS_EACH(l, setting, settings_of(l, root))
        {
            size_t back = ofs_lint_enter(l, NULL, number++), n = 0;
            ofs_lint_enter(l, "pages", 0);
        for
            OFS_EACH(l, page, ofs_place_member(l, setting, "pages"))
            {
                size_t inner = ofs_lint_enter(l, NULL, n++);
                check_page(l, root, page);
                ofs_lint_leave(l, inner);
            }
        ofs_lint_leave(l, back);
        }
    ofs_lint_leave(l, top);
}

static void check_pages(struct ofs_lint *l, struct ofs_place root)
{
    static const struct {
        const char *list, *key;
    } lists[] = {{"settings", "page"}, {"indexes", "page"}, {"policies", "url"}};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t n = 0, top = ofs_lint_enter(l, lists[i].list, 0);
        for
            OFS_EACH(l, entry, ofs_place_member(l, root, lists[i].list))
            {
                size_t back = ofs_lint_enter(l, entry.value->string, n++);
                ofs_lint_enter(l, lists[i].key, 0);
                check_page(l, root, ofs_place_member(l, entry, lists[i].key));
                ofs_lint_leave(l, back);
            }
        ofs_lint_leave(l, top);
    }
}

static struct ofs_place setting_number(const struct ofs_lint *l, struct ofs_place root,
                                       size_t number)
{
    struct ofs_place s = ofs_place_first(settings_of(l, root));
    while (s.value && number--)
        s = ofs_place_next(l, s);
    return s;
}

/* True when rows tell two settings apart: both have some, and none in common. */
static bool rows_differ(struct ofs_lint *l, struct ofs_place root, size_t a, size_t b)
{
    OFS_AUTO_NAMES rows = {.wordings = true};
    add_wordings(l, &rows, ofs_place_member(l, setting_number(l, root, a), "rows"), NULL, a);
    size_t of_a = rows.n;
    add_wordings(l, &rows, ofs_place_member(l, setting_number(l, root, b), "rows"), NULL, b);
    if (!of_a || rows.n == of_a)
        return false;
    ofs_names_sort(&rows);
    for (size_t i = 1; i < rows.n; i++)
        if (ofs_names_repeats(&rows, i) && rows.list[i].owner != rows.list[i - 1].owner)
            return false;
    return true;
}

/* Two settings on one page need something that tells their controls apart. */
static void check_ambiguity(struct ofs_lint *l, struct ofs_place root)
{
    OFS_AUTO_NAMES labels = {.wordings = true};
    OFS_AUTO_NAMES keys = {0};
    size_t number = 0;
    for
        OFS_EACH(l, setting, settings_of(l, root))
        {
            const char *page = ofs_place_string(first_page(l, setting));
            struct ofs_place key = ofs_place_member(l, setting, "key");
            if (page)
                add_wordings(l, &labels, ofs_place_member(l, setting, "labels"), page, number);
            if (page && ofs_place_string(key))
                ofs_names_add(l, &keys,
                              (struct ofs_name){.name = ofs_place_string(key),
                                                .scope = page,
                                                .entry = key.entry,
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
            ofs_lint_fault(l, at_entry(l, b),
                           "ambiguous: \"%s\" is also a label of settings[%zu] "
                           "on the same page, and no \"rows\" tell them apart",
                           ofs_show(b->name).text, a->owner);
    }
    for (size_t i = 1; i < keys.n; i++)
        if (ofs_names_repeats(&keys, i))
            ofs_lint_fault(l, at_entry(l, &keys.list[i]),
                           "ambiguous: \"%s\" is also the key of "
                           "settings[%zu] on the same page",
                           ofs_show(keys.list[i].name).text, keys.list[i - 1].owner);
    ofs_lint_leave(l, back);
}

/* What a source vouches for has to be there. */
static void check_sources(struct ofs_lint *l, struct ofs_place object)
{
    size_t n = 0;
    for
        OFS_EACH(l, source, ofs_place_member(l, object, "sources"))
        {
            size_t back = ofs_lint_enter(l, "sources", 0);
            ofs_lint_enter(l, NULL, n++);
        for
            OFS_EACH(l, key, ofs_place_member(l, source, "vouches_for"))
            {
                const char *name = ofs_place_string(key);
                if (name && !ofs_place_member(l, object, name).value)
                    ofs_lint_fault(l, ofs_place_at(l, key),
                                   "vouches for \"%s\", which is not here%s", ofs_show(name).text,
                                   ofs_guess_key(name, object.value).text);
            }
        ofs_lint_leave(l, back);
        }
}

static void check_all_sources(struct ofs_lint *l, struct ofs_place root)
{
    static const char *const lists[] = {"settings", "manual"};
    check_sources(l, root);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        size_t n = 0;
        for
            OFS_EACH(l, entry, ofs_place_member(l, root, lists[i]))
            {
                size_t back = ofs_lint_enter(l, lists[i], 0);
                ofs_lint_enter(l, NULL, n++);
                check_sources(l, entry);
                ofs_lint_leave(l, back);
            }
    }
}

/* ---- one setting ---------------------------------------------------------------------------- */

static void check_index(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    struct ofs_place named = ofs_place_member(l, setting, "index");
    struct ofs_place indexes = ofs_place_member(l, root, "indexes");
    const char *index = ofs_place_string(named);
    if (!index)
        return;
    if (!ofs_place_member(l, indexes, index).value)
        ofs_lint_fault(l, ofs_place_at(l, named), "\"%s\" is not in \"indexes\"%s",
                       ofs_show(index).text, ofs_guess_key(index, indexes.value).text);
    if (!first_page(l, setting).value && !ofs_place_member(l, setting, "rows").value &&
        !ofs_place_member(l, setting, "labels").value)
        ofs_lint_fault(l, ofs_place_at(l, named),
                       "without a \"page\" it needs \"rows\": the "
                       "wordings of the link on the index page");
}

static void check_group(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    struct ofs_place groups = ofs_place_member(l, root, "groups");
    struct ofs_place named = ofs_place_member(l, setting, "group");
    const char *group = group_of(l, setting);
    if (cJSON_IsObject(groups.value) && !ofs_place_member(l, groups, group).value)
        ofs_lint_fault(l, ofs_place_at(l, named.value ? named : setting),
                       "the group \"%s\" is not in \"groups\"%s", ofs_show(group).text,
                       ofs_guess_key(group, groups.value).text);
}

static void check_inverted(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    (void)root;
    enum { LABEL, INVERTED };
    OFS_AUTO_NAMES words = {.wordings = true};
    add_wordings(l, &words, ofs_place_member(l, setting, "labels"), NULL, LABEL);
    add_wordings(l, &words, ofs_place_member(l, setting, "inverted"), NULL, INVERTED);
    ofs_names_sort(&words);
    for (size_t i = 1; i < words.n; i++)
        if (ofs_names_repeats(&words, i) && words.list[i].owner != words.list[i - 1].owner)
            ofs_lint_fault(l, at_entry(l, &words.list[i]),
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

static void check_state(struct ofs_lint *l, struct ofs_place setting, const char *key)
{
    struct ofs_place state = ofs_place_member(l, setting, key);
    struct ofs_place choices = ofs_place_member(l, setting, "choices");
    const char *text = ofs_place_string(state);
    if (!text)
        return;
    size_t back = ofs_lint_enter(l, key, 0);
    const char *meant = meant_state(text);
    if (cJSON_IsObject(choices.value)) {
        if (!ofs_place_member(l, choices, text).value)
            ofs_lint_fault(l, ofs_place_at(l, state), "\"%s\" is not in \"choices\"%s",
                           ofs_show(text).text, ofs_guess_key(text, choices.value).text);
    } else if (meant && strcmp(meant, text)) {
        ofs_lint_fault(l, ofs_place_at(l, state), "\"%s\" is no state, did you mean \"%s\"?",
                       ofs_show(text).text, meant);
    }
    ofs_lint_leave(l, back);
}

static void check_states(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    (void)root;
    check_state(l, setting, "wanted");
    check_state(l, setting, "default");
}

static void check_save(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    (void)root;
    struct ofs_place save = ofs_place_member(l, setting, "save");
    bool method = ofs_place_member(l, save, "method").value != NULL;
    bool path = ofs_place_member(l, save, "path").value != NULL;
    if (method != path)
        ofs_lint_fault(l, ofs_place_at(l, save),
                       "\"method\" and \"path\" need each other: \"%s\" "
                       "is missing",
                       method ? "path" : "method");
    static const char *const parts[] = {"query", "body"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!path && ofs_place_member(l, save, parts[i]).value)
            ofs_lint_fault(l, ofs_place_at(l, save), "\"%s\" needs a \"path\"", parts[i]);
    if (!ofs_place_member(l, save, "button").value && ofs_place_member(l, save, "also_saves").value)
        ofs_lint_fault(l, ofs_place_at(l, save), "\"also_saves\" needs a \"button\"");
}

static bool is_per_instance(struct ofs_place page)
{
    return ofs_place_string(page) && strstr(ofs_place_string(page), OFS_INSTANCE);
}

static void check_place(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    struct ofs_place page = ofs_place_member(l, setting, "page");
    struct ofs_place pages = ofs_place_member(l, setting, "pages"), first = first_page(l, setting);
    if (page.value && pages.value)
        ofs_lint_fault(l, ofs_place_at(l, pages),
                       "\"page\" and \"pages\" exclude each other: put all of them into \"pages\"");
    for
        OFS_EACH(l, other, pages)
    if (is_per_instance(other) != is_per_instance(first))
        ofs_lint_fault(l, ofs_place_at(l, other),
                       "either all pages have \"" OFS_INSTANCE "\" in them, or none has");
    if (is_per_instance(first) && !ofs_place_member(l, root, "instances").value)
        ofs_lint_fault(l, ofs_place_at(l, first),
                       "has \"" OFS_INSTANCE "\" in it, and the file has no \"instances\"");
    if (ofs_place_member(l, setting, "control").value &&
        !ofs_place_member(l, setting, "choices").value)
        ofs_lint_fault(l, ofs_place_at(l, ofs_place_member(l, setting, "control")),
                       "a menu needs \"choices\": the names of its items");
}

static void check_forced(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    struct ofs_place forced = ofs_place_member(l, setting, "forced_by");
    struct ofs_place named = ofs_place_member(l, forced, "setting");
    const char *id = ofs_place_string(named), *own = member_string(l, setting, "id");
    bool known = !id;
    if (id && own && !strcmp(id, own))
        ofs_lint_fault(l, ofs_place_at(l, named), "a setting does not force itself");
    for
        OFS_EACH(l, each, settings_of(l, root))
    known = known || (member_string(l, each, "id") && !strcmp(member_string(l, each, "id"), id));
    if (!known)
        ofs_lint_fault(l, ofs_place_at(l, named), "there is no setting \"%s\"", ofs_show(id).text);
}

/* A menu's items are those of the choices. */
static void check_items(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    (void)root;
    struct ofs_place choices = ofs_place_member(l, setting, "choices");
    for
        OFS_EACH(l, item, ofs_place_member(l, setting, "items"))
    if (!ofs_place_member(l, choices, item.value->string).value)
        ofs_lint_fault(l, ofs_place_key_at(l, item), "\"%s\" is not in \"choices\"%s",
                       ofs_show(item.value->string).text,
                       ofs_guess_key(item.value->string, choices.value).text);
}

/* What is pressed for a setting, by a list of names each. */
static void add_pressed(struct ofs_lint *l, struct ofs_names *names, struct ofs_place setting)
{
    struct ofs_place confirm = ofs_place_member(l, setting, "confirm");
    add_wordings(l, names, ofs_place_member(l, ofs_place_member(l, setting, "save"), "button"),
                 NULL, 1);
    if (cJSON_IsObject(confirm.value))
        add_wordings(l, names, confirm, NULL, 1);
    else
        for
            OFS_EACH(l, question, confirm)
    add_wordings(l, names, ofs_place_member(l, question, "button"), NULL, 1);
    for
        OFS_EACH(l, step, ofs_place_member(l, setting, "open"))
    add_wordings(l, names, ofs_place_member(l, step, "names"), NULL, 1);
    for
        OFS_EACH(l, choice, ofs_place_member(l, setting, "choices"))
    add_wordings(l, names, choice, NULL, 1);
    for
        OFS_EACH(l, item, ofs_place_member(l, setting, "items"))
    add_wordings(l, names, item, NULL, 1);
}

/* What is never pressed may not be named for pressing. */
static void check_never_press(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    OFS_AUTO_NAMES names = {.wordings = true};
    add_wordings(l, &names, ofs_place_member(l, root, "never_press"), NULL, 0);
    add_wordings(l, &names, ofs_place_member(l, setting, "never_press"), NULL, 0);
    if (!names.n)
        return;
    add_pressed(l, &names, setting);
    ofs_names_sort(&names);
    for (size_t i = 1; i < names.n; i++)
        if (ofs_names_repeats(&names, i) && names.list[i].owner != names.list[i - 1].owner)
            ofs_lint_fault(l, at_entry(l, &names.list[i]),
                           "\"%s\" is in \"never_press\", and is named to be pressed",
                           ofs_show(names.list[i].name).text);
}

/* The link that names an instance has to say where the name is. */
static void check_instances(struct ofs_lint *l, struct ofs_place root)
{
    struct ofs_place all = ofs_place_member(l, root, "instances");
    struct ofs_place link = ofs_place_member(l, all, "link");
    bool has_index = ofs_place_member(l, all, "index").value != NULL;
    size_t back = ofs_lint_enter(l, "instances", 0);
    if (has_index != (link.value != NULL))
        ofs_lint_fault(l, ofs_place_at(l, all), "\"index\" and \"link\" need each other");
    else if (ofs_place_string(link) && !is_per_instance(link))
        ofs_lint_fault(l, ofs_place_at(l, link), "has no \"" OFS_INSTANCE "\" in it");
    ofs_lint_leave(l, back);
}

static void check_effects(struct ofs_lint *l, struct ofs_place root, struct ofs_place setting)
{
    for
        OFS_EACH(l, effect, ofs_place_member(l, setting, "also_changes"))
        {
            struct ofs_place other = ofs_place_member(l, effect, "setting");
            const char *id = ofs_place_string(other);
            const char *words[OFS_SCENARIO_MOST_SETTINGS + 1];
            size_t n = 0;
            bool known = !id;
        for
            OFS_EACH(l, each, settings_of(l, root))
            {
                const char *have = member_string(l, each, "id");
                known |= have && id && !strcmp(have, id);
                if (have && n < OFS_SCENARIO_MOST_SETTINGS)
                    words[n++] = have;
            }
        words[n] = NULL;
        if (!known)
            ofs_lint_fault(l, ofs_place_at(l, other), "there is no setting \"%s\"%s",
                           ofs_show(id).text, ofs_guess(id, words).text);
        }
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* A scenario may have steps by hand alone; one with neither is of no use. */
static void check_any_work(struct ofs_lint *l, struct ofs_place root)
{
    struct ofs_place settings = ofs_place_member(l, root, "settings");
    if (!cJSON_IsArray(settings.value) || settings.value->child ||
        cJSON_IsArray(ofs_place_member(l, root, "manual").value))
        return;
    size_t back = ofs_lint_enter(l, "settings", 0);
    ofs_lint_fault(l, ofs_place_at(l, settings),
                   "is empty: a scenario needs a setting, or a step "
                   "in \"manual\"");
    ofs_lint_leave(l, back);
}

void ofs_lint_cross(struct ofs_lint *l, struct ofs_place root)
{
    static void (*const of_file[])(struct ofs_lint *, struct ofs_place) = {
        check_any_work,      check_ids,       check_default_group, check_pages,
        check_several_pages, check_ambiguity, check_all_sources,   check_instances,
    };
    static const struct {
        const char *key; /* what the fault is said of */
        void (*check)(struct ofs_lint *, struct ofs_place, struct ofs_place);
    } of_setting[] = {
        {"index", check_index},    {"group", check_group},      {"inverted", check_inverted},
        {NULL, check_states},      {"save", check_save},        {"also_changes", check_effects},
        {NULL, check_place},       {"forced_by", check_forced}, {"items", check_items},
        {NULL, check_never_press},
    };
    for (size_t i = 0; i < sizeof of_file / sizeof *of_file; i++)
        of_file[i](l, root);
    size_t number = 0;
    for
        OFS_EACH(l, setting, settings_of(l, root))
        {
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
