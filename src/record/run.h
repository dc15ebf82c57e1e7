/*
 * run.h: one run as plain data: what was read of each setting, what was done, and the verdicts. The
 * words are the contract's. The audit fills it; reports are made from it.
 */
#ifndef OFS_RECORD_RUN_H
#define OFS_RECORD_RUN_H

#include <cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"

/* verdict, exit status */
#define OFS_VERDICT_TABLE(X)         \
    X(UNKNOWN, "unknown", 3)         \
    X(AS_WANTED, "as-wanted", 0)     \
    X(DIFFERS, "differs", 2)         \
    X(FIXED, "fixed", 0)             \
    X(NOT_KEPT, "not-kept", 5)       \
    X(NOT_OFFERED, "not-offered", 0) \
    X(LOCKED, "locked", 3)           \
    X(SKIPPED, "skipped", 0)

enum ofs_verdict {
#define X(code, word, status) OFS_VERDICT_##code,
    OFS_VERDICT_TABLE(X)
#undef X
};

const char *ofs_verdict_word(enum ofs_verdict verdict);
int ofs_verdict_status(enum ofs_verdict verdict);

/* Of several exit statuses the one with precedence: the first of 64, 1, 4, 5, 3, 2, 0. */
int ofs_status_worse(int a, int b);

enum { OFS_STATE_SIZE = 96 };

/* One setting in one run. Strings without a size are borrowed from the scenario or static. */
struct ofs_result {
    const char *id, *title, *group, *wanted;
    const char *origin; /* its own, if it is not the run's; else NULL */
    char before[OFS_STATE_SIZE], after[OFS_STATE_SIZE]; /* "" for null */
    enum ofs_verdict verdict;
    const char *reason; /* with unknown: a word of the contract; else NULL */
    bool left;          /* it differs, and must not be pressed; the detail says why */
    char detail[480];
    char page[256];       /* the path of its page, or "" */
    const char *located;  /* the rung of the ladder that found the control, or NULL */
    const char *ready;    /* why the page counted as ready: "served", "quiet", "still", or NULL */
    char wording[256];    /* the site's own words for the control, or "" */
    char language[16];    /* language of the page, from its lang attribute: "en", or "" */
    char title_seen[200]; /* the page's own title, or "" */
    /* The proofs of a `fixed`, each for the read that gave it. */
    bool proof_reload, proof_fresh_tab, proof_save, proof_served, proof_held;
    struct ofs_times times; /* where the time went */
};

struct ofs_run {
    const char *command;
    char id[40];
    const char *scenario_id, *scenario_version, *scenario_sha256;
    char browser_name[64], browser_version[64];
    const char *protocol, *wire; /* NULL while no browser was reached */
    const char *origin;
    char account_id[40],
        account_hint[32]; /* the account's hash and hint (record/ledger.h), or "" */
    const char *label;    /* the person's label for the run, or NULL */
    char started[OFS_DATE_SIZE], finished[OFS_DATE_SIZE];
    int exit;
    struct ofs_result *results;
    size_t n_results;
    cJSON *unlisted; /* [{"page","name","state"}], owned */
    cJSON *manual;   /* [{"id","title","url","due","done"}], owned */
    int64_t hold_ms; /* how long the last read waited after the last save of the run; 0: no fix */
    int64_t opening_ms;     /* reaching the browser, and opening tabs in it */
    struct ofs_error error; /* the run could not be done; code OFS_ERR_NONE: it could */
};

/* The address of its page; NULL if none is known. The caller frees it. */
char *ofs_result_url(const struct ofs_run *run, const struct ofs_result *result);

/* Give the run its id and its start. */
void ofs_run_begin(struct ofs_run *run);
void ofs_run_clear(struct ofs_run *run);

/* The run could not be done, or not to its end: keep `err` in it. If no browser was reached, every
 * setting becomes `unknown`, with the reason that `err` gives. What was read from a browser
 * stays. */
void ofs_run_fail(struct ofs_run *run, const struct ofs_error *err);

/* The exit status for the results. */
int ofs_run_status(const struct ofs_run *run);

/* The kinds of wait of struct ofs_times, in the report's order: name and milliseconds. */
enum { OFS_TIMES = 7 };
const char *ofs_times_word(size_t kind);
int64_t ofs_times_at(const struct ofs_times *times, size_t kind);

/* Where the time of all its settings went. With several tabs the sum may be more than the run took.
 */
struct ofs_times ofs_run_times(const struct ofs_run *run);

/* The proofs of a result, as a list; and the run's error as {"code","text","hint"} or JSON null.
 * The caller owns them. */
cJSON *ofs_result_proofs(const struct ofs_result *result);
cJSON *ofs_run_error_json(const struct ofs_run *run);

/* The contract's report as text, pretty enough to read. The caller frees it. */
char *ofs_run_json(const struct ofs_run *run);

#endif
