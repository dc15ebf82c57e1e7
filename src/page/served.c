#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "page/internal.h"

/* What the site itself says about a setting: in its responses, and in the data that are embedded in
 * its document. The key that names the control also names the value. */

enum {
    MOST_DEPTH = 64,    /* of nested data */
    MOST_OBJECT = 8192, /* bytes of an embedded object around a key */
    MOST_ANSWERS = 60,  /* read in one call */
};

/* A state that was found; two different ones count as none. */
struct found {
    char state[64];
    bool any, conflict;
};

static void take(struct found *f, const char *state)
{
    if (!state || !state[0])
        return;
    f->conflict = f->conflict || (f->any && strcmp(f->state, state));
    f->any = true;
    snprintf(f->state, sizeof f->state, "%s", state);
}

static const struct {
    const char *word, *state;
} words[] = {
    {"true", "on"},         {"on", "on"},         {"1", "on"},
    {"yes", "on"},          {"enabled", "on"},    {"active", "on"},
    {"checked", "on"},      {"allowed", "on"},    {"opted_in", "on"},
    {"optedin", "on"},      {"opt_in", "on"},     {"false", "off"},
    {"off", "off"},         {"0", "off"},         {"no", "off"},
    {"disabled", "off"},    {"inactive", "off"},  {"unchecked", "off"},
    {"not_allowed", "off"}, {"opted_out", "off"}, {"optedout", "off"},
    {"opt_out", "off"},
};

static const char *state_of_word(const char *word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(words[i].word, word))
            return words[i].state;
    return word;
}

static const char *state_of_scalar(const cJSON *value)
{
    if (cJSON_IsBool(value))
        return cJSON_IsTrue(value) ? "on" : "off";
    if (cJSON_IsNumber(value))
        return value->valuedouble == 0 ? "off" : value->valuedouble == 1 ? "on" : NULL;
    return cJSON_IsString(value) ? state_of_word(value->valuestring) : NULL;
}

/* The member of an object that holds a setting's value. */
static const char *state_of_object(const cJSON *object)
{
    static const char *const names[] = {
        "value",        "enabled", "isEnabled", "checked",  "selected", "on",           "isOn",
        "settingValue", "state",   "active",    "isActive", "allowed",  "currentValue", "choice"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *state = state_of_scalar(ofs_json_get(object, names[i]));
        if (state)
            return state;
    }
    return NULL;
}

static const char *state_of_value(const cJSON *value)
{
    return cJSON_IsObject(value) ? state_of_object(value) : state_of_scalar(value);
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Does the text name the key, as a word of its own? */
static const char *find_key(const char *text, const char *key)
{
    size_t n = strlen(key);
    for (const char *at = strstr(text, key); at; at = strstr(at + 1, key))
        if ((at == text || !is_word_char(at[-1])) && !is_word_char(at[n]))
            return at;
    return NULL;
}

/* An object with a member that names the setting. */
static bool is_about(const cJSON *object, const char *key)
{
    static const char *const names[] = {"key",       "id",          "name",    "settingKey",
                                        "settingId", "settingName", "setting", "entityUrn"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const cJSON *name = ofs_json_get(object, names[i]);
        if (cJSON_IsString(name) && find_key(name->valuestring, key))
            return true;
    }
    return false;
}

static void search_data(const cJSON *value, const char *key, int depth, struct found *f)
{
    const cJSON *child;
    if (depth > MOST_DEPTH || !(cJSON_IsObject(value) || cJSON_IsArray(value)))
        return;
    if (cJSON_IsObject(value) && is_about(value, key))
        take(f, state_of_object(value));
    cJSON_ArrayForEach(child, value)
    {
        if (child->string && !strcmp(child->string, key))
            take(f, state_of_value(child));
        search_data(child, key, depth + 1, f);
    }
}

/* ---- data that are embedded in a document ---- */

/* A copy without the escapes of attributes and of strings inside scripts, so that the data can be
 * parsed. */
static char *unescape(const char *text)
{
    static const struct {
        const char *escape, *plain;
    } escapes[] = {
        {"&quot;", "\""}, {"&#34;", "\""}, {"&#x22;", "\""},  {"&amp;", "&"},
        {"&#39;", "'"},   {"\\\"", "\""},  {"\\u0022", "\""},
    };
    char *copy = malloc(strlen(text) + 1), *to = copy;
    while (copy && *text) {
        const char *plain = NULL;
        size_t n = 0;
        for (size_t i = 0;
             (*text == '&' || *text == '\\') && !plain && i < sizeof escapes / sizeof *escapes;
             i++) {
            n = strlen(escapes[i].escape);
            if (!strncmp(text, escapes[i].escape, n))
                plain = escapes[i].plain;
        }
        *to++ = plain ? *plain : *text;
        text += plain ? n : 1;
    }
    if (copy)
        *to = '\0';
    return copy;
}

/* The end of the object that begins here, or NULL. */
static const char *object_end(const char *text)
{
    int depth = 0;
    bool quoted = false;
    for (const char *p = text; *p && p - text < MOST_OBJECT; p++) {
        if (quoted && *p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted && *p == '{')
            depth++;
        else if (!quoted && *p == '}' && --depth == 0)
            return p + 1;
    }
    return NULL;
}

static cJSON *parse_object(const char *begin)
{
    const char *end = object_end(begin);
    return end ? cJSON_ParseWithLength(begin, (size_t)(end - begin)) : NULL;
}

/* KEY": VALUE */
static bool take_member(const char *after, struct found *f)
{
    if (*after != '"')
        return false;
    after += 1 + strspn(after + 1, " \t\r\n");
    if (*after != ':')
        return false;
    after += 1 + strspn(after + 1, " \t\r\n");
    if (*after == '{') {
        OFS_AUTO_JSON object = parse_object(after);
        take(f, state_of_object(object));
        return true;
    }
    char word[64];
    bool quoted = *after == '"';
    after += quoted;
    size_t n = strcspn(after, quoted ? "\"" : ",}] \t\r\n;<");
    if (n == 0 || n >= sizeof word || !strncmp(after, "null", 4))
        return true;
    memcpy(word, after, n);
    word[n] = '\0';
    take(f, state_of_word(word));
    return true;
}

/* { …, "key": "KEY", "value": … }: the object around it. */
static void take_around(const char *text, const char *at, const char *key, struct found *f)
{
    int tries = 0;
    for (const char *p = at; p > text && at - p < MOST_OBJECT && tries < 4; p--) {
        if (*p != '{')
            continue;
        tries++;
        OFS_AUTO_JSON object = parse_object(p);
        if (!object)
            continue;
        if (is_about(object, key))
            take(f, state_of_object(object));
        return;
    }
}

/* One of several choices: if it is checked, it is the chosen one. */
static bool is_radio(const char *tag)
{
    return find_key(tag, "radio") || find_key(tag, "menuitemradio");
}

/* value="1" in a tag. */
static bool has_value_on(const char *tag)
{
    const char *value = strstr(tag, " value=");
    char word[64] = "";
    if (!value)
        return false;
    value += 7;
    bool quoted = *value == '"' || *value == '\'';
    char ends[] = {quoted ? *value : ' ', quoted ? '\0' : '/', '\0'};
    value += quoted;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(value, ends), value);
    return !strcmp(state_of_word(word), "on");
}

/* <input id="KEY" checked>: the site has set an attribute that says on. If it is missing, or says
 * off, the switch may be empty and wait for its state: that proves nothing. */
static bool take_tag(const char *text, const char *at, struct found *f)
{
    const char *begin = at, *end = at + strcspn(at, "<>");
    while (begin > text && *begin != '<' && *begin != '>')
        begin--;
    if (*begin != '<' || *end != '>')
        return false;
    char tag[1024];
    size_t n = (size_t)(end - begin);
    if (n >= sizeof tag)
        return true;
    memcpy(tag, begin, n);
    tag[n] = '\0';
    const char *checked = strstr(tag, " checked");
    bool has_checked = checked && strchr(" =/", checked[8] ? checked[8] : ' ');
    bool says_on = has_checked || strstr(tag, "aria-checked=\"true\"");
    if (says_on && (!is_radio(tag) || has_value_on(tag)))
        take(f, "on");
    return true;
}

static void search_text(const char *source, const char *key, struct found *f)
{
    char *text = unescape(source);
    size_t n = strlen(key);
    for (const char *at = text ? find_key(text, key) : NULL; at; at = find_key(at + n, key)) {
        bool quoted = at > text && at[-1] == '"';
        if (take_tag(text, at, f) || (quoted && take_member(at + n, f)))
            continue;
        take_around(text, at, key, f);
    }
    free(text);
}

static void finish(const struct found *f, char *ret_state, size_t size)
{
    snprintf(ret_state, size, "%s", f->conflict ? "" : f->state);
}

static bool is_data(const char *text)
{
    text += strspn(text, " \t\r\n");
    return *text == '{' || *text == '[' || *text == '"' || !strncmp(text, "true", 4) ||
           !strncmp(text, "false", 5);
}

void ofs_served_state(const char *text, const char *key, bool named, char *ret_state, size_t size)
{
    struct found f = {0};
    OFS_AUTO_JSON data = is_data(text) ? cJSON_Parse(text) : NULL;
    if (data) {
        search_data(data, key, 0, &f);
        if (!f.any && named)
            take(&f, state_of_value(data));
    } else {
        search_text(text, key, &f);
    }
    finish(&f, ret_state, size);
}

/* The meaning that the scenario gives to the value. */
static const char *meant_by(const cJSON *value, const cJSON *values)
{
    OFS_AUTO_STR printed = cJSON_IsString(value) ? strdup(value->valuestring)
                           : value               ? cJSON_PrintUnformatted(value)
                                                 : NULL;
    return printed && values ? ofs_json_str(values, printed, NULL) : NULL;
}

void ofs_served_field(const char *text, const char *field, const cJSON *values, char *ret_state,
                      size_t size)
{
    struct found f = {0};
    OFS_AUTO_JSON data = cJSON_Parse(text);
    const cJSON *value = ofs_json_at(data, field);
    const char *meant = meant_by(value, values);
    take(&f, values ? meant : state_of_value(value));
    finish(&f, ret_state, size);
}

/* ---- responses that are not proper ones ---- */

static bool says_no(const cJSON *value)
{
    static const char *const noes[] = {"error", "fail", "failed", "failure"};
    if (!cJSON_IsString(value))
        return cJSON_IsFalse(value);
    for (size_t i = 0; i < sizeof noes / sizeof *noes; i++)
        if (!strcasecmp(value->valuestring, noes[i]))
            return true;
    return false;
}

/* {"errors": [...]}, {"error": ...}, {"success": false}, {"status": "error"} */
static bool tells_error(const cJSON *data)
{
    const cJSON *error = ofs_json_get(data, "error");
    bool has_error = cJSON_IsObject(error) || cJSON_IsTrue(error) ||
                     (cJSON_IsString(error) && error->valuestring[0]) ||
                     (cJSON_IsNumber(error) && error->valuedouble != 0);
    return has_error || cJSON_GetArraySize(ofs_json_get(data, "errors")) > 0 ||
           says_no(ofs_json_get(data, "success")) || says_no(ofs_json_get(data, "ok")) ||
           (cJSON_IsString(ofs_json_get(data, "status")) && says_no(ofs_json_get(data, "status")));
}

bool ofs_is_excuse(const char *text)
{
    text += strspn(text, "\xef\xbb\xbf \t\r\n");
    if (!strncasecmp(text, "<!doctype html", 14) || !strncasecmp(text, "<html", 5))
        return true;
    if (*text != '{' && *text != '[')
        return false;
    OFS_AUTO_JSON data = cJSON_Parse(text);
    const cJSON *one;
    if (!data)
        return true;
    if (cJSON_IsObject(data))
        return tells_error(data);
    cJSON_ArrayForEach(one, data)
    {
        if (cJSON_IsObject(one) && tells_error(one))
            return true;
    }
    return false;
}

/* ---- reading responses ---- */

/* The state in this response; "" if it does not name the setting. */
static void state_in_answer(struct ofs_page *page, const struct ofs_progress *p,
                            const struct ofs_request *r, const char *text, ofs_deadline deadline,
                            char *ret_state, size_t size)
{
    const struct ofs_setting *setting = p->visit.setting;
    const char *field = ofs_json_str(setting->state, "field", NULL);
    *ret_state = '\0';
    if (field && ofs_request_is(page, r, setting->state, deadline))
        ofs_served_field(text, field, ofs_json_get(setting->state, "values"), ret_state, size);
    if (!*ret_state && setting->key)
        ofs_served_state(text, setting->key,
                         r->kind == OFS_REQUEST_DATA && find_key(r->url, setting->key), ret_state,
                         size);
}

static bool is_to_be_asked(const struct ofs_request *r)
{
    bool reads = !ofs_is_save_method(r->method) || !strcmp(r->method, "POST");
    return reads && r->ended && !r->failed && !r->left && r->status >= 200 && r->status < 300;
}

/* Can this response hold evidence? Scripts and documents can if the browser does not report every
 * channel that a page may listen to. */
static bool is_of_use(const struct ofs_page *page, const struct ofs_request *r, bool names)
{
    if (r->kind == OFS_REQUEST_DATA)
        return true;
    bool hides = page->tab->sees.requests && !page->tab->sees.channels;
    return hides || (names && r->kind != OFS_REQUEST_SCRIPT);
}

/* The response may also be a script. */
static void note_words(struct ofs_progress *p, const char *text)
{
    static const char *const hiding[] = {"SharedWorker", "WebTransport", "AbortSignal.timeout",
                                         "postTask"};
    for (size_t i = 0; i < sizeof hiding / sizeof *hiding; i++)
        p->speaks.hides = p->speaks.hides || strstr(text, hiding[i]);
    p->speaks.worker = p->speaks.worker || strstr(text, "Worker");
    p->speaks.stream = p->speaks.stream || strstr(text, "EventSource");
}

static int ask_answer(struct ofs_page *page, struct ofs_progress *p, const struct ofs_request *r,
                      ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_error soft;
    OFS_AUTO_STR text = NULL;
    char state[64];
    unsigned at = r->serial % OFS_MAX_REQUESTS;
    bool by_answer = r->kind == OFS_REQUEST_DATA;
    int64_t ended = r->ended_ms;
    if (page->browser->ops->body(page->tab, r->serial, deadline, &text, &soft)) {
        bool is_over = soft.code == OFS_ERR_LOST || soft.code == OFS_ERR_TAB_LOST ||
                       soft.code == OFS_ERR_INTERRUPTED;
        if (is_over)
            *err = soft;
        else if (!by_answer)
            p->speaks.hides = true; /* it may contain anything */
        return is_over ? -1 : 0;
    }
    note_words(p, text);
    p->empty[at] = by_answer && !text[strspn(text, " \t\r\n")];
    p->excused[at] = by_answer && ofs_is_excuse(text);
    state_in_answer(page, p, r, text, deadline, state, sizeof state);
    /* the latest response counts */
    if (!state[0] || ofs_json_num(p->served, "ended", 0) > (double)ended)
        return 0;
    cJSON_Delete(p->served);
    p->served = cJSON_CreateObject();
    cJSON_AddStringToObject(p->served, "state", state);
    cJSON_AddBoolToObject(p->served, "by_answer", by_answer);
    cJSON_AddNumberToObject(p->served, "ended", (double)ended);
    return 0;
}

int ofs_inspect_answers(struct ofs_page *page, struct ofs_progress *p, bool all,
                        ofs_deadline deadline, struct ofs_error *err)
{
    const struct ofs_setting *setting = p->visit.setting;
    int asked = 0;
    bool names = setting && (setting->key || setting->state);
    if (!page->browser->ops->body || !page->tab->sees.bodies || !setting || !(all || names))
        return 0;
    for (unsigned serial = p->serial + 1; serial <= page->tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(page->tab, serial);
        bool *inspected = &p->inspected[serial % OFS_MAX_REQUESTS];
        if (!r || *inspected || !is_to_be_asked(r) || !is_of_use(page, r, names) ||
            asked++ >= MOST_ANSWERS)
            continue;
        *inspected = true;
        if (ask_answer(page, p, r, deadline, err))
            return -1;
    }
    return 0;
}
