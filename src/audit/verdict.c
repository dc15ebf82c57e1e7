#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/internal.h"
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

void ofs_cannot(struct ofs_observation *o, const char *reason, const char *fmt, ...)
{
    va_list ap;
    o->reason = reason;
    o->state[0] = '\0';
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

/* A switch is on or off; a choice is one of the scenario's words, if it lists them. */
static bool is_known_state(const struct ofs_setting *setting, const char *state)
{
    bool is_switch = !strcmp(setting->wanted, "on") || !strcmp(setting->wanted, "off");
    if (!strcmp(state, "on") || !strcmp(state, "off"))
        return true;
    return setting->choices ? ofs_json_get(setting->choices, state) != NULL : !is_switch;
}

static void keep(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
    ofs_text_tame(to);
}

/* In a language with known wordings, a person has to read an unknown one. In another language the
 * site's own data can define the meaning: they name the key, and the control shows the same state.
 */
static bool is_proven_by_data(const struct ofs_setting *setting,
                              const struct ofs_visit_result *visited, const char *language)
{
    return setting->key && visited->served == OFS_SERVED_AGREES && language[0] &&
           !ofs_words_know_language(setting->labels, language) &&
           !ofs_words_know_language(setting->inverted, language);
}

/* Whether there is evidence on or around the control that it is locked. A page on which every
 * control is disabled may not have started, even if the site's data name a state. */
static bool finds_lock_reason(const cJSON *match)
{
    return ofs_json_bool(match, "lock_words", false) || ofs_json_num(match, "alive", 0) > 0;
}

/* Why the control has no usable state; NULL: it has one. */
static void judge_match(const struct ofs_setting *setting, const struct ofs_visit_result *visited,
                        const cJSON *match, struct ofs_observation *ret)
{
    const char *state = ofs_json_str(match, "state", "");
    const char *wording = ofs_json_str(match, "wording", "");
    const char *cover = ofs_json_str(match, "cover", NULL);
    bool sealed = ofs_json_num(visited->look, "sealed", 0) > 0;
    bool unknown = !strcmp(wording, "unknown");
    int count = (int)ofs_json_num(match, "count", 0);
    if (count != 1)
        ofs_cannot(ret, "ambiguous",
                   "%d controls on the page match it (\"%.120s\"); choose by hand", count,
                   ret->wording);
    else if (sealed)
        ofs_cannot(
            ret, "ambiguous",
            "a part of the page that cannot be looked into over this driver may hold another "
            "of it; choose by hand, or connect in another way");
    else if (cover && (unknown || !state[0]))
        ofs_cannot(ret, "covered", "%.160s covers the control; close it by hand and run again",
                   cover);
    else if (ofs_json_bool(match, "tampered", false))
        ofs_cannot(
            ret, "not-ready",
            "the page hides the real state of its controls from scripts; look at it by hand");
    else if (unknown && !is_proven_by_data(setting, visited, ret->language)) {
        ret->has_new_wording = setting->key && ret->located && !strcmp(ret->located, "key") &&
                               ret->shown[0] && is_known_state(setting, ret->shown);
        ofs_cannot(ret, "wording-changed",
                   "the site now labels it \"%.160s\"; read it, then accept it with --wording or "
                   "use the control by hand",
                   ret->wording);
    } else if (!state[0])
        ofs_cannot(ret, "not-ready", "the control shows neither on nor off; look at it by hand");
    else if (!is_known_state(setting, state))
        ofs_cannot(ret, "wording-changed",
                   "the control reads \"%.160s\", which is none of the known choices; choose by "
                   "hand",
                   state);
    else
        snprintf(ret->state, sizeof ret->state, "%.*s", (int)sizeof ret->state - 1,
                 ret->inverted ? turned(state) : state);
}

/* "A", "B" and "C": what the page has instead, or "". */
static void list_near(const cJSON *names, char *ret, size_t size)
{
    size_t used = 0;
    const cJSON *name;
    *ret = '\0';
    cJSON_ArrayForEach(name, names)
    {
        const char *between = name == names->child ? "" : name->next ? ", " : " and ";
        int n = snprintf(ret + used, size - used, "%s\"%.80s\"", between,
                         cJSON_IsString(name) ? name->valuestring : "");
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    ret[used] = '\0';
}

/* Nothing on the page is the control. */
static void tell_absent(const struct ofs_setting *setting, const struct ofs_visit_result *visited,
                        bool sealed, struct ofs_observation *ret)
{
    char near[280];
    list_near(ofs_json_get(ofs_json_get(visited->look, "near"), setting->id), near, sizeof near);
    if (visited->way[0])
        ofs_cannot(ret, "not-found",
                   "the page does not show \"%.100s\", which should lead to the control; look for "
                   "it by hand",
                   visited->way);
    else if (sealed)
        ofs_cannot(ret, "not-found",
                   "the control is not on its page, or in a part of it that cannot be looked into "
                   "over this driver; look by hand, or connect in another way");
    else if (near[0])
        ofs_cannot(ret, "not-found",
                   "the control is not on its page; the nearest names there are %s; look for it by "
                   "hand",
                   near);
    else
        ofs_cannot(ret, "not-found", "the control is not on its page; look for it by hand");
}

void ofs_observe(const struct ofs_setting *setting, const struct ofs_visit_result *visited,
                 struct ofs_observation *ret)
{
    const cJSON *look = visited->look,
                *match = ofs_json_get(ofs_json_get(look, "matches"), setting->id);
    *ret = (struct ofs_observation){.missing = visited->missing,
                                    .unmarked = visited->unmarked,
                                    .grade = visited->grade,
                                    .served = visited->served,
                                    .is_answered = visited->is_answered};
    keep(ret->path, sizeof ret->path, ofs_json_str(look, "path", ""));
    keep(ret->language, sizeof ret->language, ofs_json_str(look, "lang", ""));
    keep(ret->title, sizeof ret->title, ofs_json_str(look, "title", ""));
    keep(ret->wording, sizeof ret->wording, ofs_json_str(match, "said", ""));
    keep(ret->shown, sizeof ret->shown, ofs_json_str(match, "state", ""));
    if (visited->reason) {
        ofs_cannot(ret, visited->reason, "%s", visited->detail);
        return;
    }
    if (!match) {
        const cJSON *id;
        cJSON_ArrayForEach(id, ofs_json_get(look, "missing"))
        {
            ret->is_explained = ret->is_explained || !strcmp(id->valuestring, setting->id);
        }
        /* Parts of the page that scripts cannot read: the control may be in one of them. */
        bool sealed = ofs_json_num(look, "sealed", 0) > 0;
        ret->absent = !sealed;
        tell_absent(setting, visited, sealed, ret);
        return;
    }
    const char *notice = ofs_json_str(match, "notice", NULL);
    if (notice) {
        ofs_cannot(ret, "covered",
                   "%.160s is in the way, and the only control of that name is in it; answer it by "
                   "hand and run again",
                   notice);
        return;
    }
    ret->located = static_rung(ofs_json_str(match, "rung", ""));
    ret->is_forced = ofs_json_bool(match, "forced", false);
    ret->forced_why = ofs_json_str(setting->forced_by, "why", NULL);
    ret->disabled = ofs_json_bool(match, "disabled", false);
    ret->has_lock_reason = finds_lock_reason(match);
    ret->is_state_sure = !ret->disabled || visited->served == OFS_SERVED_AGREES ||
                         ofs_json_bool(match, "lock_words", false);
    ret->inverted = !strcmp(ofs_json_str(match, "wording", ""), "inverted");
    judge_match(setting, visited, match, ret);
}

static bool is_wanted(const struct ofs_result *r, const char *state)
{
    return !strcmp(state, r->wanted);
}

/* Copy the observation into the report. */
static void report(const struct ofs_observation *seen, struct ofs_result *r)
{
    snprintf(r->page, sizeof r->page, "%.*s", (int)sizeof r->page - 1, seen->path);
    snprintf(r->wording, sizeof r->wording, "%s", seen->wording);
    snprintf(r->language, sizeof r->language, "%s", seen->language);
    snprintf(r->title_seen, sizeof r->title_seen, "%s", seen->title);
    r->located = seen->located;
    r->ready = seen->reason ? NULL : ofs_grade_word(seen->grade);
}

void ofs_judge_check(const struct ofs_observation *seen, struct ofs_result *r)
{
    snprintf(r->before, sizeof r->before, "%s", seen->state);
    snprintf(r->after, sizeof r->after, "%s", seen->state);
    report(seen, r);
    if (seen->not_offered)
        say(r, OFS_VERDICT_NOT_OFFERED, NULL,
            "the site does not offer this setting to this account");
    else if (seen->reason)
        say(r, OFS_VERDICT_UNKNOWN, seen->reason, "%s", seen->detail);
    else if (seen->disabled && seen->is_forced && is_wanted(r, seen->state))
        say(r, OFS_VERDICT_AS_WANTED, NULL, "it is %s, and cannot be changed while %.300s",
            seen->state, seen->forced_why);
    else if (seen->disabled && seen->is_forced)
        say(r, OFS_VERDICT_LOCKED, NULL,
            "it is %s, and cannot be changed while %.300s; change that by hand and run again",
            seen->state, seen->forced_why);
    else if (seen->disabled && !seen->has_lock_reason)
        say(r, OFS_VERDICT_UNKNOWN, "not-ready",
            "it reads %s and cannot be used, and nothing on the page says why; look at it by hand",
            seen->state);
    else if (seen->disabled && !seen->is_state_sure)
        say(r, OFS_VERDICT_LOCKED, NULL,
            "the site does not let it be changed; ask the administrator of the account");
    else if (seen->disabled)
        say(r, OFS_VERDICT_LOCKED, NULL,
            "it is %s and the site does not let it be changed; ask the administrator of the "
            "account",
            seen->state);
    else if (is_wanted(r, seen->state))
        say(r, OFS_VERDICT_AS_WANTED, NULL, "it is %s", seen->state);
    else
        say(r, OFS_VERDICT_DIFFERS, NULL, "it is %s and should be %s", seen->state, r->wanted);
    bool is_told = r->verdict != OFS_VERDICT_LOCKED || seen->is_state_sure || seen->is_forced;
    if (r->verdict == OFS_VERDICT_UNKNOWN || !is_told)
        r->before[0] = r->after[0] = '\0';
}

static void tell_not_kept(const struct ofs_press *press, const char *state, struct ofs_result *r)
{
    if (press->asked[0])
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "clicked once, and the site asked \"%.150s\", which the scenario does not answer; it "
            "is still %s: answer it by hand",
            press->asked, state);
    else if (press->save_status >= 400)
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "clicked once, and the site refused to save it (HTTP %d); it is still %s: try later, "
            "or by hand",
            press->save_status, state);
    else if (!press->arrived && !press->save_status && !press->save_open)
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "the click did not reach the control: the site still says %s; use it by hand", state);
    else
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "clicked once, but the site still says %s; try later, or by hand", state);
}

static void claim_proofs(const struct ofs_proofs *proofs, struct ofs_result *r)
{
    const struct ofs_press *press = proofs->press;
    r->proof_reload = true;
    r->proof_fresh_tab = true;
    r->proof_save = press->save_named && press->save_status >= 200 && press->save_status < 300;
    r->proof_served = proofs->fresh->served == OFS_SERVED_AGREES;
    r->proof_held = proofs->held;
}

/* The fresh tab decides: the tab that pressed may show its own cached state. It counts as fixed
 * only if the reload confirms it. */
static void judge_reads(const struct ofs_proofs *proofs, struct ofs_result *r)
{
    const struct ofs_observation *reloaded = proofs->reloaded, *fresh = proofs->fresh;
    bool reloaded_right = reloaded && !reloaded->reason && is_wanted(r, reloaded->state);
    if (!is_wanted(r, fresh->state) && reloaded_right)
        say(r, OFS_VERDICT_NOT_KEPT, NULL,
            "it was %s after the click, but a fresh tab says %s; try later, or by hand", r->wanted,
            fresh->state);
    else if (!is_wanted(r, fresh->state))
        tell_not_kept(proofs->press, fresh->state, r);
    else if (!reloaded_right) {
        bool was_read = reloaded && !reloaded->reason;
        say(r, OFS_VERDICT_UNKNOWN,
            was_read         ? "not-ready"
            : reloaded       ? reloaded->reason
            : proofs->unread ? proofs->unread
                             : "browser-lost",
            "clicked once; a fresh tab says %s, and the tab that clicked %s%s; run check later",
            fresh->state, was_read ? "says " : "could not be read",
            was_read ? reloaded->state : "");
        r->after[0] = '\0';
    } else {
        claim_proofs(proofs, r);
        say(r, OFS_VERDICT_FIXED, NULL, "it was %s and is %s now, read back from the site",
            r->before, fresh->state);
    }
}

void ofs_judge_fix(const struct ofs_proofs *proofs, struct ofs_result *r)
{
    const struct ofs_observation *last = proofs->fresh;
    if (!proofs->press->sent) {
        say(r, OFS_VERDICT_UNKNOWN, proofs->press->reason, "%s", proofs->press->detail);
        return;
    }
    r->after[0] = '\0';
    if (!last) {
        say(r, OFS_VERDICT_UNKNOWN, "interrupted",
            "clicked once, and not read again; run check to see its state");
        return;
    }
    if (last->reason) {
        say(r, OFS_VERDICT_UNKNOWN, last->reason, "clicked once, then: %.400s", last->detail);
        return;
    }
    snprintf(r->after, sizeof r->after, "%s", last->state);
    report(last, r);
    judge_reads(proofs, r);
}
