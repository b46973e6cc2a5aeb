/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

/*
 * Vector clocks: for each thread, how much of what it did is known. A vector of the compiler's, so
 * that comparing two is a few instructions.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "explorer.h"

typedef uint16_t sim_clock __attribute__((vector_size(SIM_THREADS_MAX * sizeof(uint16_t))));

/** All that is known in `a` is known in `b`. */
static inline bool sim_clock_within(sim_clock a, sim_clock b)
{
    uint64_t later[2];
    __typeof__(a > b) above = a > b;
    memcpy(later, &above, sizeof later);
    return (later[0] | later[1]) == 0;
}

static inline sim_clock sim_clock_join(sim_clock a, sim_clock b)
{
    sim_clock above = (sim_clock)(a > b);
    return (a & above) | (b & ~above);
}

#endif
