/*
 * print.h: text for people, in columns. Widths count characters, not bytes.
 */
#ifndef OFS_CLI_PRINT_H
#define OFS_CLI_PRINT_H

#include <cJSON.h>
#include <stdio.h>

/* Characters of a UTF-8 text. */
int cli_width(const char *text);

/* The text, and blanks up to `width`. */
void cli_pad(FILE *out, const char *text, int width);

/* A block of text: `name` at column `margin`, the text from column `indent` on, wrapped between
 * words before column 96. A word that is longer (a link) is kept whole. */
void cli_block(FILE *out, int margin, const char *name, int indent, const char *text);

/* The value on standard output, indented; returns 0, or 1 when memory is out. */
int cli_json(const cJSON *value);

#endif
