#include "cli/options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/print.h"

enum kind { FLAG, TEXT, LIST, COUNT, SECONDS, WAIT };

/* The numbers that a kind takes. */
static const struct {
    double least, most;
} ranges[] = {[COUNT] = {1, 8}, [SECONDS] = {1, 86400}, [WAIT] = {0, 86400}};

enum {
    FOR_SITE = FOR_CHECK | FOR_FIX | FOR_UNDO | FOR_WATCH,
    FOR_CHOICE = FOR_CHECK | FOR_FIX | FOR_REHEARSE | FOR_WATCH, /* chooses settings */
    FOR_RUN = FOR_CHOICE | FOR_UNDO,
    FOR_READ = FOR_STATUS | FOR_HISTORY | FOR_DIFF | FOR_LEDGER | FOR_REPORT,
    FOR_PAST = FOR_READ | FOR_KEEP | FOR_DONE,
    FOR_ALL = FOR_RUN | FOR_GUIDE | FOR_DOCTOR | FOR_LOGIN | FOR_SCENARIO | FOR_READ |
              FOR_SCHEDULE | FOR_POLICY | FOR_NOTIFY,
    FOR_BROWSER = FOR_RUN | FOR_LOGIN,
};

/* The headings of a command's help, in their order. */
enum heading { WHICH, BROWSER, RUN, RECORD, OUTPUT, REPLICA, HEADINGS };
static const char *const headings[HEADINGS] = {"Which settings", "The browser", "The run",
                                               "The record",     "Output",      "The replica"};

static const struct option_row {
    const char *name;
    char letter; /* or 0 */
    enum heading heading;
    unsigned commands;
    enum kind kind;
    size_t at;
    const char *argument;
    const char *help;
} rows[] = {
#define AT(member) offsetof(struct cli, member)
    {"only", 0, WHICH, FOR_CHOICE | FOR_GUIDE, TEXT, AT(only), "ID[,ID...]", "these settings"},
    {"group", 0, WHICH, FOR_CHOICE | FOR_GUIDE, TEXT, AT(group), "NAME", "the settings of a group"},
    {"all", 0, WHICH, FOR_CHOICE | FOR_GUIDE | FOR_REPORT | FOR_LEDGER, FLAG, AT(all), NULL,
     "every setting; for report and ledger: every run"},
    {"connect", 0, BROWSER, FOR_BROWSER, TEXT, AT(connect), "WHERE",
     "auto (default: a running browser, else offswitch's own profile), launch, cdp://HOST:PORT, "
     "bidi://HOST:PORT, webdriver://HOST:PORT"},
    {"headless", 0, BROWSER, FOR_BROWSER, FLAG, AT(headless), NULL, "with launch: no window"},
    {"profile", 0, BROWSER, FOR_BROWSER, TEXT, AT(profile), "DIR",
     "with launch: the browser profile to use"},
    {"browser-arg", 0, BROWSER, FOR_BROWSER, LIST, AT(browser_args), "ARG",
     "with launch: one more argument for the browser; repeatable"},
    {"capabilities", 0, BROWSER, FOR_RUN, TEXT, AT(capabilities), "FILE",
     "with webdriver: JSON merged into the capabilities that are asked for"},
    {"cacert", 0, BROWSER, FOR_RUN, TEXT, AT(cacert), "FILE",
     "with webdriver+https: trust only the authorities in this PEM file"},
    {"show", 0, BROWSER, FOR_RUN, FLAG, AT(show), NULL,
     "work in the foreground, in a window of its own"},
    {"dry-run", 0, RUN, FOR_FIX, FLAG, AT(dry_run), NULL, "the same as check: change nothing"},
    {"yes", 'y', RUN, FOR_FIX | FOR_UNDO | FOR_LOGIN | FOR_LEDGER | FOR_SCHEDULE, FLAG, AT(yes),
     NULL, "confirm without being asked"},
    {"acknowledge-terms", 0, RUN, FOR_SITE | FOR_SCHEDULE, FLAG, AT(acknowledge_terms), NULL,
     "you have read what the site's terms say about automated access"},
    {"wording", 0, RUN, FOR_RUN, TEXT, AT(wording), "TEXT",
     "accept TEXT as the setting's new label"},
    {"tabs", 0, RUN, FOR_RUN, COUNT, AT(tabs), "N",
     "how many tabs to work in, 1 to 8; default 4, or what the scenario allows"},
    {"hold", 0, RUN, FOR_FIX | FOR_UNDO | FOR_REHEARSE | FOR_WATCH, WAIT, AT(hold_ms), "SECONDS",
     "how long the last read waits after the last save; default 6, 0 allowed"},
    {"timeout", 0, RUN, FOR_BROWSER, SECONDS, AT(timeout_ms), "SECONDS",
     "for the whole run; default 60, and 15 more for each chosen setting (login: 900). The time "
     "that you take to answer does not count"},
    {"origin", 0, RUN, FOR_SITE | FOR_LOGIN | FOR_GUIDE, TEXT, AT(origin), "URL",
     "run against another origin, on this machine only"},
    {"state", 0, RUN, FOR_BROWSER | FOR_DOCTOR | FOR_PAST | FOR_SCHEDULE | FOR_POLICY | FOR_NOTIFY,
     TEXT, AT(state), "DIR", "where offswitch keeps its files between runs"},
    {"forget", 0, RUN, FOR_LOGIN, FLAG, AT(forget), NULL,
     "remove offswitch's own profile, with the sign-ins in it"},
    {"now", 0, RUN, FOR_WATCH, FLAG, AT(now), NULL, "check, whether it is due or not"},
    {"explain", 0, RUN, FOR_WATCH, FLAG, AT(explain), NULL,
     "say whether a check is due, and why; nothing is fetched"},
    {"fix", 0, RUN, FOR_WATCH | FOR_SCHEDULE, TEXT, AT(fix), "ID[,ID...]",
     "flip these settings where they differ, without asking; nothing else is flipped"},
    {"every", 0, RUN, FOR_SCHEDULE, TEXT, AT(every), "day|week|month",
     "how often a pass runs; default week"},
    {"at", 0, RUN, FOR_SCHEDULE, TEXT, AT(at), "HH:MM", "when; default 10:00"},
    {"print", 0, RUN, FOR_SCHEDULE, FLAG, AT(print), NULL, "show the files; install nothing"},
    {"out", 0, RECORD, FOR_CHECK, TEXT, AT(out), "FILE", "write a plan for 'fix --plan'"},
    {"plan", 0, RECORD, FOR_FIX, TEXT, AT(plan), "FILE",
     "do exactly what that plan says, or nothing where something has moved since"},
    {"label", 0, RECORD, FOR_RUN, TEXT, AT(label), "NAME", "whose run it is, in the record"},
    {"no-account", 0, RECORD, FOR_RUN, FLAG, AT(no_account), NULL,
     "do not keep whose account it is"},
    {"max-age", 0, RECORD, FOR_STATUS, TEXT, AT(max_age), "10d",
     "exit status 3 where no pass of 'watch' worked within it: days (d), hours (h) or weeks (w)"},
    {"because", 0, RECORD, FOR_KEEP, TEXT, AT(because), "TEXT", "why it is left as it is"},
    {"until", 0, RECORD, FOR_KEEP, TEXT, AT(until), "DATE", "the last day on which that holds"},
    {"withdraw", 0, RECORD, FOR_KEEP, FLAG, AT(withdraw), NULL, "take back what was decided"},
    {"on", 0, RECORD, FOR_DONE, TEXT, AT(on), "DATE",
     "the day on which it was done; default today"},
    {"note", 0, RECORD, FOR_DONE, TEXT, AT(note), "TEXT", "a note for yourself"},
    {"before", 0, RECORD, FOR_LEDGER, TEXT, AT(before), "DATE",
     "forget: the runs that began before this day"},
    {"account", 0, RECORD, FOR_LEDGER, TEXT, AT(account), "HINT",
     "forget: the runs of this account or label"},
    {"since", 0, RECORD, FOR_REPORT, TEXT, AT(since), "DATE", "the runs since this day"},
    {"merge", 0, RECORD, FOR_REPORT, FLAG, AT(merge), NULL,
     "the words are files with JSON reports of several people: one overview"},
    {"html", 0, OUTPUT, FOR_REPORT, TEXT, AT(html), "FILE", "write one page for a browser"},
    {"csv", 0, OUTPUT, FOR_REPORT, FLAG, AT(csv), NULL, "one line for each setting of each run"},
    {"junit", 0, OUTPUT, FOR_REPORT, FLAG, AT(junit), NULL, "JUnit XML"},
    {"sarif", 0, OUTPUT, FOR_REPORT, FLAG, AT(sarif), NULL, "SARIF 2.1.0"},
    {"openmetrics", 0, OUTPUT, FOR_REPORT, FLAG, AT(openmetrics), NULL, "OpenMetrics 1.0"},
    {"schema", 0, OUTPUT, FOR_REPORT, FLAG, AT(schema), NULL, "the JSON schema of a report"},
    {"json", 0, OUTPUT, FOR_ALL & ~FOR_LOGIN, FLAG, AT(json), NULL,
     "one JSON object on standard output, and nothing else there"},
    {"output", 0, OUTPUT, FOR_ALL & ~FOR_LOGIN, TEXT, AT(output), "FILE",
     "write the results to a file"},
    {"timing", 0, OUTPUT, FOR_RUN, FLAG, AT(timing), NULL, "show where the time went"},
    {"quiet", 'q', OUTPUT, FOR_RUN, FLAG, AT(quiet), NULL, "only what needs a person"},
    {"verbose", 'v', OUTPUT, FOR_RUN, FLAG, AT(verbose), NULL,
     "one line for each step, with the time"},
    {"trace", 0, OUTPUT, FOR_RUN, TEXT, AT(trace), "FILE",
     "write every protocol message, secrets redacted"},
    {"serve", 0, REPLICA, FOR_REHEARSE, TEXT, AT(serve), "PORT",
     "only serve the replica (0: any free port)"},
    {"fault", 0, REPLICA, FOR_REHEARSE, TEXT, AT(fault), "NAME[,NAME...]",
     "what goes wrong (see --list-faults)"},
    {"list-faults", 0, REPLICA, FOR_REHEARSE, FLAG, AT(list_faults), NULL, "list the faults"},
    {"year", 0, REPLICA, FOR_REHEARSE, FLAG, AT(year), NULL,
     "a year of passes under a clock of its own, with the real revisions of a document"},
    {"seed", 0, REPLICA, FOR_REHEARSE, TEXT, AT(seed), "N",
     "what random-delays draws its delays from"},
    {"delay-max", 0, REPLICA, FOR_REHEARSE, TEXT, AT(delay_max), "MS",
     "the longest of them (default 10000)"},
    {"generation", 0, REPLICA, FOR_REHEARSE, TEXT, AT(generation), "NAME",
     "which generation of the site's pages"},
    {"lang", 0, OUTPUT, FOR_REHEARSE | FOR_GUIDE, TEXT, AT(lang), "TAG",
     "the language of the replica's pages, or of the guide's labels (default: yours; all)"},
#undef AT
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct {
    unsigned bit;
    const char *name;
} command_names[] = {
    {FOR_CHECK, "check"},       {FOR_FIX, "fix"},       {FOR_REHEARSE, "rehearse"},
    {FOR_GUIDE, "guide"},       {FOR_DOCTOR, "doctor"}, {FOR_LOGIN, "login"},
    {FOR_SCENARIO, "scenario"}, {FOR_STATUS, "status"}, {FOR_HISTORY, "history"},
    {FOR_DIFF, "diff"},         {FOR_KEEP, "keep"},     {FOR_DONE, "done"},
    {FOR_LEDGER, "ledger"},     {FOR_REPORT, "report"}, {FOR_WATCH, "watch"},
    {FOR_SCHEDULE, "schedule"}, {FOR_POLICY, "policy"}, {FOR_NOTIFY, "notify"},
    {FOR_UNDO, "undo"},
};

void options_print(FILE *out, unsigned command)
{
    for (int heading = 0; heading < HEADINGS; heading++) {
        bool any = false;
        for (const struct option_row *row = rows; row < rows + ROWS; row++) {
            char left[64];
            if (row->heading != (enum heading)heading || !(row->commands & command))
                continue;
            if (!any)
                fprintf(out, "\n%s:\n", headings[heading]);
            any = true;
            snprintf(left, sizeof left, "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
                     row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
                     row->argument ? " " : "", row->argument ? row->argument : "");
            cli_block(out, 2, left, 30, row->help);
        }
    }
}

static void print_manual_row(FILE *out, const struct option_row *row)
{
    char names[96], commands[256] = "";
    for (size_t i = 0; i < sizeof command_names / sizeof *command_names; i++) {
        size_t used = strlen(commands);
        if (row->commands & command_names[i].bit)
            snprintf(commands + used, sizeof commands - used, "%s%s", used ? ", " : "",
                     command_names[i].name);
    }
    snprintf(names, sizeof names, "%c%c%s--%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ", " : "", row->name);
    fputs(".TP\n.B ", out);
    cli_roff(out, names + strspn(names, " "));
    fputs(" \\fI", out);
    cli_roff(out, row->argument ? row->argument : "");
    fputs("\\fR\n", out);
    cli_roff(out, row->help);
    fprintf(out, ".\n(%s)\n", commands);
}

void options_print_manual(FILE *out)
{
    for (int heading = 0; heading < HEADINGS; heading++) {
        fprintf(out, ".SS %s\n", headings[heading]);
        for (const struct option_row *row = rows; row < rows + ROWS; row++)
            if (row->heading == (enum heading)heading)
                print_manual_row(out, row);
    }
}

void options_list(unsigned command)
{
    for (const struct option_row *row = rows; row < rows + ROWS; row++)
        if (row->commands & command)
            printf("--%s\n", row->name);
    puts("--help");
}

static const struct option_row *find_row(const char *name, size_t len)
{
    for (const struct option_row *row = rows; row < rows + ROWS; row++)
        if (strlen(row->name) == len && !strncmp(row->name, name, len))
            return row;
    return NULL;
}

bool options_takes_value(const char *option)
{
    const struct option_row *row =
        strncmp(option, "--", 2) ? NULL : find_row(option + 2, strlen(option + 2));
    return row && row->argument;
}

/* The ways of connecting that an option belongs to, as beginnings of --connect. */
static const struct {
    const char *option;
    const char *with[3]; /* the first is shown */
} only_with[] = {
    {"capabilities", {"webdriver"}},     {"cacert", {"webdriver+https"}},
    {"headless", {"launch", "auto"}},    {"profile", {"launch", "auto"}},
    {"browser-arg", {"launch", "auto"}},
};

static bool is_given(const struct cli *cli, const struct option_row *row)
{
    const char *at = (const char *)cli + row->at;
    return row->kind == FLAG   ? *(const bool *)at
           : row->kind == LIST ? cli->n_browser_args > 0
                               : *(const char *const *)at != NULL;
}

void options_tell_unused(const struct cli *cli, const char *connect)
{
    for (size_t i = 0; i < sizeof only_with / sizeof *only_with; i++) {
        const char *name = only_with[i].option;
        bool used = !is_given(cli, find_row(name, strlen(name)));
        for (const char *const *with = only_with[i].with; *with; with++)
            used = used || !strncmp(connect, *with, strlen(*with));
        if (!used)
            fprintf(stderr, "offswitch: --%s has no effect here: it goes with --connect %s\n", name,
                    only_with[i].with[0]);
    }
}

/* ---- names ---- */

bool options_has(const char *word)
{
    if (!strncmp(word, "--", 2))
        return find_row(word + 2, strcspn(word + 2, "="));
    for (const struct option_row *row = rows; row < rows + ROWS; row++)
        if (row->letter && word[0] == '-' && word[1] == row->letter && !word[2])
            return true;
    return false;
}

const char *options_near(const char *word, const char *const *words)
{
    /* never proposed in place of another */
    static const char *const risky[] = {"--yes", "--forget", "--acknowledge-terms", "--fix"};
    const char *near = ofs_text_closest(word, words);
    for (size_t i = 0; near && i < sizeof risky / sizeof *risky; i++)
        if (!strcmp(near, risky[i]))
            return NULL;
    return near;
}

int options_unknown(const char *given, unsigned commands, struct ofs_error *err)
{
    const char *names[ROWS + 2] = {"--help"};
    static char texts[ROWS][40];
    char word[64];
    size_t n = 1;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(texts[i], sizeof texts[i], "--%s", rows[i].name);
        if (rows[i].commands & commands)
            names[n++] = texts[i];
    }
    const char *near = options_near(word, names);
    ofs_fail(err, OFS_ERR_USAGE, "there is no option '%s'", word);
    return near ? ofs_hint(err, "did you mean '%s'?", near) : -1;
}

/* An option of other commands. */
static int not_here(const struct cli *cli, const struct option_row *row, struct ofs_error *err)
{
    char list[160] = "";
    for (size_t i = 0; i < sizeof command_names / sizeof *command_names; i++) {
        size_t used = strlen(list);
        if (row->commands & command_names[i].bit)
            snprintf(list + used, sizeof list - used, "%s%s", used ? ", " : "",
                     command_names[i].name);
    }
    ofs_fail(err, OFS_ERR_USAGE, "'%s' has no option '--%s'", cli->command, row->name);
    return ofs_hint(err, "--%s belongs to: %s; 'offswitch %s --help' lists the options of %s",
                    row->name, list, cli->command, cli->command);
}

/* ---- values ---- */

static int take_number(const struct option_row *row, const char *text, double *ret,
                       struct ofs_error *err)
{
    char *rest;
    double least = ranges[row->kind].least, most = ranges[row->kind].most;
    *ret = strtod(text, &rest);
    if (rest != text && !*rest && *ret >= least && *ret <= most) /* NaN is not */
        return 0;
    return ofs_fail(err, OFS_ERR_USAGE, "--%s takes a number from %g to %g, not '%s'", row->name,
                    least, most, text);
}

static int take_value(struct cli *cli, const struct option_row *row, const char *text,
                      struct ofs_error *err)
{
    char *at = (char *)cli + row->at;
    double number;
    switch (row->kind) {
    case FLAG:
        *(bool *)at = true;
        return 0;
    case TEXT:
        *(const char **)at = text;
        return 0;
    case LIST:
        if (cli->n_browser_args == OFS_MAX_REPEAT)
            return ofs_fail(err, OFS_ERR_USAGE, "--%s is given more than %d times", row->name,
                            OFS_MAX_REPEAT);
        cli->browser_args[cli->n_browser_args++] = text;
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

/* ---- reading ---- */

enum { LONG_BASE = 256 };

/* What getopt did not know: `optopt` is a letter, or the number of an option that was given a value
 * and takes none. */
static int take_unknown(unsigned command, char **argv, struct ofs_error *err)
{
    const char *given = argv[optind - 1];
    if (optopt >= LONG_BASE)
        return ofs_fail(err, OFS_ERR_USAGE, "--%s takes no value, and was given '%s'",
                        rows[optopt - LONG_BASE].name, strchr(given, '=') + 1);
    if (optopt && strncmp(given, "--", 2))
        return ofs_fail(err, OFS_ERR_USAGE, "there is no option '-%c'", optopt);
    return options_unknown(given, command, err);
}

/* The word that the option just taken was given as; its value may be a word of its own. */
static const char *word_of_option(char **argv, const char *value)
{
    return argv[optind - 1 - (value && value == argv[optind - 1])];
}

/* getopt takes a beginning of a name for the name. Here a name is written out, so that a later
 * option changes no command line, and "--forg" removes no profile. */
static bool is_written_out(const struct option_row *row, char **argv, const char *text)
{
    const char *given = word_of_option(argv, text);
    size_t n = strlen(row->name);
    return strlen(given) >= n + 2 && !strncmp(given + 2, row->name, n) &&
           (!given[n + 2] || given[n + 2] == '=');
}

static int take_option(struct cli *cli, unsigned command, int c, char **argv, struct ofs_error *err)
{
    const char *text = optarg;
    const struct option_row *row = c >= LONG_BASE ? &rows[c - LONG_BASE] : NULL;
    if (row && !is_written_out(row, argv, text))
        return options_unknown(word_of_option(argv, text), command, err);
    for (const struct option_row *r = rows; !row && r < rows + ROWS; r++)
        if (r->letter == c)
            row = r;
    if (!(row->commands & command))
        return not_here(cli, row, err);
    return take_value(cli, row, text, err);
}

int options_read(struct cli *cli, unsigned command, int argc, char **argv, bool *ret_help,
                 struct ofs_error *err)
{
    struct option longs[ROWS + 3] = {{"help", no_argument, NULL, 'h'},
                                     {"version", no_argument, NULL, 'V'}};
    char letters[ROWS + 4] = ":hV";
    for (size_t i = 0; i < ROWS; i++) {
        longs[i + 2] =
            (struct option){rows[i].name, rows[i].argument ? required_argument : no_argument, NULL,
                            LONG_BASE + (int)i};
        if (rows[i].letter)
            strncat(letters, &rows[i].letter, 1);
    }
    opterr = 0;
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
