/*
 * fault_job.h: one row of the table, one command: a replica of its own with the row's faults, the
 * program run against it as a person would run it, and what came of that.
 */
#ifndef TESTS_FAULT_JOB_H
#define TESTS_FAULT_JOB_H

#include "support/faults_table.h"
#include "support/peer.h"
#include "support/program.h"

struct job_place {
    const char *preload;     /* the library of the clock that jumps */
    const char *dir;         /* scratch */
    const char *build;       /* where a Grid is fetched to */
    const struct peer *peer; /* nobody else visits it meanwhile */
};

struct outcome {
    struct program_end end;
    const struct peer_kind *peer;
    bool happened;         /* what the row does to the machine was done */
    cJSON *before, *after; /* the replica's own record; see site.h */
    cJSON *left;           /* in the browser, and behind it; see peer_left */
};

/* -1 when the job could not be run at all. The caller clears the outcome. */
int job_run(const struct fault_row *row, bool fix, const struct job_place *place,
            struct outcome *ret, struct ofs_error *err);
void outcome_clear(struct outcome *outcome);

/* Hold it against the row: adds a line for each thing that is wrong; returns how many. */
int job_judge(const struct fault_row *row, bool fix, const struct outcome *outcome,
              struct ofs_buf *complaints);

#endif
