/*
 * compare.h: two texts of a watched document: the same, changed, or another document altogether.
 * Pure functions.
 */
#ifndef OFS_WATCH_COMPARE_H
#define OFS_WATCH_COMPARE_H

#include <stdbool.h>

#include "base/error.h"

enum ofs_likeness {
    OFS_TEXT_SAME,    /* the same sentences; at most order, layout or punctuation differ */
    OFS_TEXT_CHANGED, /* some sentences differ */
    OFS_TEXT_OTHER,   /* the title and nearly all of the text differ: another document */
};

struct ofs_text {
    const char *title; /* "" if it has none */
    const char *text;  /* normalised lines */
};

int ofs_text_compare(const struct ofs_text *before, const struct ofs_text *after,
                     enum ofs_likeness *ret, struct ofs_error *err);

/* The part of both texts that is shared: 0 nothing, 1 all, counted in runs of three words. */
double ofs_text_shared(const char *a, const char *b);

/* `first` and `second` were fetched within one pass and differ. True if the differences from
 * `known` are only those that also exist between the two: a counter, an advertisement, a token. */
int ofs_text_is_unsteady(const char *known, const char *first, const char *second, bool *ret,
                         struct ofs_error *err);

#endif
