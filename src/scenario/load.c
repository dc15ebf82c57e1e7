#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/places.h"
#include "base/system.h"
#include "base/text.h"
#include "scenario/check.h"
#include "scenario/load.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

/* ---- where scenarios are -------------------------------------------------------------------- */

static bool is_directory(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

char *ofs_scenario_directory(void)
{
    const char *named = getenv("OFFSWITCH_SCENARIOS");
    if (named && *named)
        return strdup(named);
    /* Beside the build tree, and beside an installation that was moved as a whole. */
    static const char *const beside[] = {"../scenarios", "../share/offswitch/scenarios"};
    char program[PATH_MAX];
    ofs_system_program(program, sizeof program);
    char *slash = strrchr(program, '/');
    for (size_t i = 0; slash && i < sizeof beside / sizeof *beside; i++) {
        OFS_AUTO_STR there = ofs_text_printf("%.*s/%s", (int)(slash - program), program, beside[i]);
        char *whole = there ? realpath(there, NULL) : NULL;
        if (whole && is_directory(whole))
            return whole;
        free(whole);
    }
    return is_directory(OFS_DATADIR "/scenarios") ? strdup(OFS_DATADIR "/scenarios") : NULL;
}

char *ofs_scenario_own_directory(void)
{
    return ofs_config_home("offswitch/scenarios");
}

bool ofs_scenario_is_own(const char *path)
{
    OFS_AUTO_STR own = ofs_scenario_own_directory();
    size_t n = own ? strlen(own) : 0;
    return n && !strncmp(path, own, n) && path[n] == '/';
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void ofs_scenario_names_free(char **names)
{
    for (char **n = names; n && *n; n++)
        free(*n);
    free(names);
}

/* Whether a scenario may have this name: the schema is in the same directory and is not a
 * scenario. */
static bool is_name(const char *name)
{
    return !ofs_check_name(name, NULL) && strcmp(name, "schema");
}

/* The name of the scenario in a file's name; NULL for another kind of file, or when memory is out.
 */
static char *name_in(const char *file)
{
    size_t n = strlen(file);
    if (n <= 5 || strcmp(file + n - 5, ".json"))
        return NULL;
    char *name = strndup(file, n - 5);
    if (name && is_name(name))
        return name;
    free(name);
    return NULL;
}

char **ofs_scenario_names(const char *directory, struct ofs_error *err)
{
    DIR *d = opendir(directory);
    if (!d) {
        ofs_fail_errno(err, OFS_ERR_SCENARIO, "the directory of scenarios, %s", directory);
        return NULL;
    }
    char **names = calloc(1, sizeof *names);
    size_t count = 0;
    for (struct dirent *e; names && (e = readdir(d));) {
        char *name = name_in(e->d_name);
        char **more = name ? reallocarray(names, count + 2, sizeof *names) : NULL;
        if (!more) {
            free(name);
            continue;
        }
        names = more;
        names[count++] = name;
        names[count] = NULL;
    }
    closedir(d);
    if (!names)
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    else if (count)
        qsort(names, count, sizeof *names, compare_strings);
    return names;
}

char **ofs_scenario_names_known(struct ofs_error *err)
{
    OFS_AUTO_STR shipped = ofs_scenario_directory();
    OFS_AUTO_STR own = ofs_scenario_own_directory();
    const char *const places[] = {shipped, own && is_directory(own) ? own : NULL};
    char **all = calloc(1, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; all && i < sizeof places / sizeof *places; i++) {
        char **names = places[i] ? ofs_scenario_names(places[i], err) : NULL;
        for (char **name = names; name && *name; name++) {
            bool known = false;
            for (size_t k = 0; k < n; k++)
                known = known || !strcmp(all[k], *name);
            char **more = known ? NULL : reallocarray(all, n + 2, sizeof *all);
            if (!more)
                continue;
            all = more;
            all[n++] = strdup(*name);
            all[n] = NULL;
        }
        ofs_scenario_names_free(names);
    }
    if (!all)
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    else if (n)
        qsort(all, n, sizeof *all, compare_strings);
    return all;
}

static bool is_path(const char *text)
{
    size_t n = strlen(text);
    return strchr(text, '/') || (n > 5 && !strcmp(text + n - 5, ".json"));
}

static int unknown_name(const char *name, const char *directory, struct ofs_error *err)
{
    char **names = ofs_scenario_names(directory, err);
    if (!names)
        return -1;
    const char *near = ofs_text_closest(name, (const char *const *)names);
    ofs_fail(err, OFS_ERR_SCENARIO, "there is no scenario \"%s\"%s%s%s", name,
             near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    if (!access(name, F_OK))
        ofs_hint(err, "to read the file of that name, write ./%s", name);
    else
        ofs_hint(err, "run 'offswitch scenario list' for the names, or give the path of a file");
    ofs_scenario_names_free(names);
    return -1;
}

char *ofs_scenario_find(const char *name_or_path, struct ofs_error *err)
{
    char *path = NULL;
    if (is_path(name_or_path)) {
        path = strdup(name_or_path);
    } else {
        OFS_AUTO_STR own = ofs_scenario_own_directory();
        path =
            own && is_name(name_or_path) ? ofs_text_printf("%s/%s.json", own, name_or_path) : NULL;
        if (path && !access(path, F_OK))
            return path;
        free(path);
        OFS_AUTO_STR directory = ofs_scenario_directory();
        if (!directory) {
            ofs_fail(err, OFS_ERR_SCENARIO, "there is no directory of scenarios");
            ofs_hint(err, "name it in OFFSWITCH_SCENARIOS, or give the path of a scenario file");
            return NULL;
        }
        path = ofs_text_printf("%s/%s.json", directory, name_or_path);
        if (path && (!is_name(name_or_path) || access(path, F_OK))) {
            free(path);
            unknown_name(name_or_path, directory, err);
            return NULL;
        }
    }
    if (!path)
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return path;
}

int ofs_scenario_read(const char *path, struct ofs_buf *ret_text, struct ofs_error *err)
{
    struct stat st;
    int rc = 0;
    if (stat(path, &st))
        rc = ofs_fail_errno(err, OFS_ERR_SCENARIO, "%s", path);
    else if (S_ISDIR(st.st_mode))
        rc = ofs_fail(err, OFS_ERR_SCENARIO, "%s is a directory, not a scenario file", path);
    else if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
        rc = ofs_fail(err, OFS_ERR_SCENARIO, "%s is no file", path);
    else if (ofs_buf_read_file(ret_text, path, err)) {
        if (err->code == OFS_ERR_TOO_BIG)
            ofs_fail(err, OFS_ERR_SCENARIO, "%s is larger than %d MiB: no scenario is", path,
                     OFS_SCENARIO_MOST_BYTES >> 20);
        err->code = OFS_ERR_SCENARIO;
        rc = -1;
    }
    return rc ? ofs_hint(err, "check the path; 'offswitch scenario list' shows the scenarios "
                              "that are installed")
              : 0;
}

/* ---- loading -------------------------------------------------------------------------------- */

static int refuse_faults(const char *path, const char *text, size_t len, struct ofs_error *err)
{
    struct ofs_lint_fault *faults = NULL;
    int n = ofs_scenario_lint(text, len, &faults, err);
    if (n > 0) {
        const struct ofs_lint_fault *f = faults;
        ofs_fail(err, OFS_ERR_SCENARIO, "%s:%d:%d: %s%s%s", path, f->line, f->column, f->where,
                 *f->where ? ": " : "", f->text);
        if (n == 1)
            ofs_hint(err, "run 'offswitch scenario lint %s' to check it again", path);
        else
            ofs_hint(err, "%d more fault%s: run 'offswitch scenario lint %s'", n - 1,
                     n > 2 ? "s" : "", path);
    }
    free(faults);
    return n ? -1 : 0;
}

static int digest(const char *text, size_t len, char ret_hex[65], struct ofs_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (!EVP_Digest(text, len, sum, &n, EVP_sha256(), NULL) || n != 32)
        return ofs_fail(err, OFS_ERR_SYSTEM, "SHA-256 is not available");
    for (size_t i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[sum[i] >> 4];
        ret_hex[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_hex[64] = '\0';
    return 0;
}

void ofs_setting_fill(struct ofs_setting *s, const cJSON *tree, const struct ofs_scenario *all)
{
    const cJSON *own = ofs_json_get(tree, "key_attributes");
    *s = (struct ofs_setting){
        .id = ofs_json_str(tree, "id", NULL),
        .base = ofs_json_str(tree, "base", NULL),
        .instance = ofs_json_str(tree, "instance", NULL),
        .title = ofs_json_str(tree, "title", NULL),
        .group = ofs_json_str(tree, "group", "ai"),
        .wanted = ofs_json_str(tree, "wanted", NULL),
        .origin = ofs_json_str(tree, "origin", NULL),
        .page = ofs_json_str(
            tree, "page", cJSON_GetStringValue(cJSON_GetArrayItem(ofs_json_get(tree, "pages"), 0))),
        .pages = ofs_json_get(tree, "pages"),
        .open = ofs_json_get(tree, "open"),
        .control = ofs_json_str(tree, "control", NULL),
        .index = ofs_json_str(tree, "index", NULL),
        .key = ofs_json_str(tree, "key", NULL),
        .key_attributes = own ? own : all->key_attributes,
        .labels = ofs_json_get(tree, "labels"),
        .rows = ofs_json_get(tree, "rows"),
        .inverted = ofs_json_get(tree, "inverted"),
        .choices = ofs_json_get(tree, "choices"),
        .items = ofs_json_get(tree, "items"),
        .never_press = ofs_json_get(tree, "never_press"),
        .forced_by = ofs_json_get(tree, "forced_by"),
        .absent_when = ofs_json_get(tree, "absent_when"),
        .on_means = ofs_json_str(tree, "on_means", NULL),
        .off_means = ofs_json_str(tree, "off_means", NULL),
        .cannot = ofs_json_str(tree, "cannot", NULL),
        .save = ofs_json_get(tree, "save"),
        .state = ofs_json_get(tree, "state"),
        .confirm = ofs_json_get(tree, "confirm"),
        .tree = tree,
    };
}

/* The default is in the tree, which owns it like all the rest. */
static const cJSON *key_attributes_of(cJSON *tree)
{
    static const char *const usual[] = {"aria-labelledby", "id", "name"};
    const cJSON *given = ofs_json_get(tree, "key_attributes");
    if (given)
        return given;
    cJSON *made = cJSON_CreateStringArray(usual, sizeof usual / sizeof *usual);
    if (!made || !cJSON_AddItemToObject(tree, "key_attributes", made)) {
        cJSON_Delete(made);
        return NULL;
    }
    return made;
}

static int fill(struct ofs_scenario *s, struct ofs_error *err)
{
    const cJSON *settings = ofs_json_get(s->tree, "settings"), *entry;
    s->id = ofs_json_str(s->tree, "id", NULL);
    s->version = ofs_json_str(s->tree, "version", NULL);
    s->title = ofs_json_str(s->tree, "title", NULL);
    s->origin = ofs_json_str(s->tree, "origin", NULL);
    s->tabs = (int)ofs_json_num(s->tree, "pace/tabs", OFS_SCENARIO_TABS);
    s->ready = ofs_json_get(s->tree, "ready");
    s->canary = ofs_json_get(s->tree, "canary");
    s->blockers = ofs_json_get(s->tree, "blockers");
    s->indexes = ofs_json_get(s->tree, "indexes");
    s->never = ofs_json_get(s->tree, "never");
    s->never_press = ofs_json_get(s->tree, "never_press");
    s->overlays = ofs_json_get(s->tree, "overlays");
    s->instances = ofs_json_get(s->tree, "instances");
    s->terms = ofs_json_get(s->tree, "terms");
    s->manual = ofs_json_get(s->tree, "manual");
    s->policies = ofs_json_get(s->tree, "policies");
    s->key_attributes = key_attributes_of(s->tree);
    s->settings = calloc((size_t)cJSON_GetArraySize(settings) + 1, sizeof *s->settings);
    if (!s->settings || !s->key_attributes)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    cJSON_ArrayForEach(entry, settings) ofs_setting_fill(&s->settings[s->n_settings++], entry, s);
    s->default_group =
        ofs_json_str(s->tree, "default_group", s->n_settings ? s->settings[0].group : "ai");
    return 0;
}

static int take_text(struct ofs_scenario *s, const char *text, size_t len, struct ofs_error *err)
{
    if (refuse_faults(s->path, text, len, err) || digest(text, len, s->sha256, err))
        return -1;
    s->tree = ofs_json_parse(text, len, err);
    return s->tree ? fill(s, err) : -1;
}

static int load(struct ofs_scenario *s, const char *name_or_path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(OFS_SCENARIO_MOST_BYTES);
    s->path = ofs_scenario_find(name_or_path, err);
    if (!s->path || ofs_scenario_read(s->path, &text, err))
        return -1;
    return take_text(s, ofs_buf_str(&text), text.len, err);
}

static struct ofs_scenario *new_scenario(struct ofs_error *err)
{
    struct ofs_scenario *s = calloc(1, sizeof *s);
    if (!s)
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return s;
}

struct ofs_scenario *ofs_scenario_load(const char *name_or_path, struct ofs_error *err)
{
    struct ofs_scenario *s = new_scenario(err);
    if (s && load(s, name_or_path, err)) {
        ofs_scenario_free(s);
        return NULL;
    }
    return s;
}

struct ofs_scenario *ofs_scenario_from_text(const char *text, size_t len, const char *name,
                                            struct ofs_error *err)
{
    struct ofs_scenario *s = new_scenario(err);
    if (s && (!(s->path = strdup(name)) || take_text(s, text, len, err))) {
        ofs_scenario_free(s);
        return NULL;
    }
    return s;
}

void ofs_scenario_free(struct ofs_scenario *s)
{
    if (!s)
        return;
    free(s->path);
    free(s->settings);
    cJSON_Delete(s->tree);
    cJSON_Delete(s->copies);
    free(s);
}

/* ---- questions ------------------------------------------------------------------------------ */

const struct ofs_setting *ofs_scenario_setting(const struct ofs_scenario *s, const char *id)
{
    for (size_t i = 0; i < s->n_settings; i++)
        if (!strcmp(s->settings[i].id, id))
            return &s->settings[i];
    return NULL;
}

bool ofs_scenario_is_never(const struct ofs_scenario *s, const char *path)
{
    const cJSON *never;
    cJSON_ArrayForEach(never,
                       s->never) if (ofs_path_is_under(path, never->valuestring)) return true;
    return false;
}

bool ofs_setting_is_per_instance(const struct ofs_setting *s)
{
    return (s->page && strstr(s->page, OFS_INSTANCE)) ||
           (s->origin && strstr(s->origin, OFS_INSTANCE));
}

const char *ofs_setting_origin(const struct ofs_setting *s, const char *otherwise)
{
    return s && s->origin ? s->origin : otherwise;
}

bool ofs_words_know_language(const cJSON *words, const char *language)
{
    size_t n = strcspn(language, "-_");
    for (const cJSON *w = words ? words->child : NULL; w; w = w->next)
        if (n && strcspn(w->string, "-") == n && !strncasecmp(w->string, language, n))
            return true;
    return false;
}

static bool vouches_for(const cJSON *source, const char *member)
{
    const cJSON *key;
    cJSON_ArrayForEach(key, ofs_json_get(source, "vouches_for")) if (!strcmp(key->valuestring,
                                                                             member)) return true;
    return false;
}

bool ofs_setting_is_guess(const struct ofs_setting *s, const char *member)
{
    const cJSON *source;
    bool guess = false;
    cJSON_ArrayForEach(source, ofs_json_get(s->tree, "sources"))
    {
        if (!vouches_for(source, member))
            continue;
        if (strcmp(ofs_json_str(source, "level", ""), "guess"))
            return false;
        guess = true;
    }
    return guess;
}
