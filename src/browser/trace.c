#include "browser/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

struct ofs_trace {
    FILE *file;
    int64_t start_ms;
};

static const char redacted[] = "[redacted]";

/* Parts of key names whose values are never written, whatever they are. */
static const char *const secret_keys[] = {"cookie",   "authorization", "csrf",     "token",
                                          "password", "postdata",      "security", "storagekey"};

struct ofs_trace *ofs_trace_open(const char *path, struct ofs_error *err)
{
    struct ofs_trace *trace = calloc(1, sizeof *trace);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (trace && fd >= 0)
        trace->file = fdopen(fd, "w");
    if (!trace || !trace->file) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "the trace %s cannot be written", path);
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

static void redact(cJSON *value, bool headers)
{
    for (cJSON *child = value->child; child; child = child->next) {
        const char *key = child->string ? child->string : "";
        bool plain_header = !strcasecmp(key, "content-type") || !strcasecmp(key, "content-length");
        if (is_secret(key) || (headers && !plain_header)) {
            if (cJSON_IsString(child))
                cJSON_SetValuestring(child, redacted);
            else
                while (child->child)
                    cJSON_Delete(cJSON_DetachItemViaPointer(child, child->child));
        } else if (cJSON_IsString(child) && strstr(child->valuestring, "://")) {
            char *query = strchr(child->valuestring, '?');
            if (query && query[1])
                query[1] = '\0';
        }
        redact(child, strcasestr(key, "headers") != NULL);
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
