/*
 * choices.h: what the person has decided and done: settings that are left as they are on purpose,
 * and manual steps that are done. Dates are YYYY-MM-DD, checked by ofs_date_is_day.
 */
#ifndef OFS_RECORD_CHOICES_H
#define OFS_RECORD_CHOICES_H

#include <cJSON.h>
#include <stdbool.h>

#include "record/ledger.h"

/* A day of the calendar, spelled YYYY-MM-DD. Pure. */
bool ofs_date_is_day(const char *text);

/* Whole days from one date to a later one (both may have a time behind the day); negative if it is
 * earlier. Pure. */
int ofs_date_days(const char *from, const char *to);

/* Leave a setting as it is, until a day or (NULL) without limit. Replaces the previous decision. */
int ofs_choice_keep(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                    const char *because, const char *until, struct ofs_error *err);
/* Undo that. Returns 1 if there was something to undo, 0 if not. */
int ofs_choice_withdraw(struct ofs_ledger *ledger, const char *scenario, const char *setting,
                        struct ofs_error *err);

/* What holds for a scenario: {"ID": {"because","until","lapsed"}}. `until` is the last day on which
 * it holds, or null; it has lapsed after that day. The caller owns it. */
cJSON *ofs_choice_kept(struct ofs_ledger *ledger, const char *scenario, const char *now,
                       struct ofs_error *err);

/* A manual step was done on a day. */
int ofs_choice_done(struct ofs_ledger *ledger, const char *scenario, const char *step,
                    const char *on, const char *note, struct ofs_error *err);

/* The steps of a report's `manual` list, with `done` and the next `due` filled in, and `overdue`.
 * A step that is to be repeated has `every_days`. Returns a new list. */
cJSON *ofs_choice_steps(struct ofs_ledger *ledger, const char *scenario, const cJSON *manual,
                        const char *now, struct ofs_error *err);

#endif
