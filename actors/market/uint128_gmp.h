/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_UINT128_GMP_H
#define MARKET_UINT128_GMP_H

/*
 * uint128 to and from the integers of GMP.
 */
#include <assert.h>
#include <stddef.h>

#include <gmp.h>

#include <libtypes/scalar.h>

/** Sets `integer` to `value`. */
static inline void uint128_to_mpz(mpz_t integer, uint128 value)
{
    const uint64_t words[2] = {value.low, value.high};
    mpz_import(integer, 2, -1, sizeof words[0], 0, 0, words);
}

/** `integer`, which must be at least 0 and below 2^128. */
static inline uint128 uint128_from_mpz(const mpz_t integer)
{
    uint64_t words[2] = {0, 0};
    assert(mpz_sgn(integer) >= 0);
    assert(mpz_sizeinbase(integer, 2) <= 128);
    mpz_export(words, NULL, -1, sizeof words[0], 0, 0, integer);
    return (uint128){.low = words[0], .high = words[1]};
}

#endif
