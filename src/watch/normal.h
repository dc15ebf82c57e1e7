/*
 * normal.h: a line of a document reduced to its words, so that two prints of the same terms are the
 * same bytes. White space of any kind becomes one blank, quotation marks and dashes their plain
 * forms, invisible characters and tracking parameters of addresses are removed, and the number of a
 * counter ("1,234 views", "3 hours ago") becomes "#".
 */
#ifndef OFS_WATCH_NORMAL_H
#define OFS_WATCH_NORMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Add `text` to `line`, a line under construction: spaces are folded as they come, so that a line
 * can be put together from pieces. */
int ofs_normal_add(struct ofs_buf *line, const char *text, size_t len, struct ofs_error *err);

/* Finish the line: append it to `ret_text` with a newline, unless it has no word in it, and clear
 * it. */
int ofs_normal_end(struct ofs_buf *line, struct ofs_buf *ret_text, struct ofs_error *err);

/* The small form of a UTF-8 text (Latin letters with their accents), for comparing words. Writes at
 * most `size` bytes and ends with NUL; a character is never cut. Returns the length. */
size_t ofs_normal_lower(const char *text, size_t len, char *ret, size_t size);

/* SHA-256 of the text with its line ends as blanks: where blocks begin and end is layout. */
int ofs_normal_digest(const char *text, char ret_hex[65], struct ofs_error *err);

#endif
