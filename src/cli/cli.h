/*
 * cli.h: the command line, parsed once. Each command is one file here and one row of the table in
 * main.c. A command gets the parsed options, prints results on standard output and everything else
 * on standard error, and returns the exit status of the contract.
 */
#ifndef OFS_CLI_CLI_H
#define OFS_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "offswitch.h"

enum { OFS_MAX_REPEAT = 64, OFS_MOST_OPTIONS = 96 };

/* Where an option's value comes from, the later ones over the earlier. */
struct option_source {
    enum { OPTION_DEFAULT, OPTION_FILE, OPTION_SECTION, OPTION_AS, OPTION_LINE } place;
    int line; /* of the config file, or 0 */
};

/* What an option that may be repeated was given. */
struct cli_list {
    const char *at[OFS_MAX_REPEAT];
    size_t n;
};

struct cli {
    const char *command;
    const char *as; /* the section of the config file, or NULL */
    const struct config *config;
    struct option_source from[OFS_MOST_OPTIONS]; /* by the row of the table of options */
    const char *connect;                         /* NULL: the command's default */
    struct cli_list browser_args, instances;
    const char *profile;
    bool headless;
    const char *origin;
    const char *only;
    const char *group;
    bool all;
    int tabs;           /* 0: not given */
    int64_t timeout_ms; /* for the whole run; 0: not given */
    int64_t hold_ms;    /* how long the last read waits; -1: not given */
    bool json;
    bool timing; /* show where the time went */
    bool quiet, verbose;
    bool version;       /* print the version and end */
    const char *output; /* a file for the results; standard output has become it */
    bool dry_run;       /* fix: only check */
    bool yes;
    bool acknowledge_terms;
    const char *state;
    const char *trace;
    const char *capabilities;
    const char *cacert;
    const char *wording;
    bool show;              /* our tab in front */
    const char *serve;      /* rehearse: a port */
    const char *fault;      /* rehearse: names, separated by commas */
    const char *generation; /* rehearse: which generation of the site */
    const char *lang;       /* rehearse: which language */
    const char *seed;       /* rehearse: of random-delays */
    const char *delay_max;  /* rehearse: the longest of them, in milliseconds */
    bool list_faults;
    bool forget;                  /* login: remove the profile */
    const char *because, *until;  /* keep */
    bool withdraw;                /* keep: take back what was decided */
    const char *on, *note;        /* keep: take back the decision */
    const char *before, *account; /* ledger forget */
    const char *label;            /* whose run it is */
    bool no_account;              /* do not keep whose account it is */
    const char *scenario;         /* its name, or "all": those that are enabled */
    bool no_pictures;             /* keep none of the controls; report: show none */
    const char *out, *plan;       /* a plan to write, or to follow */
    const char *html;             /* report: a file */
    bool csv, junit, sarif, openmetrics, schema, merge;
    const char *since;   /* report: a day */
    const char *max_age; /* status: how old the last pass that worked may be */
    bool now;            /* watch: check, whether it is due or not */
    bool explain;        /* watch: only say whether a check is due */
    const char *fix;     /* watch, schedule: settings to flip without a person */
    const char *every;   /* schedule: day, week, month */
    const char *at;      /* schedule: HH:MM */
    bool print;          /* schedule: only show the files */
    bool year;           /* rehearse: a year of passes */
    char **args;         /* the rest: SCENARIO, or a sub-command and its arguments */
    int n_args;
};

int cmd_check(const struct cli *cli);
int cmd_fix(const struct cli *cli);
int cmd_guide(const struct cli *cli);
int cmd_scenario(const struct cli *cli);
int cmd_rehearse(const struct cli *cli);
int cmd_doctor(const struct cli *cli);
int cmd_login(const struct cli *cli);
int cmd_completion(const struct cli *cli);
int cmd_watch(const struct cli *cli);
int cmd_schedule(const struct cli *cli);
int cmd_policy(const struct cli *cli);
int cmd_notify(const struct cli *cli);
int cmd_status(const struct cli *cli);
int cmd_history(const struct cli *cli);
int cmd_diff(const struct cli *cli);
int cmd_keep(const struct cli *cli);
int cmd_done(const struct cli *cli);
int cmd_ledger(const struct cli *cli);
int cmd_report(const struct cli *cli);
int cmd_undo(const struct cli *cli);
int cmd_config(const struct cli *cli);

/* The report's object of a run that did not begin, on standard output. */
void cli_report_failure(const char *command, const struct ofs_error *err);

/* rehearse --serve PORT: serve the replica until a signal. */
int rehearse_serve(const struct cli *cli);

/* rehearse --year: a year of passes, in a directory for its files. */
int rehearse_year(const struct cli *cli, const char *scratch);

/* Around the run of a command (NULL: there is none of that name): its name in errors, with its
 * command line (borrowed). At the end, one object with the first error is printed if --json was
 * given and no other object was printed. */
void cli_begin(const char *name, char *const *words, int n_words, bool wants_json);
void cli_end(int status);

/* Print "offswitch: SENTENCE" and the hint on standard error; returns the error's exit status. */
int cli_complain(const struct ofs_error *err);

/* The hint to show for an error: its own, or the usual one of its code on a command line. Borrowed;
 * "" if there is none. */
const char *cli_hint(const struct ofs_error *err);

/* Report a known failure of starting a browser in one sentence, instead of what the browser
 * wrote. */
void cli_name_failure(struct ofs_error *err);

/* What the terminal can do. Colour: a terminal on that descriptor, NO_COLOR unset, TERM not dumb.
 */
bool cli_colour(int fd);
/* Can a line be redrawn there? A terminal that is not dumb. */
bool cli_moves(int fd);
bool cli_is_terminal(int fd);

#endif
