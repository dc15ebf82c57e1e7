#include "record/ledger_schema.h"

#include "base/buf.h"
#include "base/text.h"
#include "record/chain.h"

/*
 * How to add a migration: append one string to the list below, never change one that was released.
 * The file's user_version counts those that were applied. A step sees the tables of the steps
 * before it and runs inside one transaction with them, so that it is applied completely or not at
 * all. Tables are STRICT; dates are RFC 3339 in UTC as TEXT, which sorts; JSON is TEXT. The columns
 * of the record that the chain proves are listed in chain.c: a new one there is a new format of the
 * record.
 */
static const char *const migrations[] = {
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "INSERT INTO meta VALUES ('salt', lower(hex(randomblob(32))));"

    /* One row per run. `scope` says whose settings it read: runs of another scope are never
     * compared. `ended` is NULL while it runs, then 'finished', or 'broken-off' for a run that
     * died. */
    "CREATE TABLE runs ("
    "  n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, command TEXT NOT NULL,"
    "  label TEXT, scenario TEXT NOT NULL, scenario_title TEXT NOT NULL,"
    "  scenario_version TEXT NOT NULL, scenario_sha256 TEXT NOT NULL, stale_after_days INTEGER,"
    "  origin TEXT NOT NULL, browser TEXT, browser_version TEXT, protocol TEXT, wire TEXT,"
    "  profile TEXT NOT NULL, account TEXT, account_hint TEXT, scope TEXT NOT NULL,"
    "  undoes TEXT, program TEXT NOT NULL, started TEXT NOT NULL, finished TEXT,"
    "  ended TEXT CHECK (ended IN ('finished', 'broken-off')), exit INTEGER,"
    "  error TEXT, unlisted TEXT NOT NULL DEFAULT '[]', manual TEXT NOT NULL DEFAULT '[]') STRICT;"
    "CREATE INDEX runs_by_scope ON runs (scope, n);"

    /* What one read of a page showed for one setting. */
    "CREATE TABLE observations ("
    "  n INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE,"
    "  setting TEXT NOT NULL, at TEXT NOT NULL,"
    "  act TEXT NOT NULL CHECK (act IN ('check', 'before', 'reload', 'last')),"
    "  state TEXT, reason TEXT, wording TEXT, language TEXT, title TEXT, url TEXT,"
    "  located TEXT, ready TEXT, served TEXT) STRICT;"
    "CREATE INDEX observations_by_run ON observations (run);"

    /* Written before a press; durable before the press is sent. */
    "CREATE TABLE intents ("
    "  n INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES runs (n) ON DELETE"
    "  CASCADE, setting TEXT NOT NULL, at TEXT NOT NULL, from_state TEXT NOT NULL,"
    "  to_state TEXT NOT NULL, url TEXT, wording TEXT) STRICT;"
    "CREATE INDEX intents_by_run ON intents (run);"

    /* Its outcome: one row per intent, from the run itself or, if that died, from the next run that
     * read the setting. It belongs to the run that wrote it, and outlives the intent. */
    "CREATE TABLE outcomes ("
    "  intent INTEGER PRIMARY KEY,"
    "  run INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE, at TEXT NOT NULL,"
    "  sent TEXT NOT NULL CHECK (sent IN ('yes', 'no', 'unknown')), state TEXT, words TEXT) STRICT;"
    "CREATE INDEX outcomes_by_run ON outcomes (run);"

    /* The result of a run for each setting. */
    "CREATE TABLE results ("
    "  run INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE, place INTEGER NOT NULL,"
    "  setting TEXT NOT NULL, title TEXT NOT NULL, grp TEXT NOT NULL, wanted TEXT NOT NULL,"
    "  before TEXT, after TEXT, verdict TEXT NOT NULL, reason TEXT, detail TEXT, url TEXT,"
    "  wording TEXT, language TEXT, located TEXT, ready TEXT, page_title TEXT,"
    "  proofs TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (run, setting)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX results_by_setting ON results (setting, run);"

    /* Each link holds the hash of the one before. A run that was removed keeps its link, and a link
     * of the kind 'removed' says when that was. */
    "CREATE TABLE chain ("
    "  n INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL,"
    "  kind TEXT NOT NULL CHECK (kind IN ('run', 'removed')), run TEXT NOT NULL,"
    "  format INTEGER NOT NULL, content TEXT NOT NULL, previous TEXT NOT NULL,"
    "  hash TEXT NOT NULL) STRICT;"
    "CREATE INDEX chain_by_run ON chain (run);"

    /* Settings that are left as they are on purpose, and manual steps that were done. */
    "CREATE TABLE waivers ("
    "  n INTEGER PRIMARY KEY, scenario TEXT NOT NULL, setting TEXT NOT NULL, because TEXT NOT NULL,"
    "  made TEXT NOT NULL, until TEXT, withdrawn TEXT) STRICT;"
    "CREATE INDEX waivers_by_setting ON waivers (scenario, setting);"
    "CREATE TABLE done ("
    "  n INTEGER PRIMARY KEY, scenario TEXT NOT NULL, step TEXT NOT NULL, done_on TEXT NOT NULL,"
    "  note TEXT, made TEXT NOT NULL) STRICT;"
    "CREATE INDEX done_by_step ON done (scenario, step);"

    /* The watched documents, their revisions, the dates that they announce, and what was sent. */
    "CREATE TABLE policies ("
    "  scenario TEXT NOT NULL, policy TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL,"
    "  checked TEXT, error TEXT, PRIMARY KEY (scenario, policy)) STRICT;"
    "CREATE TABLE revisions ("
    "  n INTEGER PRIMARY KEY, scenario TEXT NOT NULL, policy TEXT NOT NULL, seen TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL, text TEXT NOT NULL, facts TEXT NOT NULL DEFAULT '{}') STRICT;"
    "CREATE INDEX revisions_by_policy ON revisions (scenario, policy, n);"
    "CREATE TABLE calendar ("
    "  scenario TEXT NOT NULL, date TEXT NOT NULL, source TEXT NOT NULL, quote TEXT NOT NULL,"
    "  handled TEXT, PRIMARY KEY (scenario, date, source)) STRICT;"
    "CREATE TABLE notifications ("
    "  n INTEGER PRIMARY KEY, at TEXT NOT NULL, scenario TEXT, channel TEXT NOT NULL,"
    "  subject TEXT NOT NULL, body TEXT NOT NULL, error TEXT) STRICT;",

    /* Watching: what is kept of each document between two passes (times are seconds since 1970),
     * the passes, the present conditions that were reported, and the state of each setting at the
     * last pass. The text of a revision and the raw document are compressed, as base64. */
    "ALTER TABLE policies ADD COLUMN current INTEGER;"
    "ALTER TABLE policies ADD COLUMN etag TEXT;"
    "ALTER TABLE policies ADD COLUMN last_modified TEXT;"
    "ALTER TABLE policies ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE policies ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE policies ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE revisions ADD COLUMN title TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE revisions ADD COLUMN kind TEXT NOT NULL DEFAULT 'first';"
    "ALTER TABLE revisions ADD COLUMN since INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE revisions ADD COLUMN raw TEXT;"
    "ALTER TABLE revisions ADD COLUMN type TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE revisions ADD COLUMN extraction TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE calendar ADD COLUMN done INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE notifications ADD COLUMN sent TEXT;"
    "ALTER TABLE notifications ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE passes ("
    "  n INTEGER PRIMARY KEY AUTOINCREMENT, scenario TEXT NOT NULL, origin TEXT NOT NULL,"
    "  at INTEGER NOT NULL, why TEXT NOT NULL, run TEXT, told INTEGER NOT NULL, ok INTEGER NOT "
    "NULL,"
    "  sha256 TEXT NOT NULL, summary TEXT NOT NULL, next INTEGER NOT NULL, fixed TEXT) STRICT;"
    "CREATE INDEX passes_by_scenario ON passes (scenario, origin, n);"
    "CREATE TABLE conditions ("
    "  scenario TEXT NOT NULL, origin TEXT NOT NULL, key TEXT NOT NULL, since INTEGER NOT NULL,"
    "  passes INTEGER NOT NULL, told INTEGER NOT NULL, words TEXT NOT NULL,"
    "  PRIMARY KEY (scenario, origin, key)) STRICT;"
    "CREATE TABLE last_states ("
    "  scenario TEXT NOT NULL, origin TEXT NOT NULL, setting TEXT NOT NULL, state TEXT NOT NULL,"
    "  at INTEGER NOT NULL, PRIMARY KEY (scenario, origin, setting)) STRICT;",

    /* Where the scenario was read from, for an undo. */
    "ALTER TABLE runs ADD COLUMN scenario_file TEXT;",

    /* The documents of a site and those of its replica are different: `origin` is the site's, or
     * 'replica', as in passes. */
    "CREATE TEMP VIEW old_place AS SELECT p.scenario, p.policy, CASE"
    " WHEN p.url LIKE '%://127.%' OR p.url LIKE '%://localhost%' OR p.url LIKE '%://[::1]%'"
    " THEN 'replica' ELSE coalesce((SELECT max(origin) FROM passes WHERE scenario = p.scenario AND"
    " origin <> 'replica'), 'replica') END AS origin FROM main.policies p;"
    "CREATE TABLE new_policies ("
    "  scenario TEXT NOT NULL, origin TEXT NOT NULL, policy TEXT NOT NULL, title TEXT NOT NULL,"
    "  url TEXT NOT NULL, checked TEXT, error TEXT, current INTEGER, etag TEXT, last_modified TEXT,"
    "  not_before INTEGER NOT NULL DEFAULT 0, failures INTEGER NOT NULL DEFAULT 0,"
    "  changed_at INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (scenario, origin, policy)) STRICT;"
    "INSERT INTO new_policies SELECT p.scenario, o.origin, p.policy, p.title, p.url, p.checked,"
    "  p.error, p.current, p.etag, p.last_modified, p.not_before, p.failures, p.changed_at"
    "  FROM policies p JOIN old_place o USING (scenario, policy);"
    "ALTER TABLE revisions ADD COLUMN origin TEXT NOT NULL DEFAULT '';"
    "UPDATE revisions SET origin = coalesce((SELECT o.origin FROM old_place o WHERE o.scenario ="
    "  revisions.scenario AND o.policy = revisions.policy), 'replica');"
    "CREATE TABLE new_calendar ("
    "  scenario TEXT NOT NULL, origin TEXT NOT NULL, date TEXT NOT NULL, source TEXT NOT NULL,"
    "  quote TEXT NOT NULL, handled TEXT, done INTEGER NOT NULL DEFAULT 0,"
    "  PRIMARY KEY (scenario, origin, date, source)) STRICT;"
    "INSERT INTO new_calendar SELECT c.scenario, coalesce((SELECT o.origin FROM old_place o WHERE"
    "  o.scenario = c.scenario AND o.policy = c.source), (SELECT max(o.origin) FROM old_place o"
    "  WHERE o.scenario = c.scenario), 'replica'), c.date, c.source, c.quote, c.handled, c.done"
    "  FROM calendar c;"
    "DROP VIEW old_place; DROP TABLE policies; DROP TABLE calendar; DROP INDEX "
    "revisions_by_policy;"
    "ALTER TABLE new_policies RENAME TO policies; ALTER TABLE new_calendar RENAME TO calendar;"
    "CREATE INDEX revisions_by_policy ON revisions (scenario, origin, policy, n);",

    /* Pictures of controls, each kept once as base64 under the hash of its bytes, and where they
     * were seen. The chain also has links for what the person decided and did; its counter has
     * their number, so it is migrated too. */
    "CREATE TABLE pictures (sha256 TEXT PRIMARY KEY, png TEXT NOT NULL) STRICT;"
    "CREATE TABLE shown ("
    "  run INTEGER NOT NULL REFERENCES runs (n) ON DELETE CASCADE, setting TEXT NOT NULL,"
    "  moment TEXT NOT NULL CHECK (moment IN ('before', 'after')), at TEXT NOT NULL,"
    "  sha256 TEXT NOT NULL REFERENCES pictures (sha256),"
    "  PRIMARY KEY (run, setting, moment)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX shown_by_picture ON shown (sha256);"
    "CREATE TABLE new_chain ("
    "  n INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL CHECK"
    "  (kind IN ('run', 'removed', 'keep', 'withdraw', 'done')), run TEXT NOT NULL,"
    "  format INTEGER NOT NULL, content TEXT NOT NULL, previous TEXT NOT NULL,"
    "  hash TEXT NOT NULL) STRICT;"
    "INSERT INTO new_chain SELECT * FROM chain;"
    "DELETE FROM sqlite_sequence WHERE name = 'new_chain';"
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'new_chain', seq FROM sqlite_sequence"
    "  WHERE name = 'chain';"
    "DROP TABLE chain;"
    "ALTER TABLE new_chain RENAME TO chain;"
    "CREATE INDEX chain_by_run ON chain (run);",
};

enum { CHAINED_CHOICES = 5 }; /* since this version */

int ofs_ledger_schema_version(void)
{
    return sizeof migrations / sizeof *migrations;
}

int ofs_ledger_migrate(struct ofs_db *db, struct ofs_error *err)
{
    if (ofs_db_begin(db, err))
        return -1;
    int64_t from = ofs_db_number(db, -1, "PRAGMA user_version", "");
    int rc = 0;
    for (int i = (int)from; from >= 0 && !rc && i < ofs_ledger_schema_version(); i++)
        rc = ofs_db_script(db, migrations[i], err);
    if (!rc && from >= 0 && from < CHAINED_CHOICES)
        rc = ofs_chain_adopt(db, err);
    OFS_AUTO_STR stamp = ofs_text_printf("PRAGMA application_id = %d; PRAGMA user_version = %d",
                                         OFS_LEDGER_APPLICATION, ofs_ledger_schema_version());
    if (!rc && (from < 0 || !stamp))
        rc = ofs_fail(err, OFS_ERR_STATE, "the ledger's version cannot be read");
    if (!rc && from < ofs_ledger_schema_version())
        rc = ofs_db_script(db, stamp, err);
    return ofs_db_end(db, rc, err);
}
