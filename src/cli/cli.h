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

enum { OFS_MAX_REPEAT = 64, OFS_DEFAULT_TIMEOUT = 300000 /* milliseconds */ };

struct cli {
    const char *command;
    const char *connect; /* NULL: the command's default */
    const char *browser_args[OFS_MAX_REPEAT];
    size_t n_browser_args;
    const char *profile;
    bool headless;
    const char *origin;
    const char *only;
    const char *group;
    bool all;
    int tabs;
    int64_t timeout_ms; /* the whole run's budget */
    bool json;
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
    bool forget; /* login: remove the profile */
    char **args; /* what is left: SCENARIO, or a sub-command and its own */
    int n_args;
};

int cmd_check(const struct cli *cli);
int cmd_fix(const struct cli *cli);
int cmd_guide(const struct cli *cli);
int cmd_scenario(const struct cli *cli);
int cmd_rehearse(const struct cli *cli);
int cmd_doctor(const struct cli *cli);
int cmd_login(const struct cli *cli);

/* rehearse --serve PORT: serve the replica until a signal. */
int rehearse_serve(const struct cli *cli);

/* Print "offswitch: SENTENCE" and the hint on standard error; returns the error's exit status. */
int cli_complain(const struct ofs_error *err);

/* What the terminal can do. Colour: a terminal on that descriptor, NO_COLOR unset, TERM not dumb.
 */
bool cli_colour(int fd);
bool cli_is_terminal(int fd);

#endif
