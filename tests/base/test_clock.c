/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include <criterion/criterion.h>

#include "base/clock.h"
#include "support/leaks.h"

static uint64_t read_first(void *user)
{
    return ((const uint64_t *)user)[0];
}

static uint64_t read_second(void *user)
{
    return ((const uint64_t *)user)[1];
}

static uint64_t kernel_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

Test(clock, reads_the_users_source)
{
    uint64_t times[2] = {17, UINT64_C(1700000000000000000)};
    myc__clock clock;
    myc__clock_init(&clock, read_first, read_second, times);
    cr_expect_eq(17, myc__clock_now_ns(&clock));
    cr_expect_eq(UINT64_C(1700000000000000000), myc__clock_wall_ns(&clock));
    times[0] = 18;
    cr_expect_eq(18, myc__clock_now_ns(&clock));
    NO_LEAKS();
}

Test(clock, without_a_source_is_the_kernels_monotonic_and_real_time)
{
    myc__clock clock;
    myc__clock_init(&clock, NULL, NULL, NULL);
    uint64_t before = kernel_ns(CLOCK_MONOTONIC);
    uint64_t now = myc__clock_now_ns(&clock);
    uint64_t direct = myc__kernel_now_ns();
    uint64_t after = kernel_ns(CLOCK_MONOTONIC);
    cr_expect(before <= now && now <= direct && direct <= after);
    before = kernel_ns(CLOCK_REALTIME);
    uint64_t wall = myc__clock_wall_ns(&clock);
    cr_expect(before <= wall && wall <= kernel_ns(CLOCK_REALTIME));
    NO_LEAKS();
}

Test(clock, replaces_one_function_without_the_other)
{
    uint64_t times[2] = {17, 18};
    myc__clock clock;
    myc__clock_init(&clock, read_first, NULL, times);
    cr_expect_eq(17, myc__clock_now_ns(&clock));
    uint64_t before = kernel_ns(CLOCK_REALTIME);
    cr_expect_geq(myc__clock_wall_ns(&clock), before);
    myc__clock_init(&clock, NULL, read_second, times);
    cr_expect_eq(18, myc__clock_wall_ns(&clock));
    before = kernel_ns(CLOCK_MONOTONIC);
    cr_expect_geq(myc__clock_now_ns(&clock), before);
    NO_LEAKS();
}
