#include "watch/schedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *word, *calendar, *cron, *delay;
} everies[] = {
    [OFS_EVERY_DAY] = {"day", "*-*-*", "* * *", "30min"},
    [OFS_EVERY_WEEK] = {"week", "Mon *-*-*", "* * 1", "2h"},
    [OFS_EVERY_MONTH] = {"month", "*-*-01", "1 * *", "6h"},
};

int ofs_schedule_read(const char *every, const char *at, struct ofs_schedule *ret,
                      struct ofs_error *err)
{
    static const char *const words[] = {"day", "week", "month", NULL};
    size_t i = OFS_EVERY_WEEK;
    if (every)
        for (i = 0; words[i] && strcmp(words[i], every);)
            i++;
    if (!words[i]) {
        const char *near = ofs_text_closest(every, words);
        ofs_fail(err, OFS_ERR_USAGE, "--every takes day, week or month, not '%s'", every);
        return near ? ofs_hint(err, "did you mean '%s'?", near) : -1;
    }
    ret->every = (enum ofs_every)i;
    ret->hour = 10;
    ret->minute = 0;
    int used = 0;
    if (at && (sscanf(at, "%2d:%2d%n", &ret->hour, &ret->minute, &used) != 2 || at[used] ||
               ret->hour < 0 || ret->hour > 23 || ret->minute < 0 || ret->minute > 59))
        return ofs_fail(err, OFS_ERR_USAGE, "--at takes a time as HH:MM, not '%s'", at);
    return 0;
}

/* A word of ExecStart= or Environment=, quoted; systemd.syntax(7), systemd.unit(5) for '%'. */
static int add_unit_word(struct ofs_buf *b, const char *word, bool command, struct ofs_error *err)
{
    if (ofs_buf_puts(b, "\"", err))
        return -1;
    for (const char *p = word; *p; p++) {
        const char *as = *p == '%' ? "%%" : *p == '"' ? "\\\"" : *p == '\\' ? "\\\\" : NULL;
        if (command && *p == '$')
            as = "$$";
        if (as ? ofs_buf_puts(b, as, err) : ofs_buf_add(b, p, 1, err))
            return -1;
    }
    return ofs_buf_puts(b, "\"", err);
}

static int add_unit_words(const struct ofs_schedule *s, struct ofs_buf *b, struct ofs_error *err)
{
    for (const char *const *e = s->environment; *e; e++)
        if (ofs_buf_puts(b, "Environment=", err) || add_unit_word(b, *e, false, err) ||
            ofs_buf_puts(b, "\n", err))
            return -1;
    if (ofs_buf_puts(b, "ExecStart=", err))
        return -1;
    for (const char *const *w = s->words; *w; w++)
        if ((w != s->words && ofs_buf_puts(b, " ", err)) || add_unit_word(b, *w, true, err))
            return -1;
    return ofs_buf_puts(b, "\n", err);
}

/* What a browser needs stays allowed: its own sandbox creates namespaces, its scripts are
 * compiled. */
static const char hardening[] = "NoNewPrivileges=yes\n"
                                "LockPersonality=yes\n"
                                "RestrictRealtime=yes\n"
                                "RestrictSUIDSGID=yes\n"
                                "SystemCallArchitectures=native\n"
                                "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n"
                                "UMask=0077\n";

int ofs_schedule_service(const struct ofs_schedule *s, struct ofs_buf *ret, struct ofs_error *err)
{
    if (ofs_buf_printf(ret, err,
                       "[Unit]\n"
                       "Description=offswitch: look at the settings and terms of %s\n"
                       "\n"
                       "[Service]\n"
                       "Type=oneshot\n"
                       "# 2, 3 and 5 are about the settings; the pass itself worked\n"
                       "SuccessExitStatus=2 3 5\n"
                       "TimeoutStartSec=45min\n"
                       "Nice=10\n",
                       s->id) ||
        add_unit_words(s, ret, err))
        return -1;
    return ofs_buf_puts(ret, hardening, err);
}

int ofs_schedule_timer(const struct ofs_schedule *s, struct ofs_buf *ret, struct ofs_error *err)
{
    return ofs_buf_printf(ret, err,
                          "[Unit]\n"
                          "Description=offswitch: every %s for %s\n"
                          "\n"
                          "[Timer]\n"
                          "OnCalendar=%s %02d:%02d:00\n"
                          "# one that was missed is made up for\n"
                          "Persistent=true\n"
                          "RandomizedDelaySec=%s\n"
                          "AccuracySec=1min\n"
                          "\n"
                          "[Install]\n"
                          "WantedBy=timers.target\n",
                          everies[s->every].word, s->id, everies[s->every].calendar, s->hour,
                          s->minute, everies[s->every].delay);
}

static int add_xml(struct ofs_buf *b, const char *text, struct ofs_error *err)
{
    for (const char *p = text; *p; p++) {
        const char *as = *p == '&' ? "&amp;" : *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : NULL;
        if (as ? ofs_buf_puts(b, as, err) : ofs_buf_add(b, p, 1, err))
            return -1;
    }
    return 0;
}

static int add_plist_environment(const struct ofs_schedule *s, struct ofs_buf *ret,
                                 struct ofs_error *err)
{
    if (!*s->environment)
        return 0;
    if (ofs_buf_puts(ret, "  <key>EnvironmentVariables</key>\n  <dict>\n", err))
        return -1;
    for (const char *const *e = s->environment; *e; e++) {
        OFS_AUTO_STR name = strndup(*e, strcspn(*e, "="));
        const char *value = *e + strcspn(*e, "=");
        if (!name || ofs_buf_puts(ret, "    <key>", err) || add_xml(ret, name, err) ||
            ofs_buf_puts(ret, "</key><string>", err) ||
            add_xml(ret, value + (*value == '='), err) || ofs_buf_puts(ret, "</string>\n", err))
            return -1;
    }
    return ofs_buf_puts(ret, "  </dict>\n", err);
}

int ofs_schedule_plist(const struct ofs_schedule *s, struct ofs_buf *ret, struct ofs_error *err)
{
    if (ofs_buf_printf(ret, err,
                       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                       "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                       "<plist version=\"1.0\">\n<dict>\n"
                       "  <key>Label</key><string>offswitch.watch.%s</string>\n"
                       "  <key>ProgramArguments</key>\n  <array>\n",
                       s->id))
        return -1;
    for (const char *const *w = s->words; *w; w++)
        if (ofs_buf_puts(ret, "    <string>", err) || add_xml(ret, *w, err) ||
            ofs_buf_puts(ret, "</string>\n", err))
            return -1;
    if (ofs_buf_puts(ret, "  </array>\n", err) || add_plist_environment(s, ret, err))
        return -1;
    static const char *const days[] = {
        [OFS_EVERY_DAY] = "",
        [OFS_EVERY_WEEK] = "<key>Weekday</key><integer>1</integer>",
        [OFS_EVERY_MONTH] = "<key>Day</key><integer>1</integer>",
    };
    return ofs_buf_printf(ret, err,
                          "  <key>StartCalendarInterval</key>\n"
                          "  <dict>%s<key>Hour</key><integer>%d</integer>"
                          "<key>Minute</key><integer>%d</integer></dict>\n"
                          "  <key>ProcessType</key><string>Background</string>\n"
                          "</dict>\n</plist>\n",
                          days[s->every], s->hour, s->minute);
}

/* For sh, inside a crontab, where '%' ends the command. */
static int add_cron_word(struct ofs_buf *b, const char *word, struct ofs_error *err)
{
    if (ofs_buf_puts(b, "'", err))
        return -1;
    for (const char *p = word; *p; p++) {
        const char *as = *p == '\'' ? "'\\''" : *p == '%' ? "'\\%'" : NULL;
        if (as ? ofs_buf_puts(b, as, err) : ofs_buf_add(b, p, 1, err))
            return -1;
    }
    return ofs_buf_puts(b, "'", err);
}

#define CRON_MARK " # offswitch-watch "

int ofs_schedule_crontab(const struct ofs_schedule *s, struct ofs_buf *ret, struct ofs_error *err)
{
    if (ofs_buf_printf(ret, err, "%d %d %s", s->minute, s->hour, everies[s->every].cron))
        return -1;
    for (const char *const *e = s->environment; *e; e++) {
        OFS_AUTO_STR name = strndup(*e, strcspn(*e, "="));
        const char *value = *e + strcspn(*e, "=");
        if (!name || ofs_buf_printf(ret, err, " %s=", name) ||
            add_cron_word(ret, value + (*value == '='), err))
            return -1;
    }
    for (const char *const *w = s->words; *w; w++)
        if (ofs_buf_puts(ret, " ", err) || add_cron_word(ret, *w, err))
            return -1;
    return ofs_buf_printf(ret, err, CRON_MARK "%s\n", s->id);
}

int ofs_schedule_without(const char *crontab, const char *id, struct ofs_buf *ret,
                         struct ofs_error *err)
{
    OFS_AUTO_STR mark = ofs_text_printf(CRON_MARK "%s", id);
    int found = 0;
    if (!mark)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    size_t m = strlen(mark);
    for (const char *p = crontab; *p;) {
        size_t n = strcspn(p, "\n");
        bool ours = n >= m && !memcmp(p + n - m, mark, m);
        found |= ours;
        if (!ours && (ofs_buf_add(ret, p, n, err) || ofs_buf_puts(ret, "\n", err)))
            return -1;
        p += n;
        p += *p == '\n';
    }
    return found;
}
