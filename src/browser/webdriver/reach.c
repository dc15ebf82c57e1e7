#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/reach.h"
#include "browser/webdriver/internal.h"

/* What WebDriver knows about an element and scripts do not: its shadow root, including closed ones
 * (12.3.6 Get Element Shadow Root), and its role and name (12.4.9, 12.4.10). */

/* An element of another document cannot be referenced from the top one. */
static const char hosts_script[] = OFS_WD_PLACE
    "if (!place || place.document !== document) return [];"
    "var all = place.probe.hosts(), here = all.filter(function (one) {"
    "  return one.ownerDocument === document; });"
    "all.forEach(function (one) { if (here.indexOf(one) < 0) place.probe.takeNode(one, {}); });"
    "return here.map(function (one) { return { host: one, open: !!one.shadowRoot }; });";
static const char root_script[] = OFS_WD_PLACE "place.probe.takeRoot(arguments[2], arguments[3]);";
static const char node_script[] =
    OFS_WD_PLACE "var host = arguments[2], node = arguments[3];"
                 "if (node.role && !node.checked) node.checked = " OFS_REACH_OWN "(host);"
                 "place.probe.takeNode(host, node);";

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
    b->opens_roots = !ofs_wd_ask_element(t, OFS_WD_SHADOW, name, deadline, &root, err);
    return b->opens_roots || err->code == OFS_ERR_PEER || err->code == OFS_ERR_PROTOCOL ? 0 : -1;
}

/* `*ret_shut`: there may be one, and this driver does not return it. */
static int hand_over_root(struct ofs_wd_tab *t, const cJSON *host, const char *name,
                          ofs_deadline deadline, bool *ret_shut, struct ofs_error *err)
{
    struct ofs_wd *b = (struct ofs_wd *)t->tab.browser;
    OFS_AUTO_JSON root = NULL;
    *ret_shut = false;
    if (!ofs_wd_ask_element(t, OFS_WD_SHADOW, name, deadline, &root, err))
        return tell(t, root_script, host, cJSON_Duplicate(root, true), deadline, err);
    *ret_shut = !b->opens_roots;
    return err->code == OFS_ERR_PEER ? 0 : -1;
}

/* chromedriver's element ids are "f.FRAME.d.DOCUMENT.e.NODE", with the node number of DevTools.
 * NULL if the id has another form, or the role does not agree. */
static cJSON *ask_tree(struct ofs_wd_tab *t, const char *name, const char *role,
                       ofs_deadline deadline)
{
    const char *node = strstr(name, ".e.");
    OFS_AUTO_JSON tree = NULL;
    struct ofs_error ignored;
    if (!((struct ofs_wd *)t->tab.browser)->chromium || !node)
        return NULL;
    cJSON *params = cJSON_CreateObject();
    cJSON_AddNumberToObject(params, "backendNodeId", (double)strtol(node + 3, NULL, 10));
    cJSON_AddBoolToObject(params, "fetchRelatives", false);
    if (ofs_wd_devtools_tab(t, "Accessibility.getPartialAXTree", params, deadline, &tree, &ignored))
        return NULL;
    cJSON *told = ofs_reach_told(tree);
    if (!strcmp(ofs_json_str(told, "role", ""), role))
        return told;
    cJSON_Delete(told);
    return NULL;
}

/* Older drivers have no commands for role and name. */
static int ask_node(struct ofs_wd_tab *t, const char *name, ofs_deadline deadline, cJSON **ret_node,
                    struct ofs_error *err)
{
    OFS_AUTO_JSON role = NULL;
    OFS_AUTO_JSON label = NULL;
    *ret_node = NULL;
    if (ofs_wd_ask_element(t, OFS_WD_ROLE, name, deadline, &role, err)) {
        if (err->code != OFS_ERR_PEER)
            return -1;
        *ret_node = cJSON_CreateObject();
        return 0;
    }
    const char *word = cJSON_IsString(role) ? role->valuestring : "";
    bool is_switch = ofs_reach_is_role(word);
    if (is_switch)
        *ret_node = ask_tree(t, name, word, deadline);
    if (*ret_node)
        return 0;
    if (is_switch && ofs_wd_ask_element(t, OFS_WD_LABEL, name, deadline, &label, err) &&
        err->code != OFS_ERR_PEER)
        return -1;
    *ret_node = cJSON_CreateObject();
    if (is_switch)
        cJSON_AddStringToObject(*ret_node, "role", word);
    if (cJSON_IsString(label))
        cJSON_AddStringToObject(*ret_node, "name", label->valuestring);
    return 0;
}

static int reach_host(struct ofs_wd_tab *t, const cJSON *one, ofs_deadline deadline,
                      struct ofs_error *err)
{
    const cJSON *host = ofs_json_get(one, "host");
    /* {"element-6066-11e4-a52e-4f735466cecf": name} (12.1) */
    const char *name = host && cJSON_IsString(host->child) ? host->child->valuestring : "";
    bool shut = false;
    cJSON *node;
    if (!ofs_json_bool(one, "open", false) && hand_over_root(t, host, name, deadline, &shut, err))
        return -1;
    if (ask_node(t, name, deadline, &node, err))
        return -1;
    cJSON_AddBoolToObject(node, "shut", shut);
    return tell(t, node_script, host, node, deadline, err);
}

static int ask_devtools(void *tab, const char *method, cJSON *params, ofs_deadline deadline,
                        cJSON **ret_result, struct ofs_error *err)
{
    return ofs_wd_devtools_tab(tab, method, params, deadline, ret_result, err);
}

int ofs_wd_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_wd_tab *t = (struct ofs_wd_tab *)tab;
    struct ofs_wd *b = (struct ofs_wd *)tab->browser;
    if (b->isolates) {
        const struct ofs_devtools_asker asker = {t, t->world, ask_devtools};
        return t->world ? ofs_devtools_reach(&asker, deadline, err)
                        : ofs_fail(err, OFS_ERR_GONE, "the page went away");
    }
    OFS_AUTO_JSON body = ofs_wd_script(b, hosts_script, t->document);
    OFS_AUTO_JSON hosts = NULL;
    const cJSON *one;
    int count = 0;
    if (ofs_wd_ask_tab(t, OFS_WD_RUN, body, NULL, deadline, &hosts, err))
        return -1;
    cJSON_ArrayForEach(one, hosts)
    {
        if (count++ == OFS_REACH_HOSTS)
            break;
        if (reach_host(t, one, deadline, err) && err->code != OFS_ERR_PEER &&
            err->code != OFS_ERR_GONE)
            return -1; /* the next read will show that an element is gone */
    }
    return 0;
}
