/*
 * config.h: the config file, $XDG_CONFIG_HOME/offswitch/config.
 *
 *     # a comment
 *     tabs = 2                  the long name of an option, and its value
 *     headless = yes            an option without a value takes yes or no
 *
 *     [anna]                    only with --as anna
 *     state = ~/offswitch/anna
 *
 * The command line takes precedence over a section, and a section over what is above all sections.
 * Options that confirm, remove or flip something, and those that are about one run, are refused.
 * The file has no secrets in it: channels of notifications are in notify.json.
 */
#ifndef OFS_CLI_CONFIG_H
#define OFS_CLI_CONFIG_H

#include <stddef.h>

#include "cli/option_rows.h"

struct config_entry {
    char *section; /* "" above all sections */
    const struct option_row *row;
    char *value;
    int line;
};

struct config {
    char *path;
    bool is_there;
    struct config_entry *entries;
    size_t n_entries;
    char **sections; /* in the order of the file */
    size_t n_sections;
};

/* Read and check the whole file; a missing one is empty. OFS_ERR_USAGE with file and line for a
 * mistake in it, OFS_ERR_STATE for a file that cannot be read or that others can write to.
 * config_free is due in any case. */
int config_read(struct config *config, struct ofs_error *err);
void config_free(struct config *config);

/* Put into `cli` what the file says for this command: first what is above all sections, then the
 * section `as` (NULL: none; OFS_ERR_USAGE if there is no such section). Options of other commands
 * are ignored. The values are borrowed from `config`. */
int config_apply(const struct config *config, const char *as, unsigned command, struct cli *cli,
                 struct ofs_error *err);

/* Why an option may not be in the file; NULL: it may. */
const char *config_why_not(const struct option_row *row);

#endif
