/*
 * scratch.h: a directory for one test, as its state: for cmocka_unit_test_setup_teardown.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

int scratch_set_up(void **state); /* char *: its path */
int scratch_tear_down(void **state);

#endif
