/*
 * thread.h: a thread on a stack of our own, so that nothing remains after it is joined: the C
 * library would keep its stack for the next one, and a leak checker would report it.
 */
#ifndef OFS_TESTS_WIRE_THREAD_H
#define OFS_TESTS_WIRE_THREAD_H

#include <pthread.h>
#include <stdlib.h>

enum { THREAD_STACK = 1 << 20 };

struct thread {
    pthread_t id;
    void *stack;
};

static inline void thread_start(struct thread *thread, void *(*run)(void *), void *arg)
{
    pthread_attr_t attr;
    thread->stack = aligned_alloc(4096, THREAD_STACK);
    if (!thread->stack || pthread_attr_init(&attr) ||
        pthread_attr_setstack(&attr, thread->stack, THREAD_STACK) ||
        pthread_create(&thread->id, &attr, run, arg))
        abort();
    pthread_attr_destroy(&attr);
}

static inline void thread_join(struct thread *thread)
{
    pthread_join(thread->id, NULL);
    free(thread->stack);
}

#endif
