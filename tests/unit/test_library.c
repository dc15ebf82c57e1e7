/* Only the runs that need libcurl and libxml2 load them. */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/library.h"
#include "watch/extract.h"
#include "wire/url.h"

static const char *const libcurl[] = {"libcurl.so.4", "libcurl-gnutls.so.4", NULL};
static const char *const libxml2[] = {"libxml2.so.2", "libxml2.so.16", NULL};

static bool is_loaded(const char *const *names)
{
    for (; *names; names++)
        if (dlopen(*names, RTLD_LAZY | RTLD_NOLOAD))
            return true;
    return false;
}

static void a_library_is_loaded_at_its_first_use(void **state)
{
    struct ofs_error err;
    struct ofs_url url;
    struct ofs_extract words = {0};
    static const char html[] = "<h1>Terms</h1><p>Words.";
    (void)state;
    assert_false(is_loaded(libcurl));
    assert_false(is_loaded(libxml2));
    assert_int_equal(ofs_url_parse("cdp://127.0.0.1:9222", &url, &err), 0);
    assert_false(is_loaded(libcurl));
    assert_int_equal(ofs_url_parse("https://example.com/", &url, &err), 0);
    assert_true(is_loaded(libcurl));
    assert_false(is_loaded(libxml2));
    assert_int_equal(
        ofs_extract_document(html, sizeof html - 1, "text/html", NULL, NULL, &words, &err), 0);
    assert_true(is_loaded(libxml2));
    ofs_extract_free(&words);
}

static void a_library_that_is_missing_is_named(void **state)
{
    struct ofs_error err;
    struct ofs_library missing = {.file = "libofs-none.so.1"};
    (void)state;
    assert_int_equal(ofs_library_load(&missing, &err), -1);
    assert_int_equal(err.code, OFS_ERR_SYSTEM);
    assert_non_null(strstr(err.text, "libofs-none.so.1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_is_loaded_at_its_first_use),
        cmocka_unit_test(a_library_that_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
