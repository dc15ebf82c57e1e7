/*
 * What the site's own data say of a setting, by the key that names its control.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "page/internal.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct {
    const char *text; /* with ' for " */
    bool named;
    const char *state;
} rows[] = {
    /* answers */
    {"{'k': true}", false, "on"},
    {"{'k': false}", false, "off"},
    {"{'k': 0}", false, "off"},
    {"{'k': 'ENABLED'}", false, "on"},
    {"{'k': 'opted_out'}", false, "off"},
    {"{'k': 'everyone'}", false, "everyone"},
    {"{'k': null}", false, ""},
    {"{'k': {'value': false, 'label': 'x'}}", false, "off"},
    {"{'data': {'settings': {'k': {'enabled': true}}}}", false, "on"},
    {"[{'key': 'other', 'value': true}, {'key': 'k', 'value': false}]", false, "off"},
    {"{'name': 'k', 'selected': true}", false, "on"},
    {"{'entityUrn': 'urn:x:(k,1)', 'value': false}", false, "off"},
    {"{'value': false}", true, "off"},
    {"{'value': false}", false, ""}, /* it does not say of what */
    {"false", true, "off"},
    {"{'other': false}", false, ""},
    {"{'kk': false}", false, ""},
    {"{'k': true, 'again': {'k': false}}", false, ""}, /* two that differ are none */
    {"{'k': true, 'again': {'k': 1}}", false, "on"},
    {"", false, ""},
    {"not data", true, ""},

    /* documents */
    {"<script>window.S = {'a': 1, 'k': false, 'b': 2};</script>", false, "off"},
    {"<script type='application/json'>{'k':true}</script>", false, "on"},
    {"<code>{&quot;k&quot;:false}</code>", false, "off"},
    {"<code>{&#34;key&#34;:&#34;k&#34;,&#34;value&#34;:true}</code>", false, "on"},
    {"<script>p.push('{\\'k\\':false}')</script>", false, "off"},
    {"<script>x = [{'value': true, 'id': 'k'}]</script>", false, "on"},
    {"<script>x = {'k': {'on': false}}</script>", false, "off"},
    {"<input type='checkbox' aria-labelledby='k' checked>", false, "on"},
    {"<button role='switch' id='k' aria-checked='true'>", false, "on"},
    /* an empty switch may wait for its state */
    {"<input type='checkbox' aria-labelledby='k'>", false, ""},
    {"<button role='switch' id='k' aria-checked='false'>", false, ""},
    {"<label for='k'>k</label>", false, ""},
    {"<p>k is false</p>", false, ""},
    {"<script>x = {'k': null}</script>", false, ""},
    {"<script>x = {'k': true}; y = {'k': false}</script>", false, ""},
};

static void as_json(const char *text, char *to, size_t size)
{
    snprintf(to, size, "%s", text);
    for (char *p = to; *p; p++)
        *p = *p == '\'' ? '"' : *p;
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[400], found[64];
        as_json(rows[i].text, text, sizeof text);
        ofs_served_state(text, "k", rows[i].named, found, sizeof found);
        if (strcmp(found, rows[i].state) != 0)
            fail_msg("%s: '%s' instead of '%s'", text, found, rows[i].state);
    }
}

static void test_field(void **state)
{
    (void)state;
    static const struct {
        const char *text, *field, *state;
    } fields[] = {
        {"{'data': {'training': false}}", "data/training", "off"},
        {"{'data': {'training': {'value': 'on'}}}", "data/training", "on"},
        {"{'data': {}}", "data/training", ""},
        {"[]", "data/training", ""},
        {"", "data", ""},
    };
    for (size_t i = 0; i < COUNT(fields); i++) {
        char text[200], found[64];
        as_json(fields[i].text, text, sizeof text);
        ofs_served_field(text, fields[i].field, found, sizeof found);
        assert_string_equal(found, fields[i].state);
    }
}

/* However a document is made, it ends. */
static void test_strange_documents(void **state)
{
    (void)state;
    char text[60000], found[64];
    memset(text, '{', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text + 30000, "\"k\":", 4);
    ofs_served_state(text, "k", false, found, sizeof found);
    memset(text, '"', sizeof text - 1);
    memcpy(text + 59990, "k\":", 3);
    ofs_served_state(text, "k", false, found, sizeof found);
    memset(text, '<', sizeof text - 1);
    memcpy(text + 59998, "k", 1);
    ofs_served_state(text, "k", false, found, sizeof found);
    assert_string_equal(found, "");
}

/* Answers of 200 that are none. */
static void test_excuses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_excuse;
    } said[] = {
        {"{'value': false}", false},
        {"[{'k': true}]", false},
        {"{'data': {'k': true}, 'errors': []}", false},
        {"{'error': null, 'k': true}", false},
        {"{'error': false}", false},
        {"{'success': true, 'status': 'ok'}", false},
        {"{'status': false}", false}, /* a state may be called so */
        {")]}',\n{'k': 1}", false},
        {"<p>a piece of a page</p>", false},
        {"", false},
        {"false", false},
        {"{'data': null, 'errors': [{'message': 'x'}]}", true},
        {"[{'data': {}}, {'errors': [{'message': 'x'}]}]", true},
        {"{'error': {'code': 7}}", true},
        {"{'error': 'not signed in'}", true},
        {"{'success': false}", true},
        {"{'status': 'error'}", true},
        {"{'key': 'some-set", true},
        {"[1, 2", true},
        {"<!DOCTYPE html><title>Sign in</title>", true},
        {" \r\n<html lang=en>", true},
    };
    for (size_t i = 0; i < COUNT(said); i++) {
        char text[256];
        as_json(said[i].text, text, sizeof text);
        if (ofs_is_excuse(text) != said[i].is_excuse)
            fail_msg("%s", said[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_strange_documents),
        cmocka_unit_test(test_excuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
