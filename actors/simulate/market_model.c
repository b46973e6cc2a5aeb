/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/market_model.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <mycelium/error.h>

#include "market/arbitrage.h"
#include "text/hex.h"

enum {
    FACTORY_COUNT = 4,
    V2_POOLS_PER_V3_POOL = 16,
    DEPTH_BITS_MIN = 33, /* of one side of a pool in micro USD: 8600 USD ... */
    DEPTH_BITS_MAX = 45  /* ... to 70 M USD */
};

static const char *const factory_names[FACTORY_COUNT] = {"uniswap_v2", "sushiswap", "shibaswap",
                                                         "v2_other"};

static const char usdc_weth_pool[] = "0xb4e16d0168e52d35cacd2c6185b44281ec28c9dc";

static const struct {
    const char *address;
    uint32_t decimals;
    uint64_t price_micro_usd;
} named_tokens[SIM_NAMED_TOKENS] = {
    [SIM_WETH] = {"0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", 18, 2500000000},
    [SIM_USDC] = {"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", 6, 1000000},
    [SIM_USDT] = {"0xdac17f958d2ee523a2206206994597c13d831ec7", 6, 1000000},
    [SIM_DAI] = {"0x6b175474e89094c44da98b954eedeac495271d0f", 18, 1000000},
};

/* The pairs every market starts with. */
static const uint32_t named_pairs[][2] = {
    {SIM_USDC, SIM_WETH}, {SIM_WETH, SIM_USDT}, {SIM_DAI, SIM_WETH},
    {SIM_USDC, SIM_USDT}, {SIM_DAI, SIM_USDC},  {SIM_DAI, SIM_USDT},
};
enum { NAMED_PAIR_COUNT = sizeof named_pairs / sizeof *named_pairs };

static eth_address address_of(const char *text)
{
    eth_address address;
    bool parsed = hex_parse_address(text, strlen(text), &address);
    assert(parsed);
    (void)parsed;
    return address;
}

static int compare_addresses(const eth_address *a, const eth_address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

static void add_named_tokens(sim_market *market)
{
    for (size_t i = 0; i < SIM_NAMED_TOKENS; i++)
        market->tokens[market->token_count++] =
            (sim_token){.address = address_of(named_tokens[i].address),
                        .decimals = named_tokens[i].decimals,
                        .price_micro_usd = named_tokens[i].price_micro_usd};
}

/* Prices from 0.0001 to 500 USD, each power of two alike. */
static uint32_t add_made_up_token(sim_market *market, sim_random *random)
{
    static const uint32_t decimals[] = {18, 18, 18, 18, 18, 9, 8, 6};
    sim_token *token = &market->tokens[market->token_count];
    sim_random_bytes(random, token->address.bytes, sizeof token->address.bytes);
    token->decimals = decimals[sim_random_below(random, sizeof decimals / sizeof *decimals)];
    uint64_t price = UINT64_C(500000000) >> sim_random_below(random, 22);
    token->price_micro_usd = 100 + price / 100 * sim_random_between(random, 50, 100);
    return (uint32_t)market->token_count++;
}

static sim_amount power_of_ten(uint32_t exponent)
{
    sim_amount power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Below 2^46 * 10^18 / 100: 100 bits. */
sim_amount sim_token_worth(const sim_token *token, uint64_t micro_usd)
{
    return micro_usd * power_of_ten(token->decimals) / token->price_micro_usd;
}

static void fill_pool(const sim_market *market, sim_pool *pool, sim_random *random)
{
    uint64_t depth = UINT64_C(1) << sim_random_between(random, DEPTH_BITS_MIN, DEPTH_BITS_MAX);
    depth += sim_random_below(random, depth);
    for (int side = 0; side < 2; side++)
        pool->reserve[side] = sim_token_worth(&market->tokens[pool->token[side]], depth);
    /* Pools of a pair never agree quite. */
    pool->reserve[1] = pool->reserve[1] / 1000000 * sim_random_between(random, 999000, 1001000) + 1;
    memcpy(pool->home, pool->reserve, sizeof pool->home);
}

static void add_pool(sim_market *market, uint32_t token_a, uint32_t token_b, uint32_t factory,
                     uint8_t version, sim_random *random)
{
    sim_pool *pool = &market->pools[market->pool_count++];
    const eth_address *a = &market->tokens[token_a].address, *b = &market->tokens[token_b].address;
    bool in_order = compare_addresses(a, b) < 0;
    *pool = (sim_pool){.token = {in_order ? token_a : token_b, in_order ? token_b : token_a},
                       .factory = factory,
                       .version = version};
    sim_random_bytes(random, pool->address.bytes, sizeof pool->address.bytes);
    fill_pool(market, pool, random);
}

/* Up to `count` V2 pools of a pair, fewer when the market is full. */
static void add_pair(sim_market *market, uint32_t token_a, uint32_t token_b, size_t count,
                     size_t v2_count, sim_random *random)
{
    uint32_t first = (uint32_t)market->pool_count;
    for (uint32_t i = 0; i < count && market->pool_count < v2_count; i++)
        add_pool(market, token_a, token_b, i % FACTORY_COUNT, 2, random);
    for (size_t i = first; i < market->pool_count; i++) {
        market->pools[i].first_mate = first;
        market->pools[i].mate_count = (uint32_t)market->pool_count - first;
    }
}

static void add_v2_pools(sim_market *market, size_t v2_count, sim_random *random)
{
    for (size_t i = 0; i < NAMED_PAIR_COUNT; i++)
        add_pair(market, named_pairs[i][0], named_pairs[i][1], FACTORY_COUNT, v2_count, random);
    while (market->pool_count < v2_count) {
        uint32_t token = add_made_up_token(market, random);
        add_pair(market, token, SIM_WETH, sim_random_between(random, 1, FACTORY_COUNT), v2_count,
                 random);
        if (sim_random_chance(random, 1, 4))
            add_pair(market, token, SIM_USDC, sim_random_between(random, 1, 2), v2_count, random);
    }
    market->v2_count = market->pool_count;
    market->pools[0].address = address_of(usdc_weth_pool);
}

static void add_v3_pools(sim_market *market, size_t count, sim_random *random)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t token = (uint32_t)sim_random_between(random, SIM_USDC, market->token_count - 1);
        add_pool(market, token, SIM_WETH, 0, 3, random);
    }
}

int sim_market_init(sim_market *market, uint32_t v2_count, sim_random *random)
{
    size_t v3_count = v2_count / V2_POOLS_PER_V3_POOL + 1;
    *market = (sim_market){
        .tokens = calloc((size_t)v2_count + SIM_NAMED_TOKENS, sizeof *market->tokens),
        .pools = calloc(v2_count + v3_count, sizeof *market->pools),
    };
    if (!market->tokens || !market->pools) {
        sim_market_fini(market);
        return MYC_ENOMEM;
    }
    add_named_tokens(market);
    add_v2_pools(market, v2_count, random);
    add_v3_pools(market, v3_count, random);
    return 0;
}

void sim_market_fini(sim_market *market)
{
    free(market->tokens);
    free(market->pools);
    *market = (sim_market){.tokens = NULL};
}

static void write_pool(const sim_market *market, const sim_pool *pool, FILE *file)
{
    char address[HEX_ADDRESS_TEXT_SIZE + 1], token0[HEX_ADDRESS_TEXT_SIZE + 1];
    char token1[HEX_ADDRESS_TEXT_SIZE + 1];
    hex_format_address(&pool->address, address);
    hex_format_address(&market->tokens[pool->token[0]].address, token0);
    hex_format_address(&market->tokens[pool->token[1]].address, token1);
    const char *protocol = pool->version == 3 ? "uniswap_v3" : factory_names[pool->factory];
    fprintf(file, "%s,v%d,%s,%s,%s,%d,simulated\n", address, pool->version, protocol, token0,
            token1, FEE_PPM_UNISWAP_V2);
}

static int compare_pools(const void *a, const void *b)
{
    const sim_pool *const *left = a, *const *right = b;
    return compare_addresses(&(*left)->address, &(*right)->address);
}

int sim_market_write_pools(const sim_market *market, FILE *file)
{
    const sim_pool **sorted = malloc(market->pool_count * sizeof *sorted);
    if (!sorted)
        return MYC_ENOMEM;
    for (size_t i = 0; i < market->pool_count; i++)
        sorted[i] = &market->pools[i];
    qsort(sorted, market->pool_count, sizeof *sorted, compare_pools);
    fputs("pool,kind,protocol,token0,token1,fee_ppm,evidence\n", file);
    for (size_t i = 0; i < market->pool_count; i++)
        write_pool(market, sorted[i], file);
    free(sorted);
    return 0;
}
