/*
 * report.h: reports for people and for other programs, made from the contract's report objects
 * (record/history.h gives them; so does `--json`). Pure: the text goes into a buffer.
 *
 * `reports` is a JSON array of such objects, oldest first. Several of one scope are fine. A report
 * without settings is fine too. Errors: only that memory is out, or that the buffer's limit is
 * reached (OFS_ERR_TOO_BIG).
 */
#ifndef OFS_RECORD_REPORT_H
#define OFS_RECORD_REPORT_H

#include <cJSON.h>

#include "base/buf.h"
#include "base/error.h"

/* RFC 4180, one line for each setting of each run. A cell that a spreadsheet would take for a
 * formula begins with an apostrophe. */
int ofs_report_csv(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err);

/* OpenMetrics 1.0: the last known state of each setting. */
int ofs_report_openmetrics(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err);

/* JUnit XML: one suite a run, one case a setting. */
int ofs_report_junit(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err);

/* SARIF 2.1.0: one run a run, one result for each setting that is not as wanted or not known. */
int ofs_report_sarif(const cJSON *reports, struct ofs_buf *out, struct ofs_error *err);

/* One self-contained page: no script, and nothing is fetched. `moves` from record/moves.h, or NULL;
 * `now` is RFC 3339. */
int ofs_report_html(const cJSON *reports, const cJSON *moves, const char *now, struct ofs_buf *out,
                    struct ofs_error *err);

/* The schema of a report, JSON Schema 2020-12, as text. */
const char *ofs_report_schema(void);

/* One overview of many people's reports: {"format","people":[{"who","scenario","origin","run","at",
 * "age_days","as_wanted","differs","unknown","other","state"}]}, with `state` one of "done",
 * "not-done", "unknown", "stale". The newest report of each person and scenario counts. `who` is
 * the label, the account's hint, or the report's "file". */
cJSON *ofs_report_merge(const cJSON *reports, const char *now);
int ofs_report_merge_html(const cJSON *merged, const char *now, struct ofs_buf *out,
                          struct ofs_error *err);
int ofs_report_merge_csv(const cJSON *merged, struct ofs_buf *out, struct ofs_error *err);

/* ---- shared by these ---- */

/* A proof of a `fixed`, in plain words; an unknown word is returned as it is. */
const char *ofs_proof_words(const char *proof);

/* Text fit for XML and HTML. */
int ofs_report_escape(struct ofs_buf *out, const char *text, struct ofs_error *err);

/* The last known state in a setting's object: `after`, or `before`, or NULL. */
const char *ofs_report_state(const cJSON *setting);

/* The owner of a report, in a few words; "" if unknown. Borrowed. */
const char *ofs_report_whose(const cJSON *report);

#endif
