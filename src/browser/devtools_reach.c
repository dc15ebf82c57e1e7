#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/devtools.h"
#include "browser/reach.h"

/* What page scripts cannot read, but the protocol can: the closed shadow roots of custom elements
 * (DOM.describeNode), and the role, name and state that they set through ElementInternals
 * (Accessibility.getPartialAXTree). Only elements that the probe names are queried. */

static const char group[] = "offswitch";

static int ask(const struct ofs_devtools_asker *t, const char *method, cJSON *params,
               ofs_deadline deadline, cJSON **ret_result, struct ofs_error *err)
{
    return t->ask(t->tab, method, params, deadline, ret_result, err);
}

static cJSON *call(const struct ofs_devtools_asker *t, const char *source)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "functionDeclaration", source);
    cJSON_AddNumberToObject(params, "executionContextId", t->world);
    cJSON_AddStringToObject(params, "objectGroup", group);
    cJSON_AddArrayToObject(params, "arguments");
    return params;
}

static void add_argument(cJSON *params, const char *key, cJSON *value)
{
    cJSON *argument = cJSON_CreateObject();
    cJSON_AddItemToObject(argument, key, value);
    cJSON_AddItemToArray(cJSON_GetObjectItem(params, "arguments"), argument);
}

static cJSON *with_object(const char *object_id)
{
    cJSON *params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "objectId", object_id);
    return params;
}

/* Pass the closed root of one host to the probe. */
static int hand_over_root(const struct ofs_devtools_asker *t, const char *host, const cJSON *node,
                          ofs_deadline deadline, struct ofs_error *err)
{
    const cJSON *root;
    cJSON_ArrayForEach(root, ofs_json_at(node, "node/shadowRoots"))
    {
        if (strcmp(ofs_json_str(root, "shadowRootType", ""), "closed"))
            continue;
        OFS_AUTO_JSON resolved = NULL;
        OFS_AUTO_JSON ignored = NULL;
        cJSON *params = cJSON_CreateObject();
        cJSON_AddNumberToObject(params, "backendNodeId", ofs_json_num(root, "backendNodeId", 0));
        cJSON_AddNumberToObject(params, "executionContextId", t->world);
        cJSON_AddStringToObject(params, "objectGroup", group);
        if (ask(t, "DOM.resolveNode", params, deadline, &resolved, err))
            return -1;
        const char *id = ofs_json_str(resolved, "object/objectId", NULL);
        if (!id)
            continue;
        params = call(t, "function (host, root) { ofsProbe.takeRoot(host, root); }");
        add_argument(params, "objectId", cJSON_CreateString(host));
        add_argument(params, "objectId", cJSON_CreateString(id));
        if (ask(t, "Runtime.callFunctionOn", params, deadline, &ignored, err))
            return -1;
    }
    return 0;
}

static int reach_host(const struct ofs_devtools_asker *t, const char *host, ofs_deadline deadline,
                      struct ofs_error *err)
{
    OFS_AUTO_JSON node = NULL;
    OFS_AUTO_JSON tree = NULL;
    OFS_AUTO_JSON ignored = NULL;
    cJSON *params = with_object(host);
    cJSON_AddBoolToObject(params, "pierce", true);
    if (ask(t, "DOM.describeNode", params, deadline, &node, err) ||
        hand_over_root(t, host, node, deadline, err))
        return -1;
    params = with_object(host);
    cJSON_AddBoolToObject(params, "fetchRelatives", false);
    if (ask(t, "Accessibility.getPartialAXTree", params, deadline, &tree, err))
        return -1;
    params = call(t, "function (host, node) { ofsProbe.takeNode(host, node); }");
    add_argument(params, "objectId", cJSON_CreateString(host));
    add_argument(params, "value", ofs_reach_told(tree));
    return ask(t, "Runtime.callFunctionOn", params, deadline, &ignored, err);
}

int ofs_devtools_reach(const struct ofs_devtools_asker *t, ofs_deadline deadline,
                       struct ofs_error *err)
{
    OFS_AUTO_JSON list = NULL;
    OFS_AUTO_JSON hosts = NULL;
    OFS_AUTO_JSON ignored = NULL;
    const cJSON *property;
    int rc = 0, count = 0;
    if (ask(t, "Runtime.callFunctionOn", call(t, "function () { return ofsProbe.hosts(); }"),
            deadline, &list, err)) {
        if (err->code == OFS_ERR_PEER)
            err->code = OFS_ERR_GONE;
        return -1;
    }
    const char *id = ofs_json_str(list, "result/objectId", NULL);
    if (!id)
        return ofs_fail(err, OFS_ERR_GONE, "the page went away");
    cJSON *params = with_object(id);
    cJSON_AddBoolToObject(params, "ownProperties", true);
    if (ask(t, "Runtime.getProperties", params, deadline, &hosts, err))
        return -1;
    cJSON_ArrayForEach(property, ofs_json_get(hosts, "result"))
    {
        const char *host = ofs_json_str(property, "value/objectId", NULL);
        bool is_entry = cJSON_IsTrue(ofs_json_get(property, "enumerable"));
        if (rc || !host || !is_entry || count++ >= OFS_REACH_HOSTS)
            continue;
        rc = reach_host(t, host, deadline, err);
        if (rc && (err->code == OFS_ERR_PEER || err->code == OFS_ERR_GONE))
            rc = 0; /* that element is gone; the next read will show it */
    }
    struct ofs_error later;
    params = cJSON_CreateObject();
    cJSON_AddStringToObject(params, "objectGroup", group);
    if (ask(t, "Runtime.releaseObjectGroup", params, deadline, &ignored, rc ? &later : err))
        return -1;
    return rc;
}
