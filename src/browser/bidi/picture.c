#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/bidi/internal.h"
#include "browser/devtools.h"

/* A picture of a box (WebDriver BiDi, 7.3.3.1, browsingContext.captureScreenshot). */

static cJSON *box_of(const struct ofs_box *box)
{
    cJSON *clip = ofs_bidi_object("type", "box");
    cJSON_AddNumberToObject(clip, "x", box->x);
    cJSON_AddNumberToObject(clip, "y", box->y);
    cJSON_AddNumberToObject(clip, "width", box->width);
    cJSON_AddNumberToObject(clip, "height", box->height);
    return clip;
}

/* Chromium renders a tab behind another only for a screencast; this one has one pixel. */
static int take_over_devtools(struct bidi_tab *t, const struct ofs_box *box, ofs_deadline deadline,
                              cJSON **ret_answer, struct ofs_error *err)
{
    struct ofs_error ignored;
    if (ofs_bidi_ask_devtools(t, "Page.startScreencast", ofs_devtools_screencast(), deadline, NULL,
                              err))
        return -1;
    int rc = ofs_bidi_ask_devtools(t, "Page.captureScreenshot", ofs_devtools_picture(box), deadline,
                                   ret_answer, err);
    (void)ofs_bidi_ask_devtools(t, "Page.stopScreencast", cJSON_CreateObject(), deadline, NULL,
                                &ignored);
    return rc;
}

int ofs_bidi_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                        char **ret_png, struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    OFS_AUTO_JSON answer = NULL;
    int rc;
    if (t->devtools[0]) {
        rc = take_over_devtools(t, box, deadline, &answer, err);
    } else {
        cJSON *params = ofs_bidi_in_context(t);
        cJSON_AddStringToObject(params, "origin", "viewport");
        cJSON_AddItemToObject(params, "clip", box_of(box));
        rc = ofs_bidi_ask(t, "browsingContext.captureScreenshot", params, deadline, &answer, err);
    }
    if (rc)
        return -1;
    *ret_png = strdup(ofs_json_str(answer, t->devtools[0] ? "result/data" : "data", ""));
    return *ret_png ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}
