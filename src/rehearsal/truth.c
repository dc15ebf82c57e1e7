#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehearsal/inside.h"

static void note_moment(struct ofs_site *site, struct site_moments *moments, int setting, bool on)
{
    if (moments->n < SITE_LOG)
        moments->at[moments->n++] = (struct site_moment){site_now(site), setting, on};
}

void site_put(struct ofs_site *site, int setting, bool on)
{
    if (site->on[setting] != on)
        note_moment(site, &site->changes, setting, on);
    site->on[setting] = on;
}

void site_note_read(struct ofs_site *site, int setting, bool on)
{
    note_moment(site, &site->reads, setting, on);
}

void site_settle(struct ofs_site *site)
{
    int64_t now = site_now(site);
    for (;;) {
        size_t first = site->n_later;
        for (size_t i = 0; i < site->n_later; i++)
            if (site->later[i].at_ms <= now &&
                (first == site->n_later || site->later[i].at_ms < site->later[first].at_ms))
                first = i;
        if (first == site->n_later)
            return;
        site_put(site, site->later[first].setting, site->later[first].on);
        site->later[first] = site->later[--site->n_later];
    }
}

void site_put_off(struct ofs_site *site, int64_t ms, int setting, bool on)
{
    if (site->n_later < SITE_LATER)
        site->later[site->n_later++] = (struct site_later){site_now(site) + ms, setting, on};
}

void site_reply_json(struct ofs_serve_reply *reply, cJSON *value)
{
    char *text = cJSON_PrintUnformatted(value);
    cJSON_Delete(value);
    reply->content_type = "application/json; charset=utf-8";
    if (text) {
        struct ofs_error ignored;
        ofs_buf_puts(&reply->body, text, &ignored);
    }
    free(text);
}

static cJSON *event_list(const struct site_events *events, const char *name)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < events->n; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, name, events->at[i].what);
        cJSON_AddNumberToObject(o, "at_ms", (double)events->at[i].at_ms);
        cJSON_AddItemToArray(list, o);
    }
    return list;
}

static cJSON *moment_list(const struct site_moments *moments)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < moments->n; i++) {
        const struct site_moment *m = &moments->at[i];
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "id", site_settings[m->setting].id);
        cJSON_AddStringToObject(o, "state", m->on ? "on" : "off");
        cJSON_AddNumberToObject(o, "at_ms", (double)m->at_ms);
        cJSON_AddItemToArray(list, o);
    }
    return list;
}

cJSON *ofs_site_truth(struct ofs_site *site)
{
    site_settle(site);
    cJSON *truth = cJSON_CreateObject();
    if (!truth)
        return NULL;
    cJSON *settings = cJSON_AddObjectToObject(truth, "settings");
    for (int i = 0; i < SITE_SETTINGS; i++)
        cJSON_AddStringToObject(settings, site_settings[i].id, site->on[i] ? "on" : "off");
    cJSON *writes = cJSON_AddArrayToObject(truth, "writes");
    for (size_t i = 0; i < site->n_writes; i++) {
        const struct ofs_site_write *w = &site->writes[i];
        cJSON *o = cJSON_CreateObject();
        ofs_json_add_str(o, "id", w->id);
        cJSON_AddStringToObject(o, "key", w->key);
        cJSON_AddBoolToObject(o, "value", w->value);
        cJSON_AddNumberToObject(o, "status", w->status);
        cJSON_AddNumberToObject(o, "at_ms", (double)w->at_ms);
        cJSON_AddNumberToObject(o, "answered_ms", (double)w->answered_ms);
        cJSON_AddItemToArray(writes, o);
    }
    cJSON_AddItemToObject(truth, "changes", moment_list(&site->changes));
    cJSON_AddItemToObject(truth, "reads", moment_list(&site->reads));
    cJSON_AddNumberToObject(truth, "pending", (double)site->n_later);
    cJSON_AddNumberToObject(truth, "seed", (double)site->seed);
    cJSON_AddItemToObject(truth, "wrong_touches", event_list(&site->wrong, "what"));
    cJSON_AddItemToObject(truth, "pages", event_list(&site->pages, "path"));
    return truth;
}

static void set_truth(struct ofs_site *site, const struct ofs_serve_request *request,
                      struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON wish = ofs_json_parse(request->body, request->body_len, &ignored);
    const cJSON *item = NULL;
    reply->status = cJSON_IsObject(wish) ? 200 : 400;
    if (reply->status == 200)
        cJSON_ArrayForEach(
            item, wish) if (!cJSON_IsString(item) ||
                            !ofs_site_set(site, item->string, !strcmp(item->valuestring, "on")))
            reply->status = 400;
    site_reply_json(reply, ofs_site_truth(site));
}

bool site_answer_control(struct ofs_site *site, const struct ofs_serve_request *request,
                         struct ofs_serve_reply *reply)
{
    if (!strcmp(request->path, "/__truth") && !strcmp(request->method, "GET")) {
        site_reply_json(reply, ofs_site_truth(site));
        return true;
    }
    if (!strcmp(request->path, "/__truth") && !strcmp(request->method, "PUT")) {
        set_truth(site, request, reply);
        return true;
    }
    if (!strcmp(request->path, "/__reset") && !strcmp(request->method, "POST")) {
        ofs_site_reset(site);
        site_reply_json(reply, ofs_site_truth(site));
        return true;
    }
    return false;
}
