/*
 * lint.c: every fault of a scenario text, with its place.
 *
 * Three passes over the tree and its positions, side by side: what holds for any JSON (keys that repeat,
 * script text), what holds for one place (the table in rules.c), and what needs two places at once
 * (the list `crossings` below). The faults are put in the order of the text at the end.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "scenario/position.h"
#include "scenario/rules.h"
#include "scenario/scenario.h"

enum { MOST_FAULTS = 500, MOST_SHOWN = 72, MOST_WORDS = 1024 };

struct found {
    size_t at, order;
    struct ofs_lint_fault fault;
};

struct lint {
    const char *text;
    size_t len;
    struct ofs_positions positions;
    struct found *found;
    size_t n_found, size;
    bool no_memory;
    const char *origin; /* NULL while none that is valid is known */
    char where[sizeof((struct ofs_lint_fault *)0)->where];
};

/* A value of the tree beside its entry in the positions. */
struct place {
    const cJSON *value;
    size_t entry;
};

static size_t at(const struct lint *l, struct place p)
{
    return l->positions.list[p.entry].at;
}

static size_t key_at(const struct lint *l, struct place p)
{
    return l->positions.list[p.entry].key;
}

static struct place first_child(struct place p)
{
    return (struct place){p.value ? p.value->child : NULL, p.entry + 1};
}

static struct place next_sibling(const struct lint *l, struct place p)
{
    return (struct place){p.value->next, p.entry + l->positions.list[p.entry].span};
}

#define EACH(l, child, parent)                                                                     \
    (struct place child = first_child(parent); child.value; child = next_sibling(l, child))

/* The member of an object; its value is NULL where there is none. */
static struct place member(const struct lint *l, struct place object, const char *key)
{
    if (!cJSON_IsObject(object.value))
        return (struct place){0};
    for EACH (l, child, object)
        if (!strcmp(child.value->string, key))
            return child;
    return (struct place){0};
}

static const char *string_of(struct place p)
{
    return cJSON_IsString(p.value) ? p.value->valuestring : NULL;
}

/* Put a step behind `where` and give the length to go back to. */
OFS_PRINTF(2, 3) static size_t enter(struct lint *l, const char *fmt, ...)
{
    size_t used = strlen(l->where);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(l->where + used, sizeof l->where - used, fmt, ap);
    va_end(ap);
    return used;
}

static size_t enter_key(struct lint *l, const char *key)
{
    return enter(l, "%s%s", *l->where ? "." : "", key);
}

static void leave(struct lint *l, size_t used)
{
    l->where[used] = '\0';
}

OFS_PRINTF(3, 4) static void fault(struct lint *l, size_t offset, const char *fmt, ...)
{
    if (l->n_found == MOST_FAULTS)
        return;
    if (l->n_found == l->size) {
        size_t size = l->size ? l->size * 2 : 16;
        struct found *list = reallocarray(l->found, size, sizeof *list);
        if (!list) {
            l->no_memory = true;
            return;
        }
        l->found = list;
        l->size = size;
    }
    struct found *f = &l->found[l->n_found];
    *f = (struct found){.at = offset, .order = l->n_found};
    l->n_found++;
    memcpy(f->fault.where, l->where, sizeof f->fault.where);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(f->fault.text, sizeof f->fault.text, fmt, ap);
    va_end(ap);
}

/* A text short enough for a sentence, cut between characters, control characters made visible. */
struct shown {
    char text[MOST_SHOWN + 4];
};

static struct shown show(const char *text)
{
    struct shown s = {""};
    size_t n = strlen(text), used = 0, step;
    for (const char *p = text; *p; p += step) {
        step = ofs_utf8_length(p, n - (size_t)(p - text));
        if (!step || used + step > MOST_SHOWN) {
            memcpy(s.text + used, "…", sizeof "…");
            return s;
        }
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            s.text[used++] = '?';
        else
            for (size_t i = 0; i < step; i++)
                s.text[used++] = p[i];
    }
    return s;
}

/* Write ', did you mean "X"?' where one of `words` is near; else nothing. */
struct guess {
    char text[MOST_SHOWN + 32];
};

static struct guess did_you_mean(const char *word, const char *const *words)
{
    struct guess g = {""};
    const char *near = ofs_text_closest(word, words);
    if (near)
        snprintf(g.text, sizeof g.text, ", did you mean \"%s\"?", show(near).text);
    return g;
}

/* The keys of an object as words, for did_you_mean. */
static void keys_of(struct place object, const char *ret_words[MOST_WORDS])
{
    size_t n = 0;
    if (cJSON_IsObject(object.value))
        for (const cJSON *c = object.value->child; c && n + 1 < MOST_WORDS; c = c->next)
            ret_words[n++] = c->string;
    ret_words[n] = NULL;
}

/* ---- strings that may not repeat ---------------------------------------------------------- */

struct named {
    const char *name;
    const char *page; /* a second part of the name, or NULL */
    size_t entry, owner;
};

struct names {
    struct named *list;
    size_t n, size;
};

static void names_free(struct names *names)
{
    free(names->list);
}
#define AUTO_NAMES __attribute__((cleanup(names_free))) struct names

static void names_add(struct lint *l, struct names *names, struct named named)
{
    if (names->n == names->size) {
        size_t size = names->size ? names->size * 2 : 32;
        struct named *list = reallocarray(names->list, size, sizeof *list);
        if (!list) {
            l->no_memory = true;
            return;
        }
        names->list = list;
        names->size = size;
    }
    names->list[names->n++] = named;
}

/* Wordings are the same when they differ in white space alone. */
static int compare_wording(const char *a, const char *b)
{
    for (;;) {
        size_t na = strspn(a, " \t"), nb = strspn(b, " \t");
        a += na;
        b += nb;
        if (!*a || !*b)
            return (unsigned char)*a - (unsigned char)*b;
        if (!na != !nb)
            return na ? -1 : 1;
        for (; *a && *b && *a != ' ' && *a != '\t' && *a == *b; a++, b++)
            ;
        bool end_a = !*a || *a == ' ' || *a == '\t', end_b = !*b || *b == ' ' || *b == '\t';
        if (!end_a || !end_b)
            return (unsigned char)*a - (unsigned char)*b;
    }
}

static int compare_same(const struct named *a, const struct named *b)
{
    int order = a->page && b->page ? strcmp(a->page, b->page) : 0;
    return order ? order : compare_wording(a->name, b->name);
}

static int compare_named(const void *pa, const void *pb)
{
    const struct named *a = pa, *b = pb;
    int order = compare_same(a, b);
    return order ? order : (a->entry > b->entry) - (a->entry < b->entry);
}

static void names_sort(struct names *names)
{
    if (names->n)
        qsort(names->list, names->n, sizeof *names->list, compare_named);
}

/* True when entry `i` of sorted names repeats the one before it. */
static bool names_repeats(const struct names *names, size_t i)
{
    return i && !compare_same(&names->list[i - 1], &names->list[i]);
}

/* ---- first pass: any JSON ------------------------------------------------------------------ */

static void check_repeated_keys(struct lint *l, struct place object)
{
    AUTO_NAMES names = {0};
    for EACH (l, child, object)
        names_add(l, &names, (struct named){.name = child.value->string, .entry = child.entry});
    names_sort(&names);
    for (size_t i = 0; i < names.n; i++) {
        if (!names_repeats(&names, i) || strcmp(names.list[i - 1].name, names.list[i].name))
            continue;
        fault(l, l->positions.list[names.list[i].entry].key, "the key \"%s\" is here twice",
              show(names.list[i].name).text);
    }
}

static void check_any(struct lint *l, struct place p)
{
    const char *text = string_of(p);
    if (text && ofs_check_is_script(text))
        fault(l, at(l, p), "script text has no place in a scenario");
    if (cJSON_IsObject(p.value))
        check_repeated_keys(l, p);
    size_t i = 0;
    for EACH (l, child, p) {
        size_t back = child.value->string ? enter_key(l, show(child.value->string).text)
                                          : enter(l, "[%zu]", i++);
        check_any(l, child);
        leave(l, back);
    }
}

/* ---- second pass: the table ---------------------------------------------------------------- */

static void check_rule(struct lint *l, struct place p, const struct ofs_rule *rule);

static const char *name_of_type(const cJSON *v)
{
    static const struct {
        int type;
        const char *name;
    } names[] = {
        {cJSON_False, "false"}, {cJSON_True, "true"},     {cJSON_NULL, "null"},
        {cJSON_Number, "a number"}, {cJSON_String, "a string"}, {cJSON_Array, "a list"},
        {cJSON_Object, "an object"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((v->type & 0xff) == names[i].type)
            return names[i].name;
    return "something else";
}

static bool has_kind(const cJSON *v, enum ofs_rule_kind kind)
{
    static const int types[] = {
        [OFS_RULE_STRING] = cJSON_String, [OFS_RULE_INTEGER] = cJSON_Number,
        [OFS_RULE_OBJECT] = cJSON_Object, [OFS_RULE_LIST] = cJSON_Array,
        [OFS_RULE_MAP] = cJSON_Object,
    };
    return (v->type & 0xff) == types[kind];
}

static void check_string(struct lint *l, struct place p, const struct ofs_rule *rule)
{
    const char *text = p.value->valuestring;
    if (strlen(text) > rule->most) {
        fault(l, at(l, p), "is longer than %.0f bytes", rule->most);
        return;
    }
    if (rule->words) {
        for (const char *const *w = rule->words; *w; w++)
            if (!strcmp(*w, text))
                return;
        char all[160] = "";
        for (const char *const *w = rule->words; *w; w++) {
            size_t used = strlen(all);
            snprintf(all + used, sizeof all - used, "%s%s", used ? ", " : "", *w);
        }
        fault(l, at(l, p), "\"%s\" is none of %s%s", show(text).text, all,
              did_you_mean(text, rule->words).text);
        return;
    }
    /* Script text has its own sentence already. */
    const char *why = rule->check && !ofs_check_is_script(text) ? rule->check(text, l->origin) : NULL;
    if (why)
        fault(l, at(l, p), "\"%s\" %s", show(text).text, why);
}

static void check_integer(struct lint *l, struct place p, const struct ofs_rule *rule)
{
    double n = p.value->valuedouble;
    if (n != floor(n))
        fault(l, at(l, p), "has to be a whole number");
    else if (n < rule->least || n > rule->most)
        fault(l, at(l, p), "has to be between %.0f and %.0f", rule->least, rule->most);
}

static void check_object(struct lint *l, struct place p, const struct ofs_rule *rule)
{
    const char *keys[64];
    size_t n = 0;
    for (const struct ofs_rule_field *f = rule->fields; f->key; f++) {
        keys[n++] = f->key;
        if (f->required && !member(l, p, f->key).value)
            fault(l, at(l, p), "\"%s\" is missing", f->key);
    }
    keys[n] = NULL;
    for (const char *const(*row)[4] = rule->either; row && (*row)[0]; row++) {
        char all[96] = "";
        bool any = false;
        for (size_t i = 0; i < 4 && (*row)[i]; i++) {
            size_t used = strlen(all);
            snprintf(all + used, sizeof all - used, "%s\"%s\"", used ? " or " : "", (*row)[i]);
            any |= member(l, p, (*row)[i]).value != NULL;
        }
        if (!any)
            fault(l, at(l, p), "%s is missing", all);
    }
    for EACH (l, child, p) {
        const struct ofs_rule_field *f = ofs_rule_field(rule, child.value->string);
        size_t back = enter_key(l, show(child.value->string).text);
        if (f)
            check_rule(l, child, f->rule);
        else
            fault(l, key_at(l, child), "unknown key \"%s\"%s", show(child.value->string).text,
                  did_you_mean(child.value->string, keys).text);
        leave(l, back);
    }
}

static void check_repeated_items(struct lint *l, struct place p)
{
    AUTO_NAMES names = {0};
    for EACH (l, child, p)
        if (string_of(child))
            names_add(l, &names, (struct named){.name = string_of(child), .entry = child.entry});
    names_sort(&names);
    for (size_t i = 0; i < names.n; i++)
        if (names_repeats(&names, i))
            fault(l, l->positions.list[names.list[i].entry].at, "\"%s\" is in this list twice",
                  show(names.list[i].name).text);
}

static void check_entries(struct lint *l, struct place p, const struct ofs_rule *rule)
{
    int n = cJSON_GetArraySize(p.value);
    if (n < rule->least)
        fault(l, at(l, p), "is empty: it has to be %s, or left out", rule->expected);
    if (n > rule->most) {
        fault(l, at(l, p), "has %d entries, more than %.0f", n, rule->most);
        return;
    }
    if (rule->unique)
        check_repeated_items(l, p);
    size_t i = 0;
    for EACH (l, child, p) {
        const char *key = rule->kind == OFS_RULE_MAP ? child.value->string : NULL;
        size_t back = key ? enter_key(l, show(key).text) : enter(l, "[%zu]", i++);
        const char *why = key && rule->check ? rule->check(key, l->origin) : NULL;
        if (why)
            fault(l, key_at(l, child), "\"%s\" %s", show(key).text, why);
        check_rule(l, child, rule->item);
        leave(l, back);
    }
}

static void check_rule(struct lint *l, struct place p, const struct ofs_rule *rule)
{
    static void (*const by_kind[])(struct lint *, struct place, const struct ofs_rule *) = {
        [OFS_RULE_STRING] = check_string, [OFS_RULE_INTEGER] = check_integer,
        [OFS_RULE_OBJECT] = check_object, [OFS_RULE_LIST] = check_entries,
        [OFS_RULE_MAP] = check_entries,
    };
    if (has_kind(p.value, rule->kind))
        by_kind[rule->kind](l, p, rule);
    else
        fault(l, at(l, p), "has to be %s, not %s", rule->expected, name_of_type(p.value));
}
