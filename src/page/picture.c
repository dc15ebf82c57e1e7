#include <stdlib.h>
#include <string.h>

#include "page/internal.h"

enum {
    PICTURE_BUDGET = 6000,    /* milliseconds; a tenth of a second is usual */
    MOST_PICTURE = 512 << 10, /* bytes of base64 */
};

static int ask_for_box(struct ofs_page *page, const struct ofs_setting *setting, bool stay,
                       ofs_deadline deadline, cJSON **ret_box, struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddStringToObject(args, "id", setting->id);
    cJSON_AddBoolToObject(args, "stay", stay);
    return ofs_page_ask(page, "picture", args, deadline, ret_box, err);
}

/* PNG (RFC 4648, 4, and the signature of PNG 3, 5.2), without anything that could be parsed as
 * markup. */
static bool is_png(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strspn(text, digits);
    return !strncmp(text, "iVBORw0KGgo", 11) && n + strspn(text + n, "=") == strlen(text) &&
           strlen(text) <= MOST_PICTURE;
}

/* The page is read before and after: if it moved meanwhile, the picture may show more. */
static int take(struct ofs_page *page, const struct ofs_setting *setting, ofs_deadline deadline,
                char **ret_png, struct ofs_error *err)
{
    OFS_AUTO_JSON before = NULL;
    OFS_AUTO_JSON after = NULL;
    OFS_AUTO_STR png = NULL;
    unsigned commits = page->tab->view.commits;
    if (ask_for_box(page, setting, false, deadline, &before, err))
        return -1;
    const struct ofs_box box = {.x = ofs_json_num(before, "x", 0),
                                .y = ofs_json_num(before, "y", 0),
                                .width = ofs_json_num(before, "w", 0),
                                .height = ofs_json_num(before, "h", 0),
                                .scroll_x = ofs_json_num(before, "left", 0),
                                .scroll_y = ofs_json_num(before, "top", 0)};
    if (box.width <= 0 || box.height <= 0)
        return 0;
    if (page->browser->ops->screenshot(page->tab, &box, deadline, &png, err) ||
        ask_for_box(page, setting, true, deadline, &after, err))
        return -1;
    if (commits != page->tab->view.commits || !cJSON_Compare(before, after, true) || !is_png(png))
        return 0;
    *ret_png = png;
    png = NULL;
    return 0;
}

int ofs_page_picture(struct ofs_page *page, const struct ofs_setting *setting,
                     ofs_deadline deadline, char **ret_png, bool *ret_late, struct ofs_error *err)
{
    struct ofs_error why;
    *ret_png = NULL;
    *ret_late = false;
    if (!page->browser->ops->screenshot ||
        !take(page, setting, ofs_deadline_min(deadline, ofs_deadline_in(PICTURE_BUDGET)), ret_png,
              &why))
        return 0;
    *ret_late = why.code == OFS_ERR_TIMEOUT;
    if (why.code != OFS_ERR_LOST && why.code != OFS_ERR_INTERRUPTED)
        return 0;
    *err = why;
    return -1;
}
