/*
 * watching.h: what `status` reports about watching: the last pass, whether it is too long ago, and
 * channels that do not take notifications.
 */
#ifndef OFS_CLI_WATCHING_H
#define OFS_CLI_WATCHING_H

#include <cJSON.h>

#include "cli/cli.h"
#include "record/ledger.h"

/* {"last_pass","last_good","age_seconds","summary","next","failed":[{"channel","error","since"}]};
 * members are null if there was no pass. The caller owns it; NULL with `err`. */
cJSON *watching_json(struct ofs_db *db, const char *scenario, struct ofs_error *err);

/* With --max-age: 1 if no pass worked within it, else 0. -1 with `err` if it is not a duration. */
int watching_is_late(const struct cli *cli, const cJSON *watching, struct ofs_error *err);

/* The same for a person, if there is something to report. */
void watching_show(const struct cli *cli, const cJSON *watching, int late);

#endif
