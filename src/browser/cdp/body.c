#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/body.h"
#include "browser/cdp/internal.h"

/* Response bodies, from the browser's memory (Network.getResponseBody). */

/* The session that the request was made in, and the browser's own id of it. */
static const char *session_of(const struct cdp_tab *t, const char *id, const char **ret_id)
{
    char *rest;
    unsigned long number = strtoul(id, &rest, 10);
    *ret_id = id;
    if (rest == id || *rest != ':')
        return t->session;
    *ret_id = rest + 1;
    for (const struct cdp_child *c = t->children; c; c = c->next)
        if (c->number == number)
            return c->session;
    return NULL;
}

int ofs_cdp_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                 struct ofs_error *err)
{
    struct cdp_tab *t = (struct cdp_tab *)tab;
    const struct ofs_request *r = ofs_tab_request(tab, serial);
    const char *id = NULL, *session = r ? session_of(t, r->id, &id) : NULL;
    OFS_AUTO_JSON result = NULL;
    /* a redirect shares the id of its target */
    if (!r || !session || !r->ended || r->failed || ofs_view_find(&tab->view, r->id) != r)
        return ofs_fail(err, OFS_ERR_PEER, "the answer to request %u is not kept", serial);
    if (ofs_cdp_ask_session(t, session, "Network.getResponseBody",
                            ofs_cdp_with("requestId", cJSON_CreateString(id)), deadline, &result,
                            err)) {
        if (err->code == OFS_ERR_GONE)
            err->code = OFS_ERR_PEER;
        return -1;
    }
    *ret_text = ofs_body_text(ofs_json_str(result, "body", ""),
                              ofs_json_bool(result, "base64Encoded", false));
    return *ret_text ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}
