/*
 * run.h: what check, fix and rehearse share: a job from the command line, the person's yes, and
 * what is shown of a run.
 */
#ifndef OFS_CLI_RUN_H
#define OFS_CLI_RUN_H

#include "base/error.h"
#include "cli/cli.h"
#include "offswitch.h"
#include "wire/loop.h"

struct session {
    const struct cli *cli;
    struct ofs_loop *loop;
    bool owns_loop;
    struct ofs_job *job;
    char *state;
    bool progress;          /* standard error is a terminal */
    struct ofs_error error; /* the first one that was shown, for the report */
};

/* Show an error, and keep it for the report. Returns its exit status. */
int session_fail(struct session *session, const struct ofs_error *err);

/* A job as the command line says; `connect`, `origin` and `profile` stand in where it is silent.
 * `loop` is borrowed; NULL: make one. Returns 0, or an exit status after saying why on standard
 * error. session_report and session_close are due either way. */
int session_open(struct session *session, const struct cli *cli, struct ofs_loop *loop,
                 const char *connect, const char *origin, const char *profile);
void session_close(struct session *session);

/* The site's terms, told once before the first run on the real site. 0: go on. */
int session_tell_terms(struct session *session);

/* Read every setting, with progress. 0, or an exit status after saying why. */
int session_check(struct session *session);

/* The plan in plain words, to standard output, or to standard error under --json. */
void session_show_plan(const struct session *session);

/* Ask for the person's yes. 0: yes; else OFS exit status 4. */
int session_confirm(struct session *session, const char *question);

/* Close the browser side, print the table or the JSON, return the exit status: that of the results,
 * or `at_least` where it is worse. With --json one object is printed also when there is no job. */
int session_report(struct session *session, int at_least);

#endif
