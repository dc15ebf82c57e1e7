/*
 * devtools.h: for this room only: writes the events of the Network domain of the Chrome DevTools
 * Protocol into a page's view. The events come over the protocol itself, or from a driver's log.
 */
#ifndef OFS_BROWSER_DEVTOOLS_H
#define OFS_BROWSER_DEVTOOLS_H

#include <cJSON.h>

#include "browser/browser.h"

enum { OFS_DEVTOOLS_ID = 64, OFS_DEVTOOLS_CHANNELS = 32 };

/* Kept next to a tab's view. */
struct ofs_devtools {
    struct ofs_tab_view *view;
    const char *frame;              /* the id of the top frame */
    bool uses_cache;                /* the current document may use the browser's caches */
    char document[OFS_DEVTOOLS_ID]; /* request id of the loading or current document */
    struct {
        char id[OFS_DEVTOOLS_ID]; /* of one that is open, or "" */
        uint64_t address;         /* a hash */
        bool heard;               /* it has received something */
    } channels[OFS_DEVTOOLS_CHANNELS];
    uint64_t mute[OFS_DEVTOOLS_CHANNELS]; /* addresses of those that ended without receiving
                                             anything, or 0 */
};

/* The names of the events that are handled, ended by NULL. */
extern const char *const ofs_devtools_events[];

/* Handle an event; true when it was one of these. `child` is 0 for the page itself, else the number
 * of a worker or of an out-of-process frame: its request ids get that number as a prefix ("3:ID").
 */
bool ofs_devtools_take(struct ofs_devtools *page, unsigned child, const char *method,
                       const cJSON *params);

/* The page has a new document: the requests of the previous one are abandoned, its channels are
 * closed. */
void ofs_devtools_commit(struct ofs_devtools *page);

/* A worker has started. The request for its script has the id of its target; its end is reported
 * only in the worker's session, perhaps before we listen there. */
void ofs_devtools_begin_child(struct ofs_devtools *page, const char *target);

/* A child has ended; so have its requests and channels. */
void ofs_devtools_drop_child(struct ofs_devtools *page, unsigned child);

/* The parameters of Page.startScreencast: frames of one pixel, only to make the browser render. The
 * caller owns them. */
cJSON *ofs_devtools_screencast(void);

/* The parameters of Page.captureScreenshot. The caller owns them. */
cJSON *ofs_devtools_picture(const struct ofs_box *box);

/* A carrier of DevTools methods to a tab. `ask` takes ownership of `params`; it returns
 * OFS_ERR_GONE if the document was replaced. */
struct ofs_devtools_asker {
    void *tab;
    int world; /* the execution context where the probe is ofsProbe */
    int (*ask)(void *tab, const char *method, cJSON *params, ofs_deadline deadline,
               cJSON **ret_result, struct ofs_error *err);
};

/* browser_ops.reach, for a tab with the probe in an isolated world. */
int ofs_devtools_reach(const struct ofs_devtools_asker *asker, ofs_deadline deadline,
                       struct ofs_error *err);

#endif
