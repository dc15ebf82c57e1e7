/*
 * each_wire.h: runs a test on several wires in parallel, each in a process of its own, and prints
 * the output of one after the other.
 */
#ifndef OFS_TESTS_EACH_WIRE_H
#define OFS_TESTS_EACH_WIRE_H

#include "support/peer.h"

struct each_wire {
    const char *program;      /* its name, for messages */
    const char *const *usual; /* the wires if none is named, up to NULL; NULL: all */
    int side_by_side;         /* wires at a time, unless -j is given */
    int (*test)(const struct peer_kind *kind); /* the number of failures */
};

/* The main function of such a test: [-j N] [NAME...]. A peer that is not installed is reported and
 * skipped, which is a failure with $NO_SKIP. Returns the exit status: 0 all passed, 1 not, 2 wrong
 * arguments. Blocks. */
int each_wire_main(const struct each_wire *each, int argc, char **argv);

#endif
