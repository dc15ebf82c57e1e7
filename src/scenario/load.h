/*
 * load.h: for this room only: a setting from its entry in the tree.
 */
#ifndef OFS_SCENARIO_LOAD_H
#define OFS_SCENARIO_LOAD_H

#include "scenario/scenario.h"

/* All members are borrowed from `tree`, and missing ones from `all`. */
void ofs_setting_fill(struct ofs_setting *setting, const cJSON *tree,
                      const struct ofs_scenario *all);

#endif
