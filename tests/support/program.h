/*
 * program.h: the program, run as a person would run it: `build/offswitch` or $OFFSWITCH. Its end is
 * an event of the loop; its output is read afterwards.
 *
 * Life cycle: program_start, turns of the loop until `ended` (or no longer wanted), program_reap,
 * which cleans up in every case; then program_end_clear.
 */
#ifndef TESTS_PROGRAM_H
#define TESTS_PROGRAM_H

#include "base/json.h"
#include "support/child.h"
#include "wire/wire.h"

/* The program's path. Static. */
const char *program_path(void);
/* Its directory: "build". The caller frees it. */
char *program_build(void);

struct program {
    struct child child;
    struct ofs_wire *alive;
    char *out, *errors;
    bool ended;
};

struct program_options {
    char *const *argv;   /* without the program's own name, ended by NULL */
    const char *dir;     /* scratch, for its output */
    const char *preload; /* as struct child_options has them */
    const char *typed;
};

/* `ret` must not move until program_reap. */
int program_start(struct ofs_loop *loop, const struct program_options *options, struct program *ret,
                  struct ofs_error *err);

struct program_end {
    bool in_time;  /* it was not killed */
    int exit;      /* or 128 + signal */
    cJSON *report; /* NULL: its standard output is not JSON */
    struct ofs_buf errors;
};

/* Kills it if it is still running. A program that was never started is allowed. */
void program_reap(struct program *program, struct program_end *ret);
void program_end_clear(struct program_end *end);

/* The result of the setting at `index` in the report, or NULL. */
const cJSON *program_result(const struct program_end *end, int index);
bool program_has_proof(const cJSON *result, const char *proof);

#endif
