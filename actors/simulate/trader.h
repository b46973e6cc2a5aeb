/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_TRADER_H
#define SIMULATE_TRADER_H

/*
 * The transactions of a made-up market: each changes the market and writes its logs.
 * Threads: one at a time.
 */
#include "market/arbitrage.h"
#include "simulate/log_writer.h"
#include "simulate/market_model.h"
#include "simulate/random.h"
#include "simulate/simulate.h"
#include "simulate/v3_price.h"

/** An arbitrage has 3 transfers, 2 Syncs and 2 Swaps; no transaction has more logs. */
enum { TRADER_LOGS_MAX = 7, TRADER_GAPS_MAX = 32 };

typedef struct sim_trader {
    sim_market *market;
    sim_random *random;
    arbitrage_workspace *workspace;
    v3_price *v3;
    log_writer logs;
    simulate_summary summary;
    uint32_t gaps[TRADER_GAPS_MAX]; /* pools traded lately, where a gap may be: a ring */
    uint64_t gaps_seen;
    uint64_t gaps_taken;
} sim_trader;

/** Starts without logs; `file`, `market` and `random` are borrowed. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int trader_init(sim_trader *self, sim_market *market, sim_random *random,
                               FILE *file);
void trader_fini(sim_trader *self);

/** Does one transaction of at most `logs_max` (> 0) logs. */
void trader_transact(sim_trader *self, uint64_t logs_max);

#endif
