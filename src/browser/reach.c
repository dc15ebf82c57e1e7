#include "browser/reach.h"

#include <string.h>

#include "base/json.h"

const char *const ofs_reach_roles[] = {"switch", "checkbox", "menuitemcheckbox", NULL};

bool ofs_reach_is_role(const char *role)
{
    for (const char *const *r = ofs_reach_roles; *r; r++)
        if (!strcmp(*r, role))
            return true;
    return false;
}

cJSON *ofs_reach_told(const cJSON *tree)
{
    const cJSON *node = cJSON_GetArrayItem(ofs_json_get(tree, "nodes"), 0), *property;
    cJSON *told = cJSON_CreateObject();
    if (!node || ofs_json_bool(node, "ignored", true))
        return told;
    cJSON_AddStringToObject(told, "role", ofs_json_str(node, "role/value", ""));
    cJSON_AddStringToObject(told, "name", ofs_json_str(node, "name/value", ""));
    cJSON_ArrayForEach(property, ofs_json_get(node, "properties"))
    {
        const char *name = ofs_json_str(property, "name", "");
        if (!strcmp(name, "checked") || !strcmp(name, "pressed"))
            cJSON_AddStringToObject(told, "checked", ofs_json_str(property, "value/value", ""));
        else if (!strcmp(name, "disabled"))
            cJSON_AddBoolToObject(told, "disabled", ofs_json_bool(property, "value/value", false));
    }
    return told;
}
