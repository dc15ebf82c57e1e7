/*
 * audit.h: for this room only: from what was seen to what it amounts to, and what to do about it.
 */
#ifndef OFS_AUDIT_AUDIT_H
#define OFS_AUDIT_AUDIT_H

#include "browser/browser.h"
#include "offswitch.h"
#include "page/page.h"
#include "record/run.h"
#include "scenario/scenario.h"

/* What one visit told about one setting. States are in the scenario's terms: an inverted wording
 * has been turned round already. */
struct ofs_observation {
    const char *reason; /* a word of the contract when there is no state; NULL with a state */
    char detail[400];
    char state[OFS_STATE_SIZE]; /* "", or "on", "off", a word of a choice */
    char said[200];             /* the site's wording */
    char path[512];             /* where it was seen */
    const char *located;        /* the rung, static */
    bool absent;                /* ready, and the control is not there */
    bool not_offered;           /* absent, and the intact index does not list it */
    bool missing;               /* no such page */
    bool disabled;
    bool inverted;
    bool weak; /* seen on a page that never gave its mark */
};

/* Read a sight: pure. */
void ofs_observe(const struct ofs_setting *setting, const struct ofs_sight *sight,
                 struct ofs_observation *ret);

/* What a check amounts to: pure. Fills verdict, reason, detail, before, after. */
void ofs_judge_check(const struct ofs_observation *seen, struct ofs_result *result);

/* What a fix amounts to, from the flip and the last read after it: pure. */
struct ofs_evidence {
    const struct ofs_flip *flip;
    const struct ofs_observation *reloaded; /* after the reload; NULL: it was not read */
    const struct ofs_observation *fresh;    /* the last act, in a fresh tab; NULL: not read */
};
void ofs_judge_fix(const struct ofs_evidence *evidence, struct ofs_result *result);

/* One setting's place in a job. */
struct ofs_entry {
    const struct ofs_setting *setting;
    struct ofs_result *result;
    struct ofs_observation seen; /* by the check */
    bool was_seen;               /* its own page has been read, beside others */
    struct ofs_flip flip;
    struct ofs_observation reloaded; /* after the flip */
    struct ofs_observation last;     /* the read that decides */
    bool was_reloaded;
    bool was_tried;     /* a press was under way */
    int64_t settled_ms; /* when the press and its save were over */
};

struct ofs_job {
    struct ofs_options options;
    struct ofs_loop *loop;
    struct ofs_scenario *scenario;
    struct ofs_trace *trace;
    struct ofs_browser *browser;
    struct ofs_page *page;
    const char *origin;
    char *origin_given; /* --origin without its slash, or NULL */
    ofs_deadline deadline;
    int64_t paused_ms; /* since when a person is thinking, or 0 */
    struct ofs_entry *entries;
    size_t n_entries;
    cJSON *indexes;   /* what was read of each index page in this run: {name: look} */
    const char *halt; /* a reason that holds for every further page of this site, or NULL */
    char halt_detail[400];
    bool finished;
    struct ofs_run run;
};

/* Read one setting, by its page and, where that does not lead to it, through the index. Only what
 * ends the run is an error. */
int ofs_read_setting(struct ofs_job *job, struct ofs_entry *entry, struct ofs_observation *ret,
                     struct ofs_error *err);

/* One visit of several that are made side by side, in up to --tabs tabs. */
struct ofs_reading {
    struct ofs_entry *entry;
    struct ofs_visit visit;
    struct ofs_observation *seen; /* filled by it */
    bool was_seen;                /* false where the site's gates closed before its turn came */
};
int ofs_read_side_by_side(struct ofs_job *job, struct ofs_page *own, struct ofs_reading *readings,
                          size_t n, struct ofs_error *err);

/* What a visit told, kept in the run and in `ret`. Clears the sight. */
void ofs_take_sight(struct ofs_job *job, const struct ofs_setting *setting, struct ofs_sight *sight,
                    struct ofs_observation *ret);

/* Read it again at the place where the check found it. */
enum ofs_reread {
    OFS_REREAD_HERE,     /* without loading it anew where the tab is still there */
    OFS_REREAD_RELOADED, /* after the flip; another read decides */
    OFS_REREAD_LAST,     /* the one that decides */
};
struct ofs_visit ofs_reread_visit(const struct ofs_entry *entry, enum ofs_reread how);
int ofs_reread_setting(struct ofs_job *job, struct ofs_page *page, struct ofs_entry *entry,
                       enum ofs_reread how, struct ofs_observation *ret, struct ofs_error *err);

/* Turn an error that ended the run into the reason for what could not be read. */
const char *ofs_reason_of_error(const struct ofs_error *err);
void ofs_mark_unread(struct ofs_result *result, const struct ofs_error *err);

/* The control has to be the one that the check found, by the same right. */
void ofs_compare_shape(const struct ofs_entry *entry, struct ofs_observation *again);

void ofs_tell(const struct ofs_job *job, const struct ofs_entry *entry, const char *words);

#endif
