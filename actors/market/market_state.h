/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_MARKET_STATE_H
#define MARKET_MARKET_STATE_H

/*
 * What market data knows and concludes: pools, prices, arbitrage; quotes of exchanges, gaps between
 * them, momentum. Knows nothing of actors.
 *
 * At each Sync of a known pool P every other live pool Q of the same two tokens is tested, in
 * ascending order of address, first P then Q, then Q then P. Trades start with WETH when the pair
 * has it, else with token0.
 *
 * Events of the chain must come in its order, quotes in the order they were received. Threads: one at a time.
 */
#include <stdbool.h>
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>

#include "market/pool_table.h"
#include "market/quote_watch.h"
#include "market/usd.h"

typedef struct market_state market_state;

/** Zero = default. */
typedef struct market_options {
    /** Only pools with a Sync in the same block are compared. USD prices carry over anyway. */
    bool forget_pools_per_block;
    /** Take each pool's own fee; default: 0.3 % for all, as most published tools reckon. */
    bool use_pool_fees;
    /** What is worth USD; NULL = usd_config_mainnet(). Borrowed during the call. */
    const usd_config *usd;
    /** What is looked for in quotes; by default nothing. */
    quote_watch_options quotes;
} market_options;

typedef struct market_counters {
    uint64_t syncs;
    uint64_t syncs_of_unknown_pools; /* part of syncs */
    uint64_t swaps;
    uint64_t liquidity_events;
    uint64_t pools_without_room; /* Syncs of a new pool when memory was out; part of syncs */
    uint64_t screened_in;        /* pairs of pools that the doubles let through */
    uint64_t signals;            /* of these, confirmed exactly */
    uint64_t signals_unpriced;   /* of these, without a known USD value */
} market_counters;

/** Receives a signal; `signal` is borrowed during the call. Must not call the state. */
typedef void (*market_on_signal)(void *user, const arbitrage_signal *signal);

/** Gives a state without pools; NULL when memory is out or quote_watch_create() refuses its part of
 * the options. `options` may be NULL. */
market_state *market_state_create(const market_options *options);

/** Takes `state`; NULL is ignored. */
void market_state_destroy(market_state *state);

/** Makes a V2 pool known. Returns as pool_table_add_known(). */
MYC_MUST_CHECK int market_state_add_pool(market_state *state, const eth_address *address,
                                         const eth_address *token0, const eth_address *token1,
                                         uint32_t fee_ppm);

/**
 * Whether WETH can have a USD price: the tokens of the price pool are known to be WETH and a stable
 * one. To be asked once the pools are added; if not, say so: signals in WETH will be unpriced.
 */
bool market_state_can_price_weth(const market_state *state);

/**
 * Takes over the reserves and calls `on_signal` for each trade they open. Borrows `event`.
 *
 * Allocates only when the pool was never seen before. Returns the count of signals.
 */
uint64_t market_state_on_sync(market_state *state, const pool_sync_event *event,
                              market_on_signal on_signal, void *user);

/** Only counted: a V2 swap's effect is in the Sync before it. Borrow the event. */
void market_state_on_swap(market_state *state, const pool_swap_event *event);
void market_state_on_liquidity(market_state *state, const pool_liquidity_event *event);

/** Take over quotes and books; see quote_watch_on_quote() and quote_watch_on_order_book(). */
uint64_t market_state_on_quote(market_state *state, const quote_update *quote,
                               quote_on_signal on_signal, void *user);
uint64_t market_state_on_order_book(market_state *state, const order_book_snapshot *order_book,
                                    quote_on_signal on_signal, void *user);

/** What was seen in quotes. Borrowed from the state. */
const quote_watch *market_state_quotes(const market_state *state);

/** Borrowed from the state. */
const market_counters *market_state_counters(const market_state *state);

/** The pools with their last seen reserves (epoch 0 = none seen). Borrowed from the state. */
const pool_table *market_state_pools(const market_state *state);

#endif
