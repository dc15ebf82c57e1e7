/*
 * print.h: text for people, in columns. Widths are columns of a terminal, not bytes.
 */
#ifndef OFS_CLI_PRINT_H
#define OFS_CLI_PRINT_H

#include <cJSON.h>
#include <stdio.h>

/* How wide the terminal is now; elsewhere 96. */
int cli_columns(FILE *out);

/* Columns of a UTF-8 text. */
int cli_width(const char *text);

/* The text, and blanks up to `width`. */
void cli_pad(FILE *out, const char *text, int width);

/* The text; if it does not fit into `room` columns, its beginning, up to the end of a word, and
 * "…". Returns the columns that it took. */
int cli_cut(FILE *out, const char *text, int room);

/* A block of text: `name` at column `margin`, the text from column `indent` on, wrapped between
 * words at the width of the terminal. A word that is longer (a link) is kept whole, and moves
 * further left if it fits there. On a narrow terminal, or if the name is too long, or if a link
 * fits only there, the text begins on the next line. */
void cli_block(FILE *out, int margin, const char *name, int indent, const char *text);

/* The text from the present column, which is `indent`, wrapped in the same way. */
void cli_wrap(FILE *out, int indent, const char *text);

/* The text for a manual page, in man(7). */
void cli_roff(FILE *out, const char *text);

/* The text as one word of a POSIX shell. The caller frees it; NULL when memory is out. */
char *cli_shell_word(const char *text);

/* The command's one JSON value on standard output, indented; returns 0, or 1 when memory is out.
 * `text` is JSON already, and is freed; NULL: memory is out. */
int cli_json(const cJSON *value);
int cli_json_text(char *text);

#endif
