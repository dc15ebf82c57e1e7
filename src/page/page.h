/*
 * page.h: one tab of ours on one site: open an address, wait until it is ready, read it, flip one
 * switch on it.
 *
 * A visit ends in a sight. Either the page is ready and `look` holds what the probe read from it,
 * or `reason` (a word of the contract) and `detail` say why it cannot be used. Only what could not
 * be done at all (connection lost, signal, the run's deadline) is an error.
 */
#ifndef OFS_PAGE_PAGE_H
#define OFS_PAGE_PAGE_H

#include <cJSON.h>

#include "browser/browser.h"
#include "scenario/scenario.h"

struct ofs_page;

extern const char ofs_probe_source[];

struct ofs_sight {
    const char *reason; /* NULL: ready */
    char detail[400];
    bool missing; /* HTTP 404 or 410 */
    bool weak; /* ready by patience alone: the scenario's mark or an answer never came. Good enough
                  to tell a state that is not wanted, and no other */
    cJSON *look; /* the last read, or NULL; owned by the sight */
};

void ofs_sight_clear(struct ofs_sight *sight);

/* Open a tab for the scenario's site at `origin`. All arguments are borrowed. */
struct ofs_page *ofs_page_open(struct ofs_browser *browser, const struct ofs_scenario *scenario,
                               const char *origin, const char *wording, ofs_deadline deadline,
                               struct ofs_error *err);
void ofs_page_close(struct ofs_page *page, ofs_deadline deadline);

/* What a visit waits for. */
struct ofs_visit {
    const char *path;
    const struct ofs_setting *setting; /* whose control is expected; NULL: an index page */
    bool stay;       /* no loading where the tab is still there: read what is shown now */
    bool in_passing; /* another read decides: no long doubt of a state that is as wanted */
    bool trust_weak; /* this page has shown in this run that it never gives its mark */
};

/* Load the address and wait until the page is ready, or it is clear that it will not be. */
int ofs_page_visit(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_sight *ret_sight, struct ofs_error *err);

/* The same in two steps, for several tabs at once: begin in each, then poll each between turns of
 * the loop. Poll returns 1 when the visit is over and `ret_sight` is filled, 0 when it is not, -1
 * on an error. */
int ofs_page_begin(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_error *err);
int ofs_page_poll(struct ofs_page *page, ofs_deadline deadline, struct ofs_sight *ret_sight,
                  struct ofs_error *err);

/* Is somebody signed in, by what the tab shows just now, wherever a person has taken it? Loads
 * nothing and waits for nothing. Without a canary in the scenario, any whole page of the site that
 * asks for no password will do. */
int ofs_page_glance(struct ofs_page *page, ofs_deadline deadline, bool *ret_signed_in,
                    struct ofs_error *err);

/* What came of a flip. */
struct ofs_flip {
    const char *reason; /* not pressed, and why; NULL: the press was sent */
    char detail[400];
    bool sent;
    bool arrived;    /* the page's control got the press */
    int save_status; /* HTTP status of the page's own save request, 0: none seen or not answered */
    bool save_named; /* it was the request that the scenario names */
    bool save_open;  /* it was sent and not answered in time */
    char asked[200]; /* the site asked something that was not answered */
};

/* Press the setting's control on the page that the last visit left, once, so that it reads
 * `wanted`, and wait for the page's own save. A question of the site is answered only by a button
 * that the scenario names. Never presses the control twice. */
int ofs_page_flip(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                  ofs_deadline deadline, struct ofs_flip *ret_flip, struct ofs_error *err);

#endif
