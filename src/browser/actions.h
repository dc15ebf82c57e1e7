/*
 * actions.h: for this room only: input actions in WebDriver's form (W3C WebDriver Level 2, 15
 * Actions), for POST …/actions and for BiDi's input.performActions (WebDriver BiDi, 7.8.1).
 *
 * The caller owns the result: the list for the key "actions".
 */
#ifndef OFS_BROWSER_ACTIONS_H
#define OFS_BROWSER_ACTIONS_H

#include <cJSON.h>

/* Move the pointer to a point of the view. CSS pixels, rounded down: older drivers accept only
 * integers. */
cJSON *ofs_actions_move(double x, double y);

/* The same, followed by one press of the main button. */
cJSON *ofs_actions_click(double x, double y);

/* One press of a key (UI Events KeyboardEvent.key), or NULL if it is a key that the program never
 * presses. */
cJSON *ofs_actions_key(const char *key);

#endif
