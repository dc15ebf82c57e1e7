#include "watch/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/places.h"
#include "base/text.h"
#include "watch/command.h"
#include "wire/fetch.h"

enum { MOST_FILE = 1 << 20, MOST_CHANNELS = 32, MOST_LIST = 32, TIMEOUT = 60000 };

struct channel;
typedef int send_fn(const cJSON *channel, struct ofs_loop *loop, const struct ofs_notice *notice,
                    struct ofs_error *err);

static send_fn send_desktop, send_mail, send_hook, send_ntfy, send_command;

static const struct kind {
    const char *type;
    const char *needs[4];
    send_fn *send;
} kinds[] = {
    {"desktop", {0}, send_desktop},
    {"mail", {"url", "from", "to"}, send_mail},
    {"email", {"url", "from", "to"}, send_mail},
    {"webhook", {"url"}, send_hook},
    {"ntfy", {"url"}, send_ntfy},
    {"command", {"command"}, send_command},
};

struct ofs_channels {
    cJSON *tree;
    size_t n;
    struct {
        const cJSON *entry;
        const struct kind *kind;
    } list[MOST_CHANNELS];
};

/* ---- the file ------------------------------------------------------------------------------- */

char *ofs_channels_path(void)
{
    const char *named = getenv("OFFSWITCH_NOTIFY");
    return named && *named ? strdup(named) : ofs_config_home("offswitch/notify.json");
}

static int add_channel(struct ofs_channels *c, const cJSON *entry, struct ofs_error *err)
{
    const char *type = ofs_json_str(entry, "type", "");
    const char *words[sizeof kinds / sizeof *kinds + 1] = {0};
    const struct kind *kind = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        words[i] = kinds[i].type;
        if (!strcmp(kinds[i].type, type))
            kind = &kinds[i];
    }
    if (!kind) {
        const char *near = ofs_text_closest(type, words);
        ofs_fail(err, OFS_ERR_USAGE, "channel %zu: there is no type \"%s\"", c->n + 1, type);
        return ofs_hint(err, "%s%s",
                        near ? "did you mean " : "desktop, mail, webhook, ntfy, command",
                        near ? near : "");
    }
    for (size_t i = 0; i < 4 && kind->needs[i]; i++)
        if (!ofs_json_get(entry, kind->needs[i]))
            return ofs_fail(err, OFS_ERR_USAGE, "channel %zu, %s: \"%s\" is missing", c->n + 1,
                            type, kind->needs[i]);
    if (c->n == MOST_CHANNELS)
        return ofs_fail(err, OFS_ERR_USAGE, "more than %d channels", MOST_CHANNELS);
    c->list[c->n].entry = entry;
    c->list[c->n++].kind = kind;
    return 0;
}

/* ---- the environment ------------------------------------------------------------------------ */

enum { MOST_DEPTH = 8, MOST_NAMES = 64 };

struct names {
    const char *list[MOST_NAMES];
    size_t n;
};

/* Put the values of variables in the place of their names. */
static void take_values(cJSON *value, struct names *names, int depth)
{
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    const char *given = *text == '$' && text[1] != '$' ? getenv(text + 1) : NULL;
    if (given) {
        /* a value that begins with a dollar is not a name */
        OFS_AUTO_STR whole = ofs_text_printf("%s%s", *given == '$' ? "$" : "", given);
        char *name = strdup(text + 1);
        if (name && names->n < MOST_NAMES)
            names->list[names->n++] = name;
        else
            free(name);
        if (whole)
            cJSON_SetValuestring(value, whole);
    }
    for (cJSON *child = value->child; child && depth < MOST_DEPTH; child = child->next)
        take_values(child, names, depth + 1);
}

/* The variables leave the environment: no browser, command or other child gets them. */
static void take_environment(cJSON *tree)
{
    struct names names = {0};
    take_values(tree, &names, 0);
    for (size_t i = 0; i < names.n; i++) {
        unsetenv(names.list[i]);
        free((char *)names.list[i]);
    }
}

struct ofs_channels *ofs_channels_parse(const char *text, size_t len, struct ofs_error *err)
{
    struct ofs_channels *c = calloc(1, sizeof *c);
    const cJSON *entry;
    int rc = 0;
    if (!c) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    c->tree = ofs_json_parse(text, len, err);
    if (!c->tree || !cJSON_IsArray(ofs_json_get(c->tree, "channels"))) {
        rc = c->tree ? ofs_fail(err, OFS_ERR_USAGE, "there is no list \"channels\"") : -1;
        err->code = OFS_ERR_USAGE;
    }
    if (!rc)
        take_environment(c->tree);
    if (!rc)
        cJSON_ArrayForEach(entry, ofs_json_get(c->tree, "channels")) rc =
            rc ? rc : add_channel(c, entry, err);
    if (!rc)
        return c;
    ofs_channels_free(c);
    return NULL;
}

struct ofs_channels *ofs_channels_load(struct ofs_error *err)
{
    static const char none[] = "{\"channels\": []}";
    OFS_AUTO_STR path = ofs_channels_path();
    OFS_AUTO_BUF text = OFS_BUF(MOST_FILE);
    struct stat st;
    if (!path || stat(path, &st))
        return ofs_channels_parse(none, sizeof none - 1, err);
    if (st.st_mode & 077) {
        ofs_fail(err, OFS_ERR_USAGE, "%s may be read by others, and holds credentials", path);
        ofs_hint(err, "chmod 600 %s", path);
        return NULL;
    }
    if (ofs_buf_read_file(&text, path, err))
        return NULL;
    struct ofs_channels *c = ofs_channels_parse(ofs_buf_str(&text), text.len, err);
    if (!c)
        ofs_wrap(err, "%s", path);
    return c;
}

void ofs_channels_free(struct ofs_channels *channels)
{
    if (!channels)
        return;
    cJSON_Delete(channels->tree);
    free(channels);
}

size_t ofs_channels_count(const struct ofs_channels *channels)
{
    return channels->n;
}

const char *ofs_channel_type(const struct ofs_channels *channels, size_t i)
{
    return channels->list[i].kind->type;
}

const char *ofs_channel_name(const struct ofs_channels *channels, size_t i)
{
    return ofs_json_str(channels->list[i].entry, "name", channels->list[i].kind->type);
}

/* ---- values --------------------------------------------------------------------------------- */

/* A name that is still there has no value; "$$" is a dollar. */
static const char *resolve(const char *value)
{
    if (!value || *value != '$')
        return value;
    return value[1] == '$' ? value + 1 : NULL;
}

static const char *value_of(const cJSON *channel, const char *key)
{
    return resolve(ofs_json_str(channel, key, NULL));
}

/* A list of strings, or a single one; ended by NULL. */
static size_t list_of(const cJSON *channel, const char *key, const char *ret[MOST_LIST + 1])
{
    const cJSON *value = ofs_json_get(channel, key), *one;
    size_t n = 0;
    if (cJSON_IsString(value))
        ret[n++] = resolve(value->valuestring);
    const cJSON *list = cJSON_IsArray(value) ? value : NULL;
    cJSON_ArrayForEach(one, list)
    {
        if (cJSON_IsString(one) && n < MOST_LIST)
            ret[n++] = resolve(one->valuestring);
    }
    for (size_t i = 0; i < n; i++)
        if (!ret[i])
            n = 0; /* a variable that is not set */
    ret[n] = NULL;
    return n;
}

static int missing(const cJSON *channel, const char *key, struct ofs_error *err)
{
    const char *text = ofs_json_str(channel, key, "");
    return ofs_fail(err, OFS_ERR_USAGE, "\"%s\" is not given%s%s", key,
                    *text == '$' ? ": there is no variable " : "", *text == '$' ? text : "");
}

/* ---- one channel each ----------------------------------------------------------------------- */

/* A pass that cron starts does not know the address of the session's bus. */
static void find_session(void)
{
    OFS_AUTO_STR place = ofs_text_printf("/run/user/%u", (unsigned)getuid());
    OFS_AUTO_STR bus = place ? ofs_text_printf("%s/bus", place) : NULL;
    if (bus && !getenv("DBUS_SESSION_BUS_ADDRESS") && !getenv("XDG_RUNTIME_DIR") &&
        !access(bus, R_OK | W_OK))
        setenv("XDG_RUNTIME_DIR", place, 1);
}

static int send_desktop(const cJSON *channel, struct ofs_loop *loop,
                        const struct ofs_notice *notice, struct ofs_error *err)
{
    (void)channel, (void)loop;
    find_session();
    const char *const argv[] = {"notify-send", "--app-name=offswitch", "--urgency=normal",
                                "--",          notice->subject,        notice->body,
                                NULL};
    if (!ofs_command_run(argv, "", 10000, NULL, err))
        return 0;
    return ofs_hint(err, "notify-send (package libnotify-bin) needs a desktop session");
}

static int send_command(const cJSON *channel, struct ofs_loop *loop,
                        const struct ofs_notice *notice, struct ofs_error *err)
{
    (void)loop;
    const char *argv[MOST_LIST + 1];
    if (!list_of(channel, "command", argv))
        return missing(channel, "command", err);
    return ofs_command_run(argv, notice->report ? notice->report : notice->body, TIMEOUT, NULL,
                           err);
}

static int send_hook(const cJSON *channel, struct ofs_loop *loop, const struct ofs_notice *notice,
                     struct ofs_error *err)
{
    const char *url = value_of(channel, "url");
    if (!url)
        return missing(channel, "url", err);
    char *lines[MOST_LIST + 2] = {strdup("Content-Type: application/json")};
    size_t n = 1;
    const cJSON *header, *unset = NULL;
    cJSON_ArrayForEach(header, ofs_json_get(channel, "headers"))
    {
        const char *value = cJSON_IsString(header) ? resolve(header->valuestring) : NULL;
        if (value && n < MOST_LIST)
            lines[n++] = ofs_text_printf("%s: %s", header->string, value);
        unset = value ? unset : header;
    }
    OFS_AUTO_JSON body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "subject", notice->subject);
    cJSON_AddStringToObject(body, "text", notice->body);
    cJSON *report = notice->report ? cJSON_Parse(notice->report) : NULL;
    if (report)
        cJSON_AddItemToObject(body, "report", report);
    OFS_AUTO_STR text = cJSON_PrintUnformatted(body);
    int rc = unset ? missing(ofs_json_get(channel, "headers"), unset->string, err)
             : text
                 ? ofs_fetch_post(loop, url, value_of(channel, "cacert"),
                                  (const char *const *)lines, text, ofs_deadline_in(TIMEOUT), err)
                 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        free(lines[i]);
    return rc;
}

static int send_ntfy(const cJSON *channel, struct ofs_loop *loop, const struct ofs_notice *notice,
                     struct ofs_error *err)
{
    const char *url = value_of(channel, "url"), *token = value_of(channel, "token");
    if (!url)
        return missing(channel, "url", err);
    OFS_AUTO_STR title = ofs_text_printf("Title: %s", notice->subject);
    OFS_AUTO_STR bearer = token ? ofs_text_printf("Authorization: Bearer %s", token) : NULL;
    const char *headers[] = {"Content-Type: text/plain; charset=utf-8", title, bearer, NULL};
    if (ofs_json_get(channel, "token") && !token)
        return missing(channel, "token", err);
    return title ? ofs_fetch_post(loop, url, value_of(channel, "cacert"), headers, notice->body,
                                  ofs_deadline_in(TIMEOUT), err)
                 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || (unsigned char)*text >= 0x7f)
            return false;
    return true;
}

/* RFC 2047 for a subject with other letters than ASCII; base64 in words of 45 bytes. */
static int add_subject(struct ofs_buf *out, const char *subject, struct ofs_error *err)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (is_plain(subject))
        return ofs_buf_printf(out, err, "Subject: %s\r\n", subject);
    int rc = ofs_buf_puts(out, "Subject:", err);
    for (size_t left = strlen(subject); left && !rc;) {
        size_t n = left < 42 ? left : 42;
        while (n < left && n && ((unsigned char)subject[n] & 0xc0) == 0x80)
            n--;
        rc = ofs_buf_puts(out, " =?UTF-8?B?", err);
        for (size_t i = 0; i < n && !rc; i += 3) {
            unsigned v = 0;
            for (size_t k = 0; k < 3; k++)
                v = v << 8 | (i + k < n ? (unsigned char)subject[i + k] : 0);
            char four[5] = {digits[v >> 18], digits[v >> 12 & 63],
                            i + 1 < n ? digits[v >> 6 & 63] : '=', i + 2 < n ? digits[v & 63] : '=',
                            '\0'};
            rc = ofs_buf_puts(out, four, err);
        }
        subject += n;
        left -= n;
        rc = rc ? rc : ofs_buf_puts(out, left ? "?=\r\n" : "?=\r\n", err);
    }
    return rc;
}

static int add_body(struct ofs_buf *out, const char *body, struct ofs_error *err)
{
    for (const char *p = body; *p;) {
        size_t n = strcspn(p, "\n");
        /* a line that is too long for RFC 5321 is cut */
        size_t take = n < 900 ? n : 900;
        while (take < n && take && ((unsigned char)p[take] & 0xc0) == 0x80)
            take--;
        if (ofs_buf_add(out, p, take, err) || ofs_buf_puts(out, "\r\n", err))
            return -1;
        p += take;
        p += take == n && *p == '\n';
    }
    return 0;
}

static int send_mail(const cJSON *channel, struct ofs_loop *loop, const struct ofs_notice *notice,
                     struct ofs_error *err)
{
    const char *to[MOST_LIST + 1];
    const struct ofs_mail parts = {.url = value_of(channel, "url"),
                                   .cacert = value_of(channel, "cacert"),
                                   .user = value_of(channel, "user"),
                                   .password = value_of(channel, "password"),
                                   .from = value_of(channel, "from")};
    OFS_AUTO_BUF message = OFS_BUF(4 << 20);
    char date[64];
    time_t now = time(NULL);
    struct tm tm;
    if (!parts.url || !parts.from || !list_of(channel, "to", to))
        return missing(channel, !parts.url ? "url" : !parts.from ? "from" : "to", err);
    if (ofs_json_get(channel, "password") && !parts.password)
        return missing(channel, "password", err);
    if (!is_plain(parts.from))
        return ofs_fail(err, OFS_ERR_USAGE, "\"from\" is no mail address");
    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
    if (ofs_buf_printf(&message, err, "Date: %s\r\nFrom: %s\r\nTo: %s", date, parts.from, to[0]))
        return -1;
    for (size_t i = 1; to[i]; i++)
        if (ofs_buf_printf(&message, err, ", %s", to[i]))
            return -1;
    if (ofs_buf_puts(&message, "\r\n", err) || add_subject(&message, notice->subject, err) ||
        ofs_buf_puts(&message,
                     "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n",
                     err) ||
        add_body(&message, notice->body, err))
        return -1;
    struct ofs_mail mail = parts;
    mail.to = to;
    mail.message = ofs_buf_str(&message);
    return ofs_fetch_mail(loop, &mail, ofs_deadline_in(TIMEOUT), err);
}

int ofs_channel_send(const struct ofs_channels *channels, size_t i, struct ofs_loop *loop,
                     const struct ofs_notice *notice, struct ofs_error *err)
{
    return channels->list[i].kind->send(channels->list[i].entry, loop, notice, err);
}
