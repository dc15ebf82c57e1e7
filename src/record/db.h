/*
 * db.h: one SQLite file and the few operations on it. Only this file uses SQLite directly; the
 * ledger and the layers above use SQL through it.
 *
 * Parameters: `types` has one letter for each `?` of the SQL: 's' a string (NULL is SQL NULL), 'i'
 * an int64_t. Rows come back as JSON objects whose keys are the names of the columns; NULL is JSON
 * null. SQL is always a literal of the program.
 *
 * Calls block, for up to ten seconds while another process writes. Errors are OFS_ERR_STATE: a full
 * disk, a directory that cannot be written, a damaged file each have their own sentence.
 */
#ifndef OFS_RECORD_DB_H
#define OFS_RECORD_DB_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct ofs_db;

enum ofs_db_how {
    OFS_DB_WRITE,  /* an existing file, read and written */
    OFS_DB_READ,   /* an existing file, only read; its directory may be read-only */
    OFS_DB_MEMORY, /* no file: an empty one in memory */
};

/* What is wrong with an unusable file, in addition to the error. */
enum ofs_db_fault { OFS_DB_SOUND, OFS_DB_UNREACHABLE, OFS_DB_DAMAGED };

/* Open the file and read its first page. NULL with `err` and `ret_fault` filled. */
struct ofs_db *ofs_db_open(const char *path, enum ofs_db_how how, enum ofs_db_fault *ret_fault,
                           struct ofs_error *err);
void ofs_db_free(struct ofs_db *db);
void ofs_db_free_ptr(struct ofs_db **db);

/* Did a call fail because of damage in the file? */
bool ofs_db_is_damaged(const struct ofs_db *db);

/* Run one statement that gives no rows. */
int ofs_db_do(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types, ...);

/* Run several statements without parameters, separated by semicolons. */
int ofs_db_script(struct ofs_db *db, const char *sql, struct ofs_error *err);

/* All rows as a JSON array, or the first row as an object (JSON null if there is none). The caller
 * owns the result; NULL on an error. */
cJSON *ofs_db_rows(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types,
                   ...);
cJSON *ofs_db_row(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types,
                  ...);

/* The first column of the first row as a number; `otherwise` if there is no row or on an error. */
int64_t ofs_db_number(struct ofs_db *db, int64_t otherwise, const char *sql, const char *types,
                      ...);

/* The row that the last INSERT made. */
int64_t ofs_db_last(const struct ofs_db *db);

/* A transaction that writes. It takes the write lock at once, so that two processes never wait for
 * each other. `ofs_db_end` commits if `rc` is 0, else rolls back; it returns -1 if `rc` was not 0
 * or the commit failed. Keep it short: others wait. */
int ofs_db_begin(struct ofs_db *db, struct ofs_error *err);
int ofs_db_end(struct ofs_db *db, int rc, struct ofs_error *err);

/* Switch to the write-ahead log permanently (SQLite, "Write-Ahead Logging"). If another process
 * does the same at the same moment, SQLite fails at once instead of waiting; then this retries for
 * as long as any wait. */
int ofs_db_write_ahead(struct ofs_db *db, struct ofs_error *err);

/* With `yes`, a commit is on the disk before it returns. Otherwise it may be lost with the
 * machine's power, but never with the process. */
int ofs_db_make_durable(struct ofs_db *db, bool yes, struct ofs_error *err);

#define OFS_AUTO_DB __attribute__((cleanup(ofs_db_free_ptr))) struct ofs_db *

#endif
