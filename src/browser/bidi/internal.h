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

/* Frames of one tab that are heard; beyond that the oldest ones are not. */
enum { OFS_BIDI_FRAMES = 64 };

struct bidi_tab {
    struct ofs_tab tab;
    struct bidi_tab *next;
    char context[64];
    char devtools[64];                /* its DevTools session, where a Chromium's driver lends it */
    char frames[OFS_BIDI_FRAMES][64]; /* contexts inside it */
    size_t last_frame;
    char navigation[64]; /* that led to the present document */
    char document[64];   /* request id of the document under way or present */
    bool has_probe;      /* the present document has it */
    bool coming;         /* the document of our navigation has not begun */
    unsigned before;     /* view.commits when it was asked for */
    unsigned seen;       /* view.events, as far as the caller knows the view */
    int change;          /* the question whether the document has changed, 0: none */
    unsigned asked_at;   /* view.commits when it was asked */
};

struct bidi {
    struct ofs_browser browser;
    struct ofs_rpc *rpc;
    struct bidi_tab *tabs;
    bool has_session;           /* of our own */
    struct ofs_browser *driver; /* whose session it is, or NULL */
    bool is_anybodys;           /* a person uses that browser: what is in front stays there */
    bool in_front;              /* a tab is in front for its picture: no other may go there */
};

/* A peer's word into a field of its own size; NULL: "". */
#define OFS_BIDI_KEEP(to, from) ofs_bidi_keep(to, sizeof(to), from)
static inline void ofs_bidi_keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from ? from : "");
}

/* Is there that text at that path? */
static inline bool ofs_bidi_is(const cJSON *object, const char *path, const char *text)
{
    return !strcmp(ofs_json_str(object, path, ""), text);
}

/* The handler of every event, and the names of those that a tab has to be subscribed to (the caller
 * owns the array). */
void ofs_bidi_on_event(void *ctx, const char *session, const char *method, const cJSON *params);
cJSON *ofs_bidi_event_names(void);

/* {"KEY": TEXT}, and {"context": that of the tab}. The caller's. */
cJSON *ofs_bidi_object(const char *key, const char *text);
cJSON *ofs_bidi_in_context(const struct bidi_tab *t);

/* A question about a tab, which is told from one that has ended. Takes `params` over. */
int ofs_bidi_ask(struct bidi_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
                 cJSON **ret_result, struct ofs_error *err);

/* A question whose answer is needed to leave the browser in order: however often a person presses
 * Ctrl-C, it gets some time yet. */
int ofs_bidi_call_uninterruptible(struct bidi *b, const char *method, cJSON *params,
                                  ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* browser_ops.open_tab, browser_ops.close_tab */
int ofs_bidi_open_tab(struct ofs_browser *browser, ofs_deadline deadline, struct ofs_tab **ret_tab,
                      struct ofs_error *err);
void ofs_bidi_close_tab(struct ofs_tab *tab, ofs_deadline deadline);

/* The event of a crash, where it has to be subscribed to by itself. */
extern const char ofs_bidi_crash[];

/* script.callFunction (WebDriver BiDi, 7.6.4) in our sandbox of the present document; waits for a
 * promise. Takes `arguments` (NULL: none) over; `*ret_value` is the caller's, as the protocol
 * writes values. OFS_ERR_GONE: the document went away. */
int ofs_bidi_run(struct bidi_tab *t, const char *source, cJSON *arguments, ofs_deadline deadline,
                 cJSON **ret_value, struct ofs_error *err);

/* A question of the DevTools protocol about a tab of a Chromium, through its driver. Takes `inner`
 * over. */
int ofs_bidi_ask_devtools(struct bidi_tab *t, const char *method, cJSON *inner,
                          ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err);

/* browser_ops.screenshot */
int ofs_bidi_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                        char **ret_png, struct ofs_error *err);

/* browser_ops.body */
int ofs_bidi_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                  struct ofs_error *err);

/* browser_ops.reach */
int ofs_bidi_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

#endif
