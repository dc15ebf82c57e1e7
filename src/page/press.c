#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/internal.h"

/* One press and its result. Milliseconds. */
enum {
    LANDING = 700, /* for a press to reach its control, before another kind of input is tried */
    SAVE_ENDS = 20000,
    SAVE_ENABLED = 6000, /* for a Save button to become enabled after the flip */
    MOST_KEYS = 1,       /* steps of a choice: each step is a separate save */
};

/* ---- the page's own saves ---- */

/* Those since the press. */
struct saves {
    bool any, open; /* something was sent; something is not answered yet */
    bool named;     /* the one that the scenario names was sent */
    bool named_open;
    bool failed;
    int status; /* of the named one, or the worst of the others */
};

static struct saves saves_since(const struct ofs_pressing *p)
{
    const struct ofs_tab *tab = p->page->tab;
    struct saves saves = {0};
    for (unsigned serial = p->progress->serial + 1; serial <= tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (!r || !r->url || !ofs_is_save_method(r->method) ||
            !ofs_url_is_of(r->url, ofs_page_origin(p->page, p->setting)))
            continue;
        bool named = ofs_request_is(p->page, r, p->setting->save, p->deadline);
        bool open = !r->ended && !r->answered_ms;
        saves.any = true;
        saves.open = saves.open || open;
        if (named) {
            saves.named_open = open;
            saves.status = r->status; /* whether or not the page reads the rest of the answer */
            saves.failed = r->failed && !r->answered_ms;
        } else if (!saves.named && r->status > saves.status) {
            saves.status = r->status;
        }
        saves.named = saves.named || named;
    }
    return saves;
}

static void note_saves(struct ofs_pressing *p, const struct saves *saves)
{
    p->result->save_named = saves->named;
    p->result->save_status = saves->status;
    p->result->save_open = saves->open;
    p->result->save_failed = saves->failed;
}

/* ---- pressing ---- */

static int send_input(struct ofs_pressing *p, const cJSON *aim, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = p->page->browser->ops;
    const char *via = ofs_json_str(aim, "via", "");
    int steps = (int)ofs_json_num(aim, "steps", 0);
    ofs_deadline budget = ofs_deadline_min(p->deadline, ofs_deadline_in(OFS_PRESS_BUDGET));
    p->result->sent = true;
    p->result->by_keyboard = ofs_press_is_by_keys(aim);
    p->sent_at = ofs_now_ms();
    if (!strcmp(via, "keys"))
        return ops->press_key(p->page->tab, steps < 0 ? "ArrowUp" : "ArrowDown", budget, err);
    if (!strcmp(via, "keyboard"))
        return ops->press_key(p->page->tab, " ", budget, err);
    return ofs_press_click(p, aim, err);
}

/* No reaction of the page shows that the input reached it: its control got no event, nothing was
 * sent, and its state is unchanged. */
static bool reached_nothing(const struct ofs_pressing *p, const struct saves *saves)
{
    const cJSON *look = p->progress->result.look;
    const cJSON *match = ofs_match_of(look, p->setting);
    bool heard = !cJSON_IsFalse(ofs_json_get(look, "arrived")); /* null: nothing listened */
    return !p->is_menu && !p->result->arrived && !heard && !saves->any &&
           p->page->tab->sees.requests && match &&
           p->page->tab->view.commits == p->page->at_commit &&
           !strcmp(ofs_json_str(match, "state", ""), p->before) &&
           cJSON_GetArraySize(ofs_json_get(look, "modals")) == (int)p->modals_before &&
           ofs_now_ms() - p->sent_at >= LANDING;
}

/* Try the other kind of input, once. */
static int try_otherwise(struct ofs_pressing *p, struct ofs_error *err)
{
    OFS_AUTO_JSON aim = NULL;
    p->result->retried = true;
    if (ofs_press_aim(p, p->result->by_keyboard ? "keyboard" : "pointer", &aim, err))
        return -1;
    p->result->reason = NULL; /* the first one was sent: read the site again in any case */
    p->result->detail[0] = '\0';
    bool other = aim && ofs_press_is_by_keys(aim) != p->result->by_keyboard;
    if (!other || p->page->tab->view.commits != p->page->at_commit)
        return 0;
    p->begin = ofs_deadline_in(OFS_SAVE_BEGINS);
    return send_input(p, aim, err);
}

/* Is it certain that no save will come? Known only if all work that the page can defer is
 * visible. */
static bool nothing_is_put_off(const struct ofs_pressing *p)
{
    const struct ofs_evidence *e = &p->evidence;
    bool timers = e->knows_timers ? e->timer_ms < 0 || e->timer_ms > OFS_SAVE_BEGINS
                                  : e->timers_made >= 0 && e->timers_made == p->timers_before;
    return e->sees_requests && e->sees_channels && e->open == 0 && e->workers == 0 && timers &&
           !e->loops && e->animations == 0 && e->idle && e->rounds >= 2;
}

static bool is_over(const struct ofs_pressing *p, const struct saves *saves)
{
    if (saves->named)
        return !saves->named_open || ofs_deadline_left(p->end) == 0;
    bool nothing_begins = ofs_deadline_left(p->begin) == 0;
    if (ofs_json_get(p->setting->save, "button") && !p->saved && ofs_deadline_left(p->dirty))
        return false; /* the Save button may become enabled only now */
    /* If the scenario names a save request, one is expected. */
    bool expects = ofs_json_get(p->setting->save, "path") && p->page->tab->sees.requests;
    if (p->result->arrived && !saves->open && !expects && !p->result->asked[0] &&
        nothing_is_put_off(p))
        return true;
    return ofs_deadline_left(p->end) == 0 || (nothing_begins && !saves->open) ||
           (p->result->asked[0] && nothing_begins);
}

/* After the press: wait until the page's save was answered, or there is nothing to wait for. */
static int await_save(struct ofs_pressing *p, struct ofs_error *err)
{
    p->begin = ofs_deadline_in(OFS_SAVE_BEGINS);
    p->end = ofs_deadline_in(SAVE_ENDS);
    p->dirty = ofs_deadline_in(SAVE_ENABLED);
    for (;;) {
        if (ofs_progress_read(p->page, p->progress, p->deadline, &p->evidence, err))
            return err->code == OFS_ERR_GONE ? 0
                                             : -1; /* the page navigated away: it is read again */
        const cJSON *look = p->progress->result.look;
        const char *state = ofs_json_str(ofs_match_of(look, p->setting), "state", "");
        p->result->arrived = p->result->arrived || ofs_json_bool(look, "arrived", false);
        if (ofs_press_answer(p, !strcmp(state, p->wanted), err))
            return -1;
        struct saves saves = saves_since(p);
        note_saves(p, &saves);
        if (is_over(p, &saves))
            return 0;
        if (!p->result->retried && reached_nothing(p, &saves) && try_otherwise(p, err))
            return -1;
        if (ofs_page_wait(p->page, OFS_PRESS_AGAIN, p->deadline, err))
            return -1;
    }
}

/* Follow the page from now on, to separate the effects of the press from what was there before. */
static int follow(struct ofs_pressing *p, struct ofs_error *err)
{
    const struct ofs_visit here = {
        .path = p->page->at, .setting = p->setting, .stay = true, .as_is = true};
    p->progress = ofs_progress_begin(p->page, &here, err);
    if (!p->progress || ofs_progress_read(p->page, p->progress, p->deadline, &p->evidence, err))
        return -1;
    const cJSON *look = p->progress->result.look;
    p->timers_before = p->evidence.timers_made;
    p->modals_before = (size_t)cJSON_GetArraySize(ofs_json_get(look, "modals"));
    p->prompts_before = p->page->tab->view.prompts;
    snprintf(p->before, sizeof p->before, "%s",
             ofs_json_str(ofs_match_of(look, p->setting), "state", ""));
    return 0;
}

/* Open the menu, and press the item. */
static int press_menu(struct ofs_pressing *p, const cJSON *aim, struct ofs_error *err)
{
    p->is_menu = true;
    int rc = ofs_press_click(p, aim, err);
    rc = rc ? rc : ofs_press_item(p, err);
    bool soft = rc && ((err->code == OFS_ERR_TIMEOUT && ofs_deadline_left(p->deadline)) ||
                       err->code == OFS_ERR_GONE);
    if (rc && !soft)
        return -1;
    if (rc && !p->result->sent)
        return ofs_press_decline(p, "not-ready",
                                 "the page went away when its menu was opened; run again");
    return p->result->sent ? await_save(p, err) : 0;
}

static int press(struct ofs_pressing *p, struct ofs_error *err)
{
    OFS_AUTO_JSON aim = NULL;
    int rc = follow(p, err);
    rc = rc ? rc : ofs_press_aim(p, NULL, &aim, err);
    if (rc && err->code != OFS_ERR_GONE)
        return -1;
    /* Press only in the document that was read. */
    if (rc || p->page->tab->view.commits != p->page->at_commit)
        return ofs_press_decline(p, "not-ready", "the page reloaded before the click; run again");
    if (!aim)
        return 0;
    if (ofs_json_bool(aim, "menu", false))
        return press_menu(p, aim, err);
    int steps = abs((int)ofs_json_num(aim, "steps", 0));
    if (!strcmp(ofs_json_str(aim, "via", ""), "keys") && steps > MOST_KEYS)
        return ofs_press_decline(
            p, "covered", "the wanted choice is %d steps away in its list; choose it by hand",
            steps);
    if (send_input(p, aim, err) &&
        (err->code != OFS_ERR_TIMEOUT || ofs_deadline_left(p->deadline) == 0) &&
        err->code != OFS_ERR_GONE)
        return -1;
    /* If the browser did not confirm the press, or the page was unloaded by it: read the site
     * again, do not press again. */
    return await_save(p, err);
}

int ofs_page_press(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                   ofs_deadline deadline, struct ofs_press *ret_press, struct ofs_error *err)
{
    struct ofs_pressing p = {.page = page,
                             .setting = setting,
                             .wanted = wanted,
                             .deadline = deadline,
                             .result = ret_press};
    *ret_press = (struct ofs_press){0};
    return press(&p, err);
}
