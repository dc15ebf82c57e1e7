/*
 * internal.h: for this room only.
 *
 * A visit goes through these files: visit.c drives it; arrival.c judges what the network and the
 * page's own address show (blocked, signed out, elsewhere); open.c opens the way to a control that
 * is not there at once; evidence.c gathers what is pending; served.c reads the site's own data;
 * readiness.c judges; search.c goes through the rest of the page. A press goes through press.c,
 * aim.c and dialog.c.
 */
#ifndef OFS_PAGE_INTERNAL_H
#define OFS_PAGE_INTERNAL_H

#include <stdarg.h>

#include "base/json.h"
#include "page/page.h"

/* The progress of a visit. */
struct ofs_progress {
    struct ofs_visit visit;
    struct ofs_visit_result result; /* so far */
    const char *missing;            /* what the page still waits for, static */
    bool is_hopeless;               /* it will not come */
    unsigned commits, serial;       /* when it began */
    unsigned commit;                /* of the document that was last read */
    int64_t began, still_since;
    int64_t calm_since; /* when the page was last seen to have made a timer */
    int timers_made;    /* as of the last read; -1: none yet */
    bool was_reloaded;  /* once more: to follow its timers, or past the browser's caches */
    char *signature;    /* of the last read */
    unsigned rounds;    /* equal reads */
    int scrolls;
    bool drawn; /* since the last scroll */
    bool searched, unfolded;
    int opened, tries; /* steps of its way that were pressed; presses of the last step */
    int64_t opened_ms; /* when */
    cJSON *served;     /* what the site's data say: {"state", "by_answer"}, or NULL */
    bool inspected[OFS_MAX_REQUESTS]; /* whose response was read, by serial modulo the size */
    bool excused[OFS_MAX_REQUESTS];   /* whose response was not a proper one */
    bool empty[OFS_MAX_REQUESTS];     /* whose response was empty */
    struct {
        bool hides, worker, stream; /* what is never reported; a worker; an EventSource */
    } speaks;                       /* what the page's scripts mention */
};

struct ofs_page {
    struct ofs_browser *browser;
    struct ofs_tab *tab;
    struct ofs_page_config config;
    char at[512];          /* the path of the last visit, while it was usable */
    const char *at_origin; /* and its origin; borrowed like the config */
    unsigned at_commit;
    unsigned at_serial;               /* the last request before that document was requested */
    int64_t at_ms;                    /* when it was requested */
    const struct ofs_setting *opened; /* whose way was opened there, or NULL */
    bool was_used;                    /* some address was requested */
    bool is_late;                     /* the last visit ran out of time */
    cJSON *probe_config;           /* what the probe has to know, owned; NULL: the probe starts with
                                      it */
    char *config_text;             /* the same as JSON, owned */
    bool is_configured;            /* the current document's probe has it */
    unsigned configured_commit;    /* as of this commit */
    struct ofs_progress *progress; /* of the visit under way or the last one */
};

/* ---- asking the probe (page.c) ---- */

/* One read of the page, with all that the protocol can reach. */
int ofs_page_look(struct ofs_page *page, ofs_deadline deadline, cJSON **ret_look,
                  struct ofs_error *err);

/* Wait until something has happened in the tab, at most `ms` milliseconds. */
int ofs_page_wait(struct ofs_page *page, int64_t ms, ofs_deadline deadline, struct ofs_error *err);

/* The origin of the setting's pages; NULL: without a setting. */
const char *ofs_page_origin(const struct ofs_page *page, const struct ofs_setting *setting);

/* The control of the setting in a read, or NULL. */
const cJSON *ofs_match_of(const cJSON *look, const struct ofs_setting *setting);

/* ---- repeated reads (visit.c) ---- */

/* Begin to follow the page from now on. Borrowed from the page. */
struct ofs_progress *ofs_progress_begin(struct ofs_page *page, const struct ofs_visit *visit,
                                        struct ofs_error *err);

/* Read once more, and gather what is known. */
int ofs_progress_read(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                      struct ofs_evidence *ret, struct ofs_error *err);

/* ---- what ends a visit (arrival.c): 1 with a reason in the result, else 0 ---- */

int ofs_visit_fail(struct ofs_visit_result *result, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);
int ofs_judge_arrival(const struct ofs_page *page, const struct ofs_progress *p,
                      struct ofs_visit_result *result);
int ofs_judge_address(const struct ofs_page *page, const struct ofs_progress *p, const cJSON *look,
                      struct ofs_visit_result *result);

/* ---- evidence (evidence.c, served.c) ---- */

/* Gather what is known of the page with its last read. */
int ofs_gather_evidence(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                        struct ofs_evidence *ret, struct ofs_error *err);

/* Is it known that the site's data name the setting? */
bool ofs_is_named_by_data(const struct ofs_setting *setting);
/* Is it the method of a request that saves? */
bool ofs_is_save_method(const char *method);
/* True if the address, up to its query, has exactly that path, in which one segment may be "*"
 * (requests.c). */
bool ofs_url_has_path(const char *url, const char *path);
/* Is it the request that the scenario names: {"path","method","query","body"}? */
bool ofs_request_fits(const struct ofs_request *request, const cJSON *named);
/* The same, but asks for the request's body if the protocol has not reported it. */
bool ofs_request_is(struct ofs_page *page, const struct ofs_request *request, const cJSON *named,
                    ofs_deadline deadline);
/* Does the address belong to that origin? */
bool ofs_url_is_of(const char *url, const char *origin);

/* Look for the setting's state in the document and in the responses that came since the last call.
 * `all`: also in those that cannot hold a state, to check that they are proper responses. */
int ofs_inspect_answers(struct ofs_page *page, struct ofs_progress *p, bool all,
                        ofs_deadline deadline, struct ofs_error *err);

/* Is it not a proper response, despite its status: a page in place of data, data that report an
 * error, or truncated data? Pure. */
bool ofs_is_excuse(const char *text);

/* The state of a key in what a site sent: "on", "off", another word, or "" if the key is not named.
 * Pure. `text` is JSON, or the source of a document. `named`: the request's own address names the
 * key. */
void ofs_served_state(const char *text, const char *key, bool named, char *ret_state, size_t size);

/* The same, by the field that the scenario names: a path such as "data/settings/training". `values`
 * maps its values if they are not plain: {"true": "off"}, or NULL. */
void ofs_served_field(const char *text, const char *field, const cJSON *values, char *ret_state,
                      size_t size);

/* ---- the way to a control (open.c) ---- */

/* One step further: 0 if there is none, 1 if the page has to be read again, 2 with a reason in the
 * result if the way is blocked, -1 on an error. */
int ofs_open_way(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                 struct ofs_error *err);

/* ---- the rest of the page (search.c) ---- */

/* One step further: 1 if there was one and the page has to be read again, 0 if the whole page was
 * seen, -1 on an error. */
int ofs_scroll_on(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                  struct ofs_error *err);
int ofs_unfold(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
               struct ofs_error *err);

/* ---- a press (press.c): aim.c finds the place, dialog.c answers the site's questions ---- */

/* Milliseconds. */
enum {
    OFS_PRESS_BUDGET = 10000, /* for one input */
    OFS_PRESS_AGAIN = 250,    /* until the next read, if no event comes */
    OFS_SAVE_BEGINS = 2500,   /* a save that has not begun by then is not awaited, if it is unknown
                                 whether one is coming */
};

/* The data of a press. */
struct ofs_pressing {
    struct ofs_page *page;
    const struct ofs_setting *setting;
    const char *wanted;
    ofs_deadline deadline;
    struct ofs_press *result;
    struct ofs_progress *progress; /* since just before the input */
    struct ofs_evidence evidence;  /* of the last read */
    char before[64];               /* the state that was shown */
    int timers_before;
    int64_t sent_at;
    /* the site's dialogs */
    size_t modals_before;
    unsigned prompts_before;
    uint64_t answered;       /* which of the scenario's dialogs were, one bit each */
    char answered_last[160]; /* the dialog that was answered last, as it was shown */
    bool saved;
    bool is_menu;
    ofs_deadline begin, end; /* of the save */
    ofs_deadline dirty;      /* for the Save button to become enabled */
};

/* Not pressed, for this reason: a word of the contract. Returns 0. */
int ofs_press_decline(struct ofs_pressing *p, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* A click at the point of that aim. */
int ofs_press_click(struct ofs_pressing *p, const cJSON *aim, struct ofs_error *err);

/* Where to press. Opens a closed <details>, and waits a while for a cover to go. `avoid`: not with
 * this kind of input, or NULL. `*ret_aim` is NULL if the press was declined; the caller owns it. */
int ofs_press_aim(struct ofs_pressing *p, const char *avoid, cJSON **ret_aim,
                  struct ofs_error *err);

/* Does the aim press a key? */
bool ofs_press_is_by_keys(const cJSON *aim);

/* Press the one menu item that means the wanted state. Opening the menu has changed nothing. */
int ofs_press_item(struct ofs_pressing *p, struct ofs_error *err);

/* Answer the questions of the site as the scenario says, and press its Save button. */
int ofs_press_answer(struct ofs_pressing *p, bool is_wanted, struct ofs_error *err);

#endif
