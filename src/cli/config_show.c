/* `offswitch config show`: every option that a person may set permanently, and where its value
 * comes from. Only the config file and the scenario are opened. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/config.h"
#include "cli/past.h"
#include "cli/print.h"
#include "record/state.h"
#include "scenario/scenario.h"

/* The default of each option. */
static const struct {
    const char *name, *value;
} defaults[] = {
    {"connect", "auto"},    {"timeout", "60, and 15 for each setting"},
    {"hold", "6"},          {"every", "week"},
    {"at", "10:00"},        {"generation", "current"},
    {"delay-max", "10000"},
};

struct shown {
    char value[512];
    const char *place; /* the word in the report */
    int line;
};

/* The value of an option that is given, in the form of the command line. */
static void write_value(const struct cli *cli, const struct option_row *row, char *ret, size_t size)
{
    const char *at = (const char *)cli + row->at;
    const struct cli_list *list;
    size_t used = 0;
    ret[0] = '\0';
    switch (row->kind) {
    case FLAG:
        snprintf(ret, size, "%s", *(const bool *)at ? "yes" : "no");
        return;
    case TEXT:
        snprintf(ret, size, "%s", *(const char *const *)at);
        return;
    case LIST:
        list = (const struct cli_list *)at;
        for (size_t i = 0; i < list->n && used < size; i++)
            used += (size_t)snprintf(ret + used, size - used, "%s%s", i ? " " : "", list->at[i]);
        return;
    case COUNT:
        snprintf(ret, size, "%d", *(const int *)at);
        return;
    case SECONDS:
    case WAIT:
        snprintf(ret, size, "%g", (double)*(const int64_t *)at / 1000);
        return;
    }
}

/* The default of an option that is not given; false if there is none. */
static void find_default(const struct ofs_scenario *scenario, const struct option_row *row,
                         struct shown *ret)
{
    struct ofs_error ignored;
    bool paced = scenario && ofs_json_get(scenario->tree, "pace/tabs");
    ret->place = "default";
    snprintf(ret->value, sizeof ret->value, "%s", row->kind == FLAG ? "no" : "");
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!strcmp(defaults[i].name, row->name))
            snprintf(ret->value, sizeof ret->value, "%s", defaults[i].value);
    if (scenario && !strcmp(row->name, "group")) {
        snprintf(ret->value, sizeof ret->value, "%s", scenario->default_group);
        ret->place = "scenario";
    } else if (scenario && !strcmp(row->name, "tabs")) {
        snprintf(ret->value, sizeof ret->value, "%d", scenario->tabs);
        ret->place = paced ? "scenario" : "default";
    } else if (!strcmp(row->name, "state")) {
        OFS_AUTO_STR path = ofs_state_path(NULL, &ignored);
        snprintf(ret->value, sizeof ret->value, "%s", path ? path : "");
    }
}

static void look_up(const struct cli *cli, const struct ofs_scenario *scenario,
                    const struct option_row *row, struct option_source from, struct shown *ret)
{
    static const char *const places[] = {[OPTION_FILE] = "file",
                                         [OPTION_SECTION] = "section",
                                         [OPTION_AS] = "as",
                                         [OPTION_LINE] = "command-line"};
    *ret = (struct shown){.line = from.line};
    if (from.place == OPTION_DEFAULT) {
        find_default(scenario, row, ret);
        return;
    }
    ret->place = places[from.place];
    write_value(cli, row, ret->value, sizeof ret->value);
}

/* In words: "line 3 of the file". */
static void say_place(const struct cli *cli, const struct shown *s, char *ret, size_t size)
{
    if (!strcmp(s->place, "file"))
        snprintf(ret, size, "line %d", s->line);
    else if (!strcmp(s->place, "section"))
        snprintf(ret, size, "line %d, in [%s]", s->line, cli->as);
    else if (!strcmp(s->place, "as"))
        snprintf(ret, size, "--as %s", cli->as);
    else if (!strcmp(s->place, "scenario"))
        snprintf(ret, size, "the scenario");
    else
        snprintf(ret, size, "%s", strcmp(s->place, "default") ? "the command line" : "the default");
}

static cJSON *option_json(const struct option_row *row, const struct shown *s)
{
    char commands[256];
    cJSON *one = cJSON_CreateObject();
    options_commands_of(row, commands, sizeof commands);
    cJSON_AddStringToObject(one, "name", row->name);
    ofs_json_add_str(one, "value", s->value[0] ? s->value : NULL);
    cJSON_AddStringToObject(one, "from", s->place);
    if (s->line)
        cJSON_AddNumberToObject(one, "line", s->line);
    else
        cJSON_AddNullToObject(one, "line");
    cJSON_AddStringToObject(one, "commands", commands);
    return one;
}

static void show_option(const struct cli *cli, const struct option_row *row, const struct shown *s)
{
    enum { NAME = 20 };
    char place[128];
    bool plain = !strcmp(s->place, "default");
    bool dim = plain && cli_colour(STDOUT_FILENO);
    say_place(cli, s, place, sizeof place);
    OFS_AUTO_STR text = ofs_text_printf("%s  (%s)", s->value[0] ? s->value : "-", place);
    fputs(dim ? "\033[2m" : "", stdout);
    cli_block(stdout, 2, row->name, NAME, text ? text : s->value);
    fputs(dim ? "\033[0m" : "", stdout);
}

static void show_head(const struct cli *cli, const struct config *config)
{
    OFS_AUTO_STR file =
        ofs_text_printf("Config file: %s%s", config->path, config->is_there ? "" : " (not there)");
    cli_block(stdout, 0, "", 0, file ? file : config->path);
    for (size_t i = 0; i < config->n_sections; i++)
        printf("%s[%s]%s", i ? ", " : "Sections: ", config->sections[i],
               i + 1 == config->n_sections ? "\n" : "");
    if (cli->as)
        printf("As: %s\n", cli->as);
    putchar('\n');
}

static int show(const struct cli *cli, const struct ofs_scenario *scenario)
{
    size_t n;
    const struct option_row *rows = options_rows(&n);
    const struct config *config = cli->config;
    OFS_AUTO_JSON list = cJSON_CreateArray();
    if (!cli->json)
        show_head(cli, config);
    for (size_t i = 0; i < n; i++) {
        struct shown s;
        if (config_why_not(&rows[i]))
            continue;
        look_up(cli, scenario, &rows[i], cli->from[i], &s);
        if (cli->json)
            cJSON_AddItemToArray(list, option_json(&rows[i], &s));
        else
            show_option(cli, &rows[i], &s);
    }
    if (!cli->json) {
        putchar('\n');
        cli_block(stdout, 0, "", 0,
                  "A line of the file is 'OPTION = VALUE'. [NAME] begins the options of --as NAME. "
                  "Passwords and tokens do not belong there: channels of notifications are in "
                  "notify.json.");
        return 0;
    }
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON *sections = cJSON_CreateArray();
    for (size_t i = 0; i < config->n_sections; i++)
        cJSON_AddItemToArray(sections, cJSON_CreateString(config->sections[i]));
    cJSON_AddNumberToObject(out, "format", 1);
    cJSON_AddStringToObject(out, "offswitch", OFS_VERSION);
    cJSON_AddStringToObject(out, "command", "config");
    cJSON_AddStringToObject(out, "file", config->path);
    cJSON_AddBoolToObject(out, "exists", config->is_there);
    ofs_json_add_str(out, "as", cli->as);
    cJSON_AddItemToObject(out, "sections", sections);
    cJSON_AddItemReferenceToObject(out, "options", list);
    return cli_json(out);
}

int cmd_config(const struct cli *cli)
{
    struct ofs_error err;
    if (!cli->n_args || strcmp(cli->args[0], "show")) {
        ofs_fail(&err, OFS_ERR_USAGE, "'config' takes the word show%s%s%s",
                 cli->n_args ? ", not '" : "", cli->n_args ? cli->args[0] : "",
                 cli->n_args ? "'" : "");
        ofs_hint(&err, "offswitch config show [SCENARIO] [--as NAME]");
        return cli_complain(&err);
    }
    int status = past_check_words(cli, 1, 2, "show [SCENARIO]");
    if (status)
        return status;
    struct ofs_scenario *scenario =
        ofs_scenario_load(cli->n_args > 1 ? cli->args[1] : "linkedin", &err);
    if (!scenario && cli->n_args > 1)
        return cli_complain(&err);
    status = show(cli, scenario);
    ofs_scenario_free(scenario);
    return status;
}
