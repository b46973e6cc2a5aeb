/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_DECIMALS_H
#define MARKET_DECIMALS_H

/*
 * Fixed-point numbers of one count of decimals in another: 123456 with 5 decimals is 1.23456.
 *
 * Pure; any thread.
 */
#include <stdint.h>

#include <mycelium/export.h>

enum {
    DECIMALS_E8 = 8,  /* of prices and quantities in messages */
    DECIMALS_MAX = 18 /* 10^18 is the largest power of ten that 63 bits hold */
};

/** What becomes of decimals that the result has no room for. */
typedef enum decimals_rounding {
    ROUND_DOWN, /* towards minus infinity */
    ROUND_UP    /* towards plus infinity */
} decimals_rounding;

/** 10^`exponent`, 0 to DECIMALS_MAX. */
int64_t decimals_power(uint32_t exponent);

/**
 * Writes `value`, which has `from` decimals, to `*result` with `to` decimals (both 0 to
 * DECIMALS_MAX).
 * Returns 0, or MYC_ELIMIT when the result does not fit; `*result` is then left alone.
 */
MYC_MUST_CHECK int decimals_convert(int64_t value, uint32_t from, uint32_t to,
                                    decimals_rounding rounding, int64_t *result);

#endif
