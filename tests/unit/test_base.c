/*
 * The base room: errors, buffers, JSON, deadlines, words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* An error that must not be written to. */
static const struct ofs_error untouched = {
    .code = OFS_ERR_GONE, .maybe_done = true, .peer = "p", .text = "t", .hint = "h"};

static void assert_untouched(const struct ofs_error *err)
{
    assert_memory_equal(err, &untouched, sizeof untouched);
}

/* ---- errors ---- */

static void test_error_table(void **state)
{
    (void)state;
    static const struct {
        enum ofs_error_code code;
        const char *name;
        int status;
    } rows[] = {
        {OFS_ERR_NONE, "none", 0},         {OFS_ERR_USAGE, "usage", 64},
        {OFS_ERR_SYSTEM, "system", 1},     {OFS_ERR_NO_BROWSER, "no-browser", 1},
        {OFS_ERR_CONNECT, "connect", 1},   {OFS_ERR_NOT_A_BROWSER, "not-a-browser", 1},
        {OFS_ERR_PROTOCOL, "protocol", 1}, {OFS_ERR_TOO_BIG, "too-big", 1},
        {OFS_ERR_PEER, "peer", 1},         {OFS_ERR_LOST, "lost", 1},
        {OFS_ERR_TIMEOUT, "timeout", 1},   {OFS_ERR_INTERRUPTED, "interrupted", 3},
        {OFS_ERR_SCENARIO, "scenario", 1}, {OFS_ERR_STATE, "state", 1},
        {OFS_ERR_REFUSED, "refused", 4},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(ofs_error_name(rows[i].code), rows[i].name);
        assert_int_equal(ofs_error_status(rows[i].code), rows[i].status);
    }
}

static void test_error_fill(void **state)
{
    (void)state;
    struct ofs_error err = untouched;
    assert_int_equal(ofs_fail(&err, OFS_ERR_CONNECT, "port %d is %s", 9, "shut"), -1);
    assert_int_equal(err.code, OFS_ERR_CONNECT);
    assert_string_equal(err.text, "port 9 is shut");
    /* nothing of an earlier error stays */
    assert_string_equal(err.peer, "");
    assert_string_equal(err.hint, "");
    assert_false(err.maybe_done);

    errno = ENOENT;
    assert_int_equal(ofs_fail_errno(&err, OFS_ERR_STATE, "file %s", "x"), -1);
    assert_string_equal(err.text, "file x: No such file or directory");
}

static void test_error_hint(void **state)
{
    (void)state;
    struct ofs_error err;
    ofs_fail(&err, OFS_ERR_TIMEOUT, "late");
    assert_string_equal(ofs_error_hint(&err), "allow more time");
    assert_int_equal(ofs_hint(&err, "try %d", 2), -1);
    assert_string_equal(ofs_error_hint(&err), "try 2");
    assert_string_equal(err.text, "late");
    ofs_fail(&err, OFS_ERR_INTERRUPTED, "stopped");
    assert_string_equal(ofs_error_hint(&err), "");
}

static void test_error_wrap(void **state)
{
    (void)state;
    struct ofs_error err;
    ofs_fail(&err, OFS_ERR_PEER, "inner");
    ofs_hint(&err, "the hint");
    snprintf(err.peer, sizeof err.peer, "word");
    err.maybe_done = true;
    assert_int_equal(ofs_wrap(&err, "outer %d", 1), -1);
    assert_int_equal(ofs_wrap(&err, "outermost"), -1);
    assert_string_equal(err.text, "outermost: outer 1: inner");
    assert_int_equal(err.code, OFS_ERR_PEER);
    assert_string_equal(err.hint, "the hint");
    assert_string_equal(err.peer, "word");
    assert_true(err.maybe_done);
}

static void test_error_lengths(void **state)
{
    (void)state;
    struct ofs_error err;
    char longer[sizeof err.text * 2];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    ofs_fail(&err, OFS_ERR_PEER, "%s", longer);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    ofs_wrap(&err, "context");
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text, "context: xxx", 12);
    ofs_wrap(&err, "%s", longer);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    errno = EACCES;
    ofs_fail_errno(&err, OFS_ERR_STATE, "%s", longer);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    ofs_hint(&err, "%s", longer);
    assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
}

/* A peer's text is shown on a terminal: it must not contain control sequences. */
static void test_error_is_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *words, *text;
    } rows[] = {
        {"two\nlines", "two lines"},
        {"tab\tand\rreturn", "tab and return"},
        {"\033]0;title\007", " ]0;title "},
        {"\177", " "},
        {"\xc2\x9b"
         "31m",
         "  31m"}, /* CSI as one character of Latin-1's upper controls */
        {"not \xff UTF-8, \xc0\xaf, \xed\xa0\x80.", "not ? UTF-8, ??, ???."},
        {"cut \xe2\x80", "cut "},
        {"cut \xf0\x9f\x98", "cut "},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"na\xc3\xafve \xe2\x80\x9cwords\xe2\x80\x9d",
         "na\xc3\xafve \xe2\x80\x9cwords\xe2\x80\x9d"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        ofs_fail(&err, OFS_ERR_PEER, "%s", rows[i].words);
        assert_string_equal(err.text, rows[i].text);
        ofs_fail(&err, OFS_ERR_PEER, "inner");
        ofs_wrap(&err, "%s", rows[i].words);
        assert_memory_equal(err.text, rows[i].text, strlen(rows[i].text));
        ofs_hint(&err, "%s", rows[i].words);
        assert_string_equal(err.hint, rows[i].text);
    }
}

/* ---- buffers ---- */

static void test_buf_grows(void **state)
{
    (void)state;
    struct ofs_error err = untouched;
    OFS_AUTO_BUF b = OFS_BUF(1 << 20);
    assert_string_equal(ofs_buf_str(&b), "");
    assert_null(b.data);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(ofs_buf_printf(&b, &err, "%04d,", i), 0);
    assert_int_equal(b.len, 50000);
    assert_int_equal(strlen(b.data), b.len);
    assert_memory_equal(b.data, "0000,0001,", 10);
    assert_string_equal(b.data + b.len - 5, "9999,");
    ofs_buf_clear(&b);
    assert_int_equal(b.len, 0);
    assert_string_equal(ofs_buf_str(&b), "");
    assert_int_equal(ofs_buf_add(&b, "a\0b", 3, &err), 0);
    assert_int_equal(b.len, 3);
    assert_memory_equal(b.data, "a\0b", 4);
    assert_int_equal(ofs_buf_puts(&b, "", &err), 0);
    assert_int_equal(ofs_buf_add(&b, NULL, 0, &err), 0);
    assert_int_equal(b.len, 3);
    assert_untouched(&err);
}

static void test_buf_limit(void **state)
{
    (void)state;
    struct ofs_error err = untouched;
    OFS_AUTO_BUF b = OFS_BUF(10);
    assert_int_equal(ofs_buf_puts(&b, "12345", &err), 0);
    assert_int_equal(ofs_buf_puts(&b, "67890", &err), 0); /* exactly full */
    assert_untouched(&err);

    assert_int_equal(ofs_buf_puts(&b, "x", &err), -1);
    assert_int_equal(err.code, OFS_ERR_TOO_BIG);
    assert_string_equal(b.data, "1234567890");
    assert_int_equal(ofs_buf_printf(&b, &err, "%s", "yy"), -1);
    assert_string_equal(b.data, "1234567890");
    assert_int_equal(ofs_buf_add(&b, "z", SIZE_MAX, &err), -1); /* no sum may overflow */
    assert_int_equal(ofs_buf_add(&b, "z", SIZE_MAX - 9, &err), -1);
    assert_int_equal(b.len, 10);

    OFS_AUTO_BUF none = OFS_BUF(0);
    assert_int_equal(ofs_buf_puts(&none, "x", &err), -1);
    assert_int_equal(err.code, OFS_ERR_TOO_BIG);
    ofs_buf_free(NULL);
}

static void test_buf_read_file(void **state)
{
    (void)state;
    struct ofs_error err = untouched;
    char path[] = "/tmp/offswitch-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    char block[20000];
    memset(block, 'b', sizeof block);
    assert_int_equal(write(fd, block, sizeof block), sizeof block);
    close(fd);

    OFS_AUTO_BUF whole = OFS_BUF(sizeof block);
    OFS_AUTO_BUF tight = OFS_BUF(sizeof block - 1);
    OFS_AUTO_BUF none = OFS_BUF(100);
    assert_int_equal(ofs_buf_read_file(&whole, path, &err), 0);
    assert_int_equal(whole.len, sizeof block);
    assert_untouched(&err);
    assert_int_equal(ofs_buf_read_file(&tight, path, &err), -1);
    assert_int_equal(err.code, OFS_ERR_TOO_BIG);
    assert_non_null(strstr(err.text, path));
    unlink(path);
    assert_int_equal(ofs_buf_read_file(&none, path, &err), -1);
    assert_int_equal(err.code, OFS_ERR_SYSTEM);
    assert_non_null(strstr(err.text, path));
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(ofs_buf_read_file(&none, "/", &err), -1); /* opens, and cannot be read */
    assert_int_equal(err.code, OFS_ERR_SYSTEM);
}

/* ---- JSON ---- */

static void test_json_good(void **state)
{
    (void)state;
    static const char *const texts[] = {"{}",           "[]",     "null",
                                        "true",         "-1.5e3", "\"x\"",
                                        " \t\r\n{}\n ", "[1,2]",  "{\"a\":{\"b\":[null]}}"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ofs_error err = untouched;
        OFS_AUTO_JSON value = ofs_json_parse(texts[i], strlen(texts[i]), &err);
        assert_non_null(value);
        assert_untouched(&err);
    }
}

static void test_json_bad(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len; /* 0: to its NUL */
        const char *where;
    } rows[] = {
        {"", 0, "line 1, column 1"},
        {"   ", 0, "line 1"},
        {"<html>", 0, "line 1, column 1"},
        {"{} x", 0, "line 1, column 4"},
        {"{}\n\n  {}", 0, "line 3, column 3"},
        {"{\"a\":\n  oops}", 0, "line 2, column 3"},
        {"[1,\n2,\n}", 0, "line 3, column 1"},
        {"{\"a\":1", 0, "line 1"},
        {"\"never ends", 0, "line 1"},
        {"[1,]", 0, "line 1"},
        {"{'a':1}", 0, "line 1"},
        {"{}\0{}", 5, "line 1, column 3"}, /* a NUL does not end a text that has a length */
        {"{}\0", 3, "line 1, column 3"},
        {"nul", 0, "line 1"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = untouched;
        size_t len = rows[i].len ? rows[i].len : strlen(rows[i].text);
        /* allocated with this size, so that a sanitizer detects one byte too far */
        char *exact = malloc(len + 1);
        assert_non_null(exact);
        memcpy(exact, rows[i].text, len);
        exact[len] = '\0';
        cJSON *value = ofs_json_parse(exact, len, &err);
        if (value || !strstr(err.text, rows[i].where))
            fail_msg("row %zu (%s): %s instead of %s", i, rows[i].text, value ? "JSON" : err.text,
                     rows[i].where);
        assert_int_equal(err.code, OFS_ERR_PROTOCOL);
        free(exact);
    }
}

static void test_json_deep(void **state)
{
    (void)state;
    enum { DEEP = 200000 };
    struct ofs_error err;
    char *text = malloc(DEEP);
    assert_non_null(text);
    memset(text, '[', DEEP);
    assert_null(ofs_json_parse(text, DEEP, &err));
    assert_int_equal(err.code, OFS_ERR_PROTOCOL);
    for (int i = 0; i < DEEP - 5; i += 5)
        memcpy(text + i, "{\"a\":", 5);
    assert_null(ofs_json_parse(text, DEEP, &err));
    free(text);
}

static void test_json_getters(void **state)
{
    (void)state;
    struct ofs_error err = untouched;
    static const char text[] = "{\"s\":\"v\",\"n\":2.5,\"t\":true,\"z\":null,\"S\":\"big\","
                               "\"o\":{\"p\":{\"q\":\"deep\",\"n\":7,\"b\":false}},\"l\":[1]}";
    OFS_AUTO_JSON o = ofs_json_parse(text, strlen(text), &err);
    assert_non_null(o);

    assert_string_equal(ofs_json_str(o, "s", "-"), "v");
    assert_string_equal(ofs_json_str(o, "S", "-"), "big"); /* case counts */
    assert_string_equal(ofs_json_str(o, "o/p/q", "-"), "deep");
    assert_true(ofs_json_num(o, "n", 0) == 2.5);
    assert_true(ofs_json_num(o, "o/p/n", 0) == 7);
    assert_true(ofs_json_bool(o, "t", false));
    assert_false(ofs_json_bool(o, "o/p/b", true));

    /* another type, or a step that is missing, gives the default */
    static const char *const elsewhere[] = {"z", "o", "l", "o/p", "o/x/q", "s/q", "l/0", "none"};
    for (size_t i = 0; i < COUNT(elsewhere); i++) {
        assert_string_equal(ofs_json_str(o, elsewhere[i], "-"), "-");
        assert_true(ofs_json_num(o, elsewhere[i], -1) == -1);
        assert_true(ofs_json_bool(o, elsewhere[i], true));
    }
    assert_null(ofs_json_str(o, "none", NULL));
    assert_null(ofs_json_get(NULL, "a"));
    assert_null(ofs_json_get(ofs_json_get(o, "l"), "a"));
    assert_null(ofs_json_at(NULL, "a/b"));
    assert_string_equal(ofs_json_str(NULL, "a", "-"), "-");
    assert_ptr_equal(ofs_json_at(o, ""), o);
    char step[200];
    memset(step, 'k', sizeof step - 1);
    step[sizeof step - 1] = '\0';
    assert_null(ofs_json_at(o, step));

    OFS_AUTO_JSON made = cJSON_CreateObject();
    ofs_json_add_str(made, "a", "x");
    ofs_json_add_str(made, "b", NULL);
    assert_string_equal(ofs_json_str(made, "a", "-"), "x");
    assert_true(cJSON_IsNull(ofs_json_get(made, "b")));
}

/* ---- time ---- */

static void test_deadlines(void **state)
{
    (void)state;
    int64_t now = ofs_now_ms();
    assert_true(ofs_deadline_in(1000) >= now + 1000);
    assert_true(ofs_deadline_in(0) >= now);
    assert_int_equal(ofs_deadline_left(now - 1), 0);
    assert_int_equal(ofs_deadline_left(0), 0);
    assert_int_equal(ofs_deadline_left(INT64_MIN), 0);
    int64_t left = ofs_deadline_left(ofs_deadline_in(5000));
    assert_true(left > 4000 && left <= 5000);

    /* never stays never, whatever is added */
    assert_int_equal(ofs_deadline_in(OFS_NEVER), OFS_NEVER);
    assert_int_equal(ofs_deadline_in(OFS_NEVER - 1), OFS_NEVER);
    assert_true(ofs_deadline_left(OFS_NEVER) > INT64_MAX / 2);
    assert_true(ofs_deadline_in(INT64_MAX / 2) > INT64_MAX / 2);

    assert_int_equal(ofs_deadline_min(1, 2), 1);
    assert_int_equal(ofs_deadline_min(2, 1), 1);
    assert_int_equal(ofs_deadline_min(OFS_NEVER, 5), 5);
    assert_int_equal(ofs_deadline_min(OFS_NEVER, OFS_NEVER), OFS_NEVER);
}

static void test_date(void **state)
{
    (void)state;
    char date[OFS_DATE_SIZE];
    int n = 0;
    ofs_date_now(date);
    assert_int_equal(strlen(date), 20);
    assert_int_equal(sscanf(date, "%*4d-%*2d-%*2dT%*2d:%*2d:%*2dZ%n", &n), 0);
    assert_int_equal(n, 20);
}

/* ---- words ---- */

static void test_closest(void **state)
{
    (void)state;
    static const char *const commands[] = {"help",  "version",  "check",    "fix",
                                           "guide", "scenario", "rehearse", NULL};
    static const struct {
        const char *word, *meant;
    } rows[] = {
        {"check", "check"},
        {"chek", "check"},
        {"chekc", "check"},
        {"hceck", "check"},
        {"xcheck", "check"},
        {"fxi", "fix"},
        {"fixx", "fix"},
        {"fi", "fix"},
        {"gude", "guide"},
        {"scenari", "scenario"},
        {"scen", "scenario"},
        {"reh", "rehearse"},
        {"rehears", "rehearse"},
        {"versoin", "version"},
        {"zzzzzz", NULL},
        {"gxyde", NULL}, /* two errors in five letters are another word */
        {"", NULL},
        {"x", NULL},
        {"install", NULL},
        {"CHECK", NULL},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *got = ofs_text_closest(rows[i].word, commands);
        if (!rows[i].meant ? got != NULL : !got || strcmp(got, rows[i].meant) != 0)
            fail_msg("'%s' gives '%s' instead of '%s'", rows[i].word, got ? got : "nothing",
                     rows[i].meant ? rows[i].meant : "nothing");
    }
    static const char *const none[] = {NULL};
    assert_null(ofs_text_closest("check", none));
}

static void test_loopback(void **state)
{
    (void)state;
    static const struct {
        const char *host;
        bool is;
    } rows[] = {
        {"127.0.0.1", true},
        {"127.0.0.2", true},
        {"127.255.255.254", true},
        {"localhost", true},
        {"LocalHost", true},
        {"::1", true},
        {"[::1]", true},
        {"", false},
        {"0.0.0.0", false},
        {"0", false},
        {"127.1", false}, /* inet_aton's spellings are ambiguous */
        {"127.0.0.1.", false},
        {"2130706433", false},
        {"0x7f.0.0.1", false},
        {"0177.0.0.1", false},
        {"127.0.0.256", false},
        {" 127.0.0.1", false},
        {"127.0.0.1 ", false},
        {"127.0.0.1.example.com", false},
        {"127.0.0.1@example.com", false},
        {"127.0.0.1:80@example.com", false},
        {"localhost.example", false},
        {"localhost.", false},
        {"example.localhost.com", false},
        {"notlocalhost", false},
        {"128.0.0.1", false},
        {"126.0.0.1", false},
        {"10.0.0.1", false},
        {"169.254.169.254", false},
        {"::", false},
        {"[::]", false},
        {"[::1", false},
        {"::ffff:127.0.0.1", false},
        {"[::ffff:10.0.0.1]", false},
        {"www.example.com", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        if (ofs_text_is_loopback_host(rows[i].host) != rows[i].is)
            fail_msg("'%s' is %s", rows[i].host, rows[i].is ? "refused" : "accepted");
}

static void test_text_printf(void **state)
{
    (void)state;
    OFS_AUTO_STR text = ofs_text_printf("%s/%d", "a", 7);
    assert_string_equal(text, "a/7");
    OFS_AUTO_STR empty = ofs_text_printf("%s", "");
    assert_string_equal(empty, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_error_table),   cmocka_unit_test(test_error_fill),
        cmocka_unit_test(test_error_hint),    cmocka_unit_test(test_error_wrap),
        cmocka_unit_test(test_error_lengths), cmocka_unit_test(test_error_is_one_line),
        cmocka_unit_test(test_buf_grows),     cmocka_unit_test(test_buf_limit),
        cmocka_unit_test(test_buf_read_file), cmocka_unit_test(test_json_good),
        cmocka_unit_test(test_json_bad),      cmocka_unit_test(test_json_deep),
        cmocka_unit_test(test_json_getters),  cmocka_unit_test(test_deadlines),
        cmocka_unit_test(test_date),          cmocka_unit_test(test_closest),
        cmocka_unit_test(test_loopback),      cmocka_unit_test(test_text_printf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
