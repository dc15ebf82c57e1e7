/*
 * notify.h: the channels that a person switched on, and sending to one.
 *
 * They are named in $XDG_CONFIG_HOME/offswitch/notify.json (or the file that $OFFSWITCH_NOTIFY
 * names), which no other user may read:
 *
 *     {"channels": [
 *       {"name": "desktop", "type": "desktop"},
 *       {"name": "mail", "type": "mail", "url": "smtps://mail.example.org", "from":
 * "me@example.org", "to": ["me@example.org"], "user": "me", "password": "$MAIL_PASSWORD"},
 *       {"name": "hook", "type": "webhook", "url": "https://example.org/hook",
 *        "headers": {"Authorization": "$HOOK_TOKEN"}},
 *       {"name": "phone", "type": "ntfy", "url": "https://ntfy.sh/topic", "token": "…"},
 *       {"name": "script", "type": "command", "command": ["/usr/local/bin/told", "-x"]}]}
 *
 * A value that begins with '$' is taken from the environment ("$$" is a dollar), and the variable
 * leaves it, so that no child sees it: load the channels before any child is started. "cacert" is a
 * PEM file of authorities to trust, for a private server. Nothing of this file is ever stored
 * elsewhere, traced, or passed to another program as an argument.
 *
 * Life cycle: ofs_channels_load, ofs_channel_send as often as needed, ofs_channels_free. Sending
 * blocks for at most a minute.
 */
#ifndef OFS_WATCH_NOTIFY_H
#define OFS_WATCH_NOTIFY_H

#include <cJSON.h>
#include <stddef.h>

#include "base/error.h"
#include "wire/loop.h"

struct ofs_channels;

struct ofs_notice {
    const char *subject; /* one line */
    const char *body;    /* plain text, lines */
    const char *report;  /* the report as JSON, or NULL: for a command and a web hook */
};

/* Without the file there are no channels. Fails with OFS_ERR_USAGE: not JSON, a channel that lacks
 * something, a file that others may read. The caller frees the result. */
struct ofs_channels *ofs_channels_load(struct ofs_error *err);
void ofs_channels_free(struct ofs_channels *channels);

/* The same from a text, for tests. */
struct ofs_channels *ofs_channels_parse(const char *text, size_t len, struct ofs_error *err);

size_t ofs_channels_count(const struct ofs_channels *channels);
const char *ofs_channel_name(const struct ofs_channels *channels, size_t i);
const char *ofs_channel_type(const struct ofs_channels *channels, size_t i);

int ofs_channel_send(const struct ofs_channels *channels, size_t i, struct ofs_loop *loop,
                     const struct ofs_notice *notice, struct ofs_error *err);

/* The path of the file. The caller frees the result; NULL if there is no home. */
char *ofs_channels_path(void);

#endif
