/*
 * What only Linux has, or its twin: both give the same results.
 */
#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const char *argv0;

static bool is_close_on_exec(int fd)
{
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

static void test_pipe(void **state)
{
    int ends[2];
    char byte = 0;
    (void)state;
    assert_int_equal(ofs_system_pipe(ends), 0);
    assert_true(is_close_on_exec(ends[0]) && is_close_on_exec(ends[1]));
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    assert_int_equal(byte, 'x');
    close(ends[0]);
    close(ends[1]);
}

static void test_random(void **state)
{
    unsigned char a[32] = {0}, b[32] = {0}, none[32] = {0};
    (void)state;
    assert_true(ofs_system_random(a, sizeof a));
    assert_true(ofs_system_random(b, sizeof b));
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a, none, sizeof a);
}

static void test_temporary(void **state)
{
    struct stat st;
    (void)state;
    int fd = ofs_system_temporary();
    assert_true(fd >= 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(is_close_on_exec(fd));
    assert_int_equal(write(fd, "abc", 3), 3);
    assert_int_equal(lseek(fd, 0, SEEK_END), 3);
    close(fd);
}

static void test_program(void **state)
{
    char told[PATH_MAX], whole[PATH_MAX];
    (void)state;
    ofs_system_set_program(argv0);
    ofs_system_program(told, sizeof told);
    assert_non_null(realpath(argv0, whole));
    assert_string_equal(told, whole);
}

/* A child that waits until it is ended, and its command line. */
static pid_t start_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        execlp("sleep", "sleep", "41", (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void test_process(void **state)
{
    char line[4096] = "";
    (void)state;
    pid_t pid = start_child();
    for (int i = 0; i < 200 && !strstr(line, "sleep"); i++) { /* until it has executed sleep */
        size_t n = ofs_system_command_line(pid, line, sizeof line);
        assert_true(n < sizeof line);
        poll(NULL, 0, 20);
    }
    assert_non_null(strstr(line, "sleep"));
    size_t first = strlen("sleep") + 1;
    assert_memory_equal(line + first, "41", 2);
    int64_t began = ofs_system_began(pid), now = (int64_t)time(NULL);
    assert_true(began > now - 60 && began <= now + 1);
    int fd = ofs_system_watch_child(pid);
    kill(pid, SIGKILL);
    if (fd >= 0) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&ready, 1, 10000), 1);
        close(fd);
    }
    waitpid(pid, NULL, 0);
    assert_int_equal(ofs_system_began(pid), 0);
    assert_int_equal(ofs_system_command_line(pid, line, sizeof line), 0);
}

int main(int argc, char **argv)
{
    (void)argc;
    argv0 = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pipe),      cmocka_unit_test(test_random),
        cmocka_unit_test(test_temporary), cmocka_unit_test(test_program),
        cmocka_unit_test(test_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
