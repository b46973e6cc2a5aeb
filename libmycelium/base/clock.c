/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

static uint64_t read_clock(clockid_t id)
{
    struct timespec time;
    clock_gettime(id, &time);
    return (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
}

uint64_t myc__kernel_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static uint64_t kernel_now(void *user)
{
    (void)user;
    return read_clock(CLOCK_MONOTONIC);
}

static uint64_t kernel_wall(void *user)
{
    (void)user;
    return read_clock(CLOCK_REALTIME);
}

bool myc__clock_is_kernels(const myc__clock *clock)
{
    return clock->now_ns == kernel_now;
}

void myc__clock_init(myc__clock *clock, uint64_t (*now_ns)(void *), uint64_t (*wall_ns)(void *),
                     void *user)
{
    clock->now_ns = now_ns ? now_ns : kernel_now;
    clock->wall_ns = wall_ns ? wall_ns : kernel_wall;
    clock->user = user;
}
