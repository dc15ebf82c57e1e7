/*
 * Finding browsers: the contents of a directory, the response of a port, and the result of both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "browser/discover/find.h"
#include "support/scratch.h"
#include "wire/serve.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SOCKET "/devtools/browser/0e4c2d52-7d4b-4d2a-9a35-0f3f4b9a1c11"
#define OTHER_SOCKET "/devtools/browser/ffffffff-7d4b-4d2a-9a35-0f3f4b9a1c11"

/* Make the file with all the directories above it. */
static void put(const char *dir, const char *name, const char *text)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    for (char *p = path + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(path, 0700);
            *p = '/';
        }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void put_link(const char *dir, const char *name, const char *target)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    unlink(path);
    assert_int_equal(symlink(target, path), 0);
}

/* ---- judging ---- */

#define LOCK(x) OFS_LOCK_##x
#define ANSWER(x) OFS_ANSWER_##x
#define STATE(x) OFS_REACH_##x

static const struct {
    enum ofs_lock lock;
    enum ofs_answer answer;
    int port;
    const char *policy;
    enum ofs_reach state;
} verdicts[] = {
    {LOCK(NONE), ANSWER(NONE), 0, "", STATE(NOT_RUNNING)},
    {LOCK(DEAD), ANSWER(NONE), 0, "", STATE(NOT_RUNNING)},
    {LOCK(HELD), ANSWER(NONE), 0, "", STATE(NO_DEBUGGING)},
    {LOCK(UNSURE), ANSWER(NONE), 0, "", STATE(NO_DEBUGGING)},
    {LOCK(ELSEWHERE), ANSWER(NONE), 0, "", STATE(IN_USE)},
    /* the port file outlives its browser */
    {LOCK(NONE), ANSWER(NOBODY), 9222, "", STATE(STALE)},
    {LOCK(DEAD), ANSWER(NOBODY), 9222, "", STATE(STALE)},
    {LOCK(HELD), ANSWER(NOBODY), 9222, "", STATE(NO_DEBUGGING)},
    {LOCK(ELSEWHERE), ANSWER(NOBODY), 9222, "", STATE(IN_USE)},
    /* another process has the port by now */
    {LOCK(NONE), ANSWER(OTHER), 9222, "", STATE(STALE)},
    {LOCK(DEAD), ANSWER(OTHER), 9222, "", STATE(STALE)},
    {LOCK(HELD), ANSWER(OTHER), 9222, "", STATE(NO_DEBUGGING)},
    /* any web server answers 404: approval only if the browser is alive */
    {LOCK(NONE), ANSWER(APPROVAL), 9222, "", STATE(STALE)},
    {LOCK(DEAD), ANSWER(APPROVAL), 9222, "", STATE(STALE)},
    {LOCK(HELD), ANSWER(APPROVAL), 9222, "", STATE(APPROVAL)},
    {LOCK(UNSURE), ANSWER(APPROVAL), 9222, "", STATE(APPROVAL)},
    {LOCK(ELSEWHERE), ANSWER(APPROVAL), 9222, "", STATE(APPROVAL)},
    /* its own socket in its answer is proof enough */
    {LOCK(NONE), ANSWER(OURS), 9222, "", STATE(READY)},
    {LOCK(HELD), ANSWER(OURS), 9222, "", STATE(READY)},
    {LOCK(ELSEWHERE), ANSWER(OURS), 9222, "", STATE(READY)},
    /* a policy explains what is closed, and does not deny what is open */
    {LOCK(NONE), ANSWER(NONE), 0, "/etc/p.json", STATE(POLICY)},
    {LOCK(HELD), ANSWER(NONE), 0, "/etc/p.json", STATE(POLICY)},
    {LOCK(DEAD), ANSWER(NOBODY), 9222, "/etc/p.json", STATE(POLICY)},
    {LOCK(HELD), ANSWER(OURS), 9222, "/etc/p.json", STATE(READY)},
    {LOCK(HELD), ANSWER(APPROVAL), 9222, "/etc/p.json", STATE(APPROVAL)},
};

static void test_judge(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(verdicts); i++) {
        struct ofs_signs signs = {
            .lock = verdicts[i].lock, .answer = verdicts[i].answer, .port = verdicts[i].port};
        snprintf(signs.policy, sizeof signs.policy, "%s", verdicts[i].policy);
        enum ofs_reach got = ofs_find_judge(&signs);
        if (got != verdicts[i].state)
            fail_msg("row %zu: %s instead of %s", i, ofs_reach_word(got),
                     ofs_reach_word(verdicts[i].state));
    }
}

/* Every state has a next step for each kind of browser that can be in it. */
static void test_next_steps(void **state)
{
    (void)state;
    for (int s = OFS_REACH_READY; s <= OFS_REACH_IN_USE; s++) {
        struct ofs_candidate c = {.state = (enum ofs_reach)s};
        assert_string_not_equal(ofs_candidate_next(&c), "run 'offswitch doctor' again");
    }
    static const enum ofs_reach firefox[] = {STATE(READY), STATE(NO_DEBUGGING), STATE(NOT_RUNNING),
                                             STATE(STALE)};
    for (size_t i = 0; i < COUNT(firefox); i++) {
        struct ofs_candidate c = {.state = firefox[i], .signs.kind = OFS_KIND_FIREFOX};
        assert_string_not_equal(ofs_candidate_next(&c), "run 'offswitch doctor' again");
        assert_null(strstr(ofs_candidate_next(&c), "chrome://"));
    }
}

/* ---- reading ---- */

static pid_t dead_process(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static void put_lock(const char *dir, const char *host, long pid)
{
    OFS_AUTO_STR target = ofs_text_printf("%s-%ld", host, pid);
    put_link(dir, "SingletonLock", target);
}

static struct ofs_signs read_chrome(const char *dir)
{
    struct ofs_signs signs;
    OFS_AUTO_STR policies = ofs_text_printf("%s/policies", dir);
    assert_true(ofs_find_read(OFS_KIND_CHROME, dir, policies, &signs));
    return signs;
}

static void test_no_browser(void **state)
{
    struct ofs_signs signs;
    OFS_AUTO_STR file = ofs_text_printf("%s/file", (char *)*state);
    put(*state, "file", "text");
    assert_false(ofs_find_read(OFS_KIND_CHROME, "/nowhere", NULL, &signs));
    assert_false(ofs_find_read(OFS_KIND_CHROME, file, NULL, &signs));
    assert_false(ofs_find_read(OFS_KIND_CHROME, *state, NULL, &signs)); /* nothing of a browser */
    assert_false(ofs_find_read(OFS_KIND_FIREFOX, *state, NULL, &signs));
}

static void test_locks(void **state)
{
    char here[256] = "";
    gethostname(here, sizeof here - 1);
    put(*state, "Local State", "{}");
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_NONE);
    put_lock(*state, here, getpid());
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_HELD);
    assert_int_equal(read_chrome(*state).pid, getpid());
    put_lock(*state, here, dead_process());
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_DEAD);
    put_lock(*state, here, -1);
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_ELSEWHERE); /* "host-" is another host */
    put_lock(*state, "another-machine", getpid());
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_ELSEWHERE);
    put_link(*state, "SingletonLock", "nonsense");
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_NONE);
}

/* A number that was given to another process since: that one started after the lock was made. */
static void test_reused_pid(void **state)
{
    char here[256] = "";
    gethostname(here, sizeof here - 1);
    put(*state, "Local State", "{}");
    put_lock(*state, here, getpid());
    OFS_AUTO_STR lock = ofs_text_printf("%s/SingletonLock", (char *)*state);
    const struct timespec long_ago[] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, lock, long_ago, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(read_chrome(*state).lock, OFS_LOCK_DEAD);
}

static void test_port_file(void **state)
{
    static const struct {
        const char *text;
        int port;
        const char *path;
    } rows[] = {
        {"9222\n" SOCKET, 9222, SOCKET},
        {"9222\n" SOCKET "\n", 9222, SOCKET},
        {"9222\r\n" SOCKET "\r\n", 9222, SOCKET},
        {"9222", 9222, ""},
        {"9222\n/somewhere/else", 9222, ""},
        {"", 0, ""},
        {"0\n" SOCKET, 0, SOCKET},
        {"70000\n" SOCKET, 0, SOCKET},
        {"-1\n", 0, ""},
        {"port\n", 0, ""},
    };
    put(*state, "Local State", "not JSON");
    for (size_t i = 0; i < COUNT(rows); i++) {
        put(*state, "DevToolsActivePort", rows[i].text);
        struct ofs_signs signs = read_chrome(*state);
        assert_int_equal(signs.port, rows[i].port);
        assert_string_equal(signs.path, rows[i].path);
    }
}

static void test_local_state(void **state)
{
    put(*state, "Local State",
        "{\"devtools\":{\"remote_debugging\":{\"user-enabled\":true}},"
        "\"profile\":{\"last_used\":\"Profile 1\",\"info_cache\":{"
        "\"Default\":{\"name\":\"Home\",\"active_time\":5},"
        "\"Profile 1\":{\"name\":\"Work\\u0007\",\"active_time\":4102444800.5}}}}");
    struct ofs_signs signs = read_chrome(*state);
    assert_true(signs.enabled);
    assert_string_equal(signs.profile, "Work "); /* fit for a terminal */
    assert_int_equal(signs.used, 4102444800);
    put(*state, "Local State",
        "{\"profile\":{\"last_active_profiles\":[\"Default\"],"
        "\"info_cache\":{\"Default\":{\"name\":\"Home\"}}}}");
    signs = read_chrome(*state);
    assert_false(signs.enabled);
    assert_string_equal(signs.profile, "Home");
    assert_true(signs.used > 0); /* the file's own date */
}

static void test_policies(void **state)
{
    put(*state, "Local State", "{}");
    put(*state, "policies/a.json", "{\"RemoteDebuggingAllowed\":true}");
    put(*state, "policies/b.json", "not JSON");
    put(*state, "policies/c.txt", "{\"RemoteDebuggingAllowed\":false}");
    assert_string_equal(read_chrome(*state).policy, "");
    put(*state, "policies/d.json", "{\"HomepageLocation\":\"x\",\"RemoteDebuggingAllowed\":false}");
    struct ofs_signs signs = read_chrome(*state);
    assert_non_null(strstr(signs.policy, "/policies/d.json"));
    assert_int_equal(ofs_find_judge(&signs), OFS_REACH_POLICY);
}

static void test_firefox(void **state)
{
    struct ofs_signs signs;
    OFS_AUTO_STR dir = ofs_text_printf("%s/ab12cd34.default-release", (char *)*state);
    put(dir, "times.json", "{}");
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, dir, NULL, &signs));
    assert_string_equal(signs.profile, "default-release");
    assert_int_equal(ofs_find_judge(&signs), OFS_REACH_NOT_RUNNING);
    put(dir, "WebDriverBiDiServer.json", "{\"ws_host\":\"127.0.0.1\",\"ws_port\":41000}");
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, dir, NULL, &signs));
    assert_int_equal(signs.port, 41000);
    assert_int_equal(ofs_find_judge(&signs), OFS_REACH_STALE);
    OFS_AUTO_STR target = ofs_text_printf("127.0.1.1:+%ld", (long)getpid());
    put_link(dir, "lock", target);
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, dir, NULL, &signs));
    assert_int_equal(signs.lock, OFS_LOCK_HELD);
    assert_int_equal(ofs_find_judge(&signs), OFS_REACH_NO_DEBUGGING);
    /* it listens on another machine, so it is not queried */
    put(dir, "WebDriverBiDiServer.json", "{\"ws_host\":\"192.0.2.1\",\"ws_port\":41000}");
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, dir, NULL, &signs));
    assert_int_equal(signs.port, 0);
}

/* If Firefox leaves no link, the region that it keeps locked shows it. */
static void test_firefox_lock_region(void **state)
{
    struct ofs_signs signs;
    int ready[2], done[2];
    put(*state, "prefs.js", "");
    put(*state, ".parentlock", "");
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(done), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        OFS_AUTO_STR path = ofs_text_printf("%s/.parentlock", (char *)*state);
        char byte = 0;
        int fd = open(path, O_RDWR | O_CLOEXEC);
        close(done[1]);
        if (fcntl(fd, F_SETLK, &region) || write(ready[1], &byte, 1) != 1)
            _exit(1);
        _exit(read(done[0], &byte, 1) != 0);
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, *state, NULL, &signs));
    assert_int_equal(signs.lock, OFS_LOCK_HELD);
    assert_int_equal(signs.pid, pid);
    close(done[0]);
    close(done[1]);
    close(ready[0]);
    close(ready[1]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(ofs_find_read(OFS_KIND_FIREFOX, *state, NULL, &signs));
    assert_int_equal(signs.lock, OFS_LOCK_NONE);
}

/* ---- asking ---- */

struct peer {
    int status;
    const char *body;
    int asked, upgrades;
    bool odd; /* something else than GET /json/version was requested */
};

static void answer(void *user, const struct ofs_serve_request *request,
                   struct ofs_serve_reply *reply)
{
    struct peer *peer = user;
    struct ofs_error ignored;
    peer->asked++;
    peer->upgrades += ofs_serve_header(request, "upgrade")[0] != '\0';
    peer->odd =
        peer->odd || strcmp(request->method, "GET") || strcmp(request->path, "/json/version");
    reply->status = peer->status;
    ofs_buf_puts(&reply->body, peer->body, &ignored);
}

#define SAYS(socket) \
    "{\"Browser\":\"Chrome/156.0\",\"webSocketDebuggerUrl\":\"ws://127.0.0.1:9222" socket "\"}"

static const struct {
    enum ofs_browser_kind kind;
    enum ofs_lock lock;
    const char *path; /* as the port file has it */
    int status;
    const char *body;
    enum ofs_answer answer;
} answers[] = {
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 200, SAYS(SOCKET), ANSWER(OURS)},
    {OFS_KIND_CHROME, LOCK(HELD), "", 200, SAYS(SOCKET), ANSWER(OURS)},
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 200, SAYS(OTHER_SOCKET), ANSWER(OTHER)},
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 200, "{}", ANSWER(OTHER)},
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 200, "<html>", ANSWER(OTHER)},
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 404, "", ANSWER(APPROVAL)},
    {OFS_KIND_CHROME, LOCK(HELD), "", 404, "", ANSWER(OTHER)}, /* there is no socket to use */
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 403, "", ANSWER(OTHER)},
    {OFS_KIND_CHROME, LOCK(HELD), SOCKET, 500, "", ANSWER(OTHER)},
    {OFS_KIND_FIREFOX, LOCK(HELD), "", 404, "", ANSWER(OURS)},
    {OFS_KIND_FIREFOX, LOCK(NONE), "", 404, "", ANSWER(OTHER)},
    {OFS_KIND_FIREFOX, LOCK(DEAD), "", 200, "", ANSWER(OTHER)},
};

static void test_ask(void **state)
{
    (void)state;
    static const char *const headers[] = {"upgrade", NULL};
    struct ofs_error err = {0};
    struct peer peer = {0};
    struct ofs_loop *loop = ofs_loop_new(&err);
    assert_non_null(loop);
    struct ofs_server *server = ofs_server_new(
        loop, &(struct ofs_serve_options){.handler = answer, .user = &peer, .headers = headers},
        &err);
    assert_non_null(server);
    int port = ofs_server_port(server);
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct ofs_signs signs = {.kind = answers[i].kind, .lock = answers[i].lock, .port = port};
        snprintf(signs.path, sizeof signs.path, "%s", answers[i].path);
        peer = (struct peer){.status = answers[i].status, .body = answers[i].body};
        ofs_find_ask(loop, &signs, ofs_deadline_in(5000));
        if (signs.answer != answers[i].answer)
            fail_msg("row %zu: answer %d instead of %d", i, signs.answer, answers[i].answer);
        if (signs.answer == OFS_ANSWER_OURS && signs.kind == OFS_KIND_CHROME)
            assert_string_equal(signs.path, SOCKET);
        assert_int_equal(peer.asked, 1);
        assert_int_equal(peer.upgrades, 0);
        assert_false(peer.odd);
    }
    struct ofs_signs none = {.answer = OFS_ANSWER_OURS};
    ofs_find_ask(loop, &none, ofs_deadline_in(5000));
    assert_int_equal(none.answer, OFS_ANSWER_NONE);
    ofs_server_free(server);
    ofs_loop_free(loop); /* closes the port */
    loop = ofs_loop_new(&err);
    struct ofs_signs gone = {.port = port, .path = SOCKET, .lock = OFS_LOCK_HELD};
    ofs_find_ask(loop, &gone, ofs_deadline_in(5000));
    assert_int_equal(gone.answer, OFS_ANSWER_NOBODY);
    ofs_loop_free(loop);
}

/* ---- all of them ---- */

/* Where each is searched: under the home directory, or where $XDG_CONFIG_HOME says. */
static const struct {
    const char *dir, *browser;
} homes[] = {
    {"home/.config/google-chrome", "Google Chrome"},
    {"home/.config/google-chrome-beta", "Google Chrome Beta"},
    {"home/.config/chromium", "Chromium"},
    {"home/.config/microsoft-edge", "Microsoft Edge"},
    {"home/.config/BraveSoftware/Brave-Browser", "Brave"},
    {"home/.config/vivaldi", "Vivaldi"},
    {"home/.config/opera", "Opera"},
    {"home/snap/chromium/common/chromium", "Chromium (snap)"},
    {"home/.var/app/com.google.Chrome/config/google-chrome", "Google Chrome (flatpak)"},
    {"home/.var/app/org.chromium.Chromium/config/chromium", "Chromium (flatpak)"},
    {"home/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser", "Brave (flatpak)"},
    {"home/.var/app/com.microsoft.Edge/config/microsoft-edge", "Microsoft Edge (flatpak)"},
    {"home/Library/Application Support/Google/Chrome", "Google Chrome"},
    {"home/Library/Application Support/Chromium", "Chromium"},
    {"home/Library/Application Support/Microsoft Edge", "Microsoft Edge"},
    {"home/Library/Application Support/BraveSoftware/Brave-Browser", "Brave"},
    {"home/Library/Application Support/Vivaldi", "Vivaldi"},
    {"home/Library/Application Support/com.operasoftware.Opera", "Opera"},
    {"home/.mozilla/firefox/a.default", "Firefox"},
    {"home/.config/mozilla/firefox/a.default", "Firefox"},
    {"home/snap/firefox/common/.mozilla/firefox/a.default", "Firefox"},
    {"home/.var/app/org.mozilla.firefox/.mozilla/firefox/a.default", "Firefox"},
    {"home/Library/Application Support/Firefox/Profiles/a.default", "Firefox"},
    {"named", "Chrome"},
};

static const struct ofs_candidate *find_dir(const struct ofs_candidate *list, int n,
                                            const char *dir)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(list[i].dir, dir))
            return &list[i];
    return NULL;
}

static void test_all_places(void **state)
{
    struct ofs_error err = {0};
    struct ofs_candidate *list = NULL;
    OFS_AUTO_STR home = ofs_text_printf("%s/home", (char *)*state);
    OFS_AUTO_STR named = ofs_text_printf("%s/named", (char *)*state);
    OFS_AUTO_STR config = ofs_text_printf("%s/config", (char *)*state);
    OFS_AUTO_STR etc = ofs_text_printf("%s/etc", (char *)*state);
    struct ofs_find_roots roots = {.home = home, .named = named, .etc = etc};
    struct ofs_loop *loop = ofs_loop_new(&err);
    assert_int_equal(ofs_find_all(loop, &roots, ofs_deadline_in(5000), &list, &err), 0);
    ofs_find_free(list, 0);

    for (size_t i = 0; i < COUNT(homes); i++) {
        OFS_AUTO_STR dir = ofs_text_printf("%s/%s", (char *)*state, homes[i].dir);
        put(dir, "Local State", "{}");
        put(dir, "times.json", "{}");
    }
    put(*state, "etc/opt/chrome/policies/managed/it.json", "{\"RemoteDebuggingAllowed\":false}");
    int n = ofs_find_all(loop, &roots, ofs_deadline_in(5000), &list, &err);
    assert_int_equal(n, COUNT(homes));
    for (size_t i = 0; i < COUNT(homes); i++) {
        OFS_AUTO_STR dir = ofs_text_printf("%s/%s", (char *)*state, homes[i].dir);
        const struct ofs_candidate *c = find_dir(list, n, dir);
        assert_non_null(c);
        assert_string_equal(c->browser, homes[i].browser);
        assert_string_equal(c->address, "");
        bool managed = strstr(c->browser, "Google Chrome") && !strstr(dir, "Library");
        assert_int_equal(c->state, managed ? OFS_REACH_POLICY : OFS_REACH_NOT_RUNNING);
    }
    ofs_find_free(list, n);

    /* $XDG_CONFIG_HOME replaces ~/.config, and the same directory is not listed twice */
    put(config, "chromium/Local State", "{}");
    roots = (struct ofs_find_roots){.home = NULL, .config = config};
    OFS_AUTO_STR chromium = ofs_text_printf("%s/chromium", config);
    roots.named = chromium;
    n = ofs_find_all(loop, &roots, ofs_deadline_in(5000), &list, &err);
    assert_int_equal(n, 1);
    assert_string_equal(list[0].browser, "Chromium");
    ofs_find_free(list, n);
    ofs_loop_free(loop);
    assert_int_equal(err.code, OFS_ERR_NONE);
}

/* The most useful first, and among equals the one that was used last. */
static void test_order(void **state)
{
    struct ofs_error err = {0};
    struct ofs_candidate *list = NULL;
    char here[256] = "";
    struct peer peer = {.status = 200, .body = SAYS(SOCKET)};
    struct ofs_loop *loop = ofs_loop_new(&err);
    struct ofs_server *server =
        ofs_server_new(loop, &(struct ofs_serve_options){.handler = answer, .user = &peer}, &err);
    OFS_AUTO_STR port_file = ofs_text_printf("%d\n" SOCKET "\n", ofs_server_port(server));
    OFS_AUTO_STR expected = ofs_text_printf("cdp://127.0.0.1:%d", ofs_server_port(server));
    struct ofs_find_roots roots = {.config = *state};
    gethostname(here, sizeof here - 1);
    put(*state, "google-chrome/Local State", "{}");
    put(*state, "chromium/Local State", "{}");
    put(*state, "vivaldi/Local State", "{}");
    put(*state, "opera/Local State", "{}");
    OFS_AUTO_STR vivaldi = ofs_text_printf("%s/vivaldi", (char *)*state);
    OFS_AUTO_STR opera = ofs_text_printf("%s/opera", (char *)*state);
    OFS_AUTO_STR used = ofs_text_printf("%s/chromium/Local State", (char *)*state);
    const struct timespec future[] = {{.tv_sec = 4000000000}, {.tv_sec = 4000000000}};
    assert_int_equal(utimensat(AT_FDCWD, used, future, 0), 0);
    put_lock(vivaldi, here, getpid());
    put(opera, "DevToolsActivePort", port_file);
    int n = ofs_find_all(loop, &roots, ofs_deadline_in(5000), &list, &err);
    assert_int_equal(n, 4);
    assert_string_equal(list[0].browser, "Opera");
    assert_string_equal(list[0].address, expected);
    assert_string_equal(list[1].browser, "Vivaldi");
    assert_int_equal(list[1].state, OFS_REACH_NO_DEBUGGING);
    assert_string_equal(list[2].browser, "Chromium");
    assert_string_equal(list[3].browser, "Google Chrome");
    ofs_find_free(list, n);
    ofs_server_free(server);
    ofs_loop_free(loop);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge), cmocka_unit_test(test_next_steps),
        IN_SCRATCH(test_no_browser),  IN_SCRATCH(test_locks),
        IN_SCRATCH(test_reused_pid),  IN_SCRATCH(test_port_file),
        IN_SCRATCH(test_local_state), IN_SCRATCH(test_policies),
        IN_SCRATCH(test_firefox),     IN_SCRATCH(test_firefox_lock_region),
        cmocka_unit_test(test_ask),   IN_SCRATCH(test_all_places),
        IN_SCRATCH(test_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
