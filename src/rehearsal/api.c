/* The requests of the pages' scripts: states, saves, and dangerous controls. */
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

/* Saves with response 200 that are dropped. */
static const enum site_fault drops[] = {
    SITE_SAVE_NOT_KEPT, SITE_FRESH_CONTRADICTS, SITE_DISABLED_ON,    SITE_STATE_LOST,
    SITE_DISABLED_OFF,  SITE_DISABLED_SILENT,   SITE_LOCKED_BY_DATA,
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

static const struct {
    enum site_fault fault;
    int status;
} state_refusals[] = {{SITE_STATE_ERROR, 500},
                      {SITE_STATE_REFUSED_403, 403},
                      {SITE_STATE_REFUSED_404, 404},
                      {SITE_STATE_EMPTY, 204}};

/* Responses with status 200 that contain no state. */
static const struct {
    enum site_fault fault;
    const char *content_type;
    const char *headers;
    const char *body;
    size_t size; /* 0: the length of the text */
} state_excuses[] = {
    {SITE_STATE_HTML, "text/html; charset=utf-8", "",
     "<!DOCTYPE html><html><head><title>Sorry</title></head><body>Try later</body></html>", 0},
    {SITE_STATE_ERRORS, "application/json; charset=utf-8", "",
     "{\"data\":null,\"errors\":[{\"message\":\"upstream timed out\"}]}", 0},
    /* one stored block of 60 bytes (RFC 1951, 3.2.4), of which 20 are there */
    {SITE_STATE_SQUEEZED, "application/json; charset=utf-8", "Content-Encoding: gzip\r\n",
     "\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x3c\0\xc3\xff{\"key\":\"some-setting\"", 35},
};

enum {
    SLOW_MS = 2000,
    LATE_MS = 6000,
    UNDO_MS = 3000,
    SLUGGISH_MS = 2500,
    HYDRATION_LATE_MS = 3000
};

bool site_is_inverted(const struct ofs_site *site, int setting)
{
    return setting >= 0 && (site_fault_on(&site->faults, SITE_INVERTED_WORDING, setting) ||
                            site_fault_on(&site->faults, SITE_HEADING_VOUCHES, setting));
}

/* ---- states ---- */

/* The answer to a page; `tab` is the page's own id. */
static bool told_state(struct ofs_site *site, int setting, bool elsewhere, const char *tab)
{
    if (elsewhere || setting < 0)
        return !elsewhere; /* the other site has the same page, and another truth */
    bool on = site->on[setting];
    if (site_fault_on(&site->faults, SITE_FRESH_CONTRADICTS, setting) && *tab &&
        !strcmp(tab, site->pressed_tab))
        on = site->pressed_on;
    site_note_read(site, setting, on);
    return on != site_is_inverted(site, setting);
}

static cJSON *new_state(const struct ofs_site *site, int setting, const char *key, bool on)
{
    char urn[128];
    snprintf(urn, sizeof urn, "urn:li:fsd_setting:%.80s", key);
    cJSON *value = cJSON_CreateObject();
    if (site_fault_on(&site->faults, SITE_WAY_STATE_VALUES, setting)) {
        cJSON_AddBoolToObject(cJSON_AddObjectToObject(value, "training"), "optOut", !on);
        return value;
    }
    cJSON_AddStringToObject(value, "key", key);
    cJSON_AddBoolToObject(value, "value", on);
    cJSON_AddStringToObject(value, "settingDisplayType", "TOGGLE");
    cJSON_AddStringToObject(value, "entityUrn", urn);
    if (site_fault_on(&site->faults, SITE_LOCKED_BY_DATA, setting)) {
        cJSON_AddBoolToObject(value, "locked", true);
        cJSON_AddStringToObject(value, "lockedBy", "ORGANIZATION");
    }
    return value;
}

/* The state, or its replacement by a fault; `*ret_value` is NULL if it is refused. */
static void read_setting(struct ofs_site *site, const char *key, bool elsewhere, const char *tab,
                         struct ofs_serve_reply *reply, cJSON **ret_value)
{
    const struct site_faults *faults = &site->faults;
    int setting = site_setting_by_key(key);
    bool late = site_fault_on(faults, SITE_LATE_HYDRATION, setting);
    *ret_value = NULL;
    reply->delay_ms =
        site_delay(site, setting, SITE_DELAY_STATE, late ? HYDRATION_LATE_MS : site->delay_ms);
    for (size_t i = 0; i < sizeof state_refusals / sizeof *state_refusals; i++) {
        if (!site_fault_on(faults, state_refusals[i].fault, setting))
            continue;
        reply->status = state_refusals[i].status;
        return;
    }
    if (site_fault_on(faults, SITE_STATE_LOST, setting) && site->n_writes) {
        reply->status = 500;
        return;
    }
    for (size_t i = 0; i < sizeof state_excuses / sizeof *state_excuses; i++) {
        struct ofs_error ignored;
        const char *body = state_excuses[i].body;
        if (!site_fault_on(faults, state_excuses[i].fault, setting))
            continue;
        reply->content_type = state_excuses[i].content_type;
        ofs_buf_puts(&reply->headers, state_excuses[i].headers, &ignored);
        ofs_buf_add(&reply->body, body,
                    state_excuses[i].size ? state_excuses[i].size : strlen(body), &ignored);
        return;
    }
    if (site_fault_on(faults, SITE_STATE_TO_LOGIN, setting)) {
        struct ofs_error ignored;
        reply->status = 302;
        ofs_buf_puts(&reply->headers, "Location: /login\r\n", &ignored);
        return;
    }
    if (site_fault_on(faults, SITE_STALE_CACHE, setting)) {
        struct ofs_error ignored;
        ofs_buf_puts(&reply->headers, "Cache-Control: max-age=600\r\n", &ignored);
    }
    if (site_fault_on(faults, SITE_STATE_CUT, setting))
        reply->manner = OFS_SERVE_CUT; /* in the middle */
    *ret_value = new_state(site, setting, key, told_state(site, setting, elsewhere, tab));
}

/* GET of one key; with "as=events" as a server-sent event. */
static void answer_state(struct ofs_site *site, const char *key, bool elsewhere,
                         const struct ofs_serve_request *request, struct ofs_serve_reply *reply)
{
    char tab[32], as[16];
    cJSON *value;
    struct ofs_error ignored;
    ofs_serve_field(request->query, "tab", tab, sizeof tab);
    ofs_serve_field(request->query, "as", as, sizeof as);
    read_setting(site, key, elsewhere, tab, reply, &value);
    if (!value)
        return;
    if (!strcmp(as, "events"))
        ofs_buf_puts(&reply->body, "data: ", &ignored);
    site_reply_json(reply, value);
    if (!strcmp(as, "events")) {
        ofs_buf_puts(&reply->body, "\n\n", &ignored);
        reply->content_type = "text/event-stream";
    }
}

/* POST {"key"}. */
static void answer_post(struct ofs_site *site, const cJSON *body, struct ofs_serve_reply *reply)
{
    cJSON *value;
    read_setting(site, ofs_json_str(body, "key", ""), false, "", reply, &value);
    if (value)
        site_reply_json(reply, value);
}

/* POST {"operation","variables"}: all requests go to this one address. */
static void answer_graphql(struct ofs_site *site, const cJSON *body, struct ofs_serve_reply *reply)
{
    const char *operation = ofs_json_str(body, "operation", "");
    cJSON *answer = cJSON_CreateObject(), *data = cJSON_AddObjectToObject(answer, "data");
    cJSON *value = NULL;
    if (!strcmp(operation, "Setting")) {
        read_setting(site, ofs_json_str(body, "variables/key", ""), false, "", reply, &value);
        if (!value) {
            cJSON_Delete(answer);
            return;
        }
        cJSON_AddItemToObject(data, "setting", value);
    } else if (!strcmp(operation, "Viewer")) {
        cJSON_AddStringToObject(data, "viewer", "A. P.");
    } else {
        cJSON_AddArrayToObject(data, "features");
    }
    site_reply_json(reply, answer);
}

/* ---- saves ---- */

/* The header has to repeat the cookie, as on the real site: a request that the page did not send is
 * refused. */
static bool has_token(const struct ofs_serve_request *request)
{
    char cookie[96];
    return ofs_serve_cookie(request->cookies, "JSESSIONID", cookie, sizeof cookie) &&
           !strcmp(cookie, "\"" SITE_TOKEN "\"") &&
           !strcmp(ofs_serve_header(request, "csrf-token"), SITE_TOKEN);
}

static bool is_dropped(const struct ofs_site *site, int setting)
{
    for (size_t i = 0; i < sizeof drops / sizeof *drops; i++)
        if (site_fault_on(&site->faults, drops[i], setting))
            return true;
    return false;
}

/* The effect of a save. Sets the status, and the state now or later. */
static void keep(struct ofs_site *site, int setting, bool on, struct ofs_serve_reply *reply)
{
    const struct site_faults *faults = &site->faults;
    bool was = site->on[setting], sluggish, late;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (!site_fault_on(faults, refusals[i].fault, setting))
            continue;
        reply->status = refusals[i].status;
        if (refusals[i].kept)
            site_put(site, setting, on);
        return;
    }
    if (site_fault_on(faults, SITE_SAVE_NEVER, setting)) {
        reply->manner = OFS_SERVE_NEVER;
        return;
    }
    if (is_dropped(site, setting))
        return;
    int64_t after = 0;
    sluggish = site_fault_on(faults, SITE_SECOND_CLICK_REVERTS, setting);
    late = site_fault_on(faults, SITE_SAVE_LATE, setting);
    reply->delay_ms = site_delay(site, setting, SITE_DELAY_SAVE, sluggish ? SLUGGISH_MS : 0);
    if (late) {
        after = site_delay(site, setting, SITE_DELAY_KEEP, LATE_MS);
        reply->delay_ms = after;
        site_put_off(site, after, setting, on);
    } else {
        site_put(site, setting, on);
    }
    if (site_fault_on(faults, SITE_FLIPS_ANOTHER, setting))
        site_put(site, (setting + 1) % SITE_SETTINGS, on);
    if (site_fault_on(faults, SITE_SAVE_UNDONE, setting))
        site_put_off(site, after + site_delay(site, setting, SITE_DELAY_UNDO, UNDO_MS), setting,
                     was);
}

static void note_write(struct ofs_site *site, int setting, const char *key, bool on,
                       const struct ofs_serve_reply *reply)
{
    if (site->n_writes == SITE_LOG)
        return;
    struct ofs_site_write *w = &site->writes[site->n_writes++];
    *w = (struct ofs_site_write){
        .id = setting < 0 ? NULL : site_settings[setting].id,
        .value = on,
        .status = reply->manner == OFS_SERVE_NEVER ? 0 : reply->status,
        .at_ms = site_now(site),
        .answered_ms = site_now(site) + reply->delay_ms,
    };
    snprintf(w->key, sizeof w->key, "%s", key);
}

static void write_setting(struct ofs_site *site, const char *key, bool elsewhere,
                          const struct ofs_serve_request *request, struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON body = ofs_json_parse(request->body, request->body_len, &ignored);
    const cJSON *value = ofs_json_get(body, "value");
    int setting = site_setting_by_key(key);
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
        keep(site, setting, on != site_is_inverted(site, setting), reply);
        snprintf(site->pressed_tab, sizeof site->pressed_tab, "%s", ofs_json_str(body, "tab", ""));
        site->pressed_on = on;
    }
    note_write(site, setting, key, on, reply);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        if (site_fault_on(&site->faults, turns[i].fault, setting))
            site->session = turns[i].session;
}

void site_answer_api(struct ofs_site *site, const struct ofs_serve_request *request,
                     struct ofs_serve_reply *reply)
{
    static const size_t n = sizeof settings_api - 1;
    const char *rest = request->path;
    bool posted = !strcmp(request->method, "POST");
    struct ofs_error ignored;
    reply->content_type = "application/json; charset=utf-8";
    if (!strcmp(rest, SITE_API "ping")) {
        site_reply_json(reply, cJSON_CreateObject());
        return;
    }
    if (!strcmp(rest, SITE_API "refused")) {
        reply->status = 403;
        return;
    }
    if (!strcmp(rest, SITE_API "slow")) { /* a picture or a script, and neither contains a state */
        reply->content_type = "text/plain";
        reply->delay_ms = SLOW_MS;
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
    if (posted && (!strcmp(rest, SITE_API "states") || !strcmp(rest, SITE_API "graphql"))) {
        OFS_AUTO_JSON body = ofs_json_parse(request->body, request->body_len, &ignored);
        if (!strcmp(rest, SITE_API "states"))
            answer_post(site, body, reply);
        else
            answer_graphql(site, body, reply);
        return;
    }
    if (strncmp(rest, settings_api, n) != 0 || !rest[n] || strlen(rest + n) >= 64) {
        reply->status = 404;
        return;
    }
    const char *key = rest + n;
    int setting = site_setting_by_key(key);
    bool elsewhere =
        site_fault_on(&site->faults, SITE_WRONG_ORIGIN, setting) && site_is_elsewhere(request);
    if (!strcmp(request->method, "GET"))
        answer_state(site, key, elsewhere, request, reply);
    else if (!strcmp(request->method, "PUT"))
        write_setting(site, key, elsewhere, request, reply);
    else
        reply->status = 405;
}
