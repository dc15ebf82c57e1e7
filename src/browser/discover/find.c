#include "browser/discover/find.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "wire/http.h"

enum { MOST_CANDIDATES = 64, ANSWERS_WITHIN = 2000, ANSWER_LIMIT = 1 << 20 };

/* Where browsers keep their user data, under $HOME (or $XDG_CONFIG_HOME for ".config/"), and where
 * machines keep their policies, under /etc. For Firefox the directory holds the profiles. */
static const struct place {
    enum ofs_browser_kind kind;
    const char *browser, *dir, *policies;
} places[] = {
#define CHROME(browser, dir, policies)          \
    {                                           \
        OFS_KIND_CHROME, browser, dir, policies \
    }
#define FIREFOX(dir)                           \
    {                                          \
        OFS_KIND_FIREFOX, "Firefox", dir, NULL \
    }
    CHROME("Google Chrome", ".config/google-chrome", "opt/chrome/policies/managed"),
    CHROME("Google Chrome Beta", ".config/google-chrome-beta", "opt/chrome/policies/managed"),
    CHROME("Google Chrome Dev", ".config/google-chrome-unstable", "opt/chrome/policies/managed"),
    CHROME("Chromium", ".config/chromium", "chromium/policies/managed"),
    CHROME("Microsoft Edge", ".config/microsoft-edge", "opt/edge/policies/managed"),
    CHROME("Brave", ".config/BraveSoftware/Brave-Browser", "brave/policies/managed"),
    CHROME("Vivaldi", ".config/vivaldi", NULL),
    CHROME("Opera", ".config/opera", NULL),
    CHROME("Chromium (snap)", "snap/chromium/common/chromium", "chromium-browser/policies/managed"),
    CHROME("Google Chrome (flatpak)", ".var/app/com.google.Chrome/config/google-chrome",
           "opt/chrome/policies/managed"),
    CHROME("Chromium (flatpak)", ".var/app/org.chromium.Chromium/config/chromium",
           "chromium/policies/managed"),
    CHROME("Brave (flatpak)", ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
           "brave/policies/managed"),
    CHROME("Microsoft Edge (flatpak)", ".var/app/com.microsoft.Edge/config/microsoft-edge",
           "opt/edge/policies/managed"),
    CHROME("Google Chrome", "Library/Application Support/Google/Chrome", NULL),
    CHROME("Chromium", "Library/Application Support/Chromium", NULL),
    CHROME("Microsoft Edge", "Library/Application Support/Microsoft Edge", NULL),
    CHROME("Brave", "Library/Application Support/BraveSoftware/Brave-Browser", NULL),
    CHROME("Vivaldi", "Library/Application Support/Vivaldi", NULL),
    CHROME("Opera", "Library/Application Support/com.operasoftware.Opera", NULL),
    FIREFOX(".mozilla/firefox"),
    FIREFOX(".config/mozilla/firefox"), /* new installations, since Firefox 147 */
    FIREFOX("snap/firefox/common/.mozilla/firefox"),
    FIREFOX(".var/app/org.mozilla.firefox/.mozilla/firefox"),
    FIREFOX(".var/app/org.mozilla.firefox/config/mozilla/firefox"),
    FIREFOX("Library/Application Support/Firefox/Profiles"),
#undef CHROME
#undef FIREFOX
};

static const char *const reach_words[] = {
#define X(code, word) [OFS_REACH_##code] = word,
    OFS_REACH_TABLE(X)
#undef X
};

const char *ofs_reach_word(enum ofs_reach state)
{
    return reach_words[state];
}

static const char *if_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

struct ofs_find_roots ofs_find_roots_here(void)
{
    return (struct ofs_find_roots){.home = if_set("HOME"),
                                   .config = if_set("XDG_CONFIG_HOME"),
                                   .named = if_set("CHROME_USER_DATA_DIR"),
                                   .etc = "/etc"};
}

static char *place_dir(const struct ofs_find_roots *roots, const char *dir)
{
    if (roots->config && !strncmp(dir, ".config/", 8))
        return ofs_text_printf("%s/%s", roots->config, dir + 8);
    return roots->home ? ofs_text_printf("%s/%s", roots->home, dir) : NULL;
}

/* ---- asking the port ---- */

/* The path of the browser's socket in the answer of /json/version, or NULL. */
static const char *socket_path(const cJSON *answer)
{
    const char *socket = ofs_json_str(answer, "webSocketDebuggerUrl", NULL);
    return socket ? strstr(socket, "/devtools/browser") : NULL;
}

static enum ofs_answer judge_version(struct ofs_signs *signs, const struct ofs_buf *body)
{
    struct ofs_error ignored;
    OFS_AUTO_JSON answer = ofs_json_parse(ofs_buf_str(body), body->len, &ignored);
    const char *path = socket_path(answer);
    if (!path || (signs->path[0] && strcmp(signs->path, path)))
        return OFS_ANSWER_OTHER; /* every browser instance has its own path */
    snprintf(signs->path, sizeof signs->path, "%s", path);
    return OFS_ANSWER_OURS;
}

void ofs_find_ask(struct ofs_loop *loop, struct ofs_signs *signs, ofs_deadline deadline)
{
    struct ofs_error err;
    long status = 0;
    OFS_AUTO_BUF body = OFS_BUF(ANSWER_LIMIT);
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d/json/version", signs->port);
    signs->answer = OFS_ANSWER_NONE;
    if (!signs->port || !url)
        return;
    int rc = ofs_http_get(loop, url, ofs_deadline_min(deadline, ofs_deadline_in(ANSWERS_WITHIN)),
                          &body, &status, &err);
    if (rc && (err.code == OFS_ERR_CONNECT || err.code == OFS_ERR_TIMEOUT))
        signs->answer = OFS_ANSWER_NOBODY;
    else if (signs->kind == OFS_KIND_FIREFOX) /* it has no such page: listening must suffice */
        signs->answer = signs->lock == OFS_LOCK_HELD || signs->lock == OFS_LOCK_UNSURE
                            ? OFS_ANSWER_OURS
                            : OFS_ANSWER_OTHER;
    else if (!rc && status == 200)
        signs->answer = judge_version(signs, &body);
    else
        signs->answer =
            !rc && status == 404 && signs->path[0] ? OFS_ANSWER_APPROVAL : OFS_ANSWER_OTHER;
}

/* ---- all of them ---- */

struct search {
    struct ofs_loop *loop;
    ofs_deadline deadline;
    struct ofs_candidate *list;
    int n;
};

static bool is_known(const struct search *s, const char *dir)
{
    struct stat a, b;
    for (int i = 0; i < s->n; i++)
        if (!stat(s->list[i].dir, &a) && !stat(dir, &b) && a.st_ino == b.st_ino &&
            a.st_dev == b.st_dev)
            return true;
    return false;
}

static void set_address(struct ofs_candidate *c)
{
    int port = c->signs.port;
    if (c->state == OFS_REACH_APPROVAL)
        snprintf(c->address, sizeof c->address, "ws://127.0.0.1:%d%s", port, c->signs.path);
    else if (c->state == OFS_REACH_READY)
        snprintf(c->address, sizeof c->address, "%s://127.0.0.1:%d",
                 c->signs.kind == OFS_KIND_FIREFOX ? "bidi" : "cdp", port);
}

static void consider(struct search *s, enum ofs_browser_kind kind, const char *browser,
                     const char *dir, const char *policies)
{
    struct ofs_candidate c = {.browser = browser};
    if (s->n == MOST_CANDIDATES || is_known(s, dir) ||
        !ofs_find_read(kind, dir, policies, &c.signs))
        return;
    ofs_find_ask(s->loop, &c.signs, s->deadline);
    c.state = ofs_find_judge(&c.signs);
    set_address(&c);
    c.dir = strdup(dir);
    if (c.dir)
        s->list[s->n++] = c;
}

/* Each profile of Firefox is a directory of its own. */
static void consider_profiles(struct search *s, const char *browser, const char *dir)
{
    DIR *profiles = opendir(dir);
    const struct dirent *entry;
    while (profiles && (entry = readdir(profiles))) {
        OFS_AUTO_STR path =
            entry->d_name[0] == '.' ? NULL : ofs_text_printf("%s/%s", dir, entry->d_name);
        if (path)
            consider(s, OFS_KIND_FIREFOX, browser, path, NULL);
    }
    if (profiles)
        closedir(profiles);
}

static int by_use(const void *a, const void *b)
{
    const struct ofs_candidate *x = a, *y = b;
    if (x->state != y->state)
        return (int)x->state - (int)y->state;
    if (x->signs.used != y->signs.used)
        return x->signs.used < y->signs.used ? 1 : -1;
    return strcmp(x->dir, y->dir);
}

int ofs_find_all(struct ofs_loop *loop, const struct ofs_find_roots *roots, ofs_deadline deadline,
                 struct ofs_candidate **ret_list, struct ofs_error *err)
{
    struct search s = {
        .loop = loop, .deadline = deadline, .list = calloc(MOST_CANDIDATES, sizeof *s.list)};
    if (!s.list)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const struct place *p = &places[i];
        OFS_AUTO_STR dir = place_dir(roots, p->dir);
        OFS_AUTO_STR policies =
            roots->etc && p->policies ? ofs_text_printf("%s/%s", roots->etc, p->policies) : NULL;
        if (dir && p->kind == OFS_KIND_FIREFOX)
            consider_profiles(&s, p->browser, dir);
        else if (dir)
            consider(&s, p->kind, p->browser, dir, policies);
    }
    if (roots->named)
        consider(&s, OFS_KIND_CHROME, "Chrome", roots->named, NULL);
    qsort(s.list, (size_t)s.n, sizeof *s.list, by_use);
    *ret_list = s.list;
    return s.n;
}

void ofs_find_free(struct ofs_candidate *list, int n)
{
    for (int i = 0; list && i < n; i++)
        free(list[i].dir);
    free(list);
}

/* ---- for a person ---- */

char *ofs_candidate_title(const struct ofs_candidate *c)
{
    const char *home = if_set("HOME");
    size_t n = home ? strlen(home) : 0;
    bool at_home = n && !strncmp(c->dir, home, n) && c->dir[n] == '/';
    bool named = c->signs.profile[0] != '\0';
    return ofs_text_printf("%s%s%s%s (%s%s)", c->browser, named ? ", profile \"" : "",
                           c->signs.profile, named ? "\"" : "", at_home ? "~" : "",
                           at_home ? c->dir + n : c->dir);
}

static const char tick_box[] =
    "in that browser open chrome://inspect/#remote-debugging and tick \"Allow remote debugging\", "
    "then run again; or sign in once with 'offswitch login'";

static const struct {
    enum ofs_reach state;
    enum ofs_browser_kind kind;
    const char *words;
} steps[] = {
    {OFS_REACH_READY, OFS_KIND_CHROME, "run 'offswitch check'"},
    {OFS_REACH_READY, OFS_KIND_FIREFOX, "run 'offswitch check'"},
    {OFS_REACH_APPROVAL, OFS_KIND_CHROME,
     "run 'offswitch check', and press Allow when the browser asks \"Allow remote debugging?\""},
    {OFS_REACH_NO_DEBUGGING, OFS_KIND_CHROME, tick_box},
    {OFS_REACH_NO_DEBUGGING, OFS_KIND_FIREFOX,
     "set remote.prefs.recommended to false in about:config, close Firefox, start it again with "
     "--remote-debugging-port=9222, then run again"},
    {OFS_REACH_NOT_RUNNING, OFS_KIND_CHROME,
     "start it, open chrome://inspect/#remote-debugging and tick \"Allow remote debugging\"; or "
     "sign in once with 'offswitch login'"},
    {OFS_REACH_NOT_RUNNING, OFS_KIND_FIREFOX,
     "start it with --remote-debugging-port=9222 (remote.prefs.recommended set to false in "
     "about:config leaves its settings as they are), then run again"},
    {OFS_REACH_STALE, OFS_KIND_CHROME,
     "it is not running, and its port file is left over; start it, then run again"},
    {OFS_REACH_STALE, OFS_KIND_FIREFOX,
     "it is not running, and its port file is left over; start it with "
     "--remote-debugging-port=9222, then run again"},
    {OFS_REACH_POLICY, OFS_KIND_CHROME,
     "the administrator of this machine has forbidden debugging for it; use another browser, or "
     "'offswitch guide' to do it by hand"},
    {OFS_REACH_IN_USE, OFS_KIND_CHROME,
     "another machine has it open; close it there, then run again"},
};

const char *ofs_candidate_next(const struct ofs_candidate *c)
{
    if (c->state == OFS_REACH_NO_DEBUGGING && c->signs.enabled)
        return "debugging is allowed but not open yet; close that browser and start it again, then "
               "run again";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i].state == c->state && steps[i].kind == c->signs.kind)
            return steps[i].words;
    return "run 'offswitch doctor' again";
}
