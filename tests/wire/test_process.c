/*
 * Children: their pipes on 3 and 4, their last words, and their end, whatever they do to prevent
 * it.
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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire/process.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

struct child {
    struct ofs_process *process;
    int from, to;
};

static struct child start(const char *script)
{
    struct ofs_error err = {0};
    struct child c;
    char *const argv[] = {"/bin/sh", "-c", (char *)script, NULL};
    c.process = ofs_process_start(argv, &c.from, &c.to, &err);
    if (!c.process)
        fail_msg("%s", err.text);
    assert_int_equal(err.code, OFS_ERR_NONE);
    return c;
}

static int64_t end(struct child *c, int64_t limit)
{
    int64_t before = ofs_now_ms();
    ofs_process_end(c->process, ofs_deadline_in(limit));
    close(c->from);
    close(c->to);
    return ofs_now_ms() - before;
}

/* All output of the child, until it ends or closes its side. */
static void hear(const struct child *c, char *text, size_t size)
{
    size_t n = 0;
    ssize_t got;
    struct pollfd fd = {.fd = c->from, .events = POLLIN};
    while (n + 1 < size && poll(&fd, 1, 20000) == 1 &&
           (got = read(c->from, text + n, size - 1 - n)) > 0)
        n += (size_t)got;
    text[n] = '\0';
}

/* Until the child has written its first byte: everything before that is done. */
static void hear_ready(const struct child *c)
{
    char byte;
    struct pollfd fd = {.fd = c->from, .events = POLLIN};
    assert_int_equal(poll(&fd, 1, 20000), 1);
    assert_int_equal(read(c->from, &byte, 1), 1);
}

/* We have no children any more, neither alive nor dead. */
static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void test_pipes(void **state)
{
    (void)state;
    char text[64];
    int fds = count_fds();
    struct child c = start("read word <&3 && echo \"heard $word\" >&4");
    assert_int_equal(write(c.to, "hello\n", 6), 6);
    hear(&c, text, sizeof text);
    assert_string_equal(text, "heard hello\n");
    assert_true(end(&c, 5000) < 5000);
    assert_no_child();
    assert_int_equal(count_fds(), fds);
}

/* The end of its input makes a browser exit. */
static void test_end_of_input(void **state)
{
    (void)state;
    struct child c = start("cat <&3 >&4");
    char text[8];
    close(c.to);
    hear(&c, text, sizeof text);
    c.to = dup(c.from);
    assert_true(end(&c, 10000) < 5000); /* without a command to do so */
    assert_no_child();
}

/* No descriptor that we have open is inherited except 0 to 4. Descriptors that we inherited
 * ourselves pass through. */
static void test_descriptors(void **state)
{
    (void)state;
    char text[512];
    int extra = open("/dev/null", O_RDONLY | O_CLOEXEC), fds = 0, others = 0, n;
    struct child c = start("exec ls /proc/self/fd >&4");
    hear(&c, text, sizeof text);
    for (const char *p = text; sscanf(p, "%d", &n) == 1; p = strchr(p, '\n') + 1)
        if (n <= 4)
            fds |= 1 << n;
        else if (fcntl(n, F_GETFD) != 0)
            others++;
    assert_int_equal(fds, 0x1f);
    assert_int_equal(others, 1); /* the descriptor of the directory scan */
    end(&c, 5000);
    close(extra);

    c = start("a=$(readlink /proc/$$/fd/0); b=$(readlink /proc/$$/fd/1); echo \"$a $b\" >&4");
    hear(&c, text, sizeof text);
    assert_string_equal(text, "/dev/null /dev/null\n");
    end(&c, 5000);
    assert_no_child();
}

/* Also if 0 to 4 are not as usual here. */
static void test_low_descriptors_closed(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ofs_error err;
        int from, to;
        char text[16] = "";
        char *const argv[] = {"/bin/sh", "-c", "read word <&3 && echo \"$word\" >&4", NULL};
        for (int fd = 0; fd < 5; fd++)
            close(fd);
        struct ofs_process *p = ofs_process_start(argv, &from, &to, &err);
        bool right = p && write(to, "low\n", 4) == 4 && read(from, text, sizeof text - 1) == 4 &&
                     !strcmp(text, "low\n");
        ofs_process_end(p, ofs_deadline_in(5000));
        _exit(!right);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_own_group(void **state)
{
    (void)state;
    char text[64];
    int pid = 0, group = 0;
    struct child c = start("set -- $(cat /proc/$$/stat) && echo \"$1 $5\" >&4");
    hear(&c, text, sizeof text);
    assert_int_equal(sscanf(text, "%d %d", &pid, &group), 2);
    assert_int_equal(pid, group);
    assert_int_not_equal(group, getpgrp());
    end(&c, 5000);
}

/* How this program handles signals must not affect the browser. */
static void test_default_signals(void **state)
{
    (void)state;
    sigset_t set, old;
    char text[256];
    unsigned long long blocked = 1, ignored = 1;
    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, &old);
    struct child c = start("grep -E '^Sig(Blk|Ign)' /proc/self/status >&4");
    sigprocmask(SIG_SETMASK, &old, NULL);
    hear(&c, text, sizeof text);
    assert_int_equal(sscanf(text, "SigBlk: %llx SigIgn: %llx", &blocked, &ignored), 2);
    assert_true(blocked == 0);
    assert_true((ignored & (1ULL << (SIGPIPE - 1))) == 0);
    end(&c, 5000);
}

static void test_last_error_line(void **state)
{
    static const struct {
        const char *script, *words;
    } rows[] = {
        {"true", ""},
        {"echo one >&2", "one"},
        {"echo one >&2; echo two >&2", "two"},
        {"printf 'no newline' >&2", "no newline"},
        {"printf 'blank lines\\n\\n\\r\\n' >&2", "blank lines"},
        {"printf '\\n\\n' >&2", ""},
        {"i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done >&2; echo last >&2",
         "last"},
        {"printf '%03000d' 7 >&2", "00000000000000000000000000000000000000000000000"},
        {"echo only on standard output", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char words[48], text[8];
        struct child c = start(rows[i].script);
        hear(&c, text, sizeof text); /* until it has ended */
        struct pollfd fd = {.fd = c.from};
        poll(&fd, 1, 20000);
        ofs_process_last_words(c.process, words, sizeof words);
        assert_string_equal(words, rows[i].words);
        end(&c, 5000);
    }
    assert_no_child();
}

static void test_cannot_start(void **state)
{
    static const char *const paths[] = {"/nowhere/browser", "/dev/null", "/tmp"};
    (void)state;
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct ofs_error err;
        struct child c;
        char text[8];
        char *const argv[] = {(char *)paths[i], NULL};
        c.process = ofs_process_start(argv, &c.from, &c.to, &err);
        assert_non_null(c.process); /* the child detects it */
        hear(&c, text, sizeof text);
        assert_string_equal(text, "");
        assert_true(end(&c, 5000) < 5000);
    }
    assert_no_child();
}

static void test_exits(void **state)
{
    (void)state;
    struct child c = start("exit 3");
    assert_true(end(&c, 60000) < 10000);
    assert_no_child();
    ofs_process_end(NULL, 0);
}

static void test_ends_on_sigterm(void **state)
{
    (void)state;
    struct child c = start("echo ready >&4; exec sleep 1000");
    hear_ready(&c);
    int64_t took = end(&c, 200);
    assert_true(took >= 195 && took < 1900); /* SIGTERM after the wait, and no SIGKILL */
    assert_no_child();
}

/* Even before the child has made its group. */
static void test_ended_at_once(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++) {
        struct child c = start("exec sleep 1000");
        assert_true(end(&c, 0) < 1900);
    }
    assert_no_child();
}

static void test_ignores_sigterm(void **state)
{
    (void)state;
    struct child c = start("trap '' TERM INT HUP; echo ready >&4; while :; do sleep 1000; done");
    hear_ready(&c);
    int64_t took = end(&c, 50);
    assert_true(took >= 2000 && took < 10000);
    assert_no_child();
}

/* Its own children end with it: they are of its group. */
static void test_group_ends(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "sleep 1000 & echo $! >&4; wait",
        "(trap '' TERM; echo $$ >/dev/null; sleep 1000; sleep 1000) & echo $! >&4; trap '' TERM; "
        "wait; "
        "wait",
        "sleep 1000 & echo $! >&4", /* it exited on its own, and left one */
    };
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct child c = start(scripts[i]);
        struct timespec tick = {.tv_nsec = 10000000};
        hear_ready(&c);
        end(&c, 300);
        ofs_deadline until = ofs_deadline_in(5000);
        pid_t got;
        while ((got = waitpid(-1, NULL, WNOHANG)) >= 0 && ofs_deadline_left(until))
            if (!got)
                nanosleep(&tick, NULL);
        if (got >= 0)
            fail_msg("script %zu left a process", i);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipes),           cmocka_unit_test(test_end_of_input),
        cmocka_unit_test(test_descriptors),     cmocka_unit_test(test_low_descriptors_closed),
        cmocka_unit_test(test_own_group),       cmocka_unit_test(test_default_signals),
        cmocka_unit_test(test_last_error_line), cmocka_unit_test(test_cannot_start),
        cmocka_unit_test(test_exits),           cmocka_unit_test(test_ends_on_sigterm),
        cmocka_unit_test(test_ended_at_once),   cmocka_unit_test(test_ignores_sigterm),
        cmocka_unit_test(test_group_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
