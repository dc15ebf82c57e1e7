#include "page/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "page/internal.h"

enum {
    MOST_PASSES = 3, /* closed roots inside closed roots */
    ANSWERS = 25000, /* milliseconds for one question, so that a stuck page does not take all run */
};

void ofs_sight_clear(struct ofs_sight *sight)
{
    cJSON_Delete(sight->look);
    *sight = (struct ofs_sight){0};
}

static cJSON *words_of(const cJSON *by_language, const char *extra)
{
    cJSON *copy = by_language ? cJSON_Duplicate(by_language, true) : cJSON_CreateObject();
    if (extra) {
        cJSON *list = cJSON_AddArrayToObject(copy, "x-person");
        cJSON_AddItemToArray(list, cJSON_CreateString(extra));
    }
    return copy;
}

static cJSON *array_or_empty(const cJSON *value)
{
    return cJSON_IsArray(value) ? cJSON_Duplicate(value, true) : cJSON_CreateArray();
}

/* What the probe has to know of the site. */
static cJSON *lesson(const struct ofs_scenario *scenario, const char *wording)
{
    cJSON *site = cJSON_CreateObject(), *settings = cJSON_AddArrayToObject(site, "settings");
    cJSON_AddItemToObject(site, "marks", array_or_empty(ofs_json_at(scenario->ready, "marks")));
    cJSON_AddItemToObject(site, "static_paths",
                          array_or_empty(ofs_json_at(scenario->ready, "static_paths")));
    cJSON_AddItemToObject(site, "canary",
                          array_or_empty(ofs_json_at(scenario->canary, "selectors")));
    cJSON_AddItemToObject(site, "blockers", array_or_empty(scenario->blockers));
    for (size_t i = 0; i < scenario->n_settings; i++) {
        const struct ofs_setting *s = &scenario->settings[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "id", s->id);
        ofs_json_add_str(one, "key", s->key);
        ofs_json_add_str(one, "page", s->page);
        cJSON_AddItemToObject(one, "key_attributes", array_or_empty(s->key_attributes));
        cJSON_AddItemToObject(one, "labels", words_of(s->labels, s->key ? wording : NULL));
        cJSON_AddItemToObject(one, "rows", words_of(s->rows, NULL));
        cJSON_AddItemToObject(one, "inverted", words_of(s->inverted, NULL));
        cJSON_AddItemToObject(
            one, "choices", s->choices ? cJSON_Duplicate(s->choices, true) : cJSON_CreateObject());
        cJSON_AddItemToArray(settings, one);
    }
    return site;
}

struct ofs_page *ofs_page_open(struct ofs_browser *browser, const struct ofs_scenario *scenario,
                               const char *origin, const char *wording, ofs_deadline deadline,
                               struct ofs_error *err)
{
    struct ofs_page *page = calloc(1, sizeof *page);
    if (!page) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    browser->probe = ofs_probe_source;
    page->browser = browser;
    page->scenario = scenario;
    page->origin = origin;
    page->lesson = lesson(scenario, wording);
    if (browser->ops->open_tab(browser, deadline, &page->tab, err)) {
        cJSON_Delete(page->lesson);
        free(page);
        return NULL;
    }
    return page;
}

void ofs_page_close(struct ofs_page *page, ofs_deadline deadline)
{
    if (!page)
        return;
    page->browser->ops->close_tab(page->tab, deadline);
    free(page->wait.signature);
    ofs_sight_clear(&page->wait.sight);
    cJSON_Delete(page->lesson);
    free(page);
}

int ofs_page_ask(struct ofs_page *page, const char *question, const cJSON *args,
                 ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    ofs_deadline end = ofs_deadline_min(deadline, ofs_deadline_in(ANSWERS));
    /* A document that went away between two questions is asked anew; a read can be repeated. */
    for (int attempt = 0; attempt < 3; attempt++) {
        unsigned mark = page->tab->view.commits;
        bool taught = page->taught && page->taught_commit == mark;
        OFS_AUTO_JSON ignored = NULL;
        int rc = taught ? 0 : ops->call(page->tab, "learn", page->lesson, end, &ignored, err);
        if (!rc && !taught) {
            page->taught = true;
            page->taught_commit = mark;
        }
        if (!rc)
            rc = ops->call(page->tab, question, args, end, ret_value, err);
        if (!rc)
            return 0;
        page->taught = false;
        if (err->code != OFS_ERR_GONE)
            return -1;
    }
    return -1;
}

int ofs_page_look(struct ofs_page *page, ofs_deadline deadline, cJSON **ret_look,
                  struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    OFS_AUTO_JSON args = cJSON_CreateObject();
    cJSON_AddBoolToObject(args, "index", !page->wait.visit.setting);
    for (int pass = 0;; pass++) {
        cJSON *look = NULL;
        if (ofs_page_ask(page, "look", args, deadline, &look, err))
            return -1;
        /* What was told before may have changed since; what was not looked into yet may hide more.
         */
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
