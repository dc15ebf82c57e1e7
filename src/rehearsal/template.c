#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rehearsal/inside.h"

/* The files of pages/, as the build has turned them into bytes. */
static const char shell_html[] = {
#include "shell.html.h"
};
static const char inner_html[] = {
#include "inner.html.h"
};
static const char alone_html[] = {
#include "alone.html.h"
};
static const char site_css[] = {
#include "site.css.h"
};
static const char settings_js[] = {
#include "settings.js.h"
};
static const char faults_js[] = {
#include "faults.js.h"
};
static const char faults_state_js[] = {
#include "faults-state.js.h"
};
static const char faults_events_js[] = {
#include "faults-events.js.h"
};
static const char faults_socket_js[] = {
#include "faults-socket.js.h"
};
static const char faults_worker_js[] = {
#include "faults-worker.js.h"
};
static const char faults_worker_events_js[] = {
#include "faults-worker-events.js.h"
};
static const char faults_shared_worker_js[] = {
#include "faults-shared-worker.js.h"
};
static const char faults_task_js[] = {
#include "faults-task.js.h"
};
static const char faults_signal_js[] = {
#include "faults-signal.js.h"
};
static const char faults_ways_js[] = {
#include "faults-ways.js.h"
};
static const char switch_current_html[] = {
#include "switch-current.html.h"
};
static const char switch_plain_html[] = {
#include "switch-plain.html.h"
};
static const char switch_artdeco_html[] = {
#include "switch-artdeco.html.h"
};
static const char switch_button_html[] = {
#include "switch-button.html.h"
};
static const char switch_radio_html[] = {
#include "switch-radio.html.h"
};
static const char switch_aria_html[] = {
#include "switch-aria.html.h"
};

static const struct {
    const char *data;
    size_t len;
} files[] = {
    [SITE_FILE_SHELL] = {shell_html, sizeof shell_html},
    [SITE_FILE_INNER] = {inner_html, sizeof inner_html},
    [SITE_FILE_ALONE] = {alone_html, sizeof alone_html},
    [SITE_FILE_CSS] = {site_css, sizeof site_css},
    [SITE_FILE_SETTINGS_JS] = {settings_js, sizeof settings_js},
    [SITE_FILE_FAULTS_JS] = {faults_js, sizeof faults_js},
    [SITE_FILE_FAULTS_STATE_JS] = {faults_state_js, sizeof faults_state_js},
    [SITE_FILE_FAULTS_EVENTS_JS] = {faults_events_js, sizeof faults_events_js},
    [SITE_FILE_FAULTS_SOCKET_JS] = {faults_socket_js, sizeof faults_socket_js},
    [SITE_FILE_FAULTS_WORKER_JS] = {faults_worker_js, sizeof faults_worker_js},
    [SITE_FILE_FAULTS_WORKER_EVENTS_JS] = {faults_worker_events_js, sizeof faults_worker_events_js},
    [SITE_FILE_FAULTS_SHARED_WORKER_JS] = {faults_shared_worker_js, sizeof faults_shared_worker_js},
    [SITE_FILE_FAULTS_TASK_JS] = {faults_task_js, sizeof faults_task_js},
    [SITE_FILE_FAULTS_SIGNAL_JS] = {faults_signal_js, sizeof faults_signal_js},
    [SITE_FILE_FAULTS_WAYS_JS] = {faults_ways_js, sizeof faults_ways_js},
    [SITE_FILE_SWITCH_CURRENT] = {switch_current_html, sizeof switch_current_html},
    [SITE_FILE_SWITCH_PLAIN] = {switch_plain_html, sizeof switch_plain_html},
    [SITE_FILE_SWITCH_ARTDECO] = {switch_artdeco_html, sizeof switch_artdeco_html},
    [SITE_FILE_SWITCH_BUTTON] = {switch_button_html, sizeof switch_button_html},
    [SITE_FILE_SWITCH_RADIO] = {switch_radio_html, sizeof switch_radio_html},
    [SITE_FILE_SWITCH_ARIA] = {switch_aria_html, sizeof switch_aria_html},
};

static void add(struct ofs_buf *out, const char *data, size_t len)
{
    struct ofs_error ignored;
    ofs_buf_add(out, data, len, &ignored);
}

void site_add(struct ofs_buf *out, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n > 0)
        add(out, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
}

void site_escape(struct ofs_buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            add(out, "&amp;", 5);
            break;
        case '<':
            add(out, "&lt;", 4);
            break;
        case '>':
            add(out, "&gt;", 4);
            break;
        case '"':
            add(out, "&quot;", 6);
            break;
        default:
            add(out, text, 1);
        }
    }
}

void site_add_file(struct ofs_buf *out, enum site_file file)
{
    add(out, files[file].data, files[file].len);
}

static void add_pair(struct ofs_buf *out, const char *name, size_t len,
                     const struct site_pair *pairs)
{
    bool raw = len && *name == '&';
    if (raw)
        name++, len--;
    for (; pairs->name; pairs++) {
        if (strlen(pairs->name) != len || strncmp(pairs->name, name, len) != 0)
            continue;
        if (raw)
            add(out, pairs->value, strlen(pairs->value));
        else
            site_escape(out, pairs->value);
        return;
    }
}

void site_fill(struct ofs_buf *out, enum site_file file, const struct site_pair *pairs)
{
    const char *at = files[file].data, *end = at + files[file].len;
    while (at < end) {
        const char *open = memmem(at, (size_t)(end - at), "{{", 2);
        const char *close = open ? memmem(open, (size_t)(end - open), "}}", 2) : NULL;
        if (!close)
            break;
        add(out, at, (size_t)(open - at));
        add_pair(out, open + 2, (size_t)(close - open - 2), pairs);
        at = close + 2;
    }
    add(out, at, (size_t)(end - at));
}
