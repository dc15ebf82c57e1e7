#include <stdio.h>
#include <string.h>

#include "page/internal.h"

/* Where to press: the point of the control that the pointer reaches, or the item of its menu.
 * Milliseconds. */
enum {
    COVER_LIMIT = 4000, /* for a cover over the control to go away without our action */
    MENU_OPENS = 5000,  /* for a menu to show its items */
    MOST_AIMS = 3,      /* attempts to aim at a control that moves away from the pointer */
    MENU_SETTLES = 120,
};

int ofs_press_decline(struct ofs_pressing *p, const char *reason, const char *fmt, ...)
{
    va_list ap;
    p->result->reason = reason;
    va_start(ap, fmt);
    vsnprintf(p->result->detail, sizeof p->result->detail, fmt, ap);
    va_end(ap);
    return 0;
}

int ofs_press_click(struct ofs_pressing *p, const cJSON *aim, struct ofs_error *err)
{
    return p->page->browser->ops->click(
        p->page->tab, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1),
        ofs_deadline_min(p->deadline, ofs_deadline_in(OFS_PRESS_BUDGET)), err);
}

static cJSON *question_about(const struct ofs_pressing *p, const char *avoid)
{
    cJSON *args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "id", p->setting->id);
    cJSON_AddStringToObject(args, "wanted", p->wanted);
    ofs_json_add_str(args, "avoid", avoid);
    return args;
}

/* The pointer is moved first: the page may shift then, and the press would hit something else.
 * `*ret_ok`: a press at the element under the pointer reaches what the question is about: the
 * control, or what was aimed at last if the question is empty. */
static int hover(struct ofs_pressing *p, const cJSON *aim, cJSON *question, bool *ret_ok,
                 struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = p->page->browser->ops;
    double x = ofs_json_num(aim, "x", -1), y = ofs_json_num(aim, "y", -1);
    OFS_AUTO_JSON answer = NULL;
    *ret_ok = true;
    if (!ops->hover)
        return 0;
    if (ops->hover(p->page->tab, x, y,
                   ofs_deadline_min(p->deadline, ofs_deadline_in(OFS_PRESS_BUDGET)), err))
        return -1;
    cJSON_AddNumberToObject(question, "x", x);
    cJSON_AddNumberToObject(question, "y", y);
    if (ofs_page_ask(p->page, "under", question, p->deadline, &answer, err))
        return -1;
    *ret_ok = ofs_json_bool(answer, "ok", false);
    return 0;
}

static int hover_control(struct ofs_pressing *p, const cJSON *aim, bool *ret_ok,
                         struct ofs_error *err)
{
    OFS_AUTO_JSON question = question_about(p, NULL);
    cJSON_AddStringToObject(question, "via", ofs_json_str(aim, "via", ""));
    return hover(p, aim, question, ret_ok, err);
}

bool ofs_press_is_by_keys(const cJSON *aim)
{
    const char *via = ofs_json_str(aim, "via", "");
    return !strcmp(via, "keys") || !strcmp(via, "keyboard");
}

static int tell_covered(struct ofs_pressing *p, const cJSON *aim)
{
    const char *cover = ofs_json_str(aim, "cover", "");
    if (cover[0])
        return ofs_press_decline(p, "covered",
                                 "%s covers the control; close it by hand and run again", cover);
    return ofs_press_decline(p, "covered",
                             "the control has no visible place to click; use it by hand");
}

int ofs_press_aim(struct ofs_pressing *p, const char *avoid, cJSON **ret_aim, struct ofs_error *err)
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
            return ofs_press_decline(p, "not-found",
                                     "the control was gone before the click; run again");
        if (ofs_json_bool(aim, "forbidden", false))
            return ofs_press_decline(
                p, "not-found",
                "what was found is on the scenario's list of what is never pressed; "
                "use it by hand");
        if (ofs_json_bool(aim, "no_word", false))
            return ofs_press_decline(p, "wording-changed",
                                     "no choice on the page is known to mean '%s'; choose by hand",
                                     p->wanted);
        bool has_place = ofs_json_get(aim, "via") != NULL;
        bool folded = ofs_json_bool(aim, "folded", false), ok = true;
        if (has_place && !folded && !ofs_press_is_by_keys(aim) && hover_control(p, aim, &ok, err))
            return -1;
        if (has_place && folded && !unfolded) {
            unfolded = true;
            if (ofs_press_click(p, aim, err))
                return -1;
        } else if (has_place && !folded && ok) {
            *ret_aim = aim;
            aim = NULL;
            return 0;
        } else if (!ok && ++aims < MOST_AIMS) {
            continue;
        }
        if (!ok)
            return ofs_press_decline(p, "covered",
                                     "the control moves away from the pointer; use it by hand");
        if (ofs_deadline_left(limit) == 0)
            return tell_covered(p, aim);
        if (ofs_page_wait(p->page, OFS_PRESS_AGAIN, p->deadline, err))
            return -1;
    }
}

/* ---- the item of a menu ---- */

static int click_item(struct ofs_pressing *p, const cJSON *aim, bool *ret_clicked,
                      struct ofs_error *err)
{
    OFS_AUTO_JSON question = cJSON_CreateObject();
    bool ok;
    *ret_clicked = false;
    if (hover(p, aim, question, &ok, err))
        return -1;
    *ret_clicked = ok;
    return ok ? ofs_press_click(p, aim, err) : 0;
}

static int tell_no_item(struct ofs_pressing *p, const cJSON *aim)
{
    int count = (int)ofs_json_num(aim, "count", 0);
    if (!ofs_json_bool(aim, "open", false))
        return ofs_press_decline(p, "not-found",
                                 "its menu did not open, and nothing was chosen; choose by hand");
    if (ofs_json_bool(aim, "forbidden", false))
        return ofs_press_decline(
            p, "ambiguous",
            "the item that answers to '%s' is on the list of what is never pressed; "
            "choose by hand",
            p->wanted);
    if (ofs_json_bool(aim, "disabled", false))
        return ofs_press_decline(p, "not-ready", "its menu does not offer '%s' now; choose by hand",
                                 p->wanted);
    if (count == 1)
        return ofs_press_decline(p, "covered",
                                 "the item of its menu has no place to press; choose by hand");
    return ofs_press_decline(
        p, count ? "ambiguous" : "not-found",
        count ? "%d items of its menu answer to '%s', and none was chosen; choose by hand"
              : "%d items of its menu answer to '%s'; choose by hand",
        count, p->wanted);
}

int ofs_press_item(struct ofs_pressing *p, struct ofs_error *err)
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
        if (equal >= 2 && click_item(p, aim, &clicked, err)) {
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
        if (ofs_page_wait(p->page, equal ? MENU_SETTLES : OFS_PRESS_AGAIN, p->deadline, err))
            return -1;
    }
}
