/*
 * devtools.h: what another client can do to a browser through its debugging port, while the program
 * uses it: list its tabs, close one, crash one.
 */
#ifndef TESTS_DEVTOOLS_H
#define TESTS_DEVTOOLS_H

#include "base/json.h"
#include "wire/loop.h"

/* The tabs and windows at an address of that port (of any, with 0), as GET /json/list returns them;
 * the caller owns the array. NULL when the browser does not answer. */
cJSON *devtools_tabs(struct ofs_loop *loop, int browser_port, int site_port);

int devtools_close(struct ofs_loop *loop, int browser_port, const cJSON *tab);
int devtools_crash(struct ofs_loop *loop, const cJSON *tab);

#endif
