/*
 * rules.h: the shape of a scenario file as one table, from which the lint works and against which
 * scenarios/schema.json is tested. A rule that needs to look at two places at once is code, in
 * lint.c.
 */
#ifndef OFS_SCENARIO_RULES_H
#define OFS_SCENARIO_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "scenario/check.h"

enum ofs_rule_kind {
    OFS_RULE_STRING,
    OFS_RULE_INTEGER,
    OFS_RULE_BOOLEAN,
    OFS_RULE_OBJECT, /* known keys, in `fields` */
    OFS_RULE_LIST,   /* any number of `item` */
    OFS_RULE_MAP,    /* free keys that `check` judges, each with an `item` */
};

enum {
    OFS_RULE_MOST_FIELDS = 40, /* keys of one object */
    OFS_RULE_MOST_EITHER = 6,  /* keys of which one is needed, and the end */
};

struct ofs_rule;

struct ofs_rule_field {
    const char *key;
    const struct ofs_rule *rule;
    bool required;
};

struct ofs_rule {
    enum ofs_rule_kind kind;
    const char *expected; /* "a list of paths": for "has to be …, not …" */
    /* least and most: bytes of a string, entries of a list or map, value of an integer */
    double least, most;
    ofs_check *check;                    /* a string, or the keys of a map */
    const char *const *words;            /* the only strings allowed, ended by NULL */
    const struct ofs_rule_field *fields; /* ended by a NULL key */
    const struct ofs_rule *item;
    const char *const (*either)[OFS_RULE_MOST_EITHER]; /* of each row at least one key is needed;
                                                          ended by an empty row */
    bool unique;                                       /* a list whose strings may not repeat */
    const struct ofs_rule *other;                      /* another shape that will do too */
};

/* The rule of the whole file. */
extern const struct ofs_rule ofs_scenario_rule;

/* The rule of one key of an object rule; NULL where it has no such key. */
const struct ofs_rule_field *ofs_rule_field(const struct ofs_rule *rule, const char *key);

#endif
