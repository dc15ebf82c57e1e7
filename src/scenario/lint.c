/*
 * lint.c: every fault of a scenario text, with its place.
 *
 * Three passes over the tree and its positions, side by side: what holds for any JSON (keys that
 * repeat, script text), what holds for one place (the table in rules.c), and what needs two places
 * at once (cross.c). The faults are put in the order of the text at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "scenario/walk.h"

/* ---- first pass: any JSON ------------------------------------------------------------------ */

static void check_repeated_keys(struct ofs_lint *l, struct ofs_place object)
{
    OFS_AUTO_NAMES names = {0};
    for
        OFS_EACH(l, child, object)
    ofs_names_add(l, &names, (struct ofs_name){.name = child.value->string, .entry = child.entry});
    ofs_names_sort(&names);
    for (size_t i = 0; i < names.n; i++)
        if (ofs_names_repeats(&names, i))
            ofs_lint_fault(l, l->positions.list[names.list[i].entry].key,
                           "the key \"%s\" is here twice", ofs_show(names.list[i].name).text);
}

static void check_any(struct ofs_lint *l, struct ofs_place p)
{
    const char *text = ofs_place_string(p);
    if (text && ofs_check_is_script(text))
        ofs_lint_fault(l, ofs_place_at(l, p), "script text has no place in a scenario");
    if (cJSON_IsObject(p.value))
        check_repeated_keys(l, p);
    size_t i = 0;
    for
        OFS_EACH(l, child, p)
        {
            size_t back = ofs_lint_enter(l, child.value->string, i++);
            check_any(l, child);
            ofs_lint_leave(l, back);
        }
}

/* ---- second pass: the table ---------------------------------------------------------------- */

static void check_rule(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule);

static const char *name_of_type(const cJSON *v)
{
    static const struct {
        int type;
        const char *name;
    } names[] = {
        {cJSON_False, "false"},      {cJSON_True, "true"},       {cJSON_NULL, "null"},
        {cJSON_Number, "a number"},  {cJSON_String, "a string"}, {cJSON_Array, "a list"},
        {cJSON_Object, "an object"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((v->type & 0xff) == names[i].type)
            return names[i].name;
    return "something else";
}

/* "A, B, C" */
struct listed {
    char text[160];
};

static struct listed list_words(const char *const *words)
{
    struct listed all = {""};
    for (; *words; words++) {
        size_t used = strlen(all.text);
        snprintf(all.text + used, sizeof all.text - used, "%s%s", used ? ", " : "", *words);
    }
    return all;
}

static bool is_among(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (!strcmp(*words, text))
            return true;
    return false;
}

static void check_string(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    const char *text = p.value->valuestring;
    if (ofs_check_is_script(text))
        return; /* has its own sentence already */
    if ((double)strlen(text) > rule->most) {
        ofs_lint_fault(l, ofs_place_at(l, p), "is longer than %.0f bytes", rule->most);
        return;
    }
    if (rule->words && !is_among(text, rule->words))
        ofs_lint_fault(l, ofs_place_at(l, p), "\"%s\" is none of %s%s", ofs_show(text).text,
                       list_words(rule->words).text, ofs_guess(text, rule->words).text);
    const char *why = rule->check ? rule->check(text, l->origin) : NULL;
    if (why)
        ofs_lint_fault(l, ofs_place_at(l, p), "\"%s\" %s", ofs_show(text).text, why);
}

static void check_integer(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    double n = p.value->valuedouble;
    if (n < rule->least || n > rule->most)
        ofs_lint_fault(l, ofs_place_at(l, p), "has to be between %.0f and %.0f", rule->least,
                       rule->most);
    else if (n != (double)(int)n)
        ofs_lint_fault(l, ofs_place_at(l, p), "has to be a whole number");
}

static void check_needed_keys(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    for (const struct ofs_rule_field *f = rule->fields; f->key; f++)
        if (f->required && !ofs_place_member(l, p, f->key).value)
            ofs_lint_fault(l, ofs_place_at(l, p), "\"%s\" is missing", f->key);
    for (const char *const(*row)[OFS_RULE_MOST_EITHER] = rule->either; row && (*row)[0]; row++) {
        char all[96] = "";
        bool any = false;
        for (size_t i = 0; i < OFS_RULE_MOST_EITHER && (*row)[i]; i++) {
            size_t used = strlen(all);
            snprintf(all + used, sizeof all - used, "%s\"%s\"", used ? " or " : "", (*row)[i]);
            any |= ofs_place_member(l, p, (*row)[i]).value != NULL;
        }
        if (!any)
            ofs_lint_fault(l, ofs_place_at(l, p), "%s is missing", all);
    }
}

static void check_object(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    const char *keys[OFS_RULE_MOST_FIELDS + 1] = {NULL};
    for (size_t i = 0; i < OFS_RULE_MOST_FIELDS && rule->fields[i].key; i++)
        keys[i] = rule->fields[i].key;
    check_needed_keys(l, p, rule);
    for
        OFS_EACH(l, child, p)
        {
            const char *key = child.value->string;
            const struct ofs_rule_field *f = ofs_rule_field(rule, key);
            size_t back = ofs_lint_enter(l, key, 0);
            if (f)
                check_rule(l, child, f->rule);
            else
                ofs_lint_fault(l, ofs_place_key_at(l, child), "unknown key \"%s\"%s",
                               ofs_show(key).text, ofs_guess(key, keys).text);
            ofs_lint_leave(l, back);
        }
}

static void check_repeated_items(struct ofs_lint *l, struct ofs_place p)
{
    OFS_AUTO_NAMES names = {.wordings = true};
    for
        OFS_EACH(l, child, p)
    if (ofs_place_string(child))
        ofs_names_add(l, &names,
                      (struct ofs_name){.name = ofs_place_string(child), .entry = child.entry});
    ofs_names_sort(&names);
    for (size_t i = 0; i < names.n; i++)
        if (ofs_names_repeats(&names, i))
            ofs_lint_fault(l, l->positions.list[names.list[i].entry].at,
                           "\"%s\" is in this list twice", ofs_show(names.list[i].name).text);
}

/* A list, or an object with free keys. */
static void check_entries(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    int n = cJSON_GetArraySize(p.value);
    if (n < rule->least)
        ofs_lint_fault(l, ofs_place_at(l, p), "is empty: it has to be %s", rule->expected);
    if (n > rule->most) {
        l->too_many = true;
        ofs_lint_fault(l, ofs_place_at(l, p), "has %d entries, more than %.0f", n, rule->most);
        return;
    }
    if (rule->unique)
        check_repeated_items(l, p);
    size_t i = 0;
    for
        OFS_EACH(l, child, p)
        {
            const char *key = child.value->string;
            size_t back = ofs_lint_enter(l, key, i++);
            const char *why = key && rule->check ? rule->check(key, l->origin) : NULL;
            if (why)
                ofs_lint_fault(l, ofs_place_key_at(l, child), "\"%s\" %s", ofs_show(key).text, why);
            check_rule(l, child, rule->item);
            ofs_lint_leave(l, back);
        }
}

/* True or false: there is nothing to judge. */
static void check_nothing(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    (void)l;
    (void)p;
    (void)rule;
}

static void check_rule(struct ofs_lint *l, struct ofs_place p, const struct ofs_rule *rule)
{
    static const struct {
        int type;
        void (*check)(struct ofs_lint *, struct ofs_place, const struct ofs_rule *);
    } kinds[] = {
        [OFS_RULE_STRING] = {cJSON_String, check_string},
        [OFS_RULE_INTEGER] = {cJSON_Number, check_integer},
        [OFS_RULE_BOOLEAN] = {cJSON_True, check_nothing},
        [OFS_RULE_OBJECT] = {cJSON_Object, check_object},
        [OFS_RULE_LIST] = {cJSON_Array, check_entries},
        [OFS_RULE_MAP] = {cJSON_Object, check_entries},
    };
    int type = p.value->type & 0xff;
    if (type == cJSON_False)
        type = cJSON_True; /* of one kind */
    if (rule->other && type == kinds[rule->other->kind].type)
        rule = rule->other;
    if (type == kinds[rule->kind].type)
        kinds[rule->kind].check(l, p, rule);
    else
        ofs_lint_fault(l, ofs_place_at(l, p), "has to be %s, not %s", rule->expected,
                       name_of_type(p.value));
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* A newer format may mean anything by the rest, so nothing else is said then. */
static bool format_is_newer(struct ofs_lint *l, struct ofs_place root)
{
    struct ofs_place format = ofs_place_member(l, root, "format");
    if (!cJSON_IsNumber(format.value) || format.value->valuedouble <= OFS_SCENARIO_FORMAT)
        return false;
    size_t back = ofs_lint_enter(l, "format", 0);
    ofs_lint_fault(l, ofs_place_at(l, format),
                   "format %.0f needs a newer offswitch (this one reads format %d)",
                   format.value->valuedouble, OFS_SCENARIO_FORMAT);
    ofs_lint_leave(l, back);
    return true;
}

static void check_tree(struct ofs_lint *l, const cJSON *tree)
{
    struct ofs_place root = {tree, 0};
    if (format_is_newer(l, root))
        return;
    const char *origin = ofs_place_string(ofs_place_member(l, root, "origin"));
    l->origin = origin && !ofs_check_origin(origin, NULL) ? origin : NULL;
    check_any(l, root);
    check_rule(l, root, &ofs_scenario_rule);
    if (!l->too_many)
        ofs_lint_cross(l, root);
}

static void check_text(struct ofs_lint *l, const char *text, size_t len)
{
    if (len > OFS_SCENARIO_MOST_BYTES) {
        ofs_lint_fault(l, 0, "is larger than %d MiB", OFS_SCENARIO_MOST_BYTES >> 20);
        return;
    }
    int rc = ofs_positions_scan(&l->positions, text, len);
    if (rc) {
        l->no_memory |= rc < 0;
        if (rc > 0)
            ofs_lint_fault(l, l->positions.fault_at, "not JSON: %s", l->positions.fault);
        return;
    }
    OFS_AUTO_JSON tree = cJSON_ParseWithLength(text, len);
    if (tree)
        check_tree(l, tree);
    else
        l->no_memory = true; /* nothing else makes it refuse what the scanner passed */
}

static int compare_found(const void *pa, const void *pb)
{
    const struct ofs_lint_found *a = pa, *b = pb;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Lines and columns for the sorted faults, in one walk over the text. */
static void place_faults(struct ofs_lint *l, const char *text, size_t len,
                         struct ofs_lint_fault *faults)
{
    int line = 1, column = 1;
    size_t at = 0;
    for (size_t i = 0; i < l->n_found; i++) {
        for (; at < l->found[i].at && at < len; at++) {
            column = text[at] == '\n' ? 1 : column + 1;
            line += text[at] == '\n';
        }
        faults[i] = l->found[i].fault;
        faults[i].line = line;
        faults[i].column = column;
    }
}

int ofs_scenario_lint(const char *text, size_t len, struct ofs_lint_fault **ret_faults,
                      struct ofs_error *err)
{
    struct ofs_lint l = {0};
    check_text(&l, text, len);
    ofs_positions_free(&l.positions);
    if (l.n_found)
        qsort(l.found, l.n_found, sizeof *l.found, compare_found);
    struct ofs_lint_fault *faults = calloc(l.n_found + 1, sizeof *faults);
    if (faults)
        place_faults(&l, text, len, faults);
    free(l.found);
    if (!faults || l.no_memory) {
        free(faults);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    *ret_faults = faults;
    return (int)l.n_found;
}
