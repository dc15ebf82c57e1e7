#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/bidi.h"

/* What a page keeps from scripts, and the protocol can reach: closed shadow roots, which it hands
 * out by reference beside their hosts (WebDriver BiDi, 7.6.3.2, NodeProperties.shadowRoot). What
 * elements tell through ElementInternals has no command. */

enum { MOST_HOSTS = 200 };

static cJSON *reference(const char *shared_id)
{
    cJSON *value = cJSON_CreateObject();
    cJSON_AddStringToObject(value, shared_id ? "sharedId" : "type", shared_id ? shared_id : "null");
    return value;
}

/* The closed root of each host in the list, or null. */
static cJSON *roots_of(const cJSON *hosts, bool *ret_any)
{
    cJSON *roots = cJSON_CreateArray();
    const cJSON *host;
    *ret_any = false;
    cJSON_ArrayForEach(host, hosts)
    {
        const cJSON *root = ofs_json_at(host, "value/shadowRoot");
        bool closed = !strcmp(ofs_json_str(root, "value/mode", ""), "closed");
        cJSON_AddItemToArray(roots,
                             reference(closed ? ofs_json_str(root, "sharedId", NULL) : NULL));
        *ret_any = true;
    }
    return roots;
}

int ofs_bidi_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err)
{
    static const char take[] = "function (...roots) {"
                               "  const hosts = globalThis.ofsHosts || [];"
                               "  roots.forEach((root, i) => {"
                               "    if (!hosts[i]) return;"
                               "    if (root) ofsProbe.takeRoot(hosts[i], root);"
                               "    ofsProbe.takeNode(hosts[i], {});"
                               "  });"
                               "  globalThis.ofsHosts = [];"
                               "}";
    struct bidi_tab *t = (struct bidi_tab *)tab;
    OFS_AUTO_STR list = NULL;
    OFS_AUTO_JSON hosts = NULL;
    OFS_AUTO_JSON ignored = NULL;
    bool any;
    list = ofs_text_printf("function () { return globalThis.ofsHosts = "
                           "globalThis.ofsProbe ? ofsProbe.hosts().slice(0, %d) : []; }",
                           MOST_HOSTS);
    if (!list)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_bidi_run(t, list, NULL, deadline, &hosts, err))
        return -1;
    cJSON *roots = roots_of(ofs_json_get(hosts, "value"), &any);
    if (any)
        return ofs_bidi_run(t, take, roots, deadline, &ignored, err);
    cJSON_Delete(roots);
    return 0;
}
