#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"

/* A picture of a box (Page.captureScreenshot). It waits for the tab to be drawn anew, and a tab
 * behind another is drawn by chance: in a browser of our own it goes to the front first. A person's
 * browser shows what its person looks at, and there a picture may not come in time. */

enum { BEHIND = 1500 }; /* milliseconds for one of a tab behind another */

static int take(struct cdp_tab *t, const struct ofs_box *box, ofs_deadline deadline,
                cJSON **ret_result, struct ofs_error *err)
{
    return ofs_cdp_ask(t, "Page.captureScreenshot", ofs_devtools_picture(box), deadline, ret_result,
                       err);
}

/* One tab at a time is in front. */
static int take_in_front(struct cdp_tab *t, const struct ofs_box *box, ofs_deadline deadline,
                         cJSON **ret_result, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    while (b->in_front)
        if (ofs_loop_turn(b->browser.loop, deadline, err))
            return -1;
    b->in_front = true;
    int rc = ofs_cdp_ask(t, "Page.bringToFront", NULL, deadline, NULL, err);
    rc = rc ? rc : take(t, box, deadline, ret_result, err);
    b->in_front = false;
    ofs_loop_notify(b->browser.loop);
    return rc;
}

int ofs_cdp_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                       char **ret_png, struct ofs_error *err)
{
    const struct cdp *b = (struct cdp *)tab->browser;
    OFS_AUTO_JSON result = NULL;
    struct cdp_tab *t = (struct cdp_tab *)tab;
    ofs_deadline soon = ofs_deadline_min(deadline, ofs_deadline_in(BEHIND));
    if (b->process ? take_in_front(t, box, deadline, &result, err)
                   : take(t, box, soon, &result, err))
        return -1;
    *ret_png = strdup(ofs_json_str(result, "data", ""));
    return *ret_png ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}
