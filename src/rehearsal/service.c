#include "rehearsal/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "rehearsal/service_table.h"
#include "wire/serve.h"

enum {
    MOST_TOUCHES = 256,
    MOST_UNDO = 8,
    USUAL_DELAY = 150,
    LATE_DELAY = 2500,
    UNDONE_AFTER = 1500
};

const struct ofs_service_fault ofs_service_faults[] = {
    {"signed-out", "nobody is signed in"},
    {"late", "the state arrives after some seconds"},
    {"state-error", "the state request gets a 500"},
    {"save-error", "the save request gets a 500"},
    {"save-undone", "the save is answered, and undone 1.5 s later"},
    {"row-missing", "this account has no such setting"},
    {"locked", "the control is disabled"},
    {"forced", "another control forces the state and disables this one"},
    {"toast-dialog", "the message after a save is a dialog"},
    {"notice", "new terms cover the page, with a switch of the same name (claude)"},
    {"tour", "a tour, which is a dialog, appears late and covers the page"},
    {"bot-wall", "a bot check replaces the page"},
    {"other-instance", "the page of one site or blog redirects to that of another"},
    {"signed-out-one", "nobody is signed in at one site or blog"},
    {0}};

struct touch {
    char what[160];
    int64_t at_ms;
};

struct ofs_service {
    struct ofs_server *server;
    const struct service_page *page;
    char scenario[64], origin[64];
    struct ofs_service_row *rows;
    size_t n_rows;
    cJSON *faults; /* a list of names */
    cJSON *states; /* {"ID" or "ID@INSTANCE": word} */
    int64_t delay_ms, started_ms;
    struct touch touches[MOST_TOUCHES];
    size_t n_touches, n_saves;
    struct {
        char id[160], word[64];
        int64_t at;
    } undo[MOST_UNDO]; /* to be restored at that time; 0: none */
};

/* ---- truth ---- */

static bool has_fault(const struct ofs_service *s, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, s->faults) if (!strcmp(one->valuestring, name)) return true;
    return false;
}

static void put(struct ofs_service *s, const char *id, const char *word)
{
    cJSON_DeleteItemFromObjectCaseSensitive(s->states, id);
    cJSON_AddStringToObject(s->states, id, word);
}

static void settle(struct ofs_service *s)
{
    for (size_t i = 0; i < MOST_UNDO; i++)
        if (s->undo[i].at && ofs_now_ms() >= s->undo[i].at) {
            s->undo[i].at = 0;
            put(s, s->undo[i].id, s->undo[i].word);
        }
}

static void note_touch(struct ofs_service *s, const char *verb, const char *what)
{
    if (s->n_touches == MOST_TOUCHES)
        return;
    struct touch *t = &s->touches[s->n_touches++];
    snprintf(t->what, sizeof t->what, "%.16s %.140s", verb, what);
    t->at_ms = ofs_now_ms() - s->started_ms;
}

const char *ofs_service_state(const struct ofs_service *s, const char *id)
{
    settle((struct ofs_service *)s);
    return ofs_json_str(s->states, id, NULL);
}

size_t ofs_service_wrong_touches(const struct ofs_service *s)
{
    return s->n_touches;
}

cJSON *ofs_service_truth(const struct ofs_service *s)
{
    settle((struct ofs_service *)s);
    cJSON *truth = cJSON_CreateObject();
    cJSON_AddItemToObject(truth, "settings", cJSON_Duplicate(s->states, true));
    cJSON *touches = cJSON_AddArrayToObject(truth, "wrong_touches");
    for (size_t i = 0; i < s->n_touches; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "what", s->touches[i].what);
        cJSON_AddNumberToObject(one, "at_ms", (double)s->touches[i].at_ms);
        cJSON_AddItemToArray(touches, one);
    }
    cJSON_AddNumberToObject(truth, "saves", (double)s->n_saves);
    return truth;
}

static void reply_json(struct ofs_serve_reply *reply, cJSON *value)
{
    struct ofs_error ignored;
    OFS_AUTO_STR text = cJSON_PrintUnformatted(value);
    cJSON_Delete(value);
    reply->content_type = "application/json; charset=utf-8";
    if (text)
        ofs_buf_puts(&reply->body, text, &ignored);
}

static void set_truth(struct ofs_service *s, const struct ofs_serve_request *request)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON wish = ofs_json_parse(request->body, request->body_len, &ignored);
    const cJSON *one;
    cJSON_ArrayForEach(one, wish) if (cJSON_IsString(one)) put(s, one->string, one->valuestring);
}

/* ---- the site's own requests ---- */

/* The path against a pattern with "*" for one segment, which is copied. */
static bool path_is(const char *pattern, const char *path, char *ret_segment, size_t size)
{
    ret_segment[0] = '\0';
    while (*pattern && *path) {
        if (*pattern != '*') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t n = strcspn(path, "/");
        if (!n || n >= size)
            return false;
        memcpy(ret_segment, path, n);
        ret_segment[n] = '\0';
        path += n;
        pattern++;
    }
    return !*pattern && !*path;
}

/* The value that a request carries, as text; false if it has none. */
static bool value_of(const struct service_request *row, const struct ofs_serve_request *request,
                     char *ret, size_t size)
{
    struct ofs_error ignored;
    if (row->where == SERVICE_QUERY)
        return ofs_serve_field(request->query, row->field, ret, size);
    if (row->where == SERVICE_FORM)
        return ofs_serve_field(request->body, row->field, ret, size);
    OFS_AUTO_JSON body = ofs_json_parse(request->body, request->body_len, &ignored);
    const cJSON *value = ofs_json_at(body, row->field);
    if (cJSON_IsString(value))
        snprintf(ret, size, "%s", value->valuestring);
    else if (cJSON_IsBool(value))
        snprintf(ret, size, "%s", cJSON_IsTrue(value) ? "true" : "false");
    return cJSON_IsString(value) || cJSON_IsBool(value);
}

static void key_of(char *ret, size_t size, const char *setting, const char *instance)
{
    snprintf(ret, size, "%s%s%s", setting, *instance ? "@" : "", instance);
}

static void save(struct ofs_service *s, const char *key, const char *word,
                 struct ofs_serve_reply *reply)
{
    const char *before = ofs_json_str(s->states, key, NULL);
    s->n_saves++;
    if (has_fault(s, "save-error")) {
        reply->status = 500;
        return;
    }
    size_t i = 0;
    while (i < MOST_UNDO && s->undo[i].at)
        i++;
    if (before && i < MOST_UNDO && has_fault(s, "save-undone")) {
        snprintf(s->undo[i].id, sizeof s->undo[i].id, "%s", key);
        snprintf(s->undo[i].word, sizeof s->undo[i].word, "%s", before);
        s->undo[i].at = ofs_now_ms() + UNDONE_AFTER;
    }
    put(s, key, word);
}

static void answer(const struct ofs_service *s, const struct service_request *row, const char *key,
                   struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    const char *word = ofs_json_str(s->states, key, "");
    if (row->location) {
        reply->status = 302;
        ofs_buf_printf(&reply->headers, &ignored, "Location: %s\r\n", row->location);
        return;
    }
    reply->content_type = "application/json; charset=utf-8";
    ofs_buf_printf(&reply->body, &ignored, "%s%s%s", row->before,
                   !strcmp(word, row->on) ? "true" : "false", row->after);
}

/* One of the service's own requests; false if it is none. */
static bool answer_request(struct ofs_service *s, const struct ofs_serve_request *request,
                           struct ofs_serve_reply *reply)
{
    for (const struct service_request *row = s->page->requests; row->method; row++) {
        char instance[128], key[160], value[64], feature[64];
        if (strcmp(row->method, request->method) ||
            !path_is(row->path, request->path, instance, sizeof instance))
            continue;
        if (row->feature && (!ofs_serve_field(request->query, "feature", feature, sizeof feature) ||
                             strcmp(feature, row->feature)))
            continue;
        key_of(key, sizeof key, row->setting, s->page->instances ? instance : "");
        if (!ofs_json_get(s->states, key))
            continue;
        reply->delay_ms = s->delay_ms;
        bool is_read = row->where == SERVICE_READ;
        if (is_read && has_fault(s, "late"))
            reply->delay_ms = LATE_DELAY;
        if (is_read && has_fault(s, "state-error"))
            reply->status = 500;
        if (!is_read && !value_of(row, request, value, sizeof value))
            continue;
        if (!is_read)
            save(s, key, !strcmp(value, row->on_value) ? row->on : row->off, reply);
        if (reply->status == 200)
            answer(s, row, key, reply);
        return true;
    }
    return false;
}

/* The guessed page's own requests: GET /api/settings?of=, POST /api/settings. */
static bool answer_guessed(struct ofs_service *s, const struct ofs_serve_request *request,
                           struct ofs_serve_reply *reply)
{
    char of[128], key[160];
    struct ofs_error ignored;
    if (strcmp(request->path, "/api/settings"))
        return false;
    reply->delay_ms = has_fault(s, "late") ? LATE_DELAY : s->delay_ms;
    if (!strcmp(request->method, "POST")) {
        OFS_AUTO_JSON body = ofs_json_parse(request->body, request->body_len, &ignored);
        key_of(key, sizeof key, ofs_json_str(body, "id", ""), ofs_json_str(body, "of", ""));
        if (!ofs_json_get(s->states, key))
            return false;
        save(s, key, ofs_json_str(body, "value", ""), reply);
    }
    if (has_fault(s, "state-error") && !strcmp(request->method, "GET"))
        reply->status = 500;
    if (reply->status != 200)
        return true;
    ofs_serve_field(request->query, "of", of, sizeof of);
    cJSON *all = cJSON_CreateObject(), *settings = cJSON_AddObjectToObject(all, "settings");
    for (size_t i = 0; i < s->n_rows; i++) {
        key_of(key, sizeof key, s->rows[i].id, of);
        ofs_json_add_str(settings, s->rows[i].id, ofs_json_str(s->states, key, NULL));
    }
    reply_json(reply, all);
    return true;
}

/* ---- pages ---- */

static bool names_instance(const struct ofs_service *s, const struct ofs_serve_request *request,
                           const char *name)
{
    const char *at = strstr(request->path, name);
    size_t n = strlen(name);
    if (s->page->by_host)
        return !strncmp(request->host, name, n) && request->host[n] == '.';
    return at && at > request->path && at[-1] == '/' && (at[n] == '/' || !at[n]);
}

/* The instance in an address: from a part of its path, or from its host; or "". */
static const char *instance_of(const struct ofs_service *s, const struct ofs_serve_request *request)
{
    for (const char *const *name = s->page->instances; name && *name; name++)
        if (names_instance(s, request, *name))
            return *name;
    return "";
}

/* What the page's script has to know; it cannot contain "</script>". */
static char *page_facts(const struct ofs_service *s, const struct ofs_serve_request *request)
{
    char label[600];
    OFS_AUTO_JSON facts = cJSON_CreateObject();
    const char *instance = instance_of(s, request);
    bool is_index = s->page->index && !strcmp(request->path, s->page->index);
    bool is_bare = is_index || (s->page->by_host && !*instance);
    cJSON_AddItemToObject(facts, "faults", cJSON_Duplicate(s->faults, true));
    cJSON_AddItemToObject(facts, "state", cJSON_Duplicate(s->states, true));
    cJSON_AddStringToObject(facts, "instance", instance);
    cJSON *rows = cJSON_AddArrayToObject(facts, "rows");
    for (size_t i = 0; i < s->n_rows && !is_bare; i++) {
        const char *variable = strstr(s->rows[i].label, "{instance}");
        cJSON *row = cJSON_CreateObject();
        snprintf(label, sizeof label, "%.*s%s%s",
                 variable ? (int)(variable - s->rows[i].label) : (int)strlen(s->rows[i].label),
                 s->rows[i].label, variable ? instance : "", variable ? variable + 10 : "");
        cJSON_AddStringToObject(row, "id", s->rows[i].id);
        cJSON_AddStringToObject(row, "label", label);
        cJSON_AddItemToArray(rows, row);
    }
    cJSON *links = cJSON_AddArrayToObject(facts, "links");
    for (const char *const *name = is_index ? s->page->instances : NULL; name && *name; name++) {
        OFS_AUTO_STR link = ofs_text_printf("%s%s", s->page->link, *name);
        cJSON_AddItemToArray(links, cJSON_CreateString(link ? link : ""));
    }
    return cJSON_PrintUnformatted(facts);
}

static void draw_page(const struct ofs_service *s, const struct ofs_serve_request *request,
                      struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    OFS_AUTO_STR facts = page_facts(s, request);
    if (has_fault(s, "bot-wall")) {
        ofs_buf_printf(&reply->body, &ignored,
                       "<!doctype html><html lang=\"en\"><title>Just a moment...</title>"
                       "<form id=\"challenge-form\"><p>Checking your browser</p></form>");
        return;
    }
    if (s->page->sign_in && !strcmp(request->path, s->page->sign_in)) {
        ofs_buf_printf(&reply->body, &ignored,
                       "<!doctype html><html lang=\"en\"><title>Sign in</title><form><p>Password "
                       "<input type=\"password\" aria-label=\"Password\"></p></form>");
        return;
    }
    ofs_buf_printf(&reply->body, &ignored,
                   "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<title>%s</title><link rel=\"stylesheet\" href=\"/__service.css\"></head><body>"
                   "<script>const replica = %s;</script><script src=\"/__service.js\"></script>"
                   "<script src=\"/__page.js\"></script></body></html>",
                   s->page->title, facts ? facts : "{}");
}

static void serve_file(struct ofs_serve_reply *reply, const char *type, const char *data,
                       size_t len)
{
    struct ofs_error ignored;
    reply->content_type = type;
    ofs_buf_add(&reply->body, data, len, &ignored);
}

static bool is_danger(const struct ofs_service *s, const char *path)
{
    for (const char *const *one = s->page->danger; one && *one; one++)
        if (!strncmp(path, *one, strlen(*one)))
            return true;
    return false;
}

/* Where a client without a session is redirected. */
static bool send_to_sign_in(const struct ofs_service *s, const struct ofs_serve_request *request,
                            struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    bool one = has_fault(s, "signed-out-one") && s->page->instances &&
               names_instance(s, request, s->page->instances[0]);
    if (!(one || has_fault(s, "signed-out")) || !s->page->sign_in ||
        !strcmp(request->path, s->page->sign_in))
        return false;
    reply->status = 302;
    if (s->page->signs_in_elsewhere)
        ofs_buf_printf(&reply->headers, &ignored, "Location: http://localhost:%d%s\r\n",
                       ofs_server_port(s->server), s->page->sign_in);
    else
        ofs_buf_printf(&reply->headers, &ignored, "Location: %s\r\n", s->page->sign_in);
    return true;
}

/* From the first instance's page to the second one's. */
static bool send_to_other(const struct ofs_service *s, const struct ofs_serve_request *request,
                          struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    const char *const *names = s->page->instances;
    bool is_first = names && names_instance(s, request, names[0]);
    if (!is_first || !has_fault(s, "other-instance"))
        return false;
    const char *all = s->page->by_host ? request->host : request->path;
    const char *at = strstr(all, names[0]);
    reply->status = 302;
    ofs_buf_printf(&reply->headers, &ignored, "Location: %s%.*s%s%s%s\r\n",
                   s->page->by_host ? "http://" : "", (int)(at - all), all, names[1],
                   at + strlen(names[0]), s->page->by_host ? request->path : "");
    return true;
}

static bool serve_own(struct ofs_service *s, const struct ofs_serve_request *request,
                      struct ofs_serve_reply *reply)
{
    char what[160];
    if (!strcmp(request->path, "/__truth")) {
        if (!strcmp(request->method, "PUT"))
            set_truth(s, request);
        reply_json(reply, ofs_service_truth(s));
    } else if (!strcmp(request->path, "/__touch")) {
        ofs_serve_field(request->query, "what", what, sizeof what);
        note_touch(s, "pressed", what);
    } else if (!strcmp(request->path, "/__service.js")) {
        serve_file(reply, "text/javascript; charset=utf-8", service_script, service_script_size);
    } else if (!strcmp(request->path, "/__service.css")) {
        serve_file(reply, "text/css; charset=utf-8", service_style, service_style_size);
    } else if (!strcmp(request->path, "/__page.js")) {
        serve_file(reply, "text/javascript; charset=utf-8", s->page->script, s->page->script_size);
    } else {
        return false;
    }
    return true;
}

static void handle(void *user, const struct ofs_serve_request *request,
                   struct ofs_serve_reply *reply)
{
    struct ofs_service *s = user;
    settle(s);
    if (serve_own(s, request, reply) || answer_request(s, request, reply) ||
        answer_guessed(s, request, reply))
        return;
    if (strcmp(request->method, "GET") && strcmp(request->method, "HEAD")) {
        note_touch(s, request->method, request->path);
        reply->status = 404;
        return;
    }
    if (!strcmp(request->path, "/favicon.ico")) {
        reply->status = 404;
        return;
    }
    if (is_danger(s, request->path))
        note_touch(s, "opened", request->path);
    if (!send_to_sign_in(s, request, reply) && !send_to_other(s, request, reply))
        draw_page(s, request, reply);
}

/* ---- life ---- */

static int take_faults(struct ofs_service *s, const char *faults, struct ofs_error *err)
{
    OFS_AUTO_STR list = strdup(faults ? faults : "");
    char *rest = NULL;
    for (char *name = list ? strtok_r(list, ",", &rest) : NULL; name;
         name = strtok_r(NULL, ",", &rest)) {
        const char *names[32];
        size_t n = 0;
        for (const struct ofs_service_fault *f = ofs_service_faults; f->name; f++)
            names[n++] = f->name;
        names[n] = NULL;
        for (n = 0; names[n] && strcmp(names[n], name); n++)
            ;
        if (!names[n]) {
            const char *near = ofs_text_closest(name, names);
            ofs_fail(err, OFS_ERR_USAGE, "this replica has no fault '%s'", name);
            return near ? ofs_hint(err, "did you mean '%s'?", near) : -1;
        }
        cJSON_AddItemToArray(s->faults, cJSON_CreateString(name));
    }
    return 0;
}

static void put_initial(struct ofs_service *s, const char *setting, const char *word)
{
    char key[160];
    const char *const *name = s->page->instances;
    if (!name)
        put(s, setting, word);
    for (; name && *name; name++) {
        key_of(key, sizeof key, setting, *name);
        put(s, key, word);
    }
}

struct ofs_service *ofs_service_new(struct ofs_loop *loop, const char *scenario,
                                    const struct ofs_service_options *options,
                                    struct ofs_error *err)
{
    struct ofs_service *s = calloc(1, sizeof *s);
    if (!s) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    s->page = service_page_of(scenario);
    s->faults = cJSON_CreateArray();
    s->states = cJSON_CreateObject();
    s->delay_ms = options->delay_ms < 0 ? 0 : options->delay_ms ? options->delay_ms : USUAL_DELAY;
    s->started_ms = ofs_now_ms();
    snprintf(s->scenario, sizeof s->scenario, "%s", scenario);
    s->rows = calloc(options->n_rows + 1, sizeof *s->rows);
    for (size_t i = 0; s->rows && i < options->n_rows; i++) {
        s->rows[s->n_rows++] = options->rows[i];
        put_initial(s, options->rows[i].id, options->rows[i].initial);
    }
    const struct ofs_serve_options serve = {.port = options->port, .handler = handle, .user = s};
    if (!s->rows || take_faults(s, options->faults, err)) {
        ofs_service_free(s);
        return NULL;
    }
    /* a control that another one forces has that state at the site, too */
    if (s->page->setting)
        put_initial(s, s->page->setting, has_fault(s, "forced") ? "on" : s->page->initial);
    if (!(s->server = ofs_server_new(loop, &serve, err))) {
        ofs_service_free(s);
        return NULL;
    }
    snprintf(s->origin, sizeof s->origin, "http://127.0.0.1:%d", ofs_server_port(s->server));
    return s;
}

void ofs_service_free(struct ofs_service *s)
{
    if (!s)
        return;
    ofs_server_free(s->server);
    cJSON_Delete(s->faults);
    cJSON_Delete(s->states);
    free(s->rows);
    free(s);
}

const char *ofs_service_origin(const struct ofs_service *s)
{
    return s->origin;
}

bool ofs_service_is_faithful(const char *scenario)
{
    return service_page_of(scenario)->setting != NULL;
}

const char *const *ofs_service_instances(const char *scenario)
{
    return service_page_of(scenario)->instances;
}
