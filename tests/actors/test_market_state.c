/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "actors/market_replay.h"
#include "support/leaks.h"

/* A made-up market of addresses 1, 2, 3 ... */
static eth_address numbered(uint8_t number)
{
    return (eth_address){.bytes = {[19] = number}};
}

static pool_sync_event sync_of(uint8_t pool, uint64_t reserve0, uint64_t reserve1, uint64_t block)
{
    return (pool_sync_event){.pool = numbered(pool),
                             .reserve0 = {.low = reserve0},
                             .reserve1 = {.low = reserve1},
                             .timestamp_ns = 7,
                             .received_ns = 8,
                             .position = {block, 2, 3}};
}

static void add_numbered_pool(market_state *state, uint8_t pool, uint8_t token0, uint8_t token1)
{
    eth_address address = numbered(pool), a = numbered(token0), b = numbered(token1);
    cr_assert_eq(0, market_state_add_pool(state, &address, &a, &b, 3000));
}

static uint64_t sync_pool(market_replay *replay, uint8_t pool, uint64_t reserve0, uint64_t reserve1,
                          uint64_t block)
{
    pool_sync_event event = sync_of(pool, reserve0, reserve1, block);
    return market_state_on_sync(replay->state, &event, replay_keep_signal, replay);
}

static void start_numbered(market_replay *replay, const market_options *options)
{
    *replay = (market_replay){.state = market_state_create(options),
                              .signals = calloc(REPLAY_SIGNALS_MAX, sizeof(arbitrage_signal))};
    for (uint8_t pool = 1; pool <= 5; pool++)
        add_numbered_pool(replay->state, pool, 100, 101);
}

Test(market_state, tests_the_pools_of_a_pair_in_ascending_order)
{
    market_replay replay;
    start_numbered(&replay, NULL);
    const uint8_t order[] = {5, 2, 4, 1};
    for (size_t i = 0; i < sizeof order; i++)
        cr_assert_eq(0, sync_pool(&replay, order[i], 1000000, 1000000, 9));
    cr_assert_eq(4, sync_pool(&replay, 3, 1000000, 2000000, 9));
    const uint8_t others[] = {1, 2, 4, 5};
    for (size_t i = 0; i < 4; i++) {
        const arbitrage_signal *signal = &replay.signals[i];
        cr_assert_eq(3, signal->trigger_pool.bytes[19]);
        cr_assert_eq(3, signal->buy_pool.bytes[19], "starts with token0, dear in pool 3");
        cr_assert_eq(others[i], signal->sell_pool.bytes[19]);
        cr_assert_eq(100, signal->token_in.bytes[19]);
        cr_assert_eq(101, signal->token_mid.bytes[19]);
        cr_assert_eq(7, signal->timestamp_ns);
        cr_assert_eq(8, signal->received_ns);
        cr_assert_eq(9, signal->position.block_number);
        cr_assert_eq(2, signal->position.transaction_index);
        cr_assert_eq(3, signal->position.log_index);
        cr_assert(isnan(signal->profit_usd));
    }
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, tests_the_trigger_as_seller_too)
{
    market_replay replay;
    start_numbered(&replay, NULL);
    cr_assert_eq(0, sync_pool(&replay, 1, 1000000, 1000000, 9));
    cr_assert_eq(1, sync_pool(&replay, 2, 2000000, 1000000, 9));
    cr_assert_eq(1, replay.signals[0].buy_pool.bytes[19]);
    cr_assert_eq(2, replay.signals[0].sell_pool.bytes[19]);
    cr_assert_eq(2, replay.signals[0].trigger_pool.bytes[19]);
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, starts_with_weth_where_it_is_token1)
{
    usd_config usd;
    usd_config_mainnet(&usd);
    usd.weth = numbered(101);
    market_replay replay;
    start_numbered(&replay, &(market_options){.usd = &usd});
    sync_pool(&replay, 1, 1000000, 1000000, 9);
    cr_assert_eq(1, sync_pool(&replay, 2, 2000000, 1000000, 9));
    cr_assert_eq(101, replay.signals[0].token_in.bytes[19]);
    cr_assert_eq(100, replay.signals[0].token_mid.bytes[19]);
    cr_assert_eq(2, replay.signals[0].buy_pool.bytes[19]);
    cr_assert_eq(1, replay.signals[0].sell_pool.bytes[19]);
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, forgets_pools_but_not_prices_at_a_new_block)
{
    usd_config usd = {.price_pool = numbered(50), .weth = numbered(100)};
    eth_address stable = numbered(99);
    cr_assert_eq(0, usd_config_add_stable(&usd, &stable, 2));
    market_replay replay;
    start_numbered(&replay, &(market_options){.forget_pools_per_block = true, .usd = &usd});
    cr_assert_not(market_state_can_price_weth(replay.state));
    add_numbered_pool(replay.state, 50, 99, 100);
    cr_assert(market_state_can_price_weth(replay.state));
    sync_pool(&replay, 50, 1000, 1000000, 1);
    sync_pool(&replay, 1, 1000000, 1000000, 1);
    cr_assert_eq(0, sync_pool(&replay, 2, 1000000, 2000000, 2), "pool 1 is of another block");
    cr_assert_eq(1, sync_pool(&replay, 1, 1000000, 1000000, 2), "pool 2 is of this block");
    cr_assert_not(isnan(replay.signals[0].profit_usd));
    cr_assert_eq(0, sync_pool(&replay, 2, 1000000, 2000000, 1), "any other block counts as new");
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, unknown_pools_are_tracked_but_not_traded)
{
    market_replay replay;
    start_numbered(&replay, NULL);
    cr_assert_eq(0, sync_pool(&replay, 1, 1000000, 1000000, 9));
    cr_assert_eq(0, sync_pool(&replay, 77, 1000000, 9000000, 9));
    cr_assert_eq(1, market_state_counters(replay.state)->syncs_of_unknown_pools);
    eth_address address = numbered(77);
    const pool_record *record = pool_table_find(market_state_pools(replay.state), &address);
    cr_assert_eq(9000000, record->reserve1.low);

    /* It becomes known with the reserves it has. */
    add_numbered_pool(replay.state, 77, 100, 101);
    cr_assert_eq(1, sync_pool(&replay, 1, 1000000, 1000000, 9));
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, pools_of_other_pairs_are_not_compared)
{
    market_replay replay;
    start_numbered(&replay, NULL);
    add_numbered_pool(replay.state, 20, 100, 102);
    add_numbered_pool(replay.state, 21, 101, 100); /* the same tokens the other way round */
    sync_pool(&replay, 20, 1000000, 9000000, 9);
    sync_pool(&replay, 21, 1000000, 9000000, 9);
    cr_assert_eq(0, sync_pool(&replay, 1, 1000000, 1000000, 9));
    replay_fini(&replay);
    NO_LEAKS();
}

Test(market_state, pools_with_an_empty_side_gain_nothing)
{
    market_replay replay;
    start_numbered(&replay, NULL);
    sync_pool(&replay, 1, 0, 1000000, 9);
    sync_pool(&replay, 2, 1000000, 0, 9);
    sync_pool(&replay, 3, 0, 0, 9);
    cr_assert_eq(0, sync_pool(&replay, 4, 1000000, 1000000, 9));
    cr_assert_eq(0, market_state_counters(replay.state)->screened_in);
    replay_fini(&replay);
    NO_LEAKS();
}
