/*
 * The lint of one text or one member of a scenario, one row per rule, and of large and broken
 * texts. Runs from the top of the repository.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scenario/scenario.h"
#include "support/lint_rows.h"

static const struct lint_row syntax[] = {
    {MARK "", "", "there is nothing in it"},
    {MARK " \n\t ", "", "there is nothing in it"},
    {MARK "\xef\xbb\xbf{}", "", "byte order mark"},
    {"{'a': 1" MARK, "", "ends too early"},
    {"{'a': [1" MARK, "", "ends too early"},
    {"{'a':" MARK, "", "ends too early"},
    {"{'a': 1,\n " MARK "}", "", "a comma with nothing behind it"},
    {"[1," MARK "]", "", "a comma with nothing behind it"},
    {"{'a': 1\n " MARK "'b': 2}", "", "a comma or a colon is missing"},
    {"[1 " MARK "2]", "", "not expected here"},
    {"{'a' " MARK "1}", "", "not expected here"},
    {"{a" MARK ": 1}", "", "keys need double quotes"},
    {"{/" MARK "/ words\n}", "", "comments are not part of JSON"},
    {"[" MARK "/* words */]", "", "comments are not part of JSON"},
    {"[" MARK "`x`]", "", "not expected here"},
    {"[" MARK ",1]", "", "a value is missing before this comma"},
    {"{'a': " MARK "}", "", "a value is missing here"},
    {"[" MARK "+1]", "", "cannot begin with +"},
    {"[" MARK ".5]", "", "needs a digit before the point"},
    {"[" MARK "01]", "", "begins with 0"},
    {"[1." MARK "]", "", "a digit is missing"},
    {"[1e" MARK "]", "", "a digit is missing"},
    {"[-" MARK "]", "", "a digit is missing"},
    {"[" MARK "'abc\n']", "", "does not end on its line"},
    {"[" MARK "'abc", "", "never ends"},
    {"['a" MARK "\tb']", "", "a control character in a string"},
    {"['" MARK "\\x']", "", "an unknown escape"},
    {"['" MARK "\\u12g4']", "", "four hexadecimal digits"},
    {"['" MARK "\\u0000']", "", "a NUL character"},
    {"['" MARK "\\ud800x']", "", "half of a surrogate pair"},
    {"['" MARK "\\udc00']", "", "half of a surrogate pair"},
    {"['" MARK "\xff']", "", "not UTF-8"},
    {"['" MARK "\xc0\xaf']", "", "not UTF-8"},
    {"['" MARK "\xed\xa0\x80']", "", "not UTF-8"},
    {"{} " MARK "x", "", "more text behind the end"},
};

static const struct lint_row shape[] = {
    {MARK "[]", "", "has to be an object, not a list"},
    {WITH("'note': 'fine'"), NULL, NULL},
    {WITH("'note': 'smile \\ud83d\\ude00', 'ready': {'marks': ['a']}"), NULL, NULL},
    {WITH("'note': 'a',\n " MARK "'cannary': 1"), "cannary", "did you mean \"canary\"?"},
    {WITH(MARK "'zebra': 1"), "zebra", "unknown key \"zebra\""},
    {ONE(PLACED MARK "'lables': {}"), "settings[0].lables", "did you mean \"labels\"?"},
    {ONE(PLACED "'labels': " MARK "['L']"), "settings[0].labels", "by language"},
    {ONE(PLACED "'labels': {'en': " MARK "'L'}"), "settings[0].labels.en",
     "has to be a list of wordings, not a string"},
    {ONE(PLACED "'labels': {'en': [" MARK "7]}"), "settings[0].labels.en[0]",
     "has to be a wording in quotes, not a number"},
    {ONE("'wanted': " MARK "false, 'page': '/a', 'key': 'K'"), "settings[0].wanted", "not false"},
    {ONE(PLACED "'rows': " MARK "null"), "settings[0].rows", "not null"},
    {ONE(PLACED "'note': " MARK "true"), "settings[0].note", "not true"},
    {WITH("'note': " MARK "{}"), "note", "not an object"},
    {ONE(PLACED "'labels': " MARK "{}"), "settings[0].labels", "is empty"},
    {ONE(PLACED "'labels': {'en': " MARK "[]}"), "settings[0].labels.en", "is empty"},
    {SETTINGS(MARK "7"), "settings[0]", "has to be an object"},
    {HEAD ORIGIN "'settings': " MARK "[]}", "settings", "is empty"},
    {HEAD ORIGIN "'settings': " MARK "{}}", "settings", "has to be a list"},
    {MARK "{'id': 'x', 'version': '1', 'title': 'X', " ORIGIN "'settings': [" SETTING "]}", "",
     "\"format\" is missing"},
    {MARK "{'format': 1, 'version': '1', 'title': 'X', " ORIGIN "'settings': [" SETTING "]}", "",
     "\"id\" is missing"},
    {MARK "{'format': 1, 'id': 'x', 'title': 'X', " ORIGIN "'settings': [" SETTING "]}", "",
     "\"version\" is missing"},
    {MARK "{'format': 1, 'id': 'x', 'version': '1', " ORIGIN "'settings': [" SETTING "]}", "",
     "\"title\" is missing"},
    {MARK HEAD "'settings': [" SETTING "]}", "", "\"origin\" is missing"},
    {MARK HEAD "'origin': 'https://x.example'}", "", "\"settings\" is missing"},
    {SETTINGS(MARK "{'title': 'A', 'wanted': 'off', 'page': '/a', 'key': 'K'}"), "settings[0]",
     "\"id\" is missing"},
    {SETTINGS(MARK "{'id': 'a', 'wanted': 'off', 'page': '/a', 'key': 'K'}"), "settings[0]",
     "\"title\" is missing"},
    {SETTINGS(MARK "{'id': 'a', 'title': 'A', 'page': '/a', 'key': 'K'}"), "settings[0]",
     "\"wanted\" is missing"},
    {SETTINGS(MARK "{'id': 'a', 'title': 'A', 'wanted': 'off', 'key': 'K'}"), "settings[0]",
     "\"page\" or \"pages\" or \"index\" is missing"},
    {SETTINGS(MARK "{'id': 'a', 'title': 'A', 'wanted': 'off', 'page': '/a'}"), "settings[0]",
     "\"labels\" or \"key\" is missing"},
    {"{'format': " MARK "2, 'whatever': []}", "format", "format 2 needs a newer offswitch"},
    {"{'format': " MARK "0,\n" ORIGIN
     "'id': 'x', 'version': '1', 'title': 'X', 'settings': [" SETTING "]}",
     "format", "has to be between 1 and 1"},
    {"{'format': " MARK "'1',\n" ORIGIN
     "'id': 'x', 'version': '1', 'title': 'X', 'settings': [" SETTING "]}",
     "format", "has to be a whole number, not a string"},
    {WITH("'blockers': [{'reason': 'blocked', 'status': [" MARK "429.5]}]"),
     "blockers[0].status[0]", "has to be a whole number"},
    {WITH("'blockers': [{'reason': 'blocked', 'status': [" MARK "99]}]"), "blockers[0].status[0]",
     "has to be between 100 and 999"},
    {WITH("'blockers': [{'reason': 'blocked', 'status': [999]}]"), NULL, NULL},
    {WITH("'blockers': [" MARK "{'reason': 'blocked'}]"), "blockers[0]",
     "\"paths\" or \"selectors\" or \"status\" or \"titles\" or \"origins\" is missing"},
    {WITH("'blockers': [{'reason': " MARK "'signed-in', 'paths': ['/l']}]"), "blockers[0].reason",
     "none of signed-out, checkpoint, blocked"},
    {WITH("'blockers': [{'reason': " MARK "'signedout', 'paths': ['/l']}]"), "blockers[0].reason",
     "did you mean \"signed-out\"?"},
    {ONE(PLACED "'save': {'method': " MARK "'GET', 'path': '/s'}"), "settings[0].save.method",
     "none of PUT, POST, PATCH, DELETE"},
    {ONE(PLACED "'save': " MARK "{}"), "settings[0].save", "\"path\" or \"button\" is missing"},
    {ONE(PLACED "'save': " MARK "{'method': 'PUT', 'button': {'en': ['Save']}}"),
     "settings[0].save", "\"path\" is missing"},
    {ONE(PLACED "'save': " MARK "{'path': '/s'}"), "settings[0].save", "\"method\" is missing"},
    {ONE(PLACED "'sources': [{'level': " MARK "'sure', 'verified_on': '2026-01'}]"),
     "settings[0].sources[0].level", "none of seen, reported, guess"},
    {ONE(PLACED "'sources': [" MARK "{'level': 'seen'}]"), "settings[0].sources[0]",
     "\"verified_on\" is missing"},
    {WITH("'dates': [{'date': " MARK "'2025-02-29', 'what': 'x'}]"), "dates[0].date",
     "not in the calendar"},
    {WITH("'dates': [{'date': '2024-02-29', 'what': 'x'}]"), NULL, NULL},
    {WITH("'dates': [{'date': " MARK "'2025-13', 'what': 'x'}]"), "dates[0].date",
     "not in the calendar"},
    {WITH("'dates': [{'date': " MARK "'3 Nov 2025', 'what': 'x'}]"), "dates[0].date", "is no date"},
    {WITH("'dates': [{'date': " MARK "'2025', 'what': 'x'}]"), "dates[0].date", "is no date"},
    {ONE(PLACED "'regions': [{'in': [" MARK "'Europe']}]"), "settings[0].regions[0].in[0]",
     "is no region"},
    {ONE(PLACED "'regions': [" MARK "{'since': '2025-01'}]"), "settings[0].regions[0]",
     "\"in\" or \"except\" or \"note\" is missing"},
    {WITH("'note': 'a', " MARK "'note': 'b'"), "", "the key \"note\" is here twice"},
    {ONE(PLACED "'labels': {'en': ['L'], " MARK "'en': ['M']}"), "settings[0].labels",
     "the key \"en\" is here twice"},
    {WITH("'note': " MARK "'see javascript:void(0)'"), "note", "script text"},
    {PAGE(MARK "'javascript:alert(1)'"), "settings[0].page", "script text"},
    {PAGE(MARK "'java\\nscript :alert(1)'"), "settings[0].page", "script text"},
    {WITH("'note': " MARK "'a <SCRIPT>b'"), "note", "script text"},
    {WITH("'note': " MARK "' '"), "note", "is empty"},
    {WITH("'note': " MARK "'bell \\u0007'"), "note", "control character"},
    {WITH("'note': " MARK "'c1 \\u009b'"), "note", "control character"},
};

static const struct lint_row words[] = {
    {SETTINGS("{'id': " MARK "'A', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "begin with a small letter"},
    {SETTINGS("{'id': " MARK "'a b', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "may only have"},
    {SETTINGS("{'id': " MARK "'', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "is empty"},
    {SETTINGS("{'id': 'a/b-c.d-e', 'title': 'A', " PLACED "'note': 'n'}"), NULL, NULL},
    {SETTINGS("{'id': " MARK "'a_b', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "may only have"},
    {SETTINGS("{'id': " MARK "'a@b', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "may only have"},
    {SETTINGS("{'id': " MARK "'a/b/c', 'title': 'A', " PLACED "'note': 'n'}"), "settings[0].id",
     "more than one /"},
    {"{'format': 1, 'id': " MARK "'x/y', 'version': '1', 'title': 'X',\n" ORIGIN
     "'settings': [" SETTING "]}",
     "id", "may only have small letters, digits and -"},
    {"{'format': 1, 'id': " MARK "'x.y', 'version': '1', 'title': 'X',\n" ORIGIN
     "'settings': [" SETTING "]}",
     "id", "may only have small letters, digits and -"},
    {"{'format': 1, 'id': " MARK "'-x', 'version': '1', 'title': 'X',\n" ORIGIN
     "'settings': [" SETTING "]}",
     "id", "begin with a small letter"},
    {"{'format': 1, 'id': '7-x', 'version': '1', 'title': 'X',\n" ORIGIN "'settings': [" SETTING
     "]}",
     NULL, NULL},
    {SETTINGS("{'id': 'a', 'title': " MARK "'A\\nB', " PLACED "'note': 'n'}"), "settings[0].title",
     "line break"},

    {ORIGIN_IS("'https://x.example:8443'"), NULL, NULL},
    {ORIGIN_IS("'http://127.0.0.1:8080'"), NULL, NULL},
    {ORIGIN_IS("'http://localhost:1'"), NULL, NULL},
    {ORIGIN_IS("'http://[::1]:8080'"), NULL, NULL},
    {ORIGIN_IS(MARK "'https://x.example/'"), "origin", "is more than an origin"},
    {ORIGIN_IS(MARK "'https://x.example/a'"), "origin", "is more than an origin"},
    {ORIGIN_IS(MARK "'https://u@x.example'"), "origin", "is more than an origin"},
    {ORIGIN_IS(MARK "'http://x.example'"), "origin", "has to be https"},
    {ORIGIN_IS(MARK "'ftp://x.example'"), "origin", "is no origin"},
    {ORIGIN_IS(MARK "'x.example'"), "origin", "is no origin"},
    {ORIGIN_IS(MARK "'https://X.example'"), "origin", "small letters"},
    {ORIGIN_IS(MARK "'https://x_y.example'"), "origin", "no host name has"},
    {ORIGIN_IS(MARK "'https://x..example'"), "origin", "no valid host name"},
    {ORIGIN_IS(MARK "'https://'"), "origin", "has no host"},
    {ORIGIN_IS(MARK "'https://x.example:443'"), "origin", "leave it out"},
    {ORIGIN_IS(MARK "'https://x.example:99999'"), "origin", "no valid port"},
    {ORIGIN_IS(MARK "'https://[::1'"), "origin", "not closed"},

    {PAGE("'/a/b?c=d#e'"), NULL, NULL},
    {PAGE("'/a..b/...'"), NULL, NULL},
    {PAGE(MARK "''"), "settings[0].page", "is empty"},
    {PAGE(MARK "'a/b'"), "settings[0].page", "has to begin with"},
    {PAGE(MARK "'https://evil.example/a'"), "settings[0].page", "leaves its origin"},
    {PAGE(MARK "'https://x.example.evil/a'"), "settings[0].page", "leaves its origin"},
    {PAGE(MARK "'https://x.example/a'"), "settings[0].page", "is a whole address"},
    {PAGE(MARK "'//evil.example/a'"), "settings[0].page", "leaves its origin"},
    {PAGE(MARK "'/\\\\evil.example'"), "settings[0].page", "leaves its origin"},
    {PAGE(MARK "'mailto:a@b'"), "settings[0].page", "leaves its origin"},
    {PAGE(MARK "'/a\\\\b'"), "settings[0].page", "backslash"},
    {PAGE(MARK "'/a b'"), "settings[0].page", "a space or a control character"},
    {PAGE(MARK "'/a\\tb'"), "settings[0].page", "a space or a control character"},
    {PAGE(MARK "'/é'"), "settings[0].page", "percent-encoded"},
    {PAGE(MARK "'/a/../b'"), "settings[0].page", "segment"},
    {PAGE(MARK "'/a/%2E%2e'"), "settings[0].page", "segment"},
    {PAGE(MARK "'/./a'"), "settings[0].page", "segment"},
    {WITH("'indexes': {'p': {'page': " MARK "'p'}}"), "indexes.p.page", "has to begin with"},
    {WITH("'never': [" MARK "'x']"), "never[0]", "has to begin with"},
    {WITH("'policies': [{'id': 'p', 'title': 'P', 'url': " MARK "'//x/y'}]"), "policies[0].url",
     "leaves its origin"},
    {WITH("'policies': [{'id': 'p', 'title': 'P', 'url': " MARK "'http://example.org/x'}]"),
     "policies[0].url", "plain http is for loopback only"},
    {WITH("'policies': [{'id': 'p', 'title': 'P', 'url': 'https://example.org/x', 'select': "
          "['main > .body[lang=en]']}, {'id': 'q', 'title': 'Q', 'url': "
          "'http://127.0.0.1:8080/x', 'remove': [" MARK "'p:hover']}]"),
     "policies[1].remove[0]", "is no simple selector"},
    {WITH("'manual': [{'id': 'm', 'title': 'M', 'page': " MARK "'http://y.example/'}]"),
     "manual[0].page", "plain http is for loopback only"},

    {SELECTOR("'body.boot-complete', 'nav a[href*=\\\"/my\\\"] > i:not(.x, #y)', '*', '#a\\\\:b'"),
     NULL, NULL},
    {WITH("'ready': " MARK "{}"), "ready", "\"marks\" or \"static_paths\" is missing"},
    {WITH("'ready': {'static_paths': [" MARK "'x']}"), "ready.static_paths[0]",
     "has to begin with"},
    {SELECTOR(MARK "'a[b'"), "ready.marks[0]", "not closed"},
    {SELECTOR(MARK "'a(b]'"), "ready.marks[0]", "does not match"},
    {SELECTOR(MARK "'a[b=\\\"c]'"), "ready.marks[0]", "quote that is not closed"},
    {SELECTOR(MARK "'a[]'"), "ready.marks[0]", "no attribute"},
    {SELECTOR(MARK "'a[b*c]'"), "ready.marks[0]", "no attribute"},
    {SELECTOR(MARK "'a \\\"b\\\"'"), "ready.marks[0]", "a quote outside of brackets"},
    {SELECTOR(MARK "'> a'"), "ready.marks[0]", "begins or ends"},
    {SELECTOR(MARK "'a,'"), "ready.marks[0]", "begins or ends"},
    {SELECTOR(MARK "'a, , b'"), "ready.marks[0]", "an empty part"},
    {SELECTOR(MARK "'a{b}'"), "ready.marks[0]", "no CSS selector has"},
    {SELECTOR(MARK "'.'"), "ready.marks[0]", "no name behind"},
    {SELECTOR(MARK "'7up'"), "ready.marks[0]", "does not begin like"},
    {SELECTOR(MARK "''"), "ready.marks[0]", "is empty"},
    {WITH("'canary': {'selectors': [" MARK "'a[']}"), "canary.selectors[0]", "not closed"},

    {WITH("'key_attributes': [" MARK "'[id]']"), "key_attributes[0]", "no plain attribute name"},
    {WITH("'key_attributes': ['data-control-name']"), NULL, NULL},
    {WITH("'key_attributes': ['id', " MARK "'id']"), "key_attributes", "in this list twice"},
    {ONE("'wanted': 'off', 'page': '/a', 'key': " MARK "'a b'"), "settings[0].key", "no key has"},
    {ONE("'wanted': 'off', 'page': '/a', 'key': " MARK "'a\\\"]'"), "settings[0].key",
     "no key has"},

    {LABELS("{" MARK "'English': ['L']}"), "settings[0].labels.English", "is no language tag"},
    {LABELS("{" MARK "'e': ['L']}"), "settings[0].labels.e", "is no language tag"},
    {LABELS("{" MARK "'en_US': ['L']}"), "settings[0].labels.en_US", "is no language tag"},
    {LABELS("{'pt-BR': ['L'], 'zh-Hant-TW': ['M']}"), NULL, NULL},
    {LABELS("{'en': [" MARK "' \\u00a0']}"), "settings[0].labels.en[0]", "is empty"},
    {LABELS("{'en': ['L', " MARK "' L ']}"), "settings[0].labels.en", "in this list twice"},
    {LABELS("{'en': ['L'], 'de': ['L']}"), NULL, NULL},
};

static void test_syntax(void **state)
{
    (void)state;
    lint_rows(syntax, COUNT(syntax));
}

static void test_shape(void **state)
{
    (void)state;
    lint_rows(shape, COUNT(shape));
}

static void test_words(void **state)
{
    (void)state;
    lint_rows(words, COUNT(words));
}

/* The one fault of a composed text, or a failure. */
static void expect_fault(const char *text, size_t len, const char *where, const char *part)
{
    struct ofs_error err = {0};
    struct ofs_lint_fault *faults = NULL;
    int n = ofs_scenario_lint(text, len, &faults, &err);
    assert_int_equal(n, 1);
    assert_string_equal(faults[0].where, where);
    assert_non_null(strstr(faults[0].text, part));
    free(faults);
}

static void test_single_quotes(void **state)
{
    (void)state;
    expect_fault("['a']", 5, "", "strings need double quotes");
    expect_fault("[#]", 3, "", "comments are not part of JSON");
}

static void repeat(struct ofs_buf *b, const char *text, int times)
{
    struct ofs_error err;
    for (int i = 0; i < times; i++)
        assert_int_equal(ofs_buf_puts(b, text, &err), 0);
}

static void add(struct ofs_buf *b, const char *row)
{
    int line, column;
    OFS_AUTO_STR text = lint_row_text(row, &line, &column);
    repeat(b, text, 1);
}

static void test_sizes(void **state)
{
    (void)state;
    OFS_AUTO_BUF deep = OFS_BUF(1 << 20);
    repeat(&deep, "[", 2000);
    repeat(&deep, "]", 2000);
    expect_fault(ofs_buf_str(&deep), deep.len, "", "not JSON");

    OFS_AUTO_BUF large = OFS_BUF(8 << 20);
    repeat(&large, "        ", (OFS_SCENARIO_MOST_BYTES / 8) + 1);
    expect_fault(ofs_buf_str(&large), large.len, "", "is larger than 4 MiB");

    OFS_AUTO_BUF prose = OFS_BUF(1 << 20);
    add(&prose, HEAD ORIGIN "'settings': [" SETTING "], 'note': '");
    repeat(&prose, "long ", 1000);
    add(&prose, "'}");
    expect_fault(ofs_buf_str(&prose), prose.len, "note", "is longer than 4000 bytes");

    OFS_AUTO_BUF list = OFS_BUF(1 << 20);
    add(&list, HEAD ORIGIN "'settings': [" SETTING "], 'never': ['/n'");
    repeat(&list, ", \"/n\"", 200);
    add(&list, "]}");
    expect_fault(ofs_buf_str(&list), list.len, "never", "has 201 entries, more than 200");

    struct ofs_error err;
    OFS_AUTO_BUF settings = OFS_BUF(1 << 20);
    add(&settings, HEAD ORIGIN "'settings': [");
    for (int i = 0; i <= OFS_SCENARIO_MOST_SETTINGS; i++)
        ofs_buf_printf(&settings, &err,
                       "%s{\"id\": \"s%d\", \"title\": \"S\", \"wanted\": \"off\", "
                       "\"page\": \"/%d\", \"key\": \"K\"}",
                       i ? "," : "", i, i);
    add(&settings, "]}");
    expect_fault(ofs_buf_str(&settings), settings.len, "settings",
                 "has 1001 entries, more than 1000");
}

static void test_many_faults(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    struct ofs_lint_fault *faults = NULL;
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    add(&text, HEAD ORIGIN "'settings': [" SETTING "]");
    for (int i = 0; i < 2000; i++)
        ofs_buf_printf(&text, &err, ",\n\"unknown%d\": 1", i);
    add(&text, "}");
    int n = ofs_scenario_lint(ofs_buf_str(&text), text.len, &faults, &err);
    assert_int_equal(n, 500);
    assert_string_equal(faults[499].text, "more faults are not shown");
    for (int i = 1; i < n; i++)
        assert_true(faults[i - 1].line <= faults[i].line);
    free(faults);
}

/* No text may crash the lint: every part of a good file, truncated, and with a byte changed. */
static void test_broken_texts(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_BUF whole = OFS_BUF(OFS_SCENARIO_MOST_BYTES);
    assert_int_equal(ofs_buf_read_file(&whole, "scenarios/linkedin.json", &err), 0);
    for (size_t cut = 0; cut < whole.len; cut += 131) {
        struct ofs_lint_fault *faults = NULL;
        char *part = malloc(cut + 1); /* exact, so that a sanitizer sees one byte too far */
        assert_non_null(part);
        memcpy(part, whole.data, cut);
        assert_true(ofs_scenario_lint(part, cut, &faults, &err) > 0);
        free(faults);
        free(part);
        char kept = whole.data[cut];
        whole.data[cut] = (char)("{}[]\",:\\\0001"[cut % 10]);
        assert_true(ofs_scenario_lint(whole.data, whole.len, &faults, &err) >= 0);
        whole.data[cut] = kept;
        free(faults);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syntax),       cmocka_unit_test(test_shape),
        cmocka_unit_test(test_words),        cmocka_unit_test(test_single_quotes),
        cmocka_unit_test(test_sizes),        cmocka_unit_test(test_many_faults),
        cmocka_unit_test(test_broken_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
