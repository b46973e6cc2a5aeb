/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include <mycelium/error.h>

#include "market/usd.h"
#include "support/leaks.h"
#include "text/hex.h"

static eth_address address_of(const char *text)
{
    eth_address address;
    cr_assert(hex_parse_address(text, strlen(text), &address));
    return address;
}

static eth_address numbered(uint8_t number)
{
    return (eth_address){.bytes = {[19] = number}};
}

#define USDC address_of("0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48")
#define USDT address_of("0xdac17f958d2ee523a2206206994597c13d831ec7")
#define DAI address_of("0x6b175474e89094c44da98b954eedeac495271d0f")
#define WETH address_of("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")

static double value(const usd_rates *rates, eth_address token, uint128 amount)
{
    return usd_value(rates, &token, amount);
}

static usd_rates mainnet(void)
{
    usd_config config;
    usd_rates rates;
    usd_config_mainnet(&config);
    usd_rates_init(&rates, &config);
    return rates;
}

/* 1e18 and 1e24 as two words. */
static const uint128 one_weth = {.low = 1000000000000000000u};
static const uint128 million_dai = {.low = 2003764205206896640u, .high = 54210};

Test(usd, stable_tokens_are_worth_one_dollar_each)
{
    usd_rates rates = mainnet();
    cr_assert_eq(1.5, value(&rates, USDC, (uint128){.low = 1500000}));
    cr_assert_eq(1.5, value(&rates, USDT, (uint128){.low = 1500000}));
    cr_assert_eq(1.0, value(&rates, DAI, one_weth));
    cr_assert_float_eq(1e6, value(&rates, DAI, million_dai), 1e-9);
    cr_assert_eq(0.0, value(&rates, USDC, (uint128){.low = 0}));
    NO_LEAKS();
}

Test(usd, other_tokens_have_no_value)
{
    usd_rates rates = mainnet();
    cr_assert(isnan(value(&rates, numbered(1), one_weth)));
    cr_assert(isnan(value(&rates, WETH, one_weth)), "no reserves were seen yet");
    NO_LEAKS();
}

Test(usd, weth_is_priced_by_the_reserves_last_seen)
{
    usd_rates rates = mainnet();
    /* 2500 USDC and 2 WETH, then 3000 USDC and 1 WETH */
    usd_rates_on_price_reserves(&rates, (uint128){.low = 2500000000},
                                (uint128){.low = 2000000000000000000u});
    cr_assert_float_eq(1250.0, value(&rates, WETH, one_weth), 1e-9);
    usd_rates_on_price_reserves(&rates, (uint128){.low = 3000000000}, one_weth);
    cr_assert_float_eq(1500.0, value(&rates, WETH, (uint128){.low = 500000000000000000u}), 1e-9);
    NO_LEAKS();
}

Test(usd, a_price_pool_without_weth_gives_no_price)
{
    usd_rates rates = mainnet();
    usd_rates_on_price_reserves(&rates, (uint128){.low = 2500000000}, (uint128){.low = 0});
    cr_assert(isnan(value(&rates, WETH, one_weth)));
    NO_LEAKS();
}

Test(usd, the_price_pool_may_have_weth_first_and_any_stable_token)
{
    usd_config config;
    usd_rates rates;
    usd_config_mainnet(&config);
    config.price_pool = numbered(9);
    usd_rates_init(&rates, &config);
    usd_rates_on_price_reserves(&rates, one_weth, million_dai);
    cr_assert(isnan(value(&rates, WETH, one_weth)), "its tokens are not known yet");
    eth_address weth = WETH, dai = DAI;
    cr_assert_eq(0, usd_rates_set_price_tokens(&rates, &weth, &dai));
    usd_rates_on_price_reserves(&rates, one_weth, million_dai);
    cr_assert_float_eq(1e6, value(&rates, WETH, one_weth), 1e-6);
    NO_LEAKS();
}

Test(usd, refuses_a_price_pool_of_other_tokens)
{
    usd_rates rates = mainnet();
    eth_address weth = WETH, usdc = USDC, usdt = USDT, other = numbered(1);
    usd_rates_on_price_reserves(&rates, (uint128){.low = 2500000000}, one_weth);
    cr_assert_eq(MYC_EINVAL, usd_rates_set_price_tokens(&rates, &usdc, &usdt));
    cr_assert(isnan(value(&rates, WETH, one_weth)), "the old price is not kept");
    cr_assert_eq(MYC_EINVAL, usd_rates_set_price_tokens(&rates, &weth, &other));
    cr_assert_eq(MYC_EINVAL, usd_rates_set_price_tokens(&rates, &other, &weth));
    cr_assert_eq(MYC_EINVAL, usd_rates_set_price_tokens(&rates, &other, &usdc));
    usd_rates_on_price_reserves(&rates, (uint128){.low = 2500000000}, one_weth);
    cr_assert(isnan(value(&rates, WETH, one_weth)));
    cr_assert_eq(0, usd_rates_set_price_tokens(&rates, &usdc, &weth));
    NO_LEAKS();
}

Test(usd, stable_tokens_can_be_added_and_changed_up_to_the_limit)
{
    usd_config config;
    usd_config_mainnet(&config);
    eth_address usdc = USDC;
    cr_assert_eq(0, usd_config_add_stable(&config, &usdc, 2));
    cr_assert_eq(3, config.stable_count);
    for (uint8_t i = 3; i < USD_STABLES_MAX; i++) {
        eth_address token = numbered(i);
        cr_assert_eq(0, usd_config_add_stable(&config, &token, i));
    }
    eth_address late = numbered(99);
    cr_assert_eq(MYC_ELIMIT, usd_config_add_stable(&config, &late, 6));
    cr_assert_eq(MYC_EINVAL, usd_config_add_stable(&config, &usdc, USD_DECIMALS_MAX + 1));
    cr_assert_eq(0, usd_config_add_stable(&config, &usdc, 3));

    usd_rates rates;
    usd_rates_init(&rates, &config);
    cr_assert_eq(1.5, value(&rates, USDC, (uint128){.low = 1500}));
    cr_assert_eq(1.5, value(&rates, numbered(5), (uint128){.low = 150000}));
    NO_LEAKS();
}
