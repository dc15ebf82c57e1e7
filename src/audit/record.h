/*
 * record.h: for this room only: what a job writes into the ledger. If the options have no ledger,
 * every call does nothing. A write that fails afterwards becomes the job's error, which
 * ofs_job_record returns; a write that fails before a press prevents the press.
 */
#ifndef OFS_AUDIT_RECORD_H
#define OFS_AUDIT_RECORD_H

#include "audit/internal.h"

/* Begin the run's record; report presses of earlier runs that are unfinished; exclude the settings
 * that the person keeps as they are. */
int ofs_record_begin(struct ofs_job *job, struct ofs_error *err);

/* The account, from the first page that shows it. */
void ofs_record_account(struct ofs_job *job, const cJSON *look);

/* One read: `act` is "check", "before", "reload" or "last". */
void ofs_record_seen(struct ofs_job *job, const struct ofs_entry *entry, const char *act,
                     const struct ofs_observation *seen);

/* How the control looked, "before" the press or "after" it; nothing if there is no picture. */
void ofs_record_picture(struct ofs_job *job, const struct ofs_entry *entry, const char *moment,
                        const struct ofs_picture *picture);

/* The setting is about to be pressed. -1: it must not be; with OFS_ERR_REFUSED another run is
 * turning it. */
int ofs_record_intent(struct ofs_job *job, struct ofs_entry *entry, struct ofs_error *err);

/* It was pressed, or was not; `err` is the error of the press, or NULL. */
void ofs_record_pressed(struct ofs_job *job, const struct ofs_entry *entry,
                        const struct ofs_error *err);

#endif
