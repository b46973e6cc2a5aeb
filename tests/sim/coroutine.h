/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_COROUTINE_H
#define SIM_COROUTINE_H

/*
 * A stack of its own for each virtual thread, and the switch between two of them: hand-made on
 * x86-64, where it costs a few nanoseconds; by ucontext elsewhere or with SIM_UCONTEXT.
 */
#include <stddef.h>

#if !defined(__x86_64__) && !defined(SIM_UCONTEXT)
#define SIM_UCONTEXT
#endif

#if defined(SIM_UCONTEXT)
#include <ucontext.h>
typedef struct sim_coroutine {
    ucontext_t context;
} sim_coroutine;
#else
typedef struct sim_coroutine {
    void *stack_pointer;
} sim_coroutine;
#endif

/** Makes `coroutine` begin at `entry`, which never returns. Borrows the stack while it runs. */
void sim_coroutine_init(sim_coroutine *coroutine, void *stack, size_t stack_bytes,
                        void (*entry)(void));

/** Stops here, in `from`, and goes on in `to`. Returns when somebody switches to `from`. */
void sim_coroutine_switch(sim_coroutine *from, sim_coroutine *to);

#endif
