#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/places.h"
#include "base/system.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/enabled.h"
#include "cli/options.h"
#include "cli/print.h"
#include "scenario/scenario.h"

static const struct command commands[] = {
    {"check", "[SCENARIO]", "read every setting and report; changes nothing", cmd_check, FOR_CHECK,
     "Opens its own tabs, reads each setting's page once it is ready, and closes the tabs. Exit "
     "status: 0 all as wanted, 2 something differs, 3 something could not be read or the run was "
     "interrupted, 1 the run failed.",
     "offswitch check --all --json"},
    {"fix", "[SCENARIO]", "check, show the plan, ask, flip, and prove each flip", cmd_fix, FOR_FIX,
     "Clicks nothing before you say yes, or --yes. Clicks each setting at most once, then reads it "
     "back after a reload and again in a fresh tab. Exit status: 0 all as wanted, 5 a change was "
     "not kept, 3 something could not be read or the run was interrupted, 4 not confirmed, 1 the "
     "run failed.",
     "offswitch fix --only data-for-ai-improvement"},
    {"undo", "[RUN]", "put back what a run changed; asks and proves like fix", cmd_undo, FOR_UNDO,
     "Default: the last run that changed something. Settings that had the wanted state before that "
     "run are not touched. Exit status as for fix.",
     "offswitch undo"},
    {"status", "[SCENARIO]", "last known state of every setting and its age; needs no browser",
     cmd_status, FOR_STATUS,
     "Reads the ledger of earlier runs. A state is stale if it is older than the scenario allows "
     "(30 days by default).",
     "offswitch status"},
    {"history", "[ID]", "runs, and how each setting moved", cmd_history, FOR_HISTORY,
     "Shows the probable cause of each change: offswitch did it, a watched document changed, the "
     "scenario changed, or it is unexplained.",
     "offswitch history data-for-ai-improvement"},
    {"diff", "[RUN] [RUN]", "what moved between two runs", cmd_diff, FOR_DIFF,
     "Default: the last two runs. Name a run by its id or the beginning of its id. Nothing is "
     "compared across accounts.",
     "offswitch diff"},
    {"keep", "ID [SCENARIO]", "leave a setting as it is, on purpose", cmd_keep, FOR_KEEP,
     "The setting is skipped, and the report gives your reason, until the day that you name.",
     "offswitch keep ads-by-age --because \"my employer asks for it\" --until 2026-12-31"},
    {"done", "ID [SCENARIO]", "tick a manual step", cmd_done, FOR_DONE,
     "'offswitch guide' lists the steps with their ids.", "offswitch done objection-form"},
    {"report", "[RUN...]", "runs as HTML, JSON, CSV, JUnit, SARIF or OpenMetrics", cmd_report,
     FOR_REPORT,
     "Default: the last run, as text. Needs no browser. --html writes one page without scripts.",
     "offswitch report --all --html report.html"},
    {"ledger", "verify [HASH] | export | forget", "check, copy out or shorten the record of runs",
     cmd_ledger, FOR_LEDGER,
     "verify checks that no record was changed after its run (exit status 1 if one was); export "
     "writes everything as JSON Lines; forget removes runs after a question, and leaves a note.",
     "offswitch ledger forget --before 2025-01-01"},
    {"doctor", "[SCENARIO]", "browsers found, how each can be reached, the next step to take",
     cmd_doctor, FOR_DOCTOR,
     "Reads files and contacts local ports; connects to no browser and changes nothing. Exit "
     "status: 0 a browser can be used now, 3 you have to do something first, 1 offswitch itself "
     "lacks something.",
     "offswitch doctor"},
    {"login", "[SCENARIO]", "open offswitch's own browser profile to sign in once", cmd_login,
     FOR_LOGIN,
     "Opens a window, waits until you have signed in by hand, and closes it so that the sign-in is "
     "kept for '--connect launch'. --forget removes the profile. Exit status: 0 signed in, 3 not "
     "signed in, 1 no browser.",
     "offswitch login linkedin"},
    {"guide", "[SCENARIO]", "the same job as steps for a person, with links", cmd_guide, FOR_GUIDE,
     "Opens nothing and needs no browser. --html writes one page, with links to click.",
     "offswitch guide --all --html guide.html"},
    {"scenario",
     "list | show [NAME] | lint [FILE...] | probe URL | new URL | import FILE | test FILE | "
     "enable NAME... | disable NAME...",
     "the descriptions of sites", cmd_scenario, FOR_SCENARIO,
     "A scenario is one JSON file; scenarios/schema.json describes it. probe lists the switches of "
     "a page and presses nothing; new asks for one of them and writes a scenario; import makes one "
     "from a recording of Chrome's Recorder or of Selenium IDE; test tries one on saved pages "
     "(NAME.tests/expect.json beside it); enable chooses scenarios for --scenario all.",
     "offswitch scenario show linkedin"},
    {"watch", "[SCENARIO]", "one pass: documents, due dates, a check if one is due, notifications",
     cmd_watch, FOR_WATCH,
     "Reads the policy documents of the scenario. Checks the settings if a document changed, an "
     "announced date has come (also one day and seven days after), the last verdicts are a week "
     "old (or 'stale_after_days' of the scenario), the scenario changed, or a run was left "
     "unfinished; --now always checks. Changes nothing, unless --fix names settings. Reports "
     "changes to the channels of notify.json. Exit status: as check; 0 if no check was due.",
     "offswitch watch --explain"},
    {"schedule", "install | status | remove [SCENARIO]", "run 'watch' every day, week or month",
     cmd_schedule, FOR_SCHEDULE,
     "Installs a systemd user timer, a launchd agent, or else a crontab line. The passes use "
     "offswitch's own browser profile without a window; sign in there once with 'offswitch login'. "
     "They report and change nothing, unless --fix names settings. Exit status of status: 3 if "
     "nothing is installed or the last pass failed.",
     "offswitch schedule install --every week --at 09:30"},
    {"policy", "list | show [REVISION] | diff [REVISION] [REVISION]",
     "revisions of the watched documents", cmd_policy, FOR_POLICY,
     "Name a revision by its number, the beginning of its digest, or its document (the newest). "
     "Without two revisions, diff compares the last two.",
     "offswitch policy diff user-agreement"},
    {"notify", "test", "send a test notification to every channel", cmd_notify, FOR_NOTIFY,
     "The channels are in $XDG_CONFIG_HOME/offswitch/notify.json, mode 0600: {\"channels\": "
     "[{\"type\": \"desktop\"}, {\"type\": \"ntfy\", \"url\": ...}, {\"type\": \"webhook\", "
     "\"url\": ..., \"headers\": {}}, {\"type\": \"mail\", \"url\": \"smtps://HOST\", \"from\": "
     "..., \"to\": [...], \"user\": ..., \"password\": \"$VARIABLE\"}, {\"type\": \"command\", "
     "\"command\": [...]}]}. A value \"$NAME\" is taken from the environment.",
     "offswitch notify test"},
    {"config", "show [SCENARIO]", "every option, its value, and where the value comes from",
     cmd_config, FOR_CONFIG,
     "The config file is $XDG_CONFIG_HOME/offswitch/config. A line is 'OPTION = VALUE', with the "
     "long name of an option. [NAME] begins the options of --as NAME, for several people or "
     "accounts. The command line has priority over the file. config accepts every option of the "
     "other commands, to show the resulting values. The file cannot set options that confirm or "
     "remove something, like yes and wording. Do not put passwords and tokens there: they belong "
     "in notify.json.",
     "offswitch config show --as anna"},
    {"completion", "bash | zsh | fish", "the completion script of a shell", cmd_completion, 0,
     "Prints the script on standard output; 'make install' installs all three.",
     "offswitch completion bash > ~/.local/share/bash-completion/completions/offswitch"},
    {"rehearse", "[SCENARIO]", "the whole job on a built-in replica site; touches nothing real",
     cmd_rehearse, FOR_REHEARSE,
     "Serves the replica on a loopback port (of LinkedIn, unless another scenario is named), "
     "starts a browser on a new, empty profile, and does check and fix there. With --serve PORT it "
     "only serves.",
     "offswitch rehearse --fault save-undone"},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

/* ---- the terminal ---- */

bool cli_is_terminal(int fd)
{
    return isatty(fd);
}

bool cli_moves(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term && *term && strcmp(term, "dumb");
}

bool cli_colour(int fd)
{
    const char *no = getenv("NO_COLOR");
    return cli_moves(fd) && !(no && *no);
}

const struct command *commands_all(size_t *ret_n)
{
    *ret_n = COMMANDS;
    return commands;
}

const struct command *commands_find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

/* ---- what is wrong with a command line ---- */

static int unknown_command(const char *name)
{
    struct ofs_error err;
    const char *names[COMMANDS + 3] = {"help", "version"};
    for (size_t i = 0; i < COMMANDS; i++)
        names[i + 2] = commands[i].name;
    const char *near = ofs_text_closest(name, names);
    ofs_fail(&err, OFS_ERR_USAGE, "there is no command '%s'", name);
    if (near)
        ofs_hint(&err, "did you mean '%s'?", near);
    return cli_complain(&err);
}

/* An option in the place of the command. */
static int option_first(const char *given)
{
    struct ofs_error err;
    if (options_has(given)) {
        ofs_fail(&err, OFS_ERR_USAGE, "the option '%.*s' comes before the command",
                 (int)strcspn(given, "="), given);
        ofs_hint(&err, "the command comes first: offswitch COMMAND [OPTION...]");
    } else {
        options_unknown(given, ~0u, &err);
    }
    return cli_complain(&err);
}

static bool asks_for_json(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (!strcmp(argv[i], "--json"))
            return true;
    return false;
}

/* ---- running ---- */

/* ---- --output ---- */

/* A scenario is a person's work: the file is emptied only when there is something to write. Every
 * other file is emptied at once, so that no old report is taken for a new one. */
static struct {
    const char *path; /* NULL: emptied already */
    bool was_made;
} kept;

static int open_output(const char *path, bool keeps)
{
    if (!keeps)
        return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    OFS_AUTO_STR own = ofs_scenario_own_directory();
    if (own && ofs_scenario_is_own(path))
        ofs_make_directories(own, 0700); /* if that fails, opening fails too */
    kept.path = path;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    kept.was_made = fd >= 0;
    return fd < 0 && errno == EEXIST ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : fd;
}

/* The results go to a file: from here on it is the standard output. */
static int redirect(const char *path, bool keeps, struct ofs_error *err)
{
    int fd = open_output(path, keeps);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "--output %s", path);
        if (fd >= 0)
            close(fd);
        kept.path = NULL;
        return -1;
    }
    close(fd);
    return 0;
}

/* Truncate the rest of the old file; 0, or -1 with errno set. */
static int finish_output(int status)
{
    off_t end = kept.path ? lseek(STDOUT_FILENO, 0, SEEK_CUR) : -1;
    if (end < 0)
        return 0; /* nothing is kept, or it is not a regular file */
    if (end > 0 || !status)
        return ftruncate(STDOUT_FILENO, end) && errno != EINVAL ? -1 : 0;
    if (kept.was_made)
        unlink(kept.path);
    return 0;
}

static int print_version(void)
{
    return printf("offswitch %s\n", OFS_VERSION) < 0;
}

static int fail_before(const struct command *command, int argc, char **argv,
                       const struct ofs_error *err)
{
    bool reports = command->options & (FOR_CHECK | FOR_FIX | FOR_UNDO | FOR_REHEARSE);
    if (reports && asks_for_json(argc, argv))
        cli_report_failure(command->name, err);
    return cli_complain(err);
}

/* What the config file says for this command, with the command line taking precedence. */
static int read_options(const struct command *command, const struct config *config, int argc,
                        char **argv, struct cli *cli, struct ofs_error *err)
{
    bool ignored = false;
    const struct cli given = *cli; /* the command line alone */
    *cli = (struct cli){.command = given.command, .hold_ms = -1, .as = given.as, .config = config};
    if (config_apply(config, given.as, command->options, cli, err))
        return -1;
    return options_read(cli, command->options, argc, argv, &ignored, err);
}

/* The run of a command whose options are known. A wrong value may come from the file. */
static int run_with(const struct command *command, const struct cli *cli)
{
    bool from_file = false;
    int status = cli->scenario ? enabled_run(cli, command->run) : command->run(cli);
    for (size_t i = 0; i < OFS_MOST_OPTIONS; i++)
        from_file = from_file || cli->from[i].line;
    if (status == 64 && from_file && command->options != FOR_CONFIG)
        fprintf(stderr, "  Some options come from %s: see 'offswitch config show'.\n",
                cli->config->path);
    return status;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    struct cli cli = {.command = command->name, .hold_ms = -1};
    struct config config = {0};
    struct ofs_error err;
    bool help = false;
    cli_begin(command->name, argv, argc, asks_for_json(argc, argv));
    int rc = options_read(&cli, command->options, argc, argv, &help, &err);
    if (!rc && cli.version)
        return print_version();
    if (!rc && help) {
        help_print_command(command);
        return 0;
    }
    if (!rc && command->options)
        rc = config_read(&config, &err) || read_options(command, &config, argc, argv, &cli, &err);
    if (!rc && cli.output)
        rc = redirect(cli.output, command->options == FOR_SCENARIO, &err);
    cli_begin(command->name, argv, argc, cli.json || asks_for_json(argc, argv));
    int status = rc ? fail_before(command, argc, argv, &err) : run_with(command, &cli);
    config_free(&config);
    return status;
}

static bool is_word(const char *given, const char *a, const char *b, const char *c)
{
    return !strcmp(given, a) || !strcmp(given, b) || !strcmp(given, c);
}

/* For the build: `help manual` and `help scenario-manual SCHEMA` make sections of the manual pages.
 */
static int print_topic(const char *name, const char *file)
{
    struct ofs_error err;
    if (!strcmp(name, "scenario-manual") && file)
        return help_print_scenario_manual(stdout, file, &err) ? cli_complain(&err) : 0;
    const struct command *topic = commands_find(name);
    if (!topic && strcmp(name, "manual"))
        return unknown_command(name);
    if (topic)
        help_print_command(topic);
    else
        help_print_manual(stdout);
    return 0;
}

/* `help COMMAND`, and nothing after it except what the build passes. */
static int print_topics(int argc, char **argv)
{
    struct ofs_error err;
    int most = !strcmp(argv[2], "scenario-manual") ? 4 : 3;
    if (argc <= most)
        return print_topic(argv[2], argv[3]);
    ofs_fail(&err, OFS_ERR_USAGE, "'%s' is one word too many for 'help'", argv[most]);
    ofs_hint(&err, "offswitch help COMMAND");
    return cli_complain(&err);
}

static int run_command_line(int argc, char **argv)
{
    if (argc < 2) {
        help_print(stderr);
        return 64;
    }
    const char *name = argv[1];
    cli_begin(NULL, NULL, 0, asks_for_json(argc, argv));
    if (is_word(name, "--version", "-V", "version"))
        return print_version();
    if (is_word(name, "--help", "-h", "help") && (argc == 2 || name[0] == '-')) {
        help_print(stdout);
        return 0;
    }
    if (!strcmp(name, "help"))
        return print_topics(argc, argv);
    if (name[0] == '-')
        return option_first(name);
    const struct command *command = commands_find(name);
    return command ? run_command(command, argc - 1, argv + 1) : unknown_command(name);
}

/* Output that was lost is an error, whatever the result of the command. */
int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    signal(SIGPIPE, SIG_IGN);
    ofs_system_set_program(argv[0]);
    int status = run_command_line(argc, argv);
    cli_end(status);
    if (!fflush(stdout) && !ferror(stdout) && !finish_output(status))
        return status;
    fprintf(stderr, "offswitch: standard output could not be written: %s\n", strerror(errno));
    return 1;
}
