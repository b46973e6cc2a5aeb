/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_MARKET_DATA_H
#define ACTORS_MARKET_DATA_H

/*
 * An actor that keeps the reserves of all pools and the quotes of all venues, and sends each
 * arbitrage, each episode between two venues and each momentum it finds to an actor that speaks
 * `signal`. No signal is lost: without room downstream it pauses and goes on in its place.
 */
#include <stdint.h>

#include <libtypes/market.h>
#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

#include "market/market_state.h"

/** What it did. To be read when the actor has stopped; the state's own counters say the rest. */
typedef struct market_data_stats {
    uint64_t sent;   /* signals */
    uint64_t unsent; /* found, but the actor was stopped before it could send */
} market_data_stats;

/**
 * Starts the actor. Borrows `state` and `stats` until the actor has stopped; nobody else may touch
 * them meanwhile.
 * Returns as myc_spawn().
 */
MYC_MUST_CHECK int market_data_start(myc_context *ctx, market_state *state, signal_ref out,
                                     market_data_stats *stats, const myc_spawn_options *spawn,
                                     market_ref *ref);

#endif
