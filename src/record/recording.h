/*
 * recording.h: writes one run into the ledger. This is the only place that writes intents.
 *
 *     recording = ofs_recording_begin(ledger, run, &facts, &err)   before the browser is reached
 *     ofs_recording_account(recording, run, "Anna Petrova", &err)  once the page shows it
 *     ofs_recording_observe(recording, &seen, &err)                after each read
 *     ofs_recording_intend(recording, &intent, &number, &err)      before a press: durable, or -1
 *     ofs_recording_outcome(recording, number, "yes", NULL, NULL, &err)   after it
 *     ofs_recording_finish(recording, run, &err)                   when the exit status is known
 *     ofs_recording_free(recording)
 *
 * A run that dies in between leaves its intents without an outcome. The next run sees that it died
 * (a lock in the state directory ends with the process), and the first later run that reads such a
 * setting records its state. `ofs_recording_unfinished` lists these.
 *
 * Every call blocks for the disk. Errors are OFS_ERR_STATE. If ofs_recording_intend fails, the
 * control must not be pressed.
 */
#ifndef OFS_RECORD_RECORDING_H
#define OFS_RECORD_RECORDING_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "record/ledger.h"
#include "record/run.h"

struct ofs_recording;

/* What the run itself does not hold. Strings are borrowed for the call. */
struct ofs_recording_facts {
    const char *scenario_title;
    const char *scenario_file; /* or NULL */
    int stale_after_days; /* after this many days a verdict is stale; 0: the scenario does not say
                           */
    const char *profile;  /* which browser profile: how it was reached, or its directory */
    const char *undoes;   /* the run that this one takes back, or NULL */
};

/* The run's command, id, label, scenario, origin and start have to be set. The ledger is borrowed
 * and has to outlive the recording. */
struct ofs_recording *ofs_recording_begin(struct ofs_ledger *ledger, const struct ofs_run *run,
                                          const struct ofs_recording_facts *facts,
                                          struct ofs_error *err);
/* NULL is allowed. A recording that was not finished counts as broken off from now on. */
void ofs_recording_free(struct ofs_recording *recording);

/* Set the run's account, as the page shows it. `ret_changed` is true if the last run of this
 * scenario, origin and profile used another account: results are not compared with that run.
 * `ret_last` gets its hint. */
int ofs_recording_account(struct ofs_recording *recording, struct ofs_run *run, const char *shown,
                          bool *ret_changed, char ret_last[OFS_HINT_SIZE], struct ofs_error *err);

/* What a read showed of a setting. Members that are NULL or "" are unknown. */
struct ofs_seen {
    const char *setting;
    const char *act;   /* "check", "before" the press, after the "reload", "last" */
    const char *state; /* or `reason`, a word of the contract */
    const char *reason;
    const char *wording, *language, *title, *url, *located, *ready;
    const char *served; /* the state from the site's server, or NULL */
};
int ofs_recording_observe(struct ofs_recording *recording, const struct ofs_seen *seen,
                          struct ofs_error *err);

/* How the control of a setting looked, "before" a press or "after" it: PNG in base64. */
int ofs_recording_picture(struct ofs_recording *recording, const char *setting, const char *moment,
                          const char *at, const char *png, struct ofs_error *err);

/* What is about to be pressed. On return 0 it is on the disk. OFS_ERR_REFUSED: another run in
 * progress has pressed the same setting. */
struct ofs_intent {
    const char *setting, *from, *to, *url, *wording;
};
int ofs_recording_intend(struct ofs_recording *recording, const struct ofs_intent *intent,
                         int64_t *ret_number, struct ofs_error *err);

/* The outcome. `sent`: whether the press arrived: "yes", "no", "unknown". `state` as read back, or
 * NULL; `words` for a person, or NULL. */
int ofs_recording_outcome(struct ofs_recording *recording, int64_t number, const char *sent,
                          const char *state, const char *words, struct ofs_error *err);

/* Presses of runs that died, on this scenario, origin and profile or account, whose outcome is
 * still unknown: [{"run","setting","from","to","at"}]. The caller owns it; NULL on an error. */
cJSON *ofs_recording_unfinished(struct ofs_recording *recording, struct ofs_error *err);

/* Write the results and close the record. The run's exit and end have to be set. */
int ofs_recording_finish(struct ofs_recording *recording, const struct ofs_run *run,
                         struct ofs_error *err);

/* Close the records of runs that died. Done by ofs_recording_begin too. */
int ofs_recording_close_dead(struct ofs_ledger *ledger, struct ofs_error *err);

#endif
