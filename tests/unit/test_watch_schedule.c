/*
 * The files of a schedule, how long to stay away after a refusal, and which addresses are one site.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "watch/document.h"
#include "watch/notify.h"
#include "watch/schedule.h"
#include "watch/store.h"
#include "wire/fetch.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void test_read(void **state)
{
    (void)state;
    static const struct {
        const char *every, *at;
        int rc, hour, minute;
    } rows[] = {
        {NULL, NULL, 0, 10, 0},     {"day", "00:00", 0, 0, 0}, {"month", "23:59", 0, 23, 59},
        {"week", "7:05", 0, 7, 5},  {"weak", NULL, -1, 0, 0},  {"day", "24:00", -1, 0, 0},
        {"day", "12:60", -1, 0, 0}, {"day", "noon", -1, 0, 0}, {"day", "12:00x", -1, 0, 0},
        {"day", "", -1, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_schedule s = {0};
        struct ofs_error err = {0};
        assert_int_equal(ofs_schedule_read(rows[i].every, rows[i].at, &s, &err), rows[i].rc);
        if (!rows[i].rc) {
            assert_int_equal(s.hour, rows[i].hour);
            assert_int_equal(s.minute, rows[i].minute);
        }
    }
}

static const char *const words[] = {"/usr/bin/offswitch", "watch", "a 'b' \"c\" $d %e \\f", NULL};
static const char *const environment[] = {"XDG_CONFIG_HOME=/c o/%n", NULL};
static const struct ofs_schedule schedule = {.id = "example",
                                             .title = "Example",
                                             .every = OFS_EVERY_MONTH,
                                             .hour = 3,
                                             .minute = 5,
                                             .words = words,
                                             .environment = environment};

/* Each word arrives unchanged, whatever it contains. */
static void test_quoting(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_BUF unit = OFS_BUF(1 << 16);
    OFS_AUTO_BUF plist = OFS_BUF(1 << 16);
    OFS_AUTO_BUF cron = OFS_BUF(1 << 16);
    assert_int_equal(ofs_schedule_service(&schedule, &unit, &err), 0);
    assert_non_null(strstr(ofs_buf_str(&unit), "ExecStart=\"/usr/bin/offswitch\" \"watch\" "
                                               "\"a 'b' \\\"c\\\" $$d %%e \\\\f\"\n"));
    assert_non_null(strstr(ofs_buf_str(&unit), "Environment=\"XDG_CONFIG_HOME=/c o/%%n\"\n"));
    assert_int_equal(ofs_schedule_plist(&schedule, &plist, &err), 0);
    assert_non_null(strstr(ofs_buf_str(&plist), "<string>a 'b' \"c\" $d %e \\f</string>"));
    assert_non_null(strstr(ofs_buf_str(&plist), "<key>Day</key><integer>1</integer>"));
    assert_int_equal(ofs_schedule_crontab(&schedule, &cron, &err), 0);
    assert_string_equal(ofs_buf_str(&cron),
                        "5 3 1 * * XDG_CONFIG_HOME='/c o/'\\%'n' '/usr/bin/offswitch' 'watch' "
                        "'a '\\''b'\\'' \"c\" $d '\\%'e \\f' # offswitch-watch example\n");
}

static void test_crontab_line(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        int found;
    } rows[] = {
        {"", "", 0},
        {"1 * * * * x\n", "1 * * * * x\n", 0},
        {"1 * * * * x\n2 * * * * y # offswitch-watch example\n3 * * * * z",
         "1 * * * * x\n3 * * * * z\n", 1},
        {"2 * * * * y # offswitch-watch example2\n", "2 * * * * y # offswitch-watch example2\n", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_BUF rest = OFS_BUF(4096);
        assert_int_equal(ofs_schedule_without(rows[i].before, "example", &rest, &err),
                         rows[i].found);
        assert_string_equal(ofs_buf_str(&rest), rows[i].after);
    }
}

static void test_backoff(void **state)
{
    (void)state;
    enum { HOUR = 3600, DAY = 24 * HOUR };
    static const struct {
        int64_t retry_after;
        int failures;
        int64_t least, most;
    } rows[] = {
        {0, 1, 5 * HOUR, 7 * HOUR},  {0, 2, 10 * HOUR, 14 * HOUR},      {0, 20, 6 * DAY, 8 * DAY},
        {60, 1, 5 * HOUR, 7 * HOUR}, {20 * DAY, 1, 20 * DAY, 21 * DAY},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (int draw = 0; draw <= 4; draw++) {
            int64_t wait = ofs_document_backoff(rows[i].retry_after, rows[i].failures, draw / 4.0);
            assert_in_range(wait, rows[i].least, rows[i].most);
        }
    assert_true(ofs_document_backoff(0, 1, 0) < ofs_document_backoff(0, 1, 1));
}

static void test_same_site(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"https://www.example.com/a", "https://example.com/b", true},
        {"https://www.example.com/a", "https://legal.example.com/b", true},
        {"https://www.example.com/a", "https://example.org/b", false},
        {"https://www.example.co.uk/a", "https://legal.example.co.uk/b", true},
        {"https://www.example.co.uk/a", "https://other.co.uk/b", false},
        {"https://example.com/a", "https://example.com.evil.org/b", false},
        {"http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b", true},
        {"http://127.0.0.1:8080/a", "http://127.0.0.1:8081/b", false},
        {"https://10.0.0.1/a", "https://11.0.0.1/b", false},
        {"nonsense", "https://example.com/", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(ofs_fetch_same_site(rows[i].a, rows[i].b), rows[i].same);
}

static void test_pack(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "ab", "abc",
                                        "The same words, and the same words."};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_BUF back = OFS_BUF(4096);
        OFS_AUTO_STR packed = ofs_store_pack(texts[i], strlen(texts[i]), &err);
        assert_non_null(packed);
        assert_int_equal(ofs_store_unpack(packed, &back, &err), 0);
        assert_string_equal(ofs_buf_str(&back), texts[i]);
    }
    static const char *const damaged[] = {"", "x", "AAAA", "////////////////////", "!!!!"};
    for (size_t i = 0; i < COUNT(damaged); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_BUF back = OFS_BUF(4096);
        assert_int_equal(ofs_store_unpack(damaged[i], &back, &err), -1);
    }
}

static void test_channels(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fault;
    } rows[] = {
        {"{\"channels\": []}", NULL},
        {"{\"channels\": [{\"type\": \"desktop\"}]}", NULL},
        {"{\"channels\": [{\"type\": \"ntfy\", \"url\": \"https://ntfy.sh/x\"}]}", NULL},
        {"{}", "no list"},
        {"{\"channels\": [{\"type\": \"pager\"}]}", "there is no type"},
        {"{\"channels\": [{\"type\": \"mail\", \"url\": \"smtps://x\", \"from\": \"a\"}]}",
         "\"to\""},
        {"nonsense", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_channels *c = ofs_channels_parse(rows[i].text, strlen(rows[i].text), &err);
        assert_int_equal(c != NULL, rows[i].fault == NULL);
        if (rows[i].fault) {
            assert_int_equal(err.code, OFS_ERR_USAGE);
            assert_non_null(strstr(err.text, rows[i].fault));
        }
        ofs_channels_free(c);
    }
}

/* A variable that is named is removed from the environment, however often it is named. */
static void test_environment(void **state)
{
    (void)state;
    static const char text[] =
        "{\"channels\": [{\"type\": \"ntfy\", \"url\": \"https://x.test\","
        " \"token\": \"$WATCH_TEST_TOKEN\"}, {\"type\": \"webhook\", \"url\":"
        " \"https://x.test\", \"headers\": {\"A\": \"$WATCH_TEST_TOKEN\"}}]}";
    struct ofs_error err = {0};
    setenv("WATCH_TEST_TOKEN", "$ecret", 1);
    struct ofs_channels *c = ofs_channels_parse(text, strlen(text), &err);
    assert_non_null(c);
    assert_null(getenv("WATCH_TEST_TOKEN"));
    ofs_channels_free(c);
}

static void test_wall_clock(void **state)
{
    (void)state;
    char text[OFS_DATE_SIZE];
    ofs_wall_pretend(1762160400);
    ofs_date_now(text);
    assert_string_equal(text, "2025-11-03T09:00:00Z");
    assert_int_equal(ofs_date_parse(text), 1762160400);
    assert_int_equal(ofs_date_parse("yesterday"), 0);
    ofs_wall_pretend(0);
    assert_true(ofs_wall_now() > 1762160400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),         cmocka_unit_test(test_quoting),
        cmocka_unit_test(test_crontab_line), cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_same_site),    cmocka_unit_test(test_pack),
        cmocka_unit_test(test_channels),     cmocka_unit_test(test_environment),
        cmocka_unit_test(test_wall_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
