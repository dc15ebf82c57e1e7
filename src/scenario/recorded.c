#include "scenario/recorded.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "scenario/check.h"

struct ofs_recorded_step *ofs_recorded_add(struct ofs_recorded *r, enum ofs_recorded_kind kind,
                                           struct ofs_error *err)
{
    if (r->n == OFS_RECORDED_STEPS) {
        ofs_fail(err, OFS_ERR_SCENARIO, "the recording has more than %d steps", OFS_RECORDED_STEPS);
        ofs_hint(err, "record only the way from the site's start page to the switch");
        return NULL;
    }
    r->steps[r->n] = (struct ofs_recorded_step){.kind = kind};
    return &r->steps[r->n++];
}

void ofs_recorded_take_name(struct ofs_recorded_step *step, const char *name)
{
    if (!name || step->name[0] || strlen(name) >= sizeof step->name || ofs_check_phrase(name, NULL))
        return;
    snprintf(step->name, sizeof step->name, "%s", name);
}

static void take_key(struct ofs_recorded_step *step, const char *attribute, size_t n_attribute,
                     const char *value, size_t n_value)
{
    char key[OFS_RECORDED_TEXT], name[48];
    if (step->key[0] || !n_value || n_value >= sizeof key || n_attribute >= sizeof name)
        return;
    memcpy(name, attribute, n_attribute);
    name[n_attribute] = '\0';
    memcpy(key, value, n_value);
    key[n_value] = '\0';
    /* Numbers and colons are marks of ids that a framework counts up at each load. */
    bool counted = !strcmp(name, "id") && key[strcspn(key, "0123456789:")];
    if (counted || ofs_check_key(key, NULL) || ofs_check_attribute(name, NULL))
        return;
    memcpy(step->key, key, n_value + 1);
    memcpy(step->attribute, name, n_attribute + 1);
}

/* [attribute="value"], the only part of the selector that names this attribute; NULL: it has none.
 */
static const char *find_attribute(const char *css, const char *attribute, size_t *ret_len)
{
    char start[64];
    snprintf(start, sizeof start, "[%s=", attribute);
    const char *at = strstr(css, start);
    if (!at)
        return NULL;
    at += strlen(start);
    char quote = *at == '"' || *at == '\'' ? *at++ : 0;
    const char *end = strchr(at, quote ? quote : ']');
    *ret_len = end ? (size_t)(end - at) : 0;
    return end ? at : NULL;
}

static void take_attribute(struct ofs_recorded_step *step, const char *css, const char *attribute)
{
    size_t n;
    const char *value = find_attribute(css, attribute, &n);
    if (value)
        take_key(step, attribute, strlen(attribute), value, n);
}

/* input[type="radio"] and [role="switch"] give the kind of control. */
static void take_role(struct ofs_recorded_step *step, const char *css)
{
    size_t n = 0;
    const char *type = find_attribute(css, "type", &n);
    bool counts = type && ((n == 5 && !strncmp(type, "radio", n)) ||
                           (n == 8 && !strncmp(type, "checkbox", n)));
    const char *role = counts ? type : find_attribute(css, "role", &n);
    if (role && !step->role[0] && n < sizeof step->role)
        snprintf(step->role, sizeof step->role, "%.*s", (int)n, role);
}

void ofs_recorded_take_css(struct ofs_recorded_step *step, const char *css)
{
    static const char *const attributes[] = {"data-testid", "data-test-id", "data-test", "data-qa",
                                             "data-cy",     "name",         "id"};
    /* The last compound of the selector is the element itself. */
    const char *last = css;
    size_t depth = 0;
    for (const char *p = css; *p; p++) {
        depth += *p == '[';
        depth -= *p == ']' && depth;
        if (!depth && strchr(" >+~", *p) && p[1])
            last = p + 1;
    }
    take_role(step, last);
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        take_attribute(step, last, attributes[i]);
    if (*last == '#')
        take_key(step, "id", 2, last + 1, strcspn(last + 1, ".:#[\\"));
    if (*last == '#' && last[1 + strcspn(last + 1, ".:#[\\")] == '\\')
        step->key[0] = step->attribute[0] = '\0'; /* escaped: a counted id */
}
