#include "browser/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

struct ofs_trace {
    FILE *file;
    int64_t start_ms;
};

static const char redacted[] = "[redacted]";
/* How a picture begins, in base64: PNG, JPEG. */
static const char *const pictures[] = {"iVBORw0KGgo", "/9j/"};

/* Keys that contain one of these never have their values written. */
static const char *const secret_keys[] = {
    "cookie",   "authorization", "csrf",        "token",       "password",     "postdata",
    "security", "storagekey",    "payloaddata", "urlfragment", "websocketurl", "bytes"};

struct ofs_trace *ofs_trace_open(const char *path, struct ofs_error *err)
{
    struct ofs_trace *trace = calloc(1, sizeof *trace);
    struct stat st;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    /* an existing file would keep its mode */
    bool is_private = fd >= 0 && !fstat(fd, &st) && (!S_ISREG(st.st_mode) || !fchmod(fd, 0600));
    if (trace && is_private)
        trace->file = fdopen(fd, "w");
    if (!trace || !trace->file) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "the trace %s cannot be written", path);
        ofs_hint(err, "name a file that you can write to with --trace FILE");
        if (fd >= 0)
            close(fd);
        free(trace);
        return NULL;
    }
    trace->start_ms = ofs_now_ms();
    return trace;
}

void ofs_trace_close(struct ofs_trace *trace)
{
    if (!trace)
        return;
    fclose(trace->file);
    free(trace);
}

static bool is_secret(const char *key)
{
    for (size_t i = 0; i < sizeof secret_keys / sizeof *secret_keys; i++)
        if (strcasestr(key, secret_keys[i]))
            return true;
    return false;
}

/* Remove the `n` bytes at `at`. */
static void cut(char *at, size_t n)
{
    memmove(at, at + n, strlen(at + n) + 1);
}

/* Remove user information (USER:PASSWORD@), query and fragment from addresses in a text, which may
 * be JSON itself: an answer of the probe has its page's address in parts. */
static void cut_addresses(char *text)
{
    for (char *at = strstr(text, "://"); at; at = strstr(at, "://")) {
        at += 3;
        char *person = memrchr(at, '@', strcspn(at, "/?# "));
        if (person)
            memmove(at, person + 1, strlen(person));
        char *rest = at + strcspn(at, "?#\"\\<> \t\n");
        if (*rest == '?' || *rest == '#')
            cut(rest + 1, strcspn(rest + 1, "\"\\<> \t\n"));
    }
    static const char *const members[] = {"\"query\":\"", "\"fragment\":\""};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        for (char *at = strstr(text, members[i]); at; at = strstr(at, members[i])) {
            at += strlen(members[i]);
            cut(at, strcspn(at, "\""));
        }
}

static void blank(cJSON *value)
{
    if (cJSON_IsString(value))
        cJSON_SetValuestring(value, redacted);
    else if (cJSON_IsNumber(value))
        cJSON_SetNumberValue(value, 0);
    while (value->child)
        cJSON_Delete(cJSON_DetachItemViaPointer(value, value->child));
}

/* A list of all open tabs, most of which are the person's: CDP's Target.getTargets, BiDi's
 * browsingContext.getTree. */
static void blank_windows(cJSON *list)
{
    static const char *const keys[] = {"url", "title"};
    cJSON *one, *value;
    cJSON_ArrayForEach(one, list)
    {
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if ((value = cJSON_GetObjectItemCaseSensitive(one, keys[i])))
                blank(value);
        if ((value = cJSON_GetObjectItemCaseSensitive(one, "children")))
            blank_windows(value);
    }
}

/* A driver's session id allows driving its browser. DevTools session ids are valid only within one
 * connection, and distinguish the tabs of a trace. */
static bool is_driver_session(const cJSON *object, const char *key)
{
    static const char *const beside[] = {"capabilities", "value", "status"};
    bool found = false;
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        found = found || cJSON_GetObjectItemCaseSensitive(object, beside[i]);
    return found && !strcmp(key, "sessionId");
}

static bool is_picture(const char *text)
{
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        if (!strncmp(text, pictures[i], strlen(pictures[i])))
            return true;
    return false;
}

static void redact(cJSON *value, bool headers)
{
    for (cJSON *child = value->child; child; child = child->next) {
        const char *key = child->string ? child->string : "";
        bool plain_header = !strcasecmp(key, "content-type") || !strcasecmp(key, "content-length");
        bool names_headers = strcasestr(key, "headers") != NULL;
        if (is_secret(key) || is_driver_session(value, key) ||
            (!strcmp(key, "body") && cJSON_IsString(child)) || (headers && !plain_header) ||
            (names_headers && cJSON_IsString(child)))
            blank(child);
        else if (!strcmp(key, "targetInfos") || !strcmp(key, "contexts"))
            blank_windows(child);
        else if (cJSON_IsString(child) && is_picture(child->valuestring))
            blank(child);
        else if (cJSON_IsString(child))
            cut_addresses(child->valuestring);
        redact(child, names_headers);
    }
}

cJSON *ofs_trace_redacted(const cJSON *message)
{
    cJSON *copy = cJSON_Duplicate(message, true);
    if (copy)
        redact(copy, false);
    return copy;
}

void ofs_trace_message(struct ofs_trace *trace, char direction, const cJSON *message)
{
    if (!trace)
        return;
    OFS_AUTO_JSON copy = ofs_trace_redacted(message);
    OFS_AUTO_STR text = copy ? cJSON_PrintUnformatted(copy) : NULL;
    if (!text)
        return;
    fprintf(trace->file, "{\"ms\":%lld,\"dir\":\"%c\",\"message\":%s}\n",
            (long long)(ofs_now_ms() - trace->start_ms), direction, text);
    fflush(trace->file);
}
