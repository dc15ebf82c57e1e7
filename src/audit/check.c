#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "base/json.h"
#include "base/text.h"

/* Reasons that hold for every further page: a good guest does not go on knocking. */
static bool is_halting(const char *reason)
{
    static const char *const words[] = {"signed-out", "checkpoint", "blocked", "wrong-origin"};
    for (size_t i = 0; reason && i < sizeof words / sizeof *words; i++)
        if (!strcmp(reason, words[i]))
            return true;
    return false;
}

static void cannot(struct ofs_observation *o, const char *reason, const char *detail)
{
    o->reason = reason;
    o->state[0] = '\0';
    snprintf(o->detail, sizeof o->detail, "%s", detail);
}

/* Remember AI-sounding switches and links that the scenario does not know, once each. */
static void note_unlisted(struct ofs_job *job, const cJSON *look)
{
    const char *page = ofs_json_str(look, "path", "");
    const cJSON *one, *known;
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

/* What every visit leaves behind, whatever it was for. */
static void note_sight(struct ofs_job *job, const struct ofs_sight *sight)
{
    if (!sight->reason)
        note_unlisted(job, sight->look);
    if (is_halting(sight->reason) && !job->halt) {
        job->halt = sight->reason;
        snprintf(job->halt_detail, sizeof job->halt_detail, "%s", sight->detail);
    }
}

void ofs_take_sight(struct ofs_job *job, const struct ofs_setting *setting, struct ofs_sight *sight,
                    struct ofs_observation *ret)
{
    note_sight(job, sight);
    ofs_observe(setting, sight, ret);
    ofs_sight_clear(sight);
}

static int see(struct ofs_job *job, struct ofs_page *page, const struct ofs_visit *where,
               struct ofs_observation *ret, struct ofs_error *err)
{
    struct ofs_sight sight;
    if (ofs_page_visit(page, where, job->deadline, &sight, err))
        return -1;
    ofs_take_sight(job, where->setting, &sight, ret);
    return 0;
}

/* An index page as it was read in this run; read at most once. NULL with `ret` filled when it
 * cannot be read, or on an error. */
static const cJSON *index_look(struct ofs_job *job, const char *name, struct ofs_observation *ret,
                               int *ret_rc, struct ofs_error *err)
{
    const cJSON *known = ofs_json_get(job->indexes, name);
    struct ofs_sight sight;
    struct ofs_visit where = {
        .path = ofs_json_str(ofs_json_get(job->scenario->indexes, name), "page", "/")};
    *ret_rc = 0;
    if (known)
        return known;
    *ret_rc = ofs_page_visit(job->page, &where, job->deadline, &sight, err);
    if (*ret_rc)
        return NULL;
    note_sight(job, &sight);
    if (sight.reason) {
        cannot(ret, sight.reason, sight.detail);
        ofs_sight_clear(&sight);
        return NULL;
    }
    cJSON_AddItemToObject(job->indexes, name, sight.look);
    sight.look = NULL;
    ofs_sight_clear(&sight);
    return ofs_json_get(job->indexes, name);
}

/* The index is intact when it lists other settings that we know, and hides nothing. */
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
    bool can_tell = setting->page || ofs_words_know_language(setting->labels, lang) ||
                    ofs_words_know_language(setting->rows, lang);
    ret->absent = true;
    if (cJSON_IsTrue(ofs_json_get(ofs_json_get(look, "listed"), setting->id))) {
        cannot(ret, "not-found", "the index names it without a link; open it there by hand");
        return;
    }
    if (!is_intact(look, setting->id)) {
        cannot(ret, "not-found",
               "neither its page nor the index shows it, nor anything else that is known; look for "
               "it by hand");
    } else if (!can_tell) {
        cannot(ret, "not-found", "");
        snprintf(ret->detail, sizeof ret->detail,
                 "the index is in a language (%s) in which its name is not known; look for it by "
                 "hand",
                 lang[0] ? lang : "not told");
    } else if (!job->scenario->canary) {
        cannot(ret, "not-found",
               "the index does not list it, and nothing shows that somebody is signed in; look for "
               "it by hand");
    } else {
        cannot(ret, "not-found", "the index does not list it");
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
    /* Names outrank addresses: an address may be a neighbour's by now. */
    for (int by_text = 1; by_text >= 0 && !count; by_text--) {
        cJSON_ArrayForEach(link, links)
        {
            if ((strcmp(ofs_json_str(link, "by", ""), "text") == 0) != by_text)
                continue;
            if (ofs_json_bool(link, "away", false)) {
                cannot(ret, "wrong-origin",
                       "its link on the index leads to another site; open it by hand");
                return NULL;
            }
            path = ofs_json_str(link, "path", NULL);
            count++;
        }
    }
    if (count <= 1)
        return path;
    cannot(ret, "ambiguous", "");
    snprintf(ret->detail, sizeof ret->detail,
             "%d links of the index answer to its name; open the right one by hand", count);
    return NULL;
}

/* Where only a guess says on which index a setting is listed, the other indexes are asked too
 * before its absence counts. `*ret_path` is NULL when none lists it. */
static int search_indexes(struct ofs_job *job, const struct ofs_setting *setting,
                          const char **ret_path, struct ofs_observation *ret, struct ofs_error *err)
{
    const cJSON *index;
    int rc;
    *ret_path = NULL;
    cJSON_ArrayForEach(index, job->scenario->indexes)
    {
        const cJSON *look = index_look(job, index->string, ret, &rc, err);
        if (!look)
            return rc;
        *ret_path = link_path(look, setting, ret);
        if (*ret_path || ret->reason)
            return 0;
    }
    return 0;
}

static int by_index(struct ofs_job *job, struct ofs_entry *entry, struct ofs_observation *ret,
                    struct ofs_error *err)
{
    const struct ofs_setting *setting = entry->setting;
    struct ofs_observation first = *ret;
    int rc;
    *ret = (struct ofs_observation){0};
    const cJSON *look = index_look(job, setting->index, ret, &rc, err);
    if (!look)
        return rc;
    const char *path = link_path(look, setting, ret);
    if (!path && !ret->reason && ofs_setting_is_guess(setting, "index") &&
        search_indexes(job, setting, &path, ret, err))
        return -1;
    if (ret->reason)
        return 0;
    if (!path) {
        judge_unlisted(job, setting, look, ret);
        return 0;
    }
    if (ofs_scenario_is_never(job->scenario, path)) {
        cannot(ret, "not-found", "its link leads to a page that must not be opened; look by hand");
        return 0;
    }
    if (setting->page && first.reason &&
        !strcmp(path, first.path[0] ? first.path : setting->page)) {
        *ret = first; /* the index leads to where we were */
        return 0;
    }
    if (see(job, job->page, &(struct ofs_visit){.path = path, .setting = setting}, ret, err))
        return -1;
    if (ret->absent)
        cannot(ret, "not-found", "the index lists it, and its page does not show it; look by hand");
    snprintf(ret->path, sizeof ret->path, "%s", path);
    return 0;
}

int ofs_read_setting(struct ofs_job *job, struct ofs_entry *entry, struct ofs_observation *ret,
                     struct ofs_error *err)
{
    const struct ofs_setting *setting = entry->setting;
    if (!entry->was_seen) {
        *ret = (struct ofs_observation){0};
        if (job->halt) {
            cannot(ret, job->halt, job->halt_detail);
            return 0;
        }
        /* Two settings may share a page: it is loaded once. */
        const struct ofs_visit where = {.path = setting->page, .setting = setting, .stay = true};
        if (setting->page && see(job, job->page, &where, ret, err))
            return -1;
    }
    if (setting->page && !ret->absent && !ret->missing) {
        snprintf(ret->path, sizeof ret->path, "%s", setting->page);
        return 0;
    }
    if (job->halt || !setting->index)
        return 0;
    return by_index(job, entry, ret, err);
}

struct ofs_visit ofs_reread_visit(const struct ofs_entry *entry, enum ofs_reread how)
{
    return (struct ofs_visit){.path = entry->seen.path,
                              .setting = entry->setting,
                              .stay = how == OFS_REREAD_HERE,
                              .in_passing = how == OFS_REREAD_RELOADED,
                              .trust_weak = entry->seen.weak};
}

void ofs_compare_shape(const struct ofs_entry *entry, struct ofs_observation *again)
{
    if (!again->reason && again->located != entry->seen.located)
        cannot(again, "ambiguous", "the page has changed its shape since; look at it by hand");
}

int ofs_reread_setting(struct ofs_job *job, struct ofs_page *page, struct ofs_entry *entry,
                       enum ofs_reread how, struct ofs_observation *ret, struct ofs_error *err)
{
    const struct ofs_visit where = ofs_reread_visit(entry, how);
    *ret = (struct ofs_observation){0};
    if (see(job, page, &where, ret, err))
        return -1;
    ofs_compare_shape(entry, ret);
    return 0;
}

const char *ofs_reason_of_error(const struct ofs_error *err)
{
    switch (err->code) {
    case OFS_ERR_INTERRUPTED:
        return "interrupted";
    case OFS_ERR_TIMEOUT:
        return "timed-out";
    default:
        return "browser-lost";
    }
}

void ofs_mark_unread(struct ofs_result *result, const struct ofs_error *err)
{
    result->verdict = OFS_VERDICT_UNKNOWN;
    result->reason = ofs_reason_of_error(err);
    const char *next = err->code == OFS_ERR_TIMEOUT ? "run again with a larger --timeout"
                                                    : "run check to see how it stands";
    snprintf(result->detail, sizeof result->detail, "%.380s; %s", err->text, next);
}
