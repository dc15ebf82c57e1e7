/*
 * reach.h: for the files of this room that show the probe what a page keeps from scripts
 * (browser.h, reach): closed shadow roots, and what custom elements tell assistive technology alone
 * (ElementInternals; HTML, 4.13.7).
 *
 * What each protocol tells of such an element:
 *
 *                          role                            state
 *   DevTools               the accessibility tree          the accessibility tree
 *   WebDriver, Chromium    12.4.9                          the accessibility tree
 *   WebDriver, others      12.4.9                          the element's own property
 *   BiDi, Chromium         the accessibility tree          the accessibility tree
 *   BiDi, others           7.3.10, accessibility locator   the element's own property
 *
 * Where a state is not told, the control reads neither on nor off.
 */
#ifndef OFS_BROWSER_REACH_H
#define OFS_BROWSER_REACH_H

#include <cJSON.h>
#include <stdbool.h>

enum { OFS_REACH_HOSTS = 200 }; /* elements that one reach looks into */

/* The roles of what is on or off; ends with NULL. */
extern const char *const ofs_reach_roles[];

bool ofs_reach_is_role(const char *role);

/* The answer of Accessibility.getPartialAXTree for one element as what the probe takes:
 * {"role","name","checked","disabled"}, each where it is told. The caller owns it. */
cJSON *ofs_reach_told(const cJSON *tree);

/* A JavaScript expression: a function of an element that gives "true", "false", "mixed" by the
 * properties that custom elements have after the pattern of <input type=checkbox> (HTML, 4.10.5.4),
 * or "" where it has none. It has to run in the page's realm: nowhere else are they seen. */
#define OFS_REACH_OWN                                                           \
    "(function (host) { try { return typeof host.checked !== 'boolean' ? '' : " \
    "host.indeterminate === true ? 'mixed' : String(host.checked); } catch (e) { return ''; } })"

#endif
