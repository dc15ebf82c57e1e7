#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehearsal/inside.h"

static const char settings_api[] = SITE_API "settingsApiSettings/";

static const struct {
    enum site_fault fault;
    int status;
    bool kept;
} refusals[] = {
    {SITE_SAVE_REFUSED_403, 403, false},
    {SITE_SAVE_REFUSED_429, 429, false},
    {SITE_SAVE_REFUSED_500, 500, false},
    {SITE_SAVE_KEPT_500, 500, true},
};

static const struct {
    enum site_fault fault;
    enum site_session session;
} turns[] = {
    {SITE_SIGNED_OUT_AFTER_CLICK, SITE_NOT_SIGNED_IN},
    {SITE_CHECKPOINT_AFTER_CLICK, SITE_CHECKED},
    {SITE_BLOCKED_AFTER_CLICK, SITE_BLOCKED},
    {SITE_TOO_FAST_AFTER_CLICK, SITE_TOO_FAST},
};

enum { LATE_MS = 6000, UNDO_MS = 3000, SLUGGISH_MS = 2500, HYDRATION_LATE_MS = 3000 };

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
        site->on[site->later[first].setting] = site->later[first].on;
        site->later[first] = site->later[--site->n_later];
    }
}

static void put_off(struct ofs_site *site, int64_t ms, int setting, bool on)
{
    if (site->n_later < SITE_LATER)
        site->later[site->n_later++] = (struct site_later){site_now(site) + ms, setting, on};
}

static void reply_json(struct ofs_serve_reply *reply, cJSON *value)
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
        cJSON_AddItemToArray(writes, o);
    }
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
    reply_json(reply, ofs_site_truth(site));
}

bool site_answer_control(struct ofs_site *site, const struct ofs_serve_request *request,
                         struct ofs_serve_reply *reply)
{
    if (!strcmp(request->path, "/__truth") && !strcmp(request->method, "GET")) {
        reply_json(reply, ofs_site_truth(site));
        return true;
    }
    if (!strcmp(request->path, "/__truth") && !strcmp(request->method, "PUT")) {
        set_truth(site, request, reply);
        return true;
    }
    if (!strcmp(request->path, "/__reset") && !strcmp(request->method, "POST")) {
        ofs_site_reset(site);
        reply_json(reply, ofs_site_truth(site));
        return true;
    }
    return false;
}

static void read_setting(struct ofs_site *site, int setting, const char *key, bool elsewhere,
                         struct ofs_serve_reply *reply)
{
    const struct site_faults *faults = &site->faults;
    if (site_fault_on(faults, SITE_STATE_ERROR, setting)) {
        reply->status = 500;
        return;
    }
    if (site_fault_on(faults, SITE_STALE_CACHE, setting)) {
        struct ofs_error ignored;
        ofs_buf_puts(&reply->headers, "Cache-Control: max-age=600\r\n", &ignored);
    }
    /* the other site has the same page, and another truth */
    bool on = !elsewhere && (setting < 0 || site->on[setting]);
    if (setting >= 0 && site_fault_on(faults, SITE_INVERTED_WORDING, setting))
        on = !on;
    char urn[128];
    snprintf(urn, sizeof urn, "urn:li:fsd_setting:%.80s", key);
    cJSON *value = cJSON_CreateObject();
    cJSON_AddStringToObject(value, "key", key);
    cJSON_AddBoolToObject(value, "value", on);
    cJSON_AddStringToObject(value, "settingDisplayType", "TOGGLE");
    cJSON_AddStringToObject(value, "entityUrn", urn);
    reply_json(reply, value);
    reply->delay_ms =
        site_fault_on(faults, SITE_LATE_HYDRATION, setting) ? HYDRATION_LATE_MS : site->delay_ms;
}

/* The header has to repeat the cookie, as on the real site: what the page did not send is refused.
 */
static bool has_token(const struct ofs_serve_request *request)
{
    char cookie[96];
    return ofs_serve_cookie(request->cookies, "JSESSIONID", cookie, sizeof cookie) &&
           !strcmp(cookie, "\"" SITE_TOKEN "\"") &&
           !strcmp(ofs_serve_header(request, "csrf-token"), SITE_TOKEN);
}

/* What becomes of a save. Sets the status, and the state now or later. */
static void keep(struct ofs_site *site, int setting, bool on, struct ofs_serve_reply *reply)
{
    const struct site_faults *faults = &site->faults;
    bool was = site->on[setting];
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (!site_fault_on(faults, refusals[i].fault, setting))
            continue;
        reply->status = refusals[i].status;
        if (refusals[i].kept)
            site->on[setting] = on;
        return;
    }
    if (site_fault_on(faults, SITE_SAVE_NEVER, setting)) {
        reply->manner = OFS_SERVE_NEVER;
        return;
    }
    if (site_fault_on(faults, SITE_SAVE_NOT_KEPT, setting) ||
        site_fault_on(faults, SITE_DISABLED_ON, setting) ||
        site_fault_on(faults, SITE_DISABLED_OFF, setting))
        return;
    int64_t after = 0;
    if (site_fault_on(faults, SITE_SECOND_CLICK_REVERTS, setting))
        reply->delay_ms = SLUGGISH_MS;
    if (site_fault_on(faults, SITE_SAVE_LATE, setting)) {
        after = LATE_MS;
        reply->delay_ms = LATE_MS;
        put_off(site, after, setting, on);
    } else {
        site->on[setting] = on;
    }
    if (site_fault_on(faults, SITE_FLIPS_ANOTHER, setting))
        site->on[(setting + 1) % SITE_SETTINGS] = on;
    if (site_fault_on(faults, SITE_SAVE_UNDONE, setting))
        put_off(site, after + UNDO_MS, setting, was);
}

static void write_setting(struct ofs_site *site, int setting, const char *key, bool elsewhere,
                          const struct ofs_serve_request *request, struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON body = ofs_json_parse(request->body, request->body_len, &ignored);
    const cJSON *value = ofs_json_get(body, "value");
    if (!cJSON_IsBool(value) || strcmp(ofs_json_str(body, "key", ""), key) != 0) {
        reply->status = 400;
        return;
    }
    if (!has_token(request)) {
        reply->status = 403;
        return;
    }
    bool on = cJSON_IsTrue(value);
    if (setting < 0 || elsewhere) {
        char what[160];
        snprintf(what, sizeof what, "saved %.80s%s", key, elsewhere ? " at another origin" : "");
        site_note(site, &site->wrong, what);
    } else {
        bool inverted = site_fault_on(&site->faults, SITE_INVERTED_WORDING, setting);
        keep(site, setting, inverted ? !on : on, reply);
    }
    if (site->n_writes < SITE_LOG) {
        struct ofs_site_write *w = &site->writes[site->n_writes++];
        *w = (struct ofs_site_write){
            .id = setting < 0 ? NULL : site_settings[setting].id,
            .value = on,
            .status = reply->manner == OFS_SERVE_NEVER ? 0 : reply->status,
            .at_ms = site_now(site),
        };
        snprintf(w->key, sizeof w->key, "%s", key);
    }
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        if (site_fault_on(&site->faults, turns[i].fault, setting))
            site->session = turns[i].session;
}

void site_answer_api(struct ofs_site *site, const struct ofs_serve_request *request,
                     struct ofs_serve_reply *reply)
{
    const char *rest = request->path;
    reply->content_type = "application/json; charset=utf-8";
    if (!strcmp(rest, SITE_API "ping")) {
        reply_json(reply, cJSON_CreateObject());
        return;
    }
    if (!strcmp(rest, SITE_API "unasked")) {
        site_note(site, &site->wrong, request->body);
        reply->status = 204;
        return;
    }
    if (site->session != SITE_SIGNED_IN) {
        reply->status = site->session == SITE_TOO_FAST ? 429 : 401;
        return;
    }
    size_t n = sizeof settings_api - 1;
    if (strncmp(rest, settings_api, n) != 0 || !rest[n] || strlen(rest + n) >= 64) {
        reply->status = 404;
        return;
    }
    const char *key = rest + n;
    int setting = site_setting_by_key(key);
    bool elsewhere =
        site_fault_on(&site->faults, SITE_WRONG_ORIGIN, setting) && site_is_elsewhere(request);
    if (!strcmp(request->method, "GET"))
        read_setting(site, setting, key, elsewhere, reply);
    else if (!strcmp(request->method, "PUT"))
        write_setting(site, setting, key, elsewhere, request, reply);
    else
        reply->status = 405;
}
