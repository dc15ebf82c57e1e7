/*
 * offswitch completion bash | zsh | fish: the script for a shell. The scripts contain no words
 * themselves: they run `offswitch completion words WORD...` with the words so far, which prints
 * what may come next, one per line; "@files" and "@directories" represent what the shell completes
 * itself.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/options.h"
#include "rehearsal/faults.h"
#include "rehearsal/site.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

static const unsigned char bash[] = {
#include "offswitch.bash.h"
};
static const unsigned char zsh[] = {
#include "offswitch.zsh.h"
};
static const unsigned char fish[] = {
#include "offswitch.fish.h"
};

/* ---- what may come next ---- */

/* The scenario among the words, or the default one. NULL if it does not load. */
static struct ofs_scenario *scenario_of(const struct cli *cli)
{
    struct ofs_error ignored;
    for (int i = 2; i < cli->n_args - 1; i++) {
        OFS_AUTO_STR path =
            cli->args[i][0] == '-' ? NULL : ofs_scenario_find(cli->args[i], &ignored);
        struct ofs_scenario *s = path ? ofs_scenario_load(path, &ignored) : NULL;
        if (s)
            return s;
    }
    return ofs_scenario_load("linkedin", &ignored);
}

/* The part before the value in "--only=ID", and "" if the value is a word of its own. */
static char lead[64];

static void put(const char *before, const char *word)
{
    printf("%s%s%s\n", lead, before, word);
}

/* The shell completes only words of their own. */
static void put_words(const char *words)
{
    for (size_t n; *words; words += n + (words[n] == ' ')) {
        n = strcspn(words, " ");
        if (*words != '@' || !*lead)
            printf("%s%.*s\n", lead, (int)n, words);
    }
}

/* How much of "a,b,c" is in front of its last part. */
static int length_before(const char *word)
{
    const char *comma = strrchr(word, ',');
    return comma ? (int)(comma + 1 - word) : 0;
}

static void put_ids(const struct cli *cli, const char *word)
{
    struct ofs_scenario *s = scenario_of(cli);
    char before[512];
    snprintf(before, sizeof before, "%.*s", length_before(word), word);
    for (size_t i = 0; s && i < s->n_settings; i++)
        put(before, s->settings[i].id);
    ofs_scenario_free(s);
}

/* The steps that a person does. */
static void put_steps(const struct cli *cli)
{
    struct ofs_scenario *s = scenario_of(cli);
    const cJSON *step, *steps = s ? s->manual : NULL;
    cJSON_ArrayForEach(step, steps)
    {
        put("", ofs_json_str(step, "id", ""));
    }
    ofs_scenario_free(s);
}

static void put_list(const char *const *names)
{
    for (; *names; names++)
        put("", *names);
}

static void put_languages(const struct cli *cli, const char *word)
{
    (void)word;
    put_list(ofs_site_langs());
    if (!strcmp(cli->args[1], "guide"))
        put("", "all");
}

static void put_generations(const struct cli *cli, const char *word)
{
    (void)cli, (void)word;
    put_list(ofs_site_generations());
}

static void put_groups(const struct cli *cli, const char *word)
{
    struct ofs_scenario *s = scenario_of(cli);
    (void)word;
    for (size_t i = 0; s && i < s->n_settings; i++) {
        bool first = true;
        for (size_t k = 0; k < i; k++)
            first = first && strcmp(s->settings[k].group, s->settings[i].group);
        if (first)
            put("", s->settings[i].group);
    }
    ofs_scenario_free(s);
}

static void put_faults(const struct cli *cli, const char *word)
{
    char before[512];
    (void)cli;
    snprintf(before, sizeof before, "%.*s", length_before(word), word);
    for (const struct site_fault_row *row = site_fault_rows; row->name; row++)
        put(before, row->name);
}

static void put_names(const struct cli *cli, const char *word)
{
    struct ofs_error ignored;
    char **names = ofs_scenario_names_known(&ignored);
    (void)cli, (void)word;
    for (char **name = names; name && *name; name++)
        put("", *name);
    ofs_scenario_names_free(names);
}

static void put_scenarios(void)
{
    put_names(NULL, NULL);
    puts("@files");
}

/* After --scenario. */
static void put_names_or_all(const struct cli *cli, const char *word)
{
    put("", "all");
    put_names(cli, word);
}

/* The sections of the config file. */
static void put_people(const struct cli *cli, const char *word)
{
    struct config config;
    struct ofs_error ignored;
    (void)cli, (void)word;
    config_read(&config, &ignored);
    for (size_t i = 0; i < config.n_sections; i++)
        put("", config.sections[i]);
    config_free(&config);
}

/* What follows an option, by its name. */
static const struct {
    const char *option;
    void (*put)(const struct cli *cli, const char *word);
    const char *words;
} values[] = {
    {"--connect", NULL, "auto launch cdp:// ws:// bidi:// webdriver:// webdriver+https://"},
    {"--only", put_ids, NULL},
    {"--fix", put_ids, NULL},
    {"--group", put_groups, NULL},
    {"--scenario", put_names_or_all, NULL},
    {"--fault", put_faults, NULL},
    {"--profile", NULL, "@directories"},
    {"--state", NULL, "@directories"},
    {"--capabilities", NULL, "@files"},
    {"--cacert", NULL, "@files"},
    {"--trace", NULL, "@files"},
    {"--output", NULL, "@files"},
    {"--html", NULL, "@files"},
    {"--as", put_people, NULL},
    {"--plan", NULL, "@files"},
    {"--out", NULL, "@files"},
    {"--lang", put_languages, NULL},
    {"--generation", put_generations, NULL},
    {"--tabs", NULL, "1 2 4 8"},
    {"--every", NULL, "day week month"},
};

/* The word after `option`; false if it is not known. */
static bool put_value(const struct cli *cli, const char *option, const char *word)
{
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].option, option))
            continue;
        if (values[i].put)
            values[i].put(cli, word);
        else
            put_words(values[i].words);
        return true;
    }
    return options_takes_value(option);
}

/* The first words in "list | show [NAME] | lint". */
static void put_subcommands(const char *arguments)
{
    for (const char *p = arguments; p; p = strstr(p, "| ")) {
        p += p == arguments ? 0 : 2;
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz");
        if (n)
            printf("%.*s\n", (int)n, p);
    }
}

/* The words after "offswitch"; the last is the one being typed. */
static int put_next(const struct cli *cli)
{
    size_t n;
    const struct command *all = commands_all(&n);
    int last = cli->n_args - 1;
    const char *word = cli->args[last];
    if (last == 1) {
        for (size_t i = 0; i < n; i++)
            put("", all[i].name);
        puts("help");
        return 0;
    }
    const struct command *command = commands_find(cli->args[1]);
    if (!command) {
        for (size_t i = 0; i < n && !strcmp(cli->args[1], "help"); i++)
            put("", all[i].name);
        return 0;
    }
    const char *equals = strncmp(word, "--", 2) ? NULL : strchr(word, '=');
    if (equals) {
        OFS_AUTO_STR option = ofs_text_printf("%.*s", (int)(equals - word), word);
        snprintf(lead, sizeof lead, "%s=", option ? option : "");
        put_value(cli, option ? option : "", equals + 1);
        return 0;
    }
    if (put_value(cli, cli->args[last - 1], word))
        return 0;
    if (word[0] == '-')
        options_list(command->options);
    else if (last == 2 && command->arguments[0] >= 'a' && command->arguments[0] <= 'z')
        put_subcommands(command->arguments);
    else if (last == 2 && !strcmp(command->name, "done"))
        put_steps(cli);
    else if (last == 2 && strstr(command->arguments, "ID") && !strstr(command->arguments, "| "))
        put_ids(cli, word);
    else if (strstr(command->arguments, "[SCENARIO]") || !strcmp(command->name, "scenario"))
        put_scenarios();
    return 0;
}

/* ---- the command ---- */

int cmd_completion(const struct cli *cli)
{
    static const struct {
        const char *shell;
        const unsigned char *text;
        size_t size;
    } scripts[] = {
        {"bash", bash, sizeof bash}, {"zsh", zsh, sizeof zsh}, {"fish", fish, sizeof fish}};
    struct ofs_error err;
    if (cli->n_args > 1 && !strcmp(cli->args[0], "words"))
        return put_next(cli);
    for (size_t i = 0; cli->n_args == 1 && i < sizeof scripts / sizeof *scripts; i++)
        if (!strcmp(cli->args[0], scripts[i].shell))
            return fwrite(scripts[i].text, 1, scripts[i].size, stdout) != scripts[i].size;
    ofs_fail(&err, OFS_ERR_USAGE, "'completion' takes one of bash, zsh and fish");
    return cli_complain(&err);
}
