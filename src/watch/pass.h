/*
 * pass.h: one pass of watching.
 *
 *     pass = ofs_pass_begin(&options, &err)      look at the documents, decide
 *     if (ofs_pass_due(pass)->why) …             the caller checks (and may fix) with a job
 *     ofs_pass_conclude(pass, run, &err)         what moved, what is new; written into the ledger
 *     ofs_pass_report(pass, report)              the pass's members of the JSON report
 *     ofs_pass_notify(pass, report, &err)        send it, if there is something to report
 *     ofs_pass_free(pass)
 *
 * A pass reports only changes: a setting that is on again, or off again; a document that changed;
 * something that needs a person; a silence that was too long. It never reports the same thing
 * twice.
 */
#ifndef OFS_WATCH_PASS_H
#define OFS_WATCH_PASS_H

#include <cJSON.h>

#include "record/ledger.h"
#include "record/run.h"
#include "scenario/scenario.h"
#include "watch/decide.h"
#include "watch/document.h"

enum { OFS_PASS_SILENCE = 10 /* days without a pass that worked, before this is reported */ };

struct ofs_pass_options {
    struct ofs_loop *loop; /* borrowed, like all of it */
    struct ofs_ledger *ledger;
    const struct ofs_scenario *scenario;
    const char *origin;
    struct ofs_job *job; /* whose browser loads documents that need one; NULL in a preview */
    bool asked;          /* --now */
    int stale_days; /* after this many days the settings are read again; 0: as the scenario says */
    int pause_ms;   /* before a second fetch */
};

struct ofs_pass;

/* Blocks for the network. NULL if the ledger failed or a signal came. */
struct ofs_pass *ofs_pass_begin(const struct ofs_pass_options *options, struct ofs_error *err);
void ofs_pass_free(struct ofs_pass *pass);

/* Only decide, from what the ledger has: nothing is fetched and nothing is written. */
struct ofs_pass *ofs_pass_preview(const struct ofs_pass_options *options, struct ofs_error *err);

const struct ofs_due *ofs_pass_due(const struct ofs_pass *pass);
const struct ofs_due_facts *ofs_pass_facts(const struct ofs_pass *pass);
const struct ofs_document *ofs_pass_documents(const struct ofs_pass *pass, size_t *ret_n);

/* `run`: the check that was due, also one that could not be done; NULL if none was due. `fixed`
 * names the settings that were to be flipped without a person ("" for none). */
int ofs_pass_conclude(struct ofs_pass *pass, const struct ofs_run *run, const char *fixed,
                      struct ofs_error *err);

/* Add "why", "policies", "moved", "notified" and "next" to a report. */
void ofs_pass_report(const struct ofs_pass *pass, cJSON *report);

/* Send the notification to every channel, and again what could not be sent before. A channel that
 * fails is recorded in the ledger and is not an error here. `report` is the JSON for the channels
 * that need it. */
int ofs_pass_notify(struct ofs_pass *pass, const char *report, struct ofs_error *err);

/* The text of the notification: "" for nothing. Borrowed. */
const char *ofs_pass_subject(const struct ofs_pass *pass);
const char *ofs_pass_body(const struct ofs_pass *pass);

/* Everything in one line, for the log of a scheduled pass. Borrowed. */
const char *ofs_pass_summary(const struct ofs_pass *pass);

/* When the last pass that worked was, over all scenarios or of one (NULL: all), in seconds since
 * 1970; 0: never. */
int64_t ofs_pass_last_good(struct ofs_db *db, const char *scenario);

#endif
