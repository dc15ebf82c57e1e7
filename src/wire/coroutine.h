/*
 * coroutine.h: a function that can be suspended and resumed. On Linux a context (POSIX.1-2001,
 * <ucontext.h>) on a stack of its own; elsewhere a thread that runs only while its resumer waits,
 * so that two never run at once. For this room only.
 */
#ifndef OFS_WIRE_COROUTINE_H
#define OFS_WIRE_COROUTINE_H

struct ofs_coroutine;

/* Made, but not begun. NULL with errno. */
struct ofs_coroutine *ofs_coroutine_new(void (*run)(void *arg), void *arg);

/* Start it, or continue after its ofs_coroutine_suspend. Returns when it is suspended again, or
 * when `run` has returned: do not resume it then. */
void ofs_coroutine_resume(struct ofs_coroutine *coroutine);

/* Back to the resumer; called inside it. */
void ofs_coroutine_suspend(struct ofs_coroutine *coroutine);

/* After its end only. */
void ofs_coroutine_free(struct ofs_coroutine *coroutine);

#endif
