/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_MARKET_RANDOM_H
#define TESTS_ACTORS_MARKET_RANDOM_H

/*
 * Random numbers for tests of the market arithmetic. The seed is printed; MYC_TEST_SEED sets it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/logging.h>

#include <libtypes/scalar.h>
#include <mycelium/export.h>

typedef struct test_random {
    uint64_t state;
} test_random;

/* splitmix64 */
MYC_UNUSED static uint64_t random_next(test_random *random)
{
    uint64_t mixed = random->state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

MYC_UNUSED static test_random random_start(uint64_t seed)
{
    const char *chosen = getenv("MYC_TEST_SEED");
    if (chosen)
        seed = strtoull(chosen, NULL, 0);
    cr_log_info("seed %" PRIu64 " (MYC_TEST_SEED sets it)", seed);
    return (test_random){.state = seed};
}

MYC_UNUSED static uint64_t random_below(test_random *random, uint64_t bound)
{
    return random_next(random) % bound;
}

/** Of exactly `bits` bits (1 to 128). */
MYC_UNUSED static uint128 random_bits(test_random *random, unsigned bits)
{
    uint128 value = {.low = random_next(random), .high = random_next(random)};
    if (bits <= 64) {
        value.high = 0;
        value.low = (value.low | UINT64_C(1) << 63) >> (64 - bits);
    } else {
        value.high = (value.high | UINT64_C(1) << 63) >> (128 - bits);
    }
    return value;
}

/** Of 1 to `bits_max` (at most 128) bits, all lengths alike. */
MYC_UNUSED static uint128 random_uint128(test_random *random, unsigned bits_max)
{
    return random_bits(random, 1 + (unsigned)random_below(random, bits_max));
}

MYC_UNUSED static eth_address random_address(test_random *random)
{
    eth_address address;
    for (size_t i = 0; i < sizeof address.bytes; i++)
        address.bytes[i] = (uint8_t)random_next(random);
    return address;
}

#endif
