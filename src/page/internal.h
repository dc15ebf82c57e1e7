/*
 * internal.h: for this room only.
 */
#ifndef OFS_PAGE_INTERNAL_H
#define OFS_PAGE_INTERNAL_H

#include <stdarg.h>

#include "page/page.h"

/* How a visit stands. */
struct ofs_wait {
    struct ofs_visit visit;
    struct ofs_sight sight; /* as far as it has come */
    ofs_deadline budget;
    const char *missing;      /* what it still waits for, static */
    unsigned commits, serial; /* as they were when it began */
    unsigned commit;          /* of the document that was read last */
    int64_t began, still_since;
    char *signature;
    ofs_deadline pause; /* nothing is judged before */
    int scrolls;
    bool drawn; /* since the last scroll */
    bool bottomed, unfolded;
};

struct ofs_page {
    struct ofs_browser *browser;
    struct ofs_tab *tab;
    const struct ofs_scenario *scenario;
    const char *origin;
    char at[512]; /* the path of the last visit, while it was usable */
    unsigned at_commit;
    struct ofs_wait wait;
    cJSON *lesson;          /* what the probe has to know, owned */
    bool taught;            /* the present document's probe has had it */
    unsigned taught_commit; /* as of this commit */
};

/* Ask the probe, teaching it first where the document is new. */
int ofs_page_ask(struct ofs_page *page, const char *question, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* One read of the page, with all that the protocol can reach. */
int ofs_page_look(struct ofs_page *page, ofs_deadline deadline, cJSON **ret_look,
                  struct ofs_error *err);

/* Wait until the page has changed, at most so many milliseconds. */
int ofs_page_wait(struct ofs_page *page, int64_t ms, ofs_deadline deadline, struct ofs_error *err);

#endif
