#include "rehearsal/site.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "rehearsal/inside.h"

enum { SLOW_MS = 3000 };

static const char *const generations[SITE_GENERATIONS + 1] = {
    [SITE_CURRENT] = "current", [SITE_ARTDECO] = "artdeco", [SITE_BUTTON] = "button",
    [SITE_IFRAME] = "iframe",   [SITE_RADIO] = "radio",     [SITE_PSETTINGS] = "psettings",
    [SITE_ARIA] = "aria",
};

static const struct {
    const char *path;
    enum site_file file;
    const char *type;
} static_files[] = {
    {"/static/site.css", SITE_FILE_CSS, "text/css; charset=utf-8"},
    {"/static/settings.js", SITE_FILE_SETTINGS_JS, "text/javascript; charset=utf-8"},
    {"/static/faults.js", SITE_FILE_FAULTS_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-state.js", SITE_FILE_FAULTS_STATE_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-events.js", SITE_FILE_FAULTS_EVENTS_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-socket.js", SITE_FILE_FAULTS_SOCKET_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-worker.js", SITE_FILE_FAULTS_WORKER_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-worker-events.js", SITE_FILE_FAULTS_WORKER_EVENTS_JS,
     "text/javascript; charset=utf-8"},
    {"/static/faults-shared-worker.js", SITE_FILE_FAULTS_SHARED_WORKER_JS,
     "text/javascript; charset=utf-8"},
    {"/static/faults-task.js", SITE_FILE_FAULTS_TASK_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-signal.js", SITE_FILE_FAULTS_SIGNAL_JS, "text/javascript; charset=utf-8"},
    {"/static/faults-ways.js", SITE_FILE_FAULTS_WAYS_JS, "text/javascript; charset=utf-8"},
};

/* Faults that decide the session, in the order in which they are looked for. */
static const struct {
    enum site_fault fault;
    enum site_session session;
    bool opens; /* after signing in */
} gates[] = {
    {SITE_BLOCKED_999, SITE_BLOCKED, false},     {SITE_TOO_FAST_429, SITE_TOO_FAST, false},
    {SITE_CHECKPOINT, SITE_CHECKED, false},      {SITE_AUTHWALL, SITE_WALLED, true},
    {SITE_SIGNED_OUT, SITE_NOT_SIGNED_IN, true},
};

static const char *const wanted_headers[] = {"csrf-token", NULL};

/* The page at an address. */
struct place {
    int setting; /* the first on the page, or -1 */
    const struct site_category *category;
    const struct site_neighbour *neighbour;
    bool inner;    /* the inside of the frame */
    bool moved;    /* requested at the address that only the index has */
    bool rendered; /* requested below /psettings/ */
};

int64_t site_now(const struct ofs_site *site)
{
    return ofs_now_ms() - site->started_ms;
}

void site_note(const struct ofs_site *site, struct site_events *events, const char *what)
{
    if (events->n == SITE_LOG)
        return;
    struct ofs_site_event *e = &events->at[events->n++];
    snprintf(e->what, sizeof e->what, "%s", what);
    e->at_ms = site_now(site);
}

void site_redirect(struct ofs_serve_reply *reply, const char *base, const char *rest)
{
    struct ofs_error ignored;
    reply->status = 302;
    ofs_buf_printf(&reply->headers, &ignored, "Location: %s", base);
    for (; *rest; rest++) {
        /* the path is already decoded: a line break in it must not become one in the response */
        unsigned char c = (unsigned char)*rest;
        if (isalnum(c) || strchr("-._~/", c))
            ofs_buf_add(&reply->headers, rest, 1, &ignored);
        else
            ofs_buf_printf(&reply->headers, &ignored, "%%%02X", c);
    }
    ofs_buf_puts(&reply->headers, "\r\n", &ignored);
}

static bool starts(const char *text, const char *with, const char **ret_rest)
{
    size_t n = strlen(with);
    if (strncmp(text, with, n) != 0)
        return false;
    *ret_rest = text + n;
    return true;
}

static int moved_setting(const struct ofs_site *site, const char *slug)
{
    const char *name;
    if (!starts(slug, "settings/manage-", &name))
        return -1;
    for (int i = 0; i < SITE_SETTINGS; i++) {
        const char *base = strrchr(site_settings[i].slug, '/');
        if (!strcmp(base ? base + 1 : site_settings[i].slug, name) &&
            site_fault_on(&site->faults, SITE_MOVED, i))
            return i;
    }
    return -1;
}

static struct place find_place(const struct ofs_site *site, const char *path)
{
    struct place p = {.setting = -1};
    const char *slug;
    if (starts(path, SITE_CATEGORIES, &slug)) {
        p.category = site_category_by_slug(slug);
    } else if (starts(path, SITE_ROOT "frame/", &slug)) {
        p.setting = site_setting_by_slug(slug, -1);
        p.inner = true;
    } else if (starts(path, "/psettings/", &slug)) {
        char full[128];
        snprintf(full, sizeof full, "settings/%.100s", slug);
        p.setting = site_setting_by_slug(slug, -1);
        if (p.setting < 0)
            p.setting = site_setting_by_slug(full, -1);
        p.rendered = true;
    } else if (starts(path, SITE_ROOT, &slug)) {
        p.setting = site_setting_by_slug(slug, -1);
        p.neighbour = site_neighbour_by_slug(slug);
        if (p.setting < 0 && (p.setting = moved_setting(site, slug)) >= 0)
            p.moved = true;
    }
    return p;
}

/* Is the fault on for any setting of that place? */
static bool fault_here(const struct ofs_site *site, enum site_fault fault, const struct place *p)
{
    if (p->setting < 0)
        return site_fault_on(&site->faults, fault, -1);
    const char *slug = site_settings[p->setting].slug;
    for (int i = p->setting; i >= 0; i = site_setting_by_slug(slug, i))
        if (site_fault_on(&site->faults, fault, i))
            return true;
    return false;
}

static void draw_sign_in(struct ofs_site *site, const struct ofs_serve_request *request,
                         struct ofs_serve_reply *reply)
{
    struct ofs_buf form __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(1 << 16);
    char back[512];
    ofs_serve_field(request->query, "session_redirect", back, sizeof back);
    site_add(&form, "<form method=\"post\" action=\"/uas/login-submit\">\n"
                    "<input type=\"hidden\" name=\"session_redirect\" value=\"");
    site_escape(&form, back);
    site_add(&form, "\">\n<label for=\"username\">Email or phone</label>"
                    "<input id=\"username\" name=\"session_key\" autocomplete=\"off\">\n"
                    "<label for=\"password\">Password</label><input id=\"password\" "
                    "name=\"session_password\" type=\"password\" autocomplete=\"off\">\n"
                    "<button type=\"submit\">Sign in</button>\n</form>\n");
    site_draw_alone(site, "Sign in", ofs_buf_str(&form), reply);
}

/* Any name and password is accepted: it is a rehearsal. Nothing of them is kept. */
static void sign_in(struct ofs_site *site, const struct ofs_serve_request *request,
                    struct ofs_serve_reply *reply)
{
    char back[512];
    site->session = SITE_SIGNED_IN;
    site->let_in = true;
    ofs_serve_field(request->body, "session_redirect", back, sizeof back);
    bool ours = back[0] == '/' && back[1] != '/' && !strpbrk(back, "\r\n");
    site_redirect(reply, ours ? back : SITE_ROOT, "");
}

static bool answer_sessionless(struct ofs_site *site, const struct ofs_serve_request *request,
                               struct ofs_serve_reply *reply)
{
    const char *path = request->path, *rest;
    if (!strcmp(path, "/uas/login-submit") && !strcmp(request->method, "POST")) {
        sign_in(site, request, reply);
    } else if (!strcmp(path, "/uas/login") || !strcmp(path, "/login")) {
        draw_sign_in(site, request, reply);
    } else if (!strcmp(path, "/welcome")) {
        site_draw_alone(site, "Sign in",
                        "<label for=\"mail\">E-mail</label><input id=\"mail\" type=\"email\">\n"
                        "<button type=\"button\">Next</button>\n",
                        reply);
    } else if (!strcmp(path, "/authwall")) {
        site_draw_alone(site, "Join to see more",
                        "<p>You have to be a member to see this page.</p>\n"
                        "<p><a class=\"more\" href=\"/login\">Sign in</a></p>\n",
                        reply);
    } else if (starts(path, "/checkpoint/", &rest)) {
        site_draw_alone(site, "Let's do a quick security check",
                        "<p>We have sent a code to your phone.</p>\n"
                        "<label for=\"pin\">Code</label><input id=\"pin\" inputmode=\"numeric\">\n"
                        "<button type=\"button\">Submit</button>\n",
                        reply);
    } else {
        return false;
    }
    return true;
}

static enum site_session session_at(const struct ofs_site *site, const struct place *p)
{
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (fault_here(site, gates[i].fault, p) && !(gates[i].opens && site->let_in))
            return gates[i].session;
    return site->session;
}

/* Refuse the request if the session does not allow it. */
static bool turned_away(struct ofs_site *site, const struct place *p, const char *path,
                        struct ofs_serve_reply *reply)
{
    switch (session_at(site, p)) {
    case SITE_SIGNED_IN:
        return false;
    case SITE_NOT_SIGNED_IN:
        site_redirect(reply, "/uas/login?session_redirect=", path);
        return true;
    case SITE_WALLED:
        site_redirect(reply, "/authwall?trk=settings&sessionRedirect=", path);
        return true;
    case SITE_CHECKED:
        site_redirect(reply, "/checkpoint/challenge/AgHx2q7?ut=1", "");
        return true;
    case SITE_BLOCKED:
        reply->status = 999;
        site_draw_alone(site, "Request denied", "<p>999</p>\n", reply);
        return true;
    case SITE_TOO_FAST:
        reply->status = 429;
        site_draw_alone(site, "Too many requests", "<p>Please slow down.</p>\n", reply);
        return true;
    }
    return false;
}

bool site_is_elsewhere(const struct ofs_serve_request *request)
{
    const char *rest;
    return starts(request->host, "localhost", &rest);
}

/* Pages at another address than expected. */
static bool led_elsewhere(struct ofs_site *site, const struct place *p,
                          const struct ofs_serve_request *request, struct ofs_serve_reply *reply)
{
    if (fault_here(site, SITE_WRONG_ORIGIN, p) && !site_is_elsewhere(request)) {
        char there[64];
        snprintf(there, sizeof there, "http://localhost:%d", ofs_server_port(site->server));
        site_redirect(reply, there, request->path);
        return true;
    }
    if (fault_here(site, SITE_WAY_SIGN_IN_ELSEWHERE, p)) {
        char there[64];
        snprintf(there, sizeof there,
                 "http://localhost:%d/welcome?from=", ofs_server_port(site->server));
        site_redirect(reply, there, request->path);
        return true;
    }
    if (fault_here(site, SITE_WAY_WALL, p)) {
        reply->status = 403;
        site_draw_alone(site, "Just a moment...", "<p>Checking your browser.</p>\n", reply);
        return true;
    }
    if (p->setting < 0)
        return false;
    const struct site_setting *s = &site_settings[p->setting];
    if (fault_here(site, SITE_SETTING_ABSENT_404, p) || fault_here(site, SITE_PAGE_GONE, p)) {
        reply->status = 404;
        site_draw_plain(site, "Page not found", "This page does not exist.", reply);
        return true;
    }
    if (fault_here(site, SITE_SETTING_ABSENT, p) || fault_here(site, SITE_EVERYTHING_ABSENT, p) ||
        (fault_here(site, SITE_MOVED, p) && !p->moved)) {
        site_redirect(reply, SITE_CATEGORIES, s->category);
        return true;
    }
    if (site_generation_of(site, p->setting) == SITE_PSETTINGS && !p->rendered) {
        const char *base = strrchr(s->slug, '/');
        site_redirect(reply, "/psettings/", base ? base + 1 : s->slug);
        return true;
    }
    return false;
}

/* The effect of the loading faults on a page that is otherwise complete. */
static void spoil(struct ofs_site *site, const struct place *p, struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    if (fault_here(site, SITE_SLOW_PAGE, p))
        reply->delay_ms = site_delay(site, p->setting, SITE_DELAY_PAGE, SLOW_MS);
    if (fault_here(site, SITE_ERROR_PAGE, p))
        reply->status = 500;
    if (fault_here(site, SITE_EMPTY_BODY, p))
        ofs_buf_clear(&reply->body);
    if (fault_here(site, SITE_NEVER_PAGE, p))
        reply->manner = OFS_SERVE_NEVER;
    if (fault_here(site, SITE_CUT_BODY, p)) {
        reply->manner = OFS_SERVE_CUT;
        /* after the switch, before the script that would report that the page has booted */
        const char *script = strstr(ofs_buf_str(&reply->body), "<script");
        bool index = p->setting < 0 || !script;
        reply->cut_at = index ? reply->body.len / 2 : (size_t)(script - reply->body.data);
    }
    if (fault_here(site, SITE_STALE_CACHE, p))
        ofs_buf_puts(&reply->headers, "Cache-Control: max-age=600\r\n", &ignored);
}

static void answer_page(struct ofs_site *site, const struct ofs_serve_request *request,
                        struct ofs_serve_reply *reply)
{
    char path[512];
    snprintf(path, sizeof path, "%s", request->path);
    for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
        path[n - 1] = '\0';
    struct place p = find_place(site, path);
    if (p.neighbour && p.neighbour->dangerous) {
        char what[160];
        snprintf(what, sizeof what, "%s %.140s", request->method, path);
        site_note(site, &site->wrong, what);
    }
    if (turned_away(site, &p, request->path, reply) || led_elsewhere(site, &p, request, reply))
        return;
    if (!strcmp(path, "/mypreferences/d") || !strcmp(path, "/mypreferences"))
        site_redirect(reply, SITE_CATEGORIES, "account");
    else if (p.category)
        site_draw_index(site, p.category, reply);
    else if (p.setting >= 0)
        site_draw_setting(site, p.setting, p.inner, reply);
    else if (p.neighbour)
        site_draw_neighbour(site, p.neighbour, reply);
    else if (!strcmp(path, "/") || !strcmp(path, "/feed") || !strcmp(path, "/mynetwork"))
        site_draw_plain(site, "Home", "Not part of the rehearsal.", reply);
    else {
        reply->status = 404;
        site_draw_plain(site, "Page not found", "This page does not exist.", reply);
    }
    if (reply->status == 200)
        spoil(site, &p, reply);
}

static bool answer_static(const struct ofs_serve_request *request, struct ofs_serve_reply *reply)
{
    for (size_t i = 0; i < sizeof static_files / sizeof *static_files; i++) {
        if (strcmp(request->path, static_files[i].path) != 0)
            continue;
        reply->content_type = static_files[i].type;
        site_add_file(&reply->body, static_files[i].file);
        return true;
    }
    if (!strcmp(request->path, "/silence")) {
        reply->manner = OFS_SERVE_NEVER;
        return true;
    }
    if (!strcmp(request->path, "/favicon.ico")) {
        reply->status = 204;
        return true;
    }
    return false;
}

static void handle(void *user, const struct ofs_serve_request *request,
                   struct ofs_serve_reply *reply)
{
    struct ofs_site *site = user;
    struct ofs_error ignored;
    const char *rest;
    site_settle(site);
    if (site_answer_control(site, request, reply) || answer_static(request, reply) ||
        site_answer_document(site, request, reply))
        return;
    if (starts(request->path, SITE_API, &rest)) {
        site_answer_api(site, request, reply);
        return;
    }
    site_note(site, &site->pages, request->path);
    ofs_buf_puts(&reply->headers,
                 "Set-Cookie: JSESSIONID=\"" SITE_TOKEN "\"; Path=/; SameSite=Lax\r\n", &ignored);
    if (!answer_sessionless(site, request, reply))
        answer_page(site, request, reply);
}

const char *const *ofs_site_generations(void)
{
    return generations;
}

const char *const *ofs_site_langs(void)
{
    static const char *codes[SITE_LANGS + 1];
    for (int i = 0; i < SITE_LANGS; i++)
        codes[i] = site_words[i].code;
    return codes;
}

static int choose(const char *what, const char *word, const char *const *words,
                  struct ofs_error *err)
{
    if (!word || !*word)
        return 0;
    for (int i = 0; words[i]; i++)
        if (!strcmp(words[i], word))
            return i;
    const char *near = ofs_text_closest(word, words);
    ofs_fail(err, OFS_ERR_USAGE, "the replica has no %s \"%s\"", what, word);
    if (near)
        return ofs_hint(err, "did you mean \"%s\"?", near);
    struct ofs_buf all __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(512);
    for (int i = 0; words[i]; i++)
        site_add(&all, "%s%s", i ? ", " : "", words[i]);
    return ofs_hint(err, "it has %s", ofs_buf_str(&all));
}

void ofs_site_reset(struct ofs_site *site)
{
    site->started_ms = ofs_now_ms();
    site->session = SITE_SIGNED_IN;
    site->let_in = false;
    site->n_later = site->n_writes = site->wrong.n = site->pages.n = 0;
    site->changes.n = site->reads.n = 0;
    site->pressed_tab[0] = '\0';
    memset(site->drawn, 0, sizeof site->drawn);
    for (int i = 0; i < SITE_SETTINGS; i++)
        site->on[i] = !site_fault_on(&site->faults, SITE_DISABLED_OFF, i);
}

struct ofs_site *ofs_site_new(struct ofs_loop *loop, const struct ofs_site_options *options,
                              struct ofs_error *err)
{
    int lang = choose("language", options->lang, ofs_site_langs(), err);
    int generation = lang < 0 ? -1 : choose("generation", options->generation, generations, err);
    if (generation < 0)
        return NULL;
    struct ofs_site *site = calloc(1, sizeof *site);
    if (!site) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    site->lang = (enum site_lang)lang;
    site->generation = (enum site_generation)generation;
    site->delay_ms = options->delay_ms < 0 ? 0
                     : options->delay_ms   ? options->delay_ms
                                           : OFS_SITE_HYDRATION_MS;
    site->seed = options->seed;
    site->delay_max_ms = options->delay_max_ms > 0 ? options->delay_max_ms : OFS_SITE_DELAY_MAX_MS;
    const struct ofs_serve_options serve = {
        .port = options->port,
        .handler = handle,
        .user = site,
        .headers = wanted_headers,
    };
    if (site_faults_parse(&site->faults, options->faults, err) ||
        !(site->server = ofs_server_new(loop, &serve, err))) {
        free(site);
        return NULL;
    }
    snprintf(site->origin, sizeof site->origin, "http://127.0.0.1:%d",
             ofs_server_port(site->server));
    ofs_site_reset(site);
    return site;
}

void ofs_site_free(struct ofs_site *site)
{
    if (!site)
        return;
    ofs_server_free(site->server);
    site_free_documents(site);
    free(site);
}

const char *ofs_site_origin(const struct ofs_site *site)
{
    return site->origin;
}

const char *ofs_site_state(struct ofs_site *site, const char *id)
{
    int setting = site_setting_by_id(id);
    site_settle(site);
    return setting < 0 ? NULL : site->on[setting] ? "on" : "off";
}

bool ofs_site_set(struct ofs_site *site, const char *id, bool on)
{
    int setting = site_setting_by_id(id);
    if (setting < 0)
        return false;
    site_put(site, setting, on);
    return true;
}

size_t ofs_site_pending(struct ofs_site *site)
{
    site_settle(site);
    return site->n_later;
}

size_t ofs_site_writes(struct ofs_site *site, const struct ofs_site_write **ret_writes)
{
    *ret_writes = site->writes;
    return site->n_writes;
}

size_t ofs_site_wrong_touches(struct ofs_site *site, const struct ofs_site_event **ret_events)
{
    *ret_events = site->wrong.at;
    return site->wrong.n;
}

size_t ofs_site_pages(struct ofs_site *site, const struct ofs_site_event **ret_events)
{
    *ret_events = site->pages.at;
    return site->pages.n;
}
