/* Errors, told to a person and, with --json, to a program. */
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/print.h"

/* ---- hints ---- */

/* What to do next on a command line, where the place of failure gives no hint of its own. */
static const char *const hints[] = {
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

/* The command that is run, and the first error of it. One command is run in a process. */
static struct {
    const char *name;
    bool wants_json, has_json;
    struct ofs_error first;
} command;

const char *cli_hint(const struct ofs_error *err)
{
    static char usage[96];
    snprintf(usage, sizeof usage,
             command.name ? "'offswitch help %s' lists its options"
                          : "'offswitch help' lists the commands",
             command.name);
    if (err->code == OFS_ERR_USAGE && !err->hint[0])
        return usage;
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

/* ---- telling ---- */

void cli_begin(const char *name, bool wants_json)
{
    command.name = name;
    command.wants_json = wants_json;
}

int cli_complain(const struct ofs_error *err)
{
    const char *hint = cli_hint(err);
    OFS_AUTO_STR line = ofs_text_printf("offswitch: %s", err->text);
    if (command.first.code == OFS_ERR_NONE)
        command.first = *err;
    if (isatty(STDERR_FILENO)) {
        cli_block(stderr, 0, "", 0, line ? line : err->text);
        if (*hint)
            cli_block(stderr, 2, "", 2, hint);
    } else {
        fprintf(stderr, "%s\n", line ? line : err->text);
        if (*hint)
            fprintf(stderr, "  %s\n", hint);
    }
    return ofs_error_status(err->code);
}

int cli_json_text(char *text)
{
    command.has_json = true;
    if (text)
        puts(text);
    else
        fputs("offswitch: out of memory\n", stderr);
    free(text);
    return text ? 0 : 1;
}

int cli_json(const cJSON *value)
{
    return cli_json_text(value ? cJSON_Print(value) : NULL);
}

void cli_end(int status)
{
    const struct ofs_error *err = &command.first;
    if (!command.wants_json || command.has_json || err->code == OFS_ERR_NONE)
        return;
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON_AddNumberToObject(out, "format", 1);
    cJSON_AddStringToObject(out, "offswitch", OFS_VERSION);
    ofs_json_add_str(out, "command", command.name);
    cJSON *error = cJSON_AddObjectToObject(out, "error");
    cJSON_AddStringToObject(error, "code", ofs_error_name(err->code));
    cJSON_AddStringToObject(error, "text", err->text);
    ofs_json_add_str(error, "hint", *cli_hint(err) ? cli_hint(err) : NULL);
    cJSON_AddNumberToObject(out, "exit", status);
    cli_json(out);
}
