#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "page/internal.h"

/* One press, and what comes of it. Milliseconds. */
enum {
    COVER_PATIENCE = 4000, /* for what covers the control to go away by itself */
    PRESS_BUDGET = 10000,
    SAVE_BEGINS = 2500, /* a save that has not begun by then is not awaited */
    SAVE_ENDS = 20000,
    MOST_KEYS = 1, /* steps of a choice: each of them is a save of its own */
    TICK = 150,
};

static int decline(struct ofs_flip *flip, const char *reason, const char *fmt, ...)
    OFS_PRINTF(3, 4);

static int decline(struct ofs_flip *flip, const char *reason, const char *fmt, ...)
{
    va_list ap;
    flip->reason = reason;
    va_start(ap, fmt);
    vsnprintf(flip->detail, sizeof flip->detail, fmt, ap);
    va_end(ap);
    return 0;
}

static int click_at(struct ofs_page *page, const cJSON *aim, ofs_deadline deadline,
                    struct ofs_error *err)
{
    return page->browser->ops->click(
        page->tab, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1),
        ofs_deadline_min(deadline, ofs_deadline_in(PRESS_BUDGET)), err);
}

/* Where to press. Unfolds a closed <details> and waits a while for a cover to go. `*ret_aim` is
 * NULL when the flip was declined. */
static int take_aim(struct ofs_page *page, const char *id, const char *wanted,
                    ofs_deadline deadline, cJSON **ret_aim, struct ofs_flip *flip,
                    struct ofs_error *err)
{
    ofs_deadline patience = ofs_deadline_in(COVER_PATIENCE);
    OFS_AUTO_JSON args = cJSON_CreateObject();
    bool unfolded = false;
    cJSON_AddStringToObject(args, "id", id);
    cJSON_AddStringToObject(args, "wanted", wanted);
    *ret_aim = NULL;
    for (;;) {
        OFS_AUTO_JSON aim = NULL;
        if (ofs_page_ask(page, "aim", args, deadline, &aim, err))
            return -1;
        if (ofs_json_bool(aim, "gone", false))
            return decline(flip, "not-found",
                           "the control was gone when it was to be pressed; run again");
        if (ofs_json_bool(aim, "no_word", false))
            return decline(flip, "wording-changed",
                           "none of the choices is known to mean '%s'; choose by hand", wanted);
        bool folded = ofs_json_bool(aim, "folded", false);
        if (ofs_json_get(aim, "via") && folded && !unfolded) {
            unfolded = true;
            if (click_at(page, aim, deadline, err))
                return -1;
        } else if (ofs_json_get(aim, "via") && !folded) {
            *ret_aim = aim;
            aim = NULL;
            return 0;
        }
        if (ofs_deadline_left(patience) == 0) {
            const char *cover = ofs_json_str(aim, "cover", "");
            return decline(flip, "covered",
                           cover[0] ? "%s lies over the control; close it by hand and run again"
                                    : "the control has no place to press%s; use it by hand",
                           cover);
        }
        if (ofs_page_wait(page, TICK, deadline, err))
            return -1;
    }
}

static bool is_save_method(const char *method)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(method, methods[i]))
            return true;
    return false;
}

/* The path of an address, compared up to its query. */
static bool has_path(const char *url, const char *path)
{
    const char *rest = strstr(url, "://");
    rest = rest ? strchr(rest + 3, '/') : NULL;
    size_t n = strlen(path);
    return rest && !strncmp(rest, path, n) && strchr("?#", rest[n]);
}

/* The page's own saves since the press. */
struct saves {
    bool any, open; /* something was sent; something is not answered yet */
    bool named;     /* the one that the scenario names was sent */
    bool named_open;
    int status; /* of the named one, or the worst of the others */
};

static struct saves look_at_saves(const struct ofs_page *page, const struct ofs_setting *setting,
                                  unsigned from)
{
    const char *path = ofs_json_str(setting->save, "path", NULL);
    const char *method = ofs_json_str(setting->save, "method", NULL);
    struct saves saves = {0};
    for (unsigned serial = from + 1; serial <= page->tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(page->tab, serial);
        size_t n = strlen(page->origin);
        if (!r || !r->url || !is_save_method(r->method) || strncmp(r->url, page->origin, n))
            continue;
        bool named = path && has_path(r->url, path) && (!method || !strcmp(method, r->method));
        bool open = !r->ended && !r->left && !r->answered_ms;
        int status = r->status; /* whether or not the page reads the rest of the answer */
        saves.any = true;
        saves.open = saves.open || open;
        if (named) {
            saves.named_open = open;
            saves.status = status;
        } else if (!saves.named && status > saves.status) {
            saves.status = status;
        }
        saves.named = saves.named || named;
    }
    return saves;
}

/* A button that the scenario names, in the site's question or beside the control. */
static int press_named(struct ofs_page *page, const cJSON *names_by_language, bool in_dialog,
                       ofs_deadline deadline, bool *ret_pressed, struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON aim = NULL;
    cJSON *names = cJSON_AddArrayToObject(args, "names");
    const cJSON *list, *name;
    *ret_pressed = false;
    cJSON_ArrayForEach(list, names_by_language)
    {
        cJSON_ArrayForEach(name, list)
        {
            cJSON_AddItemToArray(names, cJSON_Duplicate(name, true));
        }
    }
    if (cJSON_GetArraySize(names) == 0)
        return 0;
    cJSON_AddBoolToObject(args, "dialog", in_dialog);
    if (ofs_page_ask(page, "aim_button", args, deadline, &aim, err))
        return -1;
    if (ofs_json_num(aim, "count", 0) != 1 || ofs_json_bool(aim, "disabled", false) ||
        !ofs_json_get(aim, "via"))
        return 0;
    if (click_at(page, aim, deadline, err))
        return -1;
    *ret_pressed = true;
    return 0;
}

/* What has been done about the site's questions. */
struct questions {
    size_t modals_before;
    unsigned prompts_before;
    bool confirmed, saved;
};

static int answer_questions(struct ofs_page *page, const struct ofs_setting *setting,
                            const cJSON *look, bool is_wanted, struct questions *q,
                            ofs_deadline deadline, struct ofs_flip *flip, struct ofs_error *err)
{
    const cJSON *modals = ofs_json_get(look, "modals");
    size_t count = (size_t)cJSON_GetArraySize(modals);
    if (count > q->modals_before && !q->confirmed) {
        if (press_named(page, setting->confirm, true, deadline, &q->confirmed, err))
            return -1;
        if (!q->confirmed && !flip->asked[0])
            snprintf(flip->asked, sizeof flip->asked, "%s",
                     cJSON_GetArrayItem(modals, (int)count - 1)->valuestring);
        if (q->confirmed)
            flip->asked[0] = '\0';
    }
    if (page->tab->view.prompts > q->prompts_before && !flip->asked[0])
        snprintf(flip->asked, sizeof flip->asked, "%.190s", page->tab->view.prompt);
    const cJSON *button = ofs_json_get(setting->save, "button");
    if (button && is_wanted && !q->saved)
        return press_named(page, button, false, deadline, &q->saved, err);
    return 0;
}

/* After the press: until the page's save was answered, or there is nothing to wait for. */
static int await_save(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                      unsigned from, struct questions *q, ofs_deadline deadline,
                      struct ofs_flip *flip, struct ofs_error *err)
{
    ofs_deadline begin = ofs_deadline_in(SAVE_BEGINS), end = ofs_deadline_in(SAVE_ENDS);
    for (;;) {
        OFS_AUTO_JSON look = NULL;
        if (ofs_page_look(page, deadline, &look, err)) {
            if (err->code != OFS_ERR_GONE)
                return -1;
            return 0; /* the page went elsewhere: what it did is read after a reload */
        }
        const cJSON *match = ofs_json_get(ofs_json_get(look, "matches"), setting->id);
        bool is_wanted = !strcmp(ofs_json_str(match, "state", ""), wanted);
        flip->arrived = flip->arrived || ofs_json_bool(look, "arrived", false);
        bool had_answered = q->confirmed || q->saved;
        if (answer_questions(page, setting, look, is_wanted, q, deadline, flip, err))
            return -1;
        if (!had_answered && (q->confirmed || q->saved))
            begin = ofs_deadline_in(SAVE_BEGINS);
        struct saves saves = look_at_saves(page, setting, from);
        flip->save_named = saves.named;
        flip->save_status = saves.status;
        flip->save_open = saves.open;
        if (saves.named && !saves.named_open)
            return 0;
        bool over = ofs_deadline_left(end) == 0;
        bool nothing_begins = ofs_deadline_left(begin) == 0;
        if (over || (nothing_begins && !saves.open) || (flip->asked[0] && nothing_begins))
            return 0;
        if (ofs_page_wait(page, TICK, deadline, err))
            return -1;
    }
}

static int press(struct ofs_page *page, const cJSON *aim, ofs_deadline deadline,
                 struct ofs_flip *flip, struct ofs_error *err)
{
    const char *via = ofs_json_str(aim, "via", "");
    int steps = (int)ofs_json_num(aim, "steps", 0);
    ofs_deadline budget = ofs_deadline_min(deadline, ofs_deadline_in(PRESS_BUDGET));
    if (!strcmp(via, "keys") && (steps > MOST_KEYS || steps < -MOST_KEYS))
        return decline(flip, "covered",
                       "the wanted choice is %d steps away in its list; choose it by hand",
                       steps < 0 ? -steps : steps);
    flip->sent = true;
    if (!strcmp(via, "keys"))
        return page->browser->ops->press_key(page->tab, steps < 0 ? "ArrowUp" : "ArrowDown", budget,
                                             err);
    if (!strcmp(via, "keyboard"))
        return page->browser->ops->press_key(page->tab, " ", budget, err);
    return click_at(page, aim, deadline, err);
}

int ofs_page_flip(struct ofs_page *page, const struct ofs_setting *setting, const char *wanted,
                  ofs_deadline deadline, struct ofs_flip *ret_flip, struct ofs_error *err)
{
    OFS_AUTO_JSON aim = NULL;
    OFS_AUTO_JSON before = NULL;
    *ret_flip = (struct ofs_flip){0};
    int rc = ofs_page_look(page, deadline, &before, err);
    if (!rc)
        rc = take_aim(page, setting->id, wanted, deadline, &aim, ret_flip, err);
    if (rc && err->code != OFS_ERR_GONE)
        return -1;
    /* Another document than the one that was read is not pressed on. */
    if (rc || page->tab->view.commits != page->at_commit)
        return decline(ret_flip, "not-ready",
                       "the page loaded itself anew when it was to be pressed; run again");
    if (!aim)
        return 0;
    struct questions q = {
        .modals_before = (size_t)cJSON_GetArraySize(ofs_json_get(before, "modals")),
        .prompts_before = page->tab->view.prompts,
    };
    unsigned from = page->tab->view.last_serial;
    if (press(page, aim, deadline, ret_flip, err)) {
        if (err->code != OFS_ERR_TIMEOUT || ofs_deadline_left(deadline) == 0)
            return -1;
        /* The browser did not say that it took the press: the site is read again, not pressed. */
    }
    if (!ret_flip->sent)
        return 0;
    return await_save(page, setting, wanted, from, &q, deadline, ret_flip, err);
}
