#include "watch/store.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/json.h"

enum { MOST_TEXT = 64 << 20 };

char *ofs_store_pack(const char *data, size_t len, struct ofs_error *err)
{
    uLongf size = compressBound((uLong)len);
    unsigned char *small = malloc(size + 8);
    char *text = small ? malloc((size + 8) / 3 * 4 + 8) : NULL;
    if (!text) {
        free(small);
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    /* the length in front gives the size to expect */
    for (int i = 0; i < 8; i++)
        small[i] = (unsigned char)((uint64_t)len >> (8 * i));
    int rc = compress2(small + 8, &size, (const unsigned char *)data, (uLong)len, 9);
    if (rc == Z_OK) {
        EVP_EncodeBlock((unsigned char *)text, small, (int)(size + 8));
    } else {
        ofs_fail(err, OFS_ERR_SYSTEM, "a text could not be compressed");
        free(text);
        text = NULL;
    }
    free(small);
    return text;
}

int ofs_store_unpack(const char *packed, struct ofs_buf *ret, struct ofs_error *err)
{
    size_t n = strlen(packed);
    unsigned char *small = malloc(n / 4 * 3 + 4);
    int len = small ? EVP_DecodeBlock(small, (const unsigned char *)packed, (int)n) : -1;
    uint64_t want = 0;
    for (int i = 0; len > 8 && i < 8; i++)
        want |= (uint64_t)small[i] << (8 * i);
    char *text = len > 8 && want < MOST_TEXT ? malloc(want + 1) : NULL;
    uLongf size = (uLongf)want;
    int rc = text && uncompress((unsigned char *)text, &size, small + 8, (uLong)len - 8) == Z_OK &&
                     size == want
                 ? ofs_buf_add(ret, text, want, err)
                 : ofs_fail(err, OFS_ERR_STATE, "a kept text is damaged");
    free(text);
    free(small);
    return rc;
}

cJSON *ofs_store_document(struct ofs_db *db, const char *scenario, const char *origin,
                          const char *policy, struct ofs_error *err)
{
    return ofs_db_row(db, err,
                      "SELECT p.*, r.n AS revision, r.sha256, r.text, r.raw, r.type, r.extraction,"
                      " r.title AS heading, r.since, r.seen, r.kind FROM policies p"
                      " LEFT JOIN revisions r ON r.n = p.current"
                      " WHERE p.scenario = ? AND p.origin = ? AND p.policy = ?",
                      "sss", scenario, origin, policy);
}

int ofs_store_text(struct ofs_db *db, int64_t revision, struct ofs_buf *ret, struct ofs_error *err)
{
    OFS_AUTO_JSON row =
        ofs_db_row(db, err, "SELECT text FROM revisions WHERE n = ?", "i", revision);
    const char *packed = row ? ofs_json_str(row, "text", NULL) : NULL;
    if (!row)
        return -1;
    if (!packed)
        return ofs_fail(err, OFS_ERR_USAGE, "there is no revision %lld", (long long)revision);
    return ofs_store_unpack(packed, ret, err);
}

/* ---- the calendar --------------------------------------------------------------------------- */

/* The points of a date that had come before today. */
static int64_t done_before(ofs_day day, ofs_day today)
{
    return (int64_t)ofs_due_points(day, today - 1);
}

int ofs_store_dates(struct ofs_db *db, const char *scenario, const char *origin, const char *source,
                    const struct ofs_announcements *dates, ofs_day today, struct ofs_error *err)
{
    char day[16];
    OFS_AUTO_BUF list = OFS_BUF(4096);
    if (ofs_buf_puts(&list, ",", err))
        return -1;
    for (size_t i = 0; i < dates->n; i++) {
        const struct ofs_announced *a = &dates->list[i];
        ofs_day_print(a->day, day);
        if (ofs_buf_printf(&list, err, "%s,", day) ||
            ofs_db_do(db, err,
                      "INSERT INTO calendar (scenario, origin, date, source, quote, done)"
                      " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET quote = excluded.quote",
                      "sssssi", scenario, origin, day, source, a->quote,
                      done_before(a->day, today)))
            return -1;
    }
    ofs_day_print(today, day);
    return ofs_db_do(db, err,
                     "DELETE FROM calendar WHERE scenario = ? AND origin = ? AND source = ?"
                     " AND date > ? AND instr(?, ',' || date || ',') = 0",
                     "sssss", scenario, origin, source, day, ofs_buf_str(&list));
}

int ofs_store_calendar(struct ofs_db *db, const char *scenario, const char *origin,
                       struct ofs_due_date **ret, size_t *ret_n, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(
        db, err, "SELECT * FROM calendar WHERE scenario = ? AND origin = ? ORDER BY date", "ss",
        scenario, origin);
    const cJSON *row;
    if (!rows)
        return -1;
    *ret_n = 0;
    *ret = calloc((size_t)cJSON_GetArraySize(rows) + 1, sizeof **ret);
    if (!*ret)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(row, rows)
    {
        struct ofs_due_date *d = &(*ret)[*ret_n];
        if (!ofs_day_parse(ofs_json_str(row, "date", ""), &d->day))
            continue;
        d->done = (unsigned)ofs_json_num(row, "done", 0);
        snprintf(d->policy, sizeof d->policy, "%s", ofs_json_str(row, "source", ""));
        snprintf(d->quote, sizeof d->quote, "%s", ofs_json_str(row, "quote", ""));
        ++*ret_n;
    }
    return 0;
}

int ofs_store_cover(struct ofs_db *db, const char *scenario, const char *origin, ofs_day today,
                    struct ofs_error *err)
{
    struct ofs_due_date *dates;
    char day[16], now[OFS_DATE_SIZE];
    size_t n;
    if (ofs_store_calendar(db, scenario, origin, &dates, &n, err))
        return -1;
    int rc = 0;
    ofs_date_now(now);
    for (size_t i = 0; !rc && i < n; i++) {
        unsigned done = dates[i].done | ofs_due_points(dates[i].day, today);
        bool all = done == (1u << OFS_DUE_POINTS) - 1;
        ofs_day_print(dates[i].day, day);
        if (done != dates[i].done)
            rc = ofs_db_do(db, err,
                           "UPDATE calendar SET done = ?, handled = ? WHERE scenario = ?"
                           " AND origin = ? AND date = ? AND source = ?",
                           "isssss", (int64_t)done, all ? now : NULL, scenario, origin, day,
                           dates[i].policy);
    }
    free(dates);
    return rc;
}
