/*
 * history.h: what the ledger knows, asked by its readers: status, history, diff, undo, reports. No
 * browser is needed for any of it. Results are JSON values that the caller owns; NULL with `err` if
 * the ledger cannot be read.
 */
#ifndef OFS_RECORD_HISTORY_H
#define OFS_RECORD_HISTORY_H

#include <cJSON.h>

#include "record/ledger.h"

enum { OFS_STALE_AFTER = 30, OFS_MOST_BACK = 3 }; /* days; times, see ofs_history_turned_back */

/* Resolve a run: an id, an unambiguous prefix of one, or NULL for the last one that ended.
 * `command` NULL: of any command. Writes the id; OFS_ERR_USAGE if there is none or several. */
int ofs_history_find(struct ofs_ledger *ledger, const char *given, const char *command,
                     char ret_id[40], struct ofs_error *err);

/* The same for an undo: without `given`, the last run that pressed something and is not an undo. */
int ofs_history_find_change(struct ofs_ledger *ledger, const char *given, char ret_id[40],
                            struct ofs_error *err);

/* The last known state of everything, in groups of one account (or label, or profile) and scenario,
 * the most recently read first:
 * [{"scenario","title","origin","account","label","profile","run","at","next_date","settings":
 *   [{"id","title","group","wanted","state","state_at","verdict","reason","detail","at","age_days",
 *     "stale","url","run","because","until","lapsed"}],
 *   "manual": [{"id","title","url","due","done","overdue"}], "unfinished": [{"setting","run"}]}]
 * `now` is RFC 3339. `scenario` NULL: all. */
cJSON *ofs_history_status(struct ofs_ledger *ledger, const char *scenario, const char *now,
                          struct ofs_error *err);

/* Runs, newest first: [{"run","command","scenario","account","label","started","finished","ended",
 * "exit","fixed","differs","unknown"}]. */
cJSON *ofs_history_runs(struct ofs_ledger *ledger, const char *scenario, struct ofs_error *err);

/* How settings moved (record/moves.h). `setting` NULL: all. */
cJSON *ofs_history_moves(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                         struct ofs_error *err);

/* The differences between two runs:
 * {"from","to","same_scope","settings":[{"id","title","from","to",
 * "from_verdict","to_verdict","from_wording","to_wording"}]}. */
cJSON *ofs_history_diff(struct ofs_ledger *ledger, const char *from, const char *to,
                        struct ofs_error *err);

/* The changes of a run that an undo reverts: [{"setting","from","to"}], `to` being the state before
 * that run. Unchanged settings are not included. A press of a run that died is included. */
cJSON *ofs_history_undo(struct ofs_ledger *ledger, const char *run, struct ofs_error *err);

/* Which settings have been turned back too often, OFS_MOST_BACK times or more, on the account of a
 * run: {"ID": times}. `now` has the states that were just read, {"ID": {"state","wanted"}}. */
cJSON *ofs_history_turned_back(struct ofs_ledger *ledger, const char *run, const cJSON *now,
                               struct ofs_error *err);

/* The contract's report of a run, from the ledger, and the run's hash in the chain as "chain". A
 * setting whose control was pictured has "pictures": [{"moment","at","sha256"}]. */
cJSON *ofs_history_report(struct ofs_ledger *ledger, const char *run, struct ofs_error *err);

/* Put the pictures themselves into a report, each as "png", in base64. */
int ofs_history_load_pictures(struct ofs_ledger *ledger, cJSON *report, struct ofs_error *err);

#endif
