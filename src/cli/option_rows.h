/*
 * option_rows.h: the table of options itself, for the files that print it, read a command line, and
 * read the config file.
 */
#ifndef OFS_CLI_OPTION_ROWS_H
#define OFS_CLI_OPTION_ROWS_H

#include "cli/options.h"

enum option_kind { FLAG, TEXT, LIST, COUNT, SECONDS, WAIT };

struct option_row {
    const char *name;
    char letter; /* or 0 */
    int heading; /* of the help */
    unsigned commands;
    enum option_kind kind;
    size_t at; /* in struct cli */
    const char *argument;
    const char *help;
};

/* All rows, in the order of the help; and the one of a name of `len` bytes, or NULL. */
const struct option_row *options_rows(size_t *ret_n);
const struct option_row *options_row(const char *name, size_t len);

/* "check, fix": the commands that have it. */
void options_commands_of(const struct option_row *row, char *ret, size_t size);

/* Put a value into `cli`; it replaces one from another source, and the values of options that
 * exclude this one. A flag takes "yes" and "no". OFS_ERR_USAGE if it is not a valid value. */
int options_take(struct cli *cli, const struct option_row *row, const char *text,
                 struct option_source from, struct ofs_error *err);

#endif
