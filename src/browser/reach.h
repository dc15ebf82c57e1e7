/*
 * reach.h: for the files of this room that give the probe what page scripts cannot read (browser.h,
 * reach): closed shadow roots, and what custom elements expose only to assistive technology
 * (ElementInternals; HTML, 4.13.7).
 *
 * The source for such an element in each protocol:
 *
 *                          role                            state
 *   DevTools               the accessibility tree          the accessibility tree
 *   WebDriver, Chromium    12.4.9                          the accessibility tree
 *   WebDriver, others      12.4.9                          the element's own property
 *   BiDi, Chromium         the accessibility tree          the accessibility tree
 *   BiDi, others           7.3.10, accessibility locator   the element's own property
 *
 * Without a state, the control reads as neither on nor off.
 */
#ifndef OFS_BROWSER_REACH_H
#define OFS_BROWSER_REACH_H

#include <cJSON.h>
#include <stdbool.h>

enum { OFS_REACH_HOSTS = 200 }; /* elements per call of reach */

/* The roles of on/off controls; ends with NULL. */
extern const char *const ofs_reach_roles[];

bool ofs_reach_is_role(const char *role);

/* Convert the answer of Accessibility.getPartialAXTree for one element to the probe's form:
 * {"role","name","checked","disabled"}, each if known. The caller owns it. */
cJSON *ofs_reach_told(const cJSON *tree);

/* A JavaScript expression: a function of an element that returns "true", "false", "mixed" from the
 * properties that custom elements have after the pattern of <input type=checkbox> (HTML, 4.10.5.4),
 * or "" if it has none. It has to run in the page's realm: these properties are visible only
 * there. */
#define OFS_REACH_OWN                                                           \
    "(function (host) { try { return typeof host.checked !== 'boolean' ? '' : " \
    "host.indeterminate === true ? 'mixed' : String(host.checked); } catch (e) { return ''; } })"

#endif
