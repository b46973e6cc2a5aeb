/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "actors/market_random.h"
#include "simulate/log_writer.h"
#include "simulate/v3_price.h"
#include "support/leaks.h"

typedef unsigned __int128 wide;

static wide to_wide(uint128 value)
{
    return (wide)value.high << 64 | value.low;
}

Test(log_word, negative_numbers_are_in_twos_complement)
{
    log_word zero = log_word_of_negative((uint128){.low = 0});
    log_word one = log_word_of_negative((uint128){.low = 1});
    log_word carried = log_word_of_negative((uint128){.low = 0, .high = 2});
    log_word expected;
    memset(expected.bytes, 0, sizeof expected.bytes);
    cr_assert_eq(0, memcmp(&expected, &zero, sizeof zero));
    memset(expected.bytes, 0xff, sizeof expected.bytes);
    cr_assert_eq(0, memcmp(&expected, &one, sizeof one));
    memset(expected.bytes + 24, 0, 8);
    expected.bytes[23] = 0xfe;
    cr_assert_eq(0, memcmp(&expected, &carried, sizeof carried));
    NO_LEAKS();
}

static double double_of(const log_word *word)
{
    double value = 0;
    for (size_t i = 0; i < sizeof word->bytes; i++)
        value = value * 256 + word->bytes[i];
    return value;
}

Test(v3_price, tick_and_root_agree_with_the_reserves)
{
    test_random random = random_start(41);
    v3_price *price = v3_price_create();
    for (int i = 0; i < 20000; i++) {
        uint128 reserve0 = random_bits(&random, 20 + (unsigned)random_below(&random, 90));
        uint128 reserve1 = random_bits(&random, 20 + (unsigned)random_below(&random, 90));
        v3_state state = v3_price_of(price, reserve0, reserve1);
        double exact = log((double)to_wide(reserve1)) - log((double)to_wide(reserve0));
        double ticks = exact / log(1.0001);
        cr_assert_leq(state.tick, ticks + 1e-5);
        cr_assert_gt(state.tick + 1, ticks - 1e-5);
        double root = double_of(&state.sqrt_price_x96) / 0x1p96;
        cr_assert_float_eq(1, root / exp(exact / 2), 1e-9);
        double depth = sqrt((double)to_wide(reserve0)) * sqrt((double)to_wide(reserve1));
        cr_assert_float_eq(1, (double)to_wide(state.liquidity) / depth, 1e-5);
    }
    v3_state even = v3_price_of(price, (uint128){.low = 12345}, (uint128){.low = 12345});
    cr_assert_eq(0, even.tick);
    cr_assert_eq(12345, even.liquidity.low);
    v3_price_destroy(price);
    NO_LEAKS();
}
