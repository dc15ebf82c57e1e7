#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "browser/methods.h"
#include "browser/webdriver/internal.h"

enum {
    SETTLES = 2000,      /* ms for the answer to the last command at shutdown */
    OTHERS_WAIT = 10000, /* ms that a command to one tab may keep the other tabs waiting */
    WORDS = 400,
};

static const struct {
    const char *verb, *path;
    bool once;  /* it is not idempotent */
    bool quiet; /* its answer is not written to the trace */
} commands[] = {
    [OFS_WD_DELETE_SESSION] = {"DELETE", "", false, false},
    [OFS_WD_WINDOWS] = {"GET", "/window/handles", false, true},
    [OFS_WD_NEW_WINDOW] = {"POST", "/window/new", true, false},
    [OFS_WD_SWITCH_WINDOW] = {"POST", "/window", false, false},
    [OFS_WD_CLOSE_WINDOW] = {"DELETE", "/window", true,
                             true}, /* returns the handles of all windows */
    [OFS_WD_NAVIGATE] = {"POST", "/url", false, false},
    [OFS_WD_REFRESH] = {"POST", "/refresh", false, false},
    [OFS_WD_RUN] = {"POST", "/execute/sync", false, false},
    [OFS_WD_RUN_ASYNC] = {"POST", "/execute/async", false, false},
    [OFS_WD_ACT] = {"POST", "/actions", true, false},
    [OFS_WD_PROMPT_TEXT] = {"GET", "/alert/text", false, false},
    [OFS_WD_PROMPT_DISMISS] = {"POST", "/alert/dismiss", true, false},
    [OFS_WD_SHADOW] = {"GET", "/element/%s/shadow", false, false},
    [OFS_WD_ROLE] = {"GET", "/element/%s/computedrole", false, false},
    [OFS_WD_LABEL] = {"GET", "/element/%s/computedlabel", false, false},
    [OFS_WD_PICTURE] = {"GET", "/element/%s/screenshot", false, true},
    [OFS_WD_LOG] = {"POST", "/se/log", false, true},
    [OFS_WD_DEVTOOLS] = {"POST", "/goog/cdp/execute", false, true},
};

/* ---- errors, by the W3C error code (6.6 Errors), or by the driver's own text ---- */

static const char lost_node[] = "the Grid has lost the node that ran the browser";

static const struct {
    const char *word;
    enum ofs_error_code code;
    const char *sentence; /* a prefix, if the driver's text is not clear enough for a person */
} words[] = {
    /* texts of a hub, whose W3C error code is only "unknown error" */
    {"FORWARDING_TO_NODE_FAILED", OFS_ERR_LOST, lost_node},
    {"cannot forward the request", OFS_ERR_LOST, lost_node},
    {"was terminated due to", OFS_ERR_LOST, "the Grid has ended the session"},
    {"is not among the last", OFS_ERR_LOST, "the Grid knows the session no more"},
    {"no such window", OFS_ERR_TAB_LOST, NULL},
    {"tab crashed", OFS_ERR_TAB_LOST, NULL},
    {"invalid session id", OFS_ERR_LOST, NULL},
    {"disconnected", OFS_ERR_LOST, NULL},
    {"not reachable", OFS_ERR_LOST, NULL},
    {"javascript error", OFS_ERR_GONE, NULL},
    {"no such frame", OFS_ERR_GONE, NULL},
    {"no such execution context", OFS_ERR_GONE, NULL},
    {"stale element reference", OFS_ERR_GONE, NULL},
    {"aborted by navigation", OFS_ERR_GONE, NULL},
    {"target frame detached", OFS_ERR_GONE, NULL},
    {"Cannot find context", OFS_ERR_GONE, NULL},
    {"context was destroyed", OFS_ERR_GONE, NULL},
    {"Inspected target navigated", OFS_ERR_GONE, NULL},
    {"Promise was collected", OFS_ERR_GONE, NULL},
    {"No frame for given id", OFS_ERR_GONE, NULL},
    {"script timeout", OFS_ERR_TIMEOUT, NULL},
    {"timeout", OFS_ERR_TIMEOUT, NULL},
};

/* Drop the lines that a driver or a Grid adds for its own developers. */
static const char *const developer_lines[] = {"Host info:",
                                              "Build info:",
                                              "System info:",
                                              "Driver info:",
                                              "Stacktrace",
                                              "  (Session info:",
                                              "For documentation on this error"};

static void take_words(const char *message, char *ret, size_t size)
{
    size_t used = 0;
    ret[0] = '\0';
    for (const char *line = message; *line;) {
        size_t blanks = used ? strspn(line, " \t") : 0;
        line += strncmp(line, "  (", 3) ? blanks : 0;
        int n = (int)strcspn(line, "\r\n");
        for (size_t i = 0; i < sizeof developer_lines / sizeof *developer_lines; i++)
            if (!strncmp(line, developer_lines[i], strlen(developer_lines[i])))
                return;
        if (n && used < size)
            used += (size_t)snprintf(ret + used, size - used, "%s%.*s", used ? " " : "", n, line);
        line += n + (line[n] != '\0');
    }
}

static int tell_refusal(struct ofs_wd *b, const cJSON *value, const char *what,
                        struct ofs_error *err)
{
    char said[WORDS];
    const char *word = ofs_json_str(value, "error", "unknown error");
    const char *message = ofs_json_str(value, "message", "");
    size_t twice = strlen(word);
    if (!strncmp(message, word, twice) && !strncmp(message + twice, ": ", 2))
        message += twice + 2; /* drivers put the error code before their text */
    take_words(message, said, sizeof said);
    enum ofs_error_code code = OFS_ERR_PEER;
    const char *sentence = NULL;
    bool told = false;
    for (size_t i = 0; !told && i < sizeof words / sizeof *words; i++) {
        bool vague = !strcmp(word, "unknown error") || !strcmp(word, "timeout");
        bool own = vague && strstr(said, words[i].word);
        if (!strcmp(word, words[i].word) || own) {
            code = words[i].code;
            sentence = words[i].sentence;
            told = true;
        }
    }
    ofs_fail(err, code, "%s%s%s: %s%s%s%s", sentence ? sentence : "", sentence ? " (" : "", what,
             word, said[0] ? ": " : "", said, sentence ? ")" : "");
    snprintf(err->peer, sizeof err->peer, "%.90s", word);
    if (code == OFS_ERR_LOST)
        b->over = true;
    return -1;
}

/* ---- one command ---- */

static void trace(struct ofs_wd *b, char direction, const char *verb, const char *path, long status,
                  const cJSON *body)
{
    if (!b->trace)
        return;
    OFS_AUTO_JSON message = cJSON_CreateObject();
    if (verb) {
        cJSON_AddStringToObject(message, "method", verb);
        cJSON_AddStringToObject(message, "path", path);
    } else {
        cJSON_AddNumberToObject(message, "status", (double)status);
    }
    cJSON *copy = body ? cJSON_Duplicate(body, true) : NULL;
    cJSON *script = copy ? cJSON_GetObjectItemCaseSensitive(copy, "script") : NULL;
    if (cJSON_IsString(script) && strlen(script->valuestring) > 120)
        cJSON_SetValuestring(script, "(the probe)");
    if (copy)
        cJSON_AddItemToObject(message, "body", copy);
    ofs_trace_message(b->trace, direction, message);
}

/* Before W3C an error was a number next to the value (JSON Wire Protocol, Response Status Codes):
 * older Grids and relays still use it. It is converted to the W3C error code. */
static void modernise(cJSON *whole, cJSON *value)
{
    static const struct {
        int status;
        const char *word;
    } statuses[] = {
        {6, "invalid session id"},     {9, "unknown command"}, {10, "stale element reference"},
        {17, "javascript error"},      {21, "timeout"},        {23, "no such window"},
        {26, "unexpected alert open"}, {27, "no such alert"},  {28, "script timeout"},
        {33, "session not created"},
    };
    int status = (int)ofs_json_num(whole, "status", 0);
    const char *word = "unknown error";
    if (!status || !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(value, "message")) ||
        cJSON_GetObjectItemCaseSensitive(value, "error"))
        return;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == status)
            word = statuses[i].word;
    cJSON_AddStringToObject(value, "error", word);
}

/* What answered in place of a driver, judged by its HTTP status. */
static const struct {
    long from, to;
    const char *words, *hint;
} strangers[] = {
    {300, 399, "it leads elsewhere",
     "give --connect the address that it leads to; a page to sign in at cannot be passed"},
    {401, 401, "it asks for a name and a password",
     "offswitch keeps none and takes none in --connect, where all of this machine could read them: "
     "ask for an address of the Grid that needs none, or run a relay on 127.0.0.1 that adds them"},
    {403, 403, "it lets us not in",
     "ask whoever runs the Grid who may use it, and from which machines"},
    {407, 407, "a proxy asks for a name and a password",
     "give --connect an address of the Grid that leads through no such proxy"},
    {502, 504, "a proxy answers in its place, with nothing behind it",
     "see whether the driver or the hub behind it runs, and try later"},
};

static int tell_stranger(const struct ofs_wd *b, long status, const char *body,
                         struct ofs_error *err)
{
    if (strstr(body, "Cannot extract a capabilities")) { /* a page of a hub of Selenium 3 */
        ofs_fail(err, OFS_ERR_PEER, "%s answered HTTP %ld: it does not understand the capabilities",
                 b->base, status);
        return ofs_hint(err, "take out of --capabilities what it is too old for, such as "
                             "\"webSocketUrl\"");
    }
    size_t i = 0, n = sizeof strangers / sizeof *strangers;
    while (i < n && (status < strangers[i].from || status > strangers[i].to))
        i++;
    ofs_fail(err, OFS_ERR_NOT_A_BROWSER,
             "%s answered HTTP %ld with something that is not WebDriver%s%s", b->base, status,
             i < n ? ": " : "", i < n ? strangers[i].words : "");
    return ofs_hint(err, "%s",
                    i < n ? strangers[i].hint
                          : "check the port and the PATH in --connect: it has to be a "
                            "driver or a Grid, not the browser itself nor a web page");
}

/* The answer's `value` (6.3 Processing model). */
int ofs_wd_take_answer(struct ofs_wd *b, const struct ofs_http_answer *answer, const char *what,
                       bool quiet, cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_error bad;
    OFS_AUTO_JSON whole = ofs_json_parse(answer->body, answer->len, &bad);
    cJSON *value = whole ? cJSON_GetObjectItemCaseSensitive(whole, "value") : NULL;
    if (value)
        modernise(whole, value);
    bool refused = value && cJSON_IsString(cJSON_GetObjectItemCaseSensitive(value, "error"));
    trace(b, '<', NULL, NULL, answer->status, quiet && !refused ? NULL : whole);
    if (!value || (answer->status >= 400 && !refused))
        return tell_stranger(b, answer->status, answer->body, err);
    if (refused)
        return tell_refusal(b, value, what, err);
    if (ret_value)
        *ret_value = cJSON_DetachItemViaPointer(whole, value);
    return 0;
}

int ofs_wd_send(struct ofs_wd *b, const char *verb, const char *path, const cJSON *body, bool once,
                struct ofs_error *err)
{
    OFS_AUTO_STR url = b->session[0] ? ofs_text_printf("%s/session/%s%s", b->base, b->session, path)
                                     : ofs_text_printf("%s/session", b->base);
    OFS_AUTO_STR shown = ofs_text_printf("/session%s%s", b->session[0] ? "/…" : "", path);
    OFS_AUTO_STR text = NULL;
    bool posts = !strcmp(verb, "POST");
    if (posts)
        text = body ? cJSON_PrintUnformatted(body) : strdup("{}");
    if (!url || !shown || (posts && !text))
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    trace(b, '>', verb, shown, 0, body);
    return ofs_http_post(b->http, &(struct ofs_http_request){verb, url, text, once}, err);
}

/* WebKitWebDriver crashes when a connection that waits for an answer is closed, so connections are
 * kept if possible. */
static int await_owed(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_http_answer thrown_away;
    struct ofs_error soft;
    if (b->owed && ofs_http_wait(b->http, deadline, &thrown_away, &soft) &&
        (soft.code == OFS_ERR_TIMEOUT || soft.code == OFS_ERR_INTERRUPTED)) {
        *err = soft;
        return -1;
    }
    b->owed = false;
    return 0;
}

void ofs_wd_settle(struct ofs_wd *b, ofs_deadline deadline)
{
    struct ofs_error ignored;
    if (await_owed(b, ofs_deadline_min(deadline, ofs_deadline_in(SETTLES)), &ignored))
        ofs_http_drop(b->http);
    b->owed = false;
}

static int ask(struct ofs_wd *b, enum ofs_wd_command command, const char *path, const cJSON *body,
               ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    struct ofs_http_answer answer;
    bool once = commands[command].once;
    if (b->over)
        return ofs_fail(err, OFS_ERR_LOST, "the session with the driver has ended");
    if (await_owed(b, deadline, err))
        return -1;
    if (ofs_deadline_left(deadline) == 0)
        return ofs_fail(err, OFS_ERR_TIMEOUT, "no time was left to ask the driver");
    if (ofs_wd_send(b, commands[command].verb, path, body, once, err))
        return -1;
    if (!once && b->tabs && b->tabs->next)
        deadline = ofs_deadline_min(deadline, ofs_deadline_in(OTHERS_WAIT));
    if (ofs_http_wait(b->http, deadline, &answer, err)) {
        err->maybe_done = once;
        b->owed = err->code == OFS_ERR_TIMEOUT || err->code == OFS_ERR_INTERRUPTED;
        if (err->code == OFS_ERR_CONNECT || err->code == OFS_ERR_NOT_A_BROWSER) {
            err->code = OFS_ERR_LOST;
            b->over = true;
        }
        return -1;
    }
    if (!ofs_wd_take_answer(b, &answer, path[0] ? path + 1 : "session", commands[command].quiet,
                            ret_value, err))
        return 0;
    /* it is unknown where it was lost, and whether it had reached the browser */
    err->maybe_done = once && (err->code == OFS_ERR_LOST || err->code == OFS_ERR_NOT_A_BROWSER);
    return -1;
}

int ofs_wd_ask(struct ofs_wd *b, enum ofs_wd_command command, const cJSON *body,
               ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    return ask(b, command, commands[command].path, body, deadline, ret_value, err);
}

/* Ids from a driver become parts of a URL, so they must be plain words. */
bool ofs_wd_is_plain(const char *name)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t n = strlen(name);
    return n && n < 160 && name[0] != '.' && strspn(name, letters) == n;
}

int ofs_wd_ask_about(struct ofs_wd *b, enum ofs_wd_command command, const char *element,
                     ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err)
{
    const char *path = commands[command].path;
    OFS_AUTO_STR whole = ofs_text_printf("/element/%s%s", element, strstr(path, "%s") + 2);
    if (!ofs_wd_is_plain(element) || !whole)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the driver gave an element no name");
    return ask(b, command, whole, NULL, deadline, ret_value, err);
}

int ofs_wd_devtools(struct ofs_wd *b, const char *method, cJSON *params, ofs_deadline deadline,
                    cJSON **ret_value, struct ofs_error *err)
{
    OFS_AUTO_JSON body = cJSON_CreateObject();
    cJSON_AddItemToObject(body, "params", params ? params : cJSON_CreateObject());
    if (!b->chromium || !ofs_method_allowed(method))
        return ofs_fail(err, OFS_ERR_PROTOCOL, "'%s' is not sent to this driver", method);
    cJSON_AddStringToObject(body, "cmd", method);
    return ofs_wd_ask(b, OFS_WD_DEVTOOLS, body, deadline, ret_value, err);
}
