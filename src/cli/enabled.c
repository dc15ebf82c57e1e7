#include "cli/enabled.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/places.h"
#include "base/text.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/run.h"
#include "record/run.h"
#include "scenario/check.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

enum { MOST_ENABLED = 100, MOST_BYTES = 1 << 16 };

static char *enabled_path(struct ofs_error *err)
{
    char *path = ofs_config_home("offswitch/enabled");
    if (!path)
        ofs_fail(err, OFS_ERR_SYSTEM, "there is no home directory to keep the choice in");
    return path;
}

char **enabled_names(struct ofs_error *err)
{
    OFS_AUTO_STR path = enabled_path(err);
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    char **names = path ? calloc(MOST_ENABLED + 1, sizeof *names) : NULL;
    size_t n = 0;
    if (!names)
        return NULL;
    if (access(path, F_OK) && errno == ENOENT)
        return names;
    if (ofs_buf_read_file(&text, path, err)) {
        free(names);
        return NULL;
    }
    char *rest = NULL;
    for (char *name = text.data ? strtok_r(text.data, "\n", &rest) : NULL; name && n < MOST_ENABLED;
         name = strtok_r(NULL, "\n", &rest))
        if (!ofs_check_name(name, NULL))
            names[n++] = strdup(name);
    return names;
}

/* ---- choosing -------------------------------------------------------------------------------- */

static size_t find(char **names, const char *name)
{
    size_t i = 0;
    while (names[i] && strcmp(names[i], name))
        i++;
    return i;
}

static int write_names(char **names, struct ofs_error *err)
{
    OFS_AUTO_STR path = enabled_path(err);
    OFS_AUTO_STR directory = ofs_config_home("offswitch");
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    if (!path)
        return -1;
    for (char **name = names; *name; name++)
        if (ofs_buf_printf(&text, err, "%s\n", *name))
            return -1;
    if (directory && ofs_make_directories(directory, 0700))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be made", directory);
    return past_write_file(path, &text, err);
}

/* One name: known, and then in the list or not. */
static int choose(char **names, const char *name, bool on, struct ofs_error *err)
{
    size_t at = find(names, name);
    if (!on) {
        if (!names[at])
            fprintf(stderr, "'%s' was not enabled.\n", name);
        else
            free(names[at]);
        for (; names[at]; at++)
            names[at] = names[at + 1];
        return 0;
    }
    if (ofs_check_name(name, NULL)) {
        ofs_fail(err, OFS_ERR_USAGE, "'%s' is no name of a scenario", name);
        return ofs_hint(err, "a file has to be in %s first",
                        "$XDG_CONFIG_HOME/offswitch/scenarios");
    }
    struct ofs_scenario *s = ofs_scenario_load(name, err);
    if (!s)
        return -1;
    ofs_scenario_free(s);
    if (names[at])
        return 0;
    if (at == MOST_ENABLED)
        return ofs_fail(err, OFS_ERR_USAGE, "no more than %d scenarios can be enabled",
                        MOST_ENABLED);
    names[at] = strdup(name);
    return 0;
}

static int choose_all(const struct cli *cli, bool on)
{
    struct ofs_error err = {0};
    if (cli->n_args < 2) {
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario %s' needs the name of a scenario", cli->args[0]);
        ofs_hint(&err, "'offswitch scenario list' shows them");
        return cli_complain(&err);
    }
    char **names = enabled_names(&err);
    int rc = names ? 0 : -1;
    for (int i = 1; i < cli->n_args && !rc; i++)
        rc = choose(names, cli->args[i], on, &err);
    if (!rc)
        rc = write_names(names, &err);
    if (!rc && cli->json) {
        OFS_AUTO_JSON out = cJSON_CreateObject();
        cJSON *list = cJSON_AddArrayToObject(out, "enabled");
        for (char **name = names; *name; name++)
            cJSON_AddItemToArray(list, cJSON_CreateString(*name));
        cli_json(out);
    } else if (!rc) {
        fputs("Enabled:", stdout);
        for (char **name = names; *name; name++)
            printf(" %s", *name);
        puts(*names ? "\nTo check them: offswitch check --scenario all" : " none");
    }
    ofs_scenario_names_free(names);
    return rc ? cli_complain(&err) : 0;
}

int scenario_enable(const struct cli *cli)
{
    return choose_all(cli, true);
}

int scenario_disable(const struct cli *cli)
{
    return choose_all(cli, false);
}

/* ---- running --------------------------------------------------------------------------------- */

static int refuse(const struct cli *cli, struct ofs_error *err)
{
    const struct {
        bool given;
        const char *name;
    } single[] = {{cli->only, "--only"},
                  {cli->wording, "--wording"},
                  {cli->plan, "--plan"},
                  {cli->out, "--out"}};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (single[i].given) {
            ofs_fail(err, OFS_ERR_USAGE, "%s is for one scenario", single[i].name);
            return ofs_hint(err, "name it in place of --scenario all");
        }
    return 0;
}

static int run_one(const struct cli *cli, const char *name, int (*run)(const struct cli *cli))
{
    struct cli one = *cli;
    char *args[] = {(char *)name, NULL};
    one.scenario = NULL;
    one.args = args;
    one.n_args = 1;
    return run(&one);
}

/* One object, whatever the result of the runs. */
static void print_runs(const struct cli *cli, cJSON *runs, const struct ofs_error *err, int status)
{
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON_AddNumberToObject(out, "format", 1);
    cJSON_AddStringToObject(out, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(out, "command", cli->command);
    cJSON *error =
        err ? cJSON_AddObjectToObject(out, "error") : cJSON_AddNullToObject(out, "error");
    if (err) {
        cJSON_AddStringToObject(error, "code", ofs_error_name(err->code));
        cJSON_AddStringToObject(error, "text", err->text);
        cJSON_AddStringToObject(error, "hint", cli_hint(err));
    }
    cJSON_AddNumberToObject(out, "exit", status);
    cJSON_AddItemToObject(out, "runs", runs);
    cli_json(out);
}

static int run_all(const struct cli *cli, int (*run)(const struct cli *cli))
{
    struct ofs_error err = {0};
    char **names = refuse(cli, &err) ? NULL : enabled_names(&err);
    cJSON *runs = cli->json ? cJSON_CreateArray() : NULL;
    int status = 0;
    if (names && !*names) {
        ofs_fail(&err, OFS_ERR_USAGE, "no scenario is enabled yet");
        ofs_hint(&err, "offswitch scenario enable linkedin chatgpt");
    }
    for (char **name = names; name && *name; name++) {
        if (!cli->json)
            printf("%s== %s\n", name == names ? "" : "\n", *name);
        fflush(stdout);
        session_collect(runs);
        status = ofs_status_worse(status, run_one(cli, *name, run));
        session_collect(NULL);
        if (session_was_interrupted())
            break;
    }
    ofs_scenario_names_free(names);
    if (err.code != OFS_ERR_NONE)
        status = cli_complain(&err);
    if (cli->json)
        print_runs(cli, runs, err.code != OFS_ERR_NONE ? &err : NULL, status);
    return status;
}

int enabled_run(const struct cli *cli, int (*run)(const struct cli *cli))
{
    struct ofs_error err;
    if (cli->n_args) {
        ofs_fail(&err, OFS_ERR_USAGE, "--scenario %s and '%s': name the scenario once",
                 cli->scenario, cli->args[0]);
        return cli_complain(&err);
    }
    return strcmp(cli->scenario, "all") ? run_one(cli, cli->scenario, run) : run_all(cli, run);
}
