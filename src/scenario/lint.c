/*
 * lint.c: every fault of a scenario text, with its place.
 *
 * Three passes over the tree: what holds for any JSON (keys that repeat, script text), what holds
 * for one place (scenarios/schema.json, which is part of the program), and what needs two places at
 * once (cross.c). Then the faults get their places, in the order of the text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "scenario/walk.h"

static const char schema_text[] = {
#include "schema.json.h"
};

/* ---- first pass: any JSON ------------------------------------------------------------------ */

static void check_repeated_keys(struct ofs_lint *l, const cJSON *object)
{
    OFS_AUTO_NAMES names = {0};
    OFS_EACH (child, object)
        ofs_names_add(l, &names, (struct ofs_name){.name = child->string, .value = child});
    ofs_names_sort(&names);
    for (size_t i = 0; i < names.n; i++)
        if (ofs_names_repeats(&names, i))
            ofs_lint_key_fault(l, names.list[i].value, "the key \"%s\" is here twice",
                               ofs_show(names.list[i].name).text);
}

static void check_any(struct ofs_lint *l, const cJSON *value)
{
    const char *text = cJSON_GetStringValue(value);
    if (text && ofs_check_is_script(text))
        ofs_lint_fault(l, value, "script text has no place in a scenario");
    if (cJSON_IsObject(value))
        check_repeated_keys(l, value);
    size_t i = 0;
    OFS_EACH (child, value) {
        size_t back = ofs_lint_enter(l, child->string, i++);
        check_any(l, child);
        ofs_lint_leave(l, back);
    }
}

/* ---- second pass: the schema ---------------------------------------------------------------- */

/* What a pattern of the schema cannot express, or not as a sentence: by the name of its
 * definition. */
static const struct {
    const char *definition;
    ofs_check *check;
} checks[] = {
    {"prose", ofs_check_prose},
    {"phrase", ofs_check_phrase},
    {"word", ofs_check_phrase},
    {"label", ofs_check_label},
    {"button-name", ofs_check_button},
    {"id", ofs_check_id},
    {"name", ofs_check_name},
    {"key", ofs_check_key},
    {"origin", ofs_check_origin},
    {"own-origin", ofs_check_own_origin},
    {"path", ofs_check_path},
    {"page", ofs_check_page},
    {"request-path", ofs_check_request_path},
    {"selector", ofs_check_selector},
    {"simple-selector", ofs_check_simple_selector},
    {"address", ofs_check_address},
    {"attribute", ofs_check_attribute},
    {"language", ofs_check_language},
    {"region", ofs_check_region},
    {"date", ofs_check_date},
};

static const char *definition_of(const cJSON *rule)
{
    const char *reference = ofs_json_str(rule, "$ref", NULL);
    return reference ? reference + strlen("#/$defs/") : NULL;
}

/* A reference and what it refers to. */
static const cJSON *resolve(const struct ofs_lint *l, const cJSON *rule)
{
    const char *name = definition_of(rule);
    return name ? ofs_json_get(ofs_json_get(l->schema, "$defs"), name) : rule;
}

static const char *check_word(const struct ofs_lint *l, const cJSON *rule, const char *text)
{
    const char *name = definition_of(rule);
    for (size_t i = 0; name && i < sizeof checks / sizeof *checks; i++)
        if (!strcmp(checks[i].definition, name))
            return checks[i].check(text, l->origin);
    return NULL;
}

static void check_rule(struct ofs_lint *l, const cJSON *value, const cJSON *reference);

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

/* The words of an enumeration, ended by NULL, and as "A, B, C". */
struct listed {
    const char *words[16];
    char text[160];
};

static struct listed list_words(const cJSON *words)
{
    struct listed all = {{NULL}, ""};
    size_t n = 0;
    OFS_EACH (word, words) {
        size_t used = strlen(all.text);
        if (n + 1 < sizeof all.words / sizeof *all.words)
            all.words[n++] = word->valuestring;
        snprintf(all.text + used, sizeof all.text - used, "%s%s", used ? ", " : "",
                 word->valuestring);
    }
    return all;
}

static bool is_among(const char *text, const cJSON *words)
{
    OFS_EACH (word, words)
        if (!strcmp(word->valuestring, text))
            return true;
    return false;
}

static void check_string(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    const char *text = value->valuestring;
    const cJSON *rule = resolve(l, reference), *words = ofs_json_get(rule, "enum");
    double most = ofs_json_num(rule, "maxLength", 0);
    if (ofs_check_is_script(text))
        return; /* has its own sentence already */
    if (most > 0 && (double)strlen(text) > most) {
        ofs_lint_fault(l, value, "is longer than %.0f bytes", most);
        return;
    }
    if (words && !is_among(text, words)) {
        struct listed all = list_words(words);
        ofs_lint_fault(l, value, "\"%s\" is none of %s%s", ofs_show(text).text, all.text,
                       ofs_guess(text, all.words).text);
    }
    const char *why = check_word(l, reference, text);
    if (why)
        ofs_lint_fault(l, value, "\"%s\" %s", ofs_show(text).text, why);
}

static void check_integer(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    const cJSON *rule = resolve(l, reference);
    double n = value->valuedouble, least = ofs_json_num(rule, "minimum", 0);
    double most = ofs_json_num(rule, "maximum", 0);
    if (n < least || n > most)
        ofs_lint_fault(l, value, "has to be between %.0f and %.0f", least, most);
    else if (n != (double)(int)n)
        ofs_lint_fault(l, value, "has to be a whole number");
}

/* True or false: there is nothing to judge. */
static void check_boolean(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    (void)l;
    (void)value;
    (void)reference;
}

/* At least one of several keys: [{"required": ["A"]}, {"required": ["B"]}]. */
static void check_either(struct ofs_lint *l, const cJSON *value, const cJSON *alternatives)
{
    char all[160] = "";
    OFS_EACH (alternative, alternatives) {
        const cJSON *key = cJSON_GetArrayItem(ofs_json_get(alternative, "required"), 0);
        size_t used = strlen(all);
        if (!key || ofs_json_get(value, key->valuestring))
            return;
        snprintf(all + used, sizeof all - used, "%s\"%s\"", used ? " or " : "", key->valuestring);
    }
    if (all[0])
        ofs_lint_fault(l, value, "%s is missing", all);
}

static void check_needed_keys(struct ofs_lint *l, const cJSON *value, const cJSON *rule)
{
    OFS_EACH (key, ofs_json_get(rule, "required"))
        if (!ofs_json_get(value, key->valuestring))
            ofs_lint_fault(l, value, "\"%s\" is missing", key->valuestring);
    check_either(l, value, ofs_json_get(rule, "anyOf"));
    OFS_EACH (each, ofs_json_get(rule, "allOf"))
        check_either(l, value, ofs_json_get(each, "anyOf"));
}

/* "a list of paths", for "has to be …": the rule's title, or a word for its type. */
static const char *expected(const cJSON *rule)
{
    static const struct {
        const char *type, *name;
    } names[] = {{"string", "a text in quotes"},
                 {"integer", "a whole number"},
                 {"boolean", "true or false"},
                 {"array", "a list"}};
    const char *type = ofs_json_str(rule, "type", ""), *name = "an object";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i].type, type))
            name = names[i].name;
    return ofs_json_get(rule, "properties") ? name : ofs_json_str(rule, "title", name);
}

static void check_repeated_items(struct ofs_lint *l, const cJSON *list)
{
    OFS_AUTO_NAMES names = {.wordings = true};
    OFS_EACH (child, list)
        if (cJSON_IsString(child))
            ofs_names_add(l, &names, (struct ofs_name){.name = child->valuestring, .value = child});
    ofs_names_sort(&names);
    for (size_t i = 0; i < names.n; i++)
        if (ofs_names_repeats(&names, i))
            ofs_lint_fault(l, names.list[i].value, "\"%s\" is in this list twice",
                           ofs_show(names.list[i].name).text);
}

/* A list, or an object with free keys. */
static void check_entries(struct ofs_lint *l, const cJSON *value, const cJSON *rule,
                          const cJSON *of_keys, const cJSON *of_entries)
{
    bool is_list = cJSON_IsArray(value);
    double n = cJSON_GetArraySize(value);
    double most = ofs_json_num(rule, is_list ? "maxItems" : "maxProperties", 0);
    if (n < ofs_json_num(rule, is_list ? "minItems" : "minProperties", 0))
        ofs_lint_fault(l, value, "is empty: it has to be %s", expected(rule));
    if (most > 0 && n > most) {
        l->too_many = true;
        ofs_lint_fault(l, value, "has %.0f entries, more than %.0f", n, most);
        return;
    }
    if (ofs_json_bool(rule, "uniqueItems", false))
        check_repeated_items(l, value);
    size_t i = 0;
    OFS_EACH (child, value) {
        size_t back = ofs_lint_enter(l, child->string, i++);
        const char *why = child->string ? check_word(l, of_keys, child->string) : NULL;
        if (why)
            ofs_lint_key_fault(l, child, "\"%s\" %s", ofs_show(child->string).text, why);
        check_rule(l, child, of_entries);
        ofs_lint_leave(l, back);
    }
}

static void check_list(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    const cJSON *rule = resolve(l, reference);
    check_entries(l, value, rule, NULL, ofs_json_get(rule, "items"));
}

static void check_object(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    const cJSON *rule = resolve(l, reference), *known = ofs_json_get(rule, "properties");
    const cJSON *any = ofs_json_get(rule, "additionalProperties");
    if (cJSON_IsObject(any)) {
        check_entries(l, value, rule, ofs_json_get(rule, "propertyNames"), any);
        return;
    }
    check_needed_keys(l, value, rule);
    OFS_EACH (child, value) {
        const cJSON *own = ofs_json_get(known, child->string);
        size_t back = ofs_lint_enter(l, child->string, 0);
        if (own)
            check_rule(l, child, own);
        else
            ofs_lint_key_fault(l, child, "unknown key \"%s\"%s", ofs_show(child->string).text,
                               ofs_guess_key(child->string, known).text);
        ofs_lint_leave(l, back);
    }
}

static const struct kind {
    const char *type;
    int is; /* cJSON's types */
    void (*check)(struct ofs_lint *, const cJSON *, const cJSON *);
} kinds[] = {
    {"string", cJSON_String, check_string},
    {"integer", cJSON_Number, check_integer},
    {"boolean", cJSON_True | cJSON_False, check_boolean},
    {"array", cJSON_Array, check_list},
    {"object", cJSON_Object, check_object},
};

/* The type that both the rule and the value have, or NULL. */
static const struct kind *kind_of(const struct ofs_lint *l, const cJSON *value,
                                  const cJSON *reference)
{
    const char *type = ofs_json_str(resolve(l, reference), "type", "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (value->type & kinds[i].is && !strcmp(type, kinds[i].type))
            return &kinds[i];
    return NULL;
}

static void check_rule(struct ofs_lint *l, const cJSON *value, const cJSON *reference)
{
    const struct kind *kind = kind_of(l, value, reference);
    const cJSON *rule = resolve(l, reference), *used = reference;
    if (!ofs_json_get(rule, "type")) /* one of several shapes */
        OFS_EACH (shape, ofs_json_get(rule, "anyOf")) {
            used = kind ? used : shape;
            kind = kind ? kind : kind_of(l, value, shape);
        }
    if (kind)
        kind->check(l, value, used);
    else
        ofs_lint_fault(l, value, "has to be %s, not %s", expected(rule), name_of_type(value));
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* A newer format may use the rest differently, so nothing else is reported then. */
static bool format_is_newer(struct ofs_lint *l, const cJSON *root)
{
    const cJSON *format = ofs_json_get(root, "format");
    if (!cJSON_IsNumber(format) || format->valuedouble <= OFS_SCENARIO_FORMAT)
        return false;
    size_t back = ofs_lint_enter(l, "format", 0);
    ofs_lint_fault(l, format, "format %.0f needs a newer offswitch (this one reads format %d)",
                   format->valuedouble, OFS_SCENARIO_FORMAT);
    ofs_lint_leave(l, back);
    return true;
}

static void check_tree(struct ofs_lint *l, const cJSON *root)
{
    if (format_is_newer(l, root))
        return;
    const char *origin = cJSON_GetStringValue(ofs_json_get(root, "origin"));
    l->origin = origin && !ofs_check_origin(origin, NULL) ? origin : NULL;
    check_any(l, root);
    check_rule(l, root, l->schema);
    if (!l->too_many)
        ofs_lint_cross(l, root);
}

/* `text` ends with a NUL. */
static void check_text(struct ofs_lint *l, const char *text, size_t len)
{
    OFS_AUTO_JSON tree = ofs_lint_parse(l, text, len);
    OFS_AUTO_JSON schema = tree ? cJSON_ParseWithLength(schema_text, sizeof schema_text) : NULL;
    l->schema = schema;
    l->no_memory |= tree && !schema;
    if (!schema)
        return;
    check_tree(l, tree);
    ofs_lint_place(l, text, tree);
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
    OFS_AUTO_STR copy = len <= OFS_SCENARIO_MOST_BYTES ? malloc(len + 1) : NULL;
    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
        check_text(&l, copy, len);
    } else if (len <= OFS_SCENARIO_MOST_BYTES) {
        l.no_memory = true;
    } else {
        ofs_lint_text_fault(&l, 0, "is larger than %d MiB", OFS_SCENARIO_MOST_BYTES >> 20);
    }
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
