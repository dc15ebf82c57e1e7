/*
 * The plain form of texts: tests/probe/run.mjs tests the probe with the same table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/plain.h"

static void test_table(void **state)
{
    OFS_AUTO_BUF file = OFS_BUF(1 << 20);
    struct ofs_error err;
    int rows = 0, wrong = 0;
    const cJSON *row;
    (void)state;
    assert_int_equal(ofs_buf_read_file(&file, "tests/probe/texts.json", &err), 0);
    OFS_AUTO_JSON table = cJSON_Parse(ofs_buf_str(&file));
    assert_true(cJSON_IsArray(table));
    cJSON_ArrayForEach(row, table)
    {
        const char *text = cJSON_GetArrayItem(row, 0)->valuestring;
        const char *want = cJSON_GetArrayItem(row, 1)->valuestring;
        OFS_AUTO_STR plain = ofs_text_plain(text);
        assert_non_null(plain);
        if (strcmp(plain, want)) {
            print_error("\"%s\" became \"%s\", not \"%s\"\n", text, plain, want);
            wrong++;
        }
        rows++;
    }
    assert_true(rows > 50);
    assert_int_equal(wrong, 0);
}

static void test_is_stable(void **state)
{
    static const char *const texts[] = {
        "Use my data:", "\xef\xbc\xb5se \xe2\x80\x9cmy\xe2\x80\x9d Data", "A\xcc\x8a \xe2\x80\xa6"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        OFS_AUTO_STR once = ofs_text_plain(texts[i]);
        OFS_AUTO_STR twice = ofs_text_plain(once);
        assert_string_equal(once, twice);
    }
}

static void test_invalid_utf8(void **state)
{
    static const char *const texts[] = {"\xff",         "a\xc3",  "\xe2\x80",
                                        "\xf0\x9f\x98", "\x80 b", "\xc0\xaf"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        OFS_AUTO_STR plain = ofs_text_plain(texts[i]);
        assert_non_null(plain);
        assert_non_null(strstr(plain, "\xef\xbf\xbd"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_is_stable),
        cmocka_unit_test(test_invalid_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
