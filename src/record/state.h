/*
 * state.h: the directory for what the program keeps between runs.
 */
#ifndef OFS_RECORD_STATE_H
#define OFS_RECORD_STATE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"

/* The directory: `given`, or $XDG_STATE_HOME/offswitch, or ~/.local/state/offswitch. The caller
 * frees the result. */
char *ofs_state_path(const char *given, struct ofs_error *err);

/* Make the directory (0700) and prove that it can be written, or fail with OFS_ERR_STATE. A
 * directory of another user, or one that others can write to, is refused: its contents decide what
 * is asked. */
int ofs_state_prepare(const char *path, struct ofs_error *err);

/* Write a complete file of the directory, so that a reader sees the old text or the new one:
 * written beside it, synced, then renamed. No link is followed. `name` has no '/'. */
int ofs_state_write(const char *path, const char *name, const char *text, struct ofs_error *err);

/* Whether the person has seen the scenario's terms and agreed. */
bool ofs_state_is_acknowledged(const char *path, const char *scenario_id);
int ofs_state_acknowledge(const char *path, const char *scenario_id, struct ofs_error *err);

/* When the person signed in to the scenario's site in offswitch's own profile. Set it, and read it
 * ("" if it was not set). `ofs_state_signed_out` forgets it for every scenario. */
int ofs_state_signed_in(const char *path, const char *scenario_id, struct ofs_error *err);
void ofs_state_signed_in_on(const char *path, const char *scenario_id,
                            char ret_date[OFS_DATE_SIZE]);
void ofs_state_signed_out(const char *path);

#endif
