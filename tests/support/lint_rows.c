#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"
#include "support/lint_rows.h"

char *lint_row_text(const char *row, int *ret_line, int *ret_column)
{
    char *text = strdup(row);
    assert_non_null(text);
    char *mark = strstr(text, MARK);
    *ret_line = *ret_column = 0;
    if (mark) {
        *ret_line = 1;
        for (const char *p = text; p < mark; p++) {
            *ret_column = *p == '\n' ? 0 : *ret_column + 1;
            *ret_line += *p == '\n';
        }
        ++*ret_column;
        memmove(mark, mark + strlen(MARK), strlen(mark + strlen(MARK)) + 1);
    }
    for (char *p = text; *p; p++)
        if (*p == '\'')
            *p = '"';
    return text;
}

void lint_rows(const struct lint_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int line, column;
        struct ofs_error err = {0};
        struct ofs_lint_fault *faults = NULL;
        char *text = lint_row_text(rows[i].text, &line, &column);
        int count = ofs_scenario_lint(text, strlen(text), &faults, &err);
        int wanted = rows[i].part ? 1 : 0;
        bool right = count == wanted;
        if (right && wanted)
            right = faults->line == line && faults->column == column &&
                    strstr(faults->text, rows[i].part) && !strcmp(faults->where, rows[i].where);
        if (!right) {
            print_error("%s\nexpected %d:%d: %s: %s\n", text, line, column,
                        wanted ? rows[i].where : "", wanted ? rows[i].part : "clean");
            for (int k = 0; k < count; k++)
                print_error("     got %d:%d: %s: %s\n", faults[k].line, faults[k].column,
                            faults[k].where, faults[k].text);
        }
        free(faults);
        free(text);
        assert_true(right);
    }
}
