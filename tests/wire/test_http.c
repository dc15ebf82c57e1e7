/*
 * One request and its answer, against peers that answer wrongly, with too much, late or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <strings.h>
#include <sys/resource.h>
#include <time.h>

#include "base/text.h"
#include "scripted_peer.h"
#include "wire/http.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LIMIT = 1 << 20, SLACK = 200, TRIES = 5 };

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

struct asker {
    struct ofs_loop *loop;
    int fds;
};

static int set_up(void **state)
{
    struct ofs_error err;
    struct asker *a = calloc(1, sizeof *a);
    if (!a)
        return -1;
    a->loop = ofs_loop_new(&err);
    ofs_http_free(ofs_http_new(a->loop, NULL, 1, &err)); /* what the library opens once for all */
    a->fds = count_fds();
    *state = a;
    return a->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct asker *a = *state;
    int left = count_fds() - a->fds;
    ofs_loop_free(a->loop);
    free(a);
    if (left > 0)
        print_error("%d descriptors are left open\n", left);
    return left > 0 ? -1 : 0;
}

static int get(struct asker *a, int port, int64_t ms, struct ofs_buf *body, long *ret_status,
               struct ofs_error *err)
{
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d/json/version", port);
    return ofs_http_get(a->loop, url, ofs_deadline_in(ms), body, ret_status, err);
}

static void play_script(struct peer *peer, int fd)
{
    peer_say_text(fd, peer->script);
    shutdown(fd, SHUT_WR);
    peer_stall(fd);
}

static void test_request(void **state)
{
    struct peer peer = {.play = play_script,
                        .script =
                            "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\n{}"};
    char host[64];
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    peer_start(&peer);
    for (int i = 0; i < 2; i++) {
        ofs_buf_clear(&body);
        assert_int_equal(get(*state, peer.port, 5000, &body, &status, &err), 0);
        assert_int_equal(status, 200);
        assert_string_equal(ofs_buf_str(&body), "{}");
        snprintf(host, sizeof host, "\r\nHost: 127.0.0.1:%d\r\n", peer.port);
        assert_memory_equal(peer.request, "GET /json/version HTTP/1.1\r\n", 28);
        assert_non_null(strcasestr(peer.request, host));
        /* no data of the person, and nothing that an earlier response asked us to keep */
        assert_null(strcasestr(peer.request, "\r\nCookie"));
        assert_null(strcasestr(peer.request, "\r\nOrigin"));
        assert_null(strcasestr(peer.request, "\r\nReferer"));
        assert_null(strcasestr(peer.request, "\r\nAuthorization"));
        assert_null(strcasestr(peer.request, "\r\nProxy"));
    }
    peer_stop(&peer);
    assert_int_equal(err.code, OFS_ERR_NONE);
}

/* Any status is a response; what is not HTTP is not. */
static const struct {
    const char *answer;
    long status; /* 0: an error */
    const char *body;
    enum ofs_error_code code;
} answers[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello", 0},
    {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", 200, "hello", 0},
    {"HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello", 0},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 200,
     "hello", 0},
    {"HTTP/1.1 204 No Content\r\n\r\n", 204, "", 0},
    {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, "", 0},
    {"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\noops", 500, "oops", 0},
    {"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", 401, "", 0},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 0},
    {"SSH-2.0-OpenSSH_9.2\r\n", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"{\"no\":\"head\"}", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"\x16\x03\x01\x02\x00\x01", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nbroken off", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 0, NULL, OFS_ERR_NOT_A_BROWSER},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", 0, NULL, OFS_ERR_TOO_BIG},
};

static void test_answers(void **state)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        struct peer peer = {.play = play_script, .script = answers[i].answer};
        OFS_AUTO_BUF body = OFS_BUF(LIMIT);
        struct ofs_error err = {0};
        long status = 0;
        peer_start(&peer);
        int rc = get(*state, peer.port, 5000, &body, &status, &err);
        peer_stop(&peer);
        if (answers[i].status) {
            if (rc || status != answers[i].status ||
                strcmp(ofs_buf_str(&body), answers[i].body) != 0)
                fail_msg("row %zu: %ld '%s' %s", i, status, ofs_buf_str(&body), err.text);
            assert_int_equal(err.code, OFS_ERR_NONE);
        } else {
            if (!rc || err.code != answers[i].code)
                fail_msg("row %zu: %s: %s", i, ofs_error_name(err.code), err.text);
            assert_non_null(strstr(err.text, "http://127.0.0.1:"));
            assert_true(ofs_error_hint(&err)[0] != '\0');
        }
    }
}

static void test_closed_port(void **state)
{
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    int64_t before = ofs_now_ms();
    assert_int_equal(get(*state, peer_closed_port(), 5000, &body, &status, &err), -1);
    assert_true(ofs_now_ms() - before < 2000);
    assert_int_equal(err.code, OFS_ERR_CONNECT);
}

/* The port is open and the connection is not accepted: the deadline ends the wait anyway. */
static void test_never_accepted(void **state)
{
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    int port, fd = peer_listen(&port);
    assert_int_equal(get(*state, port, 200, &body, &status, &err), -1);
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    close(fd);
}

/* ---- much ---- */

enum { HUGE = 200 << 20 };

static void pour(struct peer *peer, int fd)
{
    static const char block[65536] = "b";
    bool there = peer_say_text(fd, peer->script);
    for (size_t sent = 0; there && sent < HUGE; sent += sizeof block)
        there = peer_say(fd, block, sizeof block);
}

static void test_huge(void **state)
{
    static const char *const heads[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc800000\r\n",
    };
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct peer peer = {.play = pour, .script = heads[i]};
        OFS_AUTO_BUF body = OFS_BUF(LIMIT);
        struct ofs_error err = {0};
        long status = 0;
        peer_start(&peer);
        assert_int_equal(get(*state, peer.port, 30000, &body, &status, &err), -1);
        assert_int_equal(err.code, OFS_ERR_TOO_BIG);
        assert_true(body.len <= LIMIT);
        peer_stop(&peer);
    }
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 64 << 10); /* KiB: it was not kept */
}

static void play_exactly(struct peer *peer, int fd)
{
    static const char block[LIMIT] = "b";
    peer_say_text(fd, peer->script);
    peer_say(fd, block, sizeof block);
}

static void test_exactly(void **state)
{
    struct peer peer = {.play = play_exactly, .script = "HTTP/1.0 200 OK\r\n\r\n"};
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    peer_start(&peer);
    assert_int_equal(get(*state, peer.port, 30000, &body, &status, &err), 0);
    assert_int_equal(body.len, LIMIT);
    peer_stop(&peer);
    peer = (struct peer){.play = play_exactly, .script = "HTTP/1.0 200 OK\r\n\r\n+"};
    ofs_buf_clear(&body);
    peer_start(&peer);
    assert_int_equal(get(*state, peer.port, 30000, &body, &status, &err), -1);
    assert_int_equal(err.code, OFS_ERR_TOO_BIG);
    peer_stop(&peer);
}

/* A head without an end. */
static void play_head(struct peer *peer, int fd)
{
    (void)peer;
    bool there = peer_say_text(fd, "HTTP/1.1 200 OK\r\n");
    for (size_t sent = 0; there && sent < HUGE; sent += 28)
        there = peer_say_text(fd, "X-More: and more and more\r\n");
}

static void test_huge_head(void **state)
{
    struct peer peer = {.play = play_head};
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    peer_start(&peer);
    assert_int_equal(get(*state, peer.port, 20000, &body, &status, &err), -1);
    assert_int_not_equal(err.code, OFS_ERR_TIMEOUT);
    peer_stop(&peer);
}

/* ---- late ---- */

static void play_stall(struct peer *peer, int fd)
{
    peer_say_text(fd, peer->script);
    peer_stall(fd);
}

static void play_drip(struct peer *peer, int fd)
{
    struct timespec pause = {.tv_nsec = 20000000};
    peer_say_text(fd, peer->script);
    while (peer_say_text(fd, "."))
        nanosleep(&pause, NULL);
}

static void test_late(void **state)
{
    static const struct {
        void (*play)(struct peer *, int);
        const char *script;
    } rows[] = {
        {play_stall, ""},
        {play_stall, "HTTP/1.1 20"},
        {play_stall, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"},
        {play_drip, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t took = 300 + SLACK + 1;
        /* a busy machine may delay us; if it always happened, it would be our fault */
        for (int try = 0; try < TRIES && took > 300 + SLACK; try++) {
            struct peer peer = {.play = rows[i].play, .script = rows[i].script};
            OFS_AUTO_BUF body = OFS_BUF(LIMIT);
            struct ofs_error err = {0};
            long status = 0;
            peer_start(&peer);
            int64_t before = ofs_now_ms();
            assert_int_equal(get(*state, peer.port, 300, &body, &status, &err), -1);
            took = ofs_now_ms() - before;
            assert_int_equal(err.code, OFS_ERR_TIMEOUT);
            peer_stop(&peer);
        }
        if (took < 295 || took > 300 + SLACK)
            fail_msg("row %zu: 300 ms took %d", i, (int)took);
    }
}

static void *interrupt_later(void *arg)
{
    struct timespec pause = {.tv_nsec = 100000000};
    (void)arg;
    nanosleep(&pause, NULL);
    kill(getpid(), SIGTERM);
    return NULL;
}

static void test_signal(void **state)
{
    struct asker *a = *state;
    struct peer peer = {.play = play_stall, .script = "HTTP/1.1 20"};
    struct thread thread;
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    assert_int_equal(ofs_loop_watch_signals(a->loop, &err), 0);
    a->fds = count_fds();
    peer_start(&peer);
    thread_start(&thread, interrupt_later, NULL);
    int64_t before = ofs_now_ms();
    assert_int_equal(get(a, peer.port, 20000, &body, &status, &err), -1);
    assert_true(ofs_now_ms() - before < 2000);
    assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
    thread_join(&thread);
    peer_stop(&peer);
}

/* ---- elsewhere ---- */

static void play_redirect(struct peer *peer, int fd)
{
    char answer[200];
    const struct peer *other = peer->script;
    snprintf(answer, sizeof answer,
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n",
             other->port);
    peer_say_text(fd, answer);
    peer_stall(fd);
}

static void test_redirect(void **state)
{
    struct peer other = {.play = play_script, .script = "HTTP/1.0 200 OK\r\n\r\n"};
    struct peer peer = {.play = play_redirect, .script = &other};
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    long status = 0;
    peer_start(&other);
    peer_start(&peer);
    assert_int_equal(get(*state, peer.port, 5000, &body, &status, &err), 0);
    assert_int_equal(status, 302);
    peer_stop(&peer);
    peer_stop(&other);
    assert_int_equal(other.connections, 0);
}

static void test_no_proxy(void **state)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"};
    struct peer proxy = {.play = play_script, .script = "HTTP/1.0 200 OK\r\n\r\nproxy"};
    struct peer peer = {.play = play_script, .script = "HTTP/1.0 200 OK\r\n\r\ndirect"};
    OFS_AUTO_BUF body = OFS_BUF(LIMIT);
    struct ofs_error err = {0};
    char text[64];
    long status = 0;
    peer_start(&proxy);
    peer_start(&peer);
    snprintf(text, sizeof text, "http://127.0.0.1:%d", proxy.port);
    for (size_t i = 0; i < COUNT(names); i++)
        setenv(names[i], text, 1);
    int rc = get(*state, peer.port, 5000, &body, &status, &err);
    for (size_t i = 0; i < COUNT(names); i++)
        unsetenv(names[i]);
    peer_stop(&peer);
    peer_stop(&proxy);
    assert_int_equal(rc, 0);
    assert_string_equal(ofs_buf_str(&body), "direct");
    assert_int_equal(proxy.connections, 0);
}

static void test_other_schemes(void **state)
{
    static const char *const urls[] = {"file:///etc/passwd",
                                       "ftp://127.0.0.1/",
                                       "gopher://127.0.0.1/",
                                       "dict://127.0.0.1/",
                                       "",
                                       "http://",
                                       "nonsense"};
    struct asker *a = *state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        OFS_AUTO_BUF body = OFS_BUF(LIMIT);
        struct ofs_error err = {0};
        long status = 0;
        assert_int_equal(
            ofs_http_get(a->loop, urls[i], ofs_deadline_in(2000), &body, &status, &err), -1);
        assert_int_not_equal(err.code, OFS_ERR_NONE);
        assert_int_equal(body.len, 0);
    }
}

#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        WITH_LOOP(test_request),        WITH_LOOP(test_answers),  WITH_LOOP(test_closed_port),
        WITH_LOOP(test_never_accepted), WITH_LOOP(test_huge),     WITH_LOOP(test_exactly),
        WITH_LOOP(test_huge_head),      WITH_LOOP(test_late),     WITH_LOOP(test_signal),
        WITH_LOOP(test_redirect),       WITH_LOOP(test_no_proxy), WITH_LOOP(test_other_schemes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
