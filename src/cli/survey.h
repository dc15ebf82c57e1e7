/*
 * survey.h: one page of any site, opened in the person's browser to list its switches.
 */
#ifndef OFS_CLI_SURVEY_H
#define OFS_CLI_SURVEY_H

#include <cJSON.h>
#include <stdbool.h>

#include "cli/cli.h"
#include "scenario/scenario.h"

struct survey {
    char url[1600], origin[300], path[1300];
    char title[256], language[32];
    struct ofs_scenario *scenario; /* the one of that site, or a bare one */
    bool known;                    /* the site has a scenario */
    cJSON *controls; /* [{"name","role","kind","state","choices","disabled","located","setting"}]:
                        `choices` are the site's words, absent if it is on or off; `setting` is the
                        scenario entry, absent if nothing distinguishes it from others */
};

/* Open the page and read it; nothing is pressed. 0, or the exit status after reporting why on
 * standard error. The caller clears it either way. */
int survey_page(const struct cli *cli, const char *url, struct survey *ret);
void survey_clear(struct survey *survey);

#endif
