/*
 * check.h: the syntax of the single words of a scenario.
 *
 * Each check takes the text and the scenario's origin (NULL if it is not known; only paths use it)
 * and returns NULL if the text is valid, else the end of a sentence that begins with the text, such
 * as "leaves its origin". The answers are static.
 */
#ifndef OFS_SCENARIO_CHECK_H
#define OFS_SCENARIO_CHECK_H

#include <stdbool.h>

typedef const char *ofs_check(const char *text, const char *origin);

ofs_check ofs_check_prose;           /* not blank, no control characters but newline and tab */
ofs_check ofs_check_phrase;          /* a wording on a page: one line, not blank */
ofs_check ofs_check_label;           /* such a wording, with one variable part at most */
ofs_check ofs_check_button;          /* such a wording, with none: of what is pressed */
ofs_check ofs_check_name;            /* of a scenario: [a-z0-9][a-z0-9-]*; it names files too */
ofs_check ofs_check_id;              /* [a-z0-9][a-z0-9./-]*, with one '/' at most */
ofs_check ofs_check_key;             /* a control's key: one token without quotes */
ofs_check ofs_check_origin;          /* https://HOST[:PORT]; http for loopback only */
ofs_check ofs_check_own_origin;      /* https://{instance}. and the host of the scenario's origin */
ofs_check ofs_check_path;            /* a path that stays under the origin */
ofs_check ofs_check_page;            /* such a path, with one "{instance}" at most */
ofs_check ofs_check_request_path;    /* such a path without a query, with one segment "*" at most */
ofs_check ofs_check_selector;        /* a CSS selector, as far as balance and shape can show */
ofs_check ofs_check_simple_selector; /* one without pseudo-classes and siblings */
ofs_check ofs_check_address;         /* such a path, an https address, or http on loopback */
ofs_check ofs_check_attribute;       /* the plain name of an attribute */
ofs_check ofs_check_language;        /* the shape of a BCP 47 tag */
ofs_check ofs_check_region;          /* two or three capital letters */
ofs_check ofs_check_date;            /* YYYY-MM or YYYY-MM-DD, in the calendar */

/* The variable parts of labels and pages. */
#define OFS_VARIABLE "{…}"
#define OFS_INSTANCE "{instance}"

/* True for text that a browser could run: "javascript:", "<script", however it is spaced. */
bool ofs_check_is_script(const char *text);

/* True when `path` is `base` or lies under it. Queries, fragments, letter case, percent-encoding
 * and slashes at the end make no difference: this guards pages that must never be opened. */
bool ofs_path_is_under(const char *path, const char *base);

#endif
