/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_MARKET_REPLAY_H
#define TESTS_ACTORS_MARKET_REPLAY_H

/*
 * Runs a recorded or simulated market through the decoder and a market_state.
 */
#include <string.h>

#include <criterion/criterion.h>

#include "feeds/eth_logs.h"
#include "feeds/pools_file.h"
#include "market/market_state.h"
#include "text/text_file.h"

enum { REPLAY_SIGNALS_MAX = 20000 };

typedef struct market_replay {
    market_state *state;
    eth_logs_counters lines;
    arbitrage_signal *signals;
    size_t signal_count;
} market_replay;

MYC_UNUSED static void replay_keep_signal(void *user, const arbitrage_signal *signal)
{
    market_replay *replay = user;
    cr_assert_lt(replay->signal_count, REPLAY_SIGNALS_MAX);
    replay->signals[replay->signal_count++] = *signal;
}

MYC_UNUSED static void replay_add_pools(market_replay *replay, const char *path)
{
    pools_file pools;
    cr_assert_eq(0, pools_file_read(&pools, path, (csv_report){.line = NULL}), "%s", pools.error);
    cr_assert_eq(0, pools.bad_rows);
    for (const pool_row *row = pools.pools; row < pools.pools + pools.count; row++)
        if (row->version == 2)
            cr_assert_eq(0, market_state_add_pool(replay->state, &row->pool, &row->token0,
                                                  &row->token1, row->fee_ppm));
    pools_file_fini(&pools);
}

MYC_UNUSED static void replay_event(market_replay *replay, const eth_log *log)
{
    switch (log->kind) {
    case ETH_LOG_SYNC_V2:
        market_state_on_sync(replay->state, &log->event.sync, replay_keep_signal, replay);
        break;
    case ETH_LOG_SWAP_V2:
    case ETH_LOG_SWAP_V3: market_state_on_swap(replay->state, &log->event.swap); break;
    case ETH_LOG_MINT_V2:
    case ETH_LOG_BURN_V2: market_state_on_liquidity(replay->state, &log->event.liquidity); break;
    default: break;
    }
}

MYC_UNUSED static void replay_logs(market_replay *replay, const char *path)
{
    text_file file;
    line_view line;
    eth_log log;
    eth_logs *feed = eth_logs_create(NULL);
    cr_assert_eq(0, text_file_open(&file, path, 0), "%s", text_file_error(&file));
    while (text_file_next(&file, &line) == 1) {
        cr_assert_null(line.error);
        eth_logs_decode(feed, line.text, line.size, 1, &log);
        replay_event(replay, &log);
    }
    replay->lines = *eth_logs_counted(feed);
    text_file_close(&file);
    eth_logs_destroy(feed);
}

/** Gives the outcome; release with replay_fini(). Paths are borrowed during the call. */
MYC_UNUSED static void replay_market(market_replay *replay, const market_options *options,
                                     const char *logs_path, const char *pools_path)
{
    *replay = (market_replay){.state = market_state_create(options),
                              .signals = calloc(REPLAY_SIGNALS_MAX, sizeof(arbitrage_signal))};
    cr_assert(replay->state && replay->signals);
    replay_add_pools(replay, pools_path);
    replay_logs(replay, logs_path);
}

MYC_UNUSED static void replay_fini(market_replay *replay)
{
    market_state_destroy(replay->state);
    free(replay->signals);
}

#endif
