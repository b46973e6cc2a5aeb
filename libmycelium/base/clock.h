/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_BASE_CLOCK_H
#define MYC_BASE_CLOCK_H

/*
 * The time, from the kernel or from the user's own source (a virtual clock in a simulation).
 */
#include <stdbool.h>
#include <stdint.h>

typedef struct myc__clock {
    uint64_t (*now_ns)(void *user);  /* monotonic */
    uint64_t (*wall_ns)(void *user); /* since the Unix epoch */
    void *user;
} myc__clock;

/** True when `now_ns` is the time by which the kernel ends a wait. */
bool myc__clock_is_kernels(const myc__clock *clock);

/** NULL functions are replaced by CLOCK_MONOTONIC and CLOCK_REALTIME. */
void myc__clock_init(myc__clock *clock, uint64_t (*now_ns)(void *), uint64_t (*wall_ns)(void *),
                     void *user);

/** Monotonic time of the kernel, for deadlines of callers that wait in real time. */
uint64_t myc__kernel_now_ns(void);

static inline uint64_t myc__clock_now_ns(const myc__clock *clock)
{
    return clock->now_ns(clock->user);
}

static inline uint64_t myc__clock_wall_ns(const myc__clock *clock)
{
    return clock->wall_ns(clock->user);
}

#endif
