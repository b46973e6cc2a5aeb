/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/simulate.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>

#include <mycelium/error.h>

#include "simulate/trader.h"

enum {
    EVENT_COUNT_DEFAULT = 100000,
    POOL_COUNT_DEFAULT = 400,
    POOL_COUNT_MIN = 2,
    POOL_COUNT_MAX = 1000000,
    BLOCK_LOGS_MIN = 100,
    BLOCK_LOGS_MAX = 300,
    BLOCK_INTERVAL_S = 12
};

static const uint64_t first_block = 18600000;
static const uint64_t first_time_s = 1700000003;

/* The block being filled. */
typedef struct sim_block {
    uint64_t timestamp_s;
    uint32_t logs_wanted;
} sim_block;

static void begin_block(sim_trader *trader, sim_block *block)
{
    log_writer *logs = &trader->logs;
    logs->block_number = first_block + trader->summary.blocks;
    logs->log_index = 0;
    logs->transaction_index = 0;
    sim_random_bytes(trader->random, logs->block_hash.bytes, sizeof logs->block_hash.bytes);
    block->timestamp_s = first_time_s + BLOCK_INTERVAL_S * trader->summary.blocks;
    block->logs_wanted =
        (uint32_t)sim_random_between(trader->random, BLOCK_LOGS_MIN, BLOCK_LOGS_MAX);
    trader->summary.blocks++;
}

static void end_block(const sim_trader *trader, const sim_block *block, FILE *blocks)
{
    const log_writer *logs = &trader->logs;
    if (!blocks)
        return;
    fprintf(blocks, "%" PRIu64 ",%" PRIu64 ",0x", logs->block_number, block->timestamp_s);
    for (size_t i = 0; i < sizeof logs->block_hash.bytes; i++)
        fprintf(blocks, "%02x", logs->block_hash.bytes[i]);
    fprintf(blocks, ",%" PRIu32 ",%" PRIu32 "\n", logs->transaction_index, logs->log_index);
}

static uint64_t fill_block(sim_trader *trader, const sim_block *block, uint64_t logs_left)
{
    while (logs_left > 0 && trader->logs.log_index < block->logs_wanted) {
        uint32_t before = trader->logs.log_index;
        trader_transact(trader, logs_left);
        uint32_t written = trader->logs.log_index - before;
        assert(written > 0 && written <= logs_left);
        logs_left -= written;
    }
    return logs_left;
}

static void write_blocks(sim_trader *trader, uint64_t event_count, FILE *blocks)
{
    if (blocks)
        fputs("number,timestamp,hash,transactions,logs\n", blocks);
    for (uint64_t left = event_count; left > 0 && !ferror(trader->logs.file);) {
        sim_block block;
        begin_block(trader, &block);
        left = fill_block(trader, &block, left);
        end_block(trader, &block, blocks);
    }
    trader->summary.lines = event_count;
}

static bool is_written(FILE *file)
{
    return !file || (fflush(file) == 0 && !ferror(file));
}

static int write_market(const simulate_options *options, sim_market *market, sim_random *random,
                        FILE *logs, FILE *pools, FILE *blocks, simulate_summary *summary)
{
    sim_trader trader;
    int result = trader_init(&trader, market, random, logs);
    if (result != 0)
        return result;
    if (pools)
        result = sim_market_write_pools(market, pools);
    if (result == 0)
        write_blocks(&trader, options->event_count, blocks);
    if (summary)
        *summary = trader.summary;
    trader_fini(&trader);
    return result;
}

static simulate_options with_defaults(const simulate_options *options)
{
    simulate_options chosen = options ? *options : (simulate_options){.seed = 0};
    if (chosen.event_count == 0)
        chosen.event_count = EVENT_COUNT_DEFAULT;
    if (chosen.pool_count == 0)
        chosen.pool_count = POOL_COUNT_DEFAULT;
    return chosen;
}

int simulate_market(const simulate_options *options, FILE *logs, FILE *pools, FILE *blocks,
                    simulate_summary *summary)
{
    simulate_options chosen = with_defaults(options);
    if (chosen.pool_count < POOL_COUNT_MIN || chosen.pool_count > POOL_COUNT_MAX)
        return MYC_EINVAL;
    sim_random random;
    sim_market market;
    sim_random_init(&random, chosen.seed);
    int result = sim_market_init(&market, chosen.pool_count, &random);
    if (result != 0)
        return result;
    result = write_market(&chosen, &market, &random, logs, pools, blocks, summary);
    sim_market_fini(&market);
    if (result == 0 && !(is_written(logs) && is_written(pools) && is_written(blocks)))
        result = MYC_EIO;
    return result;
}
