/*
 * show.h: what a person sees of a run: progress, the plan, the results.
 */
#ifndef OFS_CLI_SHOW_H
#define OFS_CLI_SHOW_H

#include <stdio.h>

struct session;

/* Progress on standard error: one live line on a terminal, one line for each step with --verbose.
 * show_progress takes what struct ofs_options.on_progress is given. */
/* Between the two, the line is shown and its seconds continue. */
void show_progress_begin(struct session *session, const char *words);
void show_progress_end(struct session *session);

void show_progress(struct session *session, const char *setting, const char *words);

/* What would be changed, in plain words. */
void show_plan(const struct session *session, FILE *out);

/* The results on standard output. */
void show_results(const struct session *session);

#endif
