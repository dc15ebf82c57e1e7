#include "cli/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/places.h"
#include "base/text.h"

enum { MOST_BYTES = 1 << 20 };

/* ---- what may be in the file ---- */

/* About one run, or in place of one. */
static const char *const of_one_run[] = {
    "as",      "plan",   "out",   "output", "html",    "csv",         "junit",       "sarif",
    "serve",   "schema", "merge", "year",   "explain", "openmetrics", "list-faults", "print",
    "because", "until",  "on",    "note",   "since",   "now",         "dry-run",     "scenario"};

const char *config_why_not(const struct option_row *row)
{
    if (options_is_deliberate(row->name))
        return "it confirms, removes or flips something: give it on the command line each time";
    for (size_t i = 0; i < sizeof of_one_run / sizeof *of_one_run; i++)
        if (!strcmp(of_one_run[i], row->name))
            return "it is about one run: give it on the command line";
    return NULL;
}

/* What these commands do not take from the file: a rehearsal must not use a person's record and
 * browser, a sign-in needs a window and a person's time, and "all" means settings, not runs. */
static const struct {
    unsigned command;
    const char *names[12];
} left_out[] = {
    {FOR_REHEARSE,
     {"state", "connect", "profile", "capabilities", "cacert", "label", "only", "group", "all",
      "lang"}},
    {FOR_LOGIN, {"connect", "headless", "timeout"}},
    {FOR_REPORT | FOR_LEDGER, {"all"}},
};

static bool is_for(const struct option_row *row, unsigned command)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        for (size_t k = 0; k < 12 && left_out[i].names[k]; k++)
            if (left_out[i].command & command && !strcmp(left_out[i].names[k], row->name))
                return false;
    return command == FOR_CONFIG || row->commands & command;
}

/* ---- reading ---- */

struct reader {
    struct config *config;
    const char *section;
    int line;
};

static int wrong(const struct reader *r, struct ofs_error *err)
{
    err->code = OFS_ERR_USAGE;
    if (!err->hint[0])
        ofs_hint(err, "'offswitch help config' describes the file");
    return ofs_wrap(err, "%s:%d", r->config->path, r->line);
}

static bool has_section(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->n_sections; i++)
        if (!strcmp(config->sections[i], name))
            return true;
    return false;
}

/* One more, at the end of a list that grows. */
static void *grown(void *list, size_t n, size_t size)
{
    return n & (n - 1) ? list : realloc(list, (n ? 2 * n : 1) * size);
}

static int take_section(struct reader *r, char *text, struct ofs_error *err)
{
    struct config *config = r->config;
    size_t n = strlen(text);
    if (n < 3 || text[n - 1] != ']') {
        ofs_fail(err, OFS_ERR_USAGE, "a section is written [NAME]");
        return wrong(r, err);
    }
    text[n - 1] = '\0';
    if (has_section(config, text + 1)) {
        ofs_fail(err, OFS_ERR_USAGE, "[%s] is there twice", text + 1);
        return wrong(r, err);
    }
    char **sections = grown(config->sections, config->n_sections, sizeof *sections);
    if (sections)
        config->sections = sections;
    if (!sections || !(sections[config->n_sections] = strdup(text + 1)))
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    r->section = sections[config->n_sections++];
    return 0;
}

/* The row of a key, or NULL with the nearest name. */
static const struct option_row *row_of(const struct reader *r, const char *key,
                                       struct ofs_error *err)
{
    const struct option_row *row = options_row(key, strlen(key));
    const char *why = row ? config_why_not(row) : NULL;
    if (row && !why)
        return row;
    const char *near = row ? NULL : options_near(key, ~0u);
    if (row)
        ofs_fail(err, OFS_ERR_USAGE, "'%s' cannot be set here; %s", key, why);
    else
        ofs_fail(err, OFS_ERR_USAGE, "there is no option '%s'", key);
    if (near)
        ofs_hint(err, "did you mean '%s'?", near);
    else
        ofs_hint(err, "'offswitch config show' lists the options that can be set");
    wrong(r, err);
    return NULL;
}

/* A file or directory does not depend on the current directory of the command. */
static char *expand(const struct reader *r, const struct option_row *row, const char *value,
                    struct ofs_error *err)
{
    const char *home = getenv("HOME");
    bool is_path =
        row->argument && (!strcmp(row->argument, "DIR") || !strcmp(row->argument, "FILE"));
    if (is_path && !strncmp(value, "~/", 2) && home && *home)
        return ofs_text_printf("%s%s", home, value + 1);
    if (is_path && value[0] != '/') {
        ofs_fail(err, OFS_ERR_USAGE, "%s takes a path that begins with / or ~/, not '%s'",
                 row->name, value);
        wrong(r, err);
        return NULL;
    }
    return strdup(value);
}

/* Is the value one of this option, and set for the first time here? */
static int check_value(const struct reader *r, const struct option_row *row, const char *value,
                       struct ofs_error *err)
{
    struct cli ignored = {0};
    if (!*value) {
        ofs_fail(err, OFS_ERR_USAGE, "'%s' has no value", row->name);
        return wrong(r, err);
    }
    const struct option_source file = {.place = OPTION_FILE};
    for (size_t i = 0; i < r->config->n_entries; i++) {
        const struct config_entry *e = &r->config->entries[i];
        if (e->row != row || row->kind == LIST || strcmp(e->section, r->section) != 0)
            continue;
        ofs_fail(err, OFS_ERR_USAGE, "'%s' is set twice, first in line %d", row->name, e->line);
        return wrong(r, err);
    }
    return options_take(&ignored, row, value, file, err) ? wrong(r, err) : 0;
}

static int take_entry(struct reader *r, const char *key, const char *text, struct ofs_error *err)
{
    struct config *config = r->config;
    const struct option_row *row = row_of(r, key, err);
    OFS_AUTO_STR value = row ? expand(r, row, text, err) : NULL;
    if (!value || check_value(r, row, value, err))
        return -1;
    struct config_entry *entries = grown(config->entries, config->n_entries, sizeof *entries);
    if (!entries)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    config->entries = entries;
    entries[config->n_entries++] = (struct config_entry){
        .section = strdup(r->section), .row = row, .value = strdup(value), .line = r->line};
    const struct config_entry *last = &entries[config->n_entries - 1];
    return last->section && last->value ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

/* Without the blanks at both ends. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && strchr(" \t\r", text[n - 1]))
        text[--n] = '\0';
    return text;
}

/* A value, without the quotes around it; outside of quotes a '#' after a blank begins a comment. */
static char *value_of(char *text)
{
    text = trim(text);
    char *close = *text == '"' ? strchr(text + 1, '"') : NULL;
    if (close) {
        char *rest = trim(close + 1);
        if (!*rest || *rest == '#') {
            *close = '\0';
            return text + 1;
        }
    }
    for (char *p = text; *p; p++)
        if (*p == '#' && (p == text || p[-1] == ' ' || p[-1] == '\t')) {
            *p = '\0';
            break;
        }
    return trim(text);
}

static int take_line(struct reader *r, char *text, struct ofs_error *err)
{
    text = trim(text);
    if (!*text || *text == '#' || *text == ';')
        return 0;
    if (*text == '[')
        return take_section(r, value_of(text), err);
    char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        ofs_fail(err, OFS_ERR_USAGE, "a line is 'OPTION = VALUE', '[NAME]' or a comment");
        return wrong(r, err);
    }
    *equals = '\0';
    const char *key = trim(text);
    return take_entry(r, key + (strncmp(key, "--", 2) ? 0 : 2), value_of(equals + 1), err);
}

/* It contains arguments of programs and the place of the record: no other user may write it. */
static int check_owner(const struct config *config, struct ofs_error *err)
{
    struct stat st;
    if (stat(config->path, &st))
        return ofs_fail_errno(err, OFS_ERR_STATE, "%s", config->path);
    if (!S_ISREG(st.st_mode))
        return ofs_fail(err, OFS_ERR_STATE, "%s is not a file", config->path);
    if (st.st_uid != geteuid() && st.st_uid != 0)
        return ofs_fail(err, OFS_ERR_STATE, "%s belongs to another user", config->path);
    if (!(st.st_mode & 022))
        return 0;
    ofs_fail(err, OFS_ERR_STATE, "others can write to %s", config->path);
    return ofs_hint(err, "chmod go-w %s", config->path);
}

int config_read(struct config *config, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    struct reader r = {.config = config, .section = ""};
    *config = (struct config){.path = ofs_config_home("offswitch/config")};
    if (!config->path) { /* no HOME: no file, and a name for messages */
        config->path = strdup("~/.config/offswitch/config");
        return config->path ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    if (access(config->path, F_OK) && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (check_owner(config, err) || ofs_buf_read_file(&text, config->path, err))
        return -1;
    config->is_there = true;
    if (strlen(ofs_buf_str(&text)) != text.len)
        return ofs_fail(err, OFS_ERR_STATE, "%s is not text", config->path);
    for (char *line = text.data; line && *line;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        r.line++;
        if (take_line(&r, line, err))
            return -1;
        line = end ? end + 1 : NULL;
    }
    return 0;
}

void config_free(struct config *config)
{
    for (size_t i = 0; i < config->n_entries; i++) {
        free(config->entries[i].section);
        free(config->entries[i].value);
    }
    for (size_t i = 0; i < config->n_sections; i++)
        free(config->sections[i]);
    free(config->entries);
    free(config->sections);
    free(config->path);
    *config = (struct config){0};
}

/* ---- applying ---- */

static int apply_section(const struct config *config, const char *section, unsigned command,
                         struct cli *cli, struct ofs_error *err)
{
    for (size_t i = 0; i < config->n_entries; i++) {
        const struct config_entry *e = &config->entries[i];
        const struct option_source from = {.place = *section ? OPTION_SECTION : OPTION_FILE,
                                           .line = e->line};
        if (strcmp(e->section, section) || !is_for(e->row, command))
            continue;
        if (options_take(cli, e->row, e->value, from, err))
            return -1;
    }
    return 0;
}

static int unknown_section(const struct config *config, const char *as, struct ofs_error *err)
{
    const char *names[64] = {NULL};
    for (size_t i = 0; i < config->n_sections && i < 63; i++)
        names[i] = config->sections[i];
    const char *near = ofs_text_closest(as, names);
    if (!config->is_there) {
        ofs_fail(err, OFS_ERR_USAGE, "--as %s: there is no config file", as);
        return ofs_hint(err, "write %s, with a section [%s]", config->path, as);
    }
    ofs_fail(err, OFS_ERR_USAGE, "--as %s: %s has no section [%s]", as, config->path, as);
    return near ? ofs_hint(err, "did you mean '%s'?", near)
                : ofs_hint(err, "'offswitch config show' lists the sections");
}

int config_apply(const struct config *config, const char *as, unsigned command, struct cli *cli,
                 struct ofs_error *err)
{
    const struct option_source from = {.place = OPTION_AS};
    const struct option_row *label = options_row("label", strlen("label"));
    if (apply_section(config, "", command, cli, err))
        return -1;
    if (!as)
        return 0;
    if (!*as || !has_section(config, as))
        return unknown_section(config, as, err);
    if (is_for(label, command) && options_take(cli, label, as, from, err))
        return -1;
    return apply_section(config, as, command, cli, err);
}
