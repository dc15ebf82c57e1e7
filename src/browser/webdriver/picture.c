#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/webdriver/internal.h"

/* A picture of one control. In Chromium: of its box, over DevTools, because the driver's own
 * command would raise the tab. Elsewhere: of an element within the box (17.2 Take Element
 * Screenshot). */

static const char pictured_script[] =
    OFS_WD_PLACE "if (!place || place.document !== document || place.number !== arguments[1]) "
                 "return null;"
                 "return place.probe.pictured();";

static int keep(const char *png, char **ret_png, struct ofs_error *err)
{
    *ret_png = strdup(png);
    return *ret_png ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

static int of_box(struct ofs_wd_tab *t, const struct ofs_box *box, ofs_deadline deadline,
                  char **ret_png, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_JSON answer = NULL;
    if (ofs_wd_lock(b, deadline, err))
        return -1;
    int rc = ofs_wd_switch_to(b, t, deadline, err);
    rc = rc ? rc
            : ofs_wd_devtools(b, "Page.startScreencast", ofs_devtools_screencast(), deadline, NULL,
                              err);
    if (!rc) {
        struct ofs_error ignored;
        rc = ofs_wd_devtools(b, "Page.captureScreenshot", ofs_devtools_picture(box), deadline,
                             &answer, err);
        (void)ofs_wd_devtools(b, "Page.stopScreencast", NULL, deadline, NULL, &ignored);
    }
    ofs_wd_unlock(b);
    return rc ? -1 : keep(ofs_json_str(answer, "data", ""), ret_png, err);
}

int ofs_wd_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                      char **ret_png, struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    struct ofs_wd *b = (struct ofs_wd *)tab->browser;
    OFS_AUTO_JSON answer = NULL;
    if (b->chromium)
        return of_box(t, box, deadline, ret_png, err);
    OFS_AUTO_JSON body = ofs_wd_script(b, pictured_script, t->document);
    OFS_AUTO_JSON element = NULL;
    if (ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &element, err))
        return -1;
    const char *name = element && cJSON_IsString(element->child) ? element->child->valuestring : "";
    if (!*name)
        return ofs_fail(err, OFS_ERR_PEER, "no element lies within the box");
    if (ofs_wd_ask_element(t, OFS_WD_PICTURE, name, deadline, &answer, err))
        return -1;
    return keep(cJSON_IsString(answer) ? answer->valuestring : "", ret_png, err);
}
