#include "wire/coroutine.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/system.h"

enum { STACK = 512 << 10 }; /* bytes; only what is touched takes memory */

#ifndef OFS_PORTABLE

#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

struct ofs_coroutine {
    void (*run)(void *arg);
    void *arg;
    ucontext_t own, resumer;
    void *stack; /* with a page below it that cannot be touched */
    void *fake;  /* AddressSanitizer's own stack of the context that is suspended */
};

/* AddressSanitizer needs to know which stack is in use. */
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

/* The resumer's stack, as AddressSanitizer names it. One thread, so one place will do. */
static const void *resumer_stack;
static size_t resumer_size;

static size_t guard(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static char *usable(const struct ofs_coroutine *c)
{
    return (char *)c->stack + guard();
}

/* makecontext() passes ints only: a pointer goes in two halves. */
static void begin(unsigned high, unsigned low)
{
    struct ofs_coroutine *c =
        (struct ofs_coroutine *)((uintptr_t)high << 16 << 16 | (uintptr_t)low);
    switched(NULL, &resumer_stack, &resumer_size);
    c->run(c->arg);
    switching_to(NULL, resumer_stack, resumer_size);
    swapcontext(&c->own, &c->resumer);
}

static bool make_stack(struct ofs_coroutine *c)
{
    c->stack = mmap(NULL, guard() + STACK, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c->stack == MAP_FAILED)
        return false;
    if (!mprotect(c->stack, guard(), PROT_NONE))
        return true;
    munmap(c->stack, guard() + STACK);
    return false;
}

static void make_context(struct ofs_coroutine *const c)
{
    uintptr_t p = (uintptr_t)c;
    getcontext(&c->own); /* fails on no system that has it */
    c->own.uc_stack.ss_sp = usable(c);
    c->own.uc_stack.ss_size = STACK;
    makecontext(&c->own, (void (*)(void))begin, 2, (unsigned)(p >> 16 >> 16), (unsigned)p);
}

struct ofs_coroutine *ofs_coroutine_new(void (*run)(void *arg), void *arg)
{
    struct ofs_coroutine *c = calloc(1, sizeof *c);
    if (!c || !make_stack(c)) {
        free(c);
        return NULL;
    }
    c->run = run;
    c->arg = arg;
    make_context(c);
    return c;
}

void ofs_coroutine_resume(struct ofs_coroutine *c)
{
    switching_to(&c->fake, usable(c), STACK);
    swapcontext(&c->resumer, &c->own);
    switched(c->fake, NULL, NULL);
}

void ofs_coroutine_suspend(struct ofs_coroutine *c)
{
    void *fake = NULL;
    switching_to(&fake, resumer_stack, resumer_size);
    swapcontext(&c->own, &c->resumer);
    switched(fake, &resumer_stack, &resumer_size);
}

void ofs_coroutine_free(struct ofs_coroutine *c)
{
    munmap(c->stack, guard() + STACK);
    free(c);
}

#else

#include <errno.h>
#include <pthread.h>

struct ofs_coroutine {
    void (*run)(void *arg);
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    bool its_turn;
};

static void hand_over(struct ofs_coroutine *c, bool to_it)
{
    pthread_mutex_lock(&c->lock);
    c->its_turn = to_it;
    pthread_cond_broadcast(&c->turned);
    pthread_mutex_unlock(&c->lock);
}

static void wait_for_turn(struct ofs_coroutine *c, bool of_it)
{
    pthread_mutex_lock(&c->lock);
    while (c->its_turn != of_it)
        pthread_cond_wait(&c->turned, &c->lock);
    pthread_mutex_unlock(&c->lock);
}

static void *begin(void *arg)
{
    struct ofs_coroutine *c = arg;
    wait_for_turn(c, true);
    c->run(c->arg);
    hand_over(c, false);
    return NULL;
}

struct ofs_coroutine *ofs_coroutine_new(void (*run)(void *arg), void *arg)
{
    struct ofs_coroutine *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->run = run;
    c->arg = arg;
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->turned, NULL);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    int failed = pthread_create(&c->thread, &attributes, begin, c);
    pthread_attr_destroy(&attributes);
    if (!failed)
        return c;
    errno = failed;
    free(c);
    return NULL;
}

void ofs_coroutine_resume(struct ofs_coroutine *c)
{
    hand_over(c, true);
    wait_for_turn(c, false);
}

void ofs_coroutine_suspend(struct ofs_coroutine *c)
{
    hand_over(c, false);
    wait_for_turn(c, true);
}

void ofs_coroutine_free(struct ofs_coroutine *c)
{
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->turned);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

#endif
