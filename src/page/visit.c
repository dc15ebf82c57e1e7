#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/internal.h"

/* One visit: load, then read and judge each time something has happened, until the page is ready or
 * clearly never will be. */

enum {
    PAGE_BUDGET = 45000, /* ms for one visit */
    FIRST_LOOK = 400,    /* ms: a document that has not loaded by then is read anyway */
    OPENING = 150,       /* ms between two reads while a menu or dialog opens */
    LOOKS_APART = 40,    /* ms between two reads while the page keeps changing */
    DATA_WITHIN = 3000,  /* ms to wait for data that may name the state, before a second load */
    IS_THERE = 2000,     /* ms for a page that failed to answer, to check that its tab still
                            exists */
    CLOSING = 250,       /* ms in which a closed tab is reported as closed */
};

static int64_t *time_of(const struct ofs_progress *p, enum ofs_waiting waiting)
{
    struct ofs_times *t = p->visit.times;
    switch (t ? waiting : (enum ofs_waiting) - 1) {
    case OFS_WAITING_LOADING:
        return &t->loading;
    case OFS_WAITING_REQUESTS:
        return &t->requests;
    case OFS_WAITING_TIMERS:
        return &t->timers;
    case OFS_WAITING_STILLNESS:
        return &t->stillness;
    default:
        return NULL;
    }
}

/* What must not change, as text. */
static char *signature_of(const struct ofs_visit *visit, const cJSON *look)
{
    const cJSON *match = ofs_match_of(look, visit->setting);
    if (match)
        return cJSON_PrintUnformatted(match);
    return ofs_text_printf("%s %d %d %s", ofs_json_str(look, "path", ""),
                           (int)ofs_json_num(look, "link_count", 0),
                           (int)ofs_json_num(look, "controls", 0), ofs_json_str(look, "lang", ""));
}

/* Store a read, and count the equal reads. */
static void take_look(const struct ofs_page *page, struct ofs_progress *p, cJSON *look)
{
    unsigned commit = page->tab->view.commits;
    char *signature = signature_of(&p->visit, look);
    unsigned rounds = (unsigned)ofs_json_num(look, "rounds", 1);
    bool same =
        p->signature && signature && !strcmp(p->signature, signature) && commit == p->commit;
    if (!same || ofs_json_bool(look, "moved", false)) {
        p->still_since = ofs_now_ms();
        same = false;
    }
    p->rounds = same ? p->rounds + rounds : rounds;
    p->commit = commit;
    free(p->signature);
    p->signature = signature;
    cJSON_Delete(p->result.look);
    p->result.look = look;
}

int ofs_progress_read(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                      struct ofs_evidence *ret, struct ofs_error *err)
{
    cJSON *look = NULL;
    if (ofs_page_look(page, deadline, &look, err))
        return -1;
    take_look(page, p, look);
    return ofs_gather_evidence(page, p, deadline, ret, err);
}

/* Wait until the document has loaded: nothing is read before, unless it takes long. */
static int await_load(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                      struct ofs_error *err)
{
    const struct ofs_tab_view *view = &page->tab->view;
    ofs_deadline soon = ofs_deadline_min(deadline, ofs_deadline_in(FIRST_LOOK));
    int64_t began = ofs_now_ms();
    while (!view->loaded && !view->failure[0] && !view->closed && !view->crashed &&
           ofs_deadline_left(soon))
        if (page->browser->ops->wait(page->tab, soon, err))
            return -1;
    if (p->visit.times)
        p->visit.times->loading += ofs_now_ms() - began;
    return 0;
}

static int wait_on(struct ofs_page *page, struct ofs_progress *p, const struct ofs_readiness *r,
                   int64_t looked, ofs_deadline deadline, struct ofs_error *err)
{
    int64_t began = ofs_now_ms(), *spent = time_of(p, r->waiting);
    if (ofs_page_wait(page, r->wait_ms, deadline, err))
        return -1;
    /* several events in a row cause one read */
    ofs_deadline next = ofs_deadline_min(looked + LOOKS_APART, deadline);
    if (ofs_loop_sleep(page->browser->loop, next, err))
        return -1;
    if (spent)
        *spent += ofs_now_ms() - began;
    return 0;
}

/* A control of another setting's kind under the setting's heading may be there instead of one that
 * is not rendered yet. */
static bool is_doubtful(const cJSON *match)
{
    return !strcmp(ofs_json_str(match, "rung", ""), "row") &&
           !strcmp(ofs_json_str(match, "wording", ""), "unknown");
}

/* The page does not change further without our action: go through the rest of it. 1 if it has to be
 * read again. */
static int search_on(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                     struct ofs_error *err)
{
    const cJSON *match = ofs_match_of(p->result.look, p->visit.setting);
    bool found = match && !is_doubtful(match);
    if (!p->visit.setting)
        return 0;
    int moved = ofs_scroll_on(page, p, deadline, err);
    if (!moved && !found)
        moved = ofs_unfold(page, p, deadline, err);
    if (moved > 0)
        p->rounds = 0;
    return moved;
}

/* Timers matter for a state that is to be believed. A wrong "on" costs at most a question, and the
 * site's own data need no timers. */
static bool bears_on_timers(const struct ofs_evidence *e)
{
    return e->reading != OFS_READING_UNWANTED && e->reading != OFS_READING_LINK &&
           (e->timers_made > 0 || e->knows_timers || e->unknown_clocks) &&
           e->served != OFS_SERVED_AGREES;
}

static void finish_ready(struct ofs_progress *p, const struct ofs_readiness *r,
                         const struct ofs_evidence *e)
{
    p->missing = r->missing;
    p->is_hopeless = r->hopeless;
    p->result.grade = r->grade;
    p->result.unconfirmed = r->unconfirmed;
    p->result.unmarked = r->unmarked;
    p->result.served = e->served;
    p->result.is_answered = e->served == OFS_SERVED_AGREES && e->served_by_answer;
    p->result.proven_quiet = ofs_evidence_is_quiet(e);
    p->result.needed_timers = bears_on_timers(e);
}

const char *ofs_page_origin(const struct ofs_page *page, const struct ofs_setting *setting)
{
    return ofs_setting_origin(setting, page->config.origin);
}

int ofs_page_go(struct ofs_page *page, const char *origin, const char *path, ofs_deadline deadline,
                struct ofs_error *err)
{
    OFS_AUTO_STR url = ofs_text_printf("%s%s", origin, path);
    if (!url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    page->is_configured = false;
    /* Navigating to another fragment of the same document loads no document: leave it first. */
    bool leaves = page->was_used && strchr(path, '#');
    page->was_used = true;
    if (leaves && page->browser->ops->navigate(page->tab, "about:blank", deadline, err))
        return -1;
    return page->browser->ops->navigate(page->tab, url, deadline, err);
}

/* Request the page. If it is late, the first read shows that. */
static int load(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                struct ofs_error *err)
{
    struct ofs_error soft;
    int64_t began = ofs_now_ms();
    /* In the first document of a tab the record of timers costs little: its heap is small. */
    bool is_cheap = !page->was_used && p->visit.setting && !p->visit.setting->state;
    page->tab->follows_timers = p->visit.needs_timers || p->was_reloaded || is_cheap;
    /* If the state comes from the site's data, old scripts do no harm. */
    page->tab->uses_cache = p->visit.uses_cache && !page->tab->follows_timers && p->visit.setting &&
                            ofs_is_named_by_data(p->visit.setting);
    int rc =
        ofs_page_go(page, ofs_page_origin(page, p->visit.setting), p->visit.path, deadline, &soft);
    if (p->visit.times)
        p->visit.times->navigating += ofs_now_ms() - began;
    if (rc && (soft.code != OFS_ERR_TIMEOUT || ofs_deadline_left(deadline) > 0)) {
        *err = soft;
        return -1;
    }
    return await_load(page, p, deadline, err);
}

/* A page whose timers were not followed from its start is loaded once more to follow them. */
static bool wants_known_timers(const struct ofs_page *page, const struct ofs_evidence *e)
{
    return bears_on_timers(e) && page->tab->sees.timers && !e->knows_timers;
}

/* A page that came from a cache is loaded once more from the site, unless the site's data name the
 * state. */
static bool wants_site(const struct ofs_evidence *e)
{
    return e->stale > 0 || (e->cached && e->served != OFS_SERVED_AGREES);
}

static bool may_load_again(const struct ofs_progress *p)
{
    return !p->visit.as_is && !p->was_reloaded;
}

/* Did anything come from a cache? `top`: only the document and the redirects to it count. */
static bool has_cached(const struct ofs_page *page, const struct ofs_progress *p, bool top)
{
    for (unsigned serial = p->serial + 1; serial <= page->tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(page->tab, serial);
        if (r && r->cached && (r->is_top || !top))
            return true;
    }
    return !top && page->tab->view.cached > 0;
}

/* The site's data may still arrive and name the state; then no second load is needed. */
static bool wants_load(const struct ofs_page *page, const struct ofs_progress *p,
                       const struct ofs_evidence *e)
{
    const struct ofs_setting *setting = p->visit.setting;
    bool may_be_told =
        e->open > 0 && e->age_ms < DATA_WITHIN && setting && ofs_is_named_by_data(setting);
    return e->complete && may_load_again(p) && (e->stale > 0 || !may_be_told) &&
           (wants_known_timers(page, e) || wants_site(e));
}

static int load_again(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                      struct ofs_error *err)
{
    p->was_reloaded = true;
    p->serial = page->tab->view.last_serial;
    p->commits = page->tab->view.commits;
    p->rounds = 0;
    p->scrolls = p->opened = p->tries = 0;
    p->opened_ms = 0;
    p->result.reason = NULL;
    p->result.missing = false;
    p->result.detail[0] = p->result.way[0] = '\0';
    p->drawn = p->searched = p->unfolded = false;
    p->still_since = p->calm_since = ofs_now_ms();
    p->timers_made = -1;
    cJSON_Delete(p->served);
    p->served = NULL;
    return load(page, p, deadline, err);
}

/* End the visit with the reason that was found, unless that reason may come from a cache. */
static int end_visit(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                     struct ofs_error *err)
{
    if (may_load_again(p) && has_cached(page, p, false))
        return load_again(page, p, deadline, err);
    return 1;
}

/* An error page may be a wall in front of the site, which the scenario describes. */
static int judge_wall(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline)
{
    struct ofs_visit_result wall = {0};
    struct ofs_error ignored;
    OFS_AUTO_JSON look = NULL;
    if (page->tab->view.status >= 400 && !strcmp(p->result.reason, "load-failed") &&
        !ofs_page_look(page, ofs_deadline_min(deadline, ofs_deadline_in(IS_THERE)), &look,
                       &ignored) &&
        ofs_json_str(look, "blocker/reason", NULL) && ofs_judge_address(page, p, look, &wall)) {
        wall.look = p->result.look;
        p->result = wall;
    }
    return 1;
}

/* One round: read and judge. 1 if the visit is over, 0 to go on, -1 on an error. */
static int step(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                struct ofs_error *err)
{
    cJSON *look = NULL;
    struct ofs_evidence evidence;
    if (may_load_again(p) && has_cached(page, p, true))
        return load_again(page, p, deadline, err);
    if (ofs_judge_arrival(page, p, &p->result))
        return judge_wall(page, p, deadline);
    int64_t looked = ofs_now_ms();
    if (ofs_page_look(page, deadline, &look, err))
        return -1;
    take_look(page, p, look);
    if (ofs_judge_arrival(page, p, &p->result) || ofs_judge_address(page, p, look, &p->result))
        return end_visit(page, p, deadline, err);
    int way = ofs_open_way(page, p, deadline, err);
    if (way < 0)
        return -1;
    if (way == 2)
        return end_visit(page, p, deadline, err);
    if (ofs_gather_evidence(page, p, deadline, &evidence, err))
        return -1;
    if (way) {
        const struct ofs_readiness soon = {.waiting = OFS_WAITING_LOADING, .wait_ms = OPENING};
        return wait_on(page, p, &soon, looked, deadline, err) ? -1 : 0;
    }
    if (wants_load(page, p, &evidence))
        return load_again(page, p, deadline, err);
    struct ofs_readiness r = ofs_judge_readiness(&evidence);
    bool ready = r.grade != OFS_GRADE_NONE;
    if (ready && !r.unconfirmed) {
        int moved = search_on(page, p, deadline, err);
        if (moved)
            return moved < 0 ? -1 : 0;
    }
    p->missing = r.missing;
    if (ready || r.hopeless) {
        if (may_load_again(p) && wants_site(&evidence)) /* the page never became complete */
            return load_again(page, p, deadline, err);
        finish_ready(p, &r, &evidence);
        return 1;
    }
    return wait_on(page, p, &r, looked, deadline, err) ? -1 : 0;
}

/* A page that has started, but lacks what every page shows to a signed-in person. */
static bool is_nobodys(const struct ofs_page *page, const cJSON *look)
{
    return ofs_json_bool(page->config.scenario->canary, "on_every_page", false) &&
           cJSON_IsFalse(ofs_json_get(look, "canary")) && ofs_json_bool(look, "complete", false) &&
           !cJSON_IsFalse(ofs_json_get(look, "boot"));
}

static int tell_unready(const struct ofs_page *page, struct ofs_progress *p)
{
    struct ofs_visit_result *result = &p->result;
    if (!result->look)
        return ofs_visit_fail(result,
                              page->tab->view.commits > p->commits ? "not-ready" : "load-failed",
                              "the page gave no answer; check the connection and try again");
    if (ofs_json_bool(result->look, "password", false))
        return ofs_visit_fail(result, "signed-out",
                              "the page asks for a password; sign in and run again");
    if (ofs_json_bool(result->look, "empty", false))
        return ofs_visit_fail(result, "load-failed", "the page is empty; try again later");
    if (p->is_hopeless && is_nobodys(page, result->look))
        return ofs_visit_fail(result, "signed-out",
                              "nothing on the page shows that you are signed in; sign in and run "
                              "again");
    return ofs_visit_fail(result, "not-ready",
                          "the page was not ready in time: %s; open it by hand, or run again",
                          p->missing ? p->missing : "it kept changing");
}

/* A sign-in page that no blocker describes still has a password field. */
static void judge_absence(const struct ofs_page *page, struct ofs_progress *p)
{
    const cJSON *look = p->result.look;
    bool absent = p->visit.setting && !ofs_match_of(look, p->visit.setting);
    if (!p->result.reason && absent &&
        (ofs_json_bool(look, "password", false) || ofs_json_bool(look, "empty", false)))
        tell_unready(page, p);
}

/* An unconfirmed state counts only if it is not the wanted one. */
static void judge_unconfirmed(const struct ofs_page *page, struct ofs_progress *p)
{
    const struct ofs_setting *setting = p->visit.setting;
    const cJSON *match = ofs_match_of(p->result.look, setting);
    bool ready = p->result.grade != OFS_GRADE_NONE;
    if (p->result.reason || (ready && !p->result.unconfirmed))
        return;
    bool contradicted = p->result.served == OFS_SERVED_CONTRADICTS;
    bool is_wanted = setting && !strcmp(ofs_json_str(match, "state", ""), setting->wanted);
    bool doubtful = is_wanted || strcmp(ofs_json_str(match, "wording", ""), "known") ||
                    ofs_json_bool(match, "disabled", false);
    if (!ready || contradicted || (doubtful && !(p->visit.trust_unmarked && p->result.unmarked)))
        tell_unready(page, p);
}

/* When a tab is closed, its document fails first; the closing is reported a moment later. */
static bool is_closing(struct ofs_page *page)
{
    const struct ofs_tab_view *view = &page->tab->view;
    ofs_deadline moment = ofs_deadline_in(CLOSING);
    struct ofs_error ignored;
    while (view->failure[0] && !view->closed && !view->crashed &&
           !ofs_loop_turn(page->browser->loop, moment, &ignored))
        ;
    /* if no event reports it, a query does */
    OFS_AUTO_JSON look = NULL;
    if (view->failure[0] && !view->closed && !view->crashed)
        ofs_page_look(page, ofs_deadline_in(IS_THERE), &look, &ignored);
    return view->closed || view->crashed;
}

struct ofs_progress *ofs_progress_begin(struct ofs_page *page, const struct ofs_visit *visit,
                                        struct ofs_error *err)
{
    struct ofs_progress *p = page->progress;
    if (!p)
        p = page->progress = calloc(1, sizeof *p);
    if (!p) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    ofs_visit_result_clear(&p->result);
    free(p->signature);
    cJSON_Delete(p->served);
    *p = (struct ofs_progress){.visit = *visit,
                               .commits = page->tab->view.commits,
                               .serial = page->tab->view.last_serial,
                               .began = ofs_now_ms(),
                               .still_since = ofs_now_ms(),
                               .calm_since = ofs_now_ms(),
                               .timers_made = -1};
    return p;
}

bool ofs_page_is_at(const struct ofs_page *page, const struct ofs_setting *setting,
                    const char *path)
{
    return page->at[0] && !strcmp(page->at, path) &&
           !strcmp(page->at_origin, ofs_page_origin(page, setting)) &&
           page->at_commit == page->tab->view.commits;
}

bool ofs_page_is_late(const struct ofs_page *page)
{
    return page->is_late;
}

int64_t ofs_page_requested_ms(const struct ofs_page *page)
{
    return page->at_ms;
}

/* Rounds until the visit is over: 1, or -1 on an error. If the document was replaced, try again. */
static int run(struct ofs_page *page, struct ofs_progress *p, ofs_deadline budget,
               struct ofs_error *err)
{
    int rc = 0;
    while (!rc) {
        rc = step(page, p, budget, err);
        if (rc < 0 && err->code == OFS_ERR_GONE) {
            rc = page->browser->ops->wait(page->tab, ofs_deadline_min(budget, ofs_deadline_in(250)),
                                          err);
            p->rounds = 0;
        }
        if (!rc && ofs_deadline_left(budget) == 0)
            rc = ofs_fail(err, OFS_ERR_TIMEOUT, "the time was up");
    }
    return rc;
}

int ofs_page_visit(struct ofs_page *page, const struct ofs_visit *visit, ofs_deadline deadline,
                   struct ofs_visit_result *ret_result, struct ofs_error *err)
{
    struct ofs_error soft;
    struct ofs_progress *p = ofs_progress_begin(page, visit, err);
    if (!p)
        return -1;
    ofs_deadline budget = ofs_deadline_min(deadline, ofs_deadline_in(PAGE_BUDGET));
    /* what was opened for another setting would cover this one */
    const struct ofs_setting *opens =
        visit->setting && visit->setting->open ? visit->setting : NULL;
    bool there =
        visit->stay && ofs_page_is_at(page, visit->setting, visit->path) && page->opened == opens;
    page->opened = opens;
    page->at[0] = '\0';
    if (there) /* the requests of this document matter for each of its settings */
        p->serial = page->at_serial;
    else
        page->at_ms = p->began;
    int rc = there ? 0 : load(page, p, budget, &soft);
    rc = rc ? rc : run(page, p, budget, &soft);
    if (rc > 0 && p->result.reason && is_closing(page))
        rc = ofs_fail(&soft, OFS_ERR_TAB_LOST, "the tab was closed by you or another program");
    bool page_late = rc < 0 && soft.code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0;
    if (rc < 0 && !page_late) {
        *err = soft;
        ofs_visit_result_clear(&p->result);
        return -1;
    }
    page->is_late = page_late;
    if (page_late)
        tell_unready(page, p);
    judge_absence(page, p);
    judge_unconfirmed(page, p);
    if (!p->result.reason) {
        snprintf(page->at, sizeof page->at, "%s", visit->path);
        page->at_origin = ofs_page_origin(page, visit->setting);
        page->at_commit = page->tab->view.commits;
        page->at_serial = p->serial;
    }
    *ret_result = p->result;
    p->result = (struct ofs_visit_result){0};
    return 0;
}
