/*
 * import.h: a scenario from a recording that a person made.
 *
 * Two formats are read: the JSON that the Recorder panel of Chrome's developer tools exports, and a
 * Selenium IDE project (".side"). Both are a list of steps: addresses that were opened, elements
 * that were clicked. What was typed is never copied: it may be a password. A recording has no state
 * and no language, so a person has to review the result before it is used.
 */
#ifndef OFS_SCENARIO_IMPORT_H
#define OFS_SCENARIO_IMPORT_H

#include <cJSON.h>
#include <stddef.h>

#include "base/error.h"

struct ofs_import_options {
    const char *lang;  /* of the recorded labels, such as "en" */
    const char *today; /* YYYY-MM-DD: the version, and the date of the source */
};

struct ofs_import {
    cJSON *scenario; /* lints clean */
    cJSON *missing;  /* sentences: what a person has to look up or to confirm */
};

/* Fails with OFS_ERR_SCENARIO: not a recording of a known format, no click in it, or it presses
 * what a scenario may not press. */
int ofs_import_recording(const char *text, size_t len, const struct ofs_import_options *options,
                         struct ofs_import *ret, struct ofs_error *err);

void ofs_import_clear(struct ofs_import *import);

/* A name for the scenario of an origin: "https://www.example.co" gives "example", an address of
 * digits is kept whole. */
void ofs_scenario_name_for(const char *origin, char *ret_name, size_t size);

#endif
