/*
 * walk.h: what the passes of the lint share: faults with their places, and names that may not
 * repeat. Private to lint.c, place.c and cross.c.
 *
 * Running out of memory sets `no_memory` and continues; the caller of the lint sees it once at the
 * end.
 */
#ifndef OFS_SCENARIO_WALK_H
#define OFS_SCENARIO_WALK_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/json.h"
#include "scenario/check.h"
#include "scenario/scenario.h"

struct ofs_lint_found {
    const cJSON *value; /* the value that it is for; NULL: `at` is known */
    bool is_key;        /* the place is that of the value's key */
    size_t at, order;
    struct ofs_lint_fault fault;
};

struct ofs_lint {
    const cJSON *schema;
    struct ofs_lint_found *found;
    size_t n_found, size;
    bool no_memory;
    bool too_many;      /* some list is longer than allowed: no point in comparing its entries */
    const char *origin; /* NULL until a valid one is known */
    char where[sizeof((struct ofs_lint_fault *)0)->where];
};

/* The children of an object or list, none of anything else. */
#define OFS_EACH(name, parent) \
    for (const cJSON *name = ofs_first_child(parent); name; name = name->next)

static inline const cJSON *ofs_first_child(const cJSON *parent)
{
    return parent ? parent->child : NULL;
}

/* Append a child's key, or its number, to `where`; returns the length for ofs_lint_leave. */
size_t ofs_lint_enter(struct ofs_lint *l, const char *key, size_t number);
void ofs_lint_leave(struct ofs_lint *l, size_t used);

/* Record a fault, at the present `where`: of a value, of its key, or at an offset of the text. */
void ofs_lint_fault(struct ofs_lint *l, const cJSON *value, const char *fmt, ...) OFS_PRINTF(3, 4);
void ofs_lint_key_fault(struct ofs_lint *l, const cJSON *value, const char *fmt, ...)
    OFS_PRINTF(3, 4);
void ofs_lint_text_fault(struct ofs_lint *l, size_t at, const char *fmt, ...) OFS_PRINTF(3, 4);

/* A text short enough for a sentence, its control characters as '?'. A struct, so that it lives as
 * long as the expression that prints it. */
struct ofs_shown {
    char text[80];
};
struct ofs_shown ofs_show(const char *text);

/* ', did you mean "X"?' if one of `words` (ended by NULL) is near; else "". */
struct ofs_guess {
    char text[112];
};
struct ofs_guess ofs_guess(const char *word, const char *const *words);

/* The same over the keys of an object, which may be NULL. */
struct ofs_guess ofs_guess_key(const char *word, const cJSON *object);

/* Names that may not repeat: add them all, sort, look at neighbours. Both parts are borrowed. */
struct ofs_name {
    const char *name;
    char *plain;       /* of a wording; owned by the list */
    const char *scope; /* names repeat only within one scope; NULL is one scope */
    const cJSON *value;
    size_t order; /* in which it was added */
    size_t owner; /* the caller's own */
};

struct ofs_names {
    bool wordings; /* compared as the probe does: base/plain.h */
    struct ofs_name *list;
    size_t n, size;
};

#define OFS_AUTO_NAMES __attribute__((cleanup(ofs_names_free))) struct ofs_names

void ofs_names_free(struct ofs_names *names);
void ofs_names_add(struct ofs_lint *l, struct ofs_names *names, struct ofs_name name);
void ofs_names_sort(struct ofs_names *names);
/* True when entry `i` of sorted names repeats the one before it. */
bool ofs_names_repeats(const struct ofs_names *names, size_t i);

/* Parse the whole text (RFC 8259), which ends with a NUL. NULL: it is not JSON, and a fault says
 * where. (place.c) */
cJSON *ofs_lint_parse(struct ofs_lint *l, const char *text, size_t len);

/* Find the offset of each fault of a value in the text that `tree` was parsed from. (place.c) */
void ofs_lint_place(struct ofs_lint *l, const char *text, const cJSON *tree);

/* The third pass: what needs two places at once. (cross.c) */
void ofs_lint_cross(struct ofs_lint *l, const cJSON *root);

#endif
