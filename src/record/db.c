#include "record/db.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"

enum { BUSY = 10000, MOST_ROWS = 1 << 20 }; /* milliseconds; rows of one answer */

struct ofs_db {
    sqlite3 *handle;
    char *path;
    bool is_damaged;
};

static const struct {
    int code;
    enum ofs_db_fault fault;
    const char *words, *hint;
} faults[] = {
    {SQLITE_FULL, OFS_DB_UNREACHABLE, "the disk is full",
     "free some space, or name another directory with --state DIR"},
    {SQLITE_READONLY, OFS_DB_UNREACHABLE, "it cannot be written",
     "name a directory that you can write to with --state DIR"},
    {SQLITE_PERM, OFS_DB_UNREACHABLE, "it may not be opened", ""},
    {SQLITE_AUTH, OFS_DB_UNREACHABLE, "it may not be opened", ""},
    {SQLITE_CANTOPEN, OFS_DB_UNREACHABLE, "it cannot be opened", ""},
    {SQLITE_IOERR, OFS_DB_UNREACHABLE, "the disk failed", "check the disk and its free space"},
    {SQLITE_BUSY, OFS_DB_UNREACHABLE, "another run has held it for ten seconds", "run again"},
    {SQLITE_LOCKED, OFS_DB_UNREACHABLE, "another run has held it for ten seconds", "run again"},
    {SQLITE_CORRUPT, OFS_DB_DAMAGED, "it is damaged", ""},
    {SQLITE_NOTADB, OFS_DB_DAMAGED, "it is not a ledger, or it is damaged", ""},
};

static int fail(struct ofs_db *db, enum ofs_db_fault *ret_fault, struct ofs_error *err)
{
    int code = sqlite3_errcode(db->handle) & 0xff;
    /* the index of the write-ahead log cannot grow, or the system reports it itself */
    if (sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_SHMSIZE ||
        (code == SQLITE_IOERR && sqlite3_system_errno(db->handle) == ENOSPC))
        code = SQLITE_FULL;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == code) {
            ofs_fail(err, OFS_ERR_STATE, "the ledger %s: %s", db->path, faults[i].words);
            if (faults[i].hint[0])
                ofs_hint(err, "%s", faults[i].hint);
            db->is_damaged = faults[i].fault == OFS_DB_DAMAGED;
            if (ret_fault)
                *ret_fault = faults[i].fault;
            return -1;
        }
    return ofs_fail(err, OFS_ERR_STATE, "the ledger %s: %s", db->path, sqlite3_errmsg(db->handle));
}

/* The path as a URI of SQLite, read as it is. NULL when memory is out. */
static char *immutable_uri(const char *path)
{
    OFS_AUTO_BUF uri = OFS_BUF(1 << 16);
    struct ofs_error ignored;
    int rc = ofs_buf_puts(&uri, "file:", &ignored);
    for (const char *p = path; !rc && *p; p++)
        rc = ofs_buf_printf(&uri, &ignored, strchr("%?#", *p) ? "%%%02x" : "%c", *p);
    return rc || ofs_buf_puts(&uri, "?immutable=1", &ignored) ? NULL : strdup(ofs_buf_str(&uri));
}

/* A directory that cannot be written has no place for the index of the write-ahead log. The file is
 * then read as it is, which is safe if there is no such log. */
static int open_handle(struct ofs_db *db, enum ofs_db_how how)
{
    int flags = SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
                (how == OFS_DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
    if (how == OFS_DB_MEMORY)
        return sqlite3_open_v2(":memory:", &db->handle, flags | SQLITE_OPEN_CREATE, NULL);
    int rc = sqlite3_open_v2(db->path, &db->handle, flags, NULL);
    if (how != OFS_DB_READ || rc)
        return rc;
    rc = sqlite3_exec(db->handle, "PRAGMA schema_version", NULL, NULL, NULL);
    OFS_AUTO_STR log = ofs_text_printf("%s-wal", db->path);
    if ((rc & 0xff) != SQLITE_CANTOPEN || !log || !access(log, F_OK))
        return rc;
    OFS_AUTO_STR uri = immutable_uri(db->path);
    sqlite3_close(db->handle);
    db->handle = NULL;
    return sqlite3_open_v2(uri ? uri : "", &db->handle, flags | SQLITE_OPEN_URI, NULL);
}

struct ofs_db *ofs_db_open(const char *path, enum ofs_db_how how, enum ofs_db_fault *ret_fault,
                           struct ofs_error *err)
{
    OFS_AUTO_DB db = calloc(1, sizeof *db);
    *ret_fault = OFS_DB_UNREACHABLE;
    if (!db || !(db->path = strdup(path))) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    if (open_handle(db, how) || sqlite3_busy_timeout(db->handle, BUSY) ||
        sqlite3_exec(db->handle,
                     "PRAGMA schema_version; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                     "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON;"
                     "PRAGMA temp_store = MEMORY",
                     NULL, NULL, NULL)) {
        fail(db, ret_fault, err);
        return NULL;
    }
    struct ofs_db *done = db;
    db = NULL;
    *ret_fault = OFS_DB_SOUND;
    return done;
}

void ofs_db_free(struct ofs_db *db)
{
    if (!db)
        return;
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

bool ofs_db_is_damaged(const struct ofs_db *db)
{
    return db->is_damaged;
}

void ofs_db_free_ptr(struct ofs_db **db)
{
    ofs_db_free(*db);
    *db = NULL;
}

static void finalize(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}
#define AUTO_STMT __attribute__((cleanup(finalize))) sqlite3_stmt *

static int prepare(struct ofs_db *db, sqlite3_stmt **ret, const char *sql, const char *types,
                   va_list values)
{
    int rc = sqlite3_prepare_v2(db->handle, sql, -1, ret, NULL);
    for (int i = 0; !rc && types[i]; i++)
        rc = types[i] == 'i' ? sqlite3_bind_int64(*ret, i + 1, va_arg(values, int64_t))
                             : sqlite3_bind_text(*ret, i + 1, va_arg(values, const char *), -1,
                                                 SQLITE_TRANSIENT);
    return rc;
}

int ofs_db_do(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types, ...)
{
    AUTO_STMT statement = NULL;
    va_list values;
    va_start(values, types);
    int rc = prepare(db, &statement, sql, types, values);
    va_end(values);
    if (rc || sqlite3_step(statement) != SQLITE_DONE)
        return fail(db, NULL, err);
    return 0;
}

int ofs_db_script(struct ofs_db *db, const char *sql, struct ofs_error *err)
{
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) ? fail(db, NULL, err) : 0;
}

int ofs_db_write_ahead(struct ofs_db *db, struct ofs_error *err)
{
    enum { APART = 20 }; /* milliseconds */
    int rc;
    for (int waited = 0;; waited += APART) {
        rc = sqlite3_exec(db->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if ((rc & 0xff) != SQLITE_BUSY || waited >= BUSY)
            break;
        sqlite3_sleep(APART);
    }
    return rc ? fail(db, NULL, err) : 0;
}

static cJSON *value_of(sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        return cJSON_CreateNull();
    case SQLITE_INTEGER:
        return cJSON_CreateNumber((double)sqlite3_column_int64(statement, column));
    default:
        return cJSON_CreateString((const char *)sqlite3_column_text(statement, column));
    }
}

/* The rows of a statement, at most `most` of them. */
static cJSON *collect(struct ofs_db *db, sqlite3_stmt *statement, int most, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = cJSON_CreateArray();
    int rc = SQLITE_DONE;
    for (int n = 0; rows && n < most && (rc = sqlite3_step(statement)) == SQLITE_ROW; n++) {
        cJSON *row = cJSON_CreateObject();
        for (int i = 0; i < sqlite3_column_count(statement); i++)
            cJSON_AddItemToObject(row, sqlite3_column_name(statement, i), value_of(statement, i));
        cJSON_AddItemToArray(rows, row);
    }
    if (!rows || (rc != SQLITE_DONE && rc != SQLITE_ROW)) {
        fail(db, NULL, err);
        return NULL;
    }
    cJSON *done = rows;
    rows = NULL;
    return done;
}

cJSON *ofs_db_rows(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types,
                   ...)
{
    AUTO_STMT statement = NULL;
    va_list values;
    va_start(values, types);
    int rc = prepare(db, &statement, sql, types, values);
    va_end(values);
    if (!rc)
        return collect(db, statement, MOST_ROWS, err);
    fail(db, NULL, err);
    return NULL;
}

cJSON *ofs_db_row(struct ofs_db *db, struct ofs_error *err, const char *sql, const char *types, ...)
{
    AUTO_STMT statement = NULL;
    va_list values;
    va_start(values, types);
    int rc = prepare(db, &statement, sql, types, values);
    va_end(values);
    if (rc) {
        fail(db, NULL, err);
        return NULL;
    }
    OFS_AUTO_JSON rows = collect(db, statement, 1, err);
    if (!rows)
        return NULL;
    cJSON *first = cJSON_DetachItemFromArray(rows, 0);
    return first ? first : cJSON_CreateNull();
}

int64_t ofs_db_number(struct ofs_db *db, int64_t otherwise, const char *sql, const char *types, ...)
{
    AUTO_STMT statement = NULL;
    va_list values;
    va_start(values, types);
    int rc = prepare(db, &statement, sql, types, values);
    va_end(values);
    return !rc && sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0)
                                                        : otherwise;
}

int64_t ofs_db_last(const struct ofs_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int ofs_db_begin(struct ofs_db *db, struct ofs_error *err)
{
    return ofs_db_script(db, "BEGIN IMMEDIATE", err);
}

int ofs_db_end(struct ofs_db *db, int rc, struct ofs_error *err)
{
    if (!rc && !ofs_db_script(db, "COMMIT", err))
        return 0;
    sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

int ofs_db_make_durable(struct ofs_db *db, bool yes, struct ofs_error *err)
{
    return ofs_db_script(db, yes ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                         err);
}
