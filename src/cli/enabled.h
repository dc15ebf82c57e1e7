/*
 * enabled.h: the scenarios that the person chose, for --scenario all.
 *
 * They are kept as names, one a line, in $XDG_CONFIG_HOME/offswitch/enabled.
 */
#ifndef OFS_CLI_ENABLED_H
#define OFS_CLI_ENABLED_H

#include "cli/cli.h"

/* The names, ended by NULL; none if nothing was chosen yet. Free them with ofs_scenario_names_free.
 * NULL on an error. */
char **enabled_names(struct ofs_error *err);

/* scenario enable NAME..., scenario disable NAME... */
int scenario_enable(const struct cli *cli);
int scenario_disable(const struct cli *cli);

/* Run a command for the scenario of --scenario, or for all that were chosen, one after the other.
 * With --json there is one object, with the report of each in "runs". */
int enabled_run(const struct cli *cli, int (*run)(const struct cli *cli));

#endif
