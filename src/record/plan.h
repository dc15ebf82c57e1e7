/*
 * plan.h: what a fix will press, bound to the results of a check. A person or a script can inspect
 * it and later run exactly that, or nothing. Pure, except for reading the file.
 */
#ifndef OFS_RECORD_PLAN_H
#define OFS_RECORD_PLAN_H

#include <cJSON.h>

#include "base/error.h"
#include "record/run.h"

enum { OFS_PLAN_FORMAT = 1, OFS_PLAN_HOURS = 24 /* how long a plan is valid */ };

/* The plan of a run that has checked:
 * {"format","kind":"plan","made","run","scenario":{"id","version","sha256"},"origin","account",
 *  "settings":[{"id","title","state","wanted","verdict","press","wording","url"}]}
 * `press` is true if a fix would press. The caller owns it; NULL when memory is out. */
cJSON *ofs_plan_make(const struct ofs_run *run);

/* Read a plan's file. NULL with OFS_ERR_SYSTEM if it cannot be read or is not a plan. */
cJSON *ofs_plan_read(const char *path, struct ofs_error *err);

/* The ids of a plan's settings, separated by commas: what has to be checked again. The caller frees
 * it; NULL when memory is out. */
char *ofs_plan_ids(const cJSON *plan);

/* Whether the plan is still valid for a run that has checked the same settings, at `now` (RFC
 * 3339). 0, or -1 with OFS_ERR_REFUSED, which names the change: the scenario, the origin, the
 * account, a wording or a state, or that the plan is more than a day old. */
int ofs_plan_check(const cJSON *plan, const struct ofs_run *run, const char *now,
                   struct ofs_error *err);

#endif
