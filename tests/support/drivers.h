/*
 * drivers.h: the WebDriver servers of the tests: chromedriver, WebKitWebDriver with its own X
 * server, and a Selenium Grid of a hub and a node. Each is killed by its own id, and none outlives
 * the test.
 */
#ifndef TESTS_DRIVERS_H
#define TESTS_DRIVERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "support/grid.h"
#include "wire/loop.h"

enum driver_kind { DRIVER_CHROME, DRIVER_WEBKIT, DRIVER_GRID, DRIVER_KINDS };

struct driver {
    enum driver_kind kind;
    pid_t pids[2]; /* ended in this order; a Grid has its own */
    struct grid grid;
    int port;
    const char *path; /* path of its address: "" or "/wd/hub" */
};

/* The missing program for that kind, or NULL. Static. */
const char *driver_missing(enum driver_kind kind);

/* Start it and wait, in turns of `loop`, until it accepts sessions. `dir` is scratch, `build` is
 * where the Grid is fetched to. Call driver_end in every case. */
int driver_start(struct ofs_loop *loop, enum driver_kind kind, const char *dir, const char *build,
                 struct driver *ret, struct ofs_error *err);
void driver_end(struct driver *driver);

/* The number of its sessions; -1: no answer. */
int driver_sessions(struct ofs_loop *loop, const struct driver *driver);

/* A capabilities file for it in `dir`; `debugger` is the port of a browser to attach to, or 0. The
 * caller frees the path; NULL on failure. */
char *driver_capabilities(const struct driver *driver, const char *dir, int debugger);

#endif
