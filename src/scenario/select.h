/*
 * select.h: which settings a command is about.
 */
#ifndef OFS_SCENARIO_SELECT_H
#define OFS_SCENARIO_SELECT_H

#include "scenario/scenario.h"

/* Mark the settings that are meant: those of `only` (ids, separated by commas), or of `group`, or
 * all; with none of the three, the scenario's default group. `ret_selected` has room for
 * n_settings. Fails with OFS_ERR_USAGE for an id or group that the scenario does not have, for an
 * empty list, and if more than one of the three is given. */
int ofs_scenario_select(const struct ofs_scenario *scenario, const char *only, const char *group,
                        bool all, bool *ret_selected, struct ofs_error *err);

#endif
