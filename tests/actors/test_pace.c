/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "feeds/pace.h"

#define SECOND UINT64_C(1000000000)

Test(pace, without_a_limit_never_waits)
{
    struct pace timing = {0};
    for (uint64_t i = 0; i < 5; i++) {
        cr_expect_eq(0, pace_wait_ns(&timing, i * SECOND, 100));
        pace_advance(&timing);
    }
}

Test(pace, of_a_rate_spaces_frames_evenly)
{
    struct pace timing = {.options = {.kind = PACE_RATE, .frames_per_second = 4}};
    for (uint64_t i = 0; i < 9; i++) {
        cr_expect_eq(i * SECOND / 4, pace_wait_ns(&timing, 77, 1000));
        cr_expect_eq(0, pace_wait_ns(&timing, 77, 1000 + i * SECOND / 4));
        pace_advance(&timing);
    }
}

Test(pace, of_a_rate_catches_up)
{
    struct pace timing = {.options = {.kind = PACE_RATE, .frames_per_second = 10}};
    cr_expect_eq(0, pace_wait_ns(&timing, 0, 0));
    for (uint64_t i = 1; i <= 10; i++) {
        pace_advance(&timing);
        cr_expect_eq(0, pace_wait_ns(&timing, 0, SECOND), "frame %llu", (unsigned long long)i);
    }
    pace_advance(&timing);
    cr_expect_eq(SECOND / 10, pace_wait_ns(&timing, 0, SECOND));
}

Test(pace, of_a_rate_does_not_overflow)
{
    struct pace timing = {.options = {.kind = PACE_RATE, .frames_per_second = 3},
                          .has_begun = true};
    timing.frames = 30000000001u; /* times 10^9 is above 2^64 */
    cr_expect_eq(10000000000u * SECOND + SECOND / 3, pace_wait_ns(&timing, 0, 0));
}

Test(pace, as_recorded_keeps_the_distances)
{
    struct pace timing = {.options = {.kind = PACE_RECORDED}};
    cr_expect_eq(0, pace_wait_ns(&timing, 5 * SECOND, 100));
    pace_advance(&timing);
    cr_expect_eq(SECOND, pace_wait_ns(&timing, 6 * SECOND, 100));
    cr_expect_eq(SECOND / 2, pace_wait_ns(&timing, 6 * SECOND, 100 + SECOND / 2));
    cr_expect_eq(0, pace_wait_ns(&timing, 6 * SECOND, 100 + 2 * SECOND));
    cr_expect_eq(0, pace_wait_ns(&timing, 4 * SECOND, 100), "received before the first one");
}
