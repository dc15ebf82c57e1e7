/*
 * scenario.h: the sub-commands of 'scenario' that write one. Each returns the exit status.
 */
#ifndef OFS_CLI_SCENARIO_H
#define OFS_CLI_SCENARIO_H

#include "base/buf.h"
#include "cli/cli.h"

int scenario_import(const struct cli *cli); /* import FILE */
int scenario_probe(const struct cli *cli);  /* probe URL */
int scenario_test(const struct cli *cli);   /* test FILE */
int scenario_new(const struct cli *cli);    /* new [URL] */

/* A file, or standard input if the name is "-". The limit is the buffer's. */
int scenario_read_text(const char *name, struct ofs_buf *ret_text, struct ofs_error *err);

/* Today, as YYYY-MM-DD. */
void scenario_today(char ret_date[11]);

#endif
