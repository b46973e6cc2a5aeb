/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/v3_price.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "market/uint128_gmp.h"

struct v3_price {
    mpz_t reserve0;
    mpz_t reserve1;
    mpz_t root;
};

enum { LOG_FRACTION_BITS = 40, SQRT_PRICE_BITS = 96, TICK_FACTOR_BITS = 32 };

/* 2 / log2(1.0001) * 2^32: the price is the square of its root. */
static const int64_t ticks_per_log2_of_root = 59543866431248;

v3_price *v3_price_create(void)
{
    v3_price *price = malloc(sizeof *price);
    if (price)
        mpz_inits(price->reserve0, price->reserve1, price->root, NULL);
    return price;
}

void v3_price_destroy(v3_price *price)
{
    if (!price)
        return;
    mpz_clears(price->reserve0, price->reserve1, price->root, NULL);
    free(price);
}

static log_word word_of(const mpz_t integer)
{
    log_word word = {{0}};
    uint8_t bytes[sizeof word.bytes];
    size_t count = 0;
    assert(mpz_sizeinbase(integer, 2) <= 8 * sizeof word.bytes);
    mpz_export(bytes, &count, 1, 1, 1, 0, integer);
    memcpy(word.bytes + sizeof word.bytes - count, bytes, count);
    return word;
}

/* The highest 64 bits of `integer`, so that the first of them is set. */
static uint64_t leading_bits(mpz_t integer, size_t bits)
{
    if (bits > 64)
        mpz_fdiv_q_2exp(integer, integer, bits - 64);
    else
        mpz_mul_2exp(integer, integer, 64 - bits);
    return mpz_get_ui(integer);
}

/* log2 of a number from 1 to 2 (fixed point, 63 bits after the point) as a fraction of
 * LOG_FRACTION_BITS bits: squaring doubles the logarithm, and brings out one bit of it each time.
 */
static int64_t log2_fraction(uint64_t number)
{
    int64_t fraction = 0;
    for (int i = 0; i < LOG_FRACTION_BITS; i++) {
        unsigned __int128 square = (unsigned __int128)number * number >> 63;
        bool above_two = square >> 64 != 0;
        number = (uint64_t)(above_two ? square >> 1 : square);
        fraction = fraction << 1 | above_two;
    }
    return fraction;
}

static __int128 floor_shift(__int128 value, unsigned bits)
{
    __int128 divisor = (__int128)1 << bits;
    __int128 quotient = value / divisor;
    return quotient - (value % divisor < 0);
}

/* Changes `root`, which holds the square root of the price times 2^96. */
static int32_t tick_of(mpz_t root)
{
    int64_t bits = (int64_t)mpz_sizeinbase(root, 2);
    int64_t whole = (bits - 1 - SQRT_PRICE_BITS) * (INT64_C(1) << LOG_FRACTION_BITS);
    int64_t log2 = whole + log2_fraction(leading_bits(root, (size_t)bits));
    return (int32_t)floor_shift((__int128)log2 * ticks_per_log2_of_root,
                                LOG_FRACTION_BITS + TICK_FACTOR_BITS);
}

v3_state v3_price_of(v3_price *price, uint128 reserve0, uint128 reserve1)
{
    v3_state state;
    uint128_to_mpz(price->reserve0, reserve0);
    uint128_to_mpz(price->reserve1, reserve1);
    assert(mpz_sgn(price->reserve0) > 0 && mpz_sgn(price->reserve1) > 0);
    mpz_mul(price->root, price->reserve0, price->reserve1);
    mpz_sqrt(price->root, price->root);
    state.liquidity = uint128_from_mpz(price->root);

    mpz_mul_2exp(price->root, price->reserve1, 2 * SQRT_PRICE_BITS);
    mpz_fdiv_q(price->root, price->root, price->reserve0);
    mpz_sqrt(price->root, price->root);
    state.sqrt_price_x96 = word_of(price->root);
    state.tick = tick_of(price->root);
    return state;
}
