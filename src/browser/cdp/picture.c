#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"

/* A picture of a box (Page.captureScreenshot). It waits until the tab is rendered again, and a tab
 * behind another is not rendered without our action: a screencast of one pixel makes the browser
 * render it, without raising it. */

int ofs_cdp_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                       char **ret_png, struct ofs_error *err)
{
    OFS_AUTO_JSON result = NULL;
    struct cdp_tab *t = (struct cdp_tab *)tab;
    if (ofs_cdp_ask(t, "Page.startScreencast", ofs_devtools_screencast(), deadline, NULL, err))
        return -1;
    int rc =
        ofs_cdp_ask(t, "Page.captureScreenshot", ofs_devtools_picture(box), deadline, &result, err);
    struct ofs_error ignored;
    (void)ofs_cdp_ask(t, "Page.stopScreencast", NULL, deadline, NULL, &ignored);
    if (rc)
        return -1;
    *ret_png = strdup(ofs_json_str(result, "data", ""));
    return *ret_png ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}
