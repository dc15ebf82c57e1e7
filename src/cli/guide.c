/*
 * offswitch guide [SCENARIO]: the same job as steps for a person, with links. It opens nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/guide.h"
#include "cli/print.h"
#include "scenario/select.h"

enum { MARGIN = 4, INDENT = 18, MOST_TEXT = 1 << 20 };

static void free_scenario(struct ofs_scenario **s)
{
    ofs_scenario_free(*s);
}
#define AUTO_SCENARIO __attribute__((cleanup(free_scenario))) struct ofs_scenario *

char *guide_link(const struct guide *g, const char *path)
{
    bool is_path = path && path[0] == '/';
    return path ? ofs_text_printf("%s%s", is_path ? g->origin : "", path) : NULL;
}

char *guide_page(const struct guide *g, const struct ofs_setting *s)
{
    return s->origin && s->page ? ofs_text_printf("%s%s", s->origin, s->page)
                                : guide_link(g, s->page);
}

const char *guide_index_page(const struct guide *g, const struct ofs_setting *s)
{
    const cJSON *index = s->index ? ofs_json_get(g->scenario->indexes, s->index) : NULL;
    return ofs_json_str(index, "page", NULL);
}

/* ---- for people ------------------------------------------------------------------------------ */

static void print_line(const char *name, const char *text)
{
    if (text && *text)
        cli_block(stdout, MARGIN, name, INDENT, text);
}

/* Does the language's tag ("pt-BR") belong to the wanted one ("pt", "pt-BR")? */
static bool is_language(const char *tag, const char *wanted)
{
    size_t n = strlen(wanted);
    return !strncasecmp(tag, wanted, n) && (!tag[n] || tag[n] == '-');
}

static bool has_language(const cJSON *words, const char *wanted)
{
    const cJSON *language;
    cJSON_ArrayForEach(language, words) if (is_language(language->string, wanted)) return true;
    return false;
}

bool guide_shows(const struct guide *g, const cJSON *words, const cJSON *language)
{
    const char *shown = has_language(words, g->language) ? g->language
                        : has_language(words, "en")      ? "en"
                                                         : "";
    return !*shown || !strcmp(g->language, "all") || is_language(language->string, shown);
}

bool guide_is_switch(const struct ofs_setting *s)
{
    return !strcmp(s->wanted, "on") || !strcmp(s->wanted, "off");
}

char *guide_effect(const struct ofs_setting *s)
{
    const char *off = ofs_json_str(s->tree, "off_means", NULL);
    if (!guide_is_switch(s))
        return s->on_means ? strdup(s->on_means) : NULL;
    if (off && s->on_means)
        return ofs_text_printf("While it is on: %s While it is off: %s", s->on_means, off);
    return s->on_means ? ofs_text_printf("While it is on: %s", s->on_means)
           : off       ? ofs_text_printf("While it is off: %s", off)
                       : NULL;
}

/* `"…" or "…"`, a line for each language that is shown; with the language's tag if it is not the
 * person's own. */
static void print_words(const struct guide *g, const char *name, const cJSON *words,
                        const char *behind)
{
    const cJSON *language, *word;
    cJSON_ArrayForEach(language, words)
    {
        if (!guide_shows(g, words, language))
            continue;
        OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
        struct ofs_error err;
        if (!is_language(language->string, g->language))
            ofs_buf_printf(&text, &err, "%s: ", language->string);
        cJSON_ArrayForEach(word, language) ofs_buf_printf(
            &text, &err, "%s\"%s\"", word == language->child ? "" : " or ", word->valuestring);
        ofs_buf_puts(&text, behind, &err);
        cli_block(stdout, MARGIN, name, INDENT, ofs_buf_str(&text));
        name = "";
    }
}

char *guide_instance(const struct guide *g, const struct ofs_setting *s)
{
    if (!ofs_setting_is_per_instance(s))
        return NULL;
    return ofs_text_printf("with the name of the %s in place of {instance}; --instance NAME fills "
                           "it in",
                           ofs_json_str(g->scenario->instances, "what", "blog or site"));
}

static void print_route(const struct guide *g, const struct ofs_setting *s)
{
    OFS_AUTO_STR page = guide_page(g, s);
    OFS_AUTO_STR index = guide_link(g, guide_index_page(g, s));
    const cJSON *link_words = s->rows ? s->rows : s->labels;
    const cJSON *step;
    OFS_AUTO_STR name = guide_instance(g, s);
    print_line("Open", page);
    print_line("", name);
    cJSON_ArrayForEach(step, s->open) print_words(g, "Then open", ofs_json_get(step, "names"), "");
    if (!index || !link_words)
        return;
    print_line(page ? "Or open" : "Open", index);
    print_words(g, "Follow", link_words, "");
}

static void print_act(const struct guide *g, const struct ofs_setting *s)
{
    const cJSON *option = ofs_json_get(s->choices, s->wanted);
    if (guide_is_switch(s))
        print_line("Turn it", s->wanted);
    else if (option)
        print_words(g, "Choose", option, "");
    else
        print_line("Choose", s->wanted);
    if (s->inverted && guide_is_switch(s))
        print_words(g, "Or find", s->inverted,
                    strcmp(s->wanted, "off") ? ", which works the other way: turn that off"
                                             : ", which works the other way: turn that on");
}

static void print_setting(const struct guide *g, const struct ofs_setting *s, int number)
{
    const cJSON *effect;
    char place[16];
    snprintf(place, sizeof place, "%d.", number);
    OFS_AUTO_STR what = guide_effect(s);
    putchar('\n');
    cli_block(stdout, 0, place, 4, s->title);
    print_route(g, s);
    if (s->labels)
        print_words(g, "Find", s->labels, "");
    else
        print_line("Find", "the control that the title above names; its label is not known");
    print_act(g, s);
    if (ofs_json_get(s->save, "button"))
        print_words(g, "Then press", ofs_json_get(s->save, "button"), "");
    print_line("Effect", what);
    print_line("Limits", s->cannot);
    cJSON_ArrayForEach(effect, ofs_json_get(s->tree, "also_changes"))
        print_line("Also changes", ofs_json_str(effect, "what", NULL));
}

static void print_manual(const struct guide *g, const cJSON *item)
{
    const cJSON *step;
    OFS_AUTO_STR page = guide_link(g, ofs_json_str(item, "page", NULL));
    OFS_AUTO_STR title =
        ofs_text_printf("%s (%s)", ofs_json_str(item, "title", ""), ofs_json_str(item, "id", ""));
    putchar('\n');
    cli_block(stdout, 0, "-", 2, title ? title : "");
    print_line("Open", page);
    print_line("Why", ofs_json_str(item, "why", NULL));
    cJSON_ArrayForEach(step, ofs_json_get(item, "steps"))
        print_line(step->prev->next ? "Then" : "Do", step->valuestring);
}

static int print_guide(const struct guide *g)
{
    const struct ofs_scenario *all = g->scenario;
    const cJSON *item;
    int number = 0;
    OFS_AUTO_STR head =
        ofs_text_printf("%s, by hand: in a browser where you are signed in.", all->title);
    cli_block(stdout, 0, "", 0, head ? head : all->title);
    for (size_t i = 0; i < all->n_settings; i++)
        if (g->selected[i])
            print_setting(g, &all->settings[i], ++number);
    if (cJSON_GetArraySize(all->manual))
        printf(number ? "\nMore steps that need you:\n" : "\nSteps that need you:\n");
    cJSON_ArrayForEach(item, all->manual) print_manual(g, item);
    return 0;
}

/* ---- for programs -----------------------------------------------------------------------------
 */

/* A value of the scenario, or null if it has none. */
static void add_value(cJSON *object, const char *key, const cJSON *value)
{
    if (value)
        cJSON_AddItemToObject(object, key, cJSON_Duplicate(value, true));
    else
        cJSON_AddNullToObject(object, key);
}

static cJSON *setting_json(const struct guide *g, const struct ofs_setting *s)
{
    cJSON *out = cJSON_CreateObject();
    OFS_AUTO_STR page = guide_page(g, s);
    OFS_AUTO_STR index = guide_link(g, guide_index_page(g, s));
    ofs_json_add_str(out, "id", s->id);
    ofs_json_add_str(out, "title", s->title);
    ofs_json_add_str(out, "group", s->group);
    ofs_json_add_str(out, "wanted", s->wanted);
    ofs_json_add_str(out, "url", page);
    ofs_json_add_str(out, "index_url", index);
    add_value(out, "rows", s->rows);
    add_value(out, "labels", s->labels);
    add_value(out, "inverted", s->inverted);
    ofs_json_add_str(out, "on_means", s->on_means);
    ofs_json_add_str(out, "cannot", s->cannot);
    add_value(out, "also_changes", ofs_json_get(s->tree, "also_changes"));
    return out;
}

static cJSON *manual_json(const struct guide *g, const cJSON *item)
{
    cJSON *out = cJSON_CreateObject();
    OFS_AUTO_STR page = guide_link(g, ofs_json_str(item, "page", NULL));
    ofs_json_add_str(out, "id", ofs_json_str(item, "id", NULL));
    ofs_json_add_str(out, "title", ofs_json_str(item, "title", NULL));
    ofs_json_add_str(out, "url", page);
    ofs_json_add_str(out, "why", ofs_json_str(item, "why", NULL));
    add_value(out, "steps", ofs_json_get(item, "steps"));
    return out;
}

static int print_guide_json(const struct guide *g)
{
    const struct ofs_scenario *all = g->scenario;
    const cJSON *item;
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON_AddNumberToObject(out, "format", 1);
    ofs_json_add_str(out, "offswitch", OFS_VERSION);
    ofs_json_add_str(out, "command", "guide");
    cJSON *scenario = cJSON_AddObjectToObject(out, "scenario");
    ofs_json_add_str(scenario, "id", all->id);
    ofs_json_add_str(scenario, "version", all->version);
    ofs_json_add_str(scenario, "sha256", all->sha256);
    ofs_json_add_str(out, "origin", g->origin);
    cJSON *settings = cJSON_AddArrayToObject(out, "settings");
    for (size_t i = 0; i < all->n_settings; i++)
        if (g->selected[i])
            cJSON_AddItemToArray(settings, setting_json(g, &all->settings[i]));
    cJSON *manual = cJSON_AddArrayToObject(out, "manual");
    cJSON_ArrayForEach(item, all->manual) cJSON_AddItemToArray(manual, manual_json(g, item));
    return cli_json(out);
}

/* The person's language: --lang, else that of the environment ("de_DE.UTF-8"), else English. */
static void choose_language(const char *given, char *ret, size_t size)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *value = given;
    for (size_t i = 0; !value && i < sizeof names / sizeof *names; i++)
        value = getenv(names[i]) && *getenv(names[i]) ? getenv(names[i]) : NULL;
    bool plain = !value || !strncmp(value, "C", 1) || !strcmp(value, "POSIX");
    snprintf(ret, size, "%.*s", plain ? 2 : (int)strcspn(value, given ? "" : "_.@"),
             plain ? "en" : value);
}

int cmd_guide(const struct cli *cli)
{
    struct ofs_error err = {0};
    if (cli->n_args > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "'guide' takes one scenario, and '%s' is one too many",
                 cli->args[1]);
        return cli_complain(&err);
    }
    AUTO_SCENARIO s = ofs_scenario_load(cli->n_args ? cli->args[0] : "linkedin", &err);
    if (!s)
        return cli_complain(&err);
    bool selected[OFS_SCENARIO_MOST_SETTINGS];
    if ((cli->origin && ofs_scenario_move_hosts(s, cli->origin, &err)) ||
        ofs_scenario_expand(s, cli->instances.at, cli->instances.n, &err) ||
        ofs_scenario_select(s, cli->only, cli->group, cli->all, selected, &err))
        return cli_complain(&err);
    struct guide g = {
        .scenario = s, .origin = cli->origin ? cli->origin : s->origin, .selected = selected};
    choose_language(cli->lang, g.language, sizeof g.language);
    if (!cli->html)
        return cli->json ? print_guide_json(&g) : print_guide(&g);
    if (guide_html(&g, cli->html, &err))
        return cli_complain(&err);
    fprintf(stderr, "Wrote %s. Open it in a browser where you are signed in.\n", cli->html);
    return 0;
}
