/*
 * moves.h: how settings moved, from what was read of them one run after another. Pure.
 */
#ifndef OFS_RECORD_MOVES_H
#define OFS_RECORD_MOVES_H

#include <cJSON.h>

/* Why a setting probably moved. */
#define OFS_MOVE_TABLE(X)                                                           \
    X(FIRST, "first", "the first time that it was read")                            \
    X(OTHER_ACCOUNT, "other-account", "the first time on this account")             \
    X(BY_US, "by-us", "offswitch turned it")                                        \
    X(PUT_BACK, "put-back", "offswitch put it back, by undo")                       \
    X(BROKEN_RUN, "broken-run", "a run of offswitch that died may have pressed it") \
    X(POLICY, "policy-change", "after a watched document changed")                  \
    X(SCENARIO, "scenario-changed", "the scenario changed between the two reads")   \
    X(UNEXPLAINED, "unexplained", "the site or another person turned it")

/* `results`: rows ordered by scope, setting and time, each with scope, setting, title, scenario,
 * run, command, started, sha256, before, after, profile, origin, account, hint. `presses`: what
 * runs that died were about to press, each with scope, setting, at, run. `revisions`: changes of
 * watched documents, each with scenario, title, seen.
 *
 * Gives [{"setting","title","scenario","scope","account","at","run","from","to","why","words"}] in
 * the order of the rows. The caller owns it. */
cJSON *ofs_moves(const cJSON *results, const cJSON *presses, const cJSON *revisions);

/* How often a setting that was `wanted` was later found in another state that we did not set: the
 * site or a person changed it back. `now` is the latest read, which is in no row yet, or NULL. */
int ofs_moves_back(const cJSON *moves, const char *scope, const char *setting, const char *wanted,
                   const char *now);

#endif
