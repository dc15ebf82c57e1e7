/*
 * recorded_devtools.c: the JSON that the Recorder panel of Chrome's developer tools exports
 * ({"title", "steps": [{"type": "click", "selectors": [[…], …]}, …]}).
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "scenario/recorded.h"

/* aria/Name, aria/Name[role="switch"], aria/[role="switch"] */
static void take_aria(struct ofs_recorded_step *step, const char *text)
{
    char name[OFS_RECORDED_TEXT];
    const char *role = strstr(text, "[role=\"");
    size_t n = role ? (size_t)(role - text) : strlen(text);
    if (role && !step->role[0] && strcspn(role + 7, "\"") < sizeof step->role)
        snprintf(step->role, sizeof step->role, "%.*s", (int)strcspn(role + 7, "\""), role + 7);
    if (n >= sizeof name)
        return;
    memcpy(name, text, n);
    name[n] = '\0';
    ofs_recorded_take_name(step, name);
}

/* Any element, [@id="train"] */
static void take_xpath(struct ofs_recorded_step *step, const char *text)
{
    const char *at = strrchr(text, '/');
    const char *id = at ? strstr(at, "[@id=\"") : NULL;
    char css[OFS_RECORDED_TEXT];
    if (!id || strchr(id, ']')[1])
        return;
    snprintf(css, sizeof css, "[id=\"%.*s\"]", (int)strcspn(id + 6, "\""), id + 6);
    ofs_recorded_take_css(step, css);
}

static void take_selector(struct ofs_recorded_step *step, const char *text)
{
    const struct {
        const char *prefix;
        void (*take)(struct ofs_recorded_step *, const char *);
    } kinds[] = {{"aria/", take_aria},
                 {"xpath/", take_xpath},
                 {"pierce/", ofs_recorded_take_css},
                 {"text/", ofs_recorded_take_name},
                 {"", ofs_recorded_take_css}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i].prefix);
        if (strncmp(text, kinds[i].prefix, n))
            continue;
        kinds[i].take(step, text + n);
        return;
    }
}

/* Each alternative is a text, or a list that leads through shadow roots or a frame: its last entry
 * is the element. The text of an element is the second choice for its name. */
static void take_selectors(struct ofs_recorded_step *step, const cJSON *selectors)
{
    for (int texts = 0; texts < 2; texts++) {
        const cJSON *one;
        cJSON_ArrayForEach(one, selectors)
        {
            int n = cJSON_GetArraySize(one);
            const cJSON *last = cJSON_IsArray(one) ? cJSON_GetArrayItem(one, n - 1) : one;
            if (cJSON_IsString(last) && !strncmp(last->valuestring, "text/", 5) == !!texts)
                take_selector(step, last->valuestring);
        }
    }
}

static void take_address(struct ofs_recorded_step *step, const char *url)
{
    if (url && strlen(url) < sizeof step->address)
        snprintf(step->address, sizeof step->address, "%s", url);
}

static bool same_element(const struct ofs_recorded_step *a, const struct ofs_recorded_step *b)
{
    bool same_key = a->key[0] && !strcmp(a->key, b->key) && !strcmp(a->attribute, b->attribute);
    return same_key || (a->name[0] && !strcmp(a->name, b->name));
}

/* The condition that the recording waits for after a click may show the resulting state. */
static void take_state(struct ofs_recorded *r, const cJSON *step)
{
    const cJSON *checked = ofs_json_at(step, "properties/checked");
    const char *aria = ofs_json_str(step, "attributes/aria-checked", NULL);
    bool known = cJSON_IsBool(checked) || aria;
    bool on = cJSON_IsTrue(checked) || (aria && !strcmp(aria, "true"));
    struct ofs_recorded_step at = {.kind = OFS_RECORDED_CLICK};
    take_selectors(&at, ofs_json_get(step, "selectors"));
    for (size_t i = r->n; known && i-- > 0;)
        if (same_element(&r->steps[i], &at)) {
            snprintf(r->steps[i].state, sizeof r->steps->state, "%s", on ? "on" : "off");
            return;
        }
}

static const char *navigated_to(const cJSON *step)
{
    const cJSON *event;
    const char *url = NULL;
    cJSON_ArrayForEach(
        event, ofs_json_get(step, "assertedEvents")) if (!strcmp(ofs_json_str(event, "type", ""),
                                                                 "navigation")) url =
        ofs_json_str(event, "url", url);
    return url;
}

static int take_step(struct ofs_recorded *r, const cJSON *step, struct ofs_error *err)
{
    const char *type = ofs_json_str(step, "type", "");
    bool click = !strcmp(type, "click") || !strcmp(type, "doubleClick");
    struct ofs_recorded_step *to;
    if (!strcmp(type, "navigate")) {
        if (!(to = ofs_recorded_add(r, OFS_RECORDED_OPEN, err)))
            return -1;
        take_address(to, ofs_json_str(step, "url", NULL));
    } else if (click) {
        if (!(to = ofs_recorded_add(r, OFS_RECORDED_CLICK, err)))
            return -1;
        take_selectors(to, ofs_json_get(step, "selectors"));
        take_address(to, navigated_to(step));
    } else if (!strcmp(type, "change")) {
        /* A typed text or a chosen value: the recording does not distinguish them, so it is not
         * kept. */
        struct ofs_recorded_step at = {.kind = OFS_RECORDED_CLICK};
        take_selectors(&at, ofs_json_get(step, "selectors"));
        to = r->n ? &r->steps[r->n - 1] : NULL;
        r->typed = true;
        if (to && same_element(to, &at))
            to->changed = true;
    } else if (!strcmp(type, "waitForElement")) {
        take_state(r, step);
    } else if (!strcmp(type, "keyDown")) {
        r->typed = true;
    }
    return 0;
}

int ofs_recorded_by_devtools(const cJSON *tree, struct ofs_recorded *ret, struct ofs_error *err)
{
    const cJSON *steps = ofs_json_get(tree, "steps"), *step;
    if (!cJSON_IsArray(steps) || !cJSON_IsString(ofs_json_get(tree, "title")))
        return 0;
    cJSON_ArrayForEach(step, steps) if (take_step(ret, step, err)) return -1;
    return 1;
}
