#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "page/internal.h"

/* How long a page has to hold still before it is believed, and how long it may take. Milliseconds.
 */
enum {
    STILL_MARKED = 400,    /* the scenario's mark was seen */
    STILL_UNMARKED = 1000, /* the scenario has no mark */
    WANTED_MARKED =
        2000, /* it reads as wanted: a switch that does not know its state yet does so */
    WANTED_UNMARKED = 3000,
    ABSENT_MARKED = 1500, /* what is looked for is not there */
    ABSENT_UNMARKED = 3000,
    STILL_DISABLED = 3000, /* it is there and cannot be used yet */
    WEAK_AFTER = 6000,     /* a mark or an answer is overdue */
    BODY_AFTER = 1500,     /* an answer whose rest the page has not read by then is not awaited */
    POLLS = 2,             /* answers to one question, before it is a poll and not awaited */
    PAGE_BUDGET = 25000,
    TICK = 250,
    IS_THERE = 2000,  /* for a page that has failed to say whether its tab is still there */
    MOST_COMMITS = 5, /* documents in one visit, before it is a loop */
    MOST_SCROLLS = 20,
    DRAWN_WITHIN = 9000, /* Firefox draws a tab in the background after 1, 3, 7, 15 seconds */
};

static int unusable(struct ofs_sight *sight, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);

static int unusable(struct ofs_sight *sight, const char *reason, const char *fmt, ...)
{
    va_list ap;
    sight->reason = reason;
    va_start(ap, fmt);
    vsnprintf(sight->detail, sizeof sight->detail, fmt, ap);
    va_end(ap);
    return 1;
}

/* The contract's own copy of a blocker's reason: it outlives the read that named it. */
static const char *reason_word(const char *reason)
{
    static const char *const words[] = {"signed-out", "checkpoint", "blocked"};
    for (size_t i = 0; reason && i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i], reason))
            return words[i];
    return reason ? "blocked" : NULL;
}

static const char *blocker_for_status(const struct ofs_scenario *scenario, int status)
{
    const cJSON *blocker, *s;
    cJSON_ArrayForEach(blocker, scenario->blockers)
    {
        cJSON_ArrayForEach(s, ofs_json_get(blocker, "status"))
        {
            if (cJSON_IsNumber(s) && s->valueint == status)
                return reason_word(ofs_json_str(blocker, "reason", "blocked"));
        }
    }
    return status == 429 || status == 999 ? "blocked" : NULL;
}

/* What the network alone tells of the document: 1 when it ends the visit. */
static int judge_arrival(const struct ofs_page *page, unsigned mark, struct ofs_sight *sight)
{
    const struct ofs_tab_view *view = &page->tab->view;
    const char *blocked = blocker_for_status(page->scenario, view->status);
    if (blocked)
        return unusable(sight, blocked,
                        "the site answered HTTP %d; wait some hours, then try again by hand",
                        view->status);
    if (view->status >= 400) {
        sight->missing = view->status == 404 || view->status == 410;
        return unusable(sight, "load-failed", "the page answered HTTP %d; try again later",
                        view->status);
    }
    if (view->failure[0])
        return unusable(sight, "load-failed",
                        "the page did not arrive whole (%s); check the connection and try again",
                        view->failure);
    if (view->commits > mark + MOST_COMMITS)
        return unusable(sight, "load-failed",
                        "the page keeps loading itself anew; open it by hand");
    return 0;
}

/* What the page says of itself: 1 when it ends the visit. */
static int judge_look(const struct ofs_page *page, const cJSON *look, struct ofs_sight *sight)
{
    const char *origin = ofs_json_str(look, "origin", "");
    const char *reason = reason_word(ofs_json_str(look, "blocker/reason", NULL));
    if (strcmp(origin, page->origin))
        return unusable(
            sight, "wrong-origin",
            "the page is at %s and not at %s; nothing there was read or touched; open it by "
            "hand and see where it leads",
            origin, page->origin);
    if (!reason)
        return 0;
    const char *why = ofs_json_str(look, "blocker/why", "");
    if (!strcmp(reason, "signed-out"))
        return unusable(sight, reason,
                        "not signed in (%s); sign in with this browser and run again", why);
    if (!strcmp(reason, "checkpoint"))
        return unusable(
            sight, reason,
            "the site wants to know that it is you (%s); answer it by hand and run again", why);
    return unusable(sight, reason, "the site is keeping us out (%s); wait some hours", why);
}

/* The same question as before, whatever its query says: a page that asks for ever asks the same. */
static bool is_same_question(const struct ofs_request *a, const struct ofs_request *b)
{
    size_t n = strcspn(a->url, "?#");
    return !strcmp(a->method, b->method) && n == strcspn(b->url, "?#") &&
           !strncmp(a->url, b->url, n);
}

static bool is_poll(const struct ofs_tab *tab, unsigned from, const struct ofs_request *r)
{
    int answered = 0;
    for (unsigned serial = from + 1; serial < r->serial; serial++) {
        const struct ofs_request *other = ofs_tab_request(tab, serial);
        answered += other && other->url && other->answered_ms && is_same_question(other, r);
    }
    return answered >= POLLS;
}

/* Is an answer that the page asked for still on its way? Else `*ret_since` tells when the last
 * came. */
static bool is_waiting(const struct ofs_tab *tab, unsigned from, int64_t *ret_since)
{
    int64_t now = ofs_now_ms();
    *ret_since = 0;
    for (unsigned serial = tab->view.last_serial; serial > from; serial--) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (!r)
            break;
        if (r->left || is_poll(tab, from, r))
            continue;
        int64_t taken = r->ended         ? r->ended_ms
                        : r->answered_ms ? r->answered_ms + BODY_AFTER
                                         : now + 1;
        if (taken > now)
            return true;
        *ret_since = taken > *ret_since ? taken : *ret_since;
    }
    return false;
}

/* What has to hold still, as text. */
static char *signature_of(const struct ofs_visit *visit, const cJSON *look)
{
    const cJSON *match =
        visit->setting ? ofs_json_get(ofs_json_get(look, "matches"), visit->setting->id) : NULL;
    if (match)
        return cJSON_PrintUnformatted(match);
    return ofs_text_printf("%s %d %d %s", ofs_json_str(look, "path", ""),
                           (int)ofs_json_num(look, "link_count", 0),
                           (int)ofs_json_num(look, "controls", 0), ofs_json_str(look, "lang", ""));
}

static void note_signature(struct ofs_wait *w, char *signature, unsigned commit)
{
    if (!w->signature || !signature || strcmp(w->signature, signature) || commit != w->commit)
        w->still_since = ofs_now_ms();
    w->commit = commit;
    free(w->signature);
    w->signature = signature;
}

/* Scroll on, and wait until the page has been drawn there. */
static int scroll_on(struct ofs_page *page, struct ofs_wait *w, ofs_deadline deadline,
                     struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON answer = NULL;
    cJSON_AddNumberToObject(args, "ms", DRAWN_WITHIN);
    w->missing = "the browser does not draw it in the background";
    if (ofs_page_ask(page, "scroll", args, deadline, &answer, err))
        return -1;
    w->drawn = ofs_json_bool(answer, "drawn", false);
    return 0;
}

/* One step through the rest of the page: further down, where more controls may be drawn (ours, or a
 * second one of its name), or into a closed section that the scenario names. 1 when there was one.
 */
static int search_on(struct ofs_page *page, const struct ofs_visit *visit, struct ofs_wait *w,
                     const cJSON *look, bool found, ofs_deadline deadline, struct ofs_error *err)
{
    bool more = ofs_json_bool(look, "scroll/more", false) && w->scrolls < MOST_SCROLLS;
    if (more || !w->drawn) {
        w->scrolls += more;
        w->pause = ofs_deadline_in(more ? TICK : 0);
        return scroll_on(page, w, deadline, err) ? -1 : 1;
    }
    if (w->scrolls && !w->bottomed) { /* what is drawn at the end has its time to come */
        w->bottomed = true;
        w->pause = ofs_deadline_in(2 * TICK);
        if (!found)
            w->still_since = ofs_now_ms();
        return 1;
    }
    if (found)
        return 0;
    if (w->unfolded)
        return 0;
    w->unfolded = true;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON aim = NULL;
    cJSON_AddStringToObject(args, "id", visit->setting->id);
    if (ofs_page_ask(page, "aim_fold", args, deadline, &aim, err))
        return -1;
    if (ofs_json_num(aim, "count", 0) != 1 || !ofs_json_get(aim, "via"))
        return 0;
    if (page->browser->ops->click(page->tab, ofs_json_num(aim, "x", 0), ofs_json_num(aim, "y", 0),
                                  ofs_deadline_min(deadline, ofs_deadline_in(5000)), err))
        return -1;
    w->still_since = ofs_now_ms();
    return 1;
}

enum progress { WAIT_ON, SETTLED, SETTLED_WEAK };

/* An answer that says that the site could not tell: a page that asked for a state did not get it.
 * One that says that there is no such thing (400, 404, 410) tells nothing of that kind. */
static bool is_failure(const struct ofs_request *r)
{
    if (r->failed && !r->answered_ms)
        return true;
    return r->status == 401 || r->status == 403 || r->status == 408 || r->status == 429 ||
           r->status >= 500;
}

/* Did the page ask its own site for data in vain, and not get it later? */
static bool was_refused(const struct ofs_page *page, unsigned from)
{
    const struct ofs_tab *tab = page->tab;
    size_t n = strlen(page->origin);
    for (unsigned serial = tab->view.last_serial; serial > from; serial--) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (!r)
            break;
        if (strcmp(r->method, "GET") || strncmp(r->url, page->origin, n) || !is_failure(r))
            continue;
        bool made_good = false;
        for (unsigned later = serial + 1; later <= tab->view.last_serial; later++) {
            const struct ofs_request *other = ofs_tab_request(tab, later);
            made_good = made_good || (other && other->url && other->answered_ms &&
                                      !is_failure(other) && is_same_question(r, other));
        }
        if (!made_good)
            return true;
    }
    return false;
}

/* Is the page ready? `ret_missing` says what it still waits for. */
static enum progress judge_readiness(const struct ofs_page *page, const struct ofs_visit *visit,
                                     const struct ofs_wait *w, const cJSON *look,
                                     const char **ret_missing)
{
    const cJSON *match =
        visit->setting ? ofs_json_get(ofs_json_get(look, "matches"), visit->setting->id) : NULL;
    /* The document that holds the control has to have booted, be it a frame's. */
    const cJSON *boot = ofs_json_get(match ? match : look, "boot"),
                *canary = ofs_json_get(look, "canary");
    int64_t now = ofs_now_ms(), answered, still;
    bool marked = cJSON_IsTrue(boot);
    bool waiting = is_waiting(page->tab, w->serial, &answered);
    still = now - (answered > w->still_since ? answered : w->still_since);
    bool plain = match ? ofs_json_bool(match, "plain", false) : false;
    bool overdue = now - w->began > WEAK_AFTER && now - w->still_since > WEAK_AFTER / 2;

    *ret_missing = NULL;
    if (cJSON_IsFalse(canary)) {
        *ret_missing = "nothing on it shows that somebody is signed in";
        return WAIT_ON;
    }
    if (match && ofs_json_bool(match, "busy", false)) {
        *ret_missing = "it says that it is busy";
        return WAIT_ON;
    }
    bool weak = false;
    if (!ofs_json_bool(look, "complete", false)) {
        *ret_missing = "it was still loading";
        weak = true;
    } else if (cJSON_IsFalse(boot) && !plain) {
        *ret_missing = "its scripts did not finish starting";
        weak = true;
    } else if (waiting) {
        *ret_missing = "it was waiting for an answer of the site";
        weak = true;
    } else if (was_refused(page, w->serial)) {
        *ret_missing = "the site refused to answer what it asked for";
        weak = true;
    }
    bool is_wanted = match && visit->setting &&
                     !strcmp(ofs_json_str(match, "state", ""), visit->setting->wanted);
    bool wanted = is_wanted && !visit->in_passing;
    int64_t need = wanted  ? (marked ? WANTED_MARKED : WANTED_UNMARKED)
                   : match ? (marked ? STILL_MARKED : STILL_UNMARKED)
                           : (marked ? ABSENT_MARKED : ABSENT_UNMARKED);
    if (!visit->setting)
        need = marked ? STILL_MARKED : STILL_UNMARKED;
    if (match && ofs_json_bool(match, "disabled", false))
        need = STILL_DISABLED;
    if (still < need)
        return WAIT_ON;
    if (!weak)
        return SETTLED;
    /* While an answer may still come, patience has no use for a state that it could not believe. */
    return overdue && match && !(waiting && is_wanted) ? SETTLED_WEAK : WAIT_ON;
}

static int tell_unready(const struct ofs_page *page, const cJSON *look, const char *missing,
                        struct ofs_sight *sight)
{
    const struct ofs_tab_view *view = &page->tab->view;
    if (!look)
        return unusable(sight, view->commits ? "not-ready" : "load-failed",
                        "the page gave no answer; check the connection and try again");
    if (ofs_json_bool(look, "password", false))
        return unusable(sight, "signed-out", "the page asks for a password; sign in and run again");
    if (ofs_json_bool(look, "empty", false))
        return unusable(sight, "load-failed", "the page is empty; try again later");
    return unusable(sight, "not-ready",
                    "the page was not ready in time: %s; open it by hand, or run again",
                    missing ? missing : "it did not hold still");
}

/* One round: read and judge. 1 when the visit is over. */
static int step(struct ofs_page *page, const struct ofs_visit *visit, struct ofs_wait *w,
                const char **ret_missing, ofs_deadline deadline, struct ofs_sight *sight,
                struct ofs_error *err)
{
    cJSON *look = NULL;
    if (judge_arrival(page, w->commits, sight))
        return 1;
    if (ofs_page_look(page, deadline, &look, err))
        return err->code == OFS_ERR_GONE ? 0 : -1;
    cJSON_Delete(sight->look);
    sight->look = look;
    note_signature(w, signature_of(visit, look), page->tab->view.commits);
    if (judge_arrival(page, w->commits, sight) || judge_look(page, look, sight))
        return 1;
    if (ofs_deadline_left(w->pause))
        return 0;
    const cJSON *match =
        visit->setting ? ofs_json_get(ofs_json_get(look, "matches"), visit->setting->id) : NULL;
    switch (judge_readiness(page, visit, w, look, ret_missing)) {
    case WAIT_ON:
        return 0;
    case SETTLED_WEAK:
        sight->weak = true;
        return 1;
    case SETTLED:
        break;
    }
    /* A stranger under the setting's heading may stand there in place of what is not drawn yet. */
    bool doubtful = !strcmp(ofs_json_str(match, "rung", ""), "row") &&
                    !strcmp(ofs_json_str(match, "wording", ""), "unknown");
    bool found = match && !doubtful;
    if (!visit->setting || (found && visit->in_passing))
        return 1;
    int searched = search_on(page, visit, w, look, found, deadline, err);
    if (searched < 0)
        return err->code == OFS_ERR_GONE ? 0 : -1;
    return !searched;
}

/* A sign-in page that no blocker describes still asks for a password. */
static void judge_absence(const struct ofs_visit *visit, struct ofs_sight *sight)
{
    const cJSON *match =
        visit->setting && !sight->reason
            ? ofs_json_get(ofs_json_get(sight->look, "matches"), visit->setting->id)
            : NULL;
    if (sight->reason || match)
        return;
    if (ofs_json_bool(sight->look, "password", false))
        unusable(sight, "signed-out", "the page asks for a password; sign in and run again");
    else if (ofs_json_bool(sight->look, "empty", false))
        unusable(sight, "load-failed", "the page is empty; try again later");
}

int ofs_page_begin(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    OFS_AUTO_STR url = ofs_text_printf("%s%s", page->origin, visit->path);
    struct ofs_wait *w = &page->wait;
    if (!url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    free(w->signature);
    *w = (struct ofs_wait){.visit = *visit,
                           .budget = ofs_deadline_min(deadline, ofs_deadline_in(PAGE_BUDGET)),
                           .commits = page->tab->view.commits,
                           .serial = page->tab->view.last_serial,
                           .began = ofs_now_ms(),
                           .still_since = ofs_now_ms()};
    ofs_sight_clear(&w->sight);
    bool there =
        visit->stay && !strcmp(page->at, visit->path) && page->at_commit == page->tab->view.commits;
    page->at[0] = '\0';
    if (there)
        return 0;
    page->taught = false;
    struct ofs_error soft;
    if (!ops->navigate(page->tab, url, w->budget, &soft) ||
        (soft.code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0))
        return 0; /* a page that is late is told by the first look */
    *err = soft;
    return -1;
}

/* A state that was read by patience alone counts only where it is not the wanted one. */
static void judge_weakness(const struct ofs_page *page, const struct ofs_wait *w,
                           struct ofs_sight *sight)
{
    const struct ofs_visit *visit = &w->visit;
    if (!sight->weak || visit->trust_weak || !visit->setting)
        return;
    const cJSON *match = ofs_json_get(ofs_json_get(sight->look, "matches"), visit->setting->id);
    if (!strcmp(ofs_json_str(match, "state", ""), visit->setting->wanted) ||
        strcmp(ofs_json_str(match, "wording", ""), "known") ||
        ofs_json_bool(match, "disabled", false))
        tell_unready(page, sight->look, w->missing, sight);
}

/* A tab that is being closed fails its document first, and says so a moment later. */
static bool is_closing(struct ofs_page *page)
{
    const struct ofs_tab_view *view = &page->tab->view;
    ofs_deadline moment = ofs_deadline_in(TICK);
    struct ofs_error ignored;
    while (view->failure[0] && !view->closed && !view->crashed &&
           !ofs_loop_turn(page->browser->loop, moment, &ignored))
        ;
    /* where no event tells of it, a question does */
    OFS_AUTO_JSON look = NULL;
    if (view->failure[0] && !view->closed && !view->crashed)
        ofs_page_look(page, ofs_deadline_in(IS_THERE), &look, &ignored);
    return view->closed || view->crashed;
}

int ofs_page_poll(struct ofs_page *page, ofs_deadline deadline, struct ofs_sight *ret_sight,
                  struct ofs_error *err)
{
    struct ofs_wait *w = &page->wait;
    struct ofs_error soft;
    int rc = step(page, &w->visit, w, &w->missing, w->budget, &w->sight, &soft);
    if (!rc && ofs_deadline_left(w->budget) == 0)
        rc = ofs_fail(&soft, OFS_ERR_TIMEOUT, "the time was up");
    if (!rc)
        return 0;
    if (rc > 0 && w->sight.reason && is_closing(page))
        rc = ofs_fail(&soft, OFS_ERR_TAB_LOST, "the tab was closed by somebody else");
    bool page_late = rc < 0 && soft.code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0;
    if (rc < 0 && !page_late) {
        *err = soft;
        ofs_sight_clear(&w->sight);
        return -1;
    }
    if (page_late)
        tell_unready(page, w->sight.look, w->missing, &w->sight);
    judge_absence(&w->visit, &w->sight);
    judge_weakness(page, w, &w->sight);
    if (!w->sight.reason) {
        snprintf(page->at, sizeof page->at, "%s", w->visit.path);
        page->at_commit = page->tab->view.commits;
    }
    *ret_sight = w->sight;
    w->sight = (struct ofs_sight){0};
    return 1;
}

int ofs_page_visit(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_sight *ret_sight, struct ofs_error *err)
{
    int rc = ofs_page_begin(page, visit, deadline, err);
    while (!rc) {
        rc = ofs_page_poll(page, deadline, ret_sight, err);
        if (!rc && ofs_page_wait(page, TICK, ofs_deadline_min(deadline, page->wait.budget), err))
            rc = err->code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0 ? 0 : -1;
    }
    return rc < 0 ? -1 : 0;
}
