/* SPDX-License-Identifier: Apache-2.0 */
#include "coroutine.h"

#include <stdint.h>

#if defined(SIM_UCONTEXT)

void sim_coroutine_init(sim_coroutine *coroutine, void *stack, size_t stack_bytes,
                        void (*entry)(void))
{
    getcontext(&coroutine->context);
    coroutine->context.uc_stack.ss_sp = stack;
    coroutine->context.uc_stack.ss_size = stack_bytes;
    coroutine->context.uc_link = NULL;
    makecontext(&coroutine->context, entry, 0);
}

void sim_coroutine_switch(sim_coroutine *from, sim_coroutine *to)
{
    swapcontext(&from->context, &to->context);
}

#else

/* What a function must keep for its caller goes to the old stack and comes back from the new. */
void sim_switch_stacks(void **save_to, void *take_from);
__asm__(".text\n"
        ".globl sim_switch_stacks\n"
        ".hidden sim_switch_stacks\n"
        ".type sim_switch_stacks, @function\n"
        "sim_switch_stacks:\n"
        "    push %rbp\n"
        "    push %rbx\n"
        "    push %r12\n"
        "    push %r13\n"
        "    push %r14\n"
        "    push %r15\n"
        "    mov %rsp, (%rdi)\n"
        "    mov %rsi, %rsp\n"
        "    pop %r15\n"
        "    pop %r14\n"
        "    pop %r13\n"
        "    pop %r12\n"
        "    pop %rbx\n"
        "    pop %rbp\n"
        "    ret\n"
        ".size sim_switch_stacks, .-sim_switch_stacks\n");

enum { SAVED_REGISTERS = 6 };

/* Laid out as if `entry` had been called by nobody and had switched away at its first step. */
void sim_coroutine_init(sim_coroutine *coroutine, void *stack, size_t stack_bytes,
                        void (*entry)(void))
{
    uintptr_t top = ((uintptr_t)stack + stack_bytes) & ~(uintptr_t)15;
    uintptr_t *word = (uintptr_t *)top;
    *--word = 0; /* the return address of entry */
    *--word = (uintptr_t)entry;
    for (int i = 0; i < SAVED_REGISTERS; i++) {
        *--word = 0;
    }
    coroutine->stack_pointer = word;
}

void sim_coroutine_switch(sim_coroutine *from, sim_coroutine *to)
{
    sim_switch_stacks(&from->stack_pointer, to->stack_pointer);
}

#endif
