/*
 * commands.h: the table of commands, and the pages that are made from it and from the options.
 */
#ifndef OFS_CLI_COMMANDS_H
#define OFS_CLI_COMMANDS_H

#include <stdio.h>

#include "cli/cli.h"

struct command {
    const char *name;
    const char *arguments;
    const char *summary;
    int (*run)(const struct cli *cli);
    unsigned options; /* which of the table in options.c */
    const char *more; /* the rest of its --help */
    const char *example;
};

/* All commands, in the order of the help; and the one of that name, or NULL. In main.c. */
const struct command *commands_all(size_t *ret_n);
const struct command *commands_find(const char *name);

/* ---- help.c ---- */

/* The page of all commands, and that of one. */
void help_print(FILE *out);
void help_print_command(const struct command *command);

/* The sections COMMANDS and OPTIONS of the manual page, in man(7). */
void help_print_manual(FILE *out);

/* The sections of the scenarios' manual page that describe the keys, from the schema at `path`. In
 * help_scenario.c. */
int help_print_scenario_manual(FILE *out, const char *path, struct ofs_error *err);

#endif
