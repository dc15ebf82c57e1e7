#include "cli/cli.h"

/* What to do next on a command line, where the place of failure gives no hint of its own. */
static const char *const hints[] = {
    [OFS_ERR_USAGE] = "run 'offswitch help' for the commands and options",
    [OFS_ERR_NO_BROWSER] =
        "install Chromium or Google Chrome, or name a running browser with --connect",
    [OFS_ERR_CONNECT] =
        "start the browser with --remote-debugging-port=PORT, or use --connect launch",
    [OFS_ERR_NOT_A_BROWSER] =
        "check the port in --connect: it has to be the browser's debugging port",
    [OFS_ERR_PROTOCOL] = "run again with --trace FILE to see what the browser said",
    [OFS_ERR_PEER] = "run again with --trace FILE to see what the browser said",
    [OFS_ERR_TIMEOUT] = "run again with a larger --timeout",
    [OFS_ERR_SCENARIO] = "run 'offswitch scenario lint FILE' to see every fault in it",
    [OFS_ERR_STATE] = "name a directory that you can write to with --state DIR",
};

const char *cli_hint(const struct ofs_error *err)
{
    bool known = err->code < sizeof hints / sizeof *hints && hints[err->code];
    return err->hint[0] || !known ? ofs_error_hint(err) : hints[err->code];
}
