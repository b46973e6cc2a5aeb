/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>

#include "actors/market_replay.h"
#include "actors/simulate_support.h"
#include "feeds/blocks_file.h"
#include "support/leaks.h"

Test(simulated_market, every_line_decodes_and_signals_are_found)
{
    market_paths paths = make_paths();
    simulate_summary summary;
    market_replay replay;
    simulate_to(&paths, &(simulate_options){.seed = 9, .event_count = 20000}, &summary);
    replay_market(&replay, NULL, paths.logs, paths.pools);
    cr_assert_eq(0, replay.lines.kinds[ETH_LOG_BAD]);
    cr_assert_eq(0, replay.lines.kinds[ETH_LOG_REMOVED]);
    cr_assert_eq(20000, summary.lines);
    cr_assert_eq(20000, replay.lines.lines);
    cr_assert_eq(summary.sync_v2, replay.lines.kinds[ETH_LOG_SYNC_V2]);
    cr_assert_eq(summary.swap_v2, replay.lines.kinds[ETH_LOG_SWAP_V2]);
    cr_assert_eq(summary.swap_v3, replay.lines.kinds[ETH_LOG_SWAP_V3]);
    cr_assert_eq(summary.mint_v2, replay.lines.kinds[ETH_LOG_MINT_V2]);
    cr_assert_eq(summary.burn_v2, replay.lines.kinds[ETH_LOG_BURN_V2]);
    cr_assert_eq(summary.other, replay.lines.kinds[ETH_LOG_FILTERED]);
    cr_assert_gt(summary.swap_v2, 3000);
    cr_assert_gt(summary.swap_v3, 300);
    cr_assert_gt(summary.mint_v2, 20);
    cr_assert_gt(summary.burn_v2, 20);
    const market_counters *counters = market_state_counters(replay.state);
    cr_assert_eq(0, counters->syncs_of_unknown_pools);
    cr_assert_gt(counters->signals, 200);
    cr_assert_lt(counters->signals, summary.sync_v2, "gaps do not stay open");
    cr_assert_lt(counters->signals_unpriced, counters->signals / 2);
    replay_fini(&replay);
    remove_paths(&paths);
    NO_LEAKS();
}

typedef unsigned __int128 wide;

static wide to_wide(uint128 value)
{
    return (wide)value.high << 64 | value.low;
}

/* Reserves of a V2 pool. */
typedef struct pool_reserves {
    wide side[2];
} pool_reserves;

/* Follows the logs: a Swap, Mint or Burn must come right after the Sync of its pool, and start
 * where the last Sync before left off. */
typedef struct swap_check {
    pool_table *pools;
    eth_address pool;     /* of the last Sync, as what follows */
    pool_reserves before; /* 0 = never seen */
    pool_reserves after;
    bool follows_sync;
    size_t swaps;
    size_t swaps_from_known_reserves;
    size_t liquidity_events;
} swap_check;

static void check_sync(swap_check *check, const pool_sync_event *sync)
{
    pool_record *record = pool_table_find_or_add(check->pools, &sync->pool);
    check->pool = sync->pool;
    check->before = (pool_reserves){{to_wide(record->reserve0), to_wide(record->reserve1)}};
    check->after = (pool_reserves){{to_wide(sync->reserve0), to_wide(sync->reserve1)}};
    pool_table_set_reserves(check->pools, record, sync->reserve0, sync->reserve1, 0);
}

/* (n0 1000 - in0 3) (n1 1000 - in1 3) >= b0 b1 1000^2, by no more than one unit that was rounded
 * off. Reserves of 112 bits lose digits here, but the ratio is near 1. */
static void assert_product_is_kept(const pool_reserves *before, const pool_reserves *after,
                                   const wide in[2])
{
    long double left = 1, unit = 0;
    for (int side = 0; side < 2; side++) {
        left *= (long double)after->side[side] - (long double)in[side] * 3 / 1000;
        left /= (long double)before->side[side];
        unit += 1 / (long double)after->side[side];
    }
    cr_assert_geq((double)(left - 1), -1e-15);
    cr_assert_leq((double)(left - 1), (double)unit + 1e-15);
}

static void check_swap(swap_check *check, const pool_swap_event *swap)
{
    wide in[2] = {to_wide(swap->amount0_in), to_wide(swap->amount1_in)};
    wide out[2] = {to_wide(swap->amount0_out), to_wide(swap->amount1_out)};
    pool_reserves start;
    cr_assert(check->follows_sync, "a Swap without its Sync");
    cr_assert_eq(0, eth_address_compare(&check->pool, &swap->pool));
    for (int side = 0; side < 2; side++)
        start.side[side] = check->after.side[side] - in[side] + out[side];
    assert_product_is_kept(&start, &check->after, in);
    check->swaps++;
    if (check->before.side[0] == 0)
        return;
    cr_assert_eq(check->before.side[0], start.side[0]);
    cr_assert_eq(check->before.side[1], start.side[1]);
    check->swaps_from_known_reserves++;
}

/* A Mint or Burn says what the Sync before it added or took. */
static void check_liquidity(swap_check *check, const pool_liquidity_event *event)
{
    const wide amounts[2] = {to_wide(event->amount0), to_wide(event->amount1)};
    bool mint = event->kind == POOL_LIQUIDITY_MINT;
    const pool_reserves *less = mint ? &check->before : &check->after;
    const pool_reserves *more = mint ? &check->after : &check->before;
    cr_assert(check->follows_sync);
    cr_assert_eq(0, eth_address_compare(&check->pool, &event->pool));
    if (check->before.side[0] == 0)
        return;
    for (int side = 0; side < 2; side++)
        cr_assert_eq(amounts[side], more->side[side] - less->side[side]);
    check->liquidity_events++;
}

static void check_log(swap_check *check, const eth_log *log)
{
    if (log->kind == ETH_LOG_MINT_V2 || log->kind == ETH_LOG_BURN_V2)
        check_liquidity(check, &log->event.liquidity);

    if (log->kind == ETH_LOG_SYNC_V2)
        check_sync(check, &log->event.sync);
    if (log->kind == ETH_LOG_SWAP_V2)
        check_swap(check, &log->event.swap);
    check->follows_sync = log->kind == ETH_LOG_SYNC_V2;
}

Test(simulated_market, reserves_go_on_from_event_to_event_and_swaps_keep_the_product_with_the_fee)
{
    market_paths paths = make_paths();
    text_file file;
    line_view line;
    eth_log log;
    swap_check check = {.pools = pool_table_create()};
    simulate_to(&paths, &(simulate_options){.seed = 3, .event_count = 20000}, NULL);
    eth_logs *feed = eth_logs_create(NULL);
    cr_assert_eq(0, text_file_open(&file, paths.logs, 0));
    while (text_file_next(&file, &line) == 1) {
        eth_logs_decode(feed, line.text, line.size, 1, &log);
        check_log(&check, &log);
    }
    cr_assert_gt(check.swaps, 3000);
    cr_assert_gt(check.swaps_from_known_reserves, 2500);
    cr_assert_gt(check.liquidity_events, 50);
    pool_table_destroy(check.pools);
    text_file_close(&file);
    eth_logs_destroy(feed);
    remove_paths(&paths);
    NO_LEAKS();
}

/* Where a log stands, read with another JSON library than the decoder's. */
typedef struct log_place {
    uint64_t block, transaction, log;
} log_place;

static uint64_t quantity(const json_t *log, const char *key)
{
    const char *text = json_string_value(json_object_get(log, key));
    cr_assert_not_null(text, "%s", key);
    cr_assert_eq(0, strncmp(text, "0x", 2));
    return strtoull(text, NULL, 16);
}

static log_place place_of(const char *line, size_t size)
{
    static const char *const keys[] = {"address", "blockHash",       "blockNumber",
                                       "data",    "logIndex",        "removed",
                                       "topics",  "transactionHash", "transactionIndex"};
    json_t *log = json_loadb(line, size, 0, NULL);
    cr_assert_not_null(log);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        cr_assert_not_null(json_object_get(log, keys[i]), "%s", keys[i]);
    cr_assert_eq(sizeof keys / sizeof *keys, json_object_size(log));
    log_place place = {quantity(log, "blockNumber"), quantity(log, "transactionIndex"),
                       quantity(log, "logIndex")};
    json_decref(log);
    return place;
}

static void assert_follows(const log_place *last, const log_place *next)
{
    if (next->block == last->block) {
        cr_assert_eq(last->log + 1, next->log);
        cr_assert(next->transaction == last->transaction ||
                  next->transaction == last->transaction + 1);
        return;
    }
    cr_assert_eq(last->block + 1, next->block);
    cr_assert_eq(0, next->log);
    cr_assert_eq(0, next->transaction);
    cr_assert(last->log + 1 >= 100 && last->log + 1 < 300 + 7, "a block of %" PRIu64 " logs",
              last->log + 1);
}

Test(simulated_market, logs_have_all_keys_and_stand_in_order)
{
    written_market market = write_market(&(simulate_options){.seed = 4, .event_count = 6000});
    log_place last = {0, 0, 0}, next;
    size_t line_count = 0;
    for (const char *at = market.logs; at < market.logs + market.logs_size; line_count++) {
        const char *end = memchr(at, '\n', (size_t)(market.logs + market.logs_size - at));
        cr_assert_not_null(end, "every line ends");
        next = place_of(at, (size_t)(end - at));
        if (line_count > 0)
            assert_follows(&last, &next);
        last = next;
        at = end + 1;
    }
    cr_assert_eq(6000, line_count);
    release(&market);
    NO_LEAKS();
}

Test(simulated_market, blocks_are_twelve_seconds_apart)
{
    market_paths paths = make_paths();
    simulate_summary summary;
    blocks_file blocks;
    simulate_to(&paths, &(simulate_options){.event_count = 5000}, &summary);
    cr_assert_eq(0, blocks_file_read(&blocks, paths.blocks, (csv_report){.line = NULL}));
    cr_assert_eq(0, blocks.bad_rows);
    cr_assert_eq(summary.blocks, blocks.count);
    for (size_t i = 1; i < blocks.count; i++) {
        cr_assert_eq(blocks.blocks[i - 1].number + 1, blocks.blocks[i].number);
        cr_assert_eq(blocks.blocks[i - 1].timestamp_s + 12, blocks.blocks[i].timestamp_s);
    }
    blocks_file_fini(&blocks);
    remove_paths(&paths);
    NO_LEAKS();
}
