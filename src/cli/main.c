#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"

struct command {
    const char *name;
    const char *arguments;
    const char *summary;
    int (*run)(const struct cli *cli);
    const char *more; /* the rest of its --help */
};

static const struct command commands[] = {
    {"check", "[SCENARIO]", "read every setting and report; changes nothing", cmd_check,
     "Opens one tab of its own, reads each setting's page once it is ready, and closes the tab.\n"
     "Exit status: 0 all as wanted, 2 something differs, 3 something could not be told, 1 no "
     "run.\n"},
    {"fix", "[SCENARIO]", "check, show the plan, ask, flip, and prove each flip", cmd_fix,
     "Nothing is pressed before you say yes (--yes says it for you). Each setting is pressed at\n"
     "most once, then read back after a reload and again in a fresh tab.\n"
     "Exit status: 0 all as wanted now, 5 a flip did not hold, 3 something could not be told,\n"
     "4 not confirmed, 1 no run.\n"},
    {"doctor", "", "browsers found, how each can be reached, the next step to take", cmd_doctor,
     "Reads files and asks local ports; connects to no browser and changes nothing.\n"
     "Exit status: 0 a browser can be used as things are, 3 you have to do something first,\n"
     "1 offswitch itself lacks something.\n"},
    {"login", "[SCENARIO]", "open offswitch's own browser profile to sign in once", cmd_login,
     "Opens a window, waits until you have signed in by hand, and closes it so that the sign-in "
     "is\n"
     "kept for '--connect launch'. --forget removes the profile.\n"
     "Exit status: 0 signed in, 3 not signed in, 1 no browser.\n"},
    {"guide", "[SCENARIO]", "the same job as steps for a person, with links", cmd_guide,
     "Opens nothing and needs no browser.\n"},
    {"scenario", "list | show [NAME] | lint [FILE...]", "what is known of sites", cmd_scenario,
     "A scenario is one JSON file; scenarios/schema.json describes it.\n"},
    {"rehearse", "", "the whole job on a built-in replica site, nothing real touched", cmd_rehearse,
     "Serves the replica on a loopback port, starts a browser on an empty profile of its own, and\n"
     "does check and fix there. With --serve PORT it only serves.\n"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* Of the contract, and not in this version: told as such instead of being guessed at. */
static const char *const later[] = {"undo", "watch", "schedule", "status", "history", "report"};
static const char *const later_options[] = {"plan", "out"};

enum kind { FLAG, TEXT, LIST, COUNT, SECONDS };

static const struct option_row {
    const char *name;
    enum kind kind;
    size_t at;
    const char *argument;
    const char *help;
} rows[] = {
#define AT(member) offsetof(struct cli, member)
    {"connect", TEXT, AT(connect), "WHERE",
     "auto, launch, cdp://HOST:PORT, bidi://HOST:PORT, webdriver://HOST:PORT"},
    {"capabilities", TEXT, AT(capabilities), "FILE",
     "with webdriver: JSON merged into the capabilities asked for"},
    {"cacert", TEXT, AT(cacert), "FILE",
     "with webdriver+https: trust the authorities in this PEM file alone"},
    {"headless", FLAG, AT(headless), NULL, "with launch: no window"},
    {"profile", TEXT, AT(profile), "DIR", "with launch: the browser profile to use"},
    {"browser-arg", LIST, AT(browser_args), "ARG", "with launch: one more argument; repeatable"},
    {"origin", TEXT, AT(origin), "URL", "run against another origin, on this machine only"},
    {"only", TEXT, AT(only), "ID[,ID...]", "these settings"},
    {"group", TEXT, AT(group), "NAME", "the settings of a group"},
    {"all", FLAG, AT(all), NULL, "every setting"},
    {"tabs", COUNT, AT(tabs), "N", "how many tabs to work in, 1 to 8"},
    {"timeout", SECONDS, AT(timeout_ms), "SECONDS", "for the whole run (default 300)"},
    {"json", FLAG, AT(json), NULL, "the report as one JSON object on standard output"},
    {"yes", FLAG, AT(yes), NULL, "confirm the plan without being asked"},
    {"acknowledge-terms", FLAG, AT(acknowledge_terms), NULL,
     "you have read what the site's terms say of automated access"},
    {"wording", TEXT, AT(wording), "TEXT",
     "you vouch that a setting found by its key and now worded TEXT means the same"},
    {"state", TEXT, AT(state), "DIR", "where things are remembered between runs"},
    {"trace", TEXT, AT(trace), "FILE", "write every protocol message, secrets redacted"},
    {"show", FLAG, AT(show), NULL, "work in front of your eyes, in a window of its own"},
    {"forget", FLAG, AT(forget), NULL, "login: remove offswitch's own profile"},
    {"serve", TEXT, AT(serve), "PORT", "rehearse: only serve the replica (0: any free port)"},
    {"fault", TEXT, AT(fault), "NAME[,NAME...]", "rehearse: what goes wrong (see --list-faults)"},
    {"list-faults", FLAG, AT(list_faults), NULL, "rehearse: the faults there are"},
    {"seed", TEXT, AT(seed), "N", "rehearse: what random-delays draws its delays from"},
    {"delay-max", TEXT, AT(delay_max), "MS", "rehearse: the longest of them (default 10000)"},
    {"generation", TEXT, AT(generation), "NAME", "rehearse: which generation of the site"},
    {"lang", TEXT, AT(lang), "TAG", "rehearse: in which language"},
#undef AT
};
enum { ROWS = sizeof rows / sizeof *rows };

int cli_complain(const struct ofs_error *err)
{
    const char *hint = ofs_error_hint(err);
    fprintf(stderr, "offswitch: %s\n", err->text);
    if (*hint)
        fprintf(stderr, "  %s\n", hint);
    return ofs_error_status(err->code);
}

bool cli_is_terminal(int fd)
{
    return isatty(fd);
}

bool cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(no && *no) && term && strcmp(term, "dumb");
}

static void print_options(FILE *out, bool all)
{
    fputs("\nOptions:\n", out);
    for (size_t i = 0; i < ROWS; i++) {
        char left[64];
        if (!all && !strncmp(rows[i].help, "rehearse:", 9))
            continue;
        snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                 rows[i].argument ? rows[i].argument : "");
        fprintf(out, "  %-26s %s\n", left, rows[i].help);
    }
}

static int print_help(FILE *out)
{
    fputs("offswitch: turn off AI training, and the other switches you choose, in the browser you\n"
          "are signed in with.\n\nUsage: offswitch COMMAND [OPTION...]\n\nCommands:\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    fputs("  help       this page; 'offswitch help COMMAND' for one command\n", out);
    print_options(out, false);
    fputs("\nStart with 'offswitch rehearse' (nothing real is touched), then 'offswitch check'.\n",
          out);
    return 0;
}

static int print_command_help(const struct command *c)
{
    printf("Usage: offswitch %s %s [OPTION...]\n\n%s: %s.\n%s", c->name, c->arguments, c->name,
           c->summary, c->more);
    print_options(stdout, c->run == cmd_rehearse);
    return 0;
}

static int misuse(const char *what, const char *word, const char *const *words)
{
    struct ofs_error err;
    const char *meant = words ? ofs_text_closest(word, words) : NULL;
    ofs_fail(&err, OFS_ERR_USAGE, "%s '%s'", what, word);
    if (meant)
        ofs_hint(&err, "did you mean '%s'?", meant);
    return cli_complain(&err);
}

static bool is_in(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(words[i], word))
            return true;
    return false;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS + 3] = {"help", "version"};
    for (size_t i = 0; i < COMMANDS; i++)
        names[i + 2] = commands[i].name;
    if (is_in(name, later, sizeof later / sizeof *later)) {
        struct ofs_error err;
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' is not in this version yet", name);
        return cli_complain(&err);
    }
    return misuse("there is no command", name, names);
}

static int unknown_option(const char *given)
{
    char word[64];
    const char *names[ROWS + 3] = {"--help", "--version"};
    static char texts[ROWS][40];
    for (size_t i = 0; i < ROWS; i++) {
        snprintf(texts[i], sizeof texts[i], "--%s", rows[i].name);
        names[i + 2] = texts[i];
    }
    snprintf(word, sizeof word, "%.*s", (int)strcspn(given, "="), given);
    if (!strncmp(word, "--", 2) &&
        is_in(word + 2, later_options, sizeof later_options / sizeof *later_options)) {
        struct ofs_error err;
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' is not in this version yet", word);
        return cli_complain(&err);
    }
    return misuse("there is no option", word, names);
}

/* An option where the command should be. */
static int option_first(const char *given)
{
    size_t n = strcspn(given, "=");
    for (size_t i = 0; i < ROWS; i++)
        if (!strncmp(given, "--", 2) && strlen(rows[i].name) == n - 2 &&
            !strncmp(given + 2, rows[i].name, n - 2)) {
            struct ofs_error err;
            ofs_fail(&err, OFS_ERR_USAGE, "'--%s' stands where the command should be",
                     rows[i].name);
            ofs_hint(&err, "the command comes first: offswitch COMMAND [OPTION...]");
            return cli_complain(&err);
        }
    return unknown_option(given);
}

/* A number of the command line, whole. */
static int take_number(const struct option_row *row, const char *text, double least, double most,
                       double *ret)
{
    struct ofs_error err;
    char *rest;
    *ret = strtod(text, &rest);
    if (rest != text && !*rest && *ret >= least && *ret <= most)
        return 0;
    ofs_fail(&err, OFS_ERR_USAGE, "--%s takes a number from %g to %g, not '%s'", row->name, least,
             most, text);
    return cli_complain(&err);
}

static int misuse_of(const struct option_row *row, const char *what, const char *text)
{
    struct ofs_error err;
    ofs_fail(&err, OFS_ERR_USAGE, "--%s %s '%s'", row->name, what, text);
    return cli_complain(&err);
}

/* What getopt did not know: `optopt` is a letter, or the number of an option that was given a
 * value. */
static int take_unknown(char **argv)
{
    const char *given = argv[optind - 1];
    if (optopt >= 256)
        return misuse_of(&rows[optopt - 256], "takes no value, and was given",
                         strchr(given, '=') + 1);
    if (optopt && strncmp(given, "--", 2)) {
        const char letter[] = {'-', (char)optopt, '\0'};
        return misuse("there is no option", letter, NULL);
    }
    return unknown_option(given);
}

static int take_option(struct cli *cli, const struct option_row *row, const char *text)
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
            return misuse("too many times", row->name, NULL);
        cli->browser_args[cli->n_browser_args++] = text;
        return 0;
    case COUNT:
        if (take_number(row, text, 1, 8, &number))
            return 64;
        *(int *)at = (int)number;
        return number == (int)number ? 0 : misuse_of(row, "takes a whole number, not", text);
    case SECONDS:
        if (take_number(row, text, 1, 86400, &number))
            return 64;
        *(int64_t *)at = (int64_t)(number * 1000);
        return 0;
    }
    return 64;
}

static int take_options(struct cli *cli, int argc, char **argv, bool *ret_help)
{
    struct option longs[ROWS + 2] = {{"help", no_argument, NULL, 'h'}};
    for (size_t i = 0; i < ROWS; i++)
        longs[i + 1] = (struct option){
            rows[i].name, rows[i].argument ? required_argument : no_argument, NULL, 256 + (int)i};
    opterr = 0;
    int c;
    while ((c = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
        if (c == 'h') {
            *ret_help = true;
        } else if (c == ':') {
            return misuse("a value has to follow", argv[optind - 1], NULL);
        } else if (c == '?') {
            return take_unknown(argv);
        } else {
            int status = take_option(cli, &rows[c - 256], optarg);
            if (status)
                return status;
        }
    }
    cli->args = argv + optind;
    cli->n_args = argc - optind;
    return 0;
}

static int run_command_line(int argc, char **argv)
{
    struct cli cli = {.tabs = 1, .timeout_ms = OFS_DEFAULT_TIMEOUT};
    bool help = false;
    if (argc < 2) {
        print_help(stderr);
        return 64;
    }
    const char *name = argv[1];
    if (!strcmp(name, "--version") || !strcmp(name, "version"))
        return printf("offswitch %s\n", OFS_VERSION) < 0;
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || (!strcmp(name, "help") && argc == 2))
        return print_help(stdout);
    if (!strcmp(name, "help")) {
        const struct command *topic = find_command(argv[2]);
        return topic ? print_command_help(topic) : unknown_command(argv[2]);
    }
    if (name[0] == '-')
        return option_first(name);
    const struct command *command = find_command(name);
    if (!command)
        return unknown_command(name);
    cli.command = command->name;
    int status = take_options(&cli, argc - 1, argv + 1, &help);
    if (status)
        return status;
    if (help)
        return print_command_help(command);
    return command->run(&cli);
}

/* Output that was lost is an error, whatever the command has to say. */
int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    int status = run_command_line(argc, argv);
    if (!fflush(stdout) && !ferror(stdout))
        return status;
    fprintf(stderr, "offswitch: standard output could not be written: %s\n", strerror(errno));
    return 1;
}
