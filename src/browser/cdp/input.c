#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"

/* Pointer and keyboard input (the Input domain). */

static int act(struct cdp_tab *t, const char *method, cJSON *const *params, size_t n,
               ofs_deadline deadline, struct ofs_error *err)
{
    struct cdp *b = (struct cdp *)t->tab.browser;
    int ids[4];
    size_t sent = 0;
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        if (!rc)
            rc = ofs_rpc_post(b->rpc, t->session, method, params[i], &ids[i], err);
        else
            cJSON_Delete(params[i]);
        sent += !rc;
    }
    for (size_t i = 0; i < sent; i++) {
        struct ofs_error later;
        if (ofs_cdp_await(t, ids[i], deadline, NULL, rc ? &later : err))
            rc = -1;
    }
    if (rc)
        err->maybe_done = sent > 0;
    return rc;
}

static cJSON *mouse(const char *type, double x, double y)
{
    bool moved = !strcmp(type, "mouseMoved");
    cJSON *p = cJSON_CreateObject();
    cJSON_AddStringToObject(p, "type", type);
    cJSON_AddNumberToObject(p, "x", x);
    cJSON_AddNumberToObject(p, "y", y);
    cJSON_AddStringToObject(p, "button", moved ? "none" : "left");
    cJSON_AddNumberToObject(p, "buttons", !strcmp(type, "mousePressed"));
    cJSON_AddNumberToObject(p, "clickCount", !moved);
    return p;
}

int ofs_cdp_click(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                  struct ofs_error *err)
{
    cJSON *steps[] = {mouse("mouseMoved", x, y), mouse("mousePressed", x, y),
                      mouse("mouseReleased", x, y)};
    return act((struct cdp_tab *)tab, "Input.dispatchMouseEvent", steps, 3, deadline, err);
}

int ofs_cdp_hover(struct ofs_tab *tab, double x, double y, ofs_deadline deadline,
                  struct ofs_error *err)
{
    cJSON *steps[] = {mouse("mouseMoved", x, y)};
    return act((struct cdp_tab *)tab, "Input.dispatchMouseEvent", steps, 1, deadline, err);
}

static const struct key {
    const char *key, *code, *text;
    int number;
} keys[] = {
    {" ", "Space", " ", 32},
    {"ArrowUp", "ArrowUp", NULL, 38},
    {"ArrowDown", "ArrowDown", NULL, 40},
};

static cJSON *stroke(const struct key *key, const char *type)
{
    cJSON *p = cJSON_CreateObject();
    bool down = !strcmp(type, "keyDown");
    cJSON_AddStringToObject(p, "type", down && !key->text ? "rawKeyDown" : type);
    cJSON_AddStringToObject(p, "key", key->key);
    cJSON_AddStringToObject(p, "code", key->code);
    cJSON_AddNumberToObject(p, "windowsVirtualKeyCode", key->number);
    if (down && key->text)
        cJSON_AddStringToObject(p, "text", key->text);
    return p;
}

int ofs_cdp_press_key(struct ofs_tab *tab, const char *name, ofs_deadline deadline,
                      struct ofs_error *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!strcmp(keys[i].key, name)) {
            cJSON *steps[] = {stroke(&keys[i], "keyDown"), stroke(&keys[i], "keyUp")};
            return act((struct cdp_tab *)tab, "Input.dispatchKeyEvent", steps, 2, deadline, err);
        }
    return ofs_fail(err, OFS_ERR_PROTOCOL, "no key is called '%s'", name);
}
