/*
 * page.h: one tab of our own on one site: open an address, wait until it is ready, read it, press
 * one switch on it.
 *
 * A visit ends in a result. Either the page is ready and `look` holds what the probe read from it,
 * or `reason` (a word of the contract) and `detail` say why it cannot be used. Only what could not
 * be done at all (connection lost, tab lost, signal, deadline) is an error.
 *
 * Every call blocks, but only the task that makes it (wire/loop.h): several tasks can work in
 * several pages.
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
    bool unconfirmed;       /* something that would confirm the state is missing, such as the
                               scenario's mark: enough for an unwanted state, not for the wanted
                               one */
    bool unmarked;          /* and only the mark is missing */
    enum ofs_grade grade;   /* why the page is believed */
    enum ofs_served served; /* what the site's own data say about the setting */
    bool is_answered;       /* the data are from a response to the page's request, not from its
                               document */
    bool proven_quiet;      /* nothing was pending, whatever the grade */
    bool needed_timers;     /* the result depended on the page's timers */
    char way[128];          /* the step that should lead to the control and is missing, or "" */
    cJSON *look;            /* the last read, or NULL; owned by the result */
};

void ofs_visit_result_clear(struct ofs_visit_result *result);

/* What a page has to know about its job. All members are borrowed. */
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
    bool stay;  /* no load if the tab is still there: read what is shown now */
    bool as_is; /* nor to get better evidence: this document counts */
    const struct ofs_setting *sought; /* on an index page: stop at this setting's link; NULL: read
                                         all of it */
    bool needs_timers;   /* its state probably depends on the page's timers: follow them from the
                            start, at some cost, and bypass the caches; else the page may be loaded
                            twice */
    bool uses_cache;     /* no press depends on this visit: parts of the page that cannot decide the
                            state may come from the browser's caches */
    bool trust_unmarked; /* this page has shown in this run that its mark never appears */
    struct ofs_times *times; /* the time spent is added here; NULL: not measured */
};

/* Load the address and wait until the page is ready, or clearly never will be. */
int ofs_page_visit(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_visit_result *ret_result, struct ofs_error *err);

/* Request the address and wait only until its document has begun. */
int ofs_page_go(struct ofs_page *page, const char *origin, const char *path, ofs_deadline deadline,
                struct ofs_error *err);

/* Send the probe one of its queries about the current document (probe/9-answers.js). */
int ofs_page_ask(struct ofs_page *page, const char *question, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* Is the tab still at the document that the last usable visit to `path` read? */
bool ofs_page_is_at(const struct ofs_page *page, const struct ofs_setting *setting,
                    const char *path);

/* Has the last visit run out of time? Then the tab may still wait for a document or hang, and
 * commands to it wait as well: close the page, and open another one for the next visit. */
bool ofs_page_is_late(const struct ofs_page *page);

/* When that document was requested. */
int64_t ofs_page_requested_ms(const struct ofs_page *page);

/* A picture of the setting's control as the tab shows it now, and of the words beside it that the
 * scenario knows, as PNG in base64. It shows nothing else of the page: if something else is in the
 * same box, or the page moves meanwhile, there is no picture. `*ret_png` is owned by the caller;
 * NULL: no picture, which is not an error. Fails only if the run cannot go on (OFS_ERR_LOST,
 * OFS_ERR_INTERRUPTED). `*ret_late`: the browser did not answer in time. */
int ofs_page_picture(struct ofs_page *page, const struct ofs_setting *setting,
                     ofs_deadline deadline, char **ret_png, bool *ret_late, struct ofs_error *err);

/* Is a person signed in, judged by what the tab shows now, wherever the person has navigated? Loads
 * nothing and waits for nothing. If the scenario has no canary, any complete page of the site that
 * asks for no password counts. */
int ofs_page_is_signed_in(struct ofs_page *page, ofs_deadline deadline, bool *ret_signed_in,
                          struct ofs_error *err);

/* The result of a press. */
struct ofs_press {
    const char *reason; /* why it was not pressed; NULL: the press was sent */
    char detail[400];
    bool sent;
    bool arrived; /* the page's control received the press */
    bool retried; /* the first input provably reached nothing, and another kind was tried */
    bool by_keyboard;
    int save_status;  /* HTTP status of the page's own save request, 0: none seen or not answered */
    bool save_named;  /* it was the request that the scenario names */
    bool save_open;   /* it was sent and not answered in time */
    bool save_failed; /* it failed before it ended */
    char asked[200];  /* the site showed a dialog that was not answered */
};

/* Press the setting's control on the page that the last visit left, once, so that it reads
 * `wanted`, and wait for the page's own save. A dialog of the site is answered only with a button
 * that the scenario names. At most one press reaches the control. */
int ofs_page_press(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                   ofs_deadline deadline, struct ofs_press *ret_press, struct ofs_error *err);

/* Every control on the page at `path`, for the author of a scenario. Presses nothing. The list is
 * the probe's (9-answers.js, list), NULL if the result has a reason. The caller owns both. */
int ofs_page_survey(struct ofs_page *page, const char *path, ofs_deadline deadline,
                    struct ofs_visit_result *ret_result, cJSON **ret_controls,
                    struct ofs_error *err);

#endif
