/* SPDX-License-Identifier: Apache-2.0 */
#include "market/usd.h"

#include <math.h>
#include <string.h>

#include <mycelium/error.h>

#include "market/arbitrage.h"

#define ADDRESS(...) ((eth_address){.bytes = {__VA_ARGS__}})

/* clang-format off */
#define MAINNET_WETH ADDRESS(0xc0,0x2a,0xaa,0x39,0xb2,0x23,0xfe,0x8d,0x0a,0x0e,0x5c,0x4f,0x27,0xea,0xd9,0x08,0x3c,0x75,0x6c,0xc2)
#define MAINNET_USDC ADDRESS(0xa0,0xb8,0x69,0x91,0xc6,0x21,0x8b,0x36,0xc1,0xd1,0x9d,0x4a,0x2e,0x9e,0xb0,0xce,0x36,0x06,0xeb,0x48)
#define MAINNET_USDT ADDRESS(0xda,0xc1,0x7f,0x95,0x8d,0x2e,0xe5,0x23,0xa2,0x20,0x62,0x06,0x99,0x45,0x97,0xc1,0x3d,0x83,0x1e,0xc7)
#define MAINNET_DAI  ADDRESS(0x6b,0x17,0x54,0x74,0xe8,0x90,0x94,0xc4,0x4d,0xa9,0x8b,0x95,0x4e,0xed,0xea,0xc4,0x95,0x27,0x1d,0x0f)
#define MAINNET_USDC_WETH_POOL ADDRESS(0xb4,0xe1,0x6d,0x01,0x68,0xe5,0x2d,0x35,0xca,0xcd,0x2c,0x61,0x85,0xb4,0x42,0x81,0xec,0x28,0xc9,0xdc)
/* clang-format on */

static const double weth_unit = 1e18;

static bool same(const eth_address *a, const eth_address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* Exact up to 10^22, then off by less than 1e-15. */
static double power_of_ten(uint32_t exponent)
{
    double power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

void usd_config_mainnet(usd_config *config)
{
    *config = (usd_config){
        .price_pool = MAINNET_USDC_WETH_POOL,
        .weth = MAINNET_WETH,
        .stables = {{MAINNET_USDC, 6}, {MAINNET_USDT, 6}, {MAINNET_DAI, 18}},
        .stable_count = 3,
    };
}

static const usd_stable *find_stable(const usd_config *config, const eth_address *token)
{
    for (size_t i = 0; i < config->stable_count; i++)
        if (same(&config->stables[i].token, token))
            return &config->stables[i];
    return NULL;
}

int usd_config_add_stable(usd_config *config, const eth_address *token, uint32_t decimals)
{
    if (decimals > USD_DECIMALS_MAX)
        return MYC_EINVAL;
    const usd_stable *known = find_stable(config, token);
    size_t at = known ? (size_t)(known - config->stables) : config->stable_count;
    if (at == USD_STABLES_MAX)
        return MYC_ELIMIT;
    config->stables[at] = (usd_stable){.token = *token, .decimals = decimals};
    if (!known)
        config->stable_count++;
    return 0;
}

/* Returns false, and leaves WETH without a price, for other tokens than WETH and a stable one. */
static bool take_price_tokens(usd_rates *rates, const eth_address *token0,
                              const eth_address *token1)
{
    const usd_config *config = &rates->config;
    bool weth_is_token1 = same(token1, &config->weth);
    const usd_stable *stable = find_stable(config, weth_is_token1 ? token0 : token1);
    rates->price_tokens_known = stable && (weth_is_token1 || same(token0, &config->weth));
    rates->weth_usd_denominator = 0;
    if (!rates->price_tokens_known)
        return false;
    rates->price_stable_is_token0 = weth_is_token1;
    rates->price_decimals = stable->decimals;
    return true;
}

void usd_rates_init(usd_rates *rates, const usd_config *config)
{
    *rates = (usd_rates){.config = *config};
    const eth_address mainnet_pool = MAINNET_USDC_WETH_POOL;
    const eth_address usdc = MAINNET_USDC, weth = MAINNET_WETH;
    if (same(&config->price_pool, &mainnet_pool))
        take_price_tokens(rates, &usdc, &weth);
}

int usd_rates_set_price_tokens(usd_rates *rates, const eth_address *token0,
                               const eth_address *token1)
{
    return take_price_tokens(rates, token0, token1) ? 0 : MYC_EINVAL;
}

void usd_rates_on_price_reserves(usd_rates *rates, uint128 reserve0, uint128 reserve1)
{
    if (!rates->price_tokens_known)
        return;
    uint128 stable = rates->price_stable_is_token0 ? reserve0 : reserve1;
    uint128 weth = rates->price_stable_is_token0 ? reserve1 : reserve0;
    rates->weth_usd_numerator = uint128_to_double(stable) / power_of_ten(rates->price_decimals);
    rates->weth_usd_denominator = uint128_to_double(weth) / weth_unit;
}

double usd_value(const usd_rates *rates, const eth_address *token, uint128 amount)
{
    const usd_stable *stable = find_stable(&rates->config, token);
    if (stable)
        return uint128_to_double(amount) / power_of_ten(stable->decimals);
    if (!same(token, &rates->config.weth) || rates->weth_usd_denominator == 0)
        return (double)NAN;
    return uint128_to_double(amount) / weth_unit * rates->weth_usd_numerator /
           rates->weth_usd_denominator;
}
