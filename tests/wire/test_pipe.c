/*
 * NUL-terminated messages over two pipes, with a slow reader and a slow writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "thread.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum { LARGE = 4 << 20, SLACK = 200 };

struct ends {
    struct ofs_loop *loop;
    struct ofs_wire *wire;
    int to_us, from_us; /* the other side's descriptors, -1 once closed */
    size_t messages, bytes;
    struct ofs_buf all; /* messages, each with a '|' behind it, while they fit */
    int closed;
    struct ofs_error why;
};

static void on_message(void *ctx, const char *text, size_t len)
{
    struct ends *e = ctx;
    struct ofs_error ignored;
    assert_int_equal(e->closed, 0);
    assert_int_equal(text[len], 0);
    e->messages++;
    e->bytes += len;
    if (!ofs_buf_add(&e->all, text, len, &ignored))
        ofs_buf_puts(&e->all, "|", &ignored);
}

static void on_closed(void *ctx, const struct ofs_error *why)
{
    struct ends *e = ctx;
    e->closed++;
    e->why = *why;
}

static int set_up(void **state)
{
    struct ofs_error err;
    struct ends *e = calloc(1, sizeof *e);
    int in[2], out[2];
    if (!e || pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
        return -1;
    e->all.limit = 1 << 16;
    e->to_us = in[1];
    e->from_us = out[0];
    e->loop = ofs_loop_new(&err);
    e->wire = ofs_wire_pipe(e->loop, in[0], out[1], &err);
    if (!e->wire)
        return -1;
    e->wire->on_message = on_message;
    e->wire->on_closed = on_closed;
    e->wire->ctx = e;
    *state = e;
    return 0;
}

static void shut(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_wire(struct ends *e)
{
    if (e->wire)
        e->wire->ops->close(e->wire);
    e->wire = NULL;
}

static int tear_down(void **state)
{
    struct ends *e = *state;
    close_wire(e);
    ofs_loop_free(e->loop);
    shut(&e->to_us);
    shut(&e->from_us);
    ofs_buf_free(&e->all);
    free(e);
    return 0;
}

static void say(struct ends *e, const char *data, size_t len)
{
    assert_int_equal(write(e->to_us, data, len), (ssize_t)len);
}
#define SAY(e, literal) say(e, literal, sizeof(literal) - 1)

static void send_text(struct ends *e, const char *text, size_t len)
{
    struct ofs_error err;
    assert_int_equal(e->wire->ops->send(e->wire, text, len, &err), 0);
}

/* Until that many messages have arrived, or the end. */
static void await(struct ends *e, size_t messages)
{
    struct ofs_error err;
    ofs_deadline until = ofs_deadline_in(60000);
    while (e->messages < messages && !e->closed)
        if (ofs_loop_turn(e->loop, until, &err))
            fail_msg("%zu of %zu messages: %s", e->messages, messages, err.text);
}

/* Let pending messages arrive. A busy machine may delay us; if it always happened, it would be our
 * fault. */
static void settle(struct ends *e, int64_t ms)
{
    enum { TRIES = 5 };
    struct ofs_error err = {0};
    int64_t took = ms + SLACK + 1;
    for (int try = 0; try < TRIES && took > ms + SLACK; try++) {
        int64_t before = ofs_now_ms();
        ofs_deadline until = ofs_deadline_in(ms);
        while (!ofs_loop_turn(e->loop, until, &err))
            ;
        took = ofs_now_ms() - before;
    }
    assert_int_equal(err.code, OFS_ERR_TIMEOUT);
    assert_true(took >= ms - 2 && took <= ms + SLACK);
}

static void test_framing(void **state)
{
    struct ends *e = *state;
    assert_string_equal(e->wire->ops->name, "pipe");
    SAY(e, "one\0");
    await(e, 1);
    SAY(e, "two\0\0three\0fo"); /* several in one read, an empty one, and a part */
    await(e, 4);
    settle(e, 20);
    assert_string_equal(ofs_buf_str(&e->all), "one|two||three|");
    SAY(e, "u");
    settle(e, 20);
    SAY(e, "r\0");
    await(e, 5);
    assert_string_equal(ofs_buf_str(&e->all), "one|two||three|four|");
    assert_int_equal(e->closed, 0);
}

static void test_byte_by_byte(void **state)
{
    static const char text[] = "{\"id\":1}\0{\"id\":2}";
    struct ends *e = *state;
    for (size_t i = 0; i < sizeof text; i++) {
        say(e, text + i, 1);
        settle(e, 1);
    }
    assert_int_equal(e->messages, 2);
    assert_string_equal(ofs_buf_str(&e->all), "{\"id\":1}|{\"id\":2}|");
}

/* ---- the other side, in a thread ---- */

struct other {
    struct thread thread;
    atomic_bool done;
    int to_us, from_us;
    size_t size, count; /* what it writes */
    size_t heard, nuls; /* what it read */
    bool even;
    size_t stop_after;
};

static void *writes(void *arg)
{
    struct other *o = arg;
    char *text = malloc(o->size + 1);
    if (!text)
        abort();
    memset(text, 'w', o->size);
    text[o->size] = '\0';
    for (size_t i = 0; i < o->count; i++)
        for (size_t done = 0; done <= o->size;) {
            ssize_t n = write(o->to_us, text + done, o->size + 1 - done);
            if (n <= 0) {
                free(text);
                return NULL;
            }
            done += (size_t)n;
        }
    free(text);
    return NULL;
}

/* Starts late, and sometimes pauses. */
static void *reads_slowly(void *arg)
{
    struct other *o = arg;
    struct timespec pause = {.tv_nsec = 50000000};
    char chunk[65536];
    ssize_t n;
    nanosleep(&pause, NULL);
    pause.tv_nsec = 200000;
    o->even = true;
    while (o->heard < o->stop_after && (n = read(o->from_us, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            o->nuls += chunk[i] == '\0';
            o->even = o->even && (chunk[i] == '\0' || chunk[i] == 's');
        }
        o->heard += (size_t)n;
        nanosleep(&pause, NULL);
    }
    o->done = true;
    return NULL;
}

static void begin(struct other *o, void *(*play)(void *))
{
    thread_start(&o->thread, play, o);
}

/* Large messages both ways at once: neither side may wait for the other. */
static void test_large(void **state)
{
    enum { MESSAGES = 3 };
    struct ends *e = *state;
    struct other writer = {.to_us = e->to_us, .size = LARGE, .count = MESSAGES};
    struct other reader = {.from_us = e->from_us, .stop_after = MESSAGES * (LARGE + 1)};
    struct ofs_error err;
    char *text = malloc(LARGE);
    assert_non_null(text);
    memset(text, 's', LARGE);
    begin(&writer, writes);
    begin(&reader, reads_slowly);
    for (int i = 0; i < MESSAGES; i++)
        send_text(e, text, LARGE);
    free(text); /* it was copied */
    await(e, MESSAGES);
    thread_join(&writer.thread);
    ofs_deadline until = ofs_deadline_in(60000);
    while (!reader.done)
        if (ofs_loop_turn(e->loop, ofs_deadline_min(until, ofs_deadline_in(20)), &err) &&
            !ofs_deadline_left(until))
            fail_msg("%zu bytes went out", reader.heard);
    thread_join(&reader.thread);
    assert_int_equal(e->bytes, MESSAGES * LARGE);
    assert_int_equal(reader.heard, MESSAGES * (LARGE + 1));
    assert_int_equal(reader.nuls, MESSAGES);
    assert_true(reader.even);
}

/* The reader is absent: sending still returns at once, deadlines hold, and responses still
 * arrive. */
static void test_no_reader(void **state)
{
    struct ends *e = *state;
    char *text = malloc(LARGE);
    assert_non_null(text);
    memset(text, 's', LARGE);
    int64_t before = ofs_now_ms();
    send_text(e, text, LARGE);
    send_text(e, "s", 1);
    assert_true(ofs_now_ms() - before < 1000);
    free(text);
    settle(e, 100);
    SAY(e, "still here\0");
    await(e, 1);
    assert_string_equal(ofs_buf_str(&e->all), "still here|");
}

/* A wire that waits for room must not use processor time. */
static void test_waiting_is_idle(void **state)
{
    struct ends *e = *state;
    struct timespec start, end;
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    send_text(e, text, 1 << 20);
    free(text);
    settle(e, 20);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    settle(e, 400);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    int64_t used = (end.tv_sec - start.tv_sec) * 1000 + (end.tv_nsec - start.tv_nsec) / 1000000;
    if (used > 200)
        fail_msg("%d ms of work in 400 ms of waiting", (int)used);
}

static void test_limit(void **state)
{
    struct ends *e = *state;
    struct other writer = {.to_us = e->to_us, .size = OFS_WIRE_LIMIT + 1, .count = 1};
    struct ofs_error err;
    begin(&writer, writes);
    await(e, 1);
    assert_int_equal(e->messages, 0);
    assert_int_equal(e->closed, 1);
    assert_int_equal(e->why.code, OFS_ERR_TOO_BIG);
    assert_int_equal(e->wire->ops->send(e->wire, "x", 1, &err), -1);
    assert_int_equal(err.code, OFS_ERR_TOO_BIG);
    close_wire(e); /* which ends the writer's wait too */
    thread_join(&writer.thread);
}

static void assert_lost(struct ends *e, const char *heard)
{
    struct ofs_error err;
    await(e, SIZE_MAX);
    assert_string_equal(ofs_buf_str(&e->all), heard);
    assert_int_equal(e->why.code, OFS_ERR_LOST);
    settle(e, 20);
    assert_int_equal(e->closed, 1); /* reported once */
    assert_int_equal(e->wire->ops->send(e->wire, "x", 1, &err), -1);
    assert_int_equal(err.code, OFS_ERR_LOST);
}

static void test_end_of_file(void **state)
{
    struct ends *e = *state;
    SAY(e, "last words\0half a mess");
    shut(&e->to_us);
    assert_lost(e, "last words|"); /* half a message does not count */
}

/* More than one read returns, and then the end: all of it counts. */
static void test_end_after_large_data(void **state)
{
    struct ends *e = *state;
    enum { MUCH = 1 << 20 };
    if (fcntl(e->to_us, F_SETPIPE_SZ, MUCH) < MUCH)
        skip();
    char *text = malloc(300000);
    assert_non_null(text);
    memset(text, 'm', 300000);
    for (size_t i = 99999; i < 300000; i += 100000)
        text[i] = '\0';
    say(e, text, 300000);
    shut(&e->to_us);
    free(text);
    await(e, SIZE_MAX);
    assert_int_equal(e->messages, 3);
    assert_int_equal(e->closed, 1);
}

/* Their reading end is closed, and only sending shows it. */
static void test_closed_reader(void **state)
{
    struct ends *e = *state;
    shut(&e->from_us);
    send_text(e, "hello", 5);
    assert_lost(e, "");
}

static void test_both_gone(void **state)
{
    struct ends *e = *state;
    shut(&e->from_us);
    shut(&e->to_us);
    assert_lost(e, "");
}

/* Both descriptors are taken over, also on failure. */
static void test_close_at_once(void **state)
{
    struct ends *e = *state;
    char *text = calloc(1, LARGE);
    char byte;
    assert_non_null(text);
    send_text(e, text, LARGE);
    free(text);
    close_wire(e);
    assert_int_equal(e->closed, 0);
    assert_int_equal(write(e->to_us, "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    while (read(e->from_us, &byte, 1) == 1)
        ;
    assert_int_equal(read(e->from_us, &byte, 1), 0); /* the end, not a wait */
}

#define WITH_ENDS(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        WITH_ENDS(test_framing),         WITH_ENDS(test_byte_by_byte),
        WITH_ENDS(test_large),           WITH_ENDS(test_no_reader),
        WITH_ENDS(test_waiting_is_idle), WITH_ENDS(test_limit),
        WITH_ENDS(test_end_of_file),     WITH_ENDS(test_end_after_large_data),
        WITH_ENDS(test_closed_reader),   WITH_ENDS(test_both_gone),
        WITH_ENDS(test_close_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
