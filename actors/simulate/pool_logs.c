/* SPDX-License-Identifier: Apache-2.0 */
#include "simulate/pool_logs.h"

/* Signatures: keccak-256 of the event's text form. */
#define TOPIC_SYNC                                                                                 \
    log_word_of_hex("1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1")
#define TOPIC_SWAP                                                                                 \
    log_word_of_hex("d78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822")
#define TOPIC_MINT                                                                                 \
    log_word_of_hex("4c209b5fc8ad50758f13e2e1088ba56a560dff690a1c6fef26394f4c03821c4f")
#define TOPIC_BURN                                                                                 \
    log_word_of_hex("dccd412f0b1252819cb1fd330b93224ca42612892bb3f4f789976e6d81936496")
#define TOPIC_SWAP_V3                                                                              \
    log_word_of_hex("c42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67")
#define TOPIC_TRANSFER                                                                             \
    log_word_of_hex("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")
#define TOPIC_APPROVAL                                                                             \
    log_word_of_hex("8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925")

static void put_amounts(log_writer *logs, const sim_amount amounts[2])
{
    for (int side = 0; side < 2; side++)
        log_writer_data_amount(logs, sim_uint128(amounts[side]));
}

void write_transfer(log_writer *logs, const eth_address *token, const eth_address *from,
                    const eth_address *to, sim_amount amount)
{
    log_writer_begin(logs, token, TOPIC_TRANSFER);
    log_writer_topic_address(logs, from);
    log_writer_topic_address(logs, to);
    log_writer_data_amount(logs, sim_uint128(amount));
    log_writer_end(logs);
}

static void write_sync(log_writer *logs, const sim_pool *pool)
{
    log_writer_begin(logs, &pool->address, TOPIC_SYNC);
    put_amounts(logs, pool->reserve);
    log_writer_end(logs);
}

void write_v2_swap(log_writer *logs, const sim_pool *pool, const pool_trade *trade)
{
    sim_amount in[2] = {0, 0}, out[2] = {0, 0};
    in[trade->side_in] = trade->amount_in;
    out[!trade->side_in] = trade->amount_out;
    write_sync(logs, pool);
    log_writer_begin(logs, &pool->address, TOPIC_SWAP);
    log_writer_topic_address(logs, trade->sender);
    log_writer_topic_address(logs, trade->to);
    put_amounts(logs, in);
    put_amounts(logs, out);
    log_writer_end(logs);
}

void write_v2_mint(log_writer *logs, const sim_pool *pool, const sim_amount added[2],
                   const eth_address *sender)
{
    write_sync(logs, pool);
    log_writer_begin(logs, &pool->address, TOPIC_MINT);
    log_writer_topic_address(logs, sender);
    put_amounts(logs, added);
    log_writer_end(logs);
}

void write_v2_burn(log_writer *logs, const sim_pool *pool, const sim_amount taken[2],
                   const eth_address *sender, const eth_address *to)
{
    write_sync(logs, pool);
    log_writer_begin(logs, &pool->address, TOPIC_BURN);
    log_writer_topic_address(logs, sender);
    log_writer_topic_address(logs, to);
    put_amounts(logs, taken);
    log_writer_end(logs);
}

static log_word word_of_tick(int32_t tick)
{
    return tick < 0 ? log_word_of_negative((uint128){.low = (uint64_t) - (int64_t)tick})
                    : log_word_of_amount((uint128){.low = (uint64_t)tick});
}

void write_v3_swap(log_writer *logs, const sim_pool *pool, const pool_trade *trade,
                   const v3_state *state)
{
    log_word amount[2];
    amount[trade->side_in] = log_word_of_amount(sim_uint128(trade->amount_in));
    amount[!trade->side_in] = log_word_of_negative(sim_uint128(trade->amount_out));
    log_writer_begin(logs, &pool->address, TOPIC_SWAP_V3);
    log_writer_topic_address(logs, trade->sender);
    log_writer_topic_address(logs, trade->to);
    log_writer_data(logs, amount[0]);
    log_writer_data(logs, amount[1]);
    log_writer_data(logs, state->sqrt_price_x96);
    log_writer_data_amount(logs, state->liquidity);
    log_writer_data(logs, word_of_tick(state->tick));
    log_writer_end(logs);
}

void write_unrelated(log_writer *logs, const unrelated_log *log)
{
    log_writer_begin(logs, log->address, log->is_approval ? TOPIC_APPROVAL : TOPIC_TRANSFER);
    log_writer_topic_address(logs, log->from);
    log_writer_topic_address(logs, log->to);
    if (log->is_unique_token)
        log_writer_topic_address(logs, log->from);
    else
        log_writer_data_amount(logs, (uint128){.low = log->amount});
    if (log->has_no_topics)
        logs->topic_count = 0;
    log_writer_end(logs);
}
