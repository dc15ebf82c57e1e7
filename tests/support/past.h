/*
 * past.h: invented runs, written into a ledger: one line of text per run.
 */
#ifndef TESTS_PAST_H
#define TESTS_PAST_H

#include "record/ledger.h"

/* The results of a run: "ID:BEFORE>AFTER:VERDICT", separated by spaces; BEFORE and AFTER may be
 * empty. If they differ, a press is recorded. */
struct past {
    const char *command, *started; /* RFC 3339 */
    const char *settings;
    const char *account; /* as the page shows it, or NULL */
    const char *sha256;  /* of the scenario; NULL: always the same */
    const char *label;
};

/* Write it; fails the test on an error. Stores its id in `ret_id`, which may be NULL. */
void past_add(struct ofs_ledger *ledger, const struct past *past, char ret_id[40]);

#endif
