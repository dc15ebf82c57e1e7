/*
 * diff.h: what changed between two texts, word by word, for people to read.
 *
 * Only lines with a change are shown, with one line before and after. Removed and added words are
 * marked [-so-] and {+so+}, or by colour only. Texts of any size: a text that is too large for a
 * comparison by words is shown as removed and added lines. Pure.
 */
#ifndef OFS_WATCH_DIFF_H
#define OFS_WATCH_DIFF_H

#include <stdbool.h>

#include "base/buf.h"

/* Append to `ret`; nothing if the words are the same. */
int ofs_diff_words(const char *before, const char *after, bool colour, struct ofs_buf *ret,
                   struct ofs_error *err);

#endif
