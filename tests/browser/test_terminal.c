/*
 * The program on a terminal: what a question looks like and what answers it, how wide lines are,
 * what is left out on a dumb terminal, and, with a browser, an unknown label. Each test runs the
 * program on a pseudo-terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "support/child.h"
#include "support/daemon.h"
#include "support/program.h"
#include "support/scratch.h"

enum { TIMEOUT = 90000, MOST_ARGS = 16 };

struct terminal {
    const char *state;  /* the state directory, and the home */
    int columns;        /* default 80 */
    const char *term;   /* default "xterm" */
    const char *ahead;  /* typed before the program has started */
    const char *answer; /* typed when the question is there; NULL: the end of the input */
};

/* Runs it; `ret` has all that the terminal showed. Returns the exit status. */
static int run_on(const struct terminal *t, const char *const *args, struct ofs_buf *ret)
{
    struct winsize size = {.ws_row = 24, .ws_col = t->columns ? (unsigned short)t->columns : 80};
    struct ofs_error err;
    char *argv[MOST_ARGS] = {(char *)program_path()};
    int master, status = -1;
    bool answered = false;
    for (size_t n = 0; args[n]; n++)
        argv[n + 1] = (char *)args[n];
    /* open before the program starts, so that the input is certainly early */
    int slave;
    assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
    if (t->ahead)
        assert_int_equal(write(master, t->ahead, strlen(t->ahead)), (ssize_t)strlen(t->ahead));
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        OFS_AUTO_STR term = ofs_text_printf("TERM=%s", t->term ? t->term : "xterm");
        OFS_AUTO_STR home = ofs_text_printf("HOME=%s", t->state);
        OFS_AUTO_STR states = ofs_text_printf("XDG_STATE_HOME=%s", t->state);
        const char *const env[] = {term, home, states, NULL};
        close(master);
        if (login_tty(slave))
            _exit(126);
        child_become(&(struct child_options){.argv = argv, .env = env, .keeps_streams = true});
    }
    close(slave);
    ofs_deadline deadline = ofs_deadline_in(TIMEOUT);
    for (;;) {
        char part[4096];
        struct pollfd fd = {.fd = master, .events = POLLIN};
        if (poll(&fd, 1, (int)ofs_deadline_left(deadline)) <= 0) {
            kill(pid, SIGKILL);
            break;
        }
        ssize_t n = read(master, part, sizeof part);
        if (n <= 0)
            break;
        assert_int_equal(ofs_buf_add(ret, part, (size_t)n, &err), 0);
        const char *answer = t->answer ? t->answer : "\004";
        if (!answered && strstr(ofs_buf_str(ret), "[y/N] ")) {
            answered = true;
            assert_int_equal(write(master, answer, strlen(answer)), (ssize_t)strlen(answer));
        }
    }
    close(master);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A check of the real site that ends at a closed port: the question about the terms comes first. */
static const char *const asked[] = {"check", "--connect", "cdp://127.0.0.1:1", NULL};

static bool is_acknowledged(const char *dir)
{
    OFS_AUTO_STR file = ofs_text_printf("%s/offswitch/acknowledged-linkedin", dir);
    return access(file, F_OK) == 0;
}

static void test_answers(void **state)
{
    static const struct {
        const char *ahead, *answer;
        bool yes;
    } rows[] = {
        {NULL, "n\n", false},         {NULL, "\n", false},   {NULL, "yess\n", false},
        {NULL, NULL, false},          {NULL, "\003", false}, {NULL, "no\n", false},
        {"y\n", "n\n", false}, /* typed before the question: not an answer */
        {"y\ny\nyes\n", "\n", false}, {"y", "\n", false}, /* nor a part of one */
        {"n\n", "y\n", true},         {NULL, "YES\n", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        OFS_AUTO_STR dir = child_make_dir(*state);
        struct terminal t = {.state = dir, .ahead = rows[i].ahead, .answer = rows[i].answer};
        int status = run_on(&t, asked, &said);
        if (status != (rows[i].yes ? 1 : 4) || is_acknowledged(dir) != rows[i].yes)
            fail_msg("row %zu: exit %d: %s", i, status, ofs_buf_str(&said));
        if (!rows[i].yes && !strstr(ofs_buf_str(&said), "nothing was opened"))
            fail_msg("row %zu does not say that nothing was opened: %s", i, ofs_buf_str(&said));
    }
}

/* On a line of its own, with an empty line above and below. */
static void test_question(void **state)
{
    OFS_AUTO_BUF said = OFS_BUF(1 << 20);
    struct terminal t = {.state = *state, .answer = "n\n"};
    run_on(&t, asked, &said);
    const char *question = strstr(ofs_buf_str(&said), "\r\n\r\nContinue with automation?");
    assert_non_null(question);
    assert_non_null(strstr(question, " [y/N] n\r\n\r\n"));
}

/* No line of text is wider than the terminal, and a wide terminal is used. */
static void test_width(void **state)
{
    static const struct {
        int columns;
        const char *args[4];
        int least; /* of the longest line */
    } rows[] = {
        {60, {"fix", "--help"}, 50},
        {200, {"fix", "--help"}, 110},
        {80, {"help"}, 60},
        {60, {"help"}, 50},
        {40, {"login", "--help"}, 30},
        {200, {"guide", "linkedin"}, 120},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        struct terminal t = {.state = *state, .columns = rows[i].columns, .term = "dumb"};
        assert_int_equal(run_on(&t, rows[i].args, &said), 0);
        int longest = 0;
        char *rest = NULL;
        for (char *line = strtok_r(said.data, "\r\n", &rest); line;
             line = strtok_r(NULL, "\r\n", &rest)) {
            int width = 0;
            for (const char *p = line; *p; p++)
                width += ((unsigned char)*p & 0xc0) != 0x80;
            /* a link is kept whole, and East Asian characters are two columns wide */
            if (!strstr(line, "://") && width > rows[i].columns)
                fail_msg("row %zu, %d columns: %s", i, width, line);
            longest = width > longest ? width : longest;
        }
        if (longest < rows[i].least)
            fail_msg("row %zu: the longest line has %d columns", i, longest);
    }
}

/* A dumb terminal gets no escapes. */
static void test_dumb_terminal(void **state)
{
    static const char *const check[] = {"check", "--connect", "cdp://127.0.0.1:1",
                                        "--acknowledge-terms", NULL};
    static const char *const doctor[] = {"doctor", NULL};
    const char *const *commands[] = {check, doctor};
    for (size_t i = 0; i < 2; i++) {
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        struct terminal t = {.state = *state, .term = "dumb"};
        run_on(&t, commands[i], &said);
        assert_true(said.len > 0);
        assert_null(strchr(ofs_buf_str(&said), '\033'));
    }
}

/* A port that accepts a connection and never answers. */
static int listen_silently(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

/* The seconds of the live line continue while the browser is silent, and the line is erased at the
 * end. A dumb terminal has no such line. */
static void test_clock(void **state)
{
    int port, fd = listen_silently(&port);
    OFS_AUTO_STR connect = ofs_text_printf("cdp://127.0.0.1:%d", port);
    for (int dumb = 0; dumb <= 1; dumb++) {
        const char *const args[] = {"check",     "--connect", connect, "--acknowledge-terms",
                                    "--timeout", "4",         NULL};
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        const struct terminal t = {.state = *state, .term = dumb ? "dumb" : "xterm"};
        assert_int_equal(run_on(&t, args, &said), 1);
        const char *two = strstr(ofs_buf_str(&said), "Looking for the browser … 2 s");
        if (dumb) {
            assert_null(strstr(ofs_buf_str(&said), " … "));
            continue;
        }
        assert_non_null(two);
        assert_non_null(strstr(two, "\r\033[Koffswitch: "));
    }
    close(fd);
}

/* The guide has the labels in the person's language only. */
static void test_guide_language(void **state)
{
    static const struct {
        const char *environment, *options, *there, *absent;
    } rows[] = {
        {"LC_ALL=C", "", "Use my data for training", "Ihre Daten"},
        {"LC_ALL=de_DE.UTF-8", "", "Ihre Daten", "Use my data for training"},
        {"LC_ALL= LC_MESSAGES=de_AT", "", "Ihre Daten", "Use my data for training"},
        {"LC_ALL=de_DE.UTF-8", "--lang en", "Use my data for training", "Ihre Daten"},
        {"LC_ALL=C", "--lang all", "Ihre Daten", "no such words"},
        {"LC_ALL=xx_XX", "", "Use my data for training", "Ihre Daten"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[1 << 16];
        OFS_AUTO_STR command =
            ofs_text_printf("%s %s guide %s", rows[i].environment, program_path(), rows[i].options);
        FILE *out = popen(command, "r");
        assert_non_null(out);
        said[fread(said, 1, sizeof said - 1, out)] = '\0';
        assert_int_equal(pclose(out), 0);
        if (!strstr(said, rows[i].there) || strstr(said, rows[i].absent))
            fail_msg("%s: %s", command, said);
    }
}

/* The completions that a shell gets, for each word of a command line. */
static void test_completion(void **state)
{
    static const struct {
        const char *words, *there, *absent;
    } rows[] = {
        {"''", "\ncheck\n", "--"},
        {"fix --", "\n--hold\n", "--serve"},
        {"check --", "\n--tabs\n", "--hold"},
        {"fix --only ''", "\ndata-for-ai-improvement\n", "@files"},
        {"fix --only ads-by-age,", "\nads-by-age,data-for-ai-improvement\n", "@files"},
        {"check linkedin --group ''", "\nai\n", "linkedin"},
        {"check ''", "\nlinkedin\n", "--"},
        {"check --connect ''", "\nlaunch\n", "linkedin"},
        {"check --state ''", "\n@directories\n", "linkedin"},
        {"check --timeout ''", "\n", "linkedin"},
        {"keep ''", "\ndata-for-ai-improvement\n", "@files"},
        {"scenario ''", "\nlint\n", "linkedin"},
        {"scenario show ''", "\nlinkedin\n", "lint"},
        {"completion ''", "\nfish\n", "linkedin"},
        {"rehearse --fault ''", "\nnew-wording\n", "linkedin"},
        {"help ''", "\nrehearse\n", "--"},
        {"nothing ''", "\n", "check"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char said[1 << 16] = "\n";
        OFS_AUTO_STR command =
            ofs_text_printf("%s completion words -- %s", program_path(), rows[i].words);
        FILE *out = popen(command, "r");
        assert_non_null(out);
        size_t n = fread(said + 1, 1, sizeof said - 2, out);
        said[n + 1] = '\0';
        assert_int_equal(pclose(out), 0);
        if (!strstr(said, rows[i].there) || strstr(said, rows[i].absent))
            fail_msg("%s: %s", rows[i].words, said);
    }
}

/* ---- with a browser: an unknown label ---- */

/* The replica, with a new wording of its switch. Its port; `ret_pid` is to be ended. */
static int serve_replica(const char *dir, pid_t *ret_pid)
{
    static const char origin[] = "http://127.0.0.1:";
    char *argv[] = {(char *)program_path(), "rehearse", "--serve", "0", "--fault",
                    "new-wording",          NULL};
    ofs_deadline deadline = ofs_deadline_in(TIMEOUT);
    struct ofs_error err;
    if (daemon_start(dir, "replica", argv, ret_pid, &err))
        fail_msg("%s", err.text);
    while (ofs_deadline_left(deadline)) {
        OFS_AUTO_STR line = daemon_line(dir, "replica");
        const char *at = line ? strstr(line, origin) : NULL;
        if (at)
            return atoi(at + strlen(origin));
        poll(NULL, 0, 20);
    }
    fail_msg("the replica does not listen");
    return -1;
}

/* Results of a real run on a narrow and on a wide terminal: no line of text is wider than the
 * terminal, colour is switched off at its end, and the last line is the sum. */
static void test_results(void **state)
{
    static const int widths[] = {60, 200};
    if (!child_find_browser())
        skip();
    setenv("OFFSWITCH_BROWSER", child_find_browser(), 1);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        static const char *const args[] = {"rehearse", "--hold=0", "--timing",
                                           "--browser-arg=--no-sandbox", NULL};
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        const struct terminal t = {.state = *state, .columns = widths[i]};
        assert_int_equal(run_on(&t, args, &said), 0);
        assert_non_null(strstr(ofs_buf_str(&said), "2 turned off and proved; "));
        assert_non_null(strstr(ofs_buf_str(&said), "Proved by a reload"));
        char *rest = NULL;
        for (char *line = strtok_r(said.data, "\r\n", &rest); line;
             line = strtok_r(NULL, "\r\n", &rest)) {
            int width = 0;
            for (const char *p = line; *p; p++) {
                if (*p == '\033') /* an escape takes no column */
                    p += strcspn(p, "mK");
                else
                    width += ((unsigned char)*p & 0xc0) != 0x80;
            }
            if (!strstr(line, "://") && width > widths[i])
                fail_msg("%d columns: %s", widths[i], line);
        }
    }
}

/* --quiet prints nothing for a run without problems; --verbose prints a line for each step. */
static void test_quiet_and_verbose(void **state)
{
    static const struct {
        const char *option, *there, *absent;
    } rows[] = {{"-q", "", "fixed"}, {"-v", " s  data-for-ai-improvement: reading", "\033[K"}};
    if (!child_find_browser())
        skip();
    setenv("OFFSWITCH_BROWSER", child_find_browser(), 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const args[] = {"rehearse", "--hold=0", "--browser-arg=--no-sandbox",
                                    rows[i].option, NULL};
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        const struct terminal t = {.state = *state};
        assert_int_equal(run_on(&t, args, &said), 0);
        if (!strstr(ofs_buf_str(&said), rows[i].there) ||
            strstr(ofs_buf_str(&said), rows[i].absent))
            fail_msg("%s: %s", rows[i].option, ofs_buf_str(&said));
    }
}

static void test_unknown_label(void **state)
{
    pid_t replica;
    if (!child_find_browser())
        skip();
    setenv("OFFSWITCH_BROWSER", child_find_browser(), 1);
    int port = serve_replica(*state, &replica);
    assert_true(port > 0);
    OFS_AUTO_STR origin = ofs_text_printf("http://127.0.0.1:%d", port);
    /* refused twice, also with --yes; accepted, which is stored; then there is no question */
    static const struct {
        const char *answer, *yes;
        int status;
        bool question;
    } rows[] = {
        {"n\n", NULL, 3, true},
        {"n\n", "--yes", 3, true},
        {"y\n", "--yes", 0, true},
        {"n\n", NULL, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        OFS_AUTO_BUF said = OFS_BUF(1 << 20);
        const struct terminal t = {.state = *state, .columns = 200, .answer = rows[i].answer};
        const char *const args[] = {"fix",
                                    "--origin",
                                    origin,
                                    "--only",
                                    "data-for-ai-improvement",
                                    "--connect",
                                    "launch",
                                    "--headless",
                                    "--browser-arg=--no-sandbox",
                                    "--hold=0",
                                    rows[i].yes,
                                    NULL};
        int status = run_on(&t, args, &said);
        bool question = strstr(ofs_buf_str(&said), "Accept it? [y/N] ");
        if (status != rows[i].status || question != rows[i].question)
            fail_msg("row %zu: exit %d: %s", i, status, ofs_buf_str(&said));
    }
    child_end(replica, SIGTERM);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_guide_language),
        IN_SCRATCH(test_answers),
        IN_SCRATCH(test_question),
        IN_SCRATCH(test_width),
        IN_SCRATCH(test_dumb_terminal),
        IN_SCRATCH(test_clock),
        IN_SCRATCH(test_results),
        IN_SCRATCH(test_quiet_and_verbose),
        IN_SCRATCH(test_unknown_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
