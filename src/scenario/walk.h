/*
 * walk.h: what the passes of the lint share: a tree walked beside its positions, faults, and names
 * that may not repeat. Private to lint.c and cross.c.
 *
 * Running out of memory sets `no_memory` and goes on; the caller of the lint sees it once at the
 * end.
 */
#ifndef OFS_SCENARIO_WALK_H
#define OFS_SCENARIO_WALK_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "scenario/position.h"
#include "scenario/rules.h"
#include "scenario/scenario.h"

struct ofs_lint_found {
    size_t at, order;
    struct ofs_lint_fault fault;
};

struct ofs_lint {
    struct ofs_positions positions;
    struct ofs_lint_found *found;
    size_t n_found, size;
    bool no_memory;
    bool too_many;      /* some list is longer than allowed: no point in comparing its entries */
    const char *origin; /* NULL while none that is valid is known */
    char where[sizeof((struct ofs_lint_fault *)0)->where];
};

/* A value of the tree beside its entry in the positions; the value is NULL for "not there". */
struct ofs_place {
    const cJSON *value;
    size_t entry;
};

struct ofs_place ofs_place_first(struct ofs_place parent);
struct ofs_place ofs_place_next(const struct ofs_lint *l, struct ofs_place p);
struct ofs_place ofs_place_member(const struct ofs_lint *l, struct ofs_place object,
                                  const char *key);
const char *ofs_place_string(struct ofs_place p); /* NULL where it is no string */
size_t ofs_place_at(const struct ofs_lint *l, struct ofs_place p);
size_t ofs_place_key_at(const struct ofs_lint *l, struct ofs_place p);

/* for OFS_EACH (l, child, parent) { … }: the children of an object or list, none of anything else.
 */
#define OFS_EACH(l, child, parent)                                  \
    (struct ofs_place child = ofs_place_first(parent); child.value; \
     child = ofs_place_next(l, child))

/* Put a child's key, or its number, behind `where`; gives the length for ofs_lint_leave. */
size_t ofs_lint_enter(struct ofs_lint *l, const char *key, size_t number);
void ofs_lint_leave(struct ofs_lint *l, size_t used);

/* Record a fault at an offset of the text, at the present `where`. */
void ofs_lint_fault(struct ofs_lint *l, size_t at, const char *fmt, ...) OFS_PRINTF(3, 4);

/* A text short enough for a sentence, its control characters as '?'. A struct, so that it lives as
 * long as the expression that prints it. */
struct ofs_shown {
    char text[80];
};
struct ofs_shown ofs_show(const char *text);

/* ', did you mean "X"?' where one of `words` (ended by NULL) is near; else "". */
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
    size_t entry;      /* in the positions */
    size_t owner;      /* the caller's own */
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

/* The third pass: what needs two places at once. */
void ofs_lint_cross(struct ofs_lint *l, struct ofs_place root);

#endif
