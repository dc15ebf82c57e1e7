/*
 * rehearse.h: what the rehearsals share.
 */
#ifndef OFS_CLI_REHEARSE_H
#define OFS_CLI_REHEARSE_H

#include <cJSON.h>

#include "cli/run.h"
#include "record/run.h"
#include "rehearsal/site.h"

/* Check and, if something differs, fix, with the plan shown and the yes assumed. 0, or an exit
 * status after reporting why. */
int rehearse_job(struct session *session, const char *what, const char *origin);

/* Does the report say something about a setting that the site contradicts? `truth` may be NULL:
 * there is no such setting. */
bool rehearse_is_lie(const struct ofs_result *r, const char *truth);

/* Of services other than LinkedIn. `scratch` is a directory for the browser. */
int rehearse_service(struct session *session, struct cli *own, const char *scratch);
int rehearse_serve_service(const struct cli *cli);
int rehearse_list_service_faults(const struct cli *cli);

/* A row of the list of faults: printed, or an object in `all`. `kind` may be NULL. */
void rehearse_fault_row(cJSON *all, const char *name, const char *kind, const char *text);

/* --seed and --delay-max, into `options`. 0, or -1 with `err`. */
int rehearse_delays(const struct cli *cli, struct ofs_site_options *options, struct ofs_error *err);

/* A port from the command line; less than 0 if it is none. */
int rehearse_port(const char *text, struct ofs_error *err);

/* Print the origin and serve until a signal. 0, or -1. */
int rehearse_until_signal(struct ofs_loop *loop, const char *origin, struct ofs_error *err);

#endif
