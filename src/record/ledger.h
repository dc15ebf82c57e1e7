/*
 * ledger.h: the record of all runs: what each read of a setting showed, which presses were
 * intended, and their outcomes. One SQLite file, `ledger.db`, in the state directory.
 *
 * Life cycle: `ofs_ledger_open` … `ofs_ledger_free`. record/recording.h writes a run into it,
 * record/history.h reads it, record/chain.h proves that it was not changed. Another room that keeps
 * its own data adds a migration (see ledger_schema.c) and uses SQL through `ofs_ledger_db` and
 * record/db.h.
 *
 * The file has the mode 0600. Several processes may use it at once: transactions are short and
 * wait for each other. A file that is damaged, made by a newer offswitch or not a ledger is never
 * written: opening it fails with OFS_ERR_STATE, and a copy of it is kept beside it, once.
 */
#ifndef OFS_RECORD_LEDGER_H
#define OFS_RECORD_LEDGER_H

#include "base/error.h"
#include "record/db.h"

struct ofs_ledger;

/* Open the ledger of a state directory (which exists) for reading and writing; created, or migrated
 * to the present schema, if needed. Blocks for the disk. */
struct ofs_ledger *ofs_ledger_open(const char *state, struct ofs_error *err);

/* Open it for reading. If there is none yet, an empty one in memory is used. */
struct ofs_ledger *ofs_ledger_open_to_read(const char *state, struct ofs_error *err);

void ofs_ledger_free(struct ofs_ledger *ledger);
void ofs_ledger_free_ptr(struct ofs_ledger **ledger);
#define OFS_AUTO_LEDGER __attribute__((cleanup(ofs_ledger_free_ptr))) struct ofs_ledger *

/* The file's statements; borrowed. */
struct ofs_db *ofs_ledger_db(struct ofs_ledger *ledger);

/* The state directory; borrowed. */
const char *ofs_ledger_state(const struct ofs_ledger *ledger);

/* An account as the page shows it, as a hash with this ledger's own salt: 32 hexadecimal digits. It
 * is meaningless outside this ledger. */
enum { OFS_ACCOUNT_SIZE = 33, OFS_HINT_SIZE = 32 };
int ofs_ledger_account(struct ofs_ledger *ledger, const char *shown, char ret_id[OFS_ACCOUNT_SIZE],
                       struct ofs_error *err);

/* A short hint by which a person recognises the account: "Anna Petrova" -> "A. P.",
 * "anna@example.org" -> "a...@e...", "octocat" -> "o...t". Pure. */
void ofs_account_hint(const char *shown, char ret_hint[OFS_HINT_SIZE]);

/* SHA-256 of the bytes of a picture that is kept as base64. OFS_ERR_STATE: it is not base64. */
int ofs_picture_sum(const char *png, char ret_hex[65], struct ofs_error *err);

/* SHA-256 as 64 hexadecimal digits. */
enum { OFS_SHA256_SIZE = 65 };
void ofs_sha256(const void *data, size_t len, char ret_hex[OFS_SHA256_SIZE]);

#endif
