/*
 * devtools.h: for this room only: what the Network domain of the Chrome DevTools Protocol tells of
 * a page, into its view. The events come over the protocol itself, or in a driver's log.
 */
#ifndef OFS_BROWSER_DEVTOOLS_H
#define OFS_BROWSER_DEVTOOLS_H

#include <cJSON.h>

#include "browser/browser.h"

enum { OFS_DEVTOOLS_ID = 64, OFS_DEVTOOLS_CHANNELS = 32 };

/* Stands beside a tab's view. */
struct ofs_devtools {
    struct ofs_tab_view *view;
    const char *frame;              /* the id of the top frame */
    char document[OFS_DEVTOOLS_ID]; /* request id of the document under way or present */
    struct {
        char id[OFS_DEVTOOLS_ID]; /* of one that is open, or "" */
        uint64_t address;         /* a hash */
        bool heard;               /* something came over it */
    } channels[OFS_DEVTOOLS_CHANNELS];
    uint64_t mute[OFS_DEVTOOLS_CHANNELS]; /* addresses of those that ended unheard, or 0 */
};

/* The names of the events that are taken, ended by NULL. */
extern const char *const ofs_devtools_events[];

/* Take an event; true when it was one of these. `child` is 0 for the page itself, else it numbers a
 * worker or a frame with a process of its own: its request ids get that number in front ("3:ID").
 */
bool ofs_devtools_take(struct ofs_devtools *page, unsigned child, const char *method,
                       const cJSON *params);

/* The page has a new document: the former one's requests are left, its channels are gone. */
void ofs_devtools_commit(struct ofs_devtools *page);

/* A worker has begun. The request for its script has the id of its target, and its end is told in
 * the worker's session alone, perhaps before we listen there. */
void ofs_devtools_begin_child(struct ofs_devtools *page, const char *target);

/* A child has ended, and its requests and channels with it. */
void ofs_devtools_drop_child(struct ofs_devtools *page, unsigned child);

/* The parameters of Page.captureScreenshot. The caller's. */
cJSON *ofs_devtools_picture(const struct ofs_box *box);

/* Whoever carries DevTools methods to a tab. `ask` takes `params` over; it answers OFS_ERR_GONE
 * where the document went away. */
struct ofs_devtools_asker {
    void *tab;
    int world; /* the execution context where the probe is ofsProbe */
    int (*ask)(void *tab, const char *method, cJSON *params, ofs_deadline deadline,
               cJSON **ret_result, struct ofs_error *err);
};

/* browser_ops.reach, for a tab whose probe is in a world of our own. */
int ofs_devtools_reach(const struct ofs_devtools_asker *asker, ofs_deadline deadline,
                       struct ofs_error *err);

#endif
