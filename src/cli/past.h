/*
 * past.h: shared by the commands that read or write the ledger without a browser.
 */
#ifndef OFS_CLI_PAST_H
#define OFS_CLI_PAST_H

#include <cJSON.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "record/ledger.h"

/* The ledger of --state, for reading or for writing. NULL after reporting why; `ret_status` then
 * has the exit status. The caller frees it. */
struct ofs_ledger *past_open(const struct cli *cli, bool writes, int *ret_status);

/* Report that the command line has too many words, or too few. 0, or 64. */
int past_check_words(const struct cli *cli, int least, int most, const char *usage);

/* Print {"format":1,"command":…,KEY: value} on standard output. Takes the value. */
int past_print_json(const struct cli *cli, const char *key, cJSON *value);

/* Write a file completely or not at all, readable by its owner only. */
int past_write_file(const char *path, const struct ofs_buf *text, struct ofs_error *err);

/* The same with a second member. Takes both values. */
int past_print_both(const struct cli *cli, const char *key, cJSON *value, const char *other,
                    cJSON *more);

/* "4 days ago", for an age in days. */
void past_age(int days, char *ret, size_t size);

/* "account A. P.", "label NAME", or "profile WHERE"; "" if nothing is known. */
void past_whose(const cJSON *row, char *ret, size_t size);

#endif
