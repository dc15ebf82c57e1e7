#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/bidi/internal.h"
#include "browser/methods.h"
#include "browser/reach.h"

/* What page scripts cannot read, but the protocol can: closed shadow roots, as references in their
 * hosts' properties (WebDriver BiDi, 7.6.3.2, NodeProperties.shadowRoot), and the hosts' roles
 * (7.3.10, the accessibility locator). The state is read from the hosts. */

/* A node of another document cannot be passed to the top one. */
static const char list_hosts[] = "function () {"
                                 "  const all = globalThis.ofsProbe ? ofsProbe.hosts() : [];"
                                 "  const here = (one) => one.ownerDocument === document;"
                                 "  all.forEach((one) => here(one) || ofsProbe.takeNode(one, {}));"
                                 "  return globalThis.ofsHosts = all.filter(here).slice(0, %d);"
                                 "}";

static const char take[] = "function (nodes, ...roots) {"
                           "  const hosts = globalThis.ofsHosts || [];"
                           "  JSON.parse(nodes).forEach((node, i) => {"
                           "    if (!hosts[i]) return;"
                           "    if (roots[i]) ofsProbe.takeRoot(hosts[i], roots[i]);"
                           "    ofsProbe.takeNode(hosts[i], node);"
                           "  });"
                           "  globalThis.ofsHosts = [];"
                           "}";

static const char own_states[] =
    "function (...hosts) { return JSON.stringify(hosts.map(" OFS_REACH_OWN ")); }";

static cJSON *reference(const char *shared_id)
{
    cJSON *value = cJSON_CreateObject();
    cJSON_AddStringToObject(value, shared_id ? "sharedId" : "type", shared_id ? shared_id : "null");
    return value;
}

static cJSON *references(const cJSON *hosts)
{
    cJSON *list = cJSON_CreateArray();
    const cJSON *host;
    cJSON_ArrayForEach(host, hosts)
        cJSON_AddItemToArray(list, reference(ofs_json_str(host, "sharedId", NULL)));
    return list;
}

static int index_of(const cJSON *hosts, const char *shared_id)
{
    const cJSON *host;
    int i = 0;
    cJSON_ArrayForEach(host, hosts)
    {
        if (!strcmp(ofs_json_str(host, "sharedId", ""), shared_id))
            return i;
        i++;
    }
    return -1;
}

enum { TIMEOUT = 3000 }; /* milliseconds, for optional information */

/* A call in the page's own realm, or about its tree. If the browser does not support it, or gives
 * no answer, the information is missing, which is not an error. */
static int ask(const struct bidi_tab *t, const char *method, cJSON *params, ofs_deadline deadline,
               cJSON **ret_result, struct ofs_error *err)
{
    const struct bidi *b = (const struct bidi *)t->tab.browser;
    ofs_deadline limit = ofs_deadline_min(deadline, ofs_deadline_in(TIMEOUT));
    if (!ofs_rpc_call(b->rpc, NULL, method, params, limit, ret_result, err))
        return 0;
    bool late = err->code == OFS_ERR_TIMEOUT && ofs_deadline_left(deadline) > 0;
    return late || err->code == OFS_ERR_PEER || err->code == OFS_ERR_PROTOCOL ? 0 : -1;
}

/* Write into `nodes` which of the hosts have that role. */
static int find_role(const struct bidi_tab *t, const char *role, const cJSON *hosts, cJSON *nodes,
                     ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = cJSON_CreateObject(), *locator = cJSON_AddObjectToObject(params, "locator");
    OFS_AUTO_JSON found = NULL;
    const cJSON *one;
    cJSON_AddStringToObject(params, "context", t->context);
    cJSON_AddStringToObject(locator, "type", "accessibility");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(locator, "value"), "role", role);
    cJSON_AddItemToObject(params, "startNodes", references(hosts));
    if (ask(t, "browsingContext.locateNodes", params, deadline, &found, err))
        return -1;
    cJSON_ArrayForEach(one, ofs_json_get(found, "nodes"))
    {
        int i = index_of(hosts, ofs_json_str(one, "sharedId", ""));
        cJSON *node = i < 0 ? NULL : cJSON_GetArrayItem(nodes, i);
        if (node && !ofs_json_get(node, "role"))
            cJSON_AddStringToObject(node, "role", role);
    }
    return 0;
}

/* The states of the hosts that have a role, from their own properties. */
static int ask_states(const struct bidi_tab *t, const cJSON *hosts, cJSON *nodes,
                      ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *node;
    bool any = false;
    cJSON_ArrayForEach(node, nodes) any = any || ofs_json_get(node, "role");
    if (!any)
        return 0;
    cJSON *params = cJSON_CreateObject();
    OFS_AUTO_JSON answer = NULL;
    cJSON_AddStringToObject(params, "functionDeclaration", own_states);
    cJSON_AddBoolToObject(params, "awaitPromise", false);
    cJSON_AddStringToObject(cJSON_AddObjectToObject(params, "target"), "context", t->context);
    cJSON_AddItemToObject(params, "arguments", references(hosts));
    if (ask(t, "script.callFunction", params, deadline, &answer, err))
        return -1;
    const char *text = ofs_json_str(answer, "result/value", "[]");
    struct ofs_error ignored;
    OFS_AUTO_JSON states = ofs_json_parse(text, strlen(text), &ignored);
    int i = 0;
    cJSON_ArrayForEach(node, nodes)
    {
        const cJSON *state = cJSON_GetArrayItem(states, i++);
        if (ofs_json_get(node, "role") && cJSON_IsString(state))
            cJSON_AddStringToObject(node, "checked", state->valuestring);
    }
    return 0;
}

static int find_roles(const struct bidi_tab *t, const cJSON *hosts, cJSON *nodes,
                      ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *node;
    int rc = 0;
    for (const char *const *role = ofs_reach_roles; *role && !rc; role++)
        rc = find_role(t, *role, hosts, nodes, deadline, err);
    /* Firefox builds its accessibility tree on first use, and answers before it is complete. */
    cJSON_ArrayForEach(node, nodes)
    {
        if (!ofs_json_get(node, "role"))
            cJSON_AddTrueToObject(node, "unsure");
    }
    return rc ? -1 : ask_states(t, hosts, nodes, deadline, err);
}

/* ---- browsers of the Chromium family ----
 *
 * They never answer the accessibility locator in a background tab. Their node ids are
 * "f.FRAME.d.DOCUMENT.e.NODE", and DevTools, which the driver passes on, uses the same number. */

static const char *devtools_number(const cJSON *host)
{
    const char *tail = strstr(ofs_json_str(host, "sharedId", ""), ".e.");
    return tail ? tail + 3 : NULL;
}

static int ask_tree(const struct bidi_tab *t, const char *session, const cJSON *host,
                    ofs_deadline deadline, cJSON **ret_node, struct ofs_error *err)
{
    const char *number = devtools_number(host);
    cJSON *params = cJSON_CreateObject();
    OFS_AUTO_JSON answer = NULL;
    cJSON_AddStringToObject(params, "session", session);
    cJSON_AddStringToObject(params, "method", ofs_method_allowed("Accessibility.getPartialAXTree"));
    cJSON *inner = cJSON_AddObjectToObject(params, "params");
    cJSON_AddNumberToObject(inner, "backendNodeId",
                            (double)strtol(number ? number : "0", NULL, 10));
    cJSON_AddBoolToObject(inner, "fetchRelatives", false);
    if (ask(t, "goog:cdp.sendCommand", params, deadline, &answer, err))
        return -1;
    *ret_node = ofs_reach_told(ofs_json_get(answer, "result"));
    return 0;
}

static int ask_trees(const struct bidi_tab *t, const cJSON *hosts, cJSON *nodes,
                     ofs_deadline deadline, struct ofs_error *err)
{
    cJSON *params = cJSON_CreateObject(), *node;
    OFS_AUTO_JSON answer = NULL;
    const cJSON *host;
    int i = 0;
    cJSON_AddStringToObject(params, "context", t->context);
    if (ask(t, "goog:cdp.getSession", params, deadline, &answer, err))
        return -1;
    const char *session = ofs_json_str(answer, "session", NULL);
    if (!session)
        return 0;
    cJSON_ArrayForEach(host, hosts)
    {
        if (ask_tree(t, session, host, deadline, &node, err))
            return -1;
        cJSON_ReplaceItemInArray(nodes, i++, node);
    }
    return 0;
}

/* One entry per host, in the probe's form. */
static cJSON *nodes_of(const struct bidi_tab *t, const cJSON *hosts, ofs_deadline deadline,
                       struct ofs_error *err)
{
    cJSON *nodes = cJSON_CreateArray();
    for (int i = cJSON_GetArraySize(hosts); i > 0; i--)
        cJSON_AddItemToArray(nodes, cJSON_CreateObject());
    int rc = devtools_number(hosts->child) ? ask_trees(t, hosts, nodes, deadline, err)
                                           : find_roles(t, hosts, nodes, deadline, err);
    if (!rc)
        return nodes;
    cJSON_Delete(nodes);
    return NULL;
}

int ofs_bidi_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    struct bidi_tab *t = (struct bidi_tab *)tab;
    OFS_AUTO_STR list = ofs_text_printf(list_hosts, OFS_REACH_HOSTS);
    OFS_AUTO_JSON answer = NULL;
    OFS_AUTO_JSON nodes = NULL;
    OFS_AUTO_JSON ignored = NULL;
    OFS_AUTO_STR text = NULL;
    const cJSON *host;
    if (!list)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_bidi_run(t, list, NULL, deadline, &answer, err))
        return -1;
    const cJSON *hosts = ofs_json_get(answer, "value");
    if (!cJSON_GetArraySize(hosts))
        return 0;
    nodes = nodes_of(t, hosts, deadline, err);
    text = nodes ? cJSON_PrintUnformatted(nodes) : NULL;
    if (!text)
        return nodes ? ofs_fail(err, OFS_ERR_SYSTEM, "out of memory") : -1;
    cJSON *arguments = cJSON_CreateArray(), *first = cJSON_CreateObject();
    cJSON_AddStringToObject(first, "type", "string");
    cJSON_AddStringToObject(first, "value", text);
    cJSON_AddItemToArray(arguments, first);
    cJSON_ArrayForEach(host, hosts)
    {
        const cJSON *root = ofs_json_at(host, "value/shadowRoot");
        bool closed = !strcmp(ofs_json_str(root, "value/mode", ""), "closed");
        cJSON_AddItemToArray(arguments,
                             reference(closed ? ofs_json_str(root, "sharedId", NULL) : NULL));
    }
    return ofs_bidi_run(t, take, arguments, deadline, &ignored, err);
}
