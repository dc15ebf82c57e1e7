#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include "wire/internal.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

/* A task is a context (POSIX.1-2001, <ucontext.h>) on a stack of its own. Control goes from the
 * scheduler to a task and back, never from task to task. */

enum { STACK = 512 << 10 }; /* bytes; only what is touched takes memory */

struct ofs_task {
    struct ofs_task *next;
    struct ofs_loop *loop;
    void (*run)(void *arg);
    void *arg;
    ucontext_t own, scheduler;
    void *stack; /* with a page below it that cannot be touched */
    ofs_deadline deadline;
    bool (*holds)(const void *ctx); /* what it awaits, NULL: anything */
    const void *ctx;
    struct ofs_deferral deferral;
    bool ended;
    void *fake; /* AddressSanitizer's own stack of the context that is suspended */
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

/* AddressSanitizer has to be told which stack is in use. */
static void switching_to(void **fake, const void *stack, size_t size)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_start_switch_fiber(fake, stack, size);
#else
    (void)fake, (void)stack, (void)size;
#endif
}

static void switched(void *fake, const void **ret_stack, size_t *ret_size)
{
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_finish_switch_fiber(fake, ret_stack, ret_size);
#else
    (void)fake, (void)ret_stack, (void)ret_size;
#endif
}

/* The scheduler's stack, as AddressSanitizer names it. One thread, so one place will do. */
static const void *scheduler_stack;
static size_t scheduler_size;

static size_t guard(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static char *usable(const struct ofs_task *task)
{
    return (char *)task->stack + guard();
}

/* makecontext() passes ints only: a pointer goes in two halves. */
static void begin(unsigned high, unsigned low)
{
    struct ofs_task *task = (struct ofs_task *)((uintptr_t)high << 16 << 16 | (uintptr_t)low);
    switched(NULL, &scheduler_stack, &scheduler_size);
    task->run(task->arg);
    task->ended = true;
    switching_to(NULL, scheduler_stack, scheduler_size);
    swapcontext(&task->own, &task->scheduler);
}

int ofs_loop_spawn(struct ofs_loop *loop, void (*run)(void *arg), void *arg, struct ofs_error *err)
{
    struct ofs_task *task = calloc(1, sizeof *task);
    if (!task)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    task->stack = mmap(NULL, guard() + STACK, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (task->stack == MAP_FAILED || mprotect(task->stack, guard(), PROT_NONE) ||
        getcontext(&task->own)) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "a task could not be started");
        if (task->stack != MAP_FAILED)
            munmap(task->stack, guard() + STACK);
        free(task);
        return -1;
    }
    task->loop = loop;
    task->run = run;
    task->arg = arg;
    task->own.uc_stack.ss_sp = usable(task);
    task->own.uc_stack.ss_size = STACK;
    uintptr_t p = (uintptr_t)task;
    makecontext(&task->own, (void (*)(void))begin, 2, (unsigned)(p >> 16 >> 16), (unsigned)p);
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
    switching_to(&task->fake, usable(task), STACK);
    swapcontext(&task->scheduler, &task->own);
    switched(task->fake, NULL, NULL);
    loop->current = NULL;
}

void ofs_task_suspend(struct ofs_loop *loop, ofs_deadline deadline)
{
    struct ofs_task *task = loop->current;
    void *fake = NULL;
    task->deadline = deadline;
    switching_to(&fake, scheduler_stack, scheduler_size);
    swapcontext(&task->own, &task->scheduler);
    switched(fake, &scheduler_stack, &scheduler_size);
}

static void reap(struct ofs_task **at)
{
    struct ofs_task *task = *at;
    *at = task->next;
    munmap(task->stack, guard() + STACK);
    free(task);
}

/* Whether the round that is over was about this task: its time is up, or what it awaits has
 * happened. */
static bool is_due(const struct ofs_task *task, bool happened)
{
    return (happened && (!task->holds || task->holds(task->ctx))) ||
           ofs_deadline_left(task->deadline) == 0 ||
           ofs_loop_is_interrupted(task->loop, &task->deferral);
}

/* Resume what is due, and give up what has ended. Returns when the next of the others is due. */
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
            loop->signals += 3; /* a loop that cannot turn ends every wait */
        happened = notified || loop->woken;
    }
}
