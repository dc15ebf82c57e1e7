/*
 * Which sockets of a driver may be opened: its response must not lead the program off this machine
 * without TLS, nor to a host other than the Grid's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "browser/webdriver/internal.h"

static const char here[] = "http://127.0.0.1:9515", grid[] = "https://grid.example:4444/wd/hub";

static const struct {
    const char *base, *socket;
    bool may;
} cases[] = {
    {here, "ws://localhost:9515/session/abc", true},
    {here, "ws://127.0.0.1:9515/session/abc", true},
    {here, "ws://127.0.0.2:1/", true},
    {here, "ws://[::1]:9515/session/abc", true},
    {here, "ws://192.0.2.1:9515/session/abc", false},
    {here, "ws://grid.example:4444/session/abc/se/bidi", false},
    {here, "ws://localhost.grid.example:4444/", false},
    {here, "ws://localhost@grid.example:4444/", false},
    {here, "ws://grid.example:4444/?at=localhost", false},
    {here, "wss://localhost:9515/session/abc", false}, /* its HTTP has no TLS */
    {grid, "wss://grid.example:4444/session/abc/se/bidi", true},
    {grid, "wss://GRID.example/session/abc/se/bidi", true},
    {grid, "wss://grid.example.org:4444/session/abc", false},
    {grid, "wss://grid.example@example.org/session/abc", false},
    {grid, "wss://192.0.2.1:4444/session/abc", false},
    {grid, "ws://grid.example:4444/session/abc/se/bidi", false},
    {grid, "ws://localhost:4444/session/abc/se/bidi", false}, /* its localhost, not ours */
    {here, "http://localhost:9515/", false},
    {here, "localhost:9515", false},
    {here, "ws://", false},
    {here, "", false},
};

static void test_may_open(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool may = ofs_wd_may_open(cases[i].base, cases[i].socket);
        if (may != cases[i].may)
            print_error("%s offers %s\n", cases[i].base, cases[i].socket);
        assert_int_equal(may, cases[i].may);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_may_open)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
