/*
 * wires_table.h: tests/wires.tsv, the answers of tests/faults.tsv that differ on a wire, because
 * its protocol cannot see or do something. The head of the file explains its columns.
 *
 * Life cycle: wires_apply on a table that was loaded, any use of that table, then wires_free after
 * it. The rows of the table borrow from what is returned.
 */
#ifndef TESTS_WIRES_TABLE_H
#define TESTS_WIRES_TABLE_H

#include "support/faults_table.h"

struct wires_table {
    char *text;
    char **cells; /* made for rows, ended by NULL */
};

/* Put the overrides of that wire into the rows. Fails with the line of an override that names no
 * row, or no wire, has no reason, names a row twice, or allows more than an override may. */
int wires_apply(struct fault_table *table, const char *path, const char *wire,
                struct wires_table *ret, struct ofs_error *err);
void wires_free(struct wires_table *wires);

#endif
