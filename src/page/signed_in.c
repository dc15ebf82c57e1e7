#include <string.h>

#include "page/internal.h"

int ofs_page_is_signed_in(struct ofs_page *page, ofs_deadline deadline, bool *ret_signed_in,
                          struct ofs_error *err)
{
    OFS_AUTO_JSON look = NULL;
    *ret_signed_in = false;
    if (ofs_page_ask(page, "look", NULL, deadline, &look, err))
        return err->code == OFS_ERR_GONE ? 0 : -1; /* between two pages: nothing to read yet */
    const cJSON *canary = ofs_json_get(look, "canary");
    bool here = !strcmp(ofs_json_str(look, "origin", ""), page->config.origin);
    bool barred = ofs_json_str(look, "blocker/reason", NULL) != NULL;
    bool complete = ofs_json_bool(look, "complete", false);
    bool asks = ofs_json_bool(look, "password", false) || ofs_json_bool(look, "empty", true);
    *ret_signed_in =
        here && !barred && (cJSON_IsBool(canary) ? cJSON_IsTrue(canary) : complete && !asks);
    return 0;
}
