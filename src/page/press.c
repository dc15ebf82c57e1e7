#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page/internal.h"

/* One press and its result. Milliseconds. */
enum {
    COVER_LIMIT = 4000, /* for a cover over the control to go away without our action */
    PRESS_BUDGET = 10000,
    LANDING = 700, /* for a press to reach its control, before another kind of input is tried */
    SAVE_BEGINS = 2500, /* a save that has not begun by then is not awaited, if it is unknown
                           whether one is coming */
    SAVE_ENDS = 20000,
    SAVE_ENABLED = 6000, /* for a Save button to become enabled after the flip */
    MENU_OPENS = 5000,   /* for a menu to show its items */
    MOST_KEYS = 1,       /* steps of a choice: each step is a separate save */
    MOST_AIMS = 3,       /* attempts to aim at a control that moves away from the pointer */
    AGAIN = 250,
    MENU_SETTLES = 120,
};

/* The data of a press. */
struct press {
    struct ofs_page *page;
    const struct ofs_setting *setting;
    const char *wanted;
    ofs_deadline deadline;
    struct ofs_press *result;
    struct ofs_progress *progress; /* since just before the input */
    struct ofs_evidence evidence;  /* of the last read */
    char before[64];               /* the state that was shown */
    int timers_before;
    int64_t sent_at;
    /* the site's dialogs */
    size_t modals_before;
    unsigned prompts_before;
    uint64_t answered;       /* which of the scenario's dialogs were, one bit each */
    char answered_last[160]; /* the dialog that was answered last, as it was shown */
    bool saved;
    bool is_menu;
    ofs_deadline begin, end; /* of the save */
    ofs_deadline dirty;      /* for the Save button to become enabled */
};

static int decline(struct press *p, const char *reason, const char *fmt, ...) OFS_PRINTF(3, 4);

static int decline(struct press *p, const char *reason, const char *fmt, ...)
{
    va_list ap;
    p->result->reason = reason;
    va_start(ap, fmt);
    vsnprintf(p->result->detail, sizeof p->result->detail, fmt, ap);
    va_end(ap);
    return 0;
}

static int click_at(struct press *p, const cJSON *aim, struct ofs_error *err)
{
    return p->page->browser->ops->click(
        p->page->tab, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1),
        ofs_deadline_min(p->deadline, ofs_deadline_in(PRESS_BUDGET)), err);
}

/* ---- aiming ---- */

static cJSON *question_about(const struct press *p, const char *avoid)
{
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "id", p->setting->id);
    cJSON_AddStringToObject(args, "wanted", p->wanted);
    ofs_json_add_str(args, "avoid", avoid);
    return args;
}

/* The pointer is moved first: the page may shift then, and the press would hit something else.
 * `*ret_ok`: the element under the pointer still passes the press to the control. */
static int hover(struct press *p, const cJSON *aim, bool *ret_ok, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = p->page->browser->ops;
    OFS_AUTO_JSON answer = NULL;
    *ret_ok = true;
    if (!ops->hover)
        return 0;
    if (ops->hover(p->page->tab, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1),
                   ofs_deadline_min(p->deadline, ofs_deadline_in(PRESS_BUDGET)), err))
        return -1;
    OFS_AUTO_JSON args = question_about(p, NULL);
    cJSON_AddItemToObject(args, "via", cJSON_CreateString(ofs_json_str(aim, "via", "")));
    cJSON_AddNumberToObject(args, "x", ofs_json_num(aim, "x", -1));
    cJSON_AddNumberToObject(args, "y", ofs_json_num(aim, "y", -1));
    if (ofs_page_ask(p->page, "under", args, p->deadline, &answer, err))
        return -1;
    *ret_ok = ofs_json_bool(answer, "ok", true);
    return 0;
}

static bool is_by_keys(const cJSON *aim)
{
    const char *via = ofs_json_str(aim, "via", "");
    return !strcmp(via, "keys") || !strcmp(via, "keyboard");
}

static int tell_covered(struct press *p, const cJSON *aim)
{
    const char *cover = ofs_json_str(aim, "cover", "");
    if (cover[0])
        return decline(p, "covered", "%s covers the control; close it by hand and run again",
                       cover);
    return decline(p, "covered", "the control has no visible place to click; use it by hand");
}

/* Where to press. Opens a closed <details>, and waits a while for a cover to go. `*ret_aim` is NULL
 * if the press was declined. */
static int take_aim(struct press *p, const char *avoid, cJSON **ret_aim, struct ofs_error *err)
{
    ofs_deadline limit = ofs_deadline_in(COVER_LIMIT);
    OFS_AUTO_JSON args = question_about(p, avoid);
    bool unfolded = false;
    int aims = 0;
    *ret_aim = NULL;
    for (;;) {
        OFS_AUTO_JSON aim = NULL;
        if (ofs_page_ask(p->page, "aim", args, p->deadline, &aim, err))
            return -1;
        if (ofs_json_bool(aim, "gone", false))
            return decline(p, "not-found", "the control was gone before the click; run again");
        if (ofs_json_bool(aim, "forbidden", false))
            return decline(p, "not-found",
                           "what was found is on the scenario's list of what is never pressed; "
                           "use it by hand");
        if (ofs_json_bool(aim, "no_word", false))
            return decline(p, "wording-changed",
                           "no choice on the page is known to mean '%s'; choose by hand",
                           p->wanted);
        bool has_place = ofs_json_get(aim, "via") != NULL;
        bool folded = ofs_json_bool(aim, "folded", false), ok = true;
        if (has_place && !folded && !is_by_keys(aim) && hover(p, aim, &ok, err))
            return -1;
        if (has_place && folded && !unfolded) {
            unfolded = true;
            if (click_at(p, aim, err))
                return -1;
        } else if (has_place && !folded && ok) {
            *ret_aim = aim;
            aim = NULL;
            return 0;
        } else if (!ok && ++aims < MOST_AIMS) {
            continue;
        }
        if (!ok)
            return decline(p, "covered", "the control moves away from the pointer; use it by hand");
        if (ofs_deadline_left(limit) == 0)
            return tell_covered(p, aim);
        if (ofs_page_wait(p->page, AGAIN, p->deadline, err))
            return -1;
    }
}

/* ---- the page's own saves ---- */

/* Those since the press. */
struct saves {
    bool any, open; /* something was sent; something is not answered yet */
    bool named;     /* the one that the scenario names was sent */
    bool named_open;
    bool failed;
    int status; /* of the named one, or the worst of the others */
};

static struct saves saves_since(const struct press *p)
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

static void note_saves(struct press *p, const struct saves *saves)
{
    p->result->save_named = saves->named;
    p->result->save_status = saves->status;
    p->result->save_open = saves->open;
    p->result->save_failed = saves->failed;
}

/* ---- the site's dialogs ---- */

/* The wordings of all languages in one list. */
static int add_names(cJSON *args, const char *key, const cJSON *by_language)
{
    cJSON *names = cJSON_AddArrayToObject(args, key);
    const cJSON *list, *name;
    cJSON_ArrayForEach(list, by_language)
    {
        cJSON_ArrayForEach(name, list)
        {
            cJSON_AddItemToArray(names, cJSON_Duplicate(name, true));
        }
    }
    return cJSON_GetArraySize(names);
}

/* A button that the scenario names: in the site's dialog (which must contain one of `asks`, if
 * given), or beside the control. */
static int press_named(struct press *p, const cJSON *names, const cJSON *asks, bool in_dialog,
                       bool *ret_pressed, struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON aim = NULL;
    *ret_pressed = false;
    if (add_names(args, "names", names) == 0)
        return 0;
    add_names(args, "asks", asks);
    cJSON_AddStringToObject(args, "id", p->setting->id);
    cJSON_AddBoolToObject(args, "dialog", in_dialog);
    if (ofs_page_ask(p->page, "aim_button", args, p->deadline, &aim, err))
        return -1;
    if (ofs_json_num(aim, "count", 0) != 1 || ofs_json_bool(aim, "disabled", false) ||
        !ofs_json_get(aim, "via"))
        return 0;
    if (click_at(p, aim, err))
        return -1;
    *ret_pressed = true;
    return 0;
}

/* One dialog, or several in order; each is answered once. */
static int confirm(struct press *p, const char *question, bool *ret_answered, struct ofs_error *err)
{
    const cJSON *all = p->setting->confirm, *one;
    int i = 0;
    *ret_answered = false;
    if (!strcmp(question, p->answered_last))
        return 0; /* it is being closed */
    if (cJSON_IsObject(all) && !p->answered && press_named(p, all, NULL, true, ret_answered, err))
        return -1;
    if (cJSON_IsArray(all))
        cJSON_ArrayForEach(one, all)
        {
            bool is_due = i < 64 && !(p->answered >> i);
            if (is_due && press_named(p, ofs_json_get(one, "button"), ofs_json_get(one, "asks"),
                                      true, ret_answered, err))
                return -1;
            if (*ret_answered)
                break;
            i++;
        }
    if (*ret_answered) {
        p->answered |= (uint64_t)1 << i;
        snprintf(p->answered_last, sizeof p->answered_last, "%s", question);
    }
    return 0;
}

static int answer_questions(struct press *p, bool is_wanted, struct ofs_error *err)
{
    const cJSON *look = p->progress->result.look, *modals = ofs_json_get(look, "modals");
    size_t count = (size_t)cJSON_GetArraySize(modals);
    char *asked = p->result->asked;
    bool has_answered = false, has_saved = false;
    if (count > p->modals_before) {
        const char *question = cJSON_GetArrayItem(modals, (int)count - 1)->valuestring;
        if (confirm(p, question, &has_answered, err))
            return -1;
        if (!has_answered && !asked[0] && strcmp(question, p->answered_last))
            snprintf(asked, sizeof p->result->asked, "%s", question);
        if (has_answered)
            asked[0] = '\0';
    }
    if (p->page->tab->view.prompts > p->prompts_before && !asked[0])
        snprintf(asked, sizeof p->result->asked, "%.190s", p->page->tab->view.prompt);
    const cJSON *button = ofs_json_get(p->setting->save, "button");
    if (button && is_wanted && !p->saved && press_named(p, button, NULL, false, &has_saved, err))
        return -1;
    p->saved = p->saved || has_saved;
    if (has_answered || has_saved)
        p->begin = ofs_deadline_in(SAVE_BEGINS);
    return 0;
}

/* ---- pressing ---- */

static int send_input(struct press *p, const cJSON *aim, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = p->page->browser->ops;
    const char *via = ofs_json_str(aim, "via", "");
    int steps = (int)ofs_json_num(aim, "steps", 0);
    ofs_deadline budget = ofs_deadline_min(p->deadline, ofs_deadline_in(PRESS_BUDGET));
    p->result->sent = true;
    p->result->by_keyboard = is_by_keys(aim);
    p->sent_at = ofs_now_ms();
    if (!strcmp(via, "keys"))
        return ops->press_key(p->page->tab, steps < 0 ? "ArrowUp" : "ArrowDown", budget, err);
    if (!strcmp(via, "keyboard"))
        return ops->press_key(p->page->tab, " ", budget, err);
    return click_at(p, aim, err);
}

/* No reaction of the page shows that the input reached it: its control got no event, nothing was
 * sent, and its state is unchanged. */
static bool reached_nothing(const struct press *p, const struct saves *saves)
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
static int try_otherwise(struct press *p, struct ofs_error *err)
{
    OFS_AUTO_JSON aim = NULL;
    p->result->retried = true;
    if (take_aim(p, p->result->by_keyboard ? "keyboard" : "pointer", &aim, err))
        return -1;
    p->result->reason = NULL; /* the first one was sent: read the site again in any case */
    p->result->detail[0] = '\0';
    bool other = aim && is_by_keys(aim) != p->result->by_keyboard;
    if (!other || p->page->tab->view.commits != p->page->at_commit)
        return 0;
    p->begin = ofs_deadline_in(SAVE_BEGINS);
    return send_input(p, aim, err);
}

/* Is it certain that no save will come? Known only if all work that the page can defer is
 * visible. */
static bool nothing_is_put_off(const struct press *p)
{
    const struct ofs_evidence *e = &p->evidence;
    bool timers = e->knows_timers ? e->timer_ms < 0 || e->timer_ms > SAVE_BEGINS
                                  : e->timers_made >= 0 && e->timers_made == p->timers_before;
    return e->sees_requests && e->sees_channels && e->open == 0 && e->workers == 0 && timers &&
           !e->loops && e->animations == 0 && e->idle && e->rounds >= 2;
}

static bool is_over(const struct press *p, const struct saves *saves)
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
static int await_save(struct press *p, struct ofs_error *err)
{
    p->begin = ofs_deadline_in(SAVE_BEGINS);
    p->end = ofs_deadline_in(SAVE_ENDS);
    p->dirty = ofs_deadline_in(SAVE_ENABLED);
    for (;;) {
        if (ofs_progress_read(p->page, p->progress, p->deadline, &p->evidence, err))
            return err->code == OFS_ERR_GONE ? 0
                                             : -1; /* the page navigated away: it is read again */
        const cJSON *look = p->progress->result.look;
        const char *state = ofs_json_str(ofs_match_of(look, p->setting), "state", "");
        p->result->arrived = p->result->arrived || ofs_json_bool(look, "arrived", false);
        if (answer_questions(p, !strcmp(state, p->wanted), err))
            return -1;
        struct saves saves = saves_since(p);
        note_saves(p, &saves);
        if (is_over(p, &saves))
            return 0;
        if (!p->result->retried && reached_nothing(p, &saves) && try_otherwise(p, err))
            return -1;
        if (ofs_page_wait(p->page, AGAIN, p->deadline, err))
            return -1;
    }
}

/* Follow the page from now on, to separate the effects of the press from what was there before. */
static int follow(struct press *p, struct ofs_error *err)
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

/* Here too the pointer is moved first: the element under it must be the one aimed at. */
static int click_aimed(struct press *p, const cJSON *aim, bool *ret_clicked, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = p->page->browser->ops;
    OFS_AUTO_JSON under = NULL;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    *ret_clicked = false;
    if (ops->hover) {
        if (ops->hover(p->page->tab, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1),
                       ofs_deadline_min(p->deadline, ofs_deadline_in(PRESS_BUDGET)), err))
            return -1;
        cJSON_AddNumberToObject(args, "x", ofs_json_num(aim, "x", -1));
        cJSON_AddNumberToObject(args, "y", ofs_json_num(aim, "y", -1));
        if (ofs_page_ask(p->page, "under", args, p->deadline, &under, err))
            return -1;
        if (!ofs_json_bool(under, "ok", false))
            return 0;
    }
    *ret_clicked = true;
    return click_at(p, aim, err);
}

static int tell_no_item(struct press *p, const cJSON *aim)
{
    int count = (int)ofs_json_num(aim, "count", 0);
    if (!ofs_json_bool(aim, "open", false))
        return decline(p, "not-found",
                       "its menu did not open, and nothing was chosen; choose by hand");
    if (ofs_json_bool(aim, "forbidden", false))
        return decline(p, "ambiguous",
                       "the item that answers to '%s' is on the list of what is never pressed; "
                       "choose by hand",
                       p->wanted);
    if (ofs_json_bool(aim, "disabled", false))
        return decline(p, "not-ready", "its menu does not offer '%s' now; choose by hand",
                       p->wanted);
    if (count == 1)
        return decline(p, "covered", "the item of its menu has no place to press; choose by hand");
    return decline(p, count ? "ambiguous" : "not-found",
                   count
                       ? "%d items of its menu answer to '%s', and none was chosen; choose by hand"
                       : "%d items of its menu answer to '%s'; choose by hand",
                   count, p->wanted);
}

/* Press the one menu item that means the wanted state. Opening the menu has changed nothing. */
static int press_item(struct press *p, struct ofs_error *err)
{
    ofs_deadline limit = ofs_deadline_min(p->deadline, ofs_deadline_in(MENU_OPENS));
    OFS_AUTO_JSON args = question_about(p, NULL);
    for (int equal = 0;;) {
        OFS_AUTO_JSON aim = NULL;
        bool clicked = false;
        if (ofs_page_ask(p->page, "aim_item", args, p->deadline, &aim, err))
            return -1;
        bool ready = ofs_json_num(aim, "count", 0) == 1 && ofs_json_get(aim, "via");
        equal = ready ? equal + 1 : 0; /* a menu may still be moving to its position */
        if (equal >= 2 && click_aimed(p, aim, &clicked, err)) {
            p->result->sent = clicked;
            return -1;
        }
        if (clicked) {
            p->result->sent = true;
            p->sent_at = ofs_now_ms();
            return 0;
        }
        if (!ofs_deadline_left(limit))
            return tell_no_item(p, aim);
        if (ofs_page_wait(p->page, equal ? MENU_SETTLES : AGAIN, p->deadline, err))
            return -1;
    }
}

/* Open the menu, and press the item. */
static int press_menu(struct press *p, const cJSON *aim, struct ofs_error *err)
{
    p->is_menu = true;
    int rc = click_at(p, aim, err);
    rc = rc ? rc : press_item(p, err);
    bool soft = rc && ((err->code == OFS_ERR_TIMEOUT && ofs_deadline_left(p->deadline)) ||
                       err->code == OFS_ERR_GONE);
    if (rc && !soft)
        return -1;
    if (rc && !p->result->sent)
        return decline(p, "not-ready", "the page went away when its menu was opened; run again");
    return p->result->sent ? await_save(p, err) : 0;
}

static int press(struct press *p, struct ofs_error *err)
{
    OFS_AUTO_JSON aim = NULL;
    int rc = follow(p, err);
    rc = rc ? rc : take_aim(p, NULL, &aim, err);
    if (rc && err->code != OFS_ERR_GONE)
        return -1;
    /* Press only in the document that was read. */
    if (rc || p->page->tab->view.commits != p->page->at_commit)
        return decline(p, "not-ready", "the page reloaded before the click; run again");
    if (!aim)
        return 0;
    if (ofs_json_bool(aim, "menu", false))
        return press_menu(p, aim, err);
    int steps = abs((int)ofs_json_num(aim, "steps", 0));
    if (!strcmp(ofs_json_str(aim, "via", ""), "keys") && steps > MOST_KEYS)
        return decline(p, "covered",
                       "the wanted choice is %d steps away in its list; choose it by hand", steps);
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
    struct press p = {.page = page,
                      .setting = setting,
                      .wanted = wanted,
                      .deadline = deadline,
                      .result = ret_press};
    *ret_press = (struct ofs_press){0};
    return press(&p, err);
}
