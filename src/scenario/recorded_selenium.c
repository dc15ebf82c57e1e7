/*
 * recorded_selenium.c: a Selenium IDE project ({"url", "tests": [{"commands": [{"command": "click",
 * "target": "css=…", "targets": [["css=…", "css:finder"], …]}, …]}]}). Of several tests, the first
 * one that clicks is taken.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "scenario/recorded.h"

/* The text that an XPath matches: …[contains(.,'Off')], …[text()='Off'], …[.='Off'] */
static void take_xpath(struct ofs_recorded_step *step, const char *xpath)
{
    static const char *const marks[] = {"[contains(.,", "[text()=", "[.=", "[contains(text(),"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *at = strstr(xpath, marks[i]);
        char name[OFS_RECORDED_TEXT];
        if (!at)
            continue;
        at += strlen(marks[i]);
        at += strspn(at, " ");
        if (*at != '\'' && *at != '"')
            continue;
        size_t n = strcspn(at + 1, *at == '"' ? "\"" : "'");
        if (n >= sizeof name)
            continue;
        memcpy(name, at + 1, n);
        name[n] = '\0';
        ofs_recorded_take_name(step, name);
    }
}

static void take_target(struct ofs_recorded_step *step, const char *target)
{
    char css[OFS_RECORDED_TEXT];
    if (!strncmp(target, "css=", 4)) {
        ofs_recorded_take_css(step, target + 4);
    } else if (!strncmp(target, "id=", 3) || !strncmp(target, "name=", 5)) {
        const char *value = strchr(target, '=') + 1;
        int n = (int)(value - target - 1);
        if (snprintf(css, sizeof css, "[%.*s=\"%s\"]", n, target, value) < (int)sizeof css)
            ofs_recorded_take_css(step, css);
    } else if (!strncmp(target, "linkText=", 9)) {
        ofs_recorded_take_name(step, target + 9);
        snprintf(step->role, sizeof step->role, "link");
    } else if (!strncmp(target, "xpath=", 6)) {
        take_xpath(step, target + 6);
    }
}

static void take_targets(struct ofs_recorded_step *step, const cJSON *command)
{
    const cJSON *one;
    take_target(step, ofs_json_str(command, "target", ""));
    cJSON_ArrayForEach(one, ofs_json_get(command, "targets"))
    {
        const cJSON *text = cJSON_GetArrayItem(one, 0);
        if (cJSON_IsString(text))
            take_target(step, text->valuestring);
    }
}

/* "open" names a path under the project's address, or a whole address. */
static void take_address(struct ofs_recorded_step *step, const char *base, const char *target)
{
    bool whole = strstr(target, "://") != NULL;
    size_t n = strlen(base);
    bool slash = n && base[n - 1] == '/' && *target == '/';
    int size = whole ? snprintf(step->address, sizeof step->address, "%s", target)
                     : snprintf(step->address, sizeof step->address, "%.*s%s%s", (int)(n - slash),
                                base, *target == '/' ? "" : "/", target);
    if (size >= (int)sizeof step->address)
        step->address[0] = '\0';
}

static int take_command(struct ofs_recorded *r, const char *base, const cJSON *command,
                        struct ofs_error *err)
{
    const char *name = ofs_json_str(command, "command", "");
    bool check = !strcmp(name, "check"), uncheck = !strcmp(name, "uncheck");
    bool choose = !strcmp(name, "select");
    struct ofs_recorded_step *to;
    if (!strcmp(name, "open")) {
        if (!(to = ofs_recorded_add(r, OFS_RECORDED_OPEN, err)))
            return -1;
        take_address(to, base, ofs_json_str(command, "target", ""));
    } else if (check || uncheck || choose || !strcmp(name, "click") || !strcmp(name, "clickAt") ||
               !strcmp(name, "doubleClick")) {
        if (!(to = ofs_recorded_add(r, choose ? OFS_RECORDED_CHOOSE : OFS_RECORDED_CLICK, err)))
            return -1;
        take_targets(to, command);
        if (check || uncheck) {
            snprintf(to->role, sizeof to->role, "checkbox");
            snprintf(to->state, sizeof to->state, "%s", check ? "on" : "off");
        }
        const char *value = ofs_json_str(command, "value", "");
        if (choose && !strncmp(value, "label=", 6))
            snprintf(to->value, sizeof to->value, "%s", value + 6);
    } else if (!strcmp(name, "type") || !strcmp(name, "sendKeys")) {
        r->typed = true;
    }
    return 0;
}

static bool clicks(const cJSON *test)
{
    const cJSON *command;
    cJSON_ArrayForEach(command, ofs_json_get(test, "commands"))
    {
        const char *name = ofs_json_str(command, "command", "");
        if (!strncmp(name, "click", 5) || !strcmp(name, "check") || !strcmp(name, "uncheck") ||
            !strcmp(name, "select"))
            return true;
    }
    return false;
}

int ofs_recorded_by_selenium(const cJSON *tree, struct ofs_recorded *ret, struct ofs_error *err)
{
    const cJSON *tests = ofs_json_get(tree, "tests"), *test, *command;
    const char *base = ofs_json_str(tree, "url", "");
    if (!cJSON_IsArray(tests))
        return 0;
    cJSON_ArrayForEach(test, tests)
    {
        if (!clicks(test))
            continue;
        cJSON_ArrayForEach(
            command,
            ofs_json_get(test, "commands")) if (take_command(ret, base, command, err)) return -1;
        break;
    }
    return 1;
}
