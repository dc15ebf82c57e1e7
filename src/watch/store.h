/*
 * store.h: what the ledger keeps of watched documents. Texts are compressed (zlib) and kept as
 * base64. Everything blocks for the disk; errors are OFS_ERR_STATE.
 */
#ifndef OFS_WATCH_STORE_H
#define OFS_WATCH_STORE_H

#include <cJSON.h>
#include <stdint.h>

#include "base/buf.h"
#include "record/ledger.h"
#include "watch/dates.h"
#include "watch/decide.h"

/* Compress to base64, and back. The caller frees the result; NULL with `err`. */
char *ofs_store_pack(const char *data, size_t len, struct ofs_error *err);
int ofs_store_unpack(const char *packed, struct ofs_buf *ret, struct ofs_error *err);

/* `origin` is that of the ledger's rows: the real site, or "replica". A document's row, with the
 * columns of its current revision beside it ("revision" is its number, null if there is none). JSON
 * null for one that was never fetched. The caller owns it. */
cJSON *ofs_store_document(struct ofs_db *db, const char *scenario, const char *origin,
                          const char *policy, struct ofs_error *err);

/* The text of a revision by its number. */
int ofs_store_text(struct ofs_db *db, int64_t revision, struct ofs_buf *ret, struct ofs_error *err);

/* Put announced dates into the calendar; the points of a date that had come before today need no
 * check. Future dates of the same source that are no longer announced are removed. */
int ofs_store_dates(struct ofs_db *db, const char *scenario, const char *origin, const char *source,
                    const struct ofs_announcements *dates, ofs_day today, struct ofs_error *err);

/* The calendar of a scenario; the caller frees the array. */
int ofs_store_calendar(struct ofs_db *db, const char *scenario, const char *origin,
                       struct ofs_due_date **ret, size_t *ret_n, struct ofs_error *err);

/* A check has covered every point that has come by today. */
int ofs_store_cover(struct ofs_db *db, const char *scenario, const char *origin, ofs_day today,
                    struct ofs_error *err);

#endif
