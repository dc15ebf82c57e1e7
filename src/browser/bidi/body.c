#include "browser/body.h"
#include "base/json.h"
#include "browser/bidi/internal.h"
#include "browser/view.h"

/* What was asked and answered, from the browser's memory (WebDriver BiDi, 7.5, network.getData). */

static int get_data(struct bidi_tab *t, const struct ofs_request *r, const char *type,
                    ofs_deadline deadline, char **ret_text, struct ofs_error *err)
{
    OFS_AUTO_JSON result = NULL;
    cJSON *params = ofs_bidi_object("dataType", type);
    cJSON_AddStringToObject(params, "request", r->id);
    if (ofs_bidi_ask(t, "network.getData", params, deadline, &result, err))
        return -1;
    *ret_text = ofs_body_text(ofs_json_str(result, "bytes/value", ""),
                              ofs_bidi_is(result, "bytes/type", "base64"));
    return *ret_text ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

int ofs_bidi_sent(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                  struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    const struct ofs_request *r = ofs_tab_request(tab, serial);
    if (!t->keeps_sent || !r || ofs_view_find(&tab->view, r->id) != r)
        return ofs_fail(err, OFS_ERR_PEER, "what request %u carried is not kept", serial);
    return get_data(t, r, "request", deadline, ret_text, err);
}

int ofs_bidi_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                  struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    const struct ofs_request *r = ofs_tab_request(tab, serial);
    /* a redirect shares the id of its target */
    if (!tab->sees.bodies || !r || !r->ended || r->failed || ofs_view_find(&tab->view, r->id) != r)
        return ofs_fail(err, OFS_ERR_PEER, "the answer to request %u is not kept", serial);
    return get_data(t, r, "response", deadline, ret_text, err);
}
