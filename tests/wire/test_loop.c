/*
 * The loop: deadlines hold, signals end a wait, and a deferral holds them off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "thread.h"
#include "wire/loop.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { SLACK = 200 };

static int set_up(void **state)
{
    struct ofs_error err;
    *state = ofs_loop_new(&err);
    return *state ? 0 : -1;
}

static int set_up_signals(void **state)
{
    struct ofs_error err;
    return set_up(state) || ofs_loop_watch_signals(*state, &err);
}

static int tear_down(void **state)
{
    ofs_loop_free(*state);
    return 0;
}

/* A busy machine may delay us; if it always happened, it would be our fault. */
enum { TRIES = 5 };

/* Turn until it fails; returns how long that took. */
static int64_t turn(struct ofs_loop *loop, int64_t ms, struct ofs_error *err)
{
    int64_t before = ofs_now_ms();
    ofs_deadline until = ofs_deadline_in(ms);
    while (!ofs_loop_turn(loop, until, err))
        ;
    return ofs_now_ms() - before;
}

static void raise_to_process(int number)
{
    assert_int_equal(kill(getpid(), number), 0);
}

static void test_deadlines(void **state)
{
    static const int64_t waits[] = {1, 20, 300, 50};
    struct ofs_error err = {0};
    for (size_t i = 0; i < COUNT(waits); i++) {
        int64_t took = waits[i] + SLACK + 1;
        for (int try = 0; try < TRIES && took > waits[i] + SLACK; try++)
            took = turn(*state, waits[i], &err);
        assert_int_equal(err.code, OFS_ERR_TIMEOUT);
        if (took < waits[i] - 2 || took > waits[i] + SLACK)
            fail_msg("%d ms took %d", (int)waits[i], (int)took);
    }
}

static void test_past_deadline(void **state)
{
    struct ofs_error err;
    static const ofs_deadline past[] = {0, -1, INT64_MIN};
    for (size_t i = 0; i < COUNT(past); i++) {
        int64_t before = ofs_now_ms();
        assert_int_equal(ofs_loop_turn(*state, past[i], &err), -1);
        assert_int_equal(err.code, OFS_ERR_TIMEOUT);
        assert_true(ofs_now_ms() - before < 5 * SLACK);
    }
}

/* Waiting uses no processor time. */
static void test_idle(void **state)
{
    struct timespec start, end;
    struct ofs_error err;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    turn(*state, 400, &err);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    assert_true((end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000 < 200);
}

static void test_no_signal(void **state)
{
    assert_int_equal(ofs_loop_signal(*state), 0);
    assert_int_equal(ofs_loop_signal_fd(*state), -1);
}

static void test_signals(void **state)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct ofs_error err;
        void *own = NULL;
        assert_int_equal(set_up_signals(&own), 0);
        struct ofs_loop *loop = own;
        assert_int_equal(ofs_loop_signal(loop), 0);
        raise_to_process(numbers[i]);
        struct pollfd fd = {.fd = ofs_loop_signal_fd(loop), .events = POLLIN};
        assert_int_equal(poll(&fd, 1, 1000), 1);
        assert_true(turn(loop, 5000, &err) < 2500);
        assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
        assert_true(turn(loop, 5000, &err) < 2500); /* and so does every further turn */
        assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
        assert_int_equal(ofs_loop_signal(loop), numbers[i]);
        tear_down(&own);
    }
}

/* The first one is reported, whatever comes after it. */
static void test_first_signal(void **state)
{
    raise_to_process(SIGTERM);
    assert_int_equal(ofs_loop_signal(*state), SIGTERM); /* without a turn */
    raise_to_process(SIGINT);
    assert_int_equal(ofs_loop_signal(*state), SIGTERM);
}

static void *interrupt_later(void *arg)
{
    struct timespec pause = {.tv_nsec = 100000000};
    (void)arg;
    nanosleep(&pause, NULL);
    kill(getpid(), SIGINT);
    return NULL;
}

static void test_signal_while_waiting(void **state)
{
    struct ofs_error err;
    struct thread thread;
    int64_t since = ofs_now_ms(); /* before the thread, which may run first on a busy machine */
    thread_start(&thread, interrupt_later, NULL);
    turn(*state, 10000, &err);
    int64_t took = ofs_now_ms() - since;
    assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
    assert_true(took >= 90 && took < 5000);
    thread_join(&thread);
}

/* ---- deferral ---- */

static void assert_turn(struct ofs_loop *loop, enum ofs_error_code code)
{
    struct ofs_error err;
    turn(loop, 40, &err);
    if (err.code != code)
        fail_msg("%s instead of %s", ofs_error_name(err.code), ofs_error_name(code));
}

static void test_deferred_before_signal(void **state)
{
    struct ofs_loop *loop = *state;
    assert_false(ofs_loop_defer_signals(loop, true));
    assert_turn(loop, OFS_ERR_TIMEOUT);
    raise_to_process(SIGINT);
    assert_turn(loop, OFS_ERR_TIMEOUT); /* the first does not end what has to be ended in order */
    assert_int_equal(ofs_loop_signal(loop), SIGINT);
    assert_true(ofs_loop_defer_signals(loop, false));
    assert_turn(loop, OFS_ERR_INTERRUPTED);
}

/* The next wait ends two seconds after the last signal. */
static void assert_ends_later(struct ofs_loop *loop)
{
    struct ofs_error err;
    int64_t since = ofs_now_ms();
    turn(loop, 10000, &err);
    int64_t took = ofs_now_ms() - since;
    assert_int_equal(err.code, OFS_ERR_INTERRUPTED);
    assert_in_range(took, 1500, 8000);
}

/* A second signal ends waits two seconds later; a renewed deferral, only after another signal. */
static void test_deferred_twice(void **state)
{
    struct ofs_loop *loop = *state;
    ofs_loop_defer_signals(loop, true);
    raise_to_process(SIGINT);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    raise_to_process(SIGTERM);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    assert_ends_later(loop);
    assert_turn(loop, OFS_ERR_INTERRUPTED);
    ofs_loop_renew_deferral(loop);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    raise_to_process(SIGINT);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    assert_ends_later(loop);
}

static void test_deferred_after_signal(void **state)
{
    struct ofs_loop *loop = *state;
    raise_to_process(SIGINT);
    assert_turn(loop, OFS_ERR_INTERRUPTED);
    ofs_loop_defer_signals(loop, true);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    ofs_loop_defer_signals(loop, false);
    assert_turn(loop, OFS_ERR_INTERRUPTED); /* it was not lost */
    assert_false(ofs_loop_defer_signals(loop, true));
    assert_turn(loop, OFS_ERR_TIMEOUT);
}

/* A deferral inside a deferral is the same one. */
static void test_deferred_nested(void **state)
{
    struct ofs_loop *loop = *state;
    bool outer = ofs_loop_defer_signals(loop, true);
    raise_to_process(SIGINT);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    bool inner = ofs_loop_defer_signals(loop, true);
    assert_true(inner);
    assert_turn(loop, OFS_ERR_TIMEOUT);
    raise_to_process(SIGTERM);
    assert_ends_later(loop);
    ofs_loop_defer_signals(loop, inner);
    assert_turn(loop, OFS_ERR_INTERRUPTED);
    ofs_loop_defer_signals(loop, outer);
    assert_turn(loop, OFS_ERR_INTERRUPTED);
}

/* ---- what remains of it ---- */

/* A child that dies of a signal shows that the loop has restored the mask. */
static void test_mask_restored(void **state)
{
    (void)state;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ofs_error err;
        struct ofs_loop *loop = ofs_loop_new(&err);
        if (!loop || ofs_loop_watch_signals(loop, &err))
            _exit(2);
        raise(SIGINT);
        if (ofs_loop_signal(loop) != SIGINT)
            _exit(3);
        ofs_loop_free(loop);
        raise(SIGTERM);
        _exit(4);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static int count_fds(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void test_no_descriptor_left(void **state)
{
    (void)state;
    int before = count_fds();
    for (int i = 0; i < 5; i++) {
        void *own = NULL;
        struct ofs_error err;
        assert_int_equal(set_up_signals(&own), 0);
        turn(own, 5, &err);
        tear_down(&own);
    }
    assert_int_equal(count_fds(), before);
    ofs_loop_free(NULL);
}

/* A program that this one starts must not inherit what the loop has open. */
static void test_close_on_exec(void **state)
{
    (void)state;
    bool before[256];
    for (int fd = 0; fd < 256; fd++)
        before[fd] = fcntl(fd, F_GETFD) >= 0;
    void *own = NULL;
    assert_int_equal(set_up_signals(&own), 0);
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (!before[fd] && flags >= 0 && !(flags & FD_CLOEXEC))
            fail_msg("descriptor %d would be handed on", fd);
    }
    tear_down(&own);
}

static void count_tick(void *ctx)
{
    ++*(int *)ctx;
}

/* The clock ticks while the loop turns, wakes no task, and ends. */
static void test_clock(void **state)
{
    struct ofs_error err;
    int ticks = 0, tries = 0;
    do {
        ticks = 0;
        ofs_loop_every(*state, 50, count_tick, &ticks);
        turn(*state, 330, &err);
        assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    } while ((ticks < 4 || ticks > 8) && ++tries < TRIES);
    assert_true(tries < TRIES);
    ofs_loop_every(*state, 0, NULL, NULL);
    int before = ticks;
    turn(*state, 120, &err);
    assert_int_equal(ticks, before);
}

#define PLAIN(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
#define SIGNALS(test) cmocka_unit_test_setup_teardown(test, set_up_signals, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAIN(test_deadlines),
        PLAIN(test_past_deadline),
        PLAIN(test_idle),
        PLAIN(test_no_signal),
        PLAIN(test_clock),
        cmocka_unit_test(test_signals),
        SIGNALS(test_first_signal),
        SIGNALS(test_signal_while_waiting),
        SIGNALS(test_deferred_before_signal),
        SIGNALS(test_deferred_twice),
        SIGNALS(test_deferred_after_signal),
        SIGNALS(test_deferred_nested),
        cmocka_unit_test(test_mask_restored),
        cmocka_unit_test(test_no_descriptor_left),
        cmocka_unit_test(test_close_on_exec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
