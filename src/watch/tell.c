/* The notification of a pass, sent to the channels; and again what could not be sent before. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "watch/internal.h"
#include "watch/notify.h"

enum { KEEP_TRYING = 14 * 86400, MOST_TRIES = 20, MOST_SUBJECT = 160 };

int ofs_pass_tell(struct ofs_pass *p, struct ofs_error *err, const char *fmt, ...)
{
    char *words = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&words, fmt, ap);
    va_end(ap);
    if (n < 0)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    int rc = ofs_buf_printf(&p->body, err, "%s\n", words);
    if (!rc && !p->told_things) {
        int line = (int)strcspn(words, "\n");
        line = line < MOST_SUBJECT ? line : MOST_SUBJECT;
        const char *title = p->o.scenario->title;
        size_t len = strlen(title);
        bool named = !strncmp(words, title, len) && words[len] == ':';
        rc = ofs_buf_printf(&p->subject, err, "offswitch: %s%s%.*s", named ? "" : title,
                            named ? "" : ": ", line, words);
        ofs_text_tame(p->subject.data);
    }
    p->told_things++;
    free(words);
    return rc;
}

static int keep(struct ofs_pass *p, const char *channel, const char *failure, struct ofs_error *err)
{
    char now[OFS_DATE_SIZE];
    ofs_date_print(p->now, now);
    return ofs_db_do(p->db, err,
                     "INSERT INTO notifications (at, scenario, channel, subject, body, error, sent,"
                     " tries) VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
                     "sssssss", now, p->o.scenario->id, channel, ofs_pass_subject(p),
                     ofs_pass_body(p), failure, failure ? NULL : now);
}

/* Messages that a channel did not take in an earlier pass. */
static int send_late(struct ofs_pass *p, const struct ofs_channels *channels, size_t i,
                     struct ofs_error *err)
{
    char now[OFS_DATE_SIZE], oldest[OFS_DATE_SIZE];
    const cJSON *row;
    ofs_date_print(p->now, now);
    ofs_date_print(p->now - KEEP_TRYING, oldest);
    OFS_AUTO_JSON rows =
        ofs_db_rows(p->db, err,
                    "SELECT n, subject, body FROM notifications WHERE channel = ?"
                    " AND sent IS NULL AND tries < ? AND at >= ? ORDER BY n",
                    "sis", ofs_channel_name(channels, i), (int64_t)MOST_TRIES, oldest);
    if (!rows)
        return -1;
    cJSON_ArrayForEach(row, rows)
    {
        struct ofs_error failure = {0};
        const struct ofs_notice notice = {.subject = ofs_json_str(row, "subject", ""),
                                          .body = ofs_json_str(row, "body", "")};
        bool sent = !ofs_channel_send(channels, i, p->o.loop, &notice, &failure);
        if (sent)
            cJSON_AddItemToArray(p->notified, cJSON_CreateString(ofs_channel_name(channels, i)));
        if (ofs_db_do(p->db, err,
                      "UPDATE notifications SET tries = tries + 1, sent = ?, error = ? WHERE n = ?",
                      "ssi", sent ? now : NULL, sent ? NULL : failure.text,
                      (int64_t)ofs_json_num(row, "n", 0)))
            return -1;
        if (!sent)
            break;
    }
    return 0;
}

static int send_now(struct ofs_pass *p, const struct ofs_channels *channels, size_t i,
                    const char *report, struct ofs_error *err)
{
    struct ofs_error failure = {0};
    const char *name = ofs_channel_name(channels, i);
    OFS_AUTO_STR more =
        p->told_things > 1
            ? ofs_text_printf("%s (and %d more)", ofs_pass_subject(p), p->told_things - 1)
            : strdup(ofs_pass_subject(p));
    const struct ofs_notice notice = {
        .subject = more ? more : "offswitch", .body = ofs_pass_body(p), .report = report};
    bool sent = !ofs_channel_send(channels, i, p->o.loop, &notice, &failure);
    if (sent)
        cJSON_AddItemToArray(p->notified, cJSON_CreateString(name));
    return keep(p, name, sent ? NULL : failure.text, err);
}

int ofs_pass_notify(struct ofs_pass *p, const char *report, struct ofs_error *err)
{
    struct ofs_channels *channels = p->channels;
    int rc = 0;
    if (!channels) {
        *err = p->channels_error;
        return -1;
    }
    for (size_t i = 0; !rc && i < ofs_channels_count(channels); i++) {
        rc = send_late(p, channels, i, err);
        if (!rc && p->told_things)
            rc = send_now(p, channels, i, report, err);
    }
    return rc;
}
