/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_V3_PRICE_H
#define SIMULATE_V3_PRICE_H

/*
 * Price, liquidity and tick of a Uniswap V3 pool from the reserves a V2 pool of the same depth
 * would have. Integers only. Threads: one at a time.
 */
#include <stdint.h>

#include <libtypes/scalar.h>

#include "simulate/log_writer.h"

typedef struct v3_price v3_price;

/** What the Swap event of a V3 pool says. */
typedef struct v3_state {
    log_word sqrt_price_x96; /* sqrt(reserve1 / reserve0) * 2^96, rounded down */
    uint128 liquidity;       /* sqrt(reserve0 * reserve1), rounded down */
    int32_t tick;            /* log of the price to the base 1.0001, rounded down */
} v3_state;

/** Gives scratch memory; NULL when memory is out. */
v3_price *v3_price_create(void);

/** Takes `price`; NULL is ignored. */
void v3_price_destroy(v3_price *price);

/** Both reserves must be above 0 and below 2^112. */
v3_state v3_price_of(v3_price *price, uint128 reserve0, uint128 reserve1);

#endif
