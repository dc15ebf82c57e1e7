/*
 * watching.h: what `status` says of watching: the last pass, whether it is too long ago, and
 * channels that do not take notifications.
 */
#ifndef OFS_CLI_WATCHING_H
#define OFS_CLI_WATCHING_H

#include <cJSON.h>

#include "cli/cli.h"
#include "record/ledger.h"

/* {"last_pass","last_good","age_seconds","summary","next","failed":[{"channel","error","since"}]};
 * members are null where there was no pass. The caller owns it; NULL with `err`. */
cJSON *watching_json(struct ofs_db *db, const char *scenario, struct ofs_error *err);

/* With --max-age: 1 where no pass worked within it, else 0. -1 with `err` where it is no duration.
 */
int watching_is_late(const struct cli *cli, const cJSON *watching, struct ofs_error *err);

/* The same for a person, where there is something to say. */
void watching_show(const struct cli *cli, const cJSON *watching, int late);

#endif
