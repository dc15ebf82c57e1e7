#include <string.h>

#include "base/json.h"
#include "browser/webdriver.h"

/* What WebDriver tells of an element that scripts are not told: its shadow root, closed ones
 * included (12.3.6 Get Element Shadow Root), and its role and name (12.4.9, 12.4.10). A state that
 * is given to assistive technology alone is not told. */

enum { MOST_HOSTS = 200 };

/* An element of another document cannot be named from the top one. */
static const char hosts_script[] = OFS_WD_PLACE
    "return place && place.document === document ? place.probe.hosts().filter(function (one) {"
    "  return one.ownerDocument === document; }) : [];";
static const char root_script[] = OFS_WD_PLACE "place.probe.takeRoot(arguments[2], arguments[3]);";
static const char node_script[] = OFS_WD_PLACE "place.probe.takeNode(arguments[2], arguments[3]);";

static int tell(struct ofs_wd_tab *t, const char *script, const cJSON *host, cJSON *what,
                ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_JSON body = ofs_wd_script((struct ofs_wd *)t->tab.browser, script, t->document);
    cJSON *args = cJSON_GetObjectItemCaseSensitive(body, "args");
    cJSON_AddItemToArray(args, cJSON_Duplicate(host, true));
    cJSON_AddItemToArray(args, what);
    return ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, NULL, err);
}

int ofs_wd_try_roots(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err)
{
    static const char script[] = "var host = document.createElement('div');"
                                 "host.attachShadow({ mode: 'closed' });"
                                 "document.documentElement.appendChild(host);"
                                 "return host;";
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_JSON body = ofs_wd_script(b, script, t->document);
    OFS_AUTO_JSON host = NULL;
    OFS_AUTO_JSON root = NULL;
    if (ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &host, err))
        return -1;
    const char *name = host && cJSON_IsString(host->child) ? host->child->valuestring : "";
    b->opens_roots = !ofs_wd_ask_element(b, OFS_WD_SHADOW, name, deadline, &root, err);
    return b->opens_roots || err->code == OFS_ERR_PEER || err->code == OFS_ERR_PROTOCOL ? 0 : -1;
}

static int reach_host(struct ofs_wd_tab *t, const cJSON *host, ofs_deadline deadline,
                      struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    /* {"element-6066-11e4-a52e-4f735466cecf": name} (12.1) */
    const char *name = host->child && cJSON_IsString(host->child) ? host->child->valuestring : "";
    OFS_AUTO_JSON root = NULL;
    OFS_AUTO_JSON role = NULL;
    OFS_AUTO_JSON label = NULL;
    bool shut = !b->opens_roots;
    if (!ofs_wd_ask_element(b, OFS_WD_SHADOW, name, deadline, &root, err)) {
        if (tell(t, root_script, host, cJSON_Duplicate(root, true), deadline, err))
            return -1;
        shut = false;
    } else if (err->code != OFS_ERR_PEER) {
        return -1;
    }
    /* An older driver does not know these two. */
    if ((ofs_wd_ask_element(b, OFS_WD_ROLE, name, deadline, &role, err) ||
         ofs_wd_ask_element(b, OFS_WD_LABEL, name, deadline, &label, err)) &&
        err->code != OFS_ERR_PEER)
        return -1;
    cJSON *node = cJSON_CreateObject();
    cJSON_AddStringToObject(node, "role", cJSON_IsString(role) ? role->valuestring : "");
    cJSON_AddStringToObject(node, "name", cJSON_IsString(label) ? label->valuestring : "");
    cJSON_AddBoolToObject(node, "shut", shut);
    return tell(t, node_script, host, node, deadline, err);
}

int ofs_wd_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    OFS_AUTO_JSON body = ofs_wd_script((struct ofs_wd *)tab->browser, hosts_script, t->document);
    OFS_AUTO_JSON hosts = NULL;
    const cJSON *host;
    int count = 0;
    if (ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &hosts, err))
        return -1;
    cJSON_ArrayForEach(host, hosts)
    {
        if (count++ == MOST_HOSTS)
            break;
        if (reach_host(t, host, deadline, err) && err->code != OFS_ERR_PEER &&
            err->code != OFS_ERR_GONE)
            return -1; /* an element that has gone meanwhile is told by the next look */
    }
    return 0;
}
