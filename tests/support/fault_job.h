/*
 * fault_job.h: one row of the table, one command: a replica of its own with the row's faults, the
 * program run against it as a person would run it, and the outcome.
 */
#ifndef TESTS_FAULT_JOB_H
#define TESTS_FAULT_JOB_H

#include <stdint.h>

#include "support/faults_table.h"
#include "support/peer.h"
#include "support/program.h"

struct job_place {
    const char *preload;     /* the library of the clock that jumps */
    const char *dir;         /* scratch */
    const char *build;       /* where a Grid is fetched to */
    const struct peer *peer; /* no other run uses it meanwhile */
    uint64_t seed;           /* of random-delays; each row derives its own seed from it */
    int64_t delay_max_ms;
};

struct outcome {
    struct program_end end;
    const struct peer_kind *peer;
    bool happened;         /* the row's action on the machine was done */
    cJSON *before, *after; /* the replica's own record; see site.h */
    cJSON *left;           /* in the browser, and behind it; see peer_left */
};

/* -1 when the job could not be run at all. The caller clears the outcome. */
int job_run(const struct fault_row *row, bool fix, const struct job_place *place,
            struct outcome *ret, struct ofs_error *err);
void outcome_clear(struct outcome *outcome);

/* Does the row draw its delays at random? And the seed that its replica gets. */
bool job_is_random(const struct fault_row *row);
uint64_t job_seed(const struct fault_row *row, const struct job_place *place);

struct job_judgement {
    int n;         /* things that are wrong */
    bool is_grave; /* one that load cannot cause: never retried */
};

/* Compare it with the row: adds a line for each thing that is wrong. A state in the report is
 * compared with the site's own record of it, at the time of the last read that the program has to
 * do: no sooner than the hold after the last save. A later change does not make the report
 * wrong. */
struct job_judgement job_judge(const struct fault_row *row, bool fix, const struct outcome *outcome,
                               struct ofs_buf *complaints);

#endif
