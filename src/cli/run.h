/*
 * run.h: what check, fix and rehearse share: a job from the command line, the person's yes, and
 * what is shown of a run.
 */
#ifndef OFS_CLI_RUN_H
#define OFS_CLI_RUN_H

#include <cJSON.h>
#include <stdio.h>

#include "base/error.h"
#include "cli/cli.h"
#include "offswitch.h"
#include "wire/loop.h"

struct session {
    const struct cli *cli;
    struct ofs_loop *loop;
    bool owns_loop;
    struct ofs_job *job;
    struct ofs_ledger *ledger; /* where the run is recorded */
    char *state;
    cJSON *accepted; /* labels that the person accepted in earlier runs */
    int64_t started_ms;
    bool progress;          /* standard error is a terminal on which a line can be redrawn */
    bool has_line;          /* such a line is there now */
    char at[96], doing[64]; /* the content of the line: a setting's id, or ""; a few words */
    size_t n_done, n_steps; /* settings of this step that have a verdict, and all of them */
    struct ofs_error error; /* the first one that was shown, for the report */
};

/* Show an error, and keep it for the report. Returns its exit status. */
int session_fail(struct session *session, const struct ofs_error *err);

/* What undo and --plan add to the command line. Borrowed. */
struct session_extra {
    const char *scenario, *only, *origin; /* in place of the command line's, or NULL */
    const struct ofs_wish *wishes;
    size_t n_wishes;
    const char *undoes;
};

/* The person's yes to the plan: given with --yes, or asked for. 0, or the exit status of a refusal
 * after reporting why. */
int session_confirm(struct session *session);

/* Settings that were turned back repeatedly are not pressed unless the person agrees now. 0, or an
 * exit status after reporting why. */
int session_ask_about_returning(struct session *session);

/* Until the next call, reports in JSON are added to this list instead of being printed; NULL: print
 * them. For a command that runs several scenarios. */
void session_collect(cJSON *reports);

/* Has a signal ended one of the sessions of this process? */
bool session_was_interrupted(void);

/* A job as the command line says; `connect`, `origin` and `profile` are used if it does not give
 * them. `loop` is borrowed; NULL: make one. Returns 0, or an exit status after reporting why on
 * standard error. session_report and session_close are due either way. */
int session_open(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                 const char *connect, const char *origin, const char *profile);
int session_open_with(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                      const char *connect, const char *origin, const char *profile,
                      const struct session_extra *extra);
void session_close(struct session *session);

/* If a signal has come, ignore later ones. Call it before the loop is freed: without the loop they
 * would end the program before its report is written. */
void session_ignore_late_signals(struct ofs_loop *loop);

/* The site's terms, shown once before the first run on the real site. 0: continue. */
int session_tell_terms(struct session *session);
/* The same for a session without a job, about to open that scenario's own site. */
struct ofs_scenario;
int session_tell_terms_of(struct session *session, const struct ofs_scenario *scenario);

/* Read every setting, with progress. 0, or an exit status after saying why. */
int session_check(struct session *session);

/* Where a person reads along: standard output, or standard error if that is for the results. */
FILE *session_out(const struct session *session);

/* Press the settings that differ, with progress. */
void session_fix(struct session *session);

/* Seconds since the session was opened. */
double session_seconds(const struct session *session);

/* Erase the live line of progress, if there is one: before other output. */
void session_clear_progress(struct session *session);

/* Close the browser side and settle the exit status of a session that has a job: that of the
 * results, or `at_least` if it is worse. Borrowed from the job. */
struct ofs_run *session_finish(struct session *session, int at_least);

/* Close the browser side, print the table or the JSON, return the exit status: that of the results,
 * or `at_least` if it is worse. With --json one object is printed also when there is no job. */
int session_report(struct session *session, int at_least);

#endif
