#include <string.h>

#include "page/internal.h"

/* Further down the page, where more controls may be rendered (the setting's, or a second one with
 * its name), and into a closed section that the scenario names. */

enum {
    MOST_SCROLLS = 20,
    DRAWN_WITHIN = 9000, /* ms: a browser may render a background tab only after seconds */
};

int ofs_scroll_on(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                  struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON answer = NULL;
    bool more = ofs_json_bool(p->result.look, "scroll/more", false) && p->scrolls < MOST_SCROLLS;
    p->drawn = p->drawn || (!p->scrolls && ofs_json_bool(p->result.look, "drawn", false));
    if (p->searched || (!more && p->drawn)) {
        p->searched = true;
        return 0;
    }
    p->scrolls += more;
    cJSON_AddNumberToObject(args, "ms", DRAWN_WITHIN);
    p->missing = "the browser does not draw it in the background";
    if (ofs_page_ask(page, "scroll", args, deadline, &answer, err))
        return -1;
    p->drawn = ofs_json_bool(answer, "drawn", false);
    return 1;
}

int ofs_unfold(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
               struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON aim = NULL;
    if (p->unfolded)
        return 0;
    p->unfolded = true;
    cJSON_AddStringToObject(args, "id", p->visit.setting->id);
    if (ofs_page_ask(page, "aim_fold", args, deadline, &aim, err))
        return -1;
    if (ofs_json_num(aim, "count", 0) != 1 || !ofs_json_get(aim, "via"))
        return 0;
    ofs_deadline soon = ofs_deadline_min(deadline, ofs_deadline_in(5000));
    page->tab->opens = true;
    int rc = page->browser->ops->click(page->tab, ofs_json_num(aim, "x", 0),
                                       ofs_json_num(aim, "y", 0), soon, err);
    page->tab->opens = false;
    return rc ? -1 : 1;
}
