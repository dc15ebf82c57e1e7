/*
 * internal.h: for the files of the DevTools backend only.
 *
 * - cdp.c: the browser: opened, closed
 * - tabs.c: our tabs: opened, made ready, closed
 * - events.c: the browser's events
 * - world.c: calls to a tab, and to the probe in its document
 * - body.c: response bodies
 * - timers.c: the page's timers
 * - input.c: pointer and keyboard
 * - picture.c: a picture of one control
 * - orphans.c: tabs that killed runs left
 */
#ifndef OFS_BROWSER_CDP_INTERNAL_H
#define OFS_BROWSER_CDP_INTERNAL_H

#include <stdio.h>

#include "browser/browser.h"
#include "browser/devtools.h"
#include "browser/journal.h"
#include "browser/rpc.h"
#include "browser/view.h"
#include "wire/process.h"

#define OFS_CDP_WORLD "offswitch" /* the name of our isolated world */

/* A worker of the page, or an out-of-process frame. */
struct cdp_child {
    struct cdp_child *next;
    char session[64];
    unsigned number; /* from 1 in each tab */
    bool is_worker;
};

struct cdp_tab {
    struct ofs_tab tab;
    struct cdp_tab *next;
    char target[64], session[64];
    char frame[64];  /* the top frame */
    char loader[64]; /* of the current navigation */
    struct ofs_devtools network;
    struct cdp_child *children;
    unsigned last_child;
    bool coming;     /* the document of our navigation has not begun */
    unsigned before; /* view.commits when it was requested */
    unsigned seen;   /* view.events when the caller last looked */
    int change;      /* the pending call that waits for a change of the document, 0: none */
    struct ofs_journal_entry *note; /* for a later run, in case this one is killed; may be NULL */
    int entering;    /* the pending call for our world in the current document, 0: none */
    int world;       /* execution context of the probe in the current document, 0: none yet */
    char ledger[40]; /* the name of the timer record in our documents, "": there is none */
    char ledger_script[32]; /* the browser's id of the script that creates it */
    unsigned collected;     /* view.commits when garbage was last collected for it */
    unsigned ledger_from;   /* view.commits of the last document that has none */
    char page[64];          /* object id of the current document in the page's own world, or "" */
};

struct cdp {
    struct ofs_browser browser;
    struct ofs_rpc *rpc;
    struct ofs_process *process;
    struct ofs_browser *driver; /* the driver that we replace, or NULL */
    char close_url[128];
    char *state; /* the journal's directory, NULL: none (the browser ends with us) */
    char *site;
    char id[64]; /* of this browser instance */
    bool show;
    struct cdp_tab *tabs;
};

/* Copy a peer's string into a field; NULL: "". */
#define OFS_CDP_KEEP(to, from) ofs_cdp_keep(to, sizeof(to), from)
static inline void ofs_cdp_keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* {"KEY": VALUE}; takes ownership of the value. */
static inline cJSON *ofs_cdp_with(const char *key, cJSON *value)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddItemToObject(o, key, value);
    return o;
}

/* The event handler, and the names of the events that it handles, ended by NULL. */
void ofs_cdp_on_event(void *ctx, const char *session, const char *method, const cJSON *params);
const char *const *ofs_cdp_event_names(void);

/* A call to a tab; the error distinguishes a tab that has ended from a peer that refuses. The first
 * form uses the page's own session, the second one that of a child. */
int ofs_cdp_ask(struct cdp_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                cJSON **ret_result, struct ofs_error *err);
int ofs_cdp_ask_session(struct cdp_tab *t, const char *session, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* Wait for the answer to a call that was posted to a tab. */
int ofs_cdp_await(struct cdp_tab *t, int id, ofs_deadline deadline, cJSON **ret_result,
                  struct ofs_error *err);

/* Request our world in the document that has just begun; the answer is awaited when it is needed.
 * Never blocks. */
void ofs_cdp_enter_soon(struct cdp_tab *t);

/* Make sure that the current document has our world. OFS_ERR_GONE: it was replaced. */
int ofs_cdp_enter(struct cdp_tab *t, ofs_deadline deadline, struct ofs_error *err);

/* The parameters of Network.enable and Target.setAutoAttach, for a page and its children. The
 * caller owns them. */
cJSON *ofs_cdp_network_options(void);
cJSON *ofs_cdp_attach_options(void);

/* Set whether the tab's documents keep a timer record from the next one on. Blocks for one answer
 * when it starts. */
int ofs_cdp_follow_timers(struct cdp_tab *t, bool follow, ofs_deadline deadline,
                          struct ofs_error *err);

bool ofs_cdp_has_arrived(struct cdp_tab *t);

/* A function expression that installs the probe with this tab's config. The caller frees it. */
char *ofs_cdp_probe(const struct cdp_tab *t);

/* Close the orphaned tabs of killed runs. Best effort. Returns their number. */
int ofs_cdp_close_orphans(struct cdp *b, ofs_deadline deadline);

/* True when the browser reports the target as closed or missing. */
bool ofs_cdp_close_target(struct cdp *b, const char *target, ofs_deadline deadline);

/* The entries of browser_ops. */
int ofs_cdp_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                     struct ofs_error *err);
void ofs_cdp_close_tab(struct ofs_tab *tab, ofs_deadline deadline);
int ofs_cdp_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                     struct ofs_error *err);
int ofs_cdp_call(struct ofs_tab *tab, const char *function, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);
int ofs_cdp_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);
int ofs_cdp_timers(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_timers *ret_timers,
                   struct ofs_error *err);
int ofs_cdp_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                 struct ofs_error *err);
int ofs_cdp_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                       char **ret_png, struct ofs_error *err);
int ofs_cdp_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);
int ofs_cdp_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                  struct ofs_error *err);
int ofs_cdp_hover(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                  struct ofs_error *err);
int ofs_cdp_press_key(struct ofs_tab *tab, const char *name, ofs_deadline deadline,
                      struct ofs_error *err);

#endif
