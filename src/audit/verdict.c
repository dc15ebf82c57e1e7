#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/audit.h"
#include "base/json.h"
#include "base/text.h"

static void say(struct ofs_result *r, enum ofs_verdict verdict, const char *reason, const char *fmt,
                ...) OFS_PRINTF(4, 5);

static void say(struct ofs_result *r, enum ofs_verdict verdict, const char *reason, const char *fmt,
                ...)
{
    va_list ap;
    r->verdict = verdict;
    r->reason = reason;
    va_start(ap, fmt);
    vsnprintf(r->detail, sizeof r->detail, fmt, ap);
    va_end(ap);
    ofs_text_tame(r->detail);
}

static void cannot(struct ofs_observation *o, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);

static void cannot(struct ofs_observation *o, const char *reason, const char *fmt, ...)
{
    va_list ap;
    o->reason = reason;
    va_start(ap, fmt);
    vsnprintf(o->detail, sizeof o->detail, fmt, ap);
    va_end(ap);
}

static const char *static_rung(const char *rung)
{
    static const char *const rungs[] = {"key", "label", "part", "row", "visible"};
    for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
        if (!strcmp(rungs[i], rung))
            return rungs[i];
    return NULL;
}

static const char *turned(const char *state)
{
    return !strcmp(state, "on") ? "off" : !strcmp(state, "off") ? "on" : state;
}

/* A switch is on or off; a choice of several is one of the scenario's words, where it tells them.
 */
static bool is_known_state(const struct ofs_setting *setting, const char *state)
{
    bool is_switch = !strcmp(setting->wanted, "on") || !strcmp(setting->wanted, "off");
    if (!strcmp(state, "on") || !strcmp(state, "off"))
        return true;
    return setting->choices ? ofs_json_get(setting->choices, state) != NULL : !is_switch;
}

void ofs_observe(const struct ofs_setting *setting, const struct ofs_sight *sight,
                 struct ofs_observation *ret)
{
    *ret = (struct ofs_observation){.missing = sight->missing, .weak = sight->weak};
    const cJSON *match = ofs_json_get(ofs_json_get(sight->look, "matches"), setting->id);
    const char *said = ofs_json_str(match, "said", ""), *state = ofs_json_str(match, "state", "");
    const char *wording = ofs_json_str(match, "wording", "");
    snprintf(ret->path, sizeof ret->path, "%s", ofs_json_str(sight->look, "path", ""));
    if (sight->reason) {
        cannot(ret, sight->reason, "%s", sight->detail);
        return;
    }
    /* Parts of the page that the browser lets nobody look into: it may be there, or another of it.
     */
    bool sealed = ofs_json_num(sight->look, "sealed", 0) > 0;
    if (!match) {
        ret->absent = !sealed;
        cannot(ret, "not-found",
               sealed ? "the control is not on its page, or in a part of it that cannot be looked "
                        "into over this driver; look by hand, or connect in another way"
                      : "the control is not on its page; look for it by hand");
        return;
    }
    ret->located = static_rung(ofs_json_str(match, "rung", ""));
    ret->disabled = ofs_json_bool(match, "disabled", false);
    ret->inverted = !strcmp(wording, "inverted");
    snprintf(ret->said, sizeof ret->said, "%s", said);
    ofs_text_tame(ret->said);
    int count = (int)ofs_json_num(match, "count", 0);
    if (count != 1)
        cannot(ret, "ambiguous",
               "%d controls on the page answer to it (\"%.120s\"); choose by hand", count, said);
    else if (sealed)
        cannot(ret, "ambiguous",
               "a part of the page that cannot be looked into over this driver may hold another of "
               "it; choose by hand, or connect in another way");
    else if (!strcmp(wording, "unknown"))
        cannot(ret, "wording-changed",
               "the site now words it \"%.160s\"; read it, then flip it by hand or give that text "
               "to --wording",
               said);
    else if (!state[0])
        cannot(ret, "not-ready",
               "the control is there and says neither on nor off; look at it by hand");
    else if (!is_known_state(setting, state))
        cannot(ret, "wording-changed",
               "the control reads \"%.160s\", which is none of the known choices; choose by hand",
               state);
    else
        snprintf(ret->state, sizeof ret->state, "%.*s", (int)sizeof ret->state - 1,
                 ret->inverted ? turned(state) : state);
}

static bool is_wanted(const struct ofs_result *r, const char *state)
{
    return !strcmp(state, r->wanted);
}

void ofs_judge_check(const struct ofs_observation *seen, struct ofs_result *r)
{
    snprintf(r->before, sizeof r->before, "%s", seen->state);
    snprintf(r->after, sizeof r->after, "%s", seen->state);
    snprintf(r->page, sizeof r->page, "%.*s", (int)sizeof r->page - 1, seen->path);
    r->located = seen->located;
    if (seen->not_offered)
        say(r, OFS_VERDICT_NOT_OFFERED, NULL,
            "the site does not offer this setting to this account");
    else if (seen->reason)
        say(r, OFS_VERDICT_UNKNOWN, seen->reason, "%s", seen->detail);
    else if (seen->disabled)
        say(r, OFS_VERDICT_LOCKED, NULL,
            "it reads %s and the site does not let it be changed; ask whoever manages the account",
            seen->state);
    else if (is_wanted(r, seen->state))
        say(r, OFS_VERDICT_AS_WANTED, NULL, "it is %s", seen->state);
    else
        say(r, OFS_VERDICT_DIFFERS, NULL, "it is %s and should be %s", seen->state, r->wanted);
}

static void tell_not_kept(const struct ofs_flip *flip, const char *state, struct ofs_result *r)
{
    if (flip->asked[0])
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "pressed once, and the site asked \"%.150s\", which the scenario does not answer; it "
            "is "
            "still %s: answer it by hand",
            flip->asked, state);
    else if (flip->save_status >= 400)
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "pressed once, and the site refused to save it (HTTP %d); it is still %s: try later, "
            "or by hand",
            flip->save_status, state);
    else
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "pressed once, and the site is still at %s; try later, or by hand", state);
}

void ofs_judge_fix(const struct ofs_evidence *evidence, struct ofs_result *r)
{
    const struct ofs_flip *flip = evidence->flip;
    const struct ofs_observation *last = evidence->fresh ? evidence->fresh : evidence->reloaded;
    bool reloaded_right = evidence->reloaded && is_wanted(r, evidence->reloaded->state);
    bool fresh_right = evidence->fresh && is_wanted(r, evidence->fresh->state);

    if (!flip->sent) {
        say(r, OFS_VERDICT_UNKNOWN, flip->reason, "%s", flip->detail);
        return;
    }
    r->after[0] = '\0';
    if (!last) {
        say(r, OFS_VERDICT_UNKNOWN, "interrupted",
            "pressed once, and not read again; run check to see how it stands");
        return;
    }
    snprintf(r->after, sizeof r->after, "%s", last->state);
    if (last->reason) {
        say(r, OFS_VERDICT_UNKNOWN, last->reason, "pressed once, and then: %.400s", last->detail);
        return;
    }
    if (!is_wanted(r, last->state)) {
        if (reloaded_right)
            say(r, OFS_VERDICT_NOT_KEPT, NULL,
                "it was %s after the flip, and the site has put it back to %s; try later, or by "
                "hand",
                r->wanted, last->state);
        else if (!flip->arrived && !flip->save_status && !flip->save_open)
            say(r, OFS_VERDICT_NOT_KEPT, NULL,
                "the press did not take: the site is still at %s; use it by hand", last->state);
        else
            tell_not_kept(flip, last->state, r);
        return;
    }
    r->proof_reload = true;
    r->proof_fresh_tab = fresh_right;
    r->proof_save = flip->save_named && flip->save_status >= 200 && flip->save_status < 300;
    say(r, OFS_VERDICT_FIXED, NULL, "it was %s and is %s now, read back from the site", r->before,
        last->state);
}
