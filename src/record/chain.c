#include "record/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

/* The record of a run, format 1. A column that is added to a table later belongs to a format 2. */
enum { FORMAT = 1 };
static const struct {
    const char *key, *sql;
} parts[] = {
    {"run", "SELECT id, command, label, scenario, scenario_title, scenario_version,"
            " scenario_sha256, stale_after_days, origin, browser, browser_version, protocol, wire,"
            " profile, account, account_hint, scope, undoes, program, started, finished, ended,"
            " exit, error, unlisted, manual FROM runs WHERE id = ?"},
    {"results", "SELECT setting, title, grp, wanted, before, after, verdict, reason, detail, url,"
                " wording, language, located, ready, page_title, proofs FROM results"
                " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY place"},
    {"observations", "SELECT setting, at, act, state, reason, wording, language, title, url,"
                     " located, ready, served FROM observations"
                     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY n"},
    {"intents", "SELECT n, setting, at, from_state, to_state, url, wording FROM intents"
                " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY n"},
    {"outcomes", "SELECT intent, at, sent, state, words FROM outcomes"
                 " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY intent"},
};

/* NULL on an error; JSON null for a run that is not there. */
static cJSON *record_of(struct ofs_db *db, const char *run, struct ofs_error *err)
{
    OFS_AUTO_JSON record = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        cJSON *part = i == 0 ? ofs_db_row(db, err, parts[i].sql, "s", run)
                             : ofs_db_rows(db, err, parts[i].sql, "s", run);
        if (!part)
            return NULL;
        if (cJSON_IsNull(part))
            return part;
        cJSON_AddItemToObject(record, parts[i].key, part);
    }
    cJSON *done = record;
    record = NULL;
    return done;
}

static int content_of(const cJSON *record, char ret_hex[OFS_SHA256_SIZE], struct ofs_error *err)
{
    OFS_AUTO_STR text = cJSON_PrintUnformatted(record);
    if (!text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    ofs_sha256(text, strlen(text), ret_hex);
    return 0;
}

struct link {
    int64_t n, format;
    const char *at, *kind, *run, *content, *previous;
};

static int hash_of(const struct link *link, char ret_hex[OFS_SHA256_SIZE], struct ofs_error *err)
{
    OFS_AUTO_STR text = ofs_text_printf("%lld\n%s\n%s\n%s\n%lld\n%s\n%s\n", (long long)link->n,
                                        link->at, link->kind, link->run, (long long)link->format,
                                        link->content, link->previous);
    if (!text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    ofs_sha256(text, strlen(text), ret_hex);
    return 0;
}

static int add_link(struct ofs_db *db, const char *kind, const char *run, const char *content,
                    struct ofs_error *err)
{
    char at[OFS_DATE_SIZE], hash[OFS_SHA256_SIZE];
    OFS_AUTO_JSON last =
        ofs_db_row(db, err, "SELECT n, hash FROM chain ORDER BY n DESC LIMIT 1", "");
    if (!last)
        return -1;
    ofs_date_now(at);
    const struct link link = {.n = (int64_t)ofs_json_num(last, "n", 0) + 1,
                              .format = FORMAT,
                              .at = at,
                              .kind = kind,
                              .run = run,
                              .content = content,
                              .previous = ofs_json_str(last, "hash", "")};
    if (hash_of(&link, hash, err))
        return -1;
    return ofs_db_do(db, err,
                     "INSERT INTO chain (n, at, kind, run, format, content, previous, hash)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     "isssisss", link.n, link.at, link.kind, link.run, link.format, link.content,
                     link.previous, hash);
}

int ofs_chain_seal(struct ofs_db *db, const char *run, struct ofs_error *err)
{
    char content[OFS_SHA256_SIZE];
    OFS_AUTO_JSON record = record_of(db, run, err);
    if (!record || content_of(record, content, err))
        return -1;
    return add_link(db, "run", run, content, err);
}

int ofs_chain_note_removed(struct ofs_db *db, const char *run, struct ofs_error *err)
{
    return add_link(db, "removed", run, "", err);
}

static void add_fault(cJSON *report, const char *run, const char *text)
{
    cJSON *fault = cJSON_CreateObject();
    ofs_json_add_str(fault, "run", run);
    cJSON_AddStringToObject(fault, "text", text);
    cJSON_AddItemToArray(cJSON_GetObjectItem(report, "faults"), fault);
}

static void count(cJSON *report, const char *key)
{
    cJSON *number = cJSON_GetObjectItem(report, key);
    cJSON_SetNumberValue(number, number->valuedouble + 1);
}

static bool was_removed(struct ofs_db *db, const char *run)
{
    return ofs_db_number(db, 0, "SELECT count(*) FROM chain WHERE kind = 'removed' AND run = ?",
                         "s", run) > 0;
}

/* Is the record what it was when the link was made? */
static int check_content(struct ofs_db *db, const struct link *link, cJSON *report,
                         struct ofs_error *err)
{
    char content[OFS_SHA256_SIZE];
    OFS_AUTO_JSON record = record_of(db, link->run, err);
    if (!record || content_of(record, content, err))
        return -1;
    bool removed = was_removed(db, link->run);
    if (cJSON_IsNull(record) && removed)
        return 0;
    count(report, "runs");
    if (cJSON_IsNull(record))
        add_fault(report, link->run, "its record is gone, and nothing says that it was removed");
    else if (removed)
        add_fault(report, link->run, "its record is here, although it was removed");
    else if (link->format != FORMAT)
        add_fault(report, link->run, "its record has a format that this version does not know");
    else if (strcmp(content, link->content))
        add_fault(report, link->run, "its record was changed after the run");
    return 0;
}

static int check_link(struct ofs_db *db, const cJSON *row, int64_t n, const char *previous,
                      cJSON *report, struct ofs_error *err)
{
    char hash[OFS_SHA256_SIZE];
    const struct link link = {.n = (int64_t)ofs_json_num(row, "n", 0),
                              .format = (int64_t)ofs_json_num(row, "format", 0),
                              .at = ofs_json_str(row, "at", ""),
                              .kind = ofs_json_str(row, "kind", ""),
                              .run = ofs_json_str(row, "run", ""),
                              .content = ofs_json_str(row, "content", ""),
                              .previous = ofs_json_str(row, "previous", "")};
    if (hash_of(&link, hash, err))
        return -1;
    if (link.n != n)
        add_fault(report, link.run, "links are missing before this one");
    if (strcmp(link.previous, previous))
        add_fault(report, link.run, "it does not follow the link before it");
    if (strcmp(hash, ofs_json_str(row, "hash", "")))
        add_fault(report, link.run, "its link was changed");
    if (!strcmp(link.kind, "removed")) {
        count(report, "removed");
        return 0;
    }
    return check_content(db, &link, report, err);
}

/* What lies outside of the links: runs without one, and links that were cut off at the end. */
static int check_rest(struct ofs_db *db, int64_t last, cJSON *report, struct ofs_error *err)
{
    int64_t made = ofs_db_number(db, 0, "SELECT seq FROM sqlite_sequence WHERE name = 'chain'", "");
    OFS_AUTO_JSON loose = ofs_db_rows(db, err,
                                      "SELECT id FROM runs WHERE ended IS NOT NULL AND id NOT IN"
                                      " (SELECT run FROM chain WHERE kind = 'run') ORDER BY n",
                                      "");
    const cJSON *run;
    if (!loose)
        return -1;
    cJSON_ArrayForEach(run, loose)
    {
        add_fault(report, ofs_json_str(run, "id", ""), "no link vouches for it");
    }
    if (made > last)
        add_fault(report, NULL, "links are missing at the end");
    return 0;
}

cJSON *ofs_chain_verify(struct ofs_ledger *ledger, struct ofs_error *err)
{
    struct ofs_db *db = ofs_ledger_db(ledger);
    const char *previous = "";
    int64_t n = 0;
    int rc = 0;
    OFS_AUTO_JSON rows = ofs_db_rows(db, err, "SELECT * FROM chain ORDER BY n", "");
    OFS_AUTO_JSON report = cJSON_CreateObject();
    if (!rows || !report)
        return NULL;
    cJSON_AddNumberToObject(report, "links", cJSON_GetArraySize(rows));
    cJSON_AddNumberToObject(report, "runs", 0);
    cJSON_AddNumberToObject(report, "removed", 0);
    cJSON_AddArrayToObject(report, "faults");
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        rc = rc ? rc : check_link(db, row, ++n, previous, report, err);
        previous = ofs_json_str(row, "hash", "");
    }
    ofs_json_add_str(report, "head", *previous ? previous : NULL);
    if (rc || check_rest(db, n, report, err))
        return NULL;
    cJSON *done = report;
    report = NULL;
    return done;
}

/* Hand a value on, and free it. */
static int give(int (*take)(void *, const cJSON *), void *ctx, cJSON *value)
{
    int rc = value ? take(ctx, value) : -1;
    cJSON_Delete(value);
    return rc;
}

static cJSON *kind_of(const char *kind, const char *key, cJSON *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "kind", kind);
    cJSON_AddItemToObject(o, key, value);
    return o;
}

static int export_links(struct ofs_db *db, int (*take)(void *, const cJSON *), void *ctx,
                        struct ofs_error *err)
{
    OFS_AUTO_JSON links = ofs_db_rows(db, err, "SELECT * FROM chain ORDER BY n", "");
    const cJSON *link;
    if (!links)
        return -1;
    cJSON_ArrayForEach(link, links)
    {
        bool removed = !strcmp(ofs_json_str(link, "kind", ""), "removed");
        cJSON *record =
            removed ? cJSON_CreateNull() : record_of(db, ofs_json_str(link, "run", ""), err);
        if (!record)
            return -1;
        cJSON *line = kind_of("link", "link", cJSON_Duplicate(link, true));
        cJSON_AddItemToObject(line, "record", record);
        if (give(take, ctx, line))
            return ofs_fail(err, OFS_ERR_SYSTEM, "the export could not be written");
    }
    return 0;
}

static int export_rows(struct ofs_db *db, const char *kind, const char *sql,
                       int (*take)(void *, const cJSON *), void *ctx, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(db, err, sql, "");
    const cJSON *row;
    if (!rows)
        return -1;
    cJSON_ArrayForEach(row, rows)
    {
        if (give(take, ctx, kind_of(kind, kind, cJSON_Duplicate(row, true))))
            return ofs_fail(err, OFS_ERR_SYSTEM, "the export could not be written");
    }
    return 0;
}

int ofs_chain_export(struct ofs_ledger *ledger, int (*take)(void *ctx, const cJSON *value),
                     void *ctx, struct ofs_error *err)
{
    static const struct {
        const char *kind, *sql;
    } rows[] = {
        {"running", "SELECT id, command, scenario, started FROM runs WHERE ended IS NULL"},
        {"waiver", "SELECT * FROM waivers ORDER BY n"},
        {"done", "SELECT * FROM done ORDER BY n"},
        {"policy", "SELECT * FROM policies"},
        {"revision", "SELECT * FROM revisions ORDER BY n"},
        {"date", "SELECT * FROM calendar ORDER BY date"},
        {"pass", "SELECT * FROM passes ORDER BY n"},
        {"notification", "SELECT * FROM notifications ORDER BY n"},
    };
    struct ofs_db *db = ofs_ledger_db(ledger);
    int rc = export_links(db, take, ctx, err);
    for (size_t i = 0; !rc && i < sizeof rows / sizeof *rows; i++)
        rc = export_rows(db, rows[i].kind, rows[i].sql, take, ctx, err);
    return rc;
}

#define WHICH                                                                                \
    " FROM runs WHERE ended IS NOT NULL AND (?1 = 'all' OR (?1 = 'before' AND started < ?2)" \
    " OR (?1 = 'account' AND (account_hint = ?2 OR label = ?2 OR account = ?2)))"

static const char *kind_of_forget(const struct ofs_forget *which, const char **ret_value)
{
    *ret_value = which->before ? which->before : which->account;
    return which->before ? "before" : which->account ? "account" : which->all ? "all" : "";
}

int ofs_chain_count(struct ofs_ledger *ledger, const struct ofs_forget *which,
                    struct ofs_error *err)
{
    const char *value, *kind = kind_of_forget(which, &value);
    OFS_AUTO_JSON row =
        ofs_db_row(ofs_ledger_db(ledger), err, "SELECT count(*) AS n" WHICH, "ss", kind, value);
    return row ? (int)ofs_json_num(row, "n", -1) : -1;
}

static int remove_runs(struct ofs_db *db, const cJSON *runs, bool all, struct ofs_error *err)
{
    const cJSON *run;
    cJSON_ArrayForEach(run, runs)
    {
        const char *id = ofs_json_str(run, "id", "");
        if (ofs_db_do(db, err, "DELETE FROM runs WHERE id = ?", "s", id) ||
            ofs_chain_note_removed(db, id, err))
            return -1;
    }
    return all ? ofs_db_script(
                     db,
                     "DELETE FROM waivers; DELETE FROM done; DELETE FROM notifications;"
                     "DELETE FROM passes; DELETE FROM conditions; DELETE FROM last_states;"
                     "UPDATE meta SET value = lower(hex(randomblob(32)))"
                     " WHERE key = 'salt'",
                     err)
               : 0;
}

int ofs_chain_forget(struct ofs_ledger *ledger, const struct ofs_forget *which,
                     struct ofs_error *err)
{
    struct ofs_db *db = ofs_ledger_db(ledger);
    const char *value, *kind = kind_of_forget(which, &value);
    if (ofs_db_make_durable(db, true, err) || ofs_db_begin(db, err))
        return -1;
    OFS_AUTO_JSON runs = ofs_db_rows(db, err, "SELECT id" WHICH " ORDER BY n", "ss", kind, value);
    int rc = runs ? remove_runs(db, runs, which->all, err) : -1;
    if (ofs_db_end(db, rc, err))
        return -1;
    /* What was removed is not to be found in the file or its log either. */
    if (ofs_db_script(db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", err) ||
        ofs_db_make_durable(db, false, err))
        return -1;
    return cJSON_GetArraySize(runs);
}
