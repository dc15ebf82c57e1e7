/*
 * guide.h: the job as steps for a person: what is shown of a scenario, for the text, the JSON and
 * the page.
 */
#ifndef OFS_CLI_GUIDE_H
#define OFS_CLI_GUIDE_H

#include <stdbool.h>

#include "scenario/scenario.h"

struct guide {
    const struct ofs_scenario *scenario;
    const char *origin;
    const bool *selected;
    char language[16]; /* of the site's words: "de", or "all" */
};

/* The full link of a path; NULL for no path. The caller frees it. */
char *guide_link(const struct guide *g, const char *path);

/* The address of the setting's page; NULL if it has none of its own. The caller frees it. */
char *guide_page(const struct guide *g, const struct ofs_setting *s);

/* What to write in that address; NULL if nothing is left open. The caller frees it. */
char *guide_instance(const struct guide *g, const struct ofs_setting *s);

/* The path of the index page that leads to the setting, or NULL. */
const char *guide_index_page(const struct guide *g, const struct ofs_setting *s);

/* Is this language's list of {"LANGUAGE": ["…"]} shown? The person's own is, else English, else
 * every one. */
bool guide_shows(const struct guide *g, const cJSON *words, const cJSON *language);

/* "off: WHAT IT DOES", for a switch: the sentence about the state before, and after. NULL if
 * nothing is known. The caller frees it. */
char *guide_effect(const struct ofs_setting *s);

/* Is it a switch, and not a choice of several? */
bool guide_is_switch(const struct ofs_setting *s);

/* Write the page, completely or not at all. */
int guide_html(const struct guide *g, const char *path, struct ofs_error *err);

#endif
