/*
 * drivers.h: what speaks WebDriver in a test: chromedriver, WebKitWebDriver with an X server of its
 * own, and a Selenium Grid of a hub and a node. Each is ended by its own id, and none outlives the
 * test.
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
    pid_t pids[2]; /* ended from the first to the last; a Grid has its own */
    struct grid grid;
    int port;
    const char *path; /* of its address: "" or "/wd/hub" */
};

/* What is missing on this machine for that kind, or NULL. Static. */
const char *driver_missing(enum driver_kind kind);

/* Start it and wait, in turns of `loop`, until it takes sessions. `dir` is scratch, `build` is
 * where the Grid is fetched to. driver_end is due either way. */
int driver_start(struct ofs_loop *loop, enum driver_kind kind, const char *dir, const char *build,
                 struct driver *ret, struct ofs_error *err);
void driver_end(struct driver *driver);

/* How many sessions it has; -1 when it gives no answer. */
int driver_sessions(struct ofs_loop *loop, const struct driver *driver);

/* A capabilities file for it in `dir`; `debugger` is the port of a browser to attach to, or 0. The
 * caller frees the path; NULL on failure. */
char *driver_capabilities(const struct driver *driver, const char *dir, int debugger);

#endif
