/*
 * selector.h: the simple CSS selectors of a scenario's `select` and `remove`: tag, #id, .class,
 * [attribute], [attribute=value] with =, ~=, ^=, $=, *= and |=, compounds of them, the descendant
 * and the child combinator, and lists with commas. Nothing else: no pseudo-class, no sibling.
 *
 * A selector is parsed once (ofs_selector_parse), matched against any number of elements, and
 * freed. Nothing here blocks.
 */
#ifndef OFS_WATCH_SELECTOR_H
#define OFS_WATCH_SELECTOR_H

#include <libxml/tree.h>
#include <stdbool.h>

#include "base/error.h"

struct ofs_selector;

/* The caller frees the result. Fails with OFS_ERR_SCENARIO, naming what is not supported. */
struct ofs_selector *ofs_selector_parse(const char *text, struct ofs_error *err);
void ofs_selector_free(struct ofs_selector *selector);

/* True when the element matches; its ancestors are looked at, nothing is changed. */
bool ofs_selector_matches(const struct ofs_selector *selector, const xmlNode *element);

#endif
