#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "audit/internal.h"
#include "audit/record.h"
#include "base/json.h"
#include "base/text.h"

/* These reasons apply to the whole site: no further pages are requested. If the instances of a
 * setting have a host each, only a refusal of robots applies to all. */
static bool is_halting(const struct ofs_setting *setting, const char *reason)
{
    static const char *const words[] = {"blocked", "signed-out", "checkpoint", "wrong-origin"};
    size_t n = setting && setting->origin ? 1 : sizeof words / sizeof *words;
    for (size_t i = 0; reason && i < n; i++)
        if (!strcmp(reason, words[i]))
            return true;
    return false;
}

/* Remember AI-sounding switches and links that the scenario does not know, once each. */
static void note_unlisted(struct ofs_job *job, const cJSON *look)
{
    /* a page below the site's host is reported with its full address */
    const char *origin = ofs_json_str(look, "origin", job->origin);
    OFS_AUTO_STR page = ofs_text_printf("%s%s", strcmp(origin, job->origin) ? origin : "",
                                        ofs_json_str(look, "path", ""));
    const cJSON *one, *known;
    if (!page)
        return;
    if (!job->run.unlisted)
        job->run.unlisted = cJSON_CreateArray();
    cJSON_ArrayForEach(one, ofs_json_get(look, "unlisted"))
    {
        char name[256];
        snprintf(name, sizeof name, "%s", ofs_json_str(one, "name", ""));
        ofs_text_tame(name);
        bool seen = false;
        cJSON_ArrayForEach(known, job->run.unlisted)
        {
            seen = seen || (!strcmp(ofs_json_str(known, "name", ""), name) &&
                            !strcmp(ofs_json_str(known, "page", ""), page));
        }
        if (seen)
            continue;
        cJSON *copy = cJSON_CreateObject();
        cJSON_AddStringToObject(copy, "page", page);
        cJSON_AddStringToObject(copy, "name", name);
        ofs_json_add_str(copy, "state", ofs_json_str(one, "state", NULL));
        cJSON_AddItemToArray(job->run.unlisted, copy);
    }
}

/* What is recorded after every visit. */
static void take_note(struct ofs_job *job, const struct ofs_setting *setting,
                      const struct ofs_visit_result *visited)
{
    if (!visited->reason) {
        ofs_record_account(job, visited->look);
        note_unlisted(job, visited->look);
    }
    if (is_halting(setting, visited->reason) && !job->halt) {
        job->halt = visited->reason;
        snprintf(job->halt_detail, sizeof job->halt_detail, "%s", visited->detail);
    }
}

/* Does the state on this page probably depend on its timers? Following them from the start costs a
 * quarter of loading the page again to follow them, so one page in four is enough. The pages of a
 * site are alike, except those whose state comes in a known request. */
static bool is_timed(const struct ofs_job *job, const struct ofs_setting *setting)
{
    return !setting->state && job->n_timed > 0 && 4 * job->n_timed >= job->n_untold;
}

static int visit(struct ofs_worker *worker, const struct ofs_visit *where, ofs_deadline deadline,
                 struct ofs_observation *ret, struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    struct ofs_visit_result visited;
    struct ofs_visit here = *where;
    /* if no request is known for the save, only the timers show that none will come */
    bool tells_save = ofs_json_get(where->setting->save, "path") != NULL;
    here.needs_timers |=
        (job->options.presses && !tells_save) || (!where->as_is && is_timed(job, where->setting));
    /* a cache could hide what the press of another setting has changed */
    here.uses_cache = !job->options.presses;
    if (ofs_page_visit(worker->page, &here, deadline, &visited, err))
        return -1;
    take_note(job, where->setting, &visited);
    if (!where->setting->state && !visited.reason) {
        job->n_untold++;
        job->n_timed += visited.needed_timers;
    }
    ofs_observe(where->setting, &visited, ret);
    ofs_visit_result_clear(&visited);
    return 0;
}

/* An index page is read at most once per run; another worker may be reading it. */
static int await_index(struct ofs_job *job, struct ofs_error *err)
{
    while (job->index_is_read)
        if (ofs_loop_turn(job->loop, job->deadline, err))
            return -1;
    return 0;
}

/* Read it until the link of `sought` is there, or, with NULL, until it is complete. */
static int read_index(struct ofs_worker *worker, const char *name, const struct ofs_setting *sought,
                      struct ofs_observation *ret, struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    struct ofs_visit_result visited;
    const struct ofs_visit where = {
        .path = ofs_json_str(ofs_json_get(job->scenario->indexes, name), "page", "/"),
        .sought = sought,
        .stay = true};
    job->index_is_read = true;
    int rc = ofs_page_visit(worker->page, &where, job->deadline, &visited, err);
    job->index_is_read = false;
    ofs_loop_notify(job->loop);
    if (rc)
        return -1;
    take_note(job, NULL, &visited);
    cJSON_DeleteItemFromObjectCaseSensitive(job->indexes, name);
    if (visited.reason) {
        ofs_cannot(ret, visited.reason, "%s", visited.detail);
    } else {
        cJSON_AddBoolToObject(visited.look, "whole", !sought);
        cJSON_AddItemToObject(job->indexes, name, visited.look);
        visited.look = NULL;
    }
    ofs_visit_result_clear(&visited);
    return 0;
}

/* An index page as this run has read it: up to the setting's link, or completely. NULL with `ret`
 * filled if it cannot be read, or with `*ret_rc` on an error. */
static const cJSON *index_look(struct ofs_worker *worker, const char *name,
                               const struct ofs_setting *setting, struct ofs_observation *ret,
                               int *ret_rc, struct ofs_error *err)
{
    const struct ofs_setting *sought = setting;
    for (int i = 0; i < 2; i++, sought = NULL) {
        *ret_rc = await_index(worker->job, err);
        const cJSON *look = *ret_rc ? NULL : ofs_json_get(worker->job->indexes, name);
        if (!look && !*ret_rc)
            *ret_rc = read_index(worker, name, sought, ret, err);
        look = *ret_rc ? NULL : ofs_json_get(worker->job->indexes, name);
        bool has_link = ofs_json_get(ofs_json_get(look, "links"), setting->id) != NULL;
        if (!look || has_link || ofs_json_bool(look, "whole", false))
            return look;
        cJSON_DeleteItemFromObjectCaseSensitive(worker->job->indexes, name);
    }
    return ofs_json_get(worker->job->indexes, name);
}

/* The index is intact if it lists other known settings and hides nothing. */
static bool is_intact(const cJSON *look, const char *id)
{
    const cJSON *links;
    if (ofs_json_num(look, "sealed", 0) > 0)
        return false;
    cJSON_ArrayForEach(links, ofs_json_get(look, "links"))
    {
        if (strcmp(links->string, id))
            return true;
    }
    return false;
}

static void judge_unlisted(const struct ofs_job *job, const struct ofs_setting *setting,
                           const cJSON *look, struct ofs_observation *ret)
{
    const char *lang = ofs_json_str(look, "lang", "");
    /* Could its name have been recognised? An address is not enough: a site that renames a setting
     * changes its address too. */
    bool can_tell = ofs_words_know_language(setting->labels, lang) ||
                    ofs_words_know_language(setting->rows, lang);
    ret->absent = true;
    if (cJSON_IsTrue(ofs_json_get(ofs_json_get(look, "listed"), setting->id))) {
        ofs_cannot(ret, "not-found",
                   "the index page names it without a link; open it there by hand");
        return;
    }
    if (!is_intact(look, setting->id)) {
        ofs_cannot(
            ret, "not-found",
            "neither its page nor the index shows it, nor anything else that is known; look for "
            "it by hand");
    } else if (!can_tell) {
        ofs_cannot(ret, "not-found",
                   "the index is in a language (%s) in which its name is not known; look for it by "
                   "hand",
                   lang[0] ? lang : "unknown");
    } else if (!job->scenario->canary) {
        ofs_cannot(ret, "not-found",
                   "the index does not list it, and nothing shows that you are signed in; look for "
                   "it by hand");
    } else {
        ofs_cannot(ret, "not-found", "the index does not list it");
        ret->not_offered = true;
    }
}

/* The one link of the index whose text names the setting. */
static const char *link_path(const cJSON *look, const struct ofs_setting *setting,
                             struct ofs_observation *ret)
{
    const cJSON *links = ofs_json_get(ofs_json_get(look, "links"), setting->id), *link;
    const char *path = NULL;
    int count = 0;
    /* Names outrank addresses: the address may belong to another setting now. */
    for (int by_text = 1; by_text >= 0 && !count; by_text--) {
        cJSON_ArrayForEach(link, links)
        {
            if ((strcmp(ofs_json_str(link, "by", ""), "text") == 0) != by_text)
                continue;
            if (ofs_json_bool(link, "away", false)) {
                ofs_cannot(ret, "wrong-origin",
                           "its link on the index leads to another site; open it by hand");
                return NULL;
            }
            path = ofs_json_str(link, "path", NULL);
            count++;
        }
    }
    if (count <= 1)
        return path;
    ofs_cannot(ret, "ambiguous",
               "%d links on the index page have its name; open the right one by hand", count);
    return NULL;
}

/* If the setting's index is only a guess, the other indexes are read before its absence counts.
 * `*ret_path` is NULL if none lists it. */
static int search_indexes(struct ofs_worker *worker, const struct ofs_setting *setting,
                          const char **ret_path, struct ofs_observation *ret, struct ofs_error *err)
{
    const cJSON *index;
    int rc;
    *ret_path = NULL;
    cJSON_ArrayForEach(index, worker->job->scenario->indexes)
    {
        const cJSON *look = index_look(worker, index->string, setting, ret, &rc, err);
        if (!look)
            return rc;
        *ret_path = link_path(look, setting, ret);
        if (*ret_path || ret->reason)
            return 0;
    }
    return 0;
}

static int by_index(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_observation *ret,
                    struct ofs_error *err)
{
    const struct ofs_setting *setting = entry->setting;
    struct ofs_job *job = worker->job;
    struct ofs_observation first = *ret;
    int rc;
    *ret = (struct ofs_observation){0};
    const cJSON *look = index_look(worker, setting->index, setting, ret, &rc, err);
    if (!look)
        return rc;
    const char *link = link_path(look, setting, ret);
    if (!link && !ret->reason && ofs_setting_is_guess(setting, "index") &&
        search_indexes(worker, setting, &link, ret, err))
        return -1;
    if (ret->reason)
        return 0;
    if (!link) {
        judge_unlisted(job, setting, ofs_json_get(job->indexes, setting->index), ret);
        return 0;
    }
    char path[sizeof ret->path]; /* another worker may reload the index while this one waits */
    snprintf(path, sizeof path, "%s", link);
    if (ofs_scenario_is_never(job->scenario, path)) {
        ofs_cannot(ret, "not-found",
                   "its link leads to a page that the scenario forbids to open; look by hand");
        return 0;
    }
    if (setting->page && first.reason &&
        !strcmp(path, first.path[0] ? first.path : setting->page)) {
        *ret = first; /* the index leads to the page just visited */
        return 0;
    }
    const struct ofs_visit there = {
        .path = path, .setting = setting, .times = &entry->result->times};
    if (visit(worker, &there, job->deadline, ret, err))
        return -1;
    if (ret->absent)
        ofs_cannot(ret, "not-found",
                   "the index page lists it, but its page does not show it; look by hand");
    snprintf(ret->path, sizeof ret->path, "%s", path);
    return 0;
}

/* If one page shows nothing of it, the next one may. */
static bool leads_on(const struct ofs_observation *seen)
{
    return seen->absent || seen->missing ||
           (seen->reason &&
            (!strcmp(seen->reason, "load-failed") || !strcmp(seen->reason, "not-ready")));
}

/* The pages that it may be on, in order; the first that shows it counts. It is absent only if all
 * of them were readable. */
static int read_pages(struct ofs_worker *worker, struct ofs_entry *entry,
                      struct ofs_observation *ret, struct ofs_error *err)
{
    const struct ofs_setting *setting = entry->setting;
    struct ofs_job *job = worker->job;
    int n = setting->pages ? cJSON_GetArraySize(setting->pages) : 1;
    struct ofs_observation kept = {0};
    for (int i = 0; i < n; i++) {
        const char *path =
            setting->pages ? cJSON_GetArrayItem(setting->pages, i)->valuestring : setting->page;
        const struct ofs_visit own = {.path = path,
                                      .setting = setting,
                                      .stay = true, /* two settings may share a page */
                                      .times = &entry->result->times};
        if (visit(worker, &own, job->deadline, ret, err))
            return -1;
        if (!leads_on(ret)) {
            snprintf(ret->path, sizeof ret->path, "%s", path);
            return 0;
        }
        bool tells_more = !i || (kept.absent && !ret->absent) || (kept.missing && !ret->missing);
        if (tells_more)
            kept = *ret;
        if (tells_more && !ret->absent && !ret->missing)
            snprintf(kept.path, sizeof kept.path, "%s", path);
    }
    *ret = kept;
    return 0;
}

/* Its own page does not show it. If the list of instances is readable and does not contain this
 * one, it does not belong to the account. */
static int judge_instance(struct ofs_worker *worker, const struct ofs_setting *setting,
                          struct ofs_observation *ret, struct ofs_error *err)
{
    OFS_AUTO_JSON names = NULL;
    struct ofs_observation ignored = {0};
    const cJSON *name;
    bool known = false;
    if (ofs_read_instances(worker->job, worker->page, &names, &ignored, err))
        return -1;
    cJSON_ArrayForEach(name, names)
    {
        known = known || !strcasecmp(name->valuestring, setting->instance);
    }
    ret->not_offered =
        names && cJSON_GetArraySize(names) > 0 && !known && worker->job->scenario->canary;
    return 0;
}

int ofs_read_setting(struct ofs_worker *worker, struct ofs_entry *entry,
                     struct ofs_observation *ret, struct ofs_error *err)
{
    const struct ofs_setting *setting = entry->setting;
    struct ofs_job *job = worker->job;
    *ret = (struct ofs_observation){0};
    if (job->halt && is_halting(setting, job->halt)) {
        ofs_cannot(ret, job->halt, "%s", job->halt_detail);
        return 0;
    }
    if (ofs_setting_is_per_instance(setting)) { /* its name is not known */
        *ret = job->no_instances;
        return 0;
    }
    if (setting->page && read_pages(worker, entry, ret, err))
        return -1;
    if (setting->instance && (ret->absent || ret->missing) && !ret->is_explained)
        return judge_instance(worker, setting, ret, err);
    if (setting->page && !ret->absent && !ret->missing)
        return 0;
    if (ret->is_explained && job->scenario->canary) {
        ret->not_offered = true;
        return 0;
    }
    if (job->halt || !setting->index)
        return 0;
    return by_index(worker, entry, ret, err);
}

int ofs_reread_setting(struct ofs_worker *worker, struct ofs_entry *entry, enum ofs_reread how,
                       ofs_deadline deadline, struct ofs_observation *ret, struct ofs_error *err)
{
    bool is_here = how == OFS_REREAD_HERE;
    /* a press may change what another page shows */
    bool is_fresh = ofs_page_requested_ms(worker->page) > worker->job->pressed_ms;
    const struct ofs_visit where = {.path = entry->seen.path,
                                    .setting = entry->setting,
                                    .stay = is_here && is_fresh,
                                    .as_is = is_here,
                                    .needs_timers = !is_here && !entry->seen.is_answered,
                                    .trust_unmarked = entry->seen.unmarked,
                                    .times = &entry->result->times};
    *ret = (struct ofs_observation){0};
    if (visit(worker, &where, deadline, ret, err))
        return -1;
    /* It must be the control that the check found, located in the same way. */
    if (!ret->reason && ret->located != entry->seen.located)
        ofs_cannot(ret, "ambiguous",
                   "the page has changed since the first read; look at it by hand");
    return 0;
}
