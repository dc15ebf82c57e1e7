/*
 * page.h: one tab of ours on one site: open an address, wait until it is ready, read it, press one
 * switch on it.
 *
 * A visit ends in a result. Either the page is ready and `look` holds what the probe read from it,
 * or `reason` (a word of the contract) and `detail` say why it cannot be used. Only what could not
 * be done at all (connection lost, tab lost, signal, deadline) is an error.
 *
 * All calls block, each only the task that makes it (wire/loop.h): several pages are worked in by
 * several tasks.
 */
#ifndef OFS_PAGE_PAGE_H
#define OFS_PAGE_PAGE_H

#include <cJSON.h>

#include "browser/browser.h"
#include "page/readiness.h"
#include "scenario/scenario.h"

struct ofs_page;

extern const char ofs_probe_source[];

struct ofs_visit_result {
    const char *reason; /* NULL: ready */
    char detail[400];
    bool missing;           /* HTTP 404 or 410 */
    bool unconfirmed;       /* something that would confirm the state never came, such as the
                               scenario's mark: good enough for a state that is not wanted, no other */
    bool unmarked;          /* and the mark is all that is missing */
    enum ofs_grade grade;   /* why the page is believed */
    enum ofs_served served; /* what the site's own data say of the setting */
    bool is_answered;       /* the data are an answer to a request of the page, not its document */
    bool proven_quiet;      /* nothing was pending, whatever the grade is */
    bool needed_timers;     /* the page's timers bore on it */
    char way[128];   /* what should lead to the control and is not there, or "" */
    cJSON *look;     /* the last read, or NULL; owned by the result */
};

void ofs_visit_result_clear(struct ofs_visit_result *result);

/* What a page has to know of its job. All is borrowed. */
struct ofs_page_config {
    const struct ofs_scenario *scenario;
    const char *origin;
    const cJSON *accepted; /* [{"setting","words"}]: wordings that the person accepted, or NULL */
};

/* Open a tab. The config is copied, what it names is borrowed. */
struct ofs_page *ofs_page_open(struct ofs_browser *browser, const struct ofs_page_config *config,
                               ofs_deadline deadline, struct ofs_error *err);
void ofs_page_close(struct ofs_page *page, ofs_deadline deadline);

/* Where to go and what to wait for. */
struct ofs_visit {
    const char *path;
    const struct ofs_setting *setting; /* whose control is expected; NULL: an index page */
    bool stay;  /* no loading where the tab is still there: read what is shown now */
    bool as_is; /* nor for better evidence: what counts is this document */
    const struct ofs_setting
        *sought;             /* on an index page: whose link will do; NULL: all of it counts */
    bool needs_timers;       /* its state is likely to rest on the page's timers: they are followed
                                from the start, at some cost; else the page may be loaded twice */
    bool trust_unmarked;     /* this page has shown in this run that it never gives its mark */
    struct ofs_times *times; /* where the time went is added here; NULL: nowhere */
};

/* Load the address and wait until the page is ready, or it is clear that it will not be. */
int ofs_page_visit(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_visit_result *ret_result, struct ofs_error *err);

/* Ask for the address and wait for nothing but that its document has begun. */
int ofs_page_go(struct ofs_page *page, const char *origin, const char *path, ofs_deadline deadline,
                struct ofs_error *err);

/* Ask the probe one of its questions about the current document (probe/9-answers.js). */
int ofs_page_ask(struct ofs_page *page, const char *question, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* Is the tab still at the document that the last usable visit to `path` read? */
bool ofs_page_is_at(const struct ofs_page *page, const struct ofs_setting *setting,
                    const char *path);

/* A picture of the setting's control as the tab shows it now, and of the words beside it that the
 * scenario knows, as PNG in base64. Nothing else of the page is in it: where anything else lies in
 * the same box, or the page moves meanwhile, there is no picture. `*ret_png` is the caller's, or
 * NULL: none, which is no error. Fails only where the run cannot go on (OFS_ERR_LOST,
 * OFS_ERR_INTERRUPTED). `*ret_late` is set where the browser did not answer in time. */
int ofs_page_picture(struct ofs_page *page, const struct ofs_setting *setting,
                     ofs_deadline deadline, char **ret_png, bool *ret_late, struct ofs_error *err);

/* Is a person signed in, by what the tab shows just now, wherever the person has taken it? Loads
 * nothing and waits for nothing. Without a canary in the scenario, any whole page of the site that
 * asks for no password will do. */
int ofs_page_is_signed_in(struct ofs_page *page, ofs_deadline deadline, bool *ret_signed_in,
                          struct ofs_error *err);

/* What came of a press. */
struct ofs_press {
    const char *reason; /* not pressed, and why; NULL: the press was sent */
    char detail[400];
    bool sent;
    bool arrived; /* the page's control got the press */
    bool retried; /* a first input provably reached nothing, and another kind was tried */
    bool by_keyboard;
    int save_status;  /* HTTP status of the page's own save request, 0: none seen or not answered */
    bool save_named;  /* it was the request that the scenario names */
    bool save_open;   /* it was sent and not answered in time */
    bool save_failed; /* it broke off */
    char asked[200];  /* the site asked something that was not answered */
};

/* Press the setting's control on the page that the last visit left, once, so that it reads
 * `wanted`, and wait for the page's own save. A question of the site is answered only by a button
 * that the scenario names. At most one press arrives at the control. */
int ofs_page_press(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                   ofs_deadline deadline, struct ofs_press *ret_press, struct ofs_error *err);

/* Every control on the page at `path`, for whoever writes a scenario: nothing is pressed. The list
 * is the probe's (9-answers.js, list), NULL where the result has a reason. The caller owns both. */
int ofs_page_survey(struct ofs_page *page, const char *path, ofs_deadline deadline,
                    struct ofs_visit_result *ret_result, cJSON **ret_controls,
                    struct ofs_error *err);

#endif
