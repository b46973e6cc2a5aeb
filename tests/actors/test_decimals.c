/* SPDX-License-Identifier: Apache-2.0 */
#include "market/decimals.h"

#include <criterion/criterion.h>
#include <mycelium/error.h>

#include "actors/market_random.h"
#include "support/leaks.h"

static int64_t convert(int64_t value, uint32_t from, uint32_t to, decimals_rounding rounding)
{
    int64_t result = 0;
    cr_assert_eq(0, decimals_convert(value, from, to, rounding, &result));
    return result;
}

Test(decimals, powers_of_ten)
{
    int64_t power = 1;
    for (uint32_t i = 0; i <= DECIMALS_MAX; i++, power *= i <= DECIMALS_MAX ? 10 : 1)
        cr_assert_eq(power, decimals_power(i), "10^%u", i);
    NO_LEAKS();
}

Test(decimals, keep_the_value_where_there_is_room)
{
    cr_assert_eq(4311000, convert(43110, 6, 8, ROUND_DOWN));
    cr_assert_eq(-4311000, convert(-43110, 6, 8, ROUND_UP));
    cr_assert_eq(5, convert(5, 8, 8, ROUND_DOWN));
    cr_assert_eq(5, convert(500, 10, 8, ROUND_UP));
    NO_LEAKS();
}

Test(decimals, round_both_signs_down_and_up)
{
    cr_assert_eq(1, convert(199, 10, 8, ROUND_DOWN));
    cr_assert_eq(2, convert(101, 10, 8, ROUND_UP));
    cr_assert_eq(-2, convert(-101, 10, 8, ROUND_DOWN));
    cr_assert_eq(-1, convert(-199, 10, 8, ROUND_UP));
    cr_assert_eq(0, convert(-99, 10, 8, ROUND_UP));
    cr_assert_eq(-10, convert(INT64_MIN, 18, 0, ROUND_DOWN));
    NO_LEAKS();
}

Test(decimals, refuse_what_does_not_fit)
{
    int64_t result = 7;
    cr_assert_eq(MYC_ELIMIT, decimals_convert(INT64_MAX, 7, 8, ROUND_DOWN, &result));
    cr_assert_eq(MYC_ELIMIT, decimals_convert(INT64_MIN, 0, 18, ROUND_DOWN, &result));
    cr_assert_eq(MYC_ELIMIT, decimals_convert(INT64_MAX / 10 + 1, 7, 8, ROUND_DOWN, &result));
    cr_assert_eq(7, result);
    cr_assert_eq(0, decimals_convert(INT64_MAX / 10, 7, 8, ROUND_DOWN, &result));
    NO_LEAKS();
}

/* Against 128 bits: the rounded value is the nearest one on the right side. */
Test(decimals, agree_with_wide_arithmetic)
{
    test_random random = random_start(3);
    for (int i = 0; i < 200000; i++) {
        int64_t value = (int64_t)random_uint128(&random, 64).low;
        uint32_t from = (uint32_t)random_below(&random, DECIMALS_MAX + 1);
        uint32_t to = (uint32_t)random_below(&random, DECIMALS_MAX + 1);
        decimals_rounding rounding = random_below(&random, 2) ? ROUND_UP : ROUND_DOWN;
        int64_t result;
        __extension__ typedef __int128 wide;
        wide exact = (wide)value * (to > from ? decimals_power(to - from) : 1);
        if (decimals_convert(value, from, to, rounding, &result) != 0) {
            cr_assert(exact > INT64_MAX || exact < INT64_MIN);
            continue;
        }
        wide unit = to < from ? decimals_power(from - to) : 1;
        wide off = (wide)result * unit - exact; /* of what was lost */
        cr_assert(rounding == ROUND_UP ? off >= 0 && off < unit : off <= 0 && off > -unit);
    }
    NO_LEAKS();
}
