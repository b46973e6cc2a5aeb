/* SPDX-License-Identifier: Apache-2.0 */
#include "market/market_state.h"

#include <assert.h>
#include <stdlib.h>

#include "market/arbitrage.h"

struct market_state {
    pool_table *pools;
    arbitrage_workspace *workspace;
    usd_rates usd;
    quote_watch *quotes;
    market_counters counters;
    uint64_t block; /* of the last Sync */
    bool forget_pools_per_block;
    bool use_pool_fees;
};

/* Where the signals of one Sync go. */
typedef struct signal_sink {
    const pool_sync_event *event;
    market_on_signal on_signal;
    void *user;
} signal_sink;

market_state *market_state_create(const market_options *options)
{
    static const market_options defaults;
    const market_options *chosen = options ? options : &defaults;
    usd_config mainnet;
    usd_config_mainnet(&mainnet);

    market_state *state = calloc(1, sizeof *state);
    if (!state)
        return NULL;
    state->forget_pools_per_block = chosen->forget_pools_per_block;
    state->use_pool_fees = chosen->use_pool_fees;
    usd_rates_init(&state->usd, chosen->usd ? chosen->usd : &mainnet);
    state->pools = pool_table_create();
    state->workspace = arbitrage_workspace_create();
    bool has_quotes = quote_watch_create(&chosen->quotes, &state->quotes) == 0;
    if (state->pools && state->workspace && has_quotes)
        return state;
    market_state_destroy(state);
    return NULL;
}

void market_state_destroy(market_state *state)
{
    if (!state)
        return;
    quote_watch_destroy(state->quotes);
    arbitrage_workspace_destroy(state->workspace);
    pool_table_destroy(state->pools);
    free(state);
}

static bool is_price_pool(const market_state *state, const eth_address *address)
{
    return eth_address_compare(address, &state->usd.config.price_pool) == 0;
}

static void price_from(market_state *state, const pool_record *pool)
{
    usd_rates_on_price_reserves(&state->usd, pool->reserve0, pool->reserve1);
}

int market_state_add_pool(market_state *state, const eth_address *address,
                          const eth_address *token0, const eth_address *token1, uint32_t fee_ppm)
{
    if (fee_ppm >= FEE_PPM_WHOLE)
        return MYC_EINVAL;
    int result = pool_table_add_known(state->pools, address, token0, token1,
                                      state->use_pool_fees ? fee_ppm : FEE_PPM_UNISWAP_V2);
    if (result != 0 || !is_price_pool(state, address))
        return result;
    /* Refused tokens leave WETH unpriced, which market_state_can_price_weth() tells. */
    if (usd_rates_set_price_tokens(&state->usd, token0, token1) == 0)
        price_from(state, pool_table_find(state->pools, address));
    return 0;
}

bool market_state_can_price_weth(const market_state *state)
{
    return state->usd.price_tokens_known;
}

/* The leg of a trade that pays token1 into `pool` when `pays_token1`, else token0. */
static arbitrage_leg leg_of(const pool_record *pool, bool pays_token1)
{
    return (arbitrage_leg){.reserve_in = pays_token1 ? pool->reserve1 : pool->reserve0,
                           .reserve_out = pays_token1 ? pool->reserve0 : pool->reserve1,
                           .fee_ppm = pool->fee_ppm};
}

static void give_signal(market_state *state, const signal_sink *sink, const pool_record *buy,
                        const pool_record *sell, bool from_token1, const arbitrage_trade *trade)
{
    const eth_address *token0 = pool_table_token(state->pools, buy->token0);
    const eth_address *token1 = pool_table_token(state->pools, buy->token1);
    const eth_address *token_in = from_token1 ? token1 : token0;
    arbitrage_signal signal = {
        .timestamp_ns = sink->event->timestamp_ns,
        .received_ns = sink->event->received_ns,
        .opportunity_id = ++state->counters.signals,
        .position = sink->event->position,
        .amount_in = trade->amount_in,
        .profit = trade->profit,
        .profit_usd = usd_value(&state->usd, token_in, trade->profit),
        .trigger_pool = sink->event->pool,
        .buy_pool = buy->address,
        .sell_pool = sell->address,
        .token_in = *token_in,
        .token_mid = from_token1 ? *token0 : *token1,
        .kind = ARBITRAGE_TWO_POOL,
    };
    state->counters.signals_unpriced += signal.profit_usd != signal.profit_usd;
    sink->on_signal(sink->user, &signal);
}

static void try_trade(market_state *state, const signal_sink *sink, const pair_member *buy,
                      const pair_member *sell, bool from_token1)
{
    /* Prices are token1 for one token0: a trade that starts with token1 sees them inverted, which
     * swaps the sides of the comparison. */
    const pair_member *dear = from_token1 ? sell : buy, *cheap = from_token1 ? buy : sell;
    if (!arbitrage_screen_prices(dear->price, cheap->price, buy->kept_share * sell->kept_share))
        return;
    state->counters.screened_in++;

    const pool_record *buy_pool = pool_table_at(state->pools, buy->pool);
    const pool_record *sell_pool = pool_table_at(state->pools, sell->pool);
    arbitrage_leg a = leg_of(buy_pool, from_token1), b = leg_of(sell_pool, !from_token1);
    arbitrage_trade trade;
    if (arbitrage_confirm(state->workspace, &a, &b, &trade) == ARBITRAGE_FOUND)
        give_signal(state, sink, buy_pool, sell_pool, from_token1, &trade);
}

static void scan_pair(market_state *state, const signal_sink *sink, const pool_record *pool)
{
    size_t count;
    const pair_member *members = pool_table_pair(state->pools, pool, &count);
    const pair_member *trigger = &members[pool->rank];
    uint32_t epoch = pool_table_epoch(state->pools);
    const eth_address *token1 = pool_table_token(state->pools, pool->token1);
    bool from_token1 = eth_address_compare(token1, &state->usd.config.weth) == 0;

    for (const pair_member *other = members; other < members + count; other++) {
        if (other == trigger || other->epoch != epoch)
            continue;
        try_trade(state, sink, trigger, other, from_token1);
        try_trade(state, sink, other, trigger, from_token1);
    }
}

static void forget_on_new_block(market_state *state, uint64_t block)
{
    if (state->forget_pools_per_block && block != state->block)
        pool_table_forget(state->pools);
    state->block = block;
}

uint64_t market_state_on_sync(market_state *state, const pool_sync_event *event,
                              market_on_signal on_signal, void *user)
{
    assert(on_signal);
    uint64_t signals_before = state->counters.signals;
    state->counters.syncs++;
    forget_on_new_block(state, event->position.block_number);
    pool_record *pool = pool_table_find_or_add(state->pools, &event->pool);
    if (!pool) {
        state->counters.pools_without_room++;
        return 0;
    }
    pool_table_set_reserves(state->pools, pool, event->reserve0, event->reserve1,
                            event->position.block_number);
    if (is_price_pool(state, &event->pool))
        price_from(state, pool);
    if (pool->pair == POOL_NO_PAIR) {
        state->counters.syncs_of_unknown_pools++;
        return 0;
    }
    scan_pair(state, &(signal_sink){.event = event, .on_signal = on_signal, .user = user}, pool);
    return state->counters.signals - signals_before;
}

void market_state_on_swap(market_state *state, const pool_swap_event *event)
{
    (void)event;
    state->counters.swaps++;
}

void market_state_on_liquidity(market_state *state, const pool_liquidity_event *event)
{
    (void)event;
    state->counters.liquidity_events++;
}

uint64_t market_state_on_quote(market_state *state, const quote_update *quote,
                               quote_on_signal on_signal, void *user)
{
    return quote_watch_on_quote(state->quotes, quote, on_signal, user);
}

uint64_t market_state_on_order_book(market_state *state, const order_book_snapshot *order_book,
                                    quote_on_signal on_signal, void *user)
{
    return quote_watch_on_order_book(state->quotes, order_book, on_signal, user);
}

const quote_watch *market_state_quotes(const market_state *state)
{
    return state->quotes;
}

const market_counters *market_state_counters(const market_state *state)
{
    return &state->counters;
}

const pool_table *market_state_pools(const market_state *state)
{
    return state->pools;
}
