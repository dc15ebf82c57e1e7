#include <stdio.h>
#include <string.h>

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

/* What a browser writes when it does not start, and what that means. */
static const struct {
    const char *part, *sentence, *hint;
} failures[] = {
    {"without --no-sandbox", "the browser does not start as root with its sandbox",
     "run the same command with --browser-arg=--no-sandbox added, or as another user"},
    {"No usable sandbox", "this system does not let the browser make its sandbox",
     "run the same command with --browser-arg=--no-sandbox added if you trust the site"},
    {"open display", "there is no display for the browser's window",
     "run the same command with --headless added"},
    {"Missing X server", "there is no display for the browser's window",
     "run the same command with --headless added"},
    {"SingletonLock", "another browser uses that profile",
     "close its window, or name another profile with --profile DIR"},
    {"profile appears to be in use", "another browser uses that profile",
     "close its window, or name another profile with --profile DIR"},
};

void cli_name_failure(struct ofs_error *err)
{
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (err->code == OFS_ERR_NO_BROWSER && strstr(err->text, failures[i].part)) {
            snprintf(err->text, sizeof err->text, "%s", failures[i].sentence);
            snprintf(err->hint, sizeof err->hint, "%s", failures[i].hint);
            return;
        }
}
