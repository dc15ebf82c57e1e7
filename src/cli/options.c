#include "cli/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/option_rows.h"
#include "cli/print.h"

enum {
    FOR_SITE = FOR_CHECK | FOR_FIX | FOR_UNDO | FOR_WATCH,
    FOR_CHOICE = FOR_CHECK | FOR_FIX | FOR_REHEARSE | FOR_WATCH, /* chooses settings */
    FOR_RUN = FOR_CHOICE | FOR_UNDO,
    FOR_READ = FOR_STATUS | FOR_HISTORY | FOR_DIFF | FOR_LEDGER | FOR_REPORT,
    FOR_PAST = FOR_READ | FOR_KEEP | FOR_DONE,
    FOR_ALL = FOR_RUN | FOR_GUIDE | FOR_DOCTOR | FOR_LOGIN | FOR_SCENARIO | FOR_READ |
              FOR_SCHEDULE | FOR_POLICY | FOR_NOTIFY,
    FOR_BROWSER = FOR_RUN | FOR_LOGIN | FOR_SCENARIO,
    FOR_ANYBODY = FOR_ALL | FOR_PAST | FOR_CONFIG,
};

/* The headings of a command's help, in their order. */
enum heading { WHICH, BROWSER, RUN, RECORD, OUTPUT, REPLICA, HEADINGS };
static const char *const headings[HEADINGS] = {"Which settings", "The browser", "The run",
                                               "The record",     "Output",      "The replica"};

static const struct option_row rows[] = {
#define AT(member) offsetof(struct cli, member)
    {"only", 0, WHICH, FOR_CHOICE | FOR_GUIDE, TEXT, AT(only), "ID[,ID...]", "these settings"},
    {"group", 0, WHICH, FOR_CHOICE | FOR_GUIDE, TEXT, AT(group), "NAME", "the settings of a group"},
    {"all", 0, WHICH, FOR_CHOICE | FOR_GUIDE | FOR_REPORT | FOR_LEDGER, FLAG, AT(all), NULL,
     "every setting"},
    {"scenario", 0, WHICH, FOR_CHECK | FOR_FIX, TEXT, AT(scenario), "NAME|all",
     "this scenario, or all that 'offswitch scenario enable' chose"},
    {"instance", 0, WHICH, FOR_CHOICE | FOR_GUIDE, LIST, AT(instances), "NAME",
     "for settings that exist once per blog, site or organisation: only this one; repeatable"},
    {"connect", 0, BROWSER, FOR_BROWSER, TEXT, AT(connect), "WHERE",
     "auto (default), launch, cdp://HOST:PORT, bidi://HOST:PORT or webdriver://HOST:PORT. auto "
     "uses your running browser on this machine if it can be reached, and asks if there are "
     "several; otherwise it launches one on offswitch's own profile"},
    {"headless", 0, BROWSER, FOR_BROWSER, FLAG, AT(headless), NULL, "with launch: no window"},
    {"profile", 0, BROWSER, FOR_BROWSER, TEXT, AT(profile), "DIR",
     "with launch: the browser profile to use"},
    {"browser-arg", 0, BROWSER, FOR_BROWSER, LIST, AT(browser_args), "ARG",
     "with launch: one more argument for the browser; repeatable"},
    {"capabilities", 0, BROWSER, FOR_RUN | FOR_SCENARIO, TEXT, AT(capabilities), "FILE",
     "with webdriver: JSON merged into the requested capabilities"},
    {"cacert", 0, BROWSER, FOR_RUN | FOR_SCENARIO, TEXT, AT(cacert), "FILE",
     "with webdriver+https: trust only the authorities in this PEM file"},
    {"show", 0, BROWSER, FOR_RUN | FOR_SCENARIO, FLAG, AT(show), NULL,
     "work in the foreground, in a separate window"},
    {"dry-run", 0, RUN, FOR_FIX, FLAG, AT(dry_run), NULL, "the same as check: change nothing"},
    {"yes", 'y', RUN, FOR_FIX | FOR_UNDO | FOR_LOGIN | FOR_LEDGER | FOR_SCHEDULE, FLAG, AT(yes),
     NULL, "answer yes to the question"},
    {"acknowledge-terms", 0, RUN, FOR_SITE | FOR_SCHEDULE | FOR_SCENARIO, FLAG,
     AT(acknowledge_terms), NULL, "you have read what the site's terms say about automated access"},
    {"wording", 0, RUN, FOR_RUN, TEXT, AT(wording), "TEXT",
     "accept TEXT as the setting's new label"},
    {"tabs", 0, RUN, FOR_RUN, COUNT, AT(tabs), "N",
     "the most tabs to work in, 1 to 8; default 4, or what the scenario allows"},
    {"hold", 0, RUN, FOR_FIX | FOR_UNDO | FOR_REHEARSE | FOR_WATCH, WAIT, AT(hold_ms), "SECONDS",
     "how long the last read waits after the last save; default 6, 0 allowed"},
    {"timeout", 0, RUN, FOR_BROWSER, SECONDS, AT(timeout_ms), "SECONDS",
     "for the whole run; default 60, and 15 more for each chosen setting. The time that you take "
     "to answer does not count"},
    {"origin", 0, RUN, FOR_SITE | FOR_LOGIN | FOR_GUIDE, TEXT, AT(origin), "URL",
     "run against another origin, on this machine only"},
    {"state", 0, RUN, FOR_BROWSER | FOR_DOCTOR | FOR_PAST | FOR_SCHEDULE | FOR_POLICY | FOR_NOTIFY,
     TEXT, AT(state), "DIR", "where offswitch keeps its files between runs"},
    {"as", 0, RUN, FOR_ANYBODY, TEXT, AT(as), "NAME",
     "the options of [NAME] in the config file: one of several people or accounts"},
    {"forget", 0, RUN, FOR_LOGIN, FLAG, AT(forget), NULL,
     "remove offswitch's own profile, with the sign-ins in it"},
    {"now", 0, RUN, FOR_WATCH | FOR_SCHEDULE, FLAG, AT(now), NULL, "check, due or not"},
    {"explain", 0, RUN, FOR_WATCH, FLAG, AT(explain), NULL,
     "say whether a check is due, and why; nothing is fetched"},
    {"fix", 0, RUN, FOR_WATCH | FOR_SCHEDULE, TEXT, AT(fix), "ID[,ID...]",
     "flip these settings if they differ, without asking; nothing else is flipped"},
    {"every", 0, RUN, FOR_SCHEDULE, TEXT, AT(every), "day|week|month",
     "how often a pass runs; default week"},
    {"at", 0, RUN, FOR_SCHEDULE, TEXT, AT(at), "HH:MM", "when; default 10:00"},
    {"print", 0, RUN, FOR_SCHEDULE, FLAG, AT(print), NULL, "show the files; install nothing"},
    {"out", 0, RECORD, FOR_CHECK, TEXT, AT(out), "FILE", "write a plan for 'fix --plan'"},
    {"plan", 0, RECORD, FOR_FIX, TEXT, AT(plan), "FILE",
     "do exactly what the plan says, or nothing if something changed since"},
    {"label", 0, RECORD, FOR_RUN, TEXT, AT(label), "NAME", "the person or account, in the record"},
    {"no-account", 0, RECORD, FOR_RUN, FLAG, AT(no_account), NULL, "do not record the account"},
    {"no-pictures", 0, RECORD, FOR_FIX | FOR_UNDO | FOR_WATCH | FOR_REHEARSE | FOR_REPORT, FLAG,
     AT(no_pictures), NULL, "take no pictures of the pressed controls"},
    {"max-age", 0, RECORD, FOR_STATUS, TEXT, AT(max_age), "10d",
     "exit status 3 if no pass of 'watch' succeeded within this time: days (d), hours (h) or weeks "
     "(w)"},
    {"because", 0, RECORD, FOR_KEEP, TEXT, AT(because), "TEXT", "the reason"},
    {"until", 0, RECORD, FOR_KEEP, TEXT, AT(until), "DATE", "the last day of the decision"},
    {"withdraw", 0, RECORD, FOR_KEEP, FLAG, AT(withdraw), NULL, "withdraw the decision"},
    {"on", 0, RECORD, FOR_DONE, TEXT, AT(on), "DATE", "the day of the step; default today"},
    {"note", 0, RECORD, FOR_DONE, TEXT, AT(note), "TEXT", "a note for yourself"},
    {"before", 0, RECORD, FOR_LEDGER, TEXT, AT(before), "DATE",
     "forget: the runs that began before this day"},
    {"account", 0, RECORD, FOR_LEDGER, TEXT, AT(account), "HINT",
     "forget: the runs of this account or label"},
    {"since", 0, RECORD, FOR_REPORT, TEXT, AT(since), "DATE", "the runs since this day"},
    {"merge", 0, RECORD, FOR_REPORT, FLAG, AT(merge), NULL,
     "the arguments are files with JSON reports of several people: one overview"},
    {"html", 0, OUTPUT, FOR_REPORT | FOR_GUIDE, TEXT, AT(html), "FILE",
     "write one page for a browser"},
    {"csv", 0, OUTPUT, FOR_REPORT, FLAG, AT(csv), NULL, "one line for each setting of each run"},
    {"junit", 0, OUTPUT, FOR_REPORT, FLAG, AT(junit), NULL, "JUnit XML"},
    {"sarif", 0, OUTPUT, FOR_REPORT, FLAG, AT(sarif), NULL, "SARIF 2.1.0"},
    {"openmetrics", 0, OUTPUT, FOR_REPORT, FLAG, AT(openmetrics), NULL, "OpenMetrics 1.0"},
    {"schema", 0, OUTPUT, FOR_REPORT, FLAG, AT(schema), NULL, "the JSON schema of a report"},
    {"json", 0, OUTPUT, (FOR_ALL | FOR_CONFIG) & ~FOR_LOGIN, FLAG, AT(json), NULL,
     "one JSON object on standard output, and nothing else there"},
    {"output", 0, OUTPUT, (FOR_ALL | FOR_CONFIG) & ~FOR_LOGIN, TEXT, AT(output), "FILE",
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
     "the faults of the replica (see --list-faults)"},
    {"list-faults", 0, REPLICA, FOR_REHEARSE, FLAG, AT(list_faults), NULL, "list the faults"},
    {"year", 0, REPLICA, FOR_REHEARSE, FLAG, AT(year), NULL,
     "a year of passes with a simulated clock, with the real revisions of a document"},
    {"seed", 0, REPLICA, FOR_REHEARSE, TEXT, AT(seed), "N", "the seed of random-delays"},
    {"delay-max", 0, REPLICA, FOR_REHEARSE, TEXT, AT(delay_max), "MS",
     "the longest of them (default 10000)"},
    {"generation", 0, REPLICA, FOR_REHEARSE, TEXT, AT(generation), "NAME",
     "which generation of the site's pages"},
    {"lang", 0, OUTPUT, FOR_REHEARSE | FOR_GUIDE | FOR_SCENARIO, TEXT, AT(lang), "TAG",
     "the language of the replica's pages; default en"},
#undef AT
};
enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert(sizeof rows / sizeof *rows <= (size_t)OFS_MOST_OPTIONS,
               "struct cli has room for all options");

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
    {FOR_UNDO, "undo"},         {FOR_CONFIG, "config"},
};

/* The meaning of a shared option for one command, if it differs. */
static const struct {
    const char *name;
    unsigned commands;
    const char *help;
} meanings[] = {
    {"all", FOR_REPORT | FOR_LEDGER, "every run"},
    {"connect", FOR_LOGIN, "launch, the default: a window on offswitch's own profile"},
    {"connect", FOR_REHEARSE,
     "launch (default), cdp://HOST:PORT, bidi://HOST:PORT or webdriver://HOST:PORT"},
    {"timeout", FOR_LOGIN, "how long to wait until you have signed in; default 900"},
    {"lang", FOR_GUIDE, "the language of the site's words, or all; default: yours"},
    {"lang", FOR_SCENARIO, "import: the language of the recording; default en"},
    {"headless", FOR_REHEARSE, "with launch: no window; the default without --show"},
    {"no-pictures", FOR_REPORT, "show no pictures"},
    {"now", FOR_SCHEDULE, "check in every pass, due or not"},
    {"timeout", FOR_SCENARIO, "how long one page may take; default 60 or more"},
    {"json", FOR_LEDGER, "verify, forget: one JSON object on standard output"},
    {"json", FOR_SCHEDULE, "status: one JSON object on standard output"},
};

static const char *meaning(const struct option_row *row, unsigned command)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].commands & command && !strcmp(meanings[i].name, row->name))
            return meanings[i].help;
    return row->help;
}

const struct option_row *options_rows(size_t *ret_n)
{
    *ret_n = ROWS;
    return rows;
}

void options_commands_of(const struct option_row *row, char *ret, size_t size)
{
    size_t used = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < sizeof command_names / sizeof *command_names; i++)
        if (row->commands & command_names[i].bit && used < size)
            used += (size_t)snprintf(ret + used, size - used, "%s%s", used ? ", " : "",
                                     command_names[i].name);
}

void options_print(FILE *out, unsigned command)
{
    for (int heading = 0; heading < HEADINGS; heading++) {
        bool any = false;
        for (const struct option_row *row = rows; row < rows + ROWS; row++) {
            char left[64];
            if (row->heading != heading || !(row->commands & command))
                continue;
            if (!any)
                fprintf(out, "\n%s:\n", headings[heading]);
            any = true;
            snprintf(left, sizeof left, "%c%c%s--%s%s%s", row->letter ? '-' : ' ',
                     row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
                     row->argument ? " " : "", row->argument ? row->argument : "");
            cli_block(out, 2, left, 30, meaning(row, command));
        }
    }
}

static void print_manual_row(FILE *out, const struct option_row *row)
{
    char names[96], commands[256];
    options_commands_of(row, commands, sizeof commands);
    snprintf(names, sizeof names, "%c%c%s--%s", row->letter ? '-' : ' ',
             row->letter ? row->letter : ' ', row->letter ? ", " : "", row->name);
    fputs(".TP\n.B ", out);
    cli_roff(out, names + strspn(names, " "));
    fputs(" \\fI", out);
    cli_roff(out, row->argument ? row->argument : "");
    fputs("\\fR\n", out);
    cli_roff(out, row->help);
    fputs(".\n", out);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        char of[256];
        const struct option_row special = {.commands = meanings[i].commands};
        if (strcmp(meanings[i].name, row->name))
            continue;
        options_commands_of(&special, of, sizeof of);
        fprintf(out, "For %s: ", of);
        cli_roff(out, meanings[i].help);
        fputs(".\n", out);
    }
    fprintf(out, "(%s)\n", commands);
}

void options_print_manual(FILE *out)
{
    for (int heading = 0; heading < HEADINGS; heading++) {
        fprintf(out, ".SS %s\n", headings[heading]);
        for (const struct option_row *row = rows; row < rows + ROWS; row++)
            if (row->heading == heading)
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

const struct option_row *options_row(const char *name, size_t len)
{
    for (const struct option_row *row = rows; row < rows + ROWS; row++)
        if (strlen(row->name) == len && !strncmp(row->name, name, len))
            return row;
    return NULL;
}

bool options_takes_value(const char *option)
{
    const struct option_row *row =
        strncmp(option, "--", 2) ? NULL : options_row(option + 2, strlen(option + 2));
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

void options_tell_unused(const struct cli *cli, const char *connect)
{
    for (size_t i = 0; i < sizeof only_with / sizeof *only_with; i++) {
        const char *name = only_with[i].option;
        const struct option_row *row = options_row(name, strlen(name));
        bool used = cli->from[row - rows].place != OPTION_LINE; /* a config file is for many runs */
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
        return options_row(word + 2, strcspn(word + 2, "="));
    for (const struct option_row *row = rows; row < rows + ROWS; row++)
        if (row->letter && word[0] == '-' && word[1] == row->letter && !word[2])
            return true;
    return false;
}

/* These confirm, remove or flip something. They are given on a command line each time, and are
 * never proposed instead of another. */
static const char *const deliberate[] = {
    "yes", "forget", "acknowledge-terms", "fix", "withdraw", "wording", "before", "account"};

bool options_is_deliberate(const char *name)
{
    for (size_t i = 0; i < sizeof deliberate / sizeof *deliberate; i++)
        if (!strcmp(deliberate[i], name))
            return true;
    return false;
}

const char *options_near(const char *name, unsigned commands)
{
    const char *names[ROWS + 2] = {"help"};
    size_t n = 1;
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].commands & commands)
            names[n++] = rows[i].name;
    const char *near = ofs_text_closest(name, names);
    return near && !options_is_deliberate(near) ? near : NULL;
}

int options_unknown(const char *given, unsigned commands, struct ofs_error *err)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    const char *near = options_near(word + strspn(word, "-"), commands);
    ofs_fail(err, OFS_ERR_USAGE, "there is no option '%s'", word);
    return near ? ofs_hint(err, "did you mean '--%s'?", near) : -1;
}
