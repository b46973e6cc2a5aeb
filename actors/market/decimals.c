/* SPDX-License-Identifier: Apache-2.0 */
#include "market/decimals.h"

#include <assert.h>

#include <mycelium/error.h>

int64_t decimals_power(uint32_t exponent)
{
    static const int64_t powers[DECIMALS_MAX + 1] = {
        1,
        10,
        100,
        1000,
        10000,
        100000,
        1000000,
        10000000,
        100000000,
        1000000000,
        10000000000,
        100000000000,
        1000000000000,
        10000000000000,
        100000000000000,
        1000000000000000,
        10000000000000000,
        100000000000000000,
        1000000000000000000,
    };
    assert(exponent <= DECIMALS_MAX);
    return powers[exponent];
}

/* C rounds a quotient towards zero. */
static int64_t divide(int64_t value, int64_t divisor, decimals_rounding rounding)
{
    int64_t quotient = value / divisor, rest = value % divisor;
    if (rounding == ROUND_UP)
        return quotient + (rest > 0);
    return quotient - (rest < 0);
}

int decimals_convert(int64_t value, uint32_t from, uint32_t to, decimals_rounding rounding,
                     int64_t *result)
{
    if (to < from) {
        *result = divide(value, decimals_power(from - to), rounding);
        return 0;
    }
    int64_t product;
    if (__builtin_mul_overflow(value, decimals_power(to - from), &product))
        return MYC_ELIMIT;
    *result = product;
    return 0;
}
