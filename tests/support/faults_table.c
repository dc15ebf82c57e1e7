#include "support/faults_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rehearsal/faults.h"

enum { COLUMNS = 12, LIMIT = 1 << 20 };

static const struct {
    const char *verdict;
    int status;
} statuses[] = {
    {"as-wanted", 0},   {"differs", 2}, {"fixed", 0},   {"not-kept", 5},
    {"not-offered", 0}, {"locked", 3},  {"unknown", 3}, {"skipped", 0},
};

int contract_status(const char *verdict)
{
    size_t n = strcspn(verdict, ":");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (strlen(statuses[i].verdict) == n && !strncmp(statuses[i].verdict, verdict, n))
            return statuses[i].status;
    return -1;
}

int contract_worse(int a, int b)
{
    static const int order[] = {64, 1, 4, 5, 3, 2};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return 0;
}

size_t cell_parts(const char *cell)
{
    size_t n = 1;
    for (; *cell; cell++)
        n += *cell == ',';
    return n;
}

void cell_part(const char *cell, size_t index, char *ret_text, size_t size)
{
    if (index >= cell_parts(cell))
        index = cell_parts(cell) - 1;
    for (; index; index--)
        cell = strchr(cell, ',') + 1;
    snprintf(ret_text, size, "%.*s", (int)strcspn(cell, ",="), cell);
}

bool cell_allows(const char *cell, size_t index, const char *word)
{
    char part[160];
    cell_part(cell, index, part, sizeof part);
    for (const char *at = part;; at++) {
        size_t n = strcspn(at, "|");
        if (strlen(word) == n && !strncmp(at, word, n))
            return true;
        at += n;
        if (!*at)
            return false;
    }
}

int cell_status(const char *cell)
{
    const char *equals = strchr(cell, '=');
    return equals ? atoi(equals + 1) : -1;
}

static bool has_word(const char *list, const char *separators, const char *word)
{
    size_t length = strlen(word);
    while (*list) {
        size_t n = strcspn(list, separators);
        /* NAME@SETTING counts as the fault NAME */
        if ((n == length || (n > length && list[length] == '@')) && !strncmp(list, word, length))
            return true;
        list += n + (list[n] != '\0');
    }
    return false;
}

bool fault_row_has(const struct fault_row *row, const char *fault)
{
    return has_word(row->faults, ",", fault) || has_word(row->with, " ", fault);
}

static void name_row(struct fault_row *row)
{
    const struct {
        const char *text, *usual;
    } parts[] = {
        {row->faults, "-"},
        {row->with, "-"},
        {row->generation, "current"},
        {row->lang, "en"},
        {row->only, "data-for-ai-improvement"},
        {row->start, "on"},
    };
    size_t at = 0;
    row->name[0] = '\0';
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!strcmp(parts[i].text, parts[i].usual))
            continue;
        int n =
            snprintf(row->name + at, sizeof row->name - at, "%s%s", at ? " " : "", parts[i].text);
        at += (size_t)n < sizeof row->name - at ? (size_t)n : sizeof row->name - at - 1;
    }
    if (!at)
        snprintf(row->name, sizeof row->name, "no fault");
}

bool table_split(char *line, char **ret_cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ret_cells[i] = line;
        line = strchr(line, '\t');
        if (!line)
            return i + 1 == n;
        *line++ = '\0';
    }
    return false; /* there are more */
}

static int split(char *line, int number, struct fault_row *ret, struct ofs_error *err)
{
    char *cells[COLUMNS];
    if (!table_split(line, cells, COLUMNS))
        return ofs_fail(err, OFS_ERR_USAGE, "line %d of the table has not %d columns", number,
                        COLUMNS);
    *ret = (struct fault_row){number,   cells[0],  cells[1],  cells[2], cells[3],
                              cells[4], cells[5],  cells[6],  cells[7], cells[8],
                              cells[9], cells[10], cells[11], NULL,     ""};
    name_row(ret);
    return 0;
}

int fault_table_load(struct fault_table *ret, const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(LIMIT);
    *ret = (struct fault_table){0};
    if (ofs_buf_read_file(&text, path, err))
        return -1;
    size_t lines = 1;
    for (const char *at = ofs_buf_str(&text); *at; at++)
        lines += *at == '\n';
    ret->text = strdup(ofs_buf_str(&text));
    ret->rows = calloc(lines, sizeof *ret->rows);
    if (!ret->text || !ret->rows) {
        fault_table_free(ret);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    int number = 0;
    for (char *at = ret->text, *next; at; at = next) {
        number++;
        next = strchr(at, '\n');
        if (next)
            *next++ = '\0';
        if (!*at || *at == '#')
            continue;
        if (split(at, number, &ret->rows[ret->n], err)) {
            fault_table_free(ret);
            return -1;
        }
        ret->n++;
    }
    return 0;
}

void fault_table_free(struct fault_table *table)
{
    free(table->rows);
    free(table->text);
    *table = (struct fault_table){0};
}

int fault_table_missing(const struct fault_table *table)
{
    int missing = 0;
    for (const struct site_fault_row *fault = site_fault_rows; fault->name; fault++) {
        bool found = false;
        for (size_t i = 0; i < table->n; i++)
            found = found || fault_row_has(&table->rows[i], fault->name);
        if (!found)
            fprintf(stderr, "the table has no row for the fault %s\n", fault->name);
        missing += !found;
    }
    return missing;
}

/* The answer with its exit status, for a person to read. */
static void print_answer(const char *cell)
{
    int given = cell_status(cell), status = 0;
    char text[200];
    size_t length = strcspn(cell, "=");
    snprintf(text, sizeof text, "%.*s", (int)length, cell);
    if (!strcmp(text, "-")) {
        printf("%-36s", "");
        return;
    }
    for (size_t i = 0; i < cell_parts(text); i++) {
        char part[160];
        cell_part(text, i, part, sizeof part);
        part[strcspn(part, "|")] = '\0';
        status = contract_worse(status, contract_status(part));
    }
    size_t n = strlen(text);
    snprintf(text + n, sizeof text - n, " (%d)", given >= 0 ? given : status);
    printf("%-35s ", text);
}

void fault_table_print(const struct fault_table *table)
{
    printf("%-52s %-35s %-35s %-8s %-6s %s\n", "what goes wrong", "check (exit)", "fix (exit)",
           "truth", "saves", "why");
    for (size_t i = 0; i < table->n; i++) {
        const struct fault_row *row = &table->rows[i];
        printf("%-52s ", row->name);
        print_answer(row->check);
        print_answer(row->fix);
        printf("%-8s %-6s %s\n", row->truth, row->writes, strcmp(row->why, "-") ? row->why : "");
    }
}
