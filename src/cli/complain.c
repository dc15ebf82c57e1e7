/* Errors, reported to a person and, with --json, to a program. */
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

/* What to do next on a command line, if the error has no hint of its own. */
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

/* The present command, and its first error. One process runs one command. */
static struct {
    const char *name;
    char *const *words; /* as given, from the command's name on */
    int n_words;
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

/* What a browser prints when it does not start, its meaning, and what to add to the command. */
static const struct {
    const char *part, *sentence;
    const char *add[2];
    const char *before; /* what else can be done */
} failures[] = {
    {"without --no-sandbox",
     "the browser does not start as root with its sandbox",
     {"--browser-arg=--no-sandbox"},
     "use another user, or "},
    {"No usable sandbox",
     "this system does not let the browser make its sandbox",
     {"--browser-arg=--no-sandbox"},
     "if you trust the site, "},
    {"open display", "there is no display for the browser's window", {"--headless"}, ""},
    {"Missing X server", "there is no display for the browser's window", {"--headless"}, ""},
    {"SingletonLock",
     "another browser uses that profile",
     {"--profile=DIR"},
     "close the window of that browser and run again, or "},
    {"profile appears to be in use",
     "another browser uses that profile",
     {"--profile=DIR"},
     "close the window of that browser and run again, or "},
    {"the browser ended at once",
     "the browser ended at once",
     {"--headless", "--browser-arg=--no-sandbox"},
     "it may lack a display, or its sandbox as root (--verbose shows its own words): "},
};

/* Is the option in the command line already, with its value in the same word or in the next? DIR
 * matches any value. */
static bool is_given(const char *option)
{
    const char *value = strchr(option, '=');
    size_t n = value ? (size_t)(value - option) : strlen(option);
    for (int i = 1; i < command.n_words; i++) {
        const char *word = command.words[i];
        if (strncmp(word, option, n) || (word[n] && word[n] != '='))
            continue;
        const char *given = word[n]                   ? word + n + 1
                            : i + 1 < command.n_words ? command.words[i + 1]
                                                      : "";
        if (!value || !strcmp(value + 1, "DIR") || !strcmp(value + 1, given))
            return true;
    }
    return false;
}

/* The command again, with these options in it; "" if nothing is to be added. */
static void say_again(const char *const add[2], char *ret, size_t size)
{
    size_t used = (size_t)snprintf(ret, size, "offswitch %s", command.name ? command.name : "");
    bool any = false;
    bool rehearses = command.name && !strcmp(command.name, "rehearse");
    for (size_t i = 0; i < 2 && add[i] && used < size; i++) {
        if (is_given(add[i]) || (rehearses && !strcmp(add[i], "--headless")))
            continue; /* a rehearsal has no window anyway */
        used += (size_t)snprintf(ret + used, size - used, " %s", add[i]);
        any = true;
    }
    for (int i = 1; i < command.n_words && used < size; i++) {
        OFS_AUTO_STR word = cli_shell_word(command.words[i]);
        used += (size_t)snprintf(ret + used, size - used, " %s", word ? word : "");
    }
    if (!any || used >= size)
        ret[0] = '\0';
}

void cli_name_failure(struct ofs_error *err)
{
    char again[sizeof err->hint];
    if (err->code != OFS_ERR_NO_BROWSER)
        return;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (!strstr(err->text, failures[i].part))
            continue;
        say_again(failures[i].add, again, sizeof again);
        snprintf(err->text, sizeof err->text, "%s", failures[i].sentence);
        if (command.name && !strcmp(command.name, "login") &&
            strstr(failures[i].sentence, "display"))
            ofs_hint(err, "run it in a graphical session, once; later runs need no display");
        else if (again[0])
            ofs_hint(err, "%srun: %.*s", failures[i].before, (int)(sizeof err->hint - 128), again);
        else
            ofs_hint(err, "run it again with --verbose to see the browser's own words, or name "
                          "another browser in OFFSWITCH_BROWSER");
        return;
    }
}

/* ---- reporting ---- */

void cli_begin(const char *name, char *const *words, int n_words, bool wants_json)
{
    command.name = name;
    command.words = words;
    command.n_words = n_words;
    command.wants_json = wants_json;
}

int cli_complain(const struct ofs_error *given)
{
    struct ofs_error named = *given, *err = &named;
    cli_name_failure(err);
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
