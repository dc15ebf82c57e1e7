/*
 * import.c: from the steps of a recording to a scenario.
 *
 * The last address that was opened, or that a click led to, is the setting's page. Of the clicks
 * after it, one is at the control: the last on something that can hold a state, else the last one.
 * What was clicked before it on the same page opens the way to it; what was clicked after it
 * answers a question of the site, or saves.
 */
#include "scenario/import.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "scenario/check.h"
#include "scenario/recorded.h"
#include "scenario/scenario.h"

enum { SENTENCE = 600, MOST_QUERY = 48 };

/* A query that only names a part of the site: "?tab=data". */
#define WORDS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-=&"

struct draft {
    const struct ofs_import_options *options;
    const struct ofs_recorded *recorded;
    size_t page;    /* the step that opened the setting's page */
    size_t control; /* the step at the control */
    bool sure;      /* the element is one that can hold a state */
    char origin[300], path[OFS_RECORDED_ADDRESS];
    cJSON *scenario, *setting, *missing;
};

static void miss(struct draft *d, const char *fmt, ...) OFS_PRINTF(2, 3);
static void miss(struct draft *d, const char *fmt, ...)
{
    char text[SENTENCE];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cJSON_AddItemToArray(d->missing, cJSON_CreateString(text));
}

static const struct ofs_recorded_step *step_at(const struct draft *d, size_t i)
{
    return &d->recorded->steps[i];
}

/* ---- which step is what ---------------------------------------------------------------------- */

static bool holds_a_state(const struct ofs_recorded_step *s)
{
    static const char *const roles[] = {"switch", "checkbox", "radio", "menuitemradio",
                                        "menuitemcheckbox"};
    if (s->kind == OFS_RECORDED_CHOOSE || s->state[0])
        return true;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!strcmp(s->role, roles[i]))
            return true;
    return false;
}

/* A radio is one of several: its name is the choice, not the name of the setting. */
static bool is_radio(const struct ofs_recorded_step *s)
{
    return !strcmp(s->role, "radio");
}

static const char *setting_name(const struct ofs_recorded_step *s)
{
    return is_radio(s) ? "" : s->name;
}

static const char *chosen_word(const struct ofs_recorded_step *s)
{
    return is_radio(s) ? s->name : s->kind == OFS_RECORDED_CHOOSE ? s->value : "";
}

static int find_control(struct draft *d, struct ofs_error *err)
{
    bool found = false;
    for (size_t i = 0; i < d->recorded->n; i++) {
        const struct ofs_recorded_step *s = step_at(d, i);
        if (s->kind == OFS_RECORDED_OPEN || (d->sure && !holds_a_state(s)))
            continue;
        d->control = i;
        d->sure = holds_a_state(s);
        found = true;
    }
    if (!found) {
        ofs_fail(err, OFS_ERR_SCENARIO, "nothing is clicked in the recording");
        return ofs_hint(err, "record the way to the switch, and one click on it");
    }
    found = false;
    for (size_t i = 0; i < d->control; i++)
        if (step_at(d, i)->address[0]) {
            d->page = i;
            found = true;
        }
    if (found)
        return 0;
    ofs_fail(err, OFS_ERR_SCENARIO, "the recording opens no address before the switch is clicked");
    return ofs_hint(err, "begin the recording before the page is opened");
}

/* ---- the address ----------------------------------------------------------------------------- */

/* A query may hold a token of the session: only short words are kept. */
static void cut_query(struct draft *d)
{
    char *query = strchr(d->path, '?');
    if (!query)
        return;
    char *fragment = strchr(query, '#');
    size_t n = fragment ? (size_t)(fragment - query) : strlen(query);
    if (n <= MOST_QUERY && strspn(query + 1, WORDS) >= n - 1)
        return;
    memmove(query, query + n, strlen(query + n) + 1);
    miss(d, "the page's address had a query, which is left out: check that \"page\" opens the "
            "setting without it");
}

static int split_address(struct draft *d, struct ofs_error *err)
{
    const char *address = step_at(d, d->page)->address, *scheme = strstr(address, "://");
    size_t n = scheme ? (size_t)(scheme - address) + 3 : 0;
    n += strcspn(address + n, "/?#");
    if (!scheme || n >= sizeof d->origin)
        return ofs_fail(err, OFS_ERR_SCENARIO, "the recording opens '%.80s', which is no address",
                        address);
    memcpy(d->origin, address, n);
    d->origin[n] = '\0';
    snprintf(d->path, sizeof d->path, "%s%s", address[n] == '/' ? "" : "/", address + n);
    cut_query(d);
    const char *fault = ofs_check_origin(d->origin, NULL);
    if (fault)
        return ofs_fail(err, OFS_ERR_SCENARIO, "the origin '%s' %s", d->origin, fault);
    fault = ofs_check_path(d->path, NULL);
    if (fault)
        return ofs_fail(err, OFS_ERR_SCENARIO, "the path '%.200s' %s", d->path, fault);
    return 0;
}

void ofs_scenario_name_for(const char *origin, char *ret, size_t size)
{
    char host[300];
    snprintf(host, sizeof host, "%s", strstr(origin, "://") + 3);
    host[strcspn(host, ":")] = '\0';
    char *end = strrchr(host, '.');
    if (end && !isdigit((unsigned char)end[1]))
        *end = '\0';
    const char *start = strrchr(host, '.');
    ofs_text_slug(ret, size, start && !isdigit((unsigned char)start[1]) ? start + 1 : host, "site");
}

/* ---- the setting ----------------------------------------------------------------------------- */

static cJSON *words_of(const struct draft *d, const char *text)
{
    cJSON *words = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(words, d->options->lang);
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
    return words;
}

static int add_control(struct draft *d, struct ofs_error *err)
{
    const struct ofs_recorded_step *s = step_at(d, d->control);
    const char *name = setting_name(s);
    if (!name[0] && !s->key[0]) {
        ofs_fail(err, OFS_ERR_SCENARIO,
                 "the recording has neither a name nor a lasting attribute of what was clicked");
        return ofs_hint(err, "record with the ARIA selectors turned on, or write the scenario with "
                             "'offswitch scenario new URL'");
    }
    if (s->key[0]) {
        cJSON_AddStringToObject(d->setting, "key", s->key);
        const char *attributes[] = {s->attribute};
        cJSON_AddItemToObject(d->setting, "key_attributes", cJSON_CreateStringArray(attributes, 1));
    } else {
        miss(d, "no lasting attribute of the control was recorded: the setting is found by its "
                "label alone");
    }
    if (name[0])
        cJSON_AddItemToObject(d->setting, "labels", words_of(d, name));
    else
        miss(d, "\"labels\": the control's own wording was not recorded");
    return 0;
}

/* The wanted state of the switch: the recording's word for it, else off. */
static void add_wanted(struct draft *d)
{
    const struct ofs_recorded_step *s = step_at(d, d->control);
    const char *chosen = chosen_word(s);
    char word[64];
    if (chosen[0]) {
        ofs_text_slug(word, sizeof word, chosen, "chosen");
        cJSON_AddStringToObject(d->setting, "wanted", word);
        cJSON *choices = cJSON_AddObjectToObject(d->setting, "choices");
        cJSON_AddItemToObject(choices, word, words_of(d, chosen));
        miss(d, "\"choices\": only the value that you chose, \"%s\", is known; add the others",
             chosen);
        return;
    }
    cJSON_AddStringToObject(d->setting, "wanted", s->state[0] ? s->state : "off");
    if (s->changed)
        miss(d, "\"choices\": a value was chosen or typed at the control, and is not kept; add the "
                "words that it offers, and the \"wanted\" one");
    else if (!s->state[0])
        miss(d, "\"wanted\" is \"off\": the recording does not say in which state the click left "
                "the control");
}

static bool is_save(const char *name)
{
    static const char *const words[] = {"save",    "speichern", "enregistrer", "guardar", "salva",
                                        "opslaan", "zapisz",    "apply",       "update"};
    char small[OFS_RECORDED_TEXT];
    size_t n = 0;
    for (; name[n] && n + 1 < sizeof small; n++)
        small[n] = (char)tolower((unsigned char)name[n]);
    small[n] = '\0';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strncmp(small, words[i], strlen(words[i])))
            return true;
    return false;
}

/* What was clicked after the control: a Save button, or the answers to questions of the site. */
static void add_afterwards(struct draft *d)
{
    for (size_t i = d->control + 1; i < d->recorded->n; i++) {
        const struct ofs_recorded_step *s = step_at(d, i);
        if (s->kind != OFS_RECORDED_CLICK)
            break;
        if (!s->name[0]) {
            miss(d, "something without a name was clicked after the control; it is left out");
            continue;
        }
        if (is_save(s->name) && !ofs_json_get(d->setting, "save")) {
            cJSON *save = cJSON_AddObjectToObject(d->setting, "save");
            cJSON_AddItemToObject(save, "button", words_of(d, s->name));
            miss(d, "\"%s\" is taken for the button that saves: what else does it save?", s->name);
        } else if (!ofs_json_get(d->setting, "confirm")) {
            cJSON_AddItemToObject(d->setting, "confirm", words_of(d, s->name));
            miss(d,
                 "\"%s\" is taken for the answer to the site's question: check that it changes "
                 "nothing else",
                 s->name);
        } else {
            miss(d, "\"%s\" was clicked after that; it is left out", s->name);
        }
    }
}

/* The clicks between the page's address and the control. */
static void add_way(struct draft *d)
{
    cJSON *open = NULL;
    for (size_t i = d->page + 1; i < d->control; i++) {
        const struct ofs_recorded_step *s = step_at(d, i);
        if (holds_a_state(s)) {
            miss(d, "another control is clicked before, \"%s\"; it is left out", s->name);
            continue;
        }
        if (!s->name[0]) {
            miss(d, "something without a name is clicked on the way to the control; add the step "
                    "to \"open\"");
            continue;
        }
        if (!open)
            open = cJSON_AddArrayToObject(d->setting, "open");
        cJSON *step = cJSON_CreateObject();
        cJSON_AddItemToObject(step, "names", words_of(d, s->name));
        cJSON_AddItemToArray(open, step);
    }
    if (open)
        miss(d, "\"open\": each step has to change nothing on the site; check all %d",
             cJSON_GetArraySize(open));
}

static int add_setting(struct draft *d, struct ofs_error *err)
{
    const struct ofs_recorded_step *s = step_at(d, d->control);
    char id[41];
    const char *name = setting_name(s);
    ofs_text_slug(id, sizeof id, name[0] ? name : s->key, "setting");
    cJSON_AddStringToObject(d->setting, "id", id);
    cJSON_AddStringToObject(d->setting, "title", name[0] ? name : s->key);
    add_wanted(d);
    cJSON_AddStringToObject(d->setting, "page", d->path);
    if (add_control(d, err))
        return -1;
    add_way(d);
    add_afterwards(d);
    if (!d->sure)
        miss(d,
             "the recording does not say which click was at the switch: \"%s\" is a guess (the "
             "last one)",
             s->name[0] ? s->name : s->key);
    return 0;
}

/* ---- the scenario ---------------------------------------------------------------------------- */

static int build(struct draft *d, struct ofs_error *err)
{
    char id[41];
    ofs_scenario_name_for(d->origin, id, sizeof id);
    cJSON_AddNumberToObject(d->scenario, "format", OFS_SCENARIO_FORMAT);
    cJSON_AddStringToObject(d->scenario, "id", id);
    cJSON_AddStringToObject(d->scenario, "version", d->options->today);
    cJSON_AddStringToObject(d->scenario, "title", strstr(d->origin, "://") + 3);
    cJSON_AddStringToObject(d->scenario, "origin", d->origin);
    cJSON *settings = cJSON_AddArrayToObject(d->scenario, "settings");
    cJSON_AddItemToArray(settings, d->setting = cJSON_CreateObject());
    if (add_setting(d, err))
        return -1;
    cJSON *sources = cJSON_AddArrayToObject(d->scenario, "sources");
    cJSON *source = cJSON_CreateObject();
    cJSON_AddItemToArray(sources, source);
    cJSON_AddStringToObject(source, "level", "seen");
    cJSON_AddStringToObject(source, "verified_on", d->options->today);
    cJSON_AddStringToObject(source, "what", "a recording of the way to the setting");
    miss(d, "the recording names no language; the words are taken for \"%s\" (--lang)",
         d->options->lang);
    miss(d, "\"canary\": a selector of something that only a signed-in person sees, else a "
            "signed-out page can be mistaken for the account's");
    miss(d, "\"save\": the request by which the page saves, so that a save can be proved");
    miss(d, "\"terms\": what the site's terms say of automation");
    if (d->recorded->typed)
        miss(d, "something was typed in the recording; nothing of that is kept");
    return 0;
}

/* A scenario that does not lint would be useless, and shows what is wrong with the recording. */
static int check_result(const struct draft *d, struct ofs_error *err)
{
    char *text = cJSON_Print(d->scenario);
    struct ofs_lint_fault *faults = NULL;
    int n = text ? ofs_scenario_lint(text, strlen(text), &faults, err)
                 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (n > 0)
        n = ofs_fail(err, OFS_ERR_SCENARIO, "the recording gives no valid scenario: %s: %s",
                     faults[0].where, faults[0].text);
    free(faults);
    free(text);
    return n;
}

#define HOW_TO_RECORD                                                                            \
    "export it as JSON from the Recorder panel of Chrome's developer tools, or give a Selenium " \
    "IDE project (.side)"

static int read_recording(const char *text, size_t len, struct ofs_recorded *ret,
                          struct ofs_error *err)
{
    OFS_AUTO_JSON tree = ofs_json_parse(text, len, err);
    if (!tree) {
        err->code = OFS_ERR_SCENARIO;
        return ofs_hint(err, HOW_TO_RECORD);
    }
    int rc = ofs_recorded_by_devtools(tree, ret, err);
    if (!rc)
        rc = ofs_recorded_by_selenium(tree, ret, err);
    if (rc)
        return rc < 0 ? -1 : 0;
    ofs_fail(err, OFS_ERR_SCENARIO, "this is no recording of a known format");
    return ofs_hint(err, HOW_TO_RECORD);
}

int ofs_import_recording(const char *text, size_t len, const struct ofs_import_options *options,
                         struct ofs_import *ret, struct ofs_error *err)
{
    struct ofs_recorded *recorded = calloc(1, sizeof *recorded);
    struct draft d = {.options = options,
                      .recorded = recorded,
                      .scenario = cJSON_CreateObject(),
                      .missing = cJSON_CreateArray()};
    *ret = (struct ofs_import){.scenario = d.scenario, .missing = d.missing};
    int rc =
        recorded && d.scenario && d.missing ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (!rc)
        rc = read_recording(text, len, recorded, err);
    if (!rc)
        rc = find_control(&d, err);
    if (!rc)
        rc = split_address(&d, err);
    if (!rc)
        rc = build(&d, err);
    if (!rc)
        rc = check_result(&d, err);
    free(recorded);
    if (rc)
        ofs_import_clear(ret);
    return rc ? -1 : 0;
}

void ofs_import_clear(struct ofs_import *import)
{
    cJSON_Delete(import->scenario);
    cJSON_Delete(import->missing);
    *import = (struct ofs_import){0};
}
