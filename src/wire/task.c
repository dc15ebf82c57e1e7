#include <stdlib.h>

#include "wire/coroutine.h"
#include "wire/internal.h"

/* A task is a coroutine. Control goes from the scheduler to a task and back, never from task to
 * task. */

struct ofs_task {
    struct ofs_task *next;
    struct ofs_loop *loop;
    void (*run)(void *arg);
    void *arg;
    struct ofs_coroutine *coroutine;
    ofs_deadline deadline;
    bool (*holds)(const void *ctx); /* what it awaits, NULL: anything */
    const void *ctx;
    struct ofs_deferral deferral;
    bool ended;
};

struct ofs_deferral *ofs_task_deferral(struct ofs_task *task)
{
    return &task->deferral;
}

void ofs_task_awaits(struct ofs_task *task, bool (*holds)(const void *ctx), const void *ctx)
{
    task->holds = holds;
    task->ctx = ctx;
}

static void begin(void *arg)
{
    struct ofs_task *task = arg;
    task->run(task->arg);
    task->ended = true;
}

int ofs_loop_spawn(struct ofs_loop *loop, void (*run)(void *arg), void *arg, struct ofs_error *err)
{
    struct ofs_task *task = calloc(1, sizeof *task);
    if (!task)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    task->coroutine = ofs_coroutine_new(begin, task);
    if (!task->coroutine) {
        free(task);
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "a task could not be started");
    }
    task->loop = loop;
    task->run = run;
    task->arg = arg;
    struct ofs_task **at = &loop->tasks;
    while (*at)
        at = &(*at)->next;
    *at = task;
    ofs_loop_wake(loop);
    return 0;
}

static void resume(struct ofs_task *task)
{
    struct ofs_loop *loop = task->loop;
    loop->current = task;
    ofs_coroutine_resume(task->coroutine);
    loop->current = NULL;
}

void ofs_task_suspend(struct ofs_loop *loop, ofs_deadline deadline)
{
    struct ofs_task *task = loop->current;
    task->deadline = deadline;
    ofs_coroutine_suspend(task->coroutine);
}

static void reap(struct ofs_task **at)
{
    struct ofs_task *task = *at;
    *at = task->next;
    ofs_coroutine_free(task->coroutine);
    free(task);
}

/* Whether the finished round concerns this task: its time is up, or what it awaits has happened. */
static bool is_due(const struct ofs_task *task, bool happened)
{
    return (happened && (!task->holds || task->holds(task->ctx))) ||
           ofs_deadline_left(task->deadline) == 0 ||
           ofs_loop_is_interrupted(task->loop, &task->deferral);
}

/* Resume the tasks that are due and free those that have ended. Returns when the next one is due.
 */
static ofs_deadline resume_due(struct ofs_loop *loop, bool happened)
{
    ofs_deadline next = OFS_NEVER;
    for (struct ofs_task **at = &loop->tasks; *at;) {
        if (is_due(*at, happened))
            resume(*at);
        if ((*at)->ended) {
            reap(at);
            continue;
        }
        next = ofs_deadline_min(next, (*at)->deadline);
        at = &(*at)->next;
    }
    return next;
}

void ofs_loop_run(struct ofs_loop *loop)
{
    struct ofs_error failed;
    bool happened = true;
    while (loop->tasks) {
        loop->woken = false;
        ofs_deadline next = resume_due(loop, happened);
        bool notified = loop->woken;
        if (loop->tasks && ofs_loop_service(loop, notified ? ofs_now_ms() : next, &failed))
            loop->failed = true;
        happened = notified || loop->woken;
    }
}
