/*
 * options.h: the options of the command line: one table, which commands have each, and reading
 * them.
 */
#ifndef OFS_CLI_OPTIONS_H
#define OFS_CLI_OPTIONS_H

#include <stdio.h>

#include "cli/cli.h"

/* The commands, as bits: an option of the table has a set of them. */
enum {
    FOR_CHECK = 1 << 0,
    FOR_FIX = 1 << 1,
    FOR_REHEARSE = 1 << 2,
    FOR_GUIDE = 1 << 3,
    FOR_DOCTOR = 1 << 4,
    FOR_LOGIN = 1 << 5,
    FOR_SCENARIO = 1 << 6,
    FOR_STATUS = 1 << 7,
    FOR_HISTORY = 1 << 8,
    FOR_DIFF = 1 << 9,
    FOR_KEEP = 1 << 10,
    FOR_DONE = 1 << 11,
    FOR_LEDGER = 1 << 12,
    FOR_REPORT = 1 << 13,
    FOR_WATCH = 1 << 14,
    FOR_SCHEDULE = 1 << 15,
    FOR_POLICY = 1 << 16,
    FOR_NOTIFY = 1 << 17,
    FOR_UNDO = 1 << 18,
    FOR_CONFIG = 1 << 19, /* takes every option, to show where its value comes from */
};

/* Read the options of one command line into `cli`, over the present values, and leave the other
 * words in cli->args. An option that this command does not have is an error: OFS_ERR_USAGE, with a
 * near name or with the commands that have it. `argv[0]` is the command. May be called again. */
int options_read(struct cli *cli, unsigned command, int argc, char **argv, bool *ret_help,
                 struct ofs_error *err);

/* The options of a command, under headings. */
void options_print(FILE *out, unsigned command);

/* The same for the manual page, for all commands, in man(7). */
void options_print_manual(FILE *out);

/* The names of a command's options on standard output, one a line; and whether an option ("--only")
 * takes a value. */
void options_list(unsigned command);
bool options_takes_value(const char *option);

/* Is this the name of an option ("--json", "--json=x", "-y") of any command? */
bool options_has(const char *word);

/* A person may expect an effect from an option that has none with this way of connecting: print a
 * note on standard error. */
void options_tell_unused(const struct cli *cli, const char *connect);

/* Fill `err`: there is no such option; with the nearest that these commands have. Returns -1. */
int options_unknown(const char *given, unsigned commands, struct ofs_error *err);

/* The option of these commands to propose for a name without its dashes, or NULL. */
const char *options_near(const char *name, unsigned commands);

/* Does the option confirm, remove or flip something? */
bool options_is_deliberate(const char *name);

#endif
