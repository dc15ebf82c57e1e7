#include "record/chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

/* The record of a run: its parts, and the format since which each belongs to it. A column that is
 * added to a table later belongs to a later format. */
enum { FORMAT = 2 };
static const struct {
    int since;
    const char *key, *sql;
} parts[] = {
    {1, "run",
     "SELECT id, command, label, scenario, scenario_title, scenario_version,"
     " scenario_sha256, stale_after_days, origin, browser, browser_version, protocol, wire,"
     " profile, account, account_hint, scope, undoes, program, started, finished, ended,"
     " exit, error, unlisted, manual FROM runs WHERE id = ?"},
    {1, "results",
     "SELECT setting, title, grp, wanted, before, after, verdict, reason, detail, url,"
     " wording, language, located, ready, page_title, proofs FROM results"
     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY place"},
    {1, "observations",
     "SELECT setting, at, act, state, reason, wording, language, title, url,"
     " located, ready, served FROM observations"
     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY n"},
    {1, "intents",
     "SELECT n, setting, at, from_state, to_state, url, wording FROM intents"
     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY n"},
    {1, "outcomes",
     "SELECT intent, at, sent, state, words FROM outcomes"
     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY intent"},
    {2, "pictures",
     "SELECT setting, moment, at, sha256 FROM shown"
     " WHERE run = (SELECT n FROM runs WHERE id = ?) ORDER BY setting, moment"},
};

/* What the person decided and did: the number of a row follows the name, as in "keep 3". */
enum { NAME = 5 }; /* the length of the part before the number */
static const struct {
    const char *kind, *sql;
    const char *missing; /* the names of rows that have no link of this kind and should */
} choices[] = {
    {"keep", "SELECT n, scenario, setting, because, made, until FROM waivers WHERE n = ?",
     "SELECT 'keep ' || n AS name FROM waivers WHERE 'keep ' || n NOT IN"
     " (SELECT run FROM chain WHERE kind = 'keep') ORDER BY n"},
    {"withdraw", "SELECT n, scenario, setting, withdrawn FROM waivers WHERE n = ?",
     "SELECT 'keep ' || n AS name FROM waivers WHERE withdrawn IS NOT NULL AND 'keep ' || n NOT IN"
     " (SELECT run FROM chain WHERE kind = 'withdraw') ORDER BY n"},
    {"done", "SELECT n, scenario, step, done_on, note, made FROM done WHERE n = ?",
     "SELECT 'done ' || n AS name FROM done WHERE 'done ' || n NOT IN"
     " (SELECT run FROM chain WHERE kind = 'done') ORDER BY n"},
};
enum { CHOICES = sizeof choices / sizeof *choices };

/* NULL on an error; JSON null for a missing run. */
static cJSON *record_of_run(struct ofs_db *db, const char *run, int64_t format,
                            struct ofs_error *err)
{
    OFS_AUTO_JSON record = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].since > format)
            continue;
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

/* The record that a link of this kind proves: NULL on an error, JSON null if it is gone. */
static cJSON *record_of(struct ofs_db *db, const char *kind, const char *name, int64_t format,
                        struct ofs_error *err)
{
    for (size_t i = 0; i < CHOICES; i++)
        if (!strcmp(choices[i].kind, kind)) {
            int64_t n = strlen(name) > NAME ? strtoll(name + NAME, NULL, 10) : -1;
            return ofs_db_row(db, err, choices[i].sql, "i", n);
        }
    return record_of_run(db, name, format, err);
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

static int seal(struct ofs_db *db, const char *kind, const char *name, struct ofs_error *err)
{
    char content[OFS_SHA256_SIZE];
    OFS_AUTO_JSON record = record_of(db, kind, name, FORMAT, err);
    if (!record || content_of(record, content, err))
        return -1;
    return add_link(db, kind, name, content, err);
}

int ofs_chain_seal(struct ofs_db *db, const char *run, struct ofs_error *err)
{
    return seal(db, "run", run, err);
}

int ofs_chain_seal_choice(struct ofs_db *db, const char *kind, int64_t n, struct ofs_error *err)
{
    char name[40];
    snprintf(name, sizeof name, "%s %lld", !strcmp(kind, "done") ? "done" : "keep", (long long)n);
    return seal(db, kind, name, err);
}

int ofs_chain_adopt(struct ofs_db *db, struct ofs_error *err)
{
    for (size_t i = 0; i < CHOICES; i++) {
        OFS_AUTO_JSON rows = ofs_db_rows(db, err, choices[i].missing, "");
        const cJSON *row;
        int rc = rows ? 0 : -1;
        cJSON_ArrayForEach(row, rows)
        {
            rc = rc ? rc : seal(db, choices[i].kind, ofs_json_str(row, "name", ""), err);
        }
        if (rc)
            return -1;
    }
    return 0;
}

int ofs_chain_note_removed(struct ofs_db *db, const char *run, struct ofs_error *err)
{
    return add_link(db, "removed", run, "", err);
}

static void add_to(cJSON *list, const char *run, const char *text)
{
    cJSON *one = cJSON_CreateObject();
    ofs_json_add_str(one, "run", run);
    cJSON_AddStringToObject(one, "text", text);
    cJSON_AddItemToArray(list, one);
}

static void add_fault(cJSON *report, const char *run, const char *text)
{
    add_to(cJSON_GetObjectItem(report, "faults"), run, text);
}

/* The chain proves the order of its links; the time comes from the clock of the machine only. */
static void note_clock(cJSON *report, const cJSON *row, const char *previous)
{
    const char *at = ofs_json_str(row, "at", ""), *run = ofs_json_str(row, "run", "");
    if (strcmp(at, previous) < 0)
        add_to(cJSON_GetObjectItem(report, "notes"), run,
               "the clock was set back before this: its date is earlier than that of the link "
               "before it");
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

/* Is the record the same as when the link was made? */
static int check_content(struct ofs_db *db, const struct link *link, cJSON *report,
                         struct ofs_error *err)
{
    char content[OFS_SHA256_SIZE];
    OFS_AUTO_JSON record = record_of(db, link->kind, link->run, link->format, err);
    if (!record || content_of(record, content, err))
        return -1;
    bool removed = was_removed(db, link->run);
    if (cJSON_IsNull(record) && removed)
        return 0;
    count(report, !strcmp(link->kind, "run") ? "runs" : "choices");
    if (cJSON_IsNull(record))
        add_fault(report, link->run, "its record is gone, and nothing says that it was removed");
    else if (removed)
        add_fault(report, link->run, "its record is here, although it was removed");
    else if (link->format < 1 || link->format > FORMAT)
        add_fault(report, link->run, "its record has a format that this version does not know");
    else if (strcmp(content, link->content))
        add_fault(report, link->run, "its record was changed afterwards");
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

/* The links contain the hashes of pictures, not their bytes. */
static int check_pictures(struct ofs_db *db, cJSON *report, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(db, err,
                                     "SELECT r.id, s.sha256, p.png FROM shown s"
                                     " JOIN runs r ON r.n = s.run"
                                     " LEFT JOIN pictures p ON p.sha256 = s.sha256 ORDER BY r.n",
                                     "");
    const cJSON *row;
    cJSON_ArrayForEach(row, rows)
    {
        char sum[OFS_SHA256_SIZE];
        struct ofs_error ignored;
        const char *png = ofs_json_str(row, "png", NULL);
        if (!png || ofs_picture_sum(png, sum, &ignored) ||
            strcmp(sum, ofs_json_str(row, "sha256", "")))
            add_fault(report, ofs_json_str(row, "id", ""),
                      png ? "a picture of it was changed" : "a picture of it is gone");
    }
    return rows ? 0 : -1;
}

static int check_choices(struct ofs_db *db, cJSON *report, struct ofs_error *err)
{
    for (size_t i = 0; i < CHOICES; i++) {
        OFS_AUTO_JSON loose = ofs_db_rows(db, err, choices[i].missing, "");
        const cJSON *row;
        if (!loose)
            return -1;
        cJSON_ArrayForEach(row, loose)
        {
            add_fault(report, ofs_json_str(row, "name", ""), "no link vouches for it");
        }
    }
    return 0;
}

/* What is outside the links: runs without one, and links that were cut off at the end. */
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
    return check_choices(db, report, err) || check_pictures(db, report, err) ? -1 : 0;
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
    cJSON_AddNumberToObject(report, "choices", 0);
    cJSON_AddNumberToObject(report, "removed", 0);
    cJSON_AddArrayToObject(report, "faults");
    cJSON_AddArrayToObject(report, "notes");
    const cJSON *row;
    const char *at = "";
    cJSON_ArrayForEach(row, rows)
    {
        note_clock(report, row, at);
        at = ofs_json_str(row, "at", "");
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

/* Pass a value on, and free it. */
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
            removed ? cJSON_CreateNull()
                    : record_of(db, ofs_json_str(link, "kind", ""), ofs_json_str(link, "run", ""),
                                (int64_t)ofs_json_num(link, "format", 0), err);
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
        {"picture", "SELECT * FROM pictures ORDER BY sha256"},
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

/* Each decision and step leaves a note too; the rest has no link in the chain. */
static int remove_the_rest(struct ofs_db *db, struct ofs_error *err)
{
    OFS_AUTO_JSON rows = ofs_db_rows(db, err,
                                     "SELECT 'keep ' || n AS name FROM waivers"
                                     " UNION ALL SELECT 'done ' || n FROM done",
                                     "");
    const cJSON *row;
    int rc = rows ? 0 : -1;
    cJSON_ArrayForEach(row, rows)
    {
        rc = rc ? rc : ofs_chain_note_removed(db, ofs_json_str(row, "name", ""), err);
    }
    return rc ? rc
              : ofs_db_script(
                    db,
                    "DELETE FROM waivers; DELETE FROM done; DELETE FROM notifications;"
                    "DELETE FROM passes; DELETE FROM conditions; DELETE FROM last_states;"
                    "UPDATE meta SET value = lower(hex(randomblob(32))) WHERE key = 'salt'",
                    err);
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
    if (ofs_db_script(db, "DELETE FROM pictures WHERE sha256 NOT IN (SELECT sha256 FROM shown)",
                      err))
        return -1;
    return all ? remove_the_rest(db, err) : 0;
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
    /* What was removed must not remain in the file or its log. */
    if (ofs_db_script(db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", err) ||
        ofs_db_make_durable(db, false, err))
        return -1;
    return cJSON_GetArraySize(runs);
}
