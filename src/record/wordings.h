/*
 * wordings.h: the labels that the person accepted, remembered in the state directory: exactly these
 * words for a scenario, an origin, a setting and a language. What was accepted on a replica does
 * not apply to the real site. One small JSON file. Calls read or write it and do not block
 * otherwise.
 */
#ifndef OFS_RECORD_WORDINGS_H
#define OFS_RECORD_WORDINGS_H

#include <cJSON.h>

#include "base/error.h"

/* What was accepted for the scenario at that origin ("https://HOST[:PORT]"):
 * [{"setting","language","words"}], empty if nothing was. The caller owns the result. NULL with
 * OFS_ERR_STATE for a file that cannot be read or is damaged. */
cJSON *ofs_wordings_load(const char *state, const char *scenario_id, const char *origin,
                         struct ofs_error *err);

/* Remember one more; an existing one is not added again. */
int ofs_wordings_add(const char *state, const char *scenario_id, const char *origin,
                     const char *setting, const char *language, const char *words,
                     struct ofs_error *err);

#endif
