/*
 * actions.h: for this room only: a person's hand as WebDriver writes it (W3C WebDriver Level 2, 15
 * Actions), for POST …/actions and for BiDi's input.performActions (WebDriver BiDi, 7.8.1) alike.
 *
 * The caller owns the result: the list for the key "actions".
 */
#ifndef OFS_BROWSER_ACTIONS_H
#define OFS_BROWSER_ACTIONS_H

#include <cJSON.h>

/* The pointer to a point of the view. CSS pixels, taken down to whole ones: older drivers know no
 * others. */
cJSON *ofs_actions_move(double x, double y);

/* The same, and one press of its main button there. */
cJSON *ofs_actions_click(double x, double y);

/* One press of a key (UI Events KeyboardEvent.key), or NULL where it is none of those that the
 * program presses. */
cJSON *ofs_actions_key(const char *key);

#endif
