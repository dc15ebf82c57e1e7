/*
 * What tests/wires.tsv may say and what it may not: a wire's own answer has a row, a wire and a
 * reason, and does not disable what holds everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "support/wires_table.h"

static const char rows[] =
    "save-late\t-\tcurrent\ten\tads\ton\tdiffers\tfixed\toff\t1\tsave,unlisted\t-\n"
    "-\tcut@write\tcurrent\ten\tads\ton\t-\tunknown:browser-lost\toff\t1\t-\t-\n";

static char *write_file(const char *text)
{
    char *path = strdup("/tmp/offswitch-wires-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    return path;
}

/* Put `line` into the table for webkit; the caller frees both. */
static int apply(const char *line, struct fault_table *table, struct wires_table *wires,
                 struct ofs_error *err)
{
    OFS_AUTO_STR table_path = write_file(rows);
    OFS_AUTO_STR wires_path = write_file(line);
    assert_int_equal(fault_table_load(table, table_path, err), 0);
    int rc = wires_apply(table, wires_path, "webkit", wires, err);
    unlink(table_path);
    unlink(wires_path);
    return rc;
}

static void test_overrides_are_applied(void **state)
{
    (void)state;
    struct fault_table table;
    struct wires_table wires;
    struct ofs_error err = {0};
    assert_int_equal(apply("# head\n"
                           "webkit,bidi\trequests\t*\t.\t.\t.\t.\tno-save\tit does not tell\n"
                           "webkit\tconnection\tcut@write ads\t.\tfixed\t.\t0-1\t.\tit goes on\n"
                           "bidi\tconnection\tsave-late ads\tlocked\t.\t.\t.\t.\tanother's\n",
                           &table, &wires, &err),
                     0);
    assert_string_equal(table.rows[0].check, "differs");
    assert_string_equal(table.rows[0].also, "no-save,unlisted");
    assert_null(table.rows[0].lacks);
    assert_string_equal(table.rows[1].fix, "fixed");
    assert_string_equal(table.rows[1].check, "-");
    assert_string_equal(table.rows[1].writes, "0-1");
    assert_string_equal(table.rows[1].truth, "off");
    assert_string_equal(table.rows[1].also, "no-save");
    assert_string_equal(table.rows[1].lacks, "connection");
    wires_free(&wires);
    fault_table_free(&table);
}

static void test_invalid_overrides_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words;
    } cases[] = {
        {"webkit\tx\tgone\t.\tfixed\t.\t.\t.\tbecause\n", "no row is called 'gone'"},
        {"bidi\tx\tgone\t.\tfixed\t.\t.\t.\tbecause\n", "no row is called 'gone'"},
        {"opera\tx\tsave-late ads\t.\tfixed\t.\t.\t.\tbecause\n", "no wire is called 'opera'"},
        {"webkit\tx\tsave-late ads\t.\tfixed\t.\t.\t.\t-\n", "gives no reason"},
        {"webkit\t-\tsave-late ads\t.\tfixed\t.\t.\t.\tbecause\n", "gives no reason"},
        {"webkit\tx\tsave-late ads\t.\tfixed\t.\t.\tbecause\n", "has not 9 columns"},
        {"webkit\tx\tsave-late ads\t.\tfixed=1\t.\t.\t.\tbecause\n", "exit status follows"},
        {"webkit\tx\tsave-late ads\t-\t-\t.\t.\t.\tbecause\n", "needs no other hand"},
        {"webkit\tx\tsave-late ads;save-late ads\t.\tlocked\t.\t.\t.\tbecause\n",
         "has an override already"},
        {"webkit\tx\tcut@write ads\t.\t.\t.\t.\tsession-stays\tbecause\n",
         "for bidi, cut off, alone"},
        {"webkit\tx\tsave-late ads\t.\t.\t.\t.\tdriver-dies\tbecause\n", "for webkit, cut off"},
        {"webkit\tx\t*\tlocked\t.\t.\t.\tno-save\tbecause\n", "only no-save can be said"},
        {"webkit\tx\t*\t.\t.\t.\t.\tno-save\tbecause\n"
         "webkit\tx\t*\t.\t.\t.\t.\tno-save\tbecause\n",
         "it is said already"},
        {"webkit\tx\t*\t.\t.\t.\t.\tsession-stays\tbecause\n", "only no-save can be said"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fault_table table;
        struct wires_table wires;
        struct ofs_error err = {0};
        assert_int_equal(apply(cases[i].line, &table, &wires, &err), -1);
        if (!strstr(err.text, cases[i].words))
            fail_msg("%s: \"%s\"", cases[i].line, err.text);
        wires_free(&wires);
        fault_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overrides_are_applied),
        cmocka_unit_test(test_invalid_overrides_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
