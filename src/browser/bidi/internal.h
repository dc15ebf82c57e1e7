/*
 * internal.h: for the files of the WebDriver BiDi backend only.
 */
#ifndef OFS_BROWSER_BIDI_INTERNAL_H
#define OFS_BROWSER_BIDI_INTERNAL_H

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "browser/browser.h"
#include "browser/rpc.h"

/* Frames per tab whose events are handled; beyond that the oldest are dropped. */
enum { OFS_BIDI_FRAMES = 64 };

struct bidi_tab {
    struct ofs_tab tab;
    struct bidi_tab *next;
    char context[64];
    char devtools[64];                /* its DevTools session, if a Chromium driver provides one */
    char frames[OFS_BIDI_FRAMES][64]; /* contexts inside it */
    size_t last_frame;
    char navigation[64]; /* that led to the current document */
    char document[64];   /* request id of the loading or current document */
    bool keeps_sent;     /* request bodies can be read */
    bool has_probe;      /* the current document has it */
    bool coming;         /* the document of our navigation has not begun */
    unsigned before;     /* view.commits when it was requested */
    unsigned seen;       /* view.events when the caller last looked */
    int change;          /* the pending call that waits for a change of the document, 0: none */
    unsigned asked_at;   /* view.commits at that call */
};

struct bidi {
    struct ofs_browser browser;
    struct ofs_rpc *rpc;
    struct bidi_tab *tabs;
    bool has_session;           /* our own session */
    struct ofs_browser *driver; /* the owner of the session, or NULL */
};

/* Copy a peer's string into a field; NULL: "". */
#define OFS_BIDI_KEEP(to, from) ofs_bidi_keep(to, sizeof(to), from)
static inline void ofs_bidi_keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* Whether that path has that text. */
static inline bool ofs_bidi_is(const cJSON *object, const char *path, const char *text)
{
    return !strcmp(ofs_json_str(object, path, ""), text);
}

/* The event handler, and the names of the events that a tab has to be subscribed to (the caller
 * owns the array). */
void ofs_bidi_on_event(void *ctx, const char *session, const char *method, const cJSON *params);
cJSON *ofs_bidi_event_names(void);

/* {"KEY": TEXT}, and {"context": that of the tab}. The caller owns them. */
cJSON *ofs_bidi_object(const char *key, const char *text);
cJSON *ofs_bidi_in_context(const struct bidi_tab *t);

/* A call about a tab; the error distinguishes a tab that has ended. Takes ownership of `params`. */
int ofs_bidi_ask(struct bidi_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                 cJSON **ret_result, struct ofs_error *err);

/* A call that cleaning up depends on: it gets some time even after repeated Ctrl-C. */
int ofs_bidi_call_uninterruptible(struct bidi *b, const char *method, cJSON *params,
                                  ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* browser_ops.open_tab, browser_ops.close_tab */
int ofs_bidi_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                      struct ofs_error *err);
void ofs_bidi_close_tab(struct ofs_tab *tab, ofs_deadline deadline);

/* The crash event, if it needs its own subscription. */
extern const char ofs_bidi_crash[];

/* script.callFunction (WebDriver BiDi, 7.6.4) in our sandbox of the current document; waits for a
 * promise. Takes ownership of `arguments` (NULL: none); the caller owns `*ret_value`, in the
 * protocol's form. OFS_ERR_GONE: the document was replaced. */
int ofs_bidi_run(struct bidi_tab *t, const char *source, cJSON *arguments, ofs_deadline deadline,
                 cJSON **ret_value, struct ofs_error *err);

/* A DevTools call about a tab of a Chromium, through its driver. Takes ownership of `inner`. */
int ofs_bidi_ask_devtools(struct bidi_tab *t, const char *method, cJSON *inner,
                          ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* browser_ops.screenshot */
int ofs_bidi_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                        char **ret_png, struct ofs_error *err);

/* browser_ops.sent */
int ofs_bidi_sent(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                  struct ofs_error *err);

/* browser_ops.body */
int ofs_bidi_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                  struct ofs_error *err);

/* browser_ops.reach */
int ofs_bidi_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

#endif
