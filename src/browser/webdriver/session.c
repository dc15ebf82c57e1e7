#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/system.h"
#include "base/text.h"
#include "browser/webdriver/internal.h"

enum {
    ANSWER_LIMIT = 32 << 20, /* bytes of one answer */
    FILE_LIMIT = 1 << 20,    /* of a capabilities file, which may contain a packed extension */
    SETTLES = 2000,          /* for the answer to the last command at shutdown */
    GRACE = 10000,           /* after the deadline, for a session that is no longer wanted */
    GRACE_SIGNAL = 60000, /* and after a signal: the time that a driver gives its browser to start;
                             a second signal ends it */
    SCRIPT = 20000,       /* the driver's script timeout; our deadlines are shorter */
};

/* The session (8 Sessions): its capabilities, creation and end. */

/* The person's capabilities, overridden by those that our guarantees depend on. */
static cJSON *read_capabilities(const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(FILE_LIMIT);
    if (!path)
        return cJSON_CreateObject();
    cJSON *given = NULL;
    if (ofs_buf_read_file(&text, path, err)) {
        ofs_wrap(err, "--capabilities");
        ofs_hint(err, "name a JSON file of what the driver is to be asked for");
        return NULL;
    }
    given = ofs_json_parse(ofs_buf_str(&text), text.len, err);
    if (!given) {
        ofs_wrap(err, "--capabilities %s", path);
        ofs_hint(err,
                 "the file has to hold one JSON object, such as {\"browserName\": \"chrome\"}");
        return NULL;
    }
    if (!cJSON_IsObject(given)) {
        cJSON_Delete(given);
        ofs_fail(err, OFS_ERR_SYSTEM, "--capabilities %s: it holds no JSON object", path);
        ofs_hint(err,
                 "the file has to hold one JSON object, such as {\"browserName\": \"chrome\"}");
        return NULL;
    }
    return given;
}

static void put(cJSON *object, const char *key, cJSON *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(object, key);
    cJSON_AddItemToObject(object, key, value);
}

/* {goog,ms}:…Options.debuggerAddress attaches to a running browser. geckodriver attaches by a
 * command line option, so its browser may always be a person's. */
static bool is_attaching(const cJSON *given)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, given)
    {
        if (cJSON_IsObject(one) && cJSON_GetObjectItemCaseSensitive(one, "debuggerAddress"))
            return true;
    }
    return false;
}

static bool wants_socket(const cJSON *given)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(given, "webSocketUrl"));
}

static cJSON *ask_for(cJSON *given, bool attached)
{
    cJSON *body = cJSON_CreateObject(), *timeouts = cJSON_CreateObject();
    cJSON *capabilities = cJSON_AddObjectToObject(body, "capabilities");
    cJSON_AddNumberToObject(timeouts, "script", SCRIPT);
    put(given, "timeouts", timeouts);
    /* "none": the page room decides what ready means, and no command waits on its own. "ignore":
     * only we answer prompts, and only in our window. */
    put(given, "pageLoadStrategy", cJSON_CreateString("none"));
    put(given, "unhandledPromptBehavior", cJSON_CreateString("ignore"));
    if (!attached && !wants_socket(given) &&
        !cJSON_GetObjectItemCaseSensitive(given, "goog:loggingPrefs")) {
        /* A driver that supports the log provides it; others match the second entry. */
        cJSON *first = cJSON_AddArrayToObject(capabilities, "firstMatch");
        cJSON *with = cJSON_CreateObject();
        cJSON_AddStringToObject(cJSON_AddObjectToObject(with, "goog:loggingPrefs"), "performance",
                                "ALL");
        cJSON_AddItemToArray(first, with);
        cJSON_AddItemToArray(first, cJSON_CreateObject());
    }
    cJSON_AddItemToObject(capabilities, "alwaysMatch", given);
    return body;
}

static int take_session(struct ofs_wd *b, const cJSON *value, struct ofs_error *err)
{
    const char *id = ofs_json_str(value, "sessionId", "");
    if (!ofs_wd_is_plain(id)) {
        ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s gave a session without a name", b->base);
        return ofs_hint(err, "it has to be a WebDriver of Level 1 or 2, or a Grid");
    }
    snprintf(b->session, sizeof b->session, "%s", id);
    const char *name = ofs_json_str(value, "capabilities/browserName", "browser");
    snprintf(b->browser.name, sizeof b->browser.name, "%s", name);
    snprintf(b->browser.version, sizeof b->browser.version, "%s",
             ofs_json_str(value, "capabilities/browserVersion", ""));
    snprintf(b->socket, sizeof b->socket, "%s",
             ofs_json_str(value, "capabilities/webSocketUrl", ""));
    b->chromium = ofs_json_get(ofs_json_get(value, "capabilities"), "goog:chromeOptions") != NULL;
    snprintf(b->debugger, sizeof b->debugger, "%s",
             ofs_json_str(value, "capabilities/goog:chromeOptions/debuggerAddress", ""));
    if (!strcmp(name, "firefox"))
        b->attached = true;
    return 0;
}

/* Why a session is not created, for a person; the driver's own text comes before it. */
static const struct {
    const char *words, *hint;
} refusals[] = {
    {"only supports", "take the driver that has the browser's version number"},
    {"cannot connect to", "the browser named in debuggerAddress has to run with "
                          "--remote-debugging-port"},
    {"not a valid", "check the capabilities file"},
    {"cannot find : Capabilities",
     "no node of the Grid has such a browser: check --capabilities, or add a node"},
    {"match capabilities",
     "the driver has no such browser, or not all that --capabilities asks for: "
     "WebKitWebDriver has no \"webSocketUrl\""},
    {"Maximum number of active sessions",
     "another session is open there; end it, or restart the driver"},
    {"DevToolsActivePort", "the driver's browser did not start; as root in a container it needs "
                           "\"args\": [\"--no-sandbox\"], without a display \"--headless=new\""},
    {"failed to start", "the driver's browser did not start; as root in a container it needs "
                        "\"args\": [\"--no-sandbox\"], without a display \"--headless=new\""},
    {"instance exited", "the driver's browser did not start; as root in a container it needs "
                        "\"args\": [\"--no-sandbox\"], without a display \"--headless=new\""},
    {"annot start", "check the browser's path in the capabilities file"},
    {"with the driver service", "a node of the Grid could not start its driver; run again, or see "
                                "what the node says"},
    {"Error forwarding the request", "a node of the Grid has ended, and the hub has not noticed it "
                                     "yet; run again in a moment"},
    {"Empty pool of VM", "the Grid has no node at present; try later, or start one"},
    {"queue", "the Grid had no free node in time; try later, or add nodes that have what "
              "--capabilities asks for"},
    {"timed out", "the Grid had no free node in time; try later, or add nodes that have what "
                  "--capabilities asks for"},
};

static void tell_no_session(const struct ofs_wd *b, struct ofs_error *err)
{
    if (err->code == OFS_ERR_CONNECT && !err->hint[0]) {
        ofs_hint(err, "start the driver first, for instance: chromedriver --port=PORT");
    } else if (!strcmp(err->peer, "unknown command") || !strcmp(err->peer, "unknown method")) {
        ofs_hint(err, "check the PATH in --connect: drivers and Grid 4 answer without one, older "
                      "hubs at /wd/hub");
    } else if (err->code == OFS_ERR_LOST) {
        err->code = OFS_ERR_CONNECT;
        ofs_hint(err, "the driver ended, or is of another kind; start it again and run again");
    } else if (err->peer[0]) {
        ofs_hint(err, "check --capabilities: the driver has to know the browser that is asked for");
        for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
            if (strstr(err->text, refusals[i].words)) {
                ofs_hint(err, "%s", refusals[i].hint);
                break;
            }
    }
    if (err->code == OFS_ERR_TIMEOUT && !err->peer[0]) {
        ofs_fail(err, OFS_ERR_TIMEOUT, "%s gave no session in time", b->base);
        ofs_hint(err, "every node of a Grid may be taken: try later, or with a larger --timeout");
    } else if (err->peer[0]) {
        /* With any error code: there is no browser. */
        err->code = OFS_ERR_NO_BROWSER;
    }
}

/* A requested session is created even if we stop waiting, and a hub keeps a request in its queue
 * after the client has disconnected: wait a little for it, and end it. false: it did not come. */
static bool disown(struct ofs_wd *b, const struct ofs_connect *how, bool signalled)
{
    struct ofs_http_answer answer;
    struct ofs_error ignored;
    OFS_AUTO_JSON value = NULL;
    bool deferred = ofs_loop_defer_signals(b->browser.loop, true);
    if (how->on_notice)
        how->on_notice(how->ctx,
                       signalled ? "The driver is still making the session. Waiting for it, to end "
                                   "it; a second Ctrl-C ends the wait two seconds later."
                                 : "The driver is still making the session. Waiting for it a "
                                   "little, to end it.");
    bool answered = !ofs_http_wait(b->http, ofs_deadline_in(signalled ? GRACE_SIGNAL : GRACE),
                                   &answer, &ignored);
    if (answered && !ofs_wd_take_answer(b, &answer, "session", false, &value, &ignored) &&
        !take_session(b, value, &ignored))
        ofs_wd_end(b, ofs_deadline_in(GRACE));
    ofs_http_drop(b->http);
    ofs_loop_defer_signals(b->browser.loop, deferred);
    return answered;
}

static int create(struct ofs_wd *b, const struct ofs_connect *how, const cJSON *body,
                  ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_http_answer answer;
    OFS_AUTO_JSON value = NULL;
    if (ofs_wd_send(b, "POST", "", body, true, err))
        return -1;
    int rc = ofs_http_wait(b->http, deadline, &answer, err);
    bool loose = rc && (err->code == OFS_ERR_TIMEOUT || err->code == OFS_ERR_INTERRUPTED) &&
                 !disown(b, how, err->code == OFS_ERR_INTERRUPTED);
    if (!rc)
        rc = ofs_wd_take_answer(b, &answer, "no session", false, &value, err);
    if (!rc)
        rc = take_session(b, value, err);
    if (rc && err->code != OFS_ERR_INTERRUPTED)
        tell_no_session(b, err);
    if (loose)
        ofs_hint(err,
                 "%sthe requested session may still be created; the Grid ends it when it has been "
                 "idle for "
                 "long",
                 err->code == OFS_ERR_TIMEOUT ? "every node of a Grid may be taken: try later, or "
                                                "with a larger --timeout; "
                                              : "run again; ");
    return rc;
}

static int draw_mark(struct ofs_wd *b, struct ofs_error *err)
{
    unsigned char dice[16];
    if (!ofs_system_random(dice, sizeof dice))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no random numbers");
    for (size_t i = 0; i < sizeof dice; i++)
        snprintf(b->mark + 2 * i, 3, "%02x", dice[i]);
    return 0;
}

int ofs_wd_begin(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                 struct ofs_error *err)
{
    bool tls = !strncmp(how->address, "webdriver+https://", 18);
    const char *rest = strstr(how->address, "://") + 3;
    size_t n = strlen(rest);
    while (n && rest[n - 1] == '/')
        n--;
    if (n > sizeof b->base - 16)
        return ofs_fail(err, OFS_ERR_USAGE, "the address in --connect is too long");
    snprintf(b->base, sizeof b->base, "http%s://%.*s", tls ? "s" : "", (int)n, rest);
    b->trace = how->trace;
    cJSON *given = read_capabilities(how->capabilities, err);
    if (!given)
        return -1;
    b->attached = is_attaching(given);
    OFS_AUTO_JSON body = ask_for(given, b->attached);
    b->http = ofs_http_new(b->browser.loop, tls ? how->cacert : NULL, ANSWER_LIMIT, err);
    if (!b->http || draw_mark(b, err))
        return -1;
    if (create(b, how, body, deadline, err))
        return -1;
    struct ofs_error soft = {0};
    b->sees_requests =
        !b->socket[0] && !b->attached && b->chromium && !ofs_wd_read_log(b, NULL, deadline, &soft);
    if (soft.code != OFS_ERR_LOST)
        return 0;
    *err = soft;
    return -1;
}

void ofs_wd_end(struct ofs_wd *b, ofs_deadline deadline)
{
    struct ofs_error ignored;
    if (b->session[0] && !b->over) {
        ofs_wd_settle(b, deadline);
        /* Regardless of the deadline and of earlier signals: a remaining session keeps a browser.
         */
        ofs_loop_renew_deferral(b->browser.loop);
        ofs_deadline least = ofs_deadline_in(SETTLES);
        ofs_wd_ask(b, OFS_WD_DELETE_SESSION, NULL, deadline > least ? deadline : least, NULL,
                   &ignored);
    }
    b->over = true;
}
