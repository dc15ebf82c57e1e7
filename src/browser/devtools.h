/*
 * devtools.h: for this room only: what the Network domain of the Chrome DevTools Protocol tells of
 * a page, into its view. The events come over the protocol itself, or in a driver's log.
 */
#ifndef OFS_BROWSER_DEVTOOLS_H
#define OFS_BROWSER_DEVTOOLS_H

#include <cJSON.h>

#include "browser/browser.h"

enum { OFS_DEVTOOLS_ID = 64 };

/* True when `method` was one of the Network domain's. `frame` is the id of the top frame;
 * `document` is kept for the caller: the request id of the document under way or present. */
bool ofs_devtools_network(struct ofs_tab_view *view, const char *frame,
                          char document[OFS_DEVTOOLS_ID], const char *method, const cJSON *params);

#endif
