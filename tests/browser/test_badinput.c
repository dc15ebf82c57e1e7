/*
 * Bad input to the program itself, one mistake per row. Each gets the right exit status, a sentence
 * on standard error that names the cause, a next step, nothing on standard output (JSON with
 * --json, or nothing), and leaves no process behind.
 *
 * $OFFSWITCH names the program; build/offswitch unless it is set.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "support/supervised.h"
#include "wire/websocket_peer.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static char *scratch; /* one directory for all of it */

/* ---- the peer on the port ---- */

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

/* A browser up to the upgrade: true if the client asked for the upgrade. The socket's host is
 * false, and has to be ignored. */
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
 * (a closed port if there is no peer). */
struct row {
    const char *args[10];
    int exit;
    const char *part, *next; /* of the sentence; of the next step */
    const char *scenario;    /* NULL: GOOD */
    void (*play)(struct peer *, int);
    const char *env[3];
};

/* a member that a row leaves out means nothing */
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
    {{"check", "--yes"}, 64, "'check' has no option '--yes'", "belongs to: fix"},
    {{"check", "-y"}, 64, "'check' has no option '--yes'", "belongs to: fix"},
    {{"guide", "--tabs", "2"}, 64, "--tabs", "check, fix, rehearse"},
    {{"doctor", "--hold", "0"}, 64, "--hold", "fix, rehearse"},
    {{"login", "--json"}, 64, "--json", "check, fix"},
    /* never propose a destructive option in place of another */
    {{"login", "--format"}, 64, "--format", "offswitch help"},
    {{"login", "--forge"}, 64, "--forge", "offswitch help"},
    {{"fix", "--ye5"}, 64, "--ye5", "offswitch help"},
    {{"fix", "@FILE", "--hold", "-1"}, 64, "'-1'", "from 0 to 86400"},
    {{"fix", "@FILE", "--hold", "soon"}, 64, "'soon'", "from 0 to 86400"},
    {{"fix", "@FILE", "--connect", "lunch", "--hold", "0"}, 64, "lunch", "did you mean 'launch'"},
    {{"check", "@FILE", "--output", "/nowhere/file"}, 1, "/nowhere/file", "No such file"},
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
    {{"rehearse", "linkedin", "claude"}, 64, "claude", "offswitch help"},
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
     "did you mean 'cdp://HOST:PORT'"},
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
    /* not a valid one */
    {{LAUNCH},
     1,
     "no display for the browser",
     "another browser in OFFSWITCH_BROWSER",
     .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    {{LAUNCH, "-v"},
     1,
     "cannot open display:",
     "another browser in OFFSWITCH_BROWSER",
     .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    {{LAUNCH},
     1,
     "as root with its sandbox",
     "run: offswitch check --browser-arg=--no-sandbox",
     .env = {"OFFSWITCH_BROWSER=@DIR/refuses"}},
    {{LAUNCH}, 1, "ended at once", "--headless", .env = {"OFFSWITCH_BROWSER=/bin/false"}},
    {{LAUNCH}, 1, "Browser.getVersion", "--timeout", .env = {"OFFSWITCH_BROWSER=@DIR/hangs"}},
    {{LAUNCH, "--profile", "/proc/x"},
     1,
     "/proc/x",
     "--profile",
     .env = {"OFFSWITCH_BROWSER=@DIR/fails"}},
    {{LAUNCH, "--profile", ""}, 64, "'--profile' needs a path", "offswitch help"},
    /* nothing on the port, or another server */
    {{AT_PORT}, 1, "nothing answers", "--remote-debugging-port"},
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
    /* a browser that fails */
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
    {{OFFLINE, "--state", ""}, 64, "'--state' needs a path", "offswitch help"},
    {{"check", "@FILE"}, 1, "HOME", "--state DIR", .env = {"HOME=", "XDG_STATE_HOME="}},
    {{OFFLINE, "--trace", "/nowhere/trace"}, 1, "/nowhere/trace", "\n  "},
    {{OFFLINE, "--trace", "@DIR"}, 1, "@DIR", "\n  "},
};

static const struct row unconfirmed[] = {
    /* the terms of a real site, without a terminal */
    {{"check", "--connect", "cdp://127.0.0.1:@PORT"},
     4,
     "User Agreement",
     "--acknowledge-terms",
     .play = play_silence},
    {{"fix", "--connect", "cdp://127.0.0.1:@PORT", "--yes"},
     4,
     "No terminal to ask on",
     "--acknowledge-terms",
     .play = play_silence},
    {{"check", "linkedin", "--connect", "ws://127.0.0.1:@PORT/devtools/browser/x"},
     4,
     "offswitch guide",
     "--acknowledge-terms",
     .play = play_silence},
};

/* ---- a row ---- */

/* `text` with its placeholders replaced; the caller frees it. */
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

/* Standard output is empty, or, with --json, has one report that agrees with the exit status,
 * contains the error, and has every setting unknown for a reason of the contract. */
static void judge_output(const struct supervised *run, bool json, struct fault *fault)
{
    struct ofs_error err;
    const cJSON *one;
    if (!json) {
        if (run->out.len)
            WRONG(fault, "on standard output: %.300s", run->out.data);
        return;
    }
    OFS_AUTO_JSON report = ofs_json_parse(ofs_buf_str(&run->out), run->out.len, &err);
    if (!report || (int)ofs_json_num(report, "exit", -1) != run->exit ||
        !ofs_json_str(report, "error/code", NULL) || !ofs_json_str(report, "error/text", NULL))
        WRONG(fault, "a wrong report: %.300s", ofs_buf_str(&run->out));
    cJSON_ArrayForEach(one, ofs_json_get(report, "settings"))
    {
        const char *reason = ofs_json_str(one, "reason", "");
        if (strcmp(ofs_json_str(one, "verdict", ""), "unknown") ||
            (strcmp(reason, "no-browser") && strcmp(reason, "timed-out") &&
             strcmp(reason, "browser-lost")) ||
            !ofs_json_str(one, "url", NULL))
            WRONG(fault, "a setting that was never read: %.300s", cJSON_Print(one));
    }
}

static void judge(const struct row *row, const struct supervised *run, const char *part,
                  const char *next, bool json, struct fault *fault)
{
    const char *said = ofs_buf_str(&run->err);
    const char *sentence = strstr(said, "offswitch: ");
    if (run->exit != row->exit)
        WRONG(fault, "exit %d instead of %d: %.600s", run->exit, row->exit, said);
    else if (row->args[0] && !sentence)
        WRONG(fault, "the sentence is missing: %.600s", said);
    else if (!strstr(said, part))
        WRONG(fault, "'%s' is not named: %.600s", part, said);
    else if (!strstr(said, next))
        WRONG(fault, "no next step '%s': %.600s", next, said);
    else if (strchr(said, '\033') || strchr(said, '\a'))
        WRONG(fault, "it contains control characters for the terminal: %.600s", said);
    else if (run->left)
        WRONG(fault, "a process was left behind");
    else
        judge_output(run, json, fault);
}

static void play_row(const struct row *row, bool json, struct fault *fault)
{
    struct supervised run;
    struct peer peer = {.play = row->play};
    OFS_AUTO_STR file = ofs_text_printf("%s/scenario.json", scratch);
    OFS_AUTO_STR state = ofs_text_printf("%s/state", scratch);
    const char *args[SUPERVISED_ARGS] = {NULL};
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
    for (size_t i = 0; i < own; i++) /* given where --json is not allowed: still one object */
        json = json || !strcmp(args[i], "--json");
    for (; n_env < COUNT(row->env) && row->env[n_env]; n_env++)
        env[n_env] = fill_in(row->env[n_env], file, port);
    OFS_AUTO_STR part = fill_in(row->part, file, port);
    assert_int_equal(supervised_start(&run, scratch, args, env), 0);
    assert_int_equal(supervised_finish(&run), 0);
    if (row->play)
        peer_stop(&peer);
    judge(row, &run, part, row->next, json, fault);
    if (!fault->text[0] && row->exit == 4 && row->play == play_silence && peer.connections)
        WRONG(fault, "the browser was contacted before the user was asked");
    supervised_clear(&run);
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
            /* an option at the end without its value would take --json as its value */
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

/* ---- set-up ---- */

static int set_up(void **state)
{
    (void)state;
    scratch = supervised_enter();
    if (!scratch)
        return -1;
    signal(SIGPIPE, SIG_IGN);
    OFS_AUTO_STR fails = ofs_text_printf("%s/fails", scratch);
    OFS_AUTO_STR refuses = ofs_text_printf("%s/refuses", scratch);
    write_file(
        refuses,
        "#!/bin/sh\necho '[1:1:ERROR:zygote.cc(103)] Running as root without --no-sandbox is "
        "not supported.' >&2\nexit 1\n",
        0700);
    OFS_AUTO_STR hangs = ofs_text_printf("%s/hangs", scratch);
    write_file(fails, "#!/bin/sh\necho starting >&2\necho cannot open display: >&2\nexit 1\n",
               0700);
    /* ignores SIGTERM, and has a child of its own */
    write_file(hangs, "#!/bin/sh\ntrap '' TERM\nsleep 1000 &\nwait\nsleep 1000\n", 0700);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    supervised_leave(scratch);
    free(scratch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_line), cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_scenarios),    cmocka_unit_test(test_browsers),
        cmocka_unit_test(test_files),        cmocka_unit_test(test_unconfirmed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
