/*
 * internal.h: for the files of the DevTools backend only.
 */
#ifndef OFS_BROWSER_CDP_INTERNAL_H
#define OFS_BROWSER_CDP_INTERNAL_H

#include "browser/browser.h"
#include "browser/devtools.h"
#include "browser/journal.h"
#include "browser/rpc.h"
#include "wire/process.h"

struct cdp_tab {
    struct ofs_tab tab;
    struct cdp_tab *next;
    char target[64], session[64];
    char frame[64];                 /* the top frame */
    char loader[64];                /* of the navigation under way or done */
    char document[OFS_DEVTOOLS_ID]; /* request id of its document */
    bool coming;                    /* the document of our navigation has not begun */
    unsigned before;                /* view.commits when it was asked for */
    unsigned seen;                  /* view.events, as far as the caller knows the view */
    int change;                     /* the question whether the document has changed, 0: none */
    struct ofs_journal_entry *note; /* for a later run, in case this one is killed; may be NULL */
    int world; /* execution context of the probe in the present document, 0: none yet */
};

struct cdp {
    struct ofs_browser browser;
    struct ofs_rpc *rpc;
    struct ofs_process *process;
    char close_url[128];
    char *state; /* where tabs are written down, NULL: nowhere (the browser ends with us) */
    char *site;
    char id[64]; /* of this start of this browser */
    bool show;
    struct cdp_tab *tabs;
};

/* A question to a tab; a tab that has ended is told from a peer that refuses. */
int ofs_cdp_ask(struct cdp_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                cJSON **ret_result, struct ofs_error *err);

/* Close the tabs that killed runs left here. Best effort. Returns how many. */
int ofs_cdp_close_orphans(struct cdp *b, ofs_deadline deadline);

/* True when the browser says that the target is closed, or not there. */
bool ofs_cdp_close_target(struct cdp *b, const char *target, ofs_deadline deadline);

/* browser_ops.reach */
int ofs_cdp_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

#endif
