/*
 * ledger_schema.h: the tables of the ledger, as the steps that create them.
 */
#ifndef OFS_RECORD_LEDGER_SCHEMA_H
#define OFS_RECORD_LEDGER_SCHEMA_H

#include "base/error.h"
#include "record/db.h"

/* In the header of the file: "ofsw". */
enum { OFS_LEDGER_APPLICATION = 0x6f667377 };

/* The version that this program reads and writes: the number of migrations. */
int ofs_ledger_schema_version(void);

/* Migrate the file to that version, in one transaction. Safe beside another process that does the
 * same. */
int ofs_ledger_migrate(struct ofs_db *db, struct ofs_error *err);

#endif
