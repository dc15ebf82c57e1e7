/*
 * internal.h: for this room only: observations, verdicts and the work on each setting.
 *
 * A job has three stages. Every setting is checked. After the person's yes, each setting that
 * differs is pressed and read back after a reload. After the hold, each pressed setting is read
 * again in a fresh tab. pump.c runs a stage over several tabs; check.c and fix.c do the work on one
 * setting; verdict.c computes verdicts and has no side effects.
 */
#ifndef OFS_AUDIT_INTERNAL_H
#define OFS_AUDIT_INTERNAL_H

#include "browser/browser.h"
#include "offswitch.h"
#include "page/page.h"
#include "record/run.h"
#include "scenario/scenario.h"

/* What one visit found out about one setting. States are in the scenario's terms: inverted wordings
 * are already resolved. */
struct ofs_observation {
    const char *reason; /* a word of the contract when there is no state; NULL with a state */
    char detail[400];
    char state[OFS_STATE_SIZE]; /* "", or "on", "off", a word of a choice */
    char shown[OFS_STATE_SIZE]; /* the state that the control shows, before its wording is
                                   interpreted */
    char wording[256];          /* the site's words */
    char language[16];
    char title[200];
    char path[512];         /* where it was seen */
    const char *located;    /* the rung, static */
    enum ofs_grade grade;   /* why the page was believed */
    enum ofs_served served; /* the state in the site's own data */
    bool is_answered;       /* from a response to a request of the page */
    bool absent;            /* ready, and the control is not there */
    bool not_offered;       /* absent, and the intact index does not list it */
    bool missing;           /* no such page */
    bool disabled;
    bool has_lock_reason; /* the page has evidence that it is locked */
    bool is_state_sure;   /* the control is disabled: its state may be a placeholder */
    bool inverted;
    bool has_new_wording; /* found by its key, with a state, but with an unknown wording */
    bool unmarked;        /* read on a page that never reached its ready mark */
    bool is_forced;       /* another control fixes it, as the scenario says: */
    const char *forced_why;
    bool is_explained; /* absent, and what the scenario names as the reason is on the page */
};

/* Read the result of a visit: pure. */
void ofs_observe(const struct ofs_setting *setting, const struct ofs_visit_result *visited,
                 struct ofs_observation *ret);

/* The observation has no state, for this reason. */
void ofs_cannot(struct ofs_observation *o, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* The result of a check: pure. Fills verdict, reason, detail, before, after. */
void ofs_judge_check(const struct ofs_observation *seen, struct ofs_result *result);

/* The result of a fix, from the press and the reads after it: pure. */
struct ofs_proofs {
    const struct ofs_press *press;
    const struct ofs_observation *reloaded; /* in the tab that pressed, after its last reload; NULL:
                                               it was not read */
    const char *unread;                     /* why it was not: a word of the contract, or NULL */
    const struct ofs_observation *fresh;    /* the last act, in a fresh tab; NULL: not read */
    bool held;                              /* the fresh read came after the hold */
};
void ofs_judge_fix(const struct ofs_proofs *proofs, struct ofs_result *result);

/* A picture of a control, and when it was taken. */
struct ofs_picture {
    char *png; /* base64, or NULL */
    char at[OFS_DATE_SIZE];
};

/* One setting's place in a job. */
struct ofs_entry {
    const struct ofs_setting *setting;
    struct ofs_result *result;
    struct ofs_observation seen; /* by the check */
    struct ofs_press press;
    struct ofs_observation reloaded; /* after the press */
    struct ofs_observation fresh;    /* the read that decides */
    bool was_checked, was_reloaded, was_read_last;
    bool was_tried;            /* a press was under way */
    bool is_taken;             /* a worker is working on it in this stage */
    const char *unread;        /* why it was not reloaded after the press, static; or NULL */
    int64_t intent;            /* its number in the ledger, once it was written down */
    int64_t settled_ms;        /* when the press and its save were over */
    struct ofs_picture before; /* as the check showed it, until it is written down */
};

enum { OFS_MOST_TABS = 64 };

/* A task with a tab of its own. */
struct ofs_worker {
    struct ofs_job *job;
    struct ofs_page *page; /* NULL: not opened yet, or lost */
    int64_t busy_since;    /* with the setting that it works on; 0: with none */
};

struct ofs_job {
    struct ofs_options options;
    struct ofs_loop *loop;
    struct ofs_scenario *scenario;
    struct ofs_trace *trace;
    struct ofs_browser *browser;
    const char *origin;
    char *origin_given; /* --origin without its slash, or NULL */
    cJSON *accepted;    /* wordings that the person accepted: [{"setting","words"}] */
    ofs_deadline deadline;
    int64_t paused_ms; /* start of a person's thinking time; 0: no question is open */
    struct ofs_entry *entries;
    size_t n_entries;
    struct ofs_worker workers[OFS_MOST_TABS];
    size_t n_workers;
    bool is_opening;                     /* a worker opens its tab */
    int64_t tab_ms;                      /* what the last tab took to open */
    int tabs_lost;                       /* tabs that were closed from outside */
    struct ofs_observation no_instances; /* why none is known */
    cJSON *indexes;               /* what was read of each index page in this run: {name: look} */
    bool index_is_read;           /* by a worker, just now */
    int pressing, pressing_alone; /* presses under way; those that must be alone */
    int64_t pressed_ms;           /* when the last press began or was settled */
    const char *halt;             /* a reason that holds for the whole site, or NULL */
    char halt_detail[400];
    unsigned n_untold;               /* pages read whose state comes in no known request */
    unsigned n_timed;                /* of these, those whose state depended on their timers */
    struct ofs_ledger *ledger;       /* borrowed, or NULL */
    struct ofs_recording *recording; /* or NULL */
    struct ofs_error record_error; /* the first write to the ledger that failed; code NONE: none */
    struct ofs_error end;          /* what ended the run; code NONE: nothing */
    bool finished;
    bool lacks_pictures; /* the browser did not take one in time: no more are requested */
    struct ofs_run run;
};

/* ---- the pump (pump.c) ---- */

/* The work on each setting that needs it. */
struct ofs_stage {
    bool (*wants)(const struct ofs_job *job, const struct ofs_entry *entry);
    /* -1 with an error: of this page alone, or one that ends the run. */
    int (*work)(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_error *err);
    /* The work with this setting failed by an error of its page. */
    void (*failed)(struct ofs_job *job, struct ofs_entry *entry, const struct ofs_error *err);
    /* Called in each worker once its tab is open, before its first setting; NULL: nothing. */
    int (*prepare)(struct ofs_worker *worker, struct ofs_error *err);
    ofs_deadline deadline;
};

/* Run a stage to its end, over as many tabs as the job may have. What ends the run is put into
 * job->end. Blocks. */
void ofs_pump(struct ofs_job *job, const struct ofs_stage *stage);

/* Open a tab, and record how long that took. Blocks. */
struct ofs_page *ofs_open_page(struct ofs_job *job, ofs_deadline deadline, struct ofs_error *err);

/* Close a worker's tab; it opens another one when it needs one. */
void ofs_drop_page(struct ofs_worker *worker);

/* Close the workers' tabs. */
void ofs_close_tabs(struct ofs_job *job);

/* Reach or start the browser, unless that is done (job.c). */
int ofs_job_reach(struct ofs_job *job, struct ofs_error *err);

/* ---- one setting (check.c) ---- */

/* Read one setting on its page or, if that does not show it, through the index. */
int ofs_read_setting(struct ofs_worker *worker, struct ofs_entry *entry,
                     struct ofs_observation *ret, struct ofs_error *err);

/* How to read it again where the check found it. */
enum ofs_reread {
    OFS_REREAD_HERE,   /* without a reload if the tab is still open */
    OFS_REREAD_LOADED, /* loaded again */
};
int ofs_reread_setting(struct ofs_worker *worker, struct ofs_entry *entry, enum ofs_reread how,
                       ofs_deadline deadline, struct ofs_observation *ret, struct ofs_error *err);

/* ---- pictures (picture.c) ---- */

/* A picture of the setting's control in the worker's tab, if the options ask for one and one can be
 * taken. Fails only if the run cannot go on. */
int ofs_take_picture(struct ofs_worker *worker, const struct ofs_entry *entry,
                     struct ofs_picture *ret, struct ofs_error *err);
void ofs_picture_clear(struct ofs_picture *picture);

/* ---- instances (instances.c) ---- */

/* If chosen settings exist once per instance and none is named: read the names from the index page,
 * and choose again. If that fails, those settings get the reason. */
int ofs_find_instances(struct ofs_job *job, struct ofs_error *err);

/* The names on the index of instances: a list, or NULL if it cannot be read; then, or if it names
 * none, `ret` says why. The caller owns it. */
int ofs_read_instances(struct ofs_job *job, struct ofs_page *page, cJSON **ret_names,
                       struct ofs_observation *ret, struct ofs_error *err);

/* Choose the settings of the options, from the current scenario (job.c). */
int ofs_job_choose(struct ofs_job *job, struct ofs_error *err);

/* ---- wordings (wording.c) ---- */

/* Add these words to the setting's labels, if it is found by its key. Open tabs have to be
 * configured again. */
void ofs_accept(struct ofs_job *job, const char *setting, const char *words);

/* ---- words (job.c) ---- */

/* Turn an error into the reason for what could not be read. */
const char *ofs_reason_of_error(const struct ofs_error *err);
void ofs_mark_unread(struct ofs_result *result, const struct ofs_error *err);

void ofs_tell(const struct ofs_job *job, const struct ofs_entry *entry, const char *words);

#endif
