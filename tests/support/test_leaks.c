/* SPDX-License-Identifier: Apache-2.0 */
/* Plants a leak, so that a leak check which sees nothing is itself seen. */
#include <stdint.h>
#include <stdlib.h>

#include "support/leaks.h"

enum { LOST_BYTES = 1234 };

#ifdef LEAKS_ARE_CHECKED
/* Inverted, the address is no pointer to the leak checker, and free() still gets it back. */
static uintptr_t hidden;

static __attribute__((noinline)) void lose_memory(void)
{
    hidden = ~(uintptr_t)malloc(LOST_BYTES);
}

static __attribute__((noinline)) void find_it_again(void)
{
    free((void *)~hidden);
}

/* Overwrites what lose_memory() left on the stack. */
static __attribute__((noinline)) void wipe_stack(void)
{
    volatile char waste[4096];
    for (size_t index = 0; index < sizeof waste; index++)
        waste[index] = 0;
}

Test(leaks, finds_a_planted_leak)
{
    lose_memory();
    wipe_stack();
    bool found = leaks_found();
    find_it_again();
    cr_assert(found);
}
#endif

Test(leaks, finds_nothing_when_all_is_freed)
{
    void *memory = malloc(LOST_BYTES);
    cr_assert_not_null(memory);
    free(memory);
    NO_LEAKS();
}
