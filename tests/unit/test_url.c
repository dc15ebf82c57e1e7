/* Parsed addresses: each part, and what is not an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "browser/browser.h"
#include "wire/url.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void test_parts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *scheme, *host, *authority, *target;
        int port;
        bool loopback;
    } rows[] = {
        {"ws://127.0.0.1:9222/devtools/browser/x", "ws", "127.0.0.1", "127.0.0.1:9222",
         "/devtools/browser/x", 9222, true},
        {"ws://[::1]:9222", "ws", "::1", "[::1]:9222", "/", 9222, true},
        {"cdp://[::1]:1", "cdp", "::1", "[::1]:1", "/", 1, true},
        {"bidi://localhost:2828/", "bidi", "localhost", "localhost:2828", "/", 2828, true},
        {"webdriver+https://grid.example:443/wd/hub", "webdriver+https", "grid.example",
         "grid.example:443", "/wd/hub", 443, false},
        {"https://example.com", "https", "example.com", "example.com", "/", 443, false},
        {"http://localhost:65535/json/version", "http", "localhost", "localhost:65535",
         "/json/version", 65535, true},
        {"ws://[::1]:11/a-b_C", "ws", "::1", "[::1]:11", "/a-b_C", 11, true},
        {"wss://h/a?b=c", "wss", "h", "h", "/a?b=c", 443, false},
        {"http://[2001:db8::1]:80/", "http", "2001:db8::1", "[2001:db8::1]:80", "/", 80, false},
        {"http://127.0.0.1.example:80/", "http", "127.0.0.1.example", "127.0.0.1.example:80", "/",
         80, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        struct ofs_url url;
        if (ofs_url_parse(rows[i].text, &url, &err))
            fail_msg("%s: %s", rows[i].text, err.text);
        assert_string_equal(url.scheme, rows[i].scheme);
        assert_string_equal(url.host, rows[i].host);
        assert_string_equal(url.authority, rows[i].authority);
        assert_string_equal(url.target, rows[i].target);
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(ofs_url_is_loopback(&url), rows[i].loopback);
        assert_false(url.has_person);
    }
}

static void test_none(void **state)
{
    (void)state;
    static const char *const texts[] = {"",           "x",           "127.0.0.1:9222",
                                        "ws://",      "ws://:9222/", "ws://[::1:9222/",
                                        "ws://h:0x1", "ws://h:66666"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ofs_error err;
        struct ofs_url url;
        if (!ofs_url_parse(texts[i], &url, &err))
            fail_msg("'%s' is taken", texts[i]);
        assert_int_equal(err.code, OFS_ERR_USAGE);
    }
}

/* What is plain is read without libcurl, and nothing else is. */
static void test_plain(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_plain;
    } rows[] = {
        {"cdp://127.0.0.1:9222", true},
        {"ws://127.0.0.1:9222/devtools/browser/0a-B", true},
        {"http://[::1]:1/", true},
        {"bidi://localhost:65535", true},
        {"cdp://127.0.0.1", false},
        {"cdp://127.0.0.1:", false},
        {"cdp://127.0.0.1:0", false},
        {"cdp://127.0.0.1:080", false},
        {"cdp://127.0.0.1:65536", false},
        {"cdp://127.0.0.1:100000", false},
        {"cdp://127.0.0.1:1x", false},
        {"cdp://127.0.0.1:1?x", false},
        {"cdp://127.0.0.1:1/?x", false},
        {"cdp://127.0.0.1:1/../x", false},
        {"cdp://127.0.0.1:1/%2e", false},
        {"cdp://127.0.0.1:1@example.com:2/", false},
        {"cdp://me@127.0.0.1:1", false},
        {"cdp://127.0.0.1.example:1", false},
        {"cdp://127.0.0.11:1", false},
        {"cdp://[::11]:1", false},
        {"webdriver+https://127.0.0.1:1", false},
        {"CDP://127.0.0.1:1", false},
        {"://127.0.0.1:1", false},
        {"127.0.0.1:1", false},
        {"", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_url url;
        if (ofs_url_is_plain(rows[i].text, &url) != rows[i].is_plain)
            fail_msg("%s", rows[i].text);
        if (rows[i].is_plain)
            assert_true(ofs_url_is_loopback(&url));
    }
}

/* A user name can look like a host. */
static void test_user_name(void **state)
{
    (void)state;
    struct ofs_error err;
    struct ofs_url url;
    assert_int_equal(ofs_url_parse("ws://127.0.0.1:1@example.com:2/", &url, &err), 0);
    assert_true(url.has_person);
    assert_string_equal(url.host, "example.com");
    assert_false(ofs_url_is_loopback(&url));
}

static void test_connect(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool good;
    } rows[] = {
        {"auto", true},
        {"cdp://127.0.0.1:9222", true},
        {"cdp://[::1]:9222", true},
        {"bidi://[::1]:9222/", true},
        {"ws://[::1]:9222/devtools/browser/x", true},
        {"webdriver://[::1]:4444/wd/hub", true},
        {"webdriver+https://grid.example:4444", true},
        {"cdp://127.0.0.1", false},
        {"cdp://127.0.0.1:0", false},
        {"cdp://127.0.0.1:70000", false},
        {"cdp://127.0.0.1:9222/x", false},
        {"cdp://192.0.2.1:9222", false},
        {"cdp://127.0.0.1:1@192.0.2.1:9222", false},
        {"ws://127.0.0.1:9222/x", false},
        {"webdriver://192.0.2.1:4444", false},
        {"webdriver+https://me@grid.example:4444", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        if (!ofs_browser_check_address(rows[i].address, &err) != rows[i].good)
            fail_msg("%s is %s", rows[i].address, rows[i].good ? err.text : "taken");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),   cmocka_unit_test(test_none),
        cmocka_unit_test(test_plain),   cmocka_unit_test(test_user_name),
        cmocka_unit_test(test_connect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
