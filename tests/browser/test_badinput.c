/*
 * Bad input, and what it gets: the program itself, a row a mistake. Each has the right exit status,
 * a sentence on standard error that names the thing, a next step, nothing on standard output (JSON
 * with
 * --json, or nothing), and leaves no process behind.
 *
 * $OFFSWITCH names the program; build/offswitch unless it is set. The last tests want a Chromium.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "support/child.h"
#include "support/devtools.h"
#include "wire/serve.h"
#include "wire/websocket_peer.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { MOST_ARGS = 32, PATIENCE = 60000, LEAVING = 10000 };

static char *scratch; /* one directory for all of it */

static const char *program(void)
{
    const char *named = getenv("OFFSWITCH");
    return named && *named ? named : "build/offswitch";
}

/* ---- running the program ---- */

struct run {
    int out_fd; /* of the keeper */
    pid_t keeper, pid;
    int exit; /* 128 + N for a signal */
    int left; /* processes that outlived it */
    struct ofs_buf out, err;
};

static void redirect(const char *name, int fd)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", scratch, name);
    int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (to < 0 || dup2(to, fd) < 0)
        _exit(126);
}

static _Noreturn void become_program(char *const argv[], char *const env[])
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid(); /* no terminal */
    dup2(null, 0);
    redirect("out", 1);
    redirect("err", 2);
    for (size_t i = 0; env && env[i]; i++)
        putenv(env[i]);
    execv(program(), argv);
    _exit(127);
}

/* Waits for the program, and then for what it has left behind: all that it started comes to us when
 * it has gone. Says the program's id at its start, and at the end how it went. */
static _Noreturn void keep(char *const argv[], char *const env[], int to)
{
    int told[2] = {0, 0}, status = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0)
        become_program(argv, env);
    if (write(to, &pid, sizeof pid) != sizeof pid)
        _exit(1);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    told[0] = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ofs_deadline until = ofs_deadline_in(LEAVING);
    struct timespec tick = {.tv_nsec = 20000000};
    pid_t got;
    while ((got = waitpid(-1, NULL, WNOHANG)) >= 0 && ofs_deadline_left(until))
        if (got == 0)
            nanosleep(&tick, NULL);
    told[1] = got >= 0;
    _exit(write(to, told, sizeof told) != sizeof told);
}

static void start(struct run *run, const char *const args[], const char *const env[])
{
    char *argv[MOST_ARGS + 2] = {(char *)program()};
    int ends[2];
    *run = (struct run){.out = OFS_BUF(16 << 20), .err = OFS_BUF(16 << 20)};
    for (size_t i = 0; args[i] && i < MOST_ARGS; i++)
        argv[i + 1] = (char *)args[i];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    run->keeper = fork();
    assert_true(run->keeper >= 0);
    if (run->keeper == 0)
        keep(argv, (char *const *)env, ends[1]);
    close(ends[1]);
    run->out_fd = ends[0];
    assert_int_equal(read(ends[0], &run->pid, sizeof run->pid), sizeof run->pid);
}

static void finish(struct run *run)
{
    struct ofs_error err;
    struct pollfd fd = {.fd = run->out_fd, .events = POLLIN};
    int told[2];
    if (poll(&fd, 1, PATIENCE + LEAVING) != 1) {
        kill(run->pid, SIGKILL);
        fail_msg("the program does not end");
    }
    assert_int_equal(read(run->out_fd, told, sizeof told), sizeof told);
    close(run->out_fd);
    waitpid(run->keeper, NULL, 0);
    run->exit = told[0];
    run->left = told[1];
    OFS_AUTO_STR out = ofs_text_printf("%s/out", scratch);
    OFS_AUTO_STR errors = ofs_text_printf("%s/err", scratch);
    assert_int_equal(ofs_buf_read_file(&run->out, out, &err), 0);
    assert_int_equal(ofs_buf_read_file(&run->err, errors, &err), 0);
}

static void clear(struct run *run)
{
    ofs_buf_free(&run->out);
    ofs_buf_free(&run->err);
}

/* ---- who listens on the port ---- */

static void say_head(int fd, const char *status, const char *type, size_t length)
{
    char head[256];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n",
             status, type, length);
    peer_say_text(fd, head);
}

static void say_answer(int fd, const char *status, const char *type, const char *body)
{
    say_head(fd, status, type, strlen(body));
    peer_say_text(fd, body);
}

static void play_silence(struct peer *peer, int fd)
{
    (void)peer;
    peer_stall(fd);
}

static void play_garbage(struct peer *peer, int fd)
{
    (void)peer;
    peer_say_text(fd, "SSH-2.0-OpenSSH_9.2p1\r\n");
}

static void play_hang_up(struct peer *peer, int fd)
{
    (void)peer, (void)fd;
}

static void play_html(struct peer *peer, int fd)
{
    (void)peer;
    say_answer(fd, "200 OK", "text/html", "<html><body>It works!</body></html>");
}

static void play_json(struct peer *peer, int fd)
{
    (void)peer;
    say_answer(fd, "200 OK", "application/json", "{\"Browser\":\"Chrome/156\"}");
}

static void play_404(struct peer *peer, int fd)
{
    (void)peer;
    say_answer(fd, "404 Not Found", "text/plain", "");
}

static void play_redirect(struct peer *peer, int fd)
{
    (void)peer;
    peer_say_text(fd, "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n"
                      "Content-Length: 0\r\n\r\n");
}

enum { HUGE = 200 << 20 };

static void pour(int fd, const char *head)
{
    static const char block[65536] = "{";
    bool there = peer_say_text(fd, head);
    for (size_t sent = 0; there && sent < HUGE; sent += sizeof block)
        there = peer_say(fd, block, sizeof block);
}

static void play_huge(struct peer *peer, int fd)
{
    (void)peer;
    pour(fd, "HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n");
}

static void play_huge_unannounced(struct peer *peer, int fd)
{
    (void)peer;
    pour(fd, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
}

/* A browser as far as the upgrade: true when it was this that was asked for. The socket's host is a
 * lie, and has to be ignored. */
static bool is_upgraded(struct peer *peer, int fd)
{
    if (strstr(peer->request, "GET /json/version ")) {
        say_answer(fd, "200 OK", "application/json",
                   "{\"Browser\":\"Chrome/156\",\"webSocketDebuggerUrl\":"
                   "\"ws://10.11.12.13:9/devtools/browser/x\"}");
        return false;
    }
    return upgrade(peer, fd);
}

static void play_socket_403(struct peer *peer, int fd)
{
    if (strstr(peer->request, "GET /json/version "))
        is_upgraded(peer, fd);
    else
        say_answer(fd, "403 Forbidden", "text/plain", "");
}

static void play_socket_not_json(struct peer *peer, int fd)
{
    if (is_upgraded(peer, fd) && say_message(fd, "hello"))
        peer_stall(fd);
}

static void play_socket_cut(struct peer *peer, int fd)
{
    char byte;
    if (is_upgraded(peer, fd))
        peer_hear(fd, &byte, 1);
}

static void play_socket_silence(struct peer *peer, int fd)
{
    if (is_upgraded(peer, fd))
        peer_stall(fd);
}

static void play_socket_huge(struct peer *peer, int fd)
{
    unsigned char head[16];
    if (is_upgraded(peer, fd) && peer_say(fd, head, frame_head(head, FIN | TEXT, HUGE)))
        pour(fd, "");
}

static void play_socket_errors(struct peer *peer, int fd)
{
    if (is_upgraded(peer, fd) &&
        say_message(fd, "{\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\\u001b[31m way\"}}"))
        peer_stall(fd);
}

/* ---- the rows ---- */

#define SETTING                                                                      \
    "{\"id\": \"train\", \"title\": \"Training on my posts\", \"wanted\": \"off\", " \
    "\"page\": \"/settings\", \"labels\": {\"en\": [\"Training\"]}}"
#define HEAD                                                                                     \
    "{\"format\": 1, \"id\": \"example\", \"version\": \"2026-11-21\", \"title\": \"Example\", " \
    "\"origin\": \"https://www.example.com\", \"settings\": ["
#define GOOD HEAD SETTING "]}"

/* In arguments @DIR is the scratch directory, @FILE the row's scenario there, @PORT the peer's port
 * (one where nobody listens without a peer). */
struct row {
    const char *args[10];
    int exit;
    const char *part, *next; /* of the sentence; of the next step */
    const char *scenario;    /* NULL: GOOD */
    void (*play)(struct peer *, int);
    const char *env[3];
};

/* what a row leaves out is nothing */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define CHECK "check", "@FILE"
#define AT_PORT CHECK, "--connect", "cdp://127.0.0.1:@PORT", "--timeout", "4"
#define AT_SOCKET CHECK, "--connect", "ws://127.0.0.1:@PORT/devtools/browser/x", "--timeout", "4"
#define OFFLINE CHECK, "--connect", "cdp://127.0.0.1:@PORT"

static const struct row command_line[] = {
    {{NULL}, 64, "Usage", "Commands"},
    {{"chekc"}, 64, "chekc", "did you mean 'check'"},
    {{"fxi"}, 64, "fxi", "did you mean 'fix'"},
    {{"qqqqqq"}, 64, "qqqqqq", "offswitch help"},
    {{""}, 64, "''", "offswitch help"},
    {{"help", "chekc"}, 64, "chekc", "did you mean 'check'"},
    {{"check", "--jsn"}, 64, "--jsn", "did you mean '--json'"},
    {{"check", "--conect=x"}, 64, "--conect", "did you mean '--connect'"},
    {{"check", "--zzzzzzzz"}, 64, "--zzzzzzzz", "offswitch help"},
    {{"check", "-z"}, 64, "-z", "offswitch help"},
    {{"check", "-zq"}, 64, "-z", "offswitch help"},
    {{"check", "--json=yes"}, 64, "--json", "takes no value"},
    {{"--json", "check"}, 64, "--json", "offswitch COMMAND"},
    {{"--jsn"}, 64, "--jsn", "did you mean '--json'"},
    {{"check", "--connect"}, 64, "--connect", "offswitch help"},
    {{"check", "--timeout"}, 64, "--timeout", "offswitch help"},
    {{OFFLINE, "--timeout", "0"}, 64, "--timeout", "from 1 to 86400"},
    {{OFFLINE, "--timeout", "-5"}, 64, "'-5'", "from 1 to 86400"},
    {{OFFLINE, "--timeout", "soon"}, 64, "'soon'", "from 1 to 86400"},
    {{OFFLINE, "--timeout", "nan"}, 64, "'nan'", "from 1 to 86400"},
    {{OFFLINE, "--timeout", "1e99"}, 64, "'1e99'", "from 1 to 86400"},
    {{OFFLINE, "--timeout", ""}, 64, "--timeout", "from 1 to 86400"},
    {{OFFLINE, "--timeout", "10s"}, 64, "'10s'", "from 1 to 86400"},
    {{OFFLINE, "--tabs", "0"}, 64, "--tabs", "from 1 to 8"},
    {{OFFLINE, "--tabs", "9"}, 64, "--tabs", "from 1 to 8"},
    {{OFFLINE, "--tabs", "2.5"}, 64, "--tabs", "whole number"},
    {{OFFLINE, "--tabs", "many"}, 64, "'many'", "from 1 to 8"},
    {{OFFLINE, "--only", "trian"}, 64, "trian", "did you mean \"train\""},
    {{OFFLINE, "--only", "train,nothing"}, 64, "nothing", "scenario show"},
    {{OFFLINE, "--only", ""}, 64, "--only", "offswitch help"},
    {{OFFLINE, "--group", "ia"}, 64, "\"ia\"", "did you mean \"ai\""},
    {{OFFLINE, "--group", ""}, 64, "group", "scenario show"},
    {{OFFLINE, "--all", "--only", "train"}, 64, "--all", "exclude each other"},
    {{OFFLINE, "linkedin"}, 64, "linkedin", "one too many"},
    {{"fix", "@FILE", "linkedin"}, 64, "linkedin", "one too many"},
    {{"guide", "@FILE", "linkedin"}, 64, "linkedin", "offswitch help"},
    {{"rehearse", "linkedin"}, 64, "linkedin", "offswitch help"},
    {{"scenario"}, 64, "list, show, lint", ""},
    {{"scenario", "shwo"}, 64, "shwo", "did you mean 'show'"},
    {{"rehearse", "--serve", "http"}, 64, "http", "a number up to 65535"},
    {{"rehearse", "--serve", "65536"}, 64, "65536", "a number up to 65535"},
    {{"rehearse", "--serve", "0", "--fault", "nothing-of-that"},
     64,
     "nothing-of-that",
     "--list-faults"},
    {{"rehearse", "--serve", "0", "--lang", "xx"}, 64, "xx", "\n  "},
    {{"rehearse", "--serve", "0", "--generation", "xx"}, 64, "xx", "\n  "},
};

static const struct row addresses[] = {
    {{CHECK, "--connect", "cpd://127.0.0.1:9222"},
     64,
     "cpd://127.0.0.1:9222",
     "did you mean 'cdp'"},
    {{CHECK, "--connect", "lunch"}, 64, "lunch", "did you mean 'launch'"},
    {{CHECK, "--connect", ""}, 64, "--connect", "offswitch help"},
    {{CHECK, "--connect", "9222"}, 64, "9222", "\n  "},
    {{CHECK, "--connect", "cdp://127.0.0.1"}, 64, "cdp://127.0.0.1", "HOST:PORT"},
    {{CHECK, "--connect", "cdp://:9222"}, 64, "cdp://:9222", "HOST:PORT"},
    {{CHECK, "--connect", "cdp://127.0.0.1:0"}, 64, "cdp://127.0.0.1:0", "1 and 65535"},
    {{CHECK, "--connect", "cdp://127.0.0.1:65536"}, 64, "65536", "1 and 65535"},
    {{CHECK, "--connect", "cdp://127.0.0.1:http"}, 64, "http", "1 and 65535"},
    {{CHECK, "--connect", "cdp://127.0.0.1:@PORT/x"}, 64, "takes no path", "\n  "},
    {{CHECK, "--connect", "cdp://example.com:9222"}, 64, "example.com", "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "cdp://10.0.0.1:9222"}, 64, "10.0.0.1", "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "cdp://0.0.0.0:9222"}, 64, "0.0.0.0", "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "cdp://127.0.0.1.example.com:1"},
     64,
     "127.0.0.1.example.com",
     "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "cdp://127.0.0.1:80@example.com:9222"},
     64,
     "example.com",
     "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "ws://example.com:9222/devtools/browser/x"},
     64,
     "example.com",
     "127.0.0.1 and localhost"},
    {{CHECK, "--connect", "ws://127.0.0.1:9222/"}, 64, "ws://127.0.0.1:9222/", "/devtools/browser"},
    {{CHECK, "--connect", "bidi://example.com:9222"}, 64, "example.com", "\n  "},
    {{CHECK, "--connect", "webdriver://example.com:4444"}, 64, "example.com", "\n  "},
    {{OFFLINE, "--origin", "http://example.com"}, 64, "example.com", "127.0.0.1 or localhost"},
    {{OFFLINE, "--origin", "https://127.0.0.1.example.com"},
     64,
     "127.0.0.1.example.com",
     "127.0.0.1 or localhost"},
    {{OFFLINE, "--origin", "http://localhost.example:80"},
     64,
     "localhost.example",
     "127.0.0.1 or localhost"},
    {{OFFLINE, "--origin", "http://0.0.0.0:80"}, 64, "0.0.0.0", "127.0.0.1 or localhost"},
    {{OFFLINE, "--origin", "http://127.0.0.1:80@example.com"}, 64, "example.com", "\n  "},
    {{OFFLINE, "--origin", "http://127.0.0.1@example.com"}, 64, "example.com", "\n  "},
    {{OFFLINE, "--origin", "http://127.0.0.1:80\\@example.com"}, 64, "example.com", "\n  "},
    {{OFFLINE, "--origin", "http://127.0.0.1:x"}, 64, "127.0.0.1:x", "\n  "},
    {{OFFLINE, "--origin", "http://127.0.0.1:65536"}, 64, "65536", "\n  "},
    {{OFFLINE, "--origin", "http://127.0.0.1:80/path"}, 64, "/path", "\n  "},
    {{OFFLINE, "--origin", "127.0.0.1:80"}, 64, "127.0.0.1:80", "http://"},
    {{OFFLINE, "--origin", "file:///etc/passwd"}, 64, "file:///etc/passwd", "http://"},
    {{OFFLINE, "--origin", ""}, 64, "--origin", "http://"},
};

static const struct row scenarios[] = {
    {{"check", "@DIR/nowhere.json"}, 1, "nowhere.json", "\n  "},
    {{"check", "linkdin"}, 1, "linkdin", "linkedin"},
    {{"check", "nothing-like-it"}, 1, "nothing-like-it", "\n  "},
    {{"check", "../scenarios/linkedin"}, 1, "../scenarios/linkedin", "\n  "},
    {{"check", "@DIR"}, 1, "@DIR", "\n  "},
    {{"check", "/dev/null"}, 1, "/dev/null", "\n  "},
    {{OFFLINE}, 1, "@FILE", "scenario lint", ""},
    {{OFFLINE}, 1, ":1:1:", "scenario lint", "hello"},
    {{OFFLINE}, 1, "@FILE", "scenario lint", "[1, 2]"},
    {{OFFLINE}, 1, "comma", "scenario lint", HEAD SETTING ",]}"},
    {{OFFLINE}, 1, "more text", "scenario lint", GOOD " x"},
    {{OFFLINE},
     1,
     "settings",
     "scenario lint",
     "{\"format\": 1, \"id\": \"x\", \"version\": \"1\", \"title\": \"X\", "
     "\"origin\": \"https://x.example\", \"settings\": {}}"},
    {{OFFLINE},
     1,
     "labels",
     "scenario lint",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"page\": \"/\", "
          "\"labels\": \"Training\"}]}"},
    {{OFFLINE},
     1,
     "wanted",
     "scenario lint",
     HEAD
     "{\"id\": \"a\", \"title\": \"A\", \"wanted\": false, \"page\": \"/\", \"key\": \"k\"}]}"},
    {{OFFLINE},
     1,
     "lables",
     "did you mean \"labels\"",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"page\": \"/\", \"key\": \"k\", "
          "\"lables\": {}}]}"},
    {{OFFLINE}, 1, "format 2", "newer offswitch", "{\"format\": 2, \"settings\": []}"},
    {{OFFLINE}, 1, "train", "scenario lint", HEAD SETTING ", " SETTING "]}"},
    {{OFFLINE},
     1,
     "page",
     "scenario lint",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"key\": \"k\", "
          "\"page\": \"https://evil.example/settings\"}]}"},
    {{OFFLINE},
     1,
     "page",
     "scenario lint",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"key\": \"k\", "
          "\"page\": \"//evil.example/settings\"}]}"},
    {{OFFLINE},
     1,
     "page",
     "scenario lint",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"key\": \"k\", "
          "\"page\": \"/\\\\evil.example/\"}]}"},
    {{OFFLINE},
     1,
     "page",
     "scenario lint",
     HEAD "{\"id\": \"a\", \"title\": \"A\", \"wanted\": \"off\", \"key\": \"k\", "
          "\"page\": \"@evil.example/\"}]}"},
    {{OFFLINE},
     1,
     "origin",
     "scenario lint",
     "{\"format\": 1, \"id\": \"x\", \"version\": \"1\", \"title\": \"X\", "
     "\"origin\": \"javascript:alert(1)\", \"settings\": [" SETTING "]}"},
};

#define NO_PATH "PATH=/nowhere"
#define LAUNCH CHECK, "--connect", "launch", "--headless", "--timeout", "6"

static const struct row browsers[] = {
    /* none */
    {{CHECK}, 1, "no Chrome", "install Chromium", .env = {NO_PATH}},
    {{CHECK, "--connect", "launch"}, 1, "$PATH", "install Chromium", .env = {NO_PATH}},
    {{LAUNCH}, 1, "/nowhere/chrome", "\n  ", .env = {"OFFSWITCH_BROWSER=/nowhere/chrome"}},
    {{LAUNCH}, 1, "nowhere-chrome", "\n  ", .env = {"OFFSWITCH_BROWSER=nowhere-chrome"}},
    {{LAUNCH}, 1, "@DIR", "\n  ", .env = {"OFFSWITCH_BROWSER=@DIR"}},
    /* one that is none */
    {{LAUNCH}, 1, "cannot open display", "--headless", .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    {{LAUNCH}, 1, "ended at once", "--headless", .env = {"OFFSWITCH_BROWSER=/bin/false"}},
    {{LAUNCH}, 1, "Browser.getVersion", "--timeout", .env = {"OFFSWITCH_BROWSER=@DIR/hangs"}},
    {{LAUNCH, "--profile", "/proc/x"},
     1,
     "/proc/x",
     "--profile",
     .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    {{LAUNCH, "--profile", ""}, 1, "profile", "--profile", .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    /* nobody on the port, or somebody else */
    {{AT_PORT}, 1, "nobody answers", "--remote-debugging-port"},
    {{AT_SOCKET}, 1, "127.0.0.1:@PORT", "offswitch doctor"},
    {{AT_PORT}, 1, "127.0.0.1:@PORT", "check the port", .play = play_silence},
    {{AT_SOCKET}, 1, "127.0.0.1:@PORT", "\n  ", .play = play_silence},
    {{AT_PORT}, 1, "127.0.0.1:@PORT", "debugging port", .play = play_garbage},
    {{AT_SOCKET}, 1, "127.0.0.1:@PORT", "debugging port", .play = play_garbage},
    {{AT_PORT}, 1, "127.0.0.1:@PORT", "debugging port", .play = play_hang_up},
    {{AT_SOCKET}, 1, "127.0.0.1:@PORT", "debugging port", .play = play_hang_up},
    {{AT_PORT}, 1, "not JSON", "debugging port", .play = play_html},
    {{AT_SOCKET}, 1, "HTTP 200", "debugging port", .play = play_html},
    {{AT_PORT}, 1, "webSocketDebuggerUrl", "debugging port", .play = play_json},
    {{AT_PORT}, 1, "404", "check the port", .play = play_404},
    {{AT_SOCKET}, 1, "404", "debugging port", .play = play_404},
    {{AT_PORT}, 1, "302", "debugging port", .play = play_redirect},
    {{AT_SOCKET}, 1, "302", "debugging port", .play = play_redirect},
    {{AT_PORT}, 1, "larger than", "check what is listening", .play = play_huge},
    {{AT_PORT}, 1, "more than", "check what is listening", .play = play_huge_unannounced},
    /* a browser that goes wrong */
    {{AT_PORT}, 4, "403", "Allow", .play = play_socket_403},
    {{AT_PORT}, 1, "not JSON", "--trace", .play = play_socket_not_json},
    {{AT_PORT}, 1, "cut", "start it again", .play = play_socket_cut},
    {{AT_PORT}, 1, "Browser.getVersion", "--timeout", .play = play_socket_silence},
    {{AT_PORT}, 1, "too large", "check what is listening", .play = play_socket_huge},
    {{AT_PORT}, 1, "no [31m way", "--trace", .play = play_socket_errors},
};

static const struct row files[] = {
    {{OFFLINE, "--state", "/proc/offswitch"}, 1, "/proc/offswitch", "--state DIR"},
    {{OFFLINE, "--state", "@FILE"}, 1, "Not a directory", "--state DIR"},
    {{OFFLINE, "--state", "@FILE/x"}, 1, "Not a directory", "--state DIR"},
    {{OFFLINE, "--state", ""}, 1, "state directory", "--state DIR"},
    {{"check", "@FILE"}, 1, "HOME", "--state DIR", .env = {"HOME=", "XDG_STATE_HOME="}},
    {{OFFLINE, "--trace", "/nowhere/trace"}, 1, "/nowhere/trace", "\n  "},
    {{OFFLINE, "--trace", "@DIR"}, 1, "@DIR", "\n  "},
};

static const struct row unconfirmed[] = {
    /* the terms of a real site, with nobody to read them */
    {{"check", "--connect", "cdp://127.0.0.1:@PORT"},
     4,
     "User Agreement",
     "--acknowledge-terms",
     .play = play_silence},
    {{"fix", "--connect", "cdp://127.0.0.1:@PORT", "--yes"},
     4,
     "nobody is here",
     "--acknowledge-terms",
     .play = play_silence},
    {{"check", "linkedin", "--connect", "ws://127.0.0.1:@PORT/devtools/browser/x"},
     4,
     "offswitch guide",
     "--acknowledge-terms",
     .play = play_silence},
};

/* ---- a row ---- */

/* `text` with what stands for something put in; the caller frees it. */
static char *fill_in(const char *text, const char *file, int port)
{
    struct ofs_error err;
    struct ofs_buf b = OFS_BUF(65536);
    while (*text) {
        if (!strncmp(text, "@DIR", 4)) {
            ofs_buf_puts(&b, scratch, &err);
            text += 4;
        } else if (!strncmp(text, "@FILE", 5)) {
            ofs_buf_puts(&b, file, &err);
            text += 5;
        } else if (!strncmp(text, "@PORT", 5)) {
            ofs_buf_printf(&b, &err, "%d", port);
            text += 5;
        } else {
            ofs_buf_add(&b, text++, 1, &err);
        }
    }
    if (!b.data)
        ofs_buf_puts(&b, "", &err);
    return b.data;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

struct fault {
    char text[2048];
};

#define WRONG(fault, ...) snprintf((fault)->text, sizeof(fault)->text, __VA_ARGS__)

/* Standard output is empty, or, with --json, one report that says what the exit status says. */
static void judge_output(const struct run *run, bool json, struct fault *fault)
{
    struct ofs_error err;
    if (run->out.len && !json) {
        WRONG(fault, "on standard output: %.300s", run->out.data);
    } else if (run->out.len) {
        OFS_AUTO_JSON report = ofs_json_parse(run->out.data, run->out.len, &err);
        if (!report || (int)ofs_json_num(report, "exit", -1) != run->exit)
            WRONG(fault, "a report that is not right: %.300s", run->out.data);
    }
}

static void judge(const struct row *row, const struct run *run, const char *part, const char *next,
                  bool json, struct fault *fault)
{
    const char *said = ofs_buf_str(&run->err);
    const char *sentence = strstr(said, "offswitch: ");
    if (run->exit != row->exit)
        WRONG(fault, "exit %d instead of %d: %.600s", run->exit, row->exit, said);
    else if (row->args[0] && !sentence)
        WRONG(fault, "no sentence: %.600s", said);
    else if (!strstr(said, part))
        WRONG(fault, "'%s' is not named: %.600s", part, said);
    else if (!strstr(said, next))
        WRONG(fault, "no next step '%s': %.600s", next, said);
    else if (strchr(said, '\033') || strchr(said, '\a'))
        WRONG(fault, "it steers the terminal: %.600s", said);
    else if (run->left)
        WRONG(fault, "a process was left behind");
    else
        judge_output(run, json, fault);
}

static void play_row(const struct row *row, bool json, struct fault *fault)
{
    struct run run;
    struct peer peer = {.play = row->play};
    OFS_AUTO_STR file = ofs_text_printf("%s/scenario.json", scratch);
    OFS_AUTO_STR state = ofs_text_printf("%s/state", scratch);
    const char *args[MOST_ARGS] = {NULL};
    const char *env[6] = {NULL};
    size_t n = 0, n_env = 0;
    int port;
    fault->text[0] = '\0';
    write_file(file, row->scenario ? row->scenario : GOOD, 0600);
    if (row->play)
        peer_start(&peer);
    port = row->play ? peer.port : peer_closed_port();
    for (; row->args[n]; n++)
        args[n] = fill_in(row->args[n], file, port);
    size_t own = n;
    if (json)
        args[n++] = "--json";
    for (; n_env < COUNT(row->env) && row->env[n_env]; n_env++)
        env[n_env] = fill_in(row->env[n_env], file, port);
    OFS_AUTO_STR part = fill_in(row->part, file, port);
    start(&run, args, env);
    finish(&run);
    if (row->play)
        peer_stop(&peer);
    judge(row, &run, part, row->next, json, fault);
    if (!fault->text[0] && row->exit == 4 && row->play == play_silence && peer.connections)
        WRONG(fault, "the browser was asked before the person");
    clear(&run);
    for (size_t i = 0; i < own; i++)
        free((char *)args[i]);
    for (size_t i = 0; i < n_env; i++)
        free((char *)env[i]);
}

/* All rows, so that one run shows every fault. */
static void play_table(const struct row *rows, size_t n)
{
    struct fault fault;
    int faults = 0;
    for (size_t i = 0; i < n; i++) {
        const struct row *row = &rows[i];
        bool reports =
            row->args[0] && (!strcmp(row->args[0], "check") || !strcmp(row->args[0], "fix"));
        for (int json = 0; json <= reports; json++) {
            /* an option at the end without its value would take --json for one */
            if (json && row->exit == 64)
                continue;
            play_row(row, json, &fault);
            if (!fault.text[0])
                continue;
            faults++;
            print_error("row %zu:", i);
            for (size_t k = 0; row->args[k]; k++)
                print_error(" %s", row->args[k]);
            print_error("%s\n   %s\n", json ? " --json" : "", fault.text);
        }
    }
    if (faults)
        fail_msg("%d rows", faults);
}

#define TABLE(name)                       \
    static void test_##name(void **state) \
    {                                     \
        (void)state;                      \
        play_table(name, COUNT(name));    \
    }
TABLE(command_line)
TABLE(addresses)
TABLE(scenarios)
TABLE(browsers)
TABLE(files)
TABLE(unconfirmed)

/* ---- with a browser ---- */

/* What the site was asked, seen from here: its server is a child. */
struct site {
    pid_t pid;
    int port;
    struct counts {
        atomic_int pages, writes, stalled;
    } * counts; /* shared */
};

/* One switch, which is on. /stall never comes. */
static void on_request(void *user, const struct ofs_serve_request *request,
                       struct ofs_serve_reply *reply)
{
    static const char page[] =
        "<!doctype html><html lang=en><title>Settings</title><h1>Settings</h1>"
        "<button role=switch aria-checked=true aria-label=Training "
        "onclick=\"this.setAttribute('aria-checked','false');"
        "fetch('/save',{method:'POST',body:'off'})\">on</button></html>";
    struct counts *counts = user;
    struct ofs_error ignored;
    if (strcmp(request->method, "GET") != 0) {
        counts->writes++;
    } else if (!strcmp(request->path, "/stall")) {
        reply->manner = OFS_SERVE_NEVER;
        counts->stalled++;
    } else {
        counts->pages += !strcmp(request->path, "/settings");
        ofs_buf_puts(&reply->body, page, &ignored);
    }
}

static void start_site(struct site *site)
{
    int ends[2];
    site->counts =
        mmap(NULL, sizeof *site->counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(site->counts != MAP_FAILED);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    site->pid = fork();
    assert_true(site->pid >= 0);
    if (site->pid == 0) {
        struct ofs_error err;
        child_die_with_parent();
        struct ofs_loop *loop = ofs_loop_new(&err);
        const struct ofs_serve_options options = {.handler = on_request, .user = site->counts};
        struct ofs_server *server = loop ? ofs_server_new(loop, &options, &err) : NULL;
        int port = server ? ofs_server_port(server) : 0;
        if (write(ends[1], &port, sizeof port) != sizeof port || !server)
            _exit(1);
        while (!ofs_loop_turn(loop, OFS_NEVER, &err))
            ;
        _exit(1);
    }
    assert_int_equal(read(ends[0], &site->port, sizeof site->port), sizeof site->port);
    close(ends[0]);
    close(ends[1]);
}

static void stop_site(struct site *site)
{
    child_end(site->pid, SIGKILL);
    munmap(site->counts, sizeof *site->counts);
}

static void await_count(const atomic_int *count, int least)
{
    struct timespec tick = {.tv_nsec = 10000000};
    ofs_deadline until = ofs_deadline_in(PATIENCE);
    while (*count < least) {
        if (!ofs_deadline_left(until))
            fail_msg("the site was not asked");
        nanosleep(&tick, NULL);
    }
}

/* How many tabs and windows the browser has, or -1. */
static int count_tabs(int port)
{
    struct ofs_error err;
    struct ofs_loop *loop = ofs_loop_new(&err);
    OFS_AUTO_JSON tabs = loop ? devtools_tabs(loop, port, 0) : NULL;
    int n = tabs ? cJSON_GetArraySize(tabs) : -1;
    ofs_loop_free(loop);
    return n;
}

#define STALLING                                                              \
    HEAD "{\"id\": \"train\", \"title\": \"Training\", \"wanted\": \"off\", " \
         "\"page\": \"/stall\", \"labels\": {\"en\": [\"Training\"]}}]}"

/* The program on that site, at that browser, or (port 0) with one that it launches. */
static void start_at(struct run *run, const char *command, const char *scenario,
                     const struct site *site, int browser_port, const char *more)
{
    static const char *const container[] = {
        "--browser-arg=--no-sandbox",
        "--browser-arg=--disable-gpu",
        "--browser-arg=--disable-quic",
        "--browser-arg=--disable-background-networking",
        "--browser-arg=--disable-component-update",
        "--browser-arg=--disable-sync",
    };
    OFS_AUTO_STR file = ofs_text_printf("%s/scenario.json", scratch);
    OFS_AUTO_STR origin = ofs_text_printf("--origin=http://127.0.0.1:%d", site->port);
    OFS_AUTO_STR connect = browser_port
                               ? ofs_text_printf("--connect=cdp://127.0.0.1:%d", browser_port)
                               : ofs_text_printf("--connect=launch");
    const char *args[MOST_ARGS] = {command, file, origin, connect, "--json", "--timeout=60"};
    size_t n = 6;
    write_file(file, scenario, 0600);
    if (more)
        args[n++] = more;
    if (!browser_port) {
        OFS_AUTO_STR named = ofs_text_printf("%s", child_find_browser());
        setenv("OFFSWITCH_BROWSER", named, 1); /* the one that the tests found */
        args[n++] = "--headless";
        for (size_t i = 0; i < COUNT(container); i++)
            args[n++] = container[i];
    }
    start(run, args, NULL);
}

/* One report on standard output that says as much, with every setting in the given state. */
static void assert_report(const struct run *run, int exit, const char *verdict, const char *reason)
{
    struct ofs_error err;
    if (run->exit != exit)
        fail_msg("exit %d: %s%s", run->exit, ofs_buf_str(&run->err), ofs_buf_str(&run->out));
    OFS_AUTO_JSON report = ofs_json_parse(ofs_buf_str(&run->out), run->out.len, &err);
    const cJSON *one = cJSON_GetArrayItem(ofs_json_get(report, "settings"), 0);
    assert_int_equal((int)ofs_json_num(report, "exit", -1), exit);
    assert_string_equal(ofs_json_str(one, "verdict", ""), verdict);
    if (reason)
        assert_string_equal(ofs_json_str(one, "reason", ""), reason);
    assert_int_equal(run->left, 0);
}

struct live {
    struct site site;
    pid_t browser;
    int port; /* of the browser */
};

static int set_up_live(void **state)
{
    struct ofs_error err;
    struct live *live = calloc(1, sizeof *live);
    *state = live;
    if (!live)
        return -1;
    start_site(&live->site);
    if (child_find_browser() && child_start_browser(scratch, &live->browser, &live->port, &err)) {
        print_error("%s\n", err.text);
        return -1;
    }
    return 0;
}

static int tear_down_live(void **state)
{
    struct live *live = *state;
    child_end(live->browser, SIGKILL);
    stop_site(&live->site);
    free(live);
    return 0;
}

/* A missing browser is said, and not passed over in silence. */
static void need_browser(const struct live *live)
{
    if (live->browser)
        return;
    print_message("no Chromium or Chrome is installed\n");
    skip();
}

/* Nobody can be asked, and nobody has said yes. */
static void test_no_yes(void **state)
{
    struct live *live = *state;
    struct run run;
    need_browser(live);
    int tabs = count_tabs(live->port);
    start_at(&run, "fix", GOOD, &live->site, live->port, NULL);
    finish(&run);
    assert_report(&run, 4, "differs", NULL);
    assert_non_null(strstr(run.err.data, "no terminal to ask on"));
    assert_non_null(strstr(run.err.data, "--yes"));
    assert_int_equal(live->site.counts->writes, 0);
    assert_true(live->site.counts->pages > 0);
    assert_int_equal(count_tabs(live->port), tabs);
    clear(&run);
    /* the same with a yes, so that it was this that held it off */
    start_at(&run, "fix", GOOD, &live->site, live->port, "--yes");
    finish(&run);
    assert_true(live->site.counts->writes == 1);
    assert_int_equal(run.left, 0);
    assert_int_equal(count_tabs(live->port), tabs);
    clear(&run);
}

static void stop_in_the_middle(struct live *live, int number, bool launched)
{
    struct run run;
    int tabs = count_tabs(live->port);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, launched ? 0 : live->port, NULL);
    await_count(&live->site.counts->stalled, 1);
    if (!launched)
        assert_int_equal(count_tabs(live->port), tabs + 1);
    int64_t before = ofs_now_ms();
    assert_int_equal(kill(run.pid, number), 0);
    finish(&run);
    assert_true(ofs_now_ms() - before < LEAVING);
    assert_report(&run, 3, "unknown", "interrupted");
    assert_int_equal(count_tabs(live->port), tabs);
    clear(&run);
}

static void test_signals(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct live *live = *state;
    need_browser(live);
    for (size_t i = 0; i < COUNT(numbers); i++)
        stop_in_the_middle(live, numbers[i], false);
}

static void test_signals_launched(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct live *live = *state;
    need_browser(live);
    for (size_t i = 0; i < COUNT(numbers); i++)
        stop_in_the_middle(live, numbers[i], true);
}

/* Who is impatient presses twice. */
static void test_two_signals(void **state)
{
    struct live *live = *state;
    struct run run;
    need_browser(live);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, 0, NULL);
    await_count(&live->site.counts->stalled, 1);
    kill(run.pid, SIGINT);
    kill(run.pid, SIGINT);
    finish(&run);
    assert_true(run.exit == 3 || run.exit == 1);
    assert_int_equal(run.left, 0);
    clear(&run);
}

static void test_browser_killed(void **state)
{
    struct live *live = *state;
    struct run run;
    need_browser(live);
    live->site.counts->stalled = 0;
    start_at(&run, "check", STALLING, &live->site, live->port, NULL);
    await_count(&live->site.counts->stalled, 1);
    child_end(live->browser, SIGKILL);
    live->browser = 0;
    int64_t before = ofs_now_ms();
    finish(&run);
    assert_true(ofs_now_ms() - before < LEAVING);
    assert_report(&run, 3, "unknown", "browser-lost");
    clear(&run);
}

/* The whole run's deadline, and a page that never comes. */
static void test_deadline(void **state)
{
    struct live *live = *state;
    struct run run;
    need_browser(live);
    int tabs = count_tabs(live->port);
    int64_t before = ofs_now_ms();
    start_at(&run, "check", STALLING, &live->site, live->port, "--timeout=5");
    finish(&run);
    assert_true(ofs_now_ms() - before < 5000 + LEAVING);
    assert_report(&run, 3, "unknown", "timed-out");
    assert_int_equal(count_tabs(live->port), tabs);
    clear(&run);
}

/* ---- set-up ---- */

/* A home of its own, where no browser and no state is. */
static int set_up(void **state)
{
    static const char *const away[] = {"XDG_STATE_HOME", "XDG_CONFIG_HOME", "CHROME_USER_DATA_DIR",
                                       "NO_COLOR"};
    (void)state;
    scratch = child_make_dir(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!scratch)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    setenv("HOME", scratch, 1);
    OFS_AUTO_STR here = realpath("scenarios", NULL); /* wherever the program is */
    if (here)
        setenv("OFFSWITCH_SCENARIOS", here, 0);
    for (size_t i = 0; i < COUNT(away); i++)
        unsetenv(away[i]);
    OFS_AUTO_STR fails = ofs_text_printf("%s/fails", scratch);
    OFS_AUTO_STR hangs = ofs_text_printf("%s/hangs", scratch);
    write_file(fails, "#!/bin/sh\necho starting >&2\necho cannot open display: >&2\nexit 1\n",
               0700);
    /* deaf to SIGTERM, and with a child of its own */
    write_file(hangs, "#!/bin/sh\ntrap '' TERM\nsleep 1000 &\nwait\nsleep 1000\n", 0700);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    child_remove_dir(scratch);
    free(scratch);
    return 0;
}

#define LIVE(test) cmocka_unit_test_setup_teardown(test, set_up_live, tear_down_live)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_line),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_scenarios),
        cmocka_unit_test(test_browsers),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_unconfirmed),
        LIVE(test_no_yes),
        LIVE(test_signals),
        LIVE(test_signals_launched),
        LIVE(test_two_signals),
        LIVE(test_browser_killed),
        LIVE(test_deadline),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
