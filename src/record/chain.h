/*
 * chain.h: a hash chain that shows whether the ledger was changed afterwards.
 *
 * Each run that ended is one link. Its content is the SHA-256 of the run's record: the row of the
 * run, its results, observations, intents, outcomes and the hashes of its pictures, as JSON. Its
 * hash is the SHA-256 of that content, of when and which run it was, and of the hash of the link
 * before. A changed record no longer matches its content; a changed content breaks every link after
 * it. The last hash, stored elsewhere, proves the whole chain.
 *
 * What the person decided ("keep", "withdraw") and did ("done") has links of the same kind, named
 * by the number of its row ("keep 3"). What is removed keeps its link, and a link of the kind
 * 'removed' is added.
 */
#ifndef OFS_RECORD_CHAIN_H
#define OFS_RECORD_CHAIN_H

#include <cJSON.h>

#include "record/ledger.h"

/* Add the link of a run that has ended. Within the caller's transaction. */
int ofs_chain_seal(struct ofs_db *db, const char *run, struct ofs_error *err);

/* Add the link of what the person has decided or done: "keep" and "withdraw" with the number of a
 * waiver, "done" with that of a step. Within the caller's transaction. */
int ofs_chain_seal_choice(struct ofs_db *db, const char *kind, int64_t n, struct ofs_error *err);

/* Add the links of decisions and steps that were recorded before such links existed. Within the
 * caller's transaction. */
int ofs_chain_adopt(struct ofs_db *db, struct ofs_error *err);

/* Add the link that says a run, a decision or a step was removed. Within the caller's transaction.
 */
int ofs_chain_note_removed(struct ofs_db *db, const char *run, struct ofs_error *err);

/* Check all of it: {"links", "runs", "choices", "removed", "head", "faults": [{"run", "text"}],
 * "notes": [{"run", "text"}]}. A note is not a fault: the clock was set back. `head` is the last
 * hash, or null. The caller owns the result; NULL only if the ledger cannot be read. */
cJSON *ofs_chain_verify(struct ofs_ledger *ledger, struct ofs_error *err);

/* Everything, oldest first, as JSON values that are passed to `take` one by one: the links of the
 * chain, each with its record, then the runs that have not ended, waivers, manual steps, and the
 * rest. */
int ofs_chain_export(struct ofs_ledger *ledger, int (*take)(void *ctx, const cJSON *value),
                     void *ctx, struct ofs_error *err);

/* Which runs to remove: those that began before a date, those of an account or label, or all.
 * Exactly one is given. Runs in progress stay. */
struct ofs_forget {
    const char *before, *account;
    bool all;
};
/* How many that would be; then remove them. Both return the number, or -1. */
int ofs_chain_count(struct ofs_ledger *ledger, const struct ofs_forget *which,
                    struct ofs_error *err);
int ofs_chain_forget(struct ofs_ledger *ledger, const struct ofs_forget *which,
                     struct ofs_error *err);

#endif
