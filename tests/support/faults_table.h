/*
 * faults_table.h: tests/faults.tsv, the faults and the one right answer to each. The head of the
 * file explains its columns.
 *
 * Life cycle: fault_table_load, any use, fault_table_free. The rows borrow from the table.
 */
#ifndef TESTS_FAULTS_TABLE_H
#define TESTS_FAULTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fault_row {
    int line;
    const char *faults, *with, *generation, *lang, *only, *start;
    const char *check, *fix, *truth, *writes, *also, *why;
    const char *lacks; /* what the wire lacks, which makes the answer another one, or NULL */
    char name[240];    /* what distinguishes it from the others, for people and for the filter */
};

struct fault_table {
    char *text;
    struct fault_row *rows;
    size_t n;
};

/* Split a line at its tabs, in place. False: it does not have `n` cells. */
bool table_split(char *line, char **ret_cells, size_t n);

/* Fails with the line of the first row that does not have twelve columns. */
int fault_table_load(struct fault_table *ret, const char *path, struct ofs_error *err);
void fault_table_free(struct fault_table *table);

void fault_table_print(const struct fault_table *table);

/* The faults of the replica without a row; returns how many, and prints their names on standard
 * error. */
int fault_table_missing(const struct fault_table *table);

/* Does the row ask for that fault, or do that action ("sigint@page")? */
bool fault_row_has(const struct fault_row *row, const char *fault);

/* The exit status of the contract for a verdict, or -1; and the one of two that takes
 * precedence. */
int contract_status(const char *verdict);
int contract_worse(int a, int b);

/* Is `word` one of the answers that a cell allows for the setting at `index`? A cell is a list with
 * commas, one part a setting (or one part for all), each of alternatives with bars, and may end in
 * "=STATUS". */
bool cell_allows(const char *cell, size_t index, const char *word);
int cell_status(const char *cell); /* -1: as the verdicts imply */
/* The parts of a cell, and one of them copied. */
size_t cell_parts(const char *cell);
void cell_part(const char *cell, size_t index, char *ret_text, size_t size);

#endif
