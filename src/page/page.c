#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "page/internal.h"

enum {
    MOST_PASSES = 3, /* closed roots inside closed roots */
    ANSWERS = 25000, /* milliseconds for one query, so that a stuck page does not use up the run */
};

void ofs_visit_result_clear(struct ofs_visit_result *result)
{
    cJSON_Delete(result->look);
    *result = (struct ofs_visit_result){0};
}

const cJSON *ofs_match_of(const cJSON *look, const struct ofs_setting *setting)
{
    return setting ? ofs_json_get(ofs_json_get(look, "matches"), setting->id) : NULL;
}

static cJSON *words_of(const cJSON *by_language)
{
    return by_language ? cJSON_Duplicate(by_language, true) : cJSON_CreateObject();
}

/* The labels, with the wordings that the person has accepted for this setting. */
static cJSON *labels_of(const struct ofs_setting *setting, const cJSON *accepted)
{
    cJSON *labels = words_of(setting->labels), *list = NULL;
    const cJSON *one;
    cJSON_ArrayForEach(one, accepted)
    {
        if (!setting->key || strcmp(ofs_json_str(one, "setting", ""), setting->id))
            continue;
        list = list ? list : cJSON_AddArrayToObject(labels, "x-person");
        cJSON_AddItemToArray(list, cJSON_CreateString(ofs_json_str(one, "words", "")));
    }
    return labels;
}

static cJSON *array_or_empty(const cJSON *value)
{
    return cJSON_IsArray(value) ? cJSON_Duplicate(value, true) : cJSON_CreateArray();
}

/* Words without a language, to be added to words by language. */
static void add_words(cJSON *to, const char *prefix, const cJSON *by_language)
{
    const cJSON *list;
    cJSON_ArrayForEach(list, by_language)
    {
        char name[80];
        snprintf(name, sizeof name, "%s-%d-%.40s", prefix, cJSON_GetArraySize(to), list->string);
        cJSON_AddItemToObject(to, name, cJSON_Duplicate(list, true));
    }
}

static cJSON *never_press_of(const struct ofs_scenario *scenario, const struct ofs_setting *s)
{
    cJSON *all = cJSON_CreateObject();
    add_words(all, "scenario", scenario->never_press);
    add_words(all, "setting", s->never_press);
    return all;
}

/* The buttons that answer the site's dialogs. */
static cJSON *answers_of(const struct ofs_setting *s)
{
    cJSON *all = cJSON_CreateObject();
    const cJSON *question;
    if (cJSON_IsObject(s->confirm))
        add_words(all, "answer", s->confirm);
    else
        cJSON_ArrayForEach(question, s->confirm)
        {
            add_words(all, "answer", ofs_json_get(question, "button"));
        }
    return all;
}

/* What the probe has to know about the site. */
static cJSON *probe_config(const struct ofs_page_config *config)
{
    const struct ofs_scenario *scenario = config->scenario;
    cJSON *site = cJSON_CreateObject(), *settings = cJSON_AddArrayToObject(site, "settings");
    cJSON_AddItemToObject(site, "marks", array_or_empty(ofs_json_at(scenario->ready, "marks")));
    cJSON_AddItemToObject(site, "static_paths",
                          array_or_empty(ofs_json_at(scenario->ready, "static_paths")));
    cJSON_AddItemToObject(site, "canary",
                          array_or_empty(ofs_json_at(scenario->canary, "selectors")));
    if (ofs_json_get(scenario->tree, "account"))
        cJSON_AddItemToObject(site, "account",
                              cJSON_Duplicate(ofs_json_get(scenario->tree, "account"), true));
    cJSON_AddItemToObject(site, "blockers", array_or_empty(scenario->blockers));
    cJSON_AddItemToObject(site, "overlays", array_or_empty(scenario->overlays));
    cJSON_AddItemToObject(site, "never", array_or_empty(scenario->never));
    for (size_t i = 0; i < scenario->n_settings; i++) {
        const struct ofs_setting *s = &scenario->settings[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "id", s->id);
        ofs_json_add_str(one, "key", s->key);
        ofs_json_add_str(one, "page", s->page);
        cJSON_AddItemToObject(one, "key_attributes", array_or_empty(s->key_attributes));
        cJSON_AddItemToObject(one, "labels", labels_of(s, config->accepted));
        cJSON_AddItemToObject(one, "rows", words_of(s->rows));
        cJSON_AddItemToObject(one, "inverted", words_of(s->inverted));
        cJSON_AddItemToObject(one, "choices", words_of(s->choices));
        cJSON_AddItemToObject(one, "items", words_of(s->items));
        ofs_json_add_str(one, "control", s->control);
        cJSON_AddItemToObject(one, "open", array_or_empty(s->open));
        cJSON_AddItemToObject(one, "absent_when", array_or_empty(s->absent_when));
        if (s->forced_by)
            cJSON_AddItemToObject(one, "forced_by", cJSON_Duplicate(s->forced_by, true));
        cJSON_AddItemToObject(one, "never_press", never_press_of(scenario, s));
        cJSON_AddItemToObject(one, "answers", answers_of(s));
        cJSON_AddItemToArray(settings, one);
    }
    return site;
}

static void free_page(struct ofs_page *page)
{
    cJSON_Delete(page->probe_config);
    free(page->config_text);
    free(page);
}

struct ofs_page *ofs_page_open(struct ofs_browser *browser, const struct ofs_page_config *config,
                               ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_page *page = calloc(1, sizeof *page);
    if (!page) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    page->browser = browser;
    page->config = *config;
    page->probe_config = probe_config(config);
    page->config_text = page->probe_config ? cJSON_PrintUnformatted(page->probe_config) : NULL;
    if (!page->config_text) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        free_page(page);
        return NULL;
    }
    browser->probe = ofs_probe_source;
    browser->config = page->config_text;
    int rc = browser->ops->open_tab(browser, deadline, &page->tab, err);
    browser->config = NULL;
    if (rc) {
        free_page(page);
        return NULL;
    }
    if (page->tab->config) { /* the text is enough */
        cJSON_Delete(page->probe_config);
        page->probe_config = NULL;
    }
    return page;
}

void ofs_page_close(struct ofs_page *page, ofs_deadline deadline)
{
    if (!page)
        return;
    page->browser->ops->close_tab(page->tab, deadline);
    if (page->progress) {
        free(page->progress->signature);
        cJSON_Delete(page->progress->served);
        ofs_visit_result_clear(&page->progress->result);
    }
    free(page->progress);
    free_page(page);
}

/* The arguments of the query, with the config if the document is new and does not start with it.
 * NULL if `args` can be used unchanged. */
static cJSON *configured(const struct ofs_page *page, const cJSON *args)
{
    if (page->tab->config ||
        (page->is_configured && page->configured_commit == page->tab->view.commits))
        return NULL;
    cJSON *copy = args ? cJSON_Duplicate(args, true) : cJSON_CreateObject();
    cJSON_AddItemReferenceToObject(copy, "config", page->probe_config);
    return copy;
}

int ofs_page_ask(struct ofs_page *page, const char *question, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    ofs_deadline end = ofs_deadline_min(deadline, ofs_deadline_in(ANSWERS));
    /* If the document was replaced between two queries, ask again; a read can be repeated. */
    for (int attempt = 0; attempt < 3; attempt++) {
        unsigned mark = page->tab->view.commits;
        OFS_AUTO_JSON with_config = configured(page, args);
        int rc =
            ops->call(page->tab, question, with_config ? with_config : args, end, ret_value, err);
        page->is_configured = !rc;
        page->configured_commit = mark;
        if (!rc)
            return 0;
        if (err->code != OFS_ERR_GONE)
            return -1;
    }
    return -1;
}

int ofs_page_look(struct ofs_page *page, ofs_deadline deadline, cJSON **ret_look,
                  struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    bool is_index = page->progress && !page->progress->visit.setting;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddBoolToObject(args, "index", is_index);
    for (int pass = 0;; pass++) {
        cJSON *look = NULL;
        if (ofs_page_ask(page, "read", args, deadline, &look, err))
            return -1;
        /* What was exposed before may have changed since; what was not looked into yet may hide
         * more. */
        bool more =
            ofs_json_num(look, "opaque", 0) > 0 || (!pass && ofs_json_num(look, "told", 0) > 0);
        if (pass == MOST_PASSES || !ops->reach || !more) {
            *ret_look = look;
            return 0;
        }
        cJSON_Delete(look);
        if (ops->reach(page->tab, deadline, err))
            return -1;
    }
}

int ofs_page_wait(struct ofs_page *page, int64_t ms, ofs_deadline deadline, struct ofs_error *err)
{
    ofs_deadline end = ofs_deadline_min(deadline, ofs_deadline_in(ms));
    return page->browser->ops->wait(page->tab, end, err);
}
