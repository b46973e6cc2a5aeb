/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_MARKET_MODEL_H
#define SIMULATE_MARKET_MODEL_H

/*
 * The tokens and pools of a made-up market, with their reserves.
 *
 * WETH, USDC, USDT and DAI have the addresses and decimals of the Ethereum main chain, and the
 * first pool is its Uniswap V2 USDC/WETH pool; all else is made up. Pools of one pair are
 * neighbours. Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <libtypes/scalar.h>
#include <mycelium/export.h>

#include "simulate/random.h"

typedef unsigned __int128 sim_amount;

/** The tokens every market starts with. */
enum { SIM_WETH, SIM_USDC, SIM_USDT, SIM_DAI, SIM_NAMED_TOKENS };

typedef struct sim_token {
    eth_address address;
    uint32_t decimals;
    uint64_t price_micro_usd;
} sim_token;

typedef struct sim_pool {
    sim_amount reserve[2]; /* of a V3 pool: those a V2 pool of the same depth would have */
    sim_amount home[2];    /* what trades pull back to: nothing drifts away in a long run */
    eth_address address;
    uint32_t token[2]; /* numbers, the lower address first */
    uint32_t first_mate;
    uint32_t mate_count; /* V2 pools of the pair from first_mate on, this one among them */
    uint32_t factory;
    uint8_t version; /* 2 or 3 */
} sim_pool;

typedef struct sim_market {
    sim_token *tokens;
    size_t token_count;
    sim_pool *pools; /* V2, then V3 */
    size_t v2_count;
    size_t pool_count;
} sim_market;

/**
 * Makes a market of `v2_count` V2 pools and some V3 pools.
 * Returns 0, release with sim_market_fini(); or MYC_ENOMEM.
 */
MYC_MUST_CHECK int sim_market_init(sim_market *market, uint32_t v2_count, sim_random *random);

void sim_market_fini(sim_market *market);

/** How many units of `token` are worth `micro_usd` micro USD (below 2^46), by its starting price.
 */
sim_amount sim_token_worth(const sim_token *token, uint64_t micro_usd);

/** Writes pools.csv, in ascending order of address. Returns 0 or MYC_ENOMEM; see ferror(file). */
MYC_MUST_CHECK int sim_market_write_pools(const sim_market *market, FILE *file);

static inline uint128 sim_uint128(sim_amount amount)
{
    return (uint128){.low = (uint64_t)amount, .high = (uint64_t)(amount >> 64)};
}

static inline sim_amount sim_amount_of(uint128 value)
{
    return (sim_amount)value.high << 64 | value.low;
}

#endif
