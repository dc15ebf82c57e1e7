/*
 * names.h: scenario files: listing them, finding one by name, reading it.
 */
#ifndef OFS_SCENARIO_NAMES_H
#define OFS_SCENARIO_NAMES_H

#include "base/buf.h"
#include "base/error.h"

/* The names of the scenarios in a directory, sorted and ended by NULL; free them with
 * ofs_scenario_names_free. NULL with OFS_ERR_SCENARIO when it cannot be read. */
char **ofs_scenario_names(const char *directory, struct ofs_error *err);
void ofs_scenario_names_free(char **names);

/* The same over both directories, the person's own and the shipped one, each name once. */
char **ofs_scenario_names_known(struct ofs_error *err);

/* The path of a scenario's file: a name is looked up, a path is taken as it is. NULL with
 * OFS_ERR_SCENARIO for a name that is unknown. The caller frees the result. */
char *ofs_scenario_find(const char *name_or_path, struct ofs_error *err);

/* Read a scenario's file; OFS_ERR_SCENARIO with the reason when it cannot be. The buffer's limit is
 * OFS_SCENARIO_MOST_BYTES. */
int ofs_scenario_read(const char *path, struct ofs_buf *ret_text, struct ofs_error *err);

#endif
