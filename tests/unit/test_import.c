/*
 * Scenarios from recordings: what is copied, what is left out, and what is refused. In the
 * recordings below ' is written for ".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "scenario/import.h"
#include "scenario/scenario.h"

#define RECORDER(steps) "{'title': 'a', 'steps': [{'type': 'setViewport', 'width': 1}," steps "]}"
#define NAVIGATE(url) "{'type': 'navigate', 'url': '" url "'}"
#define CLICK(selectors) "{'type': 'click', 'target': 'main', 'selectors': [" selectors "]}"
#define SIDE(commands)                                                                       \
    "{'id': '1', 'version': '2.0', 'url': 'https://a.example/', 'tests': [{'commands': []}," \
    "{'commands': [" commands "]}]}"

static char *quoted(const char *text)
{
    char *copy = strdup(text);
    for (char *p = copy; *p; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

static int import_text(const char *recording, struct ofs_import *ret, struct ofs_error *err)
{
    char *text = quoted(recording);
    const struct ofs_import_options options = {.lang = "en", .today = "2026-11-26"};
    int rc = ofs_import_recording(text, strlen(text), &options, ret, err);
    free(text);
    return rc;
}

/* The value of the only setting at each path; NULL: it has no such member. */
static const struct {
    const char *recording;
    const char *origin;
    struct {
        const char *path, *value;
    } says[6];
} good[] = {
    {RECORDER(NAVIGATE("https://www.site.example/settings") "," CLICK(
         "['aria/Train on my posts[role=\\'switch\\']'], ['#train']")),
     "https://www.site.example",
     {{"page", "/settings"}, {"id", "train-on-my-posts"}, {"wanted", "off"}, {"key", "train"}}},
    /* a click that navigates gives the page; what was typed before is private */
    {RECORDER("{'type': 'change', 'value': 'hunter2', 'selectors': ['#pw']}," NAVIGATE(
         "https://site.example/") ",{'type': 'click', 'selectors': ['aria/Settings'],"
                                  "'assertedEvents': [{'type': 'navigation', 'url': "
                                  "'https://site.example/a?_s=data#x'}"
                                  "]}," CLICK(
                                      "'text/Improve our models', '[data-testid=\\'improve\\']'")),
     "https://site.example",
     {{"page", "/a?_s=data#x"}, {"title", "Improve our models"}, {"key", "improve"}}},
    /* a query that may hold a token is left out */
    {RECORDER(NAVIGATE("https://site.example/a?session=8a7f9b#data") "," CLICK("'aria/Train'")),
     "https://site.example",
     {{"page", "/a#data"}, {"key", NULL}}},
    /* ids that a framework counts are not keys */
    {RECORDER(NAVIGATE("https://site.example/a") "," CLICK("'aria/Train', '#radix-12'")),
     "https://site.example",
     {{"key", NULL}}},
    {RECORDER(NAVIGATE("https://site.example/a") "," CLICK("'aria/Train', '#\\\\:r1\\\\:'")),
     "https://site.example",
     {{"key", NULL}}},
    /* the state that the recording waits for is the wanted one */
    {RECORDER(NAVIGATE("https://site.example/a") "," CLICK(
         "'aria/Block AI bots', '#block'") ","
                                           "{'type': 'waitForElement', 'selectors': ['#block'], "
                                           "'properties': "
                                           "{'checked': true}}"),
     "https://site.example",
     {{"wanted", "on"}}},
    {SIDE("{'command': 'open', 'target': '/settings'},"
          "{'command': 'type', 'target': 'id=pw', 'value': 'hunter2'},"
          "{'command': 'uncheck', 'target': 'css=.x', 'targets': [['id=train', 'id'],"
          "['xpath=//label[contains(.,\\'Train\\')]', 'xpath:innerText']]}"),
     "https://a.example",
     {{"page", "/settings"}, {"wanted", "off"}, {"key", "train"}}},
    {SIDE("{'command': 'open', 'target': 'https://b.example/settings'},"
          "{'command': 'select', 'target': 'name=share', 'value': 'label=Do not share'}"),
     "https://b.example",
     {{"wanted", "do-not-share"}, {"key", "share"}}},
};

static void assert_nothing_typed(const cJSON *scenario)
{
    char *text = cJSON_Print(scenario);
    assert_null(strstr(text, "hunter2"));
    free(text);
}

static void test_good_recordings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct ofs_import import;
        struct ofs_error err = {0};
        if (import_text(good[i].recording, &import, &err))
            fail_msg("recording %zu: %s", i, err.text);
        const cJSON *setting = cJSON_GetArrayItem(ofs_json_get(import.scenario, "settings"), 0);
        assert_string_equal(ofs_json_str(import.scenario, "origin", ""), good[i].origin);
        for (size_t k = 0; k < 6 && good[i].says[k].path; k++) {
            const char *is = ofs_json_str(setting, good[i].says[k].path, NULL);
            const char *expected = good[i].says[k].value;
            if ((!is) != (!expected) || (is && strcmp(is, expected)))
                fail_msg("recording %zu: %s is %s instead of %s", i, good[i].says[k].path,
                         is ? is : "missing", expected ? expected : "missing");
        }
        assert_true(cJSON_GetArraySize(import.missing) >= 4);
        assert_nothing_typed(import.scenario);
        ofs_import_clear(&import);
    }
}

/* A click that answers the site, one that saves, one before the setting. */
static void test_around_the_control(void **state)
{
    (void)state;
    struct ofs_import import;
    struct ofs_error err = {0};
    assert_int_equal(
        import_text(
            RECORDER(NAVIGATE("https://site.example/") "," CLICK("'aria/Settings'") "," CLICK(
                "'aria/Train[role=\\'checkbox\\']'") "," CLICK("'aria/Turn off'") "," CLICK("'aria/"
                                                                                            "Save "
                                                                                            "change"
                                                                                            "s'")),
            &import, &err),
        0);
    const cJSON *setting = cJSON_GetArrayItem(ofs_json_get(import.scenario, "settings"), 0);
    const cJSON *confirm = cJSON_GetArrayItem(ofs_json_at(setting, "confirm/en"), 0);
    const cJSON *save = cJSON_GetArrayItem(ofs_json_at(setting, "save/button/en"), 0);
    const cJSON *open = cJSON_GetArrayItem(ofs_json_get(setting, "open"), 0);
    assert_string_equal(cJSON_GetStringValue(confirm), "Turn off");
    assert_string_equal(cJSON_GetStringValue(save), "Save changes");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetArrayItem(ofs_json_at(open, "names/en"), 0)),
                        "Settings");
    ofs_import_clear(&import);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *recording, *text;
    } bad[] = {
        {"", "not JSON"},
        {"{}", "known format"},
        {"[1, 2]", "known format"},
        {"{'title': 'a', 'steps': []}", "nothing is clicked"},
        {RECORDER(CLICK("'aria/Train'")), "opens no address"},
        {RECORDER(NAVIGATE("https://a.example/") "," CLICK("'div > div:nth-of-type(2)'")),
         "neither a name"},
        {RECORDER(NAVIGATE("http://a.example/") "," CLICK("'aria/Train'")), "https"},
        {RECORDER(NAVIGATE("file:///etc/passwd") "," CLICK("'aria/Train'")), "origin"},
        {RECORDER(NAVIGATE("data:text/html,x") "," CLICK("'aria/Train'")), "no address"},
        {SIDE("{'command': 'open', 'target': '/'}"), "nothing is clicked"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct ofs_import import;
        struct ofs_error err = {0};
        if (!import_text(bad[i].recording, &import, &err))
            fail_msg("recording %zu was accepted", i);
        if (!strstr(err.text, bad[i].text))
            fail_msg("recording %zu: %s", i, err.text);
        assert_int_equal(err.code, OFS_ERR_SCENARIO);
        assert_null(import.scenario);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_recordings),
        cmocka_unit_test(test_around_the_control),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
