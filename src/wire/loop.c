#include <libwebsockets.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "wire/internal.h"

enum { GRACE = 2000 }; /* milliseconds from a repeated signal to the end of a deferred wait */

struct lws_context *ofs_loop_lws(struct ofs_loop *loop)
{
    return loop->lws;
}

void ofs_loop_wake(struct ofs_loop *loop)
{
    if (loop->woken)
        return; /* once per turn: it costs a system call, and a peer may send thousands of messages
                 */
    loop->woken = true;
    lws_cancel_service(loop->lws);
}

void ofs_loop_received(struct ofs_loop *loop)
{
    loop->woken = true;
}

/* lws_service() runs due timers and then polls: without a wake it would keep sleeping. */
static void alarm_rang(lws_sorted_usec_list_t *sul)
{
    ofs_loop_wake(lws_container_of(sul, struct ofs_loop, alarm));
}

/* The next whole period since the beginning, so that a late tick delays no other. */
static void schedule_tick(struct ofs_loop *loop);

static void clock_ticked(lws_sorted_usec_list_t *sul)
{
    struct ofs_loop *loop = lws_container_of(sul, struct ofs_loop, clock);
    schedule_tick(loop);
    loop->clock_tick(loop->clock_ctx);
}

static void schedule_tick(struct ofs_loop *loop)
{
    int64_t gone = ofs_now_ms() - loop->clock_since;
    int64_t left = loop->clock_period - gone % loop->clock_period;
    lws_sul_schedule(loop->lws, 0, &loop->clock, clock_ticked, left * LWS_US_PER_MS);
}

void ofs_loop_every(struct ofs_loop *loop, int64_t ms, void (*tick)(void *ctx), void *ctx)
{
    lws_sul_cancel(&loop->clock);
    if (!tick)
        return;
    loop->clock_since = ofs_now_ms();
    loop->clock_period = ms;
    loop->clock_tick = tick;
    loop->clock_ctx = ctx;
    schedule_tick(loop);
}

static void grace_ended(lws_sorted_usec_list_t *sul)
{
    ofs_loop_wake(lws_container_of(sul, struct ofs_loop, grace));
}

static void take_signals(struct ofs_loop *loop)
{
    int signal;
    while (loop->signal_fd >= 0 && (signal = ofs_signals_next(loop->signal_fd))) {
        if (!loop->signal)
            loop->signal = signal;
        loop->signals++;
        loop->signalled_ms = ofs_now_ms();
        lws_sul_schedule(loop->lws, 0, &loop->grace, grace_ended, GRACE * LWS_US_PER_MS);
    }
}

static int signal_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                           size_t len)
{
    (void)user, (void)in, (void)len;
    if (reason == LWS_CALLBACK_RAW_RX_FILE) {
        struct ofs_loop *loop = lws_context_user(lws_get_context(wsi));
        take_signals(loop);
        ofs_loop_wake(loop);
    }
    return 0;
}

static const struct lws_protocols signal_protocols[] = {
    {.name = "ofs-signal", .callback = signal_callback},
    {0},
};

struct ofs_loop *ofs_loop_new(struct ofs_error *err)
{
    struct ofs_loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    loop->signal_fd = -1;
    lws_set_log_level(0, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .user = loop,
        .fd_limit_per_thread = 256,
        .pt_serv_buf_size =
            65536, /* bytes per read: the default of 4 KiB is slow for large messages */
        .timeout_secs =
            86400, /* callers have their own deadlines: a person may take minutes to answer */
    };
    loop->lws = lws_create_context(&info);
    if (!loop->lws) {
        free(loop);
        ofs_fail(err, OFS_ERR_SYSTEM, "the event loop could not be made");
        return NULL;
    }
    return loop;
}

void ofs_loop_free(struct ofs_loop *loop)
{
    if (!loop)
        return;
    lws_sul_cancel(&loop->alarm);
    lws_sul_cancel(&loop->clock);
    lws_sul_cancel(&loop->grace);
    int fd = loop->signal_fd;
    lws_context_destroy(loop->lws);
    if (fd >= 0)
        ofs_signals_restore(&loop->before);
    free(loop);
}

int ofs_loop_watch_signals(struct ofs_loop *loop, struct ofs_error *err)
{
    int fd = ofs_signals_open(&loop->before);
    if (fd < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "signals could not be watched");
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = signal_protocols,
        .vhost_name = "signals",
    };
    struct lws_vhost *vhost = lws_create_vhost(loop->lws, &info);
    lws_sock_file_fd_type handle = {.filefd = fd};
    if (!vhost || !lws_adopt_descriptor_vhost(vhost, LWS_ADOPT_RAW_FILE_DESC, handle,
                                              signal_protocols[0].name, NULL)) {
        close(fd);
        return ofs_fail(err, OFS_ERR_SYSTEM, "signals could not be watched");
    }
    loop->signal_fd = fd; /* libwebsockets closes it with the context */
    return 0;
}

int ofs_loop_signal(struct ofs_loop *loop)
{
    take_signals(loop);
    return loop->signal;
}

int ofs_loop_signal_fd(const struct ofs_loop *loop)
{
    return loop->signal_fd;
}

static struct ofs_deferral *deferral_of(struct ofs_loop *loop)
{
    return loop->current ? ofs_task_deferral(loop->current) : &loop->deferral;
}

bool ofs_loop_defer_signals(struct ofs_loop *loop, bool on)
{
    struct ofs_deferral *deferral = deferral_of(loop);
    bool was = deferral->on;
    deferral->on = on;
    if (on && !was)
        ofs_loop_renew_deferral(loop);
    return was;
}

void ofs_loop_renew_deferral(struct ofs_loop *loop)
{
    deferral_of(loop)->allowed = loop->signals ? loop->signals : 1;
}

bool ofs_loop_is_interrupted(const struct ofs_loop *loop, const struct ofs_deferral *deferral)
{
    if (!deferral->on || loop->failed)
        return loop->signals || loop->failed;
    return loop->signals > deferral->allowed && ofs_now_ms() - loop->signalled_ms >= GRACE;
}

int ofs_loop_service(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err)
{
    int64_t left = ofs_deadline_left(deadline);
    if (left > 60000)
        left = 60000;
    loop->woken = false;
    lws_sul_schedule(loop->lws, 0, &loop->alarm, alarm_rang, left * LWS_US_PER_MS);
    int rc = lws_service(loop->lws, 0);
    lws_sul_cancel(&loop->alarm);
    return rc < 0 ? ofs_fail(err, OFS_ERR_SYSTEM, "the event loop failed") : 0;
}

void ofs_loop_notify(struct ofs_loop *loop)
{
    ofs_loop_wake(loop);
}

int ofs_loop_turn(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err)
{
    const struct ofs_deferral *deferral = deferral_of(loop);
    if (ofs_loop_is_interrupted(loop, deferral))
        return ofs_fail(err, OFS_ERR_INTERRUPTED, "stopped by a signal");
    if (ofs_deadline_left(deadline) == 0)
        return ofs_fail(err, OFS_ERR_TIMEOUT, "the time was up");
    if (loop->current)
        ofs_task_suspend(loop, deadline);
    else if (ofs_loop_service(loop, deadline, err))
        return -1;
    if (ofs_loop_is_interrupted(loop, deferral))
        return ofs_fail(err, OFS_ERR_INTERRUPTED, "stopped by a signal");
    return 0;
}

int ofs_loop_await(struct ofs_loop *loop, bool (*holds)(const void *ctx), const void *ctx,
                   ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_task *task = loop->current;
    int rc = 0;
    while (!rc && !holds(ctx)) {
        if (task)
            ofs_task_awaits(task, holds, ctx);
        rc = ofs_loop_turn(loop, deadline, err);
        if (task)
            ofs_task_awaits(task, NULL, NULL);
    }
    return rc;
}

static bool never(const void *ctx)
{
    (void)ctx;
    return false;
}

int ofs_loop_sleep(struct ofs_loop *loop, ofs_deadline deadline, struct ofs_error *err)
{
    struct ofs_error soft;
    ofs_loop_await(loop, never, NULL, deadline, &soft);
    if (soft.code == OFS_ERR_TIMEOUT)
        return 0;
    *err = soft;
    return -1;
}
