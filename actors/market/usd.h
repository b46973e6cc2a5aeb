/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_USD_H
#define MARKET_USD_H

/*
 * What an amount of a token is worth in US dollars.
 *
 * Stable tokens count as 1 USD. WETH is priced by the reserves last seen in one pool, which pairs
 * it with a stable token. Any other token has no known value: NaN.
 *
 * Threads: one at a time.
 */
#include <stdbool.h>
#include <stddef.h>

#include <libtypes/scalar.h>
#include <mycelium/export.h>

enum { USD_STABLES_MAX = 16, USD_DECIMALS_MAX = 36 };

typedef struct usd_stable {
    eth_address token;
    uint32_t decimals; /* one USD is 10^decimals units; at most USD_DECIMALS_MAX */
} usd_stable;

/** What is taken as money. Zero-initialise and fill with usd_config_mainnet(), then change. */
typedef struct usd_config {
    eth_address price_pool;
    eth_address weth; /* 18 decimals */
    usd_stable stables[USD_STABLES_MAX];
    size_t stable_count;
} usd_config;

typedef struct usd_rates {
    usd_config config;
    double weth_usd_numerator;   /* reserve of the stable token, in USD */
    double weth_usd_denominator; /* reserve of WETH, in WETH; 0 = no price yet */
    uint32_t price_decimals;     /* of the stable token in the price pool */
    bool price_stable_is_token0;
    bool price_tokens_known; /* without it the reserves of the price pool say nothing */
} usd_rates;

/** Fills in the Ethereum main chain: Uniswap V2 USDC/WETH as price pool; USDC, USDT, DAI. */
void usd_config_mainnet(usd_config *config);

/**
 * Adds a stable token, or changes its decimals.
 * Returns 0, MYC_EINVAL (too many decimals) or MYC_ELIMIT (USD_STABLES_MAX are there).
 */
MYC_MUST_CHECK int usd_config_add_stable(usd_config *config, const eth_address *token,
                                         uint32_t decimals);

/** Starts without a price. The tokens of the main chain's USDC/WETH pool need not be told. */
void usd_rates_init(usd_rates *rates, const usd_config *config);

/**
 * Tells which tokens the price pool has.
 * Returns 0, or MYC_EINVAL when they are not WETH and a stable token: WETH then has no price.
 */
MYC_MUST_CHECK int usd_rates_set_price_tokens(usd_rates *rates, const eth_address *token0,
                                              const eth_address *token1);

/** Takes over the reserves of the price pool. */
void usd_rates_on_price_reserves(usd_rates *rates, uint128 reserve0, uint128 reserve1);

/** The value of `amount` units of `token`; NaN when it has none known. */
double usd_value(const usd_rates *rates, const eth_address *token, uint128 amount);

#endif
