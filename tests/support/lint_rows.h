/*
 * lint_rows.h: tables of scenario texts and the one fault that the lint has to report for each.
 */
#ifndef OFS_TESTS_LINT_ROWS_H
#define OFS_TESTS_LINT_ROWS_H

#include <stddef.h>

#define MARK "»"
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Texts are written with ' for ", and MARK where the fault is expected. A row without `part` has to
 * be clean. */
struct lint_row {
    const char *text, *where, *part;
};

#define SETTING "{'id': 'a', 'title': 'A', 'wanted': 'off', 'page': '/a', 'labels': {'en': ['L']}}"
#define HEAD "{'format': 1, 'id': 'x', 'version': '1', 'title': 'X',\n"
#define ORIGIN "'origin': 'https://x.example', "
#define WITH(members) HEAD ORIGIN members ",\n 'settings': [" SETTING "]}"
#define SETTINGS(list) HEAD ORIGIN "\n 'settings': [" list "]}"
#define ONE(members) SETTINGS("{'id': 'a', 'title': 'A', " members "}")
#define PLACED "'wanted': 'off', 'page': '/a', 'key': 'K', "
#define PAGE(path) ONE("'wanted': 'off', 'key': 'K',\n  'page': " path)
#define LABELS(words) ONE("'wanted': 'off', 'page': '/a', 'labels': " words)
#define ORIGIN_IS(origin) HEAD " 'origin': " origin ", 'settings': [" SETTING "]}"
#define SELECTOR(text) WITH("'ready': {'marks': [" text "]}")

/* The text of a row as JSON, without its MARK, and the place of that: 0, 0 if it has none. The
 * caller frees it. */
char *lint_row_text(const char *row, int *ret_line, int *ret_column);

/* Lint each row. Prints the first one that is wrong, and fails the test. */
void lint_rows(const struct lint_row *rows, size_t n);

#endif
