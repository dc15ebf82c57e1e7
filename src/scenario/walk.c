#include "scenario/walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/plain.h"
#include "base/text.h"

enum { MOST_FAULTS = 500, MOST_WORDS = 1024 };

size_t ofs_lint_enter(struct ofs_lint *l, const char *key, size_t number)
{
    size_t used = strlen(l->where), left = sizeof l->where - used;
    if (key)
        snprintf(l->where + used, left, "%s%s", used ? "." : "", ofs_show(key).text);
    else
        snprintf(l->where + used, left, "[%zu]", number);
    return used;
}

void ofs_lint_leave(struct ofs_lint *l, size_t used)
{
    l->where[used] = '\0';
}

/* Make room for one more in a growing array; false when memory is out. */
static bool grow(void **list, size_t n, size_t *size, size_t each)
{
    if (n < *size)
        return true;
    size_t more = *size ? *size * 2 : 32;
    void *larger = reallocarray(*list, more, each);
    if (!larger)
        return false;
    *list = larger;
    *size = more;
    return true;
}

OFS_PRINTF(3, 0)
static void add(struct ofs_lint *l, struct ofs_lint_found found, const char *fmt, va_list ap)
{
    if (l->n_found == MOST_FAULTS)
        return;
    void *list = l->found;
    if (!grow(&list, l->n_found, &l->size, sizeof *l->found)) {
        l->no_memory = true;
        return;
    }
    l->found = list;
    found.order = l->n_found;
    memcpy(found.fault.where, l->where, sizeof found.fault.where);
    if (l->n_found + 1 == MOST_FAULTS)
        snprintf(found.fault.text, sizeof found.fault.text, "more faults are not shown");
    else
        vsnprintf(found.fault.text, sizeof found.fault.text, fmt, ap);
    l->found[l->n_found++] = found;
}

void ofs_lint_fault(struct ofs_lint *l, const cJSON *value, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(l, (struct ofs_lint_found){.value = value}, fmt, ap);
    va_end(ap);
}

void ofs_lint_key_fault(struct ofs_lint *l, const cJSON *value, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(l, (struct ofs_lint_found){.value = value, .is_key = true}, fmt, ap);
    va_end(ap);
}

void ofs_lint_text_fault(struct ofs_lint *l, size_t at, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(l, (struct ofs_lint_found){.at = at}, fmt, ap);
    va_end(ap);
}

struct ofs_shown ofs_show(const char *text)
{
    static const char more[] = "…";
    struct ofs_shown s = {""};
    size_t used = 0, step;
    for (const char *p = text; *p; p += step) {
        step = ofs_text_char(p);
        if (!step || used + step + sizeof more > sizeof s.text) {
            memcpy(s.text + used, more, sizeof more);
            return s;
        }
        bool control = (unsigned char)*p < 0x20 || *p == 0x7f ||
                       (!memcmp(p, "\xc2", 1) && (unsigned char)p[1] < 0xa0);
        memcpy(s.text + used, control ? "?" : p, control ? 1 : step);
        used += control ? 1 : step;
        s.text[used] = '\0';
    }
    return s;
}

struct ofs_guess ofs_guess(const char *word, const char *const *words)
{
    struct ofs_guess g = {""};
    const char *near = ofs_text_closest(word, words);
    if (near)
        snprintf(g.text, sizeof g.text, ", did you mean \"%s\"?", ofs_show(near).text);
    return g;
}

struct ofs_guess ofs_guess_key(const char *word, const cJSON *object)
{
    const char *words[MOST_WORDS];
    size_t n = 0;
    for (const cJSON *c = object ? object->child : NULL; c && n + 1 < MOST_WORDS; c = c->next)
        if (c->string)
            words[n++] = c->string;
    words[n] = NULL;
    return ofs_guess(word, words);
}

void ofs_names_free(struct ofs_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->list[i].plain);
    free(names->list);
    names->list = NULL;
    names->n = names->size = 0;
}

void ofs_names_add(struct ofs_lint *l, struct ofs_names *names, struct ofs_name name)
{
    void *list = names->list;
    if (!grow(&list, names->n, &names->size, sizeof *names->list)) {
        l->no_memory = true;
        return;
    }
    names->list = list;
    name.order = names->n;
    name.plain = names->wordings ? ofs_text_plain(name.name) : NULL;
    if (names->wordings && !name.plain) {
        l->no_memory = true;
        return;
    }
    names->list[names->n++] = name;
}

static int compare(const struct ofs_name *a, const struct ofs_name *b, bool wordings)
{
    int order = strcmp(a->scope ? a->scope : "", b->scope ? b->scope : "");
    if (!order)
        order = wordings ? strcmp(a->plain, b->plain) : strcmp(a->name, b->name);
    return order;
}

static int compare_exactly(const void *pa, const void *pb)
{
    const struct ofs_name *a = pa, *b = pb;
    int order = compare(a, b, false);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

static int compare_as_wordings(const void *pa, const void *pb)
{
    const struct ofs_name *a = pa, *b = pb;
    int order = compare(a, b, true);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

void ofs_names_sort(struct ofs_names *names)
{
    if (names->n)
        qsort(names->list, names->n, sizeof *names->list,
              names->wordings ? compare_as_wordings : compare_exactly);
}

bool ofs_names_repeats(const struct ofs_names *names, size_t i)
{
    return i && !compare(&names->list[i - 1], &names->list[i], names->wordings);
}
