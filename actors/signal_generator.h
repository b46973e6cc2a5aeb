/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACTORS_SIGNAL_GENERATOR_H
#define ACTORS_SIGNAL_GENERATOR_H

/*
 * An actor that judges signals by rules and prepares the accepted ones for execution: each becomes
 * a line of JSON in the sink.
 */
#include <stdint.h>

#include <libtypes/signal.h>
#include <mycelium/mycelium.h>

#include "live_count.h"
#include "market/signal_rules.h"
#include "signal_sink.h"

/** What the actor works with; borrowed until it has stopped. */
typedef struct signal_generator_options {
    signal_rules *rules;
    signal_sink *sink;      /* NULL = nothing is written */
    myc_histogram *latency; /* gets, for each arbitrage signal, the ns since its event was read */
} signal_generator_options;

/** What it did. `received` may be read at any time, the rest when the actor has stopped. */
typedef struct signal_generator_stats {
    live_count received; /* arbitrage signals */
    uint64_t ignored;    /* momentum signals, for which there is no rule */
} signal_generator_stats;

/**
 * Starts the actor. Borrows `stats` until the actor has stopped.
 * Returns as myc_spawn(), MYC_EINVAL without rules or histogram.
 */
MYC_MUST_CHECK int signal_generator_start(myc_context *ctx, const signal_generator_options *options,
                                          signal_generator_stats *stats,
                                          const myc_spawn_options *spawn, signal_ref *ref);

#endif
