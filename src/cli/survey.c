#include "cli/survey.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/browser.h"
#include "cli/print.h"
#include "cli/run.h"
#include "page/page.h"
#include "record/state.h"
#include "scenario/check.h"
#include "scenario/names.h"
#include "wire/url.h"

enum { SURVEY_TIMEOUT = 60000, CLOSING = 5000 };

/* ---- the address, and what is known about its site ------------------------------------------- */

static int take_address(struct survey *s, const char *text, struct ofs_error *err)
{
    struct ofs_url url;
    const char *fragment = strchr(text, '#');
    if (ofs_url_parse(text, &url, err))
        return -1;
    snprintf(s->origin, sizeof s->origin, "%s://%s", url.scheme, url.authority);
    for (char *p = s->origin; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    const char *fault = ofs_check_origin(s->origin, NULL);
    if (fault || url.has_person)
        return ofs_fail(err, OFS_ERR_USAGE, "'%.200s' %s", text,
                        fault ? fault : "has a name or a password in it");
    int n = snprintf(s->path, sizeof s->path, "%s%s", url.target, fragment ? fragment : "");
    fault = ofs_check_path(s->path, NULL);
    if (fault || n >= (int)sizeof s->path)
        return ofs_fail(err, OFS_ERR_USAGE, "the path of '%.200s' %s", text,
                        fault ? fault : "is too long");
    snprintf(s->url, sizeof s->url, "%s%s", s->origin, s->path);
    return 0;
}

static struct ofs_scenario *known_scenario(const char *origin)
{
    struct ofs_error ignored;
    struct ofs_scenario *found = NULL;
    char **names = ofs_scenario_names_known(&ignored);
    for (char **name = names; name && *name && !found; name++) {
        found = ofs_scenario_load(*name, &ignored);
        if (found && strcmp(found->origin, origin)) {
            ofs_scenario_free(found);
            found = NULL;
        }
    }
    ofs_scenario_names_free(names);
    return found;
}

/* A scenario that looks for nothing: its only label is on no page. */
static struct ofs_scenario *bare_scenario(const char *origin, struct ofs_error *err)
{
    OFS_AUTO_STR text = ofs_text_printf(
        "{\"format\": 1, \"id\": \"bare\", \"version\": \"1\", \"title\": \"%s\", \"origin\": "
        "\"%s\", \"settings\": [{\"id\": \"none\", \"title\": \"none\", \"wanted\": \"off\", "
        "\"page\": \"/\", \"labels\": {\"en\": [\"\\u2e2e\\u2e2e\\u2e2e\"]}}]}",
        strstr(origin, "://") + 3, origin);
    if (text)
        return ofs_scenario_from_text(text, strlen(text), "the page's scenario", err);
    ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return NULL;
}

/* ---- the scenario entry ---------------------------------------------------------------------- */

static const char *label_of(const cJSON *control)
{
    const char *name = ofs_json_str(control, "name", "");
    return *name ? name : ofs_json_str(control, "label", "");
}

static bool has_key(const cJSON *control, const cJSON *key)
{
    const cJSON *other;
    cJSON_ArrayForEach(
        other, ofs_json_get(control, "keys")) if (cJSON_Compare(key, other, true)) return true;
    return false;
}

/* The first key that no other control has. */
static const cJSON *own_key(const cJSON *all, const cJSON *control)
{
    const cJSON *key, *other;
    cJSON_ArrayForEach(key, ofs_json_get(control, "keys"))
    {
        bool shared = false;
        cJSON_ArrayForEach(other, all) shared = shared || (other != control && has_key(other, key));
        if (!shared)
            return key;
    }
    return NULL;
}

static bool shares_label(const cJSON *all, const cJSON *control)
{
    const cJSON *other;
    cJSON_ArrayForEach(other, all) if (other != control &&
                                       !strcmp(label_of(other), label_of(control))) return true;
    return false;
}

/* More than on and off: the words have to be in the scenario. */
static bool is_choice(const cJSON *control)
{
    const cJSON *options = ofs_json_get(control, "options"), *one;
    cJSON_ArrayForEach(one, options)
    {
        const char *state = ofs_json_str(one, "state", "");
        if (strcmp(state, "on") && strcmp(state, "off"))
            return true;
    }
    return cJSON_GetArraySize(options) > 2;
}

static cJSON *texts_of(const cJSON *control)
{
    cJSON *texts = cJSON_CreateArray();
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(control, "options"))
        cJSON_AddItemToArray(texts, cJSON_CreateString(ofs_json_str(one, "text", "")));
    return texts;
}

static cJSON *words_in(const char *language, const char *text)
{
    cJSON *words = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(words, language);
    cJSON_AddItemToArray(list, cJSON_CreateString(text));
    return words;
}

/* A word for each option. The wanted state is the one that the page shows now: an unchanged copy
 * presses nothing. */
static void add_choices(cJSON *setting, const cJSON *control, const char *language)
{
    cJSON *choices = cJSON_AddObjectToObject(setting, "choices");
    const char *shown = ofs_json_str(control, "state", "");
    const cJSON *one;
    int n = 0;
    cJSON_ArrayForEach(one, ofs_json_get(control, "options"))
    {
        char word[41], number[24];
        const char *text = ofs_json_str(one, "text", "");
        snprintf(number, sizeof number, "choice-%d", ++n);
        ofs_text_slug(word, sizeof word, text, number);
        if (ofs_json_get(choices, word))
            snprintf(word, sizeof word, "%s", number);
        cJSON_AddItemToObject(choices, word, words_in(language, text));
        if (!strcmp(ofs_json_str(one, "state", ""), shown))
            cJSON_ReplaceItemInObjectCaseSensitive(setting, "wanted", cJSON_CreateString(word));
    }
}

static cJSON *setting_of(const struct survey *s, const cJSON *control, const cJSON *key)
{
    char id[41];
    const char *label = label_of(control);
    const char *language = s->language[0] ? s->language : "en";
    cJSON *setting = cJSON_CreateObject();
    ofs_text_slug(id, sizeof id, *label ? label : ofs_json_str(key, "value", ""), "setting");
    cJSON_AddStringToObject(setting, "id", id);
    cJSON_AddStringToObject(setting, "title", *label ? label : ofs_json_str(key, "value", ""));
    cJSON_AddStringToObject(setting, "wanted", "off");
    cJSON_AddStringToObject(setting, "page", s->path);
    if (key) {
        const char *attribute = ofs_json_str(key, "attribute", "");
        cJSON_AddStringToObject(setting, "key", ofs_json_str(key, "value", ""));
        cJSON_AddItemToObject(setting, "key_attributes", cJSON_CreateStringArray(&attribute, 1));
    }
    if (*label)
        cJSON_AddItemToObject(setting, "labels", words_in(language, label));
    if (is_choice(control))
        add_choices(setting, control, language);
    return setting;
}

static cJSON *described(const struct survey *s, const cJSON *all, const cJSON *control)
{
    cJSON *one = cJSON_CreateObject();
    const char *label = label_of(control), *role = ofs_json_str(control, "role", "");
    const cJSON *key = own_key(all, control);
    bool by_label = *label && !shares_label(all, control);
    bool is_name = *ofs_json_str(control, "name", "");
    ofs_json_add_str(one, "name", *label ? label : NULL);
    ofs_json_add_str(one, "role", *role ? role : NULL);
    ofs_json_add_str(one, "kind", ofs_json_str(control, "kind", NULL));
    ofs_json_add_str(one, "state", ofs_json_str(control, "state", NULL));
    if (is_choice(control))
        cJSON_AddItemToObject(one, "choices", texts_of(control));
    cJSON_AddBoolToObject(one, "disabled", ofs_json_bool(control, "disabled", false));
    ofs_json_add_str(one, "located",
                     key                   ? "key"
                     : by_label && is_name ? "label"
                     : by_label            ? "visible"
                                           : NULL);
    if (key || by_label)
        cJSON_AddItemToObject(one, "setting", setting_of(s, control, key));
    return one;
}

static void describe_all(struct survey *s, const cJSON *controls)
{
    const cJSON *control;
    s->controls = cJSON_CreateArray();
    cJSON_ArrayForEach(control, controls)
        cJSON_AddItemToArray(s->controls, described(s, controls, control));
}

/* ---- opening it ------------------------------------------------------------------------------ */

static void on_notice(void *ctx, const char *words)
{
    (void)ctx;
    cli_block(stderr, 0, "", 0, words);
}

static void take_look(struct survey *s, const cJSON *look)
{
    const char *language = ofs_json_str(look, "lang", "");
    snprintf(s->title, sizeof s->title, "%s", ofs_json_str(look, "title", ""));
    if (!ofs_check_language(language, NULL))
        snprintf(s->language, sizeof s->language, "%s", language);
}

static int read_page(struct survey *s, struct ofs_browser *browser, ofs_deadline deadline,
                     struct ofs_error *err)
{
    const struct ofs_page_config config = {.scenario = s->scenario, .origin = s->origin};
    struct ofs_visit_result result = {0};
    OFS_AUTO_JSON controls = NULL;
    struct ofs_page *page = ofs_page_open(browser, &config, deadline, err);
    if (!page)
        return -1;
    int rc = ofs_page_survey(page, s->path, deadline, &result, &controls, err);
    if (!rc && result.reason) {
        rc = ofs_fail(err, OFS_ERR_PEER, "the page cannot be read (%s)", result.reason);
        ofs_hint(err, "%s", result.detail);
    } else if (!rc) {
        take_look(s, result.look);
        describe_all(s, controls);
    }
    ofs_visit_result_clear(&result);
    ofs_page_close(page, ofs_deadline_in(CLOSING));
    return rc;
}

static int open_and_read(struct survey *s, const struct cli *cli, struct session *session,
                         struct ofs_error *err)
{
    ofs_deadline deadline = ofs_deadline_in(cli->timeout_ms ? cli->timeout_ms : SURVEY_TIMEOUT);
    const struct ofs_connect how = {.address = cli->connect ? cli->connect : "auto",
                                    .browser_args = cli->browser_args.at,
                                    .n_browser_args = cli->browser_args.n,
                                    .profile = cli->profile,
                                    .state = session->state,
                                    .headless = cli->headless,
                                    .capabilities = cli->capabilities,
                                    .cacert = cli->cacert,
                                    .site = s->origin,
                                    .show = cli->show,
                                    .on_notice = on_notice};
    if (ofs_state_prepare(session->state, err))
        return -1;
    struct ofs_browser *browser = ofs_browser_open(session->loop, &how, deadline, err);
    if (!browser)
        return -1;
    int rc = read_page(s, browser, deadline, err);
    browser->ops->close(browser, ofs_deadline_in(CLOSING));
    return rc;
}

/* 1 if all of it is of a kind that no scenario opens. */
static int check_known(struct survey *s, struct ofs_error *err)
{
    if (!(s->scenario = known_scenario(s->origin)))
        return (s->scenario = bare_scenario(s->origin, err)) ? 0 : -1;
    s->known = true;
    if (!ofs_scenario_is_never(s->scenario, s->path))
        return 0;
    ofs_fail(err, OFS_ERR_USAGE, "%s is a page that is never opened", s->path);
    return ofs_hint(err, "the scenario '%s' names it under \"never\"", s->scenario->id);
}

int survey_page(const struct cli *cli, const char *url, struct survey *ret)
{
    struct ofs_error err = {0};
    struct session session = {.cli = cli};
    *ret = (struct survey){0};
    int status = 0;
    if (take_address(ret, url, &err) || check_known(ret, &err) ||
        !(session.state = ofs_state_path(cli->state, &err)) ||
        !(session.loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(session.loop, &err))
        status = cli_complain(&err);
    if (!status && ret->known)
        status = session_tell_terms_of(&session, ret->scenario);
    if (!status && open_and_read(ret, cli, &session, &err)) {
        cli_name_failure(&err);
        status = cli_complain(&err);
    }
    session_ignore_late_signals(session.loop);
    ofs_loop_free(session.loop);
    free(session.state);
    return status;
}

void survey_clear(struct survey *s)
{
    ofs_scenario_free(s->scenario);
    cJSON_Delete(s->controls);
    *s = (struct survey){0};
}
