/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_POOL_LOGS_H
#define SIMULATE_POOL_LOGS_H

/*
 * The logs of pools and tokens, as their contracts write them. The pools already have the reserves
 * after the event. Everything is borrowed during the call. Threads: one at a time.
 */
#include <stdbool.h>

#include "simulate/log_writer.h"
#include "simulate/market_model.h"
#include "simulate/v3_price.h"

typedef struct pool_trade {
    int side_in; /* 0 = token0 is paid in */
    sim_amount amount_in;
    sim_amount amount_out;
    const eth_address *sender;
    const eth_address *to;
} pool_trade;

void write_transfer(log_writer *logs, const eth_address *token, const eth_address *from,
                    const eth_address *to, sim_amount amount);

/** Sync, then Swap as the next log. */
void write_v2_swap(log_writer *logs, const sim_pool *pool, const pool_trade *trade);

/** Sync, then Mint. */
void write_v2_mint(log_writer *logs, const sim_pool *pool, const sim_amount added[2],
                   const eth_address *sender);

/** Sync, then Burn. */
void write_v2_burn(log_writer *logs, const sim_pool *pool, const sim_amount taken[2],
                   const eth_address *sender, const eth_address *to);

void write_v3_swap(log_writer *logs, const sim_pool *pool, const pool_trade *trade,
                   const v3_state *state);

/** A log that no pool wrote. */
typedef struct unrelated_log {
    const eth_address *address;
    const eth_address *from;
    const eth_address *to;
    uint64_t amount;
    bool is_approval;     /* else a transfer */
    bool is_unique_token; /* 4 topics, no data */
    bool has_no_topics;
} unrelated_log;

void write_unrelated(log_writer *logs, const unrelated_log *log);

#endif
