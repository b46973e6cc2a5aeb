/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_BACK_OFF_H
#define MYC_BASE_BACK_OFF_H

#include <stdint.h>
#include <time.h>

#include "base/sync.h"

/**
 * Waits before the next try: short pauses for a receiver that is just behind, then sleeps that
 * double from 1 us to 1 ms, to leave it the core. Foreign threads only: a worker never waits.
 */
static inline void myc__back_off(uint32_t tries)
{
    enum { SPINS = 16, DOUBLINGS = 10 };
    if (tries < SPINS) {
        myc__pause();
        return;
    }
    uint32_t doublings = tries - SPINS < DOUBLINGS ? tries - SPINS : DOUBLINGS;
    nanosleep(&(struct timespec){.tv_nsec = 1000L << doublings}, NULL);
}

#endif
