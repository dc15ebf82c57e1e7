#include <stdio.h>
#include <string.h>

#include "page/internal.h"

/* The way to a control that is not there when the page has loaded: account menu, Settings, tab,
 * row. Each step is a press that changes nothing at the site; the probe refuses all other presses
 * (probe/7-steps.js). */

enum {
    OPENS = 4000,    /* ms for the opened content to appear */
    AGAIN = 2500,    /* ms until a press that opened nothing is repeated: the page may not have
                        started before */
    MOST_TRIES = 3,  /* presses of one step */
    SETTLES = 1500,  /* ms for an element to become pressable */
    PRESSING = 8000, /* ms for one press */
};

static int ask(struct ofs_page *page, struct ofs_progress *p, int from, ofs_deadline deadline,
               cJSON **ret_aim, struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "id", p->visit.setting->id);
    cJSON_AddNumberToObject(args, "from", from);
    return ofs_page_ask(page, "aim_open", args, deadline, ret_aim, err);
}

/* Move the pointer there, and click if it is still over the element. */
static int click(struct ofs_page *page, double x, double y, ofs_deadline deadline,
                 bool *ret_clicked, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    ofs_deadline soon = ofs_deadline_min(deadline, ofs_deadline_in(PRESSING));
    OFS_AUTO_JSON under = NULL;
    *ret_clicked = false;
    if (ops->hover) {
        OFS_AUTO_JSON args = cJSON_CreateObject();
        cJSON_AddNumberToObject(args, "x", x);
        cJSON_AddNumberToObject(args, "y", y);
        if (ops->hover(page->tab, x, y, soon, err) ||
            ofs_page_ask(page, "under", args, deadline, &under, err))
            return -1;
        if (!ofs_json_bool(under, "ok", false))
            return 0; /* it moved: look for it again */
    }
    *ret_clicked = true;
    return ops->click(page->tab, x, y, soon, err);
}

static int press(struct ofs_page *page, struct ofs_progress *p, const cJSON *aim,
                 ofs_deadline deadline, struct ofs_error *err)
{
    int step = (int)ofs_json_num(aim, "step", 0);
    bool clicked;
    page->tab->opens = true;
    int rc = click(page, ofs_json_num(aim, "x", -1), ofs_json_num(aim, "y", -1), deadline, &clicked,
                   err);
    page->tab->opens = false;
    if (rc || !clicked)
        return rc;
    p->tries = step + 1 == p->opened ? p->tries + 1 : 1;
    p->opened = step + 1;
    p->opened_ms = p->still_since = p->calm_since = ofs_now_ms();
    p->rounds = 0;
    p->searched = p->unfolded = false;
    return 0;
}

/* Nothing further is there. The last press may need time, or has to be repeated. */
static int wait_or_repeat(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                          struct ofs_error *err)
{
    int64_t since = p->opened ? ofs_now_ms() - p->opened_ms : ofs_now_ms() - p->began;
    OFS_AUTO_JSON aim = NULL;
    if (p->opened && p->tries < MOST_TRIES && since >= AGAIN) {
        if (ask(page, p, p->opened - 1, deadline, &aim, err))
            return -1;
        bool same = ofs_json_num(aim, "step", -1) == p->opened - 1 && ofs_json_get(aim, "via");
        if (same && !ofs_json_bool(aim, "expanded", false) && ofs_json_num(aim, "count", 0) == 1 &&
            press(page, p, aim, deadline, err))
            return -1;
    }
    return since < OPENS;
}

/* The element that the probe refuses to press, and why, once the page is still. */
static int refuse(struct ofs_progress *p, const cJSON *aim)
{
    const char *name = ofs_json_str(aim, "name", ""), *why = ofs_json_str(aim, "refused", NULL);
    int count = (int)ofs_json_num(aim, "count", 0);
    if (ofs_now_ms() - p->still_since < SETTLES)
        return 1;
    if (count > 1)
        ofs_visit_fail(&p->result, "ambiguous",
                       "%d things on the page are called \"%.100s\", and one of them leads to the "
                       "control; nothing was pressed; open it by hand",
                       count, name);
    else
        ofs_visit_fail(&p->result, "not-found",
                       "the way to the control leads over \"%.100s\", and %s; it was not pressed; "
                       "open it by hand",
                       name, why);
    return 2;
}

int ofs_open_way(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                 struct ofs_error *err)
{
    const struct ofs_setting *setting = p->visit.setting;
    const cJSON *look = p->result.look;
    OFS_AUTO_JSON aim = NULL;
    if (!setting || !setting->open)
        return 0;
    bool started = ofs_json_bool(look, "complete", false) &&
                   !cJSON_IsFalse(ofs_json_get(look, "boot")) &&
                   !cJSON_IsFalse(ofs_json_get(look, "canary"));
    if (!started || p->rounds < 2)
        return 0;
    if (ask(page, p, p->opened, deadline, &aim, err))
        return -1;
    p->result.way[0] = '\0';
    if (ofs_json_bool(aim, "done", false))
        return 0;
    int count = (int)ofs_json_num(aim, "count", 0);
    if (count > 1 || ofs_json_str(aim, "refused", NULL))
        return refuse(p, aim);
    if (count == 1 && ofs_json_get(aim, "via"))
        return press(page, p, aim, deadline, err) ? -1 : 1;
    const cJSON *next = cJSON_GetArrayItem(setting->open, p->opened);
    const cJSON *names = ofs_json_get(next, "names");
    const char *name = names && names->child && names->child->child
                           ? names->child->child->valuestring
                           : ofs_json_str(next, "key", "the control");
    snprintf(p->result.way, sizeof p->result.way, "%.120s", name);
    return wait_or_repeat(page, p, deadline, err);
}
