/*
 * Tasks on one loop: each waits without blocking the others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire/loop.h"

struct work {
    struct ofs_loop *loop;
    int64_t ms;
    char name;
    char *log;
    int rc;
    struct ofs_error err;
    bool *until; /* what another task sets, or NULL */
    bool defers;
};

static struct ofs_loop *loop_new(void)
{
    struct ofs_error err;
    struct ofs_loop *loop = ofs_loop_new(&err);
    assert_non_null(loop);
    return loop;
}

static void add(struct work *w, char c)
{
    size_t n = strlen(w->log);
    w->log[n] = c;
    w->log[n + 1] = '\0';
}

/* Wait twice, and record when. */
static void nap_twice(void *arg)
{
    struct work *w = arg;
    for (int i = 0; i < 2; i++) {
        ofs_deadline end = ofs_deadline_in(w->ms);
        while (ofs_deadline_left(end) && !(w->rc = ofs_loop_turn(w->loop, end, &w->err)))
            ;
        if (w->rc && w->err.code == OFS_ERR_TIMEOUT)
            w->rc = 0;
        if (w->rc)
            return;
        add(w, w->name);
    }
}

static void test_tasks_wait_in_parallel(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    char log[16] = "";
    struct work slow = {.loop = loop, .ms = 120, .name = 's', .log = log},
                fast = {.loop = loop, .ms = 40, .name = 'f', .log = log};
    int64_t began = ofs_now_ms();
    assert_int_equal(ofs_loop_spawn(loop, nap_twice, &slow, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, nap_twice, &fast, &err), 0);
    ofs_loop_run(loop);
    assert_string_equal(log, "ffss");
    assert_true(ofs_now_ms() - began >= 235 && ofs_now_ms() - began < 2000);
    ofs_loop_free(loop);
}

static void wait_for_flag(void *arg)
{
    struct work *w = arg;
    ofs_deadline end = ofs_deadline_in(5000);
    while (!*w->until && !(w->rc = ofs_loop_turn(w->loop, end, &w->err)))
        ;
    add(w, w->name);
}

static void set_flag(void *arg)
{
    struct work *w = arg;
    ofs_loop_turn(w->loop, ofs_deadline_in(30), &w->err);
    *w->until = true;
    add(w, w->name);
    ofs_loop_notify(w->loop);
}

static void test_a_task_is_notified_at_once(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    bool flag = false;
    char log[16] = "";
    struct work waits = {.loop = loop, .name = 'w', .log = log, .until = &flag},
                sets = {.loop = loop, .name = 's', .log = log, .until = &flag};
    int64_t began = ofs_now_ms();
    assert_int_equal(ofs_loop_spawn(loop, wait_for_flag, &waits, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, set_flag, &sets, &err), 0);
    ofs_loop_run(loop);
    assert_string_equal(log, "sw");
    assert_int_equal(waits.rc, 0);
    assert_true(ofs_now_ms() - began < 2000);
    ofs_loop_free(loop);
}

static bool is_set(const void *flag)
{
    return *(const bool *)flag;
}

static void await_flag(void *arg)
{
    struct work *w = arg;
    w->rc = ofs_loop_await(w->loop, is_set, w->until, ofs_deadline_in(w->ms), &w->err);
    add(w, w->name);
}

/* Something happens all the time, but not what the others wait for. */
static void disturb(void *arg)
{
    struct work *w = arg;
    for (int i = 0; i < 20; i++) {
        ofs_loop_notify(w->loop);
        ofs_loop_turn(w->loop, ofs_deadline_in(1), &w->err);
    }
    add(w, w->name);
}

static void test_a_condition_is_awaited(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    bool flag = false, no = false, yes = true;
    char log[16] = "";
    struct work waits = {.loop = loop, .ms = 5000, .name = 'w', .log = log, .until = &flag},
                holds = {.loop = loop, .ms = 0, .name = 'h', .log = log, .until = &yes},
                late = {.loop = loop, .ms = 120, .name = 'l', .log = log, .until = &no},
                noise = {.loop = loop, .name = 'n', .log = log},
                sets = {.loop = loop, .name = 's', .log = log, .until = &flag};
    struct work *const all[] = {&waits, &holds, &late};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(ofs_loop_spawn(loop, await_flag, all[i], &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, disturb, &noise, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, set_flag, &sets, &err), 0);
    ofs_loop_run(loop);
    assert_int_equal(strlen(log), 5);
    assert_int_equal(log[0], 'h'); /* what already holds needs no wait, no deadline */
    assert_true(strchr(log, 'w') > strchr(log, 's'));
    assert_true(log[4] == 'l' || log[4] == 'n');
    assert_int_equal(waits.rc, 0);
    assert_int_equal(holds.rc, 0);
    assert_int_equal(late.rc, -1);
    assert_int_equal(late.err.code, OFS_ERR_TIMEOUT);
    ofs_loop_free(loop);
}

static void sleep_once(void *arg)
{
    struct work *w = arg;
    w->rc = ofs_loop_sleep(w->loop, ofs_deadline_in(w->ms), &w->err);
    add(w, w->name);
}

static void test_sleep_is_not_interrupted(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    char log[16] = "";
    struct work sleeps = {.loop = loop, .ms = 150, .name = 's', .log = log, .rc = 1},
                noise = {.loop = loop, .name = 'n', .log = log};
    int64_t began = ofs_now_ms();
    assert_int_equal(ofs_loop_spawn(loop, sleep_once, &sleeps, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, disturb, &noise, &err), 0);
    ofs_loop_run(loop);
    assert_int_equal(sleeps.rc, 0);
    assert_true(ofs_now_ms() - began >= 145);
    ofs_loop_free(loop);
}

static void spawn_another(void *arg)
{
    struct work *w = arg;
    assert_int_equal(ofs_loop_spawn(w->loop, nap_twice, w, &w->err), 0);
    add(w, 'o');
}

static void test_a_task_spawns_another(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    char log[16] = "";
    struct work w = {.loop = loop, .ms = 5, .name = 'n', .log = log};
    assert_int_equal(ofs_loop_spawn(loop, spawn_another, &w, &err), 0);
    ofs_loop_run(loop);
    assert_string_equal(log, "onn");
    ofs_loop_free(loop);
}

static void nap_deferring(void *arg)
{
    struct work *w = arg;
    if (w->defers)
        ofs_loop_defer_signals(w->loop, true);
    nap_twice(w);
    if (w->defers)
        ofs_loop_defer_signals(w->loop, false);
}

static void raise_soon(void *arg)
{
    struct work *w = arg;
    ofs_loop_turn(w->loop, ofs_deadline_in(20), &w->err);
    kill(getpid(), SIGINT);
}

static void test_a_signal_ends_the_tasks_that_do_not_defer_it(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    char log[16] = "";
    struct work plain = {.loop = loop, .ms = 3000, .name = 'p', .log = log},
                defers = {.loop = loop, .ms = 100, .name = 'd', .log = log, .defers = true},
                raises = {.loop = loop, .log = log};
    assert_int_equal(ofs_loop_watch_signals(loop, &err), 0);
    int64_t began = ofs_now_ms();
    assert_int_equal(ofs_loop_spawn(loop, nap_deferring, &plain, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, nap_deferring, &defers, &err), 0);
    assert_int_equal(ofs_loop_spawn(loop, raise_soon, &raises, &err), 0);
    ofs_loop_run(loop);
    assert_int_equal(plain.rc, -1);
    assert_int_equal(plain.err.code, OFS_ERR_INTERRUPTED);
    assert_int_equal(defers.rc, 0);
    assert_string_equal(log, "dd");
    assert_true(ofs_now_ms() - began < 2000);
    ofs_loop_free(loop);
}

static int depth_reached;

static void use_deep_stack(void *arg)
{
    struct work *w = arg;
    char room[300 << 10]; /* enough stack for libraries */
    memset(room, 1, sizeof room);
    ofs_loop_turn(w->loop, ofs_deadline_in(5), &w->err);
    depth_reached = room[sizeof room - 1];
}

static void test_a_stack_is_large_enough_for_libraries(void **state)
{
    (void)state;
    struct ofs_loop *loop = loop_new();
    struct ofs_error err;
    char log[4] = "";
    struct work w = {.loop = loop, .log = log};
    depth_reached = 0;
    assert_int_equal(ofs_loop_spawn(loop, use_deep_stack, &w, &err), 0);
    ofs_loop_run(loop);
    assert_int_equal(depth_reached, 1);
    ofs_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tasks_wait_in_parallel),
        cmocka_unit_test(test_a_task_is_notified_at_once),
        cmocka_unit_test(test_a_condition_is_awaited),
        cmocka_unit_test(test_sleep_is_not_interrupted),
        cmocka_unit_test(test_a_task_spawns_another),
        cmocka_unit_test(test_a_signal_ends_the_tasks_that_do_not_defer_it),
        cmocka_unit_test(test_a_stack_is_large_enough_for_libraries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
