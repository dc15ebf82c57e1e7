/*
 * offswitch scenario list | show NAME | lint [FILE|NAME|- …]; the sub-commands that write a
 * scenario have files of their own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/enabled.h"
#include "cli/print.h"
#include "cli/scenario.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

enum { EXIT_FAULTS = 1 };

static void free_scenario(struct ofs_scenario **s)
{
    ofs_scenario_free(*s);
}
#define AUTO_SCENARIO __attribute__((cleanup(free_scenario))) struct ofs_scenario *

static void free_names(char ***names)
{
    ofs_scenario_names_free(*names);
}
#define AUTO_NAMES __attribute__((cleanup(free_names))) char **

/* The names in the directory of scenarios; NULL after reporting the error. */
static char **installed(char **ret_directory, struct ofs_error *err)
{
    *ret_directory = ofs_scenario_directory();
    if (*ret_directory)
        return ofs_scenario_names(*ret_directory, err);
    ofs_fail(err, OFS_ERR_SCENARIO, "there is no directory of scenarios");
    ofs_hint(err, "name it in OFFSWITCH_SCENARIOS");
    return NULL;
}

/* One object on standard output, with the list under `key`; takes the list. */
static int print_list(const char *key, cJSON **list)
{
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON_AddItemToObject(out, key, *list);
    *list = NULL;
    return cli_json(out);
}

static int no_more_words(const struct cli *cli, int most)
{
    struct ofs_error err;
    ofs_fail(&err, OFS_ERR_USAGE, "'%s' is one word too many for 'scenario %s'", cli->args[most],
             cli->args[0]);
    return cli_complain(&err);
}

/* ---- list ----------------------------------------------------------------------------------- */

static cJSON *list_entry(const char *name, const struct ofs_scenario *s,
                         const struct ofs_error *err)
{
    cJSON *entry = cJSON_CreateObject();
    ofs_json_add_str(entry, "name", name);
    ofs_json_add_str(entry, "title", s ? s->title : NULL);
    ofs_json_add_str(entry, "version", s ? s->version : NULL);
    cJSON_AddNumberToObject(entry, "settings", s ? (double)s->n_settings : 0);
    ofs_json_add_str(entry, "file", s ? s->path : NULL);
    ofs_json_add_str(entry, "fault", s ? NULL : err->text);
    return entry;
}

/* Each column is as wide as its longest text, and two more. */
static void print_table(const cJSON *all)
{
    enum { COLUMNS = 4 };
    static const char *const keys[COLUMNS] = {"name", "title", "version", "settings"};
    static const char *const heads[COLUMNS] = {"NAME", "TITLE", "VERSION", "SETTINGS"};
    int widths[COLUMNS];
    const cJSON *one;
    for (int i = 0; i < COLUMNS; i++) {
        widths[i] = cli_width(heads[i]) + 2;
        cJSON_ArrayForEach(one, all)
        {
            int width = cli_width(ofs_json_str(one, keys[i], "(has faults)")) + 2;
            widths[i] = width > widths[i] && i < 3 ? width : widths[i];
        }
        cli_pad(stdout, heads[i], widths[i]);
    }
    puts("FILE");
    cJSON_ArrayForEach(one, all)
    {
        char count[16];
        bool good = ofs_json_str(one, "file", NULL);
        snprintf(count, sizeof count, "%.0f", ofs_json_num(one, "settings", 0));
        cli_pad(stdout, ofs_json_str(one, "name", ""), widths[0]);
        cli_pad(stdout, ofs_json_str(one, "title", "(has faults)"), widths[1]);
        cli_pad(stdout, ofs_json_str(one, "version", "-"), widths[2]);
        cli_pad(stdout, good ? count : "-", widths[3]);
        puts(ofs_json_str(one, "file", "run 'offswitch scenario lint' to see them"));
    }
}

static int run_list(const struct cli *cli)
{
    struct ofs_error err = {0};
    if (cli->n_args > 1)
        return no_more_words(cli, 1);
    AUTO_NAMES names = ofs_scenario_names_known(&err);
    if (!names)
        return cli_complain(&err);
    OFS_AUTO_JSON all = cJSON_CreateArray();
    for (char **name = names; *name; name++) {
        OFS_AUTO_STR path = ofs_scenario_find(*name, &err);
        AUTO_SCENARIO s = path ? ofs_scenario_load(path, &err) : NULL;
        cJSON_AddItemToArray(all, list_entry(*name, s, &err));
    }
    if (cli->json)
        return print_list("scenarios", &all);
    if (*names)
        print_table(all);
    else
        fprintf(stderr, "offswitch: there are no scenarios\n");
    return 0;
}

/* ---- show ----------------------------------------------------------------------------------- */

/* `de "…" or "…"`, one block a language. */
static void show_words(const char *name, const cJSON *words)
{
    const cJSON *language, *word;
    cJSON_ArrayForEach(language, words)
    {
        OFS_AUTO_BUF text = OFS_BUF(1 << 20);
        struct ofs_error err;
        ofs_buf_printf(&text, &err, "%s", language->string);
        cJSON_ArrayForEach(word, language) ofs_buf_printf(
            &text, &err, "%s\"%s\"", word->prev->next ? ", " : " ", word->valuestring);
        cli_block(stdout, 4, language == words->child ? name : "", 12, ofs_buf_str(&text));
    }
}

static void show_setting(const struct ofs_setting *s)
{
    printf("\n%s\n", s->id);
    cli_block(stdout, 4, "title", 12, s->title);
    OFS_AUTO_STR state = ofs_text_printf("%s (group %s)", s->wanted, s->group);
    cli_block(stdout, 4, "wanted", 12, state ? state : s->wanted);
    const struct {
        const char *name, *text;
    } lines[] = {{"origin", s->origin}, {"page", s->page}, {"index", s->index}, {"key", s->key}};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i].text)
            cli_block(stdout, 4, lines[i].name, 12, lines[i].text);
    show_words("labels", s->labels);
    show_words("rows", s->rows);
    show_words("inverted", s->inverted);
}

static int run_show(const struct cli *cli)
{
    struct ofs_error err = {0};
    if (cli->n_args > 2)
        return no_more_words(cli, 2);
    AUTO_SCENARIO s = ofs_scenario_load(cli->n_args > 1 ? cli->args[1] : "linkedin", &err);
    if (!s)
        return cli_complain(&err);
    if (cli->json) {
        OFS_AUTO_JSON out = cJSON_CreateObject();
        ofs_json_add_str(out, "file", s->path);
        ofs_json_add_str(out, "sha256", s->sha256);
        cJSON_AddItemReferenceToObject(out, "scenario", s->tree);
        return cli_json(out);
    }
    printf("%s (%s), version %s, %zu setting%s\n", s->title, s->id, s->version, s->n_settings,
           s->n_settings == 1 ? "" : "s");
    cli_block(stdout, 4, "origin", 12, s->origin);
    cli_block(stdout, 4, "file", 12, s->path);
    cli_block(stdout, 4, "sha256", 12, s->sha256);
    cli_block(stdout, 4, "group", 12, s->default_group);
    for (size_t i = 0; i < s->n_settings; i++)
        show_setting(&s->settings[i]);
    return 0;
}

/* ---- lint ----------------------------------------------------------------------------------- */

static cJSON *fault_entry(const struct ofs_lint_fault *f)
{
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddNumberToObject(entry, "line", f->line);
    cJSON_AddNumberToObject(entry, "column", f->column);
    ofs_json_add_str(entry, "where", f->where);
    ofs_json_add_str(entry, "text", f->text);
    return entry;
}

/* One file's faults on standard error, or into `all`; the exit status. */
static int lint_file(const char *name, cJSON *all)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF text = OFS_BUF(OFS_SCENARIO_MOST_BYTES);
    bool is_input = !strcmp(name, "-");
    OFS_AUTO_STR path = is_input ? strdup("standard input") : ofs_scenario_find(name, &err);
    if (!path || scenario_read_text(is_input ? name : path, &text, &err))
        return cli_complain(&err);
    struct ofs_lint_fault *faults = NULL;
    int n = ofs_scenario_lint(ofs_buf_str(&text), text.len, &faults, &err);
    if (n < 0)
        return cli_complain(&err);
    cJSON *list = NULL;
    if (all) {
        cJSON *entry = cJSON_CreateObject();
        ofs_json_add_str(entry, "file", path);
        list = cJSON_AddArrayToObject(entry, "faults");
        cJSON_AddItemToArray(all, entry);
    }
    for (const struct ofs_lint_fault *f = faults; f < faults + n; f++) {
        if (all)
            cJSON_AddItemToArray(list, fault_entry(f));
        else
            fprintf(stderr, "%s:%d:%d: %s%s%s\n", path, f->line, f->column, f->where,
                    *f->where ? ": " : "", f->text);
    }
    free(faults);
    if (!all && n)
        fprintf(stderr, "%s: %d fault%s\n", path, n, n == 1 ? "" : "s");
    else if (!all)
        printf("%s: clean\n", path);
    return n ? EXIT_FAULTS : 0;
}

static int run_lint(const struct cli *cli)
{
    struct ofs_error err = {0};
    OFS_AUTO_JSON all = cli->json ? cJSON_CreateArray() : NULL;
    int status = 0;
    for (int i = 1; i < cli->n_args; i++)
        status |= lint_file(cli->args[i], all);
    if (cli->n_args < 2) {
        OFS_AUTO_STR directory = NULL;
        AUTO_NAMES names = installed(&directory, &err);
        if (!names)
            return cli_complain(&err);
        for (char **name = names; *name; name++)
            status |= lint_file(*name, all);
    }
    return (all && print_list("files", &all)) || status ? EXIT_FAULTS : 0;
}

/* ---- the sub-commands ------------------------------------------------------------------------ */

static const struct {
    const char *name;
    int (*run)(const struct cli *cli);
} commands[] = {
    {"list", run_list},          {"show", run_show},          {"lint", run_lint},
    {"import", scenario_import}, {"probe", scenario_probe},   {"new", scenario_new},
    {"test", scenario_test},     {"enable", scenario_enable}, {"disable", scenario_disable}};

int cmd_scenario(const struct cli *cli)
{
    const char *words[sizeof commands / sizeof *commands + 1] = {NULL};
    char listed[160] = "";
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t used = strlen(listed);
        words[i] = commands[i].name;
        snprintf(listed + used, sizeof listed - used, "%s%s", i ? ", " : "", words[i]);
        if (cli->n_args && !strcmp(cli->args[0], commands[i].name))
            return commands[i].run(cli);
    }
    struct ofs_error err = {0};
    const char *near = cli->n_args ? ofs_text_closest(cli->args[0], words) : NULL;
    if (!cli->n_args)
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario' needs one of: %s", listed);
    else
        ofs_fail(&err, OFS_ERR_USAGE, "there is no 'scenario %s'", cli->args[0]);
    if (near)
        ofs_hint(&err, "did you mean '%s'?", near);
    else if (cli->n_args)
        ofs_hint(&err, "it is one of: %s", listed);
    return cli_complain(&err);
}
