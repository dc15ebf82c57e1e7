/* Values of options, and the command line that they are read from. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/option_rows.h"

/* ---- values ---- */

/* The numbers that a kind takes. */
static const struct {
    double least, most;
} ranges[] = {[COUNT] = {1, 8}, [SECONDS] = {1, 86400}, [WAIT] = {0, 86400}};

static int take_number(const struct option_row *row, const char *text, double *ret,
                       struct ofs_error *err)
{
    char *rest;
    double least = ranges[row->kind].least, most = ranges[row->kind].most;
    *ret = strtod(text, &rest);
    if (rest != text && !*rest && *ret >= least && *ret <= most) /* NaN is not */
        return 0;
    return ofs_fail(err, OFS_ERR_USAGE, "--%s takes a number%s from %g to %g, not '%s'", row->name,
                    row->kind == COUNT ? "" : " of seconds", least, most, text);
}

static int take_flag(const struct option_row *row, const char *text, bool *ret,
                     struct ofs_error *err)
{
    *ret = !strcmp(text, "yes") || !strcmp(text, "true");
    if (*ret || !strcmp(text, "no") || !strcmp(text, "false"))
        return 0;
    return ofs_fail(err, OFS_ERR_USAGE, "%s takes yes or no, not '%s'", row->name, text);
}

static int take_value(struct cli *cli, const struct option_row *row, const char *text,
                      struct ofs_error *err)
{
    char *at = (char *)cli + row->at;
    struct cli_list *list;
    double number;
    switch (row->kind) {
    case FLAG:
        return take_flag(row, text, (bool *)at, err);
    case TEXT:
        if (!*text && (!strcmp(row->argument, "DIR") || !strcmp(row->argument, "FILE")))
            return ofs_fail(err, OFS_ERR_USAGE, "'--%s' needs a path, and was given an empty word",
                            row->name);
        *(const char **)at = text;
        return 0;
    case LIST:
        list = (struct cli_list *)at;
        if (list->n == OFS_MAX_REPEAT)
            return ofs_fail(err, OFS_ERR_USAGE, "--%s is given more than %d times", row->name,
                            OFS_MAX_REPEAT);
        list->at[list->n++] = text;
        return 0;
    case COUNT:
        if (take_number(row, text, &number, err))
            return -1;
        *(int *)at = (int)number;
        return number == (int)number
                   ? 0
                   : ofs_fail(err, OFS_ERR_USAGE, "--%s takes a whole number, not '%s'", row->name,
                              text);
    case SECONDS:
    case WAIT:
        if (take_number(row, text, &number, err))
            return -1;
        *(int64_t *)at = (int64_t)(number * 1000 + 0.5);
        return 0;
    }
    return -1;
}

/* Back to its value when it is not given. */
static void clear(struct cli *cli, const struct option_row *row)
{
    char *at = (char *)cli + row->at;
    switch (row->kind) {
    case FLAG:
        *(bool *)at = false;
        return;
    case TEXT:
        *(const char **)at = NULL;
        return;
    case LIST:
        ((struct cli_list *)at)->n = 0;
        return;
    case COUNT:
        *(int *)at = 0;
        return;
    case SECONDS:
        *(int64_t *)at = 0;
        return;
    case WAIT:
        *(int64_t *)at = -1;
        return;
    }
}

/* Only one of these holds: a given one replaces one from another source. The command refuses two
 * from the same source. */
static const char *const exclusive[][8] = {
    {"only", "group", "all", "plan"},
    {"json", "csv", "junit", "sarif", "openmetrics", "html", "schema"},
    {"quiet", "verbose"},
};

static void clear_others(struct cli *cli, const char *name, struct option_source from)
{
    size_t n;
    const struct option_row *rows = options_rows(&n);
    for (size_t set = 0; set < sizeof exclusive / sizeof *exclusive; set++) {
        bool is_in = false;
        for (size_t i = 0; i < 8 && exclusive[set][i]; i++)
            is_in = is_in || !strcmp(exclusive[set][i], name);
        for (size_t i = 0; is_in && i < 8 && exclusive[set][i]; i++) {
            const struct option_row *other =
                options_row(exclusive[set][i], strlen(exclusive[set][i]));
            struct option_source *where = &cli->from[other - rows];
            if (where->place == OPTION_DEFAULT || where->place == from.place)
                continue;
            clear(cli, other);
            *where = (struct option_source){OPTION_DEFAULT, 0};
        }
    }
}

int options_take(struct cli *cli, const struct option_row *row, const char *text,
                 struct option_source from, struct ofs_error *err)
{
    size_t n;
    const struct option_row *rows = options_rows(&n);
    clear_others(cli, row->name, from);
    if (take_value(cli, row, text, err))
        return -1;
    cli->from[row - rows] = from;
    return 0;
}

/* ---- the command line ---- */

enum { LONG_BASE = 256 };

/* An option of other commands. */
static int not_here(const struct cli *cli, const struct option_row *row, struct ofs_error *err)
{
    char list[160];
    options_commands_of(row, list, sizeof list);
    ofs_fail(err, OFS_ERR_USAGE, "'%s' has no option '--%s'", cli->command, row->name);
    return ofs_hint(err, "--%s belongs to: %s; 'offswitch %s --help' lists the options of %s",
                    row->name, list, cli->command, cli->command);
}

/* What getopt did not recognise: `optopt` is a letter, or the number of an option that was given a
 * value and takes none. */
static int take_unknown(unsigned command, char **argv, struct ofs_error *err)
{
    size_t n;
    const struct option_row *rows = options_rows(&n);
    const char *given = argv[optind - 1];
    if (optopt >= LONG_BASE)
        return ofs_fail(err, OFS_ERR_USAGE, "--%s takes no value, and was given '%s'",
                        rows[optopt - LONG_BASE].name, strchr(given, '=') + 1);
    if (optopt && strncmp(given, "--", 2))
        return ofs_fail(err, OFS_ERR_USAGE, "there is no option '-%c'", optopt);
    return options_unknown(given, command, err);
}

/* The word of the command line that has the option just read; its value may be a word of its
 * own. */
static const char *word_of_option(char **argv, const char *value)
{
    return argv[optind - 1 - (value && value == argv[optind - 1])];
}

/* getopt accepts a prefix of a name. Here a name must be complete, so that a later option changes
 * no command line, and "--forg" removes no profile. */
static bool is_written_out(const struct option_row *row, char **argv, const char *text)
{
    const char *given = word_of_option(argv, text);
    size_t n = strlen(row->name);
    return strlen(given) >= n + 2 && !strncmp(given + 2, row->name, n) &&
           (!given[n + 2] || given[n + 2] == '=');
}

static int take_option(struct cli *cli, unsigned command, int c, char **argv, struct ofs_error *err)
{
    size_t n;
    const char *text = optarg;
    const struct option_row *rows = options_rows(&n);
    const struct option_row *row = c >= LONG_BASE ? &rows[c - LONG_BASE] : NULL;
    if (row && !is_written_out(row, argv, text))
        return options_unknown(word_of_option(argv, text), command, err);
    for (const struct option_row *r = rows; !row && r < rows + n; r++)
        if (r->letter == c)
            row = r;
    if (!(row->commands & command) && command != FOR_CONFIG)
        return not_here(cli, row, err);
    const struct option_source line = {.place = OPTION_LINE};
    return options_take(cli, row, row->kind == FLAG ? "yes" : text, line, err);
}

int options_read(struct cli *cli, unsigned command, int argc, char **argv, bool *ret_help,
                 struct ofs_error *err)
{
    size_t n;
    const struct option_row *rows = options_rows(&n);
    struct option longs[OFS_MOST_OPTIONS + 3] = {{"help", no_argument, NULL, 'h'},
                                                 {"version", no_argument, NULL, 'V'}};
    char letters[OFS_MOST_OPTIONS + 4] = ":hV";
    for (size_t i = 0; i < n; i++) {
        longs[i + 2] =
            (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                            LONG_BASE + (int)i};
        if (rows[i].letter)
            strncat(letters, &rows[i].letter, 1);
    }
    opterr = 0;
    optind = 0; /* glibc and others start again */
    int c;
    while ((c = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        if (c == 'h')
            *ret_help = true;
        else if (c == 'V')
            cli->version = true;
        else if (c == ':')
            return ofs_fail(err, OFS_ERR_USAGE, "'%s' needs a value", argv[optind - 1]);
        else if (c == '?' ? take_unknown(command, argv, err)
                          : take_option(cli, command, c, argv, err))
            return -1;
    }
    cli->args = argv + optind;
    cli->n_args = argc - optind;
    return 0;
}
