/*
 * What the site's own data contain about a setting, by the key that names its control.
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
    {"{'value': false}", false, ""}, /* it does not say which setting it is about */
    {"false", true, "off"},
    {"{'other': false}", false, ""},
    {"{'kk': false}", false, ""},
    {"{'k': true, 'again': {'k': false}}", false, ""}, /* two different values count as none */
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
    /* of a group, the checked one was chosen, whichever it is */
    {"<input type='radio' name='k' value='everyone' checked>", false, ""},
    {"<input type='radio' name='k' value='0' checked>", false, ""},
    {"<input type='radio' name='k' value='1' checked>", false, "on"},
    {"<input type='radio' name='k' value='on'><input type='radio' name='k' value='off' checked>",
     false, ""},
    {"<input name=k type=radio value=nobody checked>", false, ""},
    {"<div role='menuitemradio' data-testid='k' aria-checked='true'>", false, ""},
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
        ofs_served_field(text, fields[i].field, NULL, found, sizeof found);
        assert_string_equal(found, fields[i].state);
    }
}

/* However a document is built, parsing it ends. */
static void test_malformed_documents(void **state)
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

/* Responses with status 200 and no state. */
static void test_responses_without_state(void **state)
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
        {"{'status': false}", false}, /* a state may have this name */
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

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *text, *values, *want;
    } cases[] = {
        {"{\"a\": {\"exclude\": true}}", "{\"true\": \"off\", \"false\": \"on\"}", "off"},
        {"{\"a\": {\"exclude\": false}}", "{\"true\": \"off\", \"false\": \"on\"}", "on"},
        {"{\"a\": {\"exclude\": \"everywhere\"}}", "{\"everywhere\": \"block\"}", "block"},
        {"{\"a\": {\"exclude\": null}}", "{\"true\": \"off\"}", ""},
        {"{\"a\": {}}", "{\"true\": \"off\"}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        OFS_AUTO_JSON values = cJSON_Parse(cases[i].values);
        char found[64];
        ofs_served_field(cases[i].text, "a/exclude", values, found, sizeof found);
        assert_string_equal(found, cases[i].want);
    }
}

/* The requests that a scenario means: one segment may vary, and some of the query and a field of
 * the body may matter. */
static void test_requests(void **state)
{
    (void)state;
    static const struct {
        const char *named, *method, *url, *sent;
        bool fits;
    } cases[] = {
        {"{'path':'/g/*/Set'}", "POST", "https://x.example/g/Ab1-2/Set", NULL, true},
        {"{'path':'/g/*/Set'}", "POST", "https://x.example/g/Ab1-2/Set?a=b", NULL, true},
        {"{'path':'/g/*/Set'}", "POST", "https://x.example/g/a/b/Set", NULL, false},
        {"{'path':'/g/*/Set'}", "POST", "https://x.example/g//Set", NULL, false},
        {"{'path':'/g/*/Set'}", "POST", "https://x.example/g/a/SetMore", NULL, false},
        {"{'path':'/s','method':'PUT'}", "POST", "https://x.example/s", NULL, false},
        {"{'path':'/s','query':{'f':'t'}}", "PATCH", "https://x.example/s?f=t&v=false", NULL, true},
        {"{'path':'/s','query':{'f':'t'}}", "PATCH", "https://x.example/s?v=1&f=t#x", NULL, true},
        {"{'path':'/s','query':{'f':'t'}}", "PATCH", "https://x.example/s?f=tt", NULL, false},
        {"{'path':'/s','query':{'f':'t'}}", "PATCH", "https://x.example/s?of=t", NULL, false},
        {"{'path':'/s','query':{'f':'t'}}", "PATCH", "https://x.example/s", NULL, false},
        {"{'path':'/s','body':'k'}", "POST", "https://x.example/s", "{\"k\":false}", true},
        {"{'path':'/s','body':'k'}", "POST", "https://x.example/s", "a=b&k=off", true},
        {"{'path':'/s','body':'k'}", "POST", "https://x.example/s", "{\"kk\":false}", false},
        {"{'path':'/s','body':'k'}", "POST", "https://x.example/s", NULL, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s", cases[i].named);
        for (char *at = text; (at = strchr(at, '\''));)
            *at = '"';
        OFS_AUTO_JSON named = cJSON_Parse(text);
        struct ofs_request r = {.url = (char *)cases[i].url, .sent = (char *)cases[i].sent};
        snprintf(r.method, sizeof r.method, "%s", cases[i].method);
        if (ofs_request_fits(&r, named) != cases[i].fits)
            fail_msg("%s %s", cases[i].named, cases[i].url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_field),
        cmocka_unit_test(test_malformed_documents),
        cmocka_unit_test(test_responses_without_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
