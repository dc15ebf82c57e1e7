#include "browser/body.h"
#include "base/json.h"
#include "browser/internal.h"
#include "browser/webdriver/internal.h"

/* The site's response bodies. A Chromium has them in its memory, if its log names the request
 * (Network.getResponseBody); otherwise only the body of a repeated request is known (timing.c). */

static int ask_devtools(struct ofs_wd_tab *t, const struct ofs_request *r, ofs_deadline deadline,
                        char **ret_text, struct ofs_error *err)
{
    OFS_AUTO_JSON result = NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "requestId", r->id);
    if (ofs_wd_devtools_tab(t, "Network.getResponseBody", params, deadline, &result, err)) {
        if (err->code == OFS_ERR_GONE)
            err->code = OFS_ERR_PEER;
        return -1;
    }
    *ret_text = ofs_body_text(ofs_json_str(result, "body", ""),
                              ofs_json_bool(result, "base64Encoded", false));
    return *ret_text ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

int ofs_wd_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    const struct ofs_request *r = ofs_tab_request(tab, serial);
    /* a redirect has the id of its target */
    bool kept = r && r->ended && !r->failed && ofs_view_find(&tab->view, r->id) == r;
    if (kept && tab->sees.requests)
        return ask_devtools(t, r, deadline, ret_text, err);
    *ret_text = ofs_wd_asked_again(t, serial);
    return *ret_text ? 0
                     : ofs_fail(err, OFS_ERR_PEER, "the answer to request %u is not kept", serial);
}
